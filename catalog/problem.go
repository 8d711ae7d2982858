// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Problem is one broken rule of a catalog.
type Problem struct {
	// File is the path of the .proto file, as other files import it.
	File string
	// Line is the line in File, starting at 1. It is 0 if the descriptor has no source
	// positions: generated code has none.
	Line int
	// Name is the full protobuf name of the enum or the enum value.
	Name protoreflect.FullName
	// Rule is the name of the broken rule, usually that of a field in options.proto.
	Rule string
	// Text says what is wrong and what to write instead.
	Text string
}

// String returns "file:line: name: rule: text".
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Name != "" {
		b.WriteString(string(p.Name))
		b.WriteString(": ")
	}
	b.WriteString(p.Rule)
	b.WriteString(": ")
	b.WriteString(p.Text)
	return b.String()
}

// Problems is the error of a catalog with broken rules. It holds every problem,
// sorted by file and line. Use [errors.As] to get it from an error.
type Problems []Problem

// Error returns all problems, one per line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// tidy sorts the problems by file and line, and removes what is listed twice: an enum
// that several systems include is checked with each of them.
func (p Problems) tidy() Problems {
	seen := make(map[Problem]bool, len(p))
	p = slices.DeleteFunc(p, func(one Problem) bool {
		before := seen[one]
		seen[one] = true
		return before
	})
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return p
}

// oneLine escapes line breaks in values that a problem quotes, so that each problem
// is one line.
var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`)

func problemAt(d protoreflect.Descriptor, rule, format string, args ...any) Problem {
	p := Problem{Name: d.FullName(), Rule: rule, Text: oneLine.Replace(fmt.Sprintf(format, args...))}
	if file := d.ParentFile(); file != nil {
		p.File = file.Path()
		// SourceLocations is empty in generated code.
		if loc := file.SourceLocations().ByDescriptor(d); loc.Path != nil {
			p.Line = loc.StartLine + 1
		}
	}
	return p
}
