// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package catalogtest checks annotated enums in a test:
//
//	func TestCodes(t *testing.T) { catalogtest.Check(t, jobv2.Code(0).Descriptor()) }
//
// A program cannot use a catalog with a broken rule. This test finds the broken rule
// before the program starts. A second test compares the tables with a file, so that a
// change of what clients of the old API get is seen before it is merged:
//
//	func TestContract(t *testing.T) { catalogtest.Golden(t, "testdata/errors.golden") }
package catalogtest

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
)

// Check reports each broken rule of the enums with t.Error, and each warning with t.Log.
// If no enums are given, Check checks every annotated enum that is linked into the test,
// and fails if there is no system. If an enum that a system includes is given alone, Check
// checks its codes, but not the rules for all codes of a system.
//
// Each problem names the file and the enum value. It has no line number for enums
// from generated code, which has no source positions.
func Check(t testing.TB, enums ...protoreflect.EnumDescriptor) {
	t.Helper()
	c, err := catalog.New(enums...)
	if len(enums) == 0 {
		c, err = catalog.Default()
	}
	report(t, c, err, len(enums) == 0)
}

// report reports the result of reading enums. linked reports whether they are all that are
// linked into the test.
func report(t testing.TB, c *catalog.Catalog, err error, linked bool) {
	t.Helper()
	var problems catalog.Problems
	switch {
	case errors.As(err, &problems):
		for _, p := range problems {
			t.Error(p)
		}
	case err != nil:
		t.Error(err)
	case linked && len(c.Systems()) == 0:
		t.Error("no enum with the option (statusmap.v1.system) is linked into the test: import its package, or pass its descriptor to Check")
	}
	for _, p := range c.Warnings() {
		t.Log(p)
	}
}
