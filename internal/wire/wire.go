// Package wire reads and writes google.rpc.Status and its details as bytes, for
// the paths on which unmarshalling them would cost more than the error itself.
//
// What it writes parses to the same message as protobuf's own marshaller's; what
// it reads may come from anywhere, so every function ends in a clean false.
package wire

import (
	"math"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/statusmap/statusmap/catalog"
)

// Type URLs of the details that statusmap reads and writes.
const (
	ErrorInfoURL        = "type.googleapis.com/google.rpc.ErrorInfo"
	RetryInfoURL        = "type.googleapis.com/google.rpc.RetryInfo"
	BadRequestURL       = "type.googleapis.com/google.rpc.BadRequest"
	LocalizedMessageURL = "type.googleapis.com/google.rpc.LocalizedMessage"
)

// Name returns the message name in a type URL: what stands behind the last
// slash. Only that counts; some stacks write another host.
func Name(typeURL string) string {
	if strings.HasPrefix(typeURL, usualHost) && strings.IndexByte(typeURL[len(usualHost):], '/') < 0 {
		return typeURL[len(usualHost):]
	}
	return typeURL[strings.LastIndexByte(typeURL, '/')+1:]
}

const usualHost = "type.googleapis.com/"

// CutMark ends a text that was cut off to keep a status's size.
const CutMark = "…"

// CanonicalCode returns code where it is one of the seventeen that gRPC has, else
// Unknown: other stacks index tables with it, and a legacy number is never one.
func CanonicalCode(code codes.Code) codes.Code {
	if code > codes.Unauthenticated {
		return codes.Unknown
	}
	return code
}

// Info is what statusmap reads of a status's details.
type Info struct {
	// Found tells whether there is an ErrorInfo; the next three are its fields.
	Found    bool
	Domain   string
	Reason   string
	Metadata []catalog.Arg
	// RetryAfter is the RetryInfo's delay; 0 where there is none.
	RetryAfter time.Duration
}

// LegacyCode returns the metadata's legacy_code; "" where there is none.
func (i *Info) LegacyCode() string {
	value, _ := Find(i.Metadata, catalog.ErrorInfoLegacyCode)
	return value
}

// Find returns the value of a name; false where there is none.
func Find(args []catalog.Arg, name string) (string, bool) {
	for i := range args {
		if args[i].Name == name {
			return args[i].Value, true
		}
	}
	return "", false
}

// ours ranks an ErrorInfo: 2 where cat has its domain, 1 where it has a
// legacy_code all the same, else 0.
func (i *Info) ours(cat *catalog.Catalog) int {
	if _, known := cat.System(i.Domain); known {
		return 2
	}
	if i.LegacyCode() != "" {
		return 1
	}
	return 0
}

// AddDetail reads one detail. A second ErrorInfo takes the place of the first
// where it is ours and the first is not, or less so; AIP-193 allows one, and not
// every library keeps to that. Other types and broken bytes change nothing.
func (i *Info) AddDetail(cat *catalog.Catalog, typeURL, value string) {
	name := "google.rpc.ErrorInfo"
	if typeURL != ErrorInfoURL {
		name = Name(typeURL)
	}
	switch name {
	case "google.rpc.ErrorInfo":
		if !i.Found {
			i.Metadata = i.Metadata[:0]
			if i.Found = i.readErrorInfo(value); !i.Found {
				i.Domain, i.Reason, i.Metadata = "", "", i.Metadata[:0]
			}
			return
		}
		var second Info
		if second.readErrorInfo(value) && second.ours(cat) > i.ours(cat) {
			i.Domain, i.Reason, i.Metadata = second.Domain, second.Reason, second.Metadata
		}
	case "google.rpc.RetryInfo":
		if d, ok := readRetryInfo(value); ok {
			i.RetryAfter = d
		}
	}
}

// ReadStatus reads a serialized google.rpc.Status: its code and message, and
// its details into i. It returns false, and leaves i empty, where the bytes are
// not one.
func (i *Info) ReadStatus(cat *catalog.Catalog, raw string) (code int32, message string, ok bool) {
	if code, message, ok = i.readUsual(raw); ok {
		return code, message, true
	}
	if code, message, ok = i.readStatus(cat, raw); !ok {
		*i = Info{Metadata: i.Metadata[:0]}
		return 0, "", false
	}
	return code, message, true
}

func (i *Info) readStatus(cat *catalog.Catalog, raw string) (code int32, message string, ok bool) {
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
			typeURL, value, ok := readAny(f.bytes)
			if !ok {
				return 0, "", false
			}
			i.AddDetail(cat, typeURL, value)
		}
	}
	return code, message, true
}

func readAny(raw string) (typeURL, value string, ok bool) {
	var f field
	for len(raw) > 0 {
		if raw, ok = f.next(raw); !ok {
			return "", "", false
		}
		switch {
		case f.num == 1 && f.typ == protowire.BytesType:
			typeURL = f.bytes
		case f.num == 2 && f.typ == protowire.BytesType:
			value = f.bytes
		}
	}
	return typeURL, value, true
}

// readPair reads what nearly all map entries are: two strings up to 127 bytes,
// in order.
func readPair(raw string) (first, second string, ok bool) {
	if len(raw) < 4 || raw[0] != 1<<3|byte(protowire.BytesType) || raw[1] >= 0x80 {
		return "", "", false
	}
	end := 2 + int(raw[1])
	if len(raw) < end+2 || raw[end] != 2<<3|byte(protowire.BytesType) || int(raw[end+1]) != len(raw)-end-2 || raw[end+1] >= 0x80 {
		return "", "", false
	}
	return raw[2:end], raw[end+2:], true
}

func (i *Info) readErrorInfo(raw string) (ok bool) {
	if i.readUsualInfo(raw) {
		return true
	}
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
			i.Reason = f.bytes
		case 2:
			i.Domain = f.bytes
		case 3:
			// A map entry has the shape of an Any: two strings.
			name, value, ok := readAny(f.bytes)
			if !ok {
				return false
			}
			i.Metadata = set(i.Metadata, name, value)
		}
	}
	return true
}

// readRetryInfo reads a delay: false where it is negative, or longer than a
// time.Duration. Where a field stands twice the last one counts.
func readRetryInfo(raw string) (d time.Duration, ok bool) {
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
	d = time.Duration(seconds)*time.Second + time.Duration(nanos)
	return d, d >= 0
}

// A field of a message: the one that next has read last.
type field struct {
	num    protowire.Number
	typ    protowire.Type
	varint uint64
	bytes  string
}

// next reads one field of raw and returns what is behind it. protowire reads
// []byte, and what is read here is a string already (grpc metadata): this way
// nothing is copied.
func (f *field) next(raw string) (rest string, ok bool) {
	if len(raw) >= 2 && protowire.Type(raw[0]&7) == protowire.BytesType && raw[0] >= 1<<3 && raw[0] < 0x80 && raw[1] < 0x80 {
		// Nearly all there are: a number up to 15, and not more than 127 bytes.
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

// skip steps over the value of a field that nobody defined, as
// protowire.ConsumeFieldValue does.
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

// varint returns the number at the start of raw and its size; size 0 where there
// is none.
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

// AppendErrorInfo appends a serialized google.rpc.ErrorInfo.
func AppendErrorInfo(b []byte, domain, reason string, metadata []catalog.Arg) []byte {
	b = appendString(b, 1, reason)
	b = appendString(b, 2, domain)
	for i := range metadata {
		b = AppendMetadata(b, metadata[i].Name, metadata[i].Value)
	}
	return b
}

// AppendMetadata appends one more entry of a serialized ErrorInfo's metadata.
func AppendMetadata(b []byte, name, value string) []byte {
	const tag = byte(protowire.BytesType)
	if size := 4 + len(name) + len(value); size < 0x80 && name != "" && value != "" {
		// Nearly always: each length takes one byte.
		b = append(b, 3<<3|tag, byte(size), 1<<3|tag, byte(len(name)))
		b = append(b, name...)
		b = append(b, 2<<3|tag, byte(len(value)))
		return append(b, value...)
	}
	b = append(b, 3<<3|byte(protowire.BytesType))
	b = appendSize(b, stringSize(name)+stringSize(value))
	b = appendString(b, 1, name)
	return appendString(b, 2, value)
}

// SizeErrorInfo returns how many bytes AppendErrorInfo appends.
func SizeErrorInfo(domain, reason string, metadata []catalog.Arg) int {
	n := stringSize(reason) + stringSize(domain)
	for i := range metadata {
		n += 1 + protowire.SizeBytes(stringSize(metadata[i].Name)+stringSize(metadata[i].Value))
	}
	return n
}

// AppendRetryInfo appends a serialized google.rpc.RetryInfo.
func AppendRetryInfo(b []byte, delay time.Duration) []byte {
	var d []byte
	if s := delay / time.Second; s > 0 {
		d = protowire.AppendTag(d, 1, protowire.VarintType)
		d = protowire.AppendVarint(d, uint64(s))
	}
	if ns := delay % time.Second; ns > 0 {
		d = protowire.AppendTag(d, 2, protowire.VarintType)
		d = protowire.AppendVarint(d, uint64(ns))
	}
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	return protowire.AppendBytes(b, d)
}

// AppendBadRequest appends a serialized google.rpc.BadRequest with one violation.
func AppendBadRequest(b []byte, field, description, reason string) []byte {
	var v []byte
	v = appendString(v, 1, field)
	v = appendString(v, 2, description)
	v = appendString(v, 3, reason)
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	return protowire.AppendBytes(b, v)
}

// AppendLocalizedMessage appends a serialized google.rpc.LocalizedMessage.
func AppendLocalizedMessage(b []byte, locale, message string) []byte {
	b = appendString(b, 1, locale)
	return appendString(b, 2, message)
}

// appendString appends a string field with a number up to 15; as in proto3 an
// empty one takes no bytes.
func appendString(b []byte, num byte, s string) []byte {
	if s == "" {
		return b
	}
	b = append(b, num<<3|byte(protowire.BytesType))
	b = appendSize(b, len(s))
	return append(b, s...)
}

func appendSize(b []byte, n int) []byte {
	if n < 0x80 {
		return append(b, byte(n)) // nearly always
	}
	return protowire.AppendVarint(b, uint64(n))
}

func stringSize(s string) int {
	if s == "" {
		return 0
	}
	return 1 + protowire.SizeBytes(len(s))
}
