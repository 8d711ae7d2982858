// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	rpccode "google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/statusmap/statusmap/catalog"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv1 "github.com/statusmap/statusmap/gen/legacy/job/v1"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// named is an enum value without a descriptor. Only broken code has such values.
type named struct{ protoreflect.Enum }

func (named) Descriptor() protoreflect.EnumDescriptor { return nil }
func (named) Number() protoreflect.EnumNumber         { return 1 }

func TestCodeByValue(t *testing.T) {
	t.Parallel()
	c := defaultCatalog(t)
	loaded := compile(t, sourceOptions, sources(t))
	elvesLoaded := loaded[2].Enums().Get(0)
	if got := elvesLoaded.FullName(); got != "legacy.elves.v2.Code" {
		t.Fatalf("the third system is %s, want legacy.elves.v2.Code", got)
	}
	// A newer version of elves.v2 is loaded: one code has another number, and one is new.
	newerSource := source{
		pkg: "legacy.elves.v2",
		values: code("MISSING_SIGN_PARAM", 9, `grpc: ABORTED message: "x"`) +
			code("NEW_IN_THERE", 40101, `grpc: ABORTED message: "x"`),
	}.String()
	newer := compile(t, linkedOptions, map[string]string{"legacy/elves/v2/code.proto": newerSource})[0].Enums().Get(0)
	for _, tt := range []struct {
		name  string
		value protoreflect.Enum
		want  string
	}{
		{name: "generated", value: jobv2.Code_JOB_NOT_FOUND, want: "legacy.job.v2.JOB_NOT_FOUND"},
		{name: "generated, by pointer", value: jobv2.Code_JOB_NOT_FOUND.Enum(), want: "legacy.job.v2.JOB_NOT_FOUND"},
		{name: "generated, nil pointer", value: (*jobv2.Code)(nil)},
		{name: "generated, unset", value: jobv2.Code_CODE_UNSPECIFIED},
		{name: "generated, no such number", value: jobv2.Code(-1)},
		{name: "an enum that is not a system", value: descriptorpb.FieldDescriptorProto_TYPE_BOOL},
		{name: "nil", value: nil},
		{name: "without a descriptor", value: named{}},
		{
			name:  "dynamic, of the linked descriptor",
			value: dynamicpb.NewEnumType(elvesv2.Code(0).Descriptor()).New(40101),
			want:  "legacy.elves.v2.MISSING_SIGN_PARAM",
		},
		{
			name:  "dynamic, of a loaded descriptor",
			value: dynamicpb.NewEnumType(elvesLoaded).New(40101),
			want:  "legacy.elves.v2.MISSING_SIGN_PARAM",
		},
		{name: "dynamic, unset", value: dynamicpb.NewEnumType(elvesLoaded).New(0)},
		{name: "dynamic, no such number", value: dynamicpb.NewEnumType(elvesLoaded).New(9)},
		{
			name:  "dynamic, the name has another number here",
			value: dynamicpb.NewEnumType(newer).New(9),
			want:  "legacy.elves.v2.MISSING_SIGN_PARAM",
		},
		{name: "dynamic, the number has a name that is not here", value: dynamicpb.NewEnumType(newer).New(40101)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, ok := c.Code(tt.value)
			if code.FullName() != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", code.FullName(), ok, tt.want)
			}
		})
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	c := defaultCatalog(t)
	inSystem := func(domain, reason string) (*catalog.Code, bool) {
		system, _ := c.System(domain)
		return system.Lookup(reason)
	}
	byNumber := func(domain, number string) (*catalog.Code, bool) {
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil {
			t.Error(err)
		}
		system, _ := c.System(domain)
		return system.LookupNumber(int32(n))
	}
	for _, tt := range []struct {
		name   string
		lookup func(domain, name string) (*catalog.Code, bool)
		domain string
		key    string
		want   string
	}{
		{
			name:   "reason",
			lookup: c.Lookup,
			domain: "legacy.job.v2",
			key:    "JOB_NOT_FOUND",
			want:   "legacy.job.v2.JOB_NOT_FOUND",
		},
		{
			name:   "reason of another version",
			lookup: c.Lookup,
			domain: "legacy.job.v1",
			key:    "JOB_NOT_FOUND",
			want:   "legacy.job.v1.JOB_NOT_FOUND",
		},
		{name: "reason, lower case", lookup: c.Lookup, domain: "legacy.job.v2", key: "job_not_found"},
		{name: "reason of another system", lookup: c.Lookup, domain: "legacy.elves.v2", key: "JOB_NOT_FOUND"},
		{name: "reason, the zero value", lookup: c.Lookup, domain: "legacy.job.v2", key: "CODE_UNSPECIFIED"},
		{name: "reason, unknown domain", lookup: c.Lookup, domain: "legacy.job", key: "JOB_NOT_FOUND"},
		{name: "reason, no domain", lookup: c.Lookup, domain: "", key: "JOB_NOT_FOUND"},
		{name: "reason, nothing", lookup: c.Lookup, domain: "", key: ""},
		{
			name:   "reason, in its system",
			lookup: inSystem,
			domain: "legacy.job.v2",
			key:    "JOB_NOT_FOUND",
			want:   "legacy.job.v2.JOB_NOT_FOUND",
		},
		{name: "reason, in another system", lookup: inSystem, domain: "legacy.elves.v2", key: "JOB_NOT_FOUND"},
		{name: "reason, in no system", lookup: inSystem, domain: "legacy.job", key: "JOB_NOT_FOUND"},
		{
			name:   "legacy code",
			lookup: c.LookupLegacy,
			domain: "legacy.job.v2",
			key:    "1233106",
			want:   "legacy.job.v2.JOB_NOT_FOUND",
		},
		{
			name:   "legacy code that is not a number",
			lookup: c.LookupLegacy,
			domain: "legacy.elves.v2",
			key:    "401.1",
			want:   "legacy.elves.v2.MISSING_SIGN_PARAM",
		},
		{name: "legacy code, the enum's number", lookup: c.LookupLegacy, domain: "legacy.elves.v2", key: "40101"},
		{name: "legacy code of another version", lookup: c.LookupLegacy, domain: "legacy.job.v1", key: "1233106"},
		{
			name:   "10001 of Jarvis",
			lookup: c.LookupLegacy,
			domain: "legacy.jarvis.v2",
			key:    "10001",
			want:   "legacy.jarvis.v2.SKEY_GRANTED",
		},
		{
			name:   "10001 of API Switch",
			lookup: c.LookupLegacy,
			domain: "legacy.apiswitch.v1",
			key:    "10001",
			want:   "legacy.apiswitch.v1.ILLEGAL_PARAMETER",
		},
		{name: "legacy code, with a zero before it", lookup: c.LookupLegacy, domain: "legacy.job.v2", key: "01233106"},
		{name: "legacy code, nothing", lookup: c.LookupLegacy, domain: "legacy.job.v2", key: ""},
		{name: "number", lookup: byNumber, domain: "legacy.job.v2", key: "1233106", want: "legacy.job.v2.JOB_NOT_FOUND"},
		{
			name:   "number whose legacy code is another text",
			lookup: byNumber,
			domain: "legacy.elves.v2",
			key:    "40101",
			want:   "legacy.elves.v2.MISSING_SIGN_PARAM",
		},
		{
			name:   "number that other systems have, too",
			lookup: byNumber,
			domain: "legacy.apiswitch.v1",
			key:    "10001",
			want:   "legacy.apiswitch.v1.ILLEGAL_PARAMETER",
		},
		{name: "number of another system", lookup: byNumber, domain: "legacy.elves.v2", key: "1233106"},
		{name: "number, the zero value", lookup: byNumber, domain: "legacy.job.v2", key: "0"},
		{name: "number, negative", lookup: byNumber, domain: "legacy.job.v2", key: "-1233106"},
		{name: "number, between two codes", lookup: byNumber, domain: "legacy.elves.v2", key: "40150"},
		{name: "number, the lowest", lookup: byNumber, domain: "legacy.job.v2", key: "-2147483648"},
		{name: "number, the highest", lookup: byNumber, domain: "legacy.job.v2", key: "2147483647"},
		{name: "number, unknown domain", lookup: byNumber, domain: "legacy.job", key: "1233106"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, ok := tt.lookup(tt.domain, tt.key)
			if code.FullName() != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", code.FullName(), ok, tt.want)
			}
		})
	}
}

// TestLookUpsDoNotAllocate is not parallel: AllocsPerRun also counts the allocations of
// other tests.
func TestLookUpsDoNotAllocate(t *testing.T) {
	c := defaultCatalog(t)
	dynamic := dynamicpb.NewEnumType(compile(t, linkedOptions, sources(t))[6].Enums().Get(0)).New(1233106)
	job, _ := c.Lookup("legacy.job.v2", "JOB_NOT_FOUND")
	v1, _ := c.System("legacy.job.v1")
	for name, lookup := range map[string]func() bool{
		"generated value": func() bool { _, ok := c.Code(jobv2.Code_JOB_NOT_FOUND); return ok },
		"dynamic value":   func() bool { _, ok := c.Code(dynamic); return ok },
		"reason":          func() bool { _, ok := c.Lookup("legacy.job.v2", "JOB_NOT_FOUND"); return ok },
		"legacy code":     func() bool { _, ok := c.LookupLegacy("legacy.job.v2", "1233106"); return ok },
		"read legacy code": func() bool {
			_, ok := job.System().ReadLegacy("1233106", "x")
			return ok
		},
		"default message":     func() bool { _, tag := job.DefaultMessage(); return tag != "" },
		"help":                func() bool { return job.Help() == "" },
		"HTTP fallback":       func() bool { return v1.FallbackHTTP(404) != nil },
		"other system":        func() bool { _, ok := c.CodeIn(mustSystem(t, c, "legacy.elves.v1"), job); return !ok },
		"number":              func() bool { _, ok := job.System().LookupNumber(1233106); return ok },
		"system":              func() bool { _, ok := c.System("legacy.job.v2"); return ok },
		"translate":           func() bool { _, ok := c.CodeIn(v1, job); return ok },
		"fallback":            func() bool { return v1.Fallback(codes.NotFound) != nil },
		"message in language": func() bool { _, ok := job.MessageIn("en"); return ok },
		"default success":     func() bool { return v1.DefaultSuccessCode() == nil },
		"no such value":       func() bool { _, ok := c.Code(jobv2.Code(7)); return !ok },
		"no such number":      func() bool { _, ok := v1.LookupNumber(7); return !ok },
		"no such reason":      func() bool { _, ok := c.Lookup("legacy.job.v2", "NONE"); return !ok },
		"getters": func() bool {
			return job.FullName() != "" && job.LegacyCode() != "" && job.Domain() != "" &&
				job.HTTPStatus() != 0 && job.HTTPStatusFor(codes.NotFound) != 0 && len(job.Fields()) == 0 && job.RetryAfter() == 0 &&
				job.Message().Template() != nil && job.System().Envelope().Failure != nil
		},
	} {
		if n := testing.AllocsPerRun(100, func() {
			if !lookup() {
				t.Fatal(name)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func TestCatalogIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	files := loaders[2].load(t)
	enums := make([]protoreflect.EnumDescriptor, len(files))
	for i := range files {
		enums[i] = files[i].Enums().Get(0)
	}
	c, err := catalog.New(enums...)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			checkInvariants(t, c)
			if _, err := catalog.New(enums...); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}

// nilResults has the results of methods on nil that are not the zero value.
var nilResults = map[string]any{
	"Code.GRPCCode":      codes.Unknown,
	"Code.HTTPStatus":    500,
	"Code.HTTPStatusFor": 200, // of OK
}

func TestEveryMethodMayBeCalledOnNil(t *testing.T) {
	t.Parallel()
	for _, receiver := range []any{
		(*catalog.Catalog)(nil), &catalog.Catalog{},
		(*catalog.System)(nil), (*catalog.Code)(nil), (*catalog.Message)(nil),
		catalog.Problems(nil),
	} {
		v := reflect.ValueOf(receiver)
		typ := v.Type()
		name := strings.TrimPrefix(strings.TrimPrefix(typ.String(), "*"), "catalog.")
		if typ.NumMethod() == 0 {
			t.Errorf("%s has no methods", name)
		}
		for i := range typ.NumMethod() {
			method := name + "." + typ.Method(i).Name
			t.Run(fmt.Sprintf("%s/%v", method, v.IsZero()), func(t *testing.T) {
				t.Parallel()
				in := make([]reflect.Value, v.Method(i).Type().NumIn())
				for k := range in {
					in[k] = reflect.Zero(v.Method(i).Type().In(k))
				}
				call := v.Method(i).Call
				if v.Method(i).Type().IsVariadic() {
					call = v.Method(i).CallSlice
				}
				for k, out := range call(in) {
					checkEmpty(t, method, k, out)
				}
			})
		}
	}
}

func checkEmpty(t *testing.T, method string, i int, out reflect.Value) {
	switch value := out.Interface().(type) {
	case iter.Seq2[string, *catalog.Message]:
		for s := range value {
			t.Errorf("yields %q", s)
		}
	default:
		if want, ok := nilResults[method]; ok {
			if value != want {
				t.Errorf("result %d is %v, want %v", i, value, want)
			}
		} else if !out.IsZero() {
			t.Errorf("result %d is %v, want the zero value", i, value)
		}
	}
}

func TestNilAmongRealArguments(t *testing.T) {
	t.Parallel()
	c := defaultCatalog(t)
	job, _ := c.Lookup("legacy.job.v2", "JOB_NOT_FOUND")
	if code, ok := c.CodeIn(nil, job); code != nil || ok {
		t.Errorf("CodeIn of a nil dialect gives %s, want none", code.FullName())
	}
	if code, ok := c.CodeIn(job.System(), nil); code != nil || ok {
		t.Errorf("CodeIn of a nil code gives %s, want none", code.FullName())
	}
	var none *catalog.Catalog
	if code, ok := none.CodeIn(job.System(), job); code != nil || ok {
		t.Errorf("CodeIn of a nil catalog gives %s, want none", code.FullName())
	}
}

func TestCallersCannotChangeTheCatalog(t *testing.T) {
	t.Parallel()
	c := defaultCatalog(t)
	before := dump(c)
	systems := c.Systems()
	for _, s := range slices.Clone(systems) {
		list := s.Codes()
		for _, code := range list {
			if labels := code.Labels(); labels != nil {
				labels["source"] = "overwritten"
			}
			for i, params := 0, code.Message().Params(); i < len(params); i++ {
				params[i] = "overwritten"
			}
			for i, fallbacks := 0, code.FallbackFor(); i < len(fallbacks); i++ {
				fallbacks[i] = codes.OK
			}
		}
		clear(list)
	}
	clear(systems)
	if dump(c) != before {
		t.Error("a caller changed the catalog")
	}
}

func TestGrpcIsNumberedAsGoogleRPCCode(t *testing.T) {
	t.Parallel()
	if len(statusmapv1.GrpcCode_name) != len(rpccode.Code_name) {
		t.Errorf("%d codes, google.rpc.Code has %d", len(statusmapv1.GrpcCode_name), len(rpccode.Code_name))
	}
	for number, name := range rpccode.Code_name {
		if got := statusmapv1.GrpcCode_name[number]; got != name {
			t.Errorf("%d is %s, google.rpc.Code says %s", number, got, name)
		}
	}
}

// httpMapping is the mapping in the comments of google/rpc/code.proto.
var httpMapping = map[rpccode.Code]int{
	rpccode.Code_OK:                  200, // 200 OK
	rpccode.Code_CANCELLED:           499, // 499 Client Closed Request
	rpccode.Code_UNKNOWN:             500, // 500 Internal Server Error
	rpccode.Code_INVALID_ARGUMENT:    400, // 400 Bad Request
	rpccode.Code_DEADLINE_EXCEEDED:   504, // 504 Gateway Timeout
	rpccode.Code_NOT_FOUND:           404, // 404 Not Found
	rpccode.Code_ALREADY_EXISTS:      409, // 409 Conflict
	rpccode.Code_PERMISSION_DENIED:   403, // 403 Forbidden
	rpccode.Code_UNAUTHENTICATED:     401, // 401 Unauthorized
	rpccode.Code_RESOURCE_EXHAUSTED:  429, // 429 Too Many Requests
	rpccode.Code_FAILED_PRECONDITION: 400, // 400 Bad Request
	rpccode.Code_ABORTED:             409, // 409 Conflict
	rpccode.Code_OUT_OF_RANGE:        400, // 400 Bad Request
	rpccode.Code_UNIMPLEMENTED:       501, // 501 Not Implemented
	rpccode.Code_INTERNAL:            500, // 500 Internal Server Error
	rpccode.Code_UNAVAILABLE:         503, // 503 Service Unavailable
	rpccode.Code_DATA_LOSS:           500, // 500 Internal Server Error
}

func TestHTTPStatus(t *testing.T) {
	t.Parallel()
	for number, name := range rpccode.Code_name {
		want, ok := httpMapping[rpccode.Code(number)]
		if !ok {
			t.Errorf("%s is missing in the table", name)
		}
		if got := catalog.HTTPStatus(codes.Code(number)); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	for _, unknown := range []codes.Code{17, 100, 20210, 1 << 31, 1<<32 - 1} {
		if got := catalog.HTTPStatus(unknown); got != 500 {
			t.Errorf("%d: %d, want 500", uint32(unknown), got)
		}
	}
}

func TestCodeWithoutHTTPHasTheCanonicalOne(t *testing.T) {
	t.Parallel()
	var values strings.Builder
	for number, name := range statusmapv1.GrpcCode_name {
		if number == 0 {
			continue
		}
		values.WriteString(code("IS_"+name, int(100+number), "grpc: "+name+` message: "x"`))
	}
	s := system(t, source{values: values.String()}.String())
	for _, code := range s.Codes() {
		if got, want := code.HTTPStatus(), httpMapping[rpccode.Code(code.GRPCCode())]; got != want {
			t.Errorf("%s: HTTP %d, want %d", code.Reason(), got, want)
		}
	}
}

func TestHTTPStatusForAnErrorThatIsReplaced(t *testing.T) {
	t.Parallel()
	s := system(t, source{values: code("OWN_STATUS", 5, `grpc: ABORTED message: "x" http: 418`) +
		code("NO_STATUS", 6, `grpc: ABORTED message: "x"`)}.String())
	own, _ := s.Lookup("OWN_STATUS")
	none, _ := s.Lookup("NO_STATUS")
	for _, g := range append(allGRPC(), 17, 20210, 1<<32-1) {
		canonical, known := httpMapping[rpccode.Code(g)]
		if !known {
			canonical = 500
		}
		if got := own.HTTPStatusFor(g); got != 418 {
			t.Errorf("%s, code with http: %d, want 418", g, got)
		}
		if got := none.HTTPStatusFor(g); got != canonical {
			t.Errorf("%s, code without http: %d, want %d", g, got, canonical)
		}
		if got := (*catalog.Code)(nil).HTTPStatusFor(g); got != canonical {
			t.Errorf("%s, nil code: %d, want %d", g, got, canonical)
		}
	}
}

func TestFallbackOfEverySystemForEveryGRPCCode(t *testing.T) {
	t.Parallel()
	for _, s := range defaultCatalog(t).Systems() {
		given := map[codes.Code]string{}
		for _, code := range s.Codes() {
			for _, g := range code.FallbackFor() {
				given[g] = code.FullName()
			}
		}
		last := given[codes.Unknown]
		if last == "" {
			last = given[codes.Internal]
		}
		if last == "" {
			t.Fatalf("%s has no fallback for UNKNOWN or INTERNAL", s.Domain())
		}
		for _, g := range append(allGRPC(), 17, 20210, 1<<31, 1<<32-1) {
			want := given[g]
			if want == "" {
				want = last
			}
			if g == codes.OK {
				want = ""
			}
			if got := s.Fallback(g).FullName(); got != want {
				t.Errorf("%s: Fallback(%d) is %q, want %q", s.Domain(), g, got, want)
			}
		}
	}
}

func allGRPC() []codes.Code {
	list := make([]codes.Code, 0, len(rpccode.Code_name))
	for number := range rpccode.Code_name {
		list = append(list, codes.Code(number))
	}
	slices.Sort(list)
	return list
}

func TestFallbackPrefersUnknownToInternal(t *testing.T) {
	t.Parallel()
	s := system(t, source{values: code("BROKEN", 2, `grpc: INTERNAL message: "x" fallback_for: [INTERNAL, ABORTED]`)}.String())
	for g, want := range map[codes.Code]string{
		codes.OK: "", codes.Unknown: "UNKNOWN_ERROR", codes.Internal: "BROKEN", codes.Aborted: "BROKEN",
		codes.NotFound: "UNKNOWN_ERROR", 17: "UNKNOWN_ERROR",
	} {
		if got := s.Fallback(g).Reason(); got != want {
			t.Errorf("%s: %q, want %q", g, got, want)
		}
	}
}

func TestCodeInForAllCodesOfBothFamilies(t *testing.T) {
	t.Parallel()
	c := defaultCatalog(t)
	translated := map[string]int{}
	for _, code := range allCodes(t) {
		for _, dialect := range c.Systems() {
			got, ok := c.CodeIn(dialect, code)
			pair := code.Domain() + " to " + dialect.Domain()
			sameFamily := catalog.FamilyOf(code.Domain()) == catalog.FamilyOf(dialect.Domain())
			_, there := c.Lookup(dialect.Domain(), code.Reason())
			if code.System() == nil { // an enum that the dialect may include
				if in, included := dialect.Lookup(code.Reason()); got != in || ok != included {
					t.Errorf("%s, %s: %q, %v, want the code itself if the dialect includes it", pair, code.Reason(), got.FullName(), ok)
				}
				continue
			}
			if want := sameFamily && there; ok != want || (got != nil) != want {
				t.Errorf("%s, %s: %q, %v, want %v", pair, code.Reason(), got.FullName(), ok, want)
				continue
			}
			if !ok {
				continue
			}
			translated[pair]++
			if got.Reason() != code.Reason() || got.System() != dialect {
				t.Errorf("%s, %s: %s, want the same reason in the dialect", pair, code.Reason(), got.FullName())
			}
			if back, ok := c.CodeIn(code.System(), got); !ok || back != code {
				t.Errorf("%s, %s: translated back it is %q, want %q", pair, code.Reason(), back.FullName(), code.FullName())
			}
		}
	}
	for pair, want := range map[string]int{ // each family in both directions
		"legacy.elves.v1 to legacy.elves.v2": 28, "legacy.elves.v2 to legacy.elves.v1": 28, // not "app||func"
		"legacy.job.v1 to legacy.job.v2": 122, "legacy.job.v2 to legacy.job.v1": 122, // not processInfos
	} {
		if translated[pair] != want {
			t.Errorf("%s: %d codes are translated, want %d", pair, translated[pair], want)
		}
	}
	if _, ok := c.CodeIn(systemOf(t, "legacy.apiswitch.v1"), codeOf(t, jobv1.Code_JOB_NOT_FOUND)); ok {
		t.Error("got a code of API Switch for a code of JOB, want none")
	}
}

func codeOf(t testing.TB, value protoreflect.Enum) *catalog.Code {
	t.Helper()
	code, ok := defaultCatalog(t).Code(value)
	if !ok {
		t.Fatalf("%v is not in the catalog", value)
	}
	return code
}

func systemOf(t testing.TB, domain string) *catalog.System {
	t.Helper()
	s, ok := defaultCatalog(t).System(domain)
	if !ok {
		t.Fatalf("%s is not in the catalog", domain)
	}
	return s
}

func TestFamilyIsTheDomainWithoutItsVersion(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"legacy.job.v1": "legacy.job", "legacy.job.v2": "legacy.job", "legacy.job": "legacy.job",
		"legacy.job.v10": "legacy.job", "legacy.job.v1beta1": "legacy.job", "legacy.job.v2alpha": "legacy.job",
		"legacy.job.v1p1beta1": "legacy.job", "legacy.job.v1p": "legacy.job.v1p", "legacy.job.v1rc1": "legacy.job.v1rc1",
		"legacy.v1.job": "legacy.v1.job", "legacy.job.version1": "legacy.job.version1", "legacy.jobv1": "legacy.jobv1",
		"legacy.job.v": "legacy.job.v", "v1": "v1", "": "",
	} {
		if got := catalog.FamilyOf(domain); got != want {
			t.Errorf("%q: %q, want %q", domain, got, want)
		}
	}
}

func TestDefaultSuccessIsTheLowestNumber(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"legacy.jarvis.v2": codeOf(t, jarvisv2.Code_SKEY_GRANTED).FullName(),
		"legacy.job.v2":    "", "legacy.elves.v1": "", "legacy.apiswitch.v1": "",
	} {
		if got := systemOf(t, domain).DefaultSuccessCode().FullName(); got != want {
			t.Errorf("%s: %q, want %q", domain, got, want)
		}
	}
	s := system(t, source{options: goodOptions + ` success_codes: "20[0-9]"`,
		values: code("SECOND", 201, `grpc: OK message: "x"`) + code("FIRST", 200, `grpc: OK message: "x"`)}.String())
	if got := s.DefaultSuccessCode().Reason(); got != "FIRST" {
		t.Errorf("DefaultSuccessCode is %s, want FIRST", got)
	}
}

func TestMatchLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		accept         string
		chinese, other string // want from a system in zh-CN with en, and from one in en with zh-CN
	}{
		{accept: "", chinese: "zh-CN", other: "en"},
		{accept: "zh-CN", chinese: "zh-CN", other: "zh-CN"},
		{accept: "zh-cn", chinese: "zh-CN", other: "zh-CN"},
		{accept: "zh", chinese: "zh-CN", other: "zh-CN"},
		{accept: "zh-Hans", chinese: "zh-CN", other: "zh-CN"},
		{accept: "zh-TW", chinese: "zh-CN", other: "zh-CN"}, // the closest tag
		{accept: "en", chinese: "en", other: "en"},
		{accept: "EN", chinese: "en", other: "en"},
		{accept: "en_US", chinese: "en", other: "en"},
		{accept: "en-US;q=0.5", chinese: "en", other: "en"},
		{accept: "en-US,en;q=0.9,zh-CN;q=0.8", chinese: "en", other: "en"},
		{accept: "en;q=0.1, zh;q=0.9", chinese: "zh-CN", other: "zh-CN"},
		{accept: "fr, en;q=0.1", chinese: "en", other: "en"},
		{accept: "fr", chinese: "zh-CN", other: "en"},
		{accept: "en;q=0", chinese: "zh-CN", other: "en"}, // not acceptable
		{accept: "*", chinese: "zh-CN", other: "en"},
		{accept: "fr, *;q=0.5", chinese: "zh-CN", other: "en"},
		{accept: "en, *;q=0.5", chinese: "en", other: "en"},
		{accept: "!!", chinese: "zh-CN", other: "en"},
		{accept: "en;q=high", chinese: "zh-CN", other: "en"},
		{accept: ";", chinese: "zh-CN", other: "en"},
		{accept: ",", chinese: "zh-CN", other: "en"},
		{accept: "\x00\xff", chinese: "zh-CN", other: "en"},
		{accept: "en\r\nX-Injected: 1", chinese: "zh-CN", other: "en"},
		{accept: strings.Repeat("a-", 50_000), chinese: "zh-CN", other: "en"},
		{accept: strings.Repeat("-", 50_000), chinese: "zh-CN", other: "en"},
		{accept: strings.Repeat("x", 100_000), chinese: "zh-CN", other: "en"},
		{accept: strings.Repeat("fr,", 340) + "en  ", chinese: "en", other: "en"}, // 1 KiB
		{accept: strings.Repeat("fr,", 340) + "en   ", chinese: "zh-CN", other: "en"},
		{accept: strings.Repeat("en,", 5_000) + "en", chinese: "zh-CN", other: "en"},
	} {
		for domain, want := range map[string]string{
			"legacy.job.v2": tt.chinese, "legacy.apiswitch.v1": tt.chinese,
			"legacy.elves.v1": tt.other, "legacy.jarvis.v2": tt.other,
		} {
			if got := systemOf(t, domain).MatchLanguage(tt.accept); got != want {
				t.Errorf("%s, %.30q: %s, want %s", domain, tt.accept, got, want)
			}
		}
	}
	if got := system(t, source{}.String()).MatchLanguage("zh"); got != "en" {
		t.Errorf("a system with one language: %s, want en", got)
	}
}

func TestMatchLanguageGivesTheTagAsWritten(t *testing.T) {
	t.Parallel()
	s := system(t, source{values: code("CODE_A", 5, `
    grpc: ABORTED
    message: "x"
    translations: {key: "zh-cn" value: "y"}
    translations: {key: "iw" value: "z"}`)}.String())
	a, _ := codeByReason(s, "CODE_A")
	for accept, want := range map[string]string{"zh-CN": "zh-cn", "he": "iw", "iw": "iw", "en": "en"} {
		tag := s.MatchLanguage(accept)
		if _, ok := a.MessageIn(tag); tag != want || !ok {
			t.Errorf("%s: %q, %v, want %q", accept, tag, ok, want)
		}
	}
}

func codeByReason(s *catalog.System, reason string) (*catalog.Code, bool) {
	for _, code := range s.Codes() {
		if code.Reason() == reason {
			return code, true
		}
	}
	return nil, false
}
