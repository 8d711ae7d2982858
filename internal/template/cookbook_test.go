// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/internal/template"
)

// full returns values for all placeholders.
func full() template.Values {
	return template.Values{
		LegacyCode: "4101",
		Message:    "the weight <9 kg> is too high",
		Reason:     "WEIGHT_TOO_HIGH",
		Domain:     "depot.v1",
		RequestID:  "id-1",
		Metadata:   args("weight_kg", "9.50", "count", "3", "token", "secret", "tags", `[ "a", {"b" : 1} ]`, "urgent", "true"),
		Data:       []byte(`{"id": "7", "state": "NEW"}`),
		Labels:     map[string]string{"owner": "parcel team"},
		Type: func(name string) template.Type {
			return map[string]template.Type{
				"weight_kg": template.Double, "count": template.Int64, "tags": template.JSONValue, "urgent": template.Bool,
			}[name]
		},
		Sensitive:  func(name string) bool { return name == "token" },
		HTTPStatus: 422,
		HTTPMethod: "POST",
		HTTPPath:   "/v1/parcels/作",
		GRPCCode:   codes.InvalidArgument,
		Language:   "en",
		Time:       time.Date(2026, 1, 31, 13, 0, 0, 7_900_000, time.FixedZone("", 3600)),
		RetryAfter: 30,
		Help:       "https://errors.example.com/depot.v1/WEIGHT_TOO_HIGH",
		Details:    []byte(`[{"@type":"type.googleapis.com/google.rpc.ErrorInfo"}]`),
		Violations: []template.Violation{
			{Field: "weight_kg", LegacyCode: "4101", Reason: "WEIGHT_TOO_HIGH", Message: "too high"},
			{Field: "name", Message: "missing"},
		},
	}
}

// set compiles a template with the one of its violations.
func set(t testing.TB, source, violation string, o template.Options) *template.Envelope {
	t.Helper()
	if violation != "" {
		v, errs := template.CompileViolation(violation, o)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		o.Violation = v
	}
	e, errs := template.CompileEnvelope(source, o)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return e
}

func TestCookbook(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		source    string
		violation string
		options   template.Options
		values    template.Values
		want      string
		nothing   string // for values without anything
	}{
		{
			name:   "RFC 9457",
			source: `{"type":{help?},"title":{message},"status":{http_status},"instance":{http_path?},"code":"{code}"}`,
			values: full(),
			want: `{"type":"https://errors.example.com/depot.v1/WEIGHT_TOO_HIGH","title":"the weight <9 kg> is too high",` +
				`"status":422,"instance":"/v1/parcels/作","code":"4101"}`,
			nothing: `{"title":"","status":null,"code":""}`,
		},
		{
			name:    "Google",
			source:  `{"error":{"code":{http_status},"message":{message},"status":{grpc_name},"details":{details?}}}`,
			values:  full(),
			want:    `{"error":{"code":422,"message":"the weight <9 kg> is too high","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo"}]}}`,
			nothing: `{"error":{"code":null,"message":"","status":"OK"}}`,
		},
		{
			name:      "JSON:API",
			source:    `{"errors":[{violations}]}`,
			violation: `{"code":{code?},"detail":{message},"source":{"pointer":"/data/attributes/{field?}"}}`,
			values:    full(),
			want: `{"errors":[{"code":4101,"detail":"too high","source":{"pointer":"/data/attributes/weight_kg"}},` +
				`{"detail":"missing","source":{"pointer":"/data/attributes/name"}}]}`,
			nothing: `{"errors":[]}`,
		},
		{
			name:    "Spring Boot",
			source:  `{"timestamp":{timestamp},"status":{http_status},"error":{http_reason},"message":{message},"path":{http_path}}`,
			values:  full(),
			want:    `{"timestamp":"2026-01-31T12:00:00.007Z","status":422,"error":"Unprocessable Entity","message":"the weight <9 kg> is too high","path":"/v1/parcels/作"}`,
			nothing: `{"timestamp":null,"status":null,"error":null,"message":"","path":null}`,
		},
		{
			name: "Kubernetes Status",
			source: `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":{message},"reason":{reason},` +
				`"details":{"causes":[{violations?}],"retryAfterSeconds":{retry_after?}},"code":{http_status}}`,
			violation: `{"reason":{reason?},"message":{message},"field":{field?}}`,
			values:    full(),
			want: `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the weight <9 kg> is too high","reason":"WEIGHT_TOO_HIGH",` +
				`"details":{"causes":[{"reason":"WEIGHT_TOO_HIGH","message":"too high","field":"weight_kg"},{"message":"missing","field":"name"}],"retryAfterSeconds":30},"code":422}`,
			nothing: `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"","reason":null,"code":null}`,
		},
		{
			name:    "kratos",
			source:  `{"code":{http_status}, "reason":{reason}, "message":{message}, "metadata":{metadata}}`,
			values:  full(),
			want:    `{"code":422, "reason":"WEIGHT_TOO_HIGH", "message":"the weight <9 kg> is too high", "metadata":{"weight_kg":"9.50","count":"3","tags":"[ \"a\", {\"b\" : 1} ]","urgent":"true"}}`,
			nothing: `{"code":null, "reason":null, "message":"", "metadata":{}}`,
		},
		{
			name:    "merged success",
			source:  `{"errcode":0,"errmsg":"ok",{data...}}`,
			values:  full(),
			want:    `{"errcode":0,"errmsg":"ok","id": "7", "state": "NEW"}`,
			nothing: `{"errcode":0,"errmsg":"ok"}`,
		},
		{
			name:    "typed arguments",
			source:  `[{metadata.weight_kg},{metadata.count},{metadata.tags},{metadata.urgent},{metadata.token},{metadata.none},"{metadata.count}"]`,
			values:  full(),
			want:    `[9.50,3,["a",{"b":1}],true,"secret",null,"3"]`,
			nothing: `[null,null,null,null,null,null,""]`,
		},
		{
			name:    "the other placeholders",
			source:  `[{http_method},{grpc_code},{language},{timestamp_ms},{retry_after},{labels.owner},{labels.none},{field},"{timestamp}/{http_status}/{grpc_name}"]`,
			values:  full(),
			want:    `["POST",3,"en",1769860800007,30,"parcel team",null,"weight_kg","2026-01-31T12:00:00.007Z/422/INVALID_ARGUMENT"]`,
			nothing: `[null,0,null,null,null,null,null,null,"//OK"]`,
		},
		{
			name: "XML",
			source: `<?xml version="1.0" encoding="UTF-8"?>
<Error code="{code}" help='{help?}'>
  <Message>{message}</Message>
  <Field>{field?}</Field>
  <Errors>{violations?}</Errors>
  <List/>
</Error>
`,
			violation: `<E f="{field}">{message}</E>`,
			options:   template.Options{Format: template.XML},
			values:    full(),
			want: `<?xml version="1.0" encoding="UTF-8"?>
<Error code="4101" help='https://errors.example.com/depot.v1/WEIGHT_TOO_HIGH'>
  <Message>the weight &lt;9 kg&gt; is too high</Message>
  <Field>weight_kg</Field>
  <Errors><E f="weight_kg">too high</E><E f="name">missing</E></Errors>
  <List/>
</Error>
`,
			nothing: `<?xml version="1.0" encoding="UTF-8"?>
<Error code="">
  <Message></Message>
  <List/>
</Error>
`,
		},
		{
			name:      "plain text",
			source:    "{code} {reason}: {message} {{{retry_after}}}\n{violations}",
			violation: "- {field}: {message}\n",
			options:   template.Options{Format: template.Text},
			values:    full(),
			want:      "4101 WEIGHT_TOO_HIGH: the weight <9 kg> is too high {30}\n- weight_kg: too high\n- name: missing\n",
			nothing:   " :  {}\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := set(t, tt.source, tt.violation, tt.options)
			if got := string(e.Append([]byte("x"), &tt.values)); got != "x"+tt.want {
				t.Errorf("got  %s\nwant x%s", got, tt.want)
			}
			if got := string(e.Append(nil, &template.Values{})); got != tt.nothing {
				t.Errorf("without values\ngot  %s\nwant %s", got, tt.nothing)
			}
		})
	}
}

func TestWhatHasNoValueIsLeftOut(t *testing.T) {
	t.Parallel()
	nothing, xmlOptions := template.Values{GRPCCode: codes.NotFound}, template.Options{Format: template.XML}
	for _, tt := range []struct {
		name, source, want string
		options            template.Options
	}{
		{name: "the first member", source: `{ "a" : {code?} , "b":1 }`, want: `{ "b":1 }`},
		{name: "the two first members", source: `{ "a":{code?} , "c":{field?} ,  "b":1 }`, want: `{ "b":1 }`},
		{name: "a member between", source: "{\"a\":1 ,\n \"b\":{code?} , \"c\":2}", want: `{"a":1 , "c":2}`},
		{name: "the last member", source: `{"a":1 , "b":{code?} }`, want: `{"a":1 }`},
		{name: "the only member of the root", source: `{ "a":{code?} }`, want: `{}`},
		{name: "the only element of the root", source: `[ {code?} ]`, want: `[]`},
		{name: "elements", source: `[{code?}, 1, {code?}, {field?}, 2, {code?}]`, want: `[1, 2]`},
		{name: "a string", source: `{"a":"x {field?} {message}","b":2}`, want: `{"b":2}`},
		{name: "emptied containers", source: `{"a":{"b":[{"c":{code?}},[{field?}]]},"d":{},"e":[]}`, want: `{"d":{},"e":[]}`},
		{name: "a container with another member stays", source: `{"a":{"b":{code?},"c":{code}}}`, want: `{"a":{"c":null}}`},
		{name: "no violations", source: `{"a":[{violations}],"b":[1, {violations}],"c":[{violations?}],"d":[{violations?},1]}`, want: `{"a":[],"b":[1],"d":[1]}`},
		{name: "no members", source: `{"a":{{data...}},"b":1}`, want: `{"a":{},"b":1}`},
		{name: "all that are optional", source: `[{metadata?},{data?},{details?},{http_status?},{http_reason?},{timestamp?},{timestamp_ms?},{retry_after?},{message?},{labels.x?},{metadata.x?}]`, want: `[]`},
		{name: "XML: an element", source: "<a>\n <b>{code?}</b>\n <c/>\n <d>{code?}</d>\n</a>", want: "<a>\n <c/>\n</a>", options: xmlOptions},
		{name: "XML: an attribute", source: `<a  x="{code?}" y='1' z="q {field?}"/>`, want: `<a y='1'/>`, options: xmlOptions},
		{name: "XML: emptied elements", source: `<a> <b><c x="{code?}"/><d>{code?}</d></b> <e></e> </a>`, want: `<a> <e></e> </a>`, options: xmlOptions},
		{name: "XML: an element with an attribute stays", source: `<a><b x="1"><c>{code?}</c></b></a>`, want: `<a><b x="1"></b></a>`, options: xmlOptions},
		{name: "XML: the root", source: `<a x="{code?}"> <b>{code?}</b> </a>`, want: `<a></a>`, options: xmlOptions},
		{name: "XML: the text of the root", source: `<a>[{code?}]</a>`, want: `<a>[]</a>`, options: xmlOptions},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			violation := `{"f":{field}}`
			if tt.options == xmlOptions {
				violation = `<f>{field}</f>`
			}
			if got := string(set(t, tt.source, violation, tt.options).Append(nil, &nothing)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMembersOfTheResponse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, data, want, read string }{
		{"the template's keys win", `{"a":1,{data...}}`, `{"\u0061":2,"b":3,"c":4}`, `{"a":1,"b":3,"c":4}`, `{"b":3,"c":4}`},
		{"before other members", `{ {data...}, "a":1}`, `{"z":0, "y": [ ]}`, `{ "z":0, "y": [ ], "a":1}`, `{"z":0,"y":[]}`},
		{"only the template's keys", `{{data...},"a":1}`, `{"a":2}`, `{"a":1}`, `{}`},
		{"keys of another object", `{"a":{"b":1,{data...}}}`, `{"a":2}`, `{"a":{"b":1,"a":2}}`, `{"a":2}`},
		{"a key that is left out", `{"a":{code?},{data...}}`, `{"a":2,"b":3}`, `{"b":3}`, `{"b":3}`},
		{"an array", `{"a":1,{data...}}`, ` [1, 2]`, `{"a":1,"data": [1, 2]}`, `{"data":[1,2]}`},
		{"an array and a key data", `{"data":1,{data...}}`, `[1]`, `{"data":1}`, `{}`},
		{"null", `{{data...}}`, `null`, `{"data":null}`, `{"data":null}`},
		{"none", `{{data...}}`, ``, `{}`, `{}`},
		{"an empty object", `{"a":1 , {data...} }`, ` { } `, `{"a":1 }`, `{}`},
		{"a repeated key", `{{data...}}`, `{"a":1,"\u0061":2}`, `{"a":1}`, `{"a":1}`},
		{"braces in strings", `{{data...}}`, `{"a\"}":"]\\","b":{"c":["{"]}}`, `{"a\"}":"]\\","b":{"c":["{"]}}`, `{"a\"}":"]\\","b":{"c":["{"]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := compiled(t, tt.source)
			body := e.Append(nil, &template.Values{Data: []byte(tt.data)})
			if string(body) != tt.want {
				t.Errorf("got %s, want %s", body, tt.want)
			}
			if v, ok := e.Parse(body); !ok || string(v.Data) != tt.read {
				t.Errorf("read as %s, %v, want %s", v.Data, ok, tt.read)
			}
		})
	}
}

func TestTypesOfArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind template.Type
		text string
		want string
	}{
		{template.Int64, "9223372036854775807", "9223372036854775807"},
		{template.Int64, "9223372036854775808", `"9223372036854775808"`},
		{template.Int64, "-9223372036854775808", "-9223372036854775808"},
		{template.Int64, "+1", `"+1"`}, {template.Int64, "01", `"01"`}, {template.Int64, "1.0", `"1.0"`}, {template.Int64, " 1", `" 1"`},
		{template.Int64, "1_0", `"1_0"`}, {template.Int64, "", "null"},
		{template.Double, "1e3", "1e3"}, {template.Double, "-0.5", "-0.5"}, {template.Double, "1e999", `"1e999"`}, {template.Double, "NaN", `"NaN"`},
		{template.Double, "Inf", `"Inf"`}, {template.Double, ".5", `".5"`}, {template.Double, "5.", `"5."`}, {template.Double, "0x1p4", `"0x1p4"`},
		{template.Bool, "true", "true"}, {template.Bool, "false", "false"}, {template.Bool, "True", `"True"`}, {template.Bool, "1", `"1"`},
		{template.JSONValue, ` { "a" : [ 1 , "b c" ] } `, `{"a":[1,"b c"]}`}, {template.JSONValue, "{", `"{"`}, {template.JSONValue, "null", "null"},
		{template.JSONValue, "\"\xff\"", "\"\ufffd\""},
		{template.JSONValue, strings.Repeat("[", 1001) + strings.Repeat("]", 1001), `"` + strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + `"`},
		{template.String, "1", `"1"`}, {template.Type(9), "1", `"1"`},
	} {
		v := template.Values{Metadata: args("x", tt.text), Type: func(string) template.Type { return tt.kind }}
		if got := string(compiled(t, `[{metadata.x}]`).Append(nil, &v)); got != "["+tt.want+"]" {
			t.Errorf("%d %q: got %s, want [%s]", tt.kind, tt.text, got, tt.want)
		}
	}
}

// TestEscapes compares HTML with encoding/json, and ASCII with what Python's json module
// writes.
func TestEscapes(t *testing.T) {
	t.Parallel()
	html := set(t, `[{message},{data}]`, "", template.Options{Escape: template.HTML})
	ascii := set(t, `[{message},{data},{metadata},{details},"{message}"]`, "", template.Options{Escape: template.ASCII})
	for name, text := range hostileTexts() {
		data, err := json.Marshal(readable(text))
		if err != nil {
			t.Fatal(err)
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		v := template.Values{Message: text, Data: minimal(t, readable(text)), Details: minimal(t, readable(text)), Metadata: args("k", text)}
		if got := string(html.Append(nil, &v)); got != "["+string(quoted)+","+string(data)+"]" {
			t.Errorf("%s: HTML\ngot  %.300q\nwant [%.300q,%.300q]", name, got, quoted, data)
		}
		got := ascii.Append(nil, &v)
		if strings.ContainsFunc(string(got), func(r rune) bool { return r > '~' }) {
			t.Errorf("%s: ASCII gives %.300q", name, got)
		}
		var back []any
		if err := json.Unmarshal(got, &back); err != nil || back[0] != readable(text) || back[1] != readable(text) ||
			back[2].(map[string]any)["k"] != readable(text) || back[3] != readable(text) || back[4] != readable(text) {
			t.Errorf("%s: ASCII gives %.300q: %v", name, got, err)
		}
	}
	v := template.Values{Message: "作🚀\x7f<é/\n\"", Data: []byte("{\"作\" : \"\\u4F5C\\/\U0001F680\"}")}
	want := `["\u4f5c\ud83d\ude80\u007f<\u00e9/\n\"",{"\u4f5c" : "\u4F5C\/\ud83d\ude80"},{},null,"\u4f5c\ud83d\ude80\u007f<\u00e9/\n\""]`
	if got := string(ascii.Append(nil, &v)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// minimal returns a text as JSON with minimal escapes.
func minimal(t *testing.T, s string) []byte {
	return compiled(t, `{message}`).Append(nil, &template.Values{Message: s})
}

func TestXMLIsReadUnchanged(t *testing.T) {
	t.Parallel()
	e := set(t, `<r a="{message}" b='{message}'><t>{message}</t></r>`, "", template.Options{Format: template.XML})
	for name, text := range hostileTexts() {
		body := e.Append(nil, &template.Values{Message: text})
		var got struct {
			A string `xml:"a,attr"`
			B string `xml:"b,attr"`
			T string `xml:"t"`
		}
		if err := xml.Unmarshal(body, &got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
				return 0xFFFD
			}
			return r
		}, readable(text))
		if got.A != want || got.B != want || got.T != want {
			t.Errorf("%s: got %.100q, want %.100q", name, got, want)
		}
	}
	v := template.Values{Message: "<\"'&>\r\n\t\x00"}
	want := "<r a=\"&lt;&quot;'&amp;&gt;&#13;&#10;&#9;\ufffd\" b='&lt;&quot;&#39;&amp;&gt;&#13;&#10;&#9;\ufffd'><t>&lt;&quot;'&amp;&gt;&#13;\n\t\ufffd</t></r>"
	if got := string(e.Append(nil, &v)); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// checkXML checks that XML is well-formed.
func checkXML(body []byte) error {
	d := xml.NewDecoder(strings.NewReader(string(body)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestHasAndEmpty(t *testing.T) {
	t.Parallel()
	e := set(t, `{"a":{code?},"b":{labels.owner},"c":"{metadata.x}","d":[{violations?}],{data...}}`, `{"f":{field}}`, template.Options{})
	for _, name := range []string{"code", "code?", "labels.owner", "metadata.x", "violations", "violations?", "data", "data..."} {
		if !e.Has(name) {
			t.Errorf("Has(%q) is false, want true", name)
		}
	}
	for _, name := range []string{"metadata", "labels.x", "labels.", "field", "message", ""} {
		if e.Has(name) {
			t.Errorf("Has(%q) is true, want false", name)
		}
	}
	header := template.Options{Format: template.Text}
	for _, tt := range []struct {
		source string
		values template.Values
		want   bool
	}{
		{"{code}", template.Values{}, true},
		{"{code}", template.Values{LegacyCode: "7"}, false},
		{"x {code} {retry_after}", template.Values{}, true},
		{"x {code} {retry_after}", template.Values{RetryAfter: 1}, false},
		{"literal", template.Values{}, false},
		{"{grpc_code}", template.Values{}, false},
		{"{message}", template.Values{Message: "not this", Template: message(t, "")}, true},
		{"{message}", template.Values{Template: message(t, "{x}")}, false},
		{"{message}", template.Values{Template: message(t, "{x}"), Metadata: args("x", "")}, true},
		{"{metadata}", template.Values{Metadata: args("x", ""), Sensitive: func(string) bool { return true }}, true},
		{"{metadata}", template.Values{Metadata: args("x", "")}, false},
	} {
		if got := set(t, tt.source, "", header).Empty(&tt.values); got != tt.want {
			t.Errorf("%q: Empty is %v, want %v", tt.source, got, tt.want)
		}
	}
}
