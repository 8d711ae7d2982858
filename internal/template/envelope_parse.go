// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

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

// Parse reads the values of the placeholders from a body.
//
// Parse is tolerant, as clients of legacy systems are: key order and white space do not
// matter, keys may be missing or unknown, and a string may replace a number.
//
// Parse returns false if the body is not JSON, or if it does not fit the template: {code}
// is missing or empty, a placeholder has two different values, or a true, false, number
// or string of the template has another value.
//
// Metadata is sorted by name. Data is formatted by encoding/json.
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

// A reading has the values that Parse has read so far.
type reading struct {
	values Values
	seen   [fieldCount]bool
	// lenient: what contradicts the template is passed over.
	lenient bool
}

// A node is a JSON value of a template, compiled for reading bodies.
type node interface {
	// read reads the values of the placeholders in the node from doc. It returns false
	// if doc does not fit the template.
	read(doc any, r *reading) bool
}

type (
	objectNode  []member
	arrayNode   []node
	fieldNode   field
	stringNode  []segment // a string that contains placeholders
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
		return len(n) == 0 // see arrayNode
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
		return len(n) == 0 // legacy systems may send null or {} for an empty array
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

// set stores the text of a field. It returns false if the field already has another
// text.
func (r *reading) set(f field, text string) bool {
	p := r.values.text(f)
	if p == nil || r.seen[f] && *p != text {
		return false
	}
	*p, r.seen[f] = text, true
	return true
}

// scalar returns a string, number or boolean as text. It returns false for other values.
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

// compilePattern replaces each placeholder by a mark and parses the result. Marks are
// characters of a private-use plane of Unicode. A template must not contain these
// characters.
func (e *Envelope) compilePattern() (node, error) {
	var b []byte
	for _, s := range e.segments {
		switch s.kind {
		case literal:
			// In escaped form, the characters are a pair of surrogates.
			if strings.ContainsFunc(s.text, isMark) || strings.Contains(strings.ToLower(s.text), `\udbff\udff`) {
				return nil, errors.New("the template contains a character from U+10FFF0 to U+10FFFF: remove it")
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

// errInEscape is the only syntax error that compilePattern can find: the template is
// already known to be valid JSON if all values are empty.
var errInEscape = errors.New(`a placeholder is inside a \u escape sequence: write it before or after the sequence`)

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
			return nil, errors.New("a key contains a placeholder: write the key without placeholders, since only values can have them")
		}
		if slices.ContainsFunc(object, func(m member) bool { return m.key == key }) {
			return nil, fmt.Errorf("the key %q is listed twice in one object: remove one of them", key)
		}
		n, err := compileNode(d)
		if err != nil {
			return nil, err
		}
		object = append(object, member{key, n})
	}
	_, err := d.Token() // the closing brace
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
	_, err := d.Token() // the closing bracket
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
