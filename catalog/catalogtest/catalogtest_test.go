// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalogtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/catalog/catalogtest"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/prototest"
)

// A recorder is a testing.TB that records errors and logs.
type recorder struct {
	testing.TB // nil, since Check must not call other methods
	errors     []string
	logs       []string
	helper     bool
}

func (r *recorder) Helper()           { r.helper = true }
func (r *recorder) Error(args ...any) { r.errors = append(r.errors, fmt.Sprint(args...)) }
func (r *recorder) Log(args ...any)   { r.logs = append(r.logs, fmt.Sprint(args...)) }

// load compiles a .proto source and returns its enums.
func load(t *testing.T, source string) []protoreflect.EnumDescriptor {
	t.Helper()
	file := prototest.Compile(t, map[string]string{"depot.proto": source})[0]
	var enums []protoreflect.EnumDescriptor
	for i := range file.Enums().Len() {
		enums = append(enums, file.Enums().Get(i))
	}
	return enums
}

const brokenSource = `syntax = "proto3";
package legacy.depot.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {
    language: "en"
    envelope: {failure: '{"err":{code}}'}
  };
  CODE_UNSPECIFIED = 0;
  PARCEL_LOST = 7 [(statusmap.v1.code) = {grpc: NOT_FOUND http: 99 message: "Parcel {0} is lost"}];
}`

func TestCheckReportsEachProblemSeparately(t *testing.T) {
	got := &recorder{}
	catalogtest.Check(got, load(t, brokenSource)...)
	want := []string{
		"depot.proto:4: legacy.depot.v1.Code: fallback_for: no code has fallback_for with UNKNOWN or INTERNAL: write fallback_for: INTERNAL on the code for all other errors",
		"depot.proto:10: legacy.depot.v1.PARCEL_LOST: http: 99 is not a valid HTTP status of a response: write one from 200 to 599",
		"depot.proto:10: legacy.depot.v1.PARCEL_LOST: message: {0} is not a valid metadata key: write 2 to 64 characters of [a-zA-Z0-9-_] that start with a lowercase letter, or {{0}} for the text in braces",
	}
	if !slices.Equal(got.errors, want) {
		t.Errorf("got  %q\nwant %q", got.errors, want)
	}
	if !got.helper {
		t.Error("Check did not call t.Helper: the errors have line numbers of catalogtest")
	}
}

func TestCheckReportsNothingForValidSystems(t *testing.T) {
	for name, enums := range map[string][]protoreflect.EnumDescriptor{
		"one":        {jobv2.Code(0).Descriptor()},
		"two":        {jobv2.Code(0).Descriptor(), jarvisv2.Code(0).Descriptor()},
		"all linked": nil,
	} {
		t.Run(name, func(t *testing.T) { catalogtest.Check(t, enums...) })
	}
}

func TestCheckReportsAnEnumWithoutTheOption(t *testing.T) {
	for name, tt := range map[string]struct {
		enum protoreflect.EnumDescriptor
		want string
	}{
		"no option": {descriptorpb.FieldDescriptorProto_Type(0).Descriptor(),
			"google/protobuf/descriptor.proto: google.protobuf.FieldDescriptorProto.Type: system: the enum has no option (statusmap.v1.system): add it"},
		"nil": {nil, "system: the enum descriptor is nil: pass the descriptor of an annotated enum"},
	} {
		t.Run(name, func(t *testing.T) {
			got := &recorder{}
			catalogtest.Check(got, tt.enum)
			if !slices.Equal(got.errors, []string{tt.want}) {
				t.Errorf("got  %q\nwant %q", got.errors, tt.want)
			}
		})
	}
}

func TestCheckWithoutEnumsAgreesWithDefault(t *testing.T) {
	if c, err := catalog.Default(); err != nil || len(c.Systems()) < 2 {
		t.Fatalf("got %v, %v", c.Systems(), err)
	}
	got := &recorder{}
	catalogtest.Check(got)
	if len(got.errors) > 0 {
		t.Errorf("got %q", got.errors)
	}
}

const includedSource = `syntax = "proto3";
package legacy.gate.v1;
import "statusmap/v1/options.proto";
enum GateCode {
  GATE_CODE_UNSPECIFIED = 0;
  GATE_CLOSED = 1 [(statusmap.v1.code) = {grpc: UNAVAILABLE message: "closed" http: %s}];
}`

func TestCheckOfAnEnumThatSystemsInclude(t *testing.T) {
	got := &recorder{}
	catalogtest.Check(got, load(t, fmt.Sprintf(includedSource, "503"))...)
	if want := "depot.proto:4: legacy.gate.v1.GateCode: includes: no system includes the enum"; len(got.errors) > 0 || len(got.logs) != 1 || !strings.HasPrefix(got.logs[0], want) {
		t.Errorf("got the errors %q and the logs %q, want no errors and the log %s", got.errors, got.logs, want)
	}
	got = &recorder{}
	catalogtest.Check(got, load(t, fmt.Sprintf(includedSource, "99"))...)
	if want := "depot.proto:6: legacy.gate.v1.GATE_CLOSED: http: 99 is not a valid HTTP status"; len(got.errors) != 1 || !strings.HasPrefix(got.errors[0], want) {
		t.Errorf("got the errors %q, want %s", got.errors, want)
	}
}

const warningSource = `syntax = "proto3";
package legacy.depot.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {
    language: "en"
    envelope: {failure: '{"err":{code}}'}
  };
  CODE_UNSPECIFIED = 0;
  PARCEL_LOST = 7 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "lost" fallback_for: [UNKNOWN, NOT_FOUND, UNIMPLEMENTED]}];
  no_parcel = 8 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "no parcel"}];
}`

func TestCheckLogsWarnings(t *testing.T) {
	got := &recorder{}
	catalogtest.Check(got, load(t, warningSource)...)
	want := []string{
		"depot.proto:4: legacy.depot.v1.Code: fallback_for: no code has fallback_for with INVALID_ARGUMENT, UNAVAILABLE, so PARCEL_LOST replaces these errors of gateways and libraries: write fallback_for on a code that fits better",
		`depot.proto:11: legacy.depot.v1.no_parcel: reason: "no_parcel" is not a valid ErrorInfo reason by AIP-193: write 3 to 63 characters that match [A-Z][A-Z0-9_]+[A-Z0-9] if clients do not yet know the name`,
	}
	if len(got.errors) > 0 || !slices.Equal(got.logs, want) {
		t.Errorf("got the errors %q and the logs %q\nwant the logs %q", got.errors, got.logs, want)
	}
}

func TestCheckFailsIfNoSystemIsLinked(t *testing.T) {
	for name, c := range map[string]*catalog.Catalog{"nil": nil, "empty": {}} {
		got := &recorder{}
		catalogtest.Report(got, c, nil, true)
		if len(got.errors) != 1 || !strings.HasPrefix(got.errors[0], "no enum with the option (statusmap.v1.system)") {
			t.Errorf("%s: got %q", name, got.errors)
		}
	}
}

// A printer prints errors instead of failing a test.
type printer struct{ testing.TB }

func (printer) Helper()           {}
func (printer) Error(args ...any) { fmt.Println(args...) }
func (printer) Log(...any)        {}

func ExampleCheck() {
	t := printer{}

	// This enum has no problems.
	catalogtest.Check(t, jobv2.Code(0).Descriptor())

	// This enum is not annotated.
	catalogtest.Check(t, descriptorpb.FieldDescriptorProto_Type(0).Descriptor())
	// Output:
	// google/protobuf/descriptor.proto: google.protobuf.FieldDescriptorProto.Type: system: the enum has no option (statusmap.v1.system): add it
}
