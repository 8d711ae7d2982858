// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/prototest"
)

// shopSources are a system with what the six samples do not have: included enums,
// violations, help, sensitive arguments and a default language.
var shopSources = map[string]string{
	"shop.proto": `syntax = "proto3";
package shop.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {
    language: "de"
    default_language: "en"
    language_header: "Accept-Language"
    includes: ["shop.v1.AuthCode", "gate.v1.GateCode"]
    help: "https://errors.example.com/{domain}/{reason}"
    envelope: {failure: '{"code":{code},"message":{message}}'}
    success_codes: "0"
  };
  CODE_UNSPECIFIED = 0;
  ORDER_INVALID = 1 [(statusmap.v1.code) = {
    grpc: INVALID_ARGUMENT
    message: "Bestellung ungültig"
    translations: {key: "en" value: "invalid order"}
    translations: {key: "fr" value: "commande invalide"}
  }];
  TOO_HEAVY = 2 [(statusmap.v1.code) = {
    grpc: INVALID_ARGUMENT
    message: "{weight} kg ist zu schwer"
    translations: {key: "en" value: "{weight} kg is too heavy"}
    translations: {key: "fr" value: "{weight} kg est trop lourd"}
    fields: ["weight", "parcel"]
  }];
  MISSING = 3 [(statusmap.v1.code) = {
    grpc: INVALID_ARGUMENT
    message: "fehlt"
    translations: {key: "en" value: "missing"}
    fields: ["{parameter}"]
  }];
  BUSY = 4 [(statusmap.v1.code) = {grpc: UNAVAILABLE message: "belegt" retry_after: 5}];
  OLD_TOKEN = 5 [(statusmap.v1.code) = {
    grpc: UNAUTHENTICATED
    message: "Token {token} von {user} ist abgelaufen"
    translations: {key: "en" value: "token {token} of {user} has expired"}
    args: {key: "token" value: {sensitive: true}}
    args: {key: "pin" value: {sensitive: true}}
  }];
  FAILED = 9 [(statusmap.v1.code) = {
    grpc: INTERNAL
    message: "Fehler: {status_message}"
    translations: {key: "en" value: "failed: {status_message}"}
    fallback_for: [UNKNOWN, INTERNAL]
  }];
  GONE = 10 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "weg" fallback_for: [NOT_FOUND]}];
}
enum AuthCode {
  AUTH_CODE_UNSPECIFIED = 0;
  NO_TOKEN = 21 [(statusmap.v1.code) = {grpc: UNAUTHENTICATED message: "ohne Token" translations: {key: "en" value: "no token"}}];
  DONE = 22 [(statusmap.v1.code) = {grpc: OK legacy_code: "0" message: "ok"}];
}
`,
	"gate.proto": `syntax = "proto3";
package gate.v1;
import "statusmap/v1/options.proto";
enum GateCode {
  GATE_CODE_UNSPECIFIED = 0;
  CLOSED = 31 [(statusmap.v1.code) = {
    grpc: UNAVAILABLE
    legacy_code: "G-1"
    message: "Tor {gate} ist zu"
    translations: {key: "en" value: "gate {gate} is closed"}
  }];
}
`,
	"other.proto": `syntax = "proto3";
package other.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {language: "en" envelope: {failure: '{"code":{code},"message":{message}}'}};
  CODE_UNSPECIFIED = 0;
  BROKEN = 1 [(statusmap.v1.code) = {grpc: INTERNAL message: "broken" fallback_for: [INTERNAL]}];
}
`,
}

func shop(t testing.TB) *catalog.Catalog {
	t.Helper()
	files := new(protoregistry.Files)
	for _, file := range prototest.Compile(t, shopSources) {
		if err := files.RegisterFile(file); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := catalog.FromFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// codeOf returns a code of the domain shop.v1, or of the domain in a full name.
func codeOf(t testing.TB, cat *catalog.Catalog, domain, reason string) *catalog.Code {
	t.Helper()
	code, ok := cat.Lookup(domain, reason)
	if !ok {
		t.Fatalf("the catalog has no %s.%s", domain, reason)
	}
	return code
}
