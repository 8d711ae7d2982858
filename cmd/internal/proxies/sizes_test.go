// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package proxies_test

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	codepb "google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/internal/servertest/golden"
	"github.com/statusmap/statusmap/internal/servertest/proxies"
	"github.com/statusmap/statusmap/status"
)

// code is the code of all errors. Its message has the argument job_id.
const code = jobv2.Code_JOB_NOT_FOUND

// A mode is a way in which a call fails.
type mode struct {
	name     string
	method   string
	messages int // before the error
}

var modes = []mode{
	{"unary", demov1.DemoService_Raise_FullMethodName, 0},
	{"stream, before the first message", demov1.DemoService_Stream_FullMethodName, 0},
	{"stream, after 3 messages", demov1.DemoService_Stream_FullMethodName, 3},
}

// call makes a call that fails with code and an argument. id names the call: [server.sent].
func (m mode) call(t *testing.T, c client, address, id, argument string) result {
	t.Helper()
	arguments := map[string]string{"job_id": argument}
	if m.method == demov1.DemoService_Raise_FullMethodName {
		return c(t, address, m.method, &demov1.RaiseRequest{Domain: domain, Reason: code.String(), Metadata: arguments, Dialect: id})
	}
	return c(t, address, m.method, &demov1.StreamRequest{Domain: domain, Reason: code.String(), Metadata: arguments, Dialect: id, After: int32(m.messages)})
}

var domain = string(code.Descriptor().ParentFile().Package())

// letters are those of which arguments consist: one that HPACK compresses; one that it
// does not compress, not in base64 either; one that has 9 bytes in grpc-message.
var letters = []string{"x", ">", "作"}

// A server raises codes, and keeps what it sends.
type server struct {
	addr  string
	calls sync.Map // id to result
}

// serve starts a server with options of the interceptors.
func serve(t *testing.T, opts ...status.Option) *server {
	t.Helper()
	s := new(server)
	serverOpts := []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			response, err := handler(ctx, request)
			s.keep(request, 0, err)
			return response, err
		}),
		grpc.ChainStreamInterceptor(func(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			counted := &countedStream{ServerStream: stream}
			err := handler(service, counted)
			s.keep(counted.request, counted.messages, err)
			return err
		}),
	}
	opts = append(opts, status.WithLogger(slog.New(slog.DiscardHandler)))
	serverOpts = append(serverOpts, status.ServerOptions(opts...)...)
	s.addr = servertest.ServeGRPC(t, demo.NewService(servertest.DefaultCatalog(t)), serverOpts...)
	return s
}

// A countedStream keeps its request and the number of its messages.
type countedStream struct {
	grpc.ServerStream
	request  any
	messages int
}

func (s *countedStream) RecvMsg(m any) error {
	s.request = m
	return s.ServerStream.RecvMsg(m)
}

func (s *countedStream) SendMsg(m any) error {
	s.messages++
	return s.ServerStream.SendMsg(m)
}

func (s *server) keep(request any, messages int, err error) {
	if r, ok := request.(interface{ GetDialect() string }); ok {
		sent := resultOf(err)
		sent.messages = messages
		s.calls.Store(r.GetDialect(), sent)
	}
}

// sent returns what the server has sent to the last call with an id. Its details differ
// between proxies: Envoy adds a request id to each request, and the status has it.
func (s *server) sent(t *testing.T, id string) result {
	t.Helper()
	sent, ok := s.calls.Load(id)
	if !ok {
		t.Fatalf("the server was not called by %s", id)
	}
	return sent.(result)
}

// resultOf returns an error as a client has to receive it.
func resultOf(err error) result {
	s := grpcstatus.Convert(err)
	details, err := proto.MarshalOptions{Deterministic: true}.Marshal(s.Proto())
	if err != nil {
		details = []byte(err.Error())
	}
	return result{code: s.Code(), message: s.Message(), details: string(details)}
}

// raise returns the status of code with an argument of a letter, as large as possible up
// to a size, and the argument.
func raise(letter string, size int) (argument string, r result) {
	made := func(n int) (string, result) {
		argument := strings.Repeat(letter, n)
		return argument, resultOf(status.Error(code, "job_id", argument))
	}
	return made(sort.Search(size, func(n int) bool {
		_, r := made(n + 1)
		return r.size() > size
	}))
}

// size returns the size of the status as docs/proxies.md and status.WithMaxSize count it.
func (r result) size() int {
	n := 0
	for _, h := range [][2]string{
		{"grpc-status", "16"},
		{"grpc-message", ""},
		{"grpc-status-details-bin", base64.RawStdEncoding.EncodeToString([]byte(r.details))},
	} {
		n += len(h[0]) + len(h[1]) + 32
	}
	for _, c := range []byte(r.message) {
		if c < ' ' || c > '~' || c == '%' {
			n += 2
		}
		n++
	}
	return n
}

// String returns the facts of r, without long texts.
func (r result) String() string {
	return fmt.Sprintf("%d messages, then %s %.60q and %d bytes of details", r.messages, r.code, r.message, len(r.details))
}

// raisedSize returns the argument of status.WithMaxSize in docs/proxies.md.
func raisedSize(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var size int
	_, after, _ := strings.Cut(string(text), "\nstatus.WithMaxSize(")
	if _, err := fmt.Sscanf(after, "%d << 10)", &size); err != nil {
		t.Fatalf("%s has no line with status.WithMaxSize(N << 10): %v", page, err)
	}
	return size << 10
}

// TestWhole checks that errors of all sizes arrive whole, through every proxy and in
// every client: with default settings and the default budget, and with the settings that
// docs/proxies.md shows and the budget to which it raises the default.
func TestWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		maxSize int
		raise   bool
		sizes   []int // of the statuses that are raised, 15 each
	}{
		{"default", status.DefaultMaxSize, false, []int{350, 500, 750, 1000, 1500, 2000, 3000, 3500, 4000, 4095, 4096, 4097, 5000, 8 << 10, 64 << 10}},
		{"raised", raisedSize(t), true, []int{350, 1000, 4096, 4097, 5000, 6000, 7000, 8 << 10, 12000, 16 << 10, 20000, 28000, 32 << 10, 32<<10 + 1, 64 << 10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var opts []status.Option
			if tt.raise {
				opts = append(opts, status.WithMaxSize(tt.maxSize))
			}
			server := serve(t, opts...)
			addresses := map[string]string{"no proxy": server.addr}
			for _, kind := range kinds {
				addresses[kind] = startProxy(t, kind, server.addr, tt.raise)
			}
			goClient := startClient(t, "Go", false)
			var arguments []string
			for _, size := range tt.sizes {
				for _, letter := range letters {
					argument, made := raise(letter, size)
					arguments = append(arguments, argument)
					sent := modes[0].call(t, goClient, server.addr, "", argument)
					switch {
					case made.size() <= tt.maxSize:
						if sent != made {
							t.Fatalf("%d bytes of %s: the server sends %v, want %v", size, letter, sent, made)
						}
					case sent.code != made.code || !strings.Contains(sent.message, "…") || sent.size() < tt.maxSize*9/10:
						t.Fatalf("%d bytes of %s: the server sends %v, want a cut that uses the budget", size, letter, sent)
					}
				}
			}
			for _, name := range clients {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					c := startClient(t, name, tt.raise)
					calls := 0
					for proxy, address := range addresses {
						for _, m := range modes {
							for _, argument := range arguments {
								got := m.call(t, c, address, name, argument)
								sent := server.sent(t, name)
								if got != sent || sent.size() > tt.maxSize || sent.messages != m.messages {
									t.Errorf("%s, %s: %v arrives, the server sends %v", proxy, m.name, got, sent)
								}
								calls++
							}
						}
					}
					t.Logf("%d errors arrive whole", calls)
				})
			}
		})
	}
}

// ladder are the sizes of which the page says whether they pass, in KiB.
var ladder = []int{4, 5, 6, 7, 10, 14, 20, 28, 40, 56, 80, 112}

// TestPage checks the table of docs/proxies.md: who passes how much with default settings,
// and what the client receives instead of a larger status.
func TestPage(t *testing.T) {
	t.Parallel()
	server := serve(t, status.WithMaxSize(1<<20))
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	arguments := map[int][]string{} // by size
	for _, size := range ladder {
		for _, letter := range letters {
			argument, _ := raise(letter, size<<10)
			arguments[size] = append(arguments[size], argument)
		}
	}
	var table strings.Builder
	fmt.Fprintln(&table, "| | before the first message | after messages |")
	fmt.Fprintln(&table, "|---|---|---|")
	row := func(name, version string, c client, address string, sizes []int) {
		before := passes(t, server, c, address, modes[:2], sizes, arguments)
		after := passes(t, server, c, address, modes[2:], sizes, arguments)
		fmt.Fprintf(&table, "| %s %s | %s | %s |\n", name, pageVersion(t, text, name, version), before, after)
	}
	for _, kind := range kinds {
		row(kind, proxies.Version(t, strings.ToLower(kind)), startClient(t, "Go", false), startProxy(t, kind, server.addr, false), ladder)
	}
	for _, name := range clients {
		sizes := ladder
		if name == "Python" {
			// Between its two limits, 8 and 16 KiB, it decides at random.
			sizes = slices.DeleteFunc(slices.Clone(ladder), func(size int) bool { return size >= 8 && size <= 16 })
		}
		row("client in "+name+", gRPC", clientVersion(t, name), startClient(t, name, false), server.addr, sizes)
	}
	old := regexp.MustCompile(`(?m)^\| \| before the first message \|.*\n(\|.*\n)+`)
	if !old.Match(text) {
		t.Fatalf("%s has no table that begins with \"| | before the first message |\"", page)
	}
	golden.Check(t, page, old.ReplaceAllLiteral(text, []byte(table.String())))
}

// pageVersion returns the major and minor version. If the page is compared and has
// another one, it returns that: what the page says has to hold for both.
func pageVersion(t *testing.T, page []byte, name, version string) string {
	t.Helper()
	version = regexp.MustCompile(`^\d+\.\d+`).FindString(version)
	old := regexp.MustCompile(`(?m)^\| ` + name + ` (\d+\.\d+) \|`).FindSubmatch(page)
	if old == nil || string(old[1]) == version || flag.Lookup("update").Value.String() == "true" {
		return version
	}
	t.Logf("the page is about %s %s, and is compared with %s", name, old[1], version)
	return string(old[1])
}

// TestSettings checks that the clients have the settings that the page shows.
func TestSettings(t *testing.T) {
	t.Parallel()
	files := map[string]string{"python": "python/client.py", "java": "java/Client.java"}
	for _, b := range servertest.Blocks(t, page) {
		file, ok := files[b.Language]
		if !ok {
			continue
		}
		delete(files, b.Language)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), b.Text) {
			t.Errorf("%s does not have the lines of %s:\n%s", file, page, b.Text)
		}
	}
	if len(files) > 0 {
		t.Errorf("%s has no settings for %v", page, files)
	}
}

// passes returns the largest size that arrives whole in all modes and with all arguments,
// and what arrives instead of larger statuses.
func passes(t *testing.T, server *server, c client, address string, modes []mode, sizes []int, arguments map[int][]string) string {
	t.Helper()
	largest := 0
	var instead []string
	for _, size := range sizes {
		for _, argument := range arguments[size] {
			for _, m := range modes {
				got := m.call(t, c, address, "page", argument)
				sent := server.sent(t, "page")
				if got == sent {
					continue
				}
				outcome := codepb.Code(got.code).String()
				if got.code == sent.code {
					outcome += " without details"
					if got.details != "" {
						t.Errorf("%v arrives, the server sends %v", got, sent)
					}
				}
				if !slices.Contains(instead, outcome) {
					instead = append(instead, outcome)
				}
			}
		}
		if len(instead) == 0 {
			largest = size
		}
	}
	if len(instead) == 0 {
		return fmt.Sprintf("%d KiB, or more", largest)
	}
	slices.Sort(instead)
	return fmt.Sprintf("%d KiB, else %s", largest, strings.Join(instead, " or "))
}
