// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/servertest/golden"
)

// envelope returns system options with a failure envelope.
func envelope(failure string) string {
	return fmt.Sprintf("language: \"en\" envelope: {failure: '%s'}", failure)
}

// success returns system options with a success envelope and more.
func success(template, more string) string {
	return fmt.Sprintf("language: \"en\" envelope: {failure: '{\"c\":{code}}' success: '%s'} %s", template, more)
}

// code returns an enum value with options.
func code(name string, number int, options string) string {
	return fmt.Sprintf("  %s = %d [(statusmap.v1.code) = {%s}];\n", name, number, options)
}

// auth returns an enum that systems can include.
func auth(values string) string {
	return "enum Auth {\n  AUTH_UNSPECIFIED = 0;\n" +
		code("TOKEN_EXPIRED", 201, `grpc: UNAUTHENTICATED message: "the token of {user} has expired"`) + values + "}"
}

// A rule is a source with the problems that it has. want has one line per problem,
// "full name: rule: text". text may be only the start of the problem's text.
type rule struct {
	name   string
	source fmt.Stringer
	want   string
}

type text string

func (t text) String() string { return string(t) }

var rules = []rule{
	// The system.
	{
		name: "domain/nested enum",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
message Job {
  message State {
    enum Code {
      option (statusmap.v1.system) = {` + goodOptions + `};
      CODE_UNSPECIFIED = 0;
      UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
    }
  }
}`),
		want: `test.v1.Job.State.Code: domain: the enum is inside a message: move it to the top level of the file`,
	},
	{
		name: "domain/no package",
		source: text(`syntax = "proto3";
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`),
		want: `Code: domain: the file has no package: write one, for example package legacy.depot.v1; it is the domain of the errors`,
	},
	{
		name: "domain/two systems in a package",
		source: source{rest: `
enum Other {
  option (statusmap.v1.system) = {` + goodOptions + `};
  OTHER_UNSPECIFIED = 0;
  OTHER_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`},
		want: `test.v1.Other: domain: the package "test.v1" already has the system test.v1.Code: move one of them to another package`,
	},
	{
		name: "domain/two systems in a package, the first broken",
		source: source{options: `language: "en"`, rest: `
enum Other {
  option (statusmap.v1.system) = {` + goodOptions + `};
  OTHER_UNSPECIFIED = 0;
  OTHER_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`},
		want: `test.v1.Code: envelope.failure: missing
test.v1.Other: domain: the package "test.v1" already has the system test.v1.Code: move one of them to another package`,
	},
	{
		name:   "language/missing",
		source: source{options: `envelope: {failure: '{"c":{code}}'}`},
		want:   `test.v1.Code: language: missing: write the BCP 47 tag of the messages' language, for example "en"`,
	},
	{
		name:   "language/no tag",
		source: source{options: `language: "Chinese (simplified)" envelope: {failure: '{"c":{code}}'}`},
		want:   `test.v1.Code: language: "Chinese (simplified)" is not a valid BCP 47 tag: write one such as "en" or "zh-CN"`,
	},
	{
		name:   "language_header/space",
		source: source{options: goodOptions + ` language_header: "Blueking Language"`},
		want:   `test.v1.Code: language_header: "Blueking Language" is not a valid HTTP header name: write one such as "Accept-Language"`,
	},
	{
		name:   "language_header/colon",
		source: source{options: goodOptions + ` language_header: "X-Language:"`},
		want:   `test.v1.Code: language_header: "X-Language:" is not a valid HTTP header name: write one such as "Accept-Language"`,
	},
	{
		name:   "language_header/not ASCII",
		source: source{options: goodOptions + ` language_header: "语言"`},
		want:   `test.v1.Code: language_header: "语言" is not a valid HTTP header name: write one such as "Accept-Language"`,
	},
	{
		name:   "legacy_codes/no regular expression",
		source: source{options: goodOptions + ` legacy_codes: "[0-9"`},
		want:   "test.v1.Code: legacy_codes: \"[0-9\" is not a valid regular expression (missing closing ]: `[0-9`): write one in RE2 syntax, for example \"[0-9]+\"",
	},
	{
		name:   "legacy_codes/parentheses that close what is ours",
		source: source{options: goodOptions + ` legacy_codes: "1)|(1"`},
		want:   "test.v1.Code: legacy_codes: \"1)|(1\" is not a valid regular expression (unexpected ): `1)|(1`): write one in RE2 syntax",
	},
	{
		name:   "success_codes/no regular expression",
		source: source{options: goodOptions + ` success_codes: "0{3,2}"`},
		want:   "test.v1.Code: success_codes: \"0{3,2}\" is not a valid regular expression (invalid repeat count: `{3,2}`): write one in RE2 syntax",
	},
	{
		name:   "success_codes/no regular expression, and a code is OK",
		source: source{options: goodOptions + ` success_codes: "("`, values: code("FINE", 5, `grpc: OK message: "x"`)},
		want:   "test.v1.Code: success_codes: \"(\" is not a valid regular expression (missing closing ): `(`): write one in RE2 syntax",
	},

	// The envelopes.
	{
		name:   "envelope/missing",
		source: source{options: `language: "en"`},
		want:   `test.v1.Code: envelope.failure: missing: write the template of a failed call, for example '{"code":{code},"message":{message}}'`,
	},
	{
		name:   "envelope/failure missing",
		source: source{options: `language: "en" envelope: {success: '{"data":{data}}'}`},
		want:   `test.v1.Code: envelope.failure: missing: write the template of a failed call`,
	},
	{
		name:   "envelope/failure is not JSON",
		source: source{options: envelope(`{"code":{code},}`)},
		want: `test.v1.Code: envelope.failure: the template is not valid JSON after its placeholders are replaced: ` +
			`invalid character '}' looking for beginning of object key string`,
	},
	{
		name:   "envelope/failure is cut off",
		source: source{options: envelope(`{"code":{code}`)},
		want:   `test.v1.Code: envelope.failure: the template is not valid JSON after its placeholders are replaced: unexpected end of JSON input`,
	},
	{
		name:   "envelope/more behind the JSON",
		source: source{options: envelope(`{"code":{code}} OK`)},
		want:   `test.v1.Code: envelope.failure: the template is not valid JSON after its placeholders are replaced: invalid character 'O' after top-level value`,
	},
	{
		name:   "envelope/unknown placeholder",
		source: source{options: envelope(`{"code":{code},"msg":{msg}}`)},
		want: `test.v1.Code: envelope.failure: unknown placeholder {msg}: ` +
			`write one of {code} {message} {reason} {domain} {request_id} {metadata} {data}`,
	},
	{
		name:   "envelope/unknown placeholder in a string",
		source: source{options: envelope(`{"error":"[{code}]{msg}"}`)},
		want:   `test.v1.Code: envelope.failure: '{' in a string that does not start a placeholder: write {{ for a brace, or one of {code} {message}`,
	},
	{
		name:   "envelope/'{' in a string",
		source: source{options: envelope(`{"error":"[{code}] {"}`)},
		want:   `test.v1.Code: envelope.failure: '{' in a string that does not start a placeholder: write {{ for a brace, or one of {code} {message}`,
	},
	{
		name:   "envelope/'}' in a string",
		source: source{options: envelope(`{"error":"[{code}] }"}`)},
		want:   `test.v1.Code: envelope.failure: '}' without '{' in a string: write }} for a brace`,
	},
	{
		name:   "envelope/placeholder as a key",
		source: source{options: envelope(`{{code}:{message}}`)},
		want:   `test.v1.Code: envelope.failure: a key contains a placeholder: write the key without placeholders, since only values can have them`,
	},
	{
		name:   "envelope/placeholder in a key",
		source: source{options: envelope(`{"error {code}":{message}}`)},
		want:   `test.v1.Code: envelope.failure: a key contains a placeholder: write the key without placeholders, since only values can have them`,
	},
	{
		name:   "envelope/key twice",
		source: source{options: envelope(`{"code":{code},"message":{message},"code":{reason}}`)},
		want:   `test.v1.Code: envelope.failure: the key "code" is listed twice in one object: remove one of them`,
	},
	{
		name:   "envelope/metadata inside a string",
		source: source{options: envelope(`{"code":{code},"meta":"{metadata}"}`)},
		want:   `test.v1.Code: envelope.failure: {metadata} is a JSON value and cannot be inside a string: remove the quotation marks`,
	},
	{
		name:   "envelope/data inside a string",
		source: source{options: success(`{"data":"{data}"}`, "")},
		want:   `test.v1.Code: envelope.success: {data} is a JSON value and cannot be inside a string: remove the quotation marks`,
	},
	{
		name:   "envelope/placeholder in an escape",
		source: source{options: envelope(`{"code":{code},"m":"\\u{reason}0000"}`)},
		want:   `test.v1.Code: envelope.failure: a placeholder is inside a \u escape sequence: write it before or after the sequence`,
	},
	{
		name:   "envelope/two values without a comma",
		source: source{options: envelope(`[{code}{message}]`)},
		want:   `test.v1.Code: envelope.failure: the template is not valid JSON after its placeholders are replaced`,
	},
	{
		name:   "envelope/success without data",
		source: source{options: success(`{"result":true}`, "")},
		want:   `test.v1.Code: envelope.success: {data} is missing: write it in the place of the response, for example '{"code":0,"data":{data}}'`,
	},
	{
		name:   "envelope/success is not JSON",
		source: source{options: success(`{"data":{data}`, "")},
		want:   `test.v1.Code: envelope.success: the template is not valid JSON after its placeholders are replaced`,
	},
	{
		name:   "envelope/success with a code, and no code is a success",
		source: source{options: success(`{"code":{code},"data":{data}}`, "")},
		want:   `test.v1.Code: envelope.success: {code} and {reason} are filled in from a success code, but the system has none: add a code with grpc: OK, or remove the placeholders`,
	},
	{
		name:   "http_always/199",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 199}`},
		want:   `test.v1.Code: envelope.http_always: 199 is not a valid HTTP status of a response: write one from 200 to 599`,
	},
	{
		name:   "http_always/600",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 600}`},
		want:   `test.v1.Code: envelope.http_always: 600 is not a valid HTTP status of a response: write one from 200 to 599`,
	},
	{
		name:   "http_always/negative",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: -200}`},
		want:   `test.v1.Code: envelope.http_always: -200 is not a valid HTTP status of a response: write one from 200 to 599`,
	},

	// The values.
	{
		name:   "code/value without option",
		source: source{values: "  FORGOTTEN = 7;\n"},
		want:   `test.v1.FORGOTTEN: code: the value has no option (statusmap.v1.code): add it`,
	},
	{
		name: "code/number 0",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_ZERO = 0 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x"}];
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`),
		want: `test.v1.CODE_ZERO: code: number 0 is the value of an unset field, so it cannot be a code: give the value another number, and write legacy_code: "0" if the legacy system sends 0`,
	},
	{
		name: "code/number twice",
		source: source{values: "  option allow_alias = true;\n" + code("FIRST", 7, `grpc: ABORTED message: "x" legacy_code: "7.1"`) +
			code("SECOND", 7, `grpc: ABORTED message: "x" legacy_code: "7.2"`)},
		want: `test.v1.SECOND: code: number 7 is already used by FIRST: give each code its own number`,
	},
	{
		name: "legacy_code/number twice as text",
		source: source{values: code("FIRST", 7, `grpc: ABORTED message: "x"`) +
			code("SECOND", 8, `grpc: ABORTED message: "x" legacy_code: "7"`)},
		want: `test.v1.SECOND: legacy_code: "7" is already used by FIRST: give each code its own legacy code`,
	},
	{
		name: "legacy_code/twice, and the second one is the only fallback",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  FIRST = 7 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x"}];
  SECOND = 8 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" legacy_code: "7" fallback_for: [UNKNOWN]}];
}`),
		want: `test.v1.SECOND: legacy_code: "7" is already used by FIRST: give each code its own legacy code`,
	},
	{
		name:   "legacy_code/number does not match",
		source: source{options: goodOptions + ` legacy_codes: "[1-9]"`, values: code("TEN", 10, `grpc: ABORTED message: "x"`)},
		want:   `test.v1.TEN: legacy_code: "10" does not match the system's legacy_codes: write a legacy_code that does, or extend legacy_codes`,
	},
	{
		name: "legacy_code/matches in its middle alone",
		source: source{
			options: goodOptions + ` legacy_codes: "1|401"`,
			values:  code("SIGN", 40101, `grpc: ABORTED message: "x" legacy_code: "401.1"`),
		},
		want: `test.v1.SIGN: legacy_code: "401.1" does not match the system's legacy_codes: write a legacy_code that does, or extend legacy_codes`,
	},
	{
		name:   "grpc/missing",
		source: source{values: code("NO_GRPC", 5, `message: "x"`)},
		want:   `test.v1.NO_GRPC: grpc: missing: write the gRPC code, for example NOT_FOUND`,
	},
	{
		name: "grpc/missing at the only fallback",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {message: "x" fallback_for: [UNKNOWN]}];
}`),
		want: `test.v1.UNKNOWN_ERROR: grpc: missing: write the gRPC code, for example NOT_FOUND`,
	},
	{
		name:   "grpc/number that is none",
		source: source{values: code("SEVENTEEN", 5, `grpc: 17 message: "x"`)},
		want:   `test.v1.SEVENTEEN: grpc: 17 is not a valid gRPC code: write one from OK to UNAUTHENTICATED`,
	},
	{
		name:   "grpc/negative number",
		source: source{values: code("NEGATIVE", 5, `grpc: -1 message: "x"`)},
		want:   `test.v1.NEGATIVE: grpc: -1 is not a valid gRPC code: write one from OK to UNAUTHENTICATED`,
	},
	{
		name:   "grpc/OK without success_codes",
		source: source{values: code("FINE", 5, `grpc: OK message: "x"`)},
		want:   `test.v1.FINE: grpc: OK, but the legacy code "5" does not match the system's success_codes: write another gRPC code, or extend success_codes`,
	},
	{
		name:   "grpc/OK outside success_codes",
		source: source{options: goodOptions + ` success_codes: "100"`, values: code("FINE", 1000, `grpc: OK message: "x"`)},
		want:   `test.v1.FINE: grpc: OK, but the legacy code "1000" does not match the system's success_codes: write another gRPC code, or extend success_codes`,
	},
	{
		name:   "grpc/not OK inside success_codes",
		source: source{options: goodOptions + ` success_codes: "100."`, values: code("FINE", 1000, `grpc: ABORTED message: "x"`)},
		want:   `test.v1.FINE: grpc: ABORTED, but the legacy code "1000" matches the system's success_codes: write grpc: OK, or change success_codes so that it does not match`,
	},
	{
		name:   "http/99",
		source: source{values: code("LOW", 5, `grpc: ABORTED message: "x" http: 99`)},
		want:   `test.v1.LOW: http: 99 is not a valid HTTP status of a response: write one from 200 to 599`,
	},
	{
		name:   "http/199",
		source: source{values: code("LOW", 5, `grpc: ABORTED message: "x" http: 199`)},
		want:   `test.v1.LOW: http: 199 is not a valid HTTP status of a response: write one from 200 to 599`,
	},
	{
		name:   "http/600",
		source: source{values: code("HIGH", 5, `grpc: ABORTED message: "x" http: 600`)},
		want:   `test.v1.HIGH: http: 600 is not a valid HTTP status of a response: write one from 200 to 599`,
	},
	{
		name:   "http/negative",
		source: source{values: code("NEGATIVE", 5, `grpc: ABORTED message: "x" http: -404`)},
		want:   `test.v1.NEGATIVE: http: -404 is not a valid HTTP status of a response: write one from 200 to 599`,
	},

	// The messages.
	{
		name:   "message/missing",
		source: source{values: code("SILENT", 5, `grpc: ABORTED`)},
		want:   `test.v1.SILENT: message: missing: write the text exactly as the legacy system sends it`,
	},
	{
		name:   "message/'{' without '}'",
		source: source{values: code("OPEN", 5, `grpc: ABORTED message: "job {job_id"`)},
		want:   `test.v1.OPEN: message: '{' without '}': write {{ for a brace`,
	},
	{
		name:   "message/'{' inside a placeholder",
		source: source{values: code("OPEN", 5, `grpc: ABORTED message: "job {job{id}}"`)},
		want:   `test.v1.OPEN: message: '{' without '}': write {{ for a brace`,
	},
	{
		name:   "message/'}' without '{'",
		source: source{values: code("CLOSED", 5, `grpc: ABORTED message: "job job_id}"`)},
		want:   `test.v1.CLOSED: message: '}' without '{': write }} for a brace`,
	},
	{
		name:   "message/argument without a name",
		source: source{values: code("UNNAMED", 5, `grpc: ABORTED message: "job {}"`)},
		want:   `test.v1.UNNAMED: message: {} is not a valid metadata key: write 2 to 64 characters of [a-zA-Z0-9-_] that start with a lowercase letter, or {{}} for the text in braces`,
	},
	{
		name:   "message/argument by position",
		source: source{values: code("POSITION", 5, `grpc: ABORTED message: "job {0}"`)},
		want:   `test.v1.POSITION: message: {0} is not a valid metadata key`,
	},
	{
		name:   "message/argument with a capital",
		source: source{values: code("CAPITAL", 5, `grpc: ABORTED message: "job {JobId}"`)},
		want:   `test.v1.CAPITAL: message: {JobId} is not a valid metadata key`,
	},
	{
		name:   "message/argument with a space",
		source: source{values: code("SPACE", 5, `grpc: ABORTED message: "job {job id}"`)},
		want:   `test.v1.SPACE: message: {job id} is not a valid metadata key`,
	},
	{
		name:   "message/argument with a line break",
		source: source{values: code("BROKEN_LINE", 5, `grpc: ABORTED message: "job {job\nid}"`)},
		want:   `test.v1.BROKEN_LINE: message: {job\nid} is not a valid metadata key`,
	},
	{
		name:   "message/argument in Chinese",
		source: source{values: code("CHINESE", 5, `grpc: ABORTED message: "job {作业}"`)},
		want:   `test.v1.CHINESE: message: {作业} is not a valid metadata key`,
	},
	{
		name:   "message/two bad names",
		source: source{values: code("POSITION", 5, `grpc: ABORTED message: "{0} {1}"`)},
		want: `test.v1.POSITION: message: {0} is not a valid metadata key
test.v1.POSITION: message: {1} is not a valid metadata key`,
	},
	{
		name:   "message/argument of one character",
		source: source{values: code("SHORT", 5, `grpc: ABORTED message: "job {i}"`)},
		want:   `test.v1.SHORT: message: {i} is not a valid metadata key`,
	},
	{
		name:   "message/argument of 65 characters",
		source: source{values: code("LONG", 5, `grpc: ABORTED message: "job {`+strings.Repeat("a", 65)+`}"`)},
		want:   `test.v1.LONG: message: {` + strings.Repeat("a", 65) + `} is not a valid metadata key`,
	},
	{
		name:   "message/argument legacy_code",
		source: source{values: code("RESERVED", 5, `grpc: ABORTED message: "code {legacy_code}"`)},
		want:   `test.v1.RESERVED: message: {legacy_code} is a reserved metadata key: write {code} in the envelope, or another name here`,
	},
	{
		name:   "message/argument request_id",
		source: source{values: code("RESERVED", 5, `grpc: ABORTED message: "id {request_id}"`)},
		want:   `test.v1.RESERVED: message: {request_id} is a reserved metadata key: write {request_id} in the envelope, or another name here`,
	},
	{
		name:   "translations/no tag",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "中文" value: "x"}`)},
		want:   `test.v1.CODE_A: translations: "中文" is not a valid BCP 47 tag: write one such as "en" or "zh-CN"`,
	},
	{
		name:   "translations/empty tag",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "" value: "x"}`)},
		want:   `test.v1.CODE_A: translations: "" is not a valid BCP 47 tag: write one such as "en" or "zh-CN"`,
	},
	{
		name:   "translations/own language",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "en" value: "x"}`)},
		want:   `test.v1.CODE_A: translations: "en" is the system's language: write the text as the message, and remove the translation`,
	},
	{
		name:   "translations/own language in other letters",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "EN" value: "x"}`)},
		want:   `test.v1.CODE_A: translations: "EN" is the system's language: write the text as the message, and remove the translation`,
	},
	{
		name: "translations/one language twice",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" `+
			`translations: {key: "zh-cn" value: "x"} translations: {key: "zh-CN" value: "y"}`)},
		want: `test.v1.CODE_A: translations: "zh-CN" and "zh-cn" are the same language: remove one`,
	},
	{
		name:   "translations/argument missing",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id} {name}" translations: {key: "de" value: "{name}"}`)},
		want:   `test.v1.CODE_A: translations: "de" has the arguments {name}, but the message has the arguments {job_id} {name}: write the same arguments`,
	},
	{
		name:   "translations/argument more",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "de" value: "{name}"}`)},
		want:   `test.v1.CODE_A: translations: "de" has the arguments {name}, but the message has no arguments: write the same arguments`,
	},
	{
		name:   "translations/no argument",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id}" translations: {key: "de" value: "x"}`)},
		want:   `test.v1.CODE_A: translations: "de" has no arguments, but the message has the arguments {job_id}: write the same arguments`,
	},
	{
		name:   "translations/other argument",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id}" translations: {key: "de" value: "{jobid}"}`)},
		want:   `test.v1.CODE_A: translations: "de" has the arguments {jobid}, but the message has the arguments {job_id}: write the same arguments`,
	},
	{
		name:   "translations/broken template",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id}" translations: {key: "de" value: "{job_id"}`)},
		want:   `test.v1.CODE_A: translations: "de": '{' without '}': write {{ for a brace`,
	},

	{
		name: "translations/one language in two ways",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "zh-CN" value: "x"}`) +
			code("CODE_B", 6, `grpc: ABORTED message: "x" translations: {key: "zh-cn" value: "x"}`) +
			code("CODE_C", 7, `grpc: ABORTED message: "x" translations: {key: "zh-cn" value: "x"}`)},
		want: `test.v1.CODE_B: translations: "zh-cn" is written as "zh-CN" on other codes: write the same tag on all codes`,
	},

	// Several problems of one value. All of them are reported.
	{
		name:   "several/unbalanced braces",
		source: source{values: code("Several_", 5, `grpc: 17 http: 99 message: "job {" translations: {key: "de" value: "{0}"} fallback_for: [OK, ABORTED]`)},
		want: `test.v1.Several_: grpc: 17 is not a valid gRPC code
test.v1.Several_: http: 99 is not a valid HTTP status
test.v1.Several_: message: '{' without '}'
test.v1.Several_: translations: "de": {0} is not a valid metadata key
test.v1.Several_: fallback_for: OK cannot have a fallback`,
	},
	{
		name:   "several/bad name in a fallback",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "job {0}" fallback_for: [UNKNOWN, ABORTED, ABORTED]`)},
		want: `test.v1.CODE_A: message: {0} is not a valid metadata key
test.v1.CODE_A: fallback_for: the code has the arguments {0}, but the errors that it replaces have no arguments
test.v1.CODE_A: fallback_for: ABORTED is listed twice
test.v1.CODE_A: fallback_for: UNKNOWN is already replaced by UNKNOWN_ERROR`,
	},
	{
		name: "several/translations",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{0} {request_id}" translations: {key: "" value: "{"} `+
			`translations: {key: "de" value: "{1} {job_id}"} translations: {key: "fr" value: "}"}`)},
		want: `test.v1.CODE_A: message: {0} is not a valid metadata key
test.v1.CODE_A: message: {request_id} is a reserved metadata key: write {request_id} in the envelope, or another name here
test.v1.CODE_A: translations: "" is not a valid BCP 47 tag
test.v1.CODE_A: translations: "": '{' without '}'
test.v1.CODE_A: translations: "de": {1} is not a valid metadata key
test.v1.CODE_A: translations: "fr": '}' without '{'`,
	},
	{
		name: "several/number and legacy code twice",
		source: source{values: "  option allow_alias = true;\n" + code("FIRST", 7, `grpc: ABORTED message: "x" legacy_code: "7.1"`) +
			code("SECOND", 7, `grpc: ABORTED legacy_code: "7.1"`)},
		want: `test.v1.SECOND: message: missing
test.v1.SECOND: code: number 7 is already used by FIRST
test.v1.SECOND: legacy_code: "7.1" is already used by FIRST`,
	},
	{
		name: "several/number twice, and so the legacy code",
		source: source{values: "  option allow_alias = true;\n" + code("FIRST", 7, `grpc: ABORTED message: "x"`) +
			code("SECOND", 7, `grpc: ABORTED message: "x"`)},
		want: `test.v1.SECOND: code: number 7 is already used by FIRST`,
	},
	{
		name: "several/number 0",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  Code_Zero = 0 [(statusmap.v1.code) = {http: 99 message: "{"}];
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`),
		want: `test.v1.Code_Zero: code: number 0 is the value of an unset field
test.v1.Code_Zero: grpc: missing
test.v1.Code_Zero: http: 99 is not a valid HTTP status
test.v1.Code_Zero: message: '{' without '}'`,
	},
	{
		name:   "several/no option",
		source: source{values: "  forgotten = 7;\n"},
		want:   `test.v1.forgotten: code: the value has no option (statusmap.v1.code): add it`,
	},
	{
		name: "several/the only fallback has arguments",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "{reason}" fallback_for: [UNKNOWN]}];
}`),
		want: `test.v1.UNKNOWN_ERROR: fallback_for: the code has the arguments {reason}, but the errors that it replaces have no arguments`,
	},

	// The fallbacks.
	{
		name:   "fallback_for/OK",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [OK]`)},
		want:   `test.v1.CODE_A: fallback_for: OK cannot have a fallback: write gRPC codes from CANCELLED to UNAUTHENTICATED`,
	},
	{
		name:   "fallback_for/number that is not a gRPC code",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [17]`)},
		want:   `test.v1.CODE_A: fallback_for: 17 cannot have a fallback: write gRPC codes from CANCELLED to UNAUTHENTICATED`,
	},
	{
		name:   "fallback_for/negative number",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [-1]`)},
		want:   `test.v1.CODE_A: fallback_for: -1 cannot have a fallback: write gRPC codes from CANCELLED to UNAUTHENTICATED`,
	},
	{
		name:   "fallback_for/at a success code",
		source: source{options: goodOptions + ` success_codes: "5"`, values: code("CODE_A", 5, `grpc: OK message: "x" fallback_for: [ABORTED]`)},
		want:   `test.v1.CODE_A: fallback_for: a success code cannot replace errors: write fallback_for on a code that is an error`,
	},
	{
		name:   "fallback_for/at a message with arguments",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x {job_id} {name}" fallback_for: [ABORTED]`)},
		want:   `test.v1.CODE_A: fallback_for: the code has the arguments {job_id} {name}, but the errors that it replaces have no arguments: write fallback_for on a code without arguments`,
	},
	{
		name:   "fallback_for/one gRPC code twice",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [ABORTED, ABORTED]`)},
		want:   `test.v1.CODE_A: fallback_for: ABORTED is listed twice: remove one`,
	},
	{
		name:   "fallback_for/two codes for one gRPC code",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [UNKNOWN]`)},
		want:   `test.v1.CODE_A: fallback_for: UNKNOWN is already replaced by UNKNOWN_ERROR: remove it from one of the two codes`,
	},
	{
		name: "fallback_for/none for UNKNOWN or INTERNAL",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  NOT_FOUND = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "x" fallback_for: [NOT_FOUND]}];
}`),
		want: `test.v1.Code: fallback_for: no code has fallback_for with UNKNOWN or INTERNAL: write fallback_for: INTERNAL on the code for all other errors`,
	},
	{
		name: "fallback_for/no code at all",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
}`),
		want: `test.v1.Code: fallback_for: no code has fallback_for with UNKNOWN or INTERNAL: write fallback_for: INTERNAL on the code for all other errors`,
	},

	// Further options of the system.
	{
		name:   "default_language/no tag",
		source: source{options: goodOptions + ` default_language: "??"`},
		want:   `test.v1.Code: default_language: "??" is not a valid BCP 47 tag: write one such as "en" or "zh-CN"`,
	},
	{
		name:   "default_language/no code has it",
		source: source{options: goodOptions + ` default_language: "de"`, values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "fr" value: "y"}`)},
		want:   `test.v1.Code: default_language: no code has a translation into "de": write the tag of a translation, or add translations into it`,
	},
	{
		name:   "request_id_header/space",
		source: source{options: goodOptions + ` request_id_header: "X Depot"`},
		want:   `test.v1.Code: request_id_header: "X Depot" is not a valid HTTP header name: write one such as "X-Request-Id"`,
	},
	{
		name:   "request_id_header/of the connection",
		source: source{options: goodOptions + ` request_id_header: "content-length"`},
		want:   `test.v1.Code: request_id_header: the header Content-Length has another meaning: write one such as "X-Request-Id"`,
	},
	{
		name:   "request_id_header/the language's",
		source: source{options: goodOptions + ` request_id_header: "X-Depot" language_header: "x-depot"`},
		want:   `test.v1.Code: request_id_header: the header X-Depot has another meaning: write one such as "X-Request-Id"`,
	},
	{
		name:   "help/two unknown placeholders",
		source: source{options: goodOptions + ` help: "https://e.example.com/{doman}/{reasn}"`},
		want: `test.v1.Code: help: unknown placeholder {doman}: write one of {domain} {reason} {code}
test.v1.Code: help: unknown placeholder {reasn}: write one of {domain} {reason} {code}`,
	},
	{
		name:   "help/open brace",
		source: source{options: goodOptions + ` help: "https://e.example.com/{reason"`},
		want:   `test.v1.Code: help: the braces are not balanced: write %7B and %7D for braces that are part of the URL`,
	},
	{
		name:   "help/closed brace",
		source: source{options: goodOptions + ` help: "https://e.example.com/reason}"`},
		want:   `test.v1.Code: help: the braces are not balanced: write %7B and %7D for braces that are part of the URL`,
	},
	{
		name:   "help/relative",
		source: source{options: goodOptions + ` help: "/errors/{reason}"`},
		want:   `test.v1.Code: help: "/errors/{reason}" is not a valid URL: write one such as "https://errors.example.com/{domain}/{reason}"`,
	},
	{
		name:   "help/script",
		source: source{options: goodOptions + ` help: "javascript:{reason}"`},
		want:   `test.v1.Code: help: "javascript:{reason}" is not a valid URL: write one such as "https://errors.example.com/{domain}/{reason}"`,
	},
	{
		name:   "help/placeholder as host",
		source: source{options: goodOptions + ` help: "https:///{reason}"`},
		want:   `test.v1.Code: help: "https:///{reason}" is not a valid URL: write one such as`,
	},
	{
		name:   "help/space",
		source: source{options: goodOptions + ` help: "https://e.example.com/the reason/{reason}"`},
		want:   `test.v1.Code: help: "https://e.example.com/the reason/{reason}" is not a valid URL: write one such as`,
	},
	{
		name:   "includes/no such enum",
		source: source{options: goodOptions + ` includes: ["test.v1.AuthCode"]`},
		want:   `test.v1.Code: includes: there is no enum "test.v1.AuthCode": write the full name of an enum such as "legacy.depot.v1.AuthCode", and import its file here, link it into the program, or give it to New`,
	},
	{
		name:   "includes/not a name, a message, and a value",
		source: source{options: goodOptions + ` includes: ["", "..", "test.v1.M", "test.v1.UNKNOWN_ERROR"]`, rest: "message M {}"},
		want: `test.v1.Code: includes: there is no enum ""
test.v1.Code: includes: there is no enum ".."
test.v1.Code: includes: there is no enum "test.v1.M"
test.v1.Code: includes: there is no enum "test.v1.UNKNOWN_ERROR"`,
	},
	{
		name:   "includes/itself",
		source: source{options: goodOptions + ` includes: ["test.v1.Code"]`},
		want:   `test.v1.Code: includes: "test.v1.Code" is the system itself: remove it`,
	},
	{
		name:   "includes/twice",
		source: source{options: goodOptions + ` includes: ["test.v1.Auth", "test.v1.Auth"]`, rest: auth("")},
		want:   `test.v1.Code: includes: "test.v1.Auth" is listed twice: remove one`,
	},
	{
		name: "includes/inside a message",
		source: source{options: goodOptions + ` includes: ["test.v1.M.Auth"]`,
			rest: "message M {\n" + auth("") + "\n}"},
		want: `test.v1.M.Auth: domain: the enum is inside a message: move it to the top level of the file`,
	},
	{
		name: "includes/broken values",
		source: source{options: goodOptions + ` includes: ["test.v1.Auth"]`,
			rest: auth(code("TOKEN_LOST", 202, `http: 99 message: "{"`) + "  AUTH_FORGOTTEN = 203;\n")},
		want: `test.v1.TOKEN_LOST: grpc: missing
test.v1.TOKEN_LOST: http: 99 is not a valid HTTP status
test.v1.TOKEN_LOST: message: '{' without '}'
test.v1.AUTH_FORGOTTEN: code: the value has no option (statusmap.v1.code): add it`,
	},
	{
		name: "includes/legacy code, fallback and success codes of the system",
		source: source{options: goodOptions + ` includes: ["test.v1.Auth"] legacy_codes: "[0-9]+" success_codes: "201"`,
			rest: auth(code("TOKEN_LOST", 202, `grpc: ABORTED message: "x" legacy_code: "A-1"`) +
				code("TOKEN_OLD", 203, `grpc: ABORTED message: "x" legacy_code: "1"`) +
				code("TOKEN_NEW", 204, `grpc: OK message: "x"`) +
				code("TOKEN_BAD", 205, `grpc: ABORTED message: "x" fallback_for: [UNKNOWN]`))},
		want: `test.v1.TOKEN_EXPIRED: grpc: UNAUTHENTICATED, but the legacy code "201" matches test.v1's success_codes
test.v1.TOKEN_LOST: legacy_code: "A-1" does not match test.v1's legacy_codes
test.v1.TOKEN_OLD: legacy_code: "1" is already used by test.v1.UNKNOWN_ERROR
test.v1.TOKEN_NEW: grpc: OK, but the legacy code "204" does not match test.v1's success_codes
test.v1.TOKEN_BAD: fallback_for: UNKNOWN is already replaced by test.v1.UNKNOWN_ERROR`,
	},

	// Further options of the envelopes.
	{
		name:   "envelope/unknown format and escape",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' format: 7 escape: -1}`},
		want: `test.v1.Code: envelope.format: 7 is not a known format, so it was written for a newer statusmap: upgrade the library
test.v1.Code: envelope.escape: -1 is not a known escape, so it was written for a newer statusmap: upgrade the library`,
	},
	{
		name:   "envelope/escape of text",
		source: source{options: `language: "en" envelope: {failure: "{code}" format: TEXT escape: HTML}`},
		want:   `test.v1.Code: envelope.escape: only JSON has escapes: remove escape, or write format: JSON`,
	},
	{
		name:   "envelope/success of XML",
		source: source{options: `language: "en" envelope: {failure: "<c>{code}</c>" success: "<ok/>" format: XML}`},
		want:   `test.v1.Code: envelope.success: a success contains the response message, which is JSON: remove success, or write format: JSON`,
	},
	{
		name:   "envelope/stream_failure and violation are broken",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code},"v":[{violations}]}' stream_failure: '{"c":' violation: '{'}`},
		want: `test.v1.Code: envelope.violation: the template is not valid JSON
test.v1.Code: envelope.stream_failure: the template is not valid JSON`,
	},
	{
		name:   "envelope/violations without violation",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code},"v":[{violations}]}'}`},
		want:   `test.v1.Code: envelope.failure: `,
	},
	{
		name: "content_type",
		source: source{options: goodOptions + `
    alternatives: {failure: '{"c":{code}}' content_type: "json"}
    alternatives: {failure: '{"c":{code}}' content_type: "*/*"}
    alternatives: {failure: '{"c":{code}}' content_type: "text/plain; x"}`},
		want: `test.v1.Code: alternatives[0].content_type: "json" is not a valid media type: write one such as "application/problem+json"
test.v1.Code: alternatives[1].content_type: "*/*" is not a valid media type
test.v1.Code: alternatives[2].content_type: "text/plain; x" is not a valid media type`,
	},
	{
		name: "alternatives/media type twice, no failure",
		source: source{options: goodOptions + `
    alternatives: {failure: '{"c":{code}}' content_type: "Application/JSON; charset=latin1"}
    alternatives: {content_type: "application/problem+json"}`},
		want: `test.v1.Code: alternatives[0].content_type: "application/json" is already the media type of another envelope: write another one
test.v1.Code: alternatives[1].failure: missing: write the template of a failed call`,
	},
	{
		name: "alternatives/success with a reason, http_always",
		source: source{options: goodOptions + `
    alternatives: {failure: '{"c":{code}}' success: '{"r":{reason},"d":{data}}' content_type: "a/b" http_always: 204}`},
		want: `test.v1.Code: alternatives[0].http_always: a response with HTTP status 204 has no body
test.v1.Code: alternatives[0].success: {code} and {reason} are filled in from a success code, but the system has none`,
	},
	{
		name: "headers",
		source: source{options: `language: "en" request_id_header: "X-Trace" envelope: {failure: '{"c":{code}}'
      headers: {key: "" value: "x"}
      headers: {key: "Content-Length" value: "x"}
      headers: {key: "X Y" value: "x"}
      headers: {key: "X-Code" value: "x"}
      headers: {key: "connection" value: "x"}
      headers: {key: "content-type" value: "x"}
      headers: {key: "retry-after" value: "x"}
      headers: {key: "x-break" value: "a\nb"}
      headers: {key: "x-code" value: "x"}
      headers: {key: "x-trace" value: "x"}
    }`},
		want: `test.v1.Code: envelope.headers: "" is not a valid HTTP header name: write one such as "X-Error-Code"
test.v1.Code: envelope.headers: Content-Length belongs to the connection or to the body: remove it
test.v1.Code: envelope.headers: "X Y" is not a valid HTTP header name
test.v1.Code: envelope.headers: connection belongs to the connection or to the body: remove it
test.v1.Code: envelope.headers: content-type has an option of its own: write content_type instead
test.v1.Code: envelope.headers: retry-after has an option of its own: write retry_after on the codes instead
test.v1.Code: envelope.headers: x-break contains a line break or NUL: remove it
test.v1.Code: envelope.headers: "X-Code" and "x-code" are the same header: remove one
test.v1.Code: envelope.headers: x-trace is the system's request_id_header, which is always sent: remove it`,
	},
	{
		name:   "headers/unknown placeholders",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' headers: {key: "X-Code" value: "{cod} {reasn}"}}`},
		want:   "test.v1.Code: envelope.headers: X-Code: \ntest.v1.Code: envelope.headers: X-Code: ",
	},
	{
		name:   "http_always/205",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 205}`},
		want:   `test.v1.Code: envelope.http_always: a response with HTTP status 205 has no body, so the errors would be lost: write another one`,
	},

	// Further options of the values.
	{
		name: "http/no body",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" http: 204`) +
			code("CODE_B", 6, `grpc: ABORTED message: "x" http: 205`) + code("CODE_C", 7, `grpc: ABORTED message: "x" http: 304`)},
		want: `test.v1.CODE_A: http: a response with HTTP status 204 has no body, so the error would be lost: write another one
test.v1.CODE_B: http: a response with HTTP status 205 has no body, so the error would be lost: write another one
test.v1.CODE_C: http: a response with HTTP status 304 has no body, so the error would be lost: write another one`,
	},
	{
		name:   "message/status_message",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{status_message}"`)},
		want:   `test.v1.CODE_A: message: {status_message} is the text of a status that a fallback replaces: write fallback_for or fallback_for_http on the code, or another name here`,
	},
	{
		name:   "fields",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fields: ["", "{0}", "{status_message}", "{", "a.b[{index}]"] fallback_for: [ABORTED]`)},
		want: `test.v1.CODE_A: fields: a field is empty: write the name of a request field, or remove it
test.v1.CODE_A: fields: {0} is not a valid metadata key
test.v1.CODE_A: fields: {status_message} is the text of a status that a fallback replaces
test.v1.CODE_A: fields: '{' without '}'
test.v1.CODE_A: fallback_for: the code has the arguments {0} {index}, but the errors that it replaces have no arguments`,
	},
	{
		name: "args",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" args: {key: "Job" value: {}} args: {key: "legacy_code" value: {}}
    args: {key: "ok" value: {type: 9}} args: {key: "request_id" value: {}} args: {key: "status_message" value: {}}`)},
		want: `test.v1.CODE_A: args: {Job} is not a valid metadata key
test.v1.CODE_A: args: {legacy_code} is a reserved metadata key: write {code} in the envelope
test.v1.CODE_A: args: "ok" has the unknown type 9, so it was written for a newer statusmap: upgrade the library
test.v1.CODE_A: args: {request_id} is a reserved metadata key: write {request_id} in the envelope
test.v1.CODE_A: args: {status_message} is the text of a status that a fallback replaces`,
	},
	{
		name:   "reads/no regular expression",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" reads: "["`)},
		want:   "test.v1.CODE_A: reads: \"[\" is not a valid regular expression (missing closing ]: `[`): write one in RE2 syntax",
	},
	{
		name:   "reads/a success code",
		source: source{options: goodOptions + ` success_codes: "0|2.."`, values: code("CODE_A", 5, `grpc: ABORTED message: "x" reads: "200"`)},
		want:   `test.v1.CODE_A: reads: "200" matches the system's success_codes, but the code is an error: remove it, or change success_codes`,
	},
	{
		name:   "shares_legacy_code/of one code",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" shares_legacy_code: true`)},
		want:   `test.v1.CODE_A: shares_legacy_code: no other code of test.v1 has the legacy code "5": remove shares_legacy_code, or correct the legacy_code`,
	},
	{
		name: "shares_legacy_code/missing on one of them",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" shares_legacy_code: true`) +
			code("CODE_B", 6, `grpc: ABORTED message: "x" legacy_code: "5"`) +
			code("CODE_C", 7, `grpc: ABORTED message: "x"`) +
			code("CODE_D", 8, `grpc: ABORTED message: "x" legacy_code: "7" shares_legacy_code: true`)},
		want: `test.v1.CODE_B: legacy_code: "5" is already used by CODE_A: give each code its own legacy code, or write shares_legacy_code: true here too
test.v1.CODE_D: legacy_code: "7" is already used by CODE_C: give each code its own legacy code, or write shares_legacy_code: true on both`,
	},
	{
		name: "fallback_for_http",
		source: source{options: goodOptions + ` success_codes: "9"`,
			values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id}" fallback_for_http: [404, 399, 600, 404, 404, 413]`) +
				code("CODE_B", 6, `grpc: ABORTED message: "x" fallback_for_http: [413]`) +
				code("CODE_C", 9, `grpc: OK message: "x" fallback_for_http: [415, 416]`)},
		want: `test.v1.CODE_A: fallback_for_http: the code has the arguments {job_id}, but the errors that it replaces have no arguments: write fallback_for_http on a code without arguments
test.v1.CODE_A: fallback_for_http: 399 is not an HTTP status of an error: write one from 400 to 599
test.v1.CODE_A: fallback_for_http: 600 is not an HTTP status of an error: write one from 400 to 599
test.v1.CODE_A: fallback_for_http: 404 is listed twice: remove one
test.v1.CODE_B: fallback_for_http: 413 is already replaced by CODE_A: remove it from one of the two codes
test.v1.CODE_C: fallback_for_http: a success code cannot replace errors: write fallback_for_http on a code that is an error`,
	},
	{
		name: "fallback_for/one problem once",
		source: source{options: goodOptions + ` success_codes: "5"`,
			values: code("CODE_A", 5, `grpc: OK message: "{job_id}" fallback_for: [ABORTED, DATA_LOSS, UNAVAILABLE]`) +
				code("CODE_B", 6, `grpc: ABORTED message: "x" fallback_for: [ABORTED, ABORTED, ABORTED, OK, OK]`)},
		want: `test.v1.CODE_A: fallback_for: a success code cannot replace errors
test.v1.CODE_B: fallback_for: ABORTED is listed twice
test.v1.CODE_B: fallback_for: OK cannot have a fallback
test.v1.CODE_B: fallback_for: OK is listed twice`,
	},
	{
		name: "replaced_by",
		source: source{values: "  CODE_A = 5 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"CODE_X\"}];\n" +
			"  CODE_B = 6 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"test.v1.CODE_X\"}];\n" +
			"  CODE_C = 7 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"CODE_C\"}];\n" +
			"  CODE_D = 8 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"test.v1.CODE_D\"}];\n"},
		want: `test.v1.CODE_A: replaced_by: there is no code "CODE_X": write the reason of a code of the same system, or the full name of one of another domain
test.v1.CODE_B: replaced_by: there is no code "test.v1.CODE_X": write the reason of a code of the same system
test.v1.CODE_C: replaced_by: "CODE_C" is the code itself: write another code, or remove replaced_by
test.v1.CODE_D: replaced_by: "test.v1.CODE_D" is the code itself: write another code, or remove replaced_by`,
	},
	{
		name:   "several/a bad message does not hide other problems",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED http: 204 message: "job {" fields: ["{"] reads: "(" args: {key: "0" value: {}} fallback_for_http: [7] replaced_by: "CODE_X" shares_legacy_code: true`)},
		want: `test.v1.CODE_A: http: a response with HTTP status 204 has no body
test.v1.CODE_A: message: '{' without '}'
test.v1.CODE_A: fields: '{' without '}'
test.v1.CODE_A: args: {0} is not a valid metadata key
test.v1.CODE_A: reads: "(" is not a valid regular expression
test.v1.CODE_A: fallback_for_http: 7 is not an HTTP status of an error
test.v1.CODE_A: shares_legacy_code: no other code of test.v1
test.v1.CODE_A: replaced_by: there is no code "CODE_X"`,
	},

	// Sources without problems, close to the limits of a rule.
	{name: "fine/default", source: source{}},
	{
		name: "fine/reasons that are not in AIP-193's form",
		source: source{values: code("not_found", 5, `grpc: NOT_FOUND message: "x"`) + code("_A", 6, `grpc: NOT_FOUND message: "x"`) +
			code(strings.Repeat("A", 64), 7, `grpc: NOT_FOUND message: "x"`)},
	},
	{name: "fine/failure without code", source: source{options: envelope(`{"message":{message}}`)}},
	{name: "fine/success codes that no code has", source: source{options: goodOptions + ` success_codes: "0|2.."`}},
	{name: "fine/success with a message, and no code is a success", source: source{options: success(`{"data":{data},"m":"{message}"}`, "")}},
	{
		name:   "fine/enum that is not a system",
		source: text(strings.Replace(source{rest: auth("")}.String(), "system) = {", "system) = { title: \"x\"", 1)),
	},
	{name: "fine/http 204 of a success", source: source{options: goodOptions + ` success_codes: "5"`, values: code("CODE_A", 5, `grpc: OK http: 204 message: "x"`)}},
	{
		name: "fine/status_message",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x: {status_message}" translations: {key: "de" value: "{status_message}!"} fallback_for: [ABORTED]`) +
			code("CODE_B", 6, `grpc: ABORTED message: "x: {status_message}" fallback_for_http: [400, 599]`)},
	},
	{
		name:   "fine/args of the message and others",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id}" args: {key: "job_id" value: {type: JSON}} args: {key: "token" value: {sensitive: true}} fields: ["a.b[{index}]"]`)},
	},
	{
		name: "fine/shared legacy code",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" shares_legacy_code: true`) +
			code("CODE_B", 6, `grpc: ABORTED message: "y" legacy_code: "5" shares_legacy_code: true`)},
	},
	{name: "fine/reads the own legacy code", source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" reads: "0*5"`)}},
	{
		name: "fine/replaced in another domain",
		source: source{values: "  CODE_A = 5 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"test.v1.UNKNOWN_ERROR\"}];\n" +
			"  CODE_B = 6 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" replaced_by: \"other.v1.X\"}];\n"},
	},
	{name: "fine/help", source: source{options: goodOptions + ` help: "https://e.example.com/{domain}/{reason}?code={code}#x"`}},
	{
		name: "fine/every option of an envelope",
		source: source{options: `language: "en" envelope: {
      failure: '{"c":{code},"v":[{violations}]}' success: '{"d":{data}}' http_always: 200 content_type: "application/vnd.depot+json; v=1" escape: ASCII
      headers: {key: "X-Code" value: "{code}"} headers: {key: "x-b" value: "b"} stream_failure: '{"s":{code}}' violation: '{"f":{field}}'
    }
    alternatives: {failure: "<c>{code}</c>" format: XML}
    alternatives: {failure: "{code}" format: TEXT}`},
	},
	{
		name:   "fine/http 200 and 599",
		source: source{values: code("LOW", 5, `grpc: ABORTED message: "x" http: 200`) + code("HIGH", 6, `grpc: ABORTED message: "x" http: 599`)},
	},
	{
		name:   "fine/http_always 200",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 200}`},
	},
	{
		name:   "fine/http_always 599",
		source: source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 599}`},
	},
	{
		name:   "fine/reason of 3 and of 63 characters",
		source: source{values: code("A_1", 5, `grpc: ABORTED message: "x"`) + code(strings.Repeat("Z", 63), 6, `grpc: ABORTED message: "x"`)},
	},
	{
		name:   "fine/argument of 2 and of 64 characters",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{id} {`+strings.Repeat("a", 64)+`} {a-B_9}"`)},
	},
	{
		name: "fine/braces and a translation in another order",
		source: source{values: code("CODE_A", 5, `grpc: ABORTED message: "{{{job_id}}} {name} {name}" `+
			`translations: {key: "de" value: "{name}: {job_id}"}`)},
	},
	{
		name: "fine/fallback for INTERNAL but not for UNKNOWN",
		source: text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  BROKEN = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "x" fallback_for: [INTERNAL, UNAUTHENTICATED]}];
}`),
	},
	{
		name: "fine/success with a code",
		source: source{
			options: success(`{"code":{code},"message":{message},"data":{data}}`, `success_codes: "5"`),
			values:  code("CODE_A", 5, `grpc: OK message: "x"`),
		},
	},
	{name: "fine/default success", source: source{options: envelope(`{"code":{code}}`)}},
	{name: "fine/envelope that is not an object", source: source{options: envelope(`"{code}: {message}"`)}},
	{name: "fine/negative number", source: source{values: code("NEGATIVE", -5, `grpc: ABORTED message: "x"`)}},
	{
		name:   "fine/another enum that is not a system",
		source: source{rest: "enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; } message M { enum Kind { KIND_UNSPECIFIED = 0; } }"},
	},
}

func TestEachBrokenRuleIsReportedWithFileLineAndValue(t *testing.T) {
	t.Parallel()
	for _, tt := range rules {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			source := tt.source.String()
			c, err := fromSource(t, source)
			problems := problemsOf(t, err)
			if err != nil && c != nil {
				t.Error("got a catalog and an error, want no catalog")
			}
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, "\n")
			}
			if len(problems) != len(want) {
				t.Fatalf("%d problems, want %d:\n%v\n%s", len(problems), len(want), err, source)
			}
			for i, p := range problems {
				checkProblem(t, p, source, want[i])
			}
		})
	}
}

// checkProblem compares a problem with "full name: rule: text". Its line must be the
// line in which the source declares that name.
func checkProblem(t *testing.T, p catalog.Problem, source, want string) {
	t.Helper()
	name, rest, _ := strings.Cut(want, ": ")
	rule, text, _ := strings.Cut(rest, ": ")
	line := lineOf(source, protoreflect.FullName(name).Name())
	if p.File != "test.proto" || p.Line != line || string(p.Name) != name || p.Rule != rule || !strings.HasPrefix(p.Text, text) {
		t.Errorf("got  %s\nwant test.proto:%d: %s", p, line, want)
	}
	if got, want := p.String(), fmt.Sprintf("%s:%d: %s: %s: %s", p.File, p.Line, p.Name, p.Rule, p.Text); got != want {
		t.Errorf("String gives %q, want %q", got, want)
	}
}

func lineOf(source string, name protoreflect.Name) int {
	lines := strings.Split(source, "\n")
	return 1 + slices.IndexFunc(lines, func(line string) bool {
		line = strings.TrimSpace(line)
		return strings.HasPrefix(line, string(name)+" = ") || strings.HasPrefix(line, "enum "+string(name)+" {")
	})
}

func TestEveryRuleHasASourceThatBreaksIt(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, tt := range rules {
		for line := range strings.Lines(tt.want) {
			broken[strings.Split(line, ": ")[1]] = true
		}
	}
	for _, rule := range []string{
		"domain", "language", "language_header", "legacy_codes", "success_codes", "envelope.failure", "envelope.success",
		"envelope.http_always", "envelope.format", "envelope.escape", "envelope.violation", "envelope.stream_failure", "envelope.headers",
		"alternatives[0].content_type", "alternatives[1].content_type", "alternatives[2].content_type", "alternatives[1].failure",
		"alternatives[0].http_always", "alternatives[0].success", "default_language", "request_id_header", "help", "includes",
		"fields", "args", "reads", "shares_legacy_code", "fallback_for_http", "replaced_by",
		"code", "legacy_code", "grpc", "http", "message", "translations", "fallback_for",
	} {
		if !broken[rule] {
			t.Errorf("no source breaks the rule %s", rule)
		}
		delete(broken, rule)
	}
	for rule := range broken {
		t.Errorf("the rule %s is missing in the list above", rule)
	}
}

// broken are three files in two packages that break many rules. The order of the files
// differs from the order of the enums' names.
var broken = map[string]string{
	"a/second.proto": source{pkg: "zzz.v1", options: `
    title: "Everything wrong with the system"
    language: "??"
    language_header: "a b"
    legacy_codes: "("
    success_codes: ")"
    envelope: {failure: '{"m":{message}}' success: '{"c":{code}}' http_always: 1000}`,
		values: code("lower_case", 2, `grpc: 99 http: 99 message: "{"`) +
			"  NO_OPTION = 3;\n" +
			code("NO_MESSAGE", 4, `grpc: NOT_FOUND http: 600`) +
			code("TWO_NAMES", 5, `grpc: NOT_FOUND message: "{0} {1}" fallback_for: [UNKNOWN, OK]`)}.String(),
	"b/first.proto": source{pkg: "aaa.v1", options: goodOptions + ` legacy_codes: "[0-9]"`,
		values: code("TEN", 10, `grpc: OK message: "x" translations: {key: "?" value: "x"} `+
			`translations: {key: "de" value: "{aa}"} translations: {key: "fr" value: "}"}`) +
			code("ALSO_ONE", 11, `message: "x" legacy_code: "1" fallback_for: [ABORTED, ABORTED]`),
		rest: `message M {
  enum Nested {
    option (statusmap.v1.system) = {language: "en"};
    NESTED_UNSPECIFIED = 0;
  }
  enum Plain {
    PLAIN_UNSPECIFIED = 0;
    PLAIN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x"}];
  }
}`}.String(),
	"c/third.proto": source{pkg: "aaa.v1", values: code("LAST", 0x7FFFFFFF, `grpc: UNKNOWN message: "{request_id}"`),
		rest: ""}.String(),
}

func init() {
	// The names in two files of one package must differ.
	third := broken["c/third.proto"]
	third = strings.NewReplacer(
		"enum Code", "enum Third",
		"CODE_UNSPECIFIED", "THIRD_UNSPECIFIED",
		"UNKNOWN_ERROR", "THIRD_ERROR",
	).Replace(third)
	broken["c/third.proto"] = third
}

func TestAllProblemsAreReportedAtOnceInTheOrderOfTheFiles(t *testing.T) {
	t.Parallel()
	files := compile(t, linkedOptions, broken)
	_, err := catalog.FromFiles(registry(t, files...))
	if err == nil {
		t.Fatal("got a catalog, want an error with all problems")
	}
	golden.Check(t, filepath.Join("testdata", "broken.golden"), []byte(err.Error()+"\n"))

	var enums []protoreflect.EnumDescriptor
	for _, file := range files {
		for i := range file.Enums().Len() {
			enums = append(enums, file.Enums().Get(i))
		}
	}
	enums = append(enums, files[1].Messages().Get(0).Enums().Get(0))
	fromFiles := problemsOf(t, err)
	for range 3 {
		slices.Reverse(enums)
		_, err = catalog.New(append(enums, enums[0])...)
		if got := problemsOf(t, err); len(got) != len(fromFiles) {
			t.Errorf("New reports %d problems, FromFiles %d:\n%v", len(got), len(fromFiles), err)
		}
		for i, p := range problemsOf(t, err) {
			if i > 0 {
				if before := problemsOf(t, err)[i-1]; before.File > p.File || before.File == p.File && before.Line > p.Line {
					t.Errorf("%s is listed before %s", before, p)
				}
			}
		}
	}
}

func TestNewRefusesEnumsWithoutTheOption(t *testing.T) {
	t.Parallel()
	plain := compile(t, linkedOptions, map[string]string{
		"plain.proto": `syntax = "proto3"; package p; enum Color { COLOR_UNSPECIFIED = 0; }`,
	})[0].Enums().Get(0)
	for _, tt := range []struct {
		name string
		enum protoreflect.EnumDescriptor
		want string
	}{
		{name: "nil", want: "system: the enum descriptor is nil: pass the descriptor of an annotated enum"},
		{
			name: "no option",
			enum: plain,
			want: "plain.proto:1: p.Color: system: the enum has no option (statusmap.v1.system): add it",
		},
		{
			name: "an enum of protobuf itself",
			enum: protoregistryEnum(t, "google.protobuf.FieldDescriptorProto.Type"),
			want: "google/protobuf/descriptor.proto: google.protobuf.FieldDescriptorProto.Type: system: " +
				"the enum has no option (statusmap.v1.system): add it",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := catalog.New(tt.enum)
			if c != nil || err == nil || err.Error() != tt.want {
				t.Errorf("got %v, %v\nwant %s", c, err, tt.want)
			}
		})
	}
}

func protoregistryEnum(t testing.TB, name protoreflect.FullName) protoreflect.EnumDescriptor {
	t.Helper()
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return d.(protoreflect.EnumDescriptor)
}

func TestNewTakesTheSameEnumTwice(t *testing.T) {
	t.Parallel()
	files := compile(t, linkedOptions, map[string]string{"test.proto": source{}.String()})
	enum := files[0].Enums().Get(0)
	c, err := catalog.New(enum, enum)
	if err != nil || len(c.Systems()) != 1 {
		t.Errorf("got %v, %v, want one system", c.Systems(), err)
	}
}

func TestNewOfNothingIsAnEmptyCatalog(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]func() (*catalog.Catalog, error){
		"New":             func() (*catalog.Catalog, error) { return catalog.New() },
		"FromFiles nil":   func() (*catalog.Catalog, error) { return catalog.FromFiles(nil) },
		"FromFiles empty": func() (*catalog.Catalog, error) { return catalog.FromFiles(new(protoregistry.Files)) },
		"FromFiles no use": func() (*catalog.Catalog, error) {
			return catalog.FromFiles(registry(t, linkedFiles[0].Imports().Get(0)))
		},
	} {
		c, err := build()
		if err != nil || c == nil || len(c.Systems()) != 0 {
			t.Errorf("%s: got %v, %v, want an empty catalog", name, c, err)
		}
	}
}
