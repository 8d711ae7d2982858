// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/annotation"
)

// The categories of [LintRules].
const (
	standard   = "STANDARD"
	aip193     = "AIP193"
	complete   = "COMPLETE"
	documented = "DOCUMENTED"
	translated = "TRANSLATED"
	declared   = "DECLARED"
)

const (
	catalogValid   = "CATALOG_VALID"
	catalogWarning = "CATALOG_WARNING"
)

// LintRules returns the rules of [Lint]. The default ones are those of the category
// STANDARD.
func LintRules() []Rule {
	rules := []Rule{
		{ID: catalogValid, Category: standard, Purpose: "Checks that no rule of the catalog is broken: a program cannot use the enum otherwise."},
		{ID: catalogWarning, Category: standard, Purpose: "Checks that what works is also what is intended, for example that a system includes the enum."},
		{ID: "CODE_REPLACED_DEPRECATED", Category: standard, Purpose: "Checks that a code with replaced_by is deprecated, and its replacement exists."},
		{ID: "CODE_RETRY_FITS_GRPC", Category: standard, Purpose: "Checks that a code with retry_after has a gRPC code after which the same call may succeed."},
		{ID: "CODE_SECRET_SENSITIVE", Category: standard, Purpose: "Checks that arguments with names such as password or token are sensitive."},
		{ID: "CODE_SENSITIVE_NOT_IN_MESSAGE", Category: standard, Purpose: "Checks that messages do not name sensitive arguments."},
		{ID: "METHOD_DIALECT_EXISTS", Category: standard, Purpose: "Checks that the dialect of a service or a method is a system."},
		{ID: "METHOD_ERRORS_EXIST", Category: standard, Purpose: "Checks that the errors that a service or a method declares are codes."},

		{ID: "CODE_REASON_AIP193", Category: aip193, Purpose: "Checks that the names of codes are valid reasons by AIP-193."},

		{ID: "SYSTEM_FALLBACKS", Category: complete, Purpose: "Checks that a system has fallbacks for the errors of gateways and libraries."},

		{ID: "CODE_ARGS_DECLARED", Category: documented, Purpose: "Checks that the option args declares every argument of a code."},
		{ID: "CODE_DEPRECATED_REPLACED", Category: documented, Purpose: "Checks that a deprecated code has replaced_by."},
		{ID: "CODE_EXPLAINED", Category: documented, Purpose: "Checks that every error has an explanation."},

		{ID: "CODE_TRANSLATED", Category: translated, Purpose: "Checks that every code has a message in each language: those that are given, or else all languages of its system."},

		{ID: "METHOD_ERRORS_DECLARED", Category: declared, Purpose: "Checks that every method, or its service, declares its errors."},
	}
	for i := range rules {
		rules[i].Default = rules[i].Category == standard
	}
	return rules
}

// Options are the options of [Lint].
type Options struct {
	Choice
	// Languages are the BCP 47 tags of CODE_TRANSLATED.
	Languages []string
}

// Lint checks files. It leaves out what is wrong in files that are only imported.
func Lint(files *Files, o Options) Findings {
	l := &linter{files: files, languages: o.Languages}
	l.catalog()
	for _, t := range files.tables {
		if !files.given[t.desc.ParentFile().Path()] {
			continue
		}
		languages := l.languagesOf(t)
		for _, c := range t.codes {
			l.code(c)
			l.translations(c, languages)
		}
	}
	l.methods()
	return o.filter(LintRules(), l.findings)
}

type linter struct {
	files     *Files
	languages []string
	findings  Findings
}

func (l *linter) add(rule string, d protoreflect.Descriptor, fields []protoreflect.FieldNumber, format string, args ...any) {
	l.findings = append(l.findings, Finding{Rule: rule, Name: d.FullName(), At: locate(d, fields...), Message: fmt.Sprintf(format, args...)})
}

// ruleOf maps the rule of a catalog's warning to a rule of lint.
func ruleOf(warning string) string {
	switch warning {
	case "fallback_for":
		return "SYSTEM_FALLBACKS"
	case "reason":
		return "CODE_REASON_AIP193"
	case "args":
		return "CODE_SENSITIVE_NOT_IN_MESSAGE"
	case "replaced_by":
		return "CODE_REPLACED_DEPRECATED"
	case "dialect":
		return "METHOD_DIALECT_EXISTS"
	case "errors":
		return "METHOD_ERRORS_EXIST"
	default:
		return catalogWarning
	}
}

// catalog reports the problems of the catalog, or its warnings if it has no problems.
func (l *linter) catalog() {
	c, err := catalog.FromFiles(l.files.registry)
	if problems, ok := errors.AsType[catalog.Problems](err); ok {
		for _, p := range problems {
			l.problem(catalogValid, p)
		}
		return
	}
	for _, p := range c.Warnings() {
		l.problem(ruleOf(p.Rule), p)
	}
}

// problem adds a problem of the catalog, at the option that its rule names.
func (l *linter) problem(rule string, p catalog.Problem) {
	if !l.files.given[p.File] {
		return
	}
	f := Finding{Rule: rule, Name: p.Name, At: Location{File: p.File, Line: p.Line}, Message: p.Rule + ": " + p.Text}
	if d, err := l.files.registry.FindDescriptorByName(p.Name); err == nil {
		f.At = locate(d, fieldsOf(d, p.Rule)...)
	}
	l.findings = append(l.findings, f)
}

// fieldsOf returns the numbers of the fields that a problem's rule names, such as
// "alternatives[0].failure". It returns nil if the rule is not a field.
func fieldsOf(d protoreflect.Descriptor, rule string) []protoreflect.FieldNumber {
	var m protoreflect.MessageDescriptor
	switch d.(type) {
	case protoreflect.EnumDescriptor:
		m = new(statusmapv1.SystemOptions).ProtoReflect().Descriptor()
	case protoreflect.EnumValueDescriptor:
		m = new(statusmapv1.CodeOptions).ProtoReflect().Descriptor()
	default:
		m = new(statusmapv1.RPCOptions).ProtoReflect().Descriptor()
	}
	var numbers []protoreflect.FieldNumber
	for name := range strings.SplitSeq(rule, ".") {
		name, index, indexed := strings.Cut(strings.TrimSuffix(name, "]"), "[")
		if m == nil {
			return numbers
		}
		field := m.Fields().ByName(protoreflect.Name(name))
		if field == nil {
			return numbers
		}
		numbers = append(numbers, field.Number())
		if i, err := strconv.Atoi(index); indexed && err == nil {
			numbers = append(numbers, protoreflect.FieldNumber(i))
		}
		m = field.Message()
	}
	return numbers
}

// isSecret reports whether the name of an argument is that of a secret by its last words, as
// access_token is, but token_type is not.
func isSecret(name string) bool {
	words := strings.Split(snakeCase(name), "_")
	switch last := words[len(words)-1]; last {
	case "password", "passwd", "pwd", "passphrase", "secret", "token", "credential", "credentials", "apikey", "cookie", "authorization", "bearer", "otp":
		return true
	case "key":
		return len(words) > 1 && slices.Contains([]string{"api", "access", "private", "secret", "signing"}, words[len(words)-2])
	default:
		return false
	}
}

// snakeCase returns a name such as accessToken or access-token as access_token.
func snakeCase(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r == '-':
			r = '_'
		case r >= 'A' && r <= 'Z':
			if i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// repeatable reports whether the same call may succeed later, as google/rpc/code.proto
// describes the gRPC codes. UNKNOWN and INTERNAL say nothing about it.
func repeatable(g statusmapv1.GrpcCode) bool {
	switch g {
	case statusmapv1.GrpcCode_UNAVAILABLE, statusmapv1.GrpcCode_RESOURCE_EXHAUSTED, statusmapv1.GrpcCode_ABORTED,
		statusmapv1.GrpcCode_DEADLINE_EXCEEDED, statusmapv1.GrpcCode_UNKNOWN, statusmapv1.GrpcCode_INTERNAL:
		return true
	default:
		return false
	}
}

func (l *linter) code(c *code) {
	o := c.options
	add := func(rule string, field protoreflect.FieldNumber, format string, args ...any) {
		l.add(rule, c.desc, numbers{field}, format, args...)
	}
	for _, name := range c.args {
		arg, ok := o.GetArgs()[name]
		if isSecret(name) && !arg.GetSensitive() {
			add("CODE_SECRET_SENSITIVE", fieldArgs, "the argument {%s} looks like a secret, and logs show its value: write args: {key: %q value: {sensitive: true}}, or give the argument another name", name, name)
		}
		if !ok {
			add("CODE_ARGS_DECLARED", fieldMessage, "the argument {%s} is not declared, so its type is not known: write args: {key: %q value: {type: STRING description: \"…\"}} with its type", name, name)
		}
	}
	if o.GetRetryAfter() > 0 && !repeatable(o.GetGrpc()) {
		add("CODE_RETRY_FITS_GRPC", fieldRetryAfter, "retry_after asks clients to repeat the call, but after %s the same call fails again: remove retry_after, or write a gRPC code such as UNAVAILABLE or ABORTED", o.GetGrpc())
	}
	if o.GetExplanation() == "" && !isSuccess(o) {
		add("CODE_EXPLAINED", 0, "the code has no explanation: write explanation: \"…\", in one or two sentences for people who get the error")
	}
	if options, ok := c.desc.Options().(*descriptorpb.EnumValueOptions); ok && options.GetDeprecated() && o.GetReplacedBy() == "" {
		add("CODE_DEPRECATED_REPLACED", 0, "the code is deprecated, but it does not name a replacement: write replaced_by with the reason of the code to use instead")
	}
}

// languagesOf returns the languages into which the codes of a table have to be translated.
func (l *linter) languagesOf(t *table) []string {
	if l.languages != nil {
		return l.languages
	}
	var languages []string
	for _, system := range t.systems {
		for _, c := range system.all() {
			for language := range c.options.GetTranslations() {
				if !slices.Contains(languages, language) {
					languages = append(languages, language)
				}
			}
		}
	}
	slices.Sort(languages)
	return languages
}

func (l *linter) translations(c *code, languages []string) {
	for _, language := range languages {
		own := slices.ContainsFunc(c.table.systems, func(t *table) bool { return strings.EqualFold(t.options.GetLanguage(), language) })
		translation := false
		for tag := range c.options.GetTranslations() {
			translation = translation || strings.EqualFold(tag, language)
		}
		if !own && !translation {
			l.add("CODE_TRANSLATED", c.desc, numbers{fieldTranslations}, "the code has no message in %q: write translations: {key: %q value: \"…\"}", language, language)
		}
	}
}

// methods reports methods that declare no errors.
func (l *linter) methods() {
	for _, method := range l.files.methods {
		if !l.files.given[method.ParentFile().Path()] {
			continue
		}
		if names, err := annotation.Errors(method); err == nil && len(names) == 0 {
			l.add("METHOD_ERRORS_DECLARED", method, nil, "the method declares no errors, so clients do not know which ones to handle: write option (statusmap.v1.method) = {errors: [\"…\"]} with the reasons of its codes, or the same on the service")
		}
	}
}
