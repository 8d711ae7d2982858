package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/ascii"
	"github.com/statusmap/statusmap/status"
)

// Handler wraps a mux that has [Gateway.MuxOptions]. It covers what those cannot
// reach: stream errors, panics, bodies that are too long, the HTTP status of a
// success, and the request's id. The id is taken from X-Request-Id, where that
// has 1 to 128 visible ASCII characters, or made (a random UUID); it goes to the
// backend as metadata x-request-id, into the envelope and into the response's
// X-Request-Id.
func (g *Gateway) Handler(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{w: w, gateway: g}
		x.context = exchangeContext{r.Context(), x}
		r = r.WithContext(&x.context)
		ids := requestID(r)
		if ids == nil {
			x.made[0] = newRequestID()
			ids = x.made[:]
			// The header is the caller's: a handler may not change it.
			r.Header = maps.Clone(r.Header)
			if r.Header == nil {
				r.Header = http.Header{}
			}
			r.Header[requestIDHeader] = ids
		}
		x.id = ids[0]
		x.request = r
		if r.Body != nil && r.Body != http.NoBody && g.maxBody > 0 {
			r.Body = &limitedBody{ReadCloser: http.MaxBytesReader(w, r.Body, g.maxBody), exchange: x}
		}
		h := w.Header()
		h[requestIDHeader] = ids
		h[nosniffHeader] = nosniff
		defer x.recover()
		mux.ServeHTTP(x, r)
	})
}

const nosniffHeader = "X-Content-Type-Options"

// Header values that never change. Their capacity is their length, so that
// whoever adds to one copies it.
var (
	nosniff     = []string{"nosniff"}
	jsonContent = []string{"application/json; charset=utf-8"}
)

// requestID returns the id that a request has, as the value of a header; nil
// where it has none, or one that cannot be passed on.
func requestID(r *http.Request) []string {
	ids := r.Header[requestIDHeader]
	if len(ids) == 0 || ids[0] == "" || len(ids[0]) > 128 || !ascii.Visible(ids[0]) {
		return nil
	}
	return ids[:1:1]
}

// An idBlock holds ids that are made and not yet given away: one piece of memory
// for all of them.
type idBlock struct{ rest string }

const (
	idSize    = 36
	idsABlock = 16
)

var idBlocks = sync.Pool{New: func() any { return new(idBlock) }}

// newRequestID returns a random UUID (version 4).
func newRequestID() string {
	b := idBlocks.Get().(*idBlock) //nolint:forcetypeassert // the pool holds nothing else
	if b.rest == "" {
		b.rest = newRequestIDs()
	}
	id := b.rest[:idSize]
	b.rest = b.rest[idSize:]
	idBlocks.Put(b)
	return id
}

// newRequestIDs returns a block of ids. They name requests and guard nothing, so
// their bits need not come from crypto/rand, which takes longer than all else
// that is done for an id.
func newRequestIDs() string {
	var ids strings.Builder
	ids.Grow(idsABlock * idSize)
	for range idsABlock {
		var u uuid.UUID
		binary.NativeEndian.PutUint64(u[:8], rand.Uint64()) //nolint:gosec // see above
		binary.NativeEndian.PutUint64(u[8:], rand.Uint64()) //nolint:gosec // see above
		u[6] = u[6]&0x0F | 0x40
		u[8] = u[8]&0x3F | 0x80
		text, err := u.MarshalText() // String would allocate
		if err != nil {
			text = []byte(u.String())
		}
		ids.Write(text)
	}
	return ids.String()
}

type exchangeKey struct{}

// An exchangeContext is the request's context with the exchange in it: a
// context.WithValue that is part of the exchange.
type exchangeContext struct {
	context.Context
	exchange *exchange
}

func (c *exchangeContext) Value(key any) any {
	if _, ok := key.(exchangeKey); ok {
		return c.exchange
	}
	return c.Context.Value(key)
}

// An exchange is one request and its answer. It is the http.ResponseWriter that
// the mux sees: once it has failed, it swallows what else is written.
type exchange struct {
	w       http.ResponseWriter
	gateway *Gateway
	request *http.Request
	context exchangeContext
	id      string
	made    [1]string // the id as a header's value, where it was made here

	dialect  *catalog.System // set once resolved
	resolved bool

	status    int // of a success; 0 is 200
	success   *catalog.Code
	streaming bool
	tooLarge  bool
	started   bool // the header is written
	failed    bool // an envelope is written

	bare    bool // the mux has no Handler
	probing bool // no exchange at all: it only asks whether a path has a method
	found   bool // it has
}

// fail answers a request with err, also where the mux runs without Handler.
func (g *Gateway) fail(ctx context.Context, w http.ResponseWriter, r *http.Request, err error, httpStatus int) {
	x, ok := w.(*exchange)
	if !ok {
		x, ok = ctx.Value(exchangeKey{}).(*exchange) // w is wrapped, or there is no Handler
	}
	if ok {
		if !x.probing {
			x.fail(ctx, err, httpStatus)
		}
		return
	}
	f := failures.Get().(*failure) //nolint:forcetypeassert // the pool holds nothing else
	x = &f.bare
	x.w, x.gateway, x.request, x.bare = w, g, r, true
	ids := requestID(r)
	if ids == nil {
		ids = []string{newRequestID()}
	}
	x.id = ids[0]
	h := w.Header()
	h[requestIDHeader] = ids
	h[nosniffHeader] = nosniff
	x.answer(ctx, f, err, httpStatus)
	f.release()
}

func (x *exchange) Header() http.Header { return x.w.Header() }

// Unwrap lets http.ResponseController reach the server's own writer.
func (x *exchange) Unwrap() http.ResponseWriter { return x.w }

func (x *exchange) WriteHeader(httpStatus int) {
	if x.failed {
		return
	}
	x.started = true
	x.w.WriteHeader(httpStatus)
}

func (x *exchange) Write(b []byte) (int, error) {
	if x.failed {
		return len(b), nil
	}
	if !x.started && x.status != 0 {
		x.WriteHeader(x.status)
	}
	x.started = true
	if x.status == http.StatusNoContent {
		return len(b), nil
	}
	return x.w.Write(b)
}

// Flush is for handlers that look for an http.Flusher.
func (x *exchange) Flush() {
	if err := http.NewResponseController(x.w).Flush(); err != nil {
		x.gateway.logger.LogAttrs(x.request.Context(), slog.LevelDebug, "flush", slog.Any("error", err))
	}
}

// recover gives a panic the exit of an internal error. A body that has begun
// cannot be taken back; the connection is cut, so that it cannot be taken for a
// whole one.
func (x *exchange) recover() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
		panic(p)
	}
	x.gateway.logger.LogAttrs(x.request.Context(), slog.LevelError, "panic in a gateway handler",
		slog.String("request_id", x.id), slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	if x.failed || x.started && !x.streaming {
		panic(http.ErrAbortHandler)
	}
	x.fail(x.request.Context(), grpcstatus.Error(codes.Internal, "panic"), 0)
}

// resolve returns the dialect of the request, as far as the request tells.
func (x *exchange) resolve(ctx context.Context) *catalog.System {
	if !x.resolved {
		x.dialect, x.resolved = x.gateway.dialectOf(x.request, ""), true
		if x.dialect == nil && len(x.gateway.methods) > 0 {
			method, known := runtime.RPCMethod(ctx)
			x.dialect = x.gateway.methods[method]
			x.resolved = known // before that the method's option cannot count
		}
	}
	return x.dialect
}

// succeed takes what the handler said of its success: see status.SetSuccess.
func (x *exchange) succeed(ctx context.Context, w http.ResponseWriter) error {
	md, ok := runtime.ServerMetadataFromContext(ctx)
	if !ok {
		return nil
	}
	if names := md.HeaderMD[status.SuccessKey]; len(names) > 0 {
		x.success = x.gateway.successCode(names[len(names)-1], x.resolve(ctx))
		if x.success != nil {
			x.status = x.success.HTTPStatus()
		}
	}
	if values := md.HeaderMD[status.HTTPStatusKey]; len(values) > 0 {
		if s, err := strconv.Atoi(values[len(values)-1]); err == nil && s >= 200 && s <= 299 {
			x.status = s
		}
	}
	if x.status == http.StatusNoContent {
		w.Header().Del("Content-Type")
	}
	return nil
}

// successCode returns the code of a full name in a dialect; nil where the
// dialect cannot say it.
func (g *Gateway) successCode(fullName string, dialect *catalog.System) *catalog.Code {
	i := strings.LastIndexByte(fullName, '.')
	if i < 0 {
		return nil
	}
	code, ok := g.catalog.Lookup(fullName[:i], fullName[i+1:])
	if !ok || !code.IsSuccess() {
		return nil
	}
	if dialect == nil {
		return code
	}
	code, ok = g.catalog.CodeIn(dialect, code)
	if !ok || !code.IsSuccess() {
		return nil
	}
	return code
}

// A limitedBody notes that a body was too long: grpc-gateway keeps only the text
// of the error.
type limitedBody struct {
	io.ReadCloser
	exchange *exchange
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var tooLarge *http.MaxBytesError
	if err != nil && errors.As(err, &tooLarge) {
		b.exchange.tooLarge = true
	}
	return n, err
}
