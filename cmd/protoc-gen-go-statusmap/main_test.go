// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/google/go-cmp/cmp"
	gengo "google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest/golden"
)

// root is the folder of the repository.
const root = "../.."

// request returns the request that buf and protoc send for sources, of which all are to be
// generated, or those that are listed.
func request(t testing.TB, sources map[string]string, parameter string, list ...string) *pluginpb.CodeGeneratorRequest {
	t.Helper()
	vocabulary := statusmapv1.File_statusmap_v1_options_proto
	compiler := protocompile.Compiler{
		SourceInfoMode: protocompile.SourceInfoStandard,
		Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
			protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
				if path != vocabulary.Path() {
					return protocompile.SearchResult{}, os.ErrNotExist
				}
				return protocompile.SearchResult{Desc: vocabulary}, nil
			}),
			&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(sources)},
		}),
	}
	if len(list) == 0 {
		list = slices.Sorted(maps.Keys(sources))
	}
	compiled, err := compiler.Compile(t.Context(), list...)
	if err != nil {
		t.Fatal(err)
	}
	req := &pluginpb.CodeGeneratorRequest{FileToGenerate: list, Parameter: &parameter}
	seen := make(map[string]bool)
	var add func(file protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		req.ProtoFile = append(req.ProtoFile, protodesc.ToFileDescriptorProto(file))
	}
	for _, file := range compiled {
		add(file)
	}
	// As it arrives: the options are parsed with the types of this program.
	raw, err := proto.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	arrived := new(pluginpb.CodeGeneratorRequest)
	if err := proto.Unmarshal(raw, arrived); err != nil {
		t.Fatal(err)
	}
	return arrived
}

// generated runs the plugin and returns its files by name.
func generated(t testing.TB, req *pluginpb.CodeGeneratorRequest) (map[string]string, error) {
	t.Helper()
	opts, run := newPlugin()
	return respond(t, opts, req, run)
}

// goCode returns what protoc-gen-go generates.
func goCode(t testing.TB, req *pluginpb.CodeGeneratorRequest) map[string]string {
	t.Helper()
	files, err := respond(t, protogen.Options{ParamFunc: func(string, string) error { return nil }}, req, func(plugin *protogen.Plugin) error {
		for _, f := range plugin.Files {
			if f.Generate {
				gengo.GenerateFile(plugin, f)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func respond(t testing.TB, opts protogen.Options, req *pluginpb.CodeGeneratorRequest, run func(*protogen.Plugin) error) (map[string]string, error) {
	t.Helper()
	plugin, err := opts.New(req)
	if err != nil {
		return nil, err
	}
	if err := run(plugin); err != nil {
		return nil, err
	}
	response := plugin.Response()
	if response.Error != nil {
		t.Fatal(response.GetError())
	}
	files := make(map[string]string)
	for _, f := range response.GetFile() {
		files[f.GetName()] = f.GetContent()
	}
	return files, nil
}

// build runs a command of the go command in the repository, with files added to its
// modules. The names are import paths and a file name.
func build(t testing.TB, files map[string]string, args ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range slices.Sorted(maps.Keys(files)) {
		rel, ok := strings.CutPrefix(name, "github.com/statusmap/statusmap/")
		if !ok {
			t.Fatalf("%s is not in this repository", name)
		}
		file := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(file, []byte(files[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(abs, filepath.FromSlash(rel))] = file
	}
	raw, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{args[0], "-overlay=" + list}, args[1:]...)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// testSources returns the files below testdata.
func testSources(t testing.TB) map[string]string {
	t.Helper()
	sources := make(map[string]string)
	for _, name := range []string{"gate/v1/code.proto", "nasty/v1/code.proto", "nasty/v1/service.proto", "prefixed/v1/code.proto"} {
		b, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		sources[name] = string(b)
	}
	return sources
}

// packagesOf returns the import paths of files that are named by build's rule.
func packagesOf(files map[string]string) []string {
	set := make(map[string]bool)
	for name := range files {
		set[path.Dir(name)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// TestGolden: what is generated for names and texts that Go does not allow compiles.
func TestGolden(t *testing.T) {
	t.Parallel()
	sources := testSources(t)
	files, err := generated(t, request(t, sources, ""))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&all, "-- %s --\n%s", name, files[name])
	}
	golden.Check(t, "testdata/generated.golden", []byte(all.String()))
	packages := packagesOf(files)
	maps.Copy(files, goCode(t, request(t, sources, "")))
	if out, err := build(t, files, append([]string{"build"}, packages...)...); err != nil {
		t.Errorf("go build: %v:\n%s", err, out)
	}

	// A run for each folder, as buf has them, gives the same.
	for name := range sources {
		dir := path.Dir(name)
		var list []string
		for other := range sources {
			if path.Dir(other) == dir {
				list = append(list, other)
			}
		}
		alone, err := generated(t, request(t, sources, "", list...))
		if err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		for name, text := range alone {
			if text != files[name] {
				t.Errorf("%s is not the same if only %s is generated", name, dir)
			}
		}
	}
}

// TestProblems: all broken annotations are reported at once, as the catalog does.
func TestProblems(t *testing.T) {
	t.Parallel()
	const head = "syntax = \"proto3\";\npackage %s;\nimport \"statusmap/v1/options.proto\";\noption go_package = \"example.com/x/%[1]s;x\";\n"
	system := func(options string) string {
		return "  option (statusmap.v1.system) = {language: \"en\" " + options + ` envelope: {failure: '{"code":{code},"message":{message}}'}};` + "\n"
	}
	for _, tt := range []struct {
		name      string
		parameter string
		sources   map[string]string
		want      []string
	}{
		{
			name: "several files",
			sources: map[string]string{
				"a.proto": fmt.Sprintf(head, "a.v1") + "enum Code {\n" + system("") +
					"  CODE_UNSPECIFIED = 0;\n" +
					"  ONE = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: \"{Bad}\" legacy_code: \"7\"}];\n" +
					"  TWO = 2 [(statusmap.v1.code) = {message: \"x\" legacy_code: \"7\"}];\n}\n",
				"b.proto": fmt.Sprintf(head, "b.v1") + "enum OtherCode {\n" +
					"  OTHER_CODE_UNSPECIFIED = 0;\n" +
					"  THREE = 3 [(statusmap.v1.code) = {grpc: NOT_FOUND}];\n  FOUR = 4;\n}\n",
			},
			want: []string{
				"a.proto:5: a.v1.Code: fallback_for: no code has fallback_for with UNKNOWN or INTERNAL: write fallback_for: INTERNAL on the code for all other errors",
				"a.proto:8: a.v1.ONE: message: {Bad} is not a valid metadata key: write 2 to 64 characters of [a-zA-Z0-9-_] that start with a lowercase letter, or {{Bad}} for the text in braces",
				`a.proto:9: a.v1.TWO: grpc: missing: write the gRPC code, for example NOT_FOUND`,
				`a.proto:9: a.v1.TWO: legacy_code: "7" is already used by ONE: give each code its own legacy code, or write shares_legacy_code: true on both`,
				`b.proto:7: b.v1.THREE: message: missing: write the text exactly as the legacy system sends it`,
				`b.proto:8: b.v1.FOUR: code: the value has no option (statusmap.v1.code): add it`,
			},
		},
		{
			name: "an include of another folder",
			sources: map[string]string{
				"a.proto": fmt.Sprintf(head, "a.v1") + "enum Code {\n" + system(`includes: ["b.v1.Code"]`) +
					"  CODE_UNSPECIFIED = 0;\n  ONE = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND}];\n}\n",
			},
			want: []string{`a.proto:8: a.v1.ONE: message: missing: write the text exactly as the legacy system sends it`},
		},
		{
			name: "a misspelt include",
			sources: map[string]string{
				"a.proto": fmt.Sprintf(head, "a.v1") + "enum Code {\n" + system(`includes: ["a.v1.AuhtCode"]`) +
					"  CODE_UNSPECIFIED = 0;\n  ONE = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: \"x\" fallback_for: [UNKNOWN]}];\n}\n",
			},
			want: []string{`a.proto:5: a.v1.Code: includes: there is no enum "a.v1.AuhtCode": write the full name of an enum such as "legacy.depot.v1.AuthCode", and import its file here, link it into the program, or give it to New`},
		},
		{
			name: "one name in two files",
			sources: map[string]string{
				"a.proto": fmt.Sprintf(head, "a.v1") + "enum Code {\n  CODE_UNSPECIFIED = 0;\n  ONE_A = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: \"x\"}];\n}\n",
				"b.proto": fmt.Sprintf(head, "a.v1") + "enum Other {\n  OTHER_UNSPECIFIED = 0;\n  ONE__A = 2 [(statusmap.v1.code) = {grpc: NOT_FOUND message: \"x\"}];\n}\n",
			},
			want: []string{`b.proto:7: a.v1.ONE__A: name: the Go name OneA is already used for a.proto: write another go_package in one of the two files`},
		},
		{
			name:      "the suffix",
			parameter: "package_suffix=-x",
			sources:   map[string]string{"a.proto": fmt.Sprintf(head, "a.v1")},
			want:      []string{`package_suffix "-x" is not the end of a Go package's name: write one such as "status"`},
		},
		{
			name:      "no suffix",
			parameter: "package_suffix=",
			sources:   map[string]string{"a.proto": fmt.Sprintf(head, "a.v1")},
			want:      []string{`package_suffix "" is not the end of a Go package's name: write one such as "status"`},
		},
	} {
		files, err := generated(t, request(t, tt.sources, tt.parameter))
		if err == nil {
			t.Errorf("%s: no problems, want %q", tt.name, tt.want)
			continue
		}
		if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" || len(files) > 0 {
			t.Errorf("%s: %d files, and (-want +got):\n%s", tt.name, len(files), diff)
		}
	}
}

// TestOptions: files are named as those of protoc-gen-go.
func TestOptions(t *testing.T) {
	t.Parallel()
	const module = "github.com/statusmap/statusmap/cmd/internal/generated"
	sources := testSources(t)
	for _, tt := range []struct{ parameter, want string }{
		{"", module + "/prefixed/v1/prefixedv1status/code_statusmap.pb.go"},
		{"paths=source_relative", "prefixed/v1/prefixedv1status/code_statusmap.pb.go"},
		{"module=" + module, "prefixed/v1/prefixedv1status/code_statusmap.pb.go"},
		{"paths=source_relative,package_suffix=errors", "prefixed/v1/prefixedv1errors/code_statusmap.pb.go"},
		{"paths=source_relative,Mprefixed/v1/code.proto=example.com/other;other", "prefixed/v1/otherstatus/code_statusmap.pb.go"},
	} {
		files, err := generated(t, request(t, sources, tt.parameter, "prefixed/v1/code.proto"))
		if names := slices.Sorted(maps.Keys(files)); err != nil || !slices.Equal(names, []string{tt.want}) {
			t.Errorf("%q: the files %q and the error %v, want %s", tt.parameter, names, err, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, exported, unexported string }{
		{"JOB_NOT_FOUND", "JobNotFound", "jobNotFound"},
		{"job_id", "JobID", "jobID"},
		{"jobId", "JobID", "jobID"},
		{"job-id", "JobID", "jobID"},
		{"id", "ID", "id"},
		{"idOf", "IDOf", "idOf"},
		{"HTTPServer", "HTTPServer", "httpServer"},
		{"url2", "Url2", "url2"},
		{"utf8_text", "UTF8Text", "utf8Text"},
		{"a__b", "AB", "aB"},
		{"JOB2_404", "Job2404", "job2404"},
		{"ids", "Ids", "ids"},
		{"x-", "X", "x"},
	} {
		if got := exported(tt.name, "Code"); got != tt.exported {
			t.Errorf("%s: the exported name is %s, want %s", tt.name, got, tt.exported)
		}
		if got := unexported(tt.name); got != tt.unexported {
			t.Errorf("%s: the parameter is %s, want %s", tt.name, got, tt.unexported)
		}
	}
	for _, name := range []string{"404", "_404", "_", "__"} {
		if got := exported(name, "Code"); !strings.HasPrefix(got, "Code") {
			t.Errorf("%s: the exported name is %s", name, got)
		}
	}
}

// TestWrongArguments: a call with a missing, extra or wrong argument does not compile.
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	const jobv2status = "github.com/statusmap/statusmap/gen/legacy/job/v2/jobv2status"
	for _, tt := range []struct{ name, call, want string }{
		{"right", "jobv2status.TaskStatusConflict(text, text)", ""},
		{"missing", "jobv2status.TaskStatusConflict(text)", "not enough arguments in call to jobv2status.TaskStatusConflict\n\thave (string)\n\twant (string, string)"},
		{"none", "jobv2status.TaskStatusConflict()", "not enough arguments in call to jobv2status.TaskStatusConflict"},
		{"extra", "jobv2status.DatabaseError(text)", "too many arguments in call to jobv2status.DatabaseError"},
		{"another type", "jobv2status.TaskStatusConflict(text, number)", "cannot use number (variable of type int64) as string value in argument to jobv2status.TaskStatusConflict"},
		{"names and values", `jobv2status.TaskStatusConflict("task", text, "status", text)`, "too many arguments in call to jobv2status.TaskStatusConflict"},
		{"Wrap without an error", "jobv2status.WrapTaskStatusConflict(text, text)", "not enough arguments in call to jobv2status.WrapTaskStatusConflict"},
		{"an unknown code", "jobv2status.TaskStatusConflicts(text, text)", "undefined: jobv2status.TaskStatusConflicts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := build(t, map[string]string{"github.com/statusmap/statusmap/cmd/internal/generated/wrong/main.go": `package main

import "` + jobv2status + `"

var text, number = "x", int64(1)

func main() {
	_, _ = text, number
	_ = ` + tt.call + `
}
`}, "build", "-o", os.DevNull, "github.com/statusmap/statusmap/cmd/internal/generated/wrong")
			if tt.want == "" {
				if err != nil {
					t.Errorf("%v:\n%s", err, out)
				}
				return
			}
			_, message, _ := strings.Cut(out, ".go:9:")
			if err == nil || !strings.Contains(message, tt.want) {
				t.Errorf("the compiler says\n%s\nwant %q in line 9", out, tt.want)
			}
		})
	}
}
