// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	kratos "github.com/go-kratos/kratos/v2/errors"
	"github.com/googleapis/gax-go/v2/apierror"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
)

// These tests check that all sides of a comparison do the same work.

func builder(t *testing.T, name string) error {
	t.Helper()
	for _, b := range builders {
		if b.name == name {
			return b.err()
		}
	}
	t.Fatalf("no builder %s", name)
	return nil
}

// TestSameStatus: our bytes parse to the very message that grpc-go makes.
func TestSameStatus(t *testing.T) {
	for ours, theirs := range map[string]string{
		"statusmap/args=0":      "grpc-go/args=0",
		"statusmap/args=2":      "grpc-go/args=2",
		"statusmap_wrap/args=2": "grpc-go/args=2",
	} {
		got, want := grpcstatus.Convert(builder(t, ours)), grpcstatus.Convert(builder(t, theirs))
		if got.Code() != want.Code() || got.Message() != want.Message() || !proto.Equal(details(got.Err()), details(want.Err())) {
			t.Errorf("%s makes %v, %s makes %v", ours, got.Proto(), theirs, want.Proto())
		}
		if n := len(got.Proto().GetDetails()); n != 1 {
			t.Errorf("%s has %d details", ours, n)
		}
		// And so it is behind the wire.
		overWire := grpcstatus.Convert(received(t, got.Err()))
		if !proto.Equal(overWire.Proto(), got.Proto()) {
			t.Errorf("%s is received as %v", ours, overWire.Proto())
		}
	}
}

func TestPeersSayTheSame(t *testing.T) {
	arguments := map[string]string{"task": task, "status": state}
	for _, b := range builders {
		st := grpcstatus.Convert(b.err())
		info := details(st.Err())
		wantReason, wantMessage := reason, message
		if strings.HasSuffix(b.name, "args=0") {
			wantReason, wantMessage = plainReason, plainMessage
		}
		if info.GetReason() != wantReason || st.Message() != wantMessage {
			t.Errorf("%s says %s, %q", b.name, info.GetReason(), st.Message())
		}
		for name, value := range arguments {
			if got, ok := info.GetMetadata()[name]; strings.HasSuffix(b.name, "args=2") && (!ok || got != value) {
				t.Errorf("%s has %s=%q", b.name, name, got)
			}
		}
	}
	if info := connectDetails(buildConnect()); info.GetReason() != reason || !maps.Equal(info.GetMetadata(), arguments) {
		t.Errorf("connect says %v", info)
	}
}

func TestReadersFindTheReason(t *testing.T) {
	err := received(t, buildTwo())
	e, ok := status.FromError(err)
	if !ok || e.Reason() != reason || e.Domain() != domain || e.LegacyCode() != legacy || e.Message() != message {
		t.Errorf("FromError gives %v", e)
	}
	if task, _ := e.MetadataValue("task"); task != "42" {
		t.Errorf("task is %q", task)
	}
	if !status.Is(err, jobv2.Code_TASK_STATUS_CONFLICT) || status.Is(err, jobv2.Code_JOB_NOT_FOUND) {
		t.Error("Is is wrong")
	}
	if code, ok := status.As[jobv2.Code](err); !ok || code != jobv2.Code_TASK_STATUS_CONFLICT {
		t.Errorf("As gives %v", code)
	}
	gax, ok := apierror.FromError(err)
	if !ok || gax.Reason() != reason || kratos.FromError(err).Reason != reason ||
		details(err).GetReason() != reason || connectDetails(receivedConnect(t)).GetReason() != reason {
		t.Error("a peer does not find the reason")
	}
}

// TestRenderings: each handler writes a whole answer.
func TestRenderings(t *testing.T) {
	writer := newDiscard()
	for _, r := range renderings(t, writer) {
		w := httptest.NewRecorder()
		_, marshaler := runtime.MarshalerForRequest(r.mux, r.r)
		runtime.HTTPError(r.ctx, r.mux, marshaler, w, r.r, r.err)
		var body struct {
			Code      int    `json:"code"`
			Message   string `json:"message"`
			RequestID string `json:"request_id"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Errorf("%s: %v in %s", r.name, err, w.Body)
		}
		want, wantCode := message, 1239701
		if strings.HasSuffix(r.name, "args=0") {
			want, wantCode = plainMessage, 1252001
		}
		if body.Message != want {
			t.Errorf("%s says %q", r.name, body.Message)
		}
		if strings.HasPrefix(r.name, "Default") {
			if !strings.Contains(w.Body.String(), `"@type"`) {
				t.Errorf("%s has no details: %s", r.name, w.Body)
			}
			continue
		}
		if body.Code != wantCode || body.RequestID != requestID || w.Code != http.StatusOK ||
			w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: %d %v %s", r.name, w.Code, w.Header(), w.Body)
		}
	}
	w := httptest.NewRecorder()
	floor(w, message)
	if !json.Valid(w.Body.Bytes()) || !bytes.Contains(w.Body.Bytes(), []byte(message)) {
		t.Errorf("the floor writes %s", w.Body)
	}
}

func TestExits(t *testing.T) {
	for _, withID := range []bool{false, true} {
		s := newStack(t)
		get := web(t, s, withID)
		for _, e := range exits(t, s, withID) {
			e.use(s)
			for range 2 {
				code, body := get()
				// protojson may put a space after a comma.
				got := strings.ReplaceAll(string(body), ", ", ",")
				if code != e.status || !json.Valid(body) || !strings.HasPrefix(got, strings.ReplaceAll(e.body, ", ", ",")) {
					t.Errorf("%s answers %d %s", e.name, code, body)
				}
			}
		}
	}
}
