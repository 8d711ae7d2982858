// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/template"
)

// FuzzFromFiles checks that FromFiles never panics, and that it returns either an
// error or a catalog that keeps its invariants.
func FuzzFromFiles(f *testing.F) {
	jarvis, err := proto.Marshal(protodesc.ToFileDescriptorProto(linkedFiles[3]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(jarvis)
	f.Add([]byte{})
	for _, r := range rules {
		files, err := tryCompile(f, linkedOptions, map[string]string{"test.proto": r.source.String()})
		if err != nil {
			f.Fatal(err)
		}
		b, err := proto.Marshal(protodesc.ToFileDescriptorProto(files[0]))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, resolver := range []interface {
			protoregistry.MessageTypeResolver
			protoregistry.ExtensionTypeResolver
		}{protoregistry.GlobalTypes, new(protoregistry.Types)} {
			p := new(descriptorpb.FileDescriptorProto)
			if err := (proto.UnmarshalOptions{Resolver: resolver, AllowPartial: true}).Unmarshal(raw, p); err != nil {
				continue
			}
			file, err := protodesc.FileOptions{AllowUnresolvable: true}.New(p, protoregistry.GlobalFiles)
			if err != nil {
				continue
			}
			checkAnyFile(t, file)
		}
	})
}

// checkAnyFile checks the results of FromFiles and New for a file.
func checkAnyFile(t *testing.T, file protoreflect.FileDescriptor) {
	t.Helper()
	files := new(protoregistry.Files)
	if err := files.RegisterFile(file); err != nil {
		return
	}
	c, err := catalog.FromFiles(files)
	checkCatalogOrProblems(t, c, err)
	var enums []protoreflect.EnumDescriptor
	for i := range file.Enums().Len() {
		enums = append(enums, file.Enums().Get(i))
	}
	c, err = catalog.New(enums...)
	checkCatalogOrProblems(t, c, err)
}

func checkCatalogOrProblems(t *testing.T, c *catalog.Catalog, err error) {
	t.Helper()
	if err != nil {
		problems := problemsOf(t, err)
		if c != nil || len(problems) == 0 {
			t.Errorf("got a catalog, %d problems and the error %v, want either a catalog or problems", len(problems), err)
		}
		for _, p := range problems {
			if p.Rule == "" || p.Text == "" || p.Name == "" {
				t.Errorf("got the problem %+v, want a rule, a text and a name", p)
			}
			if strings.ContainsAny(p.Text, "\r\n") {
				t.Errorf("the problem %q has more than one line", p.Text)
			}
		}
		return
	}
	for _, p := range c.Warnings() {
		if p.Rule == "" || p.Text == "" || p.Name == "" || strings.ContainsAny(p.Text, "\r\n") {
			t.Errorf("got the warning %+v, want a rule, a text of one line and a name", p)
		}
	}
	checkInvariants(t, c)
	for _, s := range c.Systems() {
		for _, code := range s.Codes() {
			v := template.Values{LegacyCode: code.LegacyCode(), Message: code.Message().Text(), Reason: code.Reason(), Domain: code.Domain()}
			for _, set := range s.Envelopes() {
				for _, e := range []*template.Envelope{set.Failure, set.StreamFailure, set.Success} {
					if body := e.Append(nil, &v); !utf8.Valid(body) || set.Format == template.JSON && !json.Valid(body) {
						t.Errorf("%s: %s renders %q", code.FullName(), e, body)
					}
				}
			}
		}
	}
}

// FuzzNew checks the same as FuzzFromFiles, but fuzzes only the options of one enum
// and one value. The rest of the descriptor is valid.
func FuzzNew(f *testing.F) {
	f.Add(marshal(f, goodSystem()), marshal(f, goodCode()), "UNKNOWN_ERROR", int32(1))
	f.Add(marshal(f, goodSystem()), []byte{}, "UNKNOWN_ERROR", int32(-1))
	f.Add([]byte{}, marshal(f, goodCode()), "unknown", int32(0))
	for _, file := range linkedFiles {
		enum := file.Enums().Get(0)
		system := proto.GetExtension(enum.Options(), statusmapv1.E_System).(proto.Message)
		for i := 1; i < enum.Values().Len(); i += 40 {
			value := enum.Values().Get(i)
			code := proto.Clone(proto.GetExtension(value.Options(), statusmapv1.E_Code).(proto.Message)).(*statusmapv1.CodeOptions)
			code.FallbackFor = []statusmapv1.GrpcCode{statusmapv1.GrpcCode_UNKNOWN, statusmapv1.GrpcCode_INTERNAL}
			f.Add(marshal(f, system), marshal(f, code), string(value.Name()), int32(value.Number()))
		}
	}
	f.Fuzz(func(t *testing.T, systemOption, codeOption []byte, name string, number int32) {
		enumOptions, valueOptions := new(descriptorpb.EnumOptions), new(descriptorpb.EnumValueOptions)
		enumOptions.ProtoReflect().SetUnknown(lenField(1207101, systemOption))
		valueOptions.ProtoReflect().SetUnknown(lenField(1207101, codeOption))
		file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
			Name: proto.String("fuzz.proto"), Package: proto.String("fuzz.v1"), Syntax: proto.String("proto2"),
			Dependency: []string{optionsPath},
			EnumType: []*descriptorpb.EnumDescriptorProto{{
				Name: proto.String("Code"), Options: enumOptions,
				Value: []*descriptorpb.EnumValueDescriptorProto{
					{Name: proto.String(name), Number: proto.Int32(number), Options: valueOptions},
				},
			}},
		}, protoregistry.GlobalFiles)
		if err != nil {
			return
		}
		checkAnyFile(t, file)
		// If both options can be read, there is either a system or a problem.
		if proto.Unmarshal(systemOption, new(statusmapv1.SystemOptions)) == nil &&
			proto.Unmarshal(codeOption, new(statusmapv1.CodeOptions)) == nil {
			c, err := catalog.New(file.Enums().Get(0))
			if err == nil && (len(c.Systems()) != 1 || len(c.Systems()[0].Codes()) != 1) {
				t.Errorf("got neither a problem nor a code: %s", dump(c))
			}
		}
	})
}
