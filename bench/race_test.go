// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package bench

const raceEnabled = true
