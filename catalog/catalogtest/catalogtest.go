// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package catalogtest checks annotated enums in a test:
//
//	func TestCodes(t *testing.T) { catalogtest.Check(t, jobv2.Code(0).Descriptor()) }
//
// A program cannot use a catalog with a broken rule. This test finds the broken rule
// before the program starts.
package catalogtest

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
)

// Check reports each broken rule of the enums with t.Error. If no enums are given,
// Check checks every annotated enum that is linked into the test, and fails if there
// are none.
//
// Each problem names the file and the enum value. It has no line number for enums
// from generated code, which has no source positions.
func Check(t testing.TB, enums ...protoreflect.EnumDescriptor) {
	t.Helper()
	if len(enums) == 0 {
		c, err := catalog.Default()
		report(t, c, err)
		return
	}
	c, err := catalog.New(enums...)
	report(t, c, err)
}

func report(t testing.TB, c *catalog.Catalog, err error) {
	t.Helper()
	var problems catalog.Problems
	switch {
	case errors.As(err, &problems):
		for _, p := range problems {
			t.Error(p)
		}
	case err != nil:
		t.Error(err)
	case len(c.Systems()) == 0:
		t.Error("no enum with the option (statusmap.v1.system) is linked into the test: import its package, or pass its descriptor to Check")
	}
}
