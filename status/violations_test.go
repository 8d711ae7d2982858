// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// An entry is a violation as it is sent.
type entry struct{ Field, Description, Reason, Localized string }

// entries returns the entries of the BadRequest in a status, of which there is at most
// one.
func entries(t testing.TB, err error) []entry {
	t.Helper()
	var list []entry
	found := false
	for _, d := range grpcstatus.Convert(err).Details() {
		bad, ok := d.(*errdetails.BadRequest)
		if !ok {
			continue
		}
		if found {
			t.Error("there are two BadRequests")
		}
		found = true
		for _, v := range bad.GetFieldViolations() {
			localized := ""
			if v.GetLocalizedMessage() != nil {
				localized = v.GetLocalizedMessage().GetLocale() + ": " + v.GetLocalizedMessage().GetMessage()
			}
			list = append(list, entry{v.GetField(), v.GetDescription(), v.GetReason(), localized})
		}
	}
	return list
}

// sentBy returns what a client reads in an error of a shop server, and the event.
func sentBy(cat *catalog.Catalog, err error, language string, opts ...status.Option) (event status.Event, logged string, final error) {
	ctx := context.Background()
	if language != "" {
		ctx = metadata.NewIncomingContext(ctx, metadata.Pairs("accept-language", language))
	}
	log := new(servertest.Log)
	opts = append([]status.Option{
		status.WithCatalog(cat), status.WithLogger(log.Logger()),
		status.WithFallbackDomain(func(context.Context, any) string { return "shop.v1" }),
		status.WithObserver(func(_ context.Context, e status.Event) { event = e }),
	}, opts...)
	final = intercept(ctx, err, opts...)
	return event, log.Take(), final
}

func TestWithViolations(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	raise := func(domain, reason string, args ...any) error {
		return status.New(codeOf(t, cat, domain, reason), args...)
	}
	invalid := raise("shop.v1", "ORDER_INVALID")
	heavy := raise("shop.v1", "TOO_HEAVY", "weight", 40)
	missing := raise("shop.v1", "MISSING", "parameter", "address.street")
	heavyEntries := []entry{
		{Field: "weight", Description: "40 kg is too heavy", Reason: "TOO_HEAVY"},
		{Field: "parcel", Description: "40 kg is too heavy", Reason: "TOO_HEAVY"},
	}
	missingEntry := entry{Field: "address.street", Description: "missing", Reason: "MISSING"}
	for _, tt := range []struct {
		name       string
		err        error
		violations []error
		language   string
		want       []entry
		wantMisuse string // in the log
	}{
		{name: "one entry a field, in order", err: invalid, violations: []error{heavy, missing}, want: append(slices.Clone(heavyEntries), missingEntry)},
		{
			name: "the code's own fields first", err: missing, violations: []error{heavy},
			want: append([]entry{missingEntry}, heavyEntries...),
		},
		{
			name: "included enums", err: invalid,
			violations: []error{raise("shop.v1", "NO_TOKEN"), raise("gate.v1", "CLOSED", "gate", 3)},
			want:       []entry{{Description: "no token", Reason: "NO_TOKEN"}, {Description: "gate 3 is closed", Reason: "CLOSED"}},
		},
		{
			name: "of an included code", err: raise("shop.v1", "NO_TOKEN"), violations: []error{missing},
			want: []entry{missingEntry},
		},
		{
			name: "in another language", err: missing, violations: []error{heavy, raise("gate.v1", "CLOSED", "gate", 3)}, language: "de",
			want: []entry{
				{Field: "address.street", Description: "missing", Reason: "MISSING", Localized: "de: fehlt"},
				{Field: "weight", Description: "40 kg is too heavy", Reason: "TOO_HEAVY", Localized: "de: 40 kg ist zu schwer"},
				{Field: "parcel", Description: "40 kg is too heavy", Reason: "TOO_HEAVY", Localized: "de: 40 kg ist zu schwer"},
				{Description: "gate 3 is closed", Reason: "CLOSED", Localized: "de: Tor 3 ist zu"},
			},
		},
		{name: "in the language that is sent anyway", err: invalid, violations: []error{missing}, language: "en", want: []entry{missingEntry}},
		{
			name: "another language, which the error does not have", err: raise("shop.v1", "BUSY"), violations: []error{heavy}, language: "fr",
			want: []entry{
				{Field: "weight", Description: "40 kg is too heavy", Reason: "TOO_HEAVY", Localized: "fr: 40 kg est trop lourd"},
				{Field: "parcel", Description: "40 kg is too heavy", Reason: "TOO_HEAVY", Localized: "fr: 40 kg est trop lourd"},
			},
		},
		{name: "nil among them", err: invalid, violations: []error{nil, missing, nil}, want: []entry{missingEntry}},
		{name: "violations of violations", err: invalid, violations: []error{status.WithViolations(missing, heavy)}, want: append([]entry{missingEntry}, heavyEntries...)},
		{name: "added twice", err: status.WithViolations(invalid, missing), violations: []error{heavy}, want: append([]entry{missingEntry}, heavyEntries...)},
		{name: "wrapped violation", err: invalid, violations: []error{fmt.Errorf("checking: %w", missing)}, want: []entry{missingEntry}},
		{
			name: "of another system", err: invalid, violations: []error{raise("other.v1", "BROKEN"), missing},
			want: []entry{{Description: "broken"}, missingEntry}, wantMisuse: "other.v1.BROKEN is not of the system of shop.v1",
		},
		{
			name: "a plain status", err: invalid, violations: []error{grpcstatus.Error(codes.OutOfRange, "page 9 of 3"), missing},
			want: []entry{{Description: "page 9 of 3"}, missingEntry}, wantMisuse: "no legacy code",
		},
		{name: "a status made of a Go error", err: invalid, violations: []error{grpcstatus.Error(codes.Unknown, secret), missing}, want: []entry{missingEntry}, wantMisuse: secret},
		{name: "a wrapped status", err: invalid, violations: []error{grpcstatus.Error(codes.NotFound, "x: rpc error: code = NotFound desc = "+secret)}, wantMisuse: secret},
		{name: "a Go error", err: invalid, violations: []error{errors.New(secret), missing}, want: []entry{missingEntry}, wantMisuse: secret},
		{name: "a missing argument of a violation", err: invalid, violations: []error{raise("shop.v1", "MISSING")}, want: []entry{{Field: "{parameter}", Description: "missing", Reason: "MISSING"}}, wantMisuse: "the argument parameter is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := grpcstatus.Convert(tt.err).Proto()
			err := status.WithViolations(tt.err, tt.violations...)
			if after := grpcstatus.Convert(tt.err).Proto(); !proto.Equal(before, after) {
				t.Errorf("the error is changed to %v", after)
			}
			event, logged, final := sentBy(cat, err, tt.language)
			if diff := cmp.Diff(tt.want, entries(t, final)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if misuse := event.Repairs&status.RepairMisuse != 0; misuse != (tt.wantMisuse != "") || !strings.Contains(logged, tt.wantMisuse) {
				t.Errorf("misuse is %t, logged %q, want %q", misuse, logged, tt.wantMisuse)
			}
			st, want := grpcstatus.Convert(final), grpcstatus.Convert(tt.err)
			if st.Code() != want.Code() || st.Message() != want.Message() || strings.Contains(fmt.Sprint(st.Proto()), secret) {
				t.Errorf("sent is %v, want the code and message of %v", st.Proto(), want)
			}
			// What is read is what was made, on both sides.
			received, ok := status.FromErrorIn(cat, grpcstatus.ErrorProto(st.Proto()))
			if !ok {
				t.Fatal("FromErrorIn returns false")
			}
			made, _ := status.FromError(err)
			read := received.Violations()
			for i, v := range made.Violations() {
				v.Language, v.Localized = read[i].Language, read[i].Localized
				if v != read[i] {
					t.Errorf("violation %d: made is %+v, received %+v", i, v, read[i])
				}
				if (v.Reason != "") != (v.Code != nil) || v.Reason != v.Code.Reason() {
					t.Errorf("violation %d has the reason %q and the code %s", i, v.Reason, v.Code.FullName())
				}
			}
		})
	}
}

// TestWithViolationsOfNoError: what is not a legacy error is returned as it is.
func TestWithViolationsOfNoError(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	violation := status.New(codeOf(t, cat, "shop.v1", "BUSY"))
	var none *status.LegacyError
	for _, err := range []error{nil, errors.New("x"), grpcstatus.Error(codes.NotFound, "x"), none, status.Error(nil)} {
		if got := status.WithViolations(err, violation); got != err {
			t.Errorf("%#v: got %#v, want the same", err, got)
		}
	}
	for _, violations := range [][]error{nil, {nil, nil}} {
		if got := status.WithViolations(violation, violations...); got != violation {
			t.Errorf("%v: got %#v, want the same error", violations, got)
		}
	}
}

// TestWithViolationsKeepsTheError: the copy wraps what the error wraps, and what wraps it.
func TestWithViolationsKeepsTheError(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	code := codeOf(t, cat, "shop.v1", "BUSY")
	violation := status.New(codeOf(t, cat, "shop.v1", "MISSING"), "parameter", "p", "also", "x")
	made := status.New(code, "extra", "1")
	for name, err := range map[string]error{
		"made":     made,
		"wrapped":  fmt.Errorf("loading shard 3: %w", made),
		"received": grpcstatus.ErrorProto(grpcstatus.Convert(made).Proto()),
	} {
		got := status.WithViolations(err, violation)
		e, ok := status.FromErrorIn(cat, got)
		if !ok || e.RetryAfter() != code.RetryAfter() || e.Metadata()["extra"] != "1" || e.LegacyCode() != "4" || len(e.Violations()) != 1 {
			t.Errorf("%s: got %v with %v and %v", name, e, e.Metadata(), e.Violations())
		}
		if wraps := name == "wrapped"; errors.Is(got, err) != (wraps || name == "made") {
			t.Errorf("%s: errors.Is is %t", name, !wraps)
		}
		_, logged, _ := sentBy(cat, got, "")
		if wraps := name == "wrapped"; strings.Contains(logged, "loading shard 3") != wraps {
			t.Errorf("%s: logged %q", name, logged)
		}
	}
	_, logged, _ := sentBy(cat, status.WithViolations(made, fmt.Errorf("loading shard 3: %w", violation)), "")
	if !strings.Contains(logged, "loading shard 3") {
		t.Errorf("logged %q, want what wraps the violation", logged)
	}
}

// validation is a buf.validate.Violations with the fields a and b[0].
const validation = "\n\x1a\x12\x09TOO_HEAVY\x1a\x04late*\x07\n\x05\x12\x03a.x" + "\n\x0d*\x07\n\x05\x12\x01b\x30\x00\x1a\x02no"

// TestReceivedViolations: BadRequest and protovalidate's detail, and what is added to
// them.
func TestReceivedViolations(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	made := status.New(codeOf(t, cat, "shop.v1", "MISSING"), "parameter", "p")
	p := grpcstatus.Convert(made).Proto()
	p.Details = append(p.Details, &anypb.Any{TypeUrl: "type.googleapis.com/buf.validate.Violations", Value: []byte(validation)})
	e, _ := status.FromErrorIn(cat, grpcstatus.ErrorProto(p))
	want := []status.Violation{
		{Field: "p", Message: "missing", Reason: "MISSING", Code: codeOf(t, cat, "shop.v1", "MISSING")},
		{Field: "a.x", Message: "late", Reason: "TOO_HEAVY", Code: codeOf(t, cat, "shop.v1", "TOO_HEAVY")},
		{Field: "b[0]", Message: "no"},
	}
	if got := e.Violations(); !slices.Equal(got, want) || e.Reason() != "MISSING" {
		t.Errorf("got %+v of %v, want %+v", got, e, want)
	}
	// The domain's violations join the received BadRequest, in the caller's language.
	more := status.WithViolations(e, status.New(codeOf(t, cat, "shop.v1", "TOO_HEAVY"), "weight", 40))
	_, _, final := sentBy(cat, more, "fr")
	wantSent := []entry{
		{Field: "p", Description: "missing", Reason: "MISSING"},
		{Field: "weight", Description: "40 kg is too heavy", Reason: "TOO_HEAVY", Localized: "fr: 40 kg est trop lourd"},
		{Field: "parcel", Description: "40 kg is too heavy", Reason: "TOO_HEAVY", Localized: "fr: 40 kg est trop lourd"},
	}
	if diff := cmp.Diff(wantSent, entries(t, final)); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if e, _ := status.FromErrorIn(cat, more); len(e.Violations()) != 5 {
		t.Errorf("got %+v, want 5 violations", e.Violations())
	}
	// As a violation, it carries all of its own.
	outer := status.WithViolations(status.New(codeOf(t, cat, "shop.v1", "ORDER_INVALID")), e)
	_, _, final = sentBy(cat, outer, "")
	if diff := cmp.Diff([]entry{
		{Field: "p", Description: "missing", Reason: "MISSING"},
		{Field: "a.x", Description: "late", Reason: "TOO_HEAVY"},
		{Field: "b[0]", Description: "no"},
	}, entries(t, final)); diff != "" {
		t.Errorf("as a violation, sent (-want +got):\n%s", diff)
	}
}

// TestViolationsYield: over the limit the last violations are dropped, as few as
// possible, after Help and other details and before anything is cut.
func TestViolationsYield(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	var violations []error
	for i := range 100 {
		violations = append(violations, status.New(codeOf(t, cat, "shop.v1", "MISSING"), "parameter", fmt.Sprintf("field%02d", i)))
	}
	made := status.WithViolations(status.New(codeOf(t, cat, "shop.v1", "BUSY")), violations...)
	wire := grpcstatus.Convert(made).Proto()
	wire.Details = append(wire.Details,
		&anypb.Any{TypeUrl: "type.googleapis.com/buf.validate.Violations", Value: []byte(strings.Repeat(validation, 10))},
		&anypb.Any{TypeUrl: "type.googleapis.com/example.Unknown", Value: []byte("x")})
	for name, err := range map[string]error{"made": made, "received": grpcstatus.ErrorProto(wire)} {
		kept := 0
		for size := 300; size < 8000; size += 20 {
			event, _, final := sentBy(cat, err, "", status.WithMaxSize(size))
			e, _ := status.FromErrorIn(cat, final)
			got := e.Violations()
			if n := len(got); n < kept || n > kept+2 {
				t.Errorf("%s: with %d bytes %d violations are kept, with 20 fewer %d", name, size, n, kept)
			}
			kept = len(got)
			for i, v := range got[:min(kept, 100)] {
				if want := fmt.Sprintf("field%02d", i); v.Field != want {
					t.Errorf("%s: with %d bytes violation %d is of %q, want %q", name, size, i, v.Field, want)
				}
			}
			all := len(violations)
			if name == "received" {
				all = 120
			}
			if kept < all && event.Repairs&status.RepairDroppedDetails == 0 {
				t.Errorf("%s: with %d bytes %d of %d violations are kept, and nothing is reported", name, size, kept, all)
			}
			if kept > 0 && (e.Message() != "belegt" || e.RetryAfter() == 0 || event.Repairs&(status.RepairCutMessage|status.RepairCutMetadata) != 0) {
				t.Errorf("%s: with %d bytes got %v and %v with %d violations", name, size, e, event.Repairs.Names(), kept)
			}
			if actual := status.SizeAsSent(grpcstatus.Convert(final).Proto()); actual > size {
				t.Errorf("%s: %d bytes are sent, want at most %d", name, actual, size)
			}
		}
		if kept < 100 {
			t.Errorf("%s: %d violations are kept at last, want all", name, kept)
		}
	}
}

func TestViolationsAreBounded(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	violation := status.New(codeOf(t, cat, "shop.v1", "MISSING"), "parameter", "p")
	err := status.WithViolations(status.New(codeOf(t, cat, "shop.v1", "BUSY")), slices.Repeat([]error{violation}, 1000)...)
	event, logged, final := sentBy(cat, err, "", status.WithMaxSize(0))
	if got := len(entries(t, final)); got != 128 || event.Repairs&status.RepairMisuse == 0 || !strings.Contains(logged, "more than 128 violations") {
		t.Errorf("%d entries are sent, logged %q", got, logged)
	}
}
