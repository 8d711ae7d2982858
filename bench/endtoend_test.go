package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

// web serves handler on loopback and returns a function that makes one GET, on a
// connection of its own that stays open, and returns the answer's HTTP status and
// body. withID sends another X-Request-Id with each.
func web(tb testing.TB, handler http.Handler, withID bool) func() (int, []byte) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	tb.Cleanup(func() { server.Close() })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}}
	tb.Cleanup(client.CloseIdleConnections)
	url := "http://" + listener.Addr().String() + "/echo/" + domain + "?text=hi"
	buffer := make([]byte, 0, 4096)
	return func() (int, []byte) {
		request, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			tb.Fatal(err)
		}
		if withID {
			request.Header.Set("X-Request-Id", nextID())
		}
		response, err := client.Do(request)
		if err != nil {
			tb.Fatal(err)
		}
		defer response.Body.Close()
		buffer = buffer[:cap(buffer)]
		n, err := io.ReadFull(response.Body, buffer)
		if err != io.ErrUnexpectedEOF && err != io.EOF {
			tb.Fatal(err)
		}
		return response.StatusCode, buffer[:n]
	}
}

// bare is web for a client that costs next to nothing: it writes the same bytes
// again and again, and reads until the answer's body is complete. So what is
// measured is server, gateway and backend.
func bare(tb testing.TB, handler http.Handler, withID bool) func() (int, []byte) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	tb.Cleanup(func() { server.Close() })
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	request := fmt.Appendf(nil, "GET /echo/%s?text=hi HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nAccept-Encoding: identity\r\n", domain, listener.Addr())
	if withID {
		request = append(request, "X-Request-Id: "+requestID+"\r\n"...)
	}
	request = append(request, "\r\n"...)
	id, n := request[len(request)-len("000000000000\r\n\r\n"):], 0 // counted up
	reader := bufio.NewReader(conn)
	body := make([]byte, 0, 4096)
	return func() (int, []byte) {
		if withID {
			n++
			for i, k := 11, n; i >= 0; i-- {
				id[i] = byte('0' + k%10)
				k /= 10
			}
		}
		if _, err := conn.Write(request); err != nil {
			tb.Fatal(err)
		}
		status, length := 0, -1
		for {
			line, err := reader.ReadSlice('\n')
			if err != nil {
				tb.Fatal(err)
			}
			if status == 0 {
				status = number(line[len("HTTP/1.1 "):])
			} else if rest, ok := cutPrefixBytes(line, "Content-Length: "); ok {
				length = number(rest)
			} else if len(line) == 2 {
				break
			}
		}
		if length < 0 || length > cap(body) {
			tb.Fatalf("Content-Length is %d", length)
		}
		body = body[:length]
		if _, err := io.ReadFull(reader, body); err != nil {
			tb.Fatal(err)
		}
		return status, body
	}
}

var lastID int

func nextID() string {
	lastID++
	return fmt.Sprintf("%s%012d", requestID[:len(requestID)-12], lastID)
}

func cutPrefixBytes(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return nil, false
	}
	return b[len(prefix):], true
}

func number(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			break
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// An exit is one kind of answer, from HTTP through the gateway over TCP to the
// backend and back.
type exit struct {
	name    string
	handler http.Handler
	status  int
	body    string // what it starts with
}

// exits returns the plain success of a route first, for the others to be compared
// with.
func exits(tb testing.TB, withID bool) []exit {
	tb.Helper()
	raise := func(build func() error) func(*demov1.EchoRequest) (*demov1.EchoResponse, error) {
		return func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, build() }
	}
	var plain []runtime.ServeMuxOption
	if withID {
		plain = append(plain, runtime.WithIncomingHeaderMatcher(func(key string) (string, bool) {
			if key == "X-Request-Id" {
				return "x-request-id", true
			}
			return runtime.DefaultHeaderMatcher(key)
		}))
	}
	plainMux, defaultMux := runtime.NewServeMux(plain...), runtime.NewServeMux(plain...)
	register(tb, plainMux, serve(tb, succeed))
	peers := peersError(tb)
	register(tb, defaultMux, serve(tb, raise(func() error { return peers })))

	en := english(tb)
	conflict, ok := en.Lookup(englishDomain, englishReason)
	if !ok {
		tb.Fatal("the English system has no conflict")
	}
	enGateway, err := gateway.New(gateway.WithCatalog(en), gateway.Route("/echo/", englishDomain), gateway.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		tb.Fatal(err)
	}
	ours := func(gw *gateway.Gateway, client demov1.DemoServiceClient) http.Handler {
		mux := runtime.NewServeMux(gw.MuxOptions()...)
		register(tb, mux, client)
		return gw.Handler(mux)
	}
	// The floor is what no library can save: grpc-go carries the very same status,
	// which was made beforehand, and the gateway writes bytes that are known. The
	// id changes, as it does in ours: HPACK sends what it has sent before in a byte.
	floorExit := func(code *catalog.Code, text string) (http.Handler, string) {
		var made [256]error
		for i := range made {
			made[i] = grpcstatus.Convert(status.New(code, "task", task, "status", state, "request_id", nextID())).Err()
		}
		next := 0
		mux := runtime.NewServeMux(append(plain, runtime.WithErrorHandler(
			func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, _ error) {
				w.Header()["X-Request-Id"] = floorID
				floor(w, text)
			}))...)
		register(tb, mux, serve(tb, raise(func() error {
			next++
			return made[next%len(made)]
		})))
		return mux, string(floorHead) + text
	}
	cat, err := catalog.Default()
	if err != nil {
		tb.Fatal(err)
	}
	zhConflict, ok := cat.Lookup(domain, reason)
	if !ok {
		tb.Fatal("JOB has no conflict")
	}
	floorMux, floorBody := floorExit(zhConflict, message)
	enFloorMux, enFloorBody := floorExit(conflict, englishMessage)

	gw := newGateway(tb)
	id := `"request_id":"` // made anew for each request, or sent with it
	return []exit{
		{"plain_success", plainMux, http.StatusOK, `{"text":"hi"}`},
		{"statusmap_success", ours(gw, serve(tb, succeed, interceptors())), http.StatusOK, `{"result":true,"code":0,"data":{"text":"hi"},"message":""}`},
		{"statusmap_error/args=0", ours(gw, serve(tb, raise(buildNone), interceptors())), http.StatusOK,
			`{"result":false,"code":` + plainLegacy + `,"data":null,"message":"` + plainMessage + `",` + id},
		{"statusmap_error/args=2", ours(gw, serve(tb, raise(buildTwo), interceptors())), http.StatusOK,
			`{"result":false,"code":` + legacy + `,"data":null,"message":"` + message + `",` + id},
		{"statusmap_english_error/args=2", ours(enGateway, serve(tb, raise(func() error {
			return status.New(conflict, "task", task, "status", state)
		}), interceptors(status.WithCatalog(en)))), http.StatusOK,
			`{"result":false,"code":1000000,"data":null,"message":"` + englishMessage + `",` + id},
		{"floor_error/args=2", floorMux, http.StatusOK, floorBody},
		{"floor_english_error/args=2", enFloorMux, http.StatusOK, enFloorBody},
		{"default_error/args=2", defaultMux, http.StatusBadRequest, `{"code":9,`},
	}
}

// BenchmarkEndToEnd compares whole requests: an error with two arguments against
// the success of the same route without any of our code. Our gateway gives each
// request an id, which the backend, the error and the client get; _with_id the
// client sends one, and grpc-gateway alone passes it on as well.
func BenchmarkEndToEnd(b *testing.B) {
	for _, client := range []struct {
		name   string
		dial   func(testing.TB, http.Handler, bool) func() (int, []byte)
		withID bool
	}{{"net_http", web, false}, {"net_http_with_id", web, true}, {"bare", bare, false}, {"bare_with_id", bare, true}} {
		b.Run(client.name, func(b *testing.B) {
			var variants []variant
			for _, e := range exits(b, client.withID) {
				get := client.dial(b, e.handler, client.withID)
				against := []string{"plain_success"}
				if kind, ok := strings.CutPrefix(e.name, "statusmap_"); ok && strings.HasSuffix(kind, "error/args=2") {
					against = append(against, "floor_"+kind)
				}
				variants = append(variants, variant{name: e.name, run: func() { get() }, against: against, slice: 40 * time.Millisecond})
			}
			sideBySide(b, variants)
		})
	}
}

// BenchmarkInterceptor is a whole RPC over TCP, with our interceptor and with one
// that does nothing: any interceptor costs grpc-go two allocations.
func BenchmarkInterceptor(b *testing.B) {
	ctx, request := context.Background(), &demov1.EchoRequest{Text: "hi"}
	call := func(client demov1.DemoServiceClient) func() {
		return func() { sinkEcho, sinkErr = client.Echo(ctx, request) }
	}
	raise := func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, buildTwo() }
	nothing := grpc.ChainUnaryInterceptor(doNothing)
	const slice = 40 * time.Millisecond
	sideBySide(b, []variant{
		{name: "success/none", run: call(serve(b, succeed)), slice: slice},
		{name: "success/nothing", run: call(serve(b, succeed, nothing)), against: []string{"success/none"}, slice: slice},
		{name: "success/statusmap", run: call(serve(b, succeed, interceptors())), against: []string{"success/nothing", "success/none"}, slice: slice},
		{name: "error/nothing", run: call(serve(b, raise, nothing)), against: []string{"success/nothing"}, slice: slice},
		{name: "error/statusmap", run: call(serve(b, raise, interceptors())), against: []string{"error/nothing", "success/nothing"}, slice: slice},
	})
}

func doNothing(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	return handler(ctx, request)
}

// BenchmarkInterceptorAlone is the interceptor without the RPC around it.
func BenchmarkInterceptorAlone(b *testing.B) {
	ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs("x-request-id", requestID, ":authority", "127.0.0.1:1",
		"content-type", "application/grpc", "user-agent", "grpc-go/1", "x-forwarded-for", "127.0.0.1", "x-forwarded-host", "127.0.0.1:2"))
	info := &grpc.UnaryServerInfo{FullMethod: demov1.DemoService_Echo_FullMethodName}
	var request any = &demov1.EchoRequest{Text: "hi"}
	response := &demov1.EchoResponse{Text: "hi"}
	ours := status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)))
	succeed := func(context.Context, any) (any, error) { return response, nil }
	raise := func(context.Context, any) (any, error) { return nil, buildTwo() }
	sideBySide(b, []variant{
		{name: "success/nothing", run: func() { sinkAny, sinkErr = doNothing(ctx, request, info, succeed) }},
		{name: "success/statusmap", run: func() { sinkAny, sinkErr = ours(ctx, request, info, succeed) }, against: []string{"success/nothing"}},
		{name: "error/statusmap", run: func() { sinkAny, sinkErr = ours(ctx, request, info, raise) }},
	})
}

var sinkAny any

var sinkEcho *demov1.EchoResponse
