// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package conformance has tests that need modules which the library does not require:
// the .proto compiler, the command line and the OpenTelemetry SDK.
package conformance
