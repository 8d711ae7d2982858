// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
)

// TestDocs: the page's code is in these programs, word for word. It may be indented less.
func TestDocs(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(b)
	}
	indentedLess := strings.ReplaceAll(code.String(), "\n\t", "\n")
	blocks := servertest.Blocks(t, "../../docs/frameworks.md")
	for _, b := range blocks {
		if b.Language != "go" {
			t.Errorf("a block of %s, want go:\n%s", b.Language, b.Text)
		}
		if !strings.Contains(code.String(), b.Text) && !strings.Contains(indentedLess, b.Text) {
			t.Errorf("not in the programs:\n%s", b.Text)
		}
	}
	if len(blocks) < 5 {
		t.Errorf("%d blocks, want one for the codec and one or more for each framework", len(blocks))
	}
}
