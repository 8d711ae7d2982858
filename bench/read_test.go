// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"errors"
	"testing"

	"connectrpc.com/connect"
	kratos "github.com/go-kratos/kratos/v2/errors"
	"github.com/googleapis/gax-go/v2/apierror"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	grpcstatus "google.golang.org/grpc/status"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

// received returns err as a client of a real server sees it.
func received(tb testing.TB, err error) error {
	tb.Helper()
	client := serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, err })
	_, got := client.Echo(context.Background(), &demov1.EchoRequest{})
	if grpcstatus.Code(got) != grpcstatus.Code(err) {
		tb.Fatalf("received %v", got)
	}
	return got
}

func details(err error) *errdetails.ErrorInfo {
	for _, detail := range grpcstatus.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info
		}
	}
	return nil
}

// A receivedConnect is an error as Connect's client has it: the detail is an Any
// that is not unmarshalled yet.
func receivedConnect(tb testing.TB) error {
	tb.Helper()
	detail, err := connect.NewErrorDetail(grpcstatus.Convert(buildTwo()).Proto().GetDetails()[0])
	if err != nil {
		tb.Fatal(err)
	}
	e := connect.NewWireError(connect.CodeFailedPrecondition, errMessage)
	e.AddDetail(detail)
	return e
}

func connectDetails(err error) *errdetails.ErrorInfo {
	e, ok := errors.AsType[*connect.Error](err)
	if !ok {
		return nil
	}
	for _, detail := range e.Details() {
		if m, err := detail.Value(); err == nil {
			if info, ok := m.(*errdetails.ErrorInfo); ok {
				return info
			}
		}
	}
	return nil
}

var (
	sinkInfo      *errdetails.ErrorInfo
	errLegacySink *status.LegacyError
	sinkCode      jobv2.Code
)

// BenchmarkRead reads one error, the same for all.
func BenchmarkRead(b *testing.B) {
	err := received(b, buildTwo())
	fromConnect := receivedConnect(b)
	against := []string{"grpc-go.Details"}
	sideBySide(b, []variant{
		{name: "statusmap.FromError", against: against, run: func() { errLegacySink, _ = status.FromError(err) }},
		{name: "statusmap.Is", against: against, run: func() { sinkBool = status.Is(err, jobv2.Code_TASK_STATUS_CONFLICT) }},
		{name: "statusmap.As", against: against, run: func() { sinkCode, _ = status.As[jobv2.Code](err) }},
		{name: "grpc-go.Details", run: func() { sinkInfo = details(err) }},
		{name: "gax.FromError", run: func() { e, _ := apierror.FromError(err); sinkString = e.Reason() }},
		{name: "kratos.FromError", run: func() { sinkString = kratos.FromError(err).Reason }},
		{name: "connect.Value", run: func() { sinkInfo = connectDetails(fromConnect) }},
	})
}
