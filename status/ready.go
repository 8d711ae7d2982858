// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"sync"
	"sync/atomic"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
)

// readyErrors has an error for each code of the default catalog that can be raised
// without arguments: raising it returns that one, with its status made once.
type readyErrors struct {
	byNumber map[protoreflect.EnumNumber]*LegacyError // one of several; byCode has all
	byCode   map[*catalog.Code]*LegacyError
}

var (
	readyOnce  sync.Once
	readyTable atomic.Pointer[readyErrors] // nil until the first error
)

func makeReady() {
	t := &readyErrors{
		byNumber: make(map[protoreflect.EnumNumber]*LegacyError),
		byCode:   make(map[*catalog.Code]*LegacyError),
	}
	// A broken catalog is empty, and raise reports it each time.
	for _, system := range defaultCatalog().Systems() {
		for _, code := range system.Codes() {
			if code.IsSuccess() || missing(code, nil) != nil {
				continue
			}
			e := &LegacyError{code: code, grpc: code.GRPCCode(), retryAfter: code.RetryAfter(), message: details.DefaultMessage(code).Text()}
			t.byNumber[code.Descriptor().Number()] = e
			t.byCode[code] = e
		}
	}
	readyTable.Store(t)
}

// ready returns the error of a code that takes no arguments; nil if there is none.
func ready(value protoreflect.Enum) *LegacyError {
	if isNil(value) {
		return nil
	}
	t := readyTable.Load()
	if t == nil {
		readyOnce.Do(makeReady)
		t = readyTable.Load()
	}
	if e := t.byNumber[value.Number()]; e != nil && e.code.Descriptor().Parent() == value.Descriptor() {
		return e
	}
	code, ok := defaultCatalog().Code(value)
	if !ok {
		return nil
	}
	return t.byCode[code]
}
