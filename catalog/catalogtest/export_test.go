// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalogtest

// Exports for the tests.
var (
	Report   = report
	Contract = contract
	Diff     = diff
)
