// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Report runs all benchmarks several times, takes medians, checks them against the
// targets, and writes the figures to RESULTS.md.
//
//	cd bench && go run ./report
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statusmap/statusmap/bench/yardstick"
)

func main() {
	runs := flag.Int("runs", 6, "how often to run everything; figures are medians")
	rounds := flag.Int("rounds", 30, "slices of each variant in a run")
	patience := flag.Duration("patience", 30*time.Minute, "how long to wait in all for moments in which the machine is calm")
	file := flag.String("write", "RESULTS.md", "the file to write; \"\" is none")
	profile := flag.Bool("profile", false, "print a CPU profile of each target that is not reached")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *runs, *rounds, *patience, *file, *profile)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs, rounds int, patience time.Duration, file string, profile bool) (err error) {
	dir, err := os.MkdirTemp("", "statusmap-report-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := bench{binary: filepath.Join(dir, "bench.test"), dir: dir}
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", b.binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	started := time.Now()
	f := figures{}
	calmest := yardstick.Measure()
	for i := range runs {
		for range 100 {
			time.Sleep(100 * time.Millisecond)
			calmest = min(calmest, yardstick.Measure())
		}
		fmt.Fprintf(os.Stderr, "run %d of %d, load %s, yardstick %v\n", i+1, runs, load(), calmest)
		out, err := b.run(ctx, "-test.bench", ".", "-rounds", strconv.Itoa(rounds),
			"-patience", (patience / time.Duration(runs)).String(), "-calmest", calmest.String())
		if err != nil {
			return err
		}
		f.add(out)
	}

	var text bytes.Buffer
	fmt.Fprintf(&text, "# Results\n\nWritten by `%s` on %s: medians of %d runs of %d rounds each. In %.0f %% of the rounds\n"+
		"the machine was not calm: then short paths take longer, and the ratios of ours are higher.\n\n",
		strings.Join(append([]string{"cd bench && go run ./report"}, os.Args[1:]...), " "), started.Format("2006-01-02"), runs, rounds, 100*f.mean("restless"))
	if err := machine(ctx, &text); err != nil {
		return err
	}
	missed := writeTargets(&text, f)
	writeFigures(&text, f)
	if _, err := os.Stdout.Write(text.Bytes()); err != nil {
		return err
	}
	if file != "" {
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if !profile {
		return nil
	}
	profiled := map[string]bool{}
	for _, t := range missed {
		if !profiled[t.bench] {
			profiled[t.bench] = true
			if err := b.profile(ctx, os.Stdout, t.bench); err != nil {
				return err
			}
		}
	}
	return nil
}

// bench is the compiled benchmarks.
type bench struct{ binary, dir string }

func (b bench) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, b.binary, append([]string{"-test.run", "^$", "-test.timeout", "1h"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", cmd, err, out, stderr.String())
	}
	return string(out), nil
}

// profile writes a CPU profile of one benchmark.
func (b bench) profile(ctx context.Context, w io.Writer, name string) error {
	benchmark, variant := split(name)
	rounds := "300"
	if strings.HasPrefix(benchmark, "BenchmarkEndToEnd") {
		rounds = "60" // of longer slices, and more of them
	}
	file := filepath.Join(b.dir, "cpu.out")
	if _, err := b.run(ctx, "-test.bench", "^"+strings.ReplaceAll(benchmark, "/", "$/^")+"$", "-only", "^"+regexp.QuoteMeta(variant)+"$",
		"-rounds", rounds, "-test.cpuprofile", file); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-cum", "-nodecount=30", b.binary, file).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	fmt.Fprintf(w, "\n%s\n\n", name)
	for line := range strings.Lines(string(out)) {
		// Without the harness.
		if !strings.Contains(line, "testing.") && !strings.Contains(line, "bench.") && !strings.HasPrefix(line, "File:") &&
			!strings.HasPrefix(line, "Build ID:") && !strings.HasPrefix(line, "Time:") {
			fmt.Fprint(w, line)
		}
	}
	return nil
}

// split takes "BenchmarkEndToEnd/id/plain_success" apart into the benchmark and its
// variant.
func split(name string) (benchmark, variant string) {
	parts := strings.SplitN(name, "/", 2)
	if parts[0] == "BenchmarkEndToEnd" {
		client, variant, _ := strings.Cut(parts[1], "/")
		return parts[0] + "/" + client, variant
	}
	return parts[0], parts[1]
}

// figures are values by benchmark and unit, one for each run.
type figures map[string]map[string][]float64

var result = regexp.MustCompile(`^(Benchmark\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func (f figures) add(out string) {
	for line := range strings.Lines(out) {
		m := result.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		units := f[m[1]]
		if units == nil {
			units = map[string][]float64{}
			f[m[1]] = units
		}
		fields := strings.Fields(m[2])
		for i := 0; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				units[fields[i+1]] = append(units[fields[i+1]], v)
			}
		}
	}
}

// get returns a median.
func (f figures) get(name, unit string) (float64, bool) {
	v := slices.Sorted(slices.Values(f[name][unit]))
	if len(v) == 0 {
		return 0, false
	}
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2, true
}

// mean returns the mean of all values of a unit.
func (f figures) mean(unit string) float64 {
	sum, n := 0.0, 0
	for _, units := range f {
		for _, v := range units[unit] {
			sum += v
			n++
		}
	}
	return sum / float64(max(n, 1))
}

// writeTargets writes the figures that have targets, and returns those that miss them.
func writeTargets(w io.Writer, f figures) (missed []target) {
	fmt.Fprint(w, "## Targets\n\n| | target | measured | |\n|---|---|---|---|\n")
	group := ""
	for _, t := range targets {
		value, ok := f.get(t.bench, t.unit)
		limit, verdict := "≤ "+t.format(t.most), "ok"
		switch {
		case !ok:
			verdict = "**not measured**"
			missed = append(missed, t)
		case t.reported():
			limit, verdict = "", ""
		case value > t.most:
			verdict = "**not reached**"
			missed = append(missed, t)
		}
		if t.group != group {
			group = t.group
			fmt.Fprintf(w, "| **%s** | | | |\n", group)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", t.text, limit, t.format(value), verdict)
	}
	fmt.Fprintln(w)
	return missed
}

func writeFigures(w io.Writer, f figures) {
	fmt.Fprint(w, "## All figures\n\nns is wall clock; CPU ns is the processor time of the whole process, garbage collection included. Ratios are medians\n"+
		"of the rounds' ratios, so they differ from the quotients of the medians beside them.\n")
	group := ""
	for _, name := range slices.Sorted(maps.Keys(f)) {
		ns, ok := f.get(name, "cpu-ns/op")
		if !ok {
			continue
		}
		benchmark, variant := split(name)
		if benchmark != group {
			group = benchmark
			fmt.Fprintf(w, "\n| %s | ns | CPU ns | B | allocs | ratios |\n|---|--:|--:|--:|--:|---|\n", strings.TrimPrefix(group, "Benchmark"))
		}
		wall, _ := f.get(name, "ns/op")
		bytes, _ := f.get(name, "B/op")
		allocs, _ := f.get(name, "allocs/op")
		var ratios []string
		for _, unit := range slices.Sorted(maps.Keys(f[name])) {
			if other, ok := strings.CutPrefix(unit, "x:"); ok && other != variant {
				ratio, _ := f.get(name, unit)
				ratios = append(ratios, fmt.Sprintf("%.3f × %s", ratio, other))
			}
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", variant, number(wall), number(ns), number(bytes), number(allocs), strings.Join(ratios, ", "))
	}
	fmt.Fprintln(w)
}

func number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
}

func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// machine writes which machine the figures are from, and of which versions.
func machine(ctx context.Context, w io.Writer) error {
	model := "unknown"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`).FindSubmatch(b); m != nil {
			model = string(m[1])
		}
	}
	fmt.Fprintf(w, "| | |\n|---|---|\n| machine | %s, %d processors, %s/%s, load %s at the end |\n| Go | %s |\n",
		model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, load(), strings.TrimPrefix(runtime.Version(), "go"))
	for _, module := range []string{
		"google.golang.org/grpc", "google.golang.org/protobuf", "github.com/grpc-ecosystem/grpc-gateway/v2",
		"github.com/go-kratos/kratos/v2", "connectrpc.com/connect", "github.com/googleapis/gax-go/v2",
	} {
		out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Version}}", module).Output()
		if err != nil {
			return fmt.Errorf("go list -m %s: %w", module, err)
		}
		fmt.Fprintf(w, "| %s | %s |\n", module, strings.TrimSpace(string(out)))
	}
	fmt.Fprintln(w)
	return nil
}

// A target is one line of what has to be shown.
type target struct {
	group, text string
	bench, unit string // the figure
	most        float64
}

// reported reports whether the figure has no limit.
func (t target) reported() bool { return t.most == none && t.unit != allocations }

func (t target) format(v float64) string {
	switch {
	case strings.HasPrefix(t.unit, "x:"):
		return strconv.FormatFloat(v, 'f', 3, 64) + " ×"
	case t.unit == allocations:
		return number(v) + " allocations"
	case strings.HasPrefix(t.unit, "B"):
		return number(v) + " B"
	default:
		return number(v) + " ns"
	}
}
