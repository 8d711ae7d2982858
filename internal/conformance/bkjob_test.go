// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"net/http"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/statushttp"
)

// TestBKJob compares the answers of testdata/bkjob with those of BlueKing Job.
func TestBKJob(t *testing.T) {
	t.Parallel()
	var facts struct {
		RequestID string `json:"request_id"`
		Answers   []answer
		Success   struct{ Reason, Data, Body string }
	}
	readAnswers(t, "testdata/bkjob/answers.json", &facts)
	cat, system := compileSystem(t, "testdata/bkjob/bkjob.proto")
	codec := newCodec(t, cat)

	answered := map[string]bool{facts.Success.Reason: true}
	for _, a := range facts.Answers {
		name := a.Reason
		if a.Args["permission"] != "" {
			name += " with permission"
		}
		answered[a.Reason] = true
		t.Run(name, func(t *testing.T) {
			request := statushttp.Request{Domain: system.Domain(), RequestID: facts.RequestID}
			got := codec.Failure(t.Context(), &request, raise(t, cat, a))
			wantResponse(t, got, a.HTTPStatus, a.Body)
			if got := got.Header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type %q, want application/json", got)
			}
			wantReadBack(t, cat, codec, a, a.Body)
			if a.BodyEN == "" {
				return
			}
			request.Header = http.Header{"Blueking-Language": {"en"}}
			got = codec.Failure(t.Context(), &request, raise(t, cat, a))
			wantResponse(t, got, a.HTTPStatus, a.BodyEN)
			wantReadBack(t, cat, codec, a, a.BodyEN)
		})
	}
	codesOfSystem := system.Codes()
	if len(codesOfSystem) != 220 {
		t.Errorf("the system has %d codes, want 220", len(codesOfSystem))
	}
	for _, code := range codesOfSystem {
		if !answered[code.Reason()] {
			t.Errorf("answers.json has no answer for %s", code.Reason())
		}
	}
	if code, ok := cat.Lookup(system.Domain(), facts.Success.Reason); !ok || code.GRPCCode() != codes.OK {
		t.Errorf("%s is not a success code", facts.Success.Reason)
	}
	data, err := codec.Decode(system.Domain(), statushttp.Response{HTTPStatus: 200, Body: []byte(facts.Success.Body)})
	if err != nil || string(data) != facts.Success.Data {
		t.Errorf("Decode(%s) = %s, %v, want %s", facts.Success.Body, data, err, facts.Success.Data)
	}
}
