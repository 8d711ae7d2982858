// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	jobv1 "github.com/statusmap/statusmap/gen/legacy/job/v1"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// TestUndeclared: the event says if a method sends an error that its options do not name.
func TestUndeclared(t *testing.T) {
	prototest.Register(t, "status_declared_test.proto", `
syntax = "proto3";
package statusmap.statustest.declared.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.job.v2" errors: "USER_ACCESS_DENIED"};
  rpc Get(M) returns (M) { option (statusmap.v1.method) = {errors: ["JOB_NOT_FOUND", "BK_PERMISSION_DENIED", "other.v1.CODE"]}; }
  rpc List(M) returns (M);
}
service Others {
  rpc Any(M) returns (M);
  rpc NoDialect(M) returns (M) { option (statusmap.v1.method) = {errors: "JOB_NOT_FOUND"}; }
}
`)
	const get, list, noDialect = "Jobs/Get", "Jobs/List", "Others/NoDialect"
	notFound := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 1)
	notFoundV1 := status.Error(jobv1.Code_JOB_NOT_FOUND, "job_id", 1)
	received := func(domain, reason string) error {
		return receivedInfo(&errdetails.ErrorInfo{Domain: domain, Reason: reason})
	}
	for _, tt := range []struct {
		name   string
		method string
		err    error
		want   bool
	}{
		{"declared by the method", get, notFound, false},
		{"declared by the service", get, status.Error(jobv2.Code_USER_ACCESS_DENIED), false},
		{"declared by the service of a method without options", list, status.Error(jobv2.Code_USER_ACCESS_DENIED), false},
		{"declared by another method", list, notFound, true},
		{"not declared", get, status.Error(jobv2.Code_TASK_RUNNING), true},
		{"with a cause", get, status.Wrap(errors.New("x"), jobv2.Code_TASK_RUNNING), true},
		{"of an included enum", get, received("legacy.esb.v1", "BK_PERMISSION_DENIED"), false},
		{"of an included enum, not declared", list, received("legacy.esb.v1", "BK_PERMISSION_DENIED"), true},
		{"of another version", get, notFoundV1, false},
		{"of another version, not declared", list, notFoundV1, true},
		{"of another domain", get, received("elsewhere.v1", "JOB_NOT_FOUND"), true},
		{"of another team", get, received("other.v1", "CODE"), false},
		{"of another team, not declared", get, received("other.v1", "OTHER"), true},
		{"a fallback code, raised", get, status.Error(jobv2.Code_INTERNAL_ERROR), true},
		{"a fallback code for a Go error", get, errors.New("x"), false},
		{"a fallback code for a status", get, grpcstatus.Error(codes.NotFound, "x"), false},
		{"a method that declares nothing", "Others/Any", notFound, false},
		{"without a dialect", noDialect, notFound, false},
		{"without a dialect, any version", noDialect, notFoundV1, false},
		{"without a dialect, not declared", noDialect, status.Error(jobv2.Code_TASK_RUNNING), true},
		{"a method that is not linked", "Jobs/None", notFound, false},
	} {
		var event status.Event
		var log servertest.Log
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		intercept := status.UnaryServerInterceptor(status.WithLogger(logger),
			status.WithObserver(func(_ context.Context, e status.Event) { event = e }))
		method := "/statusmap.statustest.declared.v1." + tt.method
		for range 2 { // the second call takes the options from the cache
			_, err := intercept(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: method},
				func(context.Context, any) (any, error) { return nil, tt.err })
			if err == nil || event.Undeclared != tt.want {
				t.Errorf("%s: %v: Undeclared is %t, want %t", tt.name, err, event.Undeclared, tt.want)
			}
			if logged := strings.Contains(log.Take(), "the method does not declare the error"); logged != tt.want {
				t.Errorf("%s: logged is %t, want %t", tt.name, logged, tt.want)
			}
		}
	}
}
