// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Soak sends requests to a gateway on loopback, for a minute: every code of every
// system, every fault of the demo service, requests that never become an RPC, clients
// that hang up, and a backend process that is killed and restarted.
//
//	cd bench && go run ./soak -duration 60s
//
// Every answer must be a whole envelope of its system, with a code that it may have
// and nothing internal in it; at the end, goroutines and heap must be what they were.
// It prints its figures, and exits with 1 if one of these does not hold.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"google.golang.org/grpc/grpclog"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/demo"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

// backendEnv has the address to listen on in the process that is the backend.
const backendEnv = "STATUSMAP_SOAK_BACKEND"

func main() {
	if addr := os.Getenv(backendEnv); addr != "" {
		exit(backend(addr))
	}
	var c config
	flag.DurationVar(&c.duration, "duration", time.Minute, "how long")
	flag.IntVar(&c.clients, "clients", 16, "how many requests at a time")
	flag.DurationVar(&c.kill, "kill", 3*time.Second, "how often the backend is killed")
	flag.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "what the clients do")
	flag.Parse()
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard)) // of clients that hung up
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(run(ctx, c, os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// backend is the demo's gRPC server. It ends when its standard input does: with
// the process that started it, at the latest.
func backend(addr string) error {
	cat, err := catalog.Default()
	if err != nil {
		return err
	}
	server, err := demo.Start(context.Background(), demo.Config{
		HTTP: "127.0.0.1:0", GRPC: addr, Catalog: cat, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	fmt.Println("serving") // the parent waits for it
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Stop(ctx)
}

type config struct {
	duration time.Duration
	clients  int
	kill     time.Duration
	seed     uint64
}

func run(ctx context.Context, c config, w io.Writer) (err error) {
	cat, err := catalog.Default()
	if err != nil {
		return err
	}
	s := &soak{config: c, catalog: cat}
	if err := s.start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()

	// A first round fills pools and reads what is read on first use.
	s.load(ctx, min(2*time.Second, c.duration), false)
	before := s.rest(footprint{})
	s.reset()
	began := time.Now()
	s.load(ctx, c.duration, true)
	took := time.Since(began)
	after := s.rest(before)

	s.print(w, took)
	fmt.Fprintf(w, "goroutines  %d before, %d after\nheap        %.1f MiB before, %.1f MiB after\n",
		before.goroutines, after.goroutines, before.mebibytes(), after.mebibytes())
	var broken []error
	if n := s.violations.Load(); n > 0 {
		broken = append(broken, fmt.Errorf("%d answers are wrong: see the lines that start with \"violation\"", n))
	}
	if after.goroutines > before.goroutines {
		broken = append(broken, fmt.Errorf("%d goroutines are left over", after.goroutines-before.goroutines))
	}
	if after.heap > before.heap+heapSlack {
		broken = append(broken, fmt.Errorf("the heap has grown by %.1f MiB", after.mebibytes()-before.mebibytes()))
	}
	if s.restarts.Load() == 0 && c.duration > c.kill {
		broken = append(broken, errors.New("the backend was never killed"))
	}
	return errors.Join(broken...)
}
