// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/auth"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/logging"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/ratelimit"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/retry"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/status/statusotel"
	"github.com/statusmap/statusmap/statushttp"
)

// The two functions are in docs/composition.md word for word: TestDocsGo compares them.

func newServer(logger logging.Logger, authenticate auth.AuthFunc, limiter ratelimit.Limiter) (*grpc.Server, error) {
	observe, err := statusotel.Observer(otel.Meter("example.com/jobs"))
	if err != nil {
		return nil, err
	}
	var opts []grpc.ServerOption
	opts = append(opts, // before ours: what looks at the status as it is sent
		grpc.StatsHandler(otelgrpc.NewServerHandler()),
		grpc.ChainUnaryInterceptor(logging.UnaryServerInterceptor(logger)),
		grpc.ChainStreamInterceptor(logging.StreamServerInterceptor(logger)),
	)
	opts = append(opts, status.ServerOptions(status.WithObserver(observe))...)
	opts = append(opts, // after ours: what refuses a call
		grpc.ChainUnaryInterceptor(auth.UnaryServerInterceptor(authenticate), ratelimit.UnaryServerInterceptor(limiter)),
		grpc.ChainStreamInterceptor(auth.StreamServerInterceptor(authenticate), ratelimit.StreamServerInterceptor(limiter)),
	)
	return grpc.NewServer(opts...), nil
}

func newHandler(ctx context.Context, address string) (http.Handler, error) {
	codec, err := statushttp.New(statushttp.WithRoute("/raise/", "legacy.apiswitch.v1"))
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()),
		grpc.WithChainUnaryInterceptor(retry.UnaryClientInterceptor(retry.WithMax(3))), // not for streams
	)
	if err != nil {
		return nil, err
	}
	gw := gateway.New(codec)
	mux := runtime.NewServeMux(append(gw.MuxOptions(),
		runtime.WithHealthzEndpoint(grpc_health_v1.NewHealthClient(conn)))...)
	if err := gw.Check(mux); err != nil {
		return nil, err // an option after MuxOptions replaces an error handler
	}
	if err := demov1.RegisterDemoServiceHandler(ctx, mux, conn); err != nil {
		return nil, err
	}
	compress, err := gzhttp.NewWrapper()
	if err != nil {
		return nil, err
	}
	router := chi.NewRouter()
	router.Use(
		otelhttp.NewMiddleware("gateway"),
		middleware.Recoverer, // for requests without a dialect
		cors.New(cors.Options{ExposedHeaders: []string{"X-Request-Id", "Retry-After"}}).Handler,
		func(next http.Handler) http.Handler { return compress(next) },
		func(next http.Handler) http.Handler { return http.MaxBytesHandler(next, 1<<20) },
		middleware.Timeout(30*time.Second),
	)
	router.Mount("/", mux) // all of it: 404 and 405 are the mux's too
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	return router, nil
}

// The program answers every failure in the dialect of its route.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// no token: 401 {"Code":10101,"Message":"TOKEN不合法"}
	// a token: 404 {"Code":10003,"Message":"未找到相应条目"}
	// no path: 404 {"Code":10003,"Message":"未找到相应条目"}
	// another method: 405 {"Code":10005,"Message":"非法请求"}
	// health: 200 {"status":"SERVING"}
}

func run(ctx context.Context) error {
	server, err := newServer(logging.LoggerFunc(func(context.Context, logging.Level, string, ...any) {}), checkToken, unlimited{})
	if err != nil {
		return err
	}
	cat, err := catalog.Default()
	if err != nil {
		return err
	}
	demov1.RegisterDemoServiceServer(server, demo.NewService(cat))
	grpc_health_v1.RegisterHealthServer(server, openHealth{health.NewServer()})
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	ctx, cancel := context.WithCancel(ctx)
	handler, err := newHandler(ctx, listener.Addr().String())
	if err != nil {
		cancel()
		return err
	}
	for _, r := range []struct{ name, method, path, token string }{
		{"no token", http.MethodGet, "/raise/legacy.apiswitch.v1/ITEM_NOT_FOUND", ""},
		{"a token", http.MethodGet, "/raise/legacy.apiswitch.v1/ITEM_NOT_FOUND", "sesame"},
		{"no path", http.MethodGet, "/raise/none", ""},
		{"another method", http.MethodPut, "/raise/legacy.apiswitch.v1/ITEM_NOT_FOUND", ""},
		{"health", http.MethodGet, "/healthz", ""},
	} {
		request := httptest.NewRequestWithContext(ctx, r.method, r.path, nil)
		request.Header.Set("Authorization", r.token)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		body, err := io.ReadAll(recorder.Body)
		if err != nil {
			cancel()
			return err
		}
		fmt.Printf("%s: %d %s\n", r.name, recorder.Code, strings.TrimSpace(compact(string(body))))
	}
	cancel()
	server.Stop()
	if err := <-served; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

func checkToken(ctx context.Context) (context.Context, error) {
	if token := metadata.ValueFromIncomingContext(ctx, "authorization"); len(token) != 1 || token[0] != "sesame" {
		return nil, grpcstatus.Error(codes.Unauthenticated, "the token is not sesame")
	}
	return ctx, nil
}

// openHealth needs no token.
type openHealth struct{ grpc_health_v1.HealthServer }

func (openHealth) AuthFuncOverride(ctx context.Context, _ string) (context.Context, error) {
	return ctx, nil
}

type unlimited struct{}

func (unlimited) Limit(context.Context) error { return nil }
