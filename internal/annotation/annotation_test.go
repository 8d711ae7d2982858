// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package annotation_test

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/annotation"
	"github.com/statusmap/statusmap/internal/prototest"
)

func TestEnums(t *testing.T) {
	enum := jobv2.Code(0).Descriptor()
	if system, err := annotation.System(enum); err != nil || system.GetLanguage() != "zh-CN" {
		t.Errorf("got %v, %v, want the language zh-CN", system, err)
	}
	if system, err := annotation.System(statusmapv1.GrpcCode(0).Descriptor()); err != nil || system != nil {
		t.Errorf("an enum without options: got %v, %v, want nil", system, err)
	}
	if code, err := annotation.Code(enum.Values().ByNumber(1233106)); err != nil || code.GetGrpc() != statusmapv1.GrpcCode_NOT_FOUND {
		t.Errorf("got %v, %v, want NOT_FOUND", code, err)
	}
	if code, err := annotation.Code(enum.Values().ByNumber(0)); err != nil || code != nil {
		t.Errorf("a value without options: got %v, %v, want nil", code, err)
	}
}

// TestDialect reads the options of services and methods that are loaded at run time.
func TestDialect(t *testing.T) {
	file := prototest.Compile(t, map[string]string{"dialect.proto": `
syntax = "proto3";
package annotation.test.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.job.v2"};
  rpc Get(M) returns (M);
  rpc Sign(M) returns (M) { option (statusmap.v1.method) = {dialect: "legacy.elves.v2"}; }
  rpc Empty(M) returns (M) { option (statusmap.v1.method) = {}; }
}
service Plain { rpc Get(M) returns (M); }
`})[0]
	for name, want := range map[[2]protoreflect.Name]string{
		{"Jobs", "Get"}:   "legacy.job.v2",
		{"Jobs", "Sign"}:  "legacy.elves.v2",
		{"Jobs", "Empty"}: "legacy.job.v2",
		{"Plain", "Get"}:  "",
	} {
		method := file.Services().ByName(name[0]).Methods().ByName(name[1])
		if got, err := annotation.Dialect(method); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}

// TestErrors merges the errors of services and methods.
func TestErrors(t *testing.T) {
	file := prototest.Compile(t, map[string]string{"errors.proto": `
syntax = "proto3";
package annotation.test.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {errors: ["DENIED", "JOB_LOST"]};
  rpc Get(M) returns (M);
  rpc Sign(M) returns (M) { option (statusmap.v1.method) = {errors: ["SIGN_LOST", "DENIED", "legacy.gate.v1.CLOSED"]}; }
}
service Plain {
  rpc Get(M) returns (M) { option (statusmap.v1.method) = {errors: ["JOB_LOST"]}; }
  rpc List(M) returns (M);
}
`})[0]
	for name, want := range map[[2]protoreflect.Name][]string{
		{"Jobs", "Get"}:   {"DENIED", "JOB_LOST"},
		{"Jobs", "Sign"}:  {"DENIED", "JOB_LOST", "SIGN_LOST", "legacy.gate.v1.CLOSED"},
		{"Plain", "Get"}:  {"JOB_LOST"},
		{"Plain", "List"}: nil,
	} {
		method := file.Services().ByName(name[0]).Methods().ByName(name[1])
		if got, err := annotation.Errors(method); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	jobs := file.Services().ByName("Jobs")
	if got, err := annotation.Service(jobs); err != nil || len(got.GetErrors()) != 2 {
		t.Errorf("the option of Jobs is %v, %v", got, err)
	}
	if got, err := annotation.Method(jobs.Methods().ByName("Get")); err != nil || got != nil {
		t.Errorf("the option of Jobs.Get is %v, %v, want nil", got, err)
	}
}

func TestUnknownFields(t *testing.T) {
	unknown := func(m proto.Message, numbers ...protowire.Number) {
		var b []byte
		for _, number := range numbers {
			b = protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), 1)
		}
		m.ProtoReflect().SetUnknown(b)
	}
	envelope, other, system := new(statusmapv1.Envelope), new(statusmapv1.Envelope), new(statusmapv1.SystemOptions)
	unknown(envelope, 50)
	unknown(other, 51, 52, 51)
	unknown(system, 60)
	system.Envelope, system.Alternatives = envelope, []*statusmapv1.Envelope{{}, other}
	arg, code := new(statusmapv1.CodeOptions_Arg), new(statusmapv1.CodeOptions)
	unknown(arg, 70)
	unknown(code, 80)
	code.Args = map[string]*statusmapv1.CodeOptions_Arg{"token": arg, "job_id": {}, "empty": nil}
	rpc := new(statusmapv1.RPCOptions)
	unknown(rpc, 90)
	for name, tt := range map[string]struct{ got, want []string }{
		"system":       {annotation.UnknownSystem(system), []string{"60", "envelope.50", "alternatives[1].51", "alternatives[1].52"}},
		"code":         {annotation.UnknownCode(code), []string{"80", `args["token"].70`}},
		"rpc":          {annotation.UnknownRPC(rpc), []string{"90"}},
		"empty system": {annotation.UnknownSystem(new(statusmapv1.SystemOptions)), nil},
		"nil code":     {annotation.UnknownCode(nil), nil},
		"nil rpc":      {annotation.UnknownRPC(nil), nil},
	} {
		if !slices.Equal(tt.got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, tt.got, tt.want)
		}
	}
}
