// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect

import (
	"context"
	"errors"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/panics"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// Interceptor returns an interceptor that gives every error of a handler its final form,
// as [status.UnaryServerInterceptor] does for gRPC and with the same options:
//
//	connect.WithInterceptors(statusconnect.Interceptor(), …)
//
// It goes first, so that it sees what the others return. It is for unary handlers and for
// streams. In clients it does nothing.
//
//   - A legacy error keeps its code, also inside a *connect.Error; what wraps it goes to the
//     log. The Meta of a *connect.Error is sent, unless a server sent that error.
//   - A *connect.Error without a legacy code is a plain status. If the RPC has a system, it
//     gets the fallback code and its text. If not, its own text is sent, which is that of
//     the error inside.
//   - A panic becomes the internal error that any other Go error becomes; its text and stack
//     go to the log. [http.ErrAbortHandler] stays a panic.
//   - [connect.NewNotModifiedError] stays as it is.
//
// In handlers, [status.SetSuccess] and [status.SetHTTPStatus] work as in gRPC.
//
// connect-go reads a unary request before it calls an interceptor. The errors of a request
// that it can't read are its own; [Handler] replaces them for old clients.
func Interceptor(opts ...status.Option) connect.Interceptor {
	return &interceptor{status.UnaryServerInterceptor(opts...)}
}

type interceptor struct {
	finish grpc.UnaryServerInterceptor
}

// WrapStreamingClient returns next.
func (i *interceptor) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapUnary gives the errors of a unary handler their final form.
func (i *interceptor) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if request.Spec().IsClient {
			return next(ctx, request)
		}
		c := newCall(ctx, request.Spec().Procedure, request.Header())
		var response connect.AnyResponse
		err := protect(func() (err error) {
			response, err = next(c.context, request)
			return err
		})
		if request.HTTPMethod() == http.MethodGet && connect.IsNotModifiedError(err) {
			return nil, err
		}
		if err != nil {
			return nil, i.final(c, request.Any(), err)
		}
		c.headers.mergeInto(response.Header(), response.Trailer())
		if m, ok := response.Any().(proto.Message); ok {
			c.exchange.succeeded(m)
		}
		return response, nil
	}
}

// WrapStreamingHandler gives the errors of a stream their final form.
func (i *interceptor) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		c := newCall(ctx, conn.Spec().Procedure, conn.RequestHeader())
		s := &stream{StreamingHandlerConn: conn, headers: &c.headers}
		err := protect(func() error { return next(c.context, s) })
		if err != nil {
			return i.final(c, s.last, err)
		}
		c.headers.mergeInto(conn.ResponseHeader(), conn.ResponseTrailer())
		return nil
	}
}

// protect calls a handler, and returns its panic as an error.
func protect(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
				panic(p)
			}
			err = panics.New(p)
		}
	}()
	return call()
}

// A call is one RPC.
type call struct {
	context   context.Context //nolint:containedctx // the handler's
	procedure string
	headers   headers
	exchange  *exchange // nil if no [Handler] is around
}

// newCall returns a call. Package status reads the id of the request and the caller's
// language from gRPC's metadata, and says which success code an RPC has in gRPC's headers;
// so the context has both.
func newCall(ctx context.Context, procedure string, header http.Header) *call {
	c := &call{procedure: procedure, exchange: exchangeOf(ctx)}
	c.exchange.setRPC(procedure, header)
	c.headers.method = procedure
	ctx = grpc.NewContextWithServerTransportStream(ctx, &c.headers)
	var md metadata.MD
	for _, key := range [...]struct{ name, header string }{
		{status.RequestIDKey, statushttp.RequestIDHeader},
		{"accept-language", "Accept-Language"},
		{"grpcgateway-accept-language", "Grpcgateway-Accept-Language"},
	} {
		if values := header[key.header]; len(values) > 0 {
			if md == nil {
				md = metadata.MD{}
			}
			md[key.name] = values
		}
	}
	if md != nil {
		if received, ok := metadata.FromIncomingContext(ctx); ok {
			md = metadata.Join(received, md)
		}
		ctx = metadata.NewIncomingContext(ctx, md)
	}
	c.context = ctx
	return c
}

// final returns err in its final form. request is the last message that was received; nil
// if there is none.
func (i *interceptor) final(c *call, request any, err error) error {
	_, finished := i.finish(c.context, request, &grpc.UnaryServerInfo{FullMethod: c.procedure},
		func(context.Context, any) (any, error) { return nil, err })
	st, ok := details.GRPCStatus(finished)
	if !ok {
		return connect.NewError(connect.CodeInternal, errors.New("internal error")) // no error of package status lacks one
	}
	c.exchange.failed(st)
	sent := connect.NewError(connect.Code(st.Code()), errors.New(st.Message()))
	for _, d := range st.Proto().GetDetails() {
		if detail, err := connect.NewErrorDetail(d); err == nil { // an Any is never refused
			sent.AddDetail(detail)
		}
	}
	var own *connect.Error
	if errors.As(err, &own) && own != nil && !connect.IsWireError(own) {
		for name, values := range own.Meta() {
			sent.Meta()[name] = append(sent.Meta()[name], values...)
		}
	}
	c.headers.mergeInto(sent.Meta(), sent.Meta())
	hideInternal(sent.Meta()) // which success code it would have been
	return &finalError{finished, sent}
}

// A finalError is an error in its final form. connect-go sends the *connect.Error that it
// wraps. The text is for logs: it has *** for sensitive arguments, which are sent.
type finalError struct {
	error
	sent *connect.Error
}

// Unwrap returns what is sent, and the error of package status, which wraps the handler's.
func (e *finalError) Unwrap() []error { return []error{e.sent, e.error} }
