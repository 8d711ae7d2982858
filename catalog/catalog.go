// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"reflect"
	"slices"
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// A Catalog is a set of legacy systems and their codes. The zero value and nil are
// empty catalogs.
type Catalog struct {
	systems  []*System // by domain
	byDomain map[string]*System
	// byReason has the codes of a domain, also of enums that are only included.
	byReason map[string]map[string]*Code
	byNumber map[protoreflect.EnumNumber]*Code
	byValue  map[valueKey]*Code // codes whose number in byNumber belongs to another enum
	warnings Problems
}

type valueKey struct {
	enum   protoreflect.EnumDescriptor
	number protoreflect.EnumNumber
}

// New returns the catalog of the given enums: those with the option
// (statusmap.v1.system), and those that they include. An included enum need not be
// given if the file of its includer imports its file, or if both are linked into the
// program. If no system includes a given enum, its codes are checked, but the catalog
// does not have them. The descriptors may be linked into the program or loaded at run
// time. If a rule is broken, New returns a nil catalog and an error that holds all
// [Problems].
func New(enums ...protoreflect.EnumDescriptor) (*Catalog, error) {
	b := newBuilder(nil)
	b.addGiven(enums)
	return b.catalog()
}

var defaultCatalog = sync.OnceValues(func() (*Catalog, error) {
	return FromFiles(protoregistry.GlobalFiles)
})

// Default returns the catalog of every annotated enum that is linked into the
// program. The first call reads the enums, and later calls return the same catalog.
// If a rule is broken, Default returns a nil catalog and an error that holds all
// [Problems].
func Default() (*Catalog, error) { return defaultCatalog() }

// CodesOf returns the codes of one annotated enum, in the order of the file. It is for tools
// that read an enum without the systems that include it: the codes have no system. Only
// the rules for codes are checked, and none between codes but those for numbers. If a rule
// is broken, CodesOf returns an error that holds all [Problems].
func CodesOf(enum protoreflect.EnumDescriptor) ([]*Code, error) {
	b := newBuilder(nil)
	t := newTable(enum)
	b.checkDomain(enum)
	b.readCodes(t)
	if len(b.problems) > 0 {
		return nil, b.problems.tidy()
	}
	return t.codes, nil
}

// FromFiles returns the catalog of every annotated enum in files. [Default] does the
// same for the files that are linked into the program.
func FromFiles(files *protoregistry.Files) (*Catalog, error) {
	b := newBuilder(files)
	b.addFiles(files)
	return b.catalog()
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

// Warnings returns what works but is probably not intended, sorted by file and line.
func (c *Catalog) Warnings() Problems {
	if c == nil {
		return nil
	}
	return slices.Clone(c.warnings)
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
	// Looking up a number is fast, and two enums rarely use the same number.
	if code, ok := c.byNumber[number]; ok && code.table.desc == enum {
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
// false if the catalog has no such code. The domain of an included code is the package
// of its own enum.
func (c *Catalog) Lookup(domain, reason string) (*Code, bool) {
	if c == nil {
		return nil, false
	}
	code, ok := c.byReason[domain][reason]
	return code, ok
}

// LookupLegacy returns the code with a legacy code in the system of a domain, for
// example ("legacy.elves.v2", "401.1"). It returns false if the catalog has no such
// code. See [System.LookupLegacy].
func (c *Catalog) LookupLegacy(domain, legacyCode string) (*Code, bool) {
	if c == nil {
		return nil, false
	}
	return c.byDomain[domain].LookupLegacy(legacyCode)
}

// CodeIn returns the code of dialect that has the same meaning as code. It returns
// code itself if code belongs to dialect or to an enum that dialect includes. It
// returns the code with the same reason if the domains are versions of each other, such
// as legacy.job.v1 and legacy.job.v2. Otherwise it returns false.
func (c *Catalog) CodeIn(dialect *System, code *Code) (*Code, bool) {
	if c == nil || code == nil || dialect == nil {
		return nil, false
	}
	if code.table.system == dialect || slices.Contains(dialect.tables, code.table) {
		return code, true
	}
	if !code.table.isVersionOf(dialect) {
		return nil, false
	}
	return dialect.Lookup(code.reason)
}
