package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Parse reads a body back. It is as tolerant as the old clients: key order and
// spacing do not matter, keys may be missing or unknown, and a number may come as a
// string. It returns false if the body is not JSON of the envelope's shape: {code}
// is missing or empty, a placeholder occurs twice with two values, or a true, false,
// number or string of the template has another value. Metadata is sorted by name,
// and Data is as encoding/json writes it.
func (e *Envelope) Parse(body []byte) (Values, bool) {
	var r reading
	if e == nil {
		return Values{}, false
	}
	doc, ok := decodeJSON(body)
	if !ok || !e.pattern.read(doc, &r) {
		return Values{}, false
	}
	if e.has(fieldCode) && r.values.LegacyCode == "" {
		return Values{}, false
	}
	return r.values, true
}

// A reading is what Parse has found so far.
type reading struct {
	values Values
	seen   [fieldCount]bool
	// lenient: what contradicts the template is passed over.
	lenient bool
}

// A node is a JSON value of an envelope, for reading a body back.
type node interface {
	// read takes from doc what the placeholders below the node stand for. It returns
	// false if doc contradicts the template.
	read(doc any, r *reading) bool
}

type (
	objectNode  []member
	arrayNode   []node
	fieldNode   field
	stringNode  []segment // a string with placeholders inside
	literalNode string    // a scalar, as text
	anyNode     struct{}  // null: any value fits
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
		if d, present := object[m.key]; present && !m.value.read(d, r) && !r.lenient {
			return false
		}
	}
	return true
}

func (n arrayNode) read(doc any, r *reading) bool {
	array, ok := doc.([]any)
	if !ok {
		return len(n) == 0 // old servers send null or {} for an empty array
	}
	for i := range min(len(n), len(array)) {
		if !n[i].read(array[i], r) && !r.lenient {
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
		if !seg.placeholder {
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

// set keeps the text of a field; false if it has another text already.
func (r *reading) set(f field, text string) bool {
	p := r.values.text(f)
	if p == nil || r.seen[f] && *p != text {
		return false
	}
	*p, r.seen[f] = text, true
	return true
}

// scalar returns a string, number or boolean as text.
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
// Marks are characters of a private-use plane of Unicode; a template that has such
// a character is refused.
func (e *Envelope) compilePattern() (node, error) {
	var b []byte
	for _, s := range e.segments {
		switch s.kind {
		case literal:
			// Escaped, the characters are a pair of surrogates.
			if strings.ContainsFunc(s.text, isMark) || strings.Contains(strings.ToLower(s.text), `\udbff\udff`) {
				return nil, errors.New("the template has a character of U+10FFF0 to U+10FFFF: remove it")
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

// errInEscape: nothing else makes a template invalid that is valid JSON when it is
// filled in with empty texts.
var errInEscape = errors.New(`a placeholder inside a \u escape sequence: write it before or after the sequence`)

// compileNode compiles the next value of a marked template.
func compileNode(d *json.Decoder) (node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, errInEscape
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
			return nil, errInEscape
		}
		key, _ := token.(string)
		if strings.ContainsFunc(key, isMark) {
			return nil, errors.New("a placeholder in a key: write the key as text, since only values can have placeholders")
		}
		if slices.ContainsFunc(object, func(m member) bool { return m.key == key }) {
			return nil, fmt.Errorf("key %q is listed twice in one object: remove one, since readers see only one of them", key)
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
		segments = append(segments, segment{name: fieldNames[r-firstMark], placeholder: true})
	}
	if text != "" {
		segments = append(segments, segment{text: text})
	}
	return segments
}
