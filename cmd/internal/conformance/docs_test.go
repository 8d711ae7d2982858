// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"bufio"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statusmap/statusmap/cmd/internal/moduleproxy"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
	"github.com/statusmap/statusmap/internal/servertest"
)

const tutorial = root + "docs/adding-a-system.md"

// TestTutorial compares the table of docs/adding-a-system.md with its enum, and runs the
// console blocks.
func TestTutorial(t *testing.T) {
	t.Parallel()
	blocks := servertest.Blocks(t, tutorial)
	dir := t.TempDir()
	table := writeFile(t, dir, blocks[0])
	broken := strings.NewReplacer(
		`"Paket {parcel_id} gibt`, `"Paket {parcel} gibt`,
		`legacy_code: "D-102"`, `legacy_code: "D-101"`,
	).Replace(blocks[0].Text)
	if err := os.WriteFile(filepath.Join(dir, "broken.proto"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	cat, _, err := protosource.Catalog(t.Context(), nil, []string{filepath.Join(dir, table)})
	if err != nil {
		t.Fatal(err)
	}
	// Every row of the wiki table is in the catalog.
	b, err := os.ReadFile(tutorial)
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (D-\d+) \| (.*?) \|`).FindAllStringSubmatch(string(b), -1)
	if len(rows) != 4 {
		t.Fatalf("%d rows, want 4", len(rows))
	}
	for _, row := range rows {
		code, ok := cat.LookupLegacy("legacy.depot.v1", row[1])
		if !ok {
			t.Errorf("%s is not in the catalog", row[1])
			continue
		}
		servertest.CheckMessage(t, code, row[2])
	}
	servertest.CheckConsole(t, servertest.StartDemo(t, cat), blocks, dir, 5)
}

// TestTutorialSteps follows docs/adding-a-system.md in empty folders, once for each way
// to generate code: it writes the files that the page shows and runs its commands.
func TestTutorialSteps(t *testing.T) {
	t.Parallel()
	page := sections(t, tutorial)
	tools := t.TempDir()
	if err := os.Symlink(buf(t), filepath.Join(tools, "buf")); err != nil {
		t.Fatal(err)
	}
	protoc, err := filepath.Abs(root + "tools/protoc")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), protoc, "--version").CombinedOutput(); err != nil {
		missing(t, "there is no protoc: %v: %s", err, out)
	}
	// The page asks for these two; the rest it installs itself.
	env := append(moduleproxy.Environ(t), "TOOLS="+tools+string(os.PathListSeparator)+filepath.Dir(protoc))

	unused := map[string]bool{}
	for _, s := range page {
		if s.title != "" {
			unused[s.title] = true
		}
	}
	goPackage := regexp.MustCompile(`(?m)^option go_package = .*\n\n`)
	for _, tt := range []struct {
		way
		check func(t *testing.T, dir string, env []string) // nil if there is nothing else to check
	}{
		{way: way{files: []string{withBuf}, commands: withBuf}, check: checkLint},
		{
			way: way{
				files:    []string{withBuf, "With buf in managed mode"},
				commands: "With buf in managed mode",
				change:   func(file string) string { return goPackage.ReplaceAllString(file, "") },
			},
			check: checkTwoCopies,
		},
		{way: way{files: []string{withBuf, "With buf and one folder for all protos"}, commands: "With buf and one folder for all protos"}},
		{way: way{commands: "With protoc"}},
	} {
		delete(unused, tt.commands)
		t.Run(tt.commands, func(t *testing.T) {
			dir := t.TempDir()
			tt.follow(t, page, dir, env)
			if _, err := os.Stat(filepath.Join(dir, "gen", "statusmap")); err == nil {
				t.Error("there is generated code for options.proto")
			}
			if tt.check != nil {
				tt.check(t, dir, env)
			}
		})
	}
	if len(unused) > 0 {
		t.Errorf("no test follows the sections %v", slices.Collect(maps.Keys(unused)))
	}
}

const withBuf = "With buf"

// A way is one of the ways to generate code. The page has a section for each.
type way struct {
	files    []string                 // titles of the sections whose files are used
	commands string                   // title of the section whose commands are run
	change   func(file string) string // changes the page's files; nil if nothing is to be changed
}

// follow writes the files of the page, and runs its commands, in dir.
func (w way) follow(t *testing.T, page []section, dir string, env []string) {
	t.Helper()
	commands := 0
	for _, s := range page {
		for _, b := range s.blocks {
			switch {
			case b.Language == "sh" && (s.title == "" || s.title == w.commands):
				commands += runAll(t, dir, env, b.Text)
			case b.Language != "sh" && (s.title == "" || slices.Contains(w.files, s.title)):
				if w.change != nil {
					b.Text = w.change(b.Text)
				}
				writeFile(t, dir, b)
			}
		}
	}
	if commands < 10 {
		t.Errorf("%d commands, want 10 or more", commands)
	}
}

// checkLint checks what the page says about buf lint.
func checkLint(t *testing.T, dir string, env []string) {
	t.Helper()
	config, err := os.ReadFile(filepath.Join(dir, "buf.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	strict, _, _ := strings.Cut(string(config), "  ignore_only:")
	for _, tt := range []struct{ name, config, old, replacement, want string }{
		{name: "without the setting", config: strict, want: `Enum value name "PARCEL_LOCKED" should be prefixed with "CODE_"`},
		{
			name: "a comment instead", config: strict,
			old: "// A Code is", replacement: "// buf:lint:ignore ENUM_VALUE_PREFIX\n// A Code is",
		},
		{
			name: "0 is an error", config: string(config),
			old: "CODE_UNSPECIFIED = 0;", replacement: `DEPOT_CLOSED = 0 [(statusmap.v1.code) = {grpc: UNAVAILABLE message: "closed"}];`,
			want: `Enum zero value name "DEPOT_CLOSED" should be suffixed with "_UNSPECIFIED"`,
		},
		{
			name: "0 is an error, with the setting", config: string(config) + "    ENUM_ZERO_VALUE_SUFFIX: [proto/legacy]\n",
			old: "CODE_UNSPECIFIED = 0;", replacement: `DEPOT_CLOSED = 0 [(statusmap.v1.code) = {grpc: UNAVAILABLE message: "closed"}];`,
		},
	} {
		changed := t.TempDir()
		if err := os.CopyFS(changed, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(changed, "buf.yaml"), []byte(tt.config), 0o600); err != nil {
			t.Fatal(err)
		}
		replace(t, filepath.Join(changed, "proto", "legacy", "depot", "v1", "code.proto"), tt.old, tt.replacement)
		out, err := command(t, changed, env, "buf lint").CombinedOutput()
		if (err == nil) != (tt.want == "") || !strings.Contains(string(out), tt.want) {
			t.Errorf("%s: buf lint: %v: %s, want %q", tt.name, err, out, tt.want)
		}
	}
}

// checkTwoCopies checks that a program panics if code for options.proto is generated, as
// the page says.
func checkTwoCopies(t *testing.T, dir string, env []string) {
	t.Helper()
	replace(t, filepath.Join(dir, "buf.gen.yaml"), "  disable:\n    - path: statusmap/v1\n", "")
	replace(t, filepath.Join(dir, "buf.gen.yaml"), "  - directory: proto #", "  - directory: . #")
	runAll(t, dir, env, "buf generate")
	const want = `file "statusmap/v1/options.proto" is already registered`
	if out, err := command(t, dir, env, "go test .").CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
		t.Errorf("go test: %v: %s, want %s", err, out, want)
	}
}

// replace replaces text in a file that has it.
func replace(t *testing.T, file, old, replacement string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), old) {
		t.Fatalf("%s does not have %q", file, old)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(b), old, replacement, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// buf returns the path of buf, in the version of tools/go.mod.
func buf(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "tool", "-modfile=tools/go.mod", "-n", "buf")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if !requireAll() {
		cmd.Env = append(cmd.Env, "GOPROXY=off") // somebody who only runs the tests does not want 200 modules
	}
	out, err := cmd.Output()
	if err != nil {
		missing(t, "buf is not on this machine: %v: run make lint, which installs it", err)
	}
	return strings.TrimSpace(string(out))
}

func requireAll() bool { return os.Getenv("STATUSMAP_REQUIRE_ALL") == "1" }

// missing skips the test because of something that this machine does not have. In CI the
// test fails.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if requireAll() {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

var (
	fileName = regexp.MustCompile(`^(?://|#) (in )?([\w./-]+)\n`)
	yamlKey  = regexp.MustCompile(`(?m)^[a-z]+:`)
)

// writeFile writes the file that a block shows, and returns its name, which the first
// line of the block has. If that line is "# in NAME", the top-level keys of the block are
// put into the YAML file, in place of those that it has. writeFile returns "" if the
// block shows no file.
func writeFile(t *testing.T, dir string, b servertest.Block) string {
	t.Helper()
	m := fileName.FindStringSubmatch(b.Text)
	if m == nil {
		return ""
	}
	name, text := m[2], b.Text
	file := filepath.Join(dir, filepath.FromSlash(name))
	if m[1] != "" {
		old, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = string(old)
		for key, value := range topLevel(b.Text) {
			if before, ok := topLevel(text)[key]; ok {
				text = strings.Replace(text, before, "", 1)
			}
			text += value
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// topLevel returns the text of each top-level key of a YAML file.
func topLevel(text string) map[string]string {
	keys := map[string]string{}
	starts := yamlKey.FindAllStringIndex(text, -1)
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		keys[text[start[0]:start[1]]] = text[start[0]:end]
	}
	return keys
}

// runAll runs the commands of a block, and returns their number.
func runAll(t *testing.T, dir string, env []string, block string) int {
	t.Helper()
	commands := 0
	for line := range strings.SplitSeq(strings.TrimSpace(strings.ReplaceAll(block, "\\\n", " ")), "\n") {
		commands++
		start := time.Now()
		serve := strings.HasPrefix(line, "statusmap serve ")
		if serve {
			line += " --http 127.0.0.1:0 --grpc 127.0.0.1:0"
		}
		cmd := command(t, dir, env, line)
		if serve {
			checkServe(t, cmd)
		} else if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		t.Logf("%4.1f s  %.100s", time.Since(start).Seconds(), line)
	}
	return commands
}

// command returns a command line of the page. TOOLS, in env, is the folders of the
// programs that the page asks for; they come last in PATH.
func command(t *testing.T, dir string, env []string, line string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", `PATH="$PATH:$TOOLS"; exec `+line)
	cmd.Dir, cmd.Env = dir, env
	return cmd
}

// checkServe waits until the server says that it serves, and stops it.
func checkServe(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	serving := false
	for lines := bufio.NewScanner(stdout); !serving && lines.Scan(); {
		serving = strings.Contains(lines.Text(), "/raise/legacy.depot.v1/")
	}
	if !serving {
		t.Errorf("%s does not serve the table: %s", cmd, &log)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, stdout); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%s: %v: %s", cmd, err, &log)
	}
}
