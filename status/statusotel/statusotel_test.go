// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusotel_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/status/statusotel"
)

// The library does not require OpenTelemetry's SDK. What a real meter counts is tested
// in cmd/internal/conformance.
type meter struct {
	noop.Meter
	counter
	err error
}

func (m *meter) Int64Counter(name string, _ ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	m.name = name
	return &m.counter, m.err
}

type counter struct {
	noop.Int64Counter
	name  string
	added []attribute.Set
}

func (c *counter) Add(_ context.Context, n int64, opts ...metric.AddOption) {
	for range n {
		c.added = append(c.added, metric.NewAddConfig(opts).Attributes())
	}
}

type span struct {
	trace.Span // nil: a method that is not below panics
	attributes []attribute.KeyValue
	status     otelcodes.Code
	idle       bool
}

func (s *span) IsRecording() bool                       { return !s.idle }
func (s *span) SetAttributes(kv ...attribute.KeyValue)  { s.attributes = append(s.attributes, kv...) }
func (s *span) SetStatus(code otelcodes.Code, _ string) { s.status = code }

func TestObserver(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		err         error
		wantCounter map[attribute.Key]string
		wantSpan    map[attribute.Key]string // empty: nothing
	}{
		{
			name: "legacy error",
			err:  status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 1),
			wantCounter: map[attribute.Key]string{
				"rpc.method":               "a.B/C",
				"rpc.response.status_code": "NOT_FOUND",
				"error.type":               "NOT_FOUND",
				"statusmap.domain":         "legacy.job.v2",
				"statusmap.reason":         "JOB_NOT_FOUND",
				"statusmap.repairs":        "",
			},
			wantSpan: map[attribute.Key]string{
				"statusmap.domain":      "legacy.job.v2",
				"statusmap.reason":      "JOB_NOT_FOUND",
				"statusmap.legacy_code": "1233106",
			},
		},
		{
			name: "Go error",
			err:  errors.New("x"),
			wantCounter: map[attribute.Key]string{
				"rpc.method":               "a.B/C",
				"rpc.response.status_code": "INTERNAL",
				"error.type":               "INTERNAL",
				"statusmap.domain":         "",
				"statusmap.reason":         "",
				"statusmap.repairs":        "go_error",
			},
		},
	} {
		for _, idle := range []bool{false, true} {
			m, s := new(meter), &span{idle: idle}
			observe, err := statusotel.Observer(m)
			if err != nil {
				t.Fatal(err)
			}
			intercept := status.UnaryServerInterceptor(status.WithObserver(observe), status.WithLogger(slog.New(slog.DiscardHandler)))
			_, err = intercept(trace.ContextWithSpan(t.Context(), s), nil, &grpc.UnaryServerInfo{FullMethod: "/a.B/C"},
				func(context.Context, any) (any, error) { return nil, tt.err })
			if err == nil || m.name != "statusmap.errors" || len(m.added) != 1 {
				t.Fatalf("%s: %v is counted %d times by %q, want once by statusmap.errors", tt.name, err, len(m.added), m.name)
			}
			if got := attribute.NewSet(attributes(tt.wantCounter)...); !got.Equals(&m.added[0]) {
				t.Errorf("%s: counted with %v, want %v", tt.name, m.added[0].ToSlice(), tt.wantCounter)
			}
			want := tt.wantSpan
			if idle {
				want = nil
			}
			gotSpan, wantSpan := attribute.NewSet(s.attributes...), attribute.NewSet(attributes(want)...)
			if !gotSpan.Equals(&wantSpan) {
				t.Errorf("%s: the span has %v, want %v", tt.name, s.attributes, want)
			}
			if s.status != otelcodes.Unset {
				t.Errorf("%s: the span's status is %v, want it left alone", tt.name, s.status)
			}
		}
	}
}

func attributes(m map[attribute.Key]string) []attribute.KeyValue {
	var kv []attribute.KeyValue
	for key, value := range m {
		kv = append(kv, key.String(value))
	}
	return kv
}

// TestNoArguments: neither the counter nor the span has an error's arguments, which may
// be sensitive.
func TestNoArguments(t *testing.T) {
	t.Parallel()
	const value = "pa55word"
	m, s := new(meter), new(span)
	observe, err := statusotel.Observer(m)
	if err != nil {
		t.Fatal(err)
	}
	intercept := status.UnaryServerInterceptor(status.WithObserver(observe), status.WithLogger(slog.New(slog.DiscardHandler)))
	raised := status.WithViolations(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", value), status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", value))
	_, err = intercept(trace.ContextWithSpan(t.Context(), s), nil, &grpc.UnaryServerInfo{FullMethod: "/a.B/C"},
		func(context.Context, any) (any, error) { return nil, raised })
	if err == nil || len(m.added) != 1 || len(s.attributes) == 0 {
		t.Fatalf("%v is counted %d times, with %d attributes of the span", err, len(m.added), len(s.attributes))
	}
	for _, kv := range append(m.added[0].ToSlice(), s.attributes...) {
		if s := fmt.Sprint(kv.Value.AsInterface()); strings.Contains(s, value) {
			t.Errorf("%s is %q", kv.Key, s)
		}
	}
}

// TestUndeclared: an error that its method does not declare has one more attribute.
func TestUndeclared(t *testing.T) {
	t.Parallel()
	for _, undeclared := range []bool{false, true} {
		m, s := new(meter), new(span)
		observe, err := statusotel.Observer(m)
		if err != nil {
			t.Fatal(err)
		}
		observe(trace.ContextWithSpan(t.Context(), s), status.Event{Method: "/a.B/C", Reason: "X", Undeclared: undeclared})
		spanSet := attribute.NewSet(s.attributes...)
		for name, set := range map[string]*attribute.Set{"counter": &m.added[0], "span": &spanSet} {
			if got, ok := set.Value("statusmap.undeclared"); ok != undeclared || got.AsBool() != undeclared {
				t.Errorf("%s: Undeclared %t gives %v, %t", name, undeclared, got, ok)
			}
		}
	}
}

// TestBounded: callers cannot make new series.
func TestBounded(t *testing.T) {
	t.Parallel()
	m := new(meter)
	observe, err := statusotel.Observer(m)
	if err != nil {
		t.Fatal(err)
	}
	observe(t.Context(), status.Event{Method: "/any/thing", UnknownMethod: true, GRPCCode: codes.Unimplemented})
	if got, _ := m.added[0].Value(statusotel.MethodKey); got.AsString() != "_OTHER" {
		t.Errorf("a method that the server lacks is counted as %q, want _OTHER", got.AsString())
	}
}

func TestNoCounter(t *testing.T) {
	t.Parallel()
	want := errors.New("x")
	if observe, err := statusotel.Observer(&meter{err: want}); observe != nil || !errors.Is(err, want) {
		t.Errorf("got %v, want the meter's error", err)
	}
}
