// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

// checker is the beginning of a program that compares constructors with status.Error.
const checker = `package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/status"

%s)

var cause = errors.New("cause")

func bytesOf(err error) []byte {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(grpcstatus.Convert(err).Proto())
	if err != nil {
		panic(err)
	}
	return raw
}

func received(err error) error { return grpcstatus.ErrorProto(grpcstatus.Convert(err).Proto()) }

// check compares the errors of a code with those of status.Error.
func check(code protoreflect.Enum, raised, wrapped error, is func(error) bool, args ...any) {
	made := status.Error(code, args...)
	if !bytes.Equal(bytesOf(raised), bytesOf(made)) || raised.Error() != made.Error() {
		fail("%%v: the constructor returns %%v, Error returns %%v", code, raised, made)
	}
	if !bytes.Equal(bytesOf(wrapped), bytesOf(made)) || !errors.Is(wrapped, cause) {
		fail("%%v: the Wrap constructor returns %%v, Error returns %%v", code, wrapped, made)
	}
	if !is(raised) || !is(received(raised)) || is(cause) {
		fail("%%v: Is is wrong", code)
	}
}

func as[T any](got T, ok bool) string { return fmt.Sprintf("%%+v %%v", got, ok) }

// same compares the arguments that As returns.
func same(code protoreflect.Enum, want string, got ...string) {
	for _, s := range got {
		if s != want {
			fail("%%v: As returns %%s, want %%s", code, s, want)
		}
	}
}

func fail(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	failed = true
}

var failed bool

func main() {
	_ = json.RawMessage(nil)
%s	if failed {
		os.Exit(1)
	}
	fmt.Println("checked %d codes")
}
`

// TestEveryCode runs a program that calls every function of every code of the six systems
// and ESB, with values of each argument's type.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	var imports, calls strings.Builder
	count := 0
	tables := make(map[string][]*catalog.Code) // by domain: ESB's is included by others
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		for _, code := range system.Codes() {
			if list := tables[code.Domain()]; !slices.Contains(list, code) {
				tables[code.Domain()] = append(list, code)
			}
		}
	}
	for _, domain := range slices.Sorted(maps.Keys(tables)) {
		parts := strings.Split(domain, ".") // legacy.job.v2
		pb := parts[1] + parts[2]
		folder := "gen/" + strings.Join(parts, "/")
		fmt.Fprintf(&imports, "\t%s \"github.com/statusmap/statusmap/%s\"\n\t\"github.com/statusmap/statusmap/%s\"\n", pb, folder, path.Join(folder, pb+"status"))
		constructors := constructorsOf(t, filepath.Join(root, folder, pb+"status", "code_statusmap.pb.go"))
		for _, code := range tables[domain] {
			constant := "Code_" + code.Reason()
			constructor, ok := constructors[constant]
			if ok == code.IsSuccess() {
				t.Errorf("%s: has a constructor: %v", code.FullName(), ok)
			}
			if !ok {
				continue
			}
			delete(constructors, constant)
			count++
			name := pb + "status." + constructor
			prefixed := func(prefix string) string { return pb + "status." + prefix + constructor }
			var values, pairs, fields []string
			for i, p := range code.Params() {
				value, printed := sample(p.Type, i)
				values = append(values, value)
				pairs = append(pairs, fmt.Sprintf(", %q, %s", p.Name, value))
				fields = append(fields, exported(p.Name, "")+":"+printed)
			}
			list := strings.Join(values, ", ")
			fmt.Fprintf(&calls, "\tcheck(%s.%s, %s(%s), %s(%s), %s%s)\n", pb, constant, name, list,
				prefixed("Wrap"), strings.Join(append([]string{"cause"}, values...), ", "), prefixed("Is"), strings.Join(pairs, ""))
			if len(values) > 0 {
				fmt.Fprintf(&calls, "\tsame(%s.%s, %q, as(%s(%s(%s))), as(%[4]s(received(%[5]s(%[6]s)))))\n", pb, constant,
					"{"+strings.Join(fields, " ")+"} true", prefixed("As"), name, list)
			}
		}
		for constant := range constructors {
			t.Errorf("%s: the constructor of %s is not of a code", domain, constant)
		}
	}
	if t.Failed() {
		return
	}
	const program = "github.com/statusmap/statusmap/cmd/internal/generated/checker"
	out, err := build(t, map[string]string{program + "/main.go": fmt.Sprintf(checker, imports.String(), calls.String(), count)}, "run", program)
	if err != nil || strings.TrimSpace(out) != fmt.Sprintf("checked %d codes", count) || count < 400 {
		t.Errorf("%d codes: %v:\n%s", count, err, out)
	}
}

// sample returns a value of a type as Go source, and how fmt prints it.
func sample(argType statusmapv1.CodeOptions_Arg_Type, i int) (source, printed string) {
	switch argType {
	case statusmapv1.CodeOptions_Arg_INT64:
		return fmt.Sprintf("int64(%d)", -i), strconv.Itoa(-i)
	case statusmapv1.CodeOptions_Arg_DOUBLE:
		return fmt.Sprintf("%d.5", i), fmt.Sprintf("%d.5", i)
	case statusmapv1.CodeOptions_Arg_BOOL:
		return "true", "true"
	case statusmapv1.CodeOptions_Arg_JSON:
		return `json.RawMessage("[]")`, "[91 93]"
	default:
		return fmt.Sprintf(`"作业%d"`, i), fmt.Sprintf("作业%d", i)
	}
}

// constructorsOf returns the names of the constructors in a generated file by the constant
// that they raise.
func constructorsOf(t *testing.T, file string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if fun, ok := call.Fun.(*ast.SelectorExpr); !ok || fun.Sel.Name != "Raise" {
				return true
			}
			if constant, ok := call.Args[0].(*ast.SelectorExpr); ok {
				found[constant.Sel.Name] = f.Name.Name
			}
			return true
		})
	}
	return found
}

// bigTable returns a table of n codes with two arguments each.
func bigTable(n int) map[string]string {
	var b strings.Builder
	b.WriteString(`syntax = "proto3";
package big.v1;
import "statusmap/v1/options.proto";
option go_package = "github.com/statusmap/statusmap/cmd/internal/generated/big/v1;bigv1";
enum Code {
  option (statusmap.v1.system) = {language: "en" envelope: {failure: '{"code":{code},"message":{message}}'}};
  CODE_UNSPECIFIED = 0;
  FAILED = 1 [(statusmap.v1.code) = {grpc: INTERNAL message: "failed" fallback_for: [UNKNOWN]}];
`)
	for i := 2; i <= n; i++ {
		fmt.Fprintf(&b, "  THING_%d_NOT_FOUND = %d [(statusmap.v1.code) = {grpc: NOT_FOUND message: \"thing {thing_id} is not in {place}\" args: {key: \"thing_id\" value: {type: INT64}}}];\n", i, i)
	}
	b.WriteString("}\n")
	return map[string]string{"big/v1/code.proto": b.String()}
}

// TestManyCodes: a large table is generated and compiles.
func TestManyCodes(t *testing.T) {
	t.Parallel()
	const codes = 100
	req := request(t, bigTable(codes), "")
	start := time.Now()
	files, err := generated(t, req)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	packages, size := packagesOf(files), 0
	for _, text := range files {
		size += len(text)
		if got := strings.Count(text, "\nfunc Is"); got != codes {
			t.Errorf("%d codes, want %d", got, codes)
		}
	}
	maps.Copy(files, goCode(t, req))
	start = time.Now()
	if out, err := build(t, files, append([]string{"build"}, packages...)...); err != nil {
		t.Errorf("go build: %v:\n%s", err, out)
	}
	t.Logf("%d codes: generated in %v, %d bytes, compiled in %v", codes, took.Round(time.Millisecond), size, time.Since(start).Round(time.Millisecond))
}

// BenchmarkGenerate has the time and the size for each code of large tables.
func BenchmarkGenerate(b *testing.B) {
	for _, codes := range []int{500, 5000} {
		req := request(b, bigTable(codes), "")
		b.Run(fmt.Sprintf("codes=%d", codes), func(b *testing.B) {
			size := 0
			for b.Loop() {
				files, err := generated(b, req)
				if err != nil {
					b.Fatal(err)
				}
				size = 0
				for _, text := range files {
					size += len(text)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*codes), "ns/code")
			b.ReportMetric(float64(size)/float64(codes), "B/code")
		})
	}
}
