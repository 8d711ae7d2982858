// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Command protocompiler compiles .proto sources for the tests of the root module, so that
// the library's go.mod does not require a compiler. Package internal/prototest starts it.
//
// Each request is a line of JSON on standard input. The response is a line of JSON on
// standard output. The command ends at the end of its input.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// A request has the sources to compile by path. statusmap/v1/options.proto and the files
// of google/protobuf are built in.
type request struct {
	Sources map[string]string
}

// A response has either a FileDescriptorSet or an error. In the set, the imports of a file
// come before the file.
type response struct {
	Files []byte
	Error string
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "protocompiler:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	requests, responses := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r request
		if err := requests.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		set, err := compile(context.Background(), r.Sources)
		var answer response
		if err != nil {
			answer.Error = err.Error()
		} else if answer.Files, err = proto.Marshal(set); err != nil {
			return err
		}
		if err := responses.Encode(answer); err != nil {
			return err
		}
	}
}

func compile(ctx context.Context, sources map[string]string) (*descriptorpb.FileDescriptorSet, error) {
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
			&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(sources)},
			protocompile.ResolverFunc(vocabulary),
		}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(ctx, slices.Sorted(maps.Keys(sources))...)
	if err != nil {
		return nil, err
	}
	set := new(descriptorpb.FileDescriptorSet)
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
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, file := range compiled {
		add(file)
	}
	return set, nil
}

// vocabulary resolves statusmap/v1/options.proto to the file that is linked into the
// program.
func vocabulary(path string) (protocompile.SearchResult, error) {
	if path != statusmapv1.File_statusmap_v1_options_proto.Path() {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	return protocompile.SearchResult{Desc: statusmapv1.File_statusmap_v1_options_proto}, nil
}
