// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/internal/wire"
)

// jsonType is the media type of an envelope.
const jsonType = "application/json; charset=utf-8"

// A failure is an error on its way to the client. They are pooled, for the memory of
// their metadata.
type failure struct {
	reading
	values template.Values
}

var failures = sync.Pool{New: func() any { return new(failure) }}

func (f *failure) release() {
	metadata := f.info.Metadata
	clear(metadata)
	*f = failure{reading: reading{info: details.Info{Metadata: metadata[:0]}}}
	failures.Put(f)
}

// AppendFailure appends the body of the answer to a request that failed with err, and
// sets its headers, and r.RequestID if it is "". It returns the HTTP status. ok is false, and nothing was done, if
// the request has no dialect.
//
// It logs what is hidden from the client: at the level Error if the status is 500 or
// more, else Debug.
func (c *Codec) AppendFailure(ctx context.Context, dst []byte, header http.Header, r *Request, err error) (body []byte, httpStatus int, ok bool) {
	f := failures.Get().(*failure) //nolint:forcetypeassert // the pool holds nothing else
	defer f.release()
	f.read(c.catalog, r, err)
	dialect := c.failureDialect(r, &f.reading)
	if dialect == nil {
		return dst, 0, false
	}
	d := c.decide(dialect, r, &f.reading)
	body = f.render(dst, header, r, &d)
	if f.cause == nil && d.Replaced {
		f.cause = err
	}
	if f.cause != nil {
		level := slog.LevelDebug
		if cmp.Or(r.HTTPStatus, catalog.HTTPStatus(f.code)) >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		c.logHidden(ctx, level, r, f.cause)
	}
	return body, d.HTTPStatus, true
}

// render is the third step: bytes and headers.
func (f *failure) render(dst []byte, header http.Header, r *Request, d *Decision) []byte {
	v := &f.values
	v.Domain, v.RequestID = d.Dialect.Domain(), setHeader(header, r)
	if d.RetryAfter > 0 {
		header["Retry-After"] = []string{retryAfterSeconds(d.RetryAfter)}
	}
	if !d.Replaced {
		v.Metadata = f.info.Metadata
	}
	if d.Code == nil {
		v.LegacyCode, v.Reason, v.Message = f.info.LegacyCode(), f.info.Reason, f.message
	} else {
		// The message is made anew from the metadata: a backend without interceptors
		// that wraps an error sends the text of what wraps it.
		v.LegacyCode, v.Reason, v.Template = d.Code.LegacyCode(), d.Code.Reason(), d.message.Template()
	}
	envelope := d.Dialect.Envelope().Failure
	if envelope.Has("metadata") {
		// The wire may have them in any order.
		slices.SortFunc(v.Metadata, func(a, b wire.Pair) int { return cmp.Compare(a.Name, b.Name) })
	}
	return envelope.Append(dst, v)
}

// setHeader sets the headers that every answer in a dialect has, and returns the
// request's id.
func setHeader(header http.Header, r *Request) (requestID string) {
	if r.RequestID == "" {
		r.RequestID = uuid.NewString()
	}
	values := [...]string{jsonType, "nosniff", r.RequestID} // one piece of memory
	header["Content-Type"] = values[0:1:1]
	header["X-Content-Type-Options"] = values[1:2:2]
	header[RequestIDHeader] = values[2:3:3]
	return r.RequestID
}

// retryAfterSeconds writes a delay as Retry-After has it: whole seconds, rounded up
// (RFC 9110 section 10.2.3).
func retryAfterSeconds(d time.Duration) string {
	s := d / time.Second
	if d%time.Second > 0 {
		s++
	}
	return strconv.FormatInt(int64(s), 10)
}

func (c *Codec) logHidden(ctx context.Context, level slog.Level, r *Request, err error) {
	if c.logger.Enabled(ctx, level) {
		c.logger.LogAttrs(ctx, level, "error hidden from client",
			slog.String("request_id", r.RequestID), slog.String("path", r.Path), slog.Any("error", err))
	}
}

// A Success is how a dialect says that a call succeeded.
type Success struct {
	// HTTPStatus is the success code's; 200 if the system has none.
	HTTPStatus int

	request *Request
	dialect *catalog.System
	code    *catalog.Code
}

// Success returns how the dialect of r says that a call succeeded; false if r has no
// dialect. code is the full name of the success code that the handler has set, see
// status.SetSuccess; "", and a code that the dialect lacks, give its default one. r is
// kept.
func (c *Codec) Success(r *Request, code string) (Success, bool) {
	s := Success{request: r, dialect: c.Dialect(r), HTTPStatus: http.StatusOK}
	if s.dialect == nil {
		return Success{}, false
	}
	if said := c.successCode(code, s.dialect); said != nil {
		s.code, s.HTTPStatus = said, said.HTTPStatus()
	} else {
		s.code = s.dialect.DefaultSuccessCode()
	}
	return s, true
}

// Append appends the envelope around data, which is JSON, and sets the headers of the
// answer. A system without a success template answers with data itself, and keeps the
// Content-Type that header has.
func (s *Success) Append(dst []byte, header http.Header, data []byte) []byte {
	contentType, envelope := header["Content-Type"], s.dialect.Envelope().Success
	v := template.Values{
		LegacyCode: s.code.LegacyCode(),
		Template:   s.code.Message().Template(),
		Reason:     s.code.Reason(),
		Domain:     s.dialect.Domain(),
		RequestID:  setHeader(header, s.request),
		Data:       data,
	}
	if envelope.String() == "{data}" && contentType != nil {
		header["Content-Type"] = contentType
	}
	return envelope.Append(dst, &v)
}

// successCode returns the code of a full name in a dialect; nil if the dialect can't
// say it.
func (c *Codec) successCode(fullName string, dialect *catalog.System) *catalog.Code {
	dot := strings.LastIndexByte(fullName, '.')
	if dot < 0 {
		return nil
	}
	code, ok := c.catalog.Lookup(fullName[:dot], fullName[dot+1:])
	if !ok || !code.IsSuccess() {
		return nil
	}
	code, ok = c.catalog.CodeIn(dialect, code)
	if !ok || !code.IsSuccess() {
		return nil
	}
	return code
}
