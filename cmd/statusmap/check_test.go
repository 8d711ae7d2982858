// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const releasedTable = `syntax = "proto3";
package depot.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {language: "en" envelope: {failure: '{"code":{code}}'}};
  CODE_UNSPECIFIED = 0;
  PARCEL_LOST = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "100%, lost" http: 410}];
  DEPOT_ERROR = 2 [(statusmap.v1.code) = {grpc: INTERNAL message: "depot error" fallback_for: [INTERNAL]}];
}
`

// tables writes the released table and a changed one, and returns a folder with both.
func tables(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	changed := strings.NewReplacer("100%, lost", "100% lost", " http: 410", ` args: {key: "token" value: {}}`).Replace(releasedTable)
	for name, text := range map[string]string{
		"old/code.proto":   releasedTable,
		"new/code.proto":   changed,
		"none/x.proto":     `syntax = "proto3";`,
		"syntax/x.proto":   "statusmap",
		"broken/x.proto":   strings.Replace(releasedTable, "http: 410", "http: 99", 1),
		"gone/other.proto": strings.ReplaceAll(releasedTable, "depot.v1", "other.v1"),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCheckCommands(t *testing.T) {
	dir := tables(t)
	const (
		args = `DIR/new/code.proto:7:80: depot.v1.PARCEL_LOST: the arguments change from () to (token): calls of the Go constructor do not compile, or pass values in the wrong order: keep the order of the arguments in message, fields and args, or add a new value (CODE_SAME_ARGS)`
		http = `DIR/new/code.proto:7:20: depot.v1.PARCEL_LOST: the HTTP status changes from 410 to 404 (that of NOT_FOUND): clients of the old REST API compare it: write http: 410, and add a new value for the new status (CODE_SAME_HTTP)`
		text = `DIR/new/code.proto:7:59: depot.v1.PARCEL_LOST: the message changes from "100%, lost" to "100% lost": clients of the old REST API compare or show it, and programs that read it back do not find its arguments: write the old message, or add a new value (CODE_SAME_MESSAGE)`
		key  = `DIR/new/code.proto:7:80: depot.v1.PARCEL_LOST: the argument {token} looks like a secret, and logs show its value: write args: {key: "token" value: {sensitive: true}}, or give the argument another name (CODE_SECRET_SENSITIVE)`
	)
	for _, tt := range []struct {
		args     string // with DIR
		exitCode int
		want     []string // lines, or parts of the error
	}{
		{"breaking DIR/old --against DIR/old", 0, nil},
		{"breaking DIR/new --against DIR/old", 1, []string{http, text, args}},
		{"breaking --proto DIR/new/code.proto --against DIR/old/code.proto", 1, []string{http, text, args}},
		{"breaking DIR/new --against DIR/old --use SOURCE", 1, []string{args}},
		{"breaking DIR/new --against DIR/old --except LEGACY_BYTES", 1, []string{args}},
		{"breaking DIR/new --against DIR/old --except LEGACY_BYTES,CODE_SAME_ARGS", 0, nil},
		{"breaking DIR/new --against DIR/old --ignore CODE_SAME_ARGS:depot.v1.PARCEL_LOST --ignore CODE_SAME_MESSAGE:code.proto", 1, []string{http}},
		{"breaking DIR/new --against DIR/old --ignore LEGACY_BYTES:depot.v1.PARCEL_LOST", 1, []string{args}},
		{"breaking DIR/new --against DIR/old --ignore depot.v1.PARCEL_LOST", 0, nil},
		{"breaking DIR/new --against DIR/old --ignore depot.v1.DEPOT_ERROR", 1, []string{http, text, args}},
		{"breaking DIR/none --against DIR/old", 1, []string{"code.proto:4:1: depot.v1.Code: the enum depot.v1.Code with 2 codes is deleted: clients still know them, and old servers send them: keep the enum, and write deprecated = true on the values (ENUM_NO_DELETE)"}},
		{"breaking DIR/gone --against DIR/old --ignore code.proto", 0, nil},
		{"breaking DIR/old --against DIR/none", 0, nil},
		{"breaking DIR/new DIR/gone --against DIR/old --against DIR/gone --use SOURCE", 1, []string{args}},
		{"breaking DIR/none --against DIR/none", 2, []string{"there are no enums with the option (statusmap.v1.system) in ["}},
		{"breaking DIR/new", 2, []string{"there is nothing to compare with: write --against SOURCE"}},
		{"breaking --against DIR/old", 2, []string{"there is nothing to check: write the .proto files or their folder"}},
		{"breaking DIR/new --against DIR/gone.proto", 2, []string{"--against: cannot read "}},
		{"breaking DIR/syntax --against DIR/old", 2, []string{"x.proto:1:1: syntax error"}},
		{"breaking DIR/new --against DIR/old --use NONE", 2, []string{`there is no rule or category "NONE": use a category (WIRE, LEGACY_BYTES, SOURCE, CONTRACT) or a rule of docs/guard.md`}},
		{"breaking DIR/new --against DIR/old --ignore NONE:x", 2, []string{`there is no rule or category "NONE"`}},
		{"breaking DIR/new --against DIR/old --format xml", 2, []string{`"xml" is not a valid format: use text, json or github`}},
		{"breaking --nonsense", 2, []string{"unknown flag: --nonsense"}},

		{"lint DIR/old", 0, nil},
		{"lint DIR/old/code.proto", 0, nil},
		{"lint DIR/new", 1, []string{key}},
		{"lint DIR/new --except CODE_SECRET_SENSITIVE", 0, nil},
		{"lint DIR/new --use AIP193,DECLARED", 0, nil},
		{"lint DIR/old --use DECLARED --languages en", 0, nil},
		{"lint DIR/old --languages de --ignore depot.v1.DEPOT_ERROR", 1, []string{`DIR/old/code.proto:7:20: depot.v1.PARCEL_LOST: the code has no message in "de": write translations: {key: "de" value: "…"} (CODE_TRANSLATED)`}},
		{"lint DIR/broken", 1, []string{`DIR/broken/x.proto:7:81: depot.v1.PARCEL_LOST: http: 99 is not a valid HTTP status of a response: write one from 200 to 599 (CATALOG_VALID)`}},
		{"lint DIR/none", 2, []string{"there are no enums with the option"}},
		{"lint", 2, []string{"there is nothing to check"}},
		{"lint DIR/syntax", 2, []string{"x.proto:1:1: syntax error"}},
		{"lint DIR/old --use WIRE", 2, []string{`there is no rule or category "WIRE": use a category (STANDARD, AIP193, COMPLETE, DOCUMENTED, TRANSLATED, DECLARED)`}},
		{"none", 2, []string{`unknown command "none"`}},
	} {
		t.Run(tt.args, func(t *testing.T) {
			out, errs, exitCode := run(t, "", strings.Fields(strings.ReplaceAll(tt.args, "DIR", dir))...)
			if exitCode != tt.exitCode {
				t.Errorf("exit code %d, want %d: %s%s", exitCode, tt.exitCode, out, errs)
			}
			if tt.exitCode == 2 {
				if out != "" || !strings.HasPrefix(errs, "statusmap: ") || !strings.Contains(errs, tt.want[0]) {
					t.Errorf("got %q, %q, want %q", out, errs, tt.want[0])
				}
				return
			}
			want := ""
			for _, line := range tt.want {
				want += strings.ReplaceAll(line, "DIR", dir) + "\n"
			}
			if out != want || errs != "" {
				t.Errorf("got\n%s%s\nwant\n%s", out, errs, want)
			}
		})
	}
}

func TestCheckFormats(t *testing.T) {
	dir := tables(t)
	out, _, exitCode := run(t, "", "breaking", dir+"/new", "--against", dir+"/old", "--format", "json", "--use", "CODE_SAME_MESSAGE")
	var got []findingEntry
	if err := json.Unmarshal([]byte(out), &got); err != nil || exitCode != 1 || len(got) != 1 {
		t.Fatalf("exit code %d, %v: %s", exitCode, err, out)
	}
	want := findingEntry{
		Rule: "CODE_SAME_MESSAGE", Category: "LEGACY_BYTES", Name: "depot.v1.PARCEL_LOST", File: filepath.ToSlash(dir) + "/new/code.proto",
		Line: 7, Column: 59, Message: got[0].Message,
	}
	if got[0] != want || !strings.HasPrefix(want.Message, `the message changes from "100%, lost" to`) {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
	if out, _, exitCode := run(t, "", "lint", dir+"/old", "--format", "json"); out != "[]\n" || exitCode != 0 {
		t.Errorf("without findings: exit code %d, %q", exitCode, out)
	}
	out, _, exitCode = run(t, "", "breaking", dir+"/none", "--against", dir+"/old", "--format", "github")
	if line := "::error file=code.proto,line=4,col=1,title=ENUM_NO_DELETE::depot.v1.Code: the enum"; exitCode != 1 || !strings.HasPrefix(out, line) {
		t.Errorf("exit code %d, %s, want %s", exitCode, out, line)
	}
	out, _, _ = run(t, "", "breaking", dir+"/new", "--against", dir+"/old", "--format", "github", "--use", "CODE_SAME_MESSAGE")
	if line := `::depot.v1.PARCEL_LOST: the message changes from "100%25, lost" to "100%25 lost"`; !strings.Contains(out, line) || strings.Count(out, "\n") != 1 {
		t.Errorf("got %s, want %s", out, line)
	}
}
