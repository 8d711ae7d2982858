// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
)

const page = "../docs/composition.md"

// TestDocsGo: the page's program is code that runs, word for word.
func TestDocsGo(t *testing.T) {
	t.Parallel()
	code := readFile(t, "program_test.go")
	for _, b := range servertest.Blocks(t, page) {
		if b.Language == "go" && !strings.Contains(code, b.Text) {
			t.Errorf("not in program_test.go:\n%s", b.Text)
		}
	}
}

var (
	named    = regexp.MustCompile("`((?:[a-z]+\\.)?Test[A-Za-z]+)`")
	function = regexp.MustCompile(`(?m)^func (Test[A-Za-z]+)\(t \*testing\.T\)`)
)

// TestDocsNameTests: each test that the page names exists, and each test of these
// programs is named.
func TestDocsNameTests(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{}
	for prefix, folder := range map[string]string{"": ".", "gateway.": "../gateway", "statushttp.": "../statushttp"} {
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, m := range function.FindAllStringSubmatch(readFile(t, file), -1) {
				tests[prefix] = append(tests[prefix], prefix+m[1])
			}
		}
	}
	var names []string
	for _, m := range named.FindAllStringSubmatch(readFile(t, page), -1) {
		names = append(names, m[1])
		prefix := m[1][:strings.IndexByte(m[1], '.')+1]
		if !slices.Contains(tests[prefix], m[1]) {
			t.Errorf("the page names %s, which does not exist", m[1])
		}
	}
	for _, test := range tests[""] {
		if !strings.HasPrefix(test, "TestDocs") && !slices.Contains(names, test) {
			t.Errorf("the page does not name %s", test)
		}
	}
	if len(names) < 20 {
		t.Errorf("%d tests are named, want 20 or more", len(names))
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
