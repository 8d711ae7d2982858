package statusmap_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/statusmap/statusmap/internal/protosource"
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

// TestREADME runs README.md: its enum value is the catalog's, its curl lines
// answer as printed.
func TestREADME(t *testing.T) {
	source, err := os.ReadFile("proto/legacy/job/v2/code.proto")
	if err != nil {
		t.Fatal(err)
	}
	list := blocks(t, "README.md")
	if list[0].language != "proto" || !strings.Contains(string(source), list[0].text) {
		t.Errorf("not in code.proto:\n%s", list[0].text)
	}
	w := start(t, defaultCatalog(t))
	runConsole(t, w, list, ".", 8)
}

// TestTutorial runs docs/adding-a-system.md, from its table to its envelopes.
func TestTutorial(t *testing.T) {
	list := blocks(t, "docs/adding-a-system.md")
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if list[0].language != "proto" {
		t.Fatalf("the first block is %s", list[0].language)
	}
	write("depot.proto", list[0].text)
	write("broken.proto", strings.NewReplacer(
		`"Paket {parcel_id} gibt`, `"Paket {parcel} gibt`, `legacy_code: "D-102"`, `legacy_code: "D-101"`,
	).Replace(list[0].text))
	cat, err := protosource.Catalog(context.Background(), nil, []string{filepath.Join(dir, "depot.proto")})
	if err != nil {
		t.Fatal(err)
	}
	// Every row of the wiki table is in the catalog.
	page, err := os.ReadFile("docs/adding-a-system.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (D-\d+) \| (.*?) \|`).FindAllStringSubmatch(string(page), -1)
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		code, ok := cat.LookupLegacy("legacy.depot.v1", row[1])
		if !ok {
			t.Errorf("%s is not in the catalog", row[1])
			continue
		}
		compareMessage(t, code, seedCode{code: row[1], message: row[2]})
	}
	runConsole(t, start(t, cat), list, dir, 5)
}

// runConsole runs the commands of console blocks and compares what they print.
func runConsole(t *testing.T, w world, list []block, dir string, commands int) {
	t.Helper()
	n := 0
	for _, b := range list {
		if b.language != "console" {
			continue
		}
		for _, session := range strings.Split("\n"+b.text, "\n$ ")[1:] {
			command, want, _ := strings.Cut(session, "\n")
			n++
			var got string
			switch {
			case strings.HasPrefix(command, "curl -s "):
				got = curl(t, w, command)
			case strings.HasPrefix(command, "statusmap "), strings.HasPrefix(command, "go run ./cmd/statusmap "):
				_, args, _ := strings.Cut(command, "statusmap ")
				got = statusmap(t, dir, strings.Fields(args))
			default:
				t.Fatalf("cannot run %q", command)
			}
			if strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("$ %s\n%s\nprinted:\n%s", command, got, want)
			}
		}
	}
	if n != commands {
		t.Errorf("%d commands, want %d", n, commands)
	}
}

func curl(t *testing.T, w world, command string) string {
	t.Helper()
	var header []string
	var address string
	for _, m := range regexp.MustCompile(`(-H )?'(.*?)'`).FindAllStringSubmatch(command, -1) {
		if m[1] == "" {
			address = m[2]
			continue
		}
		name, value, _ := strings.Cut(m[2], ": ")
		header = append(header, name, value)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host != "127.0.0.1:8080" {
		t.Fatalf("%s: %v", command, err)
	}
	return w.do(t, http.MethodGet, u.RequestURI(), nil, header...).body
}

// builtDir is where the command line is built, once a run of the tests.
var builtDir string

var built = sync.OnceValues(func() (exe string, err error) {
	if builtDir, err = os.MkdirTemp("", "statusmap"); err != nil {
		return "", err
	}
	exe = filepath.Join(builtDir, "statusmap")
	if out, err := exec.Command("go", "build", "-o", exe, "./cmd/statusmap").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return exe, nil
})

func statusmap(t *testing.T, dir string, args []string) string {
	t.Helper()
	exe, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(fmt.Errorf("%v: %w", args, err))
	}
	return string(out)
}
