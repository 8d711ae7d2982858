// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/statusmap/statusmap/internal/template"
)

const (
	onlyNames = "{code} {message} {reason} {domain} {request_id} {metadata} {data} {metadata.NAME} {labels.NAME} {data...} " +
		"{http_status} {http_reason} {http_method} {http_path} {grpc_code} {grpc_name} {language} {timestamp} {timestamp_ms} " +
		"{retry_after} {help} {field} {violations} {details}"
	noOpenBrace = "'{' in a string that does not start a placeholder: write {{ for a brace, or one of " + onlyNames
	inKey       = "a key contains a placeholder: write the key without placeholders, since only values can have them"
)

func notJSON(cause string) string {
	return "the template is not valid JSON after its placeholders are replaced: " + cause + ": correct the JSON"
}

func TestCompileEnvelopeSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		source string
		want   string
	}{
		{name: "empty", source: ``, want: notJSON("unexpected end of JSON input")},
		{name: "cut off", source: `{"code":{code}`, want: notJSON("unexpected end of JSON input")},
		{name: "extra comma", source: `{"code":{code},}`, want: notJSON("invalid character '}' looking for beginning of object key string")},
		{name: "more after the JSON", source: `{"code":{code}} OK`, want: notJSON("invalid character 'O' after top-level value")},
		{name: "two values without a comma", source: `[{code}{message}]`, want: notJSON(`invalid character '"' after array element`)},
		{name: "minus before a value", source: `-{code}`, want: notJSON(`invalid character '"' in numeric literal`)},
		{name: "placeholder in an escape", source: `"\u{code}0000"`, want: `a placeholder is inside a \u escape sequence: write it before or after the sequence`},
		{name: "invalid escape", source: `"{code}\u00"`, want: notJSON(`invalid character '"' in \u hexadecimal character escape`)},
		{name: "not UTF-8", source: "\"\xff{code}\"", want: "the template is not valid UTF-8: save it as UTF-8"},
		{name: "unknown placeholder", source: `{"msg":{msg}}`, want: "unknown placeholder {msg}: write one of " + onlyNames},
		{name: "unknown placeholder in a string", source: `"{msg}"`, want: noOpenBrace + "; {msg} is not one of them"},
		{name: "'{' in a string", source: `"{code} {"`, want: noOpenBrace},
		{name: "'}' in a string", source: `"{code} }"`, want: "'}' without '{' in a string: write }} for a brace"},
		{name: "data inside a string", source: `"{data}"`, want: "{data} is a JSON value and cannot be inside a string: remove the quotation marks"},
		{name: "metadata inside a string", source: `"{metadata}"`, want: "{metadata} is a JSON value and cannot be inside a string: remove the quotation marks"},
		{name: "placeholder as a key", source: `{{code}:1}`, want: inKey},
		{name: "placeholder in a key", source: `{"x {code}":1}`, want: inKey},
		{name: "key twice", source: `{"a":{code},"a":{message}}`, want: `the key "a" is listed twice in one object: remove one of them`},
		{name: "key twice, escaped", source: `{"a":{code},"\u0061":{message}}`, want: `the key "a" is listed twice in one object: remove one of them`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, err := compile(tt.source)
			if e != nil || err == nil || err.Error() != tt.want {
				t.Errorf("got  %v, %v\nwant %s", e, err, tt.want)
			}
		})
	}
}

func TestCompileMessageSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	const open, closed = "'{' without '}': write {{ for a brace", "'}' without '{': write }} for a brace"
	for _, tt := range []struct {
		name   string
		source string
		want   string
	}{
		{name: "'{' alone", source: "{", want: open},
		{name: "'{' without an end", source: "job {job_id", want: open},
		{name: "'{' inside a placeholder", source: "job {job{id}}", want: open},
		{name: "'{' after an escape", source: "{{{", want: open},
		{name: "'}' alone", source: "}", want: closed},
		{name: "'}' without a start", source: "job job_id}", want: closed},
		{name: "'}' after an escape", source: "{job_id}}}}", want: closed},
		{name: "not UTF-8", source: "\xff{job_id}", want: "the text is not valid UTF-8: save it as UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := template.CompileMessage(tt.source)
			if m != nil || err == nil || err.Error() != tt.want {
				t.Errorf("got  %v, %v\nwant %s", m, err, tt.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	list := args("aa", "1", "bb", "", "aa", "2")
	for _, tt := range []struct {
		name   string
		want   string
		wantOK bool
	}{
		{name: "aa", want: "1", wantOK: true},
		{name: "bb", wantOK: true},
		{name: "cc"},
		{name: ""},
	} {
		if got, ok := template.Find(list, tt.name); got != tt.want || ok != tt.wantOK {
			t.Errorf("%q: %q, %v, want %q, %v", tt.name, got, ok, tt.want, tt.wantOK)
		}
	}
	if got, ok := template.Find(nil, ""); got != "" || ok {
		t.Errorf("of nothing: %q, %v, want none", got, ok)
	}
}

func TestEveryMethodAnswersForNil(t *testing.T) {
	t.Parallel()
	for _, receiver := range []any{(*template.Message)(nil), (*template.Envelope)(nil)} {
		v := reflect.ValueOf(receiver)
		if v.NumMethod() == 0 {
			t.Errorf("%T has no methods", receiver)
		}
		for i := range v.NumMethod() {
			t.Run(fmt.Sprintf("%T.%s", receiver, v.Type().Method(i).Name), func(t *testing.T) {
				t.Parallel()
				in := make([]reflect.Value, v.Method(i).Type().NumIn())
				for k := range in {
					in[k] = reflect.Zero(v.Method(i).Type().In(k))
				}
				for k, out := range v.Method(i).Call(in) {
					if !out.IsZero() {
						t.Errorf("result %d is %v, want nothing", k, out)
					}
				}
			})
		}
	}
	var e *template.Envelope
	if got := e.Append([]byte("before"), &template.Values{LegacyCode: "7"}); string(got) != "before" {
		t.Errorf("Append of nil gives %q, want what was there before", got)
	}
	var m *template.Message
	if got := m.Missing(args("aa", "1")); got != nil {
		t.Errorf("Missing of nil gives %q, want none", got)
	}
}
