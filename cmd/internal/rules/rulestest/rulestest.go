// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package rulestest has one case for each rule of package rules and each field of
// options.proto. The tests of rules and of the plugin run all of them.
package rulestest

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A Case is a change of the files of folder base.
type Case struct {
	Name string
	// Field is the field of options.proto that changes, for example "CodeOptions.http".
	Field string
	// Old and New are edits of the files: pairs of a text, which must be there once, and
	// its replacement. Both start with base.
	Old, New []string
	// Delete is the name of a file that New does not have.
	Delete string
	// Languages are those of lint.
	Languages []string
	// Why says why there are no findings. If it is empty, breaking.golden or lint.golden
	// has findings of the case.
	Why string
}

//go:embed base
var base embed.FS

// Names returns the names of the files of base, sorted.
func Names() []string { return []string{auth, code, service} }

const (
	auth    = "depot/v1/auth.proto"
	code    = "depot/v1/code.proto"
	service = "depot/v1/service.proto"
)

// Write writes the old and the new files of a case to two new folders. names are those of
// the new files.
func (c *Case) Write(t testing.TB) (older, newer string, names []string) {
	t.Helper()
	older, newer = t.TempDir(), t.TempDir()
	names = slices.DeleteFunc(Names(), func(name string) bool { return name == c.Delete })
	write(t, older, Names(), c.Old)
	write(t, newer, names, c.New)
	return older, newer, names
}

func write(t testing.TB, dir string, names, edits []string) {
	t.Helper()
	used := map[string]bool{}
	for _, name := range names {
		raw, err := fs.ReadFile(base, "base/"+name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		for i := 0; i < len(edits); i += 2 {
			if n := strings.Count(text, edits[i]); n > 1 {
				t.Fatalf("%s has %q %d times, want once", name, edits[i], n)
			} else if n == 1 {
				text, used[edits[i]] = strings.Replace(text, edits[i], edits[i+1], 1), true
			}
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < len(edits); i += 2 {
		if !used[edits[i]] {
			t.Fatalf("no file has %q", edits[i])
		}
	}
}
