// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"google.golang.org/grpc/grpclog"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(backendEnv); addr != "" {
		exit(backend(addr))
	}
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
	os.Exit(m.Run())
}

// TestSoak is a short one, so that the long one is known to work.
func TestSoak(t *testing.T) {
	c := config{duration: 3 * time.Second, clients: 8, kill: time.Second, seed: 1}
	if err := run(context.Background(), c, t.Output()); err != nil {
		t.Fatal(err)
	}
}
