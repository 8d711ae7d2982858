// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/statushttp"
)

// zip compresses even the shortest response.
func zip(t *testing.T) func(http.Handler) http.Handler {
	t.Helper()
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1))
	if err != nil {
		t.Fatal(err)
	}
	return func(next http.Handler) http.Handler { return wrap(next) }
}

// TestGzip: around the mux everything is compressed, and in its envelope. In a
// middleware of the mux it must come before our options: after them a success is
// compressed before it can get its envelope.
func TestGzip(t *testing.T) {
	t.Parallel()
	const (
		bare    = `{"text":"hi"}`
		success = `{"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"r-1"}`
		failure = `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"r-1"}`
		raise   = "/raise/legacy.job.v2/JOB_NOT_FOUND?metadata%5Bjob_id%5D=42"
		stream  = "/stream/legacy.job.v2/JOB_NOT_FOUND?after=1&metadata%5Bjob_id%5D=42"
	)
	const logged = "so they get no envelope: put it around the mux"
	withID := servertest.Header{dialectHeader: job, "X-Request-Id": "r-1"}
	for name, tt := range map[string]struct {
		config      config
		wantSuccess string
		wantLog     bool
		routing     bool // are answers without a route compressed?
	}{
		"around the mux":        {config: config{around: around(zip(t))}, wantSuccess: success, routing: true},
		"before our options":    {config: config{beforeMux: []runtime.ServeMuxOption{inside(t, zip(t))}}, wantSuccess: success},
		"wrong: after our ones": {config: config{afterMux: []runtime.ServeMuxOption{inside(t, zip(t))}}, wantSuccess: bare, wantLog: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, tt.config)
			for path, want := range map[string]string{
				"/echo/d?text=hi": tt.wantSuccess,
				raise:             failure,
				stream:            `{"result":{"index":1}}` + "\n" + failure + "\n",
			} {
				encoding, body := p.getZipped(t, path, withID)
				if encoding != "gzip" || compact(body) != want {
					t.Errorf("%s: %q %s, want gzip and %s", path, encoding, body, want)
				}
			}
			if got := strings.Contains(p.log.Take(), logged); got != tt.wantLog {
				t.Errorf("logged the order: %v, want %v", got, tt.wantLog)
			}
			if _, body := p.getZipped(t, "/echo/d?text=hi", plain); compact(body) != bare {
				t.Errorf("without a dialect: %s, want %s", body, bare)
			}
			if encoding, _ := p.getZipped(t, "/none", withID); (encoding == "gzip") != tt.routing {
				t.Errorf("a path without a route has the encoding %q, want it compressed: %v", encoding, tt.routing)
			}
		})
	}
}

// getZipped asks for gzip, and unpacks it.
func (p *program) getZipped(t *testing.T, path string, header servertest.Header) (encoding, body string) {
	t.Helper()
	h := servertest.Header{"Accept-Encoding": "gzip"}
	maps.Copy(h, header)
	r := p.Get(t, path, h)
	encoding = r.Header.Get("Content-Encoding")
	if encoding != "gzip" {
		return encoding, r.Body
	}
	z, err := gzip.NewReader(strings.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return encoding, string(b)
}

// TestGzipKeepsStreaming: a compressed stream still arrives message by message.
func TestGzipKeepsStreaming(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]servertest.Header{"in a dialect": inApiswitch, "plain": plain} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			received := make(chan struct{})
			p := start(t, config{around: around(zip(t)), backend: &backend{received: received}})
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/stream/legacy.apiswitch.v1/ITEM_NOT_FOUND", nil)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range header {
				request.Header.Set(name, value)
			}
			response, err := p.Client.Do(request) // it unpacks gzip
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := response.Body.Close(); err != nil {
					t.Error(err)
				}
			}()
			lines := bufio.NewScanner(response.Body)
			if !lines.Scan() || compact(lines.Text()) != `{"result":{"index":1}}` || !response.Uncompressed {
				t.Fatalf("got %q, unpacked: %v", lines.Text(), response.Uncompressed)
			}
			close(received) // only now does the backend fail
			if !lines.Scan() || (lines.Text() == notFound) != (name == "in a dialect") || lines.Scan() {
				t.Errorf("got %q, then %v", lines.Text(), lines.Err())
			}
		})
	}
}

// TestRecoverer: panics of handlers in a dialect are answered by the gateway; a
// recoverer around the mux is for the others. Inside, it takes them away from the
// gateway.
func TestRecoverer(t *testing.T) {
	t.Parallel()
	panics := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("panic") {
				panic(servertest.Secret)
			}
			next.ServeHTTP(w, r)
		})
	}
	// Its log is not for the test's output.
	recoverer := func(next http.Handler) http.Handler {
		return middleware.RequestLogger(silent{})(middleware.Recoverer(next))
	}
	const path = "/echo/d?panic"
	for name, tt := range map[string]struct {
		config config
		want   string
	}{
		"around the mux": {
			config: config{around: around(recoverer), afterMux: []runtime.ServeMuxOption{inside(t, panics)}},
			want:   internal,
		},
		"wrong: inside": {
			config: config{afterMux: []runtime.ServeMuxOption{inside(t, recoverer), inside(t, panics)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, tt.config)
			r := p.Get(t, path, inApiswitch)
			if r.Status != 500 || r.Body != tt.want {
				t.Errorf("in a dialect: %d %q, want 500 %q", r.Status, r.Body, tt.want)
			}
			if r = p.Get(t, path, plain); r.Status != 500 || r.Body != "" {
				t.Errorf("plain: %d %q, want the recoverer's empty 500", r.Status, r.Body)
			}
			if r = p.Get(t, path, inJob); tt.want != "" && r.Status != 200 || tt.want == "" && r.Status != 500 {
				t.Errorf("in a system that always answers 200: %d", r.Status)
			}
		})
	}
}

// silent is a formatter of chi's logs that writes none.
type silent struct{}

func (silent) NewLogEntry(*http.Request) middleware.LogEntry   { return silent{} }
func (silent) Write(int, int, http.Header, time.Duration, any) {}
func (silent) Panic(any, []byte)                               {}

// TestTimeout: what sets a deadline on the request's context gives the envelope of
// DEADLINE_EXCEEDED. http.TimeoutHandler writes its own text instead, and holds streams
// back until they end.
func TestTimeout(t *testing.T) {
	t.Parallel()
	const limit = 20 * time.Millisecond // of a call that waits for it
	const late = `{"result":false,"code":1239306,"data":null,"message":"异步调用的方法超时了","request_id":"r-1"}`
	withID := servertest.Header{dialectHeader: job, "X-Request-Id": "r-1"}
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	for name, tt := range map[string]struct {
		around     func(http.Handler) http.Handler
		header     servertest.Header
		wantStatus int
		want       string
		wantPlain  int
	}{
		"the context's deadline": {around: deadline(limit), header: withID, wantStatus: 200, want: late, wantPlain: 504},
		"chi's Timeout":          {around: middleware.Timeout(limit), header: withID, wantStatus: 200, want: late, wantPlain: 504},
		"the header Grpc-Timeout": {
			header:     servertest.Header{dialectHeader: job, "X-Request-Id": "r-1", "Grpc-Timeout": "20m"},
			wantStatus: 200, want: late, wantPlain: 504,
		},
		"wrong: http.TimeoutHandler": {
			around: func(next http.Handler) http.Handler {
				return http.TimeoutHandler(outlasts(next, ended), limit, "too late")
			},
			header: withID, wantStatus: 503, want: "too late", wantPlain: 503,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config{}
			if tt.around != nil {
				c.around = around(tt.around)
			}
			p := start(t, c)
			r := p.Get(t, "/echo/d?text=wait", tt.header)
			if r.Status != tt.wantStatus || r.Body != tt.want {
				t.Errorf("got %d %s, want %d %s", r.Status, r.Body, tt.wantStatus, tt.want)
			}
			header := servertest.Header{}
			if timeout := tt.header["Grpc-Timeout"]; timeout != "" {
				header["Grpc-Timeout"] = timeout
			}
			if r = p.Get(t, "/echo/d?text=wait", header); r.Status != tt.wantPlain {
				t.Errorf("plain: got %d %s, want %d", r.Status, r.Body, tt.wantPlain)
			}
		})
	}
}

// outlasts makes a handler that ends with the test: its answer is always too late.
func outlasts(next http.Handler, ended <-chan struct{}) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		<-ended
	})
}

// deadline gives each request a deadline.
func deadline(limit time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), limit)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// TestTimeoutHandlerHoldsStreams: what http.TimeoutHandler gets it keeps until the
// handler ends. Without a dialect grpc-gateway breaks off after the first message.
func TestTimeoutHandlerHoldsStreams(t *testing.T) {
	t.Parallel()
	p := start(t, config{around: around(func(next http.Handler) http.Handler { return http.TimeoutHandler(next, time.Minute, "") })})
	const path = "/stream/legacy.apiswitch.v1/ITEM_NOT_FOUND?after=2"
	const first = `{"result":{"index":1}}` + "\n"
	p.check(t, map[string]exchange{
		"in a dialect": {path: path, header: inApiswitch, wantStatus: 200, want: first + `{"result":{"index":2}}` + "\n" + notFound + "\n"},
		"plain":        {path: path, header: plain, wantStatus: 200, want: first + "unexpected type of web server\n"},
	})
	p.wantLog(t, "response could not be flushed")
}

// TestMaxBytesHandler: around the mux it is answered with 413 in the dialect. Inside,
// the gateway does not see whose error it is.
func TestMaxBytesHandler(t *testing.T) {
	t.Parallel()
	limit := func(next http.Handler) http.Handler { return http.MaxBytesHandler(next, 10) }
	for name, tt := range map[string]struct {
		config     config
		wantStatus int
	}{
		"around the mux": {config: config{around: around(limit)}, wantStatus: 413},
		"wrong: inside":  {config: config{afterMux: []runtime.ServeMuxOption{inside(t, limit)}}, wantStatus: 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const path = "/raise/legacy.apiswitch.v1/ITEM_NOT_FOUND"
			body := `{"metadata": {"name": "value"}}`
			start(t, tt.config).check(t, map[string]exchange{
				"too long in a dialect": {method: http.MethodPost, path: path, header: inApiswitch, body: body, wantStatus: tt.wantStatus, want: illegal},
				"short in a dialect":    {method: http.MethodPost, path: path, header: inApiswitch, body: "{}", wantStatus: 404, want: notFound},
				"too long, plain": {
					method: http.MethodPost, path: path, body: body, wantStatus: 400,
					want: `{"code":3,"message":"http: request body too large","details":[]}`,
				},
			})
		})
	}
}

// TestCORS: around the mux. A preflight is an OPTIONS request, for which the mux has no
// route: inside it never arrives, and errors without a route have no header.
func TestCORS(t *testing.T) {
	t.Parallel()
	const origin = "https://shop.example"
	handler := cors.New(cors.Options{
		AllowedOrigins: []string{origin},
		ExposedHeaders: []string{statushttp.RequestIDHeader, "Retry-After"},
	}).Handler
	preflight := func(dialect servertest.Header) servertest.Header {
		h := servertest.Header{"Origin": origin, "Access-Control-Request-Method": "GET"}
		maps.Copy(h, dialect)
		return h
	}
	from := func(dialect servertest.Header) servertest.Header {
		return servertest.Header{"Origin": origin, dialectHeader: dialect[dialectHeader]}
	}
	const path = "/raise/legacy.apiswitch.v1/ITEM_NOT_FOUND"
	allowed := map[string]string{"Access-Control-Allow-Origin": origin}
	refused := map[string]string{"Access-Control-Allow-Origin": ""}
	exposed := map[string]string{"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "X-Request-Id, Retry-After"}
	t.Run("around the mux", func(t *testing.T) {
		t.Parallel()
		start(t, config{around: around(handler)}).check(t, map[string]exchange{
			"a preflight in a dialect":        {method: http.MethodOptions, path: path, header: preflight(inApiswitch), wantStatus: 204, wantHeader: allowed},
			"a preflight, plain":              {method: http.MethodOptions, path: path, header: preflight(plain), wantStatus: 204, wantHeader: allowed},
			"a preflight of an unknown path":  {method: http.MethodOptions, path: "/none", header: preflight(inApiswitch), wantStatus: 204, wantHeader: allowed},
			"a failure in a dialect":          {path: path, header: from(inApiswitch), wantStatus: 404, want: notFound, wantHeader: exposed},
			"a failure, plain":                {path: path, header: from(plain), wantStatus: 404, wantHeader: exposed},
			"an unknown path in a dialect":    {path: "/none", header: from(inApiswitch), wantStatus: 404, want: notFound, wantHeader: exposed},
			"OPTIONS that is not a preflight": {method: http.MethodOptions, path: path, header: from(inApiswitch), wantStatus: 405, want: badRequest, wantHeader: allowed},
		})
	})
	t.Run("wrong: inside", func(t *testing.T) {
		t.Parallel()
		start(t, config{afterMux: []runtime.ServeMuxOption{inside(t, handler)}}).check(t, map[string]exchange{
			"a preflight in a dialect":     {method: http.MethodOptions, path: path, header: preflight(inApiswitch), wantStatus: 405, want: badRequest, wantHeader: refused},
			"a preflight, always 200":      {method: http.MethodOptions, path: path, header: preflight(inJob), wantStatus: 200, wantHeader: refused},
			"a preflight, plain":           {method: http.MethodOptions, path: path, header: preflight(plain), wantStatus: 501, wantHeader: refused},
			"a failure in a dialect":       {path: path, header: from(inApiswitch), wantStatus: 404, want: notFound, wantHeader: exposed},
			"an unknown path in a dialect": {path: "/none", header: from(inApiswitch), wantStatus: 404, want: notFound, wantHeader: refused},
		})
	})
}

// TestRouter: mount the mux at the root of a router, so that unknown paths and methods
// are the mux's too.
func TestRouter(t *testing.T) {
	t.Parallel()
	route := []statushttp.Option{statushttp.WithRoute("/echo/", apiswitch), statushttp.WithRoute("/api/echo/", apiswitch)}
	page := func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, "a page"); err != nil {
			t.Error(err)
		}
	}
	for name, tt := range map[string]struct {
		around func(codec *statushttp.Codec, mux http.Handler) http.Handler
		want   map[string]exchange
	}{
		"mounted at the root": {
			around: func(_ *statushttp.Codec, mux http.Handler) http.Handler {
				router := chi.NewRouter()
				router.Get("/page", page)
				router.Mount("/", mux)
				return router
			},
			want: map[string]exchange{
				"a page":            {path: "/page", wantStatus: 200, want: "a page"},
				"a success":         {path: "/echo/d?text=hi", wantStatus: 200, want: `{"text":"hi"}`},
				"an unknown path":   {path: "/echo/d/more", wantStatus: 404, want: notFound},
				"an unknown method": {method: http.MethodPut, path: "/echo/d", wantStatus: 405, want: badRequest, wantHeader: map[string]string{"Allow": "GET"}},
				"plain":             {path: "/none", wantStatus: 404, want: `{"code":5,"message":"Not Found","details":[]}`},
			},
		},
		"wrong: route by route": {
			around: func(_ *statushttp.Codec, mux http.Handler) http.Handler {
				router := chi.NewRouter()
				router.Method(http.MethodGet, "/echo/{domain}", mux)
				return router
			},
			want: map[string]exchange{
				"a success":         {path: "/echo/d?text=hi", wantStatus: 200, want: `{"text":"hi"}`},
				"an unknown path":   {path: "/echo/d/more", wantStatus: 404, want: "404 page not found\n"},
				"an unknown method": {method: http.MethodPut, path: "/echo/d", wantStatus: 405},
			},
		},
		"route by route, with the codec for the rest": {
			around: func(codec *statushttp.Codec, mux http.Handler) http.Handler {
				router := chi.NewRouter()
				router.Method(http.MethodGet, "/echo/{domain}", mux)
				router.NotFound(codec.HTTPStatusHandler(http.StatusNotFound))
				return router
			},
			want: map[string]exchange{
				"an unknown path": {path: "/echo/d/more", wantStatus: 404, want: notFound},
				"plain":           {path: "/none", wantStatus: 404, want: `{"code":5,"message":"Not Found","details":[]}`},
			},
		},
		"chi.Mount keeps the path": {
			around: func(_ *statushttp.Codec, mux http.Handler) http.Handler {
				router := chi.NewRouter()
				router.Mount("/echo", mux)
				return router
			},
			want: map[string]exchange{"an unknown path": {path: "/echo/d/more", wantStatus: 404, want: notFound}},
		},
		"http.StripPrefix: routes have the rest of the path": {
			around: func(_ *statushttp.Codec, mux http.Handler) http.Handler { return http.StripPrefix("/api", mux) },
			want:   map[string]exchange{"an unknown path": {path: "/api/echo/d/more", wantStatus: 404, want: notFound}},
		},
		"wrong: a route with the prefix that was stripped": {
			around: func(_ *statushttp.Codec, mux http.Handler) http.Handler { return http.StripPrefix("/api/echo", mux) },
			want:   map[string]exchange{"an unknown path": {path: "/api/echo/d/more", wantStatus: 404, want: `{"code":5,"message":"Not Found","details":[]}`}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start(t, config{around: tt.around, statushttp: route}).check(t, tt.want)
		})
	}
}

// TestMiddlewareThatAnswers: a middleware around the mux that refuses requests by
// itself answers in its own words. One that calls the codec answers in the dialect.
func TestMiddlewareThatAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		around func(codec *statushttp.Codec, mux http.Handler) http.Handler
		want   map[string]exchange
	}{
		"with the codec": {
			around: func(codec *statushttp.Codec, mux http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if _, _, ok := r.BasicAuth(); !ok {
						w.Header().Set("WWW-Authenticate", `Basic realm="jobs"`)
						codec.WriteError(w, r, grpcstatus.Error(codes.Unauthenticated, "log in first"))
						return
					}
					mux.ServeHTTP(w, r)
				})
			},
			want: map[string]exchange{
				"in a dialect": {path: "/echo/d", header: inApiswitch, wantStatus: 401, want: invalidToken, wantHeader: map[string]string{
					"Www-Authenticate": `Basic realm="jobs"`, "Content-Type": "application/json; charset=utf-8",
				}},
				"plain": {path: "/echo/d", wantStatus: 401, want: `{"code":16,"message":"log in first","details":[]}`},
			},
		},
		"wrong: chi's BasicAuth alone": {
			around: around(middleware.BasicAuth("jobs", map[string]string{"ann": "secret"})),
			want: map[string]exchange{
				"in a dialect":              {path: "/echo/d", header: inApiswitch, wantStatus: 401, wantHeader: map[string]string{"Content-Type": ""}},
				"in one that is always 200": {path: "/echo/d", header: inJob, wantStatus: 401},
				"plain":                     {path: "/echo/d", wantStatus: 401},
			},
		},
		"wrong: chi's Throttle alone": {
			around: func(_ *statushttp.Codec, _ http.Handler) http.Handler {
				throttle := middleware.ThrottleWithOpts(middleware.ThrottleOpts{Limit: 1})
				var busy http.Handler
				first := true
				busy = throttle(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if first { // while the first is served a second one comes
						first = false
						busy.ServeHTTP(w, r)
					}
				}))
				return busy
			},
			want: map[string]exchange{
				"in a dialect": {path: "/echo/d", header: inApiswitch, wantStatus: 429, want: "Server capacity exceeded.\n"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start(t, config{around: tt.around}).check(t, tt.want)
		})
	}
}

// TestRequestID: an id for the envelope, the log and the backend has to be in the
// request's header before the mux sees it. chi's RequestID has it in the context only.
func TestRequestID(t *testing.T) {
	t.Parallel()
	fromContext := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set(statushttp.RequestIDHeader, "chi-"+middleware.GetReqID(r.Context()))
			next.ServeHTTP(w, r)
		})
	}
	for name, tt := range map[string]struct {
		middlewares chi.Middlewares
		want        bool
	}{
		"in the header":         {middlewares: chi.Middlewares{middleware.RequestID, fromContext}, want: true},
		"wrong: in the context": {middlewares: chi.Middlewares{middleware.RequestID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, config{around: func(_ *statushttp.Codec, mux http.Handler) http.Handler { return tt.middlewares.Handler(mux) }})
			r := p.Get(t, "/fault/legacy.job.v2/go_error", inJob)
			id := r.Header.Get(statushttp.RequestIDHeader)
			if id == "" || !strings.Contains(r.Body, `"request_id":"`+id+`"`) {
				t.Errorf("the header has %q, the body is %s", id, r.Body)
			}
			if strings.HasPrefix(id, "chi-") != tt.want {
				t.Errorf("the id is %q, want chi's: %v", id, tt.want)
			}
			p.wantLog(t, "request_id="+id, servertest.Secret)
		})
	}
}

// TestHealthz keeps its status, and its body is plain, in every dialect.
func TestHealthz(t *testing.T) {
	t.Parallel()
	p := start(t, config{around: around(zip(t)), statushttp: []statushttp.Option{statushttp.WithRoute("/", job)}})
	p.check(t, map[string]exchange{
		"serving":            {path: "/healthz", wantStatus: 200, want: `{"status":"SERVING"}` + "\n"},
		"an unknown service": {path: "/healthz?service=none", wantStatus: 404},
	})
	p.health.SetServingStatus("", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	p.check(t, map[string]exchange{"not serving": {path: "/healthz", header: inJob, wantStatus: 503}})
}
