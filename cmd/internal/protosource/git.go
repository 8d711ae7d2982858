// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package protosource

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const gitExample = "write one such as .git#branch=main, .git#tag=v1.2.0 or .git#ref=HEAD~1,subdir=proto"

// addGit adds the .proto files of a git reference: the path of a repository, and after #
// pairs of keys and values with commas.
func (l *loader) addGit(ctx context.Context, source, repository, reference string) error {
	if strings.Contains(repository, "://") {
		return fmt.Errorf("%q is not a repository on this machine: run git fetch, and %s", source, gitExample)
	}
	var revisions []string
	subdir := ""
	for pair := range strings.SplitSeq(reference, ",") {
		switch key, value, _ := strings.Cut(pair, "="); {
		case value == "":
			return fmt.Errorf("%q has the key %q without a value: %s", source, key, gitExample)
		case key == "subdir":
			subdir = path.Clean(filepath.ToSlash(value))
		case key == "branch":
			// A clone of a pull request has only the branch of the remote repository.
			revisions = append(revisions, "refs/heads/"+value, "refs/remotes/origin/"+value)
		case key == "tag":
			revisions = append(revisions, "refs/tags/"+value)
		case key == "ref" || key == "commit":
			revisions = append(revisions, value)
		default:
			return fmt.Errorf("%q has the unknown key %q: %s", source, key, gitExample)
		}
	}
	if subdir == "." {
		subdir = ""
	}
	if subdir != "" && !filepath.IsLocal(subdir) {
		return fmt.Errorf("%q has a subdir outside of the repository: write a folder inside", source)
	}
	g := git{folder: repository}
	if filepath.Base(repository) == ".git" {
		g.folder = filepath.Dir(repository)
	}
	commit, err := g.commit(ctx, append(revisions, "HEAD")[:max(1, len(revisions))])
	if err != nil {
		return fmt.Errorf("cannot read %q: %w: fetch it, and %s", source, err, gitExample)
	}
	temp, err := os.MkdirTemp("", "statusmap-")
	if err != nil {
		return fmt.Errorf("cannot read %q: %w", source, err)
	}
	l.temp = append(l.temp, temp)
	if err := g.extract(ctx, commit, temp); err != nil {
		return fmt.Errorf("cannot read %q: %w", source, err)
	}
	folder := filepath.Join(temp, filepath.FromSlash(subdir))
	if _, err := os.Stat(folder); err != nil {
		return fmt.Errorf("there are no .proto files in %q: %s", source, gitExample)
	}
	// Import paths are those of the commit first.
	var importPaths []string
	for _, dir := range l.importPaths {
		if then := filepath.Join(temp, dir); filepath.IsLocal(dir) && isFolder(then) {
			importPaths = append(importPaths, then)
		}
	}
	l.roots = append(l.roots, importPaths...)
	return l.addFolder(source, folder, importPaths, false)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (l *loader) removeTemp() {
	for _, dir := range l.temp {
		// The system removes what is left.
		os.RemoveAll(dir) //nolint:errcheck,gosec // see above
	}
}

// A git runs git in a folder.
type git struct{ folder string }

func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", g.folder}, args...)...) //nolint:gosec // the user named the folder
	// A hook of git has these for its own repository.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return name == "GIT_DIR" || name == "GIT_WORK_TREE" || name == "GIT_INDEX_FILE" || name == "GIT_PREFIX"
	})
	return cmd
}

// commit returns the hash of the first revision that exists.
func (g git) commit(ctx context.Context, revisions []string) (string, error) {
	var stderr bytes.Buffer
	for _, revision := range revisions {
		cmd := g.command(ctx, "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err == nil {
			return strings.TrimSpace(string(out)), nil
		}
		if cmd.ProcessState == nil {
			return "", fmt.Errorf("cannot run git: %w", err)
		}
	}
	line, _, _ := strings.Cut(stderr.String(), "\n")
	return "", fmt.Errorf("git: %s", line)
}

// extract writes the .proto files of a commit below dir. Unlike git archive, it does not
// depend on .gitattributes.
func (g git) extract(ctx context.Context, commit, dir string) error {
	list, err := g.command(ctx, "ls-tree", "-r", "-z", "--full-tree", commit).Output()
	if err != nil {
		return fmt.Errorf("git ls-tree: %w", err)
	}
	var paths []string
	var objects bytes.Buffer
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		meta, name, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(meta) // mode, type, object
		if len(fields) != 3 || fields[1] != "blob" || fields[0] == "120000" || path.Ext(name) != ".proto" || !filepath.IsLocal(name) {
			continue
		}
		paths = append(paths, name)
		objects.WriteString(fields[2] + "\n")
	}
	cmd := g.command(ctx, "cat-file", "--batch")
	cmd.Stdin = &objects
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	err = write(bufio.NewReader(out), paths, dir)
	if err != nil {
		// git would wait for a reader.
		err = errors.Join(err, cmd.Process.Kill())
	}
	if waitErr := cmd.Wait(); err == nil && waitErr != nil {
		err = fmt.Errorf("git cat-file: %w", waitErr)
	}
	return err
}

// write writes the objects of git cat-file --batch to paths below dir. Each object has a
// line "hash blob size", and its content with a line break.
func write(r *bufio.Reader, paths []string, dir string) error {
	for _, name := range paths {
		line, err := r.ReadString('\n')
		if err != nil {
			return fmt.Errorf("git cat-file: %w", err)
		}
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return fmt.Errorf("git cat-file: %q has no content", name)
		}
		size, err := strconv.Atoi(fields[2])
		if err != nil {
			return fmt.Errorf("git cat-file: %w", err)
		}
		content := make([]byte, size+1)
		if _, err := io.ReadFull(r, content); err != nil {
			return fmt.Errorf("git cat-file: %w", err)
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, content[:size], 0o600); err != nil {
			return err
		}
	}
	return nil
}
