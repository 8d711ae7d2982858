// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// TestNothingIsReadBeforeUse starts a program that links every package. Before main
// they do next to nothing, however many codes there are.
func TestNothingIsReadBeforeUse(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates differently")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := regexp.MustCompile(`init github\.com/statusmap/statusmap/(catalog|status|statushttp|gateway|internal/\S+) @.* (\d+) bytes, (\d+) allocs`).FindAllSubmatch(out, -1)
	if len(lines) == 0 {
		t.Fatalf("no trace of our packages: %s", out)
	}
	for _, line := range lines {
		var size, allocs int
		if _, err := fmt.Sscan(string(line[2])+" "+string(line[3]), &size, &allocs); err != nil {
			t.Fatal(err)
		}
		if size > 16<<10 || allocs > 100 {
			t.Errorf("package %s takes %d bytes in %d allocations before main", line[1], size, allocs)
		}
	}
}
