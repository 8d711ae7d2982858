// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package moduleproxy_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/cmd/internal/moduleproxy"
)

// TestEnviron downloads the modules of this checkout, which need no network.
func TestEnviron(t *testing.T) {
	t.Parallel()
	env := moduleproxy.Environ(t)
	for _, tt := range []struct{ command, want string }{
		{"go list -m -versions github.com/statusmap/statusmap", "github.com/statusmap/statusmap " + moduleproxy.Version},
		{"go mod download github.com/statusmap/statusmap@latest", ""},
		{`cat "$GOMODCACHE/github.com/statusmap/statusmap@` + moduleproxy.Version + `/proto/statusmap/v1/options.proto"`, "package statusmap.v1;"},
		{"go mod download github.com/statusmap/statusmap/cmd@latest", ""},
		{`cat "$GOMODCACHE/github.com/statusmap/statusmap/cmd@` + moduleproxy.Version + `/go.mod"`, "github.com/statusmap/statusmap " + moduleproxy.Version},
		// "go get" and "go install" ask for this module, too. The answer must not come from the network.
		{"! go list -m github.com/statusmap/statusmap/cmd/statusmap@latest", "no matching versions"},
	} {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", tt.command)
		cmd.Dir, cmd.Env = t.TempDir(), env
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), tt.want) {
			t.Fatalf("%s: %v: %s\nwant %q", tt.command, err, out, tt.want)
		}
	}
}
