package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// An Envelope is the JSON around a message, as a template. Rendering appends
// bytes and keeps the template's key order and spacing; whatever the values, the
// result is valid JSON.
type Envelope struct {
	source   string
	segments []placed
	fields   [fieldCount]bool // those that segments have
	pattern  node
}

// Values is what the placeholders of an envelope stand for.
type Values struct {
	LegacyCode string // {code}
	Message    string // {message}
	// Template, where it is not nil, stands above Message: {message} is Template
	// with Metadata filled in.
	Template  *Message
	Reason    string // {reason}
	Domain    string // {domain}
	RequestID string // {request_id}
	Metadata  []Arg  // {metadata}
	Data      []byte // {data}: valid JSON; null where it is empty
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
	if !utf8.ValidString(source) {
		return nil, errors.New("not UTF-8")
	}
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
			e.fields[f] = true
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
	if e.pattern, err = e.compilePattern(); err != nil {
		return nil, err
	}
	return e, nil
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
	return e != nil && e.fields[f]
}

// Append appends the envelope with v filled in.
func (e *Envelope) Append(dst []byte, v *Values) []byte {
	if e == nil {
		return dst
	}
	if v.Template != nil {
		if f := v.Template.filledIn(e, v); f != nil {
			return f.append(dst, v)
		}
	}
	for i := range e.segments {
		s := &e.segments[i]
		switch s.place {
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
		dst = append(dst, '"')
		dst = v.appendText(dst, f)
		return append(dst, '"')
	}
}

// appendText appends a text as it stands inside a JSON string.
func (v *Values) appendText(dst []byte, f field) []byte {
	if f == fieldMessage && v.Template != nil {
		return v.Template.appendJSON(dst, v.Metadata)
	}
	return appendText(dst, v.text(f))
}

// Parse reads a body backwards through the envelope. It is as tolerant as the
// old clients: key order and spacing do not matter, keys may be missing or more,
// and a number may stand as a string. It returns false where the body is not
// JSON of the envelope's shape: {code} is missing or empty, a placeholder stands
// twice and for two things, or a true, false, number or string of the template
// has another value. Metadata comes back by name, and Data as encoding/json
// writes it.
func (e *Envelope) Parse(body []byte) (Values, bool) {
	var r reading
	if e == nil {
		return Values{}, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return Values{}, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Values{}, false
	}
	if !e.pattern.read(doc, &r) {
		return Values{}, false
	}
	if e.has(fieldCode) && r.values.LegacyCode == "" {
		return Values{}, false
	}
	return r.values, true
}

// reading is what Parse has found so far.
type reading struct {
	values Values
	seen   [fieldCount]bool
}

// A node is a JSON value of an envelope, read backwards.
type node interface {
	// read takes from doc what the placeholders below the node stand for. It is
	// false where doc contradicts the template.
	read(doc any, r *reading) bool
}

type (
	objectNode  []member
	arrayNode   []node
	fieldNode   field
	stringNode  []segment // a string with placeholders inside
	literalNode string    // a scalar, as text
	anyNode     struct{}  // null: says nothing
)

type member struct {
	key   string
	value node
}

func (n objectNode) read(doc any, r *reading) bool {
	object, ok := doc.(map[string]any)
	if !ok {
		return len(n) == 0 // as for an empty array
	}
	for _, m := range n {
		if d, present := object[m.key]; present && !m.value.read(d, r) {
			return false
		}
	}
	return true
}

func (n arrayNode) read(doc any, r *reading) bool {
	array, ok := doc.([]any)
	if !ok {
		return len(n) == 0 // an empty one says nothing: old servers send null or {} for it
	}
	for i := range min(len(n), len(array)) {
		if !n[i].read(array[i], r) {
			return false
		}
	}
	return true
}

func (n fieldNode) read(doc any, r *reading) bool {
	switch field(n) {
	case fieldData:
		b, err := json.Marshal(doc)
		if err != nil || r.seen[fieldData] && !bytes.Equal(b, r.values.Data) {
			return false
		}
		r.values.Data, r.seen[fieldData] = b, true
		return true
	case fieldMetadata:
		if doc == nil {
			return true
		}
		object, ok := doc.(map[string]any)
		if !ok {
			return false
		}
		var metadata []Arg
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if s, isText := scalar(object[name]); isText {
				metadata = append(metadata, Arg{name, s})
			}
		}
		if r.seen[fieldMetadata] && !slices.Equal(metadata, r.values.Metadata) {
			return false
		}
		r.values.Metadata, r.seen[fieldMetadata] = metadata, true
		return true
	default:
		if doc == nil {
			return true
		}
		s, ok := scalar(doc)
		return ok && r.set(field(n), s)
	}
}

func (n stringNode) read(doc any, r *reading) bool {
	s, ok := scalar(doc)
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
		if !known || !r.set(f, captures[i]) {
			return false
		}
		i++
	}
	return true
}

func (n literalNode) read(doc any, _ *reading) bool {
	s, ok := scalar(doc)
	return ok && s == string(n)
}

func (anyNode) read(any, *reading) bool { return true }

// set keeps text for a field; false where another text is there already.
func (r *reading) set(f field, text string) bool {
	var p *string
	v := &r.values
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
	if r.seen[f] && *p != text {
		return false
	}
	*p, r.seen[f] = text, true
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
// Marks are characters of a private-use plane of Unicode; a template that holds
// such a character is refused.
func (e *Envelope) compilePattern() (node, error) {
	var b []byte
	for _, s := range e.segments {
		switch s.place {
		case literal:
			// Escaped, the characters are a pair of surrogates.
			if strings.ContainsFunc(s.text, isMark) || strings.Contains(strings.ToLower(s.text), `\udbff\udff`) {
				return nil, errors.New("characters U+10FFF0 to U+10FFFF have no place in an envelope")
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
	return compileNode(d)
}

const (
	firstMark = 0x10FFF0
	valueMark = rune(0x10FFFD)
)

func mark(f field) rune { return firstMark + rune(f) }

func isMark(r rune) bool { return r >= firstMark }

// compileNode compiles the next value of a marked template.
func compileNode(d *json.Decoder) (node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("not JSON with its placeholders filled in: %w", err)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return compileObject(d)
		}
		return compileArray(d)
	case string:
		return compileString(t), nil
	case nil:
		return anyNode{}, nil
	default:
		s, _ := scalar(t)
		return literalNode(s), nil
	}
}

func compileObject(d *json.Decoder) (node, error) {
	object := objectNode{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON with its placeholders filled in: %w", err)
		}
		key, _ := token.(string)
		if strings.ContainsFunc(key, isMark) {
			return nil, errors.New("a placeholder in a key: only values can be filled in")
		}
		if slices.ContainsFunc(object, func(m member) bool { return m.key == key }) {
			return nil, fmt.Errorf("key %q twice in one object: a reader sees one of them", key)
		}
		n, err := compileNode(d)
		if err != nil {
			return nil, err
		}
		object = append(object, member{key, n})
	}
	_, err := d.Token() // the brace
	return object, err
}

func compileArray(d *json.Decoder) (node, error) {
	array := arrayNode{}
	for d.More() {
		n, err := compileNode(d)
		if err != nil {
			return nil, err
		}
		array = append(array, n)
	}
	_, err := d.Token() // the bracket
	return array, err
}

func compileString(s string) node {
	runes := []rune(s)
	if len(runes) == 2 && runes[0] == valueMark {
		return fieldNode(runes[1] - firstMark)
	}
	if !strings.ContainsFunc(s, isMark) {
		return literalNode(s)
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
	return segments
}
