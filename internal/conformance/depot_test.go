// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/servertest/golden"
	"github.com/statusmap/statusmap/internal/wire"
)

// A depotCase is an element of testdata/depot/cases.json: a status, and what a client
// that has the .proto files of testdata/depot reads in it. Clients in other languages
// read the file.
type depotCase struct {
	Name        string            `json:"name"`
	Status      []byte            `json:"status"` // a serialized google.rpc.Status
	Domain      string            `json:"domain"`
	Reason      string            `json:"reason"`
	LegacyCode  string            `json:"legacy_code"`
	GRPCCode    string            `json:"grpc_code"`
	Message     string            `json:"message"`
	Metadata    map[string]string `json:"metadata"`
	RetryAfter  float64           `json:"retry_after"` // in seconds; 0: none
	Help        string            `json:"help"`
	ReplacedBy  string            `json:"replaced_by"`
	Explanation string            `json:"explanation"`
	Violations  []depotViolation  `json:"violations"`
	Printed     string            `json:"printed"` // what Error() or the like returns
}

type depotViolation struct {
	Field      string `json:"field"`
	Reason     string `json:"reason"`
	LegacyCode string `json:"legacy_code"` // "" if the catalog lacks the reason
	Message    string `json:"message"`
}

const (
	depot = "legacy.depot.v1"
	gate  = "legacy.gate.v1"
)

func depotHelp(domain, reason string) string {
	return "https://errors.example.com/" + domain + "/" + reason
}

const parcelExplanation = "The parcel was delivered more than a year ago, or it never existed."

// depotCases are what a depot server sends, and what is read in it.
var depotCases = []struct {
	sent details.Status
	want depotCase
}{
	{
		sent: details.Status{
			Code: codes.NotFound, Message: "parcel 42 not found", Domain: depot, Reason: "PARCEL_NOT_FOUND", LegacyCode: "101",
			RequestID: "r-1", Metadata: []wire.Pair{{Name: "parcel_id", Value: "42"}},
		},
		want: depotCase{
			Name: "a code", LegacyCode: "101",
			Explanation: parcelExplanation, Printed: "legacy.depot.v1.PARCEL_NOT_FOUND: parcel 42 not found",
		},
	},
	{
		sent: details.Status{
			Code: codes.NotFound, Message: "parcel 42 not found", Domain: depot, Reason: "PARCEL_NOT_FOUND", LegacyCode: "101",
			Metadata: []wire.Pair{{Name: "parcel_id", Value: "42"}}, Help: "https://errors.example.com/parcels",
		},
		want: depotCase{
			Name: "a link to help other than the one in the table", LegacyCode: "101", Help: "https://errors.example.com/parcels",
			Explanation: parcelExplanation, Printed: "legacy.depot.v1.PARCEL_NOT_FOUND: parcel 42 not found",
		},
	},
	{
		sent: details.Status{Code: codes.NotFound, Message: "parcel lost", Domain: depot, Reason: "PARCEL_LOST", LegacyCode: "102"},
		want: depotCase{
			Name: "a deprecated code", LegacyCode: "102", ReplacedBy: "PARCEL_NOT_FOUND",
			Printed: "legacy.depot.v1.PARCEL_LOST: parcel lost",
		},
	},
	{
		sent: details.Status{
			Code: codes.Unauthenticated, Message: "the token s3cret-7a of ana has expired", Domain: depot, Reason: "TOKEN_EXPIRED", LegacyCode: "201",
			Metadata: []wire.Pair{{Name: "token", Value: "s3cret-7a"}, {Name: "user", Value: "ana"}}, RetryAfter: 5 * time.Second,
		},
		want: depotCase{
			Name: "an included enum of the same package, with a sensitive argument", LegacyCode: "201", RetryAfter: 5,
			Printed: "legacy.depot.v1.TOKEN_EXPIRED: the token *** of ana has expired",
		},
	},
	{
		sent: details.Status{
			Code: codes.Unauthenticated, Message: "checking: the token s3cret-7a of ana has expired", Domain: depot, Reason: "TOKEN_EXPIRED", LegacyCode: "201",
			Metadata: []wire.Pair{{Name: "token", Value: "s3cret-7a"}, {Name: "user", Value: "ana"}}, RetryAfter: 5 * time.Second,
		},
		want: depotCase{
			Name: "a sensitive argument in a message that the code does not say", LegacyCode: "201", RetryAfter: 5,
			Printed: "legacy.depot.v1.TOKEN_EXPIRED: the token *** of ana has expired",
		},
	},
	{
		sent: details.Status{
			Code: codes.Unauthenticated, Message: "the token s3cret-7a of ana has expired", Domain: depot, Reason: "TOKEN_EXPIRED", LegacyCode: "201",
		},
		want: depotCase{
			Name: "a sensitive argument that is only in the message", LegacyCode: "201",
			Printed: "legacy.depot.v1.TOKEN_EXPIRED: the token *** of {user} has expired",
		},
	},
	{
		sent: details.Status{
			Code: codes.Unavailable, Message: "gate 3 is closed", Domain: gate, Reason: "GATE_CLOSED", LegacyCode: "G-1",
			Metadata: []wire.Pair{{Name: "gate", Value: "3"}},
		},
		want: depotCase{
			Name: "an included enum of another package", LegacyCode: "G-1",
			Printed: "legacy.gate.v1.GATE_CLOSED: gate 3 is closed",
		},
	},
	{
		sent: details.Status{
			Code: codes.InvalidArgument, Message: "the order is not valid", Domain: depot, Reason: "ORDER_INVALID", LegacyCode: "110",
			Violations: []wire.Violation{
				{Field: "weight_kg", Description: "40 kg is too heavy", Reason: "WEIGHT_TOO_HIGH"},
				{Field: "address.street", Description: "the parameter address.street is missing", Reason: "PARAMETER_MISSING"},
			},
		},
		want: depotCase{
			Name: "two violations", LegacyCode: "110",
			Violations: []depotViolation{
				{Field: "weight_kg", Reason: "WEIGHT_TOO_HIGH", LegacyCode: "111", Message: "40 kg is too heavy"},
				{Field: "address.street", Reason: "PARAMETER_MISSING", LegacyCode: "112", Message: "the parameter address.street is missing"},
			},
			Printed: "legacy.depot.v1.ORDER_INVALID: the order is not valid",
		},
	},
	{
		sent: details.Status{
			Code: codes.InvalidArgument, Message: "the parameter size is missing", Domain: depot, Reason: "PARAMETER_MISSING", LegacyCode: "112",
			Metadata: []wire.Pair{{Name: "parameter", Value: "size"}},
			Violations: []wire.Violation{
				{Field: "size", Description: "the parameter size is missing", Reason: "PARAMETER_MISSING"},
				{Field: "", Description: "gate 3 is closed", Reason: "GATE_CLOSED"},
			},
		},
		want: depotCase{
			Name: "a violation of the code itself, and one of an included enum without a field", LegacyCode: "112",
			Violations: []depotViolation{
				{Field: "size", Reason: "PARAMETER_MISSING", LegacyCode: "112", Message: "the parameter size is missing"},
				{Field: "", Reason: "GATE_CLOSED", LegacyCode: "G-1", Message: "gate 3 is closed"},
			},
			Printed: "legacy.depot.v1.PARAMETER_MISSING: the parameter size is missing",
		},
	},
	{
		sent: details.Status{
			Code: codes.InvalidArgument, Message: "the order is not valid", Domain: depot, Reason: "ORDER_INVALID", LegacyCode: "110",
			Violations: []wire.Violation{
				{Field: "weight_kg", Description: "40 kg is too heavy", Reason: "WEIGHT_TOO_HIGH", Locale: "de", Localized: "40 kg ist zu schwer"},
			},
		},
		want: depotCase{
			Name: "a violation in another language: its message is the description", LegacyCode: "110",
			Violations: []depotViolation{{Field: "weight_kg", Reason: "WEIGHT_TOO_HIGH", LegacyCode: "111", Message: "40 kg is too heavy"}},
			Printed:    "legacy.depot.v1.ORDER_INVALID: the order is not valid",
		},
	},
	{
		sent: details.Status{
			Code: codes.NotFound, Message: "parcel 42 not found", Domain: depot, Reason: "PARCEL_NOT_FOUND", LegacyCode: "101.7",
			Metadata: []wire.Pair{{Name: "parcel_id", Value: "42"}},
		},
		want: depotCase{
			Name: "a legacy code of the option reads is kept", LegacyCode: "101.7",
			Explanation: parcelExplanation, Printed: "legacy.depot.v1.PARCEL_NOT_FOUND: parcel 42 not found",
		},
	},
	{
		sent: details.Status{
			Code: codes.InvalidArgument, Message: "the order is not valid", Domain: depot, Reason: "ORDER_INVALID", LegacyCode: "110",
			Violations: []wire.Violation{
				{Field: "color", Description: "no such color", Reason: "COLOR_UNKNOWN"},
				{Field: "size", Description: "too small"},
			},
		},
		want: depotCase{
			Name: "violations with an unknown reason and without one", LegacyCode: "110",
			Violations: []depotViolation{
				{Field: "color", Reason: "COLOR_UNKNOWN", Message: "no such color"},
				{Field: "size", Message: "too small"},
			},
			Printed: "legacy.depot.v1.ORDER_INVALID: the order is not valid",
		},
	},
	{
		sent: details.Status{
			Code: codes.Aborted, Message: "the depot moves", Domain: depot, Reason: "DEPOT_MOVES", LegacyCode: "777",
			Metadata: []wire.Pair{{Name: "until", Value: "noon"}},
		},
		want: depotCase{
			Name: "an unknown code of a known domain", LegacyCode: "777",
			Printed: "legacy.depot.v1.DEPOT_MOVES: the depot moves",
		},
	},
}

// TestDepotCases writes and checks testdata/depot/cases.json.
func TestDepotCases(t *testing.T) {
	t.Parallel()
	var got []depotCase
	for _, tt := range depotCases {
		sent, c := tt.sent, tt.want
		if sent.Help == "" && sent.Reason != "DEPOT_MOVES" {
			sent.Help = depotHelp(sent.Domain, sent.Reason)
		}
		b := details.NewBuffer()
		raw, err := proto.Marshal(b.Build(&sent))
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
		c.Status = raw
		c.Domain, c.Reason, c.Message, c.Help = sent.Domain, sent.Reason, sent.Message, sent.Help
		c.GRPCCode = statusmapv1.GrpcCode(sent.Code).String()
		c.Metadata = map[string]string{catalog.ErrorInfoLegacyCode: sent.LegacyCode}
		for _, m := range sent.Metadata {
			c.Metadata[m.Name] = m.Value
		}
		if sent.RequestID != "" {
			c.Metadata[catalog.ErrorInfoRequestID] = sent.RequestID
		}
		if c.Violations == nil {
			c.Violations = []depotViolation{}
		}
		got = append(got, c)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, inRepository("testdata/depot/cases.json"), b.Bytes())
}
