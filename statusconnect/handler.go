// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/statushttp"
)

// An Option changes what [Handler] does.
type Option interface{ apply(*handler) }

type optionFunc func(*handler)

func (f optionFunc) apply(h *handler) { f(h) }

// WithMaxBody limits the body of a request with a dialect to n bytes; a longer one is
// answered with 413. 0 is no limit. Default: 4 MiB, as grpc-go limits messages.
func WithMaxBody(n int64) Option {
	return optionFunc(func(h *handler) { h.maxBody = n })
}

// WithMarshalOptions writes the responses of RPCs that a request with a dialect calls by
// name. Those behind a REST path are written by what routes it, for example vanguard.
// Default: EmitUnpopulated, as grpc-gateway writes them.
func WithMarshalOptions(options protojson.MarshalOptions) Option {
	return optionFunc(func(h *handler) { h.marshal = options })
}

const defaultMaxBody = 4 << 20

// Handler returns a handler that answers unary RPCs of next as a legacy system does: in
// its envelope, with its HTTP status. next is a mux of connect-go's handlers, a vanguard
// transcoder, or a proxy in front of them:
//
//	http.ListenAndServe(address, statusconnect.Handler(codec, mux))
//
// A request is answered in the dialect that [statushttp.Codec.Dialect] says: WithDialect,
// the longest WithRoute, the option of the method, that of its service, WithDefaultDomain.
// Old clients send JSON to a REST path, or POST it to /package.Service/Method.
//
// Requests of Connect, gRPC and gRPC-Web clients are passed on as they are, also if their
// method has a dialect, and so are those without a dialect. They are told by their
// Content-Type and by Connect-Protocol-Version, which Connect clients send. Old clients
// must not send that header.
//
// In a dialect
//
//   - the errors of RPCs have the envelope, also those that connect-go or vanguard find
//     before a handler is called;
//   - 404, 405 and 415 have it on every path. Other answers of handlers that are not RPCs
//     are their own;
//   - a JSON response of an RPC has the success envelope, if the system has one;
//   - a body without a Content-Type, or one that is called a form, is read as JSON:
//     curl -d calls it so. No body is an empty message;
//   - responses are not compressed. Put a middleware that compresses around the handler.
//
// The handlers of next need the [Interceptor]. Without it, a service in another process has
// to send statuses with an ErrorInfo.
func Handler(codec *statushttp.Codec, next http.Handler, opts ...Option) http.Handler {
	h := &handler{
		codec:   codec,
		next:    next,
		maxBody: defaultMaxBody,
		marshal: protojson.MarshalOptions{EmitUnpopulated: true},
	}
	for _, o := range opts {
		if o != nil {
			o.apply(h)
		}
	}
	return h
}

type handler struct {
	codec   *statushttp.Codec
	next    http.Handler
	maxBody int64
	marshal protojson.MarshalOptions
}

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if x := exchangeOf(r.Context()); x != nil { // another Handler is around
		if methodOf(r.URL.Path) != nil {
			x.setRPC(r.URL.Path, r.Header)
		}
		h.next.ServeHTTP(w, r)
		return
	}
	if isRPC(r) {
		h.next.ServeHTTP(w, r)
		return
	}
	q := h.codec.Request(r)
	if methodOf(r.URL.Path) != nil {
		q.RPC = r.URL.Path
	}
	if !h.codec.MayAnswer(&q) {
		h.next.ServeHTTP(w, r)
		return
	}
	x := &exchange{ResponseWriter: w, handler: h, path: r.URL.Path, request: q}
	defer x.recover(r.Context())
	h.next.ServeHTTP(x, x.inner(r))
	x.finish(r.Context())
}

// inner returns the request as next gets it.
func (x *exchange) inner(r *http.Request) *http.Request {
	inner := r.Clone(context.WithValue(r.Context(), exchangeKey{}, x))
	known := x.handler.codec.Dialect(&x.request) != nil
	if known || x.request.RPC == "" {
		// The answer may be put into an envelope, which is not compressed.
		delete(inner.Header, "Accept-Encoding")
	}
	if !known {
		return inner
	}
	x.announce(inner.Header)
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return inner
	}
	switch {
	case inner.Body != nil && inner.Body != http.NoBody:
		inner.Body = x.limited(inner)
	case x.request.RPC != "":
		inner.Body, inner.ContentLength = io.NopCloser(strings.NewReader("{}")), 2 // as grpc-gateway reads it
	default:
		return inner
	}
	if isLikeJSON(inner.Header.Get("Content-Type")) {
		inner.Header["Content-Type"] = []string{"application/json"}
	}
	if x.request.RPC != "" {
		inner.Header["Connect-Protocol-Version"] = []string{"1"} // else vanguard takes it for REST
	}
	return inner
}

// isRPC reports whether a request is one of a Connect, gRPC or gRPC-Web client, or a
// browser's question whether it may send one.
func isRPC(r *http.Request) bool {
	contentType := r.Header.Get("Content-Type")
	for _, prefix := range [...]string{"application/grpc", "application/connect+", "application/proto"} {
		if strings.HasPrefix(contentType, prefix) {
			return true
		}
	}
	switch {
	case len(r.Header["Connect-Protocol-Version"]) > 0:
		return true
	case r.Method == http.MethodGet:
		return strings.Contains(r.URL.RawQuery, "connect=v1") && r.URL.Query().Get("connect") == "v1"
	case r.Method == http.MethodOptions:
		return len(r.Header["Access-Control-Request-Method"]) > 0
	default:
		return false
	}
}

// isLikeJSON reports whether a body with a Content-Type is read as JSON.
func isLikeJSON(contentType string) bool {
	if contentType == "" || contentType == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == "application/json" || mediaType == "application/x-www-form-urlencoded" || strings.HasSuffix(mediaType, "+json"))
}

// isJSON reports whether a response is JSON.
func isJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasPrefix(contentType, "application/json;")
}

// methodOf returns the descriptor of the method of a path as in "/package.Service/Method";
// nil if it is not linked into the program.
func methodOf(path string) protoreflect.MethodDescriptor {
	service, method, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !ok || strings.Contains(method, "/") || strings.Contains(method, ".") {
		return nil
	}
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service + "." + method))
	if err != nil {
		return nil
	}
	m, _ := d.(protoreflect.MethodDescriptor)
	return m
}
