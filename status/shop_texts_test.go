// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/status"
)

// TestStatusMessage: a fallback code may have the text of the status that it replaces,
// but never that of a Go error.
func TestStatusMessage(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	for _, tt := range []struct {
		name     string
		err      error
		language string
		want     string
		log      string // in the log; "": nothing is hidden
	}{
		{name: "a plain status", err: grpcstatus.Error(codes.OutOfRange, "page 9 of 3"), want: "failed: page 9 of 3"},
		{name: "in another language", err: grpcstatus.Error(codes.OutOfRange, "page 9 of 3"), language: "de", want: "failed: page 9 of 3"},
		{name: "a wrapped status", err: fmt.Errorf("%s: %w", secret, grpcstatus.Error(codes.OutOfRange, "page 9 of 3")), want: "failed: page 9 of 3", log: secret},
		{name: "without text", err: grpcstatus.Error(codes.PermissionDenied, ""), want: "failed: Forbidden", log: "PermissionDenied"},
		{name: "UNKNOWN", err: grpcstatus.Error(codes.Unknown, secret), want: "failed: Internal Server Error", log: secret},
		{name: "made of an error", err: grpcstatus.Error(codes.Aborted, "x: rpc error: code = Aborted desc = "+secret), want: "failed: Conflict", log: secret},
		{name: "a Go error", err: errors.New(secret), want: "failed: Internal Server Error", log: secret},
		{name: "a panic", err: fmt.Errorf("panic: %s", secret), want: "failed: Internal Server Error", log: secret},
		{name: "cancelled", err: fmt.Errorf("%s: %w", secret, context.Canceled), want: "failed: Client Closed Request", log: secret},
		{name: "too late", err: fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), want: "failed: Gateway Timeout", log: secret},
		{name: "above 16", err: grpcstatus.Error(20210, secret), want: "failed: Internal Server Error", log: secret},
		{name: "braces", err: grpcstatus.Error(codes.Aborted, "{status_message} {x}"), want: "failed: {status_message} {x}"},
		{name: "not UTF-8", err: grpcstatus.Error(codes.Aborted, "a\xffb"), want: "failed: a\uFFFDb"},
		{name: "a fallback without it", err: grpcstatus.Error(codes.NotFound, secret), want: "weg", log: secret},
		{name: "raised", err: status.New(codeOf(t, cat, "shop.v1", "FAILED")), want: "failed: Internal Server Error"},
		{name: "raised with a text", err: status.New(codeOf(t, cat, "shop.v1", "FAILED"), "status_message", "the oven is cold"), want: "failed: the oven is cold"},
		{name: "a success code is raised", err: status.New(codeOf(t, cat, "shop.v1", "DONE")), want: "failed: Internal Server Error", log: "DONE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, logged, final := sentBy(cat, tt.err, tt.language)
			st := grpcstatus.Convert(final)
			if st.Message() != tt.want {
				t.Errorf("the message is %q, want %q", st.Message(), tt.want)
			}
			if (logged != "") != (tt.log != "") || !strings.Contains(logged, tt.log) {
				t.Errorf("logged %q, want %q", logged, tt.log)
			}
			if strings.Contains(fmt.Sprint(st.Proto()), secret) {
				t.Errorf("%v has %q", st.Proto(), secret)
			}
			// A receiver makes the same message of the metadata, in every language.
			e, ok := status.FromErrorIn(cat, grpcstatus.ErrorProto(st.Proto()))
			text, german := strings.CutPrefix(tt.want, "failed: ")
			if value, has := e.MetadataValue(catalog.StatusMessage); !ok || has != german || value != "" && value != text {
				t.Errorf("the metadata are %v", e.Metadata())
			}
			if want := strings.Replace(tt.want, "failed", "Fehler", 1); e.MessageIn("de") != want {
				t.Errorf("in German: %q, want %q", e.MessageIn("de"), want)
			}
			if _, _, again := sentBy(cat, grpcstatus.ErrorProto(st.Proto()), tt.language); grpcstatus.Convert(again).Message() != tt.want {
				t.Errorf("passed on as %v", again)
			}
		})
	}
}

// TestDefaultLanguage: the wire speaks the default language, and the system's own only
// if the caller asks for it.
func TestDefaultLanguage(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	for _, tt := range []struct {
		domain, reason string
		args           []any
		language       string
		message, extra string
	}{
		{domain: "shop.v1", reason: "ORDER_INVALID", message: "invalid order"},
		{domain: "shop.v1", reason: "ORDER_INVALID", language: "en-GB", message: "invalid order"},
		{domain: "shop.v1", reason: "ORDER_INVALID", language: "de", message: "invalid order", extra: "Bestellung ungültig"},
		{domain: "shop.v1", reason: "ORDER_INVALID", language: "fr", message: "invalid order", extra: "commande invalide"},
		{domain: "shop.v1", reason: "ORDER_INVALID", language: "ja", message: "invalid order"},
		{domain: "shop.v1", reason: "BUSY", message: "belegt"},
		{domain: "shop.v1", reason: "BUSY", language: "de", message: "belegt"},
		{domain: "gate.v1", reason: "CLOSED", args: []any{"gate", 3}, message: "gate 3 is closed"},
		{domain: "gate.v1", reason: "CLOSED", args: []any{"gate", 3}, language: "de", message: "gate 3 is closed", extra: "Tor 3 ist zu"},
	} {
		err := status.New(codeOf(t, cat, tt.domain, tt.reason), tt.args...)
		_, _, final := sentBy(cat, err, tt.language)
		st := grpcstatus.Convert(final)
		extra := ""
		for _, d := range st.Details() {
			if d, ok := d.(*errdetails.LocalizedMessage); ok {
				extra = d.GetMessage()
			}
		}
		if st.Message() != tt.message || extra != tt.extra {
			t.Errorf("%s in %q: sent as %q and %q, want %q and %q", tt.reason, tt.language, st.Message(), extra, tt.message, tt.extra)
		}
		want := tt.message
		if tt.extra != "" {
			want = tt.extra
		}
		received, _ := status.FromErrorIn(cat, grpcstatus.ErrorProto(st.Proto()))
		made, _ := status.FromError(err)
		for _, e := range []*status.LegacyError{made, received} {
			if got := e.MessageIn(tt.language); got != want || !strings.Contains(e.Error(), tt.message) {
				t.Errorf("%s in %q: MessageIn is %q, want %q; Error is %q", tt.reason, tt.language, got, want, e)
			}
		}
	}
}

// TestHelp: every code has one google.rpc.Help. That of an included one depends on the
// RPC's system.
func TestHelp(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	received := &errdetails.Help{Links: []*errdetails.Help_Link{{Url: "https://x.example"}}}
	withHelp := func(err error) error {
		p := grpcstatus.Convert(err).Proto()
		detail, e := anypb.New(received)
		if e != nil {
			t.Fatal(e)
		}
		for i, d := range p.GetDetails() {
			if d.MessageIs(received) {
				p.Details[i] = detail
				return grpcstatus.ErrorProto(p)
			}
		}
		p.Details = append(p.Details, detail)
		return grpcstatus.ErrorProto(p)
	}
	busy := status.New(codeOf(t, cat, "shop.v1", "BUSY"))
	closed := status.New(codeOf(t, cat, "gate.v1", "CLOSED"), "gate", 3)
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{name: "a code", err: busy, want: "https://errors.example.com/shop.v1/BUSY"},
		{name: "an included code", err: closed, want: "https://errors.example.com/gate.v1/CLOSED"},
		{name: "an included code that wraps", err: fmt.Errorf("x: %w", closed), want: "https://errors.example.com/gate.v1/CLOSED"},
		{name: "a fallback", err: errors.New("x"), want: "https://errors.example.com/shop.v1/FAILED"},
		{name: "a fallback for a status that has it", err: withHelp(grpcstatus.Error(codes.Aborted, "x")), want: "https://x.example"},
		{name: "received", err: withHelp(busy), want: "https://x.example"},
		{name: "of a system without", err: status.New(codeOf(t, cat, "other.v1", "BROKEN"))},
	} {
		_, _, final := sentBy(cat, tt.err, "")
		var urls []string
		for _, d := range grpcstatus.Convert(final).Details() {
			if d, ok := d.(*errdetails.Help); ok {
				urls = append(urls, d.GetLinks()[0].GetUrl())
			}
		}
		if strings.Join(urls, " ") != tt.want {
			t.Errorf("%s: sent is %q, want %q", tt.name, urls, tt.want)
		}
		e, ok := status.FromErrorIn(cat, final)
		if !ok || e.Help() != tt.want {
			t.Errorf("%s: Help is %q, want %q", tt.name, e.Help(), tt.want)
		}
	}
	if e, _ := status.FromError(busy); e.Help() != "https://errors.example.com/shop.v1/BUSY" {
		t.Errorf("made: Help is %q", e.Help())
	}
	var none *status.LegacyError
	if none.Help() != "" || none.Violations() != nil {
		t.Error("a nil error has help or violations")
	}
}
