// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/annotation"
	"github.com/statusmap/statusmap/internal/template"
)

// Files are .proto files, with those that they import.
type Files struct {
	registry *protoregistry.Files
	paths    map[string]protoreflect.FileDescriptor
	given    map[string]bool // the paths of the files that are checked
	tables   []*table
	byName   map[protoreflect.FullName]*table
	systems  map[string]*table // by domain
	codes    map[protoreflect.FullName]*code
	methods  []protoreflect.MethodDescriptor
}

// A table is an annotated enum.
type table struct {
	desc    protoreflect.EnumDescriptor
	domain  string
	options *statusmapv1.SystemOptions // nil if other systems include the enum
	codes   []*code
	systems []*table // itself, or those that include it
	// included are the tables that a system includes.
	included []*table
}

// A code is an annotated enum value.
type code struct {
	desc    protoreflect.EnumValueDescriptor
	options *statusmapv1.CodeOptions
	table   *table
	args    []string // in the order of a constructor's parameters
}

// Load reads files. given are the paths of the files that are checked; if it is nil, these
// are all files. Imports are read too.
func Load(files []protoreflect.FileDescriptor, given map[string]bool) *Files {
	f := &Files{
		registry: new(protoregistry.Files),
		paths:    map[string]protoreflect.FileDescriptor{},
		given:    given,
		byName:   map[protoreflect.FullName]*table{},
		systems:  map[string]*table{},
		codes:    map[protoreflect.FullName]*code{},
	}
	if given == nil {
		f.given = map[string]bool{}
		for _, file := range files {
			f.given[file.Path()] = true
		}
	}
	for _, file := range files {
		f.add(file)
	}
	for _, path := range slices.Sorted(maps.Keys(f.paths)) {
		f.read(f.paths[path])
	}
	for _, t := range f.tables {
		if t.options == nil {
			continue
		}
		t.systems = append(t.systems, t)
		for _, name := range t.options.GetIncludes() {
			if other := f.byName[protoreflect.FullName(name)]; other != nil && other.options == nil && !slices.Contains(t.included, other) {
				t.included = append(t.included, other)
				other.systems = append(other.systems, t)
			}
		}
	}
	return f
}

// Empty reports whether there is no annotated enum.
func (f *Files) Empty() bool { return len(f.tables) == 0 }

func (f *Files) add(file protoreflect.FileDescriptor) {
	if f.paths[file.Path()] != nil || file.IsPlaceholder() {
		return
	}
	if f.registry.RegisterFile(file) != nil {
		return // another file has the same names: the compiler has reported it
	}
	f.paths[file.Path()] = file
	for i := range file.Imports().Len() {
		f.add(file.Imports().Get(i).FileDescriptor)
	}
}

func (f *Files) read(file protoreflect.FileDescriptor) {
	for i := range file.Enums().Len() {
		f.readEnum(file.Enums().Get(i))
	}
	for i := range file.Services().Len() {
		methods := file.Services().Get(i).Methods()
		for j := range methods.Len() {
			f.methods = append(f.methods, methods.Get(j))
		}
	}
}

// readEnum adds an enum if it is annotated. An option that cannot be read is a problem of
// the catalog.
func (f *Files) readEnum(enum protoreflect.EnumDescriptor) {
	t := &table{desc: enum, domain: string(enum.FullName().Parent())}
	if options, err := annotation.System(enum); err == nil {
		t.options = options
	}
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		options, err := annotation.Code(value)
		if options == nil || err != nil {
			continue
		}
		c := &code{desc: value, options: options, table: t}
		c.args = c.readArgs()
		t.codes = append(t.codes, c)
		if f.codes[value.FullName()] == nil {
			f.codes[value.FullName()] = c
		}
	}
	if t.options == nil && t.codes == nil {
		return
	}
	f.tables = append(f.tables, t)
	f.byName[enum.FullName()] = t
	if t.options != nil && f.systems[t.domain] == nil {
		f.systems[t.domain] = t
	}
}

// readArgs returns the arguments of a code: those of the message, those of the fields, and
// further ones by name.
func (c *code) readArgs() []string {
	var names []string
	add := func(name string) {
		if name != statusMessage && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, source := range slices.Concat([]string{c.options.GetMessage()}, c.options.GetFields()) {
		for _, name := range argsOf(source) {
			add(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.options.GetArgs())) {
		add(name)
	}
	return names
}

// statusMessage is the argument of the text that a fallback replaces.
const statusMessage = "status_message"

// argsOf returns the arguments of a text. It returns nil if the text is not valid.
func argsOf(source string) []string {
	m, err := template.CompileMessage(source)
	if err != nil {
		return nil
	}
	return m.Params()
}

func (c *code) name() protoreflect.FullName { return c.desc.FullName() }

func (c *code) legacyCode() string {
	return cmp.Or(c.options.GetLegacyCode(), strconv.Itoa(int(c.desc.Number())))
}

// all returns the codes of a system.
func (t *table) all() []*code {
	codes := slices.Clone(t.codes)
	for _, other := range t.included {
		codes = append(codes, other.codes...)
	}
	return codes
}

// envelopes returns the envelope of a system and its alternatives.
func (t *table) envelopes() []*statusmapv1.Envelope {
	return append([]*statusmapv1.Envelope{t.options.GetEnvelope()}, t.options.GetAlternatives()...)
}

// fills reports whether an envelope of the system has a placeholder.
func (t *table) fills(placeholder string) bool {
	for _, e := range t.envelopes() {
		o := template.Options{Format: template.Format(e.GetFormat()), Escape: template.Escape(e.GetEscape())}
		o.Violation, _ = template.CompileViolation(e.GetViolation(), o)
		for _, source := range slices.Concat([]string{e.GetFailure(), e.GetStreamFailure()}, slices.Collect(maps.Values(e.GetHeaders()))) {
			if compiled, errs := template.CompileEnvelope(source, o); len(errs) == 0 && compiled.Has(placeholder) {
				return true
			}
		}
	}
	return false
}

// A fallback is what a system answers in place of an error without a code of its own.
type fallbacks struct {
	grpc map[statusmapv1.GrpcCode]*code
	http map[int32]*code
}

func (t *table) fallbacks() fallbacks {
	f := fallbacks{map[statusmapv1.GrpcCode]*code{}, map[int32]*code{}}
	for _, c := range t.all() {
		for _, g := range c.options.GetFallbackFor() {
			f.grpc[g] = c
		}
		for _, status := range c.options.GetFallbackForHttp() {
			f.http[status] = c
		}
	}
	last := f.grpc[statusmapv1.GrpcCode_UNKNOWN]
	if last == nil {
		last = f.grpc[statusmapv1.GrpcCode_INTERNAL]
	}
	for g := range int32(len(statusmapv1.GrpcCode_name)) {
		if grpc := statusmapv1.GrpcCode(g); grpc != statusmapv1.GrpcCode_OK && f.grpc[grpc] == nil {
			f.grpc[grpc] = last
		}
	}
	return f
}
