// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buf.build/go/bufplugin/check"
	"buf.build/go/bufplugin/check/checktest"

	"github.com/statusmap/statusmap/cmd/internal/rules"
	"github.com/statusmap/statusmap/cmd/internal/rules/rulestest"
)

func TestSpec(t *testing.T) { checktest.SpecTest(t, newSpec()) }

// TestBreaking and TestLint compare the plugin's annotations with the findings that the
// golden files of rules have.
func TestBreaking(t *testing.T) {
	t.Parallel()
	testCases(t, rulestest.Breaking(), "../internal/rules/rulestest/breaking.golden", rules.BreakingRules(), true)
}

func TestLint(t *testing.T) {
	t.Parallel()
	testCases(t, rulestest.Lint(), "../internal/rules/rulestest/lint.golden", rules.LintRules(), false)
}

func testCases(t *testing.T, cases []rulestest.Case, file string, list []rules.Rule, against bool) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]checktest.ExpectedAnnotation{}
	name := ""
	tested := map[string]bool{}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			name = title
			continue
		}
		fields := strings.Fields(line)
		if strings.HasPrefix(line, " ") || len(fields) == 0 {
			continue
		}
		tested[fields[1]] = true
		want[name] = append(want[name], checktest.ExpectedAnnotation{
			RuleID: prefix + fields[1], FileLocation: location(t, fields[2]), AgainstFileLocation: location(t, fields[3]),
		})
	}
	var ids []string
	for _, r := range list {
		ids = append(ids, prefix+r.ID)
		if !tested[r.ID] {
			t.Errorf("%s has no %s", file, r.ID)
		}
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			older, newer, names := c.Write(t)
			vocabulary := "../../proto"
			request := &checktest.RequestSpec{
				Files:   &checktest.ProtoFileSpec{DirPaths: []string{newer, vocabulary}, FilePaths: names},
				RuleIDs: ids,
			}
			if against {
				request.AgainstFiles = &checktest.ProtoFileSpec{DirPaths: []string{older, vocabulary}, FilePaths: rulestest.Names()}
			}
			if c.Languages != nil {
				request.Options = map[string]any{languagesOption: c.Languages}
			}
			// The annotations are sorted by rule, file and position.
			expected := want[c.Name]
			slices.SortFunc(expected, compare)
			checktest.CheckTest{Request: request, Spec: newSpec(), ExpectedAnnotations: expected}.Run(t)
		})
	}
}

func compare(a, b checktest.ExpectedAnnotation) int {
	x, y := place(a), place(b)
	return cmp.Or(cmp.Compare(a.RuleID, b.RuleID), cmp.Compare(x.FileName, y.FileName), cmp.Compare(x.StartLine, y.StartLine), cmp.Compare(x.StartColumn, y.StartColumn))
}

func place(a checktest.ExpectedAnnotation) checktest.ExpectedFileLocation {
	if a.FileLocation == nil {
		return checktest.ExpectedFileLocation{}
	}
	return *a.FileLocation
}

var span = regexp.MustCompile(`^(.+):(\d+):(\d+)-(\d+):(\d+)$`)

// location returns a place of a golden file, whose lines and columns start at 1.
func location(t *testing.T, s string) *checktest.ExpectedFileLocation {
	t.Helper()
	if s == "-" {
		return nil
	}
	m := span.FindStringSubmatch(s)
	if m == nil {
		t.Fatalf("%q is not a place", s)
	}
	l := &checktest.ExpectedFileLocation{FileName: m[1]}
	for i, number := range []*int{&l.StartLine, &l.StartColumn, &l.EndLine, &l.EndColumn} {
		if _, err := fmt.Sscan(m[i+2], number); err != nil {
			t.Fatal(err)
		}
		*number = max(0, *number-1)
	}
	return l
}

// TestDefault checks that without a choice of rules, lint has those of STANDARD, and that
// breaking has all.
func TestDefault(t *testing.T) {
	t.Parallel()
	for _, r := range newSpec().Rules {
		want := r.Type == check.RuleTypeBreaking || slices.Equal(r.CategoryIDs, []string{prefix + "STANDARD"})
		if r.Default != want {
			t.Errorf("%s: default is %t, want %t", r.ID, r.Default, want)
		}
	}
}
