// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/statusmap/statusmap/catalog"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

func ExampleError() {
	err := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	fmt.Println(err)
	fmt.Println(grpcstatus.Code(err))
	// Output:
	// legacy.job.v2.JOB_NOT_FOUND: 作业 42 不存在
	// NotFound
}

func ExampleWrap() {
	err := status.Wrap(io.ErrUnexpectedEOF, jobv2.Code_INTERNAL_ERROR)
	fmt.Println(err)
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output:
	// legacy.job.v2.INTERNAL_ERROR: 系统内部异常
	// true
}

func ExampleWithViolations() {
	err := status.WithViolations(
		status.Error(jobv2.Code_STATUS_INVALID),
		status.Error(jobv2.Code_BUSINESS_ID_INVALID),
		status.Error(jobv2.Code_IP_LIST_CONTAINS_INVALID_IPS, "invalid_ips", "10.0.0.256"))
	if e, ok := status.FromError(call(err)); ok {
		fmt.Println(e.Reason())
		for _, v := range e.Violations() {
			fmt.Println(v.Field, v.Code.LegacyCode(), v.Message)
		}
	}
	// Output:
	// STATUS_INVALID
	// status 1237102 参数【status】值状态：1.启动、2.暂停
	// bk_biz_id 1237101 参数【bk_biz_id】值不合法
	// ip_list 1237103 参数 ip_list 包含非法的 IP 信息10.0.0.256
}

func ExampleNew() {
	// A catalog that is loaded at run time: see catalog.FromFiles.
	cat, err := catalog.Default()
	if err != nil {
		log.Fatal(err)
	}
	code, ok := cat.Lookup("legacy.job.v2", "JOB_NOT_FOUND")
	if !ok {
		log.Fatal("the catalog lacks the code")
	}
	fmt.Println(status.New(code, "job_id", 42))
	// Output: legacy.job.v2.JOB_NOT_FOUND: 作业 42 不存在
}

func ExampleFromError() {
	err := call(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)) // from another server
	if e, ok := status.FromError(err); ok {
		id, _ := e.MetadataValue("job_id")
		fmt.Println(e.Domain(), e.Reason(), e.LegacyCode(), id)
	}
	// Output: legacy.job.v2 JOB_NOT_FOUND 1233106 42
}

func ExampleLegacyError_MessageIn() {
	err := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	if e, ok := status.FromError(err); ok {
		fmt.Println(e.Message())
		fmt.Println(e.MessageIn("en-GB, zh;q=0.5"))
	}
	// Output:
	// 作业 42 不存在
	// Job 42 does not exist
}

func ExampleIs() {
	err := call(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42))
	fmt.Println(status.Is(err, jobv2.Code_JOB_NOT_FOUND))
	fmt.Println(status.Is(fmt.Errorf("loading: %w", err), jobv2.Code_JOB_NOT_FOUND))
	fmt.Println(status.Is(err, jobv2.Code_INTERNAL_ERROR))
	// Output:
	// true
	// true
	// false
}

func ExampleAs() {
	err := call(status.Error(jobv2.Code_API_OVERLOADED))
	switch code, ok := status.As[jobv2.Code](err); {
	case !ok:
		fmt.Println("not an error of this system")
	case code == jobv2.Code_API_OVERLOADED:
		fmt.Println("try again later")
	default:
		fmt.Println(code)
	}
	// Output: try again later
}

func ExampleServerOptions() {
	logger := slog.New(slog.DiscardHandler)
	opts := status.ServerOptions(
		status.WithLogger(logger),
		status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" }))
	// grpc.NewServer(opts...)
	err := call(errors.New("pq: password authentication failed"), opts...)
	if e, ok := status.FromError(err); ok {
		fmt.Println(e.GRPCStatus().Code(), e.Message()) // the text is in the log alone
	}
	// Output: Internal 系统内部异常
}

func ExampleWithObserver() {
	opts := status.ServerOptions(status.WithObserver(func(_ context.Context, e status.Event) {
		fmt.Println(e.Method, e.Domain, e.Reason, e.GRPCCode)
	}))
	_ = call(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42), opts...)
	// Output: /statusmap.demo.v1.DemoService/Raise legacy.job.v2 JOB_NOT_FOUND NotFound
}

func ExampleSetSuccess() {
	header := serveOnce(func(ctx context.Context) error {
		if err := status.SetSuccess(ctx, jarvisv2.Code_SKEY_GRANTED); err != nil {
			return err
		}
		return nil // the response
	})
	fmt.Println(header.Get("statusmap-success")) // for the gateway, which keeps it
	// Output: [legacy.jarvis.v2.SKEY_GRANTED]
}

// call returns what a client gets if a handler returns err.
func call(err error, opts ...grpc.ServerOption) error {
	_, err = exchange(func(context.Context) error { return err }, opts)
	return err
}

// serveOnce returns the header that a client gets of a handler that succeeds.
func serveOnce(handler func(context.Context) error) metadata.MD {
	header, err := exchange(handler, nil)
	if err != nil {
		log.Fatal(err)
	}
	return header
}

// exchange serves one RPC in memory.
func exchange(handler func(context.Context) error, opts []grpc.ServerOption) (header metadata.MD, err error) {
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer(opts...)
	demov1.RegisterDemoServiceServer(server, &backend{fail: handler})
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:memory",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		log.Fatal(err)
	}
	_, err = demov1.NewDemoServiceClient(conn).Raise(context.Background(), &demov1.RaiseRequest{}, grpc.Header(&header))
	server.Stop()
	if closed := errors.Join(conn.Close(), <-done); closed != nil {
		log.Fatal(closed)
	}
	return header, err
}
