// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package frameworks holds programs that answer legacy errors from net/http, chi, go-zero
// and kratos. It is a module of its own, so that these stay out of the library's go.mod.
//
// Its tests compare each answer with the gateway's. docs/frameworks.md shows the programs.
package frameworks
