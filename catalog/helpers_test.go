// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	apiswitchv1 "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	elvesv1 "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	esbv1 "github.com/statusmap/statusmap/gen/legacy/esb/v1"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv1 "github.com/statusmap/statusmap/gen/legacy/job/v1"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/prototest"
)

// linkedFiles are the files of the six systems that are linked into the test, and of
// ESB, which JOB imports. A file is after its imports.
var linkedFiles = []protoreflect.FileDescriptor{
	apiswitchv1.File_legacy_apiswitch_v1_code_proto,
	elvesv1.File_legacy_elves_v1_code_proto,
	elvesv2.File_legacy_elves_v2_code_proto,
	jarvisv2.File_legacy_jarvis_v2_code_proto,
	esbv1.File_legacy_esb_v1_code_proto,
	jobv1.File_legacy_job_v1_code_proto,
	jobv2.File_legacy_job_v2_code_proto,
}

const optionsPath = "statusmap/v1/options.proto"

// A vocabulary is the options.proto that compile uses.
type vocabulary int

const (
	linkedOptions vocabulary = iota // the generated file
	sourceOptions                   // compiled from its source: other Go types
)

// compile compiles .proto sources by path. The files are sorted by path.
func compile(t testing.TB, from vocabulary, sources map[string]string) []protoreflect.FileDescriptor {
	t.Helper()
	files, err := tryCompile(t, from, sources)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func tryCompile(t testing.TB, from vocabulary, sources map[string]string) ([]protoreflect.FileDescriptor, error) {
	t.Helper()
	if from == linkedOptions {
		return prototest.TryCompile(t, sources)
	}
	sources = maps.Clone(sources)
	sources[optionsPath] = optionsSource(t)
	files, err := prototest.TryCompile(t, sources)
	return slices.DeleteFunc(files, func(f protoreflect.FileDescriptor) bool { return f.Path() == optionsPath }), err
}

// optionsSource returns the source of options.proto.
func optionsSource(t testing.TB) string {
	t.Helper()
	options, err := os.ReadFile(filepath.Join("..", "proto", filepath.FromSlash(optionsPath)))
	if err != nil {
		t.Fatal(err)
	}
	return string(options)
}

func registry(t testing.TB, files ...protoreflect.FileDescriptor) *protoregistry.Files {
	t.Helper()
	r := new(protoregistry.Files)
	for _, file := range files {
		if err := r.RegisterFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// fromSource returns the catalog of one .proto source.
func fromSource(t testing.TB, source string) (*catalog.Catalog, error) {
	t.Helper()
	return catalog.FromFiles(registry(t, compile(t, linkedOptions, map[string]string{"test.proto": source})...))
}

// system returns the system of a .proto source with one system and no problems.
func system(t testing.TB, source string) *catalog.System {
	t.Helper()
	c, err := fromSource(t, source)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Systems()); n != 1 {
		t.Fatalf("%d systems, want 1", n)
	}
	return c.Systems()[0]
}

// A source is a .proto file with one system. The zero value has no problems.
type source struct {
	pkg     string // default: test.v1
	options string // of the system; default: goodOptions
	values  string // in addition to CODE_UNSPECIFIED and UNKNOWN_ERROR
	rest    string // after the enum
}

const goodOptions = `
    language: "en"
    envelope: {failure: '{"code":{code},"message":{message}}'}`

func (s source) String() string {
	if s.pkg == "" {
		s.pkg = "test.v1"
	}
	if s.options == "" {
		s.options = goodOptions
	}
	return fmt.Sprintf(`syntax = "proto3";
package %s;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {%s
  };
  CODE_UNSPECIFIED = 0;
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: INTERNAL message: "Unknown" fallback_for: [UNKNOWN]}];
%s
}
%s
`, s.pkg, s.options, s.values, s.rest)
}

func defaultCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// allCodes returns the codes of the six systems.
func allCodes(t testing.TB) []*catalog.Code {
	t.Helper()
	var codes []*catalog.Code
	for _, s := range defaultCatalog(t).Systems() {
		codes = append(codes, s.Codes()...)
	}
	if len(codes) < 400 {
		t.Fatalf("%d codes are linked in, want those of six systems", len(codes))
	}
	return codes
}

func problemsOf(t testing.TB, err error) catalog.Problems {
	t.Helper()
	var problems catalog.Problems
	if err != nil && !errors.As(err, &problems) {
		t.Fatalf("the error is a %T, want Problems: %v", err, err)
	}
	return problems
}
