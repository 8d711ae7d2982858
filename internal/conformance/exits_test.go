package statusmap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	grpcmetadata "google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

const secret = "hunter2"

// careless is a backend without interceptors, which does everything wrong.
type careless struct {
	demov1.UnimplementedDemoServiceServer
	system *catalog.System
}

func (b *careless) Raise(ctx context.Context, r *demov1.RaiseRequest) (*demov1.RaiseResponse, error) {
	md := grpcmetadata.Pairs("statusmap-internal", secret, "x-trace", "1")
	if err := errors.Join(grpc.SetHeader(ctx, md), grpc.SetTrailer(ctx, md)); err != nil {
		return nil, err
	}
	info := &errdetails.ErrorInfo{Domain: b.system.Domain(), Reason: b.someCode().Reason(), Metadata: map[string]string{"legacy_code": b.someCode().LegacyCode(), "trace": "t"}}
	switch r.GetReason() {
	case "code":
		return nil, status.New(b.someCode())
	case "wrapped":
		return nil, fmt.Errorf("loading %s: %w", secret, status.New(b.someCode()))
	case "go error":
		return nil, errors.New("pq: password " + secret)
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case "plain":
		return nil, grpcstatus.Error(codes.Unauthenticated, "Bearer realm="+secret)
	case "out of range":
		return nil, grpcstatus.Error(20210, secret)
	case "unknown detail":
		return nil, sent(b.someCode().GRPCCode(), b.someCode().Message().Text(), info, nil)
	case "newer reason":
		return nil, sent(codes.NotFound, "a text from the future", &errdetails.ErrorInfo{
			Domain: b.system.Domain(), Reason: "NEWER", Metadata: map[string]string{"legacy_code": "9999999"},
		})
	case "two ErrorInfos":
		return nil, sent(b.someCode().GRPCCode(), b.someCode().Message().Text(), &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE", Metadata: map[string]string{"secret": secret}}, info)
	case "foreign ErrorInfo":
		return nil, sent(codes.PermissionDenied, "caller "+secret+" has no rights", &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"})
	case "broken details":
		return nil, grpcstatus.ErrorProto(&spb.Status{Code: int32(codes.Aborted), Message: secret, Details: []*anypb.Any{{
			TypeUrl: "type.googleapis.com/google.rpc.ErrorInfo", Value: []byte("\xff\xff" + secret),
		}}})
	case "panic":
		panic(secret) // only in process: grpc-go does not recover
	}
	return &demov1.RaiseResponse{}, nil
}

func (b *careless) Stream(r *demov1.StreamRequest, stream grpc.ServerStreamingServer[demov1.StreamResponse]) error {
	for i := range r.GetAfter() {
		if err := stream.Send(&demov1.StreamResponse{Index: i}); err != nil {
			return err
		}
	}
	if r.GetReason() == "go error" {
		return errors.New("pq: password " + secret)
	}
	return sent(b.someCode().GRPCCode(), b.someCode().Message().Text(), &errdetails.ErrorInfo{
		Domain: b.system.Domain(), Reason: b.someCode().Reason(), Metadata: map[string]string{"legacy_code": b.someCode().LegacyCode()},
	}, nil)
}

func (b *careless) Echo(context.Context, *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	return &demov1.EchoResponse{Text: "hi"}, nil
}

// someCode is a code without arguments that is no fallback, so that the table
// can tell them apart.
func (b *careless) someCode() *catalog.Code {
	for _, code := range b.system.Codes() {
		if !code.IsSuccess() && !code.Message().HasParams() && len(code.FallbackFor()) == 0 {
			return code
		}
	}
	return nil
}

// sent makes a status of details; nil is one of a type that nobody knows.
func sent(code codes.Code, message string, details ...proto.Message) error {
	p := &spb.Status{Code: int32(code), Message: message}
	for _, d := range details {
		if d == nil {
			p.Details = append(p.Details, &anypb.Any{TypeUrl: "type.googleapis.com/acme.internal.v1.Secret", Value: []byte(secret)})
			continue
		}
		a, err := anypb.New(d)
		if err != nil {
			return err
		}
		p.Details = append(p.Details, a)
	}
	return grpcstatus.ErrorProto(p)
}

type exitWorld struct {
	base   string
	client *http.Client
}

// startExits runs the careless backend behind a gateway, in process or over TCP,
// and a gateway to a backend that is down and to one that sends garbage.
func startExits(t *testing.T, system *catalog.System, http2 bool) exitWorld {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	backend := &careless{system: system}
	server := grpc.NewServer()
	demov1.RegisterDemoServiceServer(server, backend)
	l := listen(t)
	go func() {
		if err := server.Serve(l); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(server.Stop)

	gw, err := gateway.New(gateway.WithRoute("/", system.Domain()), gateway.WithMaxBody(1000), gateway.WithLogger(logger))
	if err != nil {
		t.Fatal(err)
	}
	over := func(address string, more ...runtime.ServeMuxOption) *runtime.ServeMux {
		conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		})
		mux := runtime.NewServeMux(append(gw.MuxOptions(), more...)...)
		if err := demov1.RegisterDemoServiceHandler(t.Context(), mux, conn); err != nil {
			t.Fatal(err)
		}
		return mux
	}
	main := over(l.Addr().String())
	handle := func(path string, h runtime.HandlerFunc) {
		if err := main.HandlePath(http.MethodGet, path, h); err != nil {
			t.Fatal(err)
		}
	}
	handle("/panics", func(http.ResponseWriter, *http.Request, map[string]string) { panic(secret) })
	handle("/teapot", func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		_, m := runtime.MarshalerForRequest(main, r)
		runtime.HTTPError(r.Context(), main, m, w, r, &runtime.HTTPStatusError{HTTPStatus: http.StatusTeapot, Err: grpcstatus.Error(codes.NotFound, secret)})
	})
	handle("/wrapped-teapot", func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		_, m := runtime.MarshalerForRequest(main, r)
		runtime.HTTPError(r.Context(), main, m, w, r, fmt.Errorf("x: %w", &runtime.HTTPStatusError{HTTPStatus: http.StatusTeapot, Err: errors.New(secret)}))
	})
	handle("/job/{id}", func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		// As the generated code does it.
		_, m := runtime.MarshalerForRequest(main, r)
		if _, err := runtime.Int32(params["id"]); err != nil {
			runtime.HTTPError(r.Context(), main, m, w, r, grpcstatus.Errorf(codes.InvalidArgument, "type mismatch, parameter: %s, error: %v", "id", err))
		}
	})
	inProcess := runtime.NewServeMux(gw.MuxOptions()...)
	if err := demov1.RegisterDemoServiceHandlerServer(t.Context(), inProcess, backend); err != nil {
		t.Fatal(err)
	}
	failing := over(l.Addr().String(), runtime.WithForwardResponseOption(func(context.Context, http.ResponseWriter, proto.Message) error {
		return errors.New("rpc error: " + secret)
	}))

	root := http.NewServeMux()
	root.Handle("/", gw.Handler(main))
	for prefix, mux := range map[string]http.Handler{
		"/in-process": inProcess, "/failing-option": failing,
		"/down": over(closedAddress(t)), "/garbage": over(garbageServer(t)),
	} {
		root.Handle(prefix+"/", http.StripPrefix(prefix, gw.Handler(mux)))
	}
	web := &http.Server{Handler: root, ReadHeaderTimeout: time.Minute, Protocols: new(http.Protocols), ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelError)}
	web.Protocols.SetHTTP1(true)
	web.Protocols.SetUnencryptedHTTP2(true)
	wl := listen(t)
	go func() {
		if err := web.Serve(wl); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(!http2)
	transport.Protocols.SetUnencryptedHTTP2(http2)
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := web.Close(); err != nil {
			t.Error(err)
		}
	})
	return exitWorld{"http://" + wl.Addr().String(), &http.Client{Transport: transport}}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closedAddress(t *testing.T) string {
	t.Helper()
	l := listen(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

func garbageServer(t *testing.T) string {
	t.Helper()
	l := listen(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"+secret); err != nil {
				t.Log(err)
			}
			if err := conn.Close(); err != nil {
				t.Log(err)
			}
		}
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return l.Addr().String()
}

// An exit is a way for a request to end.
type exit struct {
	name   string
	method string // "": GET
	path   string
	header []string
	body   string
	// http is the status where the system has no http_always; 0: the code's own.
	http int
	// code tells which code it is: some (the backend's own), newer, or the
	// fallback for a gRPC code.
	code string
	grpc codes.Code
	// lines before the envelope
	lines int
	allow string
}

func exits() []exit {
	post := func(name, body string, http int, header ...string) exit {
		return exit{name: name, method: "POST", path: "/raise/d/r", body: body, http: http, grpc: codes.InvalidArgument, header: header}
	}
	return []exit{
		{name: "a code", path: "/raise/d/code", code: "some"},
		{name: "a code, stream, before the first message", path: "/stream/d/r", code: "some"},
		{name: "a code, stream, after two messages", path: "/stream/d/r?after=2", code: "some", lines: 2, http: 200},
		{name: "a Go error, stream, before the first message", path: "/stream/d/go%20error", http: 500, grpc: codes.Unknown},
		{name: "a Go error, stream, after two messages", path: "/stream/d/go%20error?after=2", http: 200, grpc: codes.Unknown, lines: 2},
		{name: "a path that does not exist", path: "/none", http: 404, grpc: codes.NotFound},
		{name: "a method that the path does not have", method: "DELETE", path: "/raise/d/r", http: 405, grpc: codes.Unimplemented, allow: "GET, POST"},
		{name: "a method that a read-only path does not have", method: "PUT", path: "/echo/d", http: 405, grpc: codes.Unimplemented, allow: "GET"},
		post("a body that is no JSON", `{"metadata": `+secret, 400),
		post("a body of another shape", `{"metadata": 7}`, 400),
		post("a body that is too long", `{"domain":"`+strings.Repeat("x", 2000)+`"}`, 413),
		post("a body of another media type", "<x/>", 415, "Content-Type", "text/xml"),
		{name: "a query that does not parse", path: "/stream/d/r?after=two", http: 400, grpc: codes.InvalidArgument},
		{name: "a path that does not parse", path: "/job/seven", http: 400, grpc: codes.InvalidArgument},
		{name: "a header that does not parse", path: "/raise/d/code", header: []string{"Grpc-Timeout", "soon"}, http: 400, grpc: codes.InvalidArgument},
		{name: "a backend that is down", path: "/down/raise/d/code", http: 503, grpc: codes.Unavailable},
		{name: "a backend that sends garbage", path: "/garbage/raise/d/code", http: 503, grpc: codes.Unavailable},
		{name: "a backend that is slow", path: "/raise/d/slow", header: []string{"Grpc-Timeout", "50m"}, http: 504, grpc: codes.DeadlineExceeded},
		{name: "a Go error", path: "/raise/d/go%20error", http: 500, grpc: codes.Unknown},
		{name: "a wrapped code", path: "/raise/d/wrapped", code: "some"},
		{name: "a status without ErrorInfo", path: "/raise/d/plain", http: 401, grpc: codes.Unauthenticated},
		{name: "a gRPC code above 16", path: "/raise/d/out%20of%20range", http: 500, grpc: codes.Unknown},
		{name: "a detail of an unknown type", path: "/raise/d/unknown%20detail", code: "some"},
		{name: "a reason newer than the gateway", path: "/raise/d/newer%20reason", code: "newer", http: 404},
		{name: "two ErrorInfos", path: "/raise/d/two%20ErrorInfos", code: "some"},
		{name: "an ErrorInfo of a foreign domain", path: "/raise/d/foreign%20ErrorInfo", http: 403, grpc: codes.PermissionDenied},
		{name: "broken details", path: "/raise/d/broken%20details", http: 409, grpc: codes.Aborted},
		{name: "a panic in a gateway handler", path: "/panics", http: 500, grpc: codes.Internal},
		{name: "a *runtime.HTTPStatusError", path: "/teapot", http: 418, grpc: codes.NotFound},
		{name: "a wrapped *runtime.HTTPStatusError", path: "/wrapped-teapot", http: 418, grpc: codes.FailedPrecondition},
		{name: "a ForwardResponseOption that fails", path: "/failing-option/echo/d", http: 500, grpc: codes.Unknown},
		{name: "in process: a code", path: "/in-process/raise/d/code", code: "some"},
		{name: "in process: a wrapped code", path: "/in-process/raise/d/wrapped", code: "some"},
		{name: "in process: a Go error", path: "/in-process/raise/d/go%20error", http: 500, grpc: codes.Unknown},
		{name: "in process: a panic", path: "/in-process/raise/d/panic", http: 500, grpc: codes.Internal},
		{name: "in process: broken details", path: "/in-process/raise/d/broken%20details", http: 409, grpc: codes.Aborted},
	}
}

// leaks are words that no client may see anywhere in an answer.
var leaks = []string{secret, "rpc error", "strconv", "proto:", "goroutine", "unexpected", "type mismatch", "connection", "acme.internal", "panic", "desc =", "context"}

// TestExits drives every exit in every system, over HTTP/1.1 and HTTP/2, with a
// client that takes trailers. docs/exits.md is what it sees.
func TestExits(t *testing.T) {
	var page bytes.Buffer
	systems := defaultCatalog(t).Systems()
	rows := make([][]string, len(exits()))
	for _, http2 := range []bool{false, true} {
		for _, system := range systems {
			t.Run(fmt.Sprintf("%s/http2=%v", system.Domain(), http2), func(t *testing.T) {
				w := startExits(t, system, http2)
				for i, x := range exits() {
					t.Run(x.name, func(t *testing.T) {
						seen := w.check(t, system, x)
						if !http2 {
							rows[i] = append(rows[i], seen)
						}
					})
				}
			})
		}
	}
	if t.Failed() {
		return
	}
	page.WriteString(exitsHeading)
	page.WriteString("\n| exit |")
	for _, s := range systems {
		fmt.Fprintf(&page, " %s |", strings.TrimPrefix(s.Domain(), "legacy."))
	}
	page.WriteString("\n|---|" + strings.Repeat("---|", len(systems)) + "\n")
	for i, x := range exits() {
		fmt.Fprintf(&page, "| %s | %s |\n", x.name, strings.Join(rows[i], " | "))
	}
	golden(t, "docs/exits.md", page.Bytes())
}

const exitsHeading = `# Every exit speaks the dialect

What a REST client sees of each way for a request to end: the HTTP status and the legacy code. It is written by
` + "`go test -run TestExits . -update`" + `, which drives a backend that does everything wrong and has no interceptors, over a real gRPC
connection and real HTTP/1.1 and HTTP/2, with a client that takes trailers. Of each answer it checks that the body is the system's
envelope and valid JSON, that ` + "`Content-Type`, `X-Content-Type-Options` and `X-Request-Id`" + ` are set, and that nothing internal is in
body, headers or trailers: no Go error, no text of a parser, no detail, no stack.

Systems that answer 200 to everything do so here too; ` + "`gateway.WithCodeHTTPStatus()`" + ` lifts that. Where a fallback code stands in
for another gRPC code, the HTTP status is that of the gRPC code: a dependency that is down stays a 503. In the middle of a stream the
envelope is the last line.
`

func (w exitWorld) check(t *testing.T, system *catalog.System, x exit) string {
	t.Helper()
	method := x.method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if x.body != "" {
		body = strings.NewReader(x.body)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, w.base+x.path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("TE", "trailers")
	request.Header.Set("X-Request-Id", "r-1")
	for i := 0; i+1 < len(x.header); i += 2 {
		request.Header.Set(x.header[i], x.header[i+1])
	}
	response, err := w.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	everything := fmt.Sprint(response.Header, response.Trailer, string(b))
	for _, word := range leaks {
		if strings.Contains(strings.ToLower(everything), word) {
			t.Errorf("%q leaks: %s", word, everything)
		}
	}
	for _, h := range []http.Header{response.Header, response.Trailer} {
		for name := range h {
			if strings.HasPrefix(name, "Grpc-Status") || strings.HasPrefix(name, "Grpc-Trailer-Grpc") || strings.Contains(name, "Statusmap") || name == "Www-Authenticate" {
				t.Errorf("header %s: %v", name, h[name])
			}
		}
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "X-Content-Type-Options": "nosniff", "X-Request-Id": "r-1", "Allow": x.allow,
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) != x.lines+1 {
		t.Fatalf("%d lines: %s", len(lines), b)
	}
	envelope := []byte(lines[len(lines)-1])
	if !json.Valid(envelope) {
		t.Errorf("no JSON: %s", envelope)
	}
	v, ok := system.FailureEnvelope().Parse(envelope)
	if !ok {
		t.Fatalf("not the envelope of %s: %s", system.Domain(), envelope)
	}
	if !bytes.Equal(system.FailureEnvelope().Append(nil, &v), envelope) {
		t.Errorf("not byte for byte: %s", envelope)
	}

	wantHTTP := x.http
	var code *catalog.Code
	switch x.code {
	case "some":
		code = (&careless{system: system}).someCode()
		if wantHTTP == 0 {
			wantHTTP = code.HTTPStatus()
		}
	case "newer":
		if v.LegacyCode != "9999999" || v.Message != "a text from the future" {
			t.Errorf("%s", envelope)
		}
	default:
		code = system.Fallback(x.grpc)
	}
	if code != nil && (v.LegacyCode != code.LegacyCode() || v.Message != code.Message().Text()) {
		t.Errorf("%s, want code %s", envelope, code.LegacyCode())
	}
	if system.HTTPAlways() != 0 {
		wantHTTP = system.HTTPAlways()
	}
	if response.StatusCode != wantHTTP {
		t.Errorf("HTTP %d, want %d", response.StatusCode, wantHTTP)
	}
	if system.FailureEnvelope().Has("request_id") && v.RequestID != "r-1" {
		t.Errorf("request id %q", v.RequestID)
	}
	return fmt.Sprintf("%d `%s`", response.StatusCode, v.LegacyCode)
}

// TestClientGone: nobody is left to answer, and nothing is left behind.
func TestClientGone(t *testing.T) {
	system, _ := defaultCatalog(t).System("legacy.jarvis.v2")
	w := startExits(t, system, false)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+"/raise/d/slow", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := w.client.Do(request)
		if err == nil {
			err = errors.New("answered: " + response.Status)
			if closeErr := response.Body.Close(); closeErr != nil {
				t.Error(closeErr)
			}
			t.Error(err)
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
	}
}

// TestMain leaves no goroutine and no built program behind.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := os.RemoveAll(builtDir); err != nil {
			code = 1
		}
		os.Exit(code)
	}))
}
