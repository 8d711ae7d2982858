// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// An Envelope is the template of a response body, of a header or of a violation. What it
// writes has the template's order and white space. In JSON, it is valid JSON for all
// values. All methods may be called on a nil Envelope, which is empty.
type Envelope struct {
	source       string
	format       Format
	escape       Escape
	violation    *Envelope // of {violations}
	placeholders []piece
	segments     []piece // the template, if nothing in it can be left out
	tree         node    // the template otherwise
	// pattern is the JSON template, for reading; nil in other formats.
	pattern jsonNode
}

// Values are the values of an envelope's placeholders.
type Values struct {
	LegacyCode string // {code}
	Message    string // {message}, unless Template is set
	// Template is the message whose arguments are Metadata. It replaces Message, and
	// saves a copy of the text.
	Template  *Message
	Reason    string // {reason}
	Domain    string // {domain}
	RequestID string // {request_id}
	Metadata  []Arg  // {metadata}
	Data      []byte // {data}: valid JSON; empty is null
	// Labels are the code's labels, for {labels.NAME}.
	Labels map[string]string
	// Type returns the type of an argument, for {metadata.NAME} outside a string. nil:
	// all arguments are strings.
	Type func(name string) Type
	// Sensitive reports whether {metadata} leaves an argument out. nil: none.
	Sensitive  func(name string) bool
	HTTPStatus int        // {http_status} and {http_reason}
	HTTPMethod string     // {http_method}
	HTTPPath   string     // {http_path}
	GRPCCode   codes.Code // {grpc_code} and {grpc_name}
	Language   string     // {language}
	Time       time.Time  // {timestamp} and {timestamp_ms}
	RetryAfter int64      // {retry_after}, in seconds
	Help       string     // {help}
	Details    []byte     // {details}: a JSON array; empty is null
	// Violations are {violations}; the first one's field is {field}.
	Violations []Violation
}

// A Violation is one entry of {violations}.
type Violation struct{ Field, LegacyCode, Reason, Message string }

// A Type is the type of an argument in JSON. It has the numbers of
// statusmap.v1.CodeOptions.Arg.Type.
type Type int32

// The types of arguments.
const (
	String Type = iota
	Int64
	Double
	Bool
	JSONValue
)

// A Format is the format of a template. It has the numbers of
// statusmap.v1.Envelope.Format.
type Format int32

// The formats of templates.
const (
	JSON Format = iota
	XML
	Text
)

// An Escape says which characters are escaped in JSON strings. It has the numbers of
// statusmap.v1.Envelope.Escape.
type Escape int32

// The escapes.
const (
	Minimal Escape = iota
	ASCII
	HTML
)

// Options are the options of a template.
type Options struct {
	Format Format
	Escape Escape
	// Violation is the template of each of {violations}; nil if there is none.
	Violation *Envelope
}

// A Set has all templates of one Envelope option of a system.
type Set struct {
	Failure, Success, StreamFailure *Envelope
	// HasSuccess reports whether the option has a success template. Otherwise Success is
	// {data}.
	HasSuccess bool
	Headers    []Header // by name
	// ContentType is the header Content-Type. MediaType is the same in lower case without
	// parameters.
	ContentType, MediaType string
	Format                 Format
	HTTPAlways             int
	// Reply reads the bodies back. It is nil if the format is not JSON.
	Reply *Reply
}

// A Header is a header of failed responses.
type Header struct {
	Name     string // in the canonical form of net/http
	Template *Envelope
}

// A node is a part of a template that may be left out.
type node interface {
	// append appends the node. ok is false if it is to be left out; the caller then
	// removes what was appended.
	append(dst []byte, v *Values, e *Envelope) (_ []byte, ok bool)
}

// A piece is a run of literal text or a placeholder.
type piece struct {
	text     string // literal text, or NAME of {metadata.NAME} and {labels.NAME}
	kind     pieceKind
	field    field
	optional bool // {x?}
	encoding encoding
}

type pieceKind uint8

const (
	literal pieceKind = iota
	value             // a placeholder outside a JSON string: a JSON value
	text              // any other placeholder: escaped text
)

// String returns the template as written in the .proto file.
func (e *Envelope) String() string {
	if e == nil {
		return ""
	}
	return e.source
}

// Has reports whether the envelope contains a placeholder, for example "request_id" or
// "labels.owner". {data...} counts as "data", and {x?} as "x".
func (e *Envelope) Has(placeholder string) bool {
	if e == nil {
		return false
	}
	placeholder = strings.TrimSuffix(strings.TrimSuffix(placeholder, "?"), "...")
	for i := range e.placeholders {
		if e.placeholders[i].is(placeholder) {
			return true
		}
	}
	return false
}

// Empty reports whether the envelope has placeholders and all of them have no value. A
// header is left out then.
func (e *Envelope) Empty(v *Values) bool {
	if e == nil {
		return false
	}
	for i := range e.placeholders {
		if v.has(&e.placeholders[i]) {
			return false
		}
	}
	return len(e.placeholders) > 0
}

// Append appends the envelope, with its placeholders replaced by v.
func (e *Envelope) Append(dst []byte, v *Values) []byte {
	if e == nil {
		return dst
	}
	if e.tree != nil {
		dst, _ = e.tree.append(dst, v, e) // the root is never left out
		return dst
	}
	return appendPieces(dst, e.segments, v, e)
}

func appendPieces(dst []byte, pieces []piece, v *Values, e *Envelope) []byte {
	for i := range pieces {
		p := &pieces[i]
		switch p.kind {
		case literal:
			dst = append(dst, p.text...)
		case value:
			dst = v.appendValue(dst, p, e)
		case text:
			dst = v.appendText(dst, p, e)
		}
	}
	return dst
}
