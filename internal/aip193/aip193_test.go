// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package aip193_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/aip193"
)

// FuzzNames compares the functions with the regular expressions in AIP-193 and
// error_details.proto.
func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"", "A", "AB", "ABC", "A_B", "AB_", "_AB", "A1", "1AB", "aBC", "A-B", "ÄBC", "JOB_NOT_FOUND", "401.1", "20210",
		"a", "ab", "job_id", "job-id", "jobId", "1a", "a.b", "a b", "_a", "aé",
		strings.Repeat("A", 63), strings.Repeat("A", 64), strings.Repeat("a", 64), strings.Repeat("a", 65),
	} {
		f.Add(s)
	}
	reason := regexp.MustCompile(`^[A-Z][A-Z0-9_]+[A-Z0-9]$`)
	key := regexp.MustCompile(`^[a-z][a-zA-Z0-9-_]+$`)
	f.Fuzz(func(t *testing.T, s string) {
		if want := len(s) <= 63 && reason.MatchString(s); aip193.IsReason(s) != want {
			t.Errorf("IsReason(%q) is %v", s, !want)
		}
		if want := len(s) <= 64 && key.MatchString(s); aip193.IsMetadataKey(s) != want {
			t.Errorf("IsMetadataKey(%q) is %v", s, !want)
		}
	})
}
