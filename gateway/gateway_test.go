package gateway_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	grpcmetadata "google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

func TestMain(m *testing.M) { servertest.Main(m) }

var quiet = gateway.WithLogger(slog.New(slog.DiscardHandler))

func newGateway(t testing.TB, opts ...gateway.Option) *gateway.Gateway {
	t.Helper()
	gw, err := gateway.New(append([]gateway.Option{quiet}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return gw
}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts []gateway.Option
		want []string // in the error; none: no error
	}{
		{"no options", nil, nil},
		{"nil option", []gateway.Option{nil}, nil},
		{"routes", []gateway.Option{gateway.WithRoute("/a", "legacy.job.v1"), gateway.WithRoute("/b/", "legacy.job.v2")}, nil},
		{
			"everything that is wrong",
			[]gateway.Option{gateway.WithRoute("/a", "legacy.job.v3"), gateway.WithRoute("b", "legacy.job.v2"), gateway.WithRoute("/c", "")},
			[]string{`route /a: the catalog has no domain "legacy.job.v3", only: legacy.apiswitch.v1, `, `route "b": a prefix starts with /`, `route /c: the catalog has no domain ""`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			gw, err := gateway.New(tt.opts...)
			if len(tt.want) == 0 {
				if err != nil || gw == nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || gw != nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nwithout %s", err, want)
				}
			}
		})
	}
}

// body returns what a mux without routes answers to a path.
func body(t *testing.T, gw *gateway.Gateway, path string, header ...string) string {
	t.Helper()
	return answerOf(t, gw.Handler(runtime.NewServeMux(gw.MuxOptions()...)), path, header...)
}

func answerOf(t *testing.T, handler http.Handler, path string, header ...string) string {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Body.String()
}

func TestRoutes(t *testing.T) {
	gw := newGateway(t,
		gateway.WithRoute("/v1", "legacy.job.v1"),
		gateway.WithRoute("/v1/elves/", "legacy.elves.v2"),
		gateway.WithRoute("/switch/", "legacy.apiswitch.v1"),
	)
	for path, want := range map[string]string{
		"/v1":           `"code":1209999`,
		"/v1/x":         `"code":1209999`,
		"/v1x":          `{"code":5,"message":"Not Found"}`,
		"/v1/elves":     `[403]`,
		"/v1/elves/x":   `[403]`,
		"/v1/elvesx":    `"code":1209999`,
		"/switch":       `{"Code":10003`,
		"/switch/a/b":   `{"Code":10003`,
		"/other":        `{"code":5,"message":"Not Found"}`,
		"/":             `{"code":5,"message":"Not Found"}`,
		"//v1":          `{"code":5,"message":"Not Found"}`,
		"/v1/%2e%2e/x":  `"code":1209999`,
		"/switch/%zz%2": `{"Code":10003`,
	} {
		if strings.Contains(path, "%zz") {
			continue // net/http refuses it before any handler
		}
		if got := body(t, gw, path); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestRequestID(t *testing.T) {
	gw := newGateway(t, gateway.WithRoute("/", "legacy.job.v2"))
	handler := gw.Handler(runtime.NewServeMux(gw.MuxOptions()...))
	for _, tt := range []struct {
		name, id string
		taken    bool
	}{
		{"taken", "7af8fe59-289d", true},
		{"128 characters", strings.Repeat("x", 128), true},
		{"none", "", false},
		{"129 characters", strings.Repeat("x", 129), false},
		{"a space", "a b", false},
		{"a line break", "a\nb", false},
		{"not ASCII", "ä", false},
		{"not UTF-8", "\xff", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request := httptest.NewRequest(http.MethodGet, "/none", nil)
			if tt.id != "" {
				request.Header["X-Request-Id"] = []string{tt.id}
			}
			before := len(request.Header)
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			got := recorder.Header().Get("X-Request-Id")
			if tt.taken != (got == tt.id) || len(got) == 0 {
				t.Errorf("%q became %q", tt.id, got)
			}
			if !strings.Contains(recorder.Body.String(), `"request_id":"`+got+`"`) {
				t.Errorf("the envelope has another id than %q: %s", got, recorder.Body)
			}
			if len(request.Header) != before {
				t.Error("the request's header was changed")
			}
		})
	}
}

// TestWithoutHandler: mux options alone still answer in the dialect, with an id.
func TestWithoutHandler(t *testing.T) {
	gw := newGateway(t, gateway.WithRoute("/", "legacy.job.v2"))
	recorder := httptest.NewRecorder()
	runtime.NewServeMux(gw.MuxOptions()...).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/none", nil))
	id := recorder.Header().Get("X-Request-Id")
	if id == "" || !strings.Contains(recorder.Body.String(), id) || recorder.Code != 200 {
		t.Errorf("%d %v %s", recorder.Code, recorder.Header(), recorder.Body)
	}
}

func TestLanguageHeader(t *testing.T) {
	gw := newGateway(t, gateway.WithRoute("/job/", "legacy.job.v2"), gateway.WithRoute("/switch/", "legacy.apiswitch.v1"))
	for _, tt := range []struct{ path, header, value, want string }{
		{"/job/none", "Blueking-Language", "en", "The called method failed"},
		{"/job/none", "Blueking-Language", "zh-cn", "调用方法出错了"},
		{"/job/none", "Blueking-Language", "fr", "调用方法出错了"},
		{"/job/none", "Blueking-Language", "\xff;;q=", "调用方法出错了"},
		{"/job/none", "Accept-Language", "en", "调用方法出错了"},
		{"/switch/none", "Blueking-Language", "en", "未找到相应条目"},
	} {
		if got := body(t, gw, tt.path, tt.header, tt.value); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s: %s: %s, want %s", tt.path, tt.header, tt.value, got, tt.want)
		}
	}
}

// TestLanguageThatACodeDoesNotHave: a text that says all stands above a template
// with holes, whatever language was asked for.
func TestLanguageThatACodeDoesNotHave(t *testing.T) {
	files := prototest.Compile(t, map[string]string{"code.proto": `
syntax = "proto3";
package legacy.languages.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {
    title: "Languages" language: "en" language_header: "X-Language"
    envelope: {failure: '{"code":{code},"message":{message}}'}
  };
  CODE_UNSPECIFIED = 0;
  INTERNAL = 1 [(statusmap.v1.code) = {
    grpc: INTERNAL message: "Internal" fallback_for: [UNKNOWN, INTERNAL] translations: {key: "de" value: "Intern"}
  }];
  IN_ENGLISH = 2 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "No bin {bin}"}];
  IN_BOTH = 3 [(statusmap.v1.code) = {
    grpc: NOT_FOUND message: "No hall {hall}" translations: {key: "de" value: "Keine Halle {hall}"}
  }];
}`})
	enums := []protoreflect.EnumDescriptor{files[0].Enums().Get(0)}
	linked, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range linked.Systems() {
		enums = append(enums, system.Descriptor())
	}
	cat, err := catalog.New(enums...)
	if err != nil {
		t.Fatal(err)
	}
	gw := newGateway(t, gateway.WithCatalog(cat), gateway.WithRoute("/", "legacy.languages.v1"))
	mux := runtime.NewServeMux(gw.MuxOptions()...)
	for _, tt := range []struct{ reason, message, language, want string }{
		{"IN_ENGLISH", "No bin 7", "", `{"code":2,"message":"No bin 7"}`},
		{"IN_ENGLISH", "No bin 7", "de", `{"code":2,"message":"No bin 7"}`},
		{"IN_ENGLISH", "pq: secret", "de", `{"code":2,"message":"No bin {bin}"}`}, // none of the code's texts
		{"IN_BOTH", "No hall 7", "", `{"code":3,"message":"No hall 7"}`},
		{"IN_BOTH", "No hall 7", "fr", `{"code":3,"message":"No hall 7"}`},
		{"IN_BOTH", "No hall 7", "de", `{"code":3,"message":"Keine Halle {hall}"}`},
	} {
		// A status whose ErrorInfo lacks the argument.
		st, err := grpcstatus.New(codes.NotFound, tt.message).WithDetails(&errdetails.ErrorInfo{Domain: "legacy.languages.v1", Reason: tt.reason})
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		if tt.language != "" {
			request.Header.Set("X-Language", tt.language)
		}
		recorder := httptest.NewRecorder()
		_, marshaler := runtime.MarshalerForRequest(mux, request)
		runtime.HTTPError(t.Context(), mux, marshaler, recorder, request, st.Err())
		if got := recorder.Body.String(); got != tt.want {
			t.Errorf("%s, %q, in %q: %s, want %s", tt.reason, tt.message, tt.language, got, tt.want)
		}
	}
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

// serve runs a service behind a gateway, both on loopback.
func serve(t *testing.T, s *service, opts ...gateway.Option) (base string) {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)))))
	demov1.RegisterDemoServiceServer(server, s)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	gw := newGateway(t, opts...)
	mux := runtime.NewServeMux(gw.MuxOptions()...)
	if err := demov1.RegisterDemoServiceHandler(t.Context(), mux, conn); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(gw.Handler(mux))
	t.Cleanup(func() {
		web.Close()
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		server.GracefulStop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return web.URL
}

func fetch(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return response, string(b)
}

// TestSuccess: which success code and HTTP status an answer has travels as
// metadata, and no REST client sees it raw.
func TestSuccess(t *testing.T) {
	for _, tt := range []struct {
		name   string
		domain string
		set    func(context.Context) error
		status int
		body   string
	}{
		{"bare resource", "legacy.jarvis.v2", nil, 200, `{"text":"hi"}`},
		{"envelope", "legacy.job.v2", nil, 200, `{"result":true,"code":0,"data":{"text":"hi"},"message":""}`},
		{"a success code", "legacy.jarvis.v2", func(ctx context.Context) error { return status.SetSuccess(ctx, jarvisv2.Code_SKEY_GRANTED) }, 200, `{"text":"hi"}`},
		{"201", "legacy.jarvis.v2", func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 201) }, 201, `{"text":"hi"}`},
		{"202 in an envelope", "legacy.elves.v2", func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 202) }, 202, `{"flag":"true","error":"","result":{"text":"hi"}}`},
		{"204 has no body", "legacy.jarvis.v2", func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 204) }, 204, ""},
		{
			"both: the status stands above the code's own", "legacy.jarvis.v2",
			func(ctx context.Context) error {
				return errors.Join(status.SetSuccess(ctx, jarvisv2.Code_SKEY_GRANTED), status.SetHTTPStatus(ctx, 201))
			},
			201, `{"text":"hi"}`,
		},
		{"no code of success", "legacy.jarvis.v2", func(ctx context.Context) error { return status.SetSuccess(ctx, jobv2.Code_JOB_NOT_FOUND) }, 500, `{"return_code":30018,"message":"param configuration error, please contact the administrator"}`},
		{"no HTTP status of success", "legacy.jarvis.v2", func(ctx context.Context) error { return status.SetHTTPStatus(ctx, 404) }, 500, `{"return_code":30018,"message":"param configuration error, please contact the administrator"}`},
		{
			"a backend that lies", "legacy.jarvis.v2",
			func(ctx context.Context) error {
				return grpc.SetHeader(ctx, grpcmetadata.Pairs(status.HTTPStatusKey, "999", status.SuccessKey, "nonsense", "x-trace", "1"))
			},
			200, `{"text":"hi"}`,
		},
		{
			"a failure's name as success", "legacy.jarvis.v2",
			func(ctx context.Context) error {
				return grpc.SetHeader(ctx, grpcmetadata.Pairs(status.SuccessKey, "legacy.jarvis.v2.USER_NOT_SUSER"))
			},
			200, `{"text":"hi"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base := serve(t, &service{set: tt.set}, gateway.WithRoute("/", tt.domain))
			response, got := fetch(t, base+"/echo/d?text=hi", "TE", "trailers")
			if response.StatusCode != tt.status || got != tt.body {
				t.Errorf("%d %s, want %d %s", response.StatusCode, got, tt.status, tt.body)
			}
			for _, h := range []http.Header{response.Header, response.Trailer} {
				for name := range h {
					if strings.Contains(strings.ToLower(name), "statusmap") {
						t.Errorf("header %s: %v", name, h[name])
					}
				}
			}
			if tt.name == "a backend that lies" && response.Header.Get("Grpc-Metadata-X-Trace") != "1" {
				t.Error("the backend's own metadata are lost")
			}
		})
	}
}

// TestRequestIDReachesTheBackend, whether it is given or made.
func TestRequestIDReachesTheBackend(t *testing.T) {
	s := &service{ids: make(chan string, 1)}
	base := serve(t, s, gateway.WithRoute("/", "legacy.job.v2"))
	response, _ := fetch(t, base+"/echo/d?text=hi", "X-Request-Id", "r-1", "Grpc-Metadata-X-Request-Id", "other")
	if got := <-s.ids; got != "r-1" || response.Header.Get("X-Request-Id") != "r-1" {
		t.Errorf("given: the backend has %q, the client %q", got, response.Header.Get("X-Request-Id"))
	}
	response, _ = fetch(t, base+"/echo/d?text=hi")
	if got := <-s.ids; got == "" || response.Header.Get("X-Request-Id") != got {
		t.Errorf("made: the backend has %q, the client %q", got, response.Header.Get("X-Request-Id"))
	}
}

// TestSuccessEnvelopeIsStable: protojson puts spaces in at random; the envelope
// has none but the template's.
func TestSuccessEnvelopeIsStable(t *testing.T) {
	base := serve(t, &service{}, gateway.WithRoute("/", "legacy.job.v2"))
	const want = `{"result":true,"code":0,"data":{"text":"a  \" b,: {}"},"message":""}`
	if _, got := fetch(t, base+"/echo/d?text=a++%22+b,:+{}"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWithDialect(t *testing.T) {
	gw := newGateway(t,
		gateway.WithRoute("/", "legacy.job.v2"),
		gateway.WithDialect(func(r *http.Request) string { return r.Header.Get("X-Dialect") }))
	for dialect, want := range map[string]string{"legacy.elves.v1": "[403]", "": "1239307", "legacy.none": "1239307"} {
		if got := body(t, gw, "/none", "X-Dialect", dialect); !strings.Contains(got, want) {
			t.Errorf("%q: %s", dialect, got)
		}
	}
}

// TestOtherCatalog: its systems count, not the default's.
func TestOtherCatalog(t *testing.T) {
	other, err := catalog.New(jobv2.Code(0).Descriptor(), elvesv2.Code(0).Descriptor())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gateway.New(gateway.WithCatalog(other), gateway.WithRoute("/", "legacy.job.v1")); err == nil {
		t.Error("a route to a system that the catalog does not have")
	}
	gw := newGateway(t, gateway.WithCatalog(other), gateway.WithRoute("/job/", "legacy.job.v2"))
	if got := body(t, gw, "/none"); got != `{"code":5,"message":"Not Found"}` {
		t.Error(got)
	}
	if got := body(t, gw, "/job/none"); !strings.Contains(got, "1239307") {
		t.Error(got)
	}
}

// TestPanicInTheMiddle: what has begun cannot be taken back; it must not be taken
// for a whole answer.
func TestPanicInTheMiddle(t *testing.T) {
	gw := newGateway(t, gateway.WithRoute("/", "legacy.job.v2"))
	mux := runtime.NewServeMux(gw.MuxOptions()...)
	err := mux.HandlePath(http.MethodGet, "/half", func(w http.ResponseWriter, _ *http.Request, _ map[string]string) {
		if _, err := io.WriteString(w, `{"half":`); err != nil {
			t.Error(err)
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		panic("hunter2")
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(gw.Handler(mux))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Start()
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/half", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, readErr := io.ReadAll(response.Body)
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	if readErr == nil || strings.Contains(string(b), "hunter2") {
		t.Errorf("a whole answer: %s", b)
	}
}

// TestLog: what the client is not told is in the log, with the request's id; what
// it is told is not.
func TestLog(t *testing.T) {
	var log lockedBuffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	gw := newGateway(t, gateway.WithLogger(logger), gateway.WithRoute("/", "legacy.job.v2"))
	mux := runtime.NewServeMux(gw.MuxOptions()...)
	foreign := grpcstatus.New(codes.PermissionDenied, "foreign words")
	foreign, err := foreign.WithDetails(&errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"})
	if err != nil {
		t.Fatal(err)
	}
	for path, fail := range map[string]error{
		"/go":      errors.New("go words"),
		"/plain":   grpcstatus.Error(codes.NotFound, "plain words"),
		"/wrap":    status.Wrap(errors.New("wrapped words"), jobv2.Code_INTERNAL_ERROR),
		"/foreign": foreign.Err(),
		"/code":    status.Error(jobv2.Code_INTERNAL_ERROR),
		"/other":   status.Error(jarvisv2.Code_USER_NOT_SUSER),
	} {
		err := mux.HandlePath(http.MethodGet, path, func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
			_, m := runtime.MarshalerForRequest(mux, r)
			runtime.HTTPError(r.Context(), mux, m, w, r, fail)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"/go": "go words", "/plain": "plain words", "/wrap": "wrapped words", "/foreign": "foreign words", "/code": "", "/other": "user is not SUser", "/none": "Not Found",
	} {
		log.reset()
		answerOf(t, gw.Handler(mux), path, "X-Request-Id", "r-1")
		got := log.String()
		if !strings.Contains(got, want) || want != "" && !strings.Contains(got, "request_id=r-1") || want == "" && got != "" {
			t.Errorf("%s: logged %q, want %q", path, got, want)
		}
		if wantError := path == "/go" || path == "/wrap"; strings.Contains(got, "level=ERROR") != wantError {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// lockedBuffer is a log that a server's goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}
