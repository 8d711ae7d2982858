// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package connecttest runs the demo's service on connect-go, for tests.
package connecttest

import (
	"context"
	"net/http"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/grpc"

	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/gen/statusmap/demo/v1/demov1connect"
)

// A Service is a gRPC service as connect-go calls it.
type Service struct{ GRPC demov1.DemoServiceServer }

var _ demov1connect.DemoServiceHandler = Service{}

// Raise calls the service.
func (s Service) Raise(ctx context.Context, r *connect.Request[demov1.RaiseRequest]) (*connect.Response[demov1.RaiseResponse], error) {
	return unary(ctx, r, s.GRPC.Raise)
}

// Echo calls the service.
func (s Service) Echo(ctx context.Context, r *connect.Request[demov1.EchoRequest]) (*connect.Response[demov1.EchoResponse], error) {
	return unary(ctx, r, s.GRPC.Echo)
}

// Fault calls the service.
func (s Service) Fault(ctx context.Context, r *connect.Request[demov1.FaultRequest]) (*connect.Response[demov1.FaultResponse], error) {
	return unary(ctx, r, s.GRPC.Fault)
}

// Stream calls the service.
func (s Service) Stream(ctx context.Context, r *connect.Request[demov1.StreamRequest], stream *connect.ServerStream[demov1.StreamResponse]) error {
	return s.GRPC.Stream(r.Msg, &serverStream{context: ctx, stream: stream})
}

func unary[Q, R any](ctx context.Context, r *connect.Request[Q], call func(context.Context, *Q) (*R, error)) (*connect.Response[R], error) {
	response, err := call(ctx, r.Msg)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(response), nil
}

type serverStream struct {
	grpc.ServerStream                 // nil: the service calls only what is below
	context           context.Context //nolint:containedctx // as grpc-go's streams have it
	stream            *connect.ServerStream[demov1.StreamResponse]
}

func (s *serverStream) Context() context.Context                  { return s.context }
func (s *serverStream) Send(message *demov1.StreamResponse) error { return s.stream.Send(message) }

// FallbackDomain chooses the domain that a request of the demo names.
func FallbackDomain(_ context.Context, request any) string {
	if r, ok := request.(interface{ GetDomain() string }); ok {
		return r.GetDomain()
	}
	return ""
}

// NewMux returns a mux with a service whose errors the interceptor gives their final form.
func NewMux(service demov1.DemoServiceServer, opts ...status.Option) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle(demov1connect.NewDemoServiceHandler(Service{service},
		connect.WithInterceptors(statusconnect.Interceptor(opts...))))
	return mux
}

// A Wire is a way in which a client calls: a protocol on an HTTP version, with binary
// messages or JSON.
type Wire struct {
	Name    string
	HTTP    servertest.Protocol
	Options []connect.ClientOption
}

// Wires returns all ways that connect-go's clients have.
func Wires() []Wire {
	json := connect.WithProtoJSON()
	return []Wire{
		{"Connect", servertest.HTTP2, nil},
		{"Connect_JSON", servertest.HTTP2, []connect.ClientOption{json}},
		{"Connect_HTTP1", servertest.HTTP1, nil},
		{"gRPC", servertest.HTTP2, []connect.ClientOption{connect.WithGRPC()}},
		{"gRPC_JSON", servertest.HTTP2, []connect.ClientOption{connect.WithGRPC(), json}},
		{"gRPC-Web", servertest.HTTP2, []connect.ClientOption{connect.WithGRPCWeb()}},
		{"gRPC-Web_HTTP1", servertest.HTTP1, []connect.ClientOption{connect.WithGRPCWeb()}},
	}
}

// Dial serves a handler until the test ends, and returns a client of its service.
func (w Wire) Dial(t testing.TB, handler http.Handler) demov1connect.DemoServiceClient {
	t.Helper()
	return w.Client(servertest.ServeHTTP(t, handler, w.HTTP))
}

// Client returns a client of a server's service.
func (w Wire) Client(server *servertest.Server) demov1connect.DemoServiceClient {
	return demov1connect.NewDemoServiceClient(server.Client, server.URL, w.Options...)
}

// Request returns a request with headers, as names and values by turns.
func Request[T any](message *T, header ...string) *connect.Request[T] {
	r := connect.NewRequest(message)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header().Set(header[i], header[i+1])
	}
	return r
}
