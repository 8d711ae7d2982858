// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

// TestAllocations holds the library to its allocations: they are the same on
// every machine, so CI can. Timings are for go run ./report.
func TestAllocations(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates differently")
	}
	check := func(name string, want float64, f func()) {
		t.Helper()
		f() // what is made on first use
		if got := testing.AllocsPerRun(1000, f); got > want {
			t.Errorf("%s: %v allocations, more than %v", name, got, want)
		} else if got < want {
			t.Logf("%s: %v allocations, fewer than the %v that are allowed", name, got, want)
		}
	}

	check("build, no arguments", 0, func() { sinkStatus, _ = grpcstatus.FromError(buildNone()) })
	// Two boxes for the arguments, the error, its message, and five of
	// grpc-go's to keep a status.
	check("build, two arguments", 9, func() { sinkStatus, _ = grpcstatus.FromError(buildTwo()) })

	over, made := received(t, buildTwo()), buildTwo()
	// Four of grpc-go's to copy the status, the details' bytes as text, the metadata.
	check("Is, received", 6, func() { sinkBool = status.Is(over, jobv2.Code_TASK_STATUS_CONFLICT) })
	check("Is, made here", 0, func() { sinkBool = status.Is(made, jobv2.Code_TASK_STATUS_CONFLICT) })
	check("FromError, received", 6, func() { errLegacySink, _ = status.FromError(over) })
	check("FromError, made here", 0, func() { errLegacySink, _ = status.FromError(made) })

	for _, r := range renderings(t, newDiscard()) {
		if strings.HasPrefix(r.name, "statusmap/") {
			_, marshaler := runtime.MarshalerForRequest(r.mux, r.r)
			// The values of three headers.
			check("render, "+r.name, 3, func() { runtime.HTTPError(r.ctx, r.mux, marshaler, r.w, r.r, r.err) })
		}
	}

	ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs("x-request-id", requestID))
	info := &grpc.UnaryServerInfo{FullMethod: demov1.DemoService_Echo_FullMethodName}
	interceptor := status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)))
	var answer any = &demov1.EchoResponse{}
	succeed := func(context.Context, any) (any, error) { return answer, nil }
	check("interceptor, success", 0, func() { sinkAny, errSink = interceptor(ctx, nil, info, succeed) })
	raise := func(context.Context, any) (any, error) { return nil, made }
	// The request's id out of the metadata, five of grpc-go's, the error.
	check("interceptor, error", 7, func() { sinkAny, errSink = interceptor(ctx, nil, info, raise) })

	cat := newCatalog(t, bigEnum(t, 500))
	enum := cat.Systems()[0].Descriptor().Values()
	name := string(enum.Get(7).Name())
	check("look-up by reason", 0, func() { sinkLookup, _ = cat.Lookup(bigDomain, name) })
	check("look-up by legacy code", 0, func() { sinkLookup, _ = cat.LookupLegacy(bigDomain, "1000007") })
}
