// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
)

// A Decision is what a dialect says to an error.
type Decision struct {
	// Dialect is the system that answers.
	Dialect *catalog.System
	// Code is what it says; nil if the error has a reason of this system that the
	// catalog lacks, which is then sent as it came.
	Code *catalog.Code
	// HTTPStatus is the status of the answer.
	HTTPStatus int
	// Language is the BCP 47 tag of the message's language.
	Language string
	// RetryAfter is the delay of the header Retry-After; 0 if it is not sent.
	RetryAfter time.Duration
	// Replaced reports whether Code is a fallback: the error has no code in this
	// dialect, and nothing of its text and metadata is sent.
	Replaced bool

	message *catalog.Message
	form    *form
	// received is the code of the error itself; nil if the catalog lacks it.
	received *catalog.Code
	grpcCode codes.Code
	// ownHTTPStatus is HTTPStatus without http_always.
	ownHTTPStatus int
}

// Decide returns what the dialect of r says to err; false if r has no dialect. It is
// a pure function of the catalog, the codec's options, r and err.
func (c *Codec) Decide(r *Request, err error) (Decision, bool) {
	var in reading
	in.read(c.catalog, r, err)
	dialect := c.failureDialect(r, &in)
	if dialect == nil {
		return Decision{}, false
	}
	return c.decide(dialect, r, &in), true
}

// failureDialect returns the system that answers r with a failure.
func (c *Codec) failureDialect(r *Request, in *reading) *catalog.System {
	dialect := c.Dialect(r)
	if dialect == nil && c.ownDomain && in.info.Found {
		if _, plain := c.dialectOf(r); !plain {
			dialect, _ = c.catalog.System(in.info.Domain)
		}
	}
	return dialect
}

// decide is the second step: which code does the dialect say, with which HTTP status,
// in which language, and what is hidden?
func (c *Codec) decide(dialect *catalog.System, r *Request, in *reading) Decision {
	d := Decision{Dialect: dialect, RetryAfter: in.info.RetryAfter, form: c.form(dialect, r), grpcCode: details.CanonicalCode(in.code)}
	newer := c.findCode(&d, in)
	own := 0 // the HTTP status, if the exit has none
	switch {
	case newer:
		own = catalog.HTTPStatus(d.grpcCode)
	case d.Code != nil:
		own = d.Code.HTTPStatus()
		d.RetryAfter = cmp.Or(d.RetryAfter, d.Code.RetryAfter())
		if in.code > codes.Unauthenticated {
			d.grpcCode = d.Code.GRPCCode()
		}
	default:
		// A fallback never promises a retry: it may hide another cause.
		d.Replaced, d.RetryAfter = true, 0
		if d.Code = dialect.FallbackHTTP(r.HTTPStatus); d.Code == nil {
			d.Code = dialect.Fallback(d.grpcCode)
		}
		own = d.Code.HTTPStatusFor(d.grpcCode)
	}
	d.ownHTTPStatus = cmp.Or(r.HTTPStatus, own)
	d.HTTPStatus = d.ownHTTPStatus
	if always := d.form.HTTPAlways; always != 0 && !c.codeHTTPStatus {
		d.HTTPStatus = always
	}
	d.message, d.Language = messageFor(dialect, d.Code, r)
	return d
}

// messageFor returns the message of a code in the language that a request asks for, and
// the language: the dialect's default one if the request asks for none that fits.
func messageFor(dialect *catalog.System, code *catalog.Code, r *Request) (m *catalog.Message, language string) {
	if !code.Translated() {
		return code.Message(), dialect.Language()
	}
	if header := dialect.LanguageHeader(); header != "" {
		if accept := r.Header[header]; len(accept) > 0 {
			language = dialect.MatchLanguage(accept[0])
			if m, ok := code.MessageIn(language); ok {
				return m, language
			}
		}
	}
	return dialect.DefaultMessage(code)
}

// findCode finds the code by which the dialect of d says an error. newer reports whether
// the error has a reason of this dialect that the catalog lacks: what it carries is then
// all there is.
func (c *Codec) findCode(d *Decision, in *reading) (newer bool) {
	if in.info.Found {
		var known bool
		if d.received, known = c.catalog.Lookup(in.info.Domain, in.info.Reason); !known {
			return in.info.LegacyCode() != "" && d.Dialect.HasDomain(in.info.Domain)
		}
		if !d.received.IsSuccess() {
			d.Code, _ = c.catalog.CodeIn(d.Dialect, d.received)
		}
		return false
	}
	if in.code > codes.Unauthenticated {
		// Some servers send an enum's numbers as gRPC codes.
		if code, ok := d.Dialect.LookupNumber(int32(in.code)); ok && !code.IsSuccess() {
			d.Code = code
			in.info.Metadata, _ = matchMessage(code, in.message)
		}
	}
	return false
}
