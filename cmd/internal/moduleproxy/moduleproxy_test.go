// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package moduleproxy_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/cmd/internal/moduleproxy"
)

// TestEnviron uses the library and the command in an empty folder.
func TestEnviron(t *testing.T) {
	t.Parallel()
	env := moduleproxy.Environ(t)
	dir := t.TempDir()
	for _, tt := range []struct{ command, want string }{
		{"go mod init example.com/empty", ""},
		{"go get github.com/statusmap/statusmap", "go: added github.com/statusmap/statusmap " + moduleproxy.Version},
		{`printf 'package empty\n\nimport _ "github.com/statusmap/statusmap/catalog"\n' >empty.go`, ""},
		{"go mod tidy", ""},
		{"go list -deps", "google.golang.org/protobuf/reflect/protoreflect"},
		// As "go install …@latest", which would compile for minutes if the build cache is empty.
		{"go get -tool github.com/statusmap/statusmap/cmd/statusmap@latest", "go: added github.com/statusmap/statusmap/cmd " + moduleproxy.Version},
	} {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", tt.command)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), tt.want) {
			t.Fatalf("%s: %v: %s\nwant %q", tt.command, err, out, tt.want)
		}
	}
}
