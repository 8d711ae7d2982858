// Package protosource compiles .proto files at run time, so that a legacy system
// can be tried before any code is generated for it.
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

// Compile compiles .proto files. Imports are looked up below importPaths (none:
// the working directory), and beside each file; the vocabulary,
// statusmap/v1/options.proto, is always there. The error holds all syntax errors,
// a line each, in the order of the files.
func Compile(ctx context.Context, importPaths, files []string) (*protoregistry.Files, error) {
	if len(importPaths) == 0 {
		importPaths = []string{"."}
	}
	given := make(sources, len(files))
	names := make([]string, 0, len(files))
	roots := slices.Clone(importPaths)
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", file, cause(err))
		}
		path, err := filepath.Abs(file)
		if err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", file, cause(err))
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

// sources are the files to compile: name to path.
type sources map[string]string

// FindFileByPath gives a file that was named for compilation itself, whatever
// stands below the import paths under the same name.
func (s sources) FindFileByPath(name string) (protocompile.SearchResult, error) {
	path, ok := s[name]
	if !ok {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	file, err := os.Open(path)                          //nolint:gosec // the user named it
	return protocompile.SearchResult{Source: file}, err // the compiler closes it
}

// name returns the name of the file at path, and the folder that it is relative
// to: the first import path above it, else its own folder. Where another file has
// that name already, it is longer: every repository has many code.proto.
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

// join joins problems in the order of the files: the compiler reads several at
// once.
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
