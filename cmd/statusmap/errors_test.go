// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// depotService has the methods of testdata/depot.
var depotService = append([]string{"--proto", "../../testdata/depot/legacy/depot/v1/service.proto"}, depot...)

// fields returns the text with one space between words.
func fields(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

func TestErrorsTable(t *testing.T) {
	t.Parallel()
	out, _, exitCode := run(t, "", append(depotService, "errors")...)
	want := []string{
		"METHOD DOMAIN LEGACY CODE REASON GRPC HTTP MESSAGE",
		"legacy.depot.v1.DepotService.GetParcel legacy.depot.v1 201 TOKEN_EXPIRED UNAUTHENTICATED 401 the token {token} of {user} has expired",
		"legacy.depot.v1.DepotService.GetParcel legacy.gate.v1 G-1 GATE_CLOSED UNAVAILABLE 503 gate {gate} is closed",
		"legacy.depot.v1.DepotService.GetParcel legacy.depot.v1 101 PARCEL_NOT_FOUND NOT_FOUND 404 parcel {parcel_id} not found",
		"legacy.depot.v1.DepotService.SendParcel legacy.depot.v1 201 TOKEN_EXPIRED UNAUTHENTICATED 401 the token {token} of {user} has expired",
		"legacy.depot.v1.DepotService.SendParcel legacy.gate.v1 G-1 GATE_CLOSED UNAVAILABLE 503 gate {gate} is closed",
		"legacy.depot.v1.DepotService.SendParcel legacy.depot.v1 110 ORDER_INVALID INVALID_ARGUMENT 400 the order is not valid",
		"legacy.depot.v1.DepotService.SendParcel legacy.depot.v1 111 WEIGHT_TOO_HIGH INVALID_ARGUMENT 400 {weight_kg} kg is too heavy",
		"legacy.depot.v1.DepotService.SendParcel legacy.depot.v1 112 PARAMETER_MISSING INVALID_ARGUMENT 400 the parameter {parameter} is missing",
	}
	if got := fields(out); exitCode != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("exit code %d, got\n%s\nwant\n%s", exitCode, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestErrorsNotKnown: a code of another team is listed too.
func TestErrorsNotKnown(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "shop.proto")
	if err := os.WriteFile(file, []byte(`syntax = "proto3";
package shop.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {language: "en" envelope: {failure: '{"code":{code}}'}};
  CODE_UNSPECIFIED = 0;
  SHOP_ERROR = 1 [(statusmap.v1.code) = {grpc: INTERNAL message: "shop, error" fallback_for: INTERNAL}];
}
message M {}
service Shop {
  rpc Buy(M) returns (M) { option (statusmap.v1.method) = {errors: ["other.v1.CODE", "NONE"]}; }
  rpc Sell(M) returns (M) { option (statusmap.v1.method) = {dialect: "shop.v1" errors: "SHOP_ERROR"}; }
  rpc List(M) returns (M);
}
`), 0o600); err != nil {
		t.Fatal(err)
	}

	out, _, exitCode := run(t, "", "errors", "--proto", file, "--format", "csv")
	const want = "method,dialect,domain,reason,known,legacy_code,grpc_code,http_status,message\n" +
		"shop.v1.Shop.Buy,,other.v1,CODE,false,,,,\n" +
		"shop.v1.Shop.Buy,,,NONE,false,,,,\n" +
		"shop.v1.Shop.Sell,shop.v1,shop.v1,SHOP_ERROR,true,1,INTERNAL,500,\"shop, error\"\n"
	if exitCode != 0 || out != want {
		t.Errorf("csv: exit code %d, got\n%s\nwant\n%s", exitCode, out, want)
	}

	out, _, exitCode = run(t, "", "errors", "--proto", file, "--format", "json")
	var list []declaredError
	if err := json.Unmarshal([]byte(out), &list); err != nil || exitCode != 0 {
		t.Fatalf("json: exit code %d, %v in %s", exitCode, err, out)
	}
	wantList := []declaredError{
		{Method: "shop.v1.Shop.Buy", Domain: "other.v1", Reason: "CODE"},
		{Method: "shop.v1.Shop.Buy", Reason: "NONE"},
		{Method: "shop.v1.Shop.Sell", Dialect: "shop.v1", Domain: "shop.v1", Reason: "SHOP_ERROR", Known: true,
			LegacyCode: "1", GRPCCode: "INTERNAL", HTTPStatus: 500, Message: "shop, error"},
	}
	if !reflect.DeepEqual(list, wantList) {
		t.Errorf("json: got %+v, want %+v", list, wantList)
	}

	out, _, _ = run(t, "", "errors", "--proto", file)
	if want := "shop.v1.Shop.Buy other.v1 CODE (there is no such code)"; !strings.Contains(strings.Join(fields(out), "\n"), want) {
		t.Errorf("table: got\n%s\nwant %s", out, want)
	}
}

func TestErrorsOfNoMethod(t *testing.T) {
	t.Parallel()
	out, stderr, exitCode := run(t, "", "errors", "--format", "json")
	if exitCode != 0 || out != "[]\n" || !strings.HasPrefix(stderr, "no method declares its errors: write errors in") {
		t.Errorf("exit code %d, got %q and %q", exitCode, out, stderr)
	}
	if _, stderr, exitCode := run(t, "", "errors", "--format", "xml"); exitCode == 0 || !strings.Contains(stderr, `"xml" is not a valid format: use table, json or csv`) {
		t.Errorf("exit code %d, got %q", exitCode, stderr)
	}
}
