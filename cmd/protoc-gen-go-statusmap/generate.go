// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/annotation"
)

const (
	defaultSuffix = "status"
	statusPackage = protogen.GoImportPath("github.com/statusmap/statusmap/status")
)

// A generator writes the packages of one run.
type generator struct {
	plugin *protogen.Plugin
	suffix string
	// enums are the annotated enums of the run's files and of those that they import.
	enums    []protoreflect.EnumDescriptor
	byName   map[protoreflect.FullName]*code // the codes of the files to generate
	packages map[protogen.GoImportPath]map[string]*protogen.File
	problems catalog.Problems
}

// A code is a code to generate.
type code struct {
	*catalog.Code
	value *protogen.EnumValue
	file  *file
	name  string // of the constructor; "" for a success code
}

// A file is a file to generate.
type file struct {
	*protogen.File
	importPath protogen.GoImportPath
	codes      []*code
	methods    []*method
}

// A method is one that declares its errors.
type method struct {
	*protogen.Method
	name   string // of the function
	errors []string
}

// generate writes the package of each file to generate that has annotated enums, or methods
// that declare their errors. If an annotation is wrong, it writes nothing and returns all
// problems.
func generate(plugin *protogen.Plugin, suffix string) error {
	if !token.IsIdentifier("x"+suffix) || suffix == "" {
		return fmt.Errorf("package_suffix %q is not the end of a Go package's name: write one such as %q", suffix, defaultSuffix)
	}
	g := &generator{
		plugin:   plugin,
		suffix:   suffix,
		byName:   make(map[protoreflect.FullName]*code),
		packages: make(map[protogen.GoImportPath]map[string]*protogen.File),
	}
	var files []*file
	for _, f := range plugin.Files {
		for i := range f.Desc.Enums().Len() {
			if enum := f.Desc.Enums().Get(i); isAnnotated(enum) {
				g.enums = append(g.enums, enum)
			}
		}
	}
	g.check()
	for _, f := range plugin.Files {
		if f.Generate {
			files = append(files, g.read(f))
		}
	}
	if len(g.problems) > 0 {
		return tidy(g.problems)
	}
	for _, f := range files {
		if len(f.codes) > 0 || len(f.methods) > 0 {
			g.write(f)
		}
	}
	return nil
}

// isAnnotated reports whether an enum has codes.
func isAnnotated(enum protoreflect.EnumDescriptor) bool {
	if options, err := annotation.System(enum); options != nil || err != nil {
		return true
	}
	for i := range enum.Values().Len() {
		if options, err := annotation.Code(enum.Values().Get(i)); options != nil || err != nil {
			return true
		}
	}
	return false
}

// check checks the systems. A system that includes an enum of another package that is not in
// the run cannot be checked as a whole: buf runs a plugin once for each folder. The program
// that has all of the enums checks it when it starts.
func (g *generator) check() {
	var complete []protoreflect.EnumDescriptor
	for _, enum := range g.enums {
		options, err := annotation.System(enum)
		elsewhere := func(name string) bool {
			full := protoreflect.FullName(name)
			return full.Parent() != enum.FullName().Parent() && !slices.ContainsFunc(g.enums, func(e protoreflect.EnumDescriptor) bool { return e.FullName() == full })
		}
		if err == nil && slices.ContainsFunc(options.GetIncludes(), elsewhere) {
			continue
		}
		complete = append(complete, enum)
	}
	_, err := catalog.New(complete...)
	g.report(err)
}

// report adds the problems of an error of package catalog.
func (g *generator) report(err error) {
	if problems, ok := errors.AsType[catalog.Problems](err); ok {
		g.problems = append(g.problems, problems...)
	} else if err != nil {
		g.problems = append(g.problems, catalog.Problem{Rule: "catalog", Text: err.Error()})
	}
}

func (g *generator) problem(d protoreflect.Descriptor, rule, text string) {
	p := catalog.Problem{File: d.ParentFile().Path(), Name: d.FullName(), Rule: rule, Text: text}
	if loc := d.ParentFile().SourceLocations().ByDescriptor(d); loc.Path != nil {
		p.Line = loc.StartLine + 1
	}
	g.problems = append(g.problems, p)
}

// tidy sorts problems by file and line, and removes those that are there twice.
func tidy(problems catalog.Problems) error {
	slices.SortFunc(problems, func(a, b catalog.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.String(), b.String()))
	})
	return slices.Compact(problems)
}

// read reads a file and gives its functions their names.
func (g *generator) read(f *protogen.File) *file {
	name := string(f.GoPackageName) + g.suffix
	out := &file{File: f, importPath: protogen.GoImportPath(path.Join(string(f.GoImportPath), name))}
	prefix := filepath.ToSlash(f.GeneratedFilenamePrefix)
	f.GeneratedFilenamePrefix = path.Join(path.Dir(prefix), name, path.Base(prefix))
	f.GoPackageName = protogen.GoPackageName(name)

	taken := g.packages[out.importPath]
	if taken == nil {
		taken = make(map[string]*protogen.File)
		g.packages[out.importPath] = taken
	}
	for _, enum := range f.Enums {
		if !isAnnotated(enum.Desc) {
			continue
		}
		codes, err := catalog.CodesOf(enum.Desc)
		g.report(err)
		prefix := ""
		if options, _ := annotation.System(enum.Desc); options != nil {
			prefix = valuePrefix(enum.Desc)
		}
		for _, c := range codes {
			one := &code{Code: c, value: enum.Values[c.Descriptor().Index()], file: out}
			out.codes = append(out.codes, one)
			g.byName[c.Descriptor().FullName()] = one
			if !c.IsSuccess() {
				one.name = g.claim(c.Descriptor(), f, exported(strings.TrimPrefix(c.Reason(), prefix), "Code"), func(name string) []string {
					all := names(name)
					return all[:]
				})
			}
		}
	}
	for _, service := range f.Services {
		for _, m := range service.Methods {
			list, err := annotation.Errors(m.Desc)
			if err != nil {
				g.problem(m.Desc, "method", fmt.Sprintf("the options cannot be read (%v): compile the file again with statusmap/v1/options.proto", err))
			}
			if len(list) == 0 {
				continue
			}
			declared := &method{Method: m, errors: list}
			declared.name = g.claim(m.Desc, f, service.GoName+m.GoName+"Errors", func(name string) []string { return []string{name} })
			out.methods = append(out.methods, declared)
		}
	}
	return out
}

// claim returns a name with as many underscores after it that nothing else of its file has
// any of the names that follow from it. Another file of the Go package must not have it:
// which of the two gets the underscore would depend on the files of the run.
func (g *generator) claim(d protoreflect.Descriptor, f *protogen.File, name string, all func(name string) []string) string {
	importPath := protogen.GoImportPath(path.Join(string(f.GoImportPath), string(f.GoPackageName)))
	taken := g.packages[importPath]
	for slices.ContainsFunc(all(name), func(name string) bool { return taken[name] != nil }) {
		for _, one := range all(name) {
			if other := taken[one]; other != nil && other != f {
				g.problem(d, "name", fmt.Sprintf("the Go name %s is already used for %s: write another go_package in one of the two files", one, other.Desc.Path()))
				return name
			}
		}
		name += "_"
	}
	for _, one := range all(name) {
		taken[one] = f
	}
	return name
}

// write writes the package of a file, or its part of one.
func (g *generator) write(f *file) {
	out := g.plugin.NewGeneratedFile(f.GeneratedFilenamePrefix+"_statusmap.pb.go", f.importPath)
	out.P("// Code generated by protoc-gen-go-statusmap. DO NOT EDIT.")
	out.P("//")
	out.P("// Source: ", f.Desc.Path())
	if f.Proto.GetOptions().GetDeprecated() {
		out.P("//")
		out.P("// Deprecated: the file is marked as deprecated.")
	}
	out.P()
	if len(f.codes) > 0 {
		out.P("// Package ", f.GoPackageName, " raises and reads the errors of ", f.Desc.Package(), ".")
	}
	out.P("package ", f.GoPackageName)
	out.P()
	if slices.ContainsFunc(f.codes, func(c *code) bool { return c.name != "" }) {
		out.P("// If this does not compile, upgrade the module github.com/statusmap/statusmap.")
		out.P("const _ = ", statusPackage.Ident("SupportPackageIsVersion1"))
		out.P()
	}
	for _, c := range f.codes {
		if c.name != "" {
			g.writeCode(out, f, c)
		}
	}
	for _, m := range f.methods {
		g.writeMethod(out, f, m)
	}
}

// A param is an argument of a code as Go has it.
type param struct {
	catalog.Param
	name, field string
	goType      string
	method      string // of package status
}

// params returns the arguments in the order of the constructor's parameters.
func params(out *protogen.GeneratedFile, c *code) []param {
	qualifier := func(ident protogen.GoIdent) string {
		name, _, _ := strings.Cut(out.QualifiedGoIdent(ident), ".")
		return name
	}
	declared := c.Params()
	if len(declared) == 0 {
		return nil
	}
	packages := []string{qualifier(statusPackage.Ident("Arg")), qualifier(c.value.GoIdent)}
	list := make([]param, len(declared))
	for i, p := range declared {
		list[i] = param{Param: p}
		switch p.Type {
		case statusmapv1.CodeOptions_Arg_INT64:
			list[i].goType, list[i].method = "int64", "Int64"
		case statusmapv1.CodeOptions_Arg_DOUBLE:
			list[i].goType, list[i].method = "float64", "Double"
		case statusmapv1.CodeOptions_Arg_BOOL:
			list[i].goType, list[i].method = "bool", "Bool"
		case statusmapv1.CodeOptions_Arg_JSON:
			list[i].goType, list[i].method = out.QualifiedGoIdent(protogen.GoIdent{GoName: "RawMessage", GoImportPath: "encoding/json"}), "JSON"
		default:
			list[i].goType, list[i].method = "string", "String"
		}
	}
	names := reserved(append(packages, "json")...)
	fields := map[string]bool{"String": true, "GoString": true, "LogValue": true}
	for i := range list {
		list[i].name = unique(unexported(list[i].Name), names)
		list[i].field = unique(exported(list[i].Name, ""), fields)
	}
	return list
}

func (g *generator) writeCode(out *protogen.GeneratedFile, f *file, c *code) {
	name, value := c.name, c.value.GoIdent
	args := params(out, c)
	var signature, call []string
	for i, a := range args {
		if i+1 < len(args) && args[i+1].goType == a.goType {
			signature = append(signature, a.name)
		} else {
			signature = append(signature, a.name+" "+a.goType)
		}
		call = append(call, fmt.Sprintf(", %s(%q, %s)", out.QualifiedGoIdent(statusPackage.Ident(a.method)), a.Name, a.name))
	}

	comment(out, name+" returns an error with the code "+c.Reason()+".", g.describe(f, c, args))
	out.P("func ", name, "(", strings.Join(signature, ", "), ") error {")
	out.P("return ", statusPackage.Ident("Raise"), "(", value, strings.Join(call, ""), ")")
	out.P("}")
	out.P()

	var deprecated []string
	if c.Deprecated() {
		deprecated = append(deprecated, g.deprecation(f, c, "Wrap"))
	}
	comment(out, "Wrap"+name+" is ["+name+"] for an error that wraps err, of which nothing is sent. If err is nil, it returns nil.", deprecated)
	out.P("func Wrap", name, "(", strings.Join(append([]string{"err error"}, signature...), ", "), ") error {")
	out.P("return ", statusPackage.Ident("RaiseFrom"), "(err, ", value, strings.Join(call, ""), ")")
	out.P("}")
	out.P()

	comment(out, "Is"+name+" reports whether err is, or wraps, an error with the code "+c.Reason()+": made here or received.", nil)
	out.P("func Is", name, "(err error) bool { return ", statusPackage.Ident("Is"), "(err, ", value, ") }")
	out.P()
	if len(args) == 0 {
		return
	}

	comment(out, name+"Args are the arguments of the code "+c.Reason()+".", nil)
	out.P("type ", name, "Args struct {")
	for _, a := range args {
		if text := argText(a); text != "" {
			comment(out, text, nil)
		}
		out.P(a.field, " ", a.goType)
	}
	out.P("}")
	out.P()
	writeMasks(out, name+"Args", args)

	comment(out, "As"+name+" returns the arguments of the error that Is"+name+" finds, and false if there is none. An argument that is missing, or has another type, is the zero value.", nil)
	out.P("func As", name, "(err error) (", name, "Args, bool) {")
	out.P("args, ok := ", statusPackage.Ident("ArgsOf"), "(err, ", value, ")")
	out.P("if !ok {")
	out.P("return ", name, "Args{}, false")
	out.P("}")
	out.P("return ", name, "Args{")
	for _, a := range args {
		out.P(a.field, ": args.", a.method, "(", strconv.Quote(a.Name), "),")
	}
	out.P("}, true")
	out.P("}")
	out.P()
}

// writeMasks writes the methods with which a type that has sensitive arguments is printed.
func writeMasks(out *protogen.GeneratedFile, name string, args []param) {
	if !slices.ContainsFunc(args, func(a param) bool { return a.Sensitive }) {
		return
	}
	var format, values []string
	for _, a := range args {
		switch {
		case a.Sensitive:
			format = append(format, a.field+":***")
			continue
		case a.method == "JSON":
			format = append(format, a.field+":%s")
		default:
			format = append(format, a.field+":%v")
		}
		values = append(values, ", a."+a.field)
	}
	text := strconv.Quote("{" + strings.Join(format, " ") + "}")
	receiver := ""
	if len(values) > 0 {
		receiver = "a "
		text = out.QualifiedGoIdent(protogen.GoIdent{GoName: "Sprintf", GoImportPath: "fmt"}) + "(" + text + strings.Join(values, "") + ")"
	}
	comment(out, "String returns the arguments with *** instead of those that are sensitive.", nil)
	out.P("func (", receiver, name, ") String() string { return ", text, " }")
	out.P()
	comment(out, "GoString returns the text of String for %#v.", nil)
	out.P("func (a ", name, ") GoString() string { return a.String() }")
	out.P()
	comment(out, "LogValue returns the text of String for log/slog.", nil)
	out.P("func (a ", name, ") LogValue() ", protogen.GoIdent{GoName: "Value", GoImportPath: "log/slog"}, " {")
	out.P("return ", protogen.GoIdent{GoName: "StringValue", GoImportPath: "log/slog"}, "(a.String())")
	out.P("}")
	out.P()
}

// writeMethod writes the list of the errors of a method.
func (g *generator) writeMethod(out *protogen.GeneratedFile, f *file, m *method) {
	dialect, err := annotation.Dialect(m.Desc)
	if err != nil {
		dialect = "" // reported by read
	}
	var lines []string
	for _, name := range m.errors {
		line := "  - " + name
		if c := g.find(dialect, name); c != nil && c.name != "" && c.file.importPath == f.importPath {
			line += ": [" + c.name + "]"
		}
		lines = append(lines, line)
	}
	text := m.name + " returns the codes with which the method " + string(m.Desc.FullName()) + " may fail: full names"
	if dialect != "" {
		text += ", or reasons of the system " + dialect
	}
	comment(out, text+".", []string{strings.Join(lines, "\n")})
	out.P("func ", m.name, "() []string {")
	out.P("return []string{")
	for _, name := range m.errors {
		out.P(strconv.Quote(name), ",")
	}
	out.P("}")
	out.P("}")
	out.P()
}

// find returns the code that a name means in the system of a domain: a full name, or the
// reason of a code of the system's enum or of one that it includes. It returns nil if it is
// not one to generate.
func (g *generator) find(domain, name string) *code {
	if strings.Contains(name, ".") {
		return g.byName[protoreflect.FullName(name)]
	}
	if c := g.byName[protoreflect.FullName(domain+"."+name)]; c != nil {
		return c
	}
	for _, enum := range g.enums {
		options, err := annotation.System(enum)
		if err != nil || options == nil || string(enum.FullName().Parent()) != domain {
			continue
		}
		for _, included := range options.GetIncludes() {
			if c := g.byName[protoreflect.FullName(included).Parent().Append(protoreflect.Name(name))]; c != nil {
				return c
			}
		}
	}
	return nil
}

// describe returns the paragraphs of a constructor's comment.
func (g *generator) describe(f *file, c *code, args []param) []string {
	text := []string{indent(c.Message().String())}
	for language, m := range c.Translations() {
		if (language == "en" || strings.HasPrefix(language, "en-")) && m.String() != c.Message().String() {
			text = append(text, indent(m.String()))
			break
		}
	}
	text = append(text, fmt.Sprintf("Legacy code %s, gRPC %s, HTTP %d.", oneLine(c.LegacyCode()), statusmapv1.GrpcCode(c.GRPCCode()), c.HTTPStatus()))
	var described []string
	for _, a := range args {
		if d := argText(a); d != "" {
			described = append(described, "  - "+a.name+": "+d)
		}
	}
	if len(described) > 0 {
		text = append(text, strings.Join(described, "\n"))
	}
	for _, markdown := range []string{c.Explanation(), c.Resolution()} {
		if markdown = strings.TrimSpace(markdown); markdown != "" {
			text = append(text, prose(markdown))
		}
	}
	if c.Since() != "" {
		text = append(text, "Since "+oneLine(c.Since())+".")
	}
	if c.Deprecated() {
		text = append(text, g.deprecation(f, c, ""))
	}
	return text
}

// argText returns what is said about an argument.
func argText(a param) string {
	text := oneLine(a.Description)
	if a.Sensitive {
		text = strings.TrimSpace(text + " (sensitive: do not print it)")
	}
	return text
}

// deprecation returns the paragraph that says what to use instead of a code.
func (g *generator) deprecation(f *file, c *code, prefix string) string {
	by := c.ReplacedBy()
	if by == "" {
		return "Deprecated: the code is marked as deprecated."
	}
	if other := g.find(c.Domain(), by); other != nil && other.name != "" && other.file.importPath == f.importPath {
		return "Deprecated: use [" + prefix + other.name + "]."
	}
	return "Deprecated: use " + oneLine(by) + "."
}

// comment writes a comment: a sentence, and further paragraphs.
func comment(out *protogen.GeneratedFile, sentence string, paragraphs []string) {
	for i, paragraph := range append([]string{sentence}, paragraphs...) {
		if i > 0 {
			out.P("//")
		}
		for line := range strings.SplitSeq(paragraph, "\n") {
			switch {
			case line == "":
				out.P("//")
			case line[0] == '\t':
				out.P("//", line)
			default:
				out.P("// ", line)
			}
		}
	}
}

// indent returns a text as a code block of a comment, in which nothing is markup.
func indent(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight("\t"+printable(lines[i]), " \t")
	}
	return strings.Join(lines, "\n")
}

// prose returns Markdown as paragraphs of a comment. A line that Go would read as a notice
// is a code block.
func prose(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(printable(lines[i]), " \t")
		if strings.HasPrefix(lines[i], "Deprecated:") {
			lines[i] = "\t" + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

func oneLine(text string) string {
	return printable(strings.TrimSpace(strings.ReplaceAll(text, "\n", " ")))
}

// printable returns a line with escapes for what editors do not show, or would reorder.
func printable(line string) string {
	line = strings.TrimSuffix(line, "\r")
	var b strings.Builder
	for _, r := range line {
		if r == '\t' || unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}
