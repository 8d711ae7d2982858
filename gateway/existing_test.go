// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	grpcmetadata "google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/gateway"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// An existingBackend is a program that was there before statusmap: it sets headers and
// cookies, and fails in plain gRPC statuses.
type existingBackend struct {
	demov1.UnimplementedDemoServiceServer
}

func (existingBackend) Raise(ctx context.Context, r *demov1.RaiseRequest) (*demov1.RaiseResponse, error) {
	md := grpcmetadata.Pairs("x-ratelimit-remaining", "7", "set-cookie", "session=1", "statusmap-note", "internal")
	if err := errors.Join(grpc.SetHeader(ctx, md), grpc.SetTrailer(ctx, grpcmetadata.Pairs("x-cost", "3"))); err != nil {
		return nil, err
	}
	switch r.GetReason() {
	case "fine":
		return &demov1.RaiseResponse{LegacyCode: r.GetMetadata()["id"], Message: `<"fine">`}, nil
	case "login":
		return nil, grpcstatus.Error(codes.Unauthenticated, "Bearer realm=x")
	case "legacy":
		return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	default:
		return nil, grpcstatus.Error(codes.NotFound, "user 42 not found")
	}
}

func (existingBackend) Stream(r *demov1.StreamRequest, stream grpc.ServerStreamingServer[demov1.StreamResponse]) error {
	if err := stream.SetHeader(grpcmetadata.Pairs("x-ratelimit-remaining", "7")); err != nil {
		return err
	}
	for i := range r.GetAfter() {
		if err := stream.Send(&demov1.StreamResponse{Index: i + 1}); err != nil {
			return err
		}
	}
	return grpcstatus.Error(codes.Aborted, "the stream broke")
}

// existing programs make their muxes in many ways.
var existing = map[string]func(health grpc_health_v1.HealthClient) []runtime.ServeMuxOption{
	"no options": func(grpc_health_v1.HealthClient) []runtime.ServeMuxOption { return nil },
	"as etcd": func(grpc_health_v1.HealthClient) []runtime.ServeMuxOption {
		return []runtime.ServeMuxOption{runtime.WithMarshalerOption(runtime.MIMEWildcard, &runtime.HTTPBodyMarshaler{
			Marshaler: &runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{UseProtoNames: true}},
		})}
	},
	"as cerbos": func(grpc_health_v1.HealthClient) []runtime.ServeMuxOption {
		return []runtime.ServeMuxOption{
			runtime.WithForwardResponseOption(func(_ context.Context, w http.ResponseWriter, _ proto.Message) error {
				w.Header().Set("Cache-Control", "no-store")
				return nil
			}),
			runtime.WithMarshalerOption("application/json+pretty", &runtime.JSONPb{
				MarshalOptions: protojson.MarshalOptions{Multiline: true, Indent: "  "},
			}),
			runtime.WithMarshalerOption(runtime.MIMEWildcard, &runtime.JSONPb{
				UnmarshalOptions: protojson.UnmarshalOptions{DiscardUnknown: false},
			}),
			runtime.WithIncomingHeaderMatcher(func(key string) (string, bool) { return "in-" + key, key == "X-Tenant" }),
			runtime.WithOutgoingHeaderMatcher(func(key string) (string, bool) { return key, strings.HasPrefix(key, "x-") }),
			runtime.WithUnescapingMode(runtime.UnescapingModeAllCharacters),
		}
	},
	"as flipt": func(health grpc_health_v1.HealthClient) []runtime.ServeMuxOption {
		return []runtime.ServeMuxOption{
			runtime.WithHealthzEndpoint(health),
			runtime.WithMetadata(func(_ context.Context, r *http.Request) grpcmetadata.MD {
				return grpcmetadata.Pairs("forwarded-path", r.URL.Path)
			}),
			runtime.WithStreamErrorHandler(func(_ context.Context, err error) *grpcstatus.Status {
				return grpcstatus.New(codes.DataLoss, "own: "+grpcstatus.Convert(err).Message())
			}),
			runtime.WithRoutingErrorHandler(func(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, httpStatus int) {
				w.Header().Set("X-Own", "routing")
				runtime.DefaultRoutingErrorHandler(ctx, mux, m, w, r, httpStatus)
			}),
			runtime.WithErrorHandler(clearCookies),
		}
	},
	"with protobuf as a marshaler": func(grpc_health_v1.HealthClient) []runtime.ServeMuxOption {
		return []runtime.ServeMuxOption{runtime.WithMarshalerOption("application/octet-stream", &runtime.ProtoMarshaller{})}
	},
	"with a rewriter": func(grpc_health_v1.HealthClient) []runtime.ServeMuxOption {
		return []runtime.ServeMuxOption{
			runtime.WithForwardResponseRewriter(func(_ context.Context, response proto.Message) (any, error) {
				return map[string]any{"own": response}, nil
			}),
			runtime.WithMarshalerOption(runtime.MIMEWildcard, &runtime.JSONBuiltin{}),
		}
	},
}

// clearCookies is the error handler of a program that logs its users out.
func clearCookies(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	if grpcstatus.Code(err) == codes.Unauthenticated {
		http.SetCookie(w, &http.Cookie{Name: "token", MaxAge: -1})
	}
	runtime.DefaultHTTPErrorHandler(ctx, mux, m, w, r, err)
}

// serveExisting serves a program's mux, with other handlers beside the RPCs.
func serveExisting(t *testing.T, opts []runtime.ServeMuxOption, address string) *servertest.Server {
	t.Helper()
	mux := runtime.NewServeMux(opts...)
	if err := demov1.RegisterDemoServiceHandler(t.Context(), mux, servertest.Dial(t, address)); err != nil {
		t.Fatal(err)
	}
	handle(t, mux, "/own/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusTeapot)
		if _, err := io.WriteString(w, "<p>own page</p>"); err != nil {
			t.Error(err)
		}
	})
	handle(t, mux, "/own/download", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.Copy(w, strings.NewReader("bytes\n\xff")); err != nil {
			t.Error(err)
		}
	})
	handle(t, mux, "/own/hijack", func(w http.ResponseWriter, _ *http.Request) {
		hijacker, ok := w.(http.Hijacker)
		if !ok {
			http.Error(w, "no http.Hijacker", http.StatusInternalServerError)
			return
		}
		conn, _, err := hijacker.Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 299 Own\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	handle(t, mux, "/own/error", func(w http.ResponseWriter, r *http.Request) {
		_, m := runtime.MarshalerForRequest(mux, r)
		runtime.HTTPError(r.Context(), mux, m, w, r, grpcstatus.Error(codes.OutOfRange, "own error"))
	})
	return servertest.ServeHTTP(t, mux, servertest.HTTP1)
}

var existingRequests = map[string]servertest.Request{
	"a success":              {Path: "/raise/d/fine?metadata[id]=1"},
	"a success by POST":      {Method: http.MethodPost, Path: "/raise/d/fine", Body: `{"metadata": {"id": "2"}}`},
	"an unknown field":       {Method: http.MethodPost, Path: "/raise/d/fine", Body: `{"unknown": 1}`},
	"a form":                 {Method: http.MethodPost, Path: "/raise/d/fine", Body: "a=b", Header: servertest.Header{"Content-Type": "application/x-www-form-urlencoded"}},
	"octets":                 {Method: http.MethodPost, Path: "/raise/d/fine", Body: "\x1a\x07\n\x02id\x12\x013", Header: servertest.Header{"Content-Type": "application/octet-stream", "Accept": "application/octet-stream"}},
	"any type":               {Method: http.MethodPost, Path: "/raise/d/fine", Body: "{}", Header: servertest.Header{"Content-Type": "*/*"}},
	"multipart":              {Method: http.MethodPost, Path: "/raise/d/fine", Body: "--x\r\n\r\n--x--", Header: servertest.Header{"Content-Type": "multipart/form-data; boundary=x"}},
	"5 MiB":                  {Method: http.MethodPost, Path: "/raise/d/fine", Body: `{"metadata": {"id": "` + strings.Repeat("x", 5<<20) + `"}}`},
	"pretty":                 {Path: "/raise/d/fine", Header: servertest.Header{"Accept": "application/json+pretty"}},
	"an error":               {Path: "/raise/d/gone", Header: servertest.Header{"X-Request-Id": "r-1", "X-Tenant": "t"}},
	"an error with trailers": {Path: "/raise/d/gone", Header: servertest.Header{"TE": "trailers"}},
	// Not with trailers: grpc-gateway sends details as they are then, which Go's client
	// can't read.
	"a legacy error":              {Path: "/raise/d/legacy"},
	"a login":                     {Path: "/raise/d/login"},
	"a stream":                    {Path: "/stream/d/r?after=2"},
	"a stream that fails at once": {Path: "/stream/d/r"},
	"an unknown path":             {Path: "/none"},
	"an unknown method":           {Method: http.MethodDelete, Path: "/raise/d/r"},
	"a query that does not parse": {Path: "/stream/d/r?after=two"},
	"a bad timeout":               {Path: "/raise/d/fine", Header: servertest.Header{"Grpc-Timeout": "soon"}},
	"not UTF-8":                   {Path: "/raise/d/%ff"},
	"health":                      {Path: "/healthz"},
	"an own page":                 {Path: "/own/page"},
	"an own download":             {Path: "/own/download"},
	"an own hijack":               {Path: "/own/hijack"},
	"an own error":                {Path: "/own/error"},
}

// TestExistingPrograms: a program that adds our options answers as before, on every
// route that has no dialect: status, headers, trailers and body, byte for byte but for
// protojson's random spaces.
func TestExistingPrograms(t *testing.T) {
	t.Parallel()
	healthServer := health.NewServer()
	healthServer.SetServingStatus("", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	address, healthClient := serveWithHealth(t, healthServer)
	for program, options := range existing {
		for name, opts := range map[string][]statushttp.Option{
			"no route":                nil,
			"a route elsewhere":       {statushttp.WithRoute("/elsewhere/", "legacy.job.v2")},
			"every error looked at":   {statushttp.WithOwnDomain(), statushttp.WithRoute("/raise/d/legacy", "")},
			"plain below a dialect":   {statushttp.WithDefaultDomain("legacy.job.v2"), statushttp.WithRoute("/", "")},
			"a function that says so": {statushttp.WithDialect(func(*http.Request) string { return "" })},
		} {
			t.Run(program+"/"+name, func(t *testing.T) {
				t.Parallel()
				own := options(healthClient)
				before := serveExisting(t, own, address)
				gw := gateway.New(newCodec(t, opts...))
				after := serveExisting(t, append(gw.MuxOptions(), own...), address)
				for _, request := range slices.Sorted(maps.Keys(existingRequests)) {
					r := existingRequests[request]
					want, got := seen(before.Do(t, r)), seen(after.Do(t, r))
					if got != want {
						t.Errorf("%s:\n%s\nwant\n%s", request, got, want)
					}
				}
			})
		}
	}
}

// serveWithHealth serves the existing backend and a health service.
func serveWithHealth(t *testing.T, h grpc_health_v1.HealthServer) (address string, client grpc_health_v1.HealthClient) {
	t.Helper()
	address = servertest.ServeGRPC(t, existingBackend{})
	l := servertest.Listen(t)
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, h)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		server.GracefulStop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return address, grpc_health_v1.NewHealthClient(servertest.Dial(t, l.Addr().String()))
}

// seen writes a response without what differs by chance.
func seen(r servertest.Response) string {
	for _, h := range []http.Header{r.Header, r.Trailer} {
		delete(h, "Date")
		delete(h, "Content-Length") // protojson's spaces
		for _, name := range []string{"Grpc-Metadata-Statusmap-Note", "Grpc-Trailer-Statusmap-Note"} {
			delete(h, name) // the one exception to byte for byte
		}
		if len(h["Trailer"]) > 1 {
			slices.Sort(h["Trailer"])
		}
	}
	body := r.Body
	if strings.HasPrefix(strings.TrimSpace(body), "{") && !strings.Contains(body, "\n  ") {
		body = strings.ReplaceAll(body, " ", "")
	}
	if len(body) > 500 {
		body = fmt.Sprintf("%.500s… %d bytes", body, len(body))
	}
	return fmt.Sprintf("%d %v %v %s", r.Status, r.Header, r.Trailer, body)
}

// inDialect serves the existing backend with a dialect, and with options before and
// after ours.
func inDialect(t *testing.T, domain string, before, after []runtime.ServeMuxOption, opts ...gateway.Option) *servertest.Server {
	t.Helper()
	gw := gateway.New(newCodec(t, statushttp.WithDefaultDomain(domain)), opts...)
	return serveExisting(t, slices.Concat(before, gw.MuxOptions(), after), servertest.ServeGRPC(t, existingBackend{}))
}

// TestAnyMarshaler: in a dialect a success is right with every marshaler of
// grpc-gateway writes it, before our options or after (D5, M15).
func TestAnyMarshaler(t *testing.T) {
	t.Parallel()
	const envelope = `{"result":true,"code":0,"data":%s,"message":"","request_id":"r-1"}`
	for _, tt := range []struct {
		name      string
		marshaler runtime.Marshaler
		accept    string
		want      string
	}{
		{name: "JSONPb", marshaler: &runtime.JSONPb{}, want: fmt.Sprintf(envelope, `{"legacyCode":"1","message":"<\"fine\">"}`)},
		{
			name:      "proto names",
			marshaler: &runtime.HTTPBodyMarshaler{Marshaler: &runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{UseProtoNames: true}}},
			want:      fmt.Sprintf(envelope, `{"legacy_code":"1","message":"<\"fine\">"}`),
		},
		{name: "JSONBuiltin", marshaler: &runtime.JSONBuiltin{}, want: fmt.Sprintf(envelope, `{"legacy_code":"1","message":"\u003c\"fine\"\u003e"}`)},
		{
			name:      "pretty",
			marshaler: &runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{Indent: "  "}},
			want:      fmt.Sprintf(envelope, "{\n  \"legacyCode\": \"1\",\n  \"message\": \"<\\\"fine\\\">\"\n}"),
		},
		{name: "protobuf", marshaler: &runtime.ProtoMarshaller{}, want: "\n\x011\x12\b<\"fine\">"},
	} {
		for _, order := range []string{"before", "after", "by Accept"} {
			t.Run(tt.name+"/"+order, func(t *testing.T) {
				t.Parallel()
				mime, header := runtime.MIMEWildcard, servertest.Header{"X-Request-Id": "r-1"}
				if order == "by Accept" {
					mime, header["Accept"] = "application/x-own", "application/x-own"
				}
				own := []runtime.ServeMuxOption{runtime.WithMarshalerOption(mime, tt.marshaler)}
				var server *servertest.Server
				if order == "before" {
					server = inDialect(t, "legacy.job.v2", own, nil)
				} else {
					server = inDialect(t, "legacy.job.v2", nil, own)
				}
				got := server.Get(t, "/raise/d/fine?metadata[id]=1", header).Body
				if strings.ReplaceAll(got, `":  `, `": `) != tt.want { // protojson's random space
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
				// A failure is the envelope, with every marshaler.
				if got := server.Get(t, "/raise/d/legacy", header).Body; !strings.HasPrefix(got, `{"result":false,"code":1233106,`) {
					t.Errorf("got %s, want a failure", got)
				}
			})
		}
	}
}

// TestOwnErrorHandlerAfterOurs: an error that another handler writes is never dressed
// as a success (D4).
func TestOwnErrorHandlerAfterOurs(t *testing.T) {
	t.Parallel()
	server := inDialect(t, "legacy.job.v2", nil, []runtime.ServeMuxOption{runtime.WithErrorHandler(runtime.DefaultHTTPErrorHandler)})
	response := server.Get(t, "/raise/d/gone", nil)
	if got := strings.ReplaceAll(response.Body, " ", ""); response.Status != 404 || got != `{"code":5,"message":"user42notfound","details":[]}` {
		t.Errorf("got %d %s, want grpc-gateway's 404", response.Status, response.Body)
	}
}

// TestHandlersCompose: a program's error handler calls ours, and ours calls a
// program's (M5).
func TestHandlersCompose(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithRoute("/raise/", "legacy.job.v2"))
	ours := gateway.New(codec)
	calls := func(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
		w.Header().Set("X-Own", "yes")
		ours.ErrorHandler(ctx, mux, m, w, r, err)
	}
	for name, opts := range map[string][]runtime.ServeMuxOption{
		"theirs calls ours": append(ours.MuxOptions(), runtime.WithErrorHandler(calls)),
		"ours calls theirs": gateway.New(codec,
			gateway.WithErrorHandler(clearCookies),
			gateway.WithStreamErrorHandler(func(context.Context, error) *grpcstatus.Status { return grpcstatus.New(codes.DataLoss, "theirs") }),
			gateway.WithRoutingErrorHandler(func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, httpStatus int) {
				w.WriteHeader(httpStatus + 1)
			}),
		).MuxOptions(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveExisting(t, opts, servertest.ServeGRPC(t, existingBackend{}))
			response := server.Get(t, "/raise/d/login", nil)
			if !strings.HasPrefix(response.Body, `{"result":false,"code":1239802`) {
				t.Errorf("in the dialect: %s", response.Body)
			}
			if got := response.Header.Get("X-Own"); (got == "yes") != (name == "theirs calls ours") {
				t.Errorf("X-Own is %q", got)
			}
			if name == "theirs calls ours" {
				return
			}
			if got := server.Get(t, "/own/error", nil).Body; !strings.Contains(got, "own error") {
				t.Errorf("plain: %s", got)
			}
			if got := server.Get(t, "/none", nil).Status; got != 405 {
				t.Errorf("plain: HTTP %d, want theirs, 405", got)
			}
			if got := server.Get(t, "/stream/d/r", nil).Body; !strings.Contains(got, "theirs") {
				t.Errorf("plain stream: %s", got)
			}
		})
	}
}

// TestBackendsHeadersOnErrors: rate limits and cookies reach the client as grpc-gateway
// names them; details and messages don't (M6).
func TestBackendsHeadersOnErrors(t *testing.T) {
	t.Parallel()
	matcher := runtime.WithOutgoingHeaderMatcher(func(key string) (string, bool) { return key, key == "set-cookie" })
	for name, tt := range map[string]struct {
		own  []runtime.ServeMuxOption
		want map[string]string
	}{
		"grpc-gateway's names": {want: map[string]string{"Grpc-Metadata-X-Ratelimit-Remaining": "7", "Grpc-Metadata-Set-Cookie": "session=1"}},
		"their own names":      {own: []runtime.ServeMuxOption{matcher}, want: map[string]string{"Set-Cookie": "session=1", "Grpc-Metadata-X-Ratelimit-Remaining": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := inDialect(t, "legacy.job.v2", nil, tt.own)
			response := server.Get(t, "/raise/d/login", servertest.Header{"TE": "trailers"})
			for name, want := range tt.want {
				if got := response.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if got := response.Trailer.Get("Grpc-Trailer-X-Cost"); got != "3" {
				t.Errorf("trailers %v, want X-Cost", response.Trailer)
			}
			all := fmt.Sprint(response.Header, response.Trailer, response.Body)
			for _, hidden := range []string{"Bearer", "Www-Authenticate", "Statusmap", "internal", "Details-Bin", "Grpc-Message"} {
				if strings.Contains(all, hidden) {
					t.Errorf("%q in %s", hidden, all)
				}
			}
			if got := response.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
				t.Errorf("Content-Type %q", got)
			}
		})
	}
}

// TestHealthKeepsItsStatus below a wide route with http_always: 200 (M7).
func TestHealthKeepsItsStatus(t *testing.T) {
	t.Parallel()
	healthServer := health.NewServer()
	address, client := serveWithHealth(t, healthServer)
	gw := gateway.New(newCodec(t, statushttp.WithRoute("/", "legacy.job.v2")))
	server := serveExisting(t, append(gw.MuxOptions(), runtime.WithHealthzEndpoint(client)), address)
	for serving, want := range map[grpc_health_v1.HealthCheckResponse_ServingStatus]int{
		grpc_health_v1.HealthCheckResponse_SERVING:     200,
		grpc_health_v1.HealthCheckResponse_NOT_SERVING: 503,
	} {
		healthServer.SetServingStatus("", serving)
		if got := server.Get(t, "/healthz", nil); got.Status != want || strings.Contains(got.Body, "result") {
			t.Errorf("%v: %d %s, want %d", serving, got.Status, got.Body, want)
		}
	}
	if got := server.Get(t, "/own/error", nil); got.Status != 400 || !strings.Contains(got.Body, "own error") {
		t.Errorf("own error: %d %s", got.Status, got.Body)
	}
	if got := server.Get(t, "/own/page", nil); got.Status != http.StatusTeapot || got.Body != "<p>own page</p>" {
		t.Errorf("own page: %d %s", got.Status, got.Body)
	}
}

// TestWritersInside: writers around the mux, and those of its middlewares, see what is
// sent (D9).
func TestWritersInside(t *testing.T) {
	t.Parallel()
	statuses := make(chan int, 10)
	metrics := func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			m := &statusWriter{ResponseWriter: w}
			next(m, r, params)
			statuses <- m.status
		}
	}
	gw := gateway.New(newCodec(t, statushttp.WithDefaultDomain("legacy.apiswitch.v1")))
	mux := runtime.NewServeMux(append(gw.MuxOptions(), runtime.WithMiddlewares(metrics))...)
	if err := demov1.RegisterDemoServiceHandler(t.Context(), mux, servertest.Dial(t, servertest.ServeGRPC(t, existingBackend{}))); err != nil {
		t.Fatal(err)
	}
	zipped := servertest.ServeHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		z := &gzipWriter{ResponseWriter: w, gzip: gzip.NewWriter(w)}
		mux.ServeHTTP(z, r)
		if err := z.gzip.Close(); err != nil {
			t.Error(err)
		}
	}), servertest.HTTP1)
	for _, tt := range []struct {
		path       string
		want       string
		wantStatus int
	}{
		{path: "/raise/d/fine?metadata[id]=1", want: `{"legacyCode":"1","message":"<\"fine\">"}`, wantStatus: 200},
		{path: "/raise/d/gone", want: `{"Code":10003,"Message":"未找到相应条目"}`, wantStatus: 404},
		{path: "/stream/d/r", want: `{"Code":10004,"Message":"内部错误"}`, wantStatus: 409},
		{path: "/stream/d/r?after=1", want: `{"result":{"index":1}}` + "\n" + `{"Code":10004,"Message":"内部错误"}` + "\n", wantStatus: 200},
	} {
		// The client takes gzip, and unpacks it.
		got := zipped.Get(t, tt.path, nil)
		if got.Body != tt.want {
			t.Errorf("%s: %q, want %q", tt.path, got.Body, tt.want)
		}
		if status := <-statuses; status != tt.wantStatus {
			t.Errorf("%s: the middleware saw %d, want %d", tt.path, status, tt.wantStatus)
		}
	}
}

// A statusWriter notes the status, as metrics do.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// A gzipWriter compresses.
type gzipWriter struct {
	http.ResponseWriter
	gzip *gzip.Writer
}

func (w *gzipWriter) WriteHeader(status int) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Del("Content-Length")
	w.ResponseWriter.WriteHeader(status)
}

func (w *gzipWriter) Write(b []byte) (int, error) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Del("Content-Length")
	return w.gzip.Write(b)
}

func (w *gzipWriter) FlushError() error { return nil }

// TestCallersFault: what only the request can be blamed for is 400, and not an error
// of ours (D10).
func TestCallersFault(t *testing.T) {
	t.Parallel()
	var log servertest.Log
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.apiswitch.v1"), statushttp.WithLogger(log.Logger()))
	server := serveExisting(t, gateway.New(codec).MuxOptions(), servertest.ServeGRPC(t, existingBackend{}))
	for name, r := range map[string]servertest.Request{
		"a path that is not UTF-8":   {Path: "/raise/d/%ff"},
		"a query that is not UTF-8":  {Path: "/raise/d/fine?metadata[id]=%ff"},
		"a metadata header, no name": {Path: "/raise/d/fine", Header: servertest.Header{"Grpc-Metadata-": "x"}},
		"a connection header":        {Path: "/raise/d/fine", Header: servertest.Header{"Grpc-Metadata-Connection": "close"}},
		"a timeout":                  {Path: "/raise/d/fine", Header: servertest.Header{"Grpc-Timeout": "soon"}},
		"a binary header":            {Path: "/raise/d/fine", Header: servertest.Header{"Grpc-Metadata-X-Bin": "%"}},
	} {
		response := server.Do(t, r)
		// Newer versions of grpc-gateway leave out headers that they can't send.
		left := r.Header != nil && response.Status == 200 && strings.HasPrefix(response.Body, `{"legacyCode":`)
		if !left && (response.Status != 400 || !strings.HasPrefix(response.Body, `{"Code":10001,`)) {
			t.Errorf("%s: %d %s, want 400", name, response.Status, response.Body)
		}
		if got := log.Take(); strings.Contains(got, "level=ERROR") {
			t.Errorf("%s: logged %s, want no error", name, got)
		}
	}
}

// TestEarlyHints: an informational answer is not the answer (D15).
func TestEarlyHints(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.apiswitch.v1"))
	mux := runtime.NewServeMux(gateway.New(codec).MuxOptions()...)
	handle(t, mux, "/hints", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		_, m := runtime.MarshalerForRequest(mux, r)
		ctx, err := runtime.AnnotateContext(r.Context(), mux, r, "/statusmap.gatewaytest.v1.Any/Any")
		if err != nil {
			t.Error(err)
		}
		runtime.HTTPError(ctx, mux, m, w, r, grpcstatus.Error(codes.NotFound, "x"))
	})
	server := servertest.ServeHTTP(t, mux, servertest.HTTP1)
	if got := server.Get(t, "/hints", nil); got.Status != 404 || got.Body != `{"Code":10003,"Message":"未找到相应条目"}` {
		t.Errorf("got %d %q, want 404 with its envelope", got.Status, got.Body)
	}
}

// TestErrorAfterTheAnswer: it is logged, with its text (D22).
func TestErrorAfterTheAnswer(t *testing.T) {
	t.Parallel()
	var log servertest.Log
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.apiswitch.v1"), statushttp.WithLogger(log.Logger()))
	mux := runtime.NewServeMux(gateway.New(codec).MuxOptions()...)
	handle(t, mux, "/late", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.WriteString(w, "begun"); err != nil {
			t.Error(err)
		}
		_, m := runtime.MarshalerForRequest(mux, r)
		ctx, err := runtime.AnnotateContext(r.Context(), mux, r, "/statusmap.gatewaytest.v1.Any/Any")
		if err != nil {
			t.Error(err)
		}
		runtime.HTTPError(ctx, mux, m, w, r, errors.New("too late"))
	})
	if got := get(t, mux, "/late", nil).Body.String(); got != "begun" {
		t.Errorf("got %q, want what had begun", got)
	}
	if got := log.Take(); !strings.Contains(got, "too late") {
		t.Errorf("logged %q, want the error", got)
	}
}

// TestErrorAfterTheAnswerWithoutDialect: it is grpc-gateway's business.
func TestErrorAfterTheAnswerWithoutDialect(t *testing.T) {
	t.Parallel()
	late := func(mux *runtime.ServeMux) string {
		handle(t, mux, "/late", func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.WriteString(w, "begun"); err != nil {
				t.Error(err)
			}
			_, m := runtime.MarshalerForRequest(mux, r)
			ctx, err := runtime.AnnotateContext(r.Context(), mux, r, "/statusmap.gatewaytest.v1.Any/Any")
			if err != nil {
				t.Error(err)
			}
			runtime.HTTPError(ctx, mux, m, w, r, errors.New("too late"))
		})
		return strings.ReplaceAll(get(t, mux, "/late", nil).Body.String(), " ", "")
	}
	if got, want := late(newMux(t, statushttp.WithOwnDomain())), late(runtime.NewServeMux()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOneRunOfMiddlewares: a 405 asks the mux which methods a path has; middlewares
// after our options don't see that (D23).
func TestOneRunOfMiddlewares(t *testing.T) {
	t.Parallel()
	runs := 0
	count := func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			runs++
			next(w, r, params)
		}
	}
	gw := gateway.New(newCodec(t, statushttp.WithDefaultDomain("legacy.apiswitch.v1")))
	mux := runtime.NewServeMux(append(gw.MuxOptions(), runtime.WithMiddlewares(count))...)
	handle(t, mux, "/path", func(http.ResponseWriter, *http.Request) {})
	r := httptest.NewRequest(http.MethodDelete, "/path", nil)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if w.Code != 405 || w.Header().Get("Allow") != "GET" || runs != 0 {
		t.Errorf("got %d, Allow %q, %d runs of the middleware, want 405, GET, none", w.Code, w.Header().Get("Allow"), runs)
	}
}

// TestForms: old clients post forms (M14).
func TestForms(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	server := inDialect(t, "legacy.elves.v2", nil, []runtime.ServeMuxOption{
		runtime.WithMarshalerOption(form, &gateway.FormMarshaler{Marshaler: &runtime.JSONPb{}}),
	})
	for body, want := range map[string]string{
		"reason=fine&metadata[id]=7%C3%A4": `{"flag":"true","error":"","result":{"legacyCode":"7ä","message":"<\"fine\">"}}`,
		`{"metadata":{"id":"8"}}`:          `{"flag":"true","error":"","result":{"legacyCode":"8","message":"<\"fine\">"}}`,
		"":                                 `{"flag":"true","error":"","result":{"message":"<\"fine\">"}}`,
		"metadata[id]=%zz":                 `{"flag":"false","error":"[403]Request Param Illegal","result":[]}`,
		"unknown=1":                        `{"flag":"true","error":"","result":{"message":"<\"fine\">"}}`,
	} {
		r := servertest.Request{Method: http.MethodPost, Path: "/raise/d/fine", Header: servertest.Header{"Content-Type": form}, Body: body}
		if got := server.Do(t, r).Body; got != want {
			t.Errorf("%q: %s, want %s", body, got, want)
		}
	}
}

// TestUploads: a body may be long if nobody limits it, and of any type for methods that
// have a dialect only if an option says so (M3).
func TestUploads(t *testing.T) {
	t.Parallel()
	long := servertest.Request{Method: http.MethodPost, Path: "/raise/d/fine", Body: `{"metadata":{"id":"` + strings.Repeat("x", 5<<20) + `"}}`}
	text := servertest.Request{Method: http.MethodPost, Path: "/raise/d/fine", Body: "{}", Header: servertest.Header{"Content-Type": "text/plain"}}
	for _, tt := range []struct {
		name     string
		opts     []gateway.Option
		wantLong int
		wantText int
	}{
		{name: "by default", wantLong: 413, wantText: 415},
		{name: "no limit", opts: []gateway.Option{gateway.WithMaxBody(0)}, wantLong: 429, wantText: 415}, // grpc-go's own limit
		{name: "any type", opts: []gateway.Option{gateway.WithContentTypes("*/*")}, wantLong: 413, wantText: 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := inDialect(t, "legacy.apiswitch.v1", nil, nil, tt.opts...)
			if got := server.Do(t, long).Status; got != tt.wantLong {
				t.Errorf("5 MiB: %d, want %d", got, tt.wantLong)
			}
			if got := server.Do(t, text).Status; got != tt.wantText {
				t.Errorf("text: %d, want %d", got, tt.wantText)
			}
		})
	}
}
