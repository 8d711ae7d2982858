// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"fmt"
	"runtime"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

var sizes = []int{500, 5_000, 50_000}

// bigEnum returns a system of n codes that is loaded at run time, as from a descriptor
// set. Its options are known fields or unknown bytes.
func bigEnum(t testing.TB, n int, known bool) protoreflect.EnumDescriptor {
	t.Helper()
	enumOptions := new(descriptorpb.EnumOptions)
	proto.SetExtension(enumOptions, statusmapv1.E_System, &statusmapv1.SystemOptions{
		Title: "A big system", Language: "zh-CN", LegacyCodes: "[0-9]+",
		Envelope: &statusmapv1.Envelope{
			Failure: `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
			Success: `{"result":true,"code":0,"data":{data},"message":""}`, HttpAlways: 200,
		},
	})
	enum := &descriptorpb.EnumDescriptorProto{Name: proto.String("Code"), Options: enumOptions,
		Value: []*descriptorpb.EnumValueDescriptorProto{{Name: proto.String("CODE_UNSPECIFIED"), Number: proto.Int32(0)}}}
	for i := 1; i <= n; i++ {
		option := &statusmapv1.CodeOptions{
			Grpc: statusmapv1.GrpcCode_NOT_FOUND.Enum(), Message: fmt.Sprintf("作业 {job_id} 的步骤 %d 不存在", i),
			Translations: map[string]string{"en": fmt.Sprintf("Step %d of job {job_id} does not exist", i)},
			Labels:       map[string]string{"source": "JOB", "target": "GSE"},
		}
		if i == 1 {
			option.Message, option.Translations = "未知错误", nil
			option.FallbackFor = []statusmapv1.GrpcCode{statusmapv1.GrpcCode_UNKNOWN}
		}
		options := new(descriptorpb.EnumValueOptions)
		proto.SetExtension(options, statusmapv1.E_Code, option)
		enum.Value = append(enum.Value, &descriptorpb.EnumValueDescriptorProto{
			Name: proto.String(fmt.Sprintf("STEP_%d_NOT_FOUND", i)), Number: proto.Int32(int32(1_000_000 + i)), Options: options,
		})
	}
	resolve := proto.UnmarshalOptions{Resolver: new(protoregistry.Types)}
	if known {
		resolve.Resolver = protoregistry.GlobalTypes
	}
	p := new(descriptorpb.FileDescriptorProto)
	if err := resolve.Unmarshal(marshal(t, &descriptorpb.FileDescriptorProto{
		Name: proto.String("big.proto"), Package: proto.String("big.v1"), Syntax: proto.String("proto3"),
		Dependency: []string{optionsPath}, EnumType: []*descriptorpb.EnumDescriptorProto{enum},
	}), p); err != nil {
		t.Fatal(err)
	}
	file, err := protodesc.NewFile(p, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	return file.Enums().Get(0)
}

func BenchmarkNew(b *testing.B) {
	for _, known := range []bool{true, false} {
		for _, n := range sizes {
			options := "known"
			if !known {
				options = "unknown"
			}
			b.Run(fmt.Sprintf("options=%s/codes=%d", options, n), func(b *testing.B) {
				enum := bigEnum(b, n, known)
				kept := keptBytes(b, enum)
				b.ReportAllocs()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				b.ResetTimer()
				for b.Loop() {
					if _, err := catalog.New(enum); err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
				runtime.ReadMemStats(&after)
				codes := float64(b.N) * float64(n)
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/codes, "ns/code")
				b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/codes, "B-allocated/code")
				b.ReportMetric(float64(kept)/float64(n), "B-kept/code")
			})
		}
	}
}

// keptBytes returns the heap size of a catalog without its descriptors.
func keptBytes(b *testing.B, enum protoreflect.EnumDescriptor) uint64 {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c, err := catalog.New(enum)
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(c)
	return max(after.HeapAlloc, before.HeapAlloc) - before.HeapAlloc
}

func BenchmarkLookup(b *testing.B) {
	for _, n := range sizes {
		enum := bigEnum(b, n, true)
		c, err := catalog.New(enum)
		if err != nil {
			b.Fatal(err)
		}
		// A thousand codes from the whole enum, so that they are not in one cache line.
		type key struct {
			value          protoreflect.Enum
			reason, legacy string
		}
		keys := make([]key, 1000)
		for i := range keys {
			v := enum.Values().Get(1 + i*7919%n)
			keys[i] = key{dynamicpb.NewEnumType(enum).New(v.Number()), string(v.Name()), fmt.Sprint(v.Number())}
		}
		for _, lookup := range []struct {
			by string
			do func(key) bool
		}{
			{by: "value", do: func(k key) bool { _, ok := c.Code(k.value); return ok }},
			{by: "reason", do: func(k key) bool { _, ok := c.Lookup("big.v1", k.reason); return ok }},
			{by: "legacy", do: func(k key) bool { _, ok := c.LookupLegacy("big.v1", k.legacy); return ok }},
		} {
			b.Run(fmt.Sprintf("by=%s/codes=%d", lookup.by, n), func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					if i++; i == len(keys) {
						i = 0
					}
					if !lookup.do(keys[i]) {
						b.Fatal(keys[i])
					}
				}
			})
		}
	}
}

func TestBigCatalogKeepsInvariants(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		c, err := catalog.New(bigEnum(t, sizes[0], known))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(c.Systems()[0].Codes()); n != sizes[0] {
			t.Errorf("%d codes, want %d", n, sizes[0])
		}
		checkInvariants(t, c)
	}
}
