// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package examples holds programs that use the library with middlewares of others. It is
// a module of its own, so that these stay out of the library's go.mod.
//
// Its tests say where each middleware goes, and what goes wrong elsewhere; the table in
// docs/composition.md names them.
package examples
