// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package protosource_test

import (
	"bytes"
	"compress/gzip"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
)

func TestFolder(t *testing.T) {
	dir := write(t, map[string]string{
		"proto/depot/a/v1/code.proto": systemIn("depot.a.v1", `import "depot/common.proto";`),
		"proto/depot/b/v1/code.proto": systemIn("depot.b.v1"),
		"proto/depot/common.proto":    `syntax = "proto3"; package depot.common;`,
		"proto/depot/foreign.proto":   `syntax = "proto3"; import "buf/validate/validate.proto";`,
		"proto/.hidden/code.proto":    systemIn("depot.a.v1"),
		// A copy for other tools.
		"proto/statusmap/v1/options.proto": `syntax = "proto3"; package statusmap.v1; broken`,
		"proto/README.md":                  "statusmap",
	})
	for _, tt := range []struct {
		name        string
		importPaths []string
		folder      string
		want        map[string]string
	}{
		{"imports are relative to the folder", nil, "proto",
			map[string]string{"depot.a.v1.Code": "depot/a/v1/code.proto", "depot.b.v1.Code": "depot/b/v1/code.proto"}},
		{"imports are relative to an import path", below(dir, "proto"), "proto/depot/a",
			map[string]string{"depot.a.v1.Code": "depot/a/v1/code.proto"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files, err := protosource.Load(t.Context(), tt.importPaths, below(dir, tt.folder))
			if err != nil {
				t.Fatal(err)
			}
			if got := enums(files.Registry); !maps.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			want := filepath.ToSlash(filepath.Join(dir, "proto/depot/a/v1/code.proto"))
			if got := files.Path("depot/a/v1/code.proto"); got != want {
				t.Errorf("the path is %q, want %q", got, want)
			}
			if got := files.Path("depot/common.proto"); got != "depot/common.proto" {
				t.Errorf("the path of an import is %q", got)
			}
		})
	}
}

// TestGoogleapis: files may import the files of google/api and google/rpc, or have their own.
func TestGoogleapis(t *testing.T) {
	source := systemIn("depot.a.v1", `import "google/api/annotations.proto";`, `import "google/api/field_behavior.proto";`,
		`import "google/api/httpbody.proto";`, `import "google/api/visibility.proto";`, `import "google/rpc/code.proto";`,
		`import "google/rpc/error_details.proto";`, `import "google/rpc/status.proto";`) +
		`message M { google.rpc.Status status = 1 [(google.api.field_behavior) = REQUIRED]; }`
	dir := write(t, map[string]string{"a.proto": source, "google/api/httpbody.proto": `syntax = "proto3"; package google.api; message HttpBody {}`})
	if _, err := protosource.Compile(t.Context(), nil, below(dir, "a.proto")); err != nil {
		t.Error(err)
	}
}

// TestImages: an image has the systems and the lines of its files.
func TestImages(t *testing.T) {
	dir := write(t, map[string]string{"a.proto": strings.Replace(systemIn("depot.a.v1"), "grpc: NOT_FOUND", "grpc: NOT_FOUND http: 99", 1)})
	compiled, err := protosource.Compile(t.Context(), nil, below(dir, "a.proto"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := compiled.FindFileByPath("a.proto")
	if err != nil {
		t.Fatal(err)
	}
	for _, withImports := range []bool{true, false} {
		set := new(descriptorpb.FileDescriptorSet)
		if withImports {
			vocabulary := a.Imports().Get(0)
			set.File = append(set.File, protodesc.ToFileDescriptorProto(vocabulary.Imports().Get(0)), protodesc.ToFileDescriptorProto(vocabulary))
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(a))
		binary, err := proto.Marshal(set)
		if err != nil {
			t.Fatal(err)
		}
		text, err := protojson.Marshal(set)
		if err != nil {
			t.Fatal(err)
		}
		// buf adds a field to each file.
		text = bytes.Replace(text, []byte(`"name":"a.proto"`), []byte(`"name":"a.proto","bufExtension":{"isImport":false}`), 1)
		for name, content := range map[string][]byte{
			"image.binpb": binary, "image.bin": binary, "image.pb": binary, "image.json": text,
			"image.binpb.gz": compressed(t, binary), "image.json.gz": compressed(t, text),
		} {
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			registry, err := protosource.Compile(t.Context(), nil, []string{file})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			const want = "a.proto:11: depot.a.v1.PARCEL_LOST: http: 99 is not a valid HTTP status"
			if _, err := catalog.FromFiles(registry); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
}

func compressed(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSourcesTogether: an image and a folder may be used together, but not with the same
// names.
func TestSourcesTogether(t *testing.T) {
	dir := write(t, map[string]string{"a/a.proto": systemIn("depot.a.v1"), "b/b.proto": systemIn("depot.b.v1"), "c/c.proto": systemIn("depot.a.v1")})
	compiled, err := protosource.Compile(t.Context(), nil, below(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	set := new(descriptorpb.FileDescriptorSet)
	compiled.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
		return true
	})
	raw, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.binpb"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	both, err := protosource.Compile(t.Context(), nil, below(dir, "a.binpb", "b"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(enums(both))), []string{"depot.a.v1.Code", "depot.b.v1.Code"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := protosource.Compile(t.Context(), nil, below(dir, "a.binpb", "c")); err == nil || !strings.Contains(err.Error(), "use only one of the files that define the name") {
		t.Errorf("got %v for two files with the same names", err)
	}
}

// newRepository returns a git repository. Its history is: file a (tag v1), file b in folder
// proto (branch main), and an uncommitted change.
func newRepository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal(err)
	}
	dir := write(t, map[string]string{"proto/a.proto": systemIn("depot.a.v1"), ".gitattributes": "*.proto export-ignore\n"})
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=Ann", "-c", "user.email=ann@example.com"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	add := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "main")
	git("add", ".")
	git("commit", "-q", "-m", "one")
	git("tag", "v1")
	add("proto/depot/b.proto", systemIn("depot.b.v1", `import "lib/common.proto";`))
	add("lib/lib/common.proto", `syntax = "proto3"; package common;`)
	add("proto/lib/common.proto", `syntax = "proto3"; package common;`)
	git("add", ".")
	git("commit", "-q", "-m", "two")
	git("update-ref", "refs/remotes/origin/released", "HEAD~1")
	add("proto/a.proto", "not committed")
	return dir
}

func TestGit(t *testing.T) {
	dir := newRepository(t)
	a, b := "depot.a.v1.Code", "depot.b.v1.Code"
	for _, tt := range []struct {
		source      string
		importPaths []string
		want        map[string]string
	}{
		{".git#branch=main,subdir=proto", nil, map[string]string{a: "a.proto", b: "depot/b.proto"}},
		{".git#subdir=proto", nil, map[string]string{a: "a.proto", b: "depot/b.proto"}},
		{".#ref=HEAD,subdir=proto/", nil, map[string]string{a: "a.proto", b: "depot/b.proto"}},
		{".git#tag=v1,subdir=proto", nil, map[string]string{a: "a.proto"}},
		{".git#ref=HEAD~1", nil, map[string]string{a: "proto/a.proto"}},
		{".git#commit=v1,subdir=.", nil, map[string]string{a: "proto/a.proto"}},
		{".git#branch=released", nil, map[string]string{a: "proto/a.proto"}},
		{".git#branch=main", []string{"proto"}, map[string]string{a: "a.proto", b: "depot/b.proto"}},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Chdir(dir)
			// A hook of git has this.
			t.Setenv("GIT_DIR", "/nowhere")
			files, err := protosource.Load(t.Context(), tt.importPaths, []string{tt.source})
			if err != nil {
				t.Fatal(err)
			}
			if got := enums(files.Registry); !maps.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			for _, name := range tt.want {
				if files.Path(name) != name {
					t.Errorf("the path of %s is %q", name, files.Path(name))
				}
			}
		})
	}
}

func TestGitSaysWhatIsWrong(t *testing.T) {
	dir := newRepository(t)
	t.Chdir(dir)
	// No folder may be left.
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, tt := range []struct{ source, want string }{
		{".git#branch=none", `cannot read ".git#branch=none": git: fatal: Needed a single revision: fetch it, and write one such as .git#branch=main`},
		{".git#ref=--all", `git: fatal:`},
		{"none/.git#branch=main", "git: fatal:"},
		{".git#main", `".git#main" has the key "main" without a value: write one such as .git#branch=main`},
		{".git#brnch=main", `has the unknown key "brnch": write one such as`},
		{".git#branch=main,subdir=../x", "has a subdir outside of the repository"},
		{".git#branch=main,subdir=none", `there are no .proto files in ".git#branch=main,subdir=none"`},
		{"https://example.com/depot.git#branch=main", "is not a repository on this machine: run git fetch, and write one such as"},
		{"main:proto", "a git reference such as .git#branch=main,subdir=proto"},
	} {
		t.Run(tt.source, func(t *testing.T) {
			_, err := protosource.Load(t.Context(), nil, []string{tt.source})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), temp) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
