// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package rules checks annotated enums: [Breaking] compares two versions of them, and
// [Lint] checks one. The commands statusmap and buf-plugin-statusmap have the same rules.
//
// Breaking reads descriptors only, so that it can compare files that break a rule of the
// catalog.
package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Rule is one rule. Rules are chosen by ID or category.
type Rule struct {
	ID       string
	Category string
	// Purpose is one sentence that starts with "Checks that".
	Purpose string
	// Default reports whether the rule is used if no rules are chosen.
	Default bool
}

// A Finding is one place that breaks a rule.
type Finding struct {
	Rule     string
	Category string
	// Name is the full name of the enum, enum value or method.
	Name protoreflect.FullName
	// At is the place in the checked files. It has no file if the file was deleted.
	At Location
	// Against is the place in the older files. It has no file if there is none.
	Against Location
	// Message says what is wrong, who notices it, and what to write instead.
	Message string
}

// A Location is a place in a .proto file.
type Location struct {
	// File is the path of the file, as other files import it.
	File string
	// Path is the place in the FileDescriptorProto. It is nil for a whole file.
	Path protoreflect.SourcePath
	// Lines and columns start at 1. They are 0 if the descriptor has no source positions.
	// EndColumn is the one after the last character.
	Line, Column, EndLine, EndColumn int
}

// Findings are sorted by file, line, column and rule.
type Findings []Finding

func (f Findings) sort() Findings {
	slices.SortStableFunc(f, func(a, b Finding) int {
		x, y := a.Place(), b.Place()
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return f
}

// Place returns At, or Against if the file was deleted.
func (f *Finding) Place() Location {
	if f.At.File == "" {
		return f.Against
	}
	return f.At
}

// A Choice selects rules and findings. The zero value selects the default rules.
type Choice struct {
	// Use are the IDs and categories of the rules to use. If it is empty, these are the
	// default rules.
	Use []string
	// Except are the IDs and categories of rules that are not used.
	Except []string
	// Ignore are names whose findings are left out, each with or without a rule: NAME or
	// RULE:NAME. NAME is the full name of an enum, an enum value or a method, or the path
	// of a file.
	Ignore []string
}

// Check returns an error if the choice names a rule or category that does not exist.
func (c *Choice) Check(rules []Rule) error {
	known := map[string]bool{}
	var categories []string
	for _, r := range rules {
		known[r.ID], known[r.Category] = true, true
		if !slices.Contains(categories, r.Category) {
			categories = append(categories, r.Category)
		}
	}
	names := slices.Concat(c.Use, c.Except)
	for _, ignored := range c.Ignore {
		if rule, _, ok := strings.Cut(ignored, ":"); ok {
			names = append(names, rule)
		}
	}
	for _, name := range names {
		if !known[name] {
			return fmt.Errorf("there is no rule or category %q: use a category (%s) or a rule of docs/guard.md", name, strings.Join(categories, ", "))
		}
	}
	return nil
}

// Uses reports whether the choice has a rule.
func (c *Choice) Uses(r *Rule) bool {
	has := func(names []string) bool {
		return slices.Contains(names, r.ID) || slices.Contains(names, r.Category)
	}
	return !has(c.Except) && (has(c.Use) || len(c.Use) == 0 && r.Default)
}

// filter returns the findings that are chosen, sorted.
func (c *Choice) filter(rules []Rule, findings Findings) Findings {
	used := map[string]*Rule{}
	for i := range rules {
		if c.Uses(&rules[i]) {
			used[rules[i].ID] = &rules[i]
		}
	}
	ignored := map[string]bool{}
	for _, name := range c.Ignore {
		ignored[name] = true
	}
	var chosen Findings
	for _, f := range findings {
		r := used[f.Rule]
		if r == nil {
			continue
		}
		skip := false
		for _, name := range []string{string(f.Name), f.Place().File} {
			skip = skip || name != "" && (ignored[name] || ignored[r.ID+":"+name] || ignored[r.Category+":"+name])
		}
		if !skip {
			f.Category = r.Category
			chosen = append(chosen, f)
		}
	}
	return chosen.sort()
}

// Numbers in descriptor.proto, for source paths.
const (
	fileMessages, fileEnums, fileServices = 4, 5, 6
	messageMessages, messageEnums         = 3, 4
	enumValues, serviceMethods            = 2, 2
	enumOptions, serviceOptions           = 3, 3
	valueOptions, methodOptions           = 3, 4

	// vocabulary is the number of all extensions of options.proto.
	vocabulary = 1207101
)

// pathOf returns the source path of a descriptor, and that of its options.
func pathOf(d protoreflect.Descriptor) (path, options protoreflect.SourcePath) {
	index := int32(d.Index())
	parent := d.Parent()
	_, inFile := parent.(protoreflect.FileDescriptor)
	add := func(number, optionsNumber int32) (protoreflect.SourcePath, protoreflect.SourcePath) {
		var prefix protoreflect.SourcePath
		if !inFile {
			prefix, _ = pathOf(parent)
		}
		path := append(slices.Clip(prefix), number, index)
		return path, append(slices.Clip(path), optionsNumber, vocabulary)
	}
	switch d.(type) {
	case protoreflect.EnumDescriptor:
		if inFile {
			return add(fileEnums, enumOptions)
		}
		return add(messageEnums, enumOptions)
	case protoreflect.EnumValueDescriptor:
		return add(enumValues, valueOptions)
	case protoreflect.ServiceDescriptor:
		return add(fileServices, serviceOptions)
	case protoreflect.MethodDescriptor:
		return add(serviceMethods, methodOptions)
	case protoreflect.MessageDescriptor:
		if inFile {
			return add(fileMessages, 0)
		}
		return add(messageMessages, 0)
	}
	return nil, nil
}

// locate returns the place of a descriptor, or of a field of its option if fields has the
// field's number. If the file does not say where the field is, it is the place of the next
// thing around it.
func locate(d protoreflect.Descriptor, fields ...protoreflect.FieldNumber) Location {
	if d == nil || d.ParentFile() == nil {
		return Location{}
	}
	file := d.ParentFile()
	path, options := pathOf(d)
	shortest := len(path)
	if len(fields) > 0 {
		path = options
		for _, number := range fields {
			path = append(path, int32(number))
		}
	}
	l := Location{File: file.Path()}
	all := file.SourceLocations()
	for ; len(path) >= shortest && shortest > 0; path = path[:len(path)-1] {
		for _, p := range []protoreflect.SourcePath{path, append(slices.Clip(path), 0)} {
			// A repeated field has only places for its elements.
			if s := all.ByPath(p); s.Path != nil {
				l.Path = p
				l.Line, l.Column, l.EndLine, l.EndColumn = s.StartLine+1, s.StartColumn+1, s.EndLine+1, s.EndColumn+1
				return l
			}
		}
	}
	return l
}

// in returns the place of a whole file.
func in(file protoreflect.FileDescriptor) Location {
	if file == nil {
		return Location{}
	}
	return Location{File: file.Path()}
}
