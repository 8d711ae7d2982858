// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"net/http"
	"strings"
)

// maxAccept is the length in bytes up to which the header Accept is read: honest clients
// ask for less.
const maxAccept = 1 << 10

// chooseMediaType returns the index of the media type that fits the header Accept best
// (RFC 9110 section 12.5.1). Parameters other than q are ignored. Of types with the same
// quality, it is the first. If no type is acceptable, or if the header is missing or too
// long, it is 0. The media types are in lower case.
func chooseMediaType(header http.Header, count int, mediaType func(int) string) int {
	values := header["Accept"]
	size := 0
	for _, v := range values {
		size += len(v)
	}
	if size == 0 || size > maxAccept {
		return 0
	}
	var ranges []mediaRange
	for _, v := range values {
		ranges = appendMediaRanges(ranges, v)
	}
	best, bestQuality := 0, 0
	for i := range count {
		if q := quality(ranges, mediaType(i)); q > bestQuality {
			best, bestQuality = i, q
		}
	}
	return best
}

// A mediaRange is one element of the header Accept.
type mediaRange struct {
	text    string // type/subtype in lower case; both can be *
	quality int    // in thousandths
}

// quality returns the quality of a media type: that of the most specific range that
// covers it. It is 0 if no range does.
func quality(ranges []mediaRange, mediaType string) int {
	slash := strings.IndexByte(mediaType, '/')
	result, specific := 0, 0
	for _, r := range ranges {
		s := 0
		switch {
		case r.text == mediaType:
			s = 3
		case slash >= 0 && len(r.text) == slash+2 && r.text[:slash+1] == mediaType[:slash+1] && r.text[slash+1] == '*':
			s = 2
		case r.text == "*/*":
			s = 1
		}
		switch {
		case s > specific:
			result, specific = r.quality, s
		case s == specific && s > 0: // the same range with other parameters
			result = max(result, r.quality)
		}
	}
	return result
}

// appendMediaRanges appends the ranges of a header field. Elements that are not valid
// are left out.
func appendMediaRanges(ranges []mediaRange, field string) []mediaRange {
	for field != "" {
		var element string
		element, field = cutUnquoted(field, ',')
		name, params := cutUnquoted(element, ';')
		r := mediaRange{text: strings.ToLower(strings.Trim(name, " \t")), quality: 1000}
		ok := isMediaRange(r.text)
		for params != "" {
			var param string
			param, params = cutUnquoted(params, ';')
			key, value, _ := strings.Cut(param, "=")
			if strings.EqualFold(strings.Trim(key, " \t"), "q") {
				var valid bool
				r.quality, valid = parseQuality(strings.Trim(value, " \t"))
				ok = ok && valid
			}
		}
		if ok {
			ranges = append(ranges, r)
		}
	}
	return ranges
}

// cutUnquoted cuts s at the first separator that is not inside a quoted string.
func cutUnquoted(s string, separator byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// isMediaRange reports whether s is type/subtype, type/* or */*.
func isMediaRange(s string) bool {
	main, sub, ok := strings.Cut(s, "/")
	if !ok || main == "*" && sub != "*" {
		return false
	}
	return (main == "*" || isToken(main)) && (sub == "*" || isToken(sub))
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2) without *.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte(`"(),/:;<=>?@[\]{}*`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// parseQuality parses a weight (RFC 9110 section 12.4.2), in thousandths.
func parseQuality(s string) (int, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > 3 || whole != "0" && whole != "1" {
		return 0, false
	}
	q := int(whole[0]-'0') * 1000
	for i, weight := 0, 100; i < len(fraction); i, weight = i+1, weight/10 {
		if fraction[i] < '0' || fraction[i] > '9' {
			return 0, false
		}
		q += int(fraction[i]-'0') * weight
	}
	return q, q <= 1000
}
