// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Check returns an error if errors of a mux do not reach the gateway: an option that
// comes after [Gateway.MuxOptions] has replaced a handler, or they are missing. The
// error names each option, and says what to write instead.
//
// It calls the mux's three error handlers once, with an empty request. A handler that
// calls the gateway's handler for some requests only may be refused although it is
// right: do not check such a mux.
func (g *Gateway) Check(mux *runtime.ServeMux) error {
	var errs []error
	for _, handler := range []struct {
		option string
		call   func(ctx context.Context, r *http.Request)
	}{
		{"ErrorHandler", func(ctx context.Context, r *http.Request) {
			_, marshaler := runtime.MarshalerForRequest(mux, r)
			runtime.HTTPError(ctx, mux, marshaler, headerOnly{http.Header{}}, r, errChecked)
		}},
		{"StreamErrorHandler", func(ctx context.Context, r *http.Request) {
			_, marshaler := runtime.MarshalerForRequest(mux, r)
			fail := func() (proto.Message, error) { return nil, errChecked }
			ctx = runtime.NewServerMetadataContext(ctx, runtime.ServerMetadata{})
			runtime.ForwardResponseStream(ctx, mux, marshaler, headerOnly{http.Header{}}, r, fail)
		}},
		{"RoutingErrorHandler", func(_ context.Context, r *http.Request) {
			mux.ServeHTTP(headerOnly{http.Header{}}, r) // no path has no route
		}},
	} {
		c := check{gateway: g, option: handler.option}
		ctx := context.WithValue(context.Background(), checkKey{}, &c)
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{}, Header: http.Header{}, Body: http.NoBody}
		handler.call(ctx, r.WithContext(ctx))
		if !c.reached {
			errs = append(errs, errors.New("gateway: runtime.With"+handler.option+
				" replaces the gateway's handler, or MuxOptions are missing: give your handler to gateway.With"+handler.option+" instead"))
		}
	}
	return errors.Join(errs...)
}

var errChecked = grpcstatus.Error(codes.Internal, "statusmap checks the error handlers")

// A check notes whether a handler of its gateway was called.
type check struct {
	gateway *Gateway
	option  string // the handler's
	reached bool
}

type checkKey struct{}

// checked reports whether the call of a handler is only [Gateway.Check]'s.
func (g *Gateway) checked(ctx context.Context, option string) bool {
	c, ok := ctx.Value(checkKey{}).(*check)
	if ok && c.gateway == g && c.option == option {
		c.reached = true
	}
	return ok
}
