// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/internal/wire"
)

// validation is a buf.validate.Violations, as the generated type of protovalidate 1.2
// marshals it.
const validation = "\nc\x12\x0fWEIGHT_TOO_HIGH\x1a\x1240 kg is too heavy*-\n\v\b\x03\x12\x05order\x18\v\n\r\b\x03\x12\x05lines\x18\v0\x00\n\x0f\b\x03\x12\tweight_kg\x18\v2\r\n\v\b\x03\x12\x03cel\x18\v0\x01" +
	"\nD\x12\x0estring.min_len\x1a\x12value is too short \x01*\x1c\n\x11\b\x03\x12\x06labels\x18\vR\x03a\"b\n\a\b\x03\x12\x01x\x18\v" +
	"\nH\x12\brequired*<\n\x16\b\x03\x12\x05by_id\x18\v@\xf9\xff\xff\xff\xff\xff\xff\xff\xff\x01\n\x0f\b\x03\x12\aby_flag\x18\v8\x01\n\x11\b\x03\x12\tby_number\x18\vH\t" +
	"\n\x13\x1a\x11the whole message"

func TestReadValidation(t *testing.T) {
	t.Parallel()
	got := wire.ReadValidation(nil, validation)
	want := []wire.Violation{
		{Field: "order.lines[0].weight_kg", Description: "40 kg is too heavy", Reason: "WEIGHT_TOO_HIGH"},
		{Field: `labels["a\"b"].x`, Description: "value is too short", Reason: "string.min_len"},
		{Field: "by_id[-7].by_flag[true].by_number[9]", Reason: "required"},
		{Description: "the whole message"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	before := []wire.Violation{{Field: "before"}}
	for n := range validation {
		got := wire.ReadValidation(before, validation[:n])
		if len(got) == 0 || got[0] != before[0] || len(got) > len(before) && !slices.Contains(wire.Entries(validation), n) {
			t.Errorf("the first %d bytes are read as %v, want whole violations only", n, got)
		}
	}
}

func TestViolationsAreBounded(t *testing.T) {
	t.Parallel()
	raw := strings.Repeat("\n\x00", 1<<20)
	if got := wire.ReadBadRequest(nil, raw); len(got) != wire.MaxViolations {
		t.Errorf("%d violations of a BadRequest, want %d", len(got), wire.MaxViolations)
	}
	full := make([]wire.Violation, wire.MaxViolations)
	if got := wire.ReadValidation(full, raw); len(got) != wire.MaxViolations {
		t.Errorf("%d violations, want no more than %d", len(got), wire.MaxViolations)
	}
}

func TestReadHelp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		help *errdetails.Help
		want string
	}{
		{help: &errdetails.Help{}},
		{help: &errdetails.Help{Links: []*errdetails.Help_Link{{Description: "no URL"}}}},
		{help: &errdetails.Help{Links: []*errdetails.Help_Link{{Description: "x"}, {Url: "https://a.example"}, {Url: "https://b.example"}}}, want: "https://a.example"},
	} {
		if got := wire.ReadHelp(string(marshal(t, tt.help))); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.help, got, tt.want)
		}
	}
	if got := wire.ReadHelp("\n\x05\x12\x03abc\n"); got != "" {
		t.Errorf("got %q of truncated bytes, want nothing", got)
	}
	if got := wire.ReadHelp(string(wire.AppendHelp(nil, "https://a.example"))); got != "https://a.example" {
		t.Errorf("got %q", got)
	}
}

// FuzzReadBadRequest reads what protobuf reads, and cuts where it cuts.
func FuzzReadBadRequest(f *testing.F) {
	f.Add(wire.AppendBadRequest(nil, []wire.Violation{
		{Field: "a.b", Description: "no", Reason: "NO", Locale: "de", Localized: "nein"}, {}, {Field: "c"},
	}))
	f.Add([]byte(validation))
	f.Add([]byte("\n\x00\x12\x01x\n\x02\x0a\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := wire.ReadBadRequest(nil, string(raw))
		ends := wire.Entries(string(raw))
		wire.ReadValidation(nil, string(raw))
		want := new(errdetails.BadRequest)
		if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, want); err != nil {
			return
		}
		if len(ends) != len(want.GetFieldViolations()) || len(got) != min(len(ends), wire.MaxViolations) {
			t.Fatalf("%d violations and %d ends, protobuf reads %d", len(got), len(ends), len(want.GetFieldViolations()))
		}
		for i, v := range got {
			w := want.GetFieldViolations()[i]
			if v.Field != w.GetField() || v.Description != w.GetDescription() || v.Reason != w.GetReason() {
				t.Errorf("violation %d: got %+v, protobuf reads %v", i, v, w)
			}
		}
		for i, end := range ends {
			first := new(errdetails.BadRequest)
			if err := proto.Unmarshal(raw[:end], first); err != nil || len(first.GetFieldViolations()) != i+1 {
				t.Errorf("the first %d bytes have %d violations, want %d: %v", end, len(first.GetFieldViolations()), i+1, err)
			}
		}
	})
}
