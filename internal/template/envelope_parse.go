// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// CompileEnvelope compiles the template of an envelope or of a header. Each error says
// what is wrong and what to write instead.
func CompileEnvelope(source string, o Options) (*Envelope, []error) {
	var all []field
	for f := range fieldCount {
		all = append(all, f)
	}
	return compile(source, o, all)
}

// CompileViolation compiles the template of one violation. It can contain {field},
// {code}, {reason} and {message}, which are the violation's.
func CompileViolation(source string, o Options) (*Envelope, []error) {
	return compile(source, o, violationFields)
}

func compile(source string, o Options, allowed []field) (*Envelope, []error) {
	if !utf8.ValidString(source) {
		return nil, []error{errors.New("the template is not valid UTF-8: save it as UTF-8")}
	}
	s := scanner{source: source, options: o, allowed: allowed, fragment: len(allowed) < int(fieldCount)}
	s.scan()
	if o.Escape < Minimal || o.Escape > HTML {
		s.fail("unknown escape %d: write MINIMAL, ASCII or HTML", o.Escape)
	}
	if o.Violation != nil && o.Violation.format != o.Format && o.Violation.source != "" {
		s.fail("the template of one violation has another format: write it in the same format")
	}
	if len(s.errs) > 0 {
		return nil, s.errs
	}
	e := &Envelope{source: source, format: o.Format, escape: o.Escape, violation: o.Violation, placeholders: s.pieces}
	var errs []error
	switch o.Format {
	case JSON:
		errs = e.compileJSON(&s)
	case XML:
		errs = e.compileXML(&s)
	case Text:
	default:
		errs = []error{fmt.Errorf("unknown format %d: write JSON, XML or TEXT", o.Format)}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	if e.tree == nil {
		e.segments = split(s.marked, s.pieces)
	}
	return e, nil
}

// mark is the byte that replaces a placeholder while a template is compiled. It does not
// occur in UTF-8.
const mark = 0xFF

// split splits a marked text into literal text and placeholders.
func split(marked []byte, placeholders []piece) []piece {
	var pieces []piece
	next, start := 0, 0
	flush := func(end int) {
		if start < end {
			pieces = append(pieces, piece{text: string(marked[start:end])})
		}
		start = end + 1
	}
	for i, c := range marked {
		if c == mark {
			flush(i)
			pieces = append(pieces, placeholders[next])
			next++
		}
	}
	flush(len(marked))
	return pieces
}

// unmark returns a marked text with each placeholder replaced.
func unmark(marked []byte, replacement func(placeholder int) string) []byte {
	var b []byte
	n := 0
	for _, c := range marked {
		if c != mark {
			b = append(b, c)
			continue
		}
		b = append(b, replacement(n)...)
		n++
	}
	return b
}

// A scanner finds the placeholders of a template.
type scanner struct {
	source   string
	options  Options
	allowed  []field
	fragment bool // the template is of a violation

	marked []byte // the source without escapes; a mark is in each placeholder's place
	pieces []piece
	errs   []error

	inside   bool   // in JSON: whether the position is inside a string
	open     []byte // in JSON: the braces and brackets that are open
	last     byte   // in JSON: the last byte outside strings that is not white space
	highHalf int    // in JSON: the end of a \u escape that is the first half of a character
}

func (s *scanner) scan() {
	for i := 0; i < len(s.source); {
		i += s.next(s.source[i:])
	}
}

// next reads what rest starts with, and returns its length.
func (s *scanner) next(rest string) int {
	isJSON, c := s.options.Format == JSON, rest[0]
	inText := !isJSON || s.inside
	switch {
	case isJSON && s.inside && c == '\\' && len(rest) > 1:
		return s.escape(rest)
	case isJSON && c == '"':
		s.inside = !s.inside
		s.last = c
	case inText && (strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}")):
		s.marked = append(s.marked, c)
		return 2
	case inText && c == '}':
		where := ""
		if isJSON {
			where = " in a string"
		}
		s.fail("'}' without '{'%s: write }} for a brace", where)
		return 1
	case c == '{':
		if n := s.placeholder(rest, inText); n > 0 {
			return n
		}
	}
	if isJSON && !s.inside {
		s.structure(c)
	}
	s.marked = append(s.marked, c)
	return 1
}

func (s *scanner) fail(format string, args ...any) {
	s.errs = append(s.errs, fmt.Errorf(format, args...))
}

// escape reads an escape in a JSON string.
func (s *scanner) escape(rest string) int {
	s.marked = append(s.marked, rest[:2]...)
	if rest[1] != 'u' || len(rest) < 6 {
		return 2
	}
	digits := rest[2:6]
	switch {
	case strings.Contains(digits, "{"):
		s.fail(`a placeholder is inside a \u escape sequence: write it before or after the sequence`)
	case strings.EqualFold(digits[:1], "d") && strings.ContainsAny(digits[1:2], "89abAB"):
		s.highHalf = len(s.marked) + 4
	}
	return 2
}

// structure notes a byte of JSON that is outside strings.
func (s *scanner) structure(c byte) {
	switch c {
	case '{', '[':
		s.open = append(s.open, c)
	case '}', ']':
		s.open = s.open[:max(len(s.open)-1, 0)]
	case ' ', '\t', '\n', '\r':
		return
	}
	s.last = c
}

// placeholder reads a placeholder, and returns its length; 0 if rest starts with the
// brace of a JSON object.
func (s *scanner) placeholder(rest string, inText bool) int {
	end := strings.IndexAny(rest[1:], "{}") + 1
	closed := end > 0 && rest[end] == '}'
	if !inText && (!closed || !isName(rest[1:end])) {
		return 0
	}
	if !closed {
		s.fail("%s", s.noOpenBrace())
		return 1
	}
	if p, ok := s.parse(rest[1:end], inText); ok && s.check(&p, inText) {
		s.marked = append(s.marked, mark)
		s.pieces = append(s.pieces, p)
		s.last = mark
	}
	return end + 1
}

// isName reports whether text looks like the name of a placeholder, and not like the
// inside of a JSON object.
func isName(text string) bool {
	if strings.HasPrefix(text, labelsPrefix) || strings.HasPrefix(text, metadataPrefix) {
		return true
	}
	return text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.?") == ""
}

func (s *scanner) noOpenBrace() string {
	where := ""
	if s.options.Format == JSON {
		where = " in a string"
	}
	return "'{'" + where + " that does not start a placeholder: write {{ for a brace, or one of " + listOf(s.allowed)
}

// parse returns the placeholder that is written as name in braces.
func (s *scanner) parse(name string, inText bool) (piece, bool) {
	base, optional := strings.CutSuffix(name, "?")
	p, ok := pieceByName(base)
	if ok && slices.Contains(s.allowed, p.field) && (p.field != fieldMembers || !optional) {
		p.optional = optional
		p.kind, p.encoding = value, encodePlain
		if s.options.Format == JSON {
			p.encoding = jsonEncoding(s.options.Escape)
		}
		if inText {
			p.kind = text
		}
		return p, true
	}
	list := listOf(s.allowed)
	if s.fragment {
		list += ", which are the violation's"
	}
	switch known, dots := pieceByName(strings.TrimRight(name, ".?")); {
	case base == labelsPrefix, base == metadataPrefix:
		s.fail("{%s} has no name: write {%sNAME}", name, base)
	case dots && slices.Contains(s.allowed, known.field) && known.field == fieldData:
		s.fail("{%s} is not a placeholder: write {data...}, {data} or {data?}", name)
	case dots && slices.Contains(s.allowed, known.field):
		s.fail("{%s} is not a placeholder: write {%s} or {%s?}", name, known.name(), known.name())
	case inText:
		s.fail("%s; {%s} is not one of them", s.noOpenBrace(), name)
	default:
		s.fail("unknown placeholder {%s}: write one of %s", name, list)
	}
	return piece{}, false
}

// check reports whether a placeholder can be where it is.
func (s *scanner) check(p *piece, inText bool) bool {
	n := len(s.errs)
	if p.field == fieldViolations && s.options.Violation == nil {
		s.fail(`{%s} needs the template of one violation: write it in violation, for example '{"field":{field},"message":{message}}'`, p.name())
	}
	switch s.options.Format {
	case JSON:
		s.checkJSON(p, inText)
	case XML:
		s.checkText(p, "XML")
	case Text:
		s.checkText(p, "TEXT")
		if p.optional {
			s.fail("{%s} is in text, which has no members that can be left out: write {%s}, which is empty text if there is no value",
				p.name(), strings.TrimSuffix(p.name(), "?"))
		}
	}
	return len(s.errs) == n
}

func (s *scanner) checkText(p *piece, format string) {
	if p.field == fieldData || p.field == fieldMembers {
		s.fail("{%s} is JSON and cannot be in format: %s: remove it", p.name(), format)
	}
}

func (s *scanner) checkJSON(p *piece, inText bool) {
	container := byte(0)
	if len(s.open) > 0 {
		container = s.open[len(s.open)-1]
	}
	first := s.last == container || s.last == ','
	switch {
	case p.field == fieldMembers && (inText || container != '{' || !first):
		s.fail(`{data...} is not a member of an object: write it as in {"code":0,{data...}}`)
	case p.field == fieldMembers && slices.ContainsFunc(s.pieces, func(other piece) bool { return other.field == fieldMembers }):
		s.fail("{data...} is written twice: remove one of them")
	case p.field == fieldViolations && (inText || container != '[' || !first):
		s.fail(`{%s} is not an element of an array: write [{%s}]`, p.name(), p.name())
	case inText && (p.field == fieldData || p.field == fieldMetadata || p.field == fieldDetails):
		s.fail("{%s} is a JSON value and cannot be inside a string: remove the quotation marks", p.name())
	case inText && s.highHalf > 0 && s.highHalf == len(s.marked):
		s.fail("{%s} is after the first half of a character that is written as two \\u escape sequences: write it before or after the character", p.name())
	case p.optional && container == 0:
		s.fail("{%s} is not in an object or array, so there is nothing to leave out: write {%s}", p.name(), strings.TrimSuffix(p.name(), "?"))
	}
}
