// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/template"
)

// dump returns everything in a catalog as text.
func dump(c *catalog.Catalog) string {
	var b strings.Builder
	for _, s := range c.Systems() {
		fmt.Fprintf(&b, "%s %q %s %q always %d\nfailure %s\nsuccess %s\n",
			s.Domain(), s.Title(), s.Language(), s.LanguageHeader(), s.HTTPAlways(), s.Envelope().Failure, s.Envelope().Success)
		fmt.Fprintf(&b, "default success %s\n", s.DefaultSuccessCode().FullName())
		for g := range codes.Code(18) {
			fmt.Fprintf(&b, "fallback %d %s\n", g, s.Fallback(g).FullName())
		}
		for _, code := range s.Codes() {
			fmt.Fprintf(&b, "%s %d %s grpc %s http %d success %v retry %s field %q labels %v fallback %v\n  %s %q\n",
				code.FullName(), code.Number(), code.LegacyCode(), code.GRPCCode(), code.HTTPStatus(), code.IsSuccess(),
				code.RetryAfter(), code.Fields(), code.Labels(), code.FallbackFor(), code.Message(), code.Message().Params())
			for tag, m := range code.Translations() {
				fmt.Fprintf(&b, "  %s: %s\n", tag, m)
			}
		}
	}
	return b.String()
}

// loaders are all ways to load the six systems.
var loaders = []struct {
	name     string
	load     func(t testing.TB) []protoreflect.FileDescriptor
	wantForm string // the form of the system option, as optionForm returns it
}{
	{
		name:     "linked in",
		load:     func(testing.TB) []protoreflect.FileDescriptor { return linkedFiles },
		wantForm: "generated",
	},
	{
		name: "descriptors with the option known",
		load: func(t testing.TB) []protoreflect.FileDescriptor {
			return reload(t, proto.UnmarshalOptions{}, protoregistry.GlobalFiles)
		},
		wantForm: "generated",
	},
	{
		name: "descriptors with the option as unknown bytes",
		load: func(t testing.TB) []protoreflect.FileDescriptor {
			return reload(t, proto.UnmarshalOptions{Resolver: new(protoregistry.Types)}, protoregistry.GlobalFiles)
		},
		wantForm: "unknown",
	},
	{
		name: "descriptors with the option as a dynamic message",
		load: func(t testing.TB) []protoreflect.FileDescriptor {
			files := optionsOnly(t)
			return reload(t, proto.UnmarshalOptions{Resolver: dynamicpb.NewTypes(files)}, files)
		},
		wantForm: "dynamic",
	},
	{
		name: "source, options.proto linked in",
		load: func(t testing.TB) []protoreflect.FileDescriptor {
			return compile(t, linkedOptions, sources(t))
		},
		wantForm: "generated",
	},
	{
		name: "source, options.proto from source",
		load: func(t testing.TB) []protoreflect.FileDescriptor {
			return compile(t, sourceOptions, sources(t))
		},
		wantForm: "dynamic",
	},
}

// reload marshals the linked files and loads them from the bytes.
func reload(t testing.TB, options proto.UnmarshalOptions, imports protodesc.Resolver) []protoreflect.FileDescriptor {
	t.Helper()
	var files []protoreflect.FileDescriptor
	for _, file := range linkedFiles {
		b, err := proto.Marshal(protodesc.ToFileDescriptorProto(file))
		if err != nil {
			t.Fatal(err)
		}
		p := new(descriptorpb.FileDescriptorProto)
		if err := options.Unmarshal(b, p); err != nil {
			t.Fatal(err)
		}
		f, err := protodesc.NewFile(p, resolvers{registry(t, files...), imports})
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// resolvers finds what the first of two resolvers finds, or else the second.
type resolvers [2]protodesc.Resolver

func (r resolvers) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if f, err := r[0].FindFileByPath(path); err == nil {
		return f, nil
	}
	return r[1].FindFileByPath(path)
}

func (r resolvers) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if d, err := r[0].FindDescriptorByName(name); err == nil {
		return d, nil
	}
	return r[1].FindDescriptorByName(name)
}

// optionsOnly returns options.proto and its import, loaded at run time.
func optionsOnly(t testing.TB) *protoregistry.Files {
	t.Helper()
	files, err := protodesc.NewFiles(&descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{
		protodesc.ToFileDescriptorProto(descriptorpb.File_google_protobuf_descriptor_proto),
		protodesc.ToFileDescriptorProto(statusmapv1.File_statusmap_v1_options_proto),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sources(t testing.TB) map[string]string {
	t.Helper()
	sources := map[string]string{}
	for _, file := range linkedFiles {
		b, err := os.ReadFile(filepath.Join("..", "proto", filepath.FromSlash(file.Path())))
		if err != nil {
			t.Fatal(err)
		}
		sources[file.Path()] = string(b)
	}
	return sources
}

func TestEveryLoaderGivesTheSameCatalog(t *testing.T) {
	t.Parallel()
	want := dump(defaultCatalog(t))
	for _, tt := range loaders {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := tt.load(t)
			if form := optionForm(files[0].Enums().Get(0).Options()); form != tt.wantForm {
				t.Errorf("the option is %s, want %s", form, tt.wantForm)
			}
			c, err := catalog.FromFiles(registry(t, files...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, dump(c)); diff != "" {
				t.Errorf("FromFiles (-linked +loaded):\n%s", diff)
			}
			enums := make([]protoreflect.EnumDescriptor, len(files))
			for i := range files {
				enums[i] = files[i].Enums().Get(0)
			}
			slices.Reverse(enums)
			if c, err = catalog.New(enums...); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, dump(c)); diff != "" {
				t.Errorf("New (-linked +loaded):\n%s", diff)
			}
		})
	}
}

// optionForm returns the form in which a descriptor holds the system option: none,
// unknown bytes, a generated message or a dynamic message.
func optionForm(options proto.Message) string {
	form := "none"
	m := options.ProtoReflect()
	if len(m.GetUnknown()) > 0 {
		form = "unknown"
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.IsExtension() {
			form = "generated"
			if _, ok := v.Message().Interface().(*statusmapv1.SystemOptions); !ok {
				form = "dynamic"
			}
		}
		return true
	})
	return form
}

func TestDefaultHoldsEveryLinkedSystem(t *testing.T) {
	t.Parallel()
	c := defaultCatalog(t)
	var domains []string
	for _, s := range c.Systems() {
		domains = append(domains, s.Domain())
	}
	want := []string{"legacy.apiswitch.v1", "legacy.elves.v1", "legacy.elves.v2", "legacy.jarvis.v2", "legacy.job.v1", "legacy.job.v2"}
	if !slices.Equal(domains, want) {
		t.Errorf("got %v, want %v", domains, want)
	}
	if again := defaultCatalog(t); again != c {
		t.Error("Default reads the enums again")
	}
}

// TestSystemsAreFoundByAnyImport imports options.proto in every possible way.
func TestSystemsAreFoundByAnyImport(t *testing.T) {
	t.Parallel()
	const other = "third_party/copy/of/options.proto"
	vocabularySource, err := os.ReadFile(filepath.Join("..", "proto", filepath.FromSlash(optionsPath)))
	if err != nil {
		t.Fatal(err)
	}
	good := source{}.String()
	for _, tt := range []struct {
		name    string
		sources map[string]string
		want    int
	}{
		{name: "directly", sources: map[string]string{"test.proto": good}, want: 1},
		{
			name: "through a public import",
			sources: map[string]string{
				"test.proto":   strings.Replace(good, optionsPath, "common.proto", 1),
				"common.proto": `syntax = "proto3"; import public "statusmap/v1/options.proto";`,
			},
			want: 1,
		},
		{
			name: "through two public imports",
			sources: map[string]string{
				"test.proto":   strings.Replace(good, optionsPath, "common.proto", 1),
				"common.proto": `syntax = "proto3"; import public "more.proto";`,
				"more.proto":   `syntax = "proto3"; import public "statusmap/v1/options.proto";`,
			},
			want: 1,
		},
		{
			name: "under another path",
			sources: map[string]string{
				"test.proto": strings.Replace(good, optionsPath, other, 1),
				other:        string(vocabularySource),
			},
			want: 1,
		},
		{
			name: "not at all",
			sources: map[string]string{
				"test.proto": `syntax = "proto3"; package test.v1; enum Code { CODE_UNSPECIFIED = 0; CODE_A = 1; }`,
			},
			want: 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := catalog.FromFiles(registry(t, compile(t, linkedOptions, tt.sources)...))
			if err != nil || len(c.Systems()) != tt.want {
				t.Errorf("got %v, %v, want %d systems", c.Systems(), err, tt.want)
			}
		})
	}
}

func TestForeignExtensionsOfTheSameNumberAreIgnored(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ extend, value string }{
		{extend: "optional string", value: `"en"`},
		{extend: "optional int32", value: "5"},
		{extend: "optional Other", value: `{language: "en"}`},
		{extend: "repeated Other", value: `{language: "en"}`},
		{extend: "repeated string", value: `"en"`},
	} {
		t.Run(tt.extend, func(t *testing.T) {
			t.Parallel()
			files := compile(t, linkedOptions, map[string]string{"test.proto": fmt.Sprintf(`syntax = "proto2";
package foreign;
import "google/protobuf/descriptor.proto";
message Other { optional string language = 2; }
extend google.protobuf.EnumOptions { %s system = 1207101; }
enum Code {
  option (system) = %s;
  CODE_UNSPECIFIED = 0;
}`, tt.extend, tt.value)})
			c, err := catalog.FromFiles(registry(t, files...))
			if err != nil || len(c.Systems()) != 0 {
				t.Errorf("FromFiles gives %v, %v, want no system", c.Systems(), err)
			}
			_, err = catalog.New(files[0].Enums().Get(0))
			if err == nil || !strings.HasSuffix(err.Error(), "foreign.Code: system: the enum has no option (statusmap.v1.system): add it") {
				t.Errorf("New gives %v, want that the enum has no option", err)
			}
		})
	}
}

func TestOtherOptionsAreIgnored(t *testing.T) {
	t.Parallel()
	for _, from := range []vocabulary{linkedOptions, sourceOptions} {
		files := compile(t, from, map[string]string{"test.proto": `syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
import "google/protobuf/descriptor.proto";
message Extra { string language = 2; }
extend google.protobuf.EnumOptions { Extra extra = 50001; repeated string list = 50002; }
extend google.protobuf.EnumValueOptions { string note = 50001; }
enum Code {
  option deprecated = true;
  option (extra) = {language: "fr"};
  option (list) = "a";
  option (list) = "b";
  option (statusmap.v1.system) = {language: "en" envelope: {failure: '{"c":{code}}'}};
  CODE_UNSPECIFIED = 0 [(note) = "none"];
  UNKNOWN_ERROR = 1 [deprecated = true, (note) = "x", (statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`})
		c, err := catalog.FromFiles(registry(t, files...))
		if err != nil {
			t.Fatal(err)
		}
		if s := c.Systems()[0]; s.Language() != "en" || len(s.Codes()) != 1 {
			t.Errorf("got %s\nwant the language en and one code", dump(c))
		}
	}
}

// rawEnum is a file with one system. Its options are the bytes of SystemOptions and
// CodeOptions. nil means that the option is missing.
func rawEnum(t testing.TB, systemOption, codeOption []byte) protoreflect.FileDescriptor {
	t.Helper()
	enumOptions, valueOptions := new(descriptorpb.EnumOptions), new(descriptorpb.EnumValueOptions)
	if systemOption != nil {
		enumOptions.ProtoReflect().SetUnknown(lenField(1207101, systemOption))
	}
	if codeOption != nil {
		valueOptions.ProtoReflect().SetUnknown(lenField(1207101, codeOption))
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("raw.proto"), Package: proto.String("raw.v1"), Syntax: proto.String("proto3"),
		Dependency: []string{optionsPath},
		EnumType: []*descriptorpb.EnumDescriptorProto{{
			Name: proto.String("Code"), Options: enumOptions,
			Value: []*descriptorpb.EnumValueDescriptorProto{
				{Name: proto.String("CODE_UNSPECIFIED"), Number: proto.Int32(0)},
				{Name: proto.String("UNKNOWN_ERROR"), Number: proto.Int32(1), Options: valueOptions},
			},
		}},
	}, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func lenField(number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte{}, b...)
}

func goodSystem() *statusmapv1.SystemOptions {
	return &statusmapv1.SystemOptions{Language: "en", Envelope: &statusmapv1.Envelope{Failure: `{"c":{code}}`}}
}

func goodCode() *statusmapv1.CodeOptions {
	return &statusmapv1.CodeOptions{
		Grpc:        statusmapv1.GrpcCode_UNKNOWN.Enum(),
		Message:     "x",
		FallbackFor: []statusmapv1.GrpcCode{statusmapv1.GrpcCode_UNKNOWN},
	}
}

func TestOptionsThatCannotBeReadAreReported(t *testing.T) {
	t.Parallel()
	system, code := marshal(t, goodSystem()), marshal(t, goodCode())
	for _, tt := range []struct {
		name         string
		system, code []byte
		want         string // the start of the only problem; protobuf's own text varies
		warning      string // the start of the only warning of a catalog without systems
	}{
		{name: "nothing wrong", system: system, code: code},
		{name: "system in two parts, to be merged", system: append(system[:4:4], system[4:]...), code: code},
		{
			name:   "system truncated",
			system: system[:len(system)-1],
			code:   code,
			want:   "raw.proto: raw.v1.Code: system: the option (statusmap.v1.system) cannot be read (",
		},
		{
			name:   "system is not UTF-8",
			system: append(lenField(1, []byte("\xff")), system...),
			code:   code,
			want:   "raw.proto: raw.v1.Code: system: the option (statusmap.v1.system) cannot be read (",
		},
		{
			name:   "code truncated",
			system: system,
			code:   code[:len(code)-1],
			want:   "raw.proto: raw.v1.UNKNOWN_ERROR: code: the option (statusmap.v1.code) cannot be read (",
		},
		{
			name:   "message is not UTF-8",
			system: system,
			code:   append(slices.Clip(code), lenField(4, []byte("\xe4"))...),
			want:   "raw.proto: raw.v1.UNKNOWN_ERROR: code: the option (statusmap.v1.code) cannot be read (",
		},
		{
			name:   "missing code option",
			system: system,
			want:   "raw.proto: raw.v1.UNKNOWN_ERROR: code: the value has no option (statusmap.v1.code): add it",
		},
		{
			name:    "missing system option",
			code:    code,
			warning: "raw.proto: raw.v1.Code: includes: no system includes the enum, so its codes are not used: add it",
		},
		{
			name:    "missing system option, truncated code option",
			code:    code[:len(code)-1],
			warning: "raw.proto: raw.v1.Code: includes: no system includes the enum, so its codes are not used: add it",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := catalog.FromFiles(registry(t, rawEnum(t, tt.system, tt.code)))
			if tt.warning != "" {
				if err != nil || len(c.Systems()) != 0 || !strings.HasPrefix(c.Warnings().Error(), tt.warning) {
					t.Errorf("got %v, %v, %v, want no system and the warning %s", c.Systems(), err, c.Warnings(), tt.warning)
				}
				return
			}
			if tt.want == "" {
				if err != nil || len(c.Systems()) != 1 {
					t.Fatalf("got %v, %v, want one system", c.Systems(), err)
				}
				checkInvariants(t, c)
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestAnOptionInTwoPartsIsMergedAsProtobufDoes(t *testing.T) {
	t.Parallel()
	first := marshal(t, &statusmapv1.SystemOptions{Title: "first", Language: "de"})
	second := marshal(t, goodSystem())
	options := new(descriptorpb.EnumOptions)
	options.ProtoReflect().SetUnknown(slices.Concat(lenField(1207101, first), lenField(9, []byte("else")), lenField(1207101, second)))
	p := protodesc.ToFileDescriptorProto(rawEnum(t, nil, marshal(t, goodCode())))
	p.EnumType[0].Options = options
	file, err := protodesc.NewFile(p, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.FromFiles(registry(t, file))
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Systems()[0]; s.Title() != "first" || s.Language() != "en" || s.Envelope().Failure.String() != `{"c":{code}}` {
		t.Errorf("got %s\nwant the first title, the second language and envelope", dump(c))
	}
}

// TestOptionsMadeInAProgramAreCheckedForUTF8 uses options that no parser has checked.
func TestOptionsMadeInAProgramAreCheckedForUTF8(t *testing.T) {
	t.Parallel()
	set := func(system *statusmapv1.SystemOptions, code *statusmapv1.CodeOptions) error {
		p := protodesc.ToFileDescriptorProto(rawEnum(t, nil, nil))
		enumOptions, valueOptions := new(descriptorpb.EnumOptions), new(descriptorpb.EnumValueOptions)
		proto.SetExtension(enumOptions, statusmapv1.E_System, system)
		proto.SetExtension(valueOptions, statusmapv1.E_Code, code)
		p.EnumType[0].Options, p.EnumType[0].Value[1].Options = enumOptions, valueOptions
		file, err := protodesc.NewFile(p, protoregistry.GlobalFiles)
		if err != nil {
			t.Fatal(err)
		}
		_, err = catalog.FromFiles(registry(t, file))
		return err
	}
	if err := set(goodSystem(), goodCode()); err != nil {
		t.Fatal(err)
	}
	badSystem, badCode := goodSystem(), goodCode()
	badSystem.Envelope.Failure = "{\"c\":{code},\"m\":\"\xff\"}"
	badCode.Message = "\xff"
	for _, tt := range []struct {
		system *statusmapv1.SystemOptions
		code   *statusmapv1.CodeOptions
		want   string
	}{
		{system: badSystem, code: goodCode(), want: "raw.proto: raw.v1.Code: envelope.failure: the template is not valid UTF-8: save it as UTF-8"},
		{system: goodSystem(), code: badCode, want: "raw.proto: raw.v1.UNKNOWN_ERROR: message: the text is not valid UTF-8: save it as UTF-8"},
	} {
		if err := set(tt.system, tt.code); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// checkInvariants checks what the documentation of a catalog promises.
func checkInvariants(t testing.TB, c *catalog.Catalog) {
	t.Helper()
	systems := c.Systems()
	for i, s := range systems {
		if i > 0 && systems[i-1].Domain() >= s.Domain() {
			t.Errorf("%q is listed before %q", systems[i-1].Domain(), s.Domain())
		}
		if got, ok := c.System(s.Domain()); !ok || got != s {
			t.Errorf("System(%q) is %v, want %v", s.Domain(), got, s)
		}
		if s.Domain() == "" || s.Language() == "" {
			t.Errorf("domain %q, language %q, want both", s.Domain(), s.Language())
		}
		if always := s.HTTPAlways(); always != 0 && (always < 200 || always > 599) {
			t.Errorf("%s: http_always is %d, want 200 to 599 or none", s.Domain(), always)
		}
		media := map[string]bool{}
		for i, e := range s.Envelopes() {
			if e.Failure == nil || e.StreamFailure == nil || e.Success == nil || media[e.MediaType] || (e.Reply == nil) != (e.Format != template.JSON) {
				t.Errorf("%s: envelope %d is %+v, want all templates, a media type of its own, and a reply if it is JSON", s.Domain(), i, e)
			}
			if !e.Success.Has("data") && !e.Success.Has("data...") {
				t.Errorf("%s: the success of envelope %d is %s, want {data} in it", s.Domain(), i, e.Success)
			}
			media[e.MediaType] = true
		}
		if s.Envelope() != s.Envelopes()[0] {
			t.Errorf("%s: Envelope is not the first of Envelopes", s.Domain())
		}
		if s.Fallback(codes.OK) != nil {
			t.Errorf("%s: Fallback(OK) is %s, want none", s.Domain(), s.Fallback(codes.OK).FullName())
		}
		for _, g := range []codes.Code{1, 2, 3, 13, 16, 17, 20210, 1<<32 - 1} {
			if f := s.Fallback(g); f == nil || !slices.Contains(s.Codes(), f) || f.IsSuccess() || len(f.Params()) > 0 {
				t.Errorf("%s: Fallback(%d) is %q, want an error of the system without arguments", s.Domain(), g, f.FullName())
			}
		}
		for _, wish := range []string{"", "en", "zh-CN", "*", "\xff"} {
			if s.MatchLanguage(wish) == "" {
				t.Errorf("%s: no language for %q", s.Domain(), wish)
			}
		}
		list := s.Codes()
		for i, code := range list {
			if i > 0 && (list[i-1].Number() > code.Number() || list[i-1].Number() == code.Number() && list[i-1].Domain() == code.Domain() && code.System() == list[i-1].System()) {
				t.Errorf("%s is listed before %s", list[i-1].FullName(), code.FullName())
			}
			checkCodeInvariants(t, c, s, code)
		}
	}
}

// checkCodeInvariants checks a code of a system, which may be of an included enum.
func checkCodeInvariants(t testing.TB, c *catalog.Catalog, s *catalog.System, code *catalog.Code) {
	t.Helper()
	name, enum := code.FullName(), code.Descriptor().Parent().(protoreflect.EnumDescriptor)
	if name != code.Domain()+"."+code.Reason() {
		t.Errorf("%s: domain %q and reason %q, want the two parts of the name", name, code.Domain(), code.Reason())
	}
	if code.System() != nil && code.System() != s || (code.System() == nil) == (enum == s.Descriptor()) {
		t.Errorf("%s: the system is %q, want %q if the enum is the system's", name, code.System().Domain(), s.Domain())
	}
	if got, ok := c.Lookup(code.Domain(), code.Reason()); !ok || got != code {
		t.Errorf("%s: Lookup gives %q", name, got.FullName())
	}
	if got, ok := s.Lookup(code.Reason()); !ok || got != code {
		t.Errorf("%s: Lookup in %s gives %q", name, s.Domain(), got.FullName())
	}
	if got, ok := c.LookupLegacy(s.Domain(), code.LegacyCode()); !ok || got != code && (!got.SharesLegacyCode() || !code.SharesLegacyCode()) {
		t.Errorf("%s: LookupLegacy(%q) gives %q", name, code.LegacyCode(), got.FullName())
	}
	if got, ok := s.ReadLegacy(code.LegacyCode(), ""); !ok || got != code && !code.SharesLegacyCode() {
		t.Errorf("%s: ReadLegacy(%q) gives %q", name, code.LegacyCode(), got.FullName())
	}
	if got, ok := s.LookupNumber(code.Number()); !ok || got != code && (got.Number() != code.Number() || got.Descriptor().Parent() == code.Descriptor().Parent()) {
		t.Errorf("%s: LookupNumber(%d) gives %q", name, code.Number(), got.FullName())
	}
	if m, tag := code.DefaultMessage(); m.String() == "" || tag == "" {
		t.Errorf("%s: the default message is %q in %q", name, m, tag)
	}
	if m, tag := s.DefaultMessage(code); m.String() == "" || tag != s.DefaultLanguage() && tag != s.Language() {
		t.Errorf("%s: the default message in %s is %q in %q", name, s.Domain(), m, tag)
	}
	if code.System() != nil && code.Help() != s.Help(code.Domain(), code.Reason(), code.LegacyCode()) {
		t.Errorf("%s: Help is %q, but the system's is %q", name, code.Help(), s.Help(code.Domain(), code.Reason(), code.LegacyCode()))
	}
	value := dynamicpb.NewEnumType(enum).New(protoreflect.EnumNumber(code.Number()))
	if got, ok := c.Code(value); !ok || got != code {
		t.Errorf("%s: Code(%d) gives %q", name, code.Number(), got.FullName())
	}
	if got, ok := c.CodeIn(s, code); !ok || got != code {
		t.Errorf("%s: CodeIn of the code's system gives %q", name, got.FullName())
	}
	if code.Number() == 0 || code.GRPCCode() > codes.Unauthenticated || code.HTTPStatus() < 200 || code.HTTPStatus() > 599 {
		t.Errorf("%s: number %d, gRPC %d, HTTP %d, want not 0, 0 to 16, 200 to 599", name, code.Number(), code.GRPCCode(), code.HTTPStatus())
	}
	if code.IsSuccess() != (code.GRPCCode() == codes.OK) {
		t.Errorf("%s: IsSuccess is %v of gRPC %s", name, code.IsSuccess(), code.GRPCCode())
	}
	if code.Reason() == "" || code.LegacyCode() == "" || code.Message().String() == "" {
		t.Errorf("%s: reason %q, legacy code %q, message %q, want texts",
			name, code.Reason(), code.LegacyCode(), code.Message())
	}
	if own := code.HTTPStatusFor(code.GRPCCode()); own != code.HTTPStatus() {
		t.Errorf("%s: HTTPStatusFor its own gRPC code is %d, want %d", name, own, code.HTTPStatus())
	}
	translated := false
	params := slices.Sorted(slices.Values(code.Message().Params()))
	for tag, m := range code.Translations() {
		translated = true
		if !slices.Equal(params, slices.Sorted(slices.Values(m.Params()))) {
			t.Errorf("%s: %s has the arguments %v, want %v", name, tag, m.Params(), params)
		}
		if got, ok := code.MessageIn(tag); !ok || got != m {
			t.Errorf("%s: MessageIn(%q) is %q, want %q", name, tag, got, m)
		}
	}
	if code.Translated() != translated {
		t.Errorf("%s: Translated is %v", name, code.Translated())
	}
	if got, ok := code.MessageIn(s.Language()); !ok || got != code.Message() {
		t.Errorf("%s: MessageIn(%q) is %q, want %q", name, s.Language(), got, code.Message())
	}
	for _, g := range code.FallbackFor() {
		if s.Fallback(g) != code {
			t.Errorf("%s: Fallback(%s) is %s", name, g, s.Fallback(g).FullName())
		}
	}
}

func TestInvariantsHoldForTheLinkedSystems(t *testing.T) {
	t.Parallel()
	checkInvariants(t, defaultCatalog(t))
}
