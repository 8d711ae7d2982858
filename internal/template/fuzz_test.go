// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/internal/template"
)

// FuzzEnvelope checks that compiling never panics. If the template compiles, the body is
// valid JSON for all values, and reading the body returns the values unless they are
// ambiguous.
func FuzzEnvelope(f *testing.F) {
	for _, source := range []string{
		`{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
		`{"flag":"false","error":"[{code}]{message}","result":[]}`,
		`{"errors":[{"code":{code},"message":{message}}],"x":[{},[],1.50,true,null]}`,
		`{"a":"[{code}]{message}","b":{message},"c":{metadata},"d":{data},"e":{domain},"f":"{{{reason}}}"}`,
		`["[{code}]{message}",{message}]`,
		`{"a":{code},"a":{message}}`,
		`{"m":"\udbff\udffd","c":{code}}`, `{"m":"\udbff{code}\udff1"}`, `"\u{code}0000"`, `"\ud83d{code}"`, "\"\U0010fff1{code}\"",
		`{code}`, `-{code}`, `{{code}:1}`, `{"{code}":1}`, `[{code}{message}]`, `{data}`, `"{data}"`, `"{code}{code}"`, `{"x":"}`, `{`, ``,
		"\xff", "\"\xff{code}\"",
	} {
		f.Add(source, "401.1", "say \"m\"\u2028", "REASON", "d.v1", "id-1", "key", "value", []byte(`{"a":[1,"<"]}`))
		f.Add(source, "-5", "a]b\xff\x00", "", "", "[1]", "", "", []byte(`null`))
	}
	f.Fuzz(func(t *testing.T, source, code, message, reason, domain, requestID, key, val string, data []byte) {
		e, err := compile(source)
		if err != nil {
			if e != nil {
				t.Error("got an envelope and an error, want no envelope")
			}
			return
		}
		if e.String() != source {
			t.Errorf("String gives %q, want %q", e, source)
		}
		v := template.Values{
			LegacyCode: code, Message: message, Reason: reason, Domain: domain, RequestID: requestID,
			Metadata: args(key, val), Data: canonical(data),
		}
		body := e.Append(nil, &v)
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("%q renders %q, which is not JSON", source, body)
		}
		if m, err := template.CompileMessage(message); err == nil && utf8.ValidString(val) {
			checkTemplate(t, e, m, v)
		}
		got, ok := e.Parse(body)
		if !ok {
			// Parse may return false if the code is empty. It may also return false if a
			// string with two placeholders matches in a way that the rest of the body
			// contradicts.
			if (!e.Has("code") || code != "") && template.MaxStringPlaceholders(e) < 2 {
				t.Fatalf("%q renders %q but cannot read it", source, body)
			}
			return
		}
		if again := e.Append(nil, &got); !bytes.Equal(again, body) {
			t.Errorf("%q: %q is read as %+v, which renders %q", source, body, got, again)
		}
		exact := template.ValuePlaces(e)
		for _, f := range []struct{ name, got, want string }{
			{name: "code", got: got.LegacyCode, want: readable(code)},
			{name: "message", got: got.Message, want: readable(message)},
			{name: "reason", got: got.Reason, want: readable(reason)},
			{name: "domain", got: got.Domain, want: readable(domain)},
			{name: "request_id", got: got.RequestID, want: readable(requestID)},
		} {
			if !e.Has(f.name) {
				f.want = ""
			} else if !slices.Contains(exact, f.name) && template.MaxStringPlaceholders(e) > 1 {
				continue
			}
			if f.got != f.want {
				t.Errorf("%q: %s %q is read as %q", source, f.name, f.want, f.got)
			}
		}
		if e.Has("metadata") && !slices.Equal(got.Metadata, args(readable(key), readable(val))) {
			t.Errorf("%q: metadata %q is read as %q", source, args(key, val), got.Metadata)
		}
		if e.Has("data") && string(got.Data) != string(orNull(v.Data)) {
			t.Errorf("%q: data %s is read as %s", source, v.Data, got.Data)
		}
	})
}

// FuzzFormats checks templates with all placeholders, in all formats and escapes. Whatever
// the values, JSON is valid JSON without repeated keys, and XML is well-formed. What is
// read from JSON and written is read as the same again.
func FuzzFormats(f *testing.F) {
	for _, source := range []string{
		`{"a":{code?},"b":{"c":{message?},"d":"{field?}/{reason}"},"e":[{violations?}],"f":[{violations},{help?},1],{data...}}`,
		`{"a":{code?},"b":{"c":{message?},"d":"/{field?}"},"e":[{violations?}],"f":[{violations},{help?},1],{data...}}`,
		`{"status":{http_status?},"error":{http_reason?},"ts":"{timestamp}","ms":{timestamp_ms},"grpc":[{grpc_code},{grpc_name}],"r":{retry_after?}}`,
		`{"m":{metadata?},"k":{metadata.key?},"l":{labels.key},"d":{details?},"data":{data?},"p":"{http_method} {http_path} {language}"}`,
		`[ {code?} , {message?} ]`, `{{data...}, "code" : {code?} }`, `[{data},{"a":{data}}]`,
		"<?xml version=\"1.0\"?>\n<e a='{message?}' b=\"{code}\"> <m>{message}</m> <v>{violations?}</v>{{}}<c x=\"{field?}\"/></e>",
		`<!-- e --><e><![CDATA[>]]>{metadata}]&gt;</e>`, `<!DOCTYPE e [<!ENTITY x "y">]><e>{code}</e>`, `<e>{code?}</e>`, `<e>&amp;{code}</e >`,
		"{code}: {message}\n{violations}{{{timestamp}}}", `{`, ``,
	} {
		f.Add(source, "401.1", "say \"m\"\u2028", "R<>&\r\n\t]]>", "key", "value", []byte(`{"a":[1,"<"],"code":2}`), int64(7))
		f.Add(source, "", "", "", "", "", []byte(``), int64(0))
		f.Add(source, "-5", "\xff\x00'", "作🚀", "aa", `{"a" : 1}`, []byte(`[null]`), int64(-1))
	}
	f.Fuzz(func(t *testing.T, source, code, message, text, key, val string, data []byte, n int64) {
		v := template.Values{
			LegacyCode: code, Message: message, Reason: text, Domain: text, RequestID: text, Metadata: args(key, val, "key", text),
			Data: canonical(data), Labels: map[string]string{"key": val}, HTTPStatus: int(n % 1000), HTTPMethod: text, HTTPPath: text,
			Type:     func(name string) template.Type { return template.Type(len(name) % 4) },
			GRPCCode: codes.Code(uint64(n) % 18), Language: text, Time: time.UnixMilli(n % 1e14), RetryAfter: n, Help: text, Details: canonical(data),
			Violations: []template.Violation{{Field: key, LegacyCode: code, Reason: text, Message: message}, {Message: val}}[:uint64(n)%3],
		}
		for _, o := range []template.Options{{}, {Escape: template.ASCII}, {Escape: template.HTML}, {Format: template.XML}, {Format: template.Text}} {
			violation := `{"field":{field?},"x":["/{code}",{message}],"r":{reason?}}`
			if o.Format != template.JSON {
				violation = "<v f='{field}'>{message}</v>{reason}"
			}
			one, errs := template.CompileViolation(violation, o)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			o.Violation = one
			e, errs := template.CompileEnvelope(source, o)
			if (e == nil) != (len(errs) > 0) {
				t.Fatalf("%q: got %v and the errors %v, want one of them", source, e, errs)
			}
			if e == nil {
				continue
			}
			for _, v := range []*template.Values{&v, {}} {
				body := e.Append(nil, v)
				checkBody(t, e, o.Format, body)
			}
		}
	})
}

func checkBody(t *testing.T, e *template.Envelope, format template.Format, body []byte) {
	t.Helper()
	if !utf8.Valid(body) {
		t.Fatalf("%q renders %q, which is not UTF-8", e, body)
	}
	switch format {
	case template.XML:
		if err := checkXML(body); err != nil {
			t.Fatalf("%q renders %q: %v", e, body, err)
		}
	case template.JSON:
		if !json.Valid(body) {
			t.Fatalf("%q renders %q, which is not JSON", e, body)
		}
		if err := repeatedKey(json.NewDecoder(bytes.NewReader(body))); err != nil {
			t.Fatalf("%q renders %s: %v", e, body, err)
		}
		v, ok := e.Parse(body)
		if !ok || template.MaxStringPlaceholders(e) > 1 { // such a string can be read in several ways
			return
		}
		again := e.Append(nil, &v)
		if back, ok := e.Parse(again); ok && !bytes.Equal(e.Append(nil, &back), again) {
			t.Errorf("%q: %s is read and written as %s, then as %s", e, body, again, e.Append(nil, &back))
		}
	}
}

// repeatedKey returns an error if an object has a key twice.
func repeatedKey(d *json.Decoder) error {
	d.UseNumber()
	var open []map[string]bool // nil for arrays
	isKey := false
	for {
		token, err := d.Token()
		if err != nil {
			return nil //nolint:nilerr // the end
		}
		top := len(open) - 1
		switch token {
		case json.Delim('{'):
			open, isKey = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open, isKey = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:top]
			isKey = top > 0 && open[top-1] != nil
			continue
		}
		if isKey {
			key, _ := token.(string)
			if open[top][key] {
				return fmt.Errorf("the key %q is repeated", key)
			}
			open[top][key], isKey = true, false
			continue
		}
		isKey = top >= 0 && open[top] != nil
	}
}

// canonical returns data in the form in which Parse returns it. It returns nil if data is
// not JSON, or if it is nested too deeply to be put into a template.
func canonical(data []byte) []byte {
	if len(data) > 5000 || !json.Valid(data) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil
	}
	return b
}

func orNull(data []byte) []byte {
	if len(data) == 0 {
		return []byte("null")
	}
	return data
}

// FuzzEnvelopeParse checks that reading a body never panics and always returns the same
// values. A body that is written with these values has the same values again.
func FuzzEnvelopeParse(f *testing.F) {
	var envelopes []*template.Envelope
	for _, s := range defaultCatalog(f).Systems() {
		envelopes = append(envelopes, s.Envelope().Failure, s.Envelope().Success)
	}
	for _, source := range []string{
		`{"errors":[{"code":{code},"message":{message}}]}`,
		`{"code":{code},"error":"[{code}]{message}{reason}","meta":{metadata},"list":["{domain}",{data},-1.5]}`,
		`"{code}: {message}"`,
	} {
		envelopes = append(envelopes, compiled(f, source))
	}
	for _, body := range []string{
		`{"result":false,"code":7,"data":null,"message":"m","request_id":"i"}`,
		`{"result":true,"code":0,"data":{"x":[1.0,"<\u2028"]},"message":""}`,
		`{"flag":"false","error":"[401.1]a]b","result":[]}`, `{"flag":false,"error":"[]","result":null}`,
		`{"return_code":"20210","message":"\ud83d"}`, `{"Code":10001}`, `{"errors":[{"code":7},{}]}`,
		`{"code":null,"error":"[5]x","meta":{"b":1,"a":true,"a":"2","c":[]},"list":["d",{"k":1e400},-1.5,0]}`,
		`"7: x: y"`, `[]`, `null`, `1e999999`, `"\u0000"`, `<html>`, `{"code":7`, `{} {}`, ``, "\xff", `{"\udbff\udff1":"\udbff\udffd"}`,
		strings.Repeat("[", 200), `{"result":{"result":{"result":false}}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, e := range envelopes {
			v, ok := e.Parse(body)
			again, okAgain := e.Parse(body)
			if ok != okAgain || !sameValues(v, again) {
				t.Fatalf("%s reads %q as %+v, %v, and the second time as %+v, %v", e, body, v, ok, again, okAgain)
			}
			if !ok {
				if !sameValues(v, template.Values{}) {
					t.Errorf("%s of %q: got false and %+v, want no values", e, body, v)
				}
				continue
			}
			if !json.Valid(body) {
				t.Errorf("%s reads %q, which is not JSON", e, body)
			}
			if e.Has("code") && v.LegacyCode == "" {
				t.Errorf("%s reads %q without a code", e, body)
			}
			rendered := e.Append(nil, &v)
			if !json.Valid(rendered) {
				t.Fatalf("%s of %q renders %q, which is not JSON", e, body, rendered)
			}
			back, ok := e.Parse(rendered)
			if e.Has("data") {
				v.Data = orNull(v.Data)
			}
			if !ok || !sameValues(v, back) {
				t.Errorf("%s of %q: %+v, rendered and read again %+v, %v", e, body, v, back, ok)
			}
		}
	})
}

func sameValues(a, b template.Values) bool {
	return a.LegacyCode == b.LegacyCode && a.Message == b.Message && a.Reason == b.Reason && a.Domain == b.Domain &&
		a.RequestID == b.RequestID && slices.Equal(a.Metadata, b.Metadata) && bytes.Equal(a.Data, b.Data)
}

// FuzzMessage checks that compiling never panics. If Match returns arguments for a text,
// these and no other arguments give that text.
func FuzzMessage(f *testing.F) {
	for _, source := range []string{
		"作业 {job_id} 不存在", "{aa}{bb}", "{aa} and {bb} and {aa}", "{{{aa}}}", "}}{{", "aba{xx}aba", "{one}aa{two}",
		"{", "}", "{}", "{0}", "{aa", "{a{b}}", "{legacy_code}", "\xff{aa}", "",
	} {
		f.Add(source, "作业 42 不存在", "1", "2")
		f.Add(source, "ababa", "a", "aa")
		f.Add(source, "{aa} and {bb}", "{aa}", " and ")
	}
	envelope := compiled(f, `[{message},"{message}"]`)
	f.Fuzz(func(t *testing.T, source, text, first, second string) {
		m, err := template.CompileMessage(source)
		if err != nil {
			if m != nil {
				t.Error("got a message and an error, want no message")
			}
			return
		}
		if m.String() != source {
			t.Errorf("String gives %q, want %q", m, source)
		}
		if got, ok := m.Match(text); ok && m.Text(got) != text {
			t.Errorf("%q of %q: the arguments %q, whose text is %q", source, text, got, m.Text(got))
		} else if !ok && got != nil {
			t.Errorf("%q of %q: got no match and the arguments %q, want no arguments", source, text, got)
		}

		// Match of a text that was made from arguments returns these arguments or false.
		var given, want []template.Arg
		for i, name := range m.Params() {
			if !strings.Contains(source, "{"+name+"}") {
				t.Errorf("%q has no argument %q", source, name)
			}
			a := template.Arg{Name: name, Value: []string{first, second}[i%2]}
			given = append(given, a)
			if a.Value != "{"+name+"}" {
				want = append(want, a)
			}
		}
		written := m.Text(given)
		if utf8.ValidString(first) && utf8.ValidString(second) {
			checkTemplate(t, envelope, m, template.Values{Metadata: given})
		}
		got, ok := m.Match(written)
		if ok && !slices.Equal(got, want) {
			t.Errorf("%q with %q is %q, which is read as %q", source, given, written, got)
		}
		if !ok && len(given) <= 1 && strings.Count(source, "{") <= 1 {
			t.Errorf("%q with %q is %q, which Match does not read", source, given, written)
		}
	})
}
