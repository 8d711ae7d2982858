// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package annotation_test

import (
	"testing"

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
