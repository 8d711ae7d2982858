// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/cmd/internal/protosource"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest"
)

// TestComments compares the comments of enum values with their options. The first line
// is the text in the legacy document. The last line has the legacy code, the gRPC code
// and the HTTP status.
func TestComments(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(root + "proto/legacy/*/*/code.proto")
	if err != nil || len(files) != 7 {
		t.Fatalf("got %q, %v, want 7 files", files, err)
	}
	registry, err := protosource.Compile(t.Context(), []string{root + "proto"}, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		for _, code := range system.Codes() {
			d, err := registry.FindDescriptorByName(protoreflect.FullName(code.FullName()))
			if err != nil {
				t.Fatal(err)
			}
			comment := strings.TrimSpace(d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments)
			lines := strings.Split(comment, "\n")
			want := fmt.Sprintf("Legacy code %s. gRPC %s. HTTP %d ",
				code.LegacyCode(), statusmapv1.GrpcCode(code.GRPCCode()), code.HTTPStatus())
			if last := strings.TrimSpace(lines[len(lines)-1]); !strings.HasPrefix(last, want) || !strings.HasSuffix(last, ".") {
				t.Errorf("%s: the comment ends with %q, want %q", code.FullName(), last, want)
			}
			text := code.Message().String()
			for i, name := range code.Message().Params() {
				text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprintf("{%d}", i))
			}
			zh, _ := code.MessageIn("zh-CN")
			if !strings.Contains(lines[0], text) && !strings.Contains(lines[0], zh.String()) && text != code.Reason() {
				t.Errorf("%s: the comment starts with %q, want %q", code.FullName(), lines[0], text)
			}
		}
	}
}
