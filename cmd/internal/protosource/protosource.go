// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package protosource reads .proto files at run time, so that a system can be used before
// code is generated for it.
package protosource

import (
	"bytes"
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

	// Built in: files may import them.
	_ "google.golang.org/genproto/googleapis/api/annotations"
	_ "google.golang.org/genproto/googleapis/api/httpbody"
	_ "google.golang.org/genproto/googleapis/api/visibility"
	_ "google.golang.org/genproto/googleapis/rpc/code"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	_ "google.golang.org/genproto/googleapis/rpc/status"
)

// Files are the files of sources.
type Files struct {
	Registry *protoregistry.Files
	paths    map[string]string
}

// Path returns the path on disk of a file that other files import as name. It returns name
// if the file is not on disk, or only in a git repository.
func (f *Files) Path(name string) string { return cmp.Or(f.paths[name], name) }

// Compile is [Load] without the paths of the files.
func Compile(ctx context.Context, importPaths, sources []string) (*protoregistry.Files, error) {
	files, err := Load(ctx, importPaths, sources)
	if err != nil {
		return nil, err
	}
	return files.Registry, nil
}

// Load reads sources. Each is one of
//
//   - a .proto file
//   - a folder: its .proto files that name statusmap, and those of its folders, except
//     hidden ones
//   - a git reference, as buf writes it: .git#branch=main,subdir=proto
//   - a buf image or FileDescriptorSet: FILE.binpb or FILE.json, also with .gz
//
// It searches for imports in importPaths, in a folder that is a source, and in the folder
// of each file. The default of importPaths is the working directory. Files can always
// import statusmap/v1/options.proto and the files of google/api and google/rpc. The error
// has all syntax errors, one per line, sorted by file and line.
func Load(ctx context.Context, importPaths, list []string) (*Files, error) {
	l := &loader{
		importPaths: importPaths,
		given:       make(sources),
		files:       &Files{Registry: new(protoregistry.Files), paths: make(map[string]string)},
	}
	defer l.removeTemp()
	for _, source := range list {
		if err := l.add(ctx, source); err != nil {
			return nil, err
		}
	}
	if err := l.compile(ctx); err != nil {
		return nil, err
	}
	return l.files, nil
}

// A loader collects the files to compile.
type loader struct {
	importPaths []string // as given
	given       sources
	names       []string // of given, in their order
	roots       []string
	files       *Files
	temp        []string // folders to remove
}

// add adds a source.
func (l *loader) add(ctx context.Context, source string) error {
	info, err := os.Stat(source)
	switch repository, reference, isGit := strings.Cut(source, "#"); {
	case err != nil && isGit:
		return l.addGit(ctx, source, repository, reference)
	case err != nil:
		return fmt.Errorf("cannot read %q: %w: use the path of a .proto file, of a folder or of a buf image, or a git reference such as .git#branch=main,subdir=proto", source, cause(err))
	case info.IsDir():
		return l.addFolder(source, source, l.importPaths, true)
	case isImage(source):
		return l.addImage(source)
	}
	paths := l.importPaths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	return l.addFile(source, paths, true)
}

// addFile adds a .proto file. Its name is relative to the first folder that contains it.
func (l *loader) addFile(file string, folders []string, onDisk bool) error {
	path, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("cannot read %q: %w: use an absolute path", file, cause(err))
	}
	name, root := l.given.name(path, folders)
	if _, twice := l.given[name]; twice {
		return nil
	}
	l.given[name] = path
	l.names = append(l.names, name)
	l.roots = append(l.roots, root)
	if onDisk {
		l.files.paths[name] = filepath.ToSlash(file)
	}
	return nil
}

// addFolder adds the .proto files of a folder. Those that do not name statusmap have no
// options of ours, and are only compiled if others import them. source is what the user
// wrote.
func (l *loader) addFolder(source, folder string, importPaths []string, onDisk bool) error {
	found := 0
	paths := append(slices.Clone(importPaths), folder)
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != folder && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".proto":
			return nil
		case strings.HasSuffix("/"+filepath.ToSlash(path), "/"+statusmapv1.File_statusmap_v1_options_proto.Path()):
			return nil // built in
		}
		found++
		text, err := os.ReadFile(path) //nolint:gosec // the user named the folder
		if err != nil || !bytes.Contains(text, []byte("statusmap")) {
			return err
		}
		return l.addFile(path, paths, onDisk)
	})
	if err != nil {
		return fmt.Errorf("cannot read %q: %w: use a folder that can be read", source, cause(err))
	}
	if found == 0 {
		return fmt.Errorf("there are no .proto files in %q: use the folder of your .proto files", source)
	}
	l.roots = append(l.roots, folder)
	return nil
}

// compile compiles the files that were added.
func (l *loader) compile(ctx context.Context) error {
	if len(l.names) == 0 {
		return nil
	}
	roots := l.importPaths
	if len(roots) == 0 {
		roots = []string{"."}
	}
	var problems []reporter.ErrorWithPos
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
			protocompile.ResolverFunc(vocabulary),
			l.given,
			&protocompile.SourceResolver{ImportPaths: slices.Concat(l.roots, roots)},
			protocompile.ResolverFunc(googleapis),
		}),
		// With the places of the fields inside options.
		SourceInfoMode: protocompile.SourceInfoExtraOptionLocations,
		Reporter: reporter.NewReporter(func(err reporter.ErrorWithPos) error {
			problems = append(problems, err)
			return nil
		}, nil),
	}
	compiled, err := compiler.Compile(ctx, l.names...)
	if len(problems) > 0 {
		return join(problems)
	}
	if err != nil {
		return fmt.Errorf("cannot compile %s: %w", strings.Join(l.names, ", "), err)
	}
	for _, file := range compiled {
		if err := l.files.Registry.RegisterFile(file); err != nil {
			return fmt.Errorf("cannot use %q: %w: use only one of the files that define the name", file.Path(), err)
		}
	}
	return nil
}

// googleapis resolves the files of google/api and google/rpc to those that are linked into
// the program. Files with these names in the user's folders are used first.
func googleapis(path string) (protocompile.SearchResult, error) {
	if !strings.HasPrefix(path, "google/api/") && !strings.HasPrefix(path, "google/rpc/") {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	file, err := protoregistry.GlobalFiles.FindFileByPath(path)
	return protocompile.SearchResult{Desc: file}, err
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

// Catalog returns the catalog of the systems in sources. If there are no sources, it has the
// systems that are linked into the program.
func Catalog(ctx context.Context, importPaths, sources []string) (_ *catalog.Catalog, warnings catalog.Problems, err error) {
	if len(sources) == 0 {
		linked, err := catalog.Default()
		return linked, nil, err
	}
	registry, err := Compile(ctx, importPaths, sources)
	if err != nil {
		return nil, nil, err
	}
	loaded, err := catalog.FromFiles(registry)
	if err != nil {
		return nil, nil, err
	}
	if len(loaded.Systems()) == 0 {
		return nil, nil, fmt.Errorf("there are no enums with the option (statusmap.v1.system) in %q: add the option to the enum of the error table", sources)
	}
	return loaded, loaded.Warnings(), nil
}

// CatalogWithLinked is [Catalog] with the systems that are linked into the program. If a
// source has a system of the same domain, that is used.
func CatalogWithLinked(ctx context.Context, importPaths, sources []string) (_ *catalog.Catalog, warnings catalog.Problems, err error) {
	linked, err := catalog.Default()
	if err != nil || len(sources) == 0 {
		return linked, nil, err
	}
	loaded, warnings, err := Catalog(ctx, importPaths, sources)
	if err != nil {
		return nil, nil, err
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
	return cat, warnings, err
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
