// Package protosource compiles .proto files at run time, so that a legacy system
// can be tried before any code is generated for it.
package protosource

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// Compile compiles .proto files. Imports are looked up below importPaths (none:
// the working directory), and beside each file; the vocabulary,
// statusmap/v1/options.proto, is always there. The error holds all syntax errors,
// a line each.
func Compile(ctx context.Context, importPaths, files []string) (*protoregistry.Files, error) {
	if len(importPaths) == 0 {
		importPaths = []string{"."}
	}
	names := make([]string, len(files))
	roots := importPaths
	for i, file := range files {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", file, cause(err))
		}
		name, root := relative(file, importPaths)
		names[i] = name
		if root != "" {
			roots = append(slices.Clip(roots), root)
		}
	}
	var problems []error
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
			protocompile.ResolverFunc(vocabulary),
			&protocompile.SourceResolver{ImportPaths: roots},
		}),
		SourceInfoMode: protocompile.SourceInfoStandard,
		Reporter: reporter.NewReporter(func(err reporter.ErrorWithPos) error {
			problems = append(problems, err)
			return nil
		}, nil),
	}
	compiled, err := compiler.Compile(ctx, names...)
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot compile %s: %w", strings.Join(files, ", "), err)
	}
	registry := new(protoregistry.Files)
	for _, file := range compiled {
		if err := registry.RegisterFile(file); err != nil {
			return nil, fmt.Errorf("cannot use %s: %w", file.Path(), err)
		}
	}
	return registry, nil
}

// vocabulary resolves options.proto to the one linked in: it has to be that very
// file, whatever copy stands beside the system's.
func vocabulary(path string) (protocompile.SearchResult, error) {
	if path != statusmapv1.File_statusmap_v1_options_proto.Path() {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	return protocompile.SearchResult{Desc: statusmapv1.File_statusmap_v1_options_proto}, nil
}

// relative returns a file's name below an import path; where it is below none,
// its base name and its folder as one more path.
func relative(file string, importPaths []string) (name, root string) {
	for _, dir := range importPaths {
		rel, err := filepath.Rel(dir, file)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return filepath.ToSlash(rel), ""
		}
	}
	return filepath.Base(file), filepath.Dir(file)
}

func cause(err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return path.Err
	}
	return err
}

// Catalog returns the systems linked into the program together with those in
// .proto files; a domain that is in both is the file's.
func Catalog(ctx context.Context, importPaths, files []string) (*catalog.Catalog, error) {
	linked, err := catalog.Default()
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return linked, nil
	}
	registry, err := Compile(ctx, importPaths, files)
	if err != nil {
		return nil, err
	}
	loaded, err := catalog.FromFiles(registry)
	if err != nil {
		return nil, err
	}
	if len(loaded.Systems()) == 0 {
		return nil, fmt.Errorf("no enum with the option (statusmap.v1.system) in %s", strings.Join(files, ", "))
	}
	var enums []protoreflect.EnumDescriptor
	for _, s := range loaded.Systems() {
		enums = append(enums, s.Descriptor())
	}
	for _, s := range linked.Systems() {
		if _, replaced := loaded.System(s.Domain()); !replaced {
			enums = append(enums, s.Descriptor())
		}
	}
	return catalog.New(enums...)
}
