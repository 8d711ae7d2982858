// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// An encoding is how a text is escaped.
type encoding uint8

const (
	encodeMinimal    encoding = iota // the inside of a JSON string; see Escape
	encodeASCII                      //
	encodeHTML                       //
	encodePlain                      // no escapes
	encodeXML                        // the text of an XML element
	encodeAttr                       // an XML attribute in double quotes
	encodeSingleAttr                 // an XML attribute in single quotes
)

func jsonEncoding(escape Escape) encoding { return encodeMinimal + encoding(escape) }

// appendEncoded appends s in an encoding. Bytes that are not UTF-8 become U+FFFD.
func appendEncoded(dst []byte, s string, enc encoding) []byte {
	switch enc {
	case encodeMinimal:
		return appendEscaped(dst, s)
	case encodeASCII, encodeHTML:
		return appendEscapedMore(dst, s, enc)
	case encodePlain:
		return appendPlain(dst, s)
	default:
		return appendXML(dst, s, enc)
	}
}

// unescaped has the bytes that need no escape in a JSON string.
var unescaped = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendEscaped appends s as the inside of a JSON string. Bytes that are not UTF-8
// become U+FFFD.
//
// It escapes only the characters that RFC 8259 section 7 requires. It does not escape
// '<', '&' and U+2028, since most legacy systems do not. Browsers do not read a response
// as HTML that has Content-Type application/json and nosniff.
func appendEscaped(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if unescaped[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[start:i]...)
				dst = append(dst, "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = appendControl(dst, c)
		i++
		start = i
	}
	return append(dst, s[start:]...)
}

// appendControl appends the escape of a character that JSON requires to be escaped.
func appendControl(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	default:
		return appendUnicode(dst, uint16(c))
	}
}

func appendUnicode(dst []byte, c uint16) []byte {
	return append(dst, '\\', 'u', hex[c>>12], hex[c>>8&0xF], hex[c>>4&0xF], hex[c&0xF])
}

// appendEscapedMore is appendEscaped for ASCII and HTML.
func appendEscapedMore(dst []byte, s string, enc encoding) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			dst = appendControl(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		dst = appendRune(dst, r, size, enc)
		i += size
	}
	return dst
}

// appendRune appends a character that JSON does not require to be escaped. A character
// that is not UTF-8 is escaped, as Python and Go do.
func appendRune(dst []byte, r rune, size int, enc encoding) []byte {
	switch {
	case r == utf8.RuneError && size == 1:
		return appendUnicode(dst, uint16(r))
	case enc == encodeHTML && (r == '<' || r == '>' || r == '&' || r == '\u2028' || r == '\u2029'):
		return appendUnicode(dst, uint16(r))
	case enc == encodeHTML || r < 0x7f:
		return utf8.AppendRune(dst, r)
	case r <= 0xFFFF:
		return appendUnicode(dst, uint16(r))
	default:
		high, low := utf16.EncodeRune(r)
		return appendUnicode(appendUnicode(dst, uint16(high)), uint16(low))
	}
}

func appendQuoted(dst []byte, s string, enc encoding) []byte {
	dst = append(dst, '"')
	dst = appendEncoded(dst, s, enc)
	return append(dst, '"')
}

// appendDocument appends valid JSON; null if it is empty.
func appendDocument(dst, document []byte, escape Escape) []byte {
	if len(document) == 0 {
		return append(dst, "null"...)
	}
	return appendJSON(dst, document, escape)
}

// appendJSON appends valid JSON, in which the characters of an Escape are escaped. All
// other bytes stay as they are.
func appendJSON(dst, document []byte, escape Escape) []byte {
	if escape == Minimal {
		return append(dst, document...)
	}
	// The characters to escape can only be in strings.
	enc := jsonEncoding(escape)
	for i := 0; i < len(document); {
		if c := document[i]; c < utf8.RuneSelf && unescaped[c] && c != 0x7f && c != '<' && c != '>' && c != '&' || c < ' ' || c == '"' || c == '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(document[i:])
		dst = appendRune(dst, r, size, enc)
		i += size
	}
	return dst
}

// isInteger reports whether s is a JSON integer, so that {code} can be a number. 401.1
// is not: 401.1 and 401.10 are different legacy codes but the same number. The limit of
// 18 digits makes the number fit an int64.
func isInteger(s string) bool {
	digits := s
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && len(s) > 1 {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}

// appendTyped appends the text of an argument as JSON of its type. ok is false, and
// nothing was appended, if the text is not of the type.
func appendTyped(dst []byte, s string, t Type, escape Escape) (_ []byte, ok bool) {
	switch t {
	case Int64:
		_, err := strconv.ParseInt(s, 10, 64)
		ok = err == nil && isNumber(s)
	case Double:
		f, err := strconv.ParseFloat(s, 64)
		ok = err == nil && isNumber(s) && !math.IsInf(f, 0)
	case Bool:
		ok = s == "true" || s == "false"
	case JSONValue:
		if b := []byte(s); json.Valid(b) && depth(b) <= maxDepth {
			return appendCompact(dst, b, escape), true
		}
	}
	if !ok {
		return dst, false
	}
	return append(dst, s...), true
}

// isNumber reports whether a text that strconv reads as a number is one in JSON too.
// That has no plus sign, no leading zeros, no hexadecimal digits, no names and digits
// around a point.
func isNumber(s string) bool {
	last := s[len(s)-1]
	return json.Valid([]byte(s)) && last >= '0' && last <= '9' && (s[0] == '-' || s[0] >= '0' && s[0] <= '9')
}

// maxDepth is the depth of nesting up to which a text is a JSON argument. Readers have
// limits; encoding/json has 10,000 for the whole body.
const maxDepth = 1000

// depth returns how deeply valid JSON is nested.
func depth(document []byte) int {
	most, now, inside := 0, 0, false
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case c == '"':
			inside = !inside
		case inside && c == '\\':
			i++
		case inside:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}

// appendCompact appends valid JSON without white space between its tokens.
func appendCompact(dst, document []byte, escape Escape) []byte {
	for i := 0; i < len(document); {
		switch document[i] {
		case ' ', '\t', '\n', '\r':
			i++
			continue
		}
		end := i + 1
		if document[i] == '"' {
			end = valueEnd(document, i)
		}
		if token := document[i:end]; utf8.Valid(token) {
			dst = appendJSON(dst, token, escape)
		} else {
			dst = appendJSON(dst, []byte(string([]rune(string(token)))), escape)
		}
		i = end
	}
	return dst
}

// repeatedNames reports which arguments have a name that an earlier one has. It returns
// nil if all names are unique, which is usual.
func repeatedNames(args []Arg) []bool {
	sorted := true
	for i := 1; i < len(args); i++ {
		sorted = sorted && args[i-1].Name < args[i].Name
	}
	if sorted {
		return nil
	}
	seen, repeated := make(map[string]struct{}, len(args)), make([]bool, len(args))
	for i := range args {
		_, repeated[i] = seen[args[i].Name]
		seen[args[i].Name] = struct{}{}
	}
	return repeated
}
