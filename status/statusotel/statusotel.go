// Package statusotel counts the errors of package status with OpenTelemetry.
//
//	observe, err := statusotel.Observer(otel.Meter("example.com/jobs"))
//	grpc.ChainUnaryInterceptor(status.UnaryServerInterceptor(status.WithObserver(observe)))
package statusotel

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/status"
)

// CounterName is the name of the counter: errors that went out.
const CounterName = "statusmap.errors"

// The counter's attributes. Their values come from the catalog, from gRPC's
// seventeen codes, from the server's methods and from status.Repairs, so their
// number is bounded whatever callers send. (A server with an
// UnknownServiceHandler has any method that a caller thinks of: leave MethodKey
// out by a view there.)
const (
	MethodKey  = attribute.Key("rpc.method")           // "package.Service/Method"
	CodeKey    = attribute.Key("rpc.grpc.status_code") // "NOT_FOUND"
	DomainKey  = attribute.Key("statusmap.domain")     // "legacy.job.v2"; "" where the catalog does not have the code
	ReasonKey  = attribute.Key("statusmap.reason")     // "JOB_NOT_FOUND"; likewise
	RepairsKey = attribute.Key("statusmap.repairs")    // "go_error,cut_message"; "" where nothing had to be done
)

// Observer returns an observer for status.WithObserver that adds 1 to a counter
// of meter for each error. The error is the meter's.
func Observer(meter metric.Meter) (func(context.Context, status.Event), error) {
	counter, err := meter.Int64Counter(CounterName,
		metric.WithDescription("Errors of gRPC methods, by legacy code"), metric.WithUnit("{error}"))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, e status.Event) {
		counter.Add(ctx, 1, metric.WithAttributes(
			MethodKey.String(strings.TrimPrefix(e.Method, "/")),
			CodeKey.String(statusmapv1.GrpcCode(e.GRPCCode).String()),
			DomainKey.String(e.Domain),
			ReasonKey.String(e.Reason),
			RepairsKey.String(strings.Join(e.Repairs.Names(), ",")),
		))
	}, nil
}
