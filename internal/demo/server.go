// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// A Config configures a Server.
type Config struct {
	// HTTP and GRPC are the addresses to listen on. Port 0 selects a free port.
	HTTP, GRPC string
	// Catalog has the codes that the server can raise. Required.
	Catalog *catalog.Catalog
	// Logger logs the errors that are hidden from clients. The default is slog.Default.
	Logger *slog.Logger
	// Codec has additional options of the gateway's codec.
	Codec []statushttp.Option
}

// A Server is a gRPC server with a REST gateway.
type Server struct {
	grpcListener net.Listener
	httpListener net.Listener
	grpc         *grpc.Server
	http         *http.Server
	health       *health.Server
	conn         *grpc.ClientConn
	served       chan error
}

// maxRaised is the maximum size of a status of Raise and Stream, which contains the
// arguments of the request. The other RPCs have the default limit.
const maxRaised = 256 << 10

// Start starts a server. The server runs until [Server.Stop] is called.
func Start(ctx context.Context, c Config) (*Server, error) {
	logger := c.Logger
	if logger == nil {
		logger = slog.Default()
	}
	codec, err := statushttp.New(append([]statushttp.Option{
		statushttp.WithCatalog(c.Catalog),
		statushttp.WithDialect(dialectOf),
		statushttp.WithLogger(logger),
	}, c.Codec...)...)
	if err != nil {
		return nil, err
	}
	s := &Server{served: make(chan error, 2)}
	if s.grpcListener, err = listen(ctx, "grpc", c.GRPC); err != nil {
		return nil, err
	}
	if s.httpListener, err = listen(ctx, "http", c.HTTP); err != nil {
		return nil, errors.Join(err, s.grpcListener.Close())
	}

	s.grpc = newGRPCServer(c.Catalog, logger)
	demov1.RegisterDemoServiceServer(s.grpc, NewService(c.Catalog))
	s.health = health.NewServer()
	grpc_health_v1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)

	s.conn, err = grpc.NewClient(s.GRPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, errors.Join(err, s.grpcListener.Close(), s.httpListener.Close())
	}
	mux := runtime.NewServeMux(gateway.New(codec).MuxOptions()...)
	if err := demov1.RegisterDemoServiceHandler(ctx, mux, s.conn); err != nil {
		return nil, errors.Join(err, s.grpcListener.Close(), s.httpListener.Close(), s.conn.Close())
	}
	s.http = &http.Server{
		Handler:           named(c.Catalog, mux),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}

	go func() { s.served <- s.grpc.Serve(s.grpcListener) }()
	go func() {
		err := s.http.Serve(s.httpListener)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		s.served <- err
	}()
	return s, nil
}

func listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: %w: use another address with --%s, or port 0 to select a free port", addr, cause(err), flag)
	}
	return l, nil
}

// cause removes "listen tcp 127.0.0.1:80:" from an error, since the caller adds the
// address.
func cause(err error) error {
	if op := new(net.OpError); errors.As(err, &op) {
		return op.Err
	}
	return err
}

func newGRPCServer(cat *catalog.Catalog, logger *slog.Logger) *grpc.Server {
	opts := []status.Option{
		status.WithCatalog(cat),
		status.WithLogger(logger),
		status.WithFallbackDomain(func(_ context.Context, request any) string {
			if r, ok := request.(interface{ GetDomain() string }); ok {
				return r.GetDomain()
			}
			return ""
		}),
	}
	bounded := status.UnaryServerInterceptor(opts...)
	return grpc.NewServer(append(
		status.ServerOptions(append(opts, status.WithMaxSize(maxRaised))...),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			if info.FullMethod == demov1.DemoService_Raise_FullMethodName {
				return handler(ctx, request)
			}
			return bounded(ctx, request, info, handler)
		}),
	)...)
}

// dialectOf returns the domain of the dialect of a request: the query parameter dialect,
// or else the second segment of the path.
func dialectOf(r *http.Request) string {
	if strings.Contains(r.URL.RawQuery, "dialect=") {
		if dialect := r.URL.Query().Get("dialect"); dialect != "" {
			return dialect
		}
	}
	_, domain, _ := route(r.URL.Path)
	return domain
}

// route splits a path of the demo, for example /raise/legacy.job.v2/JOB_NOT_FOUND.
func route(path string) (verb, domain, name string) {
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 3)
	parts = append(parts, "", "")
	return parts[0], parts[1], parts[2]
}

// named answers requests with an unknown domain, reason, dialect or fault in plain text.
// Legacy systems have no codes for these errors.
func named(cat *catalog.Catalog, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkNames(cat, r); err != nil {
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusNotFound)
			if _, err := fmt.Fprintln(w, err); err != nil {
				return // the client has closed the connection
			}
			return
		}
		next.ServeHTTP(w, withMetadata(r))
	})
}

// withMetadata returns a request whose plain query arguments, as in ?job_id=42, are
// metadata, as in ?metadata[job_id]=42. Arguments that the demo has itself stay.
func withMetadata(r *http.Request) *http.Request {
	verb, _, _ := route(r.URL.Path)
	if verb != "raise" && verb != "stream" || r.URL.RawQuery == "" {
		return r
	}
	query := r.URL.Query()
	changed := url.Values{}
	for name, values := range query {
		if !IsOwnArgument(name) {
			name = "metadata[" + name + "]"
			if query.Has(name) {
				continue
			}
		}
		changed[name] = values
	}
	u := *r.URL
	u.RawQuery = changed.Encode()
	clone := *r
	clone.URL = &u
	return &clone
}

// IsOwnArgument reports whether a query argument is a field of the demo's requests.
func IsOwnArgument(name string) bool {
	switch name {
	case "domain", "reason", "dialect", "metadata", "also", "after":
		return true
	default:
		return strings.HasPrefix(name, "metadata[")
	}
}

func checkNames(cat *catalog.Catalog, r *http.Request) error {
	verb, domain, name := route(r.URL.Path)
	var err error
	switch {
	case domain == "" || strings.Contains(name, "/"):
		return nil // not a path of the demo: the gateway answers 404
	case verb == "raise" || verb == "stream":
		if name != "" {
			_, err = Lookup(cat, domain, name)
		}
	case verb == "echo":
		_, err = LookupSystem(cat, domain)
	case verb == "fault":
		if _, err = LookupSystem(cat, domain); err == nil && name != "" && faults[name] == nil {
			err = fmt.Errorf("unknown fault %q: use one of %s", name, strings.Join(Faults(), ", "))
		}
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if verb == "raise" {
		for _, reason := range r.URL.Query()["also"] {
			if _, err := Lookup(cat, domain, reason); err != nil {
				return err
			}
		}
	}
	if dialect := r.URL.Query().Get("dialect"); dialect != "" {
		_, err = LookupSystem(cat, dialect)
	}
	return err
}

// HTTPAddr returns the address of the gateway, with the selected port.
func (s *Server) HTTPAddr() string { return s.httpListener.Addr().String() }

// GRPCAddr returns the address of the gRPC server, with the selected port.
func (s *Server) GRPCAddr() string { return s.grpcListener.Addr().String() }

// Done receives the error of a server that stops without a call of Stop.
func (s *Server) Done() <-chan error { return s.served }

// Stop stops both servers. They refuse new requests, and complete the current ones
// until ctx ends.
func (s *Server) Stop(ctx context.Context) error {
	s.health.Shutdown()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	drained := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(drained)
	}()
	select {
	case <-drained:
	case <-ctx.Done():
		s.grpc.Stop()
		<-drained
	}
	return errors.Join(err, s.conn.Close())
}
