// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package moduleproxy publishes the modules of this checkout to the go command, so that a
// test can run the commands of the documentation as a user does, for example "go get
// github.com/statusmap/statusmap" in an empty folder.
package moduleproxy

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// Version is the version of every module of this checkout. It is the only one, so it is
// what "@latest" selects.
const Version = "v0.1.0-dev"

const prefix = "github.com/statusmap/statusmap"

// Environ returns the environment of a machine on which nothing but Go and the programs
// of PATH are installed, and for which the modules of this checkout are published,
// including files that are not committed yet. The module cache and the folder into which
// "go install" writes are empty; the latter is the first in PATH. The build cache is that
// of this machine. Other modules come from its module cache or, if they are not in it,
// from its GOPROXY.
//
// Tests that need several environments should share one: filling a module cache takes
// seconds.
func Environ(t testing.TB) []string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("STATUSMAP_REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err) // git lists the files of a module
	}
	dir := t.TempDir()
	proxy := filepath.Join(dir, "proxy")
	if err := publish(t, proxy); err != nil {
		t.Fatalf("cannot publish the modules of this checkout: %v", err)
	}
	bin := filepath.Join(dir, "bin")
	downloads := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")
	return append(os.Environ(),
		"GOPROXY=file://"+filepath.ToSlash(proxy)+",file://"+filepath.ToSlash(downloads)+","+goEnv(t, "GOPROXY"),
		// No checksum database has these modules. It would have the others, but then the
		// test would need the network for modules that the machine has.
		"GOSUMDB=off",
		"GOMODCACHE="+filepath.Join(dir, "mod"),
		"GOBIN="+bin,
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOWORK=off",
		// The test can delete the module cache, and what is compiled in one is found in
		// the build cache from the next.
		"GOFLAGS=-modcacherw -trimpath",
	)
}

func goEnv(t testing.TB, name string) string {
	t.Helper()
	return strings.TrimSpace(output(t, "go", "env", name))
}

func output(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...) //nolint:gosec // go and git
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

// publish writes the modules of this checkout into dir, in the layout of a GOPROXY.
func publish(t testing.TB, dir string) error {
	t.Helper()
	root := strings.TrimSpace(output(t, "git", "rev-parse", "--show-toplevel"))
	var files []string
	for name := range strings.SplitSeq(output(t, "git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00") {
		// A deleted file is listed until the deletion is staged.
		if _, err := os.Lstat(filepath.Join(root, name)); name != "" && err == nil {
			files = append(files, name)
		}
	}
	published := 0
	for _, name := range files {
		if path.Base(name) != "go.mod" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, name)) //nolint:gosec // git listed it
		if err != nil {
			return err
		}
		m, err := modfile.Parse(name, b, nil)
		if err != nil {
			return err
		}
		if m.Module == nil || !inRepository(m.Module.Mod.Path) {
			continue // testdata
		}
		if err := publishModule(dir, root, path.Dir(name), m, files); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		published++
	}
	if published == 0 {
		return fmt.Errorf("%s has no go.mod of %s", root, prefix)
	}
	return nil
}

// publishModule writes the module of a folder of the repository. The files are those of
// the whole repository.
func publishModule(dir, root, folder string, m *modfile.File, files []string) error {
	for _, r := range m.Require {
		if !inRepository(r.Mod.Path) {
			continue
		}
		if err := m.AddRequire(r.Mod.Path, Version); err != nil {
			return err
		}
	}
	goMod, err := m.Format()
	if err != nil {
		return err
	}
	name := m.Module.Mod.Path
	versions, err := versionsOf(dir, name)
	if err != nil {
		return err
	}
	base := filepath.Join(versions, Version)
	for file, text := range map[string]string{
		filepath.Join(versions, "list"): Version + "\n",
		base + ".info":                  fmt.Sprintf("{%q: %q}\n", "Version", Version),
		base + ".mod":                   string(goMod),
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
	}
	var list []modzip.File
	for _, f := range files {
		inModule, ok := strings.CutPrefix("./"+f, "./"+strings.TrimPrefix(folder+"/", "./"))
		switch {
		case !ok:
		case inModule == "go.mod":
			list = append(list, file{inModule, base + ".mod"})
		default:
			list = append(list, file{inModule, filepath.Join(root, f)})
		}
	}
	out, err := os.Create(base + ".zip") //nolint:gosec // in the test's folder
	if err != nil {
		return err
	}
	if err := modzip.Create(out, module.Version{Path: name, Version: Version}, list); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return publishPackages(dir, name, base+".zip")
}

// publishPackages says for each package of a module that its path is not a module's. The
// go command asks for such modules, too, and would ask the next GOPROXY.
func publishPackages(dir, name, archive string) (err error) {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := r.Close(); err == nil {
			err = closeErr
		}
	}()
	for _, f := range r.File {
		inModule := strings.TrimPrefix(f.Name, name+"@"+Version+"/")
		if path.Ext(inModule) != ".go" || path.Dir(inModule) == "." {
			continue
		}
		versions, err := versionsOf(dir, path.Join(name, path.Dir(inModule)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(versions, "list"), nil, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// versionsOf makes the folder with the versions of a module.
func versionsOf(dir, name string) (string, error) {
	folder := filepath.Join(dir, filepath.FromSlash(name), "@v")
	return folder, os.MkdirAll(folder, 0o700) //nolint:gosec // in the test's folder
}

func inRepository(name string) bool {
	return name == prefix || strings.HasPrefix(name, prefix+"/")
}

// A file is a file of a module: its name in the module, and its path on disk.
type file struct{ name, path string }

func (f file) Path() string                 { return f.name }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(f.path) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.path) }
