package conformance_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/cmd/internal/protosource"
)

// A block is a fenced block of a Markdown file.
type block struct{ language, text string }

func blocks(t *testing.T, file string) []block {
	t.Helper()
	b, err := os.ReadFile(root + file)
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

// TestREADME runs README.md: its enum value is the catalog's, its curl lines
// answer as printed.
func TestREADME(t *testing.T) {
	source, err := os.ReadFile(root + "proto/legacy/job/v2/code.proto")
	if err != nil {
		t.Fatal(err)
	}
	list := blocks(t, "README.md")
	if list[0].language != "proto" || !strings.Contains(string(source), list[0].text) {
		t.Errorf("not in code.proto:\n%s", list[0].text)
	}
	w := start(t, defaultCatalog(t))
	runConsole(t, w, list, root, 8)
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
	cat, err := protosource.Catalog(t.Context(), nil, []string{filepath.Join(dir, "depot.proto")})
	if err != nil {
		t.Fatal(err)
	}
	// Every row of the wiki table is in the catalog.
	page, err := os.ReadFile(root + "docs/adding-a-system.md")
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
		message := code.Message().String()
		for i, name := range code.Message().Params() {
			message = strings.ReplaceAll(message, "{"+name+"}", fmt.Sprintf("{%d}", i))
		}
		if message != row[2] {
			t.Errorf("%s: message %q, the table has %q", row[1], message, row[2])
		}
	}
	runConsole(t, start(t, cat), list, dir, 5)
}

// runConsole runs the commands of console blocks and compares what they print.
func runConsole(t *testing.T, w world, list []block, dir string, commands int) {
	t.Helper()
	n := 0
	exe := filepath.Join(t.TempDir(), "statusmap")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "../../statusmap").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
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
				got = statusmap(t, exe, dir, strings.Fields(args))
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
	return w.get(t, u.RequestURI(), header...).body
}

func statusmap(t *testing.T, exe, dir string, args []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(fmt.Errorf("%v: %w", args, err))
	}
	return string(out)
}
