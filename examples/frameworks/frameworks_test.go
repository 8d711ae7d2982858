// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	khttp "github.com/go-kratos/kratos/v2/transport/http"
	"github.com/zeromicro/go-zero/core/conf"
	"github.com/zeromicro/go-zero/core/logx"
	"github.com/zeromicro/go-zero/rest"
	"github.com/zeromicro/go-zero/rest/httpx"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/statushttp"
)

// serveGoZero serves the program of go-zero. Its error handler belongs to the process, so
// one test at a time can call this.
func serveGoZero(t *testing.T, codec *statushttp.Codec) http.Handler {
	t.Helper()
	logx.Disable()
	var config rest.RestConf
	if err := conf.FillDefault(&config); err != nil { // all of go-zero's middlewares
		t.Fatal(err)
	}
	config.MaxBytes = maxBytes
	server, err := newGoZero(codec, config, jobs{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { httpx.SetErrorHandlerCtx(nil) })
	server.AddRoute(rest.Route{Method: http.MethodGet, Path: secured, Handler: func(http.ResponseWriter, *http.Request) {}},
		rest.WithJwt("a secret of tests"))
	handler, err := rest.NewServerless(server)
	if err != nil {
		t.Fatal(err)
	}

	// As go-zero's own timeout does.
	w := httptest.NewRecorder()
	httpx.ErrorCtx(t.Context(), w, context.DeadlineExceeded)
	if want := `{"code":4,"message":"","details":[]}`; w.Code != 504 || w.Body.String() != want {
		t.Errorf("a timeout of go-zero: got %d %s, want 504 %s", w.Code, w.Body, want)
	}
	return http.HandlerFunc(handler.Serve)
}

// go-zero's program has a path that needs a token, and a limit for bodies.
const (
	secured  = "/api/v2/secured"
	maxBytes = 16
)

type refusal struct {
	path, body string
	wantStatus int
	want       string
}

// TestFrameworks compares the answers of each framework with the gateway's: status, body
// and headers.
func TestFrameworks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		serve func(*testing.T, *statushttp.Codec) http.Handler
		// net/http's mux asks the handler of "/" if only the method is wrong.
		no405 bool
		// Requests that the framework itself refuses, in apiswitch.
		refused []refusal
	}{
		"net/http": {
			serve: func(_ *testing.T, codec *statushttp.Codec) http.Handler { return newNetHTTP(codec, jobs{}) },
			no405: true,
		},
		"chi": {serve: func(_ *testing.T, codec *statushttp.Codec) http.Handler { return newChi(codec, jobs{}) }},
		"go-zero": {
			serve: serveGoZero,
			refused: []refusal{
				{path: "/api/v2/job/1?steps=many", wantStatus: 400, want: `{"Code":10001,"Message":"参数不合法"}`},
				{path: "/api/v2/job/1", body: strings.Repeat("x", maxBytes+1), wantStatus: 413},
				{path: secured, wantStatus: 401, want: `{"Code":10101,"Message":"TOKEN不合法"}`},
			},
		},
		"kratos": {
			serve:   func(_ *testing.T, codec *statushttp.Codec) http.Handler { return newKratos(codec, jobs{}) },
			refused: []refusal{{path: "/api/v2/job/1?steps=many", wantStatus: 400, want: `{"Code":10001,"Message":"参数不合法"}`}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log servertest.Log
			codec := newCodec(t, &log)
			server := servertest.ServeHTTP(t, tt.serve(t, codec), servertest.HTTP1)
			gateway := serveGateway(t, codec)
			if got := server.Get(t, "/api/v2/job/1", nil); got.Status != 200 || strings.TrimSpace(got.Body) != `{"name":"backup"}` {
				t.Errorf("a success: got %d %s", got.Status, got.Body)
			}
			for _, x := range tt.refused {
				got := server.Do(t, servertest.Request{Path: x.path, Header: servertest.Header{dialectHeader: apiswitch}, Body: x.body})
				if got.Status != x.wantStatus || got.Body != x.want {
					t.Errorf("%s: got %d %s, want %d %s", x.path, got.Status, got.Body, x.wantStatus, x.want)
				}
				log.Take()
			}
			for name, x := range exchanges {
				request := servertest.Request{Method: x.method, Path: x.path, Header: servertest.Header{"X-Request-Id": "r-1"}}
				maps.Copy(request.Header, x.header)
				if tt.no405 && x.method != "" {
					continue
				}
				got := server.Do(t, request)
				if got.Status != x.wantStatus || got.Body != x.want {
					t.Errorf("%s: got %d %s, want %d %s", name, got.Status, got.Body, x.wantStatus, x.want)
				}
				servertest.CheckLeaks(t, got.Body)
				if logged := log.Take(); strings.Contains(logged, servertest.Secret) != x.wantLog {
					t.Errorf("%s: logged %q, want the hidden text in it: %v", name, logged, x.wantLog)
				}
				request.Path = gatewayPath(request.Path)
				want := gateway.Do(t, request)
				log.Take()
				if got.Status != want.Status || compact(got.Body) != compact(want.Body) {
					t.Errorf("%s: got %d %s, the gateway answers %d %s", name, got.Status, got.Body, want.Status, want.Body)
				}
				for header := range want.Header {
					switch header {
					case "Date", "Content-Length":
						continue
					case "Allow":
						continue // the hooks are not told which methods there are
					}
					if got, want := got.Header.Get(header), want.Header.Get(header); got != want {
						t.Errorf("%s: the header %s is %q, the gateway's %q", name, header, got, want)
					}
				}
				for header, want := range x.wantHeader {
					if got := got.Header.Get(header); got != want {
						t.Errorf("%s: the header %s is %q, want %q", name, header, got, want)
					}
				}
			}
		})
	}
}

var exchanges = map[string]struct {
	method, path string // "": GET
	header       servertest.Header

	wantStatus int
	want       string
	wantHeader map[string]string
	wantLog    bool // the text that is hidden from the client is logged
}{
	"a code": {
		path: "/api/v2/job/42", header: servertest.Header{dialectHeader: jobV2},
		wantStatus: 200, want: `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"r-1"}`,
		wantHeader: map[string]string{"X-Request-Id": "r-1", "Content-Type": "application/json; charset=utf-8"},
	},
	"in the client's language": {
		path: "/api/v2/job/42", header: servertest.Header{dialectHeader: jobV2, "Blueking-Language": "en"},
		wantStatus: 200, want: `{"result":false,"code":1233106,"data":null,"message":"Job 42 does not exist","request_id":"r-1"}`,
	},
	"with characters that HTML escapes": {
		path: "/api/v2/job/%3C&%3E", header: servertest.Header{dialectHeader: jobV2},
		wantStatus: 200, want: `{"result":false,"code":1233106,"data":null,"message":"作业 <&> 不存在","request_id":"r-1"}`,
	},
	"a code with a time to retry": {
		path: "/api/v2/job/busy", header: servertest.Header{dialectHeader: jobV2},
		wantStatus: 200, want: `{"result":false,"code":1210001,"data":null,"message":"GSE TaskServer 不可用","request_id":"r-1"}`,
		wantHeader: map[string]string{"Retry-After": "10"},
	},
	"a code that wraps, and is wrapped": {
		path: "/api/v2/job/wrapped", header: servertest.Header{dialectHeader: jobV2},
		wantStatus: 200, want: `{"result":false,"code":1233106,"data":null,"message":"作业 43 不存在","request_id":"r-1"}`,
		wantLog: true,
	},
	"another system's code": {
		path: "/api/v2/job/42", header: servertest.Header{dialectHeader: apiswitch},
		wantStatus: 404, want: `{"Code":10003,"Message":"未找到相应条目"}`,
		wantHeader: map[string]string{"X-Request-Id": "r-1"},
	},
	"a gRPC status": {
		path: "/api/v2/job/denied", header: servertest.Header{dialectHeader: apiswitch},
		wantStatus: 403, want: `{"Code":10006,"Message":"禁止访问"}`,
		wantLog: true,
	},
	"an error of kratos": {
		path: "/api/v2/job/gone", header: servertest.Header{dialectHeader: apiswitch},
		wantStatus: 404, want: `{"Code":10003,"Message":"未找到相应条目"}`,
		wantLog: true,
	},
	"a panic": {
		path: "/api/v2/job/panic", header: servertest.Header{dialectHeader: jobV2},
		wantStatus: 200, want: `{"result":false,"code":1239999,"data":null,"message":"系统内部异常","request_id":"r-1"}`,
		wantLog: true,
	},
	"a Go error": {
		path: "/api/v2/job/broken", header: servertest.Header{dialectHeader: apiswitch},
		wantStatus: 500, want: `{"Code":10004,"Message":"内部错误"}`,
		wantLog: true,
	},
	"a Go error, in a system that answers 200": {
		path: "/api/v2/job/broken", header: servertest.Header{dialectHeader: jobV2},
		wantStatus: 200, want: `{"result":false,"code":1239999,"data":null,"message":"系统内部异常","request_id":"r-1"}`,
		wantLog: true,
	},
	"an unknown path": {
		path: "/none", header: servertest.Header{dialectHeader: jobV2},
		wantStatus: 200, want: `{"result":false,"code":1239995,"data":null,"message":"不支持的接口","request_id":"r-1"}`,
	},
	"an unknown path, with HTTP statuses": {
		path: "/none", header: servertest.Header{dialectHeader: apiswitch},
		wantStatus: 404, want: `{"Code":10003,"Message":"未找到相应条目"}`,
	},
	"a wrong method": {
		method: http.MethodDelete, path: "/api/v2/job/42", header: servertest.Header{dialectHeader: apiswitch},
		wantStatus: 405, want: `{"Code":10005,"Message":"非法请求"}`,
	},
	"a Go error, without a dialect": {
		path:       "/api/v2/job/broken",
		wantStatus: 500, want: `{"code":13,"message":"internal error","details":[]}`,
		wantLog: true,
	},
}

// TestKratosDefault: requests without a dialect get kratos' own errors.
func TestKratosDefault(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, new(servertest.Log))
	program := khttp.NewServer(khttp.ErrorEncoder(withKratosDefault(codec)))
	program.Route("/").GET("/gone", func(ctx khttp.Context) error {
		_, err := jobs{}.get(ctx, "gone")
		return err
	})
	server := servertest.ServeHTTP(t, program, servertest.HTTP1)
	for _, tt := range []struct {
		header     servertest.Header
		wantStatus int
		want       string
	}{
		{
			header:     servertest.Header{dialectHeader: apiswitch},
			wantStatus: 404, want: `{"Code":10003,"Message":"未找到相应条目"}`,
		},
		{
			wantStatus: 404, want: `{"code":404,"reason":"GONE","message":"` + servertest.Secret + `","metadata":{}}`,
		},
	} {
		r := server.Get(t, "/gone", tt.header)
		if r.Status != tt.wantStatus || compact(r.Body) != tt.want {
			t.Errorf("%v: got %d %s, want %d %s", tt.header, r.Status, r.Body, tt.wantStatus, tt.want)
		}
	}
}
