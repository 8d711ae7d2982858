package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

// web serves handler on loopback and returns a function that makes one GET, on a
// connection of its own that stays open, and returns the answer's HTTP status and
// body.
func web(tb testing.TB, handler http.Handler) func() (int, []byte) {
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
func bare(tb testing.TB, handler http.Handler) func() (int, []byte) {
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
	request := fmt.Appendf(nil, "GET /echo/%s?text=hi HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nAccept-Encoding: identity\r\n\r\n", domain, listener.Addr())
	reader := bufio.NewReader(conn)
	body := make([]byte, 0, 4096)
	return func() (int, []byte) {
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
	body    string // what it has to be; "" where it is not the same each time
}

func exits(tb testing.TB) []exit {
	tb.Helper()
	plainMux := runtime.NewServeMux()
	register(tb, plainMux, serve(tb, succeed))

	gw := newGateway(tb)
	successMux := runtime.NewServeMux(gw.MuxOptions()...)
	register(tb, successMux, serve(tb, succeed, interceptors()))

	defaultMux := runtime.NewServeMux()
	register(tb, defaultMux, serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, peersError(tb) }))

	errorMux := runtime.NewServeMux(gw.MuxOptions()...)
	register(tb, errorMux, serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, buildTwo() }, interceptors()))

	en := english(tb)
	conflict, ok := en.Lookup(englishDomain, englishReason)
	if !ok {
		tb.Fatal("the English system has no conflict")
	}
	enGateway, err := gateway.New(gateway.WithCatalog(en), gateway.Route("/echo/", englishDomain), gateway.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		tb.Fatal(err)
	}
	englishMux := runtime.NewServeMux(enGateway.MuxOptions()...)
	register(tb, englishMux, serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) {
		return nil, status.New(conflict, "task", task, "status", state)
	}, interceptors(status.WithCatalog(en))))

	staticMux := runtime.NewServeMux(gw.MuxOptions()...)
	register(tb, staticMux, serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, buildNone() }, interceptors()))

	return []exit{
		{"plain_success", plainMux, http.StatusOK, `{"text":"hi"}`},
		{"statusmap_success", gw.Handler(successMux), http.StatusOK, `{"result":true,"code":0,"data":{"text":"hi"},"message":""}`},
		{"statusmap_error/args=0", gw.Handler(staticMux), http.StatusOK, ""},
		{"statusmap_error/args=2", gw.Handler(errorMux), http.StatusOK, ""},
		{"statusmap_english_error/args=2", enGateway.Handler(englishMux), http.StatusOK, ""},
		{"default_error/args=2", defaultMux, http.StatusBadRequest, ""},
	}
}

// BenchmarkEndToEnd compares whole requests: an error with two arguments against
// the success of the same route without any of our code.
func BenchmarkEndToEnd(b *testing.B) {
	for _, client := range []struct {
		name string
		dial func(testing.TB, http.Handler) func() (int, []byte)
	}{{"net_http", web}, {"bare", bare}} {
		b.Run(client.name, func(b *testing.B) {
			var variants []variant
			for _, e := range exits(b) {
				get := client.dial(b, e.handler)
				variants = append(variants, variant{name: e.name, run: func() { get() }, against: []string{"plain_success"}, slice: 40 * time.Millisecond})
			}
			sideBySide(b, variants)
		})
	}
}

// BenchmarkInterceptor is a whole RPC over TCP, with and without the interceptor.
func BenchmarkInterceptor(b *testing.B) {
	ctx, request := context.Background(), &demov1.EchoRequest{Text: "hi"}
	call := func(client demov1.DemoServiceClient) func() {
		return func() { sinkEcho, sinkErr = client.Echo(ctx, request) }
	}
	raise := func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, buildTwo() }
	sideBySide(b, []variant{
		{name: "success/without", run: call(serve(b, succeed)), slice: 40 * time.Millisecond},
		{name: "success/with", run: call(serve(b, succeed, interceptors())), against: []string{"success/without"}, slice: 40 * time.Millisecond},
		{name: "error/without", run: call(serve(b, raise)), against: []string{"success/without"}, slice: 40 * time.Millisecond},
		{name: "error/with", run: call(serve(b, raise, interceptors())), against: []string{"success/without"}, slice: 40 * time.Millisecond},
	})
}

var sinkEcho *demov1.EchoResponse
