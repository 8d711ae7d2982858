// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	grpcmetadata "google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/statushttp"
)

// serveOld serves an old backend.
func serveOld(t *testing.T) string {
	t.Helper()
	return servertest.ServeHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		switch r.URL.Path {
		case "/fine":
			_, err = fmt.Fprintf(w, `{"result":true,"code":0,"data":{"id":%q},"message":""}`, r.Header.Get("X-Request-Id"))
		case "/failure":
			_, err = io.WriteString(w, `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在"}`)
		case "/long":
			_, err = io.WriteString(w, strings.Repeat(" ", 2000))
		case "/full":
			const around = `{"result":true,"code":0,"data":"","message":""}`
			_, err = fmt.Fprintf(w, `{"result":true,"code":0,"data":%q,"message":""}`, strings.Repeat("x", 1000-len(around)))
		case "/slow":
			<-r.Context().Done()
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, err = io.WriteString(w, "{")
		}
		if err != nil && r.Context().Err() == nil {
			t.Error(err)
		}
	}), servertest.HTTP1).URL
}

func TestClient(t *testing.T) {
	t.Parallel()
	var log servertest.Log
	codec := newCodec(t, statushttp.WithLogger(log.Logger()))
	old := serveOld(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	expired, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	t.Cleanup(cancel)
	gone, cancelNow := context.WithCancel(t.Context())
	cancelNow()
	withID := func(id string) context.Context {
		return grpcmetadata.NewIncomingContext(t.Context(), grpcmetadata.Pairs("x-request-id", id))
	}
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		url     string
		timeout time.Duration

		wantData string
		wantCode codes.Code
		wantText string
	}{
		{name: "a success", url: old + "/fine", wantData: `{"id":""}`},
		{name: "the request's id", ctx: withID("r-1"), url: old + "/fine", wantData: `{"id":"r-1"}`},
		{name: "an id that is not valid", ctx: withID("r 1"), url: old + "/fine", wantData: `{"id":""}`},
		{name: "a failure", url: old + "/failure", wantCode: codes.NotFound, wantText: "作业 42 不存在"},
		{name: "as long as the limit", url: old + "/full", wantData: `"` + strings.Repeat("x", 953) + `"`},
		{name: "too long", url: old + "/long", wantCode: codes.Internal, wantText: "the response from legacy.job.v2 exceeds the limit of 1000 bytes"},
		{name: "truncated", url: old + "/cut", wantCode: codes.Unavailable, wantText: "legacy.job.v2 cannot be reached"},
		{name: "down", url: "http://" + servertest.ClosedAddress(t) + "/x?token=hunter2", wantCode: codes.Unavailable, wantText: "legacy.job.v2 cannot be reached"},
		{name: "a deadline", ctx: expired, url: old + "/slow", wantCode: codes.DeadlineExceeded, wantText: "legacy.job.v2 cannot be reached"},
		{name: "cancelled", ctx: gone, url: old + "/slow", wantCode: codes.Canceled, wantText: "legacy.job.v2 cannot be reached"},
		{name: "the client's time-out", url: old + "/slow", timeout: 20 * time.Millisecond, wantCode: codes.DeadlineExceeded, wantText: "legacy.job.v2 cannot be reached"},
	} {
		// Not parallel: one deadline for two rows would be too short.
		t.Run(tt.name, func(t *testing.T) {
			ctx := tt.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			client := statushttp.Client{
				Codec: codec, Domain: "legacy.job.v2", MaxBody: 1000,
				HTTP: &http.Client{Transport: transport, Timeout: tt.timeout},
			}
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, tt.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			data, err := client.Do(request)
			if string(data) != tt.wantData || grpcstatus.Code(err) != tt.wantCode || grpcstatus.Convert(err).Message() != tt.wantText {
				t.Errorf("got %s, %v, want %s, %v %s", data, err, tt.wantData, tt.wantCode, tt.wantText)
			}
		})
	}
	if got := log.Take(); strings.Contains(got, "hunter2") || !strings.Contains(got, "path=/x") {
		t.Errorf("logged %s, want paths and no query", got)
	}
}

// TestClientMisused: what is missing is an error, not a panic.
func TestClientMisused(t *testing.T) {
	t.Parallel()
	old := serveOld(t)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, tt := range []struct {
		name   string
		client statushttp.Client
		header http.Header
		want   codes.Code
	}{
		{name: "no codec", client: statushttp.Client{Domain: "legacy.job.v2", HTTP: client}, header: http.Header{}, want: codes.Internal},
		{name: "no domain", client: statushttp.Client{Codec: newCodec(t), HTTP: client}, header: http.Header{}, want: codes.Internal},
		{name: "an unknown domain", client: statushttp.Client{Codec: newCodec(t), Domain: "none", HTTP: client}, header: http.Header{}, want: codes.Internal},
		{name: "no header", client: statushttp.Client{Codec: newCodec(t), Domain: "legacy.job.v2", HTTP: client}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := grpcmetadata.NewIncomingContext(t.Context(), grpcmetadata.Pairs("x-request-id", "r-1"))
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, old+"/fine", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = tt.header
			if _, err := tt.client.Do(request); grpcstatus.Code(err) != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

var errOld = errors.New("pq: password hunter2")
