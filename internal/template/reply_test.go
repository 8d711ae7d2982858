// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/internal/template"
)

// TestReply reads bodies of systems whose HTTP status does not tell, and of one whose
// does.
func TestReply(t *testing.T) {
	t.Parallel()
	const (
		job       = `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`
		jobOK     = `{"result":true,"code":0,"data":{data},"message":""}`
		elves     = `{"flag":"false","error":"[{code}]{message}","result":[]}`
		elvesOK   = `{"flag":"true","error":"","result":{data}}`
		weixin    = `{"errcode":{code},"errmsg":"fail: {message}"}`
		weixinOK  = `{"errcode":0,"errmsg":"ok","info":{data}}`
		apiswitch = `{"Code":{code},"Message":{message}}`
	)
	success := func(legacyCode string) bool { return legacyCode == "00" }
	for _, tt := range []struct {
		name       string
		failure    string
		success    string
		httpTells  bool
		httpFailed bool
		body       string

		want        template.Kind
		wantCode    string
		wantMessage string
		wantData    string
	}{
		{name: "a failure", failure: job, success: jobOK, body: `{"result":false,"code":1,"data":null,"message":"m"}`, want: template.Failure, wantCode: "1", wantMessage: "m"},
		{name: "a success", failure: job, success: jobOK, body: `{"result":true,"code":0,"data":{"a":1},"message":""}`, want: template.Success, wantData: `{"a":1}`},
		{
			name:     "the success that JOB documents",
			failure:  job,
			success:  jobOK,
			body:     `{"result":true,"code":0,"message":"success","data":{"job_instance_id":1},"request_id":"r"}`,
			want:     template.Success,
			wantData: `{"job_instance_id":1}`,
		},
		{name: "success_codes", failure: job, success: jobOK, body: `{"code":"00","data":[]}`, want: template.Success, wantData: `[]`},
		{name: "the code decides, not the flag", failure: job, success: jobOK, body: `{"result":true,"code":7,"message":"m"}`, want: template.Failure, wantCode: "7", wantMessage: "m"},
		{name: "the code decides, not HTTP", failure: job, success: jobOK, httpFailed: true, body: `{"result":true,"code":0,"data":1}`, want: template.Success, wantData: `1`},
		{name: "no code: the flag", failure: elves, success: elvesOK, body: `{"flag":true,"error":"","result":{"id":7}}`, want: template.Success, wantData: `{"id":7}`},
		{name: "a code in a text", failure: elves, success: elvesOK, body: `{"flag":"false","error":"[410.0]Send Job To Agent Fail"}`, want: template.Failure, wantCode: "410.0", wantMessage: "Send Job To Agent Fail"},
		{name: "the flag says failure, and there is no code", failure: elves, success: elvesOK, body: `{"flag":"false","error":"nothing"}`, want: template.Unreadable},
		{name: "a success elsewhere would be lost", failure: elves, success: elvesOK, body: `{"flag":"true","id":7}`, want: template.Unreadable},
		{name: "a success without a resource", failure: elves, success: elvesOK, body: `{"flag":"true","error":""}`, want: template.Success},
		{name: "an unknown failure, in other words", failure: weixin, success: weixinOK, body: `{"errcode":99999,"errmsg":"invalid credential"}`, want: template.Failure, wantCode: "99999"},
		{name: "a success in other words", failure: weixin, success: weixinOK, body: `{"errcode":0,"errmsg":"success","info":{}}`, want: template.Success, wantData: `{}`},
		{name: "neither template's keys", failure: job, success: jobOK, body: `{"hello":1}`, want: template.Unreadable},
		{name: "neither, and HTTP failed", failure: job, success: jobOK, httpFailed: true, body: `{"hello":1}`, want: template.Unreadable},
		{name: "only the resource", failure: job, success: jobOK, body: `{"data":{"a":1}}`, want: template.Success, wantData: `{"a":1}`},
		{name: "HTTP tells: a resource with a code", failure: apiswitch, success: "{data}", httpTells: true, body: `{"Code":5}`, want: template.Success, wantData: `{"Code":5}`},
		{name: "HTTP tells: a failure", failure: apiswitch, success: "{data}", httpTells: true, httpFailed: true, body: `{"Code":5}`, want: template.Failure, wantCode: "5"},
		{name: "HTTP tells: a failure without a code", failure: apiswitch, success: "{data}", httpTells: true, httpFailed: true, body: `{"Message":"x"}`, want: template.Unreadable},
		{name: "not JSON", failure: job, success: jobOK, body: `<html>`, want: template.Unreadable},
		{name: "more than one value", failure: job, success: jobOK, body: `{"code":1}{}`, want: template.Unreadable},
		{name: "not an object", failure: job, success: jobOK, body: `[1]`, want: template.Unreadable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := template.NewReply(compiled(t, tt.failure), compiled(t, tt.success))
			v, kind := r.Read([]byte(tt.body), !tt.httpFailed, tt.httpTells, success)
			if kind != tt.want || string(v.Data) != tt.wantData {
				t.Errorf("got kind %d, data %s, want %d, %s", kind, v.Data, tt.want, tt.wantData)
			}
			if kind == template.Failure && (v.LegacyCode != tt.wantCode || v.Message != tt.wantMessage) {
				t.Errorf("got code %q, message %q, want %q, %q", v.LegacyCode, v.Message, tt.wantCode, tt.wantMessage)
			}
		})
	}
}

// TestReplyWithoutCode reads bodies of systems whose failures have no code, whose
// successes are merged, or whose keys may be absent.
func TestReplyWithoutCode(t *testing.T) {
	t.Parallel()
	const (
		google   = `{"error":{"code":{http_status},"message":{message},"status":{grpc_name},"details":{details?}}}`
		problem  = `{"title":{message},"reason":{reason?},"code":{code?},"param":{field?}}`
		weixin   = `{"errcode":{code},"errmsg":{message}}`
		weixinOK = `{"errcode":0,"errmsg":"ok",{data...}}`
		okFlag   = `{"ok":true,{data...}}`
		notOK    = `{"ok":false,"code":{code},"retry":{retry_after?},"id":{request_id?},"args":[{metadata.aa},{metadata.bb}],"at":{timestamp?}}`
		list     = `{"code":{code},"errors":[{violations}]}`
	)
	for _, tt := range []struct {
		name       string
		failure    string
		success    string
		httpTells  bool
		httpFailed bool
		body       string

		want       template.Kind
		wantValues template.Values
	}{
		{
			name: "Google's failure", failure: google, success: "{data}", httpTells: true, httpFailed: true,
			body: `{"error":{"status":"NOT_FOUND","code":404,"message":"m","more":1}}`,
			want: template.Failure, wantValues: template.Values{HTTPStatus: 404, GRPCCode: codes.NotFound, Message: "m"},
		},
		{name: "Google's success", failure: google, success: "{data}", httpTells: true, body: `{"error":1}`, want: template.Success, wantValues: template.Values{Data: []byte(`{"error":1}`)}},
		{name: "nothing of Google's", failure: google, success: "{data}", httpTells: true, httpFailed: true, body: `{"errors":[]}`},
		{
			name: "Google's failure with HTTP 200", failure: google, success: "{data}",
			body: `{"error":{"code":404,"message":"m","status":"NOT_FOUND"}}`,
			want: template.Failure, wantValues: template.Values{HTTPStatus: 404, GRPCCode: codes.NotFound, Message: "m"},
		},
		{name: "a resource with HTTP 200", failure: google, success: "{data}", body: `{"id":1}`, want: template.Success, wantValues: template.Values{Data: []byte(`{"id":1}`)}},
		{name: "optional keys", failure: problem, success: "{data}", httpTells: true, httpFailed: true, body: `{"title":"t","param":"p"}`, want: template.Failure, wantValues: template.Values{Message: "t", Violations: []template.Violation{{Field: "p"}}}},
		{name: "an optional code", failure: problem, success: "{data}", httpTells: true, httpFailed: true, body: `{"title":"t","code":"7","reason":"R"}`, want: template.Failure, wantValues: template.Values{Message: "t", LegacyCode: "7", Reason: "R"}},
		{name: "merged", failure: weixin, success: weixinOK, body: `{"errcode":0,"errmsg":"OK","z":{"b":1, "a":2},"a":[1.0]}`, want: template.Success, wantValues: template.Values{Data: []byte(`{"z":{"a":2,"b":1},"a":[1.0]}`)}},
		{name: "merged, a failure", failure: weixin, success: weixinOK, body: `{"errcode":40001,"errmsg":"m","z":1}`, want: template.Failure, wantValues: template.Values{LegacyCode: "40001", Message: "m"}},
		{name: "merged, without the template's keys", failure: weixin, success: weixinOK, body: `{"z":1}`},
		{name: "merged, without one of them", failure: weixin, success: weixinOK, body: `{"errmsg":"boom"}`},
		{name: "merged, by a flag", failure: notOK, success: okFlag, body: `{"ok":"true","z":1}`, want: template.Success, wantValues: template.Values{Data: []byte(`{"z":1}`)}},
		{name: "merged, HTTP tells", failure: notOK, success: okFlag, httpTells: true, body: `{"z":1}`, want: template.Success, wantValues: template.Values{Data: []byte(`{"z":1}`)}},
		{name: "merged, a list", failure: notOK, success: okFlag, body: `[1]`},
		{
			name: "all that a failure has", failure: notOK, success: okFlag, httpFailed: true,
			body: `{"ok":false,"code":"7","retry":"30","id":"i","args":["1",{"x": 2}],"at":"2026-01-31T12:00:00.007Z"}`,
			want: template.Failure, wantValues: template.Values{
				LegacyCode: "7", RetryAfter: 30, RequestID: "i", Metadata: args("aa", "1", "bb", `{"x":2}`),
				Time: time.Date(2026, 1, 31, 12, 0, 0, 7_000_000, time.UTC),
			},
		},
		{name: "a flag against the success's literal code", failure: `{"ok":false,"code":{code}}`, success: `{"ok":true,"code":0,"data":{data}}`, body: `{"ok":false,"code":0}`, want: template.Failure, wantValues: template.Values{LegacyCode: "0"}},
		{
			name: "violations", failure: list, success: "{data}", body: `{"code":7,"errors":[{"f":"a","m":"x","c":5},{"m":null},{"f":{}},1]}`,
			want: template.Failure, wantValues: template.Values{LegacyCode: "7", Violations: []template.Violation{{Field: "a", LegacyCode: "5", Message: "x"}, {}, {}}},
		},
		{name: "no violations", failure: list, success: "{data}", body: `{"code":7,"errors":null}`, want: template.Failure, wantValues: template.Values{LegacyCode: "7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := template.NewReply(set(t, tt.failure, `{"f":{field?},"c":{code?},"m":{message}}`, template.Options{}), compiled(t, tt.success))
			v, kind := r.Read([]byte(tt.body), !tt.httpFailed, tt.httpTells, func(string) bool { return false })
			if kind != tt.want {
				t.Errorf("got kind %d, want %d", kind, tt.want)
			}
			if diff := cmp.Diff(tt.wantValues, v, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestXMLIsNotReadBack(t *testing.T) {
	t.Parallel()
	failure := set(t, `<e>{code}</e>`, "", template.Options{Format: template.XML})
	r := template.NewReply(failure, compiled(t, `{data}`))
	if r != nil {
		t.Errorf("got %v, want no Reply", r)
	}
	if v, kind := r.Read([]byte(`{}`), true, true, nil); kind != template.Unreadable || v.Data != nil {
		t.Errorf("got kind %d and %s, want none", kind, v.Data)
	}
	if v, ok := failure.Parse([]byte(`{"code":7}`)); ok {
		t.Errorf("got %+v, want none", v)
	}
}

// TestReadingOptionalElements reads arrays, in which the place of an element depends on
// the elements before it.
func TestReadingOptionalElements(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ source, body, want string }{
		{`[{code},{reason?},{message}]`, `[1,"R","m"]`, "1 R m"},
		{`[{code},{reason?},{message}]`, `[1,"m"]`, "1  m"},
		{`[{reason?},{code},{message?}]`, `["R",1,"m"]`, "1 R m"},
		{`[{reason?},{code},{message?}]`, `[1]`, "1  "},
		{`[{reason?},{code?},{message}]`, `["x","m"]`, "  m"}, // x is one of two
		{`[{code},{reason}]`, `[1]`, "1  "},
		{`[{code},{violations},{reason}]`, `[1,{"f":"a"},"R"]`, "1 R "},
	} {
		v, ok := set(t, tt.source, `{"f":{field}}`, template.Options{}).Parse([]byte(tt.body))
		if got := v.LegacyCode + " " + v.Reason + " " + v.Message; !ok || got != tt.want {
			t.Errorf("%s of %s: got %q, %v, want %q", tt.source, tt.body, got, ok, tt.want)
		}
	}
}

func TestParseRefusesContradictions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ source, body string }{
		{`{"a":{http_status},"b":"{http_status}"}`, `{"a":404,"b":"405"}`},
		{`{"a":{http_status}}`, `{"a":"x"}`},
		{`{"a":{http_status}}`, `{"a":1000}`},
		{`{"a":{retry_after}}`, `{"a":-1}`},
		{`{"a":{retry_after},"b":{retry_after}}`, `{"a":1,"b":2}`},
		{`{"a":{grpc_name}}`, `{"a":"NotFound"}`},
		{`{"a":{grpc_name},"b":{grpc_code}}`, `{"a":"NOT_FOUND","b":6}`},
		{`{"a":{grpc_code}}`, `{"a":-1}`},
		{`{"a":{timestamp}}`, `{"a":"today"}`},
		{`{"a":{timestamp},"b":{timestamp_ms}}`, `{"a":"2026-01-31T12:00:00.007Z","b":5}`},
		{`{"a":{metadata.x},"b":{metadata}}`, `{"a":"1","b":{"x":"2"}}`},
		{`{"a":{labels.x},"b":"{labels.x}"}`, `{"a":"1","b":"2"}`},
		{`{"a":{field},"b":[{violations}]}`, `{"a":"x","b":[{"f":"y"}]}`},
		{`{"b":[{violations}]}`, `{"b":["y"]}`},
		{`{"a":{details},"b":{details}}`, `{"a":[1],"b":[2]}`},
	} {
		if v, ok := set(t, tt.source, `{"f":{field}}`, template.Options{}).Parse([]byte(tt.body)); ok {
			t.Errorf("%s of %s: got %+v, want false", tt.source, tt.body, v)
		}
	}
}

// FuzzReply: whatever the body, reading does not panic, and what a template writes is
// read as that.
func FuzzReply(f *testing.F) {
	f.Add(`{"result":false,"code":1,"data":null,"message":"m"}`, "7", "text", true)
	f.Add(`{"flag":"true","error":"","result":{"id":7}}`, "401.1", `"\ud800`, false)
	f.Add(`[1]`, "", "", true)
	failure := compiled(f, `{"result":false,"code":{code},"data":null,"message":{message}}`)
	success := compiled(f, `{"result":true,"code":0,"data":{data},"message":""}`)
	r := template.NewReply(failure, success)
	never := func(string) bool { return false }
	f.Fuzz(func(t *testing.T, body, code, message string, ok bool) {
		if v, kind := r.Read([]byte(body), ok, false, never); kind == template.Failure && v.LegacyCode == "" {
			t.Errorf("%q is a failure without a code", body)
		}
		if code != "" && code != "0" {
			written := failure.Append(nil, &template.Values{LegacyCode: code, Message: message})
			if v, kind := r.Read(written, ok, false, never); kind != template.Failure || v.LegacyCode != readable(code) {
				t.Errorf("%s is read as kind %d, code %q", written, kind, v.LegacyCode)
			}
		}
		written := success.Append(nil, &template.Values{Data: []byte(`{"a":1}`)})
		if v, kind := r.Read(written, ok, false, never); kind != template.Success || string(v.Data) != `{"a":1}` {
			t.Errorf("%s is read as kind %d, data %s", written, kind, v.Data)
		}
	})
}
