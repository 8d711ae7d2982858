// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package analyzer checks the calls of status.Error, status.Wrap and status.New. The
// command statusmapvet runs it with go vet; other drivers of golang.org/x/tools/go/analysis,
// such as golangci-lint with a plugin, can run [Analyzer] too.
//
// If the code is a constant, it reports:
//
//   - an argument that the message or a field of the code needs, but the call lacks;
//   - an argument that the code does not have, if the code declares its args;
//   - a value that does not fit the type that args declares, or whose text is an address or
//     a list of bytes;
//   - a success code, a deprecated code, and a number that is not a code.
//
// In every call, it reports a name without a value, a name that is not a string or not
// valid, and an argument that is given twice. A call that passes a slice, as in args...,
// is checked for its code alone. So is a call with a name that is not a constant, but for
// its pairs. Calls of function values are not checked.
package analyzer

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/aip193"
)

// Analyzer checks the calls of status.Error, status.Wrap and status.New. Its flag tests
// says whether files whose names end in _test.go are checked too; the default is true.
var Analyzer = newAnalyzer()

func newAnalyzer() *analysis.Analyzer {
	a := &analysis.Analyzer{
		Name:      "statusmap",
		Doc:       "check the codes and arguments of status.Error, status.Wrap and status.New",
		URL:       "https://pkg.go.dev/github.com/statusmap/statusmap/cmd/statusmapvet/analyzer",
		FactTypes: []analysis.Fact{new(tables)},
	}
	tests := a.Flags.Bool("tests", true, "check files whose names end in _test.go too")
	a.Run = func(pass *analysis.Pass) (any, error) {
		c := &checker{Pass: pass, own: readTables(pass)}
		if c.own != nil {
			pass.ExportPackageFact(c.own)
		}
		for _, file := range pass.Files {
			if !*tests && strings.HasSuffix(pass.Fset.File(file.FileStart).Name(), "_test.go") {
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					c.checkCall(call)
				}
				return true
			})
		}
		return nil, nil
	}
	return a
}

// statusPath is the package whose calls are checked.
const statusPath = "github.com/statusmap/statusmap/status"

// codeAt returns the index of the code among the parameters of a function of package
// status. It returns false if calls of the function are not checked.
func codeAt(f *types.Func) (int, bool) {
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != statusPath || f.Signature().Recv() != nil {
		return 0, false
	}
	switch f.Name() {
	case "Error", "New":
		return 0, true
	case "Wrap":
		return 1, true
	default:
		return 0, false
	}
}

// A checker checks one package.
type checker struct {
	*analysis.Pass
	own *tables // nil if the package has no annotated enums
}

func (c *checker) report(n ast.Node, category string, fix *analysis.SuggestedFix, format string, args ...any) {
	d := analysis.Diagnostic{Pos: n.Pos(), End: n.End(), Category: category, Message: fmt.Sprintf(format, args...)}
	if fix != nil {
		d.SuggestedFixes = []analysis.SuggestedFix{*fix}
	}
	c.Report(d)
}

func replace(n ast.Node, text, message string) *analysis.SuggestedFix {
	return &analysis.SuggestedFix{Message: message, TextEdits: []analysis.TextEdit{{Pos: n.Pos(), End: n.End(), NewText: []byte(text)}}}
}

func (c *checker) checkCall(call *ast.CallExpr) {
	at, ok := codeAt(typeutil.StaticCallee(c.TypesInfo, call))
	if !ok || len(call.Args) <= at {
		return
	}
	if _, tuple := c.TypesInfo.TypeOf(call.Args[0]).(*types.Tuple); tuple {
		return // f(g()), where g has several results
	}
	code, ok := c.checkCode(call.Args[at])
	if !ok || call.Ellipsis.IsValid() {
		return
	}
	c.checkArgs(call, code, call.Args[at+1:])
}

// checkCode reports what is wrong with the code of a call. It returns the code, or nil if it
// is not a constant of an annotated enum; and whether the arguments are to be checked.
func (c *checker) checkCode(e ast.Expr) (*code, bool) {
	tv := c.TypesInfo.Types[e]
	if tv.Value == nil {
		return nil, true
	}
	enum, pkg := c.lookup(tv.Type)
	if enum == nil {
		return nil, true
	}
	number, _ := constant.Int64Val(constant.ToInt(tv.Value))
	code := enum.code(number)
	switch {
	case code == nil:
		c.report(e, "code", nil, "%s has no code %d: use a constant of a value with the option (statusmap.v1.code)", enum.Name, number)
		return nil, false
	case code.Success:
		c.report(e, "success", nil, "%s is a success code: return a response, and choose the code with status.SetSuccess", code.Reason)
		return nil, false
	case code.Deprecated && code.ReplacedBy == "":
		c.report(e, "deprecated", nil, "%s is deprecated: use another code", code.Reason)
	case code.Deprecated:
		c.report(e, "deprecated", c.useInstead(e, pkg, constantOf(pkg, tv.Type, enum, code.ReplacedBy)),
			"%s is deprecated: use %s", code.Reason, code.ReplacedBy)
	}
	return code, true
}

// useInstead returns the fix that writes another constant of the package pkg. It returns
// nil if e is not such a constant itself.
func (c *checker) useInstead(e ast.Expr, pkg *types.Package, name string) *analysis.SuggestedFix {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if s, selected := ast.Unparen(e).(*ast.SelectorExpr); selected {
		id, ok = s.Sel, true
	}
	if !ok || name == "" || c.TypesInfo.Uses[id] == nil || c.TypesInfo.Uses[id].Pkg() != pkg {
		return nil
	}
	return replace(id, name, "Use "+name)
}

// A given argument is a name and a value in a call.
type given struct {
	name       string
	key, value ast.Expr
}

// checkArgs reports what is wrong with the arguments of a call. code may be nil.
func (c *checker) checkArgs(call *ast.CallExpr, code *code, args []ast.Expr) {
	var list []given
	known := true // whether all names are known
	for ; len(args) > 0; args = args[2:] {
		key := args[0]
		tv := c.TypesInfo.Types[key]
		if _, dynamic := tv.Type.Underlying().(*types.Interface); !dynamic && !types.Identical(types.Default(tv.Type), types.Typ[types.String]) {
			c.report(key, "name", c.addName(code, list, call.Args, key),
				"%s is in the place of a name, but is of type %s: write the argument's name, which is a string, before each value", c.source(key), c.typeName(tv.Type))
			return
		}
		if len(args) == 1 {
			c.report(key, "pairs", nil, "the argument %s has no value: write names and values in pairs", c.source(key))
			return
		}
		if tv.Value == nil {
			known = false
			continue
		}
		a := given{constant.StringVal(tv.Value), key, args[1]}
		switch {
		case a.name == catalog.ErrorInfoLegacyCode:
			c.report(key, "name", nil, "%q is sent with every error: use another name", a.name)
		case !aip193.IsMetadataKey(a.name) && nearest(a.name, code.names()) != "":
			near := nearest(a.name, code.names())
			c.report(key, "unknown", rename(key, near), "%s has no argument %q: write %q", code.Reason, a.name, near)
			list = append(list, given{near, key, args[1]})
		case !aip193.IsMetadataKey(a.name):
			c.report(key, "name", nil, "%q is not a valid name of an argument: write 2 to 64 characters of [a-zA-Z0-9-_] that start with a lowercase letter", a.name)
		case slices.ContainsFunc(list, func(other given) bool { return other.name == a.name }):
			c.report(key, "twice", nil, "the argument %q is given twice: remove one", a.name)
		default:
			list = append(list, a)
		}
	}
	for _, a := range list {
		c.checkType(code, a)
	}
	if code != nil && known {
		c.checkNames(call, code, list)
	}
}

// addName returns the fix that writes the name of the only argument before its value. It
// returns nil if the code or the call has several.
func (c *checker) addName(code *code, list []given, args []ast.Expr, value ast.Expr) *analysis.SuggestedFix {
	if code == nil || len(list) > 0 || len(code.names()) != 1 || args[len(args)-1] != value {
		return nil
	}
	name := strconv.Quote(code.names()[0])
	return &analysis.SuggestedFix{
		Message:   "Add the name " + name,
		TextEdits: []analysis.TextEdit{{Pos: value.Pos(), End: value.Pos(), NewText: []byte(name + ", ")}},
	}
}

// checkNames reports the arguments that a code needs but the call lacks, and those that the
// code does not have.
func (c *checker) checkNames(call *ast.CallExpr, code *code, list []given) {
	has := func(name string) bool {
		return slices.ContainsFunc(list, func(a given) bool { return a.name == name })
	}
	missing := slices.DeleteFunc(slices.Clone(code.Needed), has)
	free := slices.DeleteFunc(code.names(), has)
	for _, a := range list {
		if slices.Contains(code.names(), a.name) || a.name == catalog.ErrorInfoRequestID || a.name == catalog.StatusMessage {
			continue
		}
		near := nearest(a.name, free)
		needed := slices.Index(missing, near)
		switch {
		case needed < 0 && len(code.Declared) == 0:
			continue // further arguments are sent too
		case near == "":
			c.report(a.key, "unknown", nil, "%s has no argument %q: use one of %s, or declare it in args in the .proto file", code.Reason, a.name, quoted(code.names()))
			continue
		case needed >= 0:
			missing = slices.Delete(missing, needed, needed+1)
		}
		free = slices.DeleteFunc(free, func(name string) bool { return name == near })
		c.report(a.key, "unknown", rename(a.key, near), "%s has no argument %q: write %q", code.Reason, a.name, near)
	}
	switch len(missing) {
	case 0:
	case 1:
		c.report(call, "missing", c.addMissing(call, code, missing), "the argument %q of %s is missing: add its name and value", missing[0], code.Reason)
	default:
		c.report(call, "missing", c.addMissing(call, code, missing), "the arguments %s of %s are missing: add their names and values", quoted(missing), code.Reason)
	}
}

// rename returns the fix that writes another name, or nil if key is not a literal.
func rename(key ast.Expr, name string) *analysis.SuggestedFix {
	literal, ok := key.(*ast.BasicLit)
	if !ok {
		return nil
	}
	return replace(literal, strconv.Quote(name), "Write "+strconv.Quote(name))
}

// addMissing returns the fix that adds missing arguments. Each needs a variable with its
// name, since any other value would only hide that it is missing.
func (c *checker) addMissing(call *ast.CallExpr, code *code, missing []string) *analysis.SuggestedFix {
	var added []string
	for _, name := range missing {
		variable := c.variable(call, code, name)
		if variable == "" {
			return nil
		}
		added = append(added, strconv.Quote(name), variable)
	}
	text := strings.Join(added, ", ")
	end := call.Args[len(call.Args)-1].End()
	return &analysis.SuggestedFix{
		Message:   "Add " + text,
		TextEdits: []analysis.TextEdit{{Pos: end, End: end, NewText: []byte(", " + text)}},
	}
}

// variable returns the name of a variable that is visible at the call, and whose name and
// type are those of an argument. It returns "" if there is none.
func (c *checker) variable(call *ast.CallExpr, code *code, argument string) string {
	for scope := c.Pkg.Scope().Innermost(call.Pos()); scope != nil; scope = scope.Parent() {
		for _, name := range scope.Names() {
			v, ok := scope.Lookup(name).(*types.Var)
			if !ok || folded(name) != folded(argument) || problem(code.argType(argument), types.TypeAndValue{Type: v.Type()}) != "" {
				continue
			}
			if _, visible := scope.LookupParent(name, call.Pos()); visible == v {
				return name
			}
		}
	}
	return ""
}

// nearest returns the name that is most like a misspelt one, or "" if none is.
func nearest(name string, names []string) string {
	best, least := "", 3
	for _, candidate := range names {
		d := distance(folded(name), folded(candidate))
		if d < least && d < len(candidate)/2 {
			best, least = candidate, d
		}
	}
	return best
}

// distance returns how many bytes have to be added, removed or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

func quoted(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = strconv.Quote(name)
	}
	return cmp.Or(strings.Join(list, ", "), "none")
}

// source returns an expression as it is written.
func (c *checker) source(e ast.Expr) string { return types.ExprString(e) }

// typeName returns a type as code of the package writes it.
func (c *checker) typeName(t types.Type) string {
	return types.TypeString(types.Default(t), func(p *types.Package) string {
		if p == c.Pkg {
			return ""
		}
		return p.Name()
	})
}
