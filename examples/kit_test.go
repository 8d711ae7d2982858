// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// A request of the tests names its dialect in a header; without one it has none.
const (
	dialectHeader = "Dialect"
	apiswitch     = "legacy.apiswitch.v1" // its failures have HTTP statuses of their own
	job           = "legacy.job.v2"       // it answers 200 to everything
)

var (
	plain       = servertest.Header{}
	inApiswitch = servertest.Header{dialectHeader: apiswitch}
	inJob       = servertest.Header{dialectHeader: job}
)

// What apiswitch answers.
const (
	notFound     = `{"Code":10003,"Message":"未找到相应条目"}`
	internal     = `{"Code":10004,"Message":"内部错误"}`
	illegal      = `{"Code":10001,"Message":"参数不合法"}`
	badRequest   = `{"Code":10005,"Message":"非法请求"}`
	invalidToken = `{"Code":10101,"Message":"TOKEN不合法"}`
	exhausted    = `{"Code":10609,"Message":"超出配额"}`
)

// A backend is the demo's service. Its Echo does what the text says.
type backend struct {
	*demo.Service
	received chan struct{} // closed when a client has read the first message of a stream
}

func (b *backend) Echo(ctx context.Context, r *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	switch r.GetText() {
	case "wait":
		<-ctx.Done()
		return nil, errors.Join(errors.New("db-"+servertest.Secret), ctx.Err())
	case "panic":
		panic(servertest.Secret)
	}
	return b.Service.Echo(ctx, r)
}

func (b *backend) Stream(r *demov1.StreamRequest, stream grpc.ServerStreamingServer[demov1.StreamResponse]) error {
	if b.received != nil {
		if err := stream.Send(&demov1.StreamResponse{Index: 1}); err != nil {
			return err
		}
		select {
		case <-b.received:
		case <-stream.Context().Done():
		}
	}
	return b.Service.Stream(r, stream)
}

// A config says what a program puts where.
type config struct {
	backend *backend

	// gRPC: interceptors before status.ServerOptions, and after them.
	beforeOurs, afterOurs []grpc.ServerOption
	status                []status.Option
	instead               []grpc.ServerOption // of status.ServerOptions, if it is not nil
	dial                  []grpc.DialOption

	// The mux: options before gateway.Gateway.MuxOptions, and after them.
	beforeMux, afterMux []runtime.ServeMuxOption
	statushttp          []statushttp.Option

	// around is what is put around the mux.
	around func(codec *statushttp.Codec, mux http.Handler) http.Handler
}

// A program is a gRPC server, and a gateway in front of it.
type program struct {
	*servertest.Server
	grpc   demov1.DemoServiceClient
	conn   *grpc.ClientConn
	health *health.Server
	log    *servertest.Log // of statusmap
	stop   func()          // ends the servers, once their handlers have
}

// start runs a program until the test ends.
func start(t *testing.T, c config) *program {
	t.Helper()
	p := &program{log: new(servertest.Log), health: health.NewServer()}
	if c.backend == nil {
		c.backend = new(backend)
	}
	c.backend.Service = demo.NewService(servertest.DefaultCatalog(t))

	ours := c.instead
	if ours == nil {
		ours = status.ServerOptions(append(ourOptions(p.log), c.status...)...)
	}
	address := p.serveGRPC(t, c.backend, slices.Concat(c.beforeOurs, ours, c.afterOurs))
	p.conn = servertest.Dial(t, address, c.dial...)
	p.grpc = demov1.NewDemoServiceClient(p.conn)

	codec, err := statushttp.New(append([]statushttp.Option{
		statushttp.WithDialect(func(r *http.Request) string { return r.Header.Get(dialectHeader) }),
		statushttp.WithLogger(p.log.Logger()),
	}, c.statushttp...)...)
	if err != nil {
		t.Fatal(err)
	}
	mux := runtime.NewServeMux(slices.Concat(c.beforeMux, gateway.New(codec).MuxOptions(), c.afterMux,
		[]runtime.ServeMuxOption{runtime.WithHealthzEndpoint(grpc_health_v1.NewHealthClient(p.conn))})...)
	if err := demov1.RegisterDemoServiceHandler(t.Context(), mux, p.conn); err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = mux
	if c.around != nil {
		handler = c.around(codec, mux)
	}
	var handling sync.WaitGroup
	p.Server = servertest.ServeHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handling.Add(1)
		defer handling.Done()
		handler.ServeHTTP(w, r)
	}), servertest.HTTP1)
	stopGRPC := p.stop
	p.stop = func() {
		handling.Wait()
		stopGRPC()
	}
	return p
}

// ourOptions are those of our interceptors: errors without a code get apiswitch's.
func ourOptions(log *servertest.Log) []status.Option {
	return []status.Option{
		status.WithLogger(log.Logger()),
		status.WithFallbackDomain(func(context.Context, any) string { return apiswitch }),
	}
}

func (p *program) serveGRPC(t *testing.T, b *backend, opts []grpc.ServerOption) (address string) {
	t.Helper()
	l := servertest.Listen(t)
	server := grpc.NewServer(opts...)
	demov1.RegisterDemoServiceServer(server, b)
	grpc_health_v1.RegisterHealthServer(server, p.health)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	p.stop = server.GracefulStop
	t.Cleanup(func() {
		server.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// An exchange is a request, and what its client has to see.
type exchange struct {
	method string
	path   string
	header servertest.Header
	body   string

	wantStatus int
	want       string            // the body, without the spaces of protojson; "": not compared
	wantHeader map[string]string // "": none
}

// check sends the requests of a table to the program.
func (p *program) check(t *testing.T, table map[string]exchange) {
	t.Helper()
	for name, x := range table {
		r := p.Do(t, servertest.Request{Method: x.method, Path: x.path, Header: x.header, Body: x.body})
		if got := compact(r.Body); r.Status != x.wantStatus || x.want != "" && got != x.want {
			t.Errorf("%s: got %d %s, want %d %s", name, r.Status, got, x.wantStatus, x.want)
		}
		for h, want := range x.wantHeader {
			if got := r.Header.Get(h); got != want {
				t.Errorf("%s: %s is %q, want %q", name, h, got, want)
			}
		}
		if x.header[dialectHeader] != "" && strings.Contains(r.Body, servertest.Secret) {
			t.Errorf("%s: %s", name, r.Body)
		}
	}
}

// compact takes out the spaces that protojson writes at random.
func compact(body string) string {
	return strings.NewReplacer(`": `, `":`, `, "`, `,"`).Replace(body)
}

// wantLog takes what statusmap has logged, and checks that it has all the texts.
func (p *program) wantLog(t *testing.T, texts ...string) {
	t.Helper()
	log := p.log.Take()
	for _, text := range texts {
		if !strings.Contains(log, text) {
			t.Errorf("logged %q, want %q in it", log, text)
		}
	}
}

// inside makes a middleware of net/http one of the mux's.
func inside(t *testing.T, middleware func(http.Handler) http.Handler) runtime.ServeMuxOption {
	t.Helper()
	return runtime.WithMiddlewares(func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next(w, r, params) })).ServeHTTP(w, r)
		}
	})
}

// around makes a middleware of net/http one around the mux.
func around(middleware func(http.Handler) http.Handler) func(*statushttp.Codec, http.Handler) http.Handler {
	return func(_ *statushttp.Codec, mux http.Handler) http.Handler { return middleware(mux) }
}

// reason returns the reason that a gRPC client reads from an error; "" if there is none.
func reason(err error) string {
	e, ok := status.FromError(err)
	if !ok {
		return ""
	}
	return e.Reason()
}

// message returns what a gRPC client sees.
func message(err error) string { return grpcstatus.Convert(err).Message() }
