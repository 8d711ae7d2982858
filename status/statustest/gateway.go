// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statustest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/statusmap/statusmap/gateway"
	"github.com/statusmap/statusmap/statushttp"
)

// Conn serves a gRPC server in memory until the test ends, and returns a connection to it.
// The services must be registered before.
func Conn(t testing.TB, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///memory",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := conn.Close()
		server.Stop()
		if serveErr := <-served; !errors.Is(serveErr, grpc.ErrServerStopped) {
			err = errors.Join(err, serveErr)
		}
		if err != nil {
			t.Error(err)
		}
	})
	return conn
}

// Gateway serves a gRPC server in memory until the test ends, and returns a grpc-gateway in
// front of it, with a codec of the given options. register is the generated function of
// a service, such as RegisterShopHandler.
func Gateway(t testing.TB, server *grpc.Server, register func(context.Context, *runtime.ServeMux, *grpc.ClientConn) error, opts ...statushttp.Option) http.Handler {
	t.Helper()
	codec, err := statushttp.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	mux := runtime.NewServeMux(gateway.New(codec).MuxOptions()...)
	if err := register(t.Context(), mux, Conn(t, server)); err != nil {
		t.Fatal(err)
	}
	return mux
}

// EqualResponse sends a request to a handler, and fails the test with t.Error if the HTTP
// status or the body is not the wanted one. The body is compared byte for byte. If it has
// the id of the request, set the request's header X-Request-Id. EqualResponse returns the
// response, for checks of its headers.
//
//	request := httptest.NewRequest("GET", "/jobs/42", nil)
//	statustest.EqualResponse(t, handler, request, 404, `{"code":1233106,"message":"作业 42 不存在"}`)
func EqualResponse(t testing.TB, handler http.Handler, request *http.Request, httpStatus int, body string) *http.Response {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	got := recorder.Body.String()
	if recorder.Code != httpStatus || got != body {
		t.Errorf("%s %s (- want, + got)\n%s\n%s", request.Method, request.URL,
			lines(fmt.Sprintf("%d %s", httpStatus, http.StatusText(httpStatus)), fmt.Sprintf("%d %s", recorder.Code, http.StatusText(recorder.Code))),
			lines(body, got)+firstDifference(body, got))
	}
	return recorder.Result()
}

// lines returns a line that is equal, or the two that differ.
func lines(want, got string) string {
	if want == got {
		return "  " + want
	}
	return "- " + want + "\n+ " + got
}

// firstDifference returns a line about the first characters that differ.
func firstDifference(want, got string) string {
	if want == got {
		return ""
	}
	a, b := []rune(want), []rune(got)
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("\nthe first difference is %q, want %q", string(b[i:min(len(b), i+20)]), string(a[i:min(len(a), i+20)]))
}
