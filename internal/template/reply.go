// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"encoding/json"
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

// NewReply returns a Reply of a system's envelopes. It returns nil if one of them is not
// JSON.
func NewReply(failure, success *Envelope) *Reply {
	if failure == nil || success == nil || failure.pattern == nil || success.pattern == nil {
		return nil
	}
	r := &Reply{failure: failure, success: success}
	r.compare(nil, failure.pattern, success.pattern)
	return r
}

// compare notes the differences of two templates at the same path.
func (r *Reply) compare(path []string, failure, success jsonNode) {
	f, okF := failure.(*container)
	s, okS := success.(*container)
	if okF && okS && f.open == "{" && s.open == "{" {
		for _, m := range f.members {
			i := slices.IndexFunc(s.members, func(other member) bool { return other.head != "" && other.key == m.key })
			if m.head != "" && i >= 0 {
				r.compare(append(slices.Clip(path), m.key), m.value, s.members[i].value)
			}
		}
		return
	}
	literal, ok := success.(*literalNode)
	if !ok || literal.isNull {
		return
	}
	switch n := failure.(type) {
	case *fieldNode:
		if n.field == fieldCode {
			r.codes = append(r.codes, literal.text)
		}
	case *literalNode:
		if !n.isNull && n.text != literal.text {
			r.flags = append(r.flags, flag{path, n.text, literal.text})
		}
	}
}

// Read reads a body. ok reports whether its HTTP status is a success, and httpTells
// whether the system says so by HTTP alone. isSuccess reports whether a legacy code is
// a success code.
//
// If HTTP does not tell, the first of these does:
//
//  1. A code at the place of the failure's {code}. It is a success if isSuccess says so.
//     It is a success too if the success template has it as a literal there, as in
//     "code":0, unless rule 2 says that the body is a failure.
//  2. A key that holds different literals in the two templates.
//  3. An HTTP status that is not a success.
//  4. The keys of the templates.
//
// Other literals don't count: old servers vary their texts.
//
// A failure has no code if its template has none, or only {code?}. Without a code that
// the template requires, a body is Unreadable, and only HTTP says what it means. A
// success without the member of {data}, but with members that its template lacks, is
// Unreadable too: its resource would be lost.
func (r *Reply) Read(body []byte, ok, httpTells bool, isSuccess func(legacyCode string) bool) (Values, Kind) {
	if r == nil || !json.Valid(body) {
		return Values{}, Unreadable
	}
	raw := bytes.TrimSpace(body)
	failure, success := r.failure.lenient(raw), r.success.lenient(raw)
	kind := r.kind(raw, ok, httpTells, isSuccess, failure, success)
	switch {
	case kind == Success && !success.seen[fieldData] && !r.success.knows(raw):
		return Values{}, Unreadable
	case kind == Success:
		return success.values, Success
	case kind == Failure && !r.failure.isFailure(failure):
		return Values{}, Unreadable
	case kind == Failure:
		return failure.values, Failure
	default:
		return Values{}, Unreadable
	}
}

// kind decides by the rules of Read. It may return Failure for a body that has nothing of
// a failure.
func (r *Reply) kind(raw []byte, ok, httpTells bool, isSuccess func(string) bool, failure, success *reading) Kind {
	if httpTells {
		if ok {
			return Success
		}
		return Failure
	}
	flag := r.flag(raw)
	switch code := failure.values.LegacyCode; {
	case code != "" && isSuccess(code):
		return Success
	case code != "" && slices.Contains(r.codes, code) && flag != Failure:
		return Success
	case code != "":
		return Failure
	case flag != Unreadable:
		return flag
	case !ok:
		return Failure
	case r.failure.isWhole(raw):
		return Failure
	case success.seen[fieldData] && (success.whole || success.dataElsewhere):
		return Success
	default:
		return Failure
	}
}

// flag returns what the first flag in a body says.
func (r *Reply) flag(raw []byte) Kind {
	for _, f := range r.flags {
		value := raw
		for _, key := range f.path {
			value = memberOf(value, key)
		}
		if len(value) == 0 {
			continue
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

// memberOf returns the last member of an object that has a key; nil if there is none.
func memberOf(raw []byte, key string) []byte {
	all, ok := itemsOf(raw, '{')
	if !ok {
		return nil
	}
	var value []byte
	for it, more := all.next(); more; it, more = all.next() {
		if unquote(it.key) == key {
			value = it.value
		}
	}
	return value
}

// lenient reads what a body has of an envelope's placeholders. Literals don't count, and
// a text that does not fit is left out.
func (e *Envelope) lenient(raw []byte) *reading {
	r := e.newReading(true)
	e.pattern.read(raw, r)
	r.finish()
	return r
}

// isFailure reports whether a reading has what makes it a failure of the template: a
// code, or some other value if the template can do without a code.
func (e *Envelope) isFailure(r *reading) bool {
	if r.values.LegacyCode != "" {
		return true
	}
	return !e.requires(fieldCode) && (slices.Contains(r.seen[:], true) || len(r.values.Metadata) > 0)
}

// isWhole reports whether a template can do without a code, and a body fits it and has
// all keys that it always writes.
func (e *Envelope) isWhole(raw []byte) bool {
	pattern, isContainer := e.pattern.(*container)
	if e.requires(fieldCode) || !isContainer || pattern.open != "{" {
		return false
	}
	for _, m := range pattern.members {
		if m.head != "" && !m.value.canBeLeftOut() && memberOf(raw, m.key) == nil {
			return false
		}
	}
	return e.isFailure(e.lenient(raw)) && e.pattern.read(raw, e.newReading(false))
}

// knows reports whether the template has all members of a body.
func (e *Envelope) knows(raw []byte) bool {
	pattern, isContainer := e.pattern.(*container)
	all, ok := itemsOf(raw, '{')
	isObject := isContainer && pattern.open == "{"
	if !isObject || !ok {
		return isObject == ok
	}
	for it, more := all.next(); more; it, more = all.next() {
		if pattern.index(it.key) < 0 {
			return false
		}
	}
	return true
}
