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

// table is the number of codes in a big error table of a real company.
const table = 20_000

// bigEnum returns a system of n codes that is loaded at run time, as from a descriptor
// set. Its options are known fields or unknown bytes.
func bigEnum(t testing.TB, n int, known bool) protoreflect.EnumDescriptor {
	t.Helper()
	return bigEnums(t, n, 1, known)[0]
}

// bigEnums returns a system of n codes in as many packages and files, whose first enum
// includes the others. The numbers of the last enum are also those of the first one.
func bigEnums(t testing.TB, n, files int, known bool) []protoreflect.EnumDescriptor {
	t.Helper()
	system := &statusmapv1.SystemOptions{
		Title: "A big system", Language: "zh-CN", LegacyCodes: "[0-9]+",
		Envelope: &statusmapv1.Envelope{
			Failure: `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
			Success: `{"result":true,"code":0,"data":{data},"message":""}`, HttpAlways: 200,
		},
	}
	pkg := func(i int) string {
		if i == 0 {
			return "big.v1"
		}
		return fmt.Sprintf("big%d.v1", i)
	}
	for i := 1; i < files; i++ {
		system.Includes = append(system.Includes, pkg(i)+".Code")
	}
	resolve := proto.UnmarshalOptions{Resolver: new(protoregistry.Types)}
	if known {
		resolve.Resolver = protoregistry.GlobalTypes
	}
	enums := make([]protoreflect.EnumDescriptor, files)
	for i := range files {
		enumOptions := new(descriptorpb.EnumOptions)
		if i == 0 {
			proto.SetExtension(enumOptions, statusmapv1.E_System, system)
		}
		enum := &descriptorpb.EnumDescriptorProto{Name: proto.String("Code"), Options: enumOptions,
			Value: []*descriptorpb.EnumValueDescriptorProto{{Name: proto.String("CODE_UNSPECIFIED"), Number: proto.Int32(0)}}}
		for k := 1 + i*n/files; k <= (i+1)*n/files; k++ {
			number := 1_000_000 + k
			if i > 0 && i == files-1 {
				number -= i * n / files
			}
			enum.Value = append(enum.Value, bigValue(k, number))
		}
		p := new(descriptorpb.FileDescriptorProto)
		if err := resolve.Unmarshal(marshal(t, &descriptorpb.FileDescriptorProto{
			Name: proto.String(pkg(i) + ".proto"), Package: proto.String(pkg(i)), Syntax: proto.String("proto3"),
			Dependency: []string{optionsPath}, EnumType: []*descriptorpb.EnumDescriptorProto{enum},
		}), p); err != nil {
			t.Fatal(err)
		}
		file, err := protodesc.NewFile(p, protoregistry.GlobalFiles)
		if err != nil {
			t.Fatal(err)
		}
		enums[i] = file.Enums().Get(0)
	}
	return enums
}

// bigValue returns the code i of a big system.
func bigValue(i, number int) *descriptorpb.EnumValueDescriptorProto {
	option := &statusmapv1.CodeOptions{
		Grpc: statusmapv1.GrpcCode_NOT_FOUND.Enum(), Message: fmt.Sprintf("作业 {job_id} 的步骤 %d 不存在", i),
		Translations: map[string]string{"en": fmt.Sprintf("Step %d of job {job_id} does not exist", i)},
		Labels:       map[string]string{"source": "JOB", "target": "GSE"},
	}
	if number != 1_000_000+i {
		option.LegacyCode = fmt.Sprint(1_000_000 + i)
	}
	if i == 1 {
		option.Message, option.Translations = "未知错误", nil
		option.FallbackFor = []statusmapv1.GrpcCode{statusmapv1.GrpcCode_UNKNOWN}
	}
	options := new(descriptorpb.EnumValueOptions)
	proto.SetExtension(options, statusmapv1.E_Code, option)
	return &descriptorpb.EnumValueDescriptorProto{
		Name: proto.String(fmt.Sprintf("STEP_%d_NOT_FOUND", i)), Number: proto.Int32(int32(number)), Options: options,
	}
}

func BenchmarkNew(b *testing.B) {
	for _, known := range []bool{true, false} {
		for _, n := range sizes {
			options := "known"
			if !known {
				options = "unknown"
			}
			b.Run(fmt.Sprintf("options=%s/codes=%d", options, n), func(b *testing.B) {
				benchmarkNew(b, n, bigEnums(b, n, 1, known))
			})
		}
	}
	for _, files := range []int{1, 4} {
		b.Run(fmt.Sprintf("codes=%d/files=%d", table, files), func(b *testing.B) {
			benchmarkNew(b, table, bigEnums(b, table, files, true))
		})
	}
}

func benchmarkNew(b *testing.B, n int, enums []protoreflect.EnumDescriptor) {
	b.Helper()
	kept := keptBytes(b, enums)
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	for b.Loop() {
		if _, err := catalog.New(enums...); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	runtime.ReadMemStats(&after)
	codes := float64(b.N) * float64(n)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/codes, "ns/code")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/codes, "B-allocated/code")
	b.ReportMetric(float64(kept)/float64(n), "B-kept/code")
}

// keptBytes returns the heap size of a catalog without its descriptors.
func keptBytes(b *testing.B, enums []protoreflect.EnumDescriptor) uint64 {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c, err := catalog.New(enums...)
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
		benchmarkLookup(b, fmt.Sprintf("codes=%d", n), n, bigEnums(b, n, 1, true))
	}
	for _, files := range []int{1, 4} {
		benchmarkLookup(b, fmt.Sprintf("codes=%d/files=%d", table, files), table, bigEnums(b, table, files, true))
	}
}

func benchmarkLookup(b *testing.B, name string, n int, enums []protoreflect.EnumDescriptor) {
	c, err := catalog.New(enums...)
	if err != nil {
		b.Fatal(err)
	}
	system, _ := c.System("big.v1")
	// A thousand codes from all enums, so that they are not in one cache line.
	type key struct {
		value                  protoreflect.Enum
		domain, reason, legacy string
		code                   *catalog.Code
	}
	keys := make([]key, 1000)
	all := system.Codes()
	for i := range keys {
		code := all[i*7919%n]
		enum := code.Descriptor().Parent().(protoreflect.EnumDescriptor)
		keys[i] = key{dynamicpb.NewEnumType(enum).New(code.Descriptor().Number()), code.Domain(), code.Reason(), code.LegacyCode(), code}
	}
	for _, lookup := range []struct {
		by string
		do func(key) bool
	}{
		{by: "value", do: func(k key) bool { _, ok := c.Code(k.value); return ok }},
		{by: "reason", do: func(k key) bool { _, ok := c.Lookup(k.domain, k.reason); return ok }},
		{by: "legacy", do: func(k key) bool { _, ok := c.LookupLegacy("big.v1", k.legacy); return ok }},
		{by: "dialect", do: func(k key) bool { _, ok := c.CodeIn(system, k.code); return ok }},
	} {
		b.Run(fmt.Sprintf("by=%s/%s", lookup.by, name), func(b *testing.B) {
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

// TestTableOfFourFiles finds each of 20,000 codes of one system, whose enum includes
// those of three other files and packages.
func TestTableOfFourFiles(t *testing.T) {
	t.Parallel()
	enums := bigEnums(t, table, 4, true)
	c, err := catalog.New(enums...)
	if err != nil {
		t.Fatal(err)
	}
	system, ok := c.System("big.v1")
	if !ok || len(c.Systems()) != 1 {
		t.Fatalf("%d systems, want big.v1 alone", len(c.Systems()))
	}
	found := make(map[*catalog.Code]bool, table)
	numbers := make(map[protoreflect.EnumNumber]*catalog.Code, table)
	i := 0
	for _, enum := range enums {
		for k := 1; k < enum.Values().Len(); k++ {
			i++
			value := enum.Values().Get(k)
			code, ok := c.Lookup(string(enum.FullName().Parent()), string(value.Name()))
			if !ok || code.FullName() != string(value.FullName()) {
				t.Fatalf("%s: Lookup gives %q", value.FullName(), code.FullName())
			}
			found[code] = true
			if got, ok := system.Lookup(string(value.Name())); !ok || got != code {
				t.Errorf("%s: Lookup of the system gives %q", value.FullName(), got.FullName())
			}
			legacyCode := fmt.Sprint(1_000_000 + i)
			if got, ok := c.LookupLegacy("big.v1", legacyCode); !ok || got != code {
				t.Errorf("%s: LookupLegacy(%s) gives %q", value.FullName(), legacyCode, got.FullName())
			}
			if got, ok := system.ReadLegacy(legacyCode, ""); !ok || got != code {
				t.Errorf("%s: ReadLegacy(%s) gives %q", value.FullName(), legacyCode, got.FullName())
			}
			if got, ok := c.Code(dynamicpb.NewEnumType(enum).New(value.Number())); !ok || got != code {
				t.Errorf("%s: Code gives %q", value.FullName(), got.FullName())
			}
			if got, ok := c.CodeIn(system, code); !ok || got != code {
				t.Errorf("%s: CodeIn gives %q", value.FullName(), got.FullName())
			}
			if numbers[value.Number()] == nil {
				numbers[value.Number()] = code // the enum of the system comes first
			}
			if got, ok := system.LookupNumber(int32(value.Number())); !ok || got != numbers[value.Number()] {
				t.Errorf("%s: LookupNumber(%d) gives %q", value.FullName(), value.Number(), got.FullName())
			}
			if inSystem := code.System() == system; inSystem != (enum == enums[0]) {
				t.Errorf("%s: System is %q", value.FullName(), code.System().Domain())
			}
		}
	}
	if len(found) != table || len(system.Codes()) != table || len(numbers) != table*3/4 {
		t.Errorf("%d codes are found, the system has %d with %d numbers; want %d, %d and %d", len(found), len(system.Codes()), len(numbers), table, table, table*3/4)
	}
}

// TestLookUpsOfIncludedCodesDoNotAllocate is not parallel: AllocsPerRun also counts the
// allocations of other tests.
func TestLookUpsOfIncludedCodesDoNotAllocate(t *testing.T) {
	enums := bigEnums(t, sizes[0], 4, true)
	c, err := catalog.New(enums...)
	if err != nil {
		t.Fatal(err)
	}
	system, _ := c.System("big.v1")
	last := enums[3].Values().Get(7) // its number is also one of the first enum
	value := dynamicpb.NewEnumType(enums[3]).New(last.Number())
	code, _ := c.Code(value)
	for name, lookup := range map[string]func() (*catalog.Code, bool){
		"value":       func() (*catalog.Code, bool) { return c.Code(value) },
		"reason":      func() (*catalog.Code, bool) { return c.Lookup("big3.v1", string(last.Name())) },
		"legacy code": func() (*catalog.Code, bool) { return system.ReadLegacy(code.LegacyCode(), "x") },
		"dialect":     func() (*catalog.Code, bool) { return c.CodeIn(system, code) },
	} {
		if n := testing.AllocsPerRun(100, func() {
			if got, ok := lookup(); !ok || got.Descriptor() != last || got.System() != nil {
				t.Errorf("%s: got %q", name, got.FullName())
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
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
