// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalogtest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/catalog/catalogtest"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/prototest"
)

// contractSource sets every option of options.proto. A line of an option that can be
// changed has a number.
const contractSource = `syntax = "proto3";
package legacy.depot.v1;
import "statusmap/v1/options.proto";
enum AuthCode {
  AUTH_CODE_UNSPECIFIED = 0;
  TOKEN_EXPIRED = 50 [(statusmap.v1.code) = {grpc: UNAUTHENTICATED message: "expired"}];
}
enum OtherCode {
  OTHER_CODE_UNSPECIFIED = 0;
  OTHER = 60 [(statusmap.v1.code) = {grpc: INTERNAL message: "other"}];
}
enum Code {
  option (statusmap.v1.system) = {
    title: "Depot"
    language: "en"
    language_header: "Accept-Language"
    success_codes: "0"
    legacy_codes: "D?-?[0-9]+"
    default_language: "de"
    includes: "legacy.depot.v1.AuthCode"
    request_id_header: "X-Trace"
    help: "https://errors.example.com/{reason}"
    envelope: {
      failure: '{"code":{code},"list":[{violations}]}'
      success: '{"code":0,"data":{data}}'
      http_always: 200
      format: JSON
      content_type: "application/json"
      escape: ASCII
      headers: {key: "X-Code" value: "{code}"}
      stream_failure: '{"stream":{code}}'
      violation: '{"field":{field}}'
    }
    alternatives: {content_type: "text/plain" format: TEXT failure: "<e>{code}</e>"}
  };
  CODE_UNSPECIFIED = 0;
  PARCEL_NOT_FOUND = 101 [deprecated = true, (statusmap.v1.code) = {
    grpc: NOT_FOUND
    http: 410
    legacy_code: "D-101"
    message: "parcel {parcel_id} not found"
    translations: {key: "de" value: "Paket {parcel_id} fehlt"}
    retry_after: 30
    fields: "parcel_id"
    labels: {key: "owner" value: "parcel team"}
    reads: "D-10[2-9]"
    args: {key: "parcel_id" value: {type: INT64 sensitive: true description: "The number"}}
    explanation: "It was delivered."
    resolution: "Ask the archive."
    since: "2.3"
    replaced_by: "DEPOT_ERROR"
  }];
` + twins + `  DEPOT_ERROR = 900 [(statusmap.v1.code) = {
    grpc: INTERNAL
    message: "depot error"
    fallback_for: [UNKNOWN, INTERNAL]
    fallback_for_http: [404, 405]
  }];
}
message Empty {}
service DepotService {
  option (statusmap.v1.service) = {dialect: "legacy.depot.v1" errors: "DEPOT_ERROR"};
  rpc Get(Empty) returns (Empty) {
    option (statusmap.v1.method) = {errors: "PARCEL_NOT_FOUND"};
  }
}`

// twins are codes that share a legacy code.
const twins = `  TWIN_ONE = 102 [(statusmap.v1.code) = {grpc: ABORTED legacy_code: "D-5" shares_legacy_code: true message: "one"}];
  TWIN_TWO = 103 [(statusmap.v1.code) = {grpc: ABORTED legacy_code: "D-5" shares_legacy_code: true message: "two"}];
`

// contractEdits changes each option by its full name.
var contractEdits = map[string][2]string{
	"SystemOptions.title":             {`"Depot"`, `"Depots"`},
	"SystemOptions.language":          {`language: "en"`, `language: "en-GB"`},
	"SystemOptions.language_header":   {`"Accept-Language"`, `"X-Language"`},
	"SystemOptions.success_codes":     {`success_codes: "0"`, `success_codes: "00"`},
	"SystemOptions.legacy_codes":      {`"D?-?[0-9]+"`, `".*"`},
	"SystemOptions.default_language":  {`default_language: "de"`, ``},
	"SystemOptions.includes":          {`v1.AuthCode"`, `v1.OtherCode"`},
	"SystemOptions.request_id_header": {`"X-Trace"`, `"X-Id"`},
	"SystemOptions.help":              {`/{reason}`, `/{code}`},
	"SystemOptions.envelope":          {`"list":`, `"errors":`},
	"SystemOptions.alternatives":      {`alternatives: {content_type: "text/plain" format: TEXT failure: "<e>{code}</e>"}`, ``},
	"Envelope.failure":                {`{"code":{code},`, `{"code": {code},`},
	"Envelope.success":                {`success: '{"code":0,"data":{data}}'`, `success: '{data}'`},
	"Envelope.http_always":            {`http_always: 200`, ``},
	"Envelope.format":                 {`format: TEXT`, `format: XML`},
	"Envelope.content_type":           {`"application/json"`, `"application/problem+json"`},
	"Envelope.escape":                 {`escape: ASCII`, `escape: HTML`},
	"Envelope.headers":                {`"X-Code"`, `"X-Error"`},
	"Envelope.stream_failure":         {`"stream"`, `"error"`},
	"Envelope.violation":              {`'{"field":{field}}'`, `'{"field":{field},"text":{message}}'`},
	"CodeOptions.grpc":                {`grpc: NOT_FOUND`, `grpc: FAILED_PRECONDITION`},
	"CodeOptions.http":                {`http: 410`, `http: 404`},
	"CodeOptions.legacy_code":         {`"D-101"`, `"D-110"`},
	"CodeOptions.message":             {`"parcel {parcel_id} not found"`, `"no parcel {parcel_id}"`},
	"CodeOptions.translations":        {`"Paket {parcel_id} fehlt"`, `"Paket {parcel_id} fehlt."`},
	"CodeOptions.fallback_for":        {`[UNKNOWN, INTERNAL]`, `[INTERNAL]`},
	"CodeOptions.retry_after":         {`retry_after: 30`, `retry_after: 31`},
	"CodeOptions.fields":              {`fields: "parcel_id"`, `fields: "id"`},
	"CodeOptions.labels":              {`"parcel team"`, `"depot team"`},
	"CodeOptions.reads":               {`"D-10[2-9]"`, `"D-10[3-9]"`},
	"CodeOptions.fallback_for_http":   {`[404, 405]`, `[404]`},
	"CodeOptions.args":                {`type: INT64 sensitive: true description: "The number"`, ``},
	"CodeOptions.shares_legacy_code":  {twins, strings.NewReplacer(` legacy_code: "D-5" shares_legacy_code: true`, ``).Replace(twins)},
	"CodeOptions.explanation":         {`"It was delivered."`, `"It is delivered."`},
	"CodeOptions.resolution":          {`"Ask the archive."`, `"Ask us."`},
	"CodeOptions.since":               {`"2.3"`, `"2.4"`},
	"CodeOptions.replaced_by":         {`replaced_by: "DEPOT_ERROR"`, `replaced_by: "TWIN_ONE"`},
	"CodeOptions.Arg.type":            {`type: INT64`, `type: DOUBLE`},
	"CodeOptions.Arg.sensitive":       {`sensitive: true`, ``},
	"CodeOptions.Arg.description":     {`"The number"`, `"Its number"`},
	"RPCOptions.dialect":              {`{dialect: "legacy.depot.v1" errors`, `{dialect: "legacy.depot.v2" errors`},
	"RPCOptions.errors":               {`errors: "PARCEL_NOT_FOUND"`, `errors: "TWIN_ONE"`},
	"deprecated":                      {`[deprecated = true, `, `[`},
	"an enum value's number":          {`PARCEL_NOT_FOUND = 101`, `PARCEL_NOT_FOUND = 110`},
}

func contractOf(t *testing.T, source string) string {
	t.Helper()
	files := new(protoregistry.Files)
	for _, file := range prototest.Compile(t, map[string]string{"depot.proto": source}) {
		if err := files.RegisterFile(file); err != nil {
			t.Fatal(err)
		}
	}
	c, err := catalog.FromFiles(files)
	if err != nil {
		t.Fatalf("%v\nin %s", err, source)
	}
	return catalogtest.Contract(c, files, true)
}

// TestGoldenHasEveryOption: a change of any option changes the file.
func TestGoldenHasEveryOption(t *testing.T) {
	t.Parallel()
	const source = contractSource
	before := contractOf(t, source)
	for name, edit := range contractEdits {
		if strings.Count(source, edit[0]) < 1 {
			t.Errorf("%s: the source has no %s", name, edit[0])
		}
		if after := contractOf(t, strings.Replace(source, edit[0], edit[1], 1)); after == before {
			t.Errorf("%s: the change of %s to %q does not change\n%s", name, edit[0], edit[1], after)
		}
	}
	var check func(m protoreflect.MessageDescriptor, name string)
	check = func(m protoreflect.MessageDescriptor, name string) {
		for i := range m.Fields().Len() {
			if field := name + "." + string(m.Fields().Get(i).Name()); !m.IsMapEntry() && contractEdits[field] == [2]string{} {
				t.Errorf("%s is not in contractEdits: add a change of it", field)
			}
		}
		for i := range m.Messages().Len() {
			check(m.Messages().Get(i), name+"."+string(m.Messages().Get(i).Name()))
		}
	}
	messages := statusmapv1.File_statusmap_v1_options_proto.Messages()
	for i := range messages.Len() {
		check(messages.Get(i), string(messages.Get(i).Name()))
	}
	if t.Failed() {
		t.Log(before)
	}
}

// TestGoldenIgnoresComments: what is not an option, and changes nothing on the wire, is
// not in the file.
func TestGoldenIgnoresComments(t *testing.T) {
	t.Parallel()
	commented := strings.Replace(contractSource, "enum Code {", "// A comment.\nenum Code {", 1)
	if before, after := contractOf(t, contractSource), contractOf(t, commented); before != after {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
}

// golden runs Golden and returns what it reports.
func golden(file string, enums ...protoreflect.EnumDescriptor) []string {
	r := new(recorder)
	catalogtest.Golden(r, file, enums...)
	return r.errors
}

func TestGolden(t *testing.T) {
	file := filepath.Join(t.TempDir(), "testdata", "errors.golden")
	enum := jobv2.Code(0).Descriptor()

	t.Setenv("STATUSMAP_UPDATE", "")
	want := file + " does not exist: run the test once with STATUSMAP_UPDATE=1, and commit the file"
	if got := golden(file, enum); !slices.Equal(got, []string{want}) {
		t.Errorf("without the file: got %q", got)
	}

	t.Setenv("STATUSMAP_UPDATE", "1")
	if got := golden(file, enum); got != nil {
		t.Fatalf("with STATUSMAP_UPDATE=1: got %q", got)
	}
	t.Setenv("STATUSMAP_UPDATE", "0")
	if got := golden(file, enum); got != nil {
		t.Errorf("with the file: got %q", got)
	}

	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ text, want string }{
		"CRLF": {strings.ReplaceAll(string(written), "\n", "\r\n"), ""},
		"another translation": {
			strings.Replace(string(written), "Job {job_id} does not exist", "No job {job_id}", 1),
			"the error tables differ from " + file + " (- file, + tables):\n" +
				"  # legacy.job.v2 (BlueKing JOB, new API), zh-CN\n" +
				"  1233106 JOB_NOT_FOUND 1233106 NOT_FOUND 404 source=JOB target=JOB\n" +
				"- \ten: No job {job_id}\n" +
				"+ \ten: Job {job_id} does not exist\n" +
				"Clients of the old API can depend on this. If the change is intended, run the test with STATUSMAP_UPDATE=1, and commit the file.",
		},
	} {
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(golden(file, enum), "\n"); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.want)
		}
	}

	if got := golden(file, enum, jarvisv2.Code(0).Descriptor()); len(got) != 1 || !strings.Contains(got[0], "\n+ # legacy.jarvis.v2 (") {
		t.Errorf("with a further enum: got %q", got)
	}
	if got := golden(filepath.Dir(file), enum); len(got) != 1 {
		t.Errorf("a folder: got %q", got)
	}
}

func TestGoldenOfAnIncludedEnum(t *testing.T) {
	got := golden(filepath.Join(t.TempDir(), "errors.golden"), load(t, fmt.Sprintf(includedSource, "503"))...)
	want := []string{"none of the enums has the option (statusmap.v1.system): pass the descriptor of the enum that includes them"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// A program that uses Golden may have a flag of this name.
var _ = flag.Bool("update", false, "write the golden files")

func TestGoldenUsesAFlagOfTheProgram(t *testing.T) {
	file := filepath.Join(t.TempDir(), "errors.golden")
	t.Setenv("STATUSMAP_UPDATE", "")
	for _, value := range []string{"true", "false"} {
		if err := flag.Set("update", value); err != nil {
			t.Fatal(err)
		}
		if got := golden(file, jarvisv2.Code(0).Descriptor()); got != nil {
			t.Errorf("-update=%s: got %q", value, got)
		}
	}
}

func ExampleGolden() {
	t := printer{}
	catalogtest.Golden(t, "testdata/errors.golden", jobv2.Code(0).Descriptor())
	// Output:
	// testdata/errors.golden does not exist: run the test once with STATUSMAP_UPDATE=1, and commit the file
}

func TestGoldenReportsBrokenRules(t *testing.T) {
	got := golden(filepath.Join(t.TempDir(), "errors.golden"), load(t, brokenSource)...)
	if len(got) != 3 || !strings.Contains(got[1], "99 is not a valid HTTP status") {
		t.Errorf("got %q", got)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	const system = "# a.v1 (A), en\n# failure  {}\n"
	for _, tt := range []struct{ name, want, got, diff string }{
		{"equal", "a\n", "a\n", ""},
		{"a line of a system", system + "1 X\n\tx\n\n", strings.Replace(system, "{}", "[]", 1) + "1 X\n\tx\n\n",
			"  # a.v1 (A), en\n- # failure  {}\n+ # failure  []\n"},
		{"a line of a code", system + "1 X\n\tx\n2 Y\n\ty\n\n", system + "1 X\n\tx\n2 Y\n\tz\n\n",
			"  # a.v1 (A), en\n  2 Y\n- \ty\n+ \tz\n"},
		{"a code of two", system + "1 X\n\tx\n2 Y\n\ty\n\n", system + "1 X\n\tx\n\n",
			"  # a.v1 (A), en\n- 2 Y\n- \ty\n"},
		{"changes of two codes", system + "1 X\n\tx\n2 Y\n\ty\n\n", system + "1 X\n\tx1\n2 Y\n\ty1\n\n",
			"  # a.v1 (A), en\n  1 X\n- \tx\n+ \tx1\n  2 Y\n- \ty\n+ \ty1\n"},
		{"a system", system + "1 X\n\tx\n\n", system + "1 X\n\tx\n\n# b.v1 (B), en\n1 X\n\tx\n\n",
			"+ # b.v1 (B), en\n+ 1 X\n+ \tx\n+\n"},
		{"all", "a\n", "", "- a\n"},
	} {
		if got := catalogtest.Diff(tt.want, tt.got); got != tt.diff {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.diff)
		}
	}
	// Many lines: each text has its lines in the result.
	many := strings.Repeat("1 X\n", 5000)
	if got := catalogtest.Diff("a\n"+many+"b", "c\n"+strings.ReplaceAll(many, "X", "Y")+"d"); strings.Count(got, "\n") != 10004 {
		t.Errorf("many lines: got %d lines", strings.Count(got, "\n"))
	}
}
