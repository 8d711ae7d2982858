// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/statusmap/statusmap/catalog/catalogtest"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
	"github.com/statusmap/statusmap/cmd/internal/rules/rulestest"
	"github.com/statusmap/statusmap/internal/servertest/golden"
)

// changes are those of the table in docs/guard.md.
var changes = []struct {
	name string
	edit []string // as in rulestest.Case
	// harmful reports whether old clients or callers notice the change.
	harmful bool
	reason  string // part of the output of statusmap breaking
}{
	{"legacy code", []string{`legacy_code: "1020"`, `legacy_code: "1021"`}, true, `the legacy code changes from "1020" to "1021": clients of the old REST API compare it`},
	{"name of an argument", []string{
		"parcel {parcel_id} not found", "parcel {id} not found", "Paket {parcel_id} fehlt", "Paket {id} fehlt",
		`{key: "parcel_id" value`, `{key: "id" value`,
	}, true, `the argument {parcel_id} becomes {id}: clients read it from the error's metadata by its name`},
	{"HTTP status", []string{"http: 502", "http: 503"}, true, "the HTTP status changes from 502 to 503: clients of the old REST API compare it"},
	{"gRPC code", []string{"grpc: NOT_FOUND\n    message: \"parcel {", "grpc: ABORTED\n    message: \"parcel {"}, true, "the gRPC code changes from NOT_FOUND to ABORTED, and the HTTP status from 404 to 409"},
	{"message", []string{`"depot busy"`, `"The depot is busy"`}, true, `the message changes from "depot busy" to "The depot is busy"`},
	{"envelope", []string{`"message":{message},`, `"msg":{message},`}, true, "envelope.failure changes from"},
	{"field of the request", []string{`["weight_kg"]`, `["weight"]`}, true, `fields changes from ["weight_kg"] to ["weight"]`},
	{"value renamed", []string{"DEPOT_BUSY = 102", "DEPOT_OVERLOADED = 102"}, true, "the reason changes from DEPOT_BUSY to DEPOT_OVERLOADED: clients find the error by its reason"},
	{"value removed", []string{weightInvalid, ""}, true, "the code WEIGHT_INVALID is deleted: clients of servers that still send it do not find it"},
	{"number", []string{"DEPOT_BUSY = 102", "DEPOT_BUSY = 109"}, true, "the number changes from 102 to 109"},
	{"type of an argument", []string{"{type: INT64 description", "{description"}, true, "the type of the argument {parcel_id} changes from INT64 to STRING"},

	{"code added", []string{"  DEPOT_ERROR = 900", "  PARCEL_HELD = 106 [(statusmap.v1.code) = {\n    grpc: ABORTED\n    message: \"parcel held\"\n  }];\n\n  DEPOT_ERROR = 900"}, false, ""},
	{"translation added", []string{`"Lager überlastet"}`, `"Lager überlastet"}` + "\n" + `    translations: {key: "fr" value: "dépôt occupé"}`}, false, ""},
	{"comment", []string{"  DEPOT_ERROR = 900", "  // Anything else.\n  DEPOT_ERROR = 900"}, false, ""},
}

const weightInvalid = `  WEIGHT_INVALID = 103 [(statusmap.v1.code) = {
    grpc: INVALID_ARGUMENT
    message: "bad weight"
    translations: {key: "de" value: "Gewicht ungültig"}
    fields: ["weight_kg"]
    explanation: "The weight is not a number."
    fallback_for: [INVALID_ARGUMENT]
  }];
`

// A version is the user's repository before or after a change.
type version struct {
	dir    string // of the .proto files, with a copy of options.proto
	module string // of the Go module
}

// userModule is the user's module. Its package depotv1 is generated.
const userModule = "example.com/user"

// A guard stops a change, or not.
type guard struct {
	name string
	// run returns an *exec.ExitError with the exit code of the command, or errStopped, if
	// the guard stops the change. It also returns the guard's output.
	run func(ctx context.Context, old, changed *version) (string, error)
	// review reports whether the guard stops every change, so that people look at it.
	review bool
	// missing says what the machine lacks.
	missing string
}

// TestGuards runs all guards on all changes, and compares the table with docs/guard.md.
func TestGuards(t *testing.T) {
	t.Parallel()
	bin := build(t, "statusmap", "statusmapvet", "buf-plugin-statusmap", "protoc-gen-go-statusmap")
	guards := newGuards(t, bin)
	old := newVersion(t, bin, nil)
	for _, g := range guards {
		if g.missing != "" {
			if os.Getenv("STATUSMAP_REQUIRE_ALL") == "1" {
				t.Errorf("%s: %s", g.name, g.missing)
			}
			t.Logf("not tested: %s: %s", g.name, g.missing)
			continue
		}
		if out, err := g.run(t.Context(), old, old); err != nil {
			t.Fatalf("%s stops a repository without a change: %v\n%s", g.name, err, out)
		}
	}
	var cells [][]string
	for _, change := range changes {
		changed := newVersion(t, bin, change.edit)
		var row []string
		for _, g := range guards {
			cell := "?"
			if g.missing == "" {
				out, err := g.run(t.Context(), old, changed)
				cell = stops(t, g.name+", "+change.name, out, err)
				if g.review && cell == "stops" {
					row = append(row, "review")
					continue
				}
				checkGuard(t, g.name, change.name, change.harmful, change.reason, cell, out, err)
			}
			row = append(row, cell)
		}
		cells = append(cells, row)
	}
	checkTable(t, guards, cells)
}

// stops returns the cell of the table.
func stops(t *testing.T, name, out string, err error) string {
	t.Helper()
	if err == nil {
		return "–"
	}
	if _, ok := errors.AsType[*exec.ExitError](err); !ok && !errors.Is(err, errStopped) {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return "stops"
}

// checkGuard checks what holds for each change: statusmap breaking and the plugin stop
// those that are harmful, with the reason, and no guard stops another one.
func checkGuard(t *testing.T, guard, change string, harmful bool, reason, cell, out string, err error) {
	t.Helper()
	if !harmful {
		if err != nil {
			t.Errorf("%s stops an allowed change, %s:\n%s", guard, change, out)
		}
		return
	}
	complete := guard == "`statusmap breaking`" || guard == "buf with the plugin"
	if complete && (cell != "stops" || !strings.Contains(out, reason)) {
		t.Errorf("%s, %s: %s, want it to stop with %q:\n%s", guard, change, cell, reason, out)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); guard == "`statusmap breaking`" && ok && exit.ExitCode() != 1 {
		t.Errorf("statusmap breaking, %s: exit code %d, want 1", change, exit.ExitCode())
	}
}

// checkTable compares the table with docs/guard.md, or writes it there with -update. The
// columns of missing guards stay as they are.
func checkTable(t *testing.T, guards []guard, cells [][]string) {
	t.Helper()
	raw, err := os.ReadFile(guardPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), "<!-- table of TestGuards -->\n")
	was, after, ok2 := strings.Cut(rest, "<!-- end -->\n")
	if !ok || !ok2 {
		t.Fatalf("%s has no table of TestGuards", guardPage)
	}
	lines := strings.Split(was, "\n")
	var b strings.Builder
	b.WriteString("| change |")
	for _, g := range guards {
		b.WriteString(" " + g.name + " |")
	}
	b.WriteString("\n|---" + strings.Repeat("|---", len(guards)) + "|\n")
	for i, row := range cells {
		fmt.Fprintf(&b, "| %s |", changes[i].name)
		for j, cell := range row {
			if cell == "?" && i+2 < len(lines) {
				if old := strings.Split(lines[i+2], " | "); j+1 < len(old) {
					cell = strings.TrimSuffix(old[j+1], " |")
				}
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	golden.Check(t, guardPage, []byte(before+"<!-- table of TestGuards -->\n"+b.String()+"<!-- end -->\n"+after))
}

// build builds commands of this repository into a new folder.
func build(t *testing.T, names ...string) (bin string) {
	t.Helper()
	bin = t.TempDir()
	args := []string{"build", "-o", bin}
	for _, name := range names {
		args = append(args, "github.com/statusmap/statusmap/cmd/"+name)
	}
	if out, err := guardCommand(t.Context(), "", "", "go", args...); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// newGuards returns the guards in the order of the table's columns.
func newGuards(t *testing.T, bin string) []guard {
	t.Helper()
	goCommand := func(args ...string) func(ctx context.Context, old, changed *version) (string, error) {
		return func(ctx context.Context, _, changed *version) (string, error) {
			return guardCommand(ctx, changed.module, "", "go", args...)
		}
	}
	statusmap := filepath.Join(bin, "statusmap")
	buf, missing := findBuf(t.Context())
	return []guard{
		{name: "compiler", run: goCommand("build", ".")},
		{name: "compiler, with constructors", run: goCommand("build", "./constructors")},
		{name: "`go vet`", run: goCommand("vet", ".")},
		{name: "`statusmapvet`", run: goCommand("vet", "-vettool="+filepath.Join(bin, "statusmapvet"), ".")},
		{name: "`catalogtest.Check`", run: func(ctx context.Context, _, changed *version) (string, error) {
			return checkCatalog(ctx, t, changed)
		}},
		{name: "`catalogtest.Golden`", review: true, run: func(ctx context.Context, old, changed *version) (string, error) {
			file := filepath.Join(old.module, "errors.golden")
			if _, err := os.Stat(file); err != nil {
				if out, err := runGolden(ctx, old, file, "STATUSMAP_UPDATE=1"); err != nil {
					return out, fmt.Errorf("cannot write the file: %s", out)
				}
			}
			return runGolden(ctx, changed, file)
		}},
		{name: "`statusmap lint`", run: func(ctx context.Context, _, changed *version) (string, error) {
			return guardCommand(ctx, changed.dir, "", statusmap, "lint", ".")
		}},
		{name: "`buf breaking`", missing: missing, run: func(ctx context.Context, old, changed *version) (string, error) {
			return breaking(ctx, buf, bin, old, changed, "version: v2\n")
		}},
		{name: "buf with the plugin", missing: missing, run: func(ctx context.Context, old, changed *version) (string, error) {
			return breaking(ctx, buf, bin, old, changed, bufConfig(t))
		}},
		{name: "`statusmap breaking`", run: func(ctx context.Context, old, changed *version) (string, error) {
			return guardCommand(ctx, changed.dir, "", statusmap, "breaking", ".", "--against", old.dir)
		}},
	}
}

// findBuf returns the path of buf: that of the PATH, or the one of module tools.
func findBuf(ctx context.Context) (path, missing string) {
	if path, err := exec.LookPath("buf"); err == nil {
		return path, ""
	}
	if os.Getenv("STATUSMAP_REQUIRE_ALL") != "1" {
		return "", "buf is not on the PATH: install it, or set STATUSMAP_REQUIRE_ALL=1 to build it"
	}
	cmd := exec.CommandContext(ctx, "go", "tool", "-modfile=tools/go.mod", "-n", "buf")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Sprintf("cannot build buf: %v", err)
	}
	return strings.TrimSpace(string(out)), ""
}

func breaking(ctx context.Context, buf, bin string, old, changed *version, config string) (string, error) {
	if err := os.WriteFile(filepath.Join(changed.dir, "buf.yaml"), []byte(config), 0o600); err != nil {
		return "", err
	}
	return guardCommand(ctx, changed.dir, bin, buf, "breaking", "--against", old.dir)
}

// guardCommand runs a command in a folder, with a further folder in the PATH.
func guardCommand(ctx context.Context, dir, path, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+path+string(os.PathListSeparator)+os.Getenv("PATH"), "GOWORK=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// newVersion returns the user's repository with edits.
func newVersion(t *testing.T, bin string, edits []string) *version {
	t.Helper()
	c := rulestest.Case{New: edits}
	_, dir, names := c.Write(t)
	v := &version{dir: dir, module: t.TempDir()}
	options, err := os.ReadFile(root + "proto/statusmap/v1/options.proto")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "statusmap", "v1", "options.proto")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o750), os.WriteFile(file, options, 0o600)); err != nil {
		t.Fatal(err)
	}
	add := func(name, text string) {
		path := filepath.Join(v.module, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range generate(t, bin, dir, names) {
		add("depotv1/"+name, text)
	}
	add("user.go", userProgram)
	add("constructors/user.go", userConstructors)
	// The module uses the library of this repository, with its versions of other modules.
	library, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(root + "go.work.sum")
	if err != nil {
		t.Fatal(err)
	}
	add("go.mod", "module "+userModule+"\n\ngo 1.26.0\n")
	add("go.work", "go 1.26.0\n\nuse (\n\t.\n\t"+library+"\n\t"+library+"/cmd\n)\n\nreplace github.com/statusmap/statusmap v0.0.0 => "+library+"\n")
	add("go.work.sum", string(sums))
	return v
}

// userProgram raises errors as a program without generated constructors does.
const userProgram = `package user

import (
	depotv1 "` + userModule + `/depotv1"
	"github.com/statusmap/statusmap/status"
)

func NotFound(id int64) error {
	return status.Error(depotv1.Code_PARCEL_NOT_FOUND, "parcel_id", id, "depot", "Bern")
}

func Invalid() error { return status.Error(depotv1.Code_WEIGHT_INVALID) }

func Busy() error { return status.Error(depotv1.Code_DEPOT_BUSY) }
`

// userConstructors is the same program with generated constructors.
const userConstructors = `package user

import "` + userModule + `/depotv1/depotv1status"

func NotFound(id int64) error { return depotv1status.ParcelNotFound(id, "Bern") }

func Invalid() error { return depotv1status.WeightInvalid() }

func Busy() error { return depotv1status.DepotBusy() }
`

// checkCatalog runs catalogtest.Check on the enums of a version.
func checkCatalog(ctx context.Context, t *testing.T, v *version) (string, error) {
	enum, err := codesOf(ctx, v.dir)
	if err != nil {
		return "", err
	}
	r := &recorder{TB: t}
	catalogtest.Check(r, enum)
	if r.errors.Len() > 0 {
		return r.errors.String(), errStopped
	}
	return "", nil
}

// runGolden runs TestGuardGolden in a process of its own, since Golden reads the environment.
func runGolden(ctx context.Context, v *version, file string, environ ...string) (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, exe, "-test.run=^TestGuardGolden$")
	cmd.Env = append(os.Environ(), append(environ, "STATUSMAP_GUARD_DIR="+v.dir, "STATUSMAP_GUARD_FILE="+file)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestGuardGolden runs catalogtest.Golden for TestGuards.
//
//nolint:paralleltest // alone in its process
func TestGuardGolden(t *testing.T) {
	dir := os.Getenv("STATUSMAP_GUARD_DIR")
	if dir == "" {
		t.Skip("TestGuards runs it")
	}
	enum, err := codesOf(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	catalogtest.Golden(t, os.Getenv("STATUSMAP_GUARD_FILE"), enum)
}

func codesOf(ctx context.Context, dir string) (protoreflect.EnumDescriptor, error) {
	registry, err := protosource.Compile(ctx, nil, []string{dir})
	if err != nil {
		return nil, err
	}
	d, err := registry.FindDescriptorByName("depot.v1.Code")
	if err != nil {
		return nil, err
	}
	enum, ok := d.(protoreflect.EnumDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is not an enum", d.FullName())
	}
	return enum, nil
}

// errStopped is the error of a guard that is not a command.
var errStopped = errors.New("stopped")

// A recorder records the errors of a test.
type recorder struct {
	testing.TB
	errors strings.Builder
}

func (r *recorder) Error(args ...any) { fmt.Fprintln(&r.errors, args...) }
func (r *recorder) Log(...any)        {}

// generate returns the Go code that protoc-gen-go and protoc-gen-go-statusmap generate, by
// the path below depotv1.
func generate(t *testing.T, bin, dir string, names []string) map[string]string {
	t.Helper()
	registry, err := protosource.Compile(t.Context(), nil, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	request := &pluginpb.CodeGeneratorRequest{FileToGenerate: names}
	var parameters []string
	for _, name := range names {
		parameters = append(parameters, "M"+name+"="+userModule+"/depotv1")
	}
	request.Parameter = new(strings.Join(parameters, ","))
	added := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if added[file.Path()] {
			return
		}
		added[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		request.ProtoFile = append(request.ProtoFile, protodesc.ToFileDescriptorProto(file))
	}
	for _, name := range names {
		file, err := registry.FindFileByPath(name)
		if err != nil {
			t.Fatal(err)
		}
		add(file)
	}
	plugin, err := protogen.Options{}.New(request)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, file := range plugin.Files {
		if !file.Generate {
			continue
		}
		content, err := internal_gengo.GenerateFile(plugin, file).Content()
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(file.GeneratedFilenamePrefix)+".pb.go"] = string(content)
	}
	response := constructors(t, bin, request)
	for _, file := range response.GetFile() {
		files[strings.TrimPrefix(file.GetName(), userModule+"/depotv1/")] = file.GetContent()
	}
	return files
}

// constructors runs protoc-gen-go-statusmap.
func constructors(t *testing.T, bin string, request *pluginpb.CodeGeneratorRequest) *pluginpb.CodeGeneratorResponse {
	t.Helper()
	raw, err := proto.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "protoc-gen-go-statusmap"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(raw), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	response := new(pluginpb.CodeGeneratorResponse)
	if err := proto.Unmarshal(out, response); err != nil {
		t.Fatal(err)
	}
	if response.Error != nil {
		t.Fatal(response.GetError())
	}
	return response
}
