package servertest

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A Block is a fenced block of a Markdown file.
type Block struct {
	Language string
	Text     string
}

var fenced = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// Blocks returns the fenced blocks of a Markdown file, of which there has to be
// one.
func Blocks(t testing.TB, file string) []Block {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []Block
	for _, m := range fenced.FindAllStringSubmatch(string(b), -1) {
		blocks = append(blocks, Block{Language: m[1], Text: m[2]})
	}
	if len(blocks) == 0 {
		t.Fatalf("%s has no blocks", file)
	}
	return blocks
}

// CheckConsole runs the commands of the console blocks, those after "$ ", and
// compares what they print with the lines below them. A curl calls demo, whatever
// its port is; statusmap runs in dir, built from the sources. There have to be
// as many commands as wantCommands says.
func CheckConsole(t testing.TB, demo *Demo, blocks []Block, dir string, wantCommands int) {
	t.Helper()
	commands := 0
	exe := ""
	for _, b := range blocks {
		if b.Language != "console" {
			continue
		}
		for _, session := range strings.Split("\n"+b.Text, "\n$ ")[1:] {
			command, want, _ := strings.Cut(session, "\n")
			commands++
			var got string
			switch {
			case strings.HasPrefix(command, "curl -s "):
				got = curl(t, demo, command)
			case strings.HasPrefix(command, "statusmap "), strings.HasPrefix(command, "go run ./cmd/statusmap "):
				if exe == "" {
					exe = buildStatusmap(t)
				}
				_, args, _ := strings.Cut(command, "statusmap ")
				got = run(t, dir, exe, strings.Fields(args))
			default:
				t.Fatalf("cannot run %q", command)
			}
			if strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("$ %s\n%s\nwant\n%s", command, got, want)
			}
		}
	}
	if commands != wantCommands {
		t.Errorf("%d commands, want %d", commands, wantCommands)
	}
}

var curlArgument = regexp.MustCompile(`(-H )?'(.*?)'`)

// curl does what a curl command of the documentation does.
func curl(t testing.TB, demo *Demo, command string) string {
	t.Helper()
	header := Header{}
	address := ""
	for _, m := range curlArgument.FindAllStringSubmatch(command, -1) {
		if m[1] == "" {
			address = m[2]
			continue
		}
		name, value, _ := strings.Cut(m[2], ": ")
		header[name] = value
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if u.Host != "127.0.0.1:8080" {
		t.Fatalf("%s calls %s, want 127.0.0.1:8080", command, u.Host)
	}
	return demo.Get(t, u.RequestURI(), header).Body
}

func buildStatusmap(t testing.TB) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "statusmap")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "github.com/statusmap/statusmap/cmd/statusmap")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return exe
}

// run returns what a program prints, however it exits.
func run(t testing.TB, dir, exe string, args []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("%v: %v", args, err)
	}
	return string(out)
}
