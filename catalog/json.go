package catalog

import (
	"unicode/utf8"

	"github.com/statusmap/statusmap/internal/ascii"
)

const hex = "0123456789abcdef"

// plain tells which bytes stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendText appends s as it stands inside a JSON string. It escapes what
// RFC 8259 section 7 demands, and nothing else: the legacy servers sent '<', '&'
// and U+2028 as they are, and Content-Type application/json with nosniff keeps
// browsers from reading them as HTML. Bytes that are not UTF-8 become U+FFFD.
func appendText(dst []byte, s string) []byte {
	if ascii.JSON(s) {
		return append(dst, s...) // most there is
	}
	i, start := 0, 0
	for i < len(s) {
		c := s[i]
		if plain[c] {
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
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
		}
		i++
		start = i
	}
	return append(dst, s[start:]...)
}

// isPlain tells whether s, which is UTF-8, stands for itself in a JSON string.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; !plain[c] && c < utf8.RuneSelf {
			return false
		}
	}
	return true
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendText(dst, s)
	return append(dst, '"')
}

// isInteger tells whether a legacy code is an integer as JSON writes it, so that
// an envelope may hold it as a number. 401.1 is none: it is a name (401.10 would
// be another one). 18 digits fit int64 in any reader.
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
