// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

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

// Blocks returns the fenced blocks of a Markdown file. It fails the test if the file has
// none.
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
		t.Fatalf("%s has no fenced blocks", file)
	}
	return blocks
}

// CheckConsole runs the commands in the console blocks, which are the lines that start
// with "$ ". It compares their output with the lines that follow. curl sends its request
// to demo instead of port 8080. statusmap is built from the sources and runs in dir. The
// test fails if the number of commands is not wantCommands.
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
				t.Fatalf("cannot run %q: use curl -s or statusmap", command)
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

// curl sends the request of a curl command, and returns the body of the response.
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

// run runs a program and returns its output. The exit code may be any.
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
