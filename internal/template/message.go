// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// An Arg is one argument of a message by name. It is the same type as
// catalog.Arg and wire.Pair.
type Arg = struct{ Name, Value string }

// A Message is the text of a code in one language. {name} is replaced by the argument
// with that name, {{ by { and }} by }. All methods may be called on a nil Message,
// which is empty.
type Message struct {
	source   string
	segments []segment // nil if the text has no placeholders and no escapes
	params   []string
}

// CompileMessage compiles the text of a message. The error says what is wrong and what
// to write instead.
func CompileMessage(source string) (*Message, error) {
	m := &Message{source: source}
	if !utf8.ValidString(source) {
		return nil, errors.New("the text is not valid UTF-8: save it as UTF-8")
	}
	if strings.IndexByte(source, '{') < 0 && strings.IndexByte(source, '}') < 0 {
		return m, nil
	}
	m.segments = make([]segment, 0, 2*strings.Count(source, "{")+1)
	text, start := "", 0 // the current literal is text + source[start:i]
	flush := func(end int) {
		if text += source[start:end]; text != "" {
			m.segments = append(m.segments, segment{text: text})
		}
		text = ""
	}
	for i := 0; i < len(source); i++ {
		switch b := source[i]; {
		case b == '{' && strings.HasPrefix(source[i:], "{{"), b == '}' && strings.HasPrefix(source[i:], "}}"):
			text += source[start : i+1]
			i++
			start = i + 1
		case b == '}':
			return nil, errors.New("'}' without '{': write }} for a brace")
		case b == '{':
			end := strings.IndexAny(source[i+1:], "{}")
			if end < 0 || source[i+1+end] != '}' {
				return nil, errors.New("'{' without '}': write {{ for a brace")
			}
			name := source[i+1 : i+1+end]
			flush(i)
			m.segments = append(m.segments, segment{name: name, placeholder: true})
			if !slices.Contains(m.params, name) {
				m.params = append(m.params, name)
			}
			i += end + 1
			start = i + 1
		}
	}
	flush(len(source))
	return m, nil
}

// String returns the text as written in the .proto file.
func (m *Message) String() string {
	if m == nil {
		return ""
	}
	return m.source
}

// Params returns the names of the arguments, without duplicates and in the order of the
// text. The caller must not change the slice.
func (m *Message) Params() []string {
	if m == nil {
		return nil
	}
	return m.params
}

// Missing returns the names of the arguments that are not in args. It returns nil if
// args has all of them.
func (m *Message) Missing(args []Arg) []string {
	var missing []string
	for _, name := range m.Params() {
		if _, ok := Find(args, name); !ok {
			missing = append(missing, name)
		}
	}
	return missing
}

// Text returns the text with args filled in. If an argument is missing, {name} stays in
// the text, which shows the reader what is missing. The MessageFormat of the legacy
// systems does the same.
func (m *Message) Text(args []Arg) string {
	if m == nil {
		return ""
	}
	if m.segments == nil {
		return m.source
	}
	var buffer [256]byte // large enough for most messages
	dst := buffer[:0]
	for i := range m.segments {
		s := &m.segments[i]
		if !s.placeholder {
			dst = append(dst, s.text...)
		} else if value, ok := Find(args, s.name); ok {
			dst = append(dst, value...)
		} else {
			dst = append(append(append(dst, '{'), s.name...), '}')
		}
	}
	return string(dst)
}

// appendTo appends the text with args filled in, in an encoding.
func (m *Message) appendTo(dst []byte, args []Arg, enc encoding) []byte {
	if m.segments == nil {
		return appendEncoded(dst, m.source, enc)
	}
	for i := range m.segments {
		s := &m.segments[i]
		if !s.placeholder {
			dst = appendEncoded(dst, s.text, enc)
		} else if value, ok := Find(args, s.name); ok {
			dst = appendEncoded(dst, value, enc)
		} else {
			dst = append(appendEncoded(append(dst, '{'), s.name, enc), '}')
		}
	}
	return dst
}

// hasText reports whether the text with args filled in is not empty.
func (m *Message) hasText(args []Arg) bool {
	if m.segments == nil {
		return m.source != ""
	}
	return slices.ContainsFunc(m.segments, func(s segment) bool {
		value, given := Find(args, s.name)
		return !s.placeholder || !given || value != ""
	})
}

// Match reads the arguments from a text that was made from the message. It returns
// false if the message cannot produce the text.
//
// Match also returns false if the arguments are ambiguous: "a b c" fits "{one} {two}" in
// two ways. It decides this only by the text between the arguments, even if an argument
// occurs twice. If text contains {name}, that argument was missing, and Match does not
// return it.
func (m *Message) Match(text string) (args []Arg, ok bool) {
	if m == nil {
		return nil, false
	}
	if m.segments == nil {
		return nil, text == m.source
	}
	captures, unique, ok := match(m.segments, text)
	if !ok || !unique {
		return nil, false
	}
	i := 0
	for _, s := range m.segments {
		if !s.placeholder {
			continue
		}
		value := captures[i]
		i++
		if before, seen := Find(args, s.name); seen {
			if before != value {
				return nil, false
			}
		} else {
			args = append(args, Arg{s.name, value})
		}
	}
	return slices.DeleteFunc(args, func(a Arg) bool { return a.Value == "{"+a.Name+"}" }), true
}

// Fits reports whether the message can produce the text, in one or more ways.
func (m *Message) Fits(text string) bool {
	if m == nil {
		return false
	}
	if m.segments == nil {
		return text == m.source
	}
	_, _, ok := match(m.segments, text)
	return ok
}

// Find returns the value of the argument with a name. It returns false if args does not
// have it.
func Find(args []Arg, name string) (string, bool) {
	for i := range args {
		if args[i].Name == name {
			return args[i].Value, true
		}
	}
	return "", false
}
