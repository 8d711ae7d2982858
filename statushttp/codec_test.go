// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/catalog"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/statushttp"
)

func TestNew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		opts []statushttp.Option
		want []string // in the error; none: no error
	}{
		{name: "no options"},
		{name: "nil option", opts: []statushttp.Option{nil}},
		{
			name: "routes",
			opts: []statushttp.Option{
				statushttp.WithRoute("/a", "legacy.job.v1"),
				statushttp.WithRoute("/b/", "legacy.job.v2"),
				statushttp.WithRoute("/plain", ""),
				statushttp.WithDefaultDomain("legacy.elves.v1"),
			},
		},
		{
			name: "everything that is wrong",
			opts: []statushttp.Option{
				statushttp.WithRoute("/a", "legacy.job.v3"),
				statushttp.WithRoute("b", "legacy.job.v2"),
				statushttp.WithDefaultDomain("legacy.none"),
			},
			want: []string{
				`route "/a": the catalog has no domain "legacy.job.v3": write one of legacy.apiswitch.v1, `,
				`route "b": write a prefix that starts with /`,
				`default domain: the catalog has no domain "legacy.none"`,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			codec, err := statushttp.New(tt.opts...)
			if len(tt.want) == 0 {
				if err != nil || codec == nil {
					t.Fatalf("got %v, %v, want a codec", codec, err)
				}
				return
			}
			if err == nil || codec != nil {
				t.Fatalf("got %v, %v, want an error", codec, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nwithout %s", err, want)
				}
			}
		})
	}
}

// TestDialect: WithDialect, else the longest route, else the default.
func TestDialect(t *testing.T) {
	t.Parallel()
	codec := newCodec(t,
		statushttp.WithRoute("/v1", "legacy.job.v1"),
		statushttp.WithRoute("/v1/elves/", "legacy.elves.v2"),
		statushttp.WithRoute("/v1/plain", ""),
		statushttp.WithRoute("/switch/", "legacy.apiswitch.v1"),
		statushttp.WithDialect(func(r *http.Request) string { return r.Header.Get("X-Dialect") }),
	)
	withDefault := newCodec(t,
		statushttp.WithRoute("/v1/plain", ""),
		statushttp.WithDefaultDomain("legacy.job.v2"),
	)
	for _, tt := range []struct {
		path        string
		dialect     string
		want        string
		wantDefault string
	}{
		{path: "/v1", want: "legacy.job.v1", wantDefault: "legacy.job.v2"},
		{path: "/v1/x", want: "legacy.job.v1", wantDefault: "legacy.job.v2"},
		{path: "/v1x", wantDefault: "legacy.job.v2"},
		{path: "/v1/elves", want: "legacy.elves.v2", wantDefault: "legacy.job.v2"},
		{path: "/v1/elves/x", want: "legacy.elves.v2", wantDefault: "legacy.job.v2"},
		{path: "/v1/elvesx", want: "legacy.job.v1", wantDefault: "legacy.job.v2"},
		{path: "/v1/plain"},
		{path: "/v1/plain/x"},
		{path: "/v1/plainx", want: "legacy.job.v1", wantDefault: "legacy.job.v2"},
		{path: "/switch", want: "legacy.apiswitch.v1", wantDefault: "legacy.job.v2"},
		{path: "/switch/a/b", want: "legacy.apiswitch.v1", wantDefault: "legacy.job.v2"},
		{path: "//v1", wantDefault: "legacy.job.v2"},
		{path: "/v1/%2e%2e/x", want: "legacy.job.v1", wantDefault: "legacy.job.v2"},
		{path: "/v1", dialect: "legacy.elves.v1", want: "legacy.elves.v1", wantDefault: "legacy.job.v2"},
		{path: "/v1", dialect: "legacy.none", want: "legacy.job.v1", wantDefault: "legacy.job.v2"},
		{path: "/other", dialect: "legacy.elves.v1", want: "legacy.elves.v1", wantDefault: "legacy.job.v2"},
	} {
		t.Run(tt.path+" "+tt.dialect, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, tt.path, nil)
			r.Header.Set("X-Dialect", tt.dialect)
			q := codec.Request(r)
			if got := codec.Dialect(&q).Domain(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.want != "" && !codec.MayAnswer(&q) {
				t.Error("MayAnswer is false, want true")
			}
			q = withDefault.Request(r)
			if got := withDefault.Dialect(&q).Domain(); got != tt.wantDefault {
				t.Errorf("with a default: got %q, want %q", got, tt.wantDefault)
			}
		})
	}
}

// TestDialectOptions: the method's option, else its service's, after the routes and
// before the default.
//
// Not parallel: it adds to the registry of this process.
func TestDialectOptions(t *testing.T) {
	prototest.Register(t, "statushttp_dialect_test.proto", `
syntax = "proto3";
package statusmap.statushttptest.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.job.v2"};
  rpc Get(M) returns (M);
  rpc Sign(M) returns (M) { option (statusmap.v1.method) = {dialect: "legacy.elves.v2"}; }
}
service Plain { rpc Get(M) returns (M); }
`)
	codec := newCodec(t, statushttp.WithRoute("/routed/", "legacy.apiswitch.v1"), statushttp.WithRoute("/plain/", ""))
	withDefault := newCodec(t, statushttp.WithDefaultDomain("legacy.job.v1"))
	const service = "/statusmap.statushttptest.v1."
	for _, tt := range []struct {
		path        string
		rpc         string
		want        string
		wantDefault string
	}{
		{path: "/a", rpc: service + "Jobs/Get", want: "legacy.job.v2", wantDefault: "legacy.job.v2"},
		{path: "/a", rpc: service + "Jobs/Sign", want: "legacy.elves.v2", wantDefault: "legacy.elves.v2"},
		{path: "/a", rpc: service + "Plain/Get", wantDefault: "legacy.job.v1"},
		{path: "/a", rpc: "/none.Service/Get", wantDefault: "legacy.job.v1"},
		{path: "/a", rpc: "odd", wantDefault: "legacy.job.v1"},
		{path: "/a", wantDefault: "legacy.job.v1"},
		{path: "/routed/a", rpc: service + "Jobs/Get", want: "legacy.apiswitch.v1", wantDefault: "legacy.job.v2"},
		{path: "/plain/a", rpc: service + "Jobs/Get", wantDefault: "legacy.job.v2"},
	} {
		q := statushttp.Request{Path: tt.path, RPC: tt.rpc}
		if got := codec.Dialect(&q).Domain(); got != tt.want {
			t.Errorf("%s %s: got %q, want %q", tt.path, tt.rpc, got, tt.want)
		}
		if got := withDefault.Dialect(&q).Domain(); got != tt.wantDefault {
			t.Errorf("%s %s with a default: got %q, want %q", tt.path, tt.rpc, got, tt.wantDefault)
		}
	}
	for path, want := range map[string]bool{"/a": true, "/routed/a": true, "/plain/a": false} {
		if got := codec.MayAnswer(&statushttp.Request{Path: path}); got != want {
			t.Errorf("MayAnswer(%s) is %v, want %v", path, got, want)
		}
	}
}

// TestDialectOptionOfUnknownDomain: a codec is not made if a service's option names
// a system that the catalog lacks.
//
// Not parallel: the registry can't forget, so it runs in another process.
func TestDialectOptionOfUnknownDomain(t *testing.T) {
	if os.Getenv("STATUSMAP_TEST_BROKEN") == "" {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestDialectOptionOfUnknownDomain$", "-test.v")
		cmd.Env = append(os.Environ(), "STATUSMAP_TEST_BROKEN=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestDialectOptionOfUnknownDomain") {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	prototest.Register(t, "statushttp_broken_test.proto", `
syntax = "proto3";
package statusmap.brokentest.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.none.v1"};
  rpc Get(M) returns (M);
}
`)
	_, err := statushttp.New()
	const want = `method statusmap.brokentest.v1.Jobs.Get: the catalog has no domain "legacy.none.v1"`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestMethodsWithoutRoutes: unknown paths have no dialect then, and the log says so.
//
// Not parallel: it adds to the registry of this process.
func TestMethodsWithoutRoutes(t *testing.T) {
	prototest.Register(t, "statushttp_hint_test.proto", `
syntax = "proto3";
package statusmap.hinttest.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.job.v2"};
  rpc Get(M) returns (M);
}
`)
	var log servertest.Log
	newCodec(t, statushttp.WithLogger(log.Logger()))
	if got := log.Take(); !strings.Contains(got, "add WithRoute or WithDefaultDomain") {
		t.Errorf("logged %q, want a hint", got)
	}
	newCodec(t, statushttp.WithLogger(log.Logger()), statushttp.WithDefaultDomain("legacy.job.v2"))
	if got := log.Take(); got != "" {
		t.Errorf("logged %q, want nothing", got)
	}
}

// TestOtherCatalog: its systems count, not the default's.
func TestOtherCatalog(t *testing.T) {
	t.Parallel()
	other, err := catalog.New(jobv2.Code(0).Descriptor(), elvesv2.Code(0).Descriptor())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := statushttp.New(statushttp.WithCatalog(other), statushttp.WithRoute("/", "legacy.job.v1")); err == nil {
		t.Error("a route to a system that the catalog lacks gives no error")
	}
	codec := newCodec(t, statushttp.WithCatalog(other), statushttp.WithRoute("/job/", "legacy.job.v2"))
	if got := codec.Dialect(&statushttp.Request{Path: "/job/x", Domain: "legacy.job.v1"}).Domain(); got != "legacy.job.v2" {
		t.Errorf("got %q, want legacy.job.v2", got)
	}
}

// TestDialectThatPanics: the routes count, and the log has the panic.
func TestDialectThatPanics(t *testing.T) {
	t.Parallel()
	var log servertest.Log
	codec := newCodec(t,
		statushttp.WithRoute("/", "legacy.job.v2"),
		statushttp.WithDialect(func(*http.Request) string { panic("no tenant") }),
		statushttp.WithLogger(log.Logger()))
	q := codec.Request(httptest.NewRequest(http.MethodGet, "/", nil))
	if got := codec.Dialect(&q).Domain(); got != "legacy.job.v2" {
		t.Errorf("got %q, want legacy.job.v2", got)
	}
	if got := log.Take(); !strings.Contains(got, "no tenant") {
		t.Errorf("logged %q, want the panic", got)
	}
}
