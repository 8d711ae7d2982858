// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"slices"
	"strings"
)

// A segment is a run of literal text or a placeholder.
type segment struct {
	text        string
	name        string
	placeholder bool
}

// match returns the text of each placeholder, in order. ok is false if text does not
// match the segments. unique is false if it matches in more than one way; captures are
// then the shortest ones from the left.
//
// match scans text twice, in linear time. The first scan makes every placeholder as
// short as possible from the left, and the second scan from the right. Any other match
// lies between these two. So if they are equal, the match is unique.
func match(segments []segment, text string) (captures []string, unique, ok bool) {
	left, ok := matchLeft(segments, text)
	if !ok {
		return nil, false, false
	}
	right, _ := matchRight(segments, text)
	unique = true
	for i := range left {
		if left[i] != right[i] {
			unique = false
		}
	}
	return left, unique, true
}

func matchLeft(segments []segment, text string) ([]string, bool) {
	var captures []string
	open := false // whether the last segment was a placeholder, whose end is not yet known
	for i, s := range segments {
		if s.placeholder {
			if open {
				captures = append(captures, "") // the first of two adjacent placeholders is empty
			}
			open = true
			continue
		}
		var at int
		switch {
		case !open:
			if !strings.HasPrefix(text, s.text) {
				return nil, false
			}
		case i == len(segments)-1:
			at = len(text) - len(s.text)
			if at < 0 || text[at:] != s.text {
				return nil, false
			}
		default:
			if at = strings.Index(text, s.text); at < 0 {
				return nil, false
			}
		}
		if open {
			captures = append(captures, text[:at])
		}
		text = text[at+len(s.text):]
		open = false
	}
	if open {
		return append(captures, text), true
	}
	return captures, text == ""
}

func matchRight(segments []segment, text string) ([]string, bool) {
	n := 0
	for _, s := range segments {
		if s.placeholder {
			n++
		}
	}
	captures := make([]string, n)
	open := false
	for i, s := range slices.Backward(segments) {
		if s.placeholder {
			if open {
				n--
			}
			open = true
			continue
		}
		var at int
		switch {
		case !open:
			if at = len(text) - len(s.text); at < 0 || text[at:] != s.text {
				return nil, false
			}
		case i == 0:
			if !strings.HasPrefix(text, s.text) {
				return nil, false
			}
		default:
			if at = strings.LastIndex(text, s.text); at < 0 {
				return nil, false
			}
		}
		if open {
			n--
			captures[n] = text[at+len(s.text):]
		}
		text = text[:at]
		open = false
	}
	if open {
		n--
		captures[n] = text
	} else if text != "" {
		return nil, false
	}
	return captures, true
}
