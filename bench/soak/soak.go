// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/statushttp"
)

// maxBody is what the gateway accepts: little, so that too much is cheap to send.
const maxBody = 64 << 10

// heapSlack is by how much the heap may grow: pools, and buffers of connections.
const heapSlack = 4 << 20

type soak struct {
	config
	catalog *catalog.Catalog

	backendAddr string
	backendMu   sync.Mutex
	child       *exec.Cmd
	stdin       io.Closer

	conn   *grpc.ClientConn
	server *http.Server
	url    string
	client *http.Client

	figures
}

// figures are what is printed at the end.
type figures struct {
	outcomes   sync.Map // by name: *histogram
	violations atomic.Int64
	restarts   atomic.Int64
}

// reset forgets what the first round counted, but not its violations.
func (f *figures) reset() { f.outcomes.Clear() }

func (s *soak) start(ctx context.Context) error {
	var err error
	if s.backendAddr, err = freeAddr(); err != nil {
		return err
	}
	if err := s.startBackend(ctx); err != nil {
		return err
	}
	codec, err := statushttp.New(
		statushttp.WithDialect(func(r *http.Request) string {
			_, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
			domain, _, _ := strings.Cut(rest, "/")
			return domain
		}),
		statushttp.WithLogger(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		return err
	}
	mux := gwruntime.NewServeMux(gateway.New(codec, gateway.WithMaxBody(maxBody)).MuxOptions()...)
	if s.conn, err = grpc.NewClient(s.backendAddr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 20 * time.Millisecond, Multiplier: 1.5, MaxDelay: 200 * time.Millisecond},
			MinConnectTimeout: time.Second,
		})); err != nil {
		return err
	}
	if err := demov1.RegisterDemoServiceHandler(ctx, mux, s.conn); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.url = "http://" + listener.Addr().String()
	s.server = &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // clients that hung up
	}
	go func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.violation("the gateway stopped: %v", err)
		}
	}()
	s.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: s.clients, DisableCompression: true},
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return nil
}

func (s *soak) stop() error {
	s.client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(s.server.Shutdown(ctx), s.conn.Close(), s.stopBackend(false))
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// startBackend starts the backend and returns when it serves.
func (s *soak) startBackend(ctx context.Context) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	// Not CommandContext: it ends with its standard input.
	cmd := exec.Command(program) // this very program
	cmd.Env = append(os.Environ(), backendEnv+"="+s.backendAddr)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		return errors.Join(fmt.Errorf("the backend did not start: %w", err), cmd.Wait())
	}
	s.backendMu.Lock()
	defer s.backendMu.Unlock()
	s.child, s.stdin = cmd, stdin
	return ctx.Err()
}

// stopBackend kills the backend in the middle of what it does, or lets it drain.
func (s *soak) stopBackend(kill bool) error {
	s.backendMu.Lock()
	defer s.backendMu.Unlock()
	if s.child == nil {
		return nil
	}
	var err error
	if kill {
		err = s.child.Process.Kill()
	} else {
		err = s.stdin.Close()
	}
	waited := s.child.Wait()
	s.child = nil
	if !kill {
		err = errors.Join(err, waited)
	}
	return err
}

// load runs the clients and, if kills is set, the one that kills the backend.
func (s *soak) load(ctx context.Context, duration time.Duration, kills bool) {
	ctx, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	var wg sync.WaitGroup
	for i := range s.clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(s.seed, uint64(i))) //nolint:gosec // no secret
			for ctx.Err() == nil {
				s.one(rng)
			}
		})
	}
	if kills {
		wg.Go(func() { s.killer(ctx) })
	}
	wg.Wait()
}

func (s *soak) killer(ctx context.Context) {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.kill):
		}
		if err := s.stopBackend(n%3 != 2); err != nil { // two are killed, one drains
			s.violation("the backend could not be stopped: %v", err)
		}
		time.Sleep(200 * time.Millisecond) // there is none
		if err := s.startBackend(context.Background()); err != nil {
			s.violation("the backend could not be restarted: %v", err)
			return
		}
		s.restarts.Add(1)
	}
}

// one makes one request and checks its answer.
func (s *soak) one(rng *rand.Rand) {
	c := s.pick(rng)
	ctx := context.Background()
	var cancelled bool
	if rng.IntN(12) == 0 { // a client that hangs up
		cancelled = true
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(rng.IntN(3000))*time.Microsecond)
		defer cancel()
	}
	request, err := http.NewRequestWithContext(ctx, c.method, s.url+c.path, c.body())
	if err != nil {
		s.violation("%s %s: %v", c.method, c.path, err)
		return
	}
	if c.contentType != "" {
		request.Header.Set("Content-Type", c.contentType)
	}
	if rng.IntN(2) == 0 {
		request.Header.Set("X-Request-Id", fmt.Sprintf("soak-%d", rng.Uint64()))
	}
	began := time.Now()
	response, err := s.client.Do(request)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(response.Body)
		err = errors.Join(err, response.Body.Close())
	}
	took := time.Since(began)
	if err != nil {
		if cancelled {
			s.count("hung up", took)
			return
		}
		s.violation("%s %s: %v", c.method, c.path, err)
		return
	}
	outcome, err := c.check(&answer{response.StatusCode, response.Header, body, request.Header.Get("X-Request-Id")})
	if err != nil {
		s.violation("%s %s: %v: HTTP %d %v %.300q", c.method, c.path, err, response.StatusCode, response.Header, body)
		return
	}
	s.count(outcome, took)
}

func (s *soak) violation(format string, args ...any) {
	if s.violations.Add(1) <= 20 {
		fmt.Fprintf(os.Stderr, "violation: "+format+"\n", args...)
	}
}

// A histogram counts durations in steps of 5 %, so that it takes little memory.
type histogram [512]atomic.Int64

func bucket(d time.Duration) int {
	return min(max(int(math.Log(float64(max(d, time.Microsecond))/float64(time.Microsecond))/math.Log(1.05)), 0), 511)
}

func (h *histogram) count() (n int64) {
	for i := range h {
		n += h[i].Load()
	}
	return n
}

func (h *histogram) quantile(q float64) time.Duration {
	rank, seen := int64(q*float64(h.count())), int64(0)
	for i := range h {
		if seen += h[i].Load(); seen > rank {
			return time.Duration(math.Pow(1.05, float64(i)+0.5) * float64(time.Microsecond))
		}
	}
	return 0
}

func (s *soak) count(outcome string, took time.Duration) {
	h, ok := s.outcomes.Load(outcome)
	if !ok {
		h, _ = s.outcomes.LoadOrStore(outcome, new(histogram))
	}
	h.(*histogram)[bucket(took)].Add(1) //nolint:forcetypeassert // nothing else is in it
}

func (s *soak) print(w io.Writer, took time.Duration) {
	type row struct {
		name string
		*histogram
	}
	var rows []row
	var all histogram
	s.outcomes.Range(func(name, h any) bool {
		rows = append(rows, row{name.(string), h.(*histogram)}) //nolint:forcetypeassert // as count stores them
		for i := range all {
			all[i].Add(h.(*histogram)[i].Load()) //nolint:forcetypeassert // as count stores them
		}
		return true
	})
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.name, b.name) })
	fmt.Fprintf(w, "%s, %d clients, seed %d\n\n%-34s %9s %10s %10s\n", took.Round(time.Second), s.clients, s.seed, "outcome", "requests", "p50", "p99")
	for _, r := range append(rows, row{"all", &all}) {
		fmt.Fprintf(w, "%-34s %9d %10s %10s\n", r.name, r.count(),
			r.quantile(0.5).Round(10*time.Microsecond), r.quantile(0.99).Round(10*time.Microsecond))
	}
	fmt.Fprintf(w, "\nrequests    %.0f a second\nviolations  %d\nrestarts    %d\n",
		float64(all.count())/took.Seconds(), s.violations.Load(), s.restarts.Load())
}

type footprint struct {
	goroutines int
	heap       uint64
}

func (f footprint) mebibytes() float64 { return float64(f.heap) / (1 << 20) }

// rest waits until no more goroutines and heap are left than before, for ten seconds
// at most, and returns what is left.
func (s *soak) rest(before footprint) footprint {
	var f footprint
	for range 100 {
		s.client.CloseIdleConnections()
		time.Sleep(100 * time.Millisecond)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		now := footprint{runtime.NumGoroutine(), m.HeapAlloc}
		settled := now.goroutines == f.goroutines
		f = now
		if before.goroutines == 0 && settled || before.goroutines > 0 && f.goroutines <= before.goroutines && f.heap <= before.heap+heapSlack {
			break
		}
	}
	return f
}
