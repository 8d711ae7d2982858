package statusmap_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A block is a fenced block of a Markdown file.
type block struct{ language, text string }

func blocks(t *testing.T, file string) []block {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []block
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(string(b), -1) {
		list = append(list, block{m[1], m[2]})
	}
	if len(list) == 0 {
		t.Fatalf("%s has no blocks", file)
	}
	return list
}

// TestDocsGo: every Go snippet is code that compiles, word for word.
func TestDocsGo(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	code := unindented(string(source))
	// The tutorial's own enum has no generated code here; another one's stands in.
	standIn := strings.NewReplacer("depotv1.Code_PARCEL_LOCKED", "jobv2.Code_TASK_STATUS_CONFLICT", "depotv1.", "jobv2.")
	n := 0
	for _, file := range []string{"README.md", "docs/adding-a-system.md"} {
		for _, b := range blocks(t, file) {
			if b.language != "go" {
				continue
			}
			n++
			snippet := standIn.Replace(unindented(b.text))
			snippet = strings.ReplaceAll(snippet, "return err //", "return nil, err //") // README's own function
			if !strings.Contains(code, snippet) {
				t.Errorf("%s: not in example_test.go:\n%s", file, b.text)
			}
		}
	}
	if n < 6 {
		t.Errorf("%d snippets", n)
	}
}

// TestDocsClients: the snippets of docs/clients.md are the READMEs', which the
// clients' own tests run.
func TestDocsClients(t *testing.T) {
	folders := map[string]string{"python": "python", "ts": "typescript", "java": "java"}
	seen := map[string]int{}
	for _, b := range blocks(t, "docs/clients.md") {
		readme, err := os.ReadFile(filepath.Join("clients", folders[b.language], "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		seen[b.language]++
		if !strings.Contains(string(readme), b.text) {
			t.Errorf("not in the README of %s:\n%s", folders[b.language], b.text)
		}
	}
	for language := range folders {
		if seen[language] != 2 {
			t.Errorf("%d snippets in %s", seen[language], language)
		}
	}
}

func unindented(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
