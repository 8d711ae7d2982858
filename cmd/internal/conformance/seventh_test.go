package conformance_test

import (
	"context"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

// TestSeventhSystem adds a system that no Go code knows, from its .proto source
// alone, and drives it end to end: one file and no Go.
func TestSeventhSystem(t *testing.T) {
	cat, err := protosource.Catalog(t.Context(), nil, []string{root + "testdata/acme/code.proto"})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(cat.Systems()); got != 7 {
		t.Fatalf("%d systems, want 7", got)
	}
	w := start(t, cat)
	const path = "/raise/legacy.acme.v1/"
	id := []string{"X-Request-Id", "r1"}

	for _, tt := range []struct {
		name, path string
		header     []string
		status     int
		body       string
		retryAfter string
	}{
		{
			name: "arguments", path: path + "BIN_NOT_FOUND?metadata[bin]=7&metadata[hall]=B%222",
			status: 404, body: `{"status": "error", "errors": [{"no": "E404", "text": "No bin 7 in hall B\"2", "trace": "r1"}]}`,
		},
		{
			name: "language", path: path + "BIN_NOT_FOUND?metadata[bin]=7&metadata[hall]=2",
			header: []string{"X-Acme-Language", "de-AT"},
			status: 404, body: `{"status": "error", "errors": [{"no": "E404", "text": "Halle 2 hat kein Fach 7", "trace": "r1"}]}`,
		},
		{
			name: "an HTTP status of its own", path: path + "TOO_MANY_PICKS", retryAfter: "90",
			status: 420, body: `{"status": "error", "errors": [{"no": "E429", "text": "Too many picks, come back later", "trace": "r1"}]}`,
		},
		{
			name: "another system's error in its dialect", path: "/raise/legacy.job.v2/EXECUTION_QUEUE_FULL?dialect=legacy.acme.v1", retryAfter: "5",
			status: 420, body: `{"status": "error", "errors": [{"no": "E429", "text": "Too many picks, come back later", "trace": "r1"}]}`,
		},
		{
			name: "its error in another dialect", path: path + "BIN_NOT_FOUND?dialect=legacy.apiswitch.v1",
			status: 404, body: `{"Code":10003,"Message":"未找到相应条目"}`,
		},
		{
			name: "success", path: "/echo/legacy.acme.v1?text=hi",
			status: 200, body: `{"status": "ok", "result": {"text":"hi"}}`,
		},
		{
			name: "panic", path: "/fault/legacy.acme.v1/panic",
			status: 500, body: `{"status": "error", "errors": [{"no": "E500", "text": "Warehouse on fire", "trace": "r1"}]}`,
		},
		{
			name: "deadline", path: "/fault/legacy.acme.v1/deadline",
			status: 504, body: `{"status": "error", "errors": [{"no": "E500", "text": "Warehouse on fire", "trace": "r1"}]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := w.get(t, tt.path, append(id, tt.header...)...)
			if a.status != tt.status || a.body != tt.body {
				t.Errorf("got  %d %s\nwant %d %s", a.status, a.body, tt.status, tt.body)
			}
			if got := a.header.Get("Retry-After"); got != tt.retryAfter {
				t.Errorf("Retry-After %q, want %q", got, tt.retryAfter)
			}
		})
	}

	_, err = w.grpc.Raise(context.Background(), &demov1.RaiseRequest{
		Domain: "legacy.acme.v1", Reason: "BIN_NOT_FOUND", Metadata: map[string]string{"bin": "7", "hall": "2"},
	})
	info, ok := grpcstatus.Convert(err).Details()[0].(*errdetails.ErrorInfo)
	if !ok || info.GetDomain()+"."+info.GetReason() != "legacy.acme.v1.BIN_NOT_FOUND" || info.GetMetadata()[catalog.ErrorInfoLegacyCode] != "E404" {
		t.Errorf("ErrorInfo %v", info)
	}
	e, ok := status.FromErrorIn(cat, err)
	if !ok || e.Code().Number() != 404 || e.MessageIn("de") != "Halle 2 hat kein Fach 7" {
		t.Errorf("FromErrorIn: %v %v", e, ok)
	}
	// A client that has never heard of the system still has the number.
	if e, ok := status.FromError(err); !ok || e.Code() != nil || e.LegacyCode() != "E404" {
		t.Errorf("FromError: %v %v", e, ok)
	}
}
