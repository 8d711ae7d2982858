// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// MuxOptions returns the options for runtime.NewServeMux that make a mux answer
// through the gateway. Put them before others: middlewares that come after them run
// inside, so that their panics have an exit too.
//
// Your own error handlers go to [WithErrorHandler] and its siblings, or call
// [Gateway.ErrorHandler] and its siblings themselves; [Gateway.Check] finds those that
// do neither. Your own marshalers, matchers, metadata annotators and rewriters work in
// either order.
func (g *Gateway) MuxOptions() []runtime.ServeMuxOption {
	return []runtime.ServeMuxOption{
		runtime.WithMiddlewares(g.Middleware),
		runtime.WithMetadata(g.annotate),
		runtime.WithForwardResponseOption(g.forwardResponse),
		runtime.WithErrorHandler(g.ErrorHandler),
		runtime.WithStreamErrorHandler(g.StreamErrorHandler),
		runtime.WithRoutingErrorHandler(g.RoutingErrorHandler),
	}
}

// Middleware is the middleware among [Gateway.MuxOptions]. It runs once a route is
// found.
func (g *Gateway) Middleware(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, pathParams map[string]string) {
		if p, ok := r.Context().Value(probeKey{}).(*probe); ok {
			p.found = true
			return
		}
		q := g.codec.Request(r)
		if !g.codec.MayAnswer(&q) {
			next(w, r, pathParams)
			return
		}
		x := &exchange{ResponseWriter: w, gateway: g, request: q, context: r.Context(), routed: true}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &requestBody{ReadCloser: r.Body, exchange: x, contentType: r.Header.Get("Content-Type"), length: r.ContentLength}
		}
		defer x.recover()
		next(x, r, pathParams)
	}
}

// annotate notes which RPC a request is, and sends the request's id along.
func (g *Gateway) annotate(ctx context.Context, _ *http.Request) metadata.MD {
	x := exchangeOf(ctx)
	if x == nil {
		return nil
	}
	x.request.RPC, _ = runtime.RPCMethod(ctx)
	if !x.inDialect() {
		return nil
	}
	return metadata.MD{status.RequestIDKey: []string{x.requestID()}}
}

// forwardResponse runs before each message is written: with nil, when a stream starts.
func (g *Gateway) forwardResponse(ctx context.Context, w http.ResponseWriter, response proto.Message) error {
	md, ok := runtime.ServerMetadataFromContext(ctx)
	if ok {
		hideInternal(w.Header(), md)
	}
	x := exchangeOf(ctx)
	if x == nil {
		return nil
	}
	x.handlerWriter = w
	switch _, raw := response.(*httpbody.HttpBody); {
	case response == nil:
		x.streaming = true
	case !x.streaming && !raw:
		x.succeed(md)
	}
	return nil
}

// ErrorHandler answers errors of unary RPCs, and of requests that never became one. It
// is a runtime.ErrorHandlerFunc. Errors of handlers that are not RPCs
// (runtime.ServeMux.HandlePath, health checks) are plain: these answer for themselves.
func (g *Gateway) ErrorHandler(ctx context.Context, mux *runtime.ServeMux, marshaler runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	if g.checked(ctx, "ErrorHandler") {
		return
	}
	x := exchangeOf(ctx)
	if x == nil { // no route was found
		x = &exchange{ResponseWriter: w, gateway: g, request: g.codec.Request(r), context: r.Context()}
	}
	if rpc, ok := runtime.RPCMethod(ctx); ok {
		x.request.RPC = rpc
	}
	if x.ownHandler(r, err) || !g.codec.MayAnswer(&x.request) || !x.fail(ctx, mux, marshaler, w, r, err) {
		if md, ok := runtime.ServerMetadataFromContext(ctx); ok {
			ctx = runtime.NewServerMetadataContext(ctx, withoutKeys(md, isStatusmapKey))
		}
		x.failed = true // what follows is not a success
		g.errorHandler(ctx, mux, marshaler, w, r, err)
	}
}

// StreamErrorHandler answers errors of streams. It is a runtime.StreamErrorHandlerFunc.
// In a dialect it writes the envelope itself; what it returns is then not written.
func (g *Gateway) StreamErrorHandler(ctx context.Context, err error) *grpcstatus.Status {
	if g.checked(ctx, "StreamErrorHandler") {
		return grpcstatus.New(codes.Internal, "")
	}
	if x := exchangeOf(ctx); x != nil && x.handlerWriter != nil && x.fail(ctx, nil, nil, x.handlerWriter, nil, err) {
		if x.handlerWriter != http.ResponseWriter(x) {
			return unmarshalable() // a writer is in between: it must not be given more
		}
		x.swallow = true
		return grpcstatus.New(codes.Internal, "")
	}
	return g.streamErrorHandler(ctx, err)
}

// RoutingErrorHandler answers requests that have no route: 404, 405, and 400 for a
// path that can't be parsed. It is a runtime.RoutingErrorHandlerFunc.
func (g *Gateway) RoutingErrorHandler(ctx context.Context, mux *runtime.ServeMux, marshaler runtime.Marshaler, w http.ResponseWriter, r *http.Request, httpStatus int) {
	if r.Context().Value(probeKey{}) != nil || g.checked(r.Context(), "RoutingErrorHandler") {
		return
	}
	q := g.codec.Request(r)
	if g.codec.Dialect(&q) == nil {
		g.routingErrorHandler(ctx, mux, marshaler, w, r, httpStatus)
		return
	}
	if httpStatus == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", strings.Join(allowedMethods(mux, r), ", "))
	}
	g.ErrorHandler(ctx, mux, marshaler, w, r, &runtime.HTTPStatusError{
		HTTPStatus: httpStatus,
		Err:        grpcstatus.Error(statushttp.GRPCCode(httpStatus), http.StatusText(httpStatus)),
	})
}

// A probe asks whether a path has a method.
type probe struct{ found bool }

type probeKey struct{}

// allowedMethods returns the methods that a path has, for the header Allow of a 405
// (RFC 9110 section 15.5.6). The mux does not tell; so a request is sent into it for
// each, and stopped by the middleware.
func allowedMethods(mux *runtime.ServeMux, r *http.Request) []string {
	var allowed []string
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions,
	} {
		var p probe
		ask := &http.Request{Method: method, URL: r.URL, Header: http.Header{}, Body: http.NoBody, Host: r.Host}
		mux.ServeHTTP(headerOnly{}, ask.WithContext(context.WithValue(r.Context(), probeKey{}, &p)))
		if p.found {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// headerOnly is a response of which only the header counts.
type headerOnly struct{ header http.Header }

func (w headerOnly) Header() http.Header {
	if w.header == nil {
		return http.Header{}
	}
	return w.header
}
func (headerOnly) Write(b []byte) (int, error) { return len(b), nil }
func (headerOnly) WriteHeader(int)             {}

// httpStatusError returns the status that err asks for, and what it wraps.
func httpStatusError(err error) (int, error) {
	switch err.(type) { //nolint:errorlint // As allocates, and most errors are received ones, which wrap nothing
	case *runtime.HTTPStatusError, interface{ Unwrap() error }, interface{ Unwrap() []error }:
		var e *runtime.HTTPStatusError
		if errors.As(err, &e) && e != nil {
			if e.Err != nil {
				err = e.Err
			}
			return e.HTTPStatus, err
		}
	}
	return 0, err
}

func isStatusmapKey(key string) bool { return strings.HasPrefix(key, wire.KeyPrefix) }

// isInternalKey reports whether metadata are between gateway and backend: gRPC's own,
// among them the details that an envelope leaves out, and statusmap's.
func isInternalKey(key string) bool {
	return strings.HasPrefix(key, "grpc-") || isStatusmapKey(key) || key == status.RequestIDKey || key == "content-type"
}

// withoutKeys returns md without the keys that drop reports.
func withoutKeys(md runtime.ServerMetadata, drop func(key string) bool) runtime.ServerMetadata {
	return runtime.ServerMetadata{HeaderMD: without(md.HeaderMD, drop), TrailerMD: without(md.TrailerMD, drop)}
}

func without(md metadata.MD, drop func(key string) bool) metadata.MD {
	var kept metadata.MD
	for key, values := range md {
		if !drop(key) {
			if kept == nil {
				kept = metadata.MD{}
			}
			kept[key] = values
		}
	}
	return kept
}

// hideInternal takes statusmap's metadata out of a header to which all were added,
// under every name that the mux gives them.
func hideInternal(header http.Header, md runtime.ServerMetadata) {
	for key := range md.HeaderMD {
		if !isStatusmapKey(key) {
			continue
		}
		for name := range header {
			if len(name) >= len(key) && strings.EqualFold(name[len(name)-len(key):], key) {
				delete(header, name)
			}
		}
	}
}
