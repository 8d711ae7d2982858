// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// web returns a function that makes one GET of a stack, on a connection that stays
// open, and returns the answer's HTTP status and body. withID sends a new X-Request-Id
// with each.
func web(tb testing.TB, s *stack, withID bool) func() (int, []byte) {
	tb.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}}
	tb.Cleanup(client.CloseIdleConnections)
	url := "http://" + s.address + "/echo/" + domain + "?text=hi"
	buffer := make([]byte, 0, 4096)
	return func() (int, []byte) {
		request, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			tb.Fatal(err)
		}
		if withID {
			request.Header.Set("X-Request-Id", nextID())
		}
		response, err := client.Do(request)
		if err != nil {
			tb.Fatal(err)
		}
		buffer = buffer[:cap(buffer)]
		n, err := io.ReadFull(response.Body, buffer)
		if err != io.ErrUnexpectedEOF && err != io.EOF {
			tb.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			tb.Fatal(err)
		}
		return response.StatusCode, buffer[:n]
	}
}

var lastID int

func nextID() string {
	lastID++
	return fmt.Sprintf("%s%012d", requestID[:len(requestID)-12], lastID)
}

// An exit is one kind of answer, from HTTP through the gateway over TCP to the
// backend and back.
type exit struct {
	name    string
	handler http.Handler
	backend *backend
	status  int
	body    string // what it starts with
}

// use makes a stack answer by an exit.
func (e *exit) use(s *stack) {
	s.handler.Store(&e.handler)
	s.backend.Store(e.backend)
}

// exits returns the plain success of a route first, for the others to be compared
// with.
func exits(tb testing.TB, s *stack, withID bool) []exit {
	tb.Helper()
	var plain []runtime.ServeMuxOption
	if withID {
		plain = append(plain, runtime.WithIncomingHeaderMatcher(func(key string) (string, bool) {
			if key == "X-Request-Id" {
				return "x-request-id", true
			}
			return runtime.DefaultHeaderMatcher(key)
		}))
	}
	mux := func(opts ...runtime.ServeMuxOption) *runtime.ServeMux {
		m := runtime.NewServeMux(opts...)
		register(tb, m, s.client)
		return m
	}

	en := english(tb)
	conflict, ok := en.Lookup(englishDomain, englishReason)
	if !ok {
		tb.Fatal("the English system has no conflict")
	}
	quiet := slog.New(slog.DiscardHandler)
	ours := mux(newGateway(tb, domain).MuxOptions()...)
	enOurs := mux(newGateway(tb, englishDomain, statushttp.WithCatalog(en)).MuxOptions()...)
	intercept := status.UnaryServerInterceptor(status.WithLogger(quiet))
	enIntercept := status.UnaryServerInterceptor(status.WithLogger(quiet), status.WithCatalog(en))

	// The floor is what no library can save: grpc-go carries the same status, made
	// beforehand, and the gateway writes constant bytes. The id changes, as it does in
	// ours: HPACK sends what it has sent before in a byte.
	floorExit := func(name string, code *catalog.Code, text string) exit {
		var made [256]error
		for i := range made {
			made[i] = grpcstatus.Convert(status.New(code, "task", task, "status", state, "request_id", nextID())).Err()
		}
		next := 0
		answer := raise(func() error {
			next++
			return made[next%len(made)]
		})
		handle := func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header()["X-Request-Id"] = floorID
			floor(w, text)
		}
		return exit{name, mux(append(plain, runtime.WithErrorHandler(handle))...), &backend{answer: answer}, http.StatusOK, string(floorHead) + text}
	}
	cat, err := catalog.Default()
	if err != nil {
		tb.Fatal(err)
	}
	zhConflict, ok := cat.Lookup(domain, reason)
	if !ok {
		tb.Fatal("JOB has no conflict")
	}

	failure := func(code, text string) string {
		return `{"result":false,"code":` + code + `,"data":null,"message":"` + text + `","request_id":"`
	}
	return []exit{
		{"plain_success", mux(plain...), &backend{answer: succeed}, http.StatusOK, `{"text":"hi"}`},
		{"statusmap_success", ours, &backend{succeed, intercept}, http.StatusOK, `{"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"`},
		{"statusmap_error/args=0", ours, &backend{raise(buildNone), intercept}, http.StatusOK, failure(plainLegacy, plainMessage)},
		{"statusmap_error/args=2", ours, &backend{raise(buildTwo), intercept}, http.StatusOK, failure(legacy, message)},
		{"statusmap_english_error/args=2", enOurs, &backend{raise(func() error {
			return status.New(conflict, "task", task, "status", state)
		}), enIntercept}, http.StatusOK, failure("1000000", englishMessage)},
		floorExit("floor_error/args=2", zhConflict, message),
		floorExit("floor_english_error/args=2", conflict, englishMessage),
		{"default_error/args=2", mux(plain...), &backend{answer: raise(buildTwo)}, http.StatusBadRequest, `{"code":9,`},
	}
}

// BenchmarkEndToEnd compares whole requests of one route: answers of ours with the
// plain success of grpc-gateway alone, and errors with the floor. Both sides pass the
// client's request id on. In no_id the client sends none, and our gateway makes one:
// grpc-gateway alone has none.
func BenchmarkEndToEnd(b *testing.B) {
	for _, withID := range []bool{true, false} {
		name, kinds := "id", 8
		if !withID {
			name, kinds = "no_id", 2 // of success
		}
		b.Run(name, func(b *testing.B) {
			s := newStack(b)
			get := web(b, s, withID)
			var variants []variant
			for _, e := range exits(b, s, withID)[:kinds] {
				against := []string{"plain_success"}
				if kind, ok := strings.CutPrefix(e.name, "statusmap_"); ok && strings.HasSuffix(kind, "error/args=2") {
					against = append(against, "floor_"+kind)
				}
				variants = append(variants, variant{name: e.name, use: func() { e.use(s) }, run: func() { get() }, against: against, slice: 40 * time.Millisecond, moreRounds: 4})
			}
			sideBySide(b, variants)
		})
	}
}

func doNothing(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	return handler(ctx, request)
}

// BenchmarkInterceptor is the interceptor without the RPC around it.
func BenchmarkInterceptor(b *testing.B) {
	ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs("x-request-id", requestID, ":authority", "127.0.0.1:1",
		"content-type", "application/grpc", "user-agent", "grpc-go/1", "x-forwarded-for", "127.0.0.1", "x-forwarded-host", "127.0.0.1:2"))
	info := &grpc.UnaryServerInfo{FullMethod: demov1.DemoService_Echo_FullMethodName}
	var request any = &demov1.EchoRequest{Text: "hi"}
	response := &demov1.EchoResponse{Text: "hi"}
	ours := status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)))
	succeed := func(context.Context, any) (any, error) { return response, nil }
	raise := func(context.Context, any) (any, error) { return nil, buildTwo() }
	sideBySide(b, []variant{
		{name: "success/nothing", run: func() { sinkAny, errSink = doNothing(ctx, request, info, succeed) }},
		{name: "success/statusmap", run: func() { sinkAny, errSink = ours(ctx, request, info, succeed) }, against: []string{"success/nothing"}},
		{name: "error/statusmap", run: func() { sinkAny, errSink = ours(ctx, request, info, raise) }},
	})
}

var sinkAny any
