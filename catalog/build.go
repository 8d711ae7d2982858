// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/internal/annotation"
)

// A builder reads enums into a catalog and collects all problems.
type builder struct {
	files    *protoregistry.Files // nil: only the given enums
	given    map[protoreflect.FullName]protoreflect.EnumDescriptor
	systems  []*systemReader // in the order of the enums
	byDomain map[string]*System
	// alone are the annotated enums without the option (statusmap.v1.system).
	alone    []protoreflect.EnumDescriptor
	included map[protoreflect.FullName]*table
	services []protoreflect.ServiceDescriptor
	tags     map[string]language.Tag // of translations: a table has few, many times
	problems Problems
	warnings Problems
}

func newBuilder(files *protoregistry.Files) *builder {
	return &builder{
		files:    files,
		given:    make(map[protoreflect.FullName]protoreflect.EnumDescriptor),
		byDomain: make(map[string]*System),
		included: make(map[protoreflect.FullName]*table),
		tags:     make(map[string]language.Tag),
	}
}

func (b *builder) problem(d protoreflect.Descriptor, rule, format string, args ...any) {
	b.problems = append(b.problems, problemAt(d, rule, format, args...))
}

func (b *builder) warn(d protoreflect.Descriptor, rule, format string, args ...any) {
	b.warnings = append(b.warnings, problemAt(d, rule, format, args...))
}

// addGiven adds the enums that the caller of New lists.
func (b *builder) addGiven(enums []protoreflect.EnumDescriptor) {
	read := make(map[protoreflect.EnumDescriptor]bool, len(enums))
	for _, enum := range enums {
		if enum == nil {
			b.problems = append(b.problems, Problem{Rule: "system", Text: "the enum descriptor is nil: pass the descriptor of an annotated enum"})
			continue
		}
		if read[enum] {
			continue // the same enum was passed twice
		}
		read[enum] = true
		switch {
		case b.addSystem(enum):
		case annotatedValue(enum) != nil:
			if _, ok := b.given[enum.FullName()]; !ok {
				b.given[enum.FullName()] = enum
				b.alone = append(b.alone, enum)
			}
		default:
			b.problem(enum, "system", "the enum has no option (statusmap.v1.system): add it")
		}
	}
}

// addFiles adds the annotated enums and the services in files.
func (b *builder) addFiles(files *protoregistry.Files) {
	var list []protoreflect.FileDescriptor
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if importsVocabulary(file, false) {
			list = append(list, file)
		}
		return true
	})
	// RangeFiles has a random order, but the problems need a stable one.
	slices.SortFunc(list, func(a, b protoreflect.FileDescriptor) int { return strings.Compare(a.Path(), b.Path()) })
	var enums []protoreflect.EnumDescriptor
	for _, file := range list {
		enums = append(enums, allEnums(file.Enums(), file.Messages())...)
		for i := range file.Services().Len() {
			b.services = append(b.services, file.Services().Get(i))
		}
	}
	slices.SortStableFunc(enums, func(a, b protoreflect.EnumDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	for _, enum := range enums {
		if !b.addSystem(enum) && annotatedValue(enum) != nil {
			b.alone = append(b.alone, enum)
		}
	}
}

// addSystem adds an enum. It returns false if the enum has no option
// (statusmap.v1.system).
func (b *builder) addSystem(enum protoreflect.EnumDescriptor) bool {
	options, err := annotation.System(enum)
	if err != nil {
		b.problem(enum, "system", "the option (statusmap.v1.system) cannot be read (%v): compile the file again with statusmap/v1/options.proto", err)
		return true
	}
	if options == nil {
		return false
	}
	domain := string(enum.FullName().Parent())
	if other, ok := b.byDomain[domain]; ok {
		b.problem(enum, "domain", "the package %q already has the system %s: move one of them to another package, or remove this option and list the enum in the includes of %s",
			domain, other.desc.FullName(), other.desc.FullName())
		// The enum's other problems are reported too.
		b.systems = append(b.systems, b.readSystem(enum, options))
		return true
	}
	r := b.readSystem(enum, options)
	b.byDomain[domain] = r.system
	b.systems = append(b.systems, r)
	return true
}

// annotatedValue returns the first value with the option (statusmap.v1.code), or nil.
func annotatedValue(enum protoreflect.EnumDescriptor) protoreflect.EnumValueDescriptor {
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		if options, err := annotation.Code(value); options != nil || err != nil {
			return value
		}
	}
	return nil
}

// catalog returns the catalog of the enums that were added, or all problems.
func (b *builder) catalog() (*Catalog, error) {
	for _, r := range b.systems {
		b.resolveIncludes(r)
	}
	for _, t := range b.tables() {
		b.readCodes(t)
	}
	b.checkAlone()
	for _, r := range b.systems {
		b.link(r)
	}
	c := b.index()
	b.checkReplacements(c)
	b.checkServices(c)
	if len(b.problems) > 0 {
		return nil, b.problems.tidy()
	}
	c.warnings = b.warnings.tidy()
	return c, nil
}

// tables returns the enums of the systems and those that they include, by full name.
func (b *builder) tables() []*table {
	tables := slices.Collect(maps.Values(b.included))
	for _, r := range b.systems {
		tables = append(tables, r.system.tables[0])
	}
	slices.SortFunc(tables, func(x, y *table) int {
		return strings.Compare(string(x.desc.FullName()), string(y.desc.FullName()))
	})
	return tables
}

// newTable returns the table of an enum whose codes are not yet read.
func newTable(enum protoreflect.EnumDescriptor) *table {
	domain := string(enum.FullName().Parent())
	return &table{desc: enum, domain: domain, family: familyOf(domain)}
}

// resolveIncludes finds the enums that a system includes.
func (b *builder) resolveIncludes(r *systemReader) {
	enum, s := r.system.desc, r.system
	own := newTable(enum)
	own.system, own.systems, own.language, own.tag = s, []*System{s}, s.language, r.tag
	own.defaultLanguage = s.language
	s.tables = []*table{own}
	for i, name := range r.options.GetIncludes() {
		if slices.Contains(r.options.GetIncludes()[:i], name) {
			b.problem(enum, "includes", "%q is listed twice: remove one", name)
			continue
		}
		included, ok := b.find(enum, protoreflect.FullName(name)).(protoreflect.EnumDescriptor)
		if !ok {
			b.problem(enum, "includes", "there is no enum %q: write the full name of an enum such as \"legacy.depot.v1.AuthCode\", and import its file here, link it into the program, or give it to New", name)
			continue
		}
		options, err := annotation.System(included)
		switch {
		case included.FullName() == enum.FullName():
			b.problem(enum, "includes", "%q is the system itself: remove it", name)
			continue
		case options != nil || err != nil:
			b.problem(enum, "includes", "%q is a system of its own, and a system cannot include another one: remove the option (statusmap.v1.system) of %s, or remove it from includes", name, name)
			continue
		}
		t, ok := b.included[included.FullName()]
		if !ok {
			t = newTable(included)
			t.language, t.tag, t.defaultLanguage = s.language, r.tag, s.language
			b.included[included.FullName()] = t
			b.checkDomain(included)
		}
		if t.language != s.language {
			b.problem(enum, "includes", "the messages of %s are in %q in the system %s, but this system has language %q: write the same language in both systems",
				name, t.language, t.systems[0].domain, s.language)
			continue
		}
		t.systems = append(t.systems, s)
		s.tables = append(s.tables, t)
	}
}

// find returns the descriptor with a full name: of the given enums, in the files, or else
// near the includer. It returns nil if there is none.
func (b *builder) find(includer protoreflect.EnumDescriptor, name protoreflect.FullName) protoreflect.Descriptor {
	if enum, ok := b.given[name]; ok {
		return enum
	}
	if b.files != nil {
		if d, err := b.files.FindDescriptorByName(name); err == nil {
			return d
		}
	}
	file := includer.ParentFile()
	if d := enumInFile(file, name, make(map[string]bool)); d != nil {
		return d
	}
	linked, err := protoregistry.GlobalFiles.FindDescriptorByName(includer.FullName())
	if err != nil || linked != protoreflect.Descriptor(includer) {
		return nil // the linked files are not those of the includer
	}
	if d, err := protoregistry.GlobalFiles.FindDescriptorByName(name); err == nil {
		return d
	}
	return nil
}

// enumInFile returns the enum with a full name in a file or one that it imports. seen are
// the paths of the files that were searched.
func enumInFile(file protoreflect.FileDescriptor, name protoreflect.FullName, seen map[string]bool) protoreflect.Descriptor {
	if file == nil || seen[file.Path()] {
		return nil
	}
	seen[file.Path()] = true
	if file.Package() == name.Parent() {
		if enum := file.Enums().ByName(name.Name()); enum != nil {
			return enum
		}
	}
	for i := range file.Imports().Len() {
		if d := enumInFile(file.Imports().Get(i).FileDescriptor, name, seen); d != nil {
			return d
		}
	}
	return nil
}

// checkDomain checks that the package of an enum can be the domain of its codes.
func (b *builder) checkDomain(enum protoreflect.EnumDescriptor) {
	if enum.ParentFile().Package() != enum.FullName().Parent() {
		b.problem(enum, "domain", "the enum is inside a message: move it to the top level of the file")
	}
	if enum.FullName().Parent() == "" {
		b.problem(enum, "domain", "the file has no package: write one, for example package legacy.depot.v1; it is the domain of the errors")
	}
}

// checkAlone warns of annotated enums that no system includes.
func (b *builder) checkAlone() {
	for _, enum := range b.alone {
		if _, ok := b.included[enum.FullName()]; ok {
			continue
		}
		b.warn(enum, "includes", "no system includes the enum, so its codes are not used: add it to the includes of a system, or add the option (statusmap.v1.system)")
		if _, given := b.given[enum.FullName()]; given {
			b.checkDomain(enum)
			b.readCodes(newTable(enum))
		}
	}
}

// link fills a system with the codes of its tables, and checks them together.
func (b *builder) link(r *systemReader) {
	s := r.system
	size := 0
	for _, t := range s.tables {
		size += len(t.codes)
	}
	s.byReason = make(map[string]*Code, size)
	s.byLegacy = make(map[string]*Code, size)
	s.codes = make([]*Code, 0, size)
	sharing := make(map[string][]*Code)
	for _, t := range s.tables {
		for _, c := range t.codes {
			if other, ok := s.byReason[c.reason]; ok {
				b.problem(s.desc, "includes", "%s and %s have the same reason, and %s has both: rename one of them", other.FullName(), c.FullName(), s.domain)
			} else {
				s.byReason[c.reason] = c
			}
			if other, ok := s.byLegacy[c.legacyCode]; !ok {
				s.byLegacy[c.legacyCode] = c
				if c.SharesLegacyCode() {
					sharing[c.legacyCode] = []*Code{c}
				}
			} else {
				b.checkTwins(other, c)
				if other.SharesLegacyCode() {
					sharing[c.legacyCode] = append(sharing[c.legacyCode], c)
				}
			}
			if c.reads != nil {
				s.readers = append(s.readers, c)
			}
			b.checkInSystem(r, c)
			s.codes = append(s.codes, c)
		}
	}
	slices.SortStableFunc(s.codes, func(a, b *Code) int { return cmp.Compare(a.Number(), b.Number()) })
	slices.SortStableFunc(s.readers, func(a, b *Code) int { return cmp.Compare(a.Number(), b.Number()) })
	if i := slices.IndexFunc(s.codes, (*Code).IsSuccess); i >= 0 {
		s.success = s.codes[i]
	}
	b.linkShared(s, sharing)
	b.checkReads(s)
	b.linkFallbacks(s)
	b.linkLanguages(r)
	b.linkHelp(s)
	b.checkSuccessTemplates(r)
	b.warnSystem(r)
}

// checkTwins reports two codes of a system with the same legacy code.
func (b *builder) checkTwins(first, second *Code) {
	switch {
	case first.SharesLegacyCode() && second.SharesLegacyCode():
	case first.table == second.table && first.Number() == second.Number() && second.options.GetLegacyCode() == "":
		// The problem of the number is already reported.
	case first.SharesLegacyCode():
		b.problem(second.desc, "legacy_code", "%q is already used by %s: give each code its own legacy code, or write shares_legacy_code: true here too", second.legacyCode, first.nameFor(second))
	default:
		b.problem(second.desc, "legacy_code", "%q is already used by %s: give each code its own legacy code, or write shares_legacy_code: true on both", second.legacyCode, first.nameFor(second))
	}
}

// nameFor returns how a problem of another code names c.
func (c *Code) nameFor(other *Code) string {
	if c.table == other.table {
		return c.reason
	}
	return c.FullName()
}

// linkShared fills the shared legacy codes of a system. sharing has all codes of those
// whose first code has shares_legacy_code.
func (b *builder) linkShared(s *System, sharing map[string][]*Code) {
	for _, legacyCode := range slices.Sorted(maps.Keys(sharing)) {
		list := sharing[legacyCode]
		if len(list) == 1 {
			b.problem(list[0].desc, "shares_legacy_code", "no other code of %s has the legacy code %q: remove shares_legacy_code, or correct the legacy_code", s.domain, legacyCode)
			continue
		}
		if s.shared == nil {
			s.shared = make(map[string][]*Code)
		}
		s.shared[legacyCode] = list
	}
}

func (b *builder) linkFallbacks(s *System) {
	for _, c := range s.codes {
		listed := 0
		for i, g := range c.options.GetFallbackFor() {
			switch {
			case slices.Contains(c.options.GetFallbackFor()[:i], g) || g <= 0 || int(g) >= len(s.fallbacks) || c.IsSuccess():
				// checkFallbacks has reported it.
			case s.fallbacks[g] != nil:
				b.problem(c.desc, "fallback_for", "%s is already replaced by %s: remove it from one of the two codes", g, s.fallbacks[g].nameFor(c))
			default:
				s.fallbacks[g] = c
				listed++
			}
		}
		for i, status := range c.options.GetFallbackForHttp() {
			switch {
			case slices.Contains(c.options.GetFallbackForHttp()[:i], status) || status < 400 || status > 599 || c.IsSuccess():
				// checkFallbacks has reported it.
			case s.fallbacksHTTP[int(status)] != nil:
				b.problem(c.desc, "fallback_for_http", "%d is already replaced by %s: remove it from one of the two codes", status, s.fallbacksHTTP[int(status)].nameFor(c))
			default:
				if s.fallbacksHTTP == nil {
					s.fallbacksHTTP = make(map[int]*Code)
				}
				s.fallbacksHTTP[int(status)] = c
			}
		}
	}
	if s.fallbacks[codes.Unknown] == nil && s.fallbacks[codes.Internal] == nil {
		b.problem(s.desc, "fallback_for", "no code has fallback_for with UNKNOWN or INTERNAL: write fallback_for: INTERNAL on the code for all other errors")
	}
}

func (b *builder) linkHelp(s *System) {
	if s.help == nil {
		return
	}
	for _, c := range s.tables[0].codes {
		c.help = s.help.url(s.domain, c.reason, c.legacyCode)
	}
}

// index returns the catalog. It is complete only if there are no problems.
func (b *builder) index() *Catalog {
	c := &Catalog{byDomain: b.byDomain, byReason: make(map[string]map[string]*Code)}
	for _, r := range b.systems {
		c.systems = append(c.systems, r.system)
	}
	slices.SortFunc(c.systems, func(a, b *System) int { return strings.Compare(a.domain, b.domain) })
	tables := b.tables()
	byDomain := make(map[string][]*table)
	size := 0
	for _, t := range tables {
		slices.SortFunc(t.systems, func(a, b *System) int { return strings.Compare(a.domain, b.domain) })
		t.setDefaultLanguage()
		byDomain[t.domain] = append(byDomain[t.domain], t)
		size += len(t.codes)
	}
	c.byNumber = make(map[protoreflect.EnumNumber]*Code, size)
	c.byValue = make(map[valueKey]*Code)
	for domain, list := range byDomain {
		c.byReason[domain] = reasonsOf(list)
	}
	for _, t := range tables {
		for _, code := range t.codes {
			number := code.desc.Number()
			if _, taken := c.byNumber[number]; taken {
				c.byValue[valueKey{t.desc, number}] = code
			} else {
				c.byNumber[number] = code
			}
		}
	}
	return c
}

// reasonsOf returns the codes of a domain's tables by reason. It returns the map of a
// system if that has exactly these tables.
func reasonsOf(tables []*table) map[string]*Code {
	size := 0
	for _, t := range tables {
		size += len(t.codes)
		if s := t.system; s != nil && len(s.tables) == len(tables) && !slices.ContainsFunc(s.tables, func(t *table) bool { return t.domain != s.domain }) {
			return s.byReason
		}
	}
	reasons := make(map[string]*Code, size)
	for _, t := range tables {
		for _, code := range t.codes {
			reasons[code.reason] = code
		}
	}
	return reasons
}

// setDefaultLanguage sets the default language of a table from that of its systems.
func (t *table) setDefaultLanguage() {
	for i, s := range t.systems {
		if i == 0 {
			t.defaultLanguage = s.defaultLanguage
		} else if t.defaultLanguage != s.defaultLanguage {
			t.defaultLanguage = t.language
			return
		}
	}
}
