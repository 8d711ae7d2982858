// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/statushttp"
)

// An exchange is a request that may have a dialect, and its answer. It is the
// http.ResponseWriter that the handlers inside see. It keeps the answer of an RPC until
// the handlers return: then it is known what the RPC was, and how it failed.
type exchange struct {
	http.ResponseWriter
	handler *handler
	path    string

	state    state
	status   int
	body     bytes.Buffer
	tooLarge bool

	// The interceptor may run on another goroutine, as below http.TimeoutHandler.
	mu       sync.Mutex
	request  statushttp.Request
	err      *grpcstatus.Status // of the RPC
	response proto.Message      // of the RPC
}

// A state is what happens to the answer.
type state int

const (
	undecided state = iota // nothing was written yet
	kept                   // it is in body, and may be replaced
	passed                 // it is written as it comes
)

type exchangeKey struct{}

// exchangeOf returns the exchange of a context; nil if there is none.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// setRPC says which RPC the request is, once that is known. header is what its handler
// sees.
func (x *exchange) setRPC(procedure string, header http.Header) {
	if x == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.request.RPC = procedure
	if x.handler.codec.Dialect(&x.request) != nil {
		x.announce(header)
	}
}

// announce sends the id of the request along.
func (x *exchange) announce(header http.Header) {
	header[statushttp.RequestIDHeader] = []string{x.handler.codec.RequestID(&x.request)}
}

// failed says how the RPC failed.
func (x *exchange) failed(st *grpcstatus.Status) {
	if x == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.err = st
}

// succeeded says what the RPC returned.
func (x *exchange) succeeded(response proto.Message) {
	if x == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.response = response
}

// limited returns the body of a request, which fails if it is too long.
func (x *exchange) limited(r *http.Request) io.ReadCloser {
	if x.handler.maxBody <= 0 {
		return r.Body
	}
	return &limitedBody{http.MaxBytesReader(x.ResponseWriter, r.Body, x.handler.maxBody), x}
}

type limitedBody struct {
	io.ReadCloser
	exchange *exchange
}

// Read notes that the body is too long.
func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var tooLarge *http.MaxBytesError
	if err != nil && errors.As(err, &tooLarge) {
		b.exchange.mu.Lock()
		b.exchange.tooLarge = true
		b.exchange.mu.Unlock()
	}
	return n, err
}

// WriteHeader decides what happens to the answer.
func (x *exchange) WriteHeader(status int) {
	switch {
	case status >= 100 && status <= 199 && status != http.StatusSwitchingProtocols:
		x.ResponseWriter.WriteHeader(status)
	case x.state != undecided:
	case x.keeps(status):
		x.state, x.status = kept, status
	default:
		x.state = passed
		x.ResponseWriter.WriteHeader(status)
	}
}

// keeps reports whether an answer may be replaced.
func (x *exchange) keeps(status int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	codec, header := x.handler.codec, x.Header()
	switch {
	case status >= http.StatusBadRequest:
		return codec.MayAnswer(&x.request)
	case status >= 200 && status <= 299:
		return x.request.RPC != "" && codec.Dialect(&x.request) != nil && isJSON(header.Get("Content-Type")) && header.Get("Content-Encoding") == ""
	default:
		return false
	}
}

// Write keeps or writes a part of the answer.
func (x *exchange) Write(b []byte) (int, error) {
	if x.state == undecided {
		x.WriteHeader(http.StatusOK)
	}
	if x.state == kept {
		return x.body.Write(b)
	}
	return x.ResponseWriter.Write(b)
}

// finish answers, if the answer was kept.
func (x *exchange) finish(ctx context.Context) {
	if x.state != kept {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	var ok bool
	if x.status >= http.StatusBadRequest {
		httpStatus, err := x.failure()
		ok = err != nil && x.fail(ctx, httpStatus, err)
	} else {
		ok = x.succeed(ctx)
	}
	if !ok { // it has no dialect
		x.send(ctx, x.status, x.body.Bytes())
	}
}

// fail answers a failure, which has an HTTP status itself if that is not 0. It returns
// false, and does nothing, if it is not in a dialect.
func (x *exchange) fail(ctx context.Context, httpStatus int, err error) bool {
	x.request.HTTPStatus = httpStatus
	header := http.Header{}
	body, httpStatus, ok := x.handler.codec.AppendFailure(ctx, nil, header, &x.request, err)
	if !ok {
		return false
	}
	x.setHeader(header)
	x.send(ctx, httpStatus, body)
	return true
}

// failure returns the HTTP status that a failure has itself, 0 if it has none, and its
// error. The error is nil if the failure is of a handler that is not an RPC.
func (x *exchange) failure() (httpStatus int, err error) {
	received := readStatus(x.body.Bytes())
	switch {
	case x.tooLarge:
		return http.StatusRequestEntityTooLarge, grpcstatus.Error(codes.InvalidArgument, "length")
	case x.err != nil && received != nil && received.Code() == x.err.Code():
		// Else another one has answered: http.TimeoutHandler, or vanguard, which calls
		// handlers even if it can't read a request.
		return 0, x.err.Err()
	case received != nil:
		return 0, received.Err()
	case x.request.RPC != "", x.status == http.StatusNotFound, x.status == http.StatusMethodNotAllowed, x.status == http.StatusUnsupportedMediaType:
		return x.status, grpcstatus.Error(statushttp.GRPCCode(x.status), "")
	default:
		return 0, nil
	}
}

// succeed answers a success. It returns false, and does nothing, if it is not in a dialect.
func (x *exchange) succeed(ctx context.Context) bool {
	success, ok := x.handler.codec.Success(&x.request, x.Header().Get(wire.SuccessKey))
	if !ok {
		return false
	}
	if status, err := strconv.Atoi(x.Header().Get(wire.HTTPStatusKey)); err == nil && status >= 200 && status <= 299 {
		success.HTTPStatus = status
	}
	header := http.Header{"Content-Type": {"application/json"}}
	body := success.Append(nil, header, x.data())
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	if success.HTTPStatus == http.StatusNoContent {
		delete(header, "Content-Type")
		delete(header, "Content-Length")
		delete(x.Header(), "Content-Type")
		body = nil
	}
	x.setHeader(header)
	x.send(ctx, success.HTTPStatus, body)
	return true
}

// data returns the response of the RPC as JSON on one line.
func (x *exchange) data() []byte {
	data := x.body.Bytes()
	if x.response != nil && strings.HasSuffix(x.path, x.request.RPC) {
		if b, err := x.handler.marshal.Marshal(x.response); err == nil {
			data = b
		}
	}
	if bytes.IndexByte(data, '\n') >= 0 {
		return data // on several lines by choice
	}
	var compact bytes.Buffer // protojson adds spaces at random
	if err := json.Compact(&compact, data); err != nil {
		return data
	}
	return compact.Bytes()
}

// setHeader replaces what belongs to the RPC's protocol by the headers of a dialect.
func (x *exchange) setHeader(header http.Header) {
	own := x.Header()
	hideInternal(own)
	for name := range own {
		switch {
		case strings.HasPrefix(name, "Connect-"), strings.HasPrefix(name, "Grpc-"), strings.HasPrefix(name, "Trailer"):
			delete(own, name)
		}
	}
	for _, name := range [...]string{"Accept-Encoding", "Accept-Post", "Content-Encoding", "Content-Length", "Transfer-Encoding"} {
		delete(own, name)
	}
	for name, values := range header {
		if name == "Vary" {
			values = append(own[name], values...)
		}
		own[name] = values
	}
}

// hideInternal takes statusmap's own headers out.
func hideInternal(header http.Header) {
	for name := range header {
		if len(name) >= len(wire.KeyPrefix) && strings.EqualFold(name[:len(wire.KeyPrefix)], wire.KeyPrefix) {
			delete(header, name)
		}
	}
}

func (x *exchange) send(ctx context.Context, status int, body []byte) {
	x.state = passed
	x.ResponseWriter.WriteHeader(status)
	if len(body) == 0 {
		return
	}
	if _, err := x.ResponseWriter.Write(body); err != nil {
		x.handler.codec.Logger().LogAttrs(ctx, slog.LevelDebug, "the answer could not be written",
			slog.String("request_id", x.request.RequestID), slog.Any("error", err))
	}
}

// recover gives a panic the exit of an internal error. An answer that has begun can't be
// taken back; the connection is cut, so that it can't be taken for a whole one.
func (x *exchange) recover(ctx context.Context) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.handler.codec.Dialect(&x.request) == nil {
		return // the panic goes on
	}
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
		panic(p)
	}
	x.handler.codec.Logger().LogAttrs(ctx, slog.LevelError, "panic in a handler",
		slog.String("request_id", x.request.RequestID), slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	if x.state == passed {
		panic(http.ErrAbortHandler)
	}
	x.fail(ctx, 0, grpcstatus.Error(codes.Internal, ""))
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// FlushError is for http.ResponseController. An answer that is kept is not flushed.
func (x *exchange) FlushError() error {
	if x.state == undecided {
		x.WriteHeader(http.StatusOK)
	}
	if x.state == kept {
		return nil
	}
	return http.NewResponseController(x.ResponseWriter).Flush()
}

// Flush is for handlers that look for an http.Flusher.
func (x *exchange) Flush() {
	if err := x.FlushError(); err != nil {
		x.handler.codec.Logger().LogAttrs(context.Background(), slog.LevelDebug, "response could not be flushed", slog.Any("error", err))
	}
}

// Hijack is for handlers that look for an http.Hijacker.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	x.state = passed
	return http.NewResponseController(x.ResponseWriter).Hijack()
}

// ReadFrom is for handlers that look for an io.ReaderFrom.
func (x *exchange) ReadFrom(r io.Reader) (int64, error) {
	if x.state == undecided {
		x.WriteHeader(http.StatusOK)
	}
	if x.state == kept {
		return x.body.ReadFrom(r)
	}
	return io.Copy(x.ResponseWriter, r)
}
