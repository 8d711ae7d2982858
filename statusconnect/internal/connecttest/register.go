// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package connecttest

import (
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	_ "google.golang.org/protobuf/types/known/emptypb"    // of the requests
	_ "google.golang.org/protobuf/types/known/wrapperspb" // of the responses

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// Register links a service Tests into the program, with the dialects of it and of its
// methods by name; "" is no option. The methods take an Empty and return a StringValue. The
// test must not be parallel.
func Register(t testing.TB, pkg, dialect string, methods map[string]string) protoreflect.ServiceDescriptor {
	t.Helper()
	path := pkg + ".proto"
	if file, err := protoregistry.GlobalFiles.FindFileByPath(path); err == nil {
		return file.Services().Get(0) // the test runs more than once
	}
	service := &descriptorpb.ServiceDescriptorProto{Name: proto.String("Tests"), Options: &descriptorpb.ServiceOptions{}}
	if dialect != "" {
		proto.SetExtension(service.Options, statusmapv1.E_Service, &statusmapv1.RPCOptions{Dialect: dialect})
	}
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		method := &descriptorpb.MethodDescriptorProto{
			Name: &name, Options: &descriptorpb.MethodOptions{},
			InputType: proto.String(".google.protobuf.Empty"), OutputType: proto.String(".google.protobuf.StringValue"),
		}
		if methods[name] != "" {
			proto.SetExtension(method.Options, statusmapv1.E_Method, &statusmapv1.RPCOptions{Dialect: methods[name]})
		}
		service.Method = append(service.Method, method)
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: &path, Package: &pkg, Syntax: proto.String("proto3"),
		Dependency: []string{"google/protobuf/empty.proto", "google/protobuf/wrappers.proto", "statusmap/v1/options.proto"},
		Service:    []*descriptorpb.ServiceDescriptorProto{service},
	}, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	if err := protoregistry.GlobalFiles.RegisterFile(file); err != nil {
		t.Fatal(err)
	}
	return file.Services().Get(0)
}
