// Command protocompiler compiles .proto sources for the tests of the root
// module, so that the library's go.mod needs no compiler. For each request on
// standard input, a line of JSON, it writes a line to standard output. It ends
// with its input. Package internal/prototest starts it.
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

// A request has the sources to compile, by path. The vocabulary and the files
// of protobuf itself need not be among them.
type request struct {
	Sources map[string]string
}

// A response has either a FileDescriptorSet, in which a file follows its
// imports, or what is wrong with the sources.
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

// vocabulary resolves options.proto to the one that is linked in.
func vocabulary(path string) (protocompile.SearchResult, error) {
	if path != statusmapv1.File_statusmap_v1_options_proto.Path() {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	return protocompile.SearchResult{Desc: statusmapv1.File_statusmap_v1_options_proto}, nil
}
