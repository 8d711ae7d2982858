// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A jsonNode is a JSON value of a template.
type jsonNode interface {
	node
	// read reads the values of the placeholders in the node from valid JSON. It returns
	// false if the JSON does not fit the template.
	read(raw []byte, r *reading) bool
	// canBeLeftOut reports whether append can return false.
	canBeLeftOut() bool
}

type (
	// A container is an object or an array.
	container struct {
		open, lead  string // the bracket, and the white space after it
		trail, shut string // the white space before the bracket, and the bracket
		members     []member
		isRoot      bool
		// keys are the object's own keys, if it has {data...}.
		keys []string
	}
	// A fieldNode is a placeholder outside a string.
	fieldNode struct{ piece }
	// A stringNode is a string with placeholders.
	stringNode struct {
		pieces   []piece
		segments []segment // for reading
		optional bool
	}
	// A literalNode is a scalar.
	literalNode struct {
		source string
		text   string
		isNull bool
	}
)

// A member is a member of an object, or an element of an array without a key.
type member struct {
	separator string // the comma before it, with white space
	head      string // the key, with quotation marks, colon and white space
	key       string
	value     jsonNode
}

// isMany reports whether the member is {data...} or {violations}, which are any number
// of members.
func (m *member) isMany() bool { return m.is(fieldMembers) || m.is(fieldViolations) }

// is reports whether the member's value is a placeholder.
func (m *member) is(f field) bool {
	n, ok := m.value.(*fieldNode)
	return ok && n.field == f
}

func (n *container) append(dst []byte, v *Values, e *Envelope) ([]byte, bool) {
	dst = append(append(dst, n.open...), n.lead...)
	start, empty, stays := len(dst), true, len(n.members) == 0 || n.isRoot
	for i := range n.members {
		m := &n.members[i]
		before := len(dst)
		if !empty {
			dst = append(dst, m.separator...)
		}
		dst = append(dst, m.head...)
		var ok bool
		if m.is(fieldMembers) {
			dst, ok = appendMembers(dst, v, n.keys, e.escape)
		} else {
			dst, ok = m.value.append(dst, v, e)
		}
		if !ok {
			dst = dst[:before]
			stays = stays || !m.value.canBeLeftOut()
			continue
		}
		empty = false
	}
	if empty && len(n.members) > 0 {
		return append(dst[:start-len(n.lead)], n.shut...), stays
	}
	return append(append(dst, n.trail...), n.shut...), true
}

func (n *container) canBeLeftOut() bool {
	return !n.isRoot && len(n.members) > 0 &&
		!slices.ContainsFunc(n.members, func(m member) bool { return !m.value.canBeLeftOut() })
}

func (n *fieldNode) append(dst []byte, v *Values, e *Envelope) ([]byte, bool) {
	if n.field == fieldViolations {
		return v.appendViolations(dst, ",", e), len(v.Violations) > 0
	}
	if n.optional && !v.has(&n.piece) {
		return dst, false
	}
	return v.appendValue(dst, &n.piece, e), true
}

func (n *fieldNode) canBeLeftOut() bool { return n.optional }

func (n *stringNode) append(dst []byte, v *Values, e *Envelope) ([]byte, bool) {
	for i := range n.pieces {
		if p := &n.pieces[i]; p.optional && !v.has(p) {
			return dst, false
		}
	}
	return appendPieces(dst, n.pieces, v, e), true
}

func (n *stringNode) canBeLeftOut() bool { return n.optional }

func (n *literalNode) append(dst []byte, _ *Values, _ *Envelope) ([]byte, bool) {
	return append(dst, n.source...), true
}

func (n *literalNode) canBeLeftOut() bool { return false }

// appendMembers appends the members of the response whose keys are not in keys. ok is
// false if there are none.
func appendMembers(dst []byte, v *Values, keys []string, escape Escape) (_ []byte, ok bool) {
	i := skipSpace(v.Data, 0)
	if i == len(v.Data) {
		return dst, false
	}
	all, isObject := itemsOf(v.Data[i:], '{')
	if !isObject {
		if slices.Contains(keys, "data") {
			return dst, false
		}
		return appendJSON(append(dst, `"data":`...), v.Data, escape), true
	}
	seen := make(map[string]struct{}, len(keys))
	for _, key := range keys {
		seen[key] = struct{}{}
	}
	for it, more := all.next(); more; it, more = all.next() {
		key := unquote(it.key)
		if _, repeated := seen[key]; repeated {
			continue
		}
		seen[key] = struct{}{}
		if ok {
			dst = appendSeparator(dst, it.separator)
		}
		dst, ok = appendJSON(dst, it.text, escape), true
	}
	return dst, ok
}

// appendSeparator appends the separator of two members. That of the first member has no
// comma.
func appendSeparator(dst, separator []byte) []byte {
	if !slices.Contains(separator, ',') {
		dst = append(dst, ',')
	}
	return append(dst, separator...)
}

func (e *Envelope) compileJSON(s *scanner) []error {
	if err := checkJSON(s); err != nil {
		return []error{err}
	}
	p := jsonParser{marked: s.marked, pieces: s.pieces}
	root := p.value()
	if len(p.errs) > 0 {
		return p.errs
	}
	e.pattern = root
	if n, ok := root.(*container); ok {
		n.isRoot = true
	}
	if slices.ContainsFunc(s.pieces, func(p piece) bool {
		return p.optional || p.field == fieldMembers || p.field == fieldViolations
	}) {
		e.tree = root
	}
	return nil
}

// checkJSON checks that a template is JSON after its placeholders are replaced.
func checkJSON(s *scanner) error {
	b := unmark(s.marked, func(i int) string {
		switch p := &s.pieces[i]; {
		case p.field == fieldMembers:
			return `"":0`
		case p.kind == text:
			return ""
		default:
			return `""`
		}
	})
	if json.Valid(b) {
		return nil
	}
	var v any
	err := json.Unmarshal(b, &v)
	return fmt.Errorf("the template is not valid JSON after its placeholders are replaced: %w: %s", err, remedy(s.source))
}

// remedy says what to write instead of a template that is not JSON.
func remedy(source string) string {
	source = strings.TrimLeft(source, " \t\r\n")
	switch {
	case strings.HasPrefix(source, "<"):
		return "write format: XML, or JSON"
	case source != "" && !strings.ContainsAny(source[:1], `{["-0123456789`):
		return "write format: TEXT, or JSON"
	default:
		return "correct the JSON"
	}
}

// A jsonParser makes nodes of a marked template, which is valid JSON except for its
// marks.
type jsonParser struct {
	marked []byte
	i      int
	pieces []piece // those after i
	errs   []error
}

var errInKey = errors.New("a key contains a placeholder: write the key without placeholders, since only values can have them")

// space reads white space and bytes of a set.
func (p *jsonParser) space(and string) string {
	start := p.i
	for p.i < len(p.marked) && strings.IndexByte(" \t\r\n"+and, p.marked[p.i]) >= 0 {
		p.i++
	}
	return string(p.marked[start:p.i])
}

func (p *jsonParser) value() jsonNode {
	p.space("")
	switch c := p.marked[p.i]; c {
	case '{', '[':
		return p.container(c)
	case '"':
		return p.text()
	case mark:
		return &fieldNode{p.piece()}
	default:
		start := p.i
		p.i = scalarEnd(p.marked, p.i)
		source := string(p.marked[start:p.i])
		return &literalNode{source: source, text: source, isNull: source == "null"}
	}
}

// piece reads a mark.
func (p *jsonParser) piece() piece {
	first := p.pieces[0]
	p.pieces = p.pieces[1:]
	p.i++
	return first
}

func (p *jsonParser) container(open byte) jsonNode {
	p.i++
	n := &container{open: string(open), shut: string(open + 2)} // in ASCII, } is { + 2, and ] is [ + 2
	n.lead = p.space("")
	for separator := ""; p.marked[p.i] != open+2; {
		m := member{separator: separator}
		if open == '{' {
			p.key(&m, n)
		} else {
			m.value = p.value()
		}
		n.members = append(n.members, m)
		separator = p.space(",")
		n.trail = separator
	}
	p.i++
	if slices.ContainsFunc(n.members, func(m member) bool { return m.is(fieldMembers) }) {
		for _, m := range n.members {
			if m.head != "" {
				n.keys = append(n.keys, m.key)
			}
		}
	}
	return n
}

// key reads a member of an object.
func (p *jsonParser) key(m *member, n *container) {
	if p.marked[p.i] == mark && p.pieces[0].field == fieldMembers {
		m.value = &fieldNode{p.piece()}
		return
	}
	start := p.i
	if p.marked[p.i] == mark {
		p.errs = append(p.errs, errInKey)
		p.piece()
	} else if key, ok := p.text().(*literalNode); !ok {
		p.errs = append(p.errs, errInKey)
	} else {
		m.key = key.text
		if slices.ContainsFunc(n.members, func(other member) bool { return other.head != "" && other.key == m.key }) {
			p.errs = append(p.errs, fmt.Errorf("the key %q is listed twice in one object: remove one of them", m.key))
		}
	}
	p.space(":")
	m.head = string(p.marked[start:p.i])
	m.value = p.value()
}

// text reads a string.
func (p *jsonParser) text() jsonNode {
	end := stringEnd(p.marked, p.i)
	raw := p.marked[p.i:end]
	p.i = end
	marks := strings.Count(string(raw), string([]byte{mark}))
	if marks == 0 {
		return &literalNode{source: string(raw), text: unquote(raw)}
	}
	n := &stringNode{pieces: split(raw, p.pieces[:marks])}
	p.pieces = p.pieces[marks:]
	for _, s := range split(raw[1:len(raw)-1], n.placeholders()) {
		if s.kind == literal {
			n.segments = append(n.segments, segment{text: unquote([]byte(`"` + s.text + `"`))})
			continue
		}
		n.optional = n.optional || s.optional
		n.segments = append(n.segments, segment{placeholder: true})
	}
	return n
}

func (n *stringNode) placeholders() []piece {
	return slices.DeleteFunc(slices.Clone(n.pieces), func(p piece) bool { return p.kind == literal })
}
