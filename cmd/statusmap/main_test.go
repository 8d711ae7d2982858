// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/catalog"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
)

// TestMain lets tests run this program as a separate process.
func TestMain(m *testing.M) {
	if os.Getenv("STATUSMAP_TEST_MAIN") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

func command(ctx context.Context, t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env = append(os.Environ(), "STATUSMAP_TEST_MAIN=1")
	return cmd
}

// run runs the program, and returns its output and exit code.
func run(t *testing.T, stdin string, args ...string) (stdout, stderr string, exitCode int) {
	t.Helper()
	cmd := command(context.Background(), t, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), errs.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), 0
}

func TestCatalogJSON(t *testing.T) {
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	out, _, exitCode := run(t, "", "catalog", "--format", "json")
	if exitCode != 0 {
		t.Fatalf("exit code %d", exitCode)
	}
	var entries []entry
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&entries); err != nil {
		t.Fatal(err)
	}
	i := 0
	listed := map[*catalog.Code]bool{}
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			if listed[code] {
				continue // another system includes it too
			}
			listed[code] = true
			e := entries[i]
			i++
			if e.Domain != code.Domain() || e.Reason != code.Reason() || e.Number != code.Number() ||
				e.LegacyCode != code.LegacyCode() || e.HTTPStatus != code.HTTPStatus() ||
				e.Message != code.Message().String() || e.Success != code.IsSuccess() {
				t.Errorf("got %+v, want %s", e, code.FullName())
			}
			var grpcCode codes.Code
			if err := grpcCode.UnmarshalJSON([]byte(`"` + e.GRPCCode + `"`)); err != nil || grpcCode != code.GRPCCode() {
				t.Errorf("%s: grpc_code %s, want %v", code.FullName(), e.GRPCCode, code.GRPCCode())
			}
			if i > 1 {
				p := entries[i-2]
				if p.Domain > e.Domain && code.System() != nil || p.Domain == e.Domain && p.Number >= e.Number {
					t.Errorf("%s.%s is listed before %s.%s", p.Domain, p.Reason, e.Domain, e.Reason)
				}
			}
		}
	}
	if i != len(entries) {
		t.Errorf("%d entries, want %d", len(entries), i)
	}
	for _, key := range []string{`"params": []`, `"translations": {`, `"labels": {}`, `"legacy_code": "401.1"`, `(app||func)`} {
		if !strings.Contains(out, key) {
			t.Errorf("the output has no %s", key)
		}
	}
	if strings.Contains(out, "null") {
		t.Error("the output has null, want empty arrays and objects")
	}
}

func TestCatalogTable(t *testing.T) {
	out, _, _ := run(t, "", "catalog", "--domain", "legacy.elves.v2")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 1+38 || !strings.HasPrefix(lines[0], "DOMAIN") || !strings.Contains(out, "Request Params(cron_id)Illegal") {
		t.Errorf("%d lines:\n%s", len(lines), out)
	}
}

// depot are the flags for the systems of testdata/depot.
var depot = []string{
	"-I", "../../testdata/depot",
	"--proto", "../../testdata/depot/legacy/depot/v1/code.proto",
	"--proto", "../../testdata/depot/legacy/depot/v1/auth.proto",
	"--proto", "../../testdata/depot/legacy/gate/v1/code.proto",
}

func TestExplain(t *testing.T) {
	raw, err := proto.Marshal(grpcstatus.Convert(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)).Proto())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what, stdin string
		flags       []string
		matches     []string // full names, in order
		arguments   map[string]string
		violations  []string // reasons
	}{
		{what: "201", flags: depot, matches: []string{"legacy.depot.v1.TOKEN_EXPIRED"}},
		{what: "G-1", flags: depot, matches: []string{"legacy.gate.v1.GATE_CLOSED"}},
		{what: "legacy.gate.v1.GATE_CLOSED", flags: depot, matches: []string{"legacy.gate.v1.GATE_CLOSED"}},
		{
			what: `{"errno":110,"errmsg":"the order is not valid","errors":[` +
				`{"field":"weight_kg","code":111,"errmsg":"31.5 kg is too heavy"},{"field":"sender","code":112,"errmsg":"the parameter sender is missing"}],"args":{}}`,
			flags:      depot,
			matches:    []string{"legacy.depot.v1.ORDER_INVALID"},
			violations: []string{"WEIGHT_TOO_HIGH", "PARAMETER_MISSING"},
		},
		{what: `{"errno":"101.7","errmsg":"parcel 7 not found"}`, flags: depot, matches: []string{"legacy.depot.v1.PARCEL_NOT_FOUND"}, arguments: map[string]string{"parcel_id": "7"}},
		{what: `{"errno":777,"errmsg":"a newer code","args":{}}`, flags: depot, matches: []string{"legacy.depot.v1.UNKNOWN_CODE"}},
		{what: `{"Code":77777,"Message":"?"}`, matches: []string{"legacy.apiswitch.v1.UNKNOWN_CODE"}},
		{what: "1207101", matches: []string{"legacy.job.v1.BUSINESS_ID_INVALID"}},
		{what: "401.1", matches: []string{"legacy.elves.v1.MISSING_SIGN_PARAM", "legacy.elves.v2.MISSING_SIGN_PARAM"}},
		{what: "401", matches: []string{"legacy.elves.v1.UNAUTHORIZED", "legacy.elves.v2.UNAUTHORIZED"}},
		{what: "APP_NOT_FOUND", matches: []string{"legacy.apiswitch.v1.APP_NOT_FOUND", "legacy.elves.v2.APP_NOT_FOUND"}},
		{what: "10001", matches: []string{"legacy.apiswitch.v1.ILLEGAL_PARAMETER", "legacy.jarvis.v2.SKEY_GRANTED"}},
		{what: "10001", flags: []string{"--domain", "legacy.jarvis.v2"}, matches: []string{"legacy.jarvis.v2.SKEY_GRANTED"}},
		{what: "legacy.job.v2.JOB_NOT_FOUND", matches: []string{"legacy.job.v2.JOB_NOT_FOUND"}},
		{
			what:      `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"abc"}`,
			matches:   []string{"legacy.job.v2.JOB_NOT_FOUND"},
			arguments: map[string]string{"job_id": "42"},
		},
		{what: ` { "Message": "未找到应用", "Code": "10205" } `, matches: []string{"legacy.apiswitch.v1.APP_NOT_FOUND"}},
		{what: `{"flag":"false","error":"[403.3]Request Params (app||func) Illegal","result":[]}`, matches: []string{"legacy.elves.v1.APP_OR_FUNC_ILLEGAL", "legacy.elves.v2.APP_ILLEGAL"}},
		{what: `{"return_code": 20210, "message": "param length error"}`, matches: []string{"legacy.jarvis.v2.PARAM_LENGTH_ERROR"}},
		{what: "[401.5]Unauthorized Sign Error", matches: []string{"legacy.elves.v1.SIGN_MISMATCH", "legacy.elves.v2.SIGN_MISMATCH"}},
		{what: "定时作业 7 不存在", matches: []string{"legacy.job.v1.CRON_JOB_NOT_FOUND", "legacy.job.v2.CRON_JOB_NOT_FOUND"}, arguments: map[string]string{"cron_job_id": "7"}},
		{what: base64.StdEncoding.EncodeToString(raw), matches: []string{"legacy.job.v2.JOB_NOT_FOUND"}, arguments: map[string]string{"job_id": "42"}},
		{what: base64.RawURLEncoding.EncodeToString(raw), matches: []string{"legacy.job.v2.JOB_NOT_FOUND"}, arguments: map[string]string{"job_id": "42"}},
		{what: "-", stdin: "401.7\n", matches: []string{"legacy.elves.v1.TIMESTAMP_EXPIRED", "legacy.elves.v2.TIMESTAMP_EXPIRED"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			args := append([]string{"explain", tt.what}, tt.flags...)
			out, errs, exitCode := run(t, tt.stdin, append(args, "--format", "json")...)
			var found []explanation
			if err := json.Unmarshal([]byte(out), &found); err != nil || exitCode != 0 {
				t.Fatalf("exit code %d, %v: %s%s", exitCode, err, out, errs)
			}
			var names []string
			for _, e := range found {
				names = append(names, e.Domain+"."+e.Reason)
				var violations []string
				for _, v := range e.Violations {
					violations = append(violations, v.Reason)
				}
				if !slices.Equal(violations, tt.violations) {
					t.Errorf("violations %v, want %v", violations, tt.violations)
				}
				for name, value := range tt.arguments {
					if e.Arguments[name] != value {
						t.Errorf("arguments %v, want %v", e.Arguments, tt.arguments)
					}
				}
			}
			if strings.Join(names, " ") != strings.Join(tt.matches, " ") {
				t.Errorf("%v, want %v", names, tt.matches)
			}
			text, _, _ := run(t, tt.stdin, args...)
			for _, name := range names {
				if !strings.Contains(text, name) {
					t.Errorf("the text has no %s:\n%s", name, text)
				}
			}
		})
	}
}

// TestBadInput checks that errors are one line that says what to do, and that the exit
// code is not 0.
func TestBadInput(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	taken := l.Addr().String()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"serve", "--foo"}, `unknown flag: --foo: run "statusmap serve --help" to list the flags`},
		{[]string{"bar"}, `unknown command "bar": run "statusmap --help" to list the commands`},
		{[]string{"serve", "--http", taken, "--grpc", "127.0.0.1:0"}, `cannot listen on "` + taken + `": bind: address already in use: use another address with --http, or port 0 to select a free port`},
		{[]string{"serve", "--http", "127.0.0.1:0", "--grpc", taken}, "use another address with --grpc"},
		{[]string{"serve", "--http", "no-port"}, `cannot listen on "no-port": `},
		{[]string{"serve", "extra"}, `unknown command "extra"`},
		{[]string{"catalog", "--format", "xml"}, `"xml" is not a valid format: use table or json`},
		{[]string{"catalog", "--domain", "legacy.job.v3"}, `unknown domain "legacy.job.v3": use one of legacy.apiswitch.v1, legacy.elves.v1`},
		{[]string{"explain"}, "explain needs exactly one argument, but there are 0: write a code"},
		{[]string{"explain", "nonsense"}, `cannot explain "nonsense": it is not a legacy code`},
		{[]string{"explain", `{"CODE":77777}`}, "cannot explain "},
		{[]string{"catalog", "--proto", "none.proto"}, `cannot read "none.proto": no such file or directory: use the path of a .proto file`},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			out, errs, exitCode := run(t, "", tt.args...)
			if exitCode == 0 || out != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "statusmap: ") || !strings.Contains(errs, tt.want) {
				t.Errorf("exit code %d, %q, %q; want %q", exitCode, out, errs, tt.want)
			}
		})
	}
}

// TestBrokenCatalogNeverServes checks that serve reports every problem with its file and
// line, and does not start.
func TestBrokenCatalogNeverServes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "broken.proto")
	source := `syntax = "proto3";
package legacy.broken.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {language: "en" envelope: {failure: '{"no":{code}}'}};
  CODE_UNSPECIFIED = 0;
  TWICE = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "a {name}"}];
  TWICE_MORE = 2 [(statusmap.v1.code) = {grpc: NOT_FOUND legacy_code: "1" message: "b"}];
  WRONG_HTTP = 3 [(statusmap.v1.code) = {grpc: NOT_FOUND http: 99 message: "c"}];
}
`
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, exitCode := run(t, "", "serve", "--proto", file, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0")
	if exitCode == 0 || out != "" {
		t.Errorf("got exit code %d and %q, want an error and no output", exitCode, out)
	}
	for _, want := range []string{
		"broken.proto:4: legacy.broken.v1.Code: fallback_for: ",
		"broken.proto:8: legacy.broken.v1.TWICE_MORE: legacy_code: \"1\" is already used by TWICE",
		"broken.proto:9: legacy.broken.v1.WRONG_HTTP: http: 99 ",
	} {
		if !strings.Contains(errs, want) {
			t.Errorf("the error has no %q:\n%s", want, errs)
		}
	}
	if _, errs, exitCode = run(t, "", "catalog", "--proto", file+"x"); exitCode == 0 {
		t.Errorf("got exit code 0 for a missing file, want an error: %s", errs)
	}
}

// TestServe starts the server as a process, sends all requests that it prints, and stops
// it with SIGTERM. The exit code is 0.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := command(ctx, t, "serve", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--proto", "../../testdata/acme/code.proto", "--with-samples")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	var base string
	var curls []string
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if address, ok := strings.CutPrefix(line, "HTTP  "); ok {
			base = address
		}
		if curl, ok := strings.CutPrefix(line, "curl -i '"); ok {
			curls = append(curls, strings.TrimSuffix(curl, "'"))
			if strings.Contains(curl, "/fault/") {
				break // the last one
			}
		}
	}
	if base == "" || len(curls) < 4 {
		t.Fatalf("address %q, curl lines %v", base, curls)
	}
	for _, url := range append(curls, base+"/raise/legacy.acme.v1/WAREHOUSE_ON_FIRE") {
		status, header, body := get(ctx, t, url)
		if status == http.StatusNotFound && strings.HasPrefix(header.Get("Content-Type"), "text/") || !json.Valid([]byte(body)) {
			t.Errorf("%s: %d %s", url, status, body)
		}
	}
	for path, want := range map[string]string{
		"/raise/legacy.none.v1/X":                                `unknown domain "legacy.none.v1": use one of legacy.acme.v1, `,
		"/raise/legacy.job.v2/X":                                 `unknown reason "X" in the domain "legacy.job.v2": run "statusmap catalog --domain legacy.job.v2" to list the reasons`,
		"/raise/legacy.job.v2/JOB_NOT_FOUND?dialect=legacy.none": `unknown domain "legacy.none": use one of`,
		"/echo/legacy.none.v1":                                   `unknown domain "legacy.none.v1"`,
		"/fault/legacy.job.v2/none":                              `unknown fault "none": use one of code_out_of_range, deadline, `,
	} {
		status, _, body := get(ctx, t, base+path)
		if status != http.StatusNotFound || strings.Count(body, "\n") != 1 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %q, want %q", path, status, body, want)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

func get(ctx context.Context, t *testing.T, url string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"serve", "--help"}, {"catalog", "-h"}, {"help", "explain"}} {
		out, errs, exitCode := run(t, "", args...)
		if exitCode != 0 || errs != "" || !strings.Contains(out, "Usage:") {
			t.Errorf("%v: %d %s%s", args, exitCode, out, errs)
		}
	}
}

// TestVocabulary: the embedded file is the one in the repository, printed or written.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("../../proto/statusmap/v1/options.proto")
	if err != nil {
		t.Fatal(err)
	}
	if stdout, stderr, code := run(t, "", "vocabulary"); stdout != string(want) || stderr != "" || code != 0 {
		t.Errorf("exit code %d, %s: the output is not proto/statusmap/v1/options.proto: run go generate", code, stderr)
	}
	dir := filepath.Join(t.TempDir(), "third_party")
	file := filepath.Join(dir, "statusmap", "v1", "options.proto")
	for range 2 { // the second time, the file exists
		if stdout, stderr, code := run(t, "", "vocabulary", dir); stdout+stderr != "" || code != 0 {
			t.Fatalf("exit code %d, output %q, want none", code, stdout+stderr)
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not the vocabulary: %v", file, err)
		}
	}
	_, stderr, code := run(t, "", "vocabulary", file)
	if want := `statusmap: cannot write "` + filepath.Join(file, "statusmap", "v1", "options.proto") + `": not a directory: use a folder in which you can create files` + "\n"; stderr != want || code != 1 {
		t.Errorf("exit code %d, got %q, want %q", code, stderr, want)
	}
}
