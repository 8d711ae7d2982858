package conformance_test

import (
	"os"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
)

// TestDocsGo checks that all Go snippets in the documentation are in example_test.go,
// which the compiler checks.
func TestDocsGo(t *testing.T) {
	t.Parallel()
	code := unindented(readText(t, "example_test.go"))
	// The tutorial's enum has no generated code, so another enum replaces it.
	replaced := strings.NewReplacer(
		"depotv1.Code_PARCEL_LOCKED", "jobv2.Code_TASK_STATUS_CONFLICT",
		"depotv1.", "jobv2.",
		"return err //", "return nil, err //", // the function in README.md has one result
	)
	snippets := 0
	for _, file := range []string{"README.md", "docs/adding-a-system.md"} {
		for _, b := range servertest.Blocks(t, inRepository(file)) {
			if b.Language != "go" {
				continue
			}
			snippets++
			if !strings.Contains(code, replaced.Replace(unindented(b.Text))) {
				t.Errorf("example_test.go does not have this snippet of %s:\n%s", file, b.Text)
			}
		}
	}
	if snippets < 6 {
		t.Errorf("%d snippets, want 6 or more", snippets)
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

// TestREADME checks the enum value in README.md, and runs its commands.
func TestREADME(t *testing.T) {
	t.Parallel()
	blocks := servertest.Blocks(t, inRepository("README.md"))
	if source := readText(t, "proto/legacy/job/v2/code.proto"); blocks[0].Language != "proto" || !strings.Contains(source, blocks[0].Text) {
		t.Errorf("proto/legacy/job/v2/code.proto does not have the first block of README.md:\n%s", blocks[0].Text)
	}
	demo := servertest.StartDemo(t, servertest.DefaultCatalog(t))
	servertest.CheckConsole(t, demo, blocks, inRepository("."), 8)
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
