// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package interop tests statusconnect with vanguard, with connect's conformance suite, and
// with the newest versions of what it requires.
package interop
