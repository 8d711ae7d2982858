// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	kratos "github.com/go-kratos/kratos/v2/errors"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
)

// What a handler returns, for grpc-go to take a status from.
var builders = []struct {
	name string
	err  func() error
}{
	{"statusmap/args=0", func() error { return status.Error(jobv2.Code_DATABASE_ERROR) }},
	{"statusmap/args=2", buildTwo},
	{"statusmap_wrap/args=2", func() error {
		return status.Wrap(errCause, jobv2.Code_TASK_STATUS_CONFLICT, "task", task, "status", state)
	}},
	// The same status as ours to the byte: the arguments are in the message too, and
	// legacy_code is in the metadata.
	{"grpc-go/args=0", func() error {
		st, err := grpcstatus.New(codes.Internal, plainMessage).WithDetails(
			&errdetails.ErrorInfo{Domain: domain, Reason: plainReason, Metadata: map[string]string{"legacy_code": plainLegacy}})
		if err != nil {
			return err
		}
		return st.Err()
	}},
	{"grpc-go/args=2", func() error {
		st, err := grpcstatus.Newf(codes.FailedPrecondition, "操作失败!任务%s当前状态:%s", task, state).WithDetails(
			&errdetails.ErrorInfo{Domain: domain, Reason: reason, Metadata: map[string]string{"legacy_code": legacy, "task": task, "status": state}})
		if err != nil {
			return err
		}
		return st.Err()
	}},
	// Kratos does less: its message is a constant, and its metadata lack legacy_code.
	{"kratos/args=0", func() error { return kratos.New(http.StatusInternalServerError, plainReason, plainMessage) }},
	{"kratos/args=2", func() error {
		return kratos.New(http.StatusBadRequest, reason, message).WithMetadata(map[string]string{"task": task, "status": state})
	}},
}

// Variables, so that nothing of them is known when this is compiled.
var (
	task, state = "42", "running"
	errCause    = fmt.Errorf("cause")
	sinkStatus  *grpcstatus.Status
	errSink     error
	sinkString  string
	sinkBool    bool
)

func buildTwo() error {
	return status.Error(jobv2.Code_TASK_STATUS_CONFLICT, "task", task, "status", state)
}

func BenchmarkBuild(b *testing.B) {
	variants := make([]variant, 0, len(builders)+1)
	for _, builder := range builders {
		v := variant{name: builder.name, run: func() { sinkStatus, _ = grpcstatus.FromError(builder.err()) }}
		if args, ok := strings.CutPrefix(builder.name, "statusmap/"); ok {
			v.against = []string{"grpc-go/" + args, "grpc-go/" + args, "kratos/" + args}
		}
		variants = append(variants, v)
	}
	// Connect's errors are not gRPC statuses: its server serializes them.
	variants = append(variants, variant{name: "connect/args=2", run: func() { errSink = buildConnect() }})
	sideBySide(b, variants)
}

func buildConnect() error {
	e := connect.NewError(connect.CodeFailedPrecondition, errMessage)
	detail, err := connect.NewErrorDetail(&errdetails.ErrorInfo{
		Domain: domain, Reason: reason, Metadata: map[string]string{"task": task, "status": state},
	})
	if err != nil {
		return err
	}
	e.AddDetail(detail)
	return e
}

var errMessage = fmt.Errorf("%s", message)

func buildNone() error { return status.Error(jobv2.Code_DATABASE_ERROR) }
