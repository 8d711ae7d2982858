// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"

	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/status/statusotel"
)

// tracer keeps the spans of a test.
type tracer struct {
	exporter *tracetest.InMemoryExporter
	provider *trace.TracerProvider
}

func newTracer() *tracer {
	exporter := tracetest.NewInMemoryExporter()
	return &tracer{exporter, trace.NewTracerProvider(trace.WithSyncer(exporter))}
}

// http is the middleware of net/http.
func (tr *tracer) http(next http.Handler) http.Handler {
	return otelhttp.NewHandler(next, "gateway", otelhttp.WithTracerProvider(tr.provider))
}

func (tr *tracer) grpcOptions() []otelgrpc.Option {
	return []otelgrpc.Option{otelgrpc.WithTracerProvider(tr.provider), otelgrpc.WithPropagators(propagation.TraceContext{})}
}

// TestTracing: otelhttp around the mux, otelgrpc as stats handlers at both ends of the
// connection give one trace. A system that always answers 200 has green HTTP spans; its
// gRPC spans tell. A code that is the caller's fault turns no server span red.
func TestTracing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		path, dialect string
		httpStatus    int64
		httpCode      otelcodes.Code
		grpcCode      otelcodes.Code // of the server's span
	}{
		"the caller's fault": {path: "/raise/legacy.apiswitch.v1/ITEM_NOT_FOUND", dialect: apiswitch, httpStatus: 404},
		"ours":               {path: "/fault/legacy.apiswitch.v1/go_error", dialect: apiswitch, httpStatus: 500, httpCode: otelcodes.Error, grpcCode: otelcodes.Error},
		"ours, always 200":   {path: "/fault/legacy.job.v2/go_error", dialect: job, httpStatus: 200, grpcCode: otelcodes.Error},
		"plain":              {path: "/fault/legacy.apiswitch.v1/go_error", httpStatus: 500, httpCode: otelcodes.Error, grpcCode: otelcodes.Error},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTracer()
			p := start(t, config{
				beforeOurs: []grpc.ServerOption{grpc.StatsHandler(otelgrpc.NewServerHandler(tr.grpcOptions()...))},
				dial:       []grpc.DialOption{grpc.WithStatsHandler(otelgrpc.NewClientHandler(tr.grpcOptions()...))},
				around:     around(tr.http),
			})
			p.Get(t, tt.path, map[string]string{dialectHeader: tt.dialect})
			p.stop() // the last span ends after the client has its answer
			spans := map[string]tracetest.SpanStub{}
			for _, span := range tr.exporter.GetSpans() {
				kind := span.SpanKind.String()
				if !strings.Contains(span.InstrumentationScope.Name, "otelgrpc") {
					kind = "http"
				}
				spans[kind] = span
			}
			web, client, server := spans["http"], spans["client"], spans["server"]
			if len(spans) != 3 || client.Parent.SpanID() != web.SpanContext.SpanID() || server.Parent.SpanID() != client.SpanContext.SpanID() {
				t.Fatalf("got %d spans, want one trace of three", len(spans))
			}
			if got := attributeOf(web.Attributes, "http.response.status_code").AsInt64(); got != tt.httpStatus || web.Status.Code != tt.httpCode {
				t.Errorf("HTTP: %d, %v, want %d, %v", got, web.Status.Code, tt.httpStatus, tt.httpCode)
			}
			if server.Status.Code != tt.grpcCode {
				t.Errorf("gRPC: %v, want %v", server.Status, tt.grpcCode)
			}
			if strings.Contains(server.Status.Description+client.Status.Description, "hunter2") {
				t.Errorf("the spans have %q and %q", server.Status.Description, client.Status.Description)
			}
		})
	}
}

// TestTracingInside: as a middleware of the mux, otelhttp has no span of requests
// without a route.
func TestTracingInside(t *testing.T) {
	t.Parallel()
	for name, inMux := range map[string]bool{"around the mux": false, "wrong: inside": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTracer()
			c := config{around: around(tr.http)}
			if inMux {
				c = config{}
				c.afterMux = append(c.afterMux, inside(t, tr.http))
			}
			p := start(t, c)
			p.Get(t, "/echo/d", inApiswitch)
			p.Get(t, "/none", inApiswitch)
			p.stop()
			want := 2
			if inMux {
				want = 1
			}
			if got := len(tr.exporter.GetSpans()); got != want {
				t.Errorf("%d spans, want %d", got, want)
			}
		})
	}
}

func attributeOf(attributes []attribute.KeyValue, key attribute.Key) attribute.Value {
	for _, a := range attributes {
		if a.Key == key {
			return a.Value
		}
	}
	return attribute.Value{}
}

// TestMetrics: the observer counts what our interceptors send. What an interceptor
// before them refuses is not counted.
func TestMetrics(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int64{"auth after ours": 1, "wrong: auth before ours": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reader := metric.NewManualReader()
			observe, err := statusotel.Observer(metric.NewMeterProvider(metric.WithReader(reader)).Meter("test"))
			if err != nil {
				t.Fatal(err)
			}
			c := config{status: []status.Option{status.WithObserver(observe)}}
			if want == 1 {
				c.afterOurs = refusing()
			} else {
				c.beforeOurs = refusing()
			}
			p := start(t, c)
			p.check(t, map[string]exchange{"refused": {path: "/echo/d", header: inApiswitch, wantStatus: 401, want: invalidToken}})
			var got metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			var sum int64
			for _, scope := range got.ScopeMetrics {
				for _, m := range scope.Metrics {
					for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
						sum += point.Value
					}
				}
			}
			if sum != want {
				t.Errorf("counted %d, want %d", sum, want)
			}
		})
	}
}
