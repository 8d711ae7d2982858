// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/statusmap/statusmap"

// constructors are the packages below gen that raise errors, such as jobv2status.
const constructors = "gen/*status"

// layers lists the folders of the repository, from the lowest layer to the highest. A
// package may import packages of lower layers and of its own folder. All folders must be
// listed. The list may contain folders that do not exist.
var layers = [][]string{
	{"gen"},
	{"internal/aip193", "internal/annotation", "internal/panics", "internal/template", "internal/wire"},
	{"catalog"},
	{"internal/details"},
	{"status"},
	{"statushttp", constructors},
	{"gateway", "statusconnect", "statusenvoy"},
	{"status/statustest"}, // tests of users drive an RPC through a gateway with it
	{"internal/prototest"},
	{"internal/demo"},
	{"internal/servertest"},
	{"internal/conformance"},
	{"cmd"},
	{"."}, // the package comment and status_test.go
}

// mayNot lists packages of other modules on which a folder must not depend, directly or
// indirectly. "/..." means a package and the packages below it.
var mayNot = map[string][]string{
	"catalog":    {"google.golang.org/grpc", "github.com/grpc-ecosystem/grpc-gateway/v2/..."},
	"status":     {"github.com/grpc-ecosystem/grpc-gateway/v2/..."},
	"statushttp": {"github.com/grpc-ecosystem/grpc-gateway/v2/..."},
}

// TestLayers checks that all imports go from higher layers to lower layers.
func TestLayers(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for _, p := range packages {
		folder, layer := place(p.ImportPath)
		if layer < 0 {
			t.Errorf("%s is not in a layer: add its folder to layers", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if !within(imported, module) {
				continue
			}
			to, below := place(imported)
			if to != folder && below >= layer {
				t.Errorf("%s imports %s, which is not in a lower layer", p.ImportPath, imported)
			}
		}
		for _, other := range mayNot[folder] {
			if tree, ok := strings.CutSuffix(other, "/..."); ok {
				if slices.ContainsFunc(p.Deps, func(dep string) bool { return within(dep, tree) }) {
					t.Errorf("%s depends on %s, which mayNot forbids", p.ImportPath, tree)
				}
			} else if slices.Contains(p.Deps, other) {
				t.Errorf("%s depends on %s, which mayNot forbids", p.ImportPath, other)
			}
		}
	}
	if len(packages) < 10 {
		t.Errorf("go list found %d packages, want 10 or more", len(packages))
	}
}

// place returns the folder in layers that contains a package, and its layer: of several,
// the innermost. The layer is -1 if no folder contains the package.
func place(path string) (folder string, layer int) {
	layer = -1
	constructs := within(path, module+"/gen") && strings.HasSuffix(path, "status")
	for i, folders := range layers {
		for _, f := range folders {
			if constructs && f != constructors {
				continue
			}
			if (constructs || f == "." && path == module || within(path, module+"/"+f)) && len(f) > len(folder) {
				folder, layer = f, i
			}
		}
	}
	return folder, layer
}

// within reports whether a package is parent or below parent.
func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// A listed package is an entry in the output of go list. It does not include the imports
// of tests, which may import any package.
type listed struct {
	ImportPath    string
	Imports, Deps []string
}

// list returns the packages of the library. In the workspace, it also returns those of
// module cmd.
func list(t *testing.T) []listed {
	t.Helper()
	patterns := []string{"./..."}
	if os.Getenv("GOWORK") != "off" {
		patterns = append(patterns, "./cmd/...")
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Imports,Deps"}, patterns...)...)
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
