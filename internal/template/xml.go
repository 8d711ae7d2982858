// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// appendPlain appends s as UTF-8.
func appendPlain(dst []byte, s string) []byte {
	if utf8.ValidString(s) {
		return append(dst, s...)
	}
	return append(dst, string([]rune(s))...)
}

// appendXML appends s as text of an element or as value of an attribute. A reader of XML
// changes a carriage return, and in an attribute each white space, unless they are
// character references.
func appendXML(dst []byte, s string, enc encoding) []byte {
	for _, r := range s {
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		case r == '\'' && enc == encodeSingleAttr:
			dst = append(dst, "&#39;"...)
		case r == '\r':
			dst = append(dst, "&#13;"...)
		case r == '\n' && enc != encodeXML:
			dst = append(dst, "&#10;"...)
		case r == '\t' && enc != encodeXML:
			dst = append(dst, "&#9;"...)
		case r < ' ' && r != '\n' && r != '\t', r == '\uFFFE', r == '\uFFFF':
			dst = append(dst, "\uFFFD"...)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

type (
	// An xmlRoot is a document. Its root element is never left out.
	xmlRoot struct {
		before, after string
		root          *xmlElement
	}
	// An xmlElement is an element of a template.
	xmlElement struct {
		start    string    // the start tag up to its attributes
		attrs    [][]piece // each with the white space before it
		startEnd string    // the rest of the start tag
		content  xmlContent
		end      string // the end tag
		isRoot   bool
	}
	// An xmlContent is what is between two tags. The content of a violation is one too.
	xmlContent struct {
		lead, trail string // the white space at both ends
		items       []xmlItem
	}
	xmlItem struct {
		separator string // the white space before it
		element   *xmlElement
		text      []piece // text, a comment or a processing instruction
	}
)

func (x *xmlRoot) append(dst []byte, v *Values, e *Envelope) ([]byte, bool) {
	dst = append(dst, x.before...)
	dst, _ = x.root.append(dst, v, e)
	return append(dst, x.after...), true
}

// append appends the element. It is left out if an optional text in it has no value, or
// if all in it was left out.
func (x *xmlElement) append(dst []byte, v *Values, e *Envelope) ([]byte, bool) {
	dst = append(dst, x.start...)
	attrs := 0
	for _, attr := range x.attrs {
		if !isLeftOut(attr, v) {
			dst = appendPieces(dst, attr, v, e)
			attrs++
		}
	}
	dst = append(dst, x.startEnd...)
	before := len(dst)
	dst, items, complete := x.content.appendItems(dst, v, e)
	if !x.isRoot {
		emptied := attrs+items == 0 && len(x.attrs)+len(x.content.items) > 0
		if !complete || emptied {
			return dst, false
		}
	}
	if items == 0 && len(x.content.items) > 0 {
		dst = dst[:before]
	}
	return append(dst, x.end...), true
}

func (x *xmlContent) append(dst []byte, v *Values, e *Envelope) ([]byte, bool) {
	dst, _, _ = x.appendItems(dst, v, e)
	return dst, true
}

// appendItems returns the number of items that it appended. complete is false if an
// optional text has no value.
func (x *xmlContent) appendItems(dst []byte, v *Values, e *Envelope) (_ []byte, n int, complete bool) {
	dst = append(dst, x.lead...)
	complete = true
	for i := range x.items {
		item, before, ok := &x.items[i], len(dst), true
		if n > 0 {
			dst = append(dst, item.separator...)
		}
		switch {
		case item.element != nil:
			dst, ok = item.element.append(dst, v, e)
		case isLeftOut(item.text, v):
			ok, complete = false, false
		default:
			dst = appendPieces(dst, item.text, v, e)
		}
		if !ok {
			dst = dst[:before]
			continue
		}
		n++
	}
	return append(dst, x.trail...), n, complete
}

// isLeftOut reports whether an optional placeholder in pieces has no value.
func isLeftOut(pieces []piece, v *Values) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool { return p.optional && !v.has(&p) })
}

func (e *Envelope) compileXML(s *scanner) []error {
	if err := checkXML(s); err != nil {
		return []error{err}
	}
	p := xmlParser{marked: s.marked, pieces: s.pieces, fragment: s.fragment}
	tree := p.document()
	if len(p.errs) == 0 && slices.ContainsFunc(s.pieces, func(p piece) bool { return p.optional }) {
		e.tree = tree
	}
	return p.errs
}

// checkXML checks that a template is XML after its placeholders are replaced.
func checkXML(s *scanner) error {
	b := unmark(s.marked, func(int) string { return "x" })
	if s.fragment {
		b = slices.Concat([]byte("<x>"), b, []byte("</x>"))
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the template is not valid XML after its placeholders are replaced: %w: correct the XML", err)
		}
	}
}

// An xmlParser makes nodes of a marked template, which is valid XML if its marks are
// letters. It sets the encodings of the placeholders.
type xmlParser struct {
	marked   []byte
	i        int
	pieces   []piece
	next     int // the index of the next placeholder in pieces
	fragment bool
	errs     []error
}

func (p *xmlParser) fail(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

// document reads all of the template.
func (p *xmlParser) document() node {
	content := p.content()
	if p.fragment {
		return &content
	}
	var x xmlRoot
	x.before = content.lead
	for _, item := range content.items {
		switch {
		case item.element == nil && !strings.HasPrefix(first(item.text), "<"):
			p.fail("a text is outside of the root element: write it inside")
		case item.element == nil && x.root == nil:
			x.before += item.separator + item.text[0].text
		case item.element == nil:
			x.after += item.separator + item.text[0].text
		case x.root == nil:
			x.before += item.separator
			x.root = item.element
		default:
			p.fail("there are two root elements: write one element around them")
		}
	}
	x.after += content.trail
	if x.root == nil {
		p.fail("there is no element: write one, for example <error><code>{code}</code></error>")
		return &x
	}
	x.root.isRoot = true
	for _, item := range x.root.content.items {
		for i := range item.text {
			item.text[i].optional = false // the root is never left out
		}
	}
	return &x
}

// first returns the literal text at the start of pieces.
func first(pieces []piece) string {
	if len(pieces) > 0 && pieces[0].kind == literal {
		return pieces[0].text
	}
	return ""
}

func (p *xmlParser) rest() []byte { return p.marked[p.i:] }

// until reads up to the end of the next occurrence of a text.
func (p *xmlParser) until(end string) string {
	n := bytes.Index(p.rest(), []byte(end))
	if n < 0 {
		n = len(p.rest()) - len(end)
	}
	start := p.i
	p.i += n + len(end)
	return string(p.marked[start:p.i])
}

// while reads the bytes of a set, or the bytes that are not in it.
func (p *xmlParser) while(set string, in bool) string {
	start := p.i
	for p.i < len(p.marked) && (strings.IndexByte(set, p.marked[p.i]) >= 0) == in {
		p.i++
	}
	return string(p.marked[start:p.i])
}

const xmlSpace = " \t\r\n"

// content reads up to an end tag or to the end of the template.
func (p *xmlParser) content() xmlContent {
	var x xmlContent
	x.lead = p.while(xmlSpace, true)
	for separator := ""; p.i < len(p.marked) && !bytes.HasPrefix(p.rest(), []byte("</")); {
		item := xmlItem{separator: separator}
		switch {
		case p.marked[p.i] != '<':
			item.text = p.text()
		case bytes.HasPrefix(p.rest(), []byte("<!")) || bytes.HasPrefix(p.rest(), []byte("<?")):
			item.text = []piece{{text: p.raw()}}
		default:
			item.element = p.element()
		}
		x.items = append(x.items, item)
		separator = p.while(xmlSpace, true)
		x.trail = separator
	}
	return x
}

// text reads text up to the next tag, without white space at its end.
func (p *xmlParser) text() []piece {
	start := p.i
	raw := bytes.TrimRight([]byte(p.while("<", false)), xmlSpace)
	p.i = start + len(raw)
	for i := 1; i < len(raw); i++ {
		if raw[i-1] == mark && bytes.HasPrefix(bytes.TrimPrefix(raw[i:], []byte("]")), []byte(">")) {
			p.fail("> is after a placeholder: write &gt;, since ]]> is not allowed in text")
		}
	}
	return p.split(raw, encodeXML)
}

// raw reads a comment, a CDATA section or a processing instruction.
func (p *xmlParser) raw() string {
	start := p.i
	switch rest := p.rest(); {
	case bytes.HasPrefix(rest, []byte("<!--")):
		p.until("-->")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		p.until("]]>")
	case bytes.HasPrefix(rest, []byte("<?")):
		if target := p.until("?>"); (start > 0 || p.fragment) && strings.HasPrefix(target, "<?xml") && strings.Trim(target[5:6], xmlSpace+"?") == "" {
			p.fail("<?xml is not at the start of the document: move it to the start of failure")
		}
	default:
		p.fail("a declaration such as <!DOCTYPE> is not allowed: remove it")
		p.until(">")
	}
	raw := p.marked[start:p.i]
	p.misplaced(raw)
	return string(raw)
}

// misplaced reports the placeholders of a part that cannot have any.
func (p *xmlParser) misplaced(raw []byte) {
	for range bytes.Count(raw, []byte{mark}) {
		p.fail("{%s} is not in the text of an element or in the value of an attribute: move it there", p.pieces[p.next].name())
		p.next++
	}
}

// split splits a marked text, and sets the encoding of its placeholders.
func (p *xmlParser) split(raw []byte, enc encoding) []piece {
	n := bytes.Count(raw, []byte{mark})
	placeholders := p.pieces[p.next : p.next+n]
	p.next += n
	for i := range placeholders {
		placeholders[i].encoding = enc
		if placeholders[i].field == fieldViolations && enc != encodeXML {
			p.fail("{%s} is in an attribute: write it as the content of an element", placeholders[i].name())
		}
	}
	for rest := raw; ; {
		_, after, found := bytes.Cut(rest, []byte("&"))
		if !found {
			break
		}
		reference, _, _ := bytes.Cut(after, []byte(";"))
		if bytes.IndexByte(reference, mark) >= 0 {
			p.fail("a placeholder is inside a reference such as &amp;: write it before or after the reference")
		}
		rest = after
	}
	return split(raw, placeholders)
}

func (p *xmlParser) element() *xmlElement {
	var x xmlElement
	x.start = p.while(xmlSpace+"/>", false)
	p.misplaced([]byte(x.start))
	var names []string
	for {
		space := p.while(xmlSpace, true)
		if p.i >= len(p.marked) || p.marked[p.i] == '/' || p.marked[p.i] == '>' {
			x.startEnd = space + p.until(">")
			break
		}
		name, attr := p.attr(space)
		if space == "" { // encoding/xml accepts it
			p.fail("there is no space before the attribute %s: write one", name)
		}
		if slices.Contains(names, name) {
			p.fail("the attribute %s is listed twice in one element: remove one of them", name)
		}
		names = append(names, name)
		x.attrs = append(x.attrs, attr)
	}
	if strings.HasSuffix(x.startEnd, "/>") {
		return &x
	}
	x.content = p.content()
	x.end = p.until(">")
	p.misplaced([]byte(x.end))
	return &x
}

// attr reads an attribute.
func (p *xmlParser) attr(space string) (name string, _ []piece) {
	name = p.while(xmlSpace+"=", false)
	p.misplaced([]byte(name))
	head := space + name + p.while(xmlSpace+"=", true)
	enc, quote := encodeAttr, p.marked[p.i:min(p.i+1, len(p.marked))]
	if string(quote) == "'" {
		enc = encodeSingleAttr
	}
	p.i += len(quote)
	start := []piece{{text: head + string(quote)}}
	return name, append(start, p.split([]byte(p.until(string(quote))), enc)...)
}
