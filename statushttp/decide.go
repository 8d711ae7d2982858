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
	grpcCode := details.CanonicalCode(in.code)
	d := Decision{Dialect: dialect, Language: dialect.Language(), RetryAfter: in.info.RetryAfter}
	code, newer := c.codeIn(dialect, in)
	own := 0 // the HTTP status, if the exit has none
	switch {
	case newer:
		own = catalog.HTTPStatus(grpcCode)
	case code != nil:
		own = code.HTTPStatus()
		d.RetryAfter = cmp.Or(d.RetryAfter, code.RetryAfter())
	default:
		// A fallback never promises a retry: it may hide another cause.
		code, d.Replaced, d.RetryAfter = dialect.Fallback(grpcCode), true, 0
		own = code.HTTPStatusFor(grpcCode)
	}
	d.Code = code
	d.HTTPStatus = cmp.Or(r.HTTPStatus, own)
	if always := dialect.HTTPAlways(); always != 0 && !c.codeHTTPStatus {
		d.HTTPStatus = always
	}
	d.message = code.Message()
	if header := dialect.LanguageHeader(); header != "" && code.Translated() {
		if accept := r.Header[header]; len(accept) > 0 {
			language := dialect.MatchLanguage(accept[0])
			if translation, ok := code.MessageIn(language); ok {
				d.message, d.Language = translation, language
			}
		}
	}
	return d
}

// codeIn returns the code by which dialect says an error; nil if it has none. newer
// reports whether the error has a reason of this dialect that the catalog lacks: what
// it carries is then all there is.
func (c *Codec) codeIn(dialect *catalog.System, in *reading) (code *catalog.Code, newer bool) {
	if in.info.Found {
		said, known := c.catalog.Lookup(in.info.Domain, in.info.Reason)
		if !known {
			return nil, in.info.Domain == dialect.Domain() && in.info.LegacyCode() != ""
		}
		if !said.IsSuccess() {
			code, _ = c.catalog.CodeIn(dialect, said)
		}
		return code, false
	}
	if in.code > codes.Unauthenticated {
		// Some servers send an enum's numbers as gRPC codes.
		if code, ok := dialect.LookupNumber(int32(in.code)); ok && !code.IsSuccess() {
			return code, false
		}
	}
	return nil, false
}
