// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package sdks_test

import (
	"bytes"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/statushttp"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// TestBlueKing runs test_job.py, in which BlueKing's Python SDKs call JOB.
func TestBlueKing(t *testing.T) {
	t.Parallel()
	python := blueKingPython(t)
	cat := servertest.DefaultCatalog(t)
	tests := exec.CommandContext(t.Context(), python, "-m", "unittest", "-v", "test_job")
	tests.Env = append(os.Environ(),
		"PYTHONDONTWRITEBYTECODE=1",
		"JOB="+serveESB(t, servertest.StartDemo(t, cat)),
		"JOB_WITH_HTTP_STATUS="+serveESB(t, servertest.StartDemo(t, cat, statushttp.WithCodeHTTPStatus())),
	)
	out, err := tests.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// serveESB serves JOB at the paths that it has behind ESB, until the test ends. Each
// method of JOB raises the code that the argument "reason" names; without it, it echoes
// the argument "text".
func serveESB(t *testing.T, demo *servertest.Demo) (address string) {
	t.Helper()
	target, err := url.Parse(demo.URL)
	if err != nil {
		t.Fatal(err)
	}
	return servertest.ServeHTTP(t, &httputil.ReverseProxy{
		Transport: demo.Client.Transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			domain := "legacy.job.v1"
			if strings.HasPrefix(r.In.URL.Path, "/api/c/compapi/v2/") {
				domain = "legacy.job.v2"
			}
			query := r.In.URL.Query()
			r.SetURL(target)
			r.Out.URL.Path = "/echo/" + domain
			if query.Has("reason") {
				r.Out.URL.Path = "/raise/" + domain + "/" + query.Get("reason")
				query.Del("reason")
			}
			r.Out.URL.RawQuery = query.Encode()
		},
	}, servertest.HTTP1).URL
}

const (
	requirements = "requirements.txt"
	environment  = ".venv"
	// One of the SDKs has no wheel. This builds it.
	setuptools = "setuptools==80.9.0"
)

// blueKingPython returns the python of an environment with the SDKs, which it makes if
// STATUSMAP_REQUIRE_ALL is 1. Else the test is skipped if there is none: go test needs no
// network.
func blueKingPython(t *testing.T) string {
	t.Helper()
	python, err := filepath.Abs(filepath.Join(environment, "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(requirements)
	if err != nil {
		t.Fatal(err)
	}
	installed := filepath.Join(environment, requirements)
	if got, err := os.ReadFile(installed); err == nil && bytes.Equal(got, want) {
		return python
	}
	if os.Getenv("STATUSMAP_REQUIRE_ALL") != "1" {
		t.Skip("BlueKing's SDKs are not installed: set STATUSMAP_REQUIRE_ALL=1 to install them from PyPI")
	}
	for _, command := range [][]string{
		{"python3", "-m", "venv", "--clear", environment},
		{python, "-m", "pip", "install", "--no-deps", setuptools},
		{python, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "-r", requirements},
	} {
		if out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
	// Last: it marks a complete environment.
	if err := os.WriteFile(installed, want, 0o600); err != nil {
		t.Fatal(err)
	}
	return python
}
