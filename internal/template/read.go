// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// Parse reads the values of the placeholders from a body.
//
// Parse is tolerant, as clients of legacy systems are: key order and white space do not
// matter, keys may be missing or unknown, and a string may replace a number.
//
// Parse returns false if the format is not JSON, if the body is not JSON, or if it does
// not fit the template: {code} is missing or empty, a placeholder has two different
// values, or a true, false, number or string of the template has another value. {code?}
// may be missing.
//
// Metadata is sorted by name. Data is formatted by encoding/json; the members of
// {data...} keep their order. {http_reason} is not read, since {http_status} has it.
func (e *Envelope) Parse(body []byte) (Values, bool) {
	if e == nil || e.pattern == nil || !json.Valid(body) {
		return Values{}, false
	}
	r := e.newReading(false)
	if !e.pattern.read(bytes.TrimSpace(body), r) || !r.finish() || e.requires(fieldCode) && r.values.LegacyCode == "" {
		return Values{}, false
	}
	return r.values, true
}

// requires reports whether a placeholder is in the template without a question mark.
func (e *Envelope) requires(f field) bool {
	return slices.ContainsFunc(e.placeholders, func(p piece) bool { return p.field == f && !p.optional })
}

// A reading has the values that were read so far.
type reading struct {
	values    Values
	violation *Envelope
	seen      [fieldCount]bool
	firstOf   string // {field}
	// lenient: what contradicts the template is passed over.
	lenient bool
	// whole: the object of {data...} has all keys that the template always writes.
	whole bool
	// dataElsewhere: the template has {data}, so {data...} is not read.
	dataElsewhere bool
}

func (e *Envelope) newReading(lenient bool) *reading {
	return &reading{lenient: lenient, violation: e.violation, dataElsewhere: e.requires(fieldData)}
}

// finish completes the values. It returns false if they contradict each other.
func (r *reading) finish() bool {
	v := &r.values
	slices.SortFunc(v.Metadata, func(a, b Arg) int { return strings.Compare(a.Name, b.Name) })
	switch {
	case r.firstOf == "":
	case len(v.Violations) == 0:
		v.Violations = []Violation{{Field: r.firstOf}}
	case v.Violations[0].Field == "":
		v.Violations[0].Field = r.firstOf
	default:
		return v.Violations[0].Field == r.firstOf
	}
	return true
}

func (n *container) read(raw []byte, r *reading) bool {
	if n.open == "{" {
		return n.readObject(raw, r)
	}
	return n.readArray(raw, r)
}

// isOptional reports whether nothing of the container is always written. Legacy systems
// may send null or {} for an empty array.
func (n *container) isOptional() bool {
	return !slices.ContainsFunc(n.members, func(m member) bool { return !m.isMany() && !m.value.canBeLeftOut() })
}

func (n *container) readObject(raw []byte, r *reading) bool {
	all, ok := itemsOf(raw, '{')
	if !ok {
		return n.isOptional()
	}
	var buffer [16][]byte
	values := append(buffer[:0], make([][]byte, len(n.members))...) // by index of the member
	for it, more := all.next(); more; it, more = all.next() {
		if i := n.index(it.key); i >= 0 {
			values[i] = it.value // of repeated keys, the last one counts
		}
	}
	whole := true
	for i := range n.members {
		m := &n.members[i]
		switch {
		case m.isMany():
		case values[i] == nil:
			whole = whole && m.value.canBeLeftOut()
		case !m.value.read(values[i], r) && !r.lenient:
			return false
		}
	}
	if slices.ContainsFunc(n.members, func(m member) bool { return m.isMany() }) {
		r.whole = whole
		return r.readMembers(raw, n.keys)
	}
	return true
}

// index returns the index of the member with a key, which is a JSON string; -1 if there
// is none.
func (n *container) index(key []byte) int {
	inner := key[1 : len(key)-1]
	if bytes.IndexByte(inner, '\\') >= 0 {
		inner = []byte(unquote(key))
	}
	for i := range n.members {
		if n.members[i].head != "" && n.members[i].key == string(inner) {
			return i
		}
	}
	return -1
}

// readMembers reads {data...}: the members of an object whose keys are not in keys.
func (r *reading) readMembers(raw []byte, keys []string) bool {
	if r.dataElsewhere {
		return true
	}
	all, _ := itemsOf(raw, '{')
	places := map[string]int{}
	for _, key := range keys {
		places[key] = -1
	}
	var names []string
	var values [][]byte
	for it, more := all.next(); more; it, more = all.next() {
		key := unquote(it.key)
		place, repeated := places[key]
		switch {
		case !repeated:
			places[key] = len(names)
			names, values = append(names, key), append(values, it.value)
		case place >= 0:
			values[place] = it.value
		}
	}
	data := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			data = append(data, ',')
		}
		data = append(appendQuoted(data, name, encodeMinimal), ':')
		data = append(data, normal(values[i])...)
	}
	data = append(data, '}')
	r.values.Data, r.seen[fieldData] = data, true
	return true
}

// readArray reads the elements that the template always writes from both ends, up to
// those that may be absent. The elements between are read if their number tells which
// they are.
func (n *container) readArray(raw []byte, r *reading) bool {
	all, ok := itemsOf(raw, '[')
	if !ok {
		return n.isOptional()
	}
	var values [][]byte
	for it, more := all.next(); more; it, more = all.next() {
		values = append(values, it.value)
	}
	mayBeAbsent := func(m member) bool { return m.isMany() || m.value.canBeLeftOut() }
	from := slices.IndexFunc(n.members, mayBeAbsent)
	if from < 0 || len(values) < from {
		return readAll(n.members, values, r)
	}
	to := len(n.members)
	for !mayBeAbsent(n.members[to-1]) {
		to--
	}
	after := len(n.members) - to
	if !readAll(n.members[:from], values, r) {
		return false
	}
	if len(values) < from+after {
		return true
	}
	end := len(values) - after
	return readBetween(n.members[from:to], values[from:end], r) && readAll(n.members[to:], values[end:], r)
}

// readBetween reads the elements of an array from the first to the last one that may be
// absent.
func readBetween(members []member, values [][]byte, r *reading) bool {
	if len(members) == 1 && members[0].isMany() {
		return r.readViolations(values)
	}
	if slices.ContainsFunc(members, func(m member) bool { return m.isMany() }) {
		return true
	}
	if len(members) == len(values) {
		return readAll(members, values, r)
	}
	always := slices.DeleteFunc(slices.Clone(members), func(m member) bool { return m.value.canBeLeftOut() })
	if len(always) == len(values) {
		return readAll(always, values, r)
	}
	return true
}

// readAll reads elements one by one.
func readAll(members []member, values [][]byte, r *reading) bool {
	for i := range min(len(members), len(values)) {
		if !members[i].value.read(values[i], r) && !r.lenient {
			return false
		}
	}
	return true
}

// readViolations reads {violations}. Elements that are not violations are passed over if
// the reading is lenient.
func (r *reading) readViolations(values [][]byte) bool {
	if len(values) == 0 || r.violation.pattern == nil {
		return true
	}
	r.seen[fieldViolations] = true
	for _, raw := range values {
		one := r.violation.newReading(r.lenient)
		if !r.violation.pattern.read(raw, one) {
			if !r.lenient {
				return false
			}
			continue
		}
		r.values.Violations = append(r.values.Violations, Violation{
			Field: one.firstOf, LegacyCode: one.values.LegacyCode, Reason: one.values.Reason, Message: one.values.Message,
		})
	}
	return true
}

func (n *fieldNode) read(raw []byte, r *reading) bool {
	switch n.field {
	case fieldData:
		return r.setJSON(fieldData, &r.values.Data, raw)
	case fieldDetails:
		return raw[0] == 'n' || r.setJSON(fieldDetails, &r.values.Details, raw)
	case fieldMetadata:
		return r.readMetadata(raw)
	}
	if raw[0] == 'n' {
		return true // null
	}
	s, ok := scalar(raw)
	if !ok && n.field == fieldMetadataName {
		s, ok = string(appendCompact(nil, raw, Minimal)), true // an argument of type JSON
	}
	return ok && r.set(&n.piece, s)
}

func (r *reading) setJSON(f field, p *[]byte, raw []byte) bool {
	b := normal(raw)
	if b == nil || r.seen[f] && !bytes.Equal(b, *p) {
		return false
	}
	*p, r.seen[f] = b, true
	return true
}

func (r *reading) readMetadata(raw []byte) bool {
	if raw[0] == 'n' {
		return true
	}
	all, ok := itemsOf(raw, '{')
	if !ok {
		return false
	}
	values := map[string]string{}
	for it, more := all.next(); more; it, more = all.next() {
		key := unquote(it.key)
		delete(values, key)
		if s, isText := scalar(it.value); isText {
			values[key] = s
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !r.setArg(name, values[name]) {
			return false
		}
	}
	r.seen[fieldMetadata] = true
	return true
}

func (r *reading) setArg(name, value string) bool {
	if before, seen := Find(r.values.Metadata, name); seen {
		return before == value
	}
	r.values.Metadata = append(r.values.Metadata, Arg{name, value})
	return true
}

func (n *stringNode) read(raw []byte, r *reading) bool {
	s, ok := scalar(raw)
	if !ok {
		return raw[0] == 'n' && n.optional
	}
	captures, _, ok := match(n.segments, s)
	if !ok {
		return false
	}
	i := 0
	for k := range n.pieces {
		if n.pieces[k].kind == literal {
			continue
		}
		if !r.set(&n.pieces[k], captures[i]) {
			return false
		}
		i++
	}
	return true
}

func (n *literalNode) read(raw []byte, _ *reading) bool {
	if n.isNull {
		return true // any value fits
	}
	s, ok := scalar(raw)
	return ok && s == n.text
}

// set stores the text of a placeholder. It returns false if the placeholder already has
// another text, or if the text does not fit it.
func (r *reading) set(p *piece, text string) bool {
	v := &r.values
	switch p.field {
	case fieldField:
		return r.setText(p.field, &r.firstOf, text)
	case fieldMetadataName:
		return r.setArg(p.text, text)
	case fieldLabel:
		if v.Labels == nil {
			v.Labels = map[string]string{}
		}
		before, seen := v.Labels[p.text]
		v.Labels[p.text] = text
		return !seen || before == text
	case fieldHTTPReason:
		return true
	case fieldGRPCName:
		i := slices.Index(grpcNames[:], text)
		return i >= 0 && r.setCode(int64(i)) || text == ""
	case fieldTimestamp:
		t, err := time.Parse(time.RFC3339, text)
		return text == "" || err == nil && r.setTime(t)
	}
	if s := v.variable(p.field); s != nil {
		return r.setText(p.field, s, text)
	}
	if text == "" {
		return true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && r.setNumber(p.field, n)
}

func (r *reading) setText(f field, p *string, text string) bool {
	if r.seen[f] && *p != text {
		return false
	}
	*p, r.seen[f] = text, true
	return true
}

func (r *reading) setNumber(f field, n int64) bool {
	switch f {
	case fieldHTTPStatus:
		if r.seen[f] && r.values.HTTPStatus != int(n) || n < 0 || n > 999 {
			return false
		}
		r.values.HTTPStatus = int(n)
	case fieldGRPCCode:
		return r.setCode(n)
	case fieldTimestampMS:
		return r.setTime(time.UnixMilli(n).UTC())
	case fieldRetryAfter:
		if r.seen[f] && r.values.RetryAfter != n || n < 0 {
			return false
		}
		r.values.RetryAfter = n
	}
	r.seen[f] = true
	return true
}

// setCode stores the gRPC code of {grpc_code} or {grpc_name}.
func (r *reading) setCode(n int64) bool {
	if n < 0 || n > 1<<31-1 || r.seen[fieldGRPCCode] && r.values.GRPCCode != codes.Code(n) {
		return false
	}
	r.values.GRPCCode, r.seen[fieldGRPCCode] = codes.Code(n), true
	return true
}

// setTime stores the time of {timestamp} or {timestamp_ms}.
func (r *reading) setTime(t time.Time) bool {
	if r.seen[fieldTimestamp] && r.values.Time.UnixMilli() != t.UnixMilli() {
		return false
	}
	r.values.Time, r.seen[fieldTimestamp] = t, true
	return true
}
