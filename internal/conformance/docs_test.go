// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
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

// TestDocsGo checks that all Go snippets in the documentation are in example_test.go,
// which the compiler checks.
func TestDocsGo(t *testing.T) {
	t.Parallel()
	code := unindented(readText(t, "example_test.go"))
	// The tutorial's enum has no generated code, so another enum replaces it.
	replaced := strings.NewReplacer(
		"depotv1.Code_PARCEL_LOCKED", "jobv2.Code_TASK_STATUS_CONFLICT",
		"depotv1.", "jobv2.",
		"return err //", "return nil, err //", // the function in README.md has one result
	)
	snippets := 0
	for _, file := range []string{"README.md", "docs/adding-a-system.md"} {
		for _, b := range servertest.Blocks(t, inRepository(file)) {
			if b.Language != "go" {
				continue
			}
			snippets++
			if !strings.Contains(code, replaced.Replace(unindented(b.Text))) {
				t.Errorf("example_test.go does not have this snippet of %s:\n%s", file, b.Text)
			}
		}
	}
	if snippets < 6 {
		t.Errorf("%d snippets, want 6 or more", snippets)
	}
}

// TestDocsClients checks that the snippets of docs/clients.md are in the READMEs of the
// clients. The tests of the clients run those.
func TestDocsClients(t *testing.T) {
	t.Parallel()
	folders := map[string]string{"python": "python", "ts": "typescript", "java": "java"}
	snippets := map[string]int{}
	for _, b := range servertest.Blocks(t, inRepository("docs/clients.md")) {
		snippets[b.Language]++
		readme := "clients/" + folders[b.Language] + "/README.md"
		if !strings.Contains(readText(t, readme), b.Text) {
			t.Errorf("%s does not have this snippet of docs/clients.md:\n%s", readme, b.Text)
		}
	}
	for language := range folders {
		if snippets[language] != 2 {
			t.Errorf("%d snippets in %s, want 2", snippets[language], language)
		}
	}
}

// TestREADME checks the enum value in README.md, and runs its commands.
func TestREADME(t *testing.T) {
	t.Parallel()
	blocks := servertest.Blocks(t, inRepository("README.md"))
	if source := readText(t, "proto/legacy/job/v2/code.proto"); blocks[0].Language != "proto" || !strings.Contains(source, blocks[0].Text) {
		t.Errorf("proto/legacy/job/v2/code.proto does not have the first block of README.md:\n%s", blocks[0].Text)
	}
	demo := servertest.StartDemo(t, servertest.DefaultCatalog(t))
	servertest.CheckConsole(t, demo, blocks, inRepository("."), 8)
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

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// TestLinks: every relative link of a page leads to a file.
func TestLinks(t *testing.T) {
	t.Parallel()
	pages := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"}
	docs, err := filepath.Glob(inRepository("docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range docs {
		pages = append(pages, "docs/"+filepath.Base(page))
	}
	links := 0
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(readText(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			if _, err := os.Stat(inRepository(path.Join(path.Dir(page), m[1]))); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
	if links < 20 {
		t.Errorf("%d links, want 20 or more", links)
	}
}

// readText returns the content of a file of the repository.
func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(inRepository(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// unindented removes the white space at both ends of every line.
func unindented(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
