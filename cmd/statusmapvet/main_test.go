// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoVet runs the command as its users do: go vet hands facts from package to package
// in files.
func TestGoVet(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "statusmapvet")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}

	vet := exec.CommandContext(t.Context(), "go", "vet", "-vettool="+tool, "./cmd/statusmapvet/analyzer/testdata/callsbytes")
	vet.Dir = "../.." // the workspace
	out, err := vet.CombinedOutput()
	const want = `calls.go:15:53: PARCEL_NOT_FOUND has no argument "parcelId": write "parcel_id"`
	if err == nil || !strings.Contains(string(out), want) {
		t.Errorf("go vet says %v and\n%s\nwant %s", err, out, want)
	}
}
