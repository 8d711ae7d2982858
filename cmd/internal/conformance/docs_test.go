// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/cmd/internal/protosource"
	"github.com/statusmap/statusmap/internal/servertest"
)

// TestTutorial runs all steps of docs/adding-a-system.md.
func TestTutorial(t *testing.T) {
	t.Parallel()
	const page = root + "docs/adding-a-system.md"
	blocks := servertest.Blocks(t, page)
	if blocks[0].Language != "proto" {
		t.Fatalf("the first block is %s, want proto", blocks[0].Language)
	}
	dir := t.TempDir()
	broken := strings.NewReplacer(
		`"Paket {parcel_id} gibt`, `"Paket {parcel} gibt`,
		`legacy_code: "D-102"`, `legacy_code: "D-101"`,
	)
	for name, text := range map[string]string{
		"depot.proto":  blocks[0].Text,
		"broken.proto": broken.Replace(blocks[0].Text),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cat, _, err := protosource.Catalog(t.Context(), nil, []string{filepath.Join(dir, "depot.proto")})
	if err != nil {
		t.Fatal(err)
	}
	// Every row of the wiki table is in the catalog.
	b, err := os.ReadFile(page)
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
