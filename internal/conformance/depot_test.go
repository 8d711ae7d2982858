// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest/golden"
	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/status"
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

type depotCaseOf struct {
	sent details.Status
	want depotCase
}

// status returns what is sent.
func (c depotCaseOf) status() *spb.Status {
	s := c.sent
	if s.Help == "" && s.Reason != "DEPOT_MOVES" {
		s.Help = depotHelp(s.Domain, s.Reason)
	}
	return new(details.Buffer).Build(&s)
}

// depotCases are what a depot server sends, and what is read in it.
var depotCases = []depotCaseOf{
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
		p := tt.status()
		raw, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		c.Status = raw
		c.Domain, c.Reason, c.Message = sent.Domain, sent.Reason, sent.Message
		c.Help = wire.ReadHelp(details.First(p.GetDetails(), wire.Help))
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
	cat := depotCatalog(t)
	for _, want := range got {
		t.Run(want.Name, func(t *testing.T) {
			t.Parallel()
			p := new(spb.Status)
			if err := proto.Unmarshal(want.Status, p); err != nil {
				t.Fatal(err)
			}
			e, ok := status.FromErrorIn(cat, grpcstatus.ErrorProto(p))
			if !ok {
				t.Fatal("FromErrorIn returns false")
			}
			got := depotCase{
				Name: want.Name, Status: want.Status,
				Domain: e.Domain(), Reason: e.Reason(), LegacyCode: e.LegacyCode(),
				GRPCCode: statusmapv1.GrpcCode(e.GRPCStatus().Code()).String(), Message: e.Message(), Metadata: e.Metadata(),
				RetryAfter: e.RetryAfter().Seconds(), Help: e.Help(),
				ReplacedBy: e.Code().ReplacedBy(), Explanation: e.Code().Explanation(),
				Violations: []depotViolation{}, Printed: e.Error(),
			}
			for _, v := range e.Violations() {
				got.Violations = append(got.Violations, depotViolation{v.Field, v.Reason, v.Code.LegacyCode(), v.Message})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Go reads (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDepotCasesAreMade raises what cases.json has, as a depot server does, and compares
// the bytes that are sent.
func TestDepotCasesAreMade(t *testing.T) {
	t.Parallel()
	cat := depotCatalog(t)
	code := func(domain, reason string) *catalog.Code {
		code, ok := cat.Lookup(domain, reason)
		if !ok {
			t.Fatalf("the catalog has no %s.%s", domain, reason)
		}
		return code
	}
	orderInvalid := code(depot, "ORDER_INVALID")
	tooHeavy := status.New(code(depot, "WEIGHT_TOO_HIGH"), "weight_kg", 40)
	for name, err := range map[string]error{
		"a code":            status.New(code(depot, "PARCEL_NOT_FOUND"), "parcel_id", 42, "request_id", "r-1"),
		"a deprecated code": status.New(code(depot, "PARCEL_LOST")),
		"an included enum of the same package, with a sensitive argument": status.New(code(depot, "TOKEN_EXPIRED"), "token", "s3cret-7a", "user", "ana"),
		"an included enum of another package":                             status.New(code(gate, "GATE_CLOSED"), "gate", 3),
		"two violations": status.WithViolations(status.New(orderInvalid), tooHeavy,
			status.New(code(depot, "PARAMETER_MISSING"), "parameter", "address.street")),
		"a violation of the code itself, and one of an included enum without a field": status.WithViolations(
			status.New(code(depot, "PARAMETER_MISSING"), "parameter", "size"), status.New(code(gate, "GATE_CLOSED"), "gate", 3)),
		"a violation in another language: its message is the description": status.WithViolations(status.New(orderInvalid), tooHeavy),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(depotCases, func(c depotCaseOf) bool { return c.want.Name == name })
			if i < 0 {
				t.Fatal("there is no such case")
			}
			ctx := t.Context()
			if len(depotCases[i].sent.Violations) == 1 {
				ctx = metadata.NewIncomingContext(ctx, metadata.Pairs("accept-language", "de"))
			}
			interceptor := status.UnaryServerInterceptor(status.WithCatalog(cat), status.WithLogger(slog.New(slog.DiscardHandler)),
				status.WithFallbackDomain(func(context.Context, any) string { return depot }))
			_, final := interceptor(ctx, nil, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) { return nil, err })
			sent := depotCases[i].status()
			if got := grpcstatus.Convert(final).Proto(); !proto.Equal(got, sent) {
				t.Errorf("sent is %v, want %v", got, sent)
			}
		})
	}
}

// depotCatalog returns the catalog of testdata/depot.
func depotCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	sources := make(map[string]string)
	for _, path := range []string{"legacy/depot/v1/auth.proto", "legacy/depot/v1/code.proto", "legacy/gate/v1/code.proto"} {
		source, err := os.ReadFile(inRepository("testdata/depot/" + path))
		if err != nil {
			t.Fatal(err)
		}
		sources[path] = string(source)
	}
	files := new(protoregistry.Files)
	for _, file := range prototest.Compile(t, sources) {
		if err := files.RegisterFile(file); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := catalog.FromFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}
