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

// layers are the folders of the repository. A package may import what is in a
// lower layer or in its own folder, and nothing else of the repository. A folder
// that does not exist is fine; one that is not listed is not.
var layers = [][]string{
	{"gen"},
	{"internal/aip193", "internal/annotation", "internal/template", "internal/wire"},
	{"catalog"},
	{"internal/details"},
	{"status"},
	{"statushttp"},
	{"gateway", "statusconnect", "statusenvoy"},
	{"internal/prototest"},
	{"internal/demo"},
	{"internal/servertest"},
	{"internal/conformance"},
	{"cmd"},
	{"."}, // the package comment and status_test.go
}

// mayNot are the packages of other modules that a folder does not depend on, not
// even through others. "/..." is a package and those below it.
var mayNot = map[string][]string{
	"catalog":    {"google.golang.org/grpc", "github.com/grpc-ecosystem/grpc-gateway/v2/..."},
	"status":     {"github.com/grpc-ecosystem/grpc-gateway/v2/..."},
	"statushttp": {"github.com/grpc-ecosystem/grpc-gateway/v2/..."},
}

// TestLayers holds the imports to one direction.
func TestLayers(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for _, p := range packages {
		folder, layer := place(p.ImportPath)
		if layer < 0 {
			t.Errorf("%s is in no layer: add its folder to the table", p.ImportPath)
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
					t.Errorf("%s depends on %s", p.ImportPath, tree)
				}
			} else if slices.Contains(p.Deps, other) {
				t.Errorf("%s depends on %s", p.ImportPath, other)
			}
		}
	}
	if len(packages) < 10 {
		t.Errorf("%d packages", len(packages))
	}
}

// place returns the folder of the table that a package is in and its layer; -1
// if there is none.
func place(path string) (folder string, layer int) {
	for i, folders := range layers {
		for _, f := range folders {
			if f == "." && path == module || within(path, module+"/"+f) {
				return f, i
			}
		}
	}
	return "", -1
}

// within reports whether a package is another one or below it.
func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// A listed package is as go list prints it. Tests may import what they want.
type listed struct {
	ImportPath    string
	Imports, Deps []string
}

// list lists the packages of the library and, in the workspace, of the commands.
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
