// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
)

// TestREADME checks the enum value in README.md, and runs its commands.
func TestREADME(t *testing.T) {
	t.Parallel()
	blocks := servertest.Blocks(t, root+"README.md")
	source, err := os.ReadFile(root + "proto/legacy/job/v2/code.proto")
	if err != nil {
		t.Fatal(err)
	}
	if blocks[0].Language != "proto" || !strings.Contains(string(source), blocks[0].Text) {
		t.Errorf("proto/legacy/job/v2/code.proto does not have the first block of README.md:\n%s", blocks[0].Text)
	}
	demo := servertest.StartDemo(t, servertest.DefaultCatalog(t))
	servertest.CheckConsole(t, demo, blocks, root, 8)
	checkJSON(t, demo, blocks)
	for _, b := range blocks {
		if b.Language == "sh" {
			checkCommands(t, b.Text, "go run ./cmd/statusmap serve", "go test ./... ./cmd/...")
		}
	}
}

// checkJSON compares README's two JSON blocks with what clients get: of REST, byte for
// byte, and of gRPC.
func checkJSON(t *testing.T, demo *servertest.Demo, blocks []servertest.Block) {
	t.Helper()
	var got []string
	for _, b := range blocks {
		if b.Language == "json" {
			got = append(got, b.Text)
		}
	}
	if len(got) != 2 {
		t.Fatalf("%d JSON blocks, want 2", len(got))
	}
	const path = "/raise/legacy.job.v2/JOB_NOT_FOUND?metadata[job_id]=42"
	body := demo.Get(t, path, servertest.Header{"X-Request-Id": "7af8fe59"}).Body
	if strings.TrimSpace(got[0]) != body {
		t.Errorf("README has %s, a REST client gets %s", got[0], body)
	}
	_, err := demo.GRPC.Raise(t.Context(), &demov1.RaiseRequest{
		Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: map[string]string{"job_id": "42"},
	})
	var want anypb.Any
	if err := protojson.Unmarshal([]byte(got[1]), &want); err != nil {
		t.Fatal(err)
	}
	message, err2 := want.UnmarshalNew()
	if err2 != nil {
		t.Fatal(err2)
	}
	details := grpcstatus.Convert(err).Details()
	if len(details) != 1 || !proto.Equal(details[0].(proto.Message), message) {
		t.Errorf("README has %v, a gRPC client gets %v", message, details)
	}
}

// checkCommands compares the commands of a block with those that are run elsewhere: by
// a test of the command line, and by CI.
func checkCommands(t *testing.T, block string, want ...string) {
	t.Helper()
	var got []string
	for line := range strings.SplitSeq(strings.TrimSpace(block), "\n") {
		command, _, _ := strings.Cut(line, "#")
		got = append(got, strings.TrimSpace(command))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the commands are %q, want %q", got, want)
	}
}
