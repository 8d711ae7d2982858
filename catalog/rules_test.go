package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
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

// A rule says what is said of a source: "full name: rule: text", of which the
// text may stop early, a line each.
type rule struct {
	name   string
	source fmt.Stringer
	want   string
}

type text string

func (t text) String() string { return string(t) }

var rules = []rule{
	// The system.
	{"system/value annotated in an enum that is no system", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  CODE_UNSPECIFIED = 0;
  NOT_FOUND = 5 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "x"}];
  TOO = 6 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "said once"}];
}`), `test.v1.NOT_FOUND: system: the value is annotated but its enum test.v1.Code has no option (statusmap.v1.system)`},
	{"system/value annotated in a nested enum that is no system", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
message Job {
  enum Code {
    CODE_UNSPECIFIED = 0;
    NOT_FOUND = 5 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "x"}];
  }
}`), `test.v1.Job.NOT_FOUND: system: the value is annotated but its enum test.v1.Job.Code has no option (statusmap.v1.system)`},
	{"domain/nested enum", text(`syntax = "proto3";
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
}`), `test.v1.Job.State.Code: domain: the enum stands inside a message: a system is an enum at the top of its file`},
	{"domain/no package", text(`syntax = "proto3";
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`), `Code: domain: the file has no package: the package is the domain of the system's errors`},
	{"domain/two systems in a package", source{rest: `
enum Other {
  option (statusmap.v1.system) = {` + goodOptions + `};
  OTHER_UNSPECIFIED = 0;
  OTHER_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`}, `test.v1.Other: domain: package test.v1 already has a system, test.v1.Code: a package holds one`},
	{"domain/two systems in a package, the first broken", source{options: `language: "en"`, rest: `
enum Other {
  option (statusmap.v1.system) = {` + goodOptions + `};
  OTHER_UNSPECIFIED = 0;
  OTHER_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`}, `test.v1.Code: envelope.failure: missing
test.v1.Other: domain: package test.v1 already has a system, test.v1.Code: a package holds one`},
	{"language/missing", source{options: `envelope: {failure: '{"c":{code}}'}`},
		`test.v1.Code: language: missing: give the BCP 47 tag of the messages, for example "en"`},
	{"language/no tag", source{options: `language: "Chinese (simplified)" envelope: {failure: '{"c":{code}}'}`},
		`test.v1.Code: language: "Chinese (simplified)" is no BCP 47 tag`},
	{"language_header/space", source{options: goodOptions + ` language_header: "Blueking Language"`},
		`test.v1.Code: language_header: "Blueking Language" is no HTTP header name`},
	{"language_header/colon", source{options: goodOptions + ` language_header: "X-Language:"`},
		`test.v1.Code: language_header: "X-Language:" is no HTTP header name`},
	{"language_header/not ASCII", source{options: goodOptions + ` language_header: "语言"`},
		`test.v1.Code: language_header: "语言" is no HTTP header name`},
	{"legacy_codes/no regular expression", source{options: goodOptions + ` legacy_codes: "[0-9"`},
		"test.v1.Code: legacy_codes: error parsing regexp: missing closing ]: `[0-9`"},
	{"legacy_codes/parentheses that close what is ours", source{options: goodOptions + ` legacy_codes: "1)|(1"`},
		"test.v1.Code: legacy_codes: error parsing regexp: unexpected ): `1)|(1`"},
	{"success_codes/no regular expression", source{options: goodOptions + ` success_codes: "0{3,2}"`},
		"test.v1.Code: success_codes: error parsing regexp: invalid repeat count: `{3,2}`"},
	{"success_codes/no regular expression, and a code is OK", source{options: goodOptions + ` success_codes: "("`, values: code("FINE", 5, `grpc: OK message: "x"`)},
		"test.v1.Code: success_codes: error parsing regexp: missing closing ): `(`"},

	// The envelopes.
	{"envelope/missing", source{options: `language: "en"`},
		`test.v1.Code: envelope.failure: missing: give the JSON of a failed call, for example '{"code":{code},"message":{message}}'`},
	{"envelope/failure missing", source{options: `language: "en" envelope: {success: '{"data":{data}}'}`},
		`test.v1.Code: envelope.failure: missing: give the JSON of a failed call`},
	{"envelope/failure is not JSON", source{options: envelope(`{"code":{code},}`)},
		`test.v1.Code: envelope.failure: not JSON with its placeholders filled in: invalid character '}' looking for beginning of object key string`},
	{"envelope/failure is cut off", source{options: envelope(`{"code":{code}`)},
		`test.v1.Code: envelope.failure: not JSON with its placeholders filled in: unexpected end of JSON input`},
	{"envelope/more behind the JSON", source{options: envelope(`{"code":{code}} OK`)},
		`test.v1.Code: envelope.failure: not JSON with its placeholders filled in: invalid character 'O' after top-level value`},
	{"envelope/unknown placeholder", source{options: envelope(`{"code":{code},"msg":{msg}}`)},
		`test.v1.Code: envelope.failure: unknown placeholder {msg}: there are {code} {message} {reason} {domain} {request_id} {metadata} {data}`},
	{"envelope/unknown placeholder in a string", source{options: envelope(`{"error":"[{code}]{msg}"}`)},
		`test.v1.Code: envelope.failure: '{' in a string that starts no placeholder: there are {code} {message}`},
	{"envelope/'{' in a string", source{options: envelope(`{"error":"[{code}] {"}`)},
		`test.v1.Code: envelope.failure: '{' in a string that starts no placeholder`},
	{"envelope/'}' in a string", source{options: envelope(`{"error":"[{code}] }"}`)},
		`test.v1.Code: envelope.failure: '}' without '{' in a string: write }} for a brace`},
	{"envelope/placeholder as a key", source{options: envelope(`{{code}:{message}}`)},
		`test.v1.Code: envelope.failure: a placeholder in a key: only values can be filled in`},
	{"envelope/placeholder in a key", source{options: envelope(`{"error {code}":{message}}`)},
		`test.v1.Code: envelope.failure: a placeholder in a key: only values can be filled in`},
	{"envelope/key twice", source{options: envelope(`{"code":{code},"message":{message},"code":{reason}}`)},
		`test.v1.Code: envelope.failure: key "code" twice in one object: a reader sees one of them`},
	{"envelope/metadata inside a string", source{options: envelope(`{"code":{code},"meta":"{metadata}"}`)},
		`test.v1.Code: envelope.failure: {metadata} inside a string: it is a JSON value, take off the quotation marks`},
	{"envelope/data inside a string", source{options: success(`{"data":"{data}"}`, "")},
		`test.v1.Code: envelope.success: {data} inside a string: it is a JSON value, take off the quotation marks`},
	{"envelope/placeholder in an escape", source{options: envelope(`{"code":{code},"m":"\\u{reason}0000"}`)},
		`test.v1.Code: envelope.failure: not JSON with its placeholders filled in`},
	{"envelope/two values without a comma", source{options: envelope(`[{code}{message}]`)},
		`test.v1.Code: envelope.failure: not JSON with its placeholders filled in`},
	{"envelope/character of ours", source{options: envelope("{\"code\":{code},\"m\":\"\U0010FFF1\"}")},
		`test.v1.Code: envelope.failure: characters U+10FFF0 to U+10FFFF have no place in an envelope`},
	{"envelope/character of ours, escaped", source{options: envelope(`{"code":{code},"m":"\\udbff\\uDFFD"}`)},
		`test.v1.Code: envelope.failure: characters U+10FFF0 to U+10FFFF have no place in an envelope`},
	{"envelope/failure without code", source{options: envelope(`{"message":{message}}`)},
		`test.v1.Code: envelope.failure: {code} is missing: a client could not tell the errors apart`},
	{"envelope/success without data", source{options: success(`{"result":true}`, "")},
		`test.v1.Code: envelope.success: {data} is missing: the response would be lost`},
	{"envelope/success is not JSON", source{options: success(`{"data":{data}`, "")},
		`test.v1.Code: envelope.success: not JSON with its placeholders filled in`},
	{"envelope/success with a code, and no code is a success", source{options: success(`{"code":{code},"data":{data}}`, "")},
		`test.v1.Code: envelope.success: {code}, {message} and {reason} are a success code's, and the system has none`},
	{"envelope/success with a message, and no code is a success", source{options: success(`{"data":{data},"m":"{message}"}`, "")},
		`test.v1.Code: envelope.success: {code}, {message} and {reason} are a success code's, and the system has none`},
	{"http_always/199", source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 199}`},
		`test.v1.Code: http_always: 199 is no HTTP status: give 200 to 599`},
	{"http_always/600", source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 600}`},
		`test.v1.Code: http_always: 600 is no HTTP status: give 200 to 599`},
	{"http_always/negative", source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: -200}`},
		`test.v1.Code: http_always: -200 is no HTTP status: give 200 to 599`},

	// The values.
	{"code/value without option", source{values: "  FORGOTTEN = 7;\n"},
		`test.v1.FORGOTTEN: code: the value has no option (statusmap.v1.code)`},
	{"code/number 0", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_ZERO = 0 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x"}];
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" fallback_for: [UNKNOWN]}];
}`), `test.v1.CODE_ZERO: code: number 0 cannot be a code: it is what an unset field holds`},
	{"code/number twice", source{values: "  option allow_alias = true;\n" + code("FIRST", 7, `grpc: ABORTED message: "x" legacy_code: "7.1"`) +
		code("SECOND", 7, `grpc: ABORTED message: "x" legacy_code: "7.2"`)},
		`test.v1.SECOND: code: 7 is FIRST's number already: an enum value in a program could be either`},
	{"reason/lower case", source{values: code("Not_Found", 5, `grpc: NOT_FOUND message: "x"`)},
		`test.v1.Not_Found: reason: "Not_Found" is no ErrorInfo reason (AIP-193): give at most 63 characters of [A-Z][A-Z0-9_]+[A-Z0-9]`},
	{"reason/trailing underscore", source{values: code("NOT_FOUND_", 5, `grpc: NOT_FOUND message: "x"`)},
		`test.v1.NOT_FOUND_: reason: "NOT_FOUND_" is no ErrorInfo reason`},
	{"reason/leading underscore", source{values: code("_NOT_FOUND", 5, `grpc: NOT_FOUND message: "x"`)},
		`test.v1._NOT_FOUND: reason: "_NOT_FOUND" is no ErrorInfo reason`},
	{"reason/64 characters", source{values: code(strings.Repeat("A", 64), 5, `grpc: NOT_FOUND message: "x"`)},
		`test.v1.` + strings.Repeat("A", 64) + `: reason: "` + strings.Repeat("A", 64) + `" is no ErrorInfo reason`},
	{"reason/two characters", source{values: code("NO", 5, `grpc: NOT_FOUND message: "x"`)},
		`test.v1.NO: reason: "NO" is no ErrorInfo reason`},
	{"legacy_code/number twice as text", source{values: code("FIRST", 7, `grpc: ABORTED message: "x"`) +
		code("SECOND", 8, `grpc: ABORTED message: "x" legacy_code: "7"`)},
		`test.v1.SECOND: legacy_code: 7 is FIRST's already: a legacy code stands once in its system`},
	{"legacy_code/twice, and the second one is the only fallback", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  FIRST = 7 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x"}];
  SECOND = 8 [(statusmap.v1.code) = {grpc: UNKNOWN message: "x" legacy_code: "7" fallback_for: [UNKNOWN]}];
}`), `test.v1.SECOND: legacy_code: 7 is FIRST's already`},
	{"legacy_code/number does not match", source{options: goodOptions + ` legacy_codes: "[1-9]"`, values: code("TEN", 10, `grpc: ABORTED message: "x"`)},
		`test.v1.TEN: legacy_code: "10" does not match the system's legacy_codes`},
	{"legacy_code/matches in its middle alone", source{options: goodOptions + ` legacy_codes: "1|401"`, values: code("SIGN", 40101, `grpc: ABORTED message: "x" legacy_code: "401.1"`)},
		`test.v1.SIGN: legacy_code: "401.1" does not match the system's legacy_codes`},
	{"grpc/missing", source{values: code("NO_GRPC", 5, `message: "x"`)},
		`test.v1.NO_GRPC: grpc: missing: give the gRPC code`},
	{"grpc/missing at the only fallback", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  UNKNOWN_ERROR = 1 [(statusmap.v1.code) = {message: "x" fallback_for: [UNKNOWN]}];
}`), `test.v1.UNKNOWN_ERROR: grpc: missing: give the gRPC code`},
	{"grpc/number that is none", source{values: code("SEVENTEEN", 5, `grpc: 17 message: "x"`)},
		`test.v1.SEVENTEEN: grpc: 17 is no gRPC code: give OK to UNAUTHENTICATED`},
	{"grpc/negative number", source{values: code("NEGATIVE", 5, `grpc: -1 message: "x"`)},
		`test.v1.NEGATIVE: grpc: -1 is no gRPC code: give OK to UNAUTHENTICATED`},
	{"grpc/OK without success_codes", source{values: code("FINE", 5, `grpc: OK message: "x"`)},
		`test.v1.FINE: grpc: OK, but 5 is none of the system's success_codes`},
	{"grpc/OK outside success_codes", source{options: goodOptions + ` success_codes: "100"`, values: code("FINE", 1000, `grpc: OK message: "x"`)},
		`test.v1.FINE: grpc: OK, but 1000 is none of the system's success_codes`},
	{"grpc/not OK inside success_codes", source{options: goodOptions + ` success_codes: "100."`, values: code("FINE", 1000, `grpc: ABORTED message: "x"`)},
		`test.v1.FINE: grpc: ABORTED instead of OK: 1000 is one of the system's success_codes`},
	{"http/99", source{values: code("LOW", 5, `grpc: ABORTED message: "x" http: 99`)},
		`test.v1.LOW: http: 99 is no HTTP status of an answer: give 200 to 599`},
	{"http/199", source{values: code("LOW", 5, `grpc: ABORTED message: "x" http: 199`)},
		`test.v1.LOW: http: 199 is no HTTP status of an answer: give 200 to 599`},
	{"http/600", source{values: code("HIGH", 5, `grpc: ABORTED message: "x" http: 600`)},
		`test.v1.HIGH: http: 600 is no HTTP status of an answer: give 200 to 599`},
	{"http/negative", source{values: code("NEGATIVE", 5, `grpc: ABORTED message: "x" http: -404`)},
		`test.v1.NEGATIVE: http: -404 is no HTTP status of an answer: give 200 to 599`},

	// The messages.
	{"message/missing", source{values: code("SILENT", 5, `grpc: ABORTED`)},
		`test.v1.SILENT: message: missing: give the text to the letter`},
	{"message/'{' without '}'", source{values: code("OPEN", 5, `grpc: ABORTED message: "job {job_id"`)},
		`test.v1.OPEN: message: '{' without '}': write {{ for a brace`},
	{"message/'{' inside a placeholder", source{values: code("OPEN", 5, `grpc: ABORTED message: "job {job{id}}"`)},
		`test.v1.OPEN: message: '{' without '}': write {{ for a brace`},
	{"message/'}' without '{'", source{values: code("CLOSED", 5, `grpc: ABORTED message: "job job_id}"`)},
		`test.v1.CLOSED: message: '}' without '{': write }} for a brace`},
	{"message/argument without a name", source{values: code("UNNAMED", 5, `grpc: ABORTED message: "job {}"`)},
		`test.v1.UNNAMED: message: {} cannot be a metadata key: give it 2 to 64 characters of [a-zA-Z0-9-_], the first a small letter`},
	{"message/argument by position", source{values: code("POSITION", 5, `grpc: ABORTED message: "job {0}"`)},
		`test.v1.POSITION: message: {0} cannot be a metadata key`},
	{"message/argument with a capital", source{values: code("CAPITAL", 5, `grpc: ABORTED message: "job {JobId}"`)},
		`test.v1.CAPITAL: message: {JobId} cannot be a metadata key`},
	{"message/argument with a space", source{values: code("SPACE", 5, `grpc: ABORTED message: "job {job id}"`)},
		`test.v1.SPACE: message: {job id} cannot be a metadata key`},
	{"message/argument with a line break", source{values: code("BROKEN_LINE", 5, `grpc: ABORTED message: "job {job\nid}"`)},
		`test.v1.BROKEN_LINE: message: {job\nid} cannot be a metadata key`},
	{"message/argument in Chinese", source{values: code("CHINESE", 5, `grpc: ABORTED message: "job {作业}"`)},
		`test.v1.CHINESE: message: {作业} cannot be a metadata key`},
	{"message/two bad names in one line", source{values: code("POSITION", 5, `grpc: ABORTED message: "{0} {1}"`)},
		`test.v1.POSITION: message: {0} cannot be a metadata key: give it 2 to 64 characters of [a-zA-Z0-9-_], the first a small letter; {1} cannot be a metadata key`},
	{"message/argument of one character", source{values: code("SHORT", 5, `grpc: ABORTED message: "job {i}"`)},
		`test.v1.SHORT: message: {i} cannot be a metadata key`},
	{"message/argument of 65 characters", source{values: code("LONG", 5, `grpc: ABORTED message: "job {`+strings.Repeat("a", 65)+`}"`)},
		`test.v1.LONG: message: {` + strings.Repeat("a", 65) + `} cannot be a metadata key`},
	{"message/argument legacy_code", source{values: code("RESERVED", 5, `grpc: ABORTED message: "code {legacy_code}"`)},
		`test.v1.RESERVED: message: {legacy_code} is a name that every error carries: choose another one`},
	{"message/argument request_id", source{values: code("RESERVED", 5, `grpc: ABORTED message: "id {request_id}"`)},
		`test.v1.RESERVED: message: {request_id} is a name that every error carries: choose another one`},
	{"translations/no tag", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "中文" value: "x"}`)},
		`test.v1.CODE_A: translations: "中文" is no BCP 47 tag`},
	{"translations/empty tag", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "" value: "x"}`)},
		`test.v1.CODE_A: translations: "" is no BCP 47 tag`},
	{"translations/own language", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "en" value: "x"}`)},
		`test.v1.CODE_A: translations: "en" is the system's language: its text is the message`},
	{"translations/own language in other letters", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "EN" value: "x"}`)},
		`test.v1.CODE_A: translations: "EN" is the system's language: its text is the message`},
	{"translations/one language twice", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "zh-cn" value: "x"} translations: {key: "zh-CN" value: "y"}`)},
		`test.v1.CODE_A: translations: "zh-cn" is "zh-CN" again: one text a language`},
	{"translations/argument missing", source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id} {name}" translations: {key: "de" value: "{name}"}`)},
		`test.v1.CODE_A: translations: de has the arguments {name}, the message {job_id} {name}`},
	{"translations/argument more", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" translations: {key: "de" value: "{name}"}`)},
		`test.v1.CODE_A: translations: de has the arguments {name}, the message (none)`},
	{"translations/other argument", source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id}" translations: {key: "de" value: "{jobid}"}`)},
		`test.v1.CODE_A: translations: de has the arguments {jobid}, the message {job_id}`},
	{"translations/broken template", source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id}" translations: {key: "de" value: "{job_id"}`)},
		`test.v1.CODE_A: translations: de: '{' without '}': write {{ for a brace`},

	// The fallbacks.
	{"fallback_for/OK", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [OK]`)},
		`test.v1.CODE_A: fallback_for: OK cannot fall back: give CANCELLED to UNAUTHENTICATED`},
	{"fallback_for/number that is no gRPC code", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [17]`)},
		`test.v1.CODE_A: fallback_for: 17 cannot fall back: give CANCELLED to UNAUTHENTICATED`},
	{"fallback_for/negative number", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [-1]`)},
		`test.v1.CODE_A: fallback_for: -1 cannot fall back: give CANCELLED to UNAUTHENTICATED`},
	{"fallback_for/at a success code", source{options: goodOptions + ` success_codes: "5"`, values: code("CODE_A", 5, `grpc: OK message: "x" fallback_for: [ABORTED]`)},
		`test.v1.CODE_A: fallback_for: a success code cannot stand in for ABORTED`},
	{"fallback_for/at a message with arguments", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x {job_id} {name}" fallback_for: [ABORTED]`)},
		`test.v1.CODE_A: fallback_for: the message has the arguments {job_id} {name}, which a foreign status does not have`},
	{"fallback_for/one gRPC code twice", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [ABORTED, ABORTED]`)},
		`test.v1.CODE_A: fallback_for: ABORTED stands twice`},
	{"fallback_for/two codes for one gRPC code", source{values: code("CODE_A", 5, `grpc: ABORTED message: "x" fallback_for: [UNKNOWN]`)},
		`test.v1.CODE_A: fallback_for: UNKNOWN is UNKNOWN_ERROR's already: one code stands in for it`},
	{"fallback_for/none for UNKNOWN or INTERNAL", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  NOT_FOUND = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "x" fallback_for: [NOT_FOUND]}];
}`), `test.v1.Code: fallback_for: no code stands in for UNKNOWN or INTERNAL: name one, for errors that have no code here`},
	{"fallback_for/no code at all", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
}`), `test.v1.Code: fallback_for: no code stands in for UNKNOWN or INTERNAL`},

	// What looks like a broken rule and is none.
	{"fine/as it is", source{}, ""},
	{"fine/http 200 and 599", source{values: code("LOW", 5, `grpc: ABORTED message: "x" http: 200`) + code("HIGH", 6, `grpc: ABORTED message: "x" http: 599`)}, ""},
	{"fine/http_always 200", source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 200}`}, ""},
	{"fine/http_always 599", source{options: `language: "en" envelope: {failure: '{"c":{code}}' http_always: 599}`}, ""},
	{"fine/reason of 3 and of 63 characters", source{values: code("A_1", 5, `grpc: ABORTED message: "x"`) + code(strings.Repeat("Z", 63), 6, `grpc: ABORTED message: "x"`)}, ""},
	{"fine/argument of 2 and of 64 characters", source{values: code("CODE_A", 5, `grpc: ABORTED message: "{id} {`+strings.Repeat("a", 64)+`} {a-B_9}"`)}, ""},
	{"fine/braces and a translation in another order", source{values: code("CODE_A", 5, `grpc: ABORTED message: "{{{job_id}}} {name} {name}" translations: {key: "de" value: "{name}: {job_id}"}`)}, ""},
	{"fine/INTERNAL alone falls back", text(`syntax = "proto3";
package test.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {` + goodOptions + `};
  CODE_UNSPECIFIED = 0;
  BROKEN = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "x" fallback_for: [INTERNAL, UNAUTHENTICATED]}];
}`), ""},
	{"fine/success with a code", source{options: success(`{"code":{code},"message":{message},"data":{data}}`, `success_codes: "5"`), values: code("CODE_A", 5, `grpc: OK message: "x"`)}, ""},
	{"fine/success left out", source{options: envelope(`{"code":{code}}`)}, ""},
	{"fine/envelope that is no object", source{options: envelope(`"{code}: {message}"`)}, ""},
	{"fine/negative number", source{values: code("NEGATIVE", -5, `grpc: ABORTED message: "x"`)}, ""},
	{"fine/an enum that is no system beside it", source{rest: "enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; } message M { enum Kind { KIND_UNSPECIFIED = 0; } }"}, ""},
}

func TestEachBrokenRuleIsReportedWithFileLineAndValue(t *testing.T) {
	for _, tt := range rules {
		t.Run(tt.name, func(t *testing.T) {
			source := tt.source.String()
			c, err := fromSource(t, source)
			problems := problemsOf(t, err)
			if err != nil && c != nil {
				t.Error("a catalog beside the error: what breaks a rule could serve")
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

// checkProblem compares a problem with "full name: rule: text"; where it has to
// be is where the source declares that name.
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
	broken := map[string]bool{}
	for _, tt := range rules {
		for line := range strings.Lines(tt.want) {
			broken[strings.Split(line, ": ")[1]] = true
		}
	}
	for _, rule := range []string{
		"system", "domain", "language", "language_header", "legacy_codes", "success_codes", "envelope.failure", "envelope.success",
		"http_always", "code", "reason", "legacy_code", "grpc", "http", "message", "translations", "fallback_for",
	} {
		if !broken[rule] {
			t.Errorf("no source breaks %s", rule)
		}
		delete(broken, rule)
	}
	for rule := range broken {
		t.Errorf("%s is in no list of rules", rule)
	}
}

// broken are files that break many rules at once, in two packages and three
// files, named so that their order is not that of the enums' names.
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
		values: code("TEN", 10, `grpc: OK message: "x" translations: {key: "?" value: "x"} translations: {key: "de" value: "{aa}"} translations: {key: "fr" value: "}"}`) +
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
	// Two files of one package need names of their own.
	third := broken["c/third.proto"]
	third = strings.NewReplacer("enum Code", "enum Third", "CODE_UNSPECIFIED", "THIRD_UNSPECIFIED", "UNKNOWN_ERROR", "THIRD_ERROR").Replace(third)
	broken["c/third.proto"] = third
}

func TestAllProblemsAreReportedAtOnceInTheOrderOfTheFiles(t *testing.T) {
	files := compile(t, linkedOptions, broken)
	_, err := catalog.FromFiles(registry(t, files...))
	if err == nil {
		t.Fatal("a catalog that breaks every rule is one")
	}
	golden(t, "broken.golden", err.Error()+"\n")

	var enums []protoreflect.EnumDescriptor
	for _, file := range files {
		for i := range file.Enums().Len() {
			enums = append(enums, file.Enums().Get(i))
		}
	}
	enums = append(enums, files[1].Messages().Get(0).Enums().Get(0))
	// The annotation in vain is not among the enums that New is asked about.
	fromFiles := slices.DeleteFunc(problemsOf(t, err), func(p catalog.Problem) bool { return p.Name == "aaa.v1.M.PLAIN_ERROR" })
	for range 3 {
		slices.Reverse(enums)
		_, err = catalog.New(append(enums, enums[0])...)
		if got := problemsOf(t, err); len(got) != len(fromFiles) {
			t.Errorf("New reports %d problems, FromFiles %d:\n%v", len(got), len(fromFiles), err)
		}
		for i, p := range problemsOf(t, err) {
			if i > 0 {
				if before := problemsOf(t, err)[i-1]; before.File > p.File || before.File == p.File && before.Line > p.Line {
					t.Errorf("%s stands before %s", before, p)
				}
			}
		}
	}
}

func TestNewRefusesWhatIsNoSystem(t *testing.T) {
	plain := compile(t, linkedOptions, map[string]string{"plain.proto": `syntax = "proto3"; package p; enum Color { COLOR_UNSPECIFIED = 0; }`})[0].Enums().Get(0)
	for _, tt := range []struct {
		name string
		enum protoreflect.EnumDescriptor
		want string
	}{
		{"nil", nil, "system: the enum descriptor is nil"},
		{"no option", plain, "plain.proto:1: p.Color: system: the enum has no option (statusmap.v1.system)"},
		{"an enum of protobuf's own", (protoregistryEnum(t, "google.protobuf.FieldDescriptorProto.Type")), "google/protobuf/descriptor.proto: google.protobuf.FieldDescriptorProto.Type: system: the enum has no option (statusmap.v1.system)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
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
	files := compile(t, linkedOptions, map[string]string{"test.proto": source{}.String()})
	enum := files[0].Enums().Get(0)
	c, err := catalog.New(enum, enum)
	if err != nil || len(c.Systems()) != 1 {
		t.Errorf("got %v, %v", c.Systems(), err)
	}
}

func TestNewOfNothingIsAnEmptyCatalog(t *testing.T) {
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
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
}
