// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statustest

// Exports for the tests.
var (
	Advice = advice
	Diff   = diff
)
