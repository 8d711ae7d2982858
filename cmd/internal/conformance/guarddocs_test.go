// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/statusmap/statusmap/cmd/internal/rules"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/internal/servertest/golden"
)

const guardPage = root + "docs/guard.md"

// TestGuardRules compares the rules in docs/guard.md with those of the commands.
// It is not parallel, since TestGuards writes the same page with -update.
func TestGuardRules(t *testing.T) {
	raw, err := os.ReadFile(guardPage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for _, list := range []struct {
		name  string
		rules []rules.Rule
	}{{"breaking", rules.BreakingRules()}, {"lint", rules.LintRules()}} {
		var b strings.Builder
		b.WriteString("| category | rule | what it checks |\n|---|---|---|\n")
		category := ""
		for _, r := range list.rules {
			shown := ""
			if r.Category != category {
				category, shown = r.Category, r.Category
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", shown, r.ID, strings.TrimSuffix(strings.TrimPrefix(r.Purpose, "Checks that "), "."))
		}
		start := "<!-- rules of " + list.name + " -->\n"
		before, rest, ok := strings.Cut(page, start)
		_, after, ok2 := strings.Cut(rest, "<!-- end of rules -->\n")
		if !ok || !ok2 {
			t.Fatalf("%s has no %s", guardPage, start)
		}
		page = before + start + b.String() + "<!-- end of rules -->\n" + after
	}
	golden.Check(t, guardPage, []byte(page))
}

// newGuardedRepository returns a git repository with the tutorial's table, whose branch main
// is older than the files.
func newGuardedRepository(t *testing.T) string {
	t.Helper()
	table := servertest.Blocks(t, root+"docs/adding-a-system.md")[0].Text
	changed := strings.Replace(table, `legacy_code: "D-102"`, `legacy_code: "D-112"`, 1)
	if changed == table {
		t.Fatal("the tutorial's table has no legacy code D-102")
	}
	dir := t.TempDir()
	write := func(text string) {
		file := filepath.Join(dir, "proto", "depot.proto")
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(table)
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"add", "."},
		{"-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-q", "-m", "the released table"},
	} {
		if out, err := guardCommand(t.Context(), dir, "", "git", args...); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	write(changed)
	return dir
}

// TestGuardCommands runs the commands of docs/guard.md, also those of its workflows.
func TestGuardCommands(t *testing.T) {
	t.Parallel()
	dir := newGuardedRepository(t)
	blocks := servertest.Blocks(t, guardPage)
	servertest.CheckConsole(t, nil, blocks, dir, 4)

	exe := filepath.Join(build(t, "statusmap"), "statusmap")
	var outputs []string
	for _, b := range blocks {
		if b.Language != "yaml" || !strings.Contains(b.Text, "runs-on:") {
			continue
		}
		var workflow struct {
			On   string
			Jobs map[string]struct {
				Steps []struct{ Uses, Run string }
			}
		}
		if err := yaml.Unmarshal([]byte(b.Text), &workflow); err != nil {
			t.Fatal(err)
		}
		if workflow.On != "pull_request" || len(workflow.Jobs["tables"].Steps) < 4 {
			t.Errorf("the workflow is %+v", workflow)
		}
		for _, step := range workflow.Jobs["tables"].Steps {
			if step.Run == "" {
				continue
			}
			path, args, ok := strings.Cut(step.Run, "@latest")
			name := filepath.Base(path)
			if _, err := os.Stat(root + "cmd/" + name); !ok || err != nil {
				t.Errorf("%q runs no command of this repository", step.Run)
			}
			if name == "statusmap" {
				args = strings.NewReplacer("'", "", "${{ github.base_ref }}", "main").Replace(args)
				out, err := guardCommand(t.Context(), dir, "", exe, strings.Fields(args)...)
				outputs = append(outputs, fmt.Sprint(err)+" "+out)
			}
		}
	}
	const finding = "exit status 1 ::error file=proto/depot.proto,line=38,col=5,title=CODE_SAME_LEGACY_CODE::legacy.depot.v1.PARCEL_LOCKED: the legacy code changes"
	if len(outputs) != 2 || outputs[0] != "<nil> " || !strings.HasPrefix(outputs[1], finding) {
		t.Errorf("the workflow prints %q", outputs)
	}
}

// bufConfig returns the buf.yaml of docs/guard.md.
func bufConfig(t *testing.T) string {
	t.Helper()
	for _, b := range servertest.Blocks(t, guardPage) {
		var config struct {
			Plugins []struct{ Plugin string }
		}
		if b.Language == "yaml" && yaml.Unmarshal([]byte(b.Text), &config) == nil && len(config.Plugins) == 1 {
			return b.Text
		}
	}
	t.Fatalf("%s has no buf.yaml", guardPage)
	return ""
}

// TestGuardBuf runs buf lint and buf breaking with the buf.yaml of docs/guard.md.
func TestGuardBuf(t *testing.T) {
	t.Parallel()
	buf, missing := findBuf(t.Context())
	if missing != "" {
		if os.Getenv("STATUSMAP_REQUIRE_ALL") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	bin := build(t, "buf-plugin-statusmap", "protoc-gen-go-statusmap")
	old := newVersion(t, bin, nil)
	changed := newVersion(t, bin, []string{"http: 502", "http: 503", "{sensitive: true description", "{description"})
	for _, v := range []*version{old, changed} {
		if err := os.WriteFile(filepath.Join(v.dir, "buf.yaml"), []byte(bufConfig(t)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		v    *version
		args []string
		want []string
	}{
		{old, []string{"lint", "--path", "depot"}, nil},
		{old, []string{"breaking", "--against", old.dir}, nil},
		{changed, []string{"lint", "--path", "depot"}, []string{
			"depot/v1/auth.proto:14:5:depot.v1.TOKEN_EXPIRED: the argument {token} looks like a secret",
		}},
		{changed, []string{"breaking", "--against", old.dir}, []string{
			"depot/v1/auth.proto:14:5:depot.v1.TOKEN_EXPIRED: sensitive changes from true to false",
			"depot/v1/auth.proto:14:5:depot.v1.TOKEN_EXPIRED: the argument {token} is no longer sensitive",
			"depot/v1/code.proto:67:5:depot.v1.DEPOT_BUSY: the HTTP status changes from 502 to 503",
		}},
	} {
		out, err := guardCommand(t.Context(), tt.v.dir, bin, buf, tt.args...)
		if (err != nil) != (len(tt.want) > 0) || strings.Count(out, "\n") != len(tt.want) {
			t.Errorf("buf %v: %v: %s", tt.args, err, out)
		}
		for _, want := range tt.want {
			if !strings.Contains(out, want) {
				t.Errorf("buf %v prints %s, want %s", tt.args, out, want)
			}
		}
	}
}
