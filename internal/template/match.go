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

// match reads text back: it returns what each placeholder stands for, in order. ok
// is false if the literals do not fit. unique is false if they fit in more than one
// way; the captures are then the ones that end earliest.
//
// Every placeholder takes as little as it can, from the left; then once more from
// the right. Any other reading lies between those two, so if they are equal there
// is no third. Both are linear scans.
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
	open := false // the last segment was a placeholder, and its end is not known yet
	for i, s := range segments {
		if s.placeholder {
			if open {
				captures = append(captures, "") // two placeholders in a row: the first is empty
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
