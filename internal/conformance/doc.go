// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package conformance has the tests that cross packages: every way for a request
// to end, every dialect, hostile texts, the five legacy documents, and the code
// and commands of the documentation. It has no other code.
package conformance
