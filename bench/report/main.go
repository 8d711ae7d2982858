// Report runs all benchmarks several times, takes medians, checks them against
// the targets, and writes the figures into docs/performance.md, between its two
// marks. What is not reached gets its profile.
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
	patience := flag.Duration("patience", 30*time.Minute, "how long to wait, all in all, for moments in which the machine is calm")
	document := flag.String("write", "../docs/performance.md", "the document to write the figures into; \"\" is none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *runs, *rounds, *patience, *document)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs, rounds int, patience time.Duration, document string) (err error) {
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
	fmt.Fprintf(&text, "Medians of %d runs of %d slices each, on %s; in %.0f %% of the rounds the machine was not calm.\n\n",
		runs, rounds, started.Format("2006-01-02"), 100*f.mean("restless"))
	if err := machine(ctx, &text); err != nil {
		return err
	}
	missed := writeTargets(&text, f)
	writeFigures(&text, f)
	profiled := map[string]bool{"": true}
	for _, t := range missed {
		if profiled[t.profile] {
			continue
		}
		profiled[t.profile] = true
		fmt.Fprintf(os.Stderr, "profile of %s\n", t.profile)
		if err := b.profile(ctx, &text, t.profile); err != nil {
			return err
		}
	}
	if _, err := os.Stdout.Write(text.Bytes()); err != nil || document == "" {
		return err
	}
	return replace(document, text.String())
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

// profile writes where the time of one benchmark goes.
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
	fmt.Fprintf(w, "### Profile: %s\n\n```\n", name)
	for line := range strings.Lines(string(out)) {
		// The harness itself says nothing.
		if !strings.Contains(line, "testing.") && !strings.Contains(line, "bench.") && !strings.HasPrefix(line, "File:") &&
			!strings.HasPrefix(line, "Build ID:") && !strings.HasPrefix(line, "Time:") {
			fmt.Fprint(w, line)
		}
	}
	fmt.Fprint(w, "```\n\n")
	return nil
}

// split takes "BenchmarkEndToEnd/bare/plain_success" apart into the benchmark
// and its variant.
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

// writeTargets writes what has to be shown, and returns what is not reached.
func writeTargets(w io.Writer, f figures) (missed []target) {
	fmt.Fprint(w, "## Targets\n\n| | target | measured | |\n|---|---|---|---|\n")
	group := ""
	for _, t := range targets {
		value, ok := t.value(f)
		verdict := "ok"
		switch {
		case !ok:
			verdict = "**not measured**"
			missed = append(missed, t)
		case value > t.most:
			verdict = "**not reached**"
			missed = append(missed, t)
		}
		if t.group != group {
			group = t.group
			fmt.Fprintf(w, "| **%s** | | | |\n", group)
		}
		fmt.Fprintf(w, "| %s | ≤ %s | %s | %s |\n", t.text, t.format(t.most), t.format(value), verdict)
	}
	fmt.Fprintf(w, "\n%d of %d reached.\n\n", len(targets)-len(missed), len(targets))
	return missed
}

func writeFigures(w io.Writer, f figures) {
	fmt.Fprint(w, "## All figures\n\nTime is wall clock; CPU is what the whole process had of both processors, garbage collection included. Ratios are\n"+
		"medians of what was measured side by side, so they are not the quotients of the medians beside them.\n")
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

// machine writes where the figures were taken, and of which versions.
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
		"github.com/containerd/errdefs", "github.com/containerd/errdefs/pkg",
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

const (
	begin = "<!-- written by go run ./report: begin -->\n"
	end   = "<!-- written by go run ./report: end -->\n"
)

// replace puts text between the document's two marks.
func replace(document, text string) error {
	b, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(b), begin)
	_, tail, both := strings.Cut(rest, end)
	if !ok || !both {
		return errors.New(document + " lacks the marks to write between")
	}
	return os.WriteFile(document, []byte(head+begin+"\n"+strings.TrimSpace(text)+"\n\n"+end+tail), 0o644)
}

// A target is one line of what has to be shown.
type target struct {
	group, text string
	// bench and unit are the figure. over, where it is not "", is another
	// benchmark: the figure is the quotient of the two.
	bench, unit, over string
	most              float64
	profile           string // of what, where it is not reached
	plus              float64
}

func (t target) value(f figures) (float64, bool) {
	v, ok := f.get(t.bench, t.unit)
	if t.over != "" {
		o, both := f.get(t.over, t.unit)
		if !both || o == 0 {
			return 0, false
		}
		v /= o
	}
	return v + t.plus, ok
}

func (t target) format(v float64) string {
	switch {
	case t.over != "" || strings.HasPrefix(t.unit, "x:"):
		return strconv.FormatFloat(v, 'f', 3, 64) + " ×"
	case t.unit == "allocs/op":
		return number(v) + " allocations"
	case t.unit == "B/op":
		return number(v) + " B"
	default:
		return number(v) + " ns"
	}
}
