// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/annotation"
)

// A Catalog is a set of legacy systems and their codes. The zero value and nil are
// empty catalogs.
type Catalog struct {
	systems  []*System // by domain
	byDomain map[string]*System
	byNumber map[protoreflect.EnumNumber]*Code
	byValue  map[valueKey]*Code // codes whose number in byNumber belongs to another enum
}

type valueKey struct {
	enum   protoreflect.EnumDescriptor
	number protoreflect.EnumNumber
}

// New returns the catalog of the given enums. Each enum must have the option
// (statusmap.v1.system). The descriptors may be linked into the program or loaded at
// run time. If a rule is broken, New returns a nil catalog and an error that holds
// all [Problems].
func New(enums ...protoreflect.EnumDescriptor) (*Catalog, error) {
	c, problems := build(enums)
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

func build(enums []protoreflect.EnumDescriptor) (*Catalog, Problems) {
	c := &Catalog{byDomain: make(map[string]*System, len(enums))}
	var problems Problems
	size := 0
	read := make(map[protoreflect.EnumDescriptor]bool, len(enums))
	for _, enum := range enums {
		if enum == nil {
			problems = append(problems, Problem{Rule: "system", Text: "the enum descriptor is nil: pass the descriptor of an annotated enum"})
			continue
		}
		if read[enum] {
			continue // the same enum was passed twice
		}
		read[enum] = true
		system, found := readSystem(enum)
		problems = append(problems, found...)
		if system == nil {
			continue
		}
		if other, ok := c.byDomain[system.domain]; ok {
			problems = append(problems, problemAt(enum, "domain", "the package %q already has the system %s: move one of them to another package",
				system.domain, other.desc.FullName()))
			continue
		}
		c.byDomain[system.domain] = system
		c.systems = append(c.systems, system)
		size += len(system.codes)
	}
	if len(problems) > 0 {
		problems.sort()
		return nil, problems
	}
	slices.SortFunc(c.systems, func(a, b *System) int { return strings.Compare(a.domain, b.domain) })
	c.byNumber = make(map[protoreflect.EnumNumber]*Code, size)
	c.byValue = make(map[valueKey]*Code)
	for _, system := range c.systems {
		for _, code := range system.codes {
			number := code.desc.Number()
			if _, taken := c.byNumber[number]; taken {
				c.byValue[valueKey{system.desc, number}] = code
			} else {
				c.byNumber[number] = code
			}
		}
	}
	return c, nil
}

var defaultCatalog = sync.OnceValues(func() (*Catalog, error) {
	return FromFiles(protoregistry.GlobalFiles)
})

// Default returns the catalog of every annotated enum that is linked into the
// program. The first call reads the enums, and later calls return the same catalog.
// If a rule is broken, Default returns a nil catalog and an error that holds all
// [Problems].
func Default() (*Catalog, error) { return defaultCatalog() }

// FromFiles returns the catalog of every annotated enum in files. [Default] does the
// same for the files that are linked into the program.
func FromFiles(files *protoregistry.Files) (*Catalog, error) {
	enums, problems := annotatedEnums(files)
	c, broken := build(enums)
	if problems = append(problems, broken...); len(problems) > 0 {
		problems.sort()
		return nil, problems
	}
	return c, nil
}

// annotatedEnums returns the enums in files that have the option
// (statusmap.v1.system). The problems are the enums without it whose values have the
// option (statusmap.v1.code).
func annotatedEnums(files *protoregistry.Files) ([]protoreflect.EnumDescriptor, Problems) {
	var enums []protoreflect.EnumDescriptor
	var problems Problems
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if !importsVocabulary(file, false) {
			return true
		}
		for _, enum := range allEnums(file.Enums(), file.Messages()) {
			if options, err := annotation.System(enum); options != nil || err != nil {
				enums = append(enums, enum) // build reports an option that cannot be read
				continue
			}
			for i := range enum.Values().Len() {
				value := enum.Values().Get(i)
				if options, err := annotation.Code(value); options != nil || err != nil {
					problems = append(problems, problemAt(value, "system",
						"the value is annotated but its enum %s has no option (statusmap.v1.system): add it, or remove (statusmap.v1.code) from the value", enum.FullName()))
					break
				}
			}
		}
		return true
	})
	// RangeFiles has a random order, but the problems need a stable one.
	slices.SortFunc(enums, func(a, b protoreflect.EnumDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	return enums, problems
}

// allEnums returns enums and the enums inside messages.
func allEnums(enums protoreflect.EnumDescriptors, messages protoreflect.MessageDescriptors) []protoreflect.EnumDescriptor {
	var all []protoreflect.EnumDescriptor
	for i := range enums.Len() {
		all = append(all, enums.Get(i))
	}
	for i := range messages.Len() {
		all = append(all, allEnums(messages.Get(i).Enums(), messages.Get(i).Messages())...)
	}
	return all
}

// importsVocabulary reports whether file can use the options of options.proto: it
// imports that file, a copy of it at another path, or a file that imports it
// publicly.
func importsVocabulary(file protoreflect.FileDescriptor, public bool) bool {
	vocabulary := statusmapv1.File_statusmap_v1_options_proto
	for i := range file.Imports().Len() {
		imported := file.Imports().Get(i)
		if public && !imported.IsPublic {
			continue
		}
		if imported.Path() == vocabulary.Path() ||
			imported.Package() == vocabulary.Package() && imported.Extensions().ByName(statusmapv1.E_System.TypeDescriptor().Name()) != nil ||
			importsVocabulary(imported, true) {
			return true
		}
	}
	return false
}

// Systems returns the catalog's systems, by domain.
func (c *Catalog) Systems() []*System {
	if c == nil {
		return nil
	}
	return slices.Clone(c.systems)
}

// System returns the system of a domain. It returns false if the catalog has no
// such system.
func (c *Catalog) System(domain string) (*System, bool) {
	if c == nil {
		return nil, false
	}
	system, ok := c.byDomain[domain]
	return system, ok
}

// Code returns the code of an enum value, for example of jobv2.Code_JOB_NOT_FOUND. It
// returns false if value is nil or 0, if the enum has no value with that number, or
// if the enum is not in the catalog.
func (c *Catalog) Code(value protoreflect.Enum) (*Code, bool) {
	if c == nil || value == nil {
		return nil, false
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, false // an optional field that is not set
	}
	enum := value.Descriptor()
	if enum == nil {
		return nil, false
	}
	number := value.Number()
	// Looking up a number is fast, and two systems rarely use the same number.
	if code, ok := c.byNumber[number]; ok && code.system.desc == enum {
		return code, true
	}
	if code, ok := c.byValue[valueKey{enum, number}]; ok {
		return code, true
	}
	// The same enum may be loaded twice, for example once linked into the program and
	// once from a descriptor set. Both have the same full name.
	v := enum.Values().ByNumber(number)
	if v == nil {
		return nil, false
	}
	return c.Lookup(string(enum.FullName().Parent()), string(v.Name()))
}

// Lookup returns the code with the domain and reason of an ErrorInfo. It returns
// false if the catalog has no such code.
func (c *Catalog) Lookup(domain, reason string) (*Code, bool) {
	if c == nil {
		return nil, false
	}
	return c.byDomain[domain].Lookup(reason)
}

// LookupLegacy returns the code with a legacy code in the system of a domain, for
// example ("legacy.elves.v2", "401.1"). It returns false if the catalog has no such
// code.
func (c *Catalog) LookupLegacy(domain, legacyCode string) (*Code, bool) {
	if c == nil {
		return nil, false
	}
	system, ok := c.byDomain[domain]
	if !ok {
		return nil, false
	}
	code, ok := system.byLegacy[legacyCode]
	return code, ok
}

// CodeIn returns the code of dialect that has the same meaning as code. It returns
// code itself if code belongs to dialect. It returns the code with the same reason if
// the domains are versions of each other, such as legacy.job.v1 and legacy.job.v2.
// Otherwise it returns false.
func (c *Catalog) CodeIn(dialect *System, code *Code) (*Code, bool) {
	if c == nil || code == nil || dialect == nil {
		return nil, false
	}
	if code.system == dialect {
		return code, true
	}
	if code.system.family != dialect.family {
		return nil, false
	}
	return dialect.Lookup(code.reason)
}
