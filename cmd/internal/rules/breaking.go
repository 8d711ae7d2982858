// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// The categories of [BreakingRules].
const (
	wire        = "WIRE"
	legacyBytes = "LEGACY_BYTES"
	source      = "SOURCE"
	contract    = "CONTRACT"
)

// BreakingRules returns the rules of [Breaking].
func BreakingRules() []Rule {
	rules := []Rule{
		{ID: "ENUM_NO_DELETE", Category: wire, Purpose: "Checks that an annotated enum is not deleted."},
		{ID: "SYSTEM_NO_DELETE", Category: wire, Purpose: "Checks that an enum does not lose the option (statusmap.v1.system)."},
		{ID: "SYSTEM_SAME_DOMAIN", Category: wire, Purpose: "Checks that an annotated enum keeps its package, which is the domain of its errors."},
		{ID: "SYSTEM_SAME_SUCCESS_CODES", Category: wire, Purpose: "Checks that success_codes stays the same."},
		{ID: "CODE_NO_DELETE_UNLESS_RESERVED", Category: wire, Purpose: "Checks that a code is not deleted, unless its name and its number are reserved."},
		{ID: "CODE_SAME_REASON", Category: wire, Purpose: "Checks that a code keeps its name, which is the reason of its errors."},
		{ID: "CODE_SAME_NUMBER", Category: wire, Purpose: "Checks that a code keeps its number."},
		{ID: "CODE_SAME_LEGACY_CODE", Category: wire, Purpose: "Checks that a code keeps its legacy code."},
		{ID: "CODE_SAME_READS", Category: wire, Purpose: "Checks that a code keeps the expression of further legacy codes that are read as it."},
		{ID: "CODE_SAME_GRPC", Category: wire, Purpose: "Checks that an error keeps its gRPC code."},
		{ID: "CODE_SAME_SUCCESS", Category: wire, Purpose: "Checks that a success code stays one, and an error too."},
		{ID: "CODE_NO_ARG_DELETE", Category: wire, Purpose: "Checks that a code keeps its arguments by name."},

		{ID: "SYSTEM_SAME_ENVELOPE", Category: legacyBytes, Purpose: "Checks that the templates of envelopes, with format and escape, stay the same."},
		{ID: "SYSTEM_SAME_CONTENT_TYPE", Category: legacyBytes, Purpose: "Checks that the Content-Type of an envelope stays the same."},
		{ID: "SYSTEM_SAME_HEADERS", Category: legacyBytes, Purpose: "Checks that the headers of failures are not removed or changed."},
		{ID: "SYSTEM_SAME_HTTP_ALWAYS", Category: legacyBytes, Purpose: "Checks that http_always stays the same."},
		{ID: "SYSTEM_SAME_ALTERNATIVES", Category: legacyBytes, Purpose: "Checks that alternatives are not removed and keep their order."},
		{ID: "SYSTEM_SAME_LANGUAGE", Category: legacyBytes, Purpose: "Checks that language, default_language and language_header stay the same."},
		{ID: "SYSTEM_SAME_REQUEST_ID_HEADER", Category: legacyBytes, Purpose: "Checks that the header with the request's id stays the same."},
		{ID: "SYSTEM_SAME_HELP", Category: legacyBytes, Purpose: "Checks that the URL of help is not removed or changed."},
		{ID: "SYSTEM_SAME_FALLBACK", Category: legacyBytes, Purpose: "Checks that the same code replaces errors that are not of the system."},
		{ID: "SYSTEM_SAME_CODES", Category: legacyBytes, Purpose: "Checks that a system still has the codes of the enums that it included."},
		{ID: "CODE_SAME_MESSAGE", Category: legacyBytes, Purpose: "Checks that the message of a code stays the same."},
		{ID: "CODE_SAME_TRANSLATION", Category: legacyBytes, Purpose: "Checks that a translation stays the same."},
		{ID: "CODE_SAME_HTTP", Category: legacyBytes, Purpose: "Checks that the option http of a code keeps its HTTP status."},
		{ID: "CODE_SAME_RETRY_AFTER", Category: legacyBytes, Purpose: "Checks that retry_after stays the same."},
		{ID: "CODE_SAME_FIELDS", Category: legacyBytes, Purpose: "Checks that the request fields of a code stay the same."},
		{ID: "CODE_SAME_PLACEHOLDERS", Category: legacyBytes, Purpose: "Checks that what an envelope fills in for {labels.NAME}, {metadata} and {metadata.NAME} stays the same."},
		{ID: "METHOD_SAME_DIALECT", Category: legacyBytes, Purpose: "Checks that a method keeps its dialect."},

		{ID: "ENUM_SAME_NAME", Category: source, Purpose: "Checks that codes stay in the same enum."},
		{ID: "CODE_SAME_ARGS", Category: source, Purpose: "Checks that a code has the same arguments in the same order."},
		{ID: "CODE_SAME_ARG_TYPE", Category: source, Purpose: "Checks that an argument keeps its type."},

		{ID: "METHOD_SAME_ERRORS", Category: contract, Purpose: "Checks that a method declares the same errors, if it declared any."},
		{ID: "CODE_NO_TRANSLATION_DELETE", Category: contract, Purpose: "Checks that a translation is not deleted."},
		{ID: "CODE_NO_SENSITIVE_DELETE", Category: contract, Purpose: "Checks that a sensitive argument stays sensitive."},
	}
	for i := range rules {
		rules[i].Default = true
	}
	return rules
}

// Breaking returns the changes from old to changed that clients or callers notice. It leaves
// out those in files that are only imported.
func Breaking(old, changed *Files, choice Choice) Findings {
	c := &comparer{
		old: old, changed: changed, match: map[*code]*code{},
		renamed: map[string]string{}, moved: map[*table]*table{},
	}
	c.matchTables()
	for _, t := range old.tables {
		c.compareTable(t)
	}
	for _, domain := range slices.Sorted(maps.Keys(old.systems)) {
		t := old.systems[domain]
		enum := c.enumOf(t)
		switch system := changed.systems[c.domainOf(t)]; {
		case system != nil:
			c.compareSystem(t, system)
		case enum != nil:
			c.add("SYSTEM_NO_DELETE", enum.desc, t.desc, nil,
				"the enum has no option (statusmap.v1.system) any more: programs do not find the system %q, and clients of the old REST API get other bodies: write the option again", domain)
		}
	}
	c.compareMethods()
	c.findings = slices.DeleteFunc(c.findings, func(f Finding) bool {
		if f.At.File == "" {
			return !old.given[f.Against.File]
		}
		return !changed.given[f.At.File]
	})
	return choice.filter(BreakingRules(), c.findings)
}

type comparer struct {
	old, changed *Files
	match        map[*code]*code   // from an old code to the new one
	renamed      map[string]string // from the full names of old codes to other new ones
	// moved are the new tables of old ones that are in another package now.
	moved    map[*table]*table
	findings Findings
}

// add adds a finding at a field of the option of d. before is the old descriptor.
func (c *comparer) add(rule string, d, before protoreflect.Descriptor, fields []protoreflect.FieldNumber, format string, args ...any) {
	// If there is nothing left of what before describes, the place is its file.
	name, at := before.FullName(), in(c.changed.paths[before.ParentFile().Path()])
	if d != nil {
		name, at = d.FullName(), locate(d, fields...)
	}
	c.findings = append(c.findings, Finding{
		Rule: rule, Name: name, At: at, Against: locate(before, fields...),
		Message: strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(fmt.Sprintf(format, args...)),
	})
}

// enumOf returns the new enum of an old table, or nil.
func (c *comparer) enumOf(t *table) *table {
	if moved := c.moved[t]; moved != nil {
		return moved
	}
	return c.changed.byName[t.desc.FullName()]
}

// domainOf returns the new domain of an old table.
func (c *comparer) domainOf(t *table) string {
	if moved := c.moved[t]; moved != nil {
		return moved.domain
	}
	return t.domain
}

// matchTables finds the enums that have moved to another package: those with the same name
// in the same file.
func (c *comparer) matchTables() {
	for _, t := range c.old.tables {
		file := c.changed.paths[t.desc.ParentFile().Path()]
		if c.changed.byName[t.desc.FullName()] != nil || file == nil || c.survives(t) {
			continue
		}
		moved := c.changed.byName[file.Package().Append(t.desc.Name())]
		if moved == nil || c.old.byName[moved.desc.FullName()] != nil {
			continue
		}
		c.moved[t] = moved
		c.add("SYSTEM_SAME_DOMAIN", moved.desc, t.desc, nil,
			"the domain changes from %q to %q: clients find errors by it, in every language: keep the package, or add a new enum and answer old clients with this one", t.domain, moved.domain)
	}
}

// survives reports whether a code of an old table is still there.
func (c *comparer) survives(t *table) bool {
	return slices.ContainsFunc(t.codes, func(one *code) bool { return c.changed.codes[one.name()] != nil })
}

// compareTable compares an old enum with the new one.
func (c *comparer) compareTable(t *table) {
	enum := c.enumOf(t)
	if enum == nil && !c.survives(t) {
		c.add("ENUM_NO_DELETE", nil, t.desc, nil,
			"the enum %s with %d codes is deleted: clients still know them, and old servers send them: keep the enum, and write deprecated = true on the values", t.desc.FullName(), len(t.codes))
		return
	}
	byNumber := map[protoreflect.EnumNumber]*code{}
	if enum != nil {
		for _, one := range enum.codes {
			byNumber[one.desc.Number()] = one
		}
	}
	others := map[*table]bool{}
	for _, one := range t.codes {
		now := c.changed.codes[protoreflect.FullName(c.domainOf(t)).Append(one.desc.Name())]
		renamed := byNumber[one.desc.Number()]
		switch {
		case now != nil:
			if now.desc.Number() != one.desc.Number() {
				c.add("CODE_SAME_NUMBER", now.desc, one.desc, nil,
					"the number changes from %d to %d: programs that store or send the enum's number read another code: write the number %d, and add a new value for the new number", one.desc.Number(), now.desc.Number(), one.desc.Number())
			}
		case renamed != nil && c.old.codes[t.desc.FullName().Parent().Append(renamed.desc.Name())] == nil:
			now = renamed
			c.add("CODE_SAME_REASON", now.desc, one.desc, nil,
				"the reason changes from %s to %s: clients find the error by its reason, in every language: keep the name, or add a new value and write replaced_by: %q on the old one", one.desc.Name(), now.desc.Name(), now.desc.Name())
		default:
			c.deleted(one, enum)
			continue
		}
		c.match[one] = now
		if x, y := string(one.name()), string(now.name()); x != y {
			c.renamed[x] = y
		}
		if now.table != enum && !others[now.table] {
			others[now.table] = true
			c.add("ENUM_SAME_NAME", now.table.desc, t.desc, nil,
				"codes such as %s move from the enum %s to %s: programs that name them in generated code do not compile: keep the enum's name", one.desc.Name(), t.desc.FullName(), now.table.desc.FullName())
		}
		c.compareCode(one, now)
	}
}

// deleted reports a code that is gone, unless its name and number are reserved. enum is nil
// if the enum is gone too.
func (c *comparer) deleted(one *code, enum *table) {
	var parent protoreflect.Descriptor
	if enum != nil {
		parent = enum.desc
		if value := enum.desc.Values().ByName(one.desc.Name()); value != nil {
			c.add("CODE_NO_DELETE_UNLESS_RESERVED", value, one.desc, nil,
				"the value has no option (statusmap.v1.code) any more: clients that get the error do not find its code: write the option again")
			return
		}
		if enum.desc.ReservedNames().Has(one.desc.Name()) && enum.desc.ReservedRanges().Has(one.desc.Number()) {
			return
		}
	}
	c.add("CODE_NO_DELETE_UNLESS_RESERVED", parent, one.desc, nil,
		"the code %s is deleted: clients of servers that still send it do not find it: keep the value with deprecated = true, or write reserved %d; and reserved %q; if no server sends it any more",
		one.desc.Name(), one.desc.Number(), one.desc.Name())
	c.findings[len(c.findings)-1].Name = one.name()
}

// compareMethods compares the options of methods that are in both versions.
func (c *comparer) compareMethods() {
	before := map[protoreflect.FullName]protoreflect.MethodDescriptor{}
	for _, method := range c.old.methods {
		before[method.FullName()] = method
	}
	for _, method := range c.changed.methods {
		old := before[method.FullName()]
		if old == nil {
			continue
		}
		a, b := c.old.rpc(old), c.changed.rpc(method)
		// An option of the service is found at the service.
		at := func(field protoreflect.FieldNumber, ofService bool) (protoreflect.Descriptor, []protoreflect.FieldNumber) {
			if ofService {
				return method.Parent(), []protoreflect.FieldNumber{field}
			}
			return method, []protoreflect.FieldNumber{field}
		}
		dialect := a.dialect
		if system := c.old.systems[dialect]; system != nil && b.dialect != dialect {
			dialect = c.domainOf(system)
		}
		if dialect != b.dialect {
			d, fields := at(fieldRPCDialect, b.dialectOfService)
			c.addFor(method, "METHOD_SAME_DIALECT", d, old, fields,
				"the dialect changes from %s to %s: clients of the old REST API get other bodies: keep the dialect, or answer the new one on a route of its own", quoted(a.dialect), quoted(b.dialect))
		}
		if len(a.errors) == 0 {
			continue // the contract is new
		}
		changes := c.compareErrors(a.errors, b.errors)
		if len(changes) > 0 {
			d, fields := at(fieldRPCErrors, b.errorsOfService)
			c.addFor(method, "METHOD_SAME_ERRORS", d, old, fields,
				"the method %s: clients handle the errors that a method declares: keep the list, or tell the clients and ignore this rule for the change", strings.Join(changes, " and "))
		}
	}
}

// compareErrors returns what two sets of declared errors differ in. Names whose system is
// not known are compared by the reason.
func (c *comparer) compareErrors(before, after map[string]bool) []string {
	key := func(name string) string { return name }
	for _, name := range slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after))) {
		if !strings.Contains(name, ".") {
			key = func(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
		}
	}
	then, now := map[string]bool{}, map[string]bool{}
	for name := range before {
		then[key(cmp.Or(c.renamed[name], name))] = true
	}
	for name := range after {
		now[key(name)] = true
	}
	var changes []string
	if gone := slices.DeleteFunc(slices.Sorted(maps.Keys(then)), func(name string) bool { return now[name] }); len(gone) > 0 {
		changes = append(changes, "no longer declares "+strings.Join(gone, ", "))
	}
	if added := slices.DeleteFunc(slices.Sorted(maps.Keys(now)), func(name string) bool { return then[name] }); len(added) > 0 {
		changes = append(changes, "now declares "+strings.Join(added, ", "))
	}
	return changes
}

// addFor is add with the name of a method, whose service may have the option.
func (c *comparer) addFor(method protoreflect.MethodDescriptor, rule string, d, before protoreflect.Descriptor, fields []protoreflect.FieldNumber, format string, args ...any) {
	c.add(rule, d, before, fields, format, args...)
	c.findings[len(c.findings)-1].Name = method.FullName()
}

func quoted(s string) string {
	if s == "" {
		return "none"
	}
	return fmt.Sprintf("%q", s)
}

// grpcName returns the name of a gRPC code.
func grpcName(c *code) string {
	if c.options.Grpc == nil {
		return "none"
	}
	return statusmapv1.GrpcCode_name[int32(c.options.GetGrpc())]
}
