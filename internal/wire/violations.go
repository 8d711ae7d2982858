// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Violation is one entry of a google.rpc.BadRequest.
type Violation struct {
	Field, Description, Reason string
	Locale, Localized          string // the localized_message, unless Locale is ""
}

// MaxViolations is how many violations of a status are read: a violation takes two
// bytes on the wire, and much more memory.
const MaxViolations = 128

// AppendBadRequest appends a serialized google.rpc.BadRequest.
func AppendBadRequest(b []byte, violations []Violation) []byte {
	var v []byte
	for i := range violations {
		x := &violations[i]
		v = appendString(v[:0], 1, x.Field)
		v = appendString(v, 2, x.Description)
		v = appendString(v, 3, x.Reason)
		if x.Locale != "" {
			v = protowire.AppendBytes(appendTag(v, 4), AppendLocalizedMessage(nil, x.Locale, x.Localized))
		}
		b = protowire.AppendBytes(appendTag(b, 1), v)
	}
	return b
}

// ReadBadRequest appends the violations of a serialized google.rpc.BadRequest to list,
// until it has MaxViolations. It returns list unchanged if raw is not a BadRequest.
func ReadBadRequest(list []Violation, raw string) []Violation {
	return readViolations(list, raw, (*Violation).readBadRequest)
}

// ReadValidation appends the violations of a serialized buf.validate.Violations to list,
// until it has MaxViolations. The reason of a violation is its rule_id. ReadValidation
// returns list unchanged if raw is not such a message.
func ReadValidation(list []Violation, raw string) []Violation {
	return readViolations(list, raw, (*Violation).readValidation)
}

func readViolations(list []Violation, raw string, read func(v *Violation, raw string) (ok bool)) []Violation {
	before := len(list)
	ok := readEntries(raw, func(entry string, _ int) bool {
		if len(list) >= MaxViolations {
			return true
		}
		var v Violation
		ok := read(&v, entry)
		list = append(list, v)
		return ok
	})
	if !ok {
		return list[:before]
	}
	return list
}

// Entries returns where each of the violations in a serialized google.rpc.BadRequest or
// buf.validate.Violations ends: raw[:ends[n]] has the first n+1 of them. It returns nil
// if raw is not such a message.
func Entries(raw string) (ends []int) {
	ok := readEntries(raw, func(_ string, end int) bool {
		ends = append(ends, end)
		return true
	})
	if !ok {
		return nil
	}
	return ends
}

// readEntries calls entry for each value of field 1, with its end in raw.
func readEntries(raw string, entry func(value string, end int) (ok bool)) (ok bool) {
	var f field
	for rest := raw; len(rest) > 0; {
		if rest, ok = f.next(rest); !ok {
			return false
		}
		if f.num == 1 && f.typ == protowire.BytesType && !entry(f.bytes, len(raw)-len(rest)) {
			return false
		}
	}
	return true
}

func (v *Violation) readBadRequest(raw string) (ok bool) {
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return false
		}
		if f.typ != protowire.BytesType {
			continue
		}
		switch f.num {
		case 1:
			v.Field = f.bytes
		case 2:
			v.Description = f.bytes
		case 3:
			v.Reason = f.bytes
		case 4:
			if v.Locale, v.Localized, ok = readPair(f.bytes); !ok {
				return false
			}
		}
	}
	return true
}

func (v *Violation) readValidation(raw string) (ok bool) {
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return false
		}
		if f.typ != protowire.BytesType {
			continue
		}
		switch f.num {
		case 2:
			v.Reason = f.bytes
		case 3:
			v.Description = f.bytes
		case 5:
			path, ok := readFieldPath(f.bytes)
			if !ok {
				return false
			}
			v.Field = path
		}
	}
	return true
}

// readFieldPath returns a buf.validate.FieldPath as protovalidate's FieldPathString
// writes it, for example a.b[0] or a["key"].c.
func readFieldPath(raw string) (path string, ok bool) {
	var b []byte
	first := true
	ok = readEntries(raw, func(element string, _ int) bool {
		if !first {
			b = append(b, '.')
		}
		first = false
		b, ok = appendPathElement(b, element)
		return ok
	})
	return string(b), ok
}

// appendPathElement appends a buf.validate.FieldPathElement.
func appendPathElement(b []byte, raw string) (_ []byte, ok bool) {
	var name string
	var subscript field // the last one, since they are a oneof
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return b, false
		}
		switch {
		case f.num == 2 && f.typ == protowire.BytesType:
			name = f.bytes
		case f.num >= 6 && f.num <= 9 && f.typ == protowire.VarintType, f.num == 10 && f.typ == protowire.BytesType:
			subscript = f
		}
	}
	b = append(b, name...)
	if subscript.num == 0 {
		return b, true
	}
	b = append(b, '[')
	switch subscript.num {
	case 6, 9: // index, uint_key
		b = strconv.AppendUint(b, subscript.varint, 10)
	case 7: // bool_key
		b = strconv.AppendBool(b, subscript.varint != 0)
	case 8: // int_key
		b = strconv.AppendInt(b, int64(subscript.varint), 10)
	case 10: // string_key
		b = strconv.AppendQuote(b, subscript.bytes)
	}
	return append(b, ']'), true
}

// ReadHelp returns the first URL of a serialized google.rpc.Help; "" if there is none.
func ReadHelp(raw string) (url string) {
	ok := readEntries(raw, func(link string, _ int) bool {
		_, second, ok := readPair(link)
		if url == "" {
			url = second
		}
		return ok
	})
	if !ok {
		return ""
	}
	return url
}
