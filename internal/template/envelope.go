// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
)

// An Envelope is the JSON of a response body. A body that it writes has the template's
// key order and white space, and is valid JSON for all values. All methods may be
// called on a nil Envelope, which is empty.
type Envelope struct {
	source   string
	segments []piece
	fields   [fieldCount]bool // whether segments contain the field
	pattern  node
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

// A piece is a run of literal text or a placeholder.
type piece struct {
	kind  pieceKind
	field field
	text  string
}

type pieceKind uint8

const (
	literal  pieceKind = iota
	value              // a placeholder outside a string: a JSON value
	inString           // a placeholder inside a string: escaped text
)

// A field is the kind of a placeholder, such as {code}.
type field uint8

const (
	fieldCode field = iota
	fieldMessage
	fieldReason
	fieldDomain
	fieldRequestID
	fieldMetadata
	fieldData
	fieldCount
)

var fieldNames = [fieldCount]string{"code", "message", "reason", "domain", "request_id", "metadata", "data"}

func fieldByName(name string) (field, bool) {
	for f, n := range fieldNames {
		if n == name {
			return field(f), true
		}
	}
	return 0, false
}

const placeholders = "{code} {message} {reason} {domain} {request_id} {metadata} {data}"

// CompileEnvelope compiles the template of an envelope. Each error says what is wrong
// and what to write instead.
func CompileEnvelope(source string, _ Options) (*Envelope, []error) {
	e, err := compileEnvelope(source)
	if err != nil {
		return nil, []error{err}
	}
	return e, nil
}

// CompileViolation compiles the template of one violation. It can contain {field},
// {code}, {reason} and {message}, which are the violation's.
func CompileViolation(source string, o Options) (*Envelope, []error) {
	return CompileEnvelope(source, o)
}

func compileEnvelope(source string) (*Envelope, error) {
	e := &Envelope{source: source}
	if !utf8.ValidString(source) {
		return nil, errors.New("the template is not valid UTF-8: save it as UTF-8")
	}
	if err := e.split(source); err != nil {
		return nil, err
	}
	if b := e.Append(nil, &Values{}); !json.Valid(b) {
		var v any
		return nil, fmt.Errorf("the template is not valid JSON after its placeholders are replaced: %w: correct the JSON", json.Unmarshal(b, &v))
	}
	var err error
	e.pattern, err = e.compilePattern()
	if err != nil {
		return nil, err
	}
	return e, nil
}

// split splits source into literal text and placeholders.
func (e *Envelope) split(source string) error {
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			e.segments = append(e.segments, piece{text: text.String()})
			text.Reset()
		}
	}
	inside := false // whether source[i] is inside a JSON string
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case inside && c == '\\' && i+1 < len(source):
			text.WriteString(source[i : i+2])
			i++
		case c == '"':
			inside = !inside
			text.WriteByte(c)
		case inside && (strings.HasPrefix(source[i:], "{{") || strings.HasPrefix(source[i:], "}}")):
			text.WriteByte(c)
			i++
		case inside && c == '}':
			return errors.New("'}' without '{' in a string: write }} for a brace")
		case c == '{':
			end := strings.IndexByte(source[i:], '}')
			name := ""
			if end > 0 {
				name = source[i+1 : i+end]
			}
			f, ok := fieldByName(name)
			switch {
			case ok:
			case inside:
				return fmt.Errorf("'{' in a string that does not start a placeholder: write {{ for a brace, or one of %s", placeholders)
			case name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == "":
				return fmt.Errorf("unknown placeholder {%s}: write one of %s", name, placeholders)
			default:
				text.WriteByte(c) // a JSON object
				continue
			}
			flush()
			p := piece{kind: value, field: f}
			if inside {
				if f == fieldData || f == fieldMetadata {
					return fmt.Errorf("{%s} is a JSON value and cannot be inside a string: remove the quotation marks", name)
				}
				p.kind = inString
			}
			e.segments = append(e.segments, p)
			e.fields[f] = true
			i += end
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return nil
}

// String returns the template as written in the .proto file.
func (e *Envelope) String() string {
	if e == nil {
		return ""
	}
	return e.source
}

// Has reports whether the envelope contains a placeholder, for example "request_id".
func (e *Envelope) Has(placeholder string) bool {
	f, ok := fieldByName(placeholder)
	return ok && e.has(f)
}

func (e *Envelope) has(f field) bool { return e != nil && e.fields[f] }

// Append appends the envelope, with its placeholders replaced by v.
func (e *Envelope) Append(dst []byte, v *Values) []byte {
	if e == nil {
		return dst
	}
	for i := range e.segments {
		s := &e.segments[i]
		switch s.kind {
		case literal:
			dst = append(dst, s.text...)
		case inString:
			dst = v.appendText(dst, s.field)
		case value:
			dst = v.appendValue(dst, s.field)
		}
	}
	return dst
}

// text returns a pointer to the text of a field, or nil if the field is not a text.
func (v *Values) text(f field) *string {
	switch f {
	case fieldCode:
		return &v.LegacyCode
	case fieldMessage:
		return &v.Message
	case fieldReason:
		return &v.Reason
	case fieldDomain:
		return &v.Domain
	case fieldRequestID:
		return &v.RequestID
	default:
		return nil
	}
}

// appendValue appends a field as a JSON value.
func (v *Values) appendValue(dst []byte, f field) []byte {
	switch {
	case f == fieldData && len(v.Data) == 0:
		return append(dst, "null"...)
	case f == fieldData:
		return append(dst, v.Data...)
	case f == fieldMetadata:
		dst = append(dst, '{')
		for i := range v.Metadata {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendQuoted(dst, v.Metadata[i].Name), ':')
			dst = appendQuoted(dst, v.Metadata[i].Value)
		}
		return append(dst, '}')
	case f == fieldCode && isInteger(v.LegacyCode):
		return append(dst, v.LegacyCode...)
	default:
		dst = append(dst, '"')
		dst = v.appendText(dst, f)
		return append(dst, '"')
	}
}

// appendText appends a field as the inside of a JSON string.
func (v *Values) appendText(dst []byte, f field) []byte {
	if f == fieldMessage && v.Template != nil {
		return v.Template.appendEscaped(dst, v.Metadata)
	}
	if s := v.text(f); s != nil {
		return appendEscaped(dst, *s)
	}
	return dst
}
