// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
)

// covered are values with fallbacks for all gRPC codes that a system should have.
var covered = code("ALL_OTHERS", 90, `grpc: ABORTED message: "x" fallback_for: [INVALID_ARGUMENT, NOT_FOUND, UNIMPLEMENTED, UNAVAILABLE]`)

func TestWarnings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		source string
		want   string // the starts of all warnings without the file and line
	}{
		{name: "none", source: source{values: covered}.String()},
		{
			name:   "no fallbacks",
			source: source{}.String(),
			want:   `test.v1.Code: fallback_for: no code has fallback_for with INVALID_ARGUMENT, NOT_FOUND, UNIMPLEMENTED, UNAVAILABLE, so UNKNOWN_ERROR replaces these errors of gateways and libraries: write fallback_for on a code that fits better`,
		},
		{
			name:   "some fallbacks",
			source: source{values: code("LOST", 5, `grpc: NOT_FOUND message: "x" fallback_for: [NOT_FOUND, UNAVAILABLE]`)}.String(),
			want:   `test.v1.Code: fallback_for: no code has fallback_for with INVALID_ARGUMENT, UNIMPLEMENTED, so UNKNOWN_ERROR`,
		},
		{
			name: "reasons",
			source: source{values: covered + code("not_found", 5, `grpc: NOT_FOUND message: "x"`) + code("GONE_", 6, `grpc: NOT_FOUND message: "x"`) +
				code("_LOST", 7, `grpc: NOT_FOUND message: "x"`) + code("NO", 8, `grpc: NOT_FOUND message: "x"`) +
				code(strings.Repeat("A", 64), 9, `grpc: NOT_FOUND message: "x"`) + code(strings.Repeat("B", 63), 10, `grpc: NOT_FOUND message: "x"`)}.String(),
			want: `test.v1.not_found: reason: "not_found" is not a valid ErrorInfo reason by AIP-193: write 3 to 63 characters that match [A-Z][A-Z0-9_]+[A-Z0-9] if clients do not yet know the name
test.v1.GONE_: reason: "GONE_" is not a valid ErrorInfo reason
test.v1._LOST: reason: "_LOST" is not a valid ErrorInfo reason
test.v1.NO: reason: "NO" is not a valid ErrorInfo reason
test.v1.` + strings.Repeat("A", 64) + `: reason: `,
		},
		{
			name: "failure without code",
			source: source{values: covered, options: `language: "en" envelope: {failure: '{"m":{message}}'}
    alternatives: {failure: '{"m":{message}}' content_type: "a/b"}`}.String(),
			want: `test.v1.Code: envelope.failure: {code} is missing, so clients do not get the legacy code, and it cannot be read back: write it in the place of the legacy code, for example '{"code":{code},"message":{message}}'
test.v1.Code: alternatives[0].failure: {code} is missing`,
		},
		{
			name: "sensitive argument in the message",
			source: source{values: covered + code("CODE_A", 5, `grpc: ABORTED message: "{token} {user}" args: {key: "token" value: {sensitive: true}} args: {key: "user" value: {}}`) +
				code("CODE_B", 6, `grpc: ABORTED message: "{user}" args: {key: "token" value: {sensitive: true}}`)}.String(),
			want: `test.v1.CODE_A: args: the message names the sensitive argument {token}, and programs print messages: remove it from the message, or remove sensitive`,
		},
		{
			name: "replaced",
			source: source{values: covered + code("CODE_A", 5, `grpc: ABORTED message: "x" replaced_by: "ALL_OTHERS"`) +
				"  CODE_B = 6 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"else.v1.CODE\"}];\n"}.String(),
			want: `test.v1.CODE_A: replaced_by: the code is replaced but not deprecated: write deprecated = true beside the option (statusmap.v1.code)
test.v1.CODE_B: replaced_by: the domain of "else.v1.CODE" is not in the catalog, so it cannot be checked: link its package into the program`,
		},
		{
			name:   "enum that no system includes",
			source: source{values: covered, rest: auth(code("BROKEN", 7, `http: 1`))}.String(),
			want:   `test.v1.Auth: includes: no system includes the enum, so its codes are not used: add it to the includes of a system, or add the option (statusmap.v1.system)`,
		},
		{
			name: "nested enum that no system includes",
			source: source{values: covered, rest: "message Job {\n  enum Code {\n    JOB_UNSPECIFIED = 0;\n" +
				code("JOB_LOST", 7, `grpc: ABORTED message: "x"`) + "  }\n}"}.String(),
			want: `test.v1.Job.Code: includes: no system includes the enum`,
		},
		{
			name: "services",
			source: source{values: covered, rest: `
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "test.v1" errors: ["ALL_OTHERS", "NONE"]};
  rpc Get(M) returns (M) { option (statusmap.v1.method) = {errors: ["test.v1.ALL_OTHERS", "test.v1.OTHER", "else.v1.CODE"]}; }
  rpc List(M) returns (M) { option (statusmap.v1.method) = {dialect: "test.v2" errors: ["ALL_OTHERS", "LISTED"]}; }
  rpc Plain(M) returns (M);
}
service Others { rpc Get(M) returns (M) { option (statusmap.v1.method) = {errors: ["ALL_OTHERS", "FOUND"]}; } }`}.String(),
			want: `test.v1.Jobs: errors: there is no code "NONE": write the reason of a code of the dialect, or the full name of one of another domain
test.v1.Jobs.Get: errors: there is no code "test.v1.OTHER"
test.v1.Jobs.Get: errors: there is no code "else.v1.CODE"
test.v1.Jobs.List: dialect: there is no system "test.v2": write the package of a system's enum, or link that package into the program
test.v1.Jobs.List: errors: there is no code "LISTED"
test.v1.Others.Get: errors: there is no code "FOUND"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := fromSource(t, tt.source)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, "\n")
			}
			got := c.Warnings()
			if len(got) != len(want) {
				t.Fatalf("got %d warnings, want %d:\n%v", len(got), len(want), got)
			}
			for i, p := range got {
				if _, text, _ := strings.Cut(p.String(), ": "); !strings.HasPrefix(text, want[i]) || p.Line == 0 {
					t.Errorf("got  %s\nwant %s", p, want[i])
				}
			}
		})
	}
}

func TestCallersCannotChangeTheWarnings(t *testing.T) {
	t.Parallel()
	c, err := fromSource(t, source{}.String())
	if err != nil {
		t.Fatal(err)
	}
	before := c.Warnings().Error()
	clear(c.Warnings())
	if c.Warnings().Error() != before || before == "" {
		t.Errorf("got %q, want %q", c.Warnings(), before)
	}
}

// TestFieldsOfANewerVocabularyAreProblems compiles files with an options.proto that has
// one more field in each message.
func TestFieldsOfANewerVocabularyAreProblems(t *testing.T) {
	t.Parallel()
	newer := optionsSource(t)
	for _, message := range []string{"message SystemOptions {", "message Envelope {", "message CodeOptions {", "  message Arg {", "message RPCOptions {"} {
		if !strings.Contains(newer, message) {
			t.Fatalf("options.proto does not contain %q", message)
		}
		newer = strings.Replace(newer, message, message+"\nstring next = 1000;\n", 1)
	}
	files := compile(t, linkedOptions, map[string]string{
		optionsPath: newer,
		"test.proto": source{
			options: `language: "en" next: "x" envelope: {failure: '{"c":{code}}' next: "x"} alternatives: {failure: '{"c":{code}}' content_type: "a/b" next: "x"}`,
			values:  code("CODE_A", 5, `grpc: ABORTED message: "x" next: "x" args: {key: "token" value: {next: "x"}}`),
			rest: `message M {}
service Jobs {
  option (statusmap.v1.service) = {next: "x"};
  rpc Get(M) returns (M) { option (statusmap.v1.method) = {next: "x"}; }
}`}.String(),
	})
	r := new(protoregistry.Files)
	if err := r.RegisterFile(files[1]); err != nil {
		t.Fatal(err)
	}
	_, err := catalog.FromFiles(r)
	want := []string{
		"test.v1.Code: system: the option (statusmap.v1.system) has the unknown field 1000, so it was written for a newer statusmap: upgrade the library",
		"test.v1.Code: system: the option (statusmap.v1.system) has the unknown field envelope.1000",
		"test.v1.Code: system: the option (statusmap.v1.system) has the unknown field alternatives[0].1000",
		"test.v1.CODE_A: code: the option (statusmap.v1.code) has the unknown field 1000",
		`test.v1.CODE_A: code: the option (statusmap.v1.code) has the unknown field args["token"].1000`,
		"test.v1.Jobs: service: the option (statusmap.v1.service) has the unknown field 1000",
		"test.v1.Jobs.Get: method: the option (statusmap.v1.method) has the unknown field 1000",
	}
	got := problemsOf(t, err)
	if len(got) != len(want) {
		t.Fatalf("got %d problems, want %d:\n%v", len(got), len(want), err)
	}
	for i, p := range got {
		if _, text, _ := strings.Cut(p.String(), ": "); !strings.HasPrefix(text, want[i]) {
			t.Errorf("got  %s\nwant %s", p, want[i])
		}
	}
}
