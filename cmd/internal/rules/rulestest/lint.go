// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package rulestest

// Lint returns the cases of the rules of lint.
func Lint() []Case {
	return []Case{
		{Name: "base", Why: "it passes all rules"},
		{Name: "two problems of the catalog", New: []string{"retry_after: 30", "retry_after: 30\n    http: 99", "    http: 502\n", "", `violation: '{"field":{field}}'`, `violation: '{"field":{failed}}'`}},
		{Name: "an alternative of the catalog", New: []string{`<error code="{code}"/>`, `<error code="{code}">`}},
		{Name: "no system includes the enum", New: []string{`    includes: ["depot.v1.AuthCode"]` + "\n", "", `, "TOKEN_EXPIRED"`, ""}},
		{Name: "a failure without a code", New: []string{`failure: '{"code":{code},`, `failure: '{`}},
		{Name: "a reason in lower case", New: []string{"DEPOT_BUSY = 102", "depot_busy = 102"}},
		{Name: "a replaced code is not deprecated", New: []string{"    deprecated = true,\n", ""}},
		{Name: "a retry after a wrong argument", New: []string{`    fields: ["weight_kg"]`, "    fields: [\"weight_kg\"]\n    retry_after: 5"}},
		{Name: "a token is not sensitive", New: []string{"{sensitive: true description", "{description"}},
		{Name: "an API key in camel case", New: []string{`args: {key: "token" value: {sensitive: true`, `args: {key: "apiKey" value: {`}},
		{Name: "the name of a key", New: []string{`args: {key: "token" value: {sensitive: true`, `args: {key: "key_name" value: {`}, Why: "the name of a key is not a secret"},
		{Name: "a message has a token", New: []string{`"token expired"`, `"token {token} expired"`, `"Token abgelaufen"`, `"Token {token} abgelaufen"`}},
		{Name: "an unknown dialect", New: []string{`dialect: "depot.v1"`, `dialect: "depot.v9"`}},
		{Name: "an unknown error", New: []string{`"TOKEN_EXPIRED"]`, `"TOKEN_LOST"]`}},
		{Name: "no fallback for UNAVAILABLE", New: []string{"    fallback_for: [UNAVAILABLE]\n", ""}},
		{Name: "an undeclared argument", New: []string{`    args: {key: "depot" value: {description: "The depot's name"}}` + "\n", ""}},
		{Name: "a deprecated code without a replacement", New: []string{`      replaced_by: "PARCEL_NOT_FOUND"` + "\n", ""}},
		{Name: "no explanation", New: []string{`    explanation: "The depot has a bug."` + "\n", ""}},
		{Name: "a missing translation", New: []string{`    translations: {key: "de" value: "Lagerfehler"}` + "\n", ""}},
		{Name: "two languages", Languages: []string{"EN", "de"}, Why: "every code has both, and tags are the same in upper and lower case"},
		{Name: "another language", Languages: []string{"fr"}},
		{Name: "a method without errors", New: []string{`    errors: ["DEPOT_ERROR"]` + "\n", ""}},
	}
}
