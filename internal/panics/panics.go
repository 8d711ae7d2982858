// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package panics makes errors of the panics of handlers. The interceptors of gRPC and
// Connect use it, so that both log a panic in the same way.
package panics

import (
	"fmt"
	"runtime/debug"
)

// An Error is a panic of a handler.
type Error struct {
	Value any
	Stack []byte
}

// New returns an error with a recovered value and the stack of the goroutine.
func New(value any) *Error { return &Error{value, debug.Stack()} }

// Error returns the text of the panic.
func (e *Error) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Recover sets err if the goroutine panics. It must be deferred.
func Recover(err *error) {
	if p := recover(); p != nil {
		*err = New(p)
	}
}
