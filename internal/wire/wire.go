// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package wire reads and writes serialized google.rpc.Status messages and their
// details. It is for code in which proto.Marshal and proto.Unmarshal would take most
// of the time. It does not know the catalog.
//
// Invariants:
//
//   - The written bytes equal protobuf's deterministic encoding.
//   - Reading never panics. Functions return false if the bytes are not a message.
package wire

import (
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Pair is an entry of an ErrorInfo's metadata. It is the same type as
// catalog.Arg.
type Pair = struct{ Name, Value string }

// Names of the details that statusmap reads or writes.
const (
	ErrorInfo        = "google.rpc.ErrorInfo"
	RetryInfo        = "google.rpc.RetryInfo"
	BadRequest       = "google.rpc.BadRequest"
	LocalizedMessage = "google.rpc.LocalizedMessage"
	Help             = "google.rpc.Help"
	DebugInfo        = "google.rpc.DebugInfo"
	// Validation is the detail of protovalidate.
	Validation = "buf.validate.Violations"
)

const host = "type.googleapis.com/"

// Type URLs of the details that statusmap writes.
const (
	ErrorInfoURL        = host + ErrorInfo
	RetryInfoURL        = host + RetryInfo
	BadRequestURL       = host + BadRequest
	LocalizedMessageURL = host + LocalizedMessage
	HelpURL             = host + Help
)

// Name returns the name of the message in a type URL, which follows the last slash. The
// text before it is ignored, since some gRPC implementations write another host.
func Name(typeURL string) string {
	return typeURL[strings.LastIndexByte(typeURL, '/')+1:]
}

// ReadStatus reads a serialized google.rpc.Status and calls detail for each of its
// details, in order. ok is false if raw is not a Status. In that case, ReadStatus may
// already have called detail for the first details.
func ReadStatus(raw string, detail func(typeURL, value string)) (code int32, message string, ok bool) {
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return 0, "", false
		}
		switch {
		case f.num == 1 && f.typ == protowire.VarintType:
			code = int32(f.varint)
		case f.num == 2 && f.typ == protowire.BytesType:
			message = f.bytes
		case f.num == 3 && f.typ == protowire.BytesType:
			typeURL, value, ok := readPair(f.bytes)
			if !ok {
				return 0, "", false
			}
			detail(typeURL, value)
		}
	}
	return code, message, true
}

// ReadErrorInfo reads a serialized google.rpc.ErrorInfo. It returns the metadata in the
// memory of the slice metadata, and overwrites its elements. If two entries have the
// same name, the last value is used, as in every map field. ok is false if raw is not an
// ErrorInfo.
func ReadErrorInfo(raw string, metadata []Pair) (domain, reason string, _ []Pair, ok bool) {
	m := pairs{list: metadata[:0]}
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return "", "", m.list[:0], false
		}
		if f.typ != protowire.BytesType {
			continue
		}
		switch f.num {
		case 1:
			reason = f.bytes
		case 2:
			domain = f.bytes
		case 3:
			name, value, ok := readPair(f.bytes)
			if !ok {
				return "", "", m.list[:0], false
			}
			m.add(name, value)
		}
	}
	return domain, reason, m.list, true
}

// pairs is a list of pairs without duplicate names. Adding a pair takes constant time.
type pairs struct {
	list  []Pair
	index map[string]int // name to index in list; nil if list is short
}

// shortList is the length below which a scan is faster than a map.
const shortList = 16

func (p *pairs) add(name, value string) {
	at, found := p.find(name)
	if found {
		p.list[at].Value = value
		return
	}
	if p.index != nil {
		p.index[name] = len(p.list)
	}
	p.list = append(p.list, Pair{name, value})
}

func (p *pairs) find(name string) (at int, found bool) {
	if len(p.list) < shortList {
		for i := range p.list {
			if p.list[i].Name == name {
				return i, true
			}
		}
		return 0, false
	}
	if p.index == nil {
		p.index = make(map[string]int, 2*shortList)
		for i := range p.list {
			p.index[p.list[i].Name] = i
		}
	}
	at, found = p.index[name]
	return at, found
}

// readPair reads a message with two string fields: an Any or an entry of a map.
func readPair(raw string) (first, second string, ok bool) {
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return "", "", false
		}
		switch {
		case f.num == 1 && f.typ == protowire.BytesType:
			first = f.bytes
		case f.num == 2 && f.typ == protowire.BytesType:
			second = f.bytes
		}
	}
	return first, second, true
}

// ReadRetryInfo returns the delay of a serialized google.rpc.RetryInfo. ok is false if
// raw is not a RetryInfo, or if the delay is negative or does not fit a time.Duration.
func ReadRetryInfo(raw string) (delay time.Duration, ok bool) {
	var seconds int64
	var nanos int32
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return 0, false
		}
		if f.num != 1 || f.typ != protowire.BytesType {
			continue
		}
		duration := f.bytes
		for len(duration) > 0 {
			if duration, ok = f.next(duration); !ok {
				return 0, false
			}
			if f.typ != protowire.VarintType {
				continue
			}
			switch f.num {
			case 1:
				seconds = int64(f.varint)
			case 2:
				nanos = int32(f.varint)
			}
		}
	}
	if seconds < 0 || seconds > math.MaxInt64/int64(time.Second) || nanos < 0 || nanos >= int32(time.Second) {
		return 0, false
	}
	delay = time.Duration(seconds)*time.Second + time.Duration(nanos)
	return delay, delay >= 0
}

// A field is a field of a message.
type field struct {
	num    protowire.Number
	typ    protowire.Type
	varint uint64
	bytes  string
}

// next reads one field of raw into f and returns the rest of raw. It does not use
// protowire, which reads a []byte: gRPC metadata are strings, and converting them would
// copy the bytes.
func (f *field) next(raw string) (rest string, ok bool) {
	if len(raw) >= 2 && protowire.Type(raw[0]&7) == protowire.BytesType && raw[0] >= 1<<3 && raw[0] < 0x80 && raw[1] < 0x80 {
		// The fast path for most fields: a number up to 15 and at most 127 bytes.
		end := 2 + int(raw[1])
		if end > len(raw) {
			return "", false
		}
		f.num, f.typ, f.bytes = protowire.Number(raw[0]>>3), protowire.BytesType, raw[2:end]
		return raw[end:], true
	}
	tag, n := varint(raw)
	if n == 0 {
		return "", false
	}
	raw = raw[n:]
	if tag>>3 > uint64(protowire.MaxValidNumber) || tag>>3 == 0 {
		return "", false
	}
	f.num, f.typ = protowire.Number(tag>>3), protowire.Type(tag&7)
	switch f.typ {
	case protowire.VarintType:
		if f.varint, n = varint(raw); n == 0 {
			return "", false
		}
		return raw[n:], true
	case protowire.BytesType:
		size, n := varint(raw)
		if n == 0 || size > uint64(len(raw)-n) {
			return "", false
		}
		end := n + int(size)
		f.bytes = raw[n:end]
		return raw[end:], true
	default:
		return skip(raw, uint64(f.num), f.typ, protowire.DefaultRecursionLimit)
	}
}

// skip skips the value of an unknown field, like protowire.ConsumeFieldValue.
func skip(raw string, num uint64, typ protowire.Type, depth int) (rest string, ok bool) {
	size := 0
	switch typ {
	case protowire.VarintType:
		if _, size = varint(raw); size == 0 {
			return "", false
		}
	case protowire.Fixed32Type:
		size = 4
	case protowire.Fixed64Type:
		size = 8
	case protowire.BytesType:
		length, n := varint(raw)
		if n == 0 || length > uint64(len(raw)-n) {
			return "", false
		}
		size = n + int(length)
	case protowire.StartGroupType:
		if depth < 0 {
			return "", false
		}
		for {
			tag, n := varint(raw)
			inner := tag >> 3
			if n == 0 || inner == 0 || inner > math.MaxInt32 {
				return "", false
			}
			raw = raw[n:]
			if protowire.Type(tag&7) == protowire.EndGroupType {
				return raw, inner == num
			}
			if raw, ok = skip(raw, inner, protowire.Type(tag&7), depth-1); !ok {
				return "", false
			}
		}
	default:
		return "", false
	}
	if size > len(raw) {
		return "", false
	}
	return raw[size:], true
}

// varint returns the varint at the start of raw and its size. The size is 0 if raw does
// not start with a valid varint.
func varint(raw string) (v uint64, size int) {
	for i := 0; i < len(raw) && i < 10; i++ {
		c := raw[i]
		if i == 9 && c > 1 {
			return 0, 0
		}
		v |= uint64(c&0x7F) << (7 * i)
		if c < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// AppendErrorInfo appends a serialized google.rpc.ErrorInfo. metadata must be sorted by
// name and must not have duplicate names, as in protobuf's deterministic encoding.
func AppendErrorInfo(b []byte, domain, reason string, metadata []Pair) []byte {
	b = appendString(b, 1, reason)
	b = appendString(b, 2, domain)
	for i := range metadata {
		b = AppendMetadata(b, metadata[i].Name, metadata[i].Value)
	}
	return b
}

// AppendMetadata appends one entry of the metadata of a serialized
// google.rpc.ErrorInfo.
func AppendMetadata(b []byte, name, value string) []byte {
	b = appendTag(b, 3)
	b = protowire.AppendVarint(b, uint64(2+protowire.SizeBytes(len(name))+protowire.SizeBytes(len(value))))
	// A map entry has both of its fields, even if they are empty.
	b = protowire.AppendString(appendTag(b, 1), name)
	return protowire.AppendString(appendTag(b, 2), value)
}

// AppendRetryInfo appends a serialized google.rpc.RetryInfo. A negative delay is 0.
func AppendRetryInfo(b []byte, delay time.Duration) []byte {
	var d []byte
	if s := delay / time.Second; s > 0 {
		d = protowire.AppendVarint(protowire.AppendTag(d, 1, protowire.VarintType), uint64(s))
	}
	if ns := delay % time.Second; ns > 0 {
		d = protowire.AppendVarint(protowire.AppendTag(d, 2, protowire.VarintType), uint64(ns))
	}
	return protowire.AppendBytes(appendTag(b, 1), d)
}

// AppendLocalizedMessage appends a serialized google.rpc.LocalizedMessage.
func AppendLocalizedMessage(b []byte, locale, message string) []byte {
	b = appendString(b, 1, locale)
	return appendString(b, 2, message)
}

// AppendHelp appends a serialized google.rpc.Help with one link that has no description.
func AppendHelp(b []byte, url string) []byte {
	return protowire.AppendBytes(appendTag(b, 1), appendString(nil, 2, url))
}

// appendString appends a string field. It appends nothing if s is empty, as proto3
// requires.
func appendString(b []byte, num protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	return protowire.AppendString(appendTag(b, num), s)
}

// appendTag appends the tag of a field of bytes. All numbers here are below 16, so
// that it is one byte.
func appendTag(b []byte, num protowire.Number) []byte {
	return append(b, byte(num)<<3|byte(protowire.BytesType))
}
