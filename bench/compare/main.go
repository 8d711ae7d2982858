// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Compare measures two revisions of the library with this revision's benchmarks,
// and prints their ratios.
//
//	cd bench && go run ./compare OLD [NEW]
//
// Without NEW it is the work tree. The two are run in turn, so that other load falls
// on both.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
)

func main() {
	benchmarks := flag.String("bench", "Build|Read|Render|Interceptor|Lookup", "the benchmarks to run")
	runs := flag.Int("runs", 12, "how often to run each revision, in turn")
	rounds := flag.Int("rounds", 5, "slices of each variant in a run")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./compare [flags] OLD [NEW]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() < 1 || flag.NArg() > 2 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, flag.Arg(0), flag.Arg(1), *benchmarks, *runs, *rounds)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// A revision is a compiled benchmark of one.
type revision struct {
	name, source, binary string
	out                  bytes.Buffer
}

// build links the benchmarks with their functions in a random order, another one for
// each seed: the address of a function makes it up to 10 % faster or slower, and any
// change to any file moves it.
func (r *revision) build(ctx context.Context, seed int) error {
	if err := command(ctx, r.source, "go", "test", "-c", fmt.Sprintf("-ldflags=-randlayout=%d", seed), "-o", r.binary, "."); err != nil {
		return fmt.Errorf("the benchmarks do not fit revision %s: %w", r.name, err)
	}
	return nil
}

func run(ctx context.Context, older, newer, benchmarks string, runs, rounds int) (err error) {
	dir, err := os.MkdirTemp("", "statusmap-compare-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	revisions := []*revision{{name: older}, {name: newer}}
	for i, r := range revisions {
		r.binary = filepath.Join(dir, fmt.Sprintf("%d.test", i))
		r.source = here
		if r.name == "" {
			r.name = "work tree"
		} else {
			tree := filepath.Join(dir, strconv.Itoa(i))
			if err := command(ctx, here, "git", "worktree", "add", "--quiet", "--detach", tree, r.name); err != nil {
				return err
			}
			defer func() {
				// Not ctx: it may have ended.
				err = errors.Join(err, command(context.Background(), here, "git", "worktree", "remove", "--force", tree))
			}()
			// The benchmarks of today, so that the same is measured.
			r.source = filepath.Join(tree, "bench")
			if err := os.RemoveAll(r.source); err != nil {
				return err
			}
			if err := os.CopyFS(r.source, os.DirFS(here)); err != nil {
				return err
			}
		}
	}
	for i := range runs {
		for _, r := range revisions {
			fmt.Fprintf(os.Stderr, "run %d of %d, %s\n", i+1, runs, r.name)
			if err := r.build(ctx, i+1); err != nil {
				return err
			}
			cmd := exec.CommandContext(ctx, r.binary, "-test.run", "^$", "-test.bench", benchmarks, "-rounds", strconv.Itoa(rounds))
			cmd.Stdout, cmd.Stderr = &r.out, os.Stderr
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
	}
	args := []string{"tool", "benchstat", "-filter", ".unit:(ns/op OR B/op OR allocs/op)"}
	for i, r := range revisions {
		file := filepath.Join(dir, fmt.Sprintf("%d.txt", i))
		if err := os.WriteFile(file, r.out.Bytes(), 0o600); err != nil {
			return err
		}
		args = append(args, r.name+"="+file)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out.String())
	}
	return nil
}
