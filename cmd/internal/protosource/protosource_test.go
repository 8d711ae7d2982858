// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package protosource_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
)

// systemIn returns the source of a system with one code, PARCEL_LOST.
func systemIn(pkg string, more ...string) string {
	return `syntax = "proto3";
package ` + pkg + `;
import "statusmap/v1/options.proto";
` + strings.Join(more, "\n") + `
enum Code {
  option (statusmap.v1.system) = {
    language: "en"
    envelope: {failure: '{"err":{code}}'}
  };
  CODE_UNSPECIFIED = 0;
  PARCEL_LOST = 7 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "Parcel lost" fallback_for: [UNKNOWN]}];
}
`
}

// write writes files to a new folder, and returns the folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func below(dir string, names ...string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(dir, filepath.FromSlash(name))
	}
	return paths
}

// enums returns the enums of compiled files, as a map from full name to file path.
func enums(files *protoregistry.Files) map[string]string {
	found := map[string]string{}
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Enums().Len() {
			found[string(file.Enums().Get(i).FullName())] = file.Path()
		}
		return true
	})
	return found
}

func TestCompile(t *testing.T) {
	a, b := systemIn("depot.a.v1"), systemIn("depot.b.v1")
	for _, tt := range []struct {
		name        string
		files       map[string]string
		importPaths []string // in the folder
		compile     []string
		want        map[string]string
	}{
		{"in an import path", map[string]string{"proto/depot/a.proto": a}, []string{"proto"}, []string{"proto/depot/a.proto"},
			map[string]string{"depot.a.v1.Code": "depot/a.proto"}},
		{"in no import path", map[string]string{"a.proto": a}, nil, []string{"a.proto"},
			map[string]string{"depot.a.v1.Code": "a.proto"}},
		{"outside the import path", map[string]string{"proto/x.proto": a, "other/a.proto": a}, []string{"proto"}, []string{"other/a.proto"},
			map[string]string{"depot.a.v1.Code": "a.proto"}},
		{"a folder whose name starts with two dots", map[string]string{"..proto/a.proto": a}, []string{"."}, []string{"..proto/a.proto"},
			map[string]string{"depot.a.v1.Code": "..proto/a.proto"}},
		{"two files with the same name, in no import path", map[string]string{"a/v1/code.proto": a, "b/v1/code.proto": b}, nil, []string{"a/v1/code.proto", "b/v1/code.proto"},
			map[string]string{"depot.a.v1.Code": "code.proto", "depot.b.v1.Code": "v1/code.proto"}},
		{"one file twice", map[string]string{"a.proto": a}, nil, []string{"a.proto", "a.proto"},
			map[string]string{"depot.a.v1.Code": "a.proto"}},
		{"one file twice, by two names", map[string]string{"a.proto": a, "x/y": ""}, nil, []string{"a.proto", "x/../a.proto"},
			map[string]string{"depot.a.v1.Code": "a.proto"}},
		{"an import path has another file with the same name", map[string]string{"proto/code.proto": a, "other/code.proto": b}, []string{"proto"}, []string{"other/code.proto"},
			map[string]string{"depot.b.v1.Code": "code.proto"}},
		{"an import in the folder of the file", map[string]string{
			"a.proto":      systemIn("depot.a.v1", `import "common.proto";`),
			"common.proto": `syntax = "proto3"; package common;`,
		}, nil, []string{"a.proto"}, map[string]string{"depot.a.v1.Code": "a.proto"}},
		{"an import in an import path", map[string]string{
			"proto/depot/a.proto":    systemIn("depot.a.v1", `import "lib/common.proto";`),
			"third/lib/common.proto": `syntax = "proto3"; package common;`,
		}, []string{"proto", "third"}, []string{"proto/depot/a.proto"}, map[string]string{"depot.a.v1.Code": "depot/a.proto"}},
		{"one file imports the other", map[string]string{
			"a.proto": systemIn("depot.a.v1", `import "b.proto";`), "b.proto": b,
		}, nil, []string{"a.proto", "b.proto"}, map[string]string{"depot.a.v1.Code": "a.proto", "depot.b.v1.Code": "b.proto"}},
		{"a standard import", map[string]string{"a.proto": systemIn("depot.a.v1", `import "google/protobuf/timestamp.proto";`)}, nil, []string{"a.proto"},
			map[string]string{"depot.a.v1.Code": "a.proto"}},
		{"a copy of options.proto is ignored", map[string]string{
			"a.proto": a, "statusmap/v1/options.proto": `syntax = "proto3"; package statusmap.v1;`,
		}, []string{"."}, []string{"a.proto"}, map[string]string{"depot.a.v1.Code": "a.proto"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, tt.files)
			files, err := protosource.Compile(context.Background(), below(dir, tt.importPaths...), below(dir, tt.compile...))
			if err != nil {
				t.Fatal(err)
			}
			if got := enums(files); !maps.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCompileInTheWorkingDirectory(t *testing.T) {
	t.Chdir(write(t, map[string]string{"depot/a.proto": systemIn("depot.a.v1"), "b/code.proto": systemIn("depot.b.v1")}))
	files, err := protosource.Compile(context.Background(), nil, []string{"depot/a.proto", "./b/code.proto"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := enums(files), map[string]string{"depot.a.v1.Code": "depot/a.proto", "depot.b.v1.Code": "b/code.proto"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCompileSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		paths []string
		want  []string // parts of the error, in this order
	}{
		{"no such file", nil, []string{"none.proto"}, []string{"cannot read ", `none.proto": no such file or directory: use the path of a .proto file`}},
		{"a folder without files", map[string]string{"depot/x": ""}, []string{"depot"}, []string{"there are no .proto files in ", `depot": use the folder of your .proto files`}},
		{"an image that is not one", map[string]string{"a.binpb": "<html>"}, []string{"a.binpb"}, []string{"cannot read ", `use an image that "buf build --output" has written`}},
		{"an empty image", map[string]string{"a.json": "{}"}, []string{"a.json"}, []string{"cannot read ", "it has no files"}},
		{"a compressed image that is not one", map[string]string{"a.json.gz": "{}"}, []string{"a.json.gz"}, []string{"cannot read ", "use an image that"}},
		{"syntax", map[string]string{"a.proto": "syntax = \"proto3\";\nenum {\n"}, []string{"a.proto"}, []string{"a.proto:2:6: syntax error"}},
		{"a missing import", map[string]string{"a.proto": "syntax = \"proto3\";\nimport \"gone.proto\";\n"}, []string{"a.proto"}, []string{"a.proto:2:8", "gone.proto"}},
		{"an unknown option", map[string]string{"a.proto": strings.Replace(systemIn("depot.a.v1"), "grpc:", "grcp:", 1)}, []string{"a.proto"}, []string{"a.proto:11", "grcp"}},
		{"an unknown gRPC code", map[string]string{"a.proto": strings.Replace(systemIn("depot.a.v1"), "NOT_FOUND", "NOT_THERE", 1)}, []string{"a.proto"}, []string{"a.proto:11", "NOT_THERE"}},
		{"two errors at once", map[string]string{"a.proto": "syntax = \"proto3\";\nmessage A { Gone x = 1; }\nmessage B { Lost x = 1; }\n"}, []string{"a.proto"}, []string{"a.proto:2:13", "Gone", "\n", "a.proto:3:13", "Lost"}},
		{"errors in two files", map[string]string{
			"a.proto": "syntax = \"proto3\";\nmessage A { Gone x = 1; }\n", "b.proto": "syntax = \"proto3\";\nmessage B { Lost x = 1; }\n",
		}, []string{"a.proto", "b.proto"}, []string{"Gone", "Lost"}},
		{"one name in two files", map[string]string{"a.proto": systemIn("depot.a.v1"), "b.proto": systemIn("depot.a.v1")}, []string{"a.proto", "b.proto"}, []string{"depot.a.v1", "already defined"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, tt.files)
			_, err := protosource.Compile(context.Background(), []string{dir}, below(dir, tt.paths...))
			if err == nil {
				t.Fatal("no error")
			}
			rest := err.Error()
			for _, want := range tt.want {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("no %q in %q, or not in this order", want, err)
				}
				rest = after
			}
		})
	}
}

func TestCompileStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := write(t, map[string]string{"a.proto": systemIn("depot.a.v1")})
	if _, err := protosource.Compile(ctx, nil, below(dir, "a.proto")); err == nil {
		t.Error("no error")
	}
}

func TestCatalog(t *testing.T) {
	linked := []string{"legacy.elves.v1", "legacy.elves.v2"}
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string
		err   string
	}{
		{"no file: what is linked in", nil, linked, ""},
		{"a new system", map[string]string{"a.proto": systemIn("depot.a.v1")}, []string{"depot.a.v1"}, ""},
		{"a system that is linked in already", map[string]string{"a.proto": systemIn("legacy.elves.v2")}, []string{"legacy.elves.v2"}, ""},
		{"no system", map[string]string{"a.proto": `syntax = "proto3"; package p; enum Color { COLOR_UNSPECIFIED = 0; }`}, nil, "there are no enums with the option (statusmap.v1.system) in ["},
		{"a system that breaks a rule", map[string]string{"a.proto": strings.Replace(systemIn("depot.a.v1"), "fallback_for: [UNKNOWN]", "http: 99", 1)}, nil,
			"a.proto:5: depot.a.v1.Code: fallback_for: no code has fallback_for with UNKNOWN or INTERNAL: write fallback_for: INTERNAL on the code for all other errors\n" +
				"a.proto:11: depot.a.v1.PARCEL_LOST: http: 99 is not a valid HTTP status of a response: write one from 200 to 599"},
		{"not .proto", map[string]string{"a.proto": "<html>"}, nil, "a.proto:1:1: syntax error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, tt.files)
			c, _, err := protosource.Catalog(context.Background(), []string{dir}, below(dir, slices.Sorted(maps.Keys(tt.files))...))
			if tt.err != "" {
				if c != nil || err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, %v", c, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := domains(c); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.files != nil {
				if code, ok := c.Lookup(tt.want[0], "PARCEL_LOST"); !ok || code.LegacyCode() != "7" {
					t.Errorf("%s is not the system of the file", tt.want[0])
				}
			}
		})
	}
}

func domains(c *catalog.Catalog) []string {
	var list []string
	for _, s := range c.Systems() {
		list = append(list, s.Domain())
	}
	return list
}

func TestCatalogWithLinked(t *testing.T) {
	linked := []string{"legacy.elves.v1", "legacy.elves.v2"}
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"no file", "", linked},
		{"a new system", systemIn("depot.a.v1"), append([]string{"depot.a.v1"}, linked...)},
		{"a system that is linked in already", systemIn("legacy.elves.v2"), linked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sources []string
			if tt.source != "" {
				sources = below(write(t, map[string]string{"a.proto": tt.source}), "a.proto")
			}
			c, _, err := protosource.CatalogWithLinked(t.Context(), nil, sources)
			if err != nil {
				t.Fatal(err)
			}
			if got := domains(c); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if code, ok := c.Lookup("legacy.elves.v2", "PARCEL_LOST"); strings.Contains(tt.source, "elves") && (!ok || code.LegacyCode() != "7") {
				t.Error("legacy.elves.v2 is not the system of the file")
			}
		})
	}
}
