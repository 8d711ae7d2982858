// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package statusotel tells OpenTelemetry of the errors of package status: it counts
// them, and names them on the active span.
//
//	observe, err := statusotel.Observer(otel.Meter("example.com/jobs"))
//	server := grpc.NewServer(status.ServerOptions(status.WithObserver(observe))...)
//
// It never sets a span's status. The instrumentation that makes the spans does, from
// the gRPC code: an error that is the client's fault leaves a server span as it is.
package statusotel

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/status"
)

// CounterName is the name of the counter: errors that were sent.
const CounterName = "statusmap.errors"

// The names of OpenTelemetry's semantic conventions, version 1.43.0. They are written
// here because a package go.opentelemetry.io/otel/semconv that has them needs a newer
// OpenTelemetry than the rest of this package.
const (
	// MethodKey is "package.Service/Method"; "_OTHER" for a method that the server
	// lacks.
	MethodKey = attribute.Key("rpc.method")
	// CodeKey is the gRPC code, as in "NOT_FOUND".
	CodeKey = attribute.Key("rpc.response.status_code")
	// ErrorTypeKey is the gRPC code too, as the conventions for gRPC have it.
	ErrorTypeKey = attribute.Key("error.type")

	other = "_OTHER"
)

// Attributes of statusmap's own.
const (
	// DomainKey is as in "legacy.job.v2"; "" if the catalog lacks the code.
	DomainKey = attribute.Key("statusmap.domain")
	// ReasonKey is as in "JOB_NOT_FOUND"; "" if the catalog lacks the code.
	ReasonKey = attribute.Key("statusmap.reason")
	// LegacyCodeKey is as in "1233106". Spans alone have it.
	LegacyCodeKey = attribute.Key("statusmap.legacy_code")
	// RepairsKey is as in "go_error,cut_message"; "" if nothing had to be done. The
	// counter alone has it.
	RepairsKey = attribute.Key("statusmap.repairs")
	// UndeclaredKey is true if the method declares its errors, but not this one. Other
	// errors do not have it.
	UndeclaredKey = attribute.Key("statusmap.undeclared")
)

// Observer returns an observer for status.WithObserver. For each error it adds 1 to a
// counter of meter, with all attributes but LegacyCodeKey, and puts domain, reason and
// legacy code on the context's span if the catalog has the code. The error is the
// meter's.
//
// The number of the counter's series is bounded for every caller: values come
// from the catalog, from gRPC's seventeen codes, from the server's methods and from
// status.Repairs.
func Observer(meter metric.Meter) (func(context.Context, status.Event), error) {
	counter, err := meter.Int64Counter(CounterName,
		metric.WithDescription("Errors of gRPC methods, by legacy code"), metric.WithUnit("{error}"))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, e status.Event) {
		method := strings.TrimPrefix(e.Method, "/")
		if e.UnknownMethod {
			method = other
		}
		code := statusmapv1.GrpcCode(e.GRPCCode).String()
		attrs := []attribute.KeyValue{
			MethodKey.String(method),
			CodeKey.String(code),
			ErrorTypeKey.String(code),
			DomainKey.String(e.Domain),
			ReasonKey.String(e.Reason),
			RepairsKey.String(strings.Join(e.Repairs.Names(), ",")),
		}
		if e.Undeclared {
			attrs = append(attrs, UndeclaredKey.Bool(true))
		}
		counter.Add(ctx, 1, metric.WithAttributes(attrs...))
		if span := trace.SpanFromContext(ctx); e.Reason != "" && span.IsRecording() {
			span.SetAttributes(DomainKey.String(e.Domain), ReasonKey.String(e.Reason), LegacyCodeKey.String(e.LegacyCode))
			if e.Undeclared {
				span.SetAttributes(UndeclaredKey.Bool(true))
			}
		}
	}, nil
}
