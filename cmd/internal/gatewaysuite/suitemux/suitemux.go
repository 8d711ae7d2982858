// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package suitemux creates the muxes for the tests of grpc-gateway. gatewaysuite copies
// it into a copy of grpc-gateway's module, whose tests call it instead of
// runtime.NewServeMux.
package suitemux

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/statushttp"
)

// NewServeMux returns a mux with statusmap's options, followed by the options of the
// test. The environment variable SUITE selects statusmap's options:
//
//   - none: no request has a dialect.
//   - own_domain: no request has a dialect, but an error of a known domain would be
//     answered in its own system.
//   - dialect: all requests have a dialect with the JSON of grpc-gateway as its envelope.
func NewServeMux(opts ...runtime.ServeMuxOption) *runtime.ServeMux {
	options := []statushttp.Option{statushttp.WithLogger(slog.New(slog.DiscardHandler))}
	switch suite := os.Getenv("SUITE"); suite {
	case "none":
	case "own_domain":
		options = append(options, statushttp.WithOwnDomain())
	case "dialect":
		options = append(options, statushttp.WithCatalog(grpcGatewaysOwn()), statushttp.WithDefaultDomain("suite.v1"))
	default:
		panic(fmt.Sprintf("SUITE is %q: set it to none, own_domain or dialect", suite))
	}
	codec, err := statushttp.New(options...)
	if err != nil {
		panic(err)
	}
	return runtime.NewServeMux(append(gateway.New(codec).MuxOptions(), opts...)...)
}

// grpcGatewaysOwn returns a catalog with one system. It has one code for each gRPC code,
// and its envelope is the JSON of runtime.DefaultHTTPErrorHandler.
func grpcGatewaysOwn() *catalog.Catalog {
	options := new(descriptorpb.EnumOptions)
	proto.SetExtension(options, statusmapv1.E_System, &statusmapv1.SystemOptions{
		Title:    "grpc-gateway's own JSON",
		Language: "en",
		Envelope: &statusmapv1.Envelope{Failure: `{"code":{code},"message":{message},"details":[]}`},
	})
	enum := &descriptorpb.EnumDescriptorProto{
		Name:    new("Code"),
		Options: options,
		Value:   []*descriptorpb.EnumValueDescriptorProto{{Name: new("CODE_UNSPECIFIED"), Number: new(int32(0))}},
	}
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		value := new(descriptorpb.EnumValueOptions)
		proto.SetExtension(value, statusmapv1.E_Code, &statusmapv1.CodeOptions{
			Grpc:        statusmapv1.GrpcCode(code).Enum(),
			Message:     code.String(),
			FallbackFor: []statusmapv1.GrpcCode{statusmapv1.GrpcCode(code)},
		})
		enum.Value = append(enum.Value, &descriptorpb.EnumValueDescriptorProto{
			Name:    new(statusmapv1.GrpcCode(code).String()),
			Number:  new(int32(code)),
			Options: value,
		})
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name:       new("suite/v1/code.proto"),
		Package:    new("suite.v1"),
		Syntax:     new("proto3"),
		Dependency: []string{statusmapv1.File_statusmap_v1_options_proto.Path()},
		EnumType:   []*descriptorpb.EnumDescriptorProto{enum},
	}, protoregistry.GlobalFiles)
	if err != nil {
		panic(err)
	}
	cat, err := catalog.New(file.Enums().Get(0))
	if err != nil {
		panic(err)
	}
	return cat
}
