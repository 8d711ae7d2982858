// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package sdks has tests in which SDKs of the real systems read what the demo server
// answers in the systems' dialects. The SDKs come from their package registry.
package sdks
