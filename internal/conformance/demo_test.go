// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// TestDemoArguments raises codes of the depot with all kinds of query arguments.
func TestDemoArguments(t *testing.T) {
	t.Parallel()
	demo := servertest.StartDemo(t, depotCatalog(t))
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/raise/legacy.depot.v1/PARCEL_NOT_FOUND?parcel_id=42": {404,
			`{"errno":101,"errmsg":"parcel 42 not found","errors":[],"args":{"legacy_code":"101","parcel_id":"42","request_id":"r-1"}}`},
		"/raise/legacy.depot.v1/PARCEL_NOT_FOUND?parcel_id=42&metadata[parcel_id]=43&domain=x": {404,
			`{"errno":101,"errmsg":"parcel 43 not found","errors":[],"args":{"legacy_code":"101","parcel_id":"43","request_id":"r-1"}}`},
		"/raise/legacy.depot.v1/PARCEL_NOT_FOUND?parcel_id=42&metadata[also]=x&metadata[after]=y": {404,
			`{"errno":101,"errmsg":"parcel 42 not found","errors":[],"args":{"after":"y","also":"x","legacy_code":"101","parcel_id":"42","request_id":"r-1"}}`},
		"/raise/legacy.depot.v1/GATE_CLOSED?gate=3": {503, // included, of another package
			`{"errno":"G-1","errmsg":"gate 3 is closed","errors":[],"args":{"gate":"3","legacy_code":"G-1","request_id":"r-1"}}`},
		"/raise/legacy.depot.v1/TOKEN_EXPIRED?user=ana&token=s3cret": {401, // the message names the sensitive one
			`{"errno":201,"errmsg":"the token s3cret of ana has expired","errors":[],"args":{"legacy_code":"201","request_id":"r-1","user":"ana"}}`},
		"/raise/legacy.depot.v1/ORDER_INVALID?also=WEIGHT_TOO_HIGH&also=PARAMETER_MISSING&weight_kg=40&parameter=size": {400,
			`{"errno":110,"errmsg":"the order is not valid","errors":[{"field":"weight_kg","code":111,"errmsg":"40 kg is too heavy"},{"field":"size","code":112,"errmsg":"the parameter size is missing"}],` +
				`"args":{"legacy_code":"110","parameter":"size","request_id":"r-1","weight_kg":"40"}}`},
		"/raise/legacy.depot.v1/ORDER_INVALID?also=WEIGHT_TOO_HIGH&also=NONE": {404,
			`unknown reason "NONE" in the domain "legacy.depot.v1": run "statusmap catalog --domain legacy.depot.v1" to list the reasons` + "\n"},
		"/stream/legacy.depot.v1/PARCEL_NOT_FOUND?parcel_id=42&after=1": {200,
			`{"result":{"index":1}}` + "\n" + `{"errno":101,"errmsg":"parcel 42 not found","errors":[],"args":{"legacy_code":"101","parcel_id":"42","request_id":"r-1"}}` + "\n"},
	} {
		got := demo.Get(t, path, servertest.Header{"X-Request-Id": "r-1"})
		if got.Status != want.status || got.Body != want.body {
			t.Errorf("%s: got HTTP %d\n%s\nwant HTTP %d\n%s", path, got.Status, got.Body, want.status, want.body)
		}
	}
	german := demo.Get(t, "/raise/legacy.depot.v1/ORDER_INVALID?also=WEIGHT_TOO_HIGH&weight_kg=40",
		servertest.Header{"X-Request-Id": "r-1", "Accept-Language": "de"})
	if want := `"errors":[{"field":"weight_kg","code":111,"errmsg":"40 kg ist zu schwer"}]`; !strings.Contains(german.Body, want) {
		t.Errorf("got %s, want %s in it", german.Body, want)
	}
}

// TestDepotRoundTrip reads the answer to every code of the depot back.
func TestDepotRoundTrip(t *testing.T) {
	t.Parallel()
	cat := depotCatalog(t)
	demo := servertest.StartDemo(t, cat)
	codec, err := statushttp.New(statushttp.WithCatalog(cat))
	if err != nil {
		t.Fatal(err)
	}
	system, _ := cat.System(depot)
	for _, code := range system.Codes() {
		query := url.Values{}
		args := map[string]string{}
		for i, p := range code.Params() {
			args[p.Name] = string(rune('1' + i))
			query.Set(p.Name, args[p.Name])
		}
		got := demo.Get(t, "/raise/"+depot+"/"+code.Reason()+"?"+query.Encode(), servertest.Header{"X-Request-Id": "r-1"})
		_, err := codec.Decode(depot, statushttp.Response{HTTPStatus: got.Status, Header: got.Header, Body: []byte(got.Body)})
		e, ok := status.FromErrorIn(cat, err)
		if !ok || e.Code() != code || e.RetryAfter() != code.RetryAfter() {
			t.Errorf("%s: %v from %s", code.FullName(), err, got.Body)
			continue
		}
		args[catalog.ErrorInfoLegacyCode], args[catalog.ErrorInfoRequestID] = code.LegacyCode(), "r-1"
		metadata := e.Metadata()
		if _, has := metadata[catalog.ErrorInfoRequestID]; !has {
			delete(args, catalog.ErrorInfoRequestID) // the envelope does not have it
		}
		if !maps.Equal(metadata, args) {
			t.Errorf("%s: got %v, want %v", code.FullName(), metadata, args)
		}
		if violations, fields := e.Violations(), code.Fields(); len(violations) != len(fields) {
			t.Errorf("%s: %d violations, want %d", code.FullName(), len(violations), len(fields))
		}
	}
}

const choiceSource = `
syntax = "proto3";
package legacy.choice.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {
    language: "en"
    request_id_header: "X-Trace"
    envelope: {
      failure: '{"code":{code},"message":{message},"id":{request_id}}'
      success: '{"code":0,"data":{data},"id":{request_id}}'
      escape: ASCII
    }
    alternatives: {
      content_type: "application/vnd.choice+json; v=2"
      failure: '{"error":{message}}'
      success: '{"ok":true,{data...}}'
      stream_failure: '{"last":{message}}'
    }
    alternatives: {content_type: "application/problem+json" failure: '{"title":{message},"code":{code},"path":{http_path}}'}
    alternatives: {format: TEXT failure: '{http_status} {message}'}
  };
  CODE_UNSPECIFIED = 0;
  LOST = 1 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "é {what} is lost"}];
  NO_ROUTE = 2 [(statusmap.v1.code) = {grpc: UNIMPLEMENTED message: "no route" fallback_for_http: [404, 405]}];
  BROKEN = 9 [(statusmap.v1.code) = {grpc: INTERNAL message: "broken" fallback_for: [INTERNAL]}];
}`

// TestChoice sends requests with the header Accept through the gateway.
func TestChoice(t *testing.T) {
	t.Parallel()
	cat, err := catalog.New(prototest.Compile(t, map[string]string{"choice.proto": choiceSource})[0].Enums().ByName("Code"))
	if err != nil {
		t.Fatal(err)
	}
	demo := servertest.StartDemo(t, cat)
	const (
		raise  = "/raise/legacy.choice.v1/LOST?what=é"
		echo   = "/echo/legacy.choice.v1?text=é"
		stream = "/stream/legacy.choice.v1/LOST?after=1&what=key"
		first  = `{"result":{"index":1}}` + "\n"
	)
	for _, tt := range []struct {
		name, path, accept string
		wantStatus         int
		wantType, want     string
	}{
		{"a failure", raise, "", 404, "application/json; charset=utf-8", `{"code":1,"message":"\u00e9 \u00e9 is lost","id":"r-1"}`},
		{"another one", raise, "application/vnd.choice+json", 404, "application/vnd.choice+json; v=2", `{"error":"é é is lost"}`},
		{"a problem", "/raise/legacy.choice.v1/LOST?what=key", "application/problem+json, */*;q=0.1", 404, "application/problem+json", `{"title":"é key is lost","code":1,"path":"/raise/legacy.choice.v1/LOST"}`},
		{"text", raise, "text/plain", 404, "text/plain; charset=utf-8", "404 é é is lost"},
		{"none is acceptable", raise, "image/png", 404, "application/json; charset=utf-8", `{"code":1,"message":"\u00e9 \u00e9 is lost","id":"r-1"}`},
		{"a success", echo, "", 200, "application/json; charset=utf-8", `{"code":0,"data":{"text":"\u00e9"},"id":"r-1"}`},
		{"a merged success", echo, "application/vnd.choice+json", 200, "application/vnd.choice+json; v=2", `{"ok":true,"text":"é"}`},
		{"a bare success", echo, "application/problem+json", 200, "application/json", `{"text":"é"}`},
		{"a bare success for text", echo, "text/plain", 200, "application/json", `{"text":"é"}`},
		{"no route", "/raise/legacy.choice.v1/LOST/x/y", "text/plain", 404, "text/plain; charset=utf-8", "404 no route"},
		{"a stream", stream, "", 200, "application/json", first + `{"code":1,"message":"\u00e9 key is lost","id":"r-1"}` + "\n"},
		{"a stream that chooses", stream, "application/vnd.choice+json", 200, "application/json", first + `{"last":"é key is lost"}` + "\n"},
	} {
		got := demo.Get(t, tt.path, servertest.Header{"X-Trace": "r-1", "X-Request-Id": "other", "Accept": tt.accept})
		if got.Status != tt.wantStatus || got.Body != tt.want || got.Header.Get("Content-Type") != tt.wantType {
			t.Errorf("%s: got HTTP %d %s\n%s\nwant HTTP %d %s\n%s", tt.name, got.Status, got.Header.Get("Content-Type"), got.Body, tt.wantStatus, tt.wantType, tt.want)
		}
		if vary := got.Header.Values("Vary"); len(vary) != 1 || vary[0] != "Accept" {
			t.Errorf("%s: Vary is %q", tt.name, vary)
		}
		if id := got.Header.Get("X-Trace"); id != "r-1" || got.Header.Get("X-Request-Id") != "" {
			t.Errorf("%s: the id is %q", tt.name, id)
		}
	}
}
