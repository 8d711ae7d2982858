// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/prototest"
)

// includeSources are two versions of a depot, a shop, and enums that they include.
var includeSources = map[string]string{
	"depot/v1/auth.proto": `syntax = "proto3"; package depot.v1; import "statusmap/v1/options.proto";` +
		"\n" + auth(""),
	"gate/v1/gate.proto": `syntax = "proto3"; package gate.v1; import "statusmap/v1/options.proto";
enum GateCode {
  GATE_CODE_UNSPECIFIED = 0;
` + code("GATE_CLOSED", 1, `grpc: UNAVAILABLE message: "gate {gate} is closed" legacy_code: "G-1" fallback_for: [] translations: {key: "de" value: "Tor {gate} ist zu"}`) +
		code("GATE_LOST", 300, `grpc: NOT_FOUND message: "gone" legacy_code: "G-2" fallback_for_http: [404]`) + `}`,
	"depot/v1/code.proto": source{pkg: "depot.v1", options: goodOptions + ` includes: ["depot.v1.Auth", "gate.v1.GateCode"] help: "https://e.example.com/{domain}/{reason}/{code}"
    language_header: "Accept-Language"`,
		values: code("PARCEL_LOST", 101, `grpc: NOT_FOUND message: "lost"`)}.String(),
	"depot/v2/code.proto": source{pkg: "depot.v2", options: goodOptions + ` includes: ["gate.v1.GateCode"] default_language: "de"`,
		values: code("TOKEN_EXPIRED", 7, `grpc: UNAUTHENTICATED message: "expired"`) + code("PARCEL_LOST", 8, `grpc: NOT_FOUND message: "lost"`)}.String(),
	"shop/v1/code.proto": source{pkg: "shop.v1",
		values: code("PARCEL_LOST", 1_000, `grpc: NOT_FOUND message: "lost"`)}.String(),
}

func includeCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.FromFiles(registry(t, compile(t, linkedOptions, includeSources)...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustSystem(t testing.TB, c *catalog.Catalog, domain string) *catalog.System {
	t.Helper()
	s, ok := c.System(domain)
	if !ok {
		t.Fatalf("there is no system %s", domain)
	}
	return s
}

func names(codes []*catalog.Code) string {
	var list []string
	for _, c := range codes {
		list = append(list, c.FullName())
	}
	return strings.Join(list, " ")
}

func TestASystemHasTheCodesOfItsIncludes(t *testing.T) {
	t.Parallel()
	c := includeCatalog(t)
	checkInvariants(t, c)
	v1, v2 := mustSystem(t, c, "depot.v1"), mustSystem(t, c, "depot.v2")
	if n := len(c.Systems()); n != 3 {
		t.Errorf("%d systems, want 3: an included enum is not a system", n)
	}
	for s, want := range map[*catalog.System]string{
		v1: "depot.v1.UNKNOWN_ERROR gate.v1.GATE_CLOSED depot.v1.PARCEL_LOST depot.v1.TOKEN_EXPIRED gate.v1.GATE_LOST",
		v2: "depot.v2.UNKNOWN_ERROR gate.v1.GATE_CLOSED depot.v2.TOKEN_EXPIRED depot.v2.PARCEL_LOST gate.v1.GATE_LOST",
	} {
		if got := names(s.Codes()); got != want {
			t.Errorf("%s: got  %s\nwant %s", s.Domain(), got, want)
		}
		if got, _ := s.LookupNumber(1); got.Reason() != "UNKNOWN_ERROR" {
			t.Errorf("%s: number 1 is %s, want the system's own code", s.Domain(), got.FullName())
		}
		if got := s.FallbackHTTP(404).FullName(); got != "gate.v1.GATE_LOST" || s.FallbackHTTP(405) != nil {
			t.Errorf("%s: the fallback for 404 is %q, and for 405 %q; want GATE_LOST and none", s.Domain(), got, s.FallbackHTTP(405).FullName())
		}
		if got, ok := s.LookupLegacy("G-1"); !ok || got.FullName() != "gate.v1.GATE_CLOSED" {
			t.Errorf("%s: G-1 is %q", s.Domain(), got.FullName())
		}
	}
	if _, ok := c.System("gate.v1"); ok {
		t.Error("gate.v1 is a system")
	}
	for _, tt := range []struct{ domain, reason, want string }{
		{"gate.v1", "GATE_CLOSED", "gate.v1.GATE_CLOSED"},
		{"depot.v1", "TOKEN_EXPIRED", "depot.v1.TOKEN_EXPIRED"},
		{"depot.v1", "GATE_CLOSED", ""}, // there is no such enum value
		{"depot.v2", "TOKEN_EXPIRED", "depot.v2.TOKEN_EXPIRED"},
		{"gate.v1", "PARCEL_LOST", ""},
	} {
		if got, ok := c.Lookup(tt.domain, tt.reason); got.FullName() != tt.want || ok != (tt.want != "") {
			t.Errorf("Lookup(%s, %s) is %q, want %q", tt.domain, tt.reason, got.FullName(), tt.want)
		}
	}
}

func TestAnIncludedCodeHasNoSystemOfItsOwn(t *testing.T) {
	t.Parallel()
	c := includeCatalog(t)
	v1, v2 := mustSystem(t, c, "depot.v1"), mustSystem(t, c, "depot.v2")
	gate, _ := c.Lookup("gate.v1", "GATE_CLOSED")
	token, _ := c.Lookup("depot.v1", "TOKEN_EXPIRED")
	for _, code := range []*catalog.Code{gate, token} {
		if code.System() != nil || code.Help() != "" {
			t.Errorf("%s: the system is %q and the help %q, want none", code.FullName(), code.System().Domain(), code.Help())
		}
	}
	if got, want := v1.Help(gate.Domain(), gate.Reason(), gate.LegacyCode()), "https://e.example.com/gate.v1/GATE_CLOSED/G-1"; got != want {
		t.Errorf("the help is %q, want %q", got, want)
	}
	// The two includers have different default languages.
	if m, tag := gate.DefaultMessage(); m != gate.Message() || tag != "en" {
		t.Errorf("the default message is %q in %s, want the English one", m, tag)
	}
	if m, tag := v1.DefaultMessage(gate); m != gate.Message() || tag != "en" {
		t.Errorf("the default message in depot.v1 is %q in %s, want the English one", m, tag)
	}
	if m, tag := v2.DefaultMessage(gate); m.String() != "Tor {gate} ist zu" || tag != "de" {
		t.Errorf("the default message in depot.v2 is %q in %s, want the German one", m, tag)
	}
	if got := gate.MatchLanguage("de-AT"); got != "de" {
		t.Errorf("the language for de-AT is %q, want de", got)
	}
	if got := gate.MatchLanguage("fr"); got != "en" {
		t.Errorf("the language for fr is %q, want that of the first includer, en", got)
	}
}

func TestCodeInOfIncludedCodes(t *testing.T) {
	t.Parallel()
	c := includeCatalog(t)
	for _, tt := range []struct{ dialect, domain, reason, want string }{
		{"depot.v1", "gate.v1", "GATE_CLOSED", "gate.v1.GATE_CLOSED"},
		{"depot.v2", "gate.v1", "GATE_CLOSED", "gate.v1.GATE_CLOSED"},
		{"shop.v1", "gate.v1", "GATE_CLOSED", ""},
		{"depot.v2", "depot.v1", "TOKEN_EXPIRED", "depot.v2.TOKEN_EXPIRED"}, // from an included code to an own one
		{"depot.v1", "depot.v2", "TOKEN_EXPIRED", "depot.v1.TOKEN_EXPIRED"}, // and back
		{"depot.v2", "depot.v1", "PARCEL_LOST", "depot.v2.PARCEL_LOST"},
		{"shop.v1", "depot.v1", "PARCEL_LOST", ""},
		{"depot.v1", "shop.v1", "PARCEL_LOST", ""},
	} {
		code, ok := c.Lookup(tt.domain, tt.reason)
		if !ok {
			t.Fatalf("there is no code %s.%s", tt.domain, tt.reason)
		}
		if got, ok := c.CodeIn(mustSystem(t, c, tt.dialect), code); got.FullName() != tt.want || ok != (tt.want != "") {
			t.Errorf("%s in %s is %q, want %q", code.FullName(), tt.dialect, got.FullName(), tt.want)
		}
	}
}

func TestEqualNumbersOfEnumsAreToldApart(t *testing.T) {
	t.Parallel()
	c := includeCatalog(t)
	for _, name := range []string{"gate.v1.GATE_CLOSED", "depot.v1.UNKNOWN_ERROR", "depot.v2.UNKNOWN_ERROR", "shop.v1.UNKNOWN_ERROR"} {
		full := protoreflect.FullName(name)
		code, _ := c.Lookup(string(full.Parent()), string(full.Name()))
		value := dynamicpb.NewEnumType(code.Descriptor().Parent().(protoreflect.EnumDescriptor)).New(1)
		if got, ok := c.Code(value); !ok || got.FullName() != name {
			t.Errorf("number 1 of the enum of %s is %q", name, got.FullName())
		}
	}
}

// TestNewFindsIncludedEnums gives New only some of the enums.
func TestNewFindsIncludedEnums(t *testing.T) {
	t.Parallel()
	includer := func(imports string) string {
		return strings.Replace(source{pkg: "top.v1", options: goodOptions + ` includes: ["test.v1.Auth"]`}.String(), "enum Code", imports+"\nenum Code", 1)
	}
	included := `syntax = "proto3"; package test.v1; import "statusmap/v1/options.proto";` + "\n" + auth("")
	enum := func(files []protoreflect.FileDescriptor, path string) protoreflect.EnumDescriptor {
		i := slices.IndexFunc(files, func(f protoreflect.FileDescriptor) bool { return f.Path() == path })
		return files[i].Enums().Get(0)
	}
	direct := compile(t, linkedOptions, map[string]string{"a.proto": includer(`import "b.proto";`), "b.proto": included})
	indirect := compile(t, linkedOptions, map[string]string{"a.proto": includer(`import "c.proto";`), "b.proto": included, "c.proto": `syntax = "proto3"; import "b.proto";`})
	apart := compile(t, linkedOptions, map[string]string{"a.proto": includer(""), "b.proto": included})
	for _, tt := range []struct {
		name  string
		enums []protoreflect.EnumDescriptor
		found bool
	}{
		{"imported", []protoreflect.EnumDescriptor{enum(direct, "a.proto")}, true},
		{"imported by an import", []protoreflect.EnumDescriptor{enum(indirect, "a.proto")}, true},
		{"given", []protoreflect.EnumDescriptor{enum(apart, "a.proto"), enum(apart, "b.proto")}, true},
		{"given first", []protoreflect.EnumDescriptor{enum(apart, "b.proto"), enum(apart, "a.proto")}, true},
		{"given and imported", []protoreflect.EnumDescriptor{enum(direct, "b.proto"), enum(direct, "a.proto")}, true},
		{"neither", []protoreflect.EnumDescriptor{enum(apart, "a.proto")}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := catalog.New(tt.enums...)
			if !tt.found {
				if p := problemsOf(t, err); len(p) != 1 || !strings.HasPrefix(p[0].Text, `there is no enum "test.v1.Auth"`) {
					t.Errorf("got %v, want the problem of the enum that is missing", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := c.Lookup("test.v1", "TOKEN_EXPIRED"); !ok || len(c.Systems()) != 1 {
				t.Errorf("got %q and %d systems", got.FullName(), len(c.Systems()))
			}
			for _, p := range c.Warnings() {
				if p.Rule == "includes" {
					t.Errorf("got the warning %s", p)
				}
			}
		})
	}
}

func TestNewFindsIncludedEnumsThatAreLinked(t *testing.T) {
	t.Parallel()
	// The paths and packages are only of this test: the files are linked into all others.
	prototest.Register(t, "catalogincludes/auth.proto", `syntax = "proto3"; package catalogincludes.v1;
import "statusmap/v1/options.proto"; enum Auth { AUTH_UNSPECIFIED = 0; `+code("LINKED_TOKEN", 2, `grpc: ABORTED message: "x"`)+`}`)
	prototest.Register(t, "catalogincludes/code.proto", source{pkg: "catalogincludes.v1", options: goodOptions + ` includes: ["catalogincludes.v1.Auth"]`}.String())
	d, err := protoregistry.GlobalFiles.FindDescriptorByName("catalogincludes.v1.Code")
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.New(d.(protoreflect.EnumDescriptor))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Lookup("catalogincludes.v1", "LINKED_TOKEN"); !ok {
		t.Error("the linked enum is not found")
	}
}

func TestRulesOfSeveralFiles(t *testing.T) {
	t.Parallel()
	gate := func(values string) string {
		return `syntax = "proto3"; package gate.v1; import "statusmap/v1/options.proto";` + "\nenum GateCode {\n  GATE_UNSPECIFIED = 0;\n" + values + "}"
	}
	depot := func(pkg, options, values string) string {
		return source{pkg: pkg, options: options + ` includes: ["gate.v1.GateCode"]`, values: values}.String()
	}
	closed := code("GATE_CLOSED", 301, `grpc: UNAVAILABLE message: "closed"`)
	for _, tt := range []struct {
		name    string
		sources map[string]string
		want    string // the starts of all problems, by line
	}{
		{
			name: "same reason",
			sources: map[string]string{"gate.proto": gate(closed),
				"depot.proto": depot("depot.v1", goodOptions, code("GATE_CLOSED", 5, `grpc: ABORTED message: "x"`))},
			want: `depot.proto:4: depot.v1.Code: includes: depot.v1.GATE_CLOSED and gate.v1.GATE_CLOSED have the same reason, and depot.v1 has both: rename one of them`,
		},
		{
			name: "same legacy code, in two systems",
			sources: map[string]string{"gate.proto": gate(closed + code("GATE_LOST", 302, `grpc: ABORTED message: "x" legacy_code: "301"`)),
				"a.proto": depot("depot.v1", goodOptions, ""), "b.proto": depot("depot.v2", goodOptions, "")},
			want: `gate.proto:5: gate.v1.GATE_LOST: legacy_code: "301" is already used by GATE_CLOSED: give each code its own legacy code`,
		},
		{
			name: "legacy code is another one's in one system",
			sources: map[string]string{"gate.proto": gate(closed),
				"depot.proto": depot("depot.v1", goodOptions, code("CODE_A", 5, `grpc: ABORTED message: "x" legacy_code: "301"`)),
				"shop.proto":  depot("shop.v1", goodOptions, "")},
			want: `gate.proto:4: gate.v1.GATE_CLOSED: legacy_code: "301" is already used by depot.v1.CODE_A: give each code its own legacy code`,
		},
		{
			name: "a system is included",
			sources: map[string]string{"gate.proto": source{pkg: "gate.v1"}.String(),
				"depot.proto": source{pkg: "depot.v1", options: goodOptions + ` includes: ["gate.v1.Code"]`}.String()},
			want: `depot.proto:4: depot.v1.Code: includes: "gate.v1.Code" is a system of its own, and a system cannot include another one: remove the option (statusmap.v1.system) of gate.v1.Code, or remove it from includes`,
		},
		{
			name: "two languages",
			sources: map[string]string{"gate.proto": gate(closed), "a.proto": depot("depot.v1", goodOptions, ""),
				"b.proto": depot("depot.v2", strings.Replace(goodOptions, `"en"`, `"de"`, 1), "")},
			want: `b.proto:4: depot.v2.Code: includes: the messages of gate.v1.GateCode are in "en" in the system depot.v1, but this system has language "de": write the same language in both systems`,
		},
		{
			name: "without a package",
			sources: map[string]string{"gate.proto": strings.Replace(gate(closed), "package gate.v1;", "", 1),
				"depot.proto": source{pkg: "depot.v1", options: goodOptions + ` includes: ["GateCode"]`}.String()},
			want: `gate.proto:2: GateCode: domain: the file has no package: write one`,
		},
		{
			name: "replaced_by",
			sources: map[string]string{
				"gate.proto": gate("  GATE_OLD = 1 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" legacy_code: \"g\" replaced_by: \"UNKNOWN_ERROR\"}];\n" +
					"  GATE_OLDER = 2 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"gate.v1.NONE\"}];\n"),
				"depot.proto": depot("depot.v1", goodOptions, "")},
			want: `gate.proto:5: gate.v1.GATE_OLDER: replaced_by: there is no code "gate.v1.NONE"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := catalog.FromFiles(registry(t, compile(t, linkedOptions, tt.sources)...))
			got, want := problemsOf(t, err), strings.Split(tt.want, "\n")
			if len(got) != len(want) {
				t.Fatalf("got %d problems, want %d:\n%v", len(got), len(want), err)
			}
			for i := range want {
				if !strings.HasPrefix(got[i].String(), want[i]) {
					t.Errorf("got  %s\nwant %s", got[i], want[i])
				}
			}
		})
	}
}

// depotFiles are the files of testdata/depot.
func depotFiles(t testing.TB, from vocabulary) []protoreflect.FileDescriptor {
	t.Helper()
	root := filepath.Join("..", "testdata", "depot")
	sources := map[string]string{}
	for _, path := range []string{"legacy/depot/v1/auth.proto", "legacy/depot/v1/code.proto", "legacy/gate/v1/code.proto"} {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		sources[path] = string(b)
	}
	return compile(t, from, sources)
}

func TestDepot(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]vocabulary{"linked options": linkedOptions, "options from source": sourceOptions} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := catalog.FromFiles(registry(t, depotFiles(t, from)...))
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, c)
			s := mustSystem(t, c, "legacy.depot.v1")
			if set := s.Envelope(); !set.Failure.Has("violations") || set.HasSuccess || set.Success.String() != "{data}" {
				t.Errorf("the envelope is %+v", set)
			}
			for _, legacyCode := range []string{"101", "101.7"} {
				if code, ok := s.ReadLegacy(legacyCode, ""); !ok || code.Reason() != "PARCEL_NOT_FOUND" {
					t.Errorf("%s is read as %q, want PARCEL_NOT_FOUND", legacyCode, code.FullName())
				}
			}
			token, _ := c.Lookup("legacy.depot.v1", "TOKEN_EXPIRED")
			if !token.Sensitive("token") || token.Sensitive("user") || !token.HasSensitive() || token.System() != nil {
				t.Errorf("the arguments of %s are %+v", token.FullName(), token.Params())
			}
			gate, _ := s.LookupLegacy("G-1")
			if got, ok := c.CodeIn(s, gate); !ok || got != gate || gate.Domain() != "legacy.gate.v1" {
				t.Errorf("G-1 is %q", gate.FullName())
			}
			lost, _ := s.Lookup("PARCEL_LOST")
			if !lost.Deprecated() || lost.ReplacedBy() != "PARCEL_NOT_FOUND" || lost.Help() != "https://errors.example.com/legacy.depot.v1/PARCEL_LOST" {
				t.Errorf("%s: deprecated %v, replaced by %q, help %q", lost.FullName(), lost.Deprecated(), lost.ReplacedBy(), lost.Help())
			}
			missing, _ := s.Lookup("PARAMETER_MISSING")
			if f := missing.Fields(); len(f) != 1 || f[0].Text(catalog.Arg{Name: "parameter", Value: "weight"}) != "weight" {
				t.Errorf("the fields of %s are %v", missing.FullName(), f)
			}
		})
	}
}
