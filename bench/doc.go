// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package bench measures statusmap side by side with what a user would pick
// instead. It is a separate module, so that the peers stay out of the library's
// go.mod.
//
//	go test ./...                            allocations, and that all sides do the work they claim to
//	go run ./report                          every figure, against its target; writes RESULTS.md
//	go run ./compare OLD [NEW]               a ratio table of two revisions
//	go run ./soak -duration 60s              mixed faults on loopback
package bench
