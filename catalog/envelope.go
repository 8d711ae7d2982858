package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// An Envelope is the JSON around a message, as a template. Rendering appends
// bytes and keeps the template's key order and spacing; whatever the values, the
// result is valid JSON.
type Envelope struct {
	source   string
	segments []placed
	pattern  node
}

// Values is what the placeholders of an envelope stand for.
type Values struct {
	LegacyCode string // {code}
	Message    string // {message}
	Reason     string // {reason}
	Domain     string // {domain}
	RequestID  string // {request_id}
	Metadata   []Arg  // {metadata}
	Data       []byte // {data}: valid JSON; null where it is empty
}

// A place is where in an envelope a placeholder stands.
type place uint8

const (
	literal  place = iota
	value          // outside a string: a JSON value
	inString       // inside a string: escaped text
)

type placed struct {
	place place
	field field
	text  string
}

// A field is a placeholder's meaning.
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

const envelopePlaceholders = "{code} {message} {reason} {domain} {request_id} {metadata} {data}"

func compileEnvelope(source string) (*Envelope, error) {
	e := &Envelope{source: source}
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			e.segments = append(e.segments, placed{text: text.String()})
			text.Reset()
		}
	}
	inside := false // a JSON string
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
			return nil, errors.New("'}' without '{' in a string: write }} for a brace")
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
				return nil, fmt.Errorf("'{' in a string that starts no placeholder: there are %s; write {{ for a brace", envelopePlaceholders)
			case name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == "":
				return nil, fmt.Errorf("unknown placeholder {%s}: there are %s", name, envelopePlaceholders)
			default:
				text.WriteByte(c) // a JSON object
				continue
			}
			flush()
			p := placed{place: value, field: f}
			if inside {
				if f == fieldData || f == fieldMetadata {
					return nil, fmt.Errorf("{%s} inside a string: it is a JSON value, take off the quotation marks", name)
				}
				p.place = inString
			}
			e.segments = append(e.segments, p)
			i += end
		default:
			text.WriteByte(c)
		}
	}
	flush()
	if b := e.Append(nil, &Values{}); !json.Valid(b) {
		var v any
		return nil, fmt.Errorf("not JSON with its placeholders filled in: %w", json.Unmarshal(b, &v))
	}
	var err error
	e.pattern, err = e.compilePattern()
	return e, err
}

// String returns the template as the .proto file has it.
func (e *Envelope) String() string {
	if e == nil {
		return ""
	}
	return e.source
}

// Has tells whether the envelope has a placeholder, for example "request_id".
func (e *Envelope) Has(placeholder string) bool {
	f, ok := fieldByName(placeholder)
	return ok && e.has(f)
}

func (e *Envelope) has(f field) bool {
	if e == nil {
		return false
	}
	for i := range e.segments {
		if e.segments[i].place != literal && e.segments[i].field == f {
			return true
		}
	}
	return false
}

// Append appends the envelope with v filled in.
func (e *Envelope) Append(dst []byte, v *Values) []byte {
	if e == nil {
		return dst
	}
	for i := range e.segments {
		s := &e.segments[i]
		switch s.place {
		case literal:
			dst = append(dst, s.text...)
		case inString:
			dst = appendText(dst, v.text(s.field))
		case value:
			dst = v.appendValue(dst, s.field)
		}
	}
	return dst
}

func (v *Values) text(f field) string {
	switch f {
	case fieldCode:
		return v.LegacyCode
	case fieldMessage:
		return v.Message
	case fieldReason:
		return v.Reason
	case fieldDomain:
		return v.Domain
	case fieldRequestID:
		return v.RequestID
	default:
		return ""
	}
}

func (v *Values) appendValue(dst []byte, f field) []byte {
	switch f {
	case fieldData:
		if len(v.Data) == 0 {
			return append(dst, "null"...)
		}
		return append(dst, v.Data...)
	case fieldMetadata:
		dst = append(dst, '{')
		for i := range v.Metadata {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, v.Metadata[i].Name)
			dst = append(dst, ':')
			dst = appendString(dst, v.Metadata[i].Value)
		}
		return append(dst, '}')
	case fieldCode:
		if isInteger(v.LegacyCode) {
			return append(dst, v.LegacyCode...)
		}
		return appendString(dst, v.LegacyCode)
	default:
		return appendString(dst, v.text(f))
	}
}

// Parse reads a body backwards through the envelope. It is as tolerant as the
// old clients: key order and spacing do not matter, keys may be missing or more,
// and a number may stand as a string. It returns false where the body is not
// JSON of the envelope's shape: {code} is missing or empty, or a true, false,
// number or string of the template has another value.
func (e *Envelope) Parse(body []byte) (Values, bool) {
	var v Values
	if e == nil {
		return v, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return v, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, false
	}
	if !e.pattern.read(doc, &v) {
		return Values{}, false
	}
	if e.has(fieldCode) && v.LegacyCode == "" {
		return Values{}, false
	}
	return v, true
}

// A node is a JSON value of an envelope, read backwards.
type node interface {
	// read takes from doc what the placeholders below the node stand for. It is
	// false where doc contradicts the template.
	read(doc any, v *Values) bool
}

type (
	objectNode  map[string]node
	arrayNode   []node
	fieldNode   field
	stringNode  []segment // a string with placeholders inside
	literalNode string    // a scalar, as text
	anyNode     struct{}  // null or an empty array: says nothing
)

func (n objectNode) read(doc any, v *Values) bool {
	object, ok := doc.(map[string]any)
	if !ok {
		return false
	}
	for key, child := range n {
		if d, present := object[key]; present && !child.read(d, v) {
			return false
		}
	}
	return true
}

func (n arrayNode) read(doc any, v *Values) bool {
	array, ok := doc.([]any)
	if !ok {
		return false
	}
	for i := range min(len(n), len(array)) {
		if !n[i].read(array[i], v) {
			return false
		}
	}
	return true
}

func (n fieldNode) read(doc any, v *Values) bool {
	switch field(n) {
	case fieldData:
		b, err := json.Marshal(doc)
		v.Data = b
		return err == nil
	case fieldMetadata:
		object, ok := doc.(map[string]any)
		for name, d := range object {
			if s, isText := scalar(d); isText {
				v.Metadata = append(v.Metadata, Arg{name, s})
			}
		}
		return ok || doc == nil
	default:
		s, ok := scalar(doc)
		return (ok || doc == nil) && v.set(field(n), s)
	}
}

func (n stringNode) read(doc any, v *Values) bool {
	s, ok := doc.(string)
	if !ok {
		return false
	}
	captures, _, ok := match(n, s)
	if !ok {
		return false
	}
	i := 0
	for _, seg := range n {
		if seg.name == "" {
			continue
		}
		f, known := fieldByName(seg.name)
		if !known || !v.set(f, captures[i]) {
			return false
		}
		i++
	}
	return true
}

func (n literalNode) read(doc any, _ *Values) bool {
	s, ok := scalar(doc)
	return ok && s == string(n)
}

func (anyNode) read(any, *Values) bool { return true }

// set keeps text for a field; false where another text is there already.
func (v *Values) set(f field, text string) bool {
	var p *string
	switch f {
	case fieldCode:
		p = &v.LegacyCode
	case fieldMessage:
		p = &v.Message
	case fieldReason:
		p = &v.Reason
	case fieldDomain:
		p = &v.Domain
	case fieldRequestID:
		p = &v.RequestID
	default:
		return false
	}
	if *p != "" && *p != text {
		return false
	}
	*p = text
	return true
}

func scalar(doc any) (string, bool) {
	switch d := doc.(type) {
	case string:
		return d, true
	case json.Number:
		return d.String(), true
	case bool:
		if d {
			return "true", true
		}
		return "false", true
	default:
		return "", false
	}
}

// compilePattern parses the template with a mark in place of each placeholder.
// Marks are in a private-use plane of Unicode, which a template that held them
// would be refused for.
func (e *Envelope) compilePattern() (node, error) {
	var b []byte
	for _, s := range e.segments {
		switch s.place {
		case literal:
			if strings.ContainsFunc(s.text, isMark) {
				return nil, errors.New("characters U+10FFF0 to U+10FFFD have no place in an envelope")
			}
			b = append(b, s.text...)
		case inString:
			b = append(b, string(mark(s.field))...)
		case value:
			b = append(b, '"')
			b = append(b, string(valueMark)...)
			b = append(b, string(mark(s.field))...)
			b = append(b, '"')
		}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("not JSON with its placeholders filled in: %w", err)
	}
	return compileNode(doc)
}

const (
	firstMark = 0x10FFF0
	valueMark = rune(0x10FFFD)
)

func mark(f field) rune { return firstMark + rune(f) }

func isMark(r rune) bool { return r >= firstMark && r <= valueMark }

func compileNode(doc any) (node, error) {
	switch d := doc.(type) {
	case map[string]any:
		object := make(objectNode, len(d))
		for key, child := range d {
			if strings.ContainsFunc(key, isMark) {
				return nil, errors.New("a placeholder in a key: only values can be filled in")
			}
			n, err := compileNode(child)
			if err != nil {
				return nil, err
			}
			object[key] = n
		}
		return object, nil
	case []any:
		if len(d) == 0 {
			return anyNode{}, nil
		}
		array := make(arrayNode, len(d))
		for i, child := range d {
			var err error
			if array[i], err = compileNode(child); err != nil {
				return nil, err
			}
		}
		return array, nil
	case string:
		runes := []rune(d)
		if len(runes) == 2 && runes[0] == valueMark {
			return fieldNode(runes[1] - firstMark), nil
		}
		if !strings.ContainsFunc(d, isMark) {
			return literalNode(d), nil
		}
		var segments stringNode
		text := ""
		for _, r := range runes {
			if !isMark(r) {
				text += string(r)
				continue
			}
			if text != "" {
				segments = append(segments, segment{text: text})
				text = ""
			}
			segments = append(segments, segment{name: fieldNames[r-firstMark]})
		}
		if text != "" {
			segments = append(segments, segment{text: text})
		}
		return segments, nil
	case nil:
		return anyNode{}, nil
	default:
		s, _ := scalar(d)
		return literalNode(s), nil
	}
}
