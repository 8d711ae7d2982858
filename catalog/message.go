package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/statusmap/statusmap/internal/aip193"
)

// An Arg is one argument of a message, or one entry of an ErrorInfo's metadata.
type Arg struct{ Name, Value string }

// A Message is the text of a code in one language: a template in which {name}
// stands for an argument and {{ and }} for braces.
type Message struct {
	source   string
	segments []segment // nil where there is no placeholder and no escape
	params   []string
	plain    bool // nothing of it but the arguments needs escaping in JSON
	filled   atomic.Pointer[filled]
}

// A compiler compiles messages. Those of one system lie side by side in a few
// pieces of memory: a catalog keeps all or none.
type compiler struct {
	messages slab[Message]
	segments slab[segment]
	params   slab[string]
	// of the message at hand
	pieces []segment
	names  []string
}

func (c *compiler) compile(source string) (*Message, error) {
	if !utf8.ValidString(source) {
		return nil, errors.New("not UTF-8")
	}
	m := &c.messages.take(1)[0]
	m.source, m.plain = source, isPlain(source)
	if strings.IndexByte(source, '{') < 0 && strings.IndexByte(source, '}') < 0 {
		return m, nil
	}
	c.pieces, c.names = c.pieces[:0], c.names[:0]
	var broken []string
	text, start := "", 0 // a literal: text, and the source from start on
	flush := func(end int) {
		if text += source[start:end]; text != "" {
			c.pieces = append(c.pieces, segment{text: text})
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
			if err := checkArgName(name); err != nil {
				broken = append(broken, err.Error())
			}
			flush(i)
			c.pieces = append(c.pieces, segment{name: name})
			if !slices.Contains(c.names, name) {
				c.names = append(c.names, name)
			}
			i += end + 1
			start = i + 1
		}
	}
	flush(len(source))
	if len(broken) > 0 {
		return nil, errors.New(strings.Join(broken, "; "))
	}
	m.segments, m.params = c.segments.copy(c.pieces), c.params.copy(c.names)
	return m, nil
}

// checkArgName holds names to what AIP-193 and ErrorInfo ask of metadata keys:
// [a-z][a-zA-Z0-9-_]+, 64 characters at most.
func checkArgName(name string) error {
	if !aip193.IsMetadataKey(name) {
		return fmt.Errorf("{%s} cannot be a metadata key: give it 2 to 64 characters of [a-zA-Z0-9-_], the first a small letter", name)
	}
	if name == ErrorInfoLegacyCode || name == ErrorInfoRequestID {
		return fmt.Errorf("{%s} is a name that every error carries: choose another one", name)
	}
	return nil
}

// The names in an ErrorInfo's metadata that no argument can have.
const (
	// ErrorInfoLegacyCode holds the code as the legacy system writes it.
	ErrorInfoLegacyCode = "legacy_code"
	// ErrorInfoRequestID holds the id of the failed request, where it has one.
	ErrorInfoRequestID = "request_id"
)

// String returns the template as the .proto file has it.
func (m *Message) String() string {
	if m == nil {
		return ""
	}
	return m.source
}

// Params returns the names of the template's arguments, each once, in the order
// in which they first stand in it.
func (m *Message) Params() []string {
	if m == nil {
		return nil
	}
	return slices.Clone(m.params)
}

// HasParams tells whether the message has arguments.
func (m *Message) HasParams() bool { return m != nil && len(m.params) > 0 }

// Missing returns the names of the arguments that args does not have; nil where
// it has them all.
func (m *Message) Missing(args []Arg) []string {
	if m == nil {
		return nil
	}
	var missing []string
	for _, name := range m.params {
		if _, ok := find(args, name); !ok {
			missing = append(missing, name)
		}
	}
	return missing
}

// Append appends the text with args filled in. An argument that args does not
// have stays as it is written, {name}: that is what the MessageFormat of the old
// servers does, and it shows the reader what is missing.
func (m *Message) Append(dst []byte, args []Arg) []byte {
	if m == nil {
		return dst
	}
	if m.segments == nil {
		return append(dst, m.source...)
	}
	for i := range m.segments {
		s := &m.segments[i]
		if s.name == "" {
			dst = append(dst, s.text...)
		} else if value, ok := find(args, s.name); ok {
			dst = append(dst, value...)
		} else {
			dst = append(dst, '{')
			dst = append(dst, s.name...)
			dst = append(dst, '}')
		}
	}
	return dst
}

// appendJSON is Append for the inside of a JSON string.
func (m *Message) appendJSON(dst []byte, args []Arg) []byte {
	if m.segments == nil {
		return m.appendLiteral(dst, m.source)
	}
	for i := range m.segments {
		s := &m.segments[i]
		if s.name == "" {
			dst = m.appendLiteral(dst, s.text)
		} else {
			dst = appendArg(dst, s.name, args)
		}
	}
	return dst
}

// appendArg appends an argument as it stands inside a JSON string; {name} where
// args does not have it.
func appendArg(dst []byte, name string, args []Arg) []byte {
	if value, ok := find(args, name); ok {
		return appendText(dst, value)
	}
	dst = append(dst, '{')
	dst = append(dst, name...)
	return append(dst, '}')
}

func (m *Message) appendLiteral(dst []byte, text string) []byte {
	if m.plain {
		return append(dst, text...) // as nearly all messages are
	}
	return appendText(dst, text)
}

// Text returns the text with args filled in, as [Message.Append] does.
func (m *Message) Text(args ...Arg) string {
	if m == nil {
		return ""
	}
	if m.segments == nil {
		return m.source
	}
	var room [256]byte // more than most messages have
	return string(m.Append(room[:0], args))
}

// Match returns the arguments with which the message says text. ok is false
// where it cannot, and where more than one reading is possible: "a b c" is
// "{one} {two}" in two ways. Readings are told apart by the text between the
// arguments alone, also where an argument stands twice. An argument that stands
// as {name} was missing and is left out.
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
		if s.name == "" {
			continue
		}
		value := captures[i]
		i++
		if before, seen := find(args, s.name); seen {
			if before != value {
				return nil, false
			}
		} else {
			args = append(args, Arg{s.name, value})
		}
	}
	return slices.DeleteFunc(args, func(a Arg) bool { return a.Value == "{"+a.Name+"}" }), true
}

// Fits tells whether the message says text with some arguments, in one way or in
// more; as for [Message.Match] only the text between the arguments counts.
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

func find(args []Arg, name string) (string, bool) {
	for i := range args {
		if args[i].Name == name {
			return args[i].Value, true
		}
	}
	return "", false
}
