// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package rulestest

const forPeople = "it is for people to read, and is not sent"

// Breaking returns the cases of the rules of breaking.
func Breaking() []Case {
	return []Case{
		{Name: "nothing changes", Why: "nothing changes"},

		// Enums and values.
		{Name: "a file is deleted", Old: nil, Delete: auth, New: []string{
			"import \"depot/v1/auth.proto\";\n", "", `    includes: ["depot.v1.AuthCode"]` + "\n", "", `"PARCEL_NOT_FOUND", "TOKEN_EXPIRED"`, `"PARCEL_NOT_FOUND"`,
		}},
		{Name: "a value is deleted", New: []string{lostCode, ""}},
		{Name: "a value is deleted and reserved", New: []string{lostCode, "", "  CODE_UNSPECIFIED = 0;", "  CODE_UNSPECIFIED = 0;\n  reserved 105;\n  reserved \"PARCEL_LOST\";"},
			Why: "the name and the number are reserved: no server sends the code any more"},
		{Name: "a value is deleted, and only its number is reserved", New: []string{lostCode, "  reserved 105;\n"}},
		{Name: "a value is renamed", New: []string{"DEPOT_BUSY = 102", "DEPOT_OVERLOADED = 102"}},
		{Name: "a value is renamed and renumbered", New: []string{"DEPOT_BUSY = 102", "DEPOT_OVERLOADED = 1021"}},
		{Name: "a number changes", New: []string{"DEPOT_BUSY = 102", "DEPOT_BUSY = 1021"}},
		{Name: "two numbers are exchanged", New: []string{"DEPOT_BUSY = 102", "DEPOT_BUSY = 103", "WEIGHT_INVALID = 103", "WEIGHT_INVALID = 102"}},
		{Name: "an enum is renamed", New: []string{"enum AuthCode {", "enum AccessCode {", `"depot.v1.AuthCode"`, `"depot.v1.AccessCode"`}},
		{Name: "the package changes", New: []string{
			"package depot.v1;\n\nimport \"depot/v1/auth.proto\";", "package depot.v2;\n\nimport \"depot/v1/auth.proto\";",
			"  Code code = 1;", "  depot.v2.Code code = 1;",
		}},
		{Name: "the option system is deleted", New: []string{
			"  option (statusmap.v1.system) = {\n    title: \"Depot\"", "  /* {\n    title: \"Depot\"", "      format: TEXT\n    }\n  };", "      format: TEXT\n    }\n  }; */",
		}},
		{Name: "the option code is deleted", New: []string{"  DEPOT_BUSY = 102 [(statusmap.v1.code) = {\n    grpc: UNAVAILABLE", "  DEPOT_BUSY = 102; /* [(statusmap.v1.code) = {\n    grpc: UNAVAILABLE", "    fallback_for: [UNAVAILABLE]\n  }];", "    fallback_for: [UNAVAILABLE]\n  }]; */"}},
		{Name: "a code is added", New: []string{"  DEPOT_ERROR = 900", "  PARCEL_HELD = 106 [(statusmap.v1.code) = {grpc: ABORTED message: \"held by {holder}\"}];\n\n  DEPOT_ERROR = 900"},
			Why: "no old client gets it"},
		{Name: "a comment is added", New: []string{"  DEPOT_ERROR = 900", "  // Anything else.\n  DEPOT_ERROR = 900"}, Why: "it is not sent"},
		{Name: "a value is deprecated", New: []string{"  DEPOT_ERROR = 900 [(", "  DEPOT_ERROR = 900 [deprecated = true, ("}, Why: forPeople},

		// SystemOptions.
		{Name: "title", Field: "SystemOptions.title", New: []string{`title: "Depot"`, `title: "Warehouse"`}, Why: forPeople},
		{Name: "language", Field: "SystemOptions.language", New: []string{`language: "en"` + "\n    language_header", `language: "en-GB"` + "\n    language_header"}},
		{Name: "language_header", Field: "SystemOptions.language_header", New: []string{`language_header: "Accept-Language"`, `language_header: "X-Language"`}},
		{Name: "language_header in other letters", New: []string{`language_header: "Accept-Language"`, `language_header: "accept-language"`}, Why: "names of headers are the same in upper and lower case"},
		{Name: "default_language", Field: "SystemOptions.default_language", New: []string{`    default_language: "de"` + "\n", ""}},
		{Name: "includes", Field: "SystemOptions.includes", New: []string{`    includes: ["depot.v1.AuthCode"]` + "\n", ""}},
		{Name: "legacy_codes", Field: "SystemOptions.legacy_codes", New: []string{`legacy_codes: "[0-9]+"`, `legacy_codes: "[0-9]{1,4}"`}, Why: "it checks the table alone"},
		{Name: "success_codes", Field: "SystemOptions.success_codes", New: []string{`success_codes: "0"`, `success_codes: "0|2"`}},
		{Name: "request_id_header", Field: "SystemOptions.request_id_header", New: []string{`request_id_header: "X-Trace"`, `request_id_header: "X-Request-Id"`}},
		{Name: "help", Field: "SystemOptions.help", New: []string{"https://errors.example.com/{reason}", "https://help.example.com/{reason}"}},
		{Name: "help is added", Old: []string{`    help: "https://errors.example.com/{reason}"` + "\n", ""}, Why: "no old client reads it"},
		{Name: "envelope", Field: "SystemOptions.envelope", New: []string{`"message":{message},`, `"msg":{message},`}},
		{Name: "alternatives", Field: "SystemOptions.alternatives", New: []string{plainAlternative, ""}},
		{Name: "an alternative is added", Old: []string{plainAlternative, ""}, Why: "a client must ask for it"},
		{Name: "alternatives are exchanged", New: []string{plainAlternative, "", "    alternatives: {\n      content_type: \"application/xml\"", plainAlternative + "    alternatives: {\n      content_type: \"application/xml\""}},
		{Name: "an alternative changes", New: []string{`<error code="{code}"/>`, `<error>{code}</error>`}},

		// Envelope.
		{Name: "failure", Field: "Envelope.failure", New: []string{`{"code":{code},"message":{message},"owner"`, `{"code": {code},"message":{message},"owner"`}},
		{Name: "success", Field: "Envelope.success", New: []string{`{"code":0,"data":{data}}`, `{"data":{data}}`}},
		{Name: "http_always", Field: "Envelope.http_always", New: []string{"      http_always: 200\n", ""}},
		{Name: "format", Field: "Envelope.format", New: []string{"      failure: '{code}'\n      format: TEXT", "      failure: '{code}'"}},
		{Name: "content_type", Field: "Envelope.content_type", New: []string{`content_type: "application/vnd.depot+json"`, `content_type: "application/json"`}},
		{Name: "escape", Field: "Envelope.escape", New: []string{"      escape: ASCII\n", ""}},
		{Name: "headers", Field: "Envelope.headers", New: []string{`headers: {key: "X-Error" value: "{code}"}`, `headers: {key: "X-Error" value: "{reason}"}`}},
		{Name: "a header is deleted", New: []string{`      headers: {key: "X-Error" value: "{code}"}` + "\n", ""}},
		{Name: "a header is added", Old: []string{`      headers: {key: "X-Error" value: "{code}"}` + "\n", ""}, Why: "no old client reads it"},
		{Name: "stream_failure", Field: "Envelope.stream_failure", New: []string{`stream_failure: '{"error":{code}}'`, `stream_failure: '{"code":{code}}'`}},
		{Name: "violation", Field: "Envelope.violation", New: []string{`violation: '{"field":{field}}'`, `violation: '{"name":{field}}'`}},

		// CodeOptions.
		{Name: "grpc", Field: "CodeOptions.grpc", New: []string{"    grpc: NOT_FOUND\n    message: \"parcel {parcel_id}", "    grpc: ABORTED\n    message: \"parcel {parcel_id}"}},
		{Name: "an error becomes a success", New: []string{"    grpc: NOT_FOUND\n    message: \"parcel {parcel_id}", "    grpc: OK\n    message: \"parcel {parcel_id}"}},
		{Name: "a success becomes an error", New: []string{"grpc: OK", "grpc: INTERNAL"}},
		{Name: "http", Field: "CodeOptions.http", New: []string{"http: 502", "http: 503"}},
		{Name: "http is the canonical one", New: []string{"    reads: \"101[0-9]\"\n", "    reads: \"101[0-9]\"\n    http: 404\n"}, Why: "404 is the HTTP status of NOT_FOUND anyway"},
		{Name: "http of a fallback is the canonical one", New: []string{"    fallback_for_http: [404]\n", "    fallback_for_http: [404]\n    http: 501\n"}},
		{Name: "legacy_code", Field: "CodeOptions.legacy_code", New: []string{`legacy_code: "1020"`, `legacy_code: "1021"`}},
		{Name: "message", Field: "CodeOptions.message", New: []string{`"depot busy"`, `"The depot is busy"`}},
		{Name: "translations", Field: "CodeOptions.translations", New: []string{`"Lager überlastet"`, `"Lager ausgelastet"`}},
		{Name: "a translation is deleted", New: []string{`    translations: {key: "de" value: "Lager überlastet"}` + "\n", ""}},
		{Name: "a translation is added", New: []string{`"Lager überlastet"}`, `"Lager überlastet"}` + "\n" + `    translations: {key: "fr" value: "dépôt occupé"}`}, Why: "a client must ask for it"},
		{Name: "fallback_for", Field: "CodeOptions.fallback_for", New: []string{"fallback_for: [INVALID_ARGUMENT]", "fallback_for: [INVALID_ARGUMENT, OUT_OF_RANGE]"}},
		{Name: "fallback_for_http", Field: "CodeOptions.fallback_for_http", New: []string{"    fallback_for_http: [404]\n", "    fallback_for_http: [405]\n"}},
		{Name: "retry_after", Field: "CodeOptions.retry_after", New: []string{"retry_after: 30", "retry_after: 60"}},
		{Name: "fields", Field: "CodeOptions.fields", New: []string{`["weight_kg"]`, `["weight"]`}},
		{Name: "a label that is sent", Field: "CodeOptions.labels", New: []string{`"parcel team"`, `"order team"`}},
		{Name: "a label that is not sent", New: []string{`key: "page" value: "12"`, `key: "page" value: "13"`}, Why: "no envelope has it"},
		{Name: "reads", Field: "CodeOptions.reads", New: []string{`reads: "101[0-9]"`, `reads: "101[0-5]"`}},
		{Name: "reads is added", Old: []string{`    reads: "101[0-9]"` + "\n", ""}, Why: "the legacy codes were read as a fallback before, as those of a new code are"},
		{Name: "args", Field: "CodeOptions.args", New: []string{`key: "depot" value: {description: "The depot's name"}}`, `key: "depot" value: {description: "The depot's name"}}` + "\n" + `    args: {key: "shelf" value: {}}`}},
		{Name: "an argument is renamed", New: []string{
			"parcel {parcel_id} not found in {depot}", "parcel {parcel_id} not found in {place}", "Paket {parcel_id} fehlt in {depot}", "Paket {parcel_id} fehlt in {place}",
			`{key: "depot" value`, `{key: "place" value`,
		}},
		{Name: "an argument is deleted", New: []string{`    args: {key: "token" value: {sensitive: true description: "The token"}}` + "\n", ""}},
		{Name: "arguments are exchanged", New: []string{"parcel {parcel_id} not found in {depot}", "{depot} has no parcel {parcel_id}"}},
		{Name: "arguments are exchanged, and the text is not", New: []string{"parcel {parcel_id} not found in {depot}", "parcel {depot} not found in {parcel_id}"}},
		{Name: "shares_legacy_code", Field: "CodeOptions.shares_legacy_code", Old: []string{
			"    explanation: \"The token is older than a day.\"\n    shares_legacy_code: true\n", "    explanation: \"The token is older than a day.\"\n",
			`"Somebody has revoked the token."` + "\n    shares_legacy_code: true\n    legacy_code: \"201\"\n", `"Somebody has revoked the token."` + "\n    legacy_code: \"201\"\n",
		}, Why: "the message decides which code is read, and a changed legacy code is reported"},
		{Name: "explanation", Field: "CodeOptions.explanation", New: []string{`"The depot has a bug."`, `"A bug."`}, Why: forPeople},
		{Name: "resolution", Field: "CodeOptions.resolution", New: []string{`"Ask the archive."`, `"Ask Ann."`}, Why: forPeople},
		{Name: "since", Field: "CodeOptions.since", New: []string{`since: "1.2"`, `since: "1.3"`}, Why: forPeople},
		{Name: "replaced_by", Field: "CodeOptions.replaced_by", New: []string{`replaced_by: "PARCEL_NOT_FOUND"`, `replaced_by: "DEPOT_ERROR"`}, Why: forPeople},
		{Name: "type", Field: "Arg.type", New: []string{"type: INT64", "type: STRING"}},
		{Name: "type of an argument that no envelope has", New: []string{`{description: "The depot's name"}`, `{type: INT64 description: "The depot's name"}`}},
		{Name: "sensitive", Field: "Arg.sensitive", New: []string{"{sensitive: true description", "{description"}},
		{Name: "sensitive is added", New: []string{`{description: "The depot's name"}`, `{sensitive: true description: "The depot's name"}`}},
		{Name: "description", Field: "Arg.description", New: []string{`"The depot's name"`, `"The name of the depot"`}, Why: forPeople},

		// RPCOptions.
		{Name: "dialect of a service", Field: "RPCOptions.dialect", New: []string{`    dialect: "depot.v1"` + "\n", ""}},
		{Name: "dialect of a method", New: []string{`option (statusmap.v1.method) = {errors`, `option (statusmap.v1.method) = {dialect: "depot.v2" errors`}},
		{Name: "errors", Field: "RPCOptions.errors", New: []string{`["PARCEL_NOT_FOUND", "TOKEN_EXPIRED"]`, `["PARCEL_NOT_FOUND", "DEPOT_BUSY"]`}},
		{Name: "errors of a service", New: []string{`errors: ["DEPOT_ERROR"]`, `errors: ["DEPOT_BUSY"]`}},
		{Name: "errors in another order and by full name", New: []string{`["PARCEL_NOT_FOUND", "TOKEN_EXPIRED"]`, `["depot.v1.TOKEN_EXPIRED", "PARCEL_NOT_FOUND"]`}, Why: "the codes are the same"},
		{Name: "errors are declared for the first time", Old: []string{
			`    errors: ["DEPOT_ERROR"]` + "\n", "", `    option (statusmap.v1.method) = {errors: ["PARCEL_NOT_FOUND", "TOKEN_EXPIRED"]};` + "\n", "",
		}, Why: "there was no contract before"},
	}
}

const lostCode = `  PARCEL_LOST = 105 [
    deprecated = true,
    (statusmap.v1.code) = {
      grpc: NOT_FOUND
      message: "parcel lost"
      translations: {key: "de" value: "Paket verloren"}
      explanation: "Nobody knows where the parcel is."
      replaced_by: "PARCEL_NOT_FOUND"
    }
  ];
`

const plainAlternative = `    alternatives: {
      content_type: "text/plain"
      failure: '{code}'
      format: TEXT
    }
`
