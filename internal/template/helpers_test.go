// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"errors"
	"testing"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/template"

	// catalog.Default has the systems of these packages.
	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

func compiled(t testing.TB, source string) *template.Envelope {
	t.Helper()
	e, err := compile(source)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func message(t testing.TB, source string) *template.Message {
	t.Helper()
	m, err := template.CompileMessage(source)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// args returns arguments from name, value pairs.
func args(pairs ...string) []template.Arg {
	var list []template.Arg
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, template.Arg{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func defaultCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Systems()); n != 6 {
		t.Fatalf("%d systems are linked in, want 6", n)
	}
	return c
}

// allCodes returns the codes of the six systems.
func allCodes(t testing.TB) []*catalog.Code {
	t.Helper()
	var codes []*catalog.Code
	for _, s := range defaultCatalog(t).Systems() {
		codes = append(codes, s.Codes()...)
	}
	if len(codes) < 400 {
		t.Fatalf("%d codes are linked in, want those of six systems", len(codes))
	}
	return codes
}

// messagesOf returns the messages of a code in all languages.
func messagesOf(code *catalog.Code) []*template.Message {
	messages := []*template.Message{code.Message().Template()}
	for _, m := range code.Translations() {
		messages = append(messages, m.Template())
	}
	return messages
}

func compile(source string) (*template.Envelope, error) {
	e, errs := template.CompileEnvelope(source, template.Options{})
	return e, errors.Join(errs...)
}
