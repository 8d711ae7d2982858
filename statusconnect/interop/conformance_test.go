// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// conformance is connect's conformance suite: the last version for connect-go 1.
const conformance = "connectrpc.com/conformance@v1.0.6"

// patches put Interceptor and Handler into the suite's reference server. Every path has a
// dialect, which RPC clients must not notice.
var patches = [][2]string{
	{"interceptors := []connect.Interceptor{", "interceptors := []connect.Interceptor{statusconnect.Interceptor(status.WithLogger(slog.New(slog.DiscardHandler))), "},
	{"handler := http.Handler(http.HandlerFunc(func(", "handler := statusconnect.Handler(codec, http.HandlerFunc(func("},
	{"	mux := http.NewServeMux()\n", `	mux := http.NewServeMux()
	codec, err := statushttp.New(statushttp.WithDefaultDomain("legacy.apiswitch.v1"), statushttp.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, nil, err
	}
`},
	{"	var server httpServer\n	var err error\n", "	var server httpServer\n"},
	{"import (\n", `import (
	"log/slog"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statushttp"
`},
}

var result = regexp.MustCompile(`(?m)^(\d+) passed, (\d+) failed`)

// TestConformance runs connect's conformance suite against its own reference server with
// Interceptor and Handler: Connect, gRPC and gRPC-Web, HTTP/1.1, HTTP/2 and HTTP/3. All
// cases pass, as they do without statusmap.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	source, err := download(t, conformance)
	if err != nil {
		if os.Getenv("STATUSMAP_REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	makeWritable(t, dir)
	patchServer(t, filepath.Join(dir, "internal/app/referenceserver/server.go"))
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	work := fmt.Sprintf("go 1.26.0\n\nuse (\n\t.\n\t%[1]s\n\t%[1]s/statusconnect\n)\n\nreplace github.com/statusmap/statusmap v0.0.0 => %[1]s\n", root)
	if err := os.WriteFile(filepath.Join(dir, "go.work"), []byte(work), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "build", "-o", "bin/", "./cmd/connectconformance", "./cmd/referenceserver")
	out := run(t, dir, "bin/connectconformance", "--mode", "server", "--conf", "testing/reference-impls-config.yaml", "--", "bin/referenceserver")
	m := result.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no result in:\n%s", out)
	}
	if passed, err := strconv.Atoi(m[1]); err != nil || passed < 10000 || m[2] != "0" {
		t.Errorf("%s, want 10000 or more to pass:\n%s", m[0], out)
	}
	t.Log(m[0])
}

// download returns the folder of a module's sources.
func download(t testing.TB, module string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", module)
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &m); m.Dir == "" {
		return "", fmt.Errorf("%s cannot be had: %s %w", module, m.Error, errors.Join(err, jsonErr))
	}
	return m.Dir, nil
}

func makeWritable(t testing.TB, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(name, map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()])
	})
	if err != nil {
		t.Fatal(err)
	}
}

func patchServer(t testing.TB, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range patches {
		if bytes.Count(b, []byte(p[0])) != 1 {
			t.Fatalf("%s: %q is not in it once: correct patches", file, p[0])
		}
		b = bytes.Replace(b, []byte(p[0]), []byte(p[1]), 1)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func run(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	if strings.Contains(name, "/") {
		name = filepath.Join(dir, name)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && !result.Match(out) {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
