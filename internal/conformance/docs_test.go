// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
)

// TestDocsGo checks that all Go snippets in README.md are in example_test.go, which the
// compiler checks.
func TestDocsGo(t *testing.T) {
	t.Parallel()
	code := unindented(readText(t, "example_test.go"))
	// The function in README.md has one result.
	replaced := strings.NewReplacer("return err //", "return nil, err //")
	snippets := 0
	for _, b := range servertest.Blocks(t, inRepository("README.md")) {
		if b.Language != "go" {
			continue
		}
		snippets++
		if !strings.Contains(code, replaced.Replace(unindented(b.Text))) {
			t.Errorf("example_test.go does not have this snippet of README.md:\n%s", b.Text)
		}
	}
	if snippets < 4 {
		t.Errorf("%d snippets, want 4 or more", snippets)
	}
}

// TestDocsClients checks that the snippets of docs/clients.md are in the READMEs of the
// clients. The tests of the clients run those.
func TestDocsClients(t *testing.T) {
	t.Parallel()
	folders := map[string]string{"python": "python", "ts": "typescript", "java": "java"}
	snippets := map[string]int{}
	for _, b := range servertest.Blocks(t, inRepository("docs/clients.md")) {
		snippets[b.Language]++
		readme := "clients/" + folders[b.Language] + "/README.md"
		if !strings.Contains(readText(t, readme), b.Text) {
			t.Errorf("%s does not have this snippet of docs/clients.md:\n%s", readme, b.Text)
		}
	}
	for language := range folders {
		if snippets[language] != 2 {
			t.Errorf("%d snippets in %s, want 2", snippets[language], language)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// TestLinks: every relative link of a page leads to a file.
func TestLinks(t *testing.T) {
	t.Parallel()
	pages := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"}
	docs, err := filepath.Glob(inRepository("docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range docs {
		pages = append(pages, "docs/"+filepath.Base(page))
	}
	links := 0
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(readText(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			if _, err := os.Stat(inRepository(path.Join(path.Dir(page), m[1]))); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
	if links < 20 {
		t.Errorf("%d links, want 20 or more", links)
	}
}

// readText returns the content of a file of the repository.
func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(inRepository(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// unindented removes the white space at both ends of every line.
func unindented(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
