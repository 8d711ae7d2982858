// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// TestDefectsAreJoined: the log has all that is wrong with a call, once each.
func TestDefectsAreJoined(t *testing.T) {
	t.Parallel()
	_, _, line := logged(t, status.Error(jobv2.Code_JOB_NOT_FOUND, "Job", 1))
	const want = `"defect":"the argument \"Job\" is not a valid metadata key; the argument job_id is missing"`
	if !strings.Contains(line, want) {
		t.Errorf("logged %s, want the defect %s", line, want)
	}
}

// TestLevels: a Go error is an error of the server; a status that gets a fallback code
// is a warning.
func TestLevels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{name: "a Go error", err: errors.New("pq"), want: "level=ERROR"},
		{name: "a plain status", err: grpcstatus.Error(codes.NotFound, "x"), want: "level=WARN"},
		{name: "a wrapped cause", err: status.Wrap(errors.New("pq"), jobv2.Code_USER_ACCESS_DENIED), want: "level=WARN"},
	} {
		var log servertest.Log
		fallback := status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" })
		if err := intercept(t.Context(), tt.err, status.WithLogger(log.Logger()), fallback); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
		if got := log.Take(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: logged %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestBoundsAreExact: the longest names that fit are kept.
func TestBoundsAreExact(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{64: true, 65: false} {
		name := strings.Repeat("k", n)
		final := intercept(t.Context(), receivedInfo(&errdetails.ErrorInfo{
			Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: map[string]string{"job_id": "1", name: "v"},
		}))
		e, _ := status.FromError(final)
		if _, got := e.MetadataValue(name); got != want {
			t.Errorf("a name of %d bytes: kept %v, want %v", n, got, want)
		}
	}
	for n, want := range map[int]bool{512: true, 513: false} {
		final := intercept(t.Context(), receivedInfo(&errdetails.ErrorInfo{
			Domain: "example.com", Reason: strings.Repeat("R", n-len("example.com")), Metadata: map[string]string{"legacy_code": "1"},
		}))
		if got := len(grpcstatus.Convert(final).Details()) == 1; got != want {
			t.Errorf("domain and reason of %d bytes: kept %v, want %v", n, got, want)
		}
	}
}
