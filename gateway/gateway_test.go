// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcmetadata "google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/gateway"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// newCodec returns a codec that logs nothing.
func newCodec(t testing.TB, opts ...statushttp.Option) *statushttp.Codec {
	t.Helper()
	quiet := statushttp.WithLogger(slog.New(slog.DiscardHandler))
	codec, err := statushttp.New(append([]statushttp.Option{quiet}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

// newMux returns a mux without routes.
func newMux(t testing.TB, opts ...statushttp.Option) *runtime.ServeMux {
	t.Helper()
	return runtime.NewServeMux(gateway.New(newCodec(t, opts...)).MuxOptions()...)
}

// get returns what a handler answers to a path.
func get(t testing.TB, handler http.Handler, path string, header servertest.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// A service says with which success it answers.
type service struct {
	demov1.UnimplementedDemoServiceServer
	set func(context.Context) error
	ids chan string
}

func (s *service) Echo(ctx context.Context, r *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	if s.ids != nil {
		s.ids <- strings.Join(grpcmetadata.ValueFromIncomingContext(ctx, status.RequestIDKey), ",")
	}
	if s.set != nil {
		if err := s.set(ctx); err != nil {
			return nil, err
		}
	}
	return &demov1.EchoResponse{Text: r.GetText()}, nil
}

// serve runs a service behind a gateway.
func serve(t *testing.T, s *service, opts ...statushttp.Option) *servertest.Server {
	t.Helper()
	return servertest.ServeGateway(t, gateway.New(newCodec(t, opts...)), s,
		status.ServerOptions(status.WithLogger(slog.New(slog.DiscardHandler)))...)
}

// TestRoutes: errors of requests that never became an RPC are in the dialect of their
// path; without one they are grpc-gateway's.
func TestRoutes(t *testing.T) {
	t.Parallel()
	mux := newMux(t, statushttp.WithRoute("/v1", "legacy.job.v1"), statushttp.WithRoute("/v1/elves/", "legacy.elves.v2"))
	plain := runtime.NewServeMux()
	for path, want := range map[string]string{
		"/v1":       `"code":1209995`,
		"/v1/x":     `"code":1209995`,
		"/v1x":      "",
		"/v1/elves": `[403]`,
		"/other":    "",
		"/":         "",
	} {
		got := get(t, mux, path, nil)
		if want == "" {
			if want := get(t, plain, path, nil); got.Body.String() != want.Body.String() || got.Code != want.Code {
				t.Errorf("%s: %d %s, want %d %s", path, got.Code, got.Body, want.Code, want.Body)
			}
		} else if !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %s, want %s in it", path, got.Body, want)
		}
	}
}

// TestDialectOptions: the option of the RPC counts, below the routes.
//
// Not parallel: it adds to the registry of this process.
func TestDialectOptions(t *testing.T) {
	prototest.Register(t, "gateway_dialect_test.proto", `
syntax = "proto3";
package statusmap.gatewaytest.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.job.v2"};
  rpc Get(M) returns (M);
  rpc Sign(M) returns (M) { option (statusmap.v1.method) = {dialect: "legacy.elves.v2"}; }
}
service Plain { rpc Get(M) returns (M); }
`)
	mux := newMux(t, statushttp.WithRoute("/routed/", "legacy.apiswitch.v1"))
	for path, method := range map[string]string{
		"/jobs":        "/statusmap.gatewaytest.v1.Jobs/Get",
		"/sign":        "/statusmap.gatewaytest.v1.Jobs/Sign",
		"/plain":       "/statusmap.gatewaytest.v1.Plain/Get",
		"/routed/jobs": "/statusmap.gatewaytest.v1.Jobs/Get",
		"/unknown":     "/none.Service/Get",
		"/odd":         "odd",
	} {
		handle(t, mux, path, func(w http.ResponseWriter, r *http.Request) {
			_, m := runtime.MarshalerForRequest(mux, r)
			ctx, err := runtime.AnnotateContext(r.Context(), mux, r, method)
			if err != nil {
				t.Error(err)
			}
			runtime.HTTPError(ctx, mux, m, w, r, grpcstatus.Error(codes.Internal, "own words"))
		})
	}
	const plain = `{"code":13,`
	for path, want := range map[string]string{
		"/jobs":        `"code":1239999`,
		"/sign":        "[500]",
		"/plain":       plain,
		"/routed/jobs": `{"Code":10004`,
		"/unknown":     plain,
		"/odd":         plain,
	} {
		got := strings.ReplaceAll(get(t, mux, path, nil).Body.String(), " ", "")
		if !strings.Contains(got, want) || strings.Contains(got, "ownwords") != (want == plain) {
			t.Errorf("%s: %s, want %s in it", path, got, want)
		}
	}
}

// handleRPC adds a handler that fails as one that grpc-gateway has generated.
func handleRPC(t testing.TB, mux *runtime.ServeMux, path string, fail error) {
	t.Helper()
	handle(t, mux, path, func(w http.ResponseWriter, r *http.Request) {
		_, m := runtime.MarshalerForRequest(mux, r)
		ctx, err := runtime.AnnotateContext(r.Context(), mux, r, "/statusmap.gatewaytest.v1.Any/Any")
		if err != nil {
			t.Error(err)
		}
		runtime.HTTPError(ctx, mux, m, w, r, fail)
	})
}

// handle adds a handler to a mux.
func handle(t testing.TB, mux *runtime.ServeMux, path string, h http.HandlerFunc) {
	t.Helper()
	if err := mux.HandlePath(http.MethodGet, path, func(w http.ResponseWriter, r *http.Request, _ map[string]string) { h(w, r) }); err != nil {
		t.Fatal(err)
	}
}

func TestLanguageHeader(t *testing.T) {
	t.Parallel()
	mux := newMux(t, statushttp.WithRoute("/job/", "legacy.job.v2"), statushttp.WithRoute("/switch/", "legacy.apiswitch.v1"))
	for _, tt := range []struct{ path, header, value, want string }{
		{path: "/job/none", header: "Blueking-Language", value: "en", want: "This API is not supported"},
		{path: "/job/none", header: "Blueking-Language", value: "zh-cn", want: "不支持的接口"},
		{path: "/job/none", header: "Blueking-Language", value: "fr", want: "不支持的接口"},
		{path: "/job/none", header: "Blueking-Language", value: "\xff;;q=", want: "不支持的接口"},
		{path: "/job/none", header: "Accept-Language", value: "en", want: "不支持的接口"},
		{path: "/switch/none", header: "Blueking-Language", value: "en", want: "未找到相应条目"},
	} {
		got := get(t, mux, tt.path, servertest.Header{tt.header: tt.value}).Body.String()
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s: %s: %s, want %s", tt.path, tt.header, tt.value, got, tt.want)
		}
	}
}

// TestSuccess: which success code and HTTP status an answer has travels as metadata,
// and no REST client sees these.
func TestSuccess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		domain string // "": no dialect
		set    func(context.Context) error

		wantStatus int
		wantBody   string
		wantHeader map[string]string
	}{
		{name: "bare resource", domain: "legacy.jarvis.v2", wantStatus: 200, wantBody: `{"text":"hi"}`},
		{
			name:       "envelope",
			domain:     "legacy.job.v2",
			wantStatus: 200,
			wantBody:   `{"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"r-1"}`,
			wantHeader: map[string]string{"Content-Type": "application/json; charset=utf-8", "Grpc-Metadata-Content-Type": ""},
		},
		{
			name:       "a success code",
			domain:     "legacy.jarvis.v2",
			set:        func(ctx context.Context) error { return status.SetSuccess(ctx, jarvisv2.Code_SKEY_GRANTED) },
			wantStatus: 200,
			wantBody:   `{"text":"hi"}`,
		},
		{
			name:       "201",
			domain:     "legacy.jarvis.v2",
			set:        func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 201) },
			wantStatus: 201,
			wantBody:   `{"text":"hi"}`,
		},
		{
			name:       "202 in an envelope",
			domain:     "legacy.elves.v2",
			set:        func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 202) },
			wantStatus: 202,
			wantBody:   `{"flag":"true","error":"","result":{"text":"hi"}}`,
		},
		{
			name:       "204 has no body",
			domain:     "legacy.jarvis.v2",
			set:        func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 204) },
			wantStatus: 204,
			wantHeader: map[string]string{"Content-Type": ""},
		},
		{
			name:   "both: the status overrides the code's own",
			domain: "legacy.jarvis.v2",
			set: func(ctx context.Context) error {
				return errors.Join(status.SetSuccess(ctx, jarvisv2.Code_SKEY_GRANTED), status.SetHTTPStatus(ctx, 201))
			},
			wantStatus: 201,
			wantBody:   `{"text":"hi"}`,
		},
		{
			name:       "not a success code",
			domain:     "legacy.jarvis.v2",
			set:        func(ctx context.Context) error { return status.SetSuccess(ctx, jobv2.Code_JOB_NOT_FOUND) },
			wantStatus: 500,
			wantBody:   `{"return_code":30018,"message":"param configuration error, please contact the administrator"}`,
		},
		{
			name:       "not an HTTP status of success",
			domain:     "legacy.jarvis.v2",
			set:        func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 404) },
			wantStatus: 500,
			wantBody:   `{"return_code":30018,"message":"param configuration error, please contact the administrator"}`,
		},
		{
			name:   "a backend that lies",
			domain: "legacy.jarvis.v2",
			set: func(ctx context.Context) error {
				return grpc.SetHeader(ctx, grpcmetadata.Pairs("statusmap-http-status", "999", "statusmap-success", "nonsense", "x-trace", "1"))
			},
			wantStatus: 200,
			wantBody:   `{"text":"hi"}`,
			wantHeader: map[string]string{"Grpc-Metadata-X-Trace": "1"},
		},
		{
			name:   "a failure's name as success",
			domain: "legacy.jarvis.v2",
			set: func(ctx context.Context) error {
				return grpc.SetHeader(ctx, grpcmetadata.Pairs("statusmap-success", "legacy.jarvis.v2.USER_NOT_SERVICE_USER"))
			},
			wantStatus: 200,
			wantBody:   `{"text":"hi"}`,
		},
		{
			name:       "without a dialect",
			set:        func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 201) },
			wantStatus: 200,
			wantBody:   `{"text":"hi"}`,
			wantHeader: map[string]string{"Content-Type": "application/json", "X-Request-Id": "", "X-Content-Type-Options": "", "Grpc-Metadata-Content-Type": "application/grpc"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, &service{set: tt.set}, statushttp.WithRoute("/", tt.domain))
			response := server.Get(t, "/echo/d?text=hi", servertest.Header{"TE": "trailers", "X-Request-Id": "r-1"})
			if tt.domain == "" {
				response.Body = strings.ReplaceAll(response.Body, " ", "") // protojson's
			}
			if response.Status != tt.wantStatus || response.Body != tt.wantBody {
				t.Errorf("got %d %s, want %d %s", response.Status, response.Body, tt.wantStatus, tt.wantBody)
			}
			for name, want := range tt.wantHeader {
				if got := response.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			for _, h := range []http.Header{response.Header, response.Trailer} {
				for name := range h {
					if strings.Contains(strings.ToLower(name), "statusmap") {
						t.Errorf("header %s: %v", name, h[name])
					}
				}
			}
		})
	}
}

// TestRequestIDReachesTheBackend, whether it is given or made; without a dialect it is
// grpc-gateway's business.
func TestRequestIDReachesTheBackend(t *testing.T) {
	t.Parallel()
	s := &service{ids: make(chan string, 1)}
	server := serve(t, s, statushttp.WithRoute("/", "legacy.job.v2"))
	response := server.Get(t, "/echo/d?text=hi", servertest.Header{"X-Request-Id": "r-1", "Grpc-Metadata-X-Request-Id": "other"})
	if got := <-s.ids; !strings.HasSuffix(got, "r-1") || response.Header.Get("X-Request-Id") != "r-1" {
		t.Errorf("given: the backend has %q, the client %q, want r-1", got, response.Header.Get("X-Request-Id"))
	}
	response = server.Get(t, "/echo/d?text=hi", nil)
	if got := <-s.ids; got == "" || response.Header.Get("X-Request-Id") != got {
		t.Errorf("made: the backend has %q, the client %q", got, response.Header.Get("X-Request-Id"))
	}
	plain := serve(t, s)
	response = plain.Get(t, "/echo/d?text=hi", servertest.Header{"X-Request-Id": "r-1"})
	if got := <-s.ids; got != "" || response.Header.Get("X-Request-Id") != "" {
		t.Errorf("plain: the backend has %q, the client %q, want none", got, response.Header.Get("X-Request-Id"))
	}
}

// TestSuccessEnvelopeIsStable: protojson puts spaces in at random; the envelope has
// none but the template's.
func TestSuccessEnvelopeIsStable(t *testing.T) {
	t.Parallel()
	server := serve(t, &service{}, statushttp.WithRoute("/", "legacy.job.v2"))
	const want = `{"result":true,"code":0,"data":{"text":"a  \" b,: {}"},"message":"","request_id":"r-1"}`
	if got := server.Get(t, "/echo/d?text=a++%22+b,:+{}", servertest.Header{"X-Request-Id": "r-1"}).Body; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestPanicInTheMiddle: what has begun can't be taken back; it must not be taken for a
// whole answer.
func TestPanicInTheMiddle(t *testing.T) {
	t.Parallel()
	mux := newMux(t, statushttp.WithRoute("/", "legacy.job.v2"))
	handle(t, mux, "/half", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, `{"half":`); err != nil {
			t.Error(err)
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		panic(servertest.Secret)
	})
	server := servertest.ServeHTTP(t, mux, servertest.HTTP1)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/half", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, readErr := io.ReadAll(response.Body)
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	if readErr == nil || strings.Contains(string(b), servertest.Secret) {
		t.Errorf("got %s, %v, want a body that ends early", b, readErr)
	}
}

// TestPanicWithoutDialect: it is the server's, as without the gateway.
func TestPanicWithoutDialect(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]statushttp.Option{nil, {statushttp.WithOwnDomain()}} {
		mux := newMux(t, opts...)
		handle(t, mux, "/panics", func(http.ResponseWriter, *http.Request) { panic("own") })
		func() {
			defer func() {
				if p := recover(); p != "own" {
					t.Errorf("recovered %v, want the panic itself", p)
				}
			}()
			get(t, mux, "/panics", nil)
		}()
	}
}

// TestLog: what is hidden from the client is in the log, with the request's id; what
// is not is not.
func TestLog(t *testing.T) {
	t.Parallel()
	var log servertest.Log
	mux := newMux(t, statushttp.WithLogger(log.Logger()), statushttp.WithRoute("/", "legacy.job.v2"))
	foreign, err := grpcstatus.New(codes.PermissionDenied, "foreign words").WithDetails(&errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path      string
		err       error // nil: there is no such path
		wantLog   string
		wantLevel string
	}{
		{path: "/go", err: errors.New("go words"), wantLog: "go words", wantLevel: "ERROR"},
		{path: "/plain", err: grpcstatus.Error(codes.NotFound, "plain words"), wantLog: "plain words", wantLevel: "DEBUG"},
		{path: "/wrap", err: status.Wrap(errors.New("wrapped words"), jobv2.Code_INTERNAL_ERROR), wantLog: "wrapped words", wantLevel: "ERROR"},
		{path: "/foreign", err: foreign.Err(), wantLog: "foreign words", wantLevel: "DEBUG"},
		{path: "/code", err: status.Error(jobv2.Code_INTERNAL_ERROR)},
		{path: "/other", err: status.Error(jarvisv2.Code_USER_NOT_SERVICE_USER), wantLog: "skey apply user is not service user", wantLevel: "DEBUG"},
		{path: "/none", wantLog: "Not Found", wantLevel: "DEBUG"},
	} {
		if tt.err != nil {
			handleRPC(t, mux, tt.path, tt.err)
		}
		get(t, mux, tt.path, servertest.Header{"X-Request-Id": "r-1"})
		got := log.Take()
		if tt.wantLog == "" {
			if got != "" {
				t.Errorf("%s: logged %q, want nothing", tt.path, got)
			}
			continue
		}
		for _, want := range []string{tt.wantLog, "level=" + tt.wantLevel, "request_id=r-1", "path=" + tt.path} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: logged %q, want %q in it", tt.path, got, want)
			}
		}
	}
}

// TestUnknownCodePassesThrough: a code that nobody here knows comes out of the gateway
// as it went in.
func TestUnknownCodePassesThrough(t *testing.T) {
	t.Parallel()
	const body = `{"result":false,"code":1239998,"data":null,"message":"新的错误","request_id":"r-1"}`
	old := servertest.ServeHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := fmt.Fprintln(w, body); err != nil {
			t.Error(err)
		}
	}), servertest.HTTP1)
	backend := statushttp.Client{Codec: newCodec(t), Domain: "legacy.job.v2", HTTP: old.Client}
	s := &service{set: func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, old.URL, nil)
		if err != nil {
			return err
		}
		_, err = backend.Do(request)
		return fmt.Errorf("calling the old backend: %w", err)
	}}
	server := serve(t, s, statushttp.WithRoute("/", "legacy.job.v2"))
	if got := server.Get(t, "/echo/d", servertest.Header{"X-Request-Id": "r-1"}).Body; got != body {
		t.Errorf("got %s, want %s", got, body)
	}
}
