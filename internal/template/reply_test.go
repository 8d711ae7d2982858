// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"testing"

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
