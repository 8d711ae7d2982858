// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// TestSeventhSystem adds a system from a .proto source, without generated Go code, and
// sends requests through the gateway and the gRPC server.
func TestSeventhSystem(t *testing.T) {
	t.Parallel()
	cat, _, err := protosource.CatalogWithLinked(t.Context(), nil, []string{root + "testdata/acme/code.proto"})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(cat.Systems()); got != 7 {
		t.Fatalf("%d systems, want 7", got)
	}
	demo := servertest.StartDemo(t, cat)
	for _, tt := range []struct {
		name           string
		path           string
		language       string // "" if the request has no language header
		wantStatus     int
		wantBody       string
		wantRetryAfter string
	}{
		{
			name:       "arguments",
			path:       "/raise/legacy.acme.v1/BIN_NOT_FOUND?metadata[bin]=7&metadata[hall]=B%222",
			wantStatus: 404,
			wantBody:   `{"status": "error", "errors": [{"no": "E404", "text": "No bin 7 in hall B\"2", "trace": "r1"}]}`,
		},
		{
			name:       "language",
			path:       "/raise/legacy.acme.v1/BIN_NOT_FOUND?metadata[bin]=7&metadata[hall]=2",
			language:   "de-AT",
			wantStatus: 404,
			wantBody:   `{"status": "error", "errors": [{"no": "E404", "text": "Halle 2 hat kein Fach 7", "trace": "r1"}]}`,
		},
		{
			name:           "an explicit HTTP status",
			path:           "/raise/legacy.acme.v1/TOO_MANY_PICKS",
			wantStatus:     420,
			wantBody:       `{"status": "error", "errors": [{"no": "E429", "text": "Too many picks, come back later", "trace": "r1"}]}`,
			wantRetryAfter: "90",
		},
		{
			name:       "another system's error in its dialect",
			path:       "/raise/legacy.job.v2/EXECUTION_QUEUE_FULL?dialect=legacy.acme.v1",
			wantStatus: 420,
			wantBody:   `{"status": "error", "errors": [{"no": "E429", "text": "Too many picks, come back later", "trace": "r1"}]}`,
		},
		{
			name:       "its error in another dialect",
			path:       "/raise/legacy.acme.v1/BIN_NOT_FOUND?dialect=legacy.apiswitch.v1",
			wantStatus: 404,
			wantBody:   `{"Code":10003,"Message":"未找到相应条目"}`,
		},
		{
			name:       "success",
			path:       "/echo/legacy.acme.v1?text=hi",
			wantStatus: 200,
			wantBody:   `{"status": "ok", "result": {"text":"hi"}}`,
		},
		{
			name:       "panic",
			path:       "/fault/legacy.acme.v1/panic",
			wantStatus: 500,
			wantBody:   `{"status": "error", "errors": [{"no": "E500", "text": "Warehouse on fire", "trace": "r1"}]}`,
		},
		{
			name:       "deadline",
			path:       "/fault/legacy.acme.v1/deadline",
			wantStatus: 500,
			wantBody:   `{"status": "error", "errors": [{"no": "E500", "text": "Warehouse on fire", "trace": "r1"}]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header := servertest.Header{"X-Request-Id": "r1"}
			if tt.language != "" {
				header["X-Acme-Language"] = tt.language
			}
			got := demo.Get(t, tt.path, header)
			if got.Status != tt.wantStatus || got.Body != tt.wantBody {
				t.Errorf("got  %d %s\nwant %d %s", got.Status, got.Body, tt.wantStatus, tt.wantBody)
			}
			if got := got.Header.Get("Retry-After"); got != tt.wantRetryAfter {
				t.Errorf("Retry-After %q, want %q", got, tt.wantRetryAfter)
			}
		})
	}

	_, err = demo.GRPC.Raise(t.Context(), &demov1.RaiseRequest{
		Domain:   "legacy.acme.v1",
		Reason:   "BIN_NOT_FOUND",
		Metadata: map[string]string{"bin": "7", "hall": "2"},
	})
	info, ok := grpcstatus.Convert(err).Details()[0].(*errdetails.ErrorInfo)
	if !ok || info.GetDomain()+"."+info.GetReason() != "legacy.acme.v1.BIN_NOT_FOUND" ||
		info.GetMetadata()[catalog.ErrorInfoLegacyCode] != "E404" {
		t.Errorf("got %v, want the ErrorInfo of legacy.acme.v1.BIN_NOT_FOUND with E404", info)
	}
	e, ok := status.FromErrorIn(cat, err)
	if !ok || e.Code().Number() != 404 || e.MessageIn("de") != "Halle 2 hat kein Fach 7" {
		t.Errorf("FromErrorIn: %v %v %q, want number 404 in German", e, ok, e.MessageIn("de"))
	}
	// A client without the enum can still read the legacy code.
	if e, ok := status.FromError(err); !ok || e.Code() != nil || e.LegacyCode() != "E404" {
		t.Errorf("FromError: %v, %v, want E404 without a code", e, ok)
	}
}
