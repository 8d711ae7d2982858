// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/status/statusotel"
)

func TestStatusotel(t *testing.T) {
	reader := metric.NewManualReader()
	provider := metric.NewMeterProvider(metric.WithReader(reader))
	observe, err := statusotel.Observer(provider.Meter("test"))
	if err != nil {
		t.Fatal(err)
	}
	intercept := status.UnaryServerInterceptor(
		status.WithObserver(observe),
		status.WithLogger(slog.New(slog.DiscardHandler)),
		status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" }))
	for _, fail := range []error{
		status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 1),
		status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 2),
		errors.New("pq: connection refused"),
		nil,
	} {
		_, err := intercept(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: "/a.B/C"}, func(context.Context, any) (any, error) { return nil, fail })
		if (err == nil) != (fail == nil) {
			t.Errorf("the interceptor returns %v for %v", err, fail)
		}
	}
	var got metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.ScopeMetrics) != 1 || len(got.ScopeMetrics[0].Metrics) != 1 || got.ScopeMetrics[0].Metrics[0].Name != statusotel.CounterName {
		t.Fatalf("got %+v, want one metric", got)
	}
	counts := map[attribute.Distinct]int64{}
	for _, p := range got.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64]).DataPoints {
		counts[p.Attributes.Equivalent()] = p.Value
	}
	for _, want := range []struct {
		code, reason, repairs string
		count                 int64
	}{
		{"NOT_FOUND", "JOB_NOT_FOUND", "", 2},
		{"INTERNAL", "INTERNAL_ERROR", "go_error", 1},
	} {
		set := attribute.NewSet(
			statusotel.MethodKey.String("a.B/C"), statusotel.CodeKey.String(want.code), statusotel.ErrorTypeKey.String(want.code),
			statusotel.DomainKey.String("legacy.job.v2"), statusotel.ReasonKey.String(want.reason), statusotel.RepairsKey.String(want.repairs))
		if got := counts[set.Equivalent()]; got != want.count {
			t.Errorf("%s: %d, want %d", want.reason, got, want.count)
		}
	}
	if len(counts) != 2 {
		t.Errorf("got %d series, want 2", len(counts))
	}
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
