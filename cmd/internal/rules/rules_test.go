// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/cmd/internal/protosource"
	"github.com/statusmap/statusmap/cmd/internal/rules"
	"github.com/statusmap/statusmap/cmd/internal/rules/rulestest"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest/golden"
)

func load(t *testing.T, dir string) *rules.Files {
	t.Helper()
	registry, err := protosource.Compile(t.Context(), nil, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	var files []protoreflect.FileDescriptor
	registry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		files = append(files, file)
		return true
	})
	return rules.Load(files, nil)
}

// print writes findings as the golden files have them.
func print(b *strings.Builder, findings rules.Findings) {
	place := func(l rules.Location) string {
		if l.File == "" {
			return "-"
		}
		return fmt.Sprintf("%s:%d:%d-%d:%d", l.File, l.Line, l.Column, l.EndLine, l.EndColumn)
	}
	for _, f := range findings {
		fmt.Fprintf(b, "%s %s %s %s\n  %s: %s\n", f.Category, f.Rule, place(f.At), place(f.Against), f.Name, f.Message)
	}
}

// TestBreaking compares the findings of each case with a golden file. A case has findings
// if and only if it does not say why there are none.
func TestBreaking(t *testing.T) {
	var b strings.Builder
	found := map[string]bool{}
	for _, c := range rulestest.Breaking() {
		older, newer, _ := c.Write(t)
		findings := rules.Breaking(load(t, older), load(t, newer), rules.Choice{})
		fmt.Fprintf(&b, "# %s\n", c.Name)
		print(&b, findings)
		if c.Why != "" {
			fmt.Fprintf(&b, "  allowed: %s\n", c.Why)
		}
		if (c.Why == "") != (len(findings) > 0) {
			t.Errorf("%s: %d findings, and why there are none: %q", c.Name, len(findings), c.Why)
		}
		for _, f := range findings {
			found[f.Rule] = true
		}
	}
	golden.Check(t, "rulestest/breaking.golden", []byte(b.String()))
	for _, r := range rules.BreakingRules() {
		if !found[r.ID] {
			t.Errorf("no case breaks the rule %s", r.ID)
		}
	}
}

// TestLint is TestBreaking for the rules of lint. In each case, all rules are used.
func TestLint(t *testing.T) {
	var all []string
	for _, r := range rules.LintRules() {
		all = append(all, r.ID)
	}
	var b strings.Builder
	found := map[string]bool{}
	for _, c := range rulestest.Lint() {
		_, newer, _ := c.Write(t)
		findings := rules.Lint(load(t, newer), rules.Options{Choice: rules.Choice{Use: all}, Languages: c.Languages})
		fmt.Fprintf(&b, "# %s\n", c.Name)
		print(&b, findings)
		if (c.Why == "") != (len(findings) > 0) {
			t.Errorf("%s: %d findings, and why there are none: %q", c.Name, len(findings), c.Why)
		}
		for _, f := range findings {
			found[f.Rule] = true
		}
	}
	golden.Check(t, "rulestest/lint.golden", []byte(b.String()))
	for _, r := range rules.LintRules() {
		if !found[r.ID] {
			t.Errorf("no case breaks the rule %s", r.ID)
		}
	}
}

// TestEveryOption checks that there is a case for each field of options.proto, which
// decides whether its change breaks something.
func TestEveryOption(t *testing.T) {
	decided := map[string]bool{}
	for _, c := range rulestest.Breaking() {
		decided[c.Field] = true
	}
	fields := 0
	var check func(m protoreflect.MessageDescriptor)
	check = func(m protoreflect.MessageDescriptor) {
		if m.IsMapEntry() {
			return
		}
		for i := range m.Fields().Len() {
			fields++
			if name := string(m.Name()) + "." + string(m.Fields().Get(i).Name()); !decided[name] {
				t.Errorf("no case of rulestest.Breaking changes %s: add one, and decide whether the change breaks something", name)
			}
		}
		for i := range m.Messages().Len() {
			check(m.Messages().Get(i))
		}
	}
	messages := statusmapv1.File_statusmap_v1_options_proto.Messages()
	for i := range messages.Len() {
		check(messages.Get(i))
	}
	if fields < 42 {
		t.Errorf("%d fields, want 42 or more", fields)
	}
}
