// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
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

func TestCompileEnvelopeOfEachFormat(t *testing.T) {
	t.Parallel()
	const (
		inReference = "a placeholder is inside a reference such as &amp;: write it before or after the reference"
		notElement  = `{violations} is not an element of an array: write [{violations}]`
		notMember   = `{data...} is not a member of an object: write it as in {"code":0,{data...}}`
		misplaced   = "{code} is not in the text of an element or in the value of an attribute: move it there"
	)
	for _, tt := range []struct {
		name   string
		format template.Format
		source string
		want   []string
	}{
		{name: "all problems at once", source: `{"a":"{data}","b":{data?...},"c":{code...},"d":{labels.},"e":"{metadata}}"}`, want: []string{
			"{data} is a JSON value and cannot be inside a string: remove the quotation marks",
			"{data?...} is not a placeholder: write {data...}, {data} or {data?}",
			"{code...} is not a placeholder: write {code} or {code?}",
			"{labels.} has no name: write {labels.NAME}",
			"{metadata} is a JSON value and cannot be inside a string: remove the quotation marks",
			"'}' without '{' in a string: write }} for a brace",
		}},
		{name: "a capital", source: `{"a":{Code}}`, want: []string{"unknown placeholder {Code}: write one of " + onlyNames}},
		{name: "two bad keys", source: `{"{code}":1,"a":2,"a":3}`, want: []string{inKey, `the key "a" is listed twice in one object: remove one of them`}},
		{name: "violations in an object", source: `{"a":{violations}}`, want: []string{notElement}},
		{name: "violations in a string", source: `["{violations}"]`, want: []string{notElement}},
		{name: "violations at the root", source: `{violations}`, want: []string{notElement}},
		{name: "data... in an array", source: `[{data...}]`, want: []string{notMember}},
		{name: "data... as a value", source: `{"a":{data...}}`, want: []string{notMember}},
		{name: "data... in a string", source: `{"a":"{data...}"}`, want: []string{notMember}},
		{name: "data... twice", source: `{{data...},"a":{{data...}}}`, want: []string{"{data...} is written twice: remove one of them"}},
		{name: "? at the root", source: `{code?}`, want: []string{"{code?} is not in an object or array, so there is nothing to leave out: write {code}"}},
		{name: "half a character", source: `["\uD83d{code}"]`, want: []string{"{code} is after the first half of a character that is written as two \\u escape sequences: write it before or after the character"}},
		{name: "XML as JSON", source: `<a>{code}</a>`, want: []string{"the template is not valid JSON after its placeholders are replaced: invalid character '<' looking for beginning of value: write format: XML, or JSON"}},
		{name: "text as JSON", source: `error {code}`, want: []string{"the template is not valid JSON after its placeholders are replaced: invalid character 'e' looking for beginning of value: write format: TEXT, or JSON"}},
		{name: "data in XML", format: template.XML, source: `<a>{data}{data...}</a>`, want: []string{"{data} is JSON and cannot be in format: XML: remove it", "{data...} is JSON and cannot be in format: XML: remove it"}},
		{name: "data in text", format: template.Text, source: `{data}`, want: []string{"{data} is JSON and cannot be in format: TEXT: remove it"}},
		{name: "? in text", format: template.Text, source: `{code?}`, want: []string{"{code?} is in text, which has no members that can be left out: write {code}, which is empty text if there is no value"}},
		{name: "braces in text", format: template.Text, source: `{ }`, want: []string{"'{' that does not start a placeholder: write {{ for a brace, or one of " + onlyNames + "; { } is not one of them"}},
		{name: "a brace in text", format: template.Text, source: `}`, want: []string{"'}' without '{': write }} for a brace"}},
		{name: "XML that is cut off", format: template.XML, source: `<a>`, want: []string{"the template is not valid XML after its placeholders are replaced: XML syntax error on line 1: unexpected EOF: correct the XML"}},
		{name: "XML without an element", format: template.XML, source: `<!-- x -->`, want: []string{"there is no element: write one, for example <error><code>{code}</code></error>"}},
		{name: "XML with two elements", format: template.XML, source: `<a/><b/>`, want: []string{"there are two root elements: write one element around them"}},
		{name: "text outside", format: template.XML, source: `<a/>{code}`, want: []string{"a text is outside of the root element: write it inside"}},
		{name: "in a comment", format: template.XML, source: `<a><!-- {code} --></a>`, want: []string{misplaced}},
		{name: "in CDATA", format: template.XML, source: `<a><![CDATA[{code}]]></a>`, want: []string{misplaced}},
		{name: "in a name", format: template.XML, source: `<{code}></{code}>`, want: []string{misplaced, misplaced}},
		{name: "in an attribute's name", format: template.XML, source: `<a {code}="1"/>`, want: []string{misplaced}},
		{name: "in a reference", format: template.XML, source: `<a b="&#{code}65;">&#{code}65;</a>`, want: []string{inReference, inReference}},
		{name: "a bracket", format: template.XML, source: `<a>{code}></a>`, want: []string{"> is after a placeholder: write &gt;, since ]]> is not allowed in text"}},
		{name: "a declaration", format: template.XML, source: `<!DOCTYPE a><a>{code}</a>`, want: []string{"a declaration such as <!DOCTYPE> is not allowed: remove it"}},
		{name: "attributes without a space", format: template.XML, source: `<a b="1"c="{code}"/>`, want: []string{"there is no space before the attribute c: write one"}},
		{name: "attributes", format: template.XML, source: `<a b="1" b="{code}"/>`, want: []string{"the attribute b is listed twice in one element: remove one of them"}},
		{name: "violations in an attribute", format: template.XML, source: `<a b="{violations}"/>`, want: []string{"{violations} is in an attribute: write it as the content of an element"}},
		{name: "a declaration inside", format: template.XML, source: `<a><?xml version="1.0"?></a>`, want: []string{"<?xml is not at the start of the document: move it to the start of failure"}},
		{name: "another format", format: 7, source: `{`, want: []string{"'{' that does not start a placeholder: write {{ for a brace, or one of " + onlyNames}},
		{name: "another format alone", format: 7, source: `x`, want: []string{"unknown format 7: write JSON, XML or TEXT"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := template.Options{Format: tt.format}
			if v, errs := template.CompileViolation(`{field}`, o); tt.format != 7 && len(errs) == 0 {
				o.Violation = v
			}
			e, errs := template.CompileEnvelope(tt.source, o)
			var got []string
			for _, err := range errs {
				got = append(got, err.Error())
			}
			if e != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestCompileViolationSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{"a":{code},"b":{help}}`: "unknown placeholder {help}: write one of {field} {code} {reason} {message}, which are the violation's",
		`{"a":{violations}}`:      "unknown placeholder {violations}: write one of {field} {code} {reason} {message}, which are the violation's",
		`{"a":{field}`:            notJSON("unexpected end of JSON input"),
	} {
		e, errs := template.CompileViolation(source, template.Options{})
		if e != nil || len(errs) != 1 || errs[0].Error() != want {
			t.Errorf("%s: got %v, %v, want %s", source, e, errs, want)
		}
	}
	for _, tt := range []struct {
		options template.Options
		want    string
	}{
		{template.Options{}, `{violations} needs the template of one violation: write it in violation, for example '{"field":{field},"message":{message}}'`},
		{template.Options{Escape: 9}, "unknown escape 9: write MINIMAL, ASCII or HTML"},
		{template.Options{Violation: set(t, "x", "", template.Options{Format: template.Text})}, "the template of one violation has another format: write it in the same format"},
	} {
		_, errs := template.CompileEnvelope(`[{violations}]`, tt.options)
		if len(errs) == 0 || errs[len(errs)-1].Error() != tt.want {
			t.Errorf("got %v, want %s", errs, tt.want)
		}
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
