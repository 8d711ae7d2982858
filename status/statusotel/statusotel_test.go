package statusotel_test

import (
	"testing"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/status/statusotel"
)

// What a real meter counts is tested in cmd/internal/conformance: the library
// does not require OpenTelemetry's SDK.
func TestNoop(t *testing.T) {
	observe, err := statusotel.Observer(noop.NewMeterProvider().Meter("test"))
	if err != nil {
		t.Fatal(err)
	}
	observe(t.Context(), status.Event{})
}
