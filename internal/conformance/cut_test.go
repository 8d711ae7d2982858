// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/gateway"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// A longBackend raises a code with the argument that it is given.
type longBackend struct {
	demov1.UnimplementedDemoServiceServer
}

func (longBackend) Raise(_ context.Context, r *demov1.RaiseRequest) (*demov1.RaiseResponse, error) {
	return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", r.GetMetadata()["job_id"])
}

// TestLongTexts: a text that is too long for a status is cut once, gracefully: the
// argument has the same prefix in metadata, message and envelope, and the more room
// there is the longer it is.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	codec, err := statushttp.New(statushttp.WithDefaultDomain("legacy.job.v2"), statushttp.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	address := servertest.ServeGRPC(t, longBackend{}, status.ServerOptions(status.WithLogger(quiet))...)
	client := demov1.NewDemoServiceClient(servertest.Dial(t, address))
	server := servertest.ServeHTTP(t, servertest.NewMux(t, gateway.New(codec), address), servertest.HTTP1)
	for _, letter := range []string{"x", "作", "é", "%", "\""} {
		last := ""
		for n := 50; n <= 2000; n += 50 {
			argument := strings.Repeat(letter, n)
			_, err := client.Raise(t.Context(), &demov1.RaiseRequest{Metadata: map[string]string{"job_id": argument}})
			e, ok := status.FromError(err)
			if !ok {
				t.Fatalf("%d %s: %v", n, letter, err)
			}
			got, _ := e.MetadataValue("job_id")
			if whole := got == argument; !whole && !strings.HasSuffix(got, "…") || !strings.HasPrefix(argument, strings.TrimSuffix(got, "…")) {
				t.Fatalf("%d %s: %q is not a prefix", n, letter, got)
			}
			if want := "作业 " + got + " 不存在"; e.Message() != want {
				t.Errorf("%d %s: message %q, want %q", n, letter, e.Message(), want)
			}
			if len(got) < len(last) {
				t.Errorf("%d %s: %d bytes arrive, and %d of a shorter text", n, letter, len(got), len(last))
			}
			last = got
			body := server.Get(t, "/raise/d/r?metadata[job_id]="+url.QueryEscape(argument), nil).Body
			read, ok := readFailure(mustSystem(t, "legacy.job.v2"), body)
			if !ok || !strings.HasPrefix(e.Message(), strings.TrimSuffix(read.message, "… 不存在")) {
				t.Errorf("%d %s: envelope %.100s, want the prefix of %q", n, letter, body, e.Message())
			}
		}
		if len(last) < 200 {
			t.Errorf("%s: only %d bytes of 2000 characters arrive", letter, len(last))
		}
	}
}
