// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// martSources is a system that has every option that the six samples lack.
var martSources = map[string]string{
	"mart/mart.proto": `
syntax = "proto3";
package legacy.mart.v1;
import "statusmap/v1/options.proto";
import "mart/till.proto";
enum Code {
  option (statusmap.v1.system) = {
    language: "en"
    default_language: "de"
    language_header: "X-Language"
    request_id_header: "X-Mart-Trace"
    help: "https://errors.example.com/{domain}/{reason}"
    includes: ["legacy.till.v1.TillCode"]
    success_codes: "0"
    envelope: {
      failure: '{"code":{code},"message":{message},"args":{metadata},"weight":{metadata.weight_kg?},"owner":{labels.owner?},"errors":[{violations}],"time":{timestamp},"wait":{retry_after?},"call":"{http_method} {http_path}","grpc":{grpc_name},"domain":{domain},"lang":{language}}'
      success: '{"code":0,"data":{data}}'
      violation: '{"field":{field},"code":{code},"message":{message}}'
      stream_failure: '{"last":true,"code":{code},"message":{message}}'
      headers: {key: "X-Code" value: "{code}"}
      headers: {key: "X-Field" value: "field {field}"}
      headers: {key: "X-Message" value: "{message}"}
    }
    alternatives: {
      content_type: "application/problem+json"
      failure: '{"type":{help},"reason":{reason},"title":{message},"status":{http_status},"details":{details}}'
      http_always: 422
    }
    alternatives: {
      format: XML
      failure: '<error code="{code}">{message}</error>'
    }
  };
  CODE_UNSPECIFIED = 0;
  FINE = 1 [(statusmap.v1.code) = {grpc: OK legacy_code: "0" message: "fine"}];
  ITEM_NOT_FOUND = 101 [(statusmap.v1.code) = {
    grpc: NOT_FOUND message: "item {item_id} not found" reads: "101\\..*" retry_after: 3
    translations: {key: "de" value: "Artikel {item_id} nicht gefunden"}
    labels: {key: "owner" value: "stock"}
  }];
  TOO_HEAVY = 102 [(statusmap.v1.code) = {
    grpc: INVALID_ARGUMENT http: 413 message: "{weight_kg} kg is too heavy" fields: ["weight_kg"]
    translations: {key: "de" value: "{weight_kg} kg ist zu schwer"}
    args: {key: "weight_kg" value: {type: DOUBLE}}
    args: {key: "token" value: {sensitive: true}}
  }];
  NO_PATH = 103 [(statusmap.v1.code) = {grpc: NOT_FOUND message: "no such path" fallback_for_http: [404, 405]}];
  SHARED_ONE = 104 [(statusmap.v1.code) = {grpc: ABORTED legacy_code: "7" shares_legacy_code: true message: "one"}];
  SHARED_TWO = 105 [(statusmap.v1.code) = {grpc: ABORTED legacy_code: "7" shares_legacy_code: true message: "two of {n1}"}];
  MART_ERROR = 900 [(statusmap.v1.code) = {grpc: INTERNAL message: "mart: {status_message}" fallback_for: [UNKNOWN, INTERNAL] http: 555}];
}`,
	"mart/till.proto": `
syntax = "proto3";
package legacy.till.v1;
import "statusmap/v1/options.proto";
enum TillCode {
  TILL_CODE_UNSPECIFIED = 0;
  TILL_CLOSED = 301 [(statusmap.v1.code) = {grpc: UNAVAILABLE legacy_code: "T-1" message: "till {till} is closed"}];
}`,
}

const mart = "legacy.mart.v1"

func martCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	var enums []protoreflect.EnumDescriptor
	for _, system := range servertest.DefaultCatalog(t).Systems() { // other tests' methods name them
		enums = append(enums, system.Descriptor())
	}
	for _, file := range prototest.Compile(t, martSources) {
		if file.Package() == mart {
			enums = append(enums, file.Enums().ByName("Code"))
		}
	}
	cat, err := catalog.New(enums...)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func martCode(t testing.TB, cat *catalog.Catalog, reason string) *catalog.Code {
	t.Helper()
	system, _ := cat.System(mart)
	code, ok := system.Lookup(reason)
	if !ok {
		t.Fatalf("no code %s", reason)
	}
	return code
}

func clock() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 5e6, time.UTC) }

func martCodec(t testing.TB, cat *catalog.Catalog, opts ...statushttp.Option) *statushttp.Codec {
	t.Helper()
	return newCodec(t, append([]statushttp.Option{
		statushttp.WithCatalog(cat), statushttp.WithDefaultDomain(mart), statushttp.WithClock(clock),
	}, opts...)...)
}

const martDetail = `{"@type":"type.googleapis.com/google.rpc.`

// TestVocabulary answers over a real server in each envelope.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	cat := martCatalog(t)
	codec := martCodec(t, cat)
	raise := func(reason string, args ...any) error { return status.New(martCode(t, cat, reason), args...) }
	foreign := grpcstatus.Error
	read := withDetails(t, codes.NotFound, "item 7 not found", &errdetails.ErrorInfo{
		Domain: mart, Reason: "ITEM_NOT_FOUND", Metadata: map[string]string{"legacy_code": "101.5", "item_id": "7"},
	}, 0)
	unread := withDetails(t, codes.NotFound, "item 7 not found", &errdetails.ErrorInfo{
		Domain: mart, Reason: "ITEM_NOT_FOUND", Metadata: map[string]string{"legacy_code": "999", "item_id": "7"},
	}, 0)
	debug, err := grpcstatus.New(codes.Aborted, "one").WithDetails(
		&errdetails.ErrorInfo{Domain: mart, Reason: "SHARED_ONE", Metadata: map[string]string{"legacy_code": "7"}},
		&errdetails.DebugInfo{Detail: "goroutine 1"}, &errdetails.ResourceInfo{ResourceName: "r"})
	if err != nil {
		t.Fatal(err)
	}
	problem := servertest.Header{"Accept": "application/problem+json"}
	for _, tt := range []struct {
		name       string
		header     servertest.Header
		exit       int
		err        error
		wantStatus int
		want       string
		wantHeader map[string]string
	}{
		{
			name: "default language, label, retry", err: raise("ITEM_NOT_FOUND", "item_id", 7), wantStatus: 404,
			want: `{"code":101,"message":"Artikel 7 nicht gefunden","args":{"item_id":"7","legacy_code":"101"},"owner":"stock","errors":[],"time":"2026-01-31T12:00:00.005Z","wait":3,"call":"GET /a%2Fb/c","grpc":"NOT_FOUND","domain":"legacy.mart.v1","lang":"de"}`,
			wantHeader: map[string]string{
				"Content-Type": "application/json; charset=utf-8", "X-Mart-Trace": "r-1", "X-Request-Id": "", "Vary": "Origin,Accept",
				"X-Code": "101", "X-Field": "", "X-Message": "Artikel 7 nicht gefunden", "Retry-After": "3", "X-Content-Type-Options": "nosniff",
			},
		},
		{
			name: "asked language, typed and sensitive arguments, fields", header: servertest.Header{"X-Language": "en-GB"},
			err: raise("TOO_HEAVY", "weight_kg", "4.5", "token", servertest.Secret), wantStatus: 413,
			want:       `{"code":102,"message":"4.5 kg is too heavy","args":{"legacy_code":"102","weight_kg":"4.5"},"weight":4.5,"errors":[{"field":"weight_kg","code":102,"message":"4.5 kg is too heavy"}],"time":"2026-01-31T12:00:00.005Z","call":"GET /a%2Fb/c","grpc":"INVALID_ARGUMENT","domain":"legacy.mart.v1","lang":"en"}`,
			wantHeader: map[string]string{"X-Field": "field weight_kg"},
		},
		{
			name: "violations of the system and of an included enum", header: servertest.Header{"X-Language": "en"},
			err:        status.WithViolations(raise("ITEM_NOT_FOUND", "item_id", 7), raise("TOO_HEAVY", "weight_kg", 4), raise("TILL_CLOSED", "till", 2)),
			wantStatus: 404,
			want:       `{"code":101,"message":"item 7 not found","args":{"item_id":"7","legacy_code":"101"},"owner":"stock","errors":[{"field":"weight_kg","code":102,"message":"4 kg is too heavy"},{"field":null,"code":"T-1","message":"till 2 is closed"}],"time":"2026-01-31T12:00:00.005Z","wait":3,"call":"GET /a%2Fb/c","grpc":"NOT_FOUND","domain":"legacy.mart.v1","lang":"en"}`,
		},
		{
			name: "an included code keeps its domain", err: raise("TILL_CLOSED", "till", 2), wantStatus: 503,
			want: `{"code":"T-1","message":"till 2 is closed","args":{"legacy_code":"T-1","till":"2"},"errors":[],"time":"2026-01-31T12:00:00.005Z","call":"GET /a%2Fb/c","grpc":"UNAVAILABLE","domain":"legacy.till.v1","lang":"en"}`,
		},
		{
			name: "a legacy code that is read", header: servertest.Header{"Accept": "application/xml"}, err: read, wantStatus: 404,
			want:       `<error code="101.5">Artikel 7 nicht gefunden</error>`,
			wantHeader: map[string]string{"Content-Type": "application/xml; charset=utf-8"},
		},
		{name: "one that is not", header: servertest.Header{"Accept": "application/xml"}, err: unread, wantStatus: 404, want: `<error code="101">Artikel 7 nicht gefunden</error>`},
		{
			name: "XML is escaped", header: servertest.Header{"Accept": "application/xml"}, err: raise("TILL_CLOSED", "till", "<&\r\n>"), wantStatus: 503,
			want:       "<error code=\"T-1\">till &lt;&amp;&#13;\n&gt; is closed</error>",
			wantHeader: map[string]string{},
		},
		{
			name: "details without stack traces", header: problem, err: debug.Err(), wantStatus: 422,
			want: `{"type":"https://errors.example.com/legacy.mart.v1/SHARED_ONE","reason":"SHARED_ONE","title":"one","status":422,"details":[` +
				martDetail + `ErrorInfo","reason":"SHARED_ONE","domain":"legacy.mart.v1","metadata":{"legacy_code":"7"}},` +
				martDetail + `ResourceInfo","resourceName":"r"},` +
				martDetail + `Help","links":[{"url":"https://errors.example.com/legacy.mart.v1/SHARED_ONE"}]}]}`,
			wantHeader: map[string]string{"Content-Type": "application/problem+json"},
		},
		{
			name: "details of a fallback are its own", header: problem, err: foreign(codes.Unknown, servertest.Secret), wantStatus: 422,
			want: `{"type":"https://errors.example.com/legacy.mart.v1/MART_ERROR","reason":"MART_ERROR","title":"mart: Internal Server Error","status":422,"details":[` +
				martDetail + `ErrorInfo","reason":"MART_ERROR","domain":"legacy.mart.v1","metadata":{"legacy_code":"900"}},` +
				martDetail + `Help","links":[{"url":"https://errors.example.com/legacy.mart.v1/MART_ERROR"}]}]}`,
		},
		{name: "the exit's own status", exit: 405, header: servertest.Header{"Accept": "application/xml"}, err: foreign(codes.Unimplemented, "x"), wantStatus: 405, want: `<error code="103">no such path</error>`},
		{name: "an exit without a code", exit: 415, header: servertest.Header{"Accept": "application/xml"}, err: errors.New(servertest.Secret), wantStatus: 415, want: `<error code="900">mart: Unsupported Media Type</error>`},
		{name: "a fallback's explicit http", header: servertest.Header{"Accept": "application/xml"}, err: foreign(codes.AlreadyExists, "item exists"), wantStatus: 555, want: `<error code="900">mart: item exists</error>`},
		{name: "the text of a wrapped status", header: servertest.Header{"Accept": "application/xml"}, err: foreign(codes.AlreadyExists, "rpc error: code = Internal desc = "+servertest.Secret), wantStatus: 555, want: `<error code="900">mart: Internal Server Error</error>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := servertest.ServeHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				q := codec.Request(r)
				q.HTTPStatus = tt.exit
				w.Header().Set("Vary", "Origin")
				body, httpStatus, ok := codec.AppendFailure(r.Context(), nil, w.Header(), &q, tt.err)
				if !ok {
					t.Error("no dialect")
				}
				w.WriteHeader(httpStatus)
				if _, err := w.Write(body); err != nil {
					t.Error(err)
				}
			}), servertest.HTTP1)
			header := servertest.Header{"X-Mart-Trace": "r-1", "X-Request-Id": "other"}
			maps.Copy(header, tt.header)
			got := server.Get(t, "/a%2Fb/c?q=1", header)
			if got.Status != tt.wantStatus || got.Body != tt.want {
				t.Errorf("got HTTP %d\n%s\nwant HTTP %d\n%s", got.Status, got.Body, tt.wantStatus, tt.want)
			}
			for name, want := range tt.wantHeader {
				if value := strings.Join(got.Header.Values(name), ","); value != want {
					t.Errorf("%s is %q, want %q", name, value, want)
				}
			}
			servertest.CheckLeaks(t, got.Body+fmt.Sprint(got.Header))
		})
	}
}

// TestStreamFailure: the last chunk of a stream has a template of its own.
func TestStreamFailure(t *testing.T) {
	t.Parallel()
	cat := martCatalog(t)
	r := statushttp.Request{Streaming: true}
	got := martCodec(t, cat).Failure(context.Background(), &r, status.New(martCode(t, cat, "SHARED_ONE")))
	if want := `{"last":true,"code":7,"message":"one"}`; string(got.Body) != want {
		t.Errorf("got %s, want %s", got.Body, want)
	}
}

// TestSuccessForms: a success has the envelope that the client asks for, and its type if
// that has a template for successes.
func TestSuccessForms(t *testing.T) {
	t.Parallel()
	codec := martCodec(t, martCatalog(t))
	for accept, want := range map[string]struct{ contentType, body string }{
		"":                         {"application/json; charset=utf-8", `{"code":0,"data":{"a":1}}`},
		"application/problem+json": {"application/x-marshaler", `{"a":1}`},
		"application/xml":          {"application/x-marshaler", `{"a":1}`},
	} {
		r := statushttp.Request{Header: http.Header{"Accept": {accept}}}
		s, ok := codec.Success(&r, "")
		header := http.Header{"Content-Type": {"application/x-marshaler"}, "Vary": {"accept"}}
		body := s.Append(nil, header, []byte(`{"a":1}`))
		if !ok || string(body) != want.body || header.Get("Content-Type") != want.contentType {
			t.Errorf("%q: got %s %s, want %v", accept, header.Get("Content-Type"), body, want)
		}
		if vary := header["Vary"]; len(vary) != 1 {
			t.Errorf("Vary is %q, want Accept once", vary)
		}
	}
}

// TestStreamHeader: a stream begins with the id of its request, and keeps its type.
func TestStreamHeader(t *testing.T) {
	t.Parallel()
	codec := martCodec(t, martCatalog(t))
	header := http.Header{"Content-Type": {"application/x-ndjson"}}
	codec.SetStreamHeader(header, &statushttp.Request{Header: http.Header{"X-Mart-Trace": {"r-9"}}})
	if header.Get("X-Mart-Trace") != "r-9" || header.Get("Content-Type") != "application/x-ndjson" || header.Get("Vary") != "Accept" {
		t.Errorf("got %v", header)
	}
	plain := http.Header{}
	newCodec(t).SetStreamHeader(plain, &statushttp.Request{})
	if len(plain) != 0 {
		t.Errorf("without a dialect: %v", plain)
	}
}

// TestDecodeVocabulary reads answers of all envelopes back.
func TestDecodeVocabulary(t *testing.T) {
	t.Parallel()
	cat := martCatalog(t)
	codec := martCodec(t, cat)
	for _, tt := range []struct {
		name        string
		contentType string
		httpStatus  int
		body        string

		wantCode       codes.Code
		wantReason     string
		wantLegacy     string
		wantMessage    string
		wantArgs       map[string]string
		wantViolations []string
		wantDomain     string
		wantData       string
	}{
		{name: "a success", contentType: "application/json", httpStatus: 200, body: `{"code":0,"data":{"a":1}}`, wantData: `{"a":1}`},
		{
			name: "reads keeps the received code", contentType: "application/json", httpStatus: 404, body: `{"code":"101.5","message":"item 7 not found"}`,
			wantCode: codes.NotFound, wantReason: "ITEM_NOT_FOUND", wantLegacy: "101.5", wantMessage: "item 7 not found", wantArgs: map[string]string{"item_id": "7"},
		},
		{
			name: "a shared code, by its message", httpStatus: 409, body: `{"code":7,"message":"two of 3"}`,
			wantCode: codes.Aborted, wantReason: "SHARED_TWO", wantLegacy: "7", wantMessage: "two of 3", wantArgs: map[string]string{"n1": "3"},
		},
		{
			name: "a shared code, the first", httpStatus: 409, body: `{"code":7,"message":"three"}`,
			wantCode: codes.Aborted, wantReason: "SHARED_ONE", wantLegacy: "7", wantMessage: "three",
		},
		{
			name: "an included code", httpStatus: 503, body: `{"code":"T-1","message":"till 2 is closed"}`,
			wantCode: codes.Unavailable, wantReason: "TILL_CLOSED", wantLegacy: "T-1", wantMessage: "till 2 is closed", wantDomain: "legacy.till.v1", wantArgs: map[string]string{"till": "2"},
		},
		{
			name: "violations and typed arguments", httpStatus: 413,
			body:     `{"code":102,"message":"4.5 kg is too heavy","args":{},"weight":4.5,"errors":[{"field":"weight_kg","code":102,"message":"4.5 kg is too heavy"},{"field":"till","code":"T-1","message":"till 2 is closed"},{"field":"x","code":55,"message":"odd"}]}`,
			wantCode: codes.InvalidArgument, wantReason: "TOO_HEAVY", wantLegacy: "102", wantMessage: "4.5 kg is too heavy", wantArgs: map[string]string{"weight_kg": "4.5"},
			wantViolations: []string{"weight_kg TOO_HEAVY 4.5 kg is too heavy", "till TILL_CLOSED till 2 is closed", "x  odd"},
		},
		{
			name: "by reason", contentType: "application/problem+json; charset=utf-8", httpStatus: 422, body: `{"type":null,"reason":"ITEM_NOT_FOUND","title":"item 7 not found","status":422}`,
			wantCode: codes.NotFound, wantReason: "ITEM_NOT_FOUND", wantLegacy: "101", wantMessage: "item 7 not found", wantArgs: map[string]string{"item_id": "7"},
		},
		{
			name: "an unknown reason", contentType: "application/problem+json", httpStatus: 422, body: `{"reason":"NEWER","title":"something"}`,
			wantCode: codes.InvalidArgument, wantReason: statushttp.UnknownReason, wantMessage: "something",
		},
		{
			name: "the envelope is found by trying", contentType: "text/plain", httpStatus: 422, body: `{"reason":"ITEM_NOT_FOUND","title":"item 7 not found"}`,
			wantCode: codes.NotFound, wantReason: "ITEM_NOT_FOUND", wantLegacy: "101", wantMessage: "item 7 not found", wantArgs: map[string]string{"item_id": "7"},
		},
		{
			name: "an unknown code", httpStatus: 409, body: `{"code":55,"message":"odd"}`,
			wantCode: codes.Aborted, wantReason: statushttp.UnknownReason, wantLegacy: "55", wantMessage: "odd",
		},
		{name: "a proxy's HTML", contentType: "text/html", httpStatus: 502, body: `<html>`, wantCode: codes.Unavailable, wantMessage: "legacy.mart.v1 answered HTTP 502 with a body that is not in its envelope"},
		{name: "a proxy's HTML as a success", contentType: "text/html", httpStatus: 200, body: `<html>`, wantCode: codes.Internal, wantMessage: "legacy.mart.v1 answered HTTP 200 with a body that is not in its envelope"},
		{name: "an unknown failure is not a success", httpStatus: 200, body: `{"err":"x"}`, wantCode: codes.Internal, wantMessage: "legacy.mart.v1 answered HTTP 200 with a body that is not in its envelope"},
		{name: "XML is not read", contentType: "application/xml", httpStatus: 404, body: `<error code="101">item 7 not found</error>`, wantCode: codes.NotFound, wantMessage: "legacy.mart.v1 answered HTTP 404 with a body that is not in its envelope"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			response := statushttp.Response{HTTPStatus: tt.httpStatus, Header: http.Header{}, Body: []byte(tt.body)}
			if tt.contentType != "" {
				response.Header.Set("Content-Type", tt.contentType)
			}
			data, err := codec.Decode(mart, response)
			if string(data) != tt.wantData || (err == nil) != (tt.wantCode == codes.OK) {
				t.Fatalf("got %s, %v", data, err)
			}
			if err == nil {
				return
			}
			st := grpcstatus.Convert(err)
			if st.Code() != tt.wantCode || st.Message() != tt.wantMessage {
				t.Errorf("got %v %q, want %v %q", st.Code(), st.Message(), tt.wantCode, tt.wantMessage)
			}
			var info *errdetails.ErrorInfo
			var violations []string
			for _, d := range st.Details() {
				switch d := d.(type) {
				case *errdetails.ErrorInfo:
					info = d
				case *errdetails.BadRequest:
					for _, v := range d.GetFieldViolations() {
						violations = append(violations, v.GetField()+" "+v.GetReason()+" "+v.GetDescription())
					}
				}
			}
			if info.GetReason() != tt.wantReason || info.GetMetadata()["legacy_code"] != tt.wantLegacy {
				t.Errorf("got %v, want %s with %q", info, tt.wantReason, tt.wantLegacy)
			}
			if tt.wantDomain != "" && info.GetDomain() != tt.wantDomain {
				t.Errorf("the domain is %q", info.GetDomain())
			}
			for name, value := range tt.wantArgs {
				if info.GetMetadata()[name] != value {
					t.Errorf("%s is %q, want %q", name, info.GetMetadata()[name], value)
				}
			}
			if strings.Join(violations, "\n") != strings.Join(tt.wantViolations, "\n") {
				t.Errorf("got the violations %q, want %q", violations, tt.wantViolations)
			}
		})
	}
}

// TestVocabularyRoundTrip: an answer in each envelope that is read back gives the same
// code, arguments and legacy code.
func TestVocabularyRoundTrip(t *testing.T) {
	t.Parallel()
	cat := martCatalog(t)
	codec := martCodec(t, cat)
	system, _ := cat.System(mart)
	for _, code := range system.Codes() {
		if code.IsSuccess() || code.Reason() == "MART_ERROR" {
			continue
		}
		var args []any
		for _, p := range code.Params() {
			if !p.Sensitive {
				args = append(args, p.Name, "42")
			}
		}
		for _, accept := range []string{"application/json", "application/problem+json"} {
			r := statushttp.Request{Header: http.Header{"Accept": {accept}}}
			response := codec.Failure(context.Background(), &r, status.New(code, args...))
			if !json.Valid(response.Body) {
				t.Fatalf("%s: %s", code.Reason(), response.Body)
			}
			_, err := codec.Decode(mart, response)
			e, ok := status.FromErrorIn(cat, err)
			if !ok || e.Code() != code || e.LegacyCode() != code.LegacyCode() {
				t.Errorf("%s in %s: %v from %s", code.Reason(), accept, err, response.Body)
				continue
			}
			for i := 0; i < len(args); i += 2 {
				if got, _ := e.MetadataValue(args[i].(string)); got != "42" {
					t.Errorf("%s in %s: %s is %q", code.Reason(), accept, args[i], got)
				}
			}
		}
	}
}

// TestClientRequestID: the id is sent to the backend in the system's header.
func TestClientRequestID(t *testing.T) {
	t.Parallel()
	var sent http.Header
	backend := servertest.ServeHTTP(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { sent = r.Header.Clone() }), servertest.HTTP1)
	client := statushttp.Client{Codec: martCodec(t, martCatalog(t)), Domain: mart}
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(status.RequestIDKey, "r-5"))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, backend.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(request); err != nil {
		t.Fatal(err)
	}
	if sent.Get("X-Mart-Trace") != "r-5" || sent.Get("X-Request-Id") != "" {
		t.Errorf("sent %v", sent)
	}
}

// TestHeaderInjection: what a caller sends as an argument starts no new header.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	cat := martCatalog(t)
	r := statushttp.Request{}
	got := martCodec(t, cat, statushttp.WithLogger(slog.New(slog.DiscardHandler))).Failure(context.Background(), &r,
		status.New(martCode(t, cat, "TILL_CLOSED"), "till", "1\r\nSet-Cookie: a=b\x00\x7f"))
	if value := got.Header.Get("X-Message"); value != "till 1  Set-Cookie: a=b   is closed" {
		t.Errorf("got %q", value)
	}
}
