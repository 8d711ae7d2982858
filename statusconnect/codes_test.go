// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect/internal/connecttest"
	"github.com/statusmap/statusmap/statusconnect/internal/gen/statusmap/demo/v1/demov1connect"
)

func TestMain(m *testing.M) { servertest.Main(m) }

const requestID = "0af7651916cd43dd8448eb211c80319c"

// sides are the same service on grpc-go, with status.ServerOptions, and on connect-go,
// with Interceptor.
type sides struct {
	grpc    demov1.DemoServiceClient
	connect demov1connect.DemoServiceClient
}

func options() []status.Option {
	return []status.Option{
		status.WithFallbackDomain(connecttest.FallbackDomain),
		status.WithLogger(slog.New(slog.DiscardHandler)),
	}
}

func newSides(t testing.TB, wire connecttest.Wire, service demov1.DemoServiceServer, opts ...status.Option) sides {
	t.Helper()
	address := servertest.ServeGRPC(t, service, status.ServerOptions(opts...)...)
	return sides{
		grpc:    demov1.NewDemoServiceClient(servertest.Dial(t, address)),
		connect: wire.Dial(t, connecttest.NewMux(service, opts...)),
	}
}

// incoming returns a context with metadata for grpc-go.
func incoming(t testing.TB, header ...string) context.Context {
	t.Helper()
	return metadata.AppendToOutgoingContext(t.Context(), header...)
}

// wireStatus returns what a connect-go client has received.
func wireStatus(t testing.TB, err error) *spb.Status {
	t.Helper()
	var e *connect.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is not a *connect.Error", err)
	}
	p := &spb.Status{Code: int32(e.Code()), Message: e.Message()}
	for _, d := range e.Details() {
		p.Details = append(p.Details, &anypb.Any{TypeUrl: "type.googleapis.com/" + d.Type(), Value: d.Bytes()})
	}
	return p
}

// checkSame fails the test unless both sides have sent the same bytes.
func checkSame(t testing.TB, name string, got, want error) {
	t.Helper()
	g, w := wireStatus(t, got), grpcstatus.Convert(want).Proto()
	if !proto.Equal(g, w) {
		t.Errorf("%s: connect-go has sent\n%v\ngrpc-go has sent\n%v", name, g, w)
	}
}

// everyCode calls f for each code of each system that can be raised, and returns how many
// there are.
func everyCode(t testing.TB, f func(system *catalog.System, code *catalog.Code)) int {
	t.Helper()
	n := 0
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		for _, code := range system.Codes() {
			if !code.IsSuccess() {
				f(system, code)
				n++
			}
		}
	}
	return n
}

func raise(system *catalog.System, code *catalog.Code) *demov1.RaiseRequest {
	return &demov1.RaiseRequest{Domain: system.Domain(), Reason: code.Reason(), Metadata: servertest.SampleArguments(code)}
}

// TestEveryCode raises every code, in each protocol: its status has the same code, message
// and details as grpc-go's, byte for byte, and package status reads it.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	for _, wire := range connecttest.Wires() {
		t.Run(wire.Name, func(t *testing.T) {
			t.Parallel()
			s := newSides(t, wire, demo.NewService(servertest.DefaultCatalog(t)), options()...)
			header := []string{"x-request-id", requestID, "accept-language", "en"}
			n := everyCode(t, func(system *catalog.System, code *catalog.Code) {
				request := raise(system, code)
				_, want := s.grpc.Raise(incoming(t, header...), request)
				_, got := s.connect.Raise(t.Context(), connecttest.Request(request, header...))
				checkSame(t, code.FullName(), got, want)
				checkRead(t, code, got)
			})
			if n < 450 {
				t.Errorf("%d codes, want 450 or more", n)
			}
			t.Logf("%d codes", n)
		})
	}
}

// checkRead fails the test unless package status reads a code from a *connect.Error.
func checkRead(t testing.TB, code *catalog.Code, err error) {
	t.Helper()
	e, ok := status.FromError(err)
	if !ok || e.Code() != code || e.LegacyCode() != code.LegacyCode() || e.GRPCStatus().Code() != code.GRPCCode() {
		t.Errorf("FromError(%v) = %v, %v, want %s", err, e, ok, code.FullName())
		return
	}
	if status.Code(err) != code.GRPCCode() {
		t.Errorf("%s: Code = %v, want %v", code.FullName(), status.Code(err), code.GRPCCode())
	}
	if id, _ := e.MetadataValue(catalog.ErrorInfoRequestID); id != requestID {
		t.Errorf("%s: request_id is %q, want %q", code.FullName(), id, requestID)
	}
	for name, value := range servertest.SampleArguments(code) {
		if got, _ := e.MetadataValue(name); got != value {
			t.Errorf("%s: %s is %q, want %q", code.FullName(), name, got, value)
		}
	}
	if want := code.RetryAfter(); e.RetryAfter() != want {
		t.Errorf("%s: RetryAfter = %v, want %v", code.FullName(), e.RetryAfter(), want)
	}
}

// TestStreams fails a stream with a code after 0 to 3 messages.
func TestStreams(t *testing.T) {
	t.Parallel()
	for _, wire := range connecttest.Wires() {
		t.Run(wire.Name, func(t *testing.T) {
			t.Parallel()
			s := newSides(t, wire, demo.NewService(servertest.DefaultCatalog(t)), options()...)
			for after := range int32(4) {
				request := &demov1.StreamRequest{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", After: after, Metadata: map[string]string{"job_id": "42"}}
				want := readGRPC(t, s, request)
				messages, got := readConnect(t, s, request)
				checkSame(t, "Stream", got, want)
				if messages != int(after) {
					t.Errorf("%d messages before the error, want %d", messages, after)
				}
			}
		})
	}
}

func readGRPC(t testing.TB, s sides, request *demov1.StreamRequest) error {
	t.Helper()
	stream, err := s.grpc.Stream(incoming(t, "x-request-id", requestID), request)
	for err == nil {
		_, err = stream.Recv()
	}
	return err
}

func readConnect(t testing.TB, s sides, request *demov1.StreamRequest) (messages int, err error) {
	t.Helper()
	stream, err := s.connect.Stream(t.Context(), connecttest.Request(request, "X-Request-Id", requestID))
	if err != nil {
		return 0, err
	}
	for stream.Receive() {
		messages++
	}
	err = stream.Err()
	if closeErr := stream.Close(); closeErr != nil {
		t.Error(closeErr)
	}
	return messages, err
}

// TestFaults fails in each way in which real backends do: both sides send the same, and
// nothing leaks. The details that a handler attaches are sent to gRPC clients too.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, wire := range connecttest.Wires() {
		t.Run(wire.Name, func(t *testing.T) {
			t.Parallel()
			s := newSides(t, wire, demo.NewService(servertest.DefaultCatalog(t)), options()...)
			for _, fault := range demo.Faults() {
				for _, domain := range []string{"legacy.job.v2", "legacy.apiswitch.v1", "legacy.elves.v2"} {
					request := &demov1.FaultRequest{Domain: domain, Fault: fault}
					_, want := s.grpc.Fault(incoming(t, "x-request-id", requestID), request)
					_, got := s.connect.Fault(t.Context(), connecttest.Request(request, "X-Request-Id", requestID))
					checkSame(t, fault, got, want)
					if p := wireStatus(t, got); fault != "unknown_detail" && strings.Contains(p.String(), demo.Secret) {
						t.Errorf("%s leaks: %v", fault, p)
					}
				}
			}
		})
	}
}

// TestSuccessCode: status.SetSuccess works in a handler of connect-go, as in grpc-go.
func TestSuccessCode(t *testing.T) {
	t.Parallel()
	for _, wire := range connecttest.Wires() {
		t.Run(wire.Name, func(t *testing.T) {
			t.Parallel()
			s := newSides(t, wire, demo.NewService(servertest.DefaultCatalog(t)), options()...)
			n := 0
			for _, system := range servertest.DefaultCatalog(t).Systems() {
				for _, code := range system.Codes() {
					if !code.IsSuccess() {
						continue
					}
					n++
					var want metadata.MD
					if _, err := s.grpc.Raise(t.Context(), raise(system, code), grpc.Header(&want)); err != nil {
						t.Fatal(err)
					}
					response, err := s.connect.Raise(t.Context(), connecttest.Request(raise(system, code)))
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want.Get("statusmap-success"), response.Header().Values("Statusmap-Success")); diff != "" {
						t.Errorf("%s (-grpc +connect): %s", code.FullName(), diff)
					}
				}
			}
			if n == 0 {
				t.Error("no success codes")
			}
		})
	}
}

// sizes are lengths in bytes of an argument.
var sizes = []int{0, 1, 100, 500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 8000, 16000, 64000, 256000}

// TestSizes sends statuses of all sizes: they have the same limit as grpc-go's.
func TestSizes(t *testing.T) {
	t.Parallel()
	for _, wire := range connecttest.Wires() {
		t.Run(wire.Name, func(t *testing.T) {
			t.Parallel()
			s := newSides(t, wire, demo.NewService(servertest.DefaultCatalog(t)), options()...)
			for _, size := range sizes {
				for _, text := range []string{"x", "作"} {
					request := &demov1.RaiseRequest{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: map[string]string{
						"job_id": strings.Repeat(text, size/len(text)),
					}}
					_, want := s.grpc.Raise(incoming(t, "x-request-id", requestID), request)
					_, got := s.connect.Raise(t.Context(), connecttest.Request(request, "X-Request-Id", requestID))
					checkSame(t, text, got, want)
				}
			}
		})
	}
}

// TestLanguages: the caller's language is read from the HTTP headers.
func TestLanguages(t *testing.T) {
	t.Parallel()
	wire := connecttest.Wires()[0]
	s := newSides(t, wire, demo.NewService(servertest.DefaultCatalog(t)), options()...)
	request := &demov1.RaiseRequest{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: map[string]string{"job_id": "42"}}
	seen := map[string]string{}
	for _, header := range [][2]string{{"accept-language", "en"}, {"accept-language", "fr, en;q=0.5"}, {"grpcgateway-accept-language", "en"}, {"accept-language", "zh"}} {
		_, want := s.grpc.Raise(incoming(t, header[0], header[1]), request)
		_, got := s.connect.Raise(t.Context(), connecttest.Request(request, header[0], header[1]))
		checkSame(t, header[1], got, want)
		seen[header[1]] = wireStatus(t, got).String()
	}
	if len(slices.Compact(slices.Sorted(maps.Values(seen)))) < 2 {
		t.Errorf("all languages get the same: %v", seen)
	}
}
