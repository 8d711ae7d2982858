// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// An answer is what a program outside this repository sends for one error, according to
// its public sources.
type answer struct {
	Domain     string
	Reason     string
	Number     int
	Args       map[string]string
	HTTPStatus int `json:"http_status"`
	Body       string
	// BodyEN is the body for a caller who asks for English; "" if it is not compared.
	BodyEN string `json:"body_en"`
	// Stream is the last chunk of a stream that fails; "" if it is not compared.
	Stream string
	Source string
}

// readAnswers reads a JSON file of testdata/.
func readAnswers(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(inRepository(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// compileSystem compiles a .proto source of testdata/ and returns a catalog of all its
// enums, with the source's only system.
func compileSystem(t *testing.T, path string) (*catalog.Catalog, *catalog.System) {
	t.Helper()
	source, err := os.ReadFile(inRepository(path))
	if err != nil {
		t.Fatal(err)
	}
	files := new(protoregistry.Files)
	for _, file := range prototest.Compile(t, map[string]string{path: string(source)}) {
		if err := files.RegisterFile(file); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := catalog.FromFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	systems := cat.Systems()
	if len(systems) != 1 {
		t.Fatalf("%s has %d systems, want 1", path, len(systems))
	}
	return cat, systems[0]
}

// newCodec returns a codec that speaks one catalog.
func newCodec(t *testing.T, cat *catalog.Catalog) *statushttp.Codec {
	t.Helper()
	codec, err := statushttp.New(statushttp.WithCatalog(cat))
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

// raise returns the error of an answer's code with the answer's arguments.
func raise(t *testing.T, cat *catalog.Catalog, a answer) error {
	t.Helper()
	code, ok := cat.Lookup(a.Domain, a.Reason)
	if !ok {
		t.Fatalf("there is no code %s.%s", a.Domain, a.Reason)
	}
	if int(code.Number()) != a.Number {
		t.Errorf("the number is %d, want %d", code.Number(), a.Number)
	}
	var args []any
	for _, name := range slices.Sorted(maps.Keys(a.Args)) {
		args = append(args, name, a.Args[name])
	}
	return status.New(code, args...)
}

// wantResponse compares a response with the status and the body that a program sends.
func wantResponse(t *testing.T, got statushttp.Response, wantStatus int, wantBody string) {
	t.Helper()
	if got.HTTPStatus != wantStatus || string(got.Body) != wantBody {
		t.Errorf("got  %d %s\nwant %d %s", got.HTTPStatus, got.Body, wantStatus, wantBody)
	}
}

// wantReadBack decodes a body that a program sends and compares the code.
func wantReadBack(t *testing.T, cat *catalog.Catalog, codec *statushttp.Codec, a answer, body string) {
	t.Helper()
	_, err := codec.Decode(a.Domain, statushttp.Response{
		HTTPStatus: a.HTTPStatus,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       []byte(body),
	})
	e, ok := status.FromErrorIn(cat, err)
	if !ok || e.Reason() != a.Reason || e.Domain() != a.Domain {
		t.Errorf("Decode(%s) = %v, want %s.%s", body, err, a.Domain, a.Reason)
	}
}
