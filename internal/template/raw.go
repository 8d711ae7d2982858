// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// The functions of this file read valid JSON without decoding all of it. A reader checks
// a body once with json.Valid.

// skipSpace returns the index of the first byte from i on that is not white space.
func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// valueEnd returns the end of the value that starts at b[i].
func valueEnd(b []byte, i int) int {
	open := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
		case '{', '[':
			open++
			i++
		case '}', ']':
			open--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			i++
			continue
		default:
			i = scalarEnd(b, i)
		}
		if open <= 0 {
			return i
		}
	}
	return len(b)
}

// stringEnd returns the end of the string that starts at b[i].
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// scalarEnd returns the end of the number, true, false or null that starts at b[i].
func scalarEnd(b []byte, i int) int {
	if n := bytes.IndexAny(b[i:], ",:]} \t\r\n"); n >= 0 {
		return i + n
	}
	return len(b)
}

// items reads the members of an object or the elements of an array, one by one.
type items struct {
	raw    []byte
	i      int
	object bool
}

// itemsOf returns the items of a container. ok is false if raw is not one that starts
// with a brace or bracket.
func itemsOf(raw []byte, open byte) (_ items, ok bool) {
	return items{raw: raw, i: 1, object: open == '{'}, len(raw) > 0 && raw[0] == open
}

// An item is a member of an object or an element of an array.
type item struct {
	key, value []byte
	// separator is what is between the item before and this one.
	separator []byte
	// text is the item as it is.
	text []byte
}

func (s *items) next() (it item, ok bool) {
	start := s.i
	i := skipSpace(s.raw, s.i)
	if i < len(s.raw) && s.raw[i] == ',' {
		i = skipSpace(s.raw, i+1)
	}
	if i >= len(s.raw) || s.raw[i] == '}' || s.raw[i] == ']' {
		return item{}, false
	}
	it.separator = s.raw[start:i]
	begin := i
	if s.object {
		end := stringEnd(s.raw, i)
		it.key = s.raw[i:end]
		i = skipSpace(s.raw, skipSpace(s.raw, end)+1)
	}
	if i >= len(s.raw) {
		return item{}, false // not valid JSON
	}
	end := valueEnd(s.raw, i)
	it.value, it.text, s.i = s.raw[i:end], s.raw[begin:end], end
	return it, true
}

// isEmptyArray reports whether valid JSON is an array without elements.
func isEmptyArray(raw []byte) bool {
	s, ok := itemsOf(bytes.TrimSpace(raw), '[')
	_, more := s.next()
	return ok && !more
}

// unquote returns the text of a JSON string.
func unquote(raw []byte) string {
	if len(raw) < 2 {
		return "" // not valid JSON
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "" // not valid JSON
	}
	return s
}

// scalar returns a string, number or boolean as text. It returns false for other values.
func scalar(raw []byte) (string, bool) {
	switch raw[0] {
	case '{', '[', 'n':
		return "", false
	case '"':
		return unquote(raw), true
	default:
		return string(raw), true
	}
}

// normal returns valid JSON in the form of encoding/json, which has no repeated keys.
func normal(raw []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var document any
	if err := d.Decode(&document); err != nil {
		return nil
	}
	b, err := json.Marshal(document)
	if err != nil {
		return nil
	}
	return b
}
