// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package protosource compiles .proto files at run time, so that a system can be used
// before code is generated for it.
package protosource

import (
	"cmp"
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

// Compile compiles .proto files. It searches for imports in importPaths and in the folder
// of each file. The default of importPaths is the working directory. Files can always
// import statusmap/v1/options.proto. The error has all syntax errors, one per line,
// sorted by file and line.
func Compile(ctx context.Context, importPaths, files []string) (*protoregistry.Files, error) {
	if len(importPaths) == 0 {
		importPaths = []string{"."}
	}
	given := make(sources, len(files))
	names := make([]string, 0, len(files))
	roots := slices.Clone(importPaths)
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("cannot read %q: %w: use the path of a .proto file", file, cause(err))
		}
		path, err := filepath.Abs(file)
		if err != nil {
			return nil, fmt.Errorf("cannot read %q: %w: use an absolute path", file, cause(err))
		}
		name, root := given.name(path, importPaths)
		if _, twice := given[name]; !twice {
			given[name] = path
			names = append(names, name)
			roots = append(roots, root)
		}
	}
	var problems []reporter.ErrorWithPos
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
			protocompile.ResolverFunc(vocabulary),
			given,
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
		return nil, join(problems)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot compile %s: %w", strings.Join(files, ", "), err)
	}
	registry := new(protoregistry.Files)
	for _, file := range compiled {
		if err := registry.RegisterFile(file); err != nil {
			return nil, fmt.Errorf("cannot use %q: %w: compile only one of the files that define the name", file.Path(), err)
		}
	}
	return registry, nil
}

// vocabulary resolves statusmap/v1/options.proto to the file that is linked into the
// program. A copy in the user's folders is ignored, since the Go types of the options
// belong to the linked file.
func vocabulary(path string) (protocompile.SearchResult, error) {
	if path != statusmapv1.File_statusmap_v1_options_proto.Path() {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	return protocompile.SearchResult{Desc: statusmapv1.File_statusmap_v1_options_proto}, nil
}

// sources maps the names of the files to compile to their paths.
type sources map[string]string

// FindFileByPath opens a file to compile. The import paths may have another file with
// the same name, which is ignored.
func (s sources) FindFileByPath(name string) (protocompile.SearchResult, error) {
	path, ok := s[name]
	if !ok {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	file, err := os.Open(path)                          //nolint:gosec // the user named it
	return protocompile.SearchResult{Source: file}, err // the compiler closes it
}

// name returns the name of the file at path, and the folder to which the name is
// relative. This folder is the first import path that contains the file, or else the
// file's folder. If another file already has the name, name adds parent folders, since
// many files may have a name such as code.proto.
func (s sources) name(path string, importPaths []string) (name, root string) {
	name, root = filepath.Base(path), filepath.Dir(path)
	for _, dir := range importPaths {
		abs, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(abs, path); err == nil && filepath.IsLocal(rel) {
			name, root = filepath.ToSlash(rel), abs
			break
		}
	}
	for s[name] != "" && s[name] != path && filepath.Dir(root) != root {
		name, root = filepath.Base(root)+"/"+name, filepath.Dir(root)
	}
	return name, root
}

// join joins problems, sorted by file, line and column. The compiler compiles files
// concurrently, so their order is random.
func join(problems []reporter.ErrorWithPos) error {
	slices.SortStableFunc(problems, func(a, b reporter.ErrorWithPos) int {
		x, y := a.GetPosition(), b.GetPosition()
		return cmp.Or(cmp.Compare(x.Filename, y.Filename), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Col, y.Col))
	})
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

func cause(err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return path.Err
	}
	return err
}

// Catalog returns the catalog of the systems that are linked into the program and those
// in .proto files. If both have the same domain, the system of the file is used. The
// warnings are those of the files.
func Catalog(ctx context.Context, importPaths, files []string) (_ *catalog.Catalog, warnings catalog.Problems, err error) {
	linked, err := catalog.Default()
	if err != nil {
		return nil, nil, err
	}
	if len(files) == 0 {
		return linked, nil, nil
	}
	registry, err := Compile(ctx, importPaths, files)
	if err != nil {
		return nil, nil, err
	}
	loaded, err := catalog.FromFiles(registry)
	if err != nil {
		return nil, nil, err
	}
	if len(loaded.Systems()) == 0 {
		return nil, nil, fmt.Errorf("there are no enums with the option (statusmap.v1.system) in %q: add the option to the enum of the error table", files)
	}
	var enums []protoreflect.EnumDescriptor
	for _, s := range loaded.Systems() {
		enums = append(enums, enumsOf(s)...)
	}
	for _, s := range linked.Systems() {
		if _, replaced := loaded.System(s.Domain()); !replaced {
			enums = append(enums, enumsOf(s)...)
		}
	}
	cat, err := catalog.New(enums...)
	return cat, loaded.Warnings(), err
}

// enumsOf returns the enum of a system and those that it includes.
func enumsOf(s *catalog.System) []protoreflect.EnumDescriptor {
	enums := []protoreflect.EnumDescriptor{s.Descriptor()}
	for _, code := range s.Codes() {
		if enum, ok := code.Descriptor().Parent().(protoreflect.EnumDescriptor); ok && !slices.Contains(enums, enum) {
			enums = append(enums, enum)
		}
	}
	return enums
}
