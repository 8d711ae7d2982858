// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statustest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/status"
)

// Equal fails the test with t.Error if err does not have a code and arguments. They are
// those of [status.Error]:
//
//	statustest.Equal(t, err, jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
//
// err may be one that a handler returns, or one that a client receives; what wraps it does
// not matter. The id of the request counts only if args have it. Values of sensitive
// arguments are not printed.
func Equal(t testing.TB, err error, code protoreflect.Enum, args ...any) {
	t.Helper()
	var want *status.LegacyError
	errors.As(status.Error(code, args...), &want)
	if d := defect(want); d != "" {
		t.Error("the wanted error is raised wrongly: " + d)
		return
	}
	got, ok := status.FromError(err)
	if err != nil && !ok {
		t.Errorf("the error has no code\n- %s\n+ %s: %s", name(want), grpcstatus.Code(err), err)
		return
	}
	if err == nil {
		t.Errorf("there is no error\n- %s\n+ nil", name(want))
		return
	}
	if d := diff(want, got); d != "" {
		t.Error("the errors differ (- want, + got)\n" + strings.TrimSuffix(d, "\n"))
	}
}

// name returns the full name of an error's code.
func name(e *status.LegacyError) string { return e.Domain() + "." + e.Reason() }

// diff returns the difference of two errors, line by line. It returns "" if they are equal.
func diff(want, got *status.LegacyError) string {
	var b strings.Builder
	equal := true
	line := func(wantLine, gotLine string) {
		if wantLine == gotLine {
			b.WriteString("  " + wantLine + "\n")
			return
		}
		equal = false
		if wantLine != "" {
			b.WriteString("- " + wantLine + "\n")
		}
		if gotLine != "" {
			b.WriteString("+ " + gotLine + "\n")
		}
	}
	line(name(want), name(got))
	wantArgs, gotArgs := want.Metadata(), got.Metadata()
	if _, ok := wantArgs[catalog.ErrorInfoRequestID]; !ok {
		delete(gotArgs, catalog.ErrorInfoRequestID)
	}
	if name(want) != name(got) {
		// The name says it.
		delete(wantArgs, catalog.ErrorInfoLegacyCode)
		delete(gotArgs, catalog.ErrorInfoLegacyCode)
	}
	names := slices.Concat(slices.Collect(maps.Keys(wantArgs)), slices.Collect(maps.Keys(gotArgs)))
	slices.Sort(names)
	for _, argument := range slices.Compact(names) {
		wantValue, inWant := wantArgs[argument]
		gotValue, inGot := gotArgs[argument]
		if want.Code().Sensitive(argument) || got.Code().Sensitive(argument) {
			if wantValue != gotValue {
				gotValue = "*** (another value)"
			} else {
				gotValue = "***"
			}
			wantValue = "***"
		}
		var wantLine, gotLine string
		if inWant {
			wantLine = argument + " = " + wantValue
		}
		if inGot {
			gotLine = argument + " = " + gotValue
		}
		line(wantLine, gotLine)
	}
	if equal {
		return ""
	}
	return b.String()
}
