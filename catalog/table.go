// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"slices"

	"golang.org/x/text/language"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A table is one enum with its codes. It belongs to its own system, or to the systems
// that include it.
type table struct {
	desc     protoreflect.EnumDescriptor
	domain   string
	family   string
	language string // of the messages
	tag      language.Tag
	// defaultLanguage is language if the systems do not agree.
	defaultLanguage string
	system          *System   // nil if the enum is only included
	systems         []*System // all that have the table, by domain
	codes           []*Code   // in the order of the file
}

// isVersionOf reports whether the table and a system that does not have it are versions
// of each other. An included table is a version of what its includers are versions of.
func (t *table) isVersionOf(s *System) bool {
	if t.family == s.family {
		return true
	}
	return slices.ContainsFunc(t.systems, func(other *System) bool { return other.family == s.family }) ||
		slices.ContainsFunc(s.tables, func(other *table) bool { return other.family == t.family })
}
