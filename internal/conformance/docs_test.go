package conformance_test

import (
	"os"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
)

// TestDocsGo: every Go snippet is code that compiles, word for word.
func TestDocsGo(t *testing.T) {
	t.Parallel()
	code := unindented(readText(t, "example_test.go"))
	// The tutorial's own enum has no generated code here; another one replaces it.
	replaced := strings.NewReplacer(
		"depotv1.Code_PARCEL_LOCKED", "jobv2.Code_TASK_STATUS_CONFLICT",
		"depotv1.", "jobv2.",
		"return err //", "return nil, err //", // README's own function
	)
	snippets := 0
	for _, file := range []string{"README.md", "docs/adding-a-system.md"} {
		for _, b := range servertest.Blocks(t, inRepository(file)) {
			if b.Language != "go" {
				continue
			}
			snippets++
			if !strings.Contains(code, replaced.Replace(unindented(b.Text))) {
				t.Errorf("%s: not in example_test.go:\n%s", file, b.Text)
			}
		}
	}
	if snippets < 6 {
		t.Errorf("%d snippets, want 6 or more", snippets)
	}
}

// TestDocsClients: the snippets of docs/clients.md are the READMEs', which the
// clients' own tests run.
func TestDocsClients(t *testing.T) {
	t.Parallel()
	folders := map[string]string{"python": "python", "ts": "typescript", "java": "java"}
	snippets := map[string]int{}
	for _, b := range servertest.Blocks(t, inRepository("docs/clients.md")) {
		snippets[b.Language]++
		readme := "clients/" + folders[b.Language] + "/README.md"
		if !strings.Contains(readText(t, readme), b.Text) {
			t.Errorf("not in %s:\n%s", readme, b.Text)
		}
	}
	for language := range folders {
		if snippets[language] != 2 {
			t.Errorf("%d snippets in %s, want 2", snippets[language], language)
		}
	}
}

// TestREADME runs README.md: its enum value is the catalog's, its commands print
// what it says.
func TestREADME(t *testing.T) {
	t.Parallel()
	blocks := servertest.Blocks(t, inRepository("README.md"))
	if source := readText(t, "proto/legacy/job/v2/code.proto"); blocks[0].Language != "proto" || !strings.Contains(source, blocks[0].Text) {
		t.Errorf("not in code.proto:\n%s", blocks[0].Text)
	}
	demo := servertest.StartDemo(t, servertest.DefaultCatalog(t))
	servertest.CheckConsole(t, demo, blocks, inRepository("."), 8)
}

// readText returns a file of the repository.
func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(inRepository(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// unindented takes the white space off both ends of every line.
func unindented(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
