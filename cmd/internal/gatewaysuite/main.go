// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Command gatewaysuite runs the tests of grpc-gateway with statusmap's options in every
// mux. It runs them in a copy of grpc-gateway's module.
//
// The tests run three times with statusmap. If no request has a dialect, the same tests
// must pass as without statusmap. If every request has a dialect with the JSON of
// grpc-gateway as its envelope, the tests in differences.txt fail, and all others pass.
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	upstream = "github.com/grpc-ecosystem/grpc-gateway/v2"
	library  = "github.com/statusmap/statusmap"
)

// packages are the packages whose tests are run.
var packages = []string{"./runtime", "./examples/internal/integration"}

//go:embed suitemux/suitemux.go
var suitemux []byte

//go:embed differences.txt
var differences string

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "gatewaysuite:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	source, err := moduleDir(ctx, upstream)
	if err != nil {
		return err
	}
	root, err := moduleDir(ctx, library)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gatewaysuite")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		return err
	}
	if err := makeWritable(dir); err != nil {
		return err
	}
	plain, err := test(ctx, dir, "")
	if err != nil {
		return err
	}
	fmt.Printf("%s without statusmap: %d passed\n", upstream, len(plain))
	if err := patch(ctx, dir, root); err != nil {
		return err
	}
	var failed error
	for _, suite := range []string{"none", "own_domain", "dialect"} {
		ours, err := test(ctx, dir, suite)
		if err != nil {
			return err
		}
		var differ []string
		for name := range plain {
			if !ours[name] {
				differ = append(differ, name)
			}
		}
		slices.Sort(differ)
		want := []string(nil)
		if suite == "dialect" {
			want = explained()
		}
		fmt.Printf("with statusmap, %s: %d of %d passed\n", suite, len(plain)-len(differ), len(plain))
		if !slices.Equal(differ, want) {
			failed = errors.Join(failed, fmt.Errorf("%s: these tests fail:\n  %s\nwant (correct differences.txt if they should fail):\n  %s",
				suite, strings.Join(differ, "\n  "), strings.Join(want, "\n  ")))
		}
	}
	return failed
}

// explained returns the names of the tests in differences.txt.
func explained() []string {
	var names []string
	for line := range strings.Lines(differences) {
		if name, _, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func moduleDir(ctx context.Context, module string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func makeWritable(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(name, 0o700) //nolint:gosec // a folder
		}
		return os.Chmod(name, 0o600)
	})
}

var newServeMux = regexp.MustCompile(`\b(gw)?runtime\.NewServeMux\(`)

// patch replaces runtime.NewServeMux by suitemux.NewServeMux in the tests and in the
// server that they start.
func patch(ctx context.Context, dir, root string) error {
	const folder = "internal/suitemux"
	if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, folder, "suitemux.go"), suitemux, 0o600); err != nil {
		return err
	}
	patched := 0
	for _, below := range []string{"runtime", "examples/internal/gateway", "examples/internal/server", "examples/internal/integration"} {
		err := fs.WalkDir(os.DirFS(dir), below, func(name string, _ fs.DirEntry, err error) error {
			if err != nil || path.Ext(name) != ".go" || below == "runtime" && !strings.HasSuffix(name, "_test.go") {
				return err
			}
			file := filepath.Join(dir, name)
			b, err := os.ReadFile(file)
			if err != nil || !newServeMux.Match(b) || path.Dir(name) != below {
				return err
			}
			patched++
			b = newServeMux.ReplaceAll(b, []byte("suitemux.NewServeMux("))
			b = bytes.Replace(b, []byte("import (\n"), []byte("import (\n\t\""+upstream+"/"+folder+"\"\n"), 1)
			return os.WriteFile(file, b, 0o600)
		})
		if err != nil {
			return err
		}
	}
	if patched == 0 {
		return errors.New("the tests of grpc-gateway do not call runtime.NewServeMux: correct the list of folders in patch")
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-require="+library+"@v0.0.0", "-replace="+library+"="+root)
	cmd.Dir, cmd.Stderr, cmd.Env = dir, os.Stderr, outsideWorkspace()
	return cmd.Run()
}

func outsideWorkspace(env ...string) []string {
	return append(append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod"), env...)
}

// test runs the tests and returns the names of those that pass.
func test(ctx context.Context, dir, suite string) (map[string]bool, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, packages...)...)
	cmd.Dir, cmd.Stderr, cmd.Env = dir, &stderr, outsideWorkspace("SUITE="+suite)
	out, err := cmd.Output()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	passed := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	built := map[string]bool{}
	for lines.Scan() {
		var event struct{ Action, Package, Test, Output string }
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			continue // output of a test, which is not an event
		}
		if event.Test != "" {
			built[event.Package] = true
			if event.Action == "pass" {
				passed[path.Base(event.Package)+"."+event.Test] = true
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(built) != len(packages) {
		return nil, fmt.Errorf("only the tests of %v ran:\n%s%s", slices.Sorted(maps.Keys(built)), stderr.Bytes(), out)
	}
	return passed, nil
}
