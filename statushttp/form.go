// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/template"
)

// A form is one of a system's envelopes, with what has to be found out to fill it in.
// That is known when the codec is made, so that no error pays for what its envelope does
// not have.
type form struct {
	*template.Set
	failure, stream, success body
	headers                  needs
}

// A body is the template of a response body.
type body struct {
	envelope *template.Envelope
	needs    needs
}

// needs is a set of values that cost something.
type needs uint16

const (
	needMetadata needs = 1 << iota
	needArgs           // {metadata.NAME} of an argument that is not a string
	needLabels
	needTime
	needHelp
	needPath
	needViolations
	needDetails
)

func (n needs) has(other needs) bool { return n&other != 0 }

// formsOf returns the forms of a system, in order.
func formsOf(system *catalog.System) []form {
	placeholders := map[string]needs{
		"metadata": needMetadata, "timestamp": needTime, "timestamp_ms": needTime, "help": needHelp,
		"http_path": needPath, "field": needViolations, "violations": needViolations, "details": needDetails,
	}
	for _, code := range system.Codes() {
		for name := range code.Labels() {
			placeholders["labels."+name] = needLabels
		}
		for _, param := range code.Params() {
			if param.Type != statusmapv1.CodeOptions_Arg_STRING {
				placeholders["metadata."+param.Name] = needArgs
			}
		}
	}
	needsOf := func(e *template.Envelope) needs {
		var n needs
		for placeholder, need := range placeholders {
			if e.Has(placeholder) {
				n |= need
			}
		}
		return n
	}
	var forms []form
	for _, set := range system.Envelopes() {
		f := form{
			Set:     set,
			failure: body{set.Failure, needsOf(set.Failure)},
			stream:  body{set.StreamFailure, needsOf(set.StreamFailure)},
			success: body{set.Success, needsOf(set.Success)},
		}
		for i := range set.Headers {
			f.headers |= needsOf(set.Headers[i].Template)
		}
		forms = append(forms, f)
	}
	return forms
}

// form returns the form in which a system answers r: the one that the client prefers.
func (c *Codec) form(system *catalog.System, r *Request) *form {
	forms := c.forms[system]
	if len(forms) == 1 {
		return &forms[0]
	}
	return &forms[chooseMediaType(r.Header, len(forms), func(i int) string { return forms[i].MediaType })]
}

// body returns the template of a failure of r.
func (f *form) body(r *Request) *body {
	if r.Streaming {
		return &f.stream
	}
	return &f.failure
}

// addVary adds Accept to the header Vary.
func addVary(header http.Header) {
	for _, field := range header["Vary"] {
		for name := range strings.SplitSeq(field, ",") {
			if name = strings.Trim(name, " \t"); name == "*" || strings.EqualFold(name, "Accept") {
				return
			}
		}
	}
	header["Vary"] = append(header["Vary"], "Accept")
}

// maxHeaderValue is the length in bytes up to which the value of a header is written:
// proxies refuse responses with longer headers.
const maxHeaderValue = 1 << 10

// setHeaders sets the headers that the form has for failures.
func (f *form) setHeaders(header http.Header, v *template.Values) {
	for i := range f.Headers {
		h := &f.Headers[i]
		if !h.Template.Empty(v) {
			header[h.Name] = []string{headerValue(h.Template.Append(nil, v))}
		}
	}
}

// headerValue returns a text as the value of a header: control characters are spaces.
func headerValue(text []byte) string {
	s := strings.ToValidUTF8(string(text), "\uFFFD")
	if len(s) > maxHeaderValue {
		n := maxHeaderValue
		for !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}
