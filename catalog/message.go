// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"errors"
	"fmt"
	"slices"

	"github.com/statusmap/statusmap/internal/aip193"
	"github.com/statusmap/statusmap/internal/template"
)

// An Arg is one argument of a message by name, or one entry of an ErrorInfo's
// metadata.
type Arg = struct{ Name, Value string }

// The keys of an ErrorInfo's metadata that are reserved. They are not valid names of
// arguments.
const (
	// ErrorInfoLegacyCode is the key of the legacy code.
	ErrorInfoLegacyCode = "legacy_code"
	// ErrorInfoRequestID is the key of the failed request's id.
	ErrorInfoRequestID = "request_id"
)

// StatusMessage is the placeholder for the text of the status that a code with
// fallback_for replaces. It is not a valid name of an argument.
const StatusMessage = "status_message"

// A Message is the text of a code in one language. {name} is replaced by the argument
// with that name, {{ by { and }} by }. All methods may be called on a nil Message,
// which is empty.
type Message struct{ template *template.Message }

// Template returns the compiled text. It is for the other packages of this module:
// its type is internal.
func (m *Message) Template() *template.Message {
	if m == nil {
		return nil
	}
	return m.template
}

// String returns the text as written in the .proto file.
func (m *Message) String() string { return m.Template().String() }

// Params returns the names of the message's arguments, without duplicates and in the
// order of the text. It returns nil if the message has no arguments.
func (m *Message) Params() []string { return slices.Clone(m.Template().Params()) }

// Text returns the text with args filled in. If an argument is missing, {name} stays
// in the text.
func (m *Message) Text(args ...Arg) string { return m.Template().Text(args) }

// Match reads the arguments from a text that was made from the message. It returns
// false if the message cannot produce the text. It also returns false if the
// arguments are ambiguous: "a b c" fits "{one} {two}" in two ways.
func (m *Message) Match(text string) (args []Arg, ok bool) { return m.Template().Match(text) }

// compileMessage compiles a message and returns all errors in it. The message is nil
// only if its braces are not balanced or its text is not valid UTF-8. isFallback reports
// whether the message may have {status_message}.
func compileMessage(source string, isFallback bool) (*Message, []error) {
	t, err := template.CompileMessage(source)
	if err != nil {
		return nil, []error{err}
	}
	var errs []error
	for _, name := range t.Params() {
		if name == StatusMessage && isFallback {
			continue
		}
		if err := checkArgName(name); err != nil {
			errs = append(errs, err)
		}
	}
	return &Message{t}, errs
}

// checkArgName checks that an argument's name is a valid key of an ErrorInfo's
// metadata (AIP-193) and not reserved.
func checkArgName(name string) error {
	switch {
	case !aip193.IsMetadataKey(name):
		return fmt.Errorf("{%s} is not a valid metadata key: write 2 to 64 characters of [a-zA-Z0-9-_] that start with a lowercase letter, or {{%s}} for the text in braces", name, name)
	case name == ErrorInfoLegacyCode:
		return errors.New("{legacy_code} is a reserved metadata key: write {code} in the envelope, or another name here")
	case name == ErrorInfoRequestID:
		return errors.New("{request_id} is a reserved metadata key: write {request_id} in the envelope, or another name here")
	case name == StatusMessage:
		return errors.New("{status_message} is the text of a status that a fallback replaces: write fallback_for or fallback_for_http on the code, or another name here")
	}
	return nil
}
