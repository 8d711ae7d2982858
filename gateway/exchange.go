// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// An exchange is one request that may have a dialect, and its answer. It is the
// http.ResponseWriter that the route's handler sees: it puts the success envelope
// around the response, with every marshaler.
type exchange struct {
	http.ResponseWriter
	gateway *Gateway
	request statushttp.Request
	context context.Context //nolint:containedctx // the request's, for logs

	routed bool // a route was found
	// handlerWriter is what the handler writes to: the exchange itself, or a writer of
	// a middleware around it.
	handlerWriter http.ResponseWriter

	success   statushttp.Success
	status    int  // of a success; 0 is 200
	wrap      bool // the next write is the response of a unary RPC with a dialect
	streaming bool
	tooLarge  bool
	badType   bool
	started   bool // the header is written
	failed    bool // a failure was written, or will be
	swallow   bool // what follows is not written
}

type exchangeKey struct{}

// exchangeOf returns the exchange of a context; nil if there is none.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// inDialect reports whether the request has a dialect.
func (x *exchange) inDialect() bool { return x.gateway.codec.Dialect(&x.request) != nil }

// ownHandler reports whether an error is of a handler that is not an RPC, or of a
// health check.
func (x *exchange) ownHandler(r *http.Request, err error) bool {
	if x.request.RPC != "" || !x.routed {
		return x.request.RPC == grpc_health_v1.Health_Check_FullMethodName
	}
	// Or it could not become an RPC: grpc-gateway can't read its headers.
	if grpcstatus.Code(err) != codes.InvalidArgument {
		return true
	}
	for name := range r.Header {
		if name == "Grpc-Timeout" || strings.HasSuffix(name, "-Bin") {
			return false
		}
	}
	return true
}

// requestID returns the request's id; it makes one if the request has none.
func (x *exchange) requestID() string { return x.gateway.codec.RequestID(&x.request) }

var bodies = sync.Pool{New: func() any { return new([]byte) }}

// fail answers with err, to the writer that the handler was given. It returns false,
// and does nothing, if the request has no dialect. mux and r are nil for a stream,
// whose metadata were forwarded when it began.
func (x *exchange) fail(ctx context.Context, mux *runtime.ServeMux, marshaler runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) bool {
	codec, q := x.gateway.codec, x.request
	if x.started && !x.streaming || x.failed {
		if _, ok := codec.Decide(&q, err); !ok {
			return false
		}
		codec.Logger().LogAttrs(ctx, slog.LevelWarn, "an error after the answer had begun",
			slog.String("request_id", x.requestID()), slog.Any("error", err))
		x.swallow = true
		return true
	}
	q.Streaming = x.streaming
	q.HTTPStatus, err = httpStatusError(err)
	md, hasMetadata := runtime.ServerMetadataFromContext(ctx)
	if raw := md.TrailerMD[wire.DetailsKey]; len(raw) == 1 {
		q.DetailsBin = raw[0]
	}
	if httpStatus, blame := x.callersFault(r, err, q.DetailsBin != ""); httpStatus != 0 {
		err, q.HTTPStatus = blame, httpStatus
	}
	buffer := bodies.Get().(*[]byte) //nolint:forcetypeassert // the pool holds nothing else
	defer bodies.Put(buffer)
	header := w.Header()
	if x.started {
		header = http.Header{}
	}
	body, httpStatus, ok := codec.AppendFailure(ctx, (*buffer)[:0], header, &q, err)
	if !ok {
		return false
	}
	x.failed, x.wrap = true, false
	if cap(body) <= 64<<10 { // the memory of one long error should not be kept
		*buffer = body
	}
	if !x.started {
		delete(header, "Trailer")
		delete(header, "Transfer-Encoding")
		delete(header, "Content-Length")
		if hasMetadata && mux != nil {
			forwardMetadata(ctx, mux, marshaler, header, r, md)
		}
		w.WriteHeader(httpStatus)
	} else {
		body = append(body, '\n') // one more line of the stream
	}
	if _, err := w.Write(body); err != nil {
		codec.Logger().LogAttrs(ctx, slog.LevelDebug, "the answer could not be written",
			slog.String("request_id", q.RequestID), slog.Any("error", err))
	}
	return true
}

// forwardMetadata sets the headers of a backend's metadata as the mux names them:
// rate limits, cookies. grpc-gateway does so only when it forwards a message, so it is
// given an empty one.
func forwardMetadata(ctx context.Context, mux *runtime.ServeMux, marshaler runtime.Marshaler, header http.Header, r *http.Request, md runtime.ServerMetadata) {
	if len(r.Header["Te"]) == 0 {
		md.TrailerMD = nil // the client takes no trailers
	}
	md = withoutKeys(md, isInternalKey)
	if len(md.HeaderMD) == 0 && len(md.TrailerMD) == 0 {
		return
	}
	contentType := header["Content-Type"]
	runtime.ForwardResponseMessage(runtime.NewServerMetadataContext(ctx, md), mux, marshaler, headerOnly{header}, r, &emptypb.Empty{})
	header["Content-Type"] = contentType
	delete(header, "Content-Length")
}

// callersFault returns the HTTP status and the error of what only the HTTP request can
// be blamed for; 0 and err if that is something else. answered reports whether err is the
// backend's, which has got the request then.
func (x *exchange) callersFault(r *http.Request, err error, answered bool) (int, error) {
	switch {
	case x.tooLarge:
		return http.StatusRequestEntityTooLarge, grpcstatus.Error(codes.InvalidArgument, "length")
	case x.badType:
		return http.StatusUnsupportedMediaType, grpcstatus.Error(codes.InvalidArgument, "media type")
	case r != nil && !answered && status.Code(err) == codes.Internal && !sendable(r):
		return http.StatusBadRequest, grpcstatus.Error(codes.InvalidArgument, "request")
	default:
		return 0, err
	}
}

// sendable reports whether a gRPC client can send what grpc-gateway makes of a
// request: text in UTF-8, and metadata with valid names.
func sendable(r *http.Request) bool {
	if r.URL != nil {
		if !utf8.ValidString(r.URL.Path) {
			return false
		}
		for name, values := range r.URL.Query() {
			if !utf8.ValidString(name + strings.Join(values, "")) {
				return false
			}
		}
	}
	for name := range r.Header {
		if key, ok := strings.CutPrefix(name, runtime.MetadataHeaderPrefix); ok && connectionHeaders[key] {
			return false
		}
	}
	return true
}

// connectionHeaders are names that gRPC's metadata can't have: HTTP/2 has none of
// these headers (RFC 9113 section 8.2.2).
var connectionHeaders = map[string]bool{
	"": true, "Connection": true, "Proxy-Connection": true, "Keep-Alive": true,
	"Transfer-Encoding": true, "Upgrade": true, "Te": true, "Host": true,
}

// unmarshalable returns a status that no marshaler of grpc-gateway writes, so that it
// writes nothing: no program has the type of its detail.
func unmarshalable() *grpcstatus.Status {
	return grpcstatus.FromProto(&spb.Status{
		Code:    int32(codes.Internal),
		Details: []*anypb.Any{{TypeUrl: "type.googleapis.com/statusmap.Unmarshalable"}},
	})
}

// succeed takes what the handler said of its success: see status.SetSuccess.
func (x *exchange) succeed(md runtime.ServerMetadata) {
	var ok bool
	if x.success, ok = x.gateway.codec.Success(&x.request, last(md.HeaderMD[wire.SuccessKey])); !ok {
		return
	}
	x.wrap, x.status = true, x.success.HTTPStatus
	if s, err := strconv.Atoi(last(md.HeaderMD[wire.HTTPStatusKey])); err == nil && s >= 200 && s <= 299 {
		x.status = s
	}
}

func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// WriteHeader writes the header once; an informational one (1xx) is not the answer.
func (x *exchange) WriteHeader(httpStatus int) {
	switch {
	case httpStatus >= 100 && httpStatus <= 199 && httpStatus != http.StatusSwitchingProtocols:
		x.ResponseWriter.WriteHeader(httpStatus)
		return
	case x.started:
		return
	case x.wrap && httpStatus <= 299:
		x.status = httpStatus // written with the response, which sets headers
		return
	case httpStatus > 299:
		x.wrap = false // not a success
	}
	x.started = true
	if httpStatus >= http.StatusBadRequest && !x.failed && x.request.RPC != "" {
		x.warnOther(httpStatus)
	}
	x.ResponseWriter.WriteHeader(httpStatus)
}

// warnOther logs that somebody else answers a failed RPC.
func (x *exchange) warnOther(httpStatus int) {
	if !x.inDialect() {
		return
	}
	x.gateway.codec.Logger().LogAttrs(x.context, slog.LevelWarn,
		"an error handler or a middleware inside the gateway answers a failure without the envelope: see gateway.Gateway.Check and MuxOptions",
		slog.Int("http_status", httpStatus), slog.String("path", x.request.Path))
}

// Write writes what the handler writes, with the success envelope around it if it is
// the response of a unary RPC.
func (x *exchange) Write(b []byte) (int, error) {
	switch {
	case x.swallow:
		return len(b), nil
	case x.wrap:
		x.wrap = false
		return x.writeSuccess(b)
	case x.streaming && !x.failed && x.inDialect():
		x.setStreamHeader()
		x.started = true
		return x.writeCompact(b)
	}
	x.started = true
	return x.ResponseWriter.Write(b)
}

func (x *exchange) setStreamHeader() {
	if x.started {
		return
	}
	header := x.Header()
	x.gateway.codec.SetStreamHeader(header, &x.request)
	delete(header, runtime.MetadataHeaderPrefix+"Content-Type")
}

// writeSuccess writes a response in its envelope. A body that is not JSON, or that a
// middleware inside has encoded, stays as it is.
func (x *exchange) writeSuccess(data []byte) (int, error) {
	header := x.Header()
	delete(header, runtime.MetadataHeaderPrefix+"Content-Type")
	if encoding := header.Get("Content-Encoding"); encoding != "" || !isJSON(header.Get("Content-Type")) {
		if encoding != "" {
			x.gateway.codec.Logger().LogAttrs(x.context, slog.LevelError,
				"a middleware inside the gateway encodes responses, so they get no envelope: put it around the mux",
				slog.String("content_encoding", encoding), slog.String("path", x.request.Path))
		}
		x.started = true
		return x.ResponseWriter.Write(data)
	}
	buffer := bodies.Get().(*[]byte) //nolint:forcetypeassert // the pool holds nothing else
	defer bodies.Put(buffer)
	compact := appendCompact((*buffer)[:0], data)
	n := len(compact)
	x.success.HTTPStatus = x.status
	body := x.success.Append(compact, header, compact)[n:]
	if cap(compact) <= 64<<10 {
		*buffer = compact
	}
	if header.Get("Content-Length") != "" {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if x.status == http.StatusNoContent {
		delete(header, "Content-Type")
		delete(header, "Content-Length")
		body = nil
	}
	if !x.started {
		x.started = true
		x.ResponseWriter.WriteHeader(x.status)
	}
	if _, err := x.ResponseWriter.Write(body); err != nil && len(body) > 0 {
		return 0, err
	}
	return len(data), nil
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// FlushError is for http.ResponseController. If the server's writer cannot flush, a
// stream in a dialect goes on: grpc-gateway would write its error text into it.
func (x *exchange) FlushError() error {
	x.started = true
	err := http.NewResponseController(x.ResponseWriter).Flush()
	if errors.Is(err, http.ErrNotSupported) && x.streaming && x.inDialect() {
		x.logUnflushed(err)
		return nil
	}
	return err
}

// Flush is for handlers that look for an http.Flusher.
func (x *exchange) Flush() {
	if err := x.FlushError(); err != nil {
		x.logUnflushed(err)
	}
}

func (x *exchange) logUnflushed(err error) {
	x.gateway.codec.Logger().LogAttrs(x.context, slog.LevelDebug, "response could not be flushed", slog.Any("error", err))
}

// Hijack is for handlers that look for an http.Hijacker.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	x.started = true
	return http.NewResponseController(x.ResponseWriter).Hijack()
}

// ReadFrom is for handlers that look for an io.ReaderFrom.
func (x *exchange) ReadFrom(r io.Reader) (int64, error) {
	if x.swallow || x.wrap || x.streaming {
		return io.Copy(struct{ io.Writer }{x}, r)
	}
	x.started = true
	return io.Copy(x.ResponseWriter, r)
}

// recover gives a panic the exit of an internal error. A body that has begun can't be
// taken back; the connection is cut, so that it can't be taken for a whole one.
func (x *exchange) recover() {
	if !x.inDialect() {
		return // the panic goes on
	}
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
		panic(p)
	}
	x.gateway.codec.Logger().LogAttrs(x.context, slog.LevelError, "panic in a gateway handler",
		slog.String("request_id", x.requestID()), slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	if x.failed || x.started && !x.streaming {
		panic(http.ErrAbortHandler)
	}
	x.fail(x.context, nil, nil, x, nil, grpcstatus.Error(codes.Internal, "panic"))
}
