// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/statusmap/statusmap/gateway"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/statushttp"
)

// TestCheck: a mux whose errors do not reach the gateway is refused before it serves.
func TestCheck(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.job.v2"))
	gw := gateway.New(codec)
	errorHandler := runtime.WithErrorHandler(runtime.DefaultHTTPErrorHandler)
	streamErrorHandler := runtime.WithStreamErrorHandler(runtime.DefaultStreamErrorHandler)
	routingErrorHandler := runtime.WithRoutingErrorHandler(runtime.DefaultRoutingErrorHandler)
	callsOurs := func(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
		w.Header().Set("X-Own", "yes")
		gw.ErrorHandler(ctx, mux, m, w, r, err)
	}
	for name, tt := range map[string]struct {
		before, after []runtime.ServeMuxOption
		without       bool
		want          []string
	}{
		"ours alone":            {},
		"theirs before ours":    {before: []runtime.ServeMuxOption{errorHandler, streamErrorHandler, routingErrorHandler}},
		"theirs calls ours":     {after: []runtime.ServeMuxOption{runtime.WithErrorHandler(callsOurs)}},
		"ErrorHandler":          {after: []runtime.ServeMuxOption{errorHandler}, want: []string{"WithErrorHandler"}},
		"StreamErrorHandler":    {after: []runtime.ServeMuxOption{streamErrorHandler}, want: []string{"WithStreamErrorHandler"}},
		"RoutingErrorHandler":   {after: []runtime.ServeMuxOption{routingErrorHandler}, want: []string{"WithRoutingErrorHandler"}},
		"two":                   {after: []runtime.ServeMuxOption{errorHandler, routingErrorHandler}, want: []string{"WithErrorHandler", "WithRoutingErrorHandler"}},
		"without ours":          {without: true, want: []string{"WithErrorHandler", "WithStreamErrorHandler", "WithRoutingErrorHandler"}},
		"another gateway's":     {after: gateway.New(codec).MuxOptions(), want: []string{"WithErrorHandler", "WithStreamErrorHandler", "WithRoutingErrorHandler"}},
		"a marshaler of theirs": {after: []runtime.ServeMuxOption{runtime.WithMarshalerOption(runtime.MIMEWildcard, &runtime.JSONBuiltin{})}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := tt.before
			if !tt.without {
				opts = append(opts, gw.MuxOptions()...)
			}
			err := gw.Check(runtime.NewServeMux(append(opts, tt.after...)...))
			var got []string
			if err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			for i, option := range tt.want {
				if !strings.HasPrefix(got[i], "gateway: runtime."+option+" ") || !strings.HasSuffix(got[i], "to gateway."+option+" instead") {
					t.Errorf("got %q, want one about %s", got[i], option)
				}
			}
		})
	}
}

// TestOthersAnswers: a failure that is answered without the envelope is logged, if the
// request has a dialect.
func TestOthersAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		own  []runtime.ServeMuxOption
		path string
		want bool
	}{
		"their error handler":                {own: []runtime.ServeMuxOption{runtime.WithErrorHandler(runtime.DefaultHTTPErrorHandler)}, path: "/raise/d/gone", want: true},
		"their error handler, no dialect":    {own: []runtime.ServeMuxOption{runtime.WithErrorHandler(runtime.DefaultHTTPErrorHandler)}, path: "/raise/plain/gone"},
		"their error handler, a success":     {own: []runtime.ServeMuxOption{runtime.WithErrorHandler(runtime.DefaultHTTPErrorHandler)}, path: "/raise/d/fine"},
		"their stream error handler":         {own: []runtime.ServeMuxOption{runtime.WithStreamErrorHandler(runtime.DefaultStreamErrorHandler)}, path: "/stream/d/r", want: true},
		"ours":                               {path: "/raise/d/gone"},
		"ours, stream":                       {path: "/stream/d/r"},
		"a handler that is not an RPC":       {path: "/own/page"},
		"an error of one that is not an RPC": {path: "/own/error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log servertest.Log
			gw := gateway.New(newCodec(t, statushttp.WithDefaultDomain("legacy.job.v2"),
				statushttp.WithRoute("/raise/plain", ""), statushttp.WithLogger(log.Logger())))
			server := serveExisting(t, append(gw.MuxOptions(), tt.own...), servertest.ServeGRPC(t, existingBackend{}))
			server.Get(t, tt.path, nil)
			if got := log.Take(); strings.Contains(got, "without the envelope") != tt.want {
				t.Errorf("logged %q, want the warning: %v", got, tt.want)
			}
		})
	}
}
