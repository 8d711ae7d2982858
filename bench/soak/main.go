// Command soak runs a gateway for a while against everything at once: codes of
// every system, faults, streams, requests that are none, clients that go away,
// and a backend process that is killed and started again. Every answer has to be
// an envelope of its system with a code that it may have there; in the end
// goroutines and heap have to be back where they were.
//
//	cd bench && go run ./soak -duration 60s
//
// It stays on loopback, with a fixed number of clients, prints its figures, and
// exits with 1 where anything was wrong.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

func main() {
	duration := flag.Duration("duration", time.Minute, "how long to run")
	clients := flag.Int("clients", 8, "how many requests at once")
	restart := flag.Duration("restart", 5*time.Second, "how long a backend lives")
	flag.Parse()
	if err := run(*duration, *clients, *restart); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(duration time.Duration, clients int, restart time.Duration) error {
	cat, err := catalog.Default()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	exe := filepath.Join(dir, "statusmap")
	build := exec.Command("go", "build", "-o", exe, "./cmd/statusmap")
	build.Dir = ".." // the library's module; this is one of its own
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	backend := &backend{exe: exe}
	if backend.addr, err = freeAddress(); err != nil {
		return err
	}
	if err := backend.start(); err != nil {
		return err
	}
	defer backend.kill()

	s := &soak{cat: cat, systems: cat.Systems(), outcomes: map[string]int{}}
	stop, err := s.serve(backend.addr)
	if err != nil {
		return err
	}
	if err := s.warmUp(); err != nil {
		return err
	}
	goroutines, heap := s.settle()

	ctx, cancel := context.WithTimeout(context.Background(), duration)
	defer cancel()
	var work sync.WaitGroup
	for i := range clients {
		work.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for ctx.Err() == nil {
				s.one(r)
			}
		})
	}
	restarts, err := backend.keepRestarting(ctx, restart)
	work.Wait()
	if err != nil {
		return err
	}
	goroutinesAfter, heapAfter := s.settle()
	stop()

	s.report(duration, restarts)
	fmt.Printf("goroutines %d before, %d after; heap %.1f MiB before, %.1f MiB after\n",
		goroutines, goroutinesAfter, float64(heap)/(1<<20), float64(heapAfter)/(1<<20))
	if len(s.violations) > 0 {
		return fmt.Errorf("%d answers were wrong", s.wrong.Load())
	}
	if goroutinesAfter > goroutines+2 {
		return errors.New("goroutines were left behind")
	}
	if heapAfter > heap+(8<<20) {
		return errors.New("memory was left behind")
	}
	if restarts == 0 {
		return errors.New("the backend was never restarted: give a longer -duration")
	}
	return nil
}

func freeAddress() (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// A backend is statusmap serve as a process of its own.
type backend struct {
	exe, addr string
	cmd       *exec.Cmd
}

func (b *backend) start() error {
	b.cmd = exec.Command(b.exe, "serve", "--http", "127.0.0.1:0", "--grpc", b.addr)
	return b.cmd.Start()
}

// kill ends the process as a crash would, and waits for its end.
func (b *backend) kill() {
	if err := b.cmd.Process.Kill(); err != nil {
		return // it has ended
	}
	_ = b.cmd.Wait() // "signal: killed", as it was meant
}

func (b *backend) keepRestarting(ctx context.Context, every time.Duration) (restarts int, err error) {
	for {
		select {
		case <-ctx.Done():
			return restarts, nil
		case <-time.After(every):
			b.kill()
			time.Sleep(every / 10) // down for a while
			if err := b.start(); err != nil {
				return restarts, err
			}
			restarts++
		}
	}
}

type soak struct {
	cat     *catalog.Catalog
	systems []*catalog.System
	base    string
	client  *http.Client

	mu         sync.Mutex
	outcomes   map[string]int
	latencies  []time.Duration
	violations []string
	wrong      atomic.Int64
}

func (s *soak) serve(backend string) (stop func(), err error) {
	logger := slog.New(slog.DiscardHandler)
	gw, err := gateway.New(gateway.WithLogger(logger), gateway.WithDialect(func(r *http.Request) string {
		return strings.Split(r.URL.Path, "/")[2]
	}))
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(backend, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.2, MaxDelay: 200 * time.Millisecond}}))
	if err != nil {
		return nil, err
	}
	mux := gwruntime.NewServeMux(gw.MuxOptions()...)
	if err := demov1.RegisterDemoServiceHandler(context.Background(), mux, conn); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: gw.Handler(mux), ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelError)}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.violate("the gateway ended: %v", err)
		}
	}()
	s.base = "http://" + l.Addr().String()
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	return func() {
		if err := errors.Join(server.Close(), conn.Close()); err != nil {
			s.violate("stopping: %v", err)
		}
	}, nil
}

// warmUp asks each kind of thing until the backend answers, so that what is made
// once is made before it is counted.
func (s *soak) warmUp() error {
	r := rand.New(rand.NewPCG(0, 0))
	for range 100 {
		response, err := s.client.Get(s.base + "/echo/legacy.jarvis.v2?text=hi")
		if err != nil {
			return err
		}
		if err := response.Body.Close(); err != nil {
			return err
		}
		if response.StatusCode == http.StatusOK {
			for range 200 {
				s.one(r)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.outcomes, s.latencies = map[string]int{}, make([]time.Duration, 0, 1<<20)
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the backend does not come up")
}

// settle returns goroutines and heap once nothing is under way.
func (s *soak) settle() (goroutines int, heap uint64) {
	s.client.CloseIdleConnections()
	for range 20 {
		time.Sleep(100 * time.Millisecond)
		runtime.GC()
		n := runtime.NumGoroutine()
		if n == goroutines {
			break
		}
		goroutines = n
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return goroutines, m.HeapAlloc
}

// A request is something to ask and what may come back.
type request struct {
	kind, method, path, body string
	timeout                  time.Duration
	dialect                  *catalog.System
	success                  bool            // a success is right
	expected                 map[string]bool // the legacy codes that are right
	allowed                  map[string]bool // and those that are while the backend is down
}

// transport are the gRPC codes that a backend which is killed gives rise to.
var transport = []codes.Code{codes.Unavailable, codes.Canceled, codes.DeadlineExceeded, codes.Internal, codes.Unknown}

func (s *soak) next(r *rand.Rand) request {
	system := s.systems[r.IntN(len(s.systems))]
	q := request{dialect: system, method: http.MethodGet, timeout: 30 * time.Second, expected: map[string]bool{}, allowed: map[string]bool{}}
	allow := func(code *catalog.Code) { q.expected[code.LegacyCode()] = true }
	code := system.Codes()[r.IntN(len(system.Codes()))]
	args := url.Values{}
	for _, name := range code.Message().Params() {
		args.Set("metadata["+name+"]", strings.Repeat("x\"<é", r.IntN(4)))
	}
	switch n := r.IntN(100); {
	case n < 45:
		q.kind, q.path = "code", "/raise/"
	case n < 60:
		q.kind, q.path = "stream", "/stream/"
		args.Set("after", fmt.Sprint(r.IntN(4)))
	case n < 75:
		fault := demo.Faults()[r.IntN(len(demo.Faults()))]
		q.kind, q.path = "fault", "/fault/"+system.Domain()+"/"+fault
		allow(system.Fallback(codes.NotFound)) // plain_status
		allow(system.Fallback(codes.Internal))
		q.expected["9999999"] = fault == "unknown_reason"
	case n < 85:
		q.kind, q.path, q.success = "success", "/echo/"+system.Domain()+"?text=hi", true
	case n < 88:
		q.kind, q.path = "no such path", "/none/"+system.Domain()
		allow(system.Fallback(codes.NotFound))
	case n < 91:
		q.kind, q.method, q.path = "no such method", http.MethodDelete, "/echo/"+system.Domain()
		allow(system.Fallback(codes.Unimplemented))
	case n < 94:
		q.kind, q.method, q.path, q.body = "broken body", http.MethodPost, "/raise/"+system.Domain()+"/"+code.Reason(), "{"
		allow(system.Fallback(codes.InvalidArgument))
	default:
		q.kind, q.path, q.timeout = "client gone", "/raise/", time.Duration(r.IntN(1500))*time.Microsecond
	}
	if strings.Count(q.path, "/") == 2 && q.kind != "success" && q.kind != "no such path" && q.kind != "no such method" {
		q.success = code.Success()
		if !code.Success() {
			allow(code)
		}
		q.path += system.Domain() + "/" + code.Reason() + "?" + args.Encode()
	}
	for _, c := range transport {
		q.allowed[system.Fallback(c).LegacyCode()] = true
	}
	return q
}

func (s *soak) one(r *rand.Rand) {
	q := s.next(r)
	ctx, cancel := context.WithTimeout(context.Background(), q.timeout)
	defer cancel()
	var body io.Reader
	if q.body != "" {
		body = strings.NewReader(q.body)
	}
	request, err := http.NewRequestWithContext(ctx, q.method, s.base+q.path, body)
	if err != nil {
		s.violate("%s: %v", q.path, err)
		return
	}
	start := time.Now()
	response, err := s.client.Do(request)
	var b []byte
	if err == nil {
		b, err = io.ReadAll(response.Body)
		err = errors.Join(err, response.Body.Close())
	}
	took := time.Since(start)
	if err != nil {
		if q.kind == "client gone" && ctx.Err() != nil {
			s.count("client gone: left before the answer", took)
			return
		}
		s.violate("%s %s: %v", q.method, q.path, err)
		return
	}
	s.count(s.check(&q, b), took)
}

// check returns the outcome of an answer.
func (s *soak) check(q *request, b []byte) string {
	if len(b) == 0 && q.kind == "stream" && q.success {
		return "stream: success" // of no message
	}
	lines := bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
	for _, line := range lines {
		if !json.Valid(line) {
			s.violate("%s %s: no JSON: %q", q.method, q.path, b)
			return "wrong"
		}
	}
	last := lines[len(lines)-1]
	if v, ok := q.dialect.Failure().Parse(last); ok {
		if !q.expected[v.LegacyCode] && !q.allowed[v.LegacyCode] {
			s.violate("%s %s: code %s: %s", q.method, q.path, v.LegacyCode, b)
			return "wrong"
		}
		if bytes.Contains(b, []byte(demo.Secret)) {
			s.violate("%s %s leaks: %s", q.method, q.path, b)
			return "wrong"
		}
		if !q.expected[v.LegacyCode] {
			return q.kind + ": the fallback for a backend that is down"
		}
		return q.kind + ": its code"
	}
	if _, ok := q.dialect.Success().Parse(last); ok && q.success {
		return q.kind + ": success"
	}
	s.violate("%s %s: not an answer of %s: %s", q.method, q.path, q.dialect.Domain(), b)
	return "wrong"
}

func (s *soak) count(outcome string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[outcome]++
	if len(s.latencies) < cap(s.latencies) {
		s.latencies = append(s.latencies, took)
	}
}

func (s *soak) violate(format string, args ...any) {
	s.wrong.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.violations) < 20 {
		s.violations = append(s.violations, fmt.Sprintf(format, args...))
	}
}

func (s *soak) report(duration time.Duration, restarts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	var names []string
	for name, n := range s.outcomes {
		names = append(names, name)
		total += n
	}
	slices.Sort(names)
	slices.Sort(s.latencies)
	at := func(p float64) time.Duration {
		if len(s.latencies) == 0 {
			return 0
		}
		return s.latencies[int(p*float64(len(s.latencies)-1))].Round(time.Microsecond)
	}
	fmt.Printf("%d answers in %s, %d wrong; the backend was killed and restarted %d times\n", total, duration, s.wrong.Load(), restarts)
	fmt.Printf("p50 %s, p99 %s\n", at(0.5), at(0.99))
	for _, name := range names {
		fmt.Printf("%8d  %s\n", s.outcomes[name], name)
	}
	for _, v := range s.violations {
		fmt.Println("WRONG:", v)
	}
}
