// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package servertest

import (
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
)

// ServeGRPC serves a service until the test ends, and returns its address. The only
// interceptors are those in opts.
func ServeGRPC(t testing.TB, service demov1.DemoServiceServer, opts ...grpc.ServerOption) string {
	t.Helper()
	l := Listen(t)
	server := grpc.NewServer(opts...)
	demov1.RegisterDemoServiceServer(server, service)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		server.GracefulStop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// Dial returns a connection to address, which is closed when the test ends.
func Dial(t testing.TB, address string, opts ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	opts = append([]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}, opts...)
	conn, err := grpc.NewClient(address, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}

// NewMux returns a grpc-gateway mux with the options of gw. It sends requests to the
// gRPC server at address.
func NewMux(t testing.TB, gw *gateway.Gateway, address string, opts ...runtime.ServeMuxOption) *runtime.ServeMux {
	t.Helper()
	mux := runtime.NewServeMux(append(gw.MuxOptions(), opts...)...)
	if err := demov1.RegisterDemoServiceHandler(t.Context(), mux, Dial(t, address)); err != nil {
		t.Fatal(err)
	}
	return mux
}

// ServeGateway serves a service behind gw until the test ends.
func ServeGateway(t testing.TB, gw *gateway.Gateway, service demov1.DemoServiceServer, opts ...grpc.ServerOption) *Server {
	t.Helper()
	return ServeHTTP(t, NewMux(t, gw, ServeGRPC(t, service, opts...)), HTTP1)
}
