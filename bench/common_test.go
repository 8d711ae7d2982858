// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// The error that all sides make, send and read: one that JOB really has.
const (
	domain  = "legacy.job.v2"
	reason  = "TASK_STATUS_CONFLICT"
	legacy  = "1239701"
	message = "操作失败!任务42当前状态:running"

	// Without arguments.
	plainReason  = "DATABASE_ERROR"
	plainLegacy  = "1252001"
	plainMessage = "数据库异常"
)

// service is the backend: one method, which does what answer does.
type service struct {
	demov1.UnimplementedDemoServiceServer
	answer echo
}

func (s *service) Echo(_ context.Context, r *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	return s.answer(r)
}

func succeed(r *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	return &demov1.EchoResponse{Text: r.GetText()}, nil
}

// raise answers with an error.
func raise(build func() error) echo {
	return func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, build() }
}

// serve runs a backend on loopback and returns a client of it.
func serve(tb testing.TB, answer echo, opts ...grpc.ServerOption) demov1.DemoServiceClient {
	tb.Helper()
	return serveService(tb, &service{answer: answer}, opts...)
}

func serveService(tb testing.TB, service demov1.DemoServiceServer, opts ...grpc.ServerOption) demov1.DemoServiceClient {
	tb.Helper()
	listener := listen(tb)
	server := grpc.NewServer(opts...)
	demov1.RegisterDemoServiceServer(server, service)
	run(tb, func() error { return server.Serve(listener) }, nil, server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := conn.Close(); err != nil {
			tb.Error(err)
		}
	})
	return demov1.NewDemoServiceClient(conn)
}

// run runs a server until the test is over. It must then end with the error end.
func run(tb testing.TB, serve func() error, end error, stop func()) {
	tb.Helper()
	ended := make(chan error, 1)
	go func() { ended <- serve() }()
	tb.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, end) {
			tb.Error(err)
		}
	})
}

func listen(tb testing.TB) net.Listener {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return listener
}

func interceptor() grpc.ServerOption {
	return grpc.ChainUnaryInterceptor(status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler))))
}

// register adds the one route that all muxes here have, as generated code does:
// the order of several routes alone moves figures by more than what is measured.
func register(tb testing.TB, mux *runtime.ServeMux, client demov1.DemoServiceClient) {
	tb.Helper()
	const pattern = "/echo/{domain}"
	err := mux.HandlePath(http.MethodGet, pattern, func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		_, outbound := runtime.MarshalerForRequest(mux, r)
		ctx, err := runtime.AnnotateContext(ctx, mux, r, demov1.DemoService_Echo_FullMethodName, runtime.WithHTTPPathPattern(pattern))
		if err != nil {
			runtime.HTTPError(ctx, mux, outbound, w, r, err)
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			runtime.HTTPError(ctx, mux, outbound, w, r, err)
			return
		}
		var md runtime.ServerMetadata
		response, err := client.Echo(ctx, &demov1.EchoRequest{Domain: params["domain"], Text: "hi"}, grpc.Header(&md.HeaderMD), grpc.Trailer(&md.TrailerMD))
		ctx = runtime.NewServerMetadataContext(ctx, md)
		if err != nil {
			runtime.HTTPError(ctx, mux, outbound, w, r, err)
			return
		}
		runtime.ForwardResponseMessage(ctx, mux, outbound, w, r, response, mux.GetForwardResponseOptions()...)
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// newGateway returns a gateway that answers with the system of domain.
func newGateway(tb testing.TB, domain string, opts ...statushttp.Option) *gateway.Gateway {
	tb.Helper()
	opts = append(opts, statushttp.WithRoute("/echo/", domain), statushttp.WithLogger(slog.New(slog.DiscardHandler)))
	codec, err := statushttp.New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return gateway.New(codec)
}
