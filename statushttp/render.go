// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/internal/wire"
)

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
// sets its headers, and r.RequestID if it is "". It returns the HTTP status. ok is false,
// and nothing was done, if the request has no dialect.
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
	body = f.render(c, dst, header, r, &d)
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
func (f *failure) render(c *Codec, dst []byte, header http.Header, r *Request, d *Decision) []byte {
	v := &f.values
	v.RequestID = setHeader(header, r, d.Dialect, d.form)
	if d.RetryAfter > 0 {
		v.RetryAfter = retryAfterSeconds(d.RetryAfter)
		header["Retry-After"] = []string{strconv.FormatInt(v.RetryAfter, 10)}
	}
	if !d.Replaced {
		v.Metadata = f.info.Metadata
	}
	if d.Code == nil {
		v.LegacyCode, v.Reason, v.Domain, v.Message = f.info.LegacyCode(), f.info.Reason, f.info.Domain, f.message
	} else {
		// The message is made anew from the metadata: a backend without interceptors
		// that wraps an error sends the text of what wraps it.
		v.LegacyCode, v.Reason, v.Domain, v.Template = f.legacyCode(d), d.Code.Reason(), d.Code.Domain(), d.message.Template()
		if slices.Contains(v.Template.Params(), catalog.StatusMessage) {
			f.fillStatusMessage(d)
		}
	}
	v.HTTPStatus, v.HTTPMethod, v.GRPCCode, v.Language = d.HTTPStatus, r.Method, d.grpcCode, d.Language
	b := d.form.body(r)
	if n := b.needs | d.form.headers; n != 0 {
		f.fill(c, n, r, d)
	}
	d.form.setHeaders(header, v)
	return b.envelope.Append(dst, v)
}

// legacyCode returns {code}: the code's, or the received one if it is read as the code.
func (f *failure) legacyCode(d *Decision) string {
	own := d.Code.LegacyCode()
	if d.Code != d.received || d.Code.Reads() == "" {
		return own
	}
	received := f.info.LegacyCode()
	if code, ok := d.Dialect.ReadLegacy(received, f.message); ok && code == d.Code {
		return received
	}
	return own
}

// fillStatusMessage fills in the message of a fallback that has the text of the status
// that it replaces.
func (f *failure) fillStatusMessage(d *Decision) {
	v := &f.values
	if _, ok := template.Find(v.Metadata, catalog.StatusMessage); ok {
		return // the interceptor knew the text
	}
	text := f.message
	if !d.Replaced || !details.IsStatusText(f.code, text) {
		// Of a status without a text, the text of its class (RFC 9110 section 15).
		text = cmp.Or(details.ReasonPhrase(d.ownHTTPStatus), details.ReasonPhrase(d.ownHTTPStatus/100*100))
	}
	v.Message = v.Template.Text(append(slices.Clip(v.Metadata), wire.Pair{Name: catalog.StatusMessage, Value: text}))
	v.Template = nil
}

// fill fills in what few envelopes have.
func (f *failure) fill(c *Codec, n needs, r *Request, d *Decision) {
	v := &f.values
	if n.has(needMetadata) {
		// The wire may have them in any order.
		slices.SortFunc(v.Metadata, func(a, b wire.Pair) int { return cmp.Compare(a.Name, b.Name) })
		v.Sensitive = sensitive(d.Code, d.received)
	}
	if n.has(needArgs) {
		code := d.Code
		v.Type = func(name string) template.Type { return template.Type(code.ArgType(name)) }
	}
	if n.has(needLabels) {
		v.Labels = d.Code.Labels()
	}
	if n.has(needTime) {
		v.Time = c.now()
	}
	if n.has(needPath) {
		v.HTTPPath = r.RawPath
		if v.HTTPPath == "" {
			v.HTTPPath = (&url.URL{Path: r.Path}).EscapedPath()
		}
	}
	if n.has(needHelp) {
		v.Help = d.Dialect.Help(v.Domain, v.Reason, v.LegacyCode)
	}
	if !n.has(needViolations | needDetails) {
		return
	}
	v.Violations = f.violations(c, r, d)
	if n.has(needDetails) {
		v.Details = f.detailsJSON(d, v.Violations)
	}
}

// sensitive returns a function that reports whether an argument must not be printed: the
// dialect's code says so, or the error's own. It is nil if there is none.
func sensitive(code, received *catalog.Code) func(name string) bool {
	if !code.HasSensitive() && !received.HasSensitive() {
		return nil
	}
	return func(name string) bool { return code.Sensitive(name) || received.Sensitive(name) }
}

// setHeader sets the headers that every answer in a dialect has, and returns the
// request's id.
func setHeader(header http.Header, r *Request, dialect *catalog.System, f *form) string {
	values := [...]string{f.ContentType, "nosniff", requestID(r, dialect)} // one piece of memory
	header["Content-Type"] = values[0:1:1]
	header["X-Content-Type-Options"] = values[1:2:2]
	header[dialect.RequestIDHeader()] = values[2:3:3]
	if len(dialect.Envelopes()) > 1 {
		addVary(header)
	}
	return r.RequestID
}

// SetStreamHeader sets the headers with which a stream of messages begins in the dialect
// of r: its id, and what clients and caches need to know. It does nothing if r has no
// dialect.
func (c *Codec) SetStreamHeader(header http.Header, r *Request) {
	dialect := c.Dialect(r)
	if dialect == nil {
		return
	}
	contentType := header["Content-Type"]
	setHeader(header, r, dialect, c.form(dialect, r))
	if contentType == nil {
		delete(header, "Content-Type")
	} else {
		header["Content-Type"] = contentType
	}
}

// retryAfterSeconds returns a delay as Retry-After has it: whole seconds, rounded up
// (RFC 9110 section 10.2.3).
func retryAfterSeconds(d time.Duration) int64 {
	s := d / time.Second
	if d%time.Second > 0 {
		s++
	}
	return int64(s)
}

func (c *Codec) logHidden(ctx context.Context, level slog.Level, r *Request, err error) {
	if c.logger.Enabled(ctx, level) {
		c.logger.LogAttrs(ctx, level, "error hidden from client",
			slog.String("request_id", cmp.Or(r.RequestID, receivedRequestID(r, RequestIDHeader))), slog.String("path", r.Path), slog.Any("error", err))
	}
}

// A Success is how a dialect says that a call succeeded.
type Success struct {
	// HTTPStatus is the success code's; 200 if the system has none.
	HTTPStatus int

	request *Request
	dialect *catalog.System
	code    *catalog.Code
	form    *form
	codec   *Codec
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
	s.codec, s.form = c, c.form(s.dialect, r)
	if said := c.successCode(code, s.dialect); said != nil {
		s.code, s.HTTPStatus = said, said.HTTPStatus()
	} else {
		s.code = s.dialect.DefaultSuccessCode()
	}
	return s, true
}

// Append appends the envelope around data, which is JSON, and sets the headers of the
// answer. An envelope without a success template gives data itself, and keeps the
// Content-Type that header has.
func (s *Success) Append(dst []byte, header http.Header, data []byte) []byte {
	contentType := header["Content-Type"]
	v := template.Values{
		LegacyCode: s.code.LegacyCode(),
		Reason:     s.code.Reason(),
		Domain:     cmp.Or(s.code.Domain(), s.dialect.Domain()),
		RequestID:  setHeader(header, s.request, s.dialect, s.form),
		HTTPStatus: s.HTTPStatus,
		HTTPMethod: s.request.Method,
		Data:       data,
	}
	if contentType != nil && s.form.keepsType() {
		header["Content-Type"] = contentType
	}
	var m *catalog.Message
	m, v.Language = messageFor(s.dialect, s.code, s.request)
	v.Template = m.Template()
	if n := s.form.success.needs; n != 0 {
		f := failure{values: v}
		f.fill(s.codec, n, s.request, &Decision{Dialect: s.dialect, Code: s.code, Replaced: true})
		v = f.values
	}
	return s.form.success.envelope.Append(dst, &v)
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
