// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statustest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"

	"github.com/statusmap/statusmap/status"
)

// Strict returns an option for the interceptors of package status. It fails the test with
// t.Error if an error has to be repaired before it is sent: a Go error that is hidden from
// the client, a missing argument, text that is too long, and the others of
// [status.Repairs]. If a test expects some of them, give them as allowed.
//
//	server := grpc.NewServer(status.ServerOptions(statustest.Strict(t))...)
//
// If the program makes its server in a function that takes grpc.ServerOption, pass it these
// options in addition to its own: the errors of the handlers reach them first.
//
// Strict can be used in parallel tests. Errors after the end of the test are ignored.
func Strict(t testing.TB, allowed ...status.Repairs) status.Option {
	var mu sync.Mutex
	done := false
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		done = true
	})
	return reporter(allowed, func(text string) {
		mu.Lock()
		defer mu.Unlock()
		if !done {
			t.Error(text)
		}
	})
}

// Check fails the test with t.Error if an error would have to be repaired before it is
// sent, as [Strict] does for a server. It is for handlers that a test calls directly, and
// for errors that have not been sent. If a test expects some repairs, give them as allowed.
// Check does nothing if err is nil.
func Check(t testing.TB, err error, allowed ...status.Repairs) {
	t.Helper()
	text := ""
	intercept := status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)),
		reporter(allowed, func(s string) { text = s }))
	_, final := intercept(t.Context(), nil, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) { return nil, err })
	if final != nil && text != "" {
		t.Error(text)
	}
}

// reporter returns an observer that reports repairs, without those that are allowed.
func reporter(allowed []status.Repairs, report func(text string)) status.Option {
	return status.WithObserver(func(_ context.Context, e status.Event) {
		for _, r := range allowed {
			e.Repairs &^= r
		}
		if e.Repairs != 0 {
			report(describe(e))
		}
	})
}

// advice says what is wrong and what to do, by the element of status.Repairs.
func advice(r status.Repairs) string {
	switch r {
	case status.RepairGoError:
		return "it is a Go error, so the client gets an internal error: raise a code with status.Error, or status.Wrap around this error"
	case status.RepairPlainStatus:
		return "it is a status without a code, so the client gets a fallback code: raise a code with status.Error"
	case status.RepairCodeOutOfRange:
		return "its gRPC code is above 16: raise a code with status.Error"
	case status.RepairInvalidUTF8:
		return "it has bytes that are not UTF-8: convert the text first"
	case status.RepairDuplicateDetail:
		return "it has two details of a type, and the second is not sent: give it one"
	case status.RepairMisuse:
		return "it was raised wrongly: correct the call"
	case status.RepairDroppedDetails, status.RepairCutMetadata, status.RepairCutMessage:
		return "it is larger than status.WithMaxSize allows: shorten its arguments, or give fewer details"
	default:
		return "it had to be repaired"
	}
}

// describe returns what had to be done to an error.
func describe(e status.Event) string {
	var b strings.Builder
	if e.Method != "" {
		b.WriteString(e.Method + ": ")
	}
	fmt.Fprintf(&b, "the error %.500q is not sent as it is", e.Err)
	for r := status.Repairs(1); r <= e.Repairs; r <<= 1 {
		if e.Repairs&r == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n\t%s: %s", strings.Join(r.Names(), ""), advice(r))
		if r == status.RepairMisuse {
			if d := defect(e.Err); d != "" {
				b.WriteString(": " + d)
			}
		}
	}
	return b.String()
}

// defect returns what was wrong with the call that made an error.
func defect(err error) string {
	var e *status.LegacyError
	if !errors.As(err, &e) {
		return ""
	}
	for _, attr := range e.LogValue().Group() {
		if attr.Key == "defect" {
			return attr.Value.String()
		}
	}
	return ""
}
