// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package prototest compiles .proto sources in tests.
//
// The compiler is in module cmd, so that the library's module does not require it. Each
// test program starts one compiler process with the go command.
package prototest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	// Sources may import statusmap/v1/options.proto.
	_ "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// Compile compiles sources by path and returns the files, sorted by path. If an import
// is not in sources, Compile uses the file that is linked into the program.
//
// If sources has statusmap/v1/options.proto, the options are dynamic messages, as in a
// program without generated code for that file.
func Compile(t testing.TB, sources map[string]string) []protoreflect.FileDescriptor {
	t.Helper()
	files, err := TryCompile(t, sources)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TryCompile is like Compile, but returns an error if the sources cannot be compiled.
func TryCompile(t testing.TB, sources map[string]string) ([]protoreflect.FileDescriptor, error) {
	t.Helper()
	process, err := start()
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the compiler is in module cmd, which is missing (%v): run the tests in a clone of the repository", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	raw, err := process.compile(sources)
	if err != nil {
		return nil, err
	}
	return link(raw, sources)
}

// Register compiles a source and adds it to protoregistry.GlobalFiles, as generated code
// does.
func Register(t testing.TB, path, source string) {
	t.Helper()
	for _, file := range Compile(t, map[string]string{path: source}) {
		if err := protoregistry.GlobalFiles.RegisterFile(file); err != nil {
			t.Fatal(err)
		}
	}
}

// A compiler is a process that compiles one request at a time.
type compiler struct {
	mu   sync.Mutex
	to   *json.Encoder
	from *json.Decoder
}

// start starts the compiler on the first call. The compiler ends when the test program
// ends, which closes the compiler's input.
var start = sync.OnceValues(func() (*compiler, error) {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..")
	if _, err := os.Stat(filepath.Join(root, "cmd", "go.mod")); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "run", "./cmd/internal/protocompiler")
	cmd.Dir = root
	// The compiler always uses the workspace, even if the tests run with GOWORK=off.
	cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(root, "go.work"), "GOFLAGS=-buildvcs=false")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start the compiler: %w", err)
	}
	return &compiler{to: json.NewEncoder(in), from: json.NewDecoder(out)}, nil
})

func (c *compiler) compile(sources map[string]string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.to.Encode(map[string]any{"Sources": sources}); err != nil {
		return nil, fmt.Errorf("cannot send a request to the compiler: %w", err)
	}
	var response struct {
		Files []byte
		Error string
	}
	if err := c.from.Decode(&response); err != nil {
		return nil, fmt.Errorf("cannot read the response of the compiler: %w", err)
	}
	if response.Error != "" {
		return nil, errors.New(response.Error)
	}
	return response.Files, nil
}

// link returns the descriptors of sources from a FileDescriptorSet, in which the imports
// of a file come before it.
func link(raw []byte, sources map[string]string) ([]protoreflect.FileDescriptor, error) {
	files, err := register(raw, sources, new(protoregistry.Types))
	if err != nil {
		return nil, err
	}
	// Parse the set again. The options that sources define are known now.
	files, err = register(raw, sources, optionTypes{dynamicpb.NewTypes(files)})
	if err != nil {
		return nil, err
	}
	var list []protoreflect.FileDescriptor
	for _, path := range slices.Sorted(maps.Keys(sources)) {
		file, err := files.FindFileByPath(path)
		if err != nil {
			return nil, err
		}
		list = append(list, file)
	}
	return list, nil
}

// optionTypes finds extensions in the sources first, and then in the program.
type optionTypes struct{ *dynamicpb.Types }

func (o optionTypes) FindExtensionByName(name protoreflect.FullName) (protoreflect.ExtensionType, error) {
	if x, err := o.Types.FindExtensionByName(name); err == nil {
		return x, nil
	}
	return protoregistry.GlobalTypes.FindExtensionByName(name)
}

func (o optionTypes) FindExtensionByNumber(message protoreflect.FullName, number protoreflect.FieldNumber) (protoreflect.ExtensionType, error) {
	if x, err := o.Types.FindExtensionByNumber(message, number); err == nil {
		return x, nil
	}
	return protoregistry.GlobalTypes.FindExtensionByNumber(message, number)
}

// A typeResolver finds the types of options.
type typeResolver interface {
	protoregistry.MessageTypeResolver
	protoregistry.ExtensionTypeResolver
}

func register(raw []byte, sources map[string]string, types typeResolver) (*protoregistry.Files, error) {
	set := new(descriptorpb.FileDescriptorSet)
	if err := (proto.UnmarshalOptions{Resolver: types}).Unmarshal(raw, set); err != nil {
		return nil, err
	}
	files := new(protoregistry.Files)
	for _, p := range set.GetFile() {
		if _, given := sources[p.GetName()]; !given {
			if _, err := protoregistry.GlobalFiles.FindFileByPath(p.GetName()); err == nil {
				continue
			}
		}
		file, err := protodesc.NewFile(p, resolver{files})
		if err != nil {
			return nil, err
		}
		if err := files.RegisterFile(file); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// A resolver finds descriptors in the compiled files first, and then in the program.
type resolver struct{ compiled *protoregistry.Files }

func (r resolver) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if file, err := r.compiled.FindFileByPath(path); err == nil {
		return file, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

func (r resolver) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if d, err := r.compiled.FindDescriptorByName(name); err == nil {
		return d, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}
