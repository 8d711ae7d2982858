// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"testing"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/statushttp"
)

// TestOpenFGA compares the answers of testdata/openfga with those of OpenFGA's server.
func TestOpenFGA(t *testing.T) {
	t.Parallel()
	var facts struct {
		Answers []answer
		// Replaced are statuses without a code of OpenFGA.
		Replaced []struct {
			GRPCCode   codes.Code `json:"grpc_code"`
			Text       string
			Reason     string
			HTTPStatus int `json:"http_status"`
			Body       string
		}
	}
	readAnswers(t, "testdata/openfga/answers.json", &facts)
	cat, system := compileSystem(t, "testdata/openfga/openfga.proto")
	codec := newCodec(t, cat)

	answered := make(map[string]bool)
	for _, a := range facts.Answers {
		answered[a.Reason] = true
		t.Run(a.Reason, func(t *testing.T) {
			got := codec.Failure(t.Context(), &statushttp.Request{Domain: system.Domain()}, raise(t, cat, a))
			wantResponse(t, got, a.HTTPStatus, a.Body)
			if got := got.Header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type %q, want application/json", got)
			}
			wantReadBack(t, cat, codec, a, a.Body)

			got = codec.Failure(t.Context(), &statushttp.Request{Domain: system.Domain(), Streaming: true}, raise(t, cat, a))
			if string(got.Body) != a.Stream {
				t.Errorf("the last chunk is %s, want %s", got.Body, a.Stream)
			}
		})
	}
	codesOfSystem := system.Codes()
	if len(codesOfSystem) != 71 {
		t.Errorf("the system has %d codes, want 71", len(codesOfSystem))
	}
	for _, code := range codesOfSystem {
		if !answered[code.Reason()] {
			t.Errorf("answers.json has no answer for %s", code.Reason())
		}
	}

	for _, r := range facts.Replaced {
		t.Run("replaced "+r.GRPCCode.String(), func(t *testing.T) {
			err := grpcstatus.Error(r.GRPCCode, r.Text)
			got := codec.Failure(t.Context(), &statushttp.Request{Domain: system.Domain()}, err)
			wantResponse(t, got, r.HTTPStatus, r.Body)
		})
	}
}
