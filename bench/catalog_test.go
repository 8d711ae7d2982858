// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// newEnum makes a system at run time: protoc-gen-go can't take a file of 50,000
// values.
func newEnum(tb testing.TB, domain string, system *statusmapv1.SystemOptions, names []string, codes []*statusmapv1.CodeOptions) protoreflect.EnumDescriptor {
	tb.Helper()
	enum := &descriptorpb.EnumDescriptorProto{
		Name: new("Code"), Options: new(descriptorpb.EnumOptions),
		Value: []*descriptorpb.EnumValueDescriptorProto{{Name: new("CODE_UNSPECIFIED"), Number: new(int32(0))}},
	}
	proto.SetExtension(enum.Options, statusmapv1.E_System, system)
	for i, code := range codes {
		options := new(descriptorpb.EnumValueOptions)
		proto.SetExtension(options, statusmapv1.E_Code, code)
		enum.Value = append(enum.Value, &descriptorpb.EnumValueDescriptorProto{
			Name: new(names[i]), Number: new(int32(1_000_000 + i)), Options: options,
		})
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: new(domain + ".proto"), Package: new(domain), Syntax: new("proto3"),
		Dependency: []string{statusmapv1.File_statusmap_v1_options_proto.Path()},
		EnumType:   []*descriptorpb.EnumDescriptorProto{enum},
	}, protoregistry.GlobalFiles)
	if err != nil {
		tb.Fatal(err)
	}
	return file.Enums().Get(0)
}

const bigDomain = "legacy.big.v1"

// bigEnum is a system of n codes, each with an argument and a translation.
func bigEnum(tb testing.TB, n int) protoreflect.EnumDescriptor {
	tb.Helper()
	names, codes := make([]string, n), make([]*statusmapv1.CodeOptions, n)
	for i := range n {
		names[i] = "STEP_" + strconv.Itoa(i) + "_NOT_FOUND"
		codes[i] = &statusmapv1.CodeOptions{
			Grpc: statusmapv1.GrpcCode_NOT_FOUND.Enum(), Message: fmt.Sprintf("作业 {job_id} 的步骤 %d 不存在", i),
			Translations: map[string]string{"en": fmt.Sprintf("Step %d of job {job_id} does not exist", i)},
		}
	}
	codes[0] = &statusmapv1.CodeOptions{
		Grpc: statusmapv1.GrpcCode_INTERNAL.Enum(), Message: "内部错误",
		FallbackFor: []statusmapv1.GrpcCode{statusmapv1.GrpcCode_UNKNOWN, statusmapv1.GrpcCode_INTERNAL},
	}
	return newEnum(tb, bigDomain, &statusmapv1.SystemOptions{
		Title: "A big system", Language: "zh-CN", LegacyCodes: "[0-9]+",
		Envelope: &statusmapv1.Envelope{
			Failure: `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
			Success: `{"result":true,"code":0,"data":{data},"message":""}`, HttpAlways: 200,
		},
	}, names, codes)
}

var sizes = []int{500, 5_000, 50_000}

func newCatalog(tb testing.TB, enums ...protoreflect.EnumDescriptor) *catalog.Catalog {
	tb.Helper()
	c, err := catalog.New(enums...)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// BenchmarkStart reads descriptors into a catalog: what the first look-up of a
// program waits for.
func BenchmarkStart(b *testing.B) {
	var variants []variant
	for _, n := range sizes {
		enum := bigEnum(b, n)
		variants = append(variants, variant{
			name: fmt.Sprintf("codes=%d", n), per: float64(n), slice: 100 * time.Millisecond,
			run: func() { sinkCatalog = newCatalog(b, enum) },
		})
	}
	sideBySide(b, variants)
	for _, n := range sizes {
		b.Run(fmt.Sprintf("kept/codes=%d", n), func(b *testing.B) {
			b.ReportMetric(kept(b, bigEnum(b, n))/float64(n), "B-kept/op")
		})
	}
}

// kept returns what a catalog keeps on the heap, without its descriptors.
func kept(b *testing.B, enum protoreflect.EnumDescriptor) float64 {
	b.Helper()
	newCatalog(b, enum) // descriptors make their indexes on first use
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := newCatalog(b, enum)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(c)
	return float64(max(after.HeapAlloc, before.HeapAlloc) - before.HeapAlloc)
}

var (
	sinkCatalog *catalog.Catalog
	sinkLookup  *catalog.Code
)

// BenchmarkLookup looks for codes all over a catalog, each time another one.
func BenchmarkLookup(b *testing.B) {
	type key struct {
		value          protoreflect.Enum
		reason, legacy string
	}
	var variants []variant
	for _, n := range sizes {
		enum := bigEnum(b, n)
		c := newCatalog(b, enum)
		keys := make([]key, 500)
		for i := range keys {
			v := enum.Values().Get(1 + i*7919%n)
			keys[i] = key{dynamicpb.NewEnumType(enum).New(v.Number()), string(v.Name()), strconv.Itoa(int(v.Number()))}
		}
		at := 0
		next := func() *key {
			if at++; at == len(keys) {
				at = 0
			}
			return &keys[at]
		}
		for _, by := range []struct {
			name string
			run  func()
		}{
			{"value", func() { sinkLookup, _ = c.Code(next().value) }},
			{"reason", func() { sinkLookup, _ = c.Lookup(bigDomain, next().reason) }},
			{"legacy_code", func() { sinkLookup, _ = c.LookupLegacy(bigDomain, next().legacy) }},
		} {
			v := variant{name: fmt.Sprintf("%s/codes=%d", by.name, n), run: by.run}
			if n != sizes[0] {
				v.against = []string{fmt.Sprintf("%s/codes=%d", by.name, sizes[0])}
			}
			variants = append(variants, v)
		}
	}
	sideBySide(b, variants)
}

const (
	englishDomain  = "legacy.english.v1"
	englishReason  = "TASK_STATUS_CONFLICT"
	englishMessage = "Operation failed, task 42 is in status running"
)

// english is a catalog of JOB's system with English messages. gRPC escapes every
// byte that is not ASCII, so the language alone makes a difference.
func english(tb testing.TB) *catalog.Catalog {
	tb.Helper()
	return newCatalog(tb, newEnum(tb, englishDomain, &statusmapv1.SystemOptions{
		Title: "JOB in English", Language: "en",
		Envelope: &statusmapv1.Envelope{
			Failure: `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
			Success: `{"result":true,"code":0,"data":{data},"message":""}`, HttpAlways: 200,
		},
	}, []string{englishReason, "INTERNAL_ERROR"}, []*statusmapv1.CodeOptions{
		{Grpc: statusmapv1.GrpcCode_FAILED_PRECONDITION.Enum(), Message: "Operation failed, task {task} is in status {status}"},
		{Grpc: statusmapv1.GrpcCode_INTERNAL.Enum(), Message: "Internal error", FallbackFor: []statusmapv1.GrpcCode{statusmapv1.GrpcCode_UNKNOWN}},
	}))
}
