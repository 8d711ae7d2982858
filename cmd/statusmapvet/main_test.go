// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// vet runs go vet with the command in the root of the workspace, and returns its output.
func vet(t *testing.T, tool string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"vet", "-vettool=" + tool}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestGoVet runs the command as its users do: go vet hands facts from package to package
// in files.
func TestGoVet(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "statusmapvet")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}

	out, err := vet(t, tool, "./cmd/statusmapvet/analyzer/testdata/callsbytes")
	const want = `calls.go:15:53: PARCEL_NOT_FOUND has no argument "parcelId": write "parcel_id"`
	if err == nil || !strings.Contains(out, want) {
		t.Errorf("go vet says %v and\n%s\nwant %s", err, out, want)
	}

	// Tests raise wrong errors on purpose.
	if out, err := vet(t, tool, "-statusmap.tests=false", "./...", "./cmd/..."); err != nil {
		t.Errorf("go vet of this repository says %v and\n%s", err, out)
	}
}
