// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"cmp"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/aip193"
	"github.com/statusmap/statusmap/internal/annotation"
)

// expected are the gRPC codes for which each system should have a fallback: gateways and
// libraries raise them without a code of the system.
var expected = [...]codes.Code{codes.InvalidArgument, codes.NotFound, codes.Unimplemented, codes.Unavailable}

// warnSystem warns of what clients of a system cannot tell apart.
func (b *builder) warnSystem(r *systemReader) {
	s := r.system
	var missing []string
	for _, g := range expected {
		if s.fallbacks[g] == nil {
			missing = append(missing, statusmapv1.GrpcCode(g).String())
		}
	}
	if last := s.Fallback(codes.Unknown); len(missing) > 0 && last != nil {
		b.warn(s.desc, "fallback_for", "no code has fallback_for with %s, so %s replaces these errors of gateways and libraries: write fallback_for on a code that fits better",
			strings.Join(missing, ", "), last.reason)
	}
}

// warnCode warns of a code that works, but that other tools or people may not accept.
func (b *builder) warnCode(c *Code) {
	if !aip193.IsReason(c.reason) {
		b.warn(c.desc, "reason", "%q is not a valid ErrorInfo reason by AIP-193: write 3 to 63 characters that match [A-Z][A-Z0-9_]+[A-Z0-9] if clients do not yet know the name", c.reason)
	}
	if c.HasSensitive() {
		for _, name := range c.message.Template().Params() {
			if c.Sensitive(name) {
				b.warn(c.desc, "args", "the message names the sensitive argument {%s}, and programs print messages: remove it from the message, or remove sensitive", name)
			}
		}
	}
	if c.ReplacedBy() != "" && !c.Deprecated() {
		b.warn(c.desc, "replaced_by", "the code is replaced but not deprecated: write deprecated = true beside the option (statusmap.v1.code)")
	}
}

// checkReplacements checks the codes that replaced_by names.
func (b *builder) checkReplacements(c *Catalog) {
	for _, t := range b.tables() {
		for _, code := range t.codes {
			name := code.ReplacedBy()
			if name == "" {
				continue
			}
			domain, reason := string(protoreflect.FullName(name).Parent()), string(protoreflect.FullName(name).Name())
			switch {
			case name == code.reason || name == code.FullName():
				b.problem(code.desc, "replaced_by", "%q is the code itself: write another code, or remove replaced_by", name)
			case domain == "" && !t.hasReason(reason):
				b.problem(code.desc, "replaced_by", "there is no code %q: write the reason of a code of the same system, or the full name of one of another domain", name)
			case domain == "":
			case c.byReason[domain] == nil:
				b.warn(code.desc, "replaced_by", "the domain of %q is not in the catalog, so it cannot be checked: link its package into the program", name)
			case c.byReason[domain][reason] == nil:
				b.problem(code.desc, "replaced_by", "there is no code %q: write the reason of a code of the same system, or the full name of one of another domain", name)
			}
		}
	}
}

// hasReason reports whether a system of the table has a code with a reason.
func (t *table) hasReason(reason string) bool {
	for _, s := range t.systems {
		if _, ok := s.byReason[reason]; ok {
			return true
		}
	}
	return false
}

// checkServices checks the options of services and their methods. A name that is not in
// the catalog is only a warning: it may be of another team.
func (b *builder) checkServices(c *Catalog) {
	for _, service := range b.services {
		options, err := annotation.Service(service)
		if options != nil || err != nil {
			b.checkRPC(c, service, "service", options.GetDialect(), options, err)
		}
		dialect := options.GetDialect()
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			if options, err := annotation.Method(method); options != nil || err != nil {
				b.checkRPC(c, method, "method", cmp.Or(options.GetDialect(), dialect), options, err)
			}
		}
	}
}

func (b *builder) checkRPC(c *Catalog, d protoreflect.Descriptor, rule, dialect string, options *statusmapv1.RPCOptions, err error) {
	if err != nil {
		b.problem(d, rule, "the option (statusmap.v1.%s) cannot be read (%v): compile the file again with statusmap/v1/options.proto", rule, err)
		return
	}
	for _, field := range annotation.UnknownRPC(options) {
		b.unknownField(d, rule, field)
	}
	if dialect != "" && c.byDomain[dialect] == nil {
		if options.GetDialect() != "" {
			b.warn(d, "dialect", "there is no system %q: write the package of a system's enum, or link that package into the program", dialect)
		}
		dialect = ""
	}
	for _, name := range options.GetErrors() {
		if !c.knows(dialect, name) {
			b.warn(d, "errors", "there is no code %q: write the reason of a code of the dialect, or the full name of one of another domain", name)
		}
	}
}

// knows reports whether a name of RPCOptions.errors is a code. dialect may be "" if the
// program decides it.
func (c *Catalog) knows(dialect, name string) bool {
	if full := protoreflect.FullName(name); full.Parent() != "" {
		_, ok := c.Lookup(string(full.Parent()), string(full.Name()))
		return ok
	}
	if dialect != "" {
		_, ok := c.byDomain[dialect].Lookup(name)
		return ok
	}
	for _, s := range c.systems {
		if _, ok := s.byReason[name]; ok {
			return true
		}
	}
	return false
}
