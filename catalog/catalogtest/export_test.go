// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalogtest

// Report exports report for the tests.
var Report = report
