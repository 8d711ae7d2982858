package catalog

import (
	"fmt"
	"slices"

	"github.com/statusmap/statusmap/internal/aip193"
	"github.com/statusmap/statusmap/internal/template"
)

// An Arg is one argument of a message by name, or one entry of an ErrorInfo's
// metadata.
type Arg = struct{ Name, Value string }

// The keys of an ErrorInfo's metadata that every error may have. An argument can
// have none of these names.
const (
	// ErrorInfoLegacyCode is the key of the code as the legacy system writes it.
	ErrorInfoLegacyCode = "legacy_code"
	// ErrorInfoRequestID is the key of the id of the failed request.
	ErrorInfoRequestID = "request_id"
)

// A Message is the text of a code in one language: {name} stands for an argument,
// {{ and }} for braces. Its methods may be called on nil, the empty message.
type Message struct{ template *template.Message }

// Template returns the compiled text, for the other packages of this module; its
// type is internal.
func (m *Message) Template() *template.Message {
	if m == nil {
		return nil
	}
	return m.template
}

// String returns the text as the .proto file has it.
func (m *Message) String() string { return m.Template().String() }

// Params returns the names of the message's arguments, each once, in the order of
// the text; nil if there are none.
func (m *Message) Params() []string { return slices.Clone(m.Template().Params()) }

// Text returns the text with args filled in. An argument that is missing stays
// {name}.
func (m *Message) Text(args ...Arg) string { return m.Template().Text(args) }

// Match returns the arguments with which the message says text. ok is false if it
// can't say text, and if more than one reading is possible: "a b c" is
// "{one} {two}" in two ways.
func (m *Message) Match(text string) (args []Arg, ok bool) { return m.Template().Match(text) }

// compileMessage returns all that is wrong with a message. Only if its braces are
// wrong, the message is nil.
func compileMessage(source string) (*Message, []error) {
	t, err := template.CompileMessage(source)
	if err != nil {
		return nil, []error{err}
	}
	var errs []error
	for _, name := range t.Params() {
		if err := checkArgName(name); err != nil {
			errs = append(errs, err)
		}
	}
	return &Message{t}, errs
}

// checkArgName holds names to what AIP-193 and ErrorInfo ask of metadata keys.
func checkArgName(name string) error {
	if !aip193.IsMetadataKey(name) {
		return fmt.Errorf("{%s} is not a valid metadata key: write 2 to 64 characters of [a-zA-Z0-9-_] that start with a small letter, or {{%s}} for the text in braces", name, name)
	}
	if name == ErrorInfoLegacyCode || name == ErrorInfoRequestID {
		return fmt.Errorf("{%s} is reserved, since every error has it: write another name", name)
	}
	return nil
}
