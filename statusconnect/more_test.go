// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/connecttest"
	"github.com/statusmap/statusmap/statushttp"
)

// TestOptions: without a route, the options of methods and services are their dialects,
// for old clients, and their systems, for the fallback codes of RPC clients. Not parallel:
// it changes the global registry.
func TestOptions(t *testing.T) {
	connecttest.Register(t, "statusconnect.test", apiswitch, map[string]string{"JobV2": job, "Others": ""})
	codec := newCodec(t)
	mux := http.NewServeMux()
	for _, name := range []string{"JobV2", "Others"} {
		path := "/statusconnect.test.Tests/" + name
		mux.Handle(path, connect.NewUnaryHandler(path, func(_ context.Context, r *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
			if r.Header().Get("Fail") != "" {
				return nil, errSecret
			}
			return connect.NewResponse(wrapperspb.String("hi")), nil
		}, connect.WithInterceptors(statusconnect.Interceptor(options()...))))
	}
	s := servertest.ServeHTTP(t, statusconnect.Handler(codec, mux), servertest.HTTP1)
	for _, test := range []struct{ method, fail, body, reason string }{
		{"JobV2", "1", `{"result":false,"code":1239999,`, "INTERNAL_ERROR"},
		{"JobV2", "", `{"result":true,"code":0,"data":"hi",`, ""},
		{"Others", "1", `{"Code":10004,`, "INTERNAL_ERROR"},
		{"Others", "", `"hi"`, ""},
	} {
		path := "/statusconnect.test.Tests/" + test.method
		r := s.Do(t, servertest.Request{Method: http.MethodPost, Path: path, Header: servertest.Header{"Content-Type": "application/json", "Fail": test.fail}, Body: "{}"})
		if !strings.HasPrefix(r.Body, test.body) {
			t.Errorf("%s %q: %d %s, want %s…", test.method, test.fail, r.Status, r.Body, test.body)
		}
		client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](s.Client, s.URL+path, connect.WithProtoJSON())
		request := connecttest.Request(&emptypb.Empty{}, "Fail", test.fail)
		_, err := client.CallUnary(t.Context(), request)
		if e, _ := status.FromError(err); e.Reason() != test.reason {
			t.Errorf("%s %q: a Connect client gets %v, want %s", test.method, test.fail, err, test.reason)
		}
	}
}

// TestNotModified: the error that is no failure keeps its meaning.
func TestNotModified(t *testing.T) {
	t.Parallel()
	const path = "/statusconnect.test.Cache/Get"
	log := &servertest.Log{}
	handler := connect.NewUnaryHandler(path, func(context.Context, *connect.Request[emptypb.Empty]) (*connect.Response[emptypb.Empty], error) {
		return nil, connect.NewNotModifiedError(http.Header{"Etag": {`"1"`}})
	}, connect.WithInterceptors(statusconnect.Interceptor(status.WithLogger(log.Logger()))), connect.WithIdempotency(connect.IdempotencyNoSideEffects))
	s := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t, statushttp.WithDefaultDomain(job)), handler), servertest.HTTP1)
	r := s.Get(t, path+"?encoding=json&message=%7B%7D", nil)
	if r.Status != http.StatusNotModified || r.Header.Get("Etag") != `"1"` || r.Body != "" {
		t.Errorf("%d %v %s, want 304", r.Status, r.Header, r.Body)
	}
	if logged := log.Take(); logged != "" {
		t.Errorf("it is logged: %s", logged)
	}
}

// TestOuter: interceptors around see what is sent, and the handler's error, but nothing of
// the cause in its text.
func TestOuter(t *testing.T) {
	t.Parallel()
	seen := make(chan error, 1)
	outer := connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
			response, err := next(ctx, r)
			seen <- err
			return response, err
		}
	})
	const path = "/statusconnect.test.Outer/Get"
	handler := connect.NewUnaryHandler(path, func(context.Context, *connect.Request[emptypb.Empty]) (*connect.Response[emptypb.Empty], error) {
		return nil, status.Wrap(errSecret, jobNotFound, "job_id", 42)
	}, connect.WithInterceptors(outer, statusconnect.Interceptor(options()...)))
	s := servertest.ServeHTTP(t, handler, servertest.HTTP1)
	client := connect.NewClient[emptypb.Empty, emptypb.Empty](s.Client, s.URL+path)
	if _, err := client.CallUnary(t.Context(), connecttest.Request(&emptypb.Empty{})); !status.Is(err, jobNotFound) {
		t.Errorf("%v", err)
	}
	err := <-seen
	if connect.CodeOf(err) != connect.CodeNotFound || !status.Is(err, jobNotFound) || !errors.Is(err, errSecret) {
		t.Errorf("%v: it lacks the code or the cause", err)
	}
	if strings.Contains(err.Error(), servertest.Secret) {
		t.Errorf("the text leaks: %v", err)
	}
}

// TestObserver: the observer has the RPC, and what the context of connect-go's handlers has.
func TestObserver(t *testing.T) {
	t.Parallel()
	events := make(chan status.Event, 2)
	s := newSides(t, connecttest.Wires()[0], failing{demo.NewService(nil), func(context.Context) error { return errSecret }},
		append(options(), status.WithObserver(func(_ context.Context, e status.Event) { events <- e }))...)
	_, err := s.connect.Echo(t.Context(), connecttest.Request(&demov1.EchoRequest{Domain: job}, "X-Request-Id", "r-1"))
	if err == nil {
		t.Error("no error")
	}
	e := <-events
	if e.Method != procedures+"Echo" || e.Domain != job || e.Repairs != status.RepairGoError || !errors.Is(e.Err, errSecret) || e.RequestID != "r-1" {
		t.Errorf("%+v", e)
	}
}

// TestHeaders: grpc.SetHeader and grpc.SetTrailer reach the client, also of a failure, and
// tell a stream's handler that its headers are sent.
func TestHeaders(t *testing.T) {
	t.Parallel()
	set := func(ctx context.Context) error {
		return errors.Join(
			grpc.SetHeader(ctx, metadata.Pairs("x-limit", "10", "x-bytes-bin", "\x00\x01")),
			grpc.SetTrailer(ctx, metadata.Pairs("x-left", "9")))
	}
	late := make(chan error, 100)
	service := failing{demo.NewService(nil), func(ctx context.Context) error {
		if err := set(ctx); err != nil {
			late <- err
		}
		return status.Error(jobNotFound, "job_id", 42)
	}}
	for _, wire := range connecttest.Wires() {
		client := wire.Dial(t, connecttest.NewMux(service, options()...))
		_, err := client.Echo(t.Context(), connecttest.Request(&demov1.EchoRequest{}))
		var e *connect.Error
		if !errors.As(err, &e) || e.Meta().Get("X-Limit") != "10" || e.Meta().Get("X-Left") != "9" || e.Meta().Get("X-Bytes-Bin") != "AAE" {
			t.Errorf("%s: %v %v", wire.Name, err, e.Meta())
		}
		if len(late) != 0 {
			t.Errorf("%s: %v", wire.Name, <-late)
		}
		if _, err := readConnect(t, sides{connect: client}, &demov1.StreamRequest{}); !status.Is(err, jobNotFound) {
			t.Errorf("%s: %v", wire.Name, err)
		}
		if len(late) != 1 {
			t.Fatalf("%s: a header after the first message is no error", wire.Name)
		}
		if err := <-late; !strings.Contains(err.Error(), "have been sent already") {
			t.Errorf("%s: %v", wire.Name, err)
		}
	}
}

// TestTimeoutHandler: a handler of net/http that answers on another goroutine.
func TestTimeoutHandler(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	mux := connecttest.NewMux(failing{demo.NewService(nil), func(context.Context) error {
		<-release
		return status.Error(jobNotFound)
	}}, options()...)
	s := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t, statushttp.WithRoute("/", apiswitch)), http.TimeoutHandler(mux, 10*time.Millisecond, "hunter2")), servertest.HTTP1)
	r := post(t, s, "Echo", map[string]any{}, nil)
	if r.Status != http.StatusServiceUnavailable || !strings.HasPrefix(r.Body, `{"Code":`) {
		t.Errorf("%d %s, want 503 and an envelope", r.Status, r.Body)
	}
	servertest.CheckLeaks(t, r.Body)
}

// TestNested: a Handler inside another one leaves the answer to it.
func TestNested(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithRoute("/", job))
	inner := statusconnect.Handler(codec, connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)), options()...))
	s := servertest.ServeHTTP(t, statusconnect.Handler(codec, inner), servertest.HTTP1)
	r := post(t, s, "Echo", map[string]any{"text": "hi"}, servertest.Header{"X-Request-Id": "r-1"})
	if want := `{"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"r-1"}`; r.Body != want {
		t.Errorf("%s, want %s", r.Body, want)
	}
}

// TestOtherHandlers: pages, redirects and upgrades on a path with a dialect are as without
// Handler.
func TestOtherHandlers(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if _, err := w.Write([]byte(`{"a": 1}`)); err != nil {
			t.Error(err)
		}
	})
	mux.Handle("/old", http.RedirectHandler("/page", http.StatusFound))
	mux.HandleFunc("/down", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusServiceUnavailable) })
	mux.HandleFunc("/hijack", func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := rw.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"); err != nil {
			t.Error(err)
		}
		if err := errors.Join(rw.Flush(), conn.Close()); err != nil {
			t.Error(err)
		}
	})
	without := servertest.ServeHTTP(t, mux, servertest.HTTP1)
	with := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t, statushttp.WithRoute("/", job)), mux), servertest.HTTP1)
	for _, path := range []string{"/page", "/old", "/down", "/hijack"} {
		checkResponse(t, path, with.Get(t, path, nil), without.Get(t, path, nil))
	}
}

// TestWriteError: package statushttp reads a *connect.Error too, for handlers that call a
// service with connect-go and answer themselves.
func TestWriteError(t *testing.T) {
	t.Parallel()
	wire := connecttest.Wires()[0]
	client := wire.Dial(t, connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)), options()...))
	_, raised := client.Raise(t.Context(), connecttest.Request(&demov1.RaiseRequest{Domain: job, Reason: "JOB_NOT_FOUND", Metadata: map[string]string{"job_id": "42"}}))
	missing := connect.NewError(connect.CodeNotFound, errors.New("no row"))
	codec := newCodec(t)
	for _, test := range []struct {
		err          error
		domain, want string
	}{
		{raised, job, `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在",`},
		{raised, "", `{"code":5,"message":"作业 42 不存在","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",`},
		{missing, apiswitch, `{"Code":10003,"Message":"未找到相应条目"}`},
		{missing, "", `{"code":5,"message":"no row","details":[]}`},
	} {
		r := codec.Failure(t.Context(), &statushttp.Request{Domain: test.domain}, test.err)
		if !strings.HasPrefix(string(r.Body), test.want) {
			t.Errorf("%v in %q: %s, want %s…", test.err, test.domain, r.Body, test.want)
		}
	}
}
