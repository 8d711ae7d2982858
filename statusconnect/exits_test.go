// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/connecttest"
	"github.com/statusmap/statusmap/statushttp"
)

const (
	job       = "legacy.job.v2"       // it answers 200 to everything
	apiswitch = "legacy.apiswitch.v1" // its failures have HTTP statuses of their own
)

// TestExits: what connect-go answers itself has the envelope and the status that the
// gateway's own exit has, and nothing of connect-go's text.
func TestExits(t *testing.T) {
	t.Parallel()
	codec := newCodec(t)
	s := servertest.ServeHTTP(t, statusconnect.Handler(codec, connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)), options()...),
		statusconnect.WithMaxBody(1000)), servertest.HTTP1)
	const echo = procedures + "Echo"
	long := `{"text":"` + strings.Repeat("x", 2000) + `"}`
	for _, test := range []struct {
		name, method, path, contentType, body string
		httpStatus                            int
	}{
		{"no such method", http.MethodPost, procedures + "Nothing", "application/json", "{}", 404},
		{"no such path", http.MethodGet, "/nothing", "", "", 404},
		{"another HTTP method", http.MethodPut, echo, "application/json", "{}", 405},
		{"GET", http.MethodGet, echo, "", "", 405},
		{"another media type", http.MethodPost, echo, "text/csv", "a,b", 415},
		{"a stream", http.MethodPost, procedures + "Stream", "application/json", "{}", 415},
		{"not JSON", http.MethodPost, echo, "application/json", "{hunter2", 400},
		{"JSON of another message", http.MethodPost, echo, "application/json", `{"text":{"hunter2":1}}`, 400},
		{"a form", http.MethodPost, echo, "application/x-www-form-urlencoded", "text=hunter2", 400},
		{"too long", http.MethodPost, echo, "application/json", long, 413},
	} {
		for _, domain := range []string{apiswitch, job} {
			header := servertest.Header{dialectHeader: domain, "X-Request-Id": requestID}
			if test.contentType != "" {
				header["Content-Type"] = test.contentType
			}
			r := s.Do(t, servertest.Request{Method: test.method, Path: test.path, Header: header, Body: test.body})
			q := statushttp.Request{Method: test.method, Path: test.path, Domain: domain, RequestID: requestID}
			if test.httpStatus != 400 {
				q.HTTPStatus = test.httpStatus
			}
			want := codec.Failure(t.Context(), &q, connect.NewError(connect.Code(statushttp.GRPCCode(test.httpStatus)), nil))
			if r.Status != want.HTTPStatus || r.Body != string(want.Body) || domain == apiswitch && r.Status != test.httpStatus {
				t.Errorf("%s in %s: %d %s, want %d %s", test.name, domain, r.Status, r.Body, want.HTTPStatus, want.Body)
			}
			servertest.CheckLeaks(t, fmt.Sprint(r.Body, r.Header))
			for _, name := range []string{"Accept-Post", "Accept-Encoding"} {
				if r.Header.Get(name) != "" {
					t.Errorf("%s: the header %s is sent", test.name, name)
				}
			}
		}
	}
}

// TestBodies: what old clients call their JSON.
func TestBodies(t *testing.T) {
	t.Parallel()
	s := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t), connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)))), servertest.HTTP1)
	for _, contentType := range []string{"", "application/json", "application/json; charset=UTF-8", "application/x-www-form-urlencoded", "application/vnd.acme+json"} {
		header := servertest.Header{dialectHeader: job, "X-Request-Id": "r-1", "Content-Type": contentType}
		r := s.Do(t, servertest.Request{Method: http.MethodPost, Path: procedures + "Echo", Header: header, Body: `{"text":"hi"}`})
		if want := `{"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"r-1"}`; r.Status != 200 || r.Body != want {
			t.Errorf("%q: %d %s, want %s", contentType, r.Status, r.Body, want)
		}
	}
	r := s.Do(t, servertest.Request{Method: http.MethodPost, Path: procedures + "Echo", Header: servertest.Header{dialectHeader: job, "X-Request-Id": "r-1"}})
	if want := `{"result":true,"code":0,"data":{"text":""},"message":"","request_id":"r-1"}`; r.Status != 200 || r.Body != want {
		t.Errorf("no body: %d %s, want %s", r.Status, r.Body, want)
	}
}

// TestDialectOrder: a dialect is chosen as DESIGN and [statushttp.Codec.Dialect] say.
func TestDialectOrder(t *testing.T) {
	t.Parallel()
	const raised = `{"domain":"legacy.job.v2","reason":"JOB_NOT_FOUND","metadata":{"job_id":"42"}}`
	const inJob, inApiswitch, plain = `{"result":false,"code":1233106,`, `{"Code":`, `{"code":"not_found","message":`
	for _, test := range []struct {
		name, header, want string
		opts               []statushttp.Option
	}{
		{"none", "", plain, nil},
		{"WithDialect", job, inJob, []statushttp.Option{statushttp.WithRoute("/", apiswitch)}},
		{"WithRoute", "", inApiswitch, []statushttp.Option{statushttp.WithRoute(procedures, apiswitch), statushttp.WithRoute("/", job)}},
		{"a plain route", "", plain, []statushttp.Option{statushttp.WithRoute(procedures, ""), statushttp.WithDefaultDomain(job)}},
		{"WithDefaultDomain", "", inJob, []statushttp.Option{statushttp.WithRoute("/elsewhere", apiswitch), statushttp.WithDefaultDomain(job)}},
		{"WithOwnDomain", "", inJob, []statushttp.Option{statushttp.WithOwnDomain()}},
		{"WithOwnDomain on a plain route", "", plain, []statushttp.Option{statushttp.WithOwnDomain(), statushttp.WithRoute("/", "")}},
	} {
		s := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t, test.opts...), connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)))), servertest.HTTP1)
		header := servertest.Header{dialectHeader: test.header, "Content-Type": "application/json"}
		r := s.Do(t, servertest.Request{Method: http.MethodPost, Path: procedures + "Raise", Header: header, Body: raised})
		if !strings.HasPrefix(r.Body, test.want) {
			t.Errorf("%s: %s, want %s…", test.name, r.Body, test.want)
		}
	}
}

// TestClientsUntouched: with a dialect on every path, all bytes that Connect, gRPC and
// gRPC-Web clients get are those that they get without Handler.
func TestClientsUntouched(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithRoute("/", job), statushttp.WithOwnDomain())
	mux := connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)), options()...)
	for _, wire := range connecttest.Wires() {
		t.Run(wire.Name, func(t *testing.T) {
			t.Parallel()
			var seen [2]string
			for i, handler := range []http.Handler{mux, statusconnect.Handler(codec, mux)} {
				server := servertest.ServeHTTP(t, handler, wire.HTTP)
				transport := &recorder{RoundTripper: server.Client.Transport}
				server.Client.Transport = transport
				client := wire.Client(server)
				header := []string{"X-Request-Id", requestID}
				_, err := client.Raise(t.Context(), connecttest.Request(&demov1.RaiseRequest{Domain: job, Reason: "JOB_NOT_FOUND"}, header...))
				if !status.Is(err, jobNotFound) {
					t.Errorf("Raise: %v", err)
				}
				if _, err = client.Echo(t.Context(), connecttest.Request(&demov1.EchoRequest{Text: "hi"}, header...)); err != nil {
					t.Errorf("Echo: %v", err)
				}
				s := sides{connect: client}
				if n, err := readConnect(t, s, &demov1.StreamRequest{Domain: job, Reason: "JOB_NOT_FOUND", After: 2}); n != 2 || !status.Is(err, jobNotFound) {
					t.Errorf("Stream: %d messages, %v", n, err)
				}
				seen[i] = transport.String()
			}
			if seen[0] != seen[1] {
				t.Errorf("without Handler:\n%s\nwith it:\n%s", seen[0], seen[1])
			}
			if strings.Count(seen[0], "200 OK")+strings.Count(seen[0], "404 Not Found") != 3 {
				t.Errorf("the answers of 3 calls are missing:\n%s", seen[0])
			}
		})
	}
}

// TestPlainUntouched: so are all bytes of requests without a dialect.
func TestPlainUntouched(t *testing.T) {
	t.Parallel()
	mux := connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)), options()...)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusServiceUnavailable) })
	for name, opts := range map[string][]statushttp.Option{
		"no dialect":            nil,
		"plain route":           {statushttp.WithRoute("/", ""), statushttp.WithDefaultDomain(job)},
		"own domain":            {statushttp.WithOwnDomain()}, // of an error of a known domain
		"another handler's own": {statushttp.WithRoute("/healthz", job)},
	} {
		without := servertest.ServeHTTP(t, mux, servertest.HTTP1)
		with := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t, opts...), mux), servertest.HTTP1)
		for _, request := range []servertest.Request{
			{Method: http.MethodPost, Path: procedures + "Echo", Header: servertest.Header{"Content-Type": "application/json", "Accept-Encoding": "gzip"}, Body: `{"text":"hi"}`},
			{Method: http.MethodPost, Path: procedures + "Echo", Header: servertest.Header{"Content-Type": "text/csv"}, Body: "a,b"},
			{Method: http.MethodPost, Path: procedures + "Echo", Header: servertest.Header{"Content-Type": "application/json"}, Body: "{"},
			{Path: procedures + "Echo"},
			{Path: "/nothing"},
			{Path: "/healthz"},
		} {
			got, want := with.Do(t, request), without.Do(t, request)
			checkResponse(t, name+" "+request.Path, got, want)
		}
	}
}

// A failing service fails with its own error. Its other methods are those of the demo.
type failing struct {
	demov1.DemoServiceServer
	fail func(ctx context.Context) error
}

func (f failing) Echo(ctx context.Context, _ *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	return nil, f.fail(ctx)
}

func (f failing) Stream(_ *demov1.StreamRequest, stream demov1.DemoService_StreamServer) error {
	if err := stream.Send(&demov1.StreamResponse{Index: 1}); err != nil {
		return err
	}
	return f.fail(stream.Context())
}

var errSecret = errors.New("pq: password authentication failed (" + servertest.Secret + ")")

// TestLeaks: nothing of what wraps an error, of a Go error and of a panic is sent: not in
// any protocol, not in a dialect, not without a system. All of it is logged.
func TestLeaks(t *testing.T) {
	t.Parallel()
	raised := func() error { return status.Error(jobNotFound, "job_id", 42) }
	for _, test := range []struct {
		name string
		fail func(context.Context) error
		want connect.Code
		code bool // it is JOB_NOT_FOUND
	}{
		{"a wrapped error", func(context.Context) error { return fmt.Errorf("hunter2: %w", raised()) }, connect.CodeNotFound, true},
		{"a joined error", func(context.Context) error { return errors.Join(errSecret, raised()) }, connect.CodeNotFound, true},
		{"in a connect error", func(context.Context) error {
			return connect.NewError(connect.CodeInternal, fmt.Errorf("hunter2: %w", raised()))
		}, connect.CodeNotFound, true},
		{"around a Go error", func(context.Context) error { return status.Wrap(errSecret, jobNotFound, "job_id", 42) }, connect.CodeNotFound, true},
		{"a Go error", func(context.Context) error { return errSecret }, connect.CodeInternal, false},
		{"a context error", func(context.Context) error { return fmt.Errorf("hunter2: %w", context.DeadlineExceeded) }, connect.CodeDeadlineExceeded, false},
		{"a connect error without a code", func(context.Context) error { return connect.NewError(0, errSecret) }, connect.CodeInternal, false},
		{"a panic", func(context.Context) error { panic(errSecret) }, connect.CodeInternal, false},
		{"a panic with a code", func(context.Context) error { panic(fmt.Errorf("hunter2: %w", raised())) }, connect.CodeInternal, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, domain := range []string{"", job, apiswitch} {
				log := &servertest.Log{}
				mux := connecttest.NewMux(failing{demo.NewService(servertest.DefaultCatalog(t)), test.fail},
					status.WithLogger(log.Logger()), status.WithFallbackDomain(func(context.Context, any) string { return domain }))
				for _, wire := range connecttest.Wires() {
					server := servertest.ServeHTTP(t, mux, wire.HTTP)
					transport := &recorder{RoundTripper: server.Client.Transport}
					server.Client.Transport = transport
					client := wire.Client(server)
					_, err := client.Echo(t.Context(), connecttest.Request(&demov1.EchoRequest{}))
					_, streamed := readConnect(t, sides{connect: client}, &demov1.StreamRequest{})
					for _, err := range []error{err, streamed} {
						if connect.CodeOf(err) != test.want || status.Is(err, jobNotFound) != test.code {
							t.Errorf("%s: %v, want %v", wire.Name, err, test.want)
						}
					}
					if strings.Contains(transport.String(), servertest.Secret) {
						t.Errorf("%s leaks:\n%s", wire.Name, transport.String())
					}
					if logged := log.Take(); strings.Count(logged, servertest.Secret) < 2 {
						t.Errorf("%s: not in the log: %s", wire.Name, logged)
					}
				}
				web := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t, statushttp.WithRoute("/", job)), mux), servertest.HTTP1)
				r := post(t, web, "Echo", map[string]any{}, nil)
				servertest.CheckLeaks(t, fmt.Sprint(r.Header, r.Body))
				if test.code != strings.Contains(r.Body, "1233106") {
					t.Errorf("in a dialect: %s", r.Body)
				}
			}
		})
	}
}

// TestPlainErrors: the errors of connect-go without a system are as without the
// interceptor: text, details, Meta. What a server sent as Meta is not passed on.
func TestPlainErrors(t *testing.T) {
	t.Parallel()
	for _, wire := range connecttest.Wires() {
		for code := connect.CodeCanceled; code <= connect.CodeUnauthenticated; code++ {
			own := connect.NewError(code, errors.New("no row for 作业"))
			own.Meta().Set("X-Tenant", "acme")
			wrapped := fmt.Errorf("loading: %w", own)
			passedOn := connect.NewWireError(code, errors.New("no row for 作业"))
			passedOn.Meta().Set("X-Tenant", "acme")
			for _, raised := range []error{own, wrapped, passedOn} {
				mux := connecttest.NewMux(failing{demo.NewService(nil), func(context.Context) error { return raised }}, status.WithLogger(slog.New(slog.DiscardHandler)))
				_, err := wire.Dial(t, mux).Echo(t.Context(), connecttest.Request(&demov1.EchoRequest{}))
				var got *connect.Error
				if !errors.As(err, &got) || got.Code() != code || got.Message() != "no row for 作业" {
					t.Errorf("%s: %v, want %v", wire.Name, err, raised)
					continue
				}
				if tenant := got.Meta().Get("X-Tenant"); (tenant == "acme") != (raised != error(passedOn)) {
					t.Errorf("%s: X-Tenant is %q for %v", wire.Name, tenant, raised)
				}
			}
		}
	}
}

// TestCodesOutOfRange: a code above 16 is the number of a legacy code, in each protocol.
func TestCodesOutOfRange(t *testing.T) {
	t.Parallel()
	fail := func(context.Context) error { return connect.NewError(20210, errSecret) } // Jarvis's PARAM_LENGTH_ERROR
	for _, wire := range connecttest.Wires() {
		for domain, want := range map[string]string{"": "unknown: ", "legacy.jarvis.v2": "invalid_argument: param length error", job: "unknown: "} {
			mux := connecttest.NewMux(failing{demo.NewService(nil), fail}, status.WithLogger(slog.New(slog.DiscardHandler)),
				status.WithFallbackDomain(func(context.Context, any) string { return domain }))
			_, err := wire.Dial(t, mux).Echo(t.Context(), connecttest.Request(&demov1.EchoRequest{}))
			if !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s in %q: %v, want %s", wire.Name, domain, err, want)
			}
		}
		raw := connecttest.NewMux(failing{demo.NewService(nil), fail}, status.WithRawCodes(), status.WithLogger(slog.New(slog.DiscardHandler)))
		_, err := wire.Dial(t, raw).Echo(t.Context(), connecttest.Request(&demov1.EchoRequest{}))
		if code := connect.CodeOf(err); strings.HasPrefix(wire.Name, "gRPC") && code != 20210 {
			t.Errorf("%s WithRawCodes: %v, want 20210", wire.Name, code)
		}
	}
}

// TestAbort: http.ErrAbortHandler stays what it is for net/http.
func TestAbort(t *testing.T) {
	t.Parallel()
	mux := connecttest.NewMux(failing{demo.NewService(nil), func(context.Context) error { panic(http.ErrAbortHandler) }})
	for _, handler := range []http.Handler{mux, statusconnect.Handler(newCodec(t, statushttp.WithRoute("/", job)), mux)} {
		server := servertest.ServeHTTP(t, handler, servertest.HTTP1)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+procedures+"Echo", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		if response, err := server.Client.Do(request); !errors.Is(err, io.EOF) {
			t.Errorf("%v, %v, want the connection to be cut", response, err)
		}
	}
}

// TestOtherPanic: a handler that is not an RPC panics on a path with a dialect.
func TestOtherPanic(t *testing.T) {
	t.Parallel()
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errSecret) })
	log := &servertest.Log{}
	s := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t, statushttp.WithRoute("/", apiswitch), statushttp.WithLogger(log.Logger())), next), servertest.HTTP1)
	r := s.Get(t, "/page", nil)
	if r.Status != http.StatusInternalServerError || r.Body != `{"Code":10004,"Message":"内部错误"}` {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	if !strings.Contains(log.Take(), servertest.Secret) {
		t.Error("the panic is not logged")
	}
}

// TestProxy: behind a reverse proxy the error is read from what the service has sent.
func TestProxy(t *testing.T) {
	t.Parallel()
	codec := newCodec(t)
	service := demo.NewService(servertest.DefaultCatalog(t))
	backend := servertest.ServeHTTP(t, connecttest.NewMux(service, options()...), servertest.HTTP1)
	target, err := url.Parse(backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = backend.Client.Transport
	s := servertest.ServeHTTP(t, statusconnect.Handler(codec, proxy), servertest.HTTP1)
	want := servertest.ServeHTTP(t, servertest.NewMux(t, gateway.New(codec), servertest.ServeGRPC(t, service, status.ServerOptions(options()...)...)), servertest.HTTP1)
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		header := servertest.Header{dialectHeader: system.Domain(), "X-Request-Id": requestID}
		for _, code := range system.Codes() {
			args := servertest.SampleArguments(code)
			got := post(t, s, "Raise", map[string]any{"domain": system.Domain(), "reason": code.Reason(), "metadata": args}, header)
			if !code.IsSuccess() { // the proxy has the bytes of connect-go's own codec
				checkResponse(t, code.FullName(), got, want.Get(t, servertest.RaisePath(system, code, args), header))
			}
		}
	}
	got := post(t, s, "Echo", map[string]any{"text": "hi"}, servertest.Header{dialectHeader: job, "X-Request-Id": "r-1"})
	if body := `{"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"r-1"}`; got.Body != body {
		t.Errorf("%s, want %s", got.Body, body)
	}
}

// TestMarshalOptions: the names of old clients' fields.
func TestMarshalOptions(t *testing.T) {
	t.Parallel()
	s := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t), connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t))),
		statusconnect.WithMarshalOptions(protojson.MarshalOptions{UseProtoNames: true, Multiline: true})), servertest.HTTP1)
	r := post(t, s, "Raise", map[string]any{"domain": "legacy.jarvis.v2", "reason": "SKEY_GRANTED"}, servertest.Header{dialectHeader: job})
	if !strings.Contains(r.Body, `"legacy_code":`) || !strings.Contains(r.Body, "\n") {
		t.Errorf("%d %s, want legacy_code on a line of its own", r.Status, r.Body)
	}
}
