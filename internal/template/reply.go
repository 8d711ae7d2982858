// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// A Reply reads the bodies of a system back: it tells failures from successes.
type Reply struct {
	failure, success *Envelope
	// codes are the literals of the success template at the place of the failure's
	// {code}, as in "code":0.
	codes []string
	flags []flag
}

// A flag is a key with one literal in the failure template and another one in the
// success template.
type flag struct {
	path             []string
	failure, success string
}

// A Kind is what a body is.
type Kind int

// The kinds of bodies.
const (
	Unreadable Kind = iota // not a body of the system
	Failure
	Success
)

// NewReply returns a Reply of a system's envelopes.
func NewReply(failure, success *Envelope) *Reply {
	r := &Reply{failure: failure, success: success}
	if failure != nil && success != nil {
		r.compare(nil, failure.pattern, success.pattern)
	}
	return r
}

// compare notes the differences of two templates at the same path.
func (r *Reply) compare(path []string, failure, success node) {
	f, okF := failure.(objectNode)
	s, okS := success.(objectNode)
	if okF && okS {
		for _, m := range f {
			if i := slices.IndexFunc(s, func(other member) bool { return other.key == m.key }); i >= 0 {
				r.compare(append(slices.Clip(path), m.key), m.value, s[i].value)
			}
		}
		return
	}
	literal, ok := success.(literalNode)
	if !ok {
		return
	}
	switch n := failure.(type) {
	case fieldNode:
		if field(n) == fieldCode {
			r.codes = append(r.codes, string(literal))
		}
	case literalNode:
		if n != literal {
			r.flags = append(r.flags, flag{path, string(n), string(literal)})
		}
	}
}

// Read reads a body. ok reports whether its HTTP status is a success, and httpTells
// whether the system says so by HTTP alone. isSuccess reports whether a legacy code is
// a success code.
//
// If HTTP does not tell, the first of these does: a code at the place of the failure's
// {code}; a key that holds different literals in the two templates; an HTTP status
// that is not a success. Other literals don't count: old servers vary their texts.
//
// A success without the member of {data}, but with members that its template lacks, is
// Unreadable: its resource would be lost.
func (r *Reply) Read(body []byte, ok, httpTells bool, isSuccess func(legacyCode string) bool) (Values, Kind) {
	doc, valid := decodeJSON(body)
	if !valid || r.failure == nil || r.success == nil {
		return Values{}, Unreadable
	}
	failure, success := lenient(r.failure, doc), lenient(r.success, doc)
	kind := Unreadable
	code := failure.values.LegacyCode
	switch {
	case httpTells && ok:
		kind = Success
	case httpTells && code != "":
		kind = Failure
	case httpTells:
	case code != "" && (isSuccess(code) || slices.Contains(r.codes, code)):
		kind = Success
	case code != "":
		kind = Failure
	default:
		kind = r.flag(doc)
		if kind == Unreadable && ok && success.seen[fieldData] {
			kind = Success
		}
	}
	switch {
	case kind == Success && !success.seen[fieldData] && !r.success.knows(doc):
		return Values{}, Unreadable
	case kind == Success:
		return success.values, Success
	case kind == Failure && code == "":
		return Values{}, Unreadable // a failure without a code: HTTP has to do
	default:
		return failure.values, kind
	}
}

// flag returns what the first flag in doc says.
func (r *Reply) flag(doc any) Kind {
	for _, f := range r.flags {
		value := doc
		for _, key := range f.path {
			object, ok := value.(map[string]any)
			if !ok {
				break
			}
			value = object[key]
		}
		switch text, _ := scalar(value); text {
		case f.failure:
			return Failure
		case f.success:
			return Success
		}
	}
	return Unreadable
}

// lenient reads what doc has of an envelope's placeholders. Literals don't count, and a
// text that does not fit is left out.
func lenient(e *Envelope, doc any) reading {
	r := reading{lenient: true}
	e.pattern.read(doc, &r)
	return r
}

// knows reports whether the template has all members of doc.
func (e *Envelope) knows(doc any) bool {
	pattern, isObject := e.pattern.(objectNode)
	object, ok := doc.(map[string]any)
	if !isObject || !ok {
		return isObject == ok
	}
	for key := range object {
		if !slices.ContainsFunc(pattern, func(m member) bool { return m.key == key }) {
			return false
		}
	}
	return true
}

// decodeJSON decodes a body that is one JSON value.
func decodeJSON(body []byte) (doc any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		return nil, false
	}
	_, err := d.Token()
	return doc, errors.Is(err, io.EOF)
}
