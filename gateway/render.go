package gateway

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/status"
)

// A failure is an error on its way out. They are pooled: rendering one takes no
// memory of its own.
type failure struct {
	// what the error says
	code    codes.Code
	message string
	info    wire.Info
	cause   error // what only the log may have, where hidden
	hidden  bool

	// what the client is told
	values     catalog.Values
	http       int
	retryAfter time.Duration
	body       []byte

	// bare is the exchange of a mux without Handler: there it is over once it has
	// failed.
	bare exchange
}

var failures = sync.Pool{New: func() any { return new(failure) }}

func (f *failure) release() {
	clear(f.info.Metadata)
	if cap(f.body) > 64<<10 {
		return // one long error should not be kept for good
	}
	metadata, body := f.info.Metadata[:0], f.body[:0]
	*f = failure{}
	f.info.Metadata, f.body = metadata, body
	failures.Put(f)
}

// fail answers with err: the one exit. httpStatus stands above what the code
// says; 0 leaves it to the code.
func (x *exchange) fail(ctx context.Context, err error, httpStatus int) {
	if x.failed {
		return
	}
	f := failures.Get().(*failure) //nolint:forcetypeassert // the pool holds nothing else
	x.answer(ctx, f, err, httpStatus)
	f.release()
}

func (x *exchange) answer(ctx context.Context, f *failure, err error, httpStatus int) {
	if asked := f.read(ctx, x.gateway.catalog, err); asked != 0 {
		httpStatus = asked
	}
	if f.code == codes.Unknown && httpStatus != 0 {
		f.code = codeOfHTTP(httpStatus)
	}
	if f.code == codes.OK {
		f.code = codes.Unknown
	}
	if x.tooLarge {
		f.code, f.info.Found, httpStatus = codes.InvalidArgument, false, http.StatusRequestEntityTooLarge
	}
	dialect := x.resolve(ctx)
	if dialect == nil && f.info.Found {
		dialect, _ = x.gateway.catalog.System(f.info.Domain)
	}
	if dialect == nil {
		f.renderPlain(httpStatus)
	} else {
		f.render(x, dialect, httpStatus)
	}
	if f.hidden && f.cause != nil {
		x.gateway.log(ctx, x, f, cmp.Or(httpStatus, catalog.HTTPStatus(f.code)))
	}
	x.write(f)
}

// read takes from an error what it says. It returns the HTTP status that the
// error asks for, 0 where it asks for none.
func (f *failure) read(ctx context.Context, cat *catalog.Catalog, err error) (httpStatus int) {
	f.code, f.cause = codes.Unknown, err
	if e, ok := err.(*runtime.HTTPStatusError); ok { //nolint:errorlint // the fast path; errors.As is below
		return cmp.Or(f.read(ctx, cat, e.Err), e.HTTPStatus)
	}
	if e, ok := err.(interface{ GRPCStatus() *grpcstatus.Status }); ok {
		if _, made := err.(*status.LegacyError); !made && f.readReceived(ctx, cat, e.GRPCStatus()) { //nolint:errorlint // likewise
			return 0
		}
	}
	if wrapped := new(runtime.HTTPStatusError); errors.As(err, &wrapped) {
		httpStatus = wrapped.HTTPStatus
		if wrapped.Err != nil {
			err = wrapped.Err
		}
	}
	if e, ok := status.FromErrorIn(cat, err); ok {
		st := e.GRPCStatus()
		f.code, f.message = st.Code(), st.Message()
		f.info.Found, f.info.Domain, f.info.Reason, f.info.RetryAfter = e.Reason() != "", e.Domain(), e.Reason(), e.RetryAfter()
		for name, value := range e.All() {
			f.info.Metadata = append(f.info.Metadata, catalog.Arg{Name: name, Value: value})
		}
		if cause := e.Unwrap(); cause != nil {
			f.cause, f.hidden = cause, true
		}
		return httpStatus
	}
	f.hidden = true
	f.code = status.Code(err)
	return httpStatus
}

// readReceived reads a status that came over the wire out of the bytes that
// grpc-go left in the trailer. Reading it from the error would unmarshal, copy
// and unmarshal it again. False where the bytes are not the error's.
func (f *failure) readReceived(ctx context.Context, cat *catalog.Catalog, st *grpcstatus.Status) bool {
	md, ok := runtime.ServerMetadataFromContext(ctx)
	if !ok {
		return false
	}
	raw := md.TrailerMD["grpc-status-details-bin"]
	if len(raw) != 1 {
		return false
	}
	code, message, ok := f.info.ReadStatus(cat, raw[0])
	if !ok || codes.Code(code) != st.Code() || message != st.Message() || st.Code() == codes.OK {
		f.info = wire.Info{Metadata: f.info.Metadata[:0]}
		return false
	}
	f.code, f.message = wire.CanonicalCode(st.Code()), message
	return true
}

// render fills in what a dialect says to the error.
func (f *failure) render(x *exchange, dialect *catalog.System, httpStatus int) {
	cat := x.gateway.catalog
	v := &f.values
	v.Domain, v.RequestID = dialect.Domain(), x.id
	f.retryAfter = f.info.RetryAfter

	var code *catalog.Code
	ownMessage := false
	if f.info.Found {
		system := dialect // nearly always
		if f.info.Domain != dialect.Domain() {
			system, _ = cat.System(f.info.Domain)
		}
		said, known := system.Lookup(f.info.Reason)
		if known && !said.IsSuccess() {
			code, _ = cat.CodeIn(dialect, said)
			ownMessage = code == said
		} else if legacyCode := f.info.LegacyCode(); !known && f.info.Domain == dialect.Domain() && legacyCode != "" {
			// A reason newer than this program: what it carries is all there is.
			v.LegacyCode, v.Reason, v.Message = legacyCode, f.info.Reason, f.message
			v.Metadata = f.info.Metadata
			f.http = catalog.HTTPStatus(f.code)
			f.finish(x, dialect, httpStatus)
			return
		}
	}
	if code != nil {
		v.Metadata = f.info.Metadata
		if f.retryAfter == 0 {
			f.retryAfter = code.RetryAfter()
		}
	} else {
		code = dialect.Fallback(f.code)
		f.hidden = true
	}
	f.http = code.HTTPStatus()
	if code.GRPCCode() != f.code && dialect.Fallback(f.code) == code {
		// It stands in for another gRPC code: a dependency that is down stays a
		// 503, though the system's word for it is "internal error".
		f.http = catalog.HTTPStatus(f.code)
	}
	v.LegacyCode, v.Reason = code.LegacyCode(), code.Reason()
	m := code.Message()
	if header := dialect.LanguageHeader(); header != "" && code.Translated() {
		if wish := x.request.Header[header]; len(wish) > 0 {
			if translation, ok := code.MessageIn(dialect.MatchLanguage(wish[0])); ok {
				m = translation
			}
		}
	}
	// What the status says may be more than the message: a backend without
	// interceptors that wraps an error sends the text of what wraps it. So the
	// message is made anew, unless the metadata do not have all of it.
	v.Template = m
	if ownMessage && m == code.Message() && f.incomplete(m) && m.Fits(f.message) {
		v.Template, v.Message = nil, f.message
	}
	f.finish(x, dialect, httpStatus)
}

// incomplete tells whether the metadata lack an argument, or have it cut off: the
// status's own message then says more.
func (f *failure) incomplete(m *catalog.Message) bool {
	if m.Missing(f.values.Metadata) != nil {
		return true
	}
	for _, a := range f.values.Metadata {
		if strings.HasSuffix(a.Value, wire.CutMark) {
			return true
		}
	}
	return false
}

func (f *failure) finish(x *exchange, dialect *catalog.System, httpStatus int) {
	if httpStatus != 0 {
		f.http = httpStatus
	}
	if always := dialect.HTTPAlways(); always != 0 && !x.gateway.codeHTTPStatus {
		f.http = always
	}
	if dialect.FailureEnvelope().Has("metadata") {
		// The wire may have them in any order.
		slices.SortFunc(f.values.Metadata, func(a, b catalog.Arg) int { return cmp.Compare(a.Name, b.Name) })
	}
	f.body = dialect.FailureEnvelope().Append(f.body[:0], &f.values)
}

// renderPlain answers where no system is asked for and the error is of none: the
// keys of grpc-gateway's own answer, with nothing in them that the backend said.
func (f *failure) renderPlain(httpStatus int) {
	f.hidden = true
	f.http = cmp.Or(httpStatus, catalog.HTTPStatus(f.code))
	f.retryAfter = f.info.RetryAfter
	f.body = append(f.body[:0], `{"code":`...)
	f.body = strconv.AppendUint(f.body, uint64(f.code), 10)
	f.body = append(f.body, `,"message":"`...)
	f.body = append(f.body, cmp.Or(http.StatusText(f.http), f.code.String())...)
	f.body = append(f.body, `"}`...)
}

// bareHeaders is how many headers Gateway.fail and write have just set, where no
// handler could take one away: Content-Type, X-Request-Id, X-Content-Type-Options.
const bareHeaders = 3

// write sends the body. In the middle of a stream it is one more line of it.
func (x *exchange) write(f *failure) {
	if !x.started {
		h := x.w.Header()
		h["Content-Type"] = jsonContent
		if !x.bare || len(h) > bareHeaders {
			delete(h, "Trailer")
			delete(h, "Transfer-Encoding")
			delete(h, "Content-Length")
		}
		if f.retryAfter > 0 {
			h["Retry-After"] = []string{retryAfterSeconds(f.retryAfter)}
		}
		x.w.WriteHeader(f.http)
	} else if !x.streaming {
		x.failed = true
		x.gateway.logger.LogAttrs(x.request.Context(), slog.LevelWarn, "an error after the answer had begun",
			slog.String("request_id", x.id))
		return
	}
	if x.started {
		f.body = append(f.body, '\n')
	}
	x.started, x.failed = true, true
	if _, err := x.w.Write(f.body); err != nil {
		x.gateway.logger.LogAttrs(x.request.Context(), slog.LevelDebug, "the answer could not be written",
			slog.String("request_id", x.id), slog.Any("error", err))
	}
}

// retryAfterSeconds writes a delay as Retry-After has it: whole seconds, rounded
// up (RFC 9110 section 10.2.3).
func retryAfterSeconds(d time.Duration) string {
	s := d / time.Second
	if d%time.Second > 0 {
		s++
	}
	return strconv.FormatInt(int64(s), 10)
}

// log tells what the client is not told.
func (g *Gateway) log(ctx context.Context, x *exchange, f *failure, httpStatus int) {
	level := slog.LevelDebug
	if httpStatus >= 500 {
		level = slog.LevelError
	}
	if !g.logger.Enabled(ctx, level) {
		return
	}
	g.logger.LogAttrs(ctx, level, "an error that the client was not told",
		slog.String("request_id", x.id), slog.String("path", x.request.URL.Path), slog.Any("error", f.cause))
}
