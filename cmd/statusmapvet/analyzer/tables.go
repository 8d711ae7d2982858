// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package analyzer

import (
	"cmp"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/template"
)

// tables is the fact about a package of generated code: its annotated enums. Fields are
// exported for encoding/gob. There are no maps, since facts are encoded deterministically.
type tables struct {
	Enums []enum
}

// AFact makes tables a fact of the analyzer.
func (*tables) AFact() {}

// An enum is an annotated enum.
type enum struct {
	GoName string // the name of the Go type
	Name   string // the full name in protobuf
	Codes  []code // by number
}

// code returns the code with a number, or nil if the enum has none.
func (e *enum) code(number int64) *code {
	i, ok := slices.BinarySearchFunc(e.Codes, number, func(c code, number int64) int { return cmp.Compare(c.Number, number) })
	if !ok {
		return nil
	}
	return &e.Codes[i]
}

// A code is an enum value with the option (statusmap.v1.code).
type code struct {
	Number     int64
	Reason     string
	Success    bool
	Deprecated bool
	ReplacedBy string
	// Needed are the arguments that the texts of the code name.
	Needed []string
	// Declared are the arguments of the option args, by name.
	Declared []arg
}

// An arg is a declared argument.
type arg struct {
	Name string
	Type statusmapv1.CodeOptions_Arg_Type
}

// names returns the arguments of the code, sorted. c may be nil.
func (c *code) names() []string {
	if c == nil {
		return nil
	}
	names := slices.Clone(c.Needed)
	for _, a := range c.Declared {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// argType returns the type of an argument: STRING if it is not declared. c may be nil.
func (c *code) argType(name string) statusmapv1.CodeOptions_Arg_Type {
	if c == nil {
		return typeString
	}
	i := slices.IndexFunc(c.Declared, func(a arg) bool { return a.Name == name })
	if i < 0 {
		return typeString
	}
	return c.Declared[i].Type
}

// readTables returns the annotated enums of the package, or nil if it has none.
func readTables(pass *analysis.Pass) *tables {
	t := new(tables)
	for _, file := range pass.Files {
		if !strings.HasSuffix(pass.Fset.File(file.FileStart).Name(), ".pb.go") {
			continue
		}
		for _, decl := range file.Decls {
			d, ok := decl.(*ast.GenDecl)
			if !ok || d.Tok != token.CONST && d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.ValueSpec); ok {
					t.addSpec(pass, s)
				}
			}
		}
	}
	if len(t.Enums) == 0 {
		return nil
	}
	return t
}

// addSpec adds the enums of a raw descriptor. protoc-gen-go writes it as a constant since
// 1.36.6, and before as a variable of type []byte or string.
func (t *tables) addSpec(pass *analysis.Pass, s *ast.ValueSpec) {
	for i, name := range s.Names {
		if !strings.HasPrefix(name.Name, "file_") || !strings.HasSuffix(name.Name, "_rawDesc") {
			continue
		}
		var raw []byte
		if c, ok := pass.TypesInfo.Defs[name].(*types.Const); ok && c.Val().Kind() == constant.String {
			raw = []byte(constant.StringVal(c.Val()))
		} else if i < len(s.Values) {
			raw = byteLiteral(pass.TypesInfo, s.Values[i])
		}
		file := new(descriptorpb.FileDescriptorProto)
		// A variable of another generator may have such a name.
		if len(raw) == 0 || proto.Unmarshal(raw, file) != nil {
			continue
		}
		for _, e := range file.GetEnumType() {
			t.addEnum(pass.Pkg, file.GetPackage(), e)
		}
	}
}

// byteLiteral returns the bytes of []byte{...} or string([]byte{...}), or nil if e is
// something else.
func byteLiteral(info *types.Info, e ast.Expr) []byte {
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 1 && info.Types[call.Fun].IsType() {
		e = call.Args[0]
	}
	literal, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	raw := make([]byte, 0, len(literal.Elts))
	for _, element := range literal.Elts {
		value := info.Types[element].Value
		if value == nil {
			return nil
		}
		b, exact := constant.Uint64Val(value)
		if !exact || b > 0xff {
			return nil
		}
		raw = append(raw, byte(b))
	}
	return raw
}

func (t *tables) addEnum(pkg *types.Package, domain string, desc *descriptorpb.EnumDescriptorProto) {
	e := enum{Name: strings.TrimPrefix(domain+"."+desc.GetName(), ".")}
	for _, value := range desc.GetValue() {
		options, ok := proto.GetExtension(value.GetOptions(), statusmapv1.E_Code).(*statusmapv1.CodeOptions)
		if !ok || !proto.HasExtension(value.GetOptions(), statusmapv1.E_Code) {
			continue
		}
		c := code{
			Number:     int64(value.GetNumber()),
			Reason:     value.GetName(),
			Success:    options.Grpc != nil && options.GetGrpc() == statusmapv1.GrpcCode_OK,
			Deprecated: value.GetOptions().GetDeprecated(),
			ReplacedBy: options.GetReplacedBy(),
		}
		for _, text := range append([]string{options.GetMessage()}, options.GetFields()...) {
			m, err := template.CompileMessage(text)
			if err != nil {
				continue // the catalog reports it
			}
			for _, name := range m.Params() {
				if name != catalog.StatusMessage && !slices.Contains(c.Needed, name) {
					c.Needed = append(c.Needed, name)
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(options.GetArgs())) {
			c.Declared = append(c.Declared, arg{name, options.GetArgs()[name].GetType()})
		}
		e.Codes = append(e.Codes, c)
	}
	slices.SortStableFunc(e.Codes, func(a, b code) int { return cmp.Compare(a.Number, b.Number) })
	if len(e.Codes) == 0 && !proto.HasExtension(desc.GetOptions(), statusmapv1.E_System) {
		return
	}
	for _, name := range pkg.Scope().Names() {
		if _, ok := pkg.Scope().Lookup(name).(*types.TypeName); ok && folded(name) == folded(desc.GetName()) {
			e.GoName = name
			t.Enums = append(t.Enums, e)
		}
	}
}

// folded returns a name in the form in which the names of protobuf and of Go are equal:
// error_code and ErrorCode, job_id and jobID.
func folded(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// lookup returns the enum of a type, and the package of its Go code. It returns nil if the
// type is not an annotated enum.
func (c *checker) lookup(t types.Type) (*enum, *types.Package) {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return nil, nil
	}
	pkg := named.Obj().Pkg()
	found := c.own
	if pkg != c.Pkg {
		found = new(tables)
		if !c.ImportPackageFact(pkg, found) {
			return nil, nil
		}
	}
	if found == nil {
		return nil, nil
	}
	i := slices.IndexFunc(found.Enums, func(e enum) bool { return e.GoName == named.Obj().Name() })
	if i < 0 {
		return nil, nil
	}
	return &found.Enums[i], pkg
}

// constantOf returns the name of the Go constant of a code. It returns "" if there is none.
func constantOf(pkg *types.Package, t types.Type, e *enum, reason string) string {
	best := ""
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if !ok || !types.Identical(c.Type(), t) {
			continue
		}
		number, exact := constant.Int64Val(constant.ToInt(c.Val()))
		if found := e.code(number); !exact || found == nil || found.Reason != reason {
			continue
		}
		// An enum with allow_alias has several names for a number.
		if best == "" || strings.HasSuffix(name, "_"+reason) {
			best = name
		}
	}
	return best
}
