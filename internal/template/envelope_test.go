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

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statusmap/statusmap/internal/template"
)

func TestEnvelopeIsByteForByteTheTemplate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		envelope string
		values   template.Values
		want     string
	}{
		{
			name:     "JOB",
			envelope: `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
			values:   template.Values{LegacyCode: "1233106", Message: "作业 42 不存在", RequestID: "0f0e"},
			want:     `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"0f0e"}`,
		},
		{
			name:     "Elves",
			envelope: `{"flag":"false","error":"[{code}]{message}","result":[]}`,
			values:   template.Values{LegacyCode: "401.1", Message: `say "please"`},
			want:     `{"flag":"false","error":"[401.1]say \"please\"","result":[]}`,
		},
		{
			name:     "key order and spacing are kept",
			envelope: "{ \"z\" : {message} ,\n\t\"a\":{code} }",
			values:   template.Values{LegacyCode: "7", Message: "m"},
			want:     "{ \"z\" : \"m\" ,\n\t\"a\":7 }",
		},
		{
			name:     "every placeholder",
			envelope: `[{code},{message},{reason},{domain},{request_id},{metadata},{data}]`,
			values: template.Values{
				LegacyCode: "7",
				Message:    "m",
				Reason:     "R",
				Domain:     "d",
				RequestID:  "i",
				Metadata:   args("kk", "v"),
				Data:       []byte(`{"x":1}`),
			},
			want: `[7,"m","R","d","i",{"kk":"v"},{"x":1}]`,
		},
		{
			name:     "every placeholder, nothing in it",
			envelope: `[{code},{message},{reason},{domain},{request_id},{metadata},{data}]`,
			values:   template.Values{},
			want:     `[null,"",null,null,null,{},null]`,
		},
		{
			name:     "every text placeholder in one string",
			envelope: `["{code}{message}{reason}{domain}{request_id}"]`,
			values:   template.Values{LegacyCode: "7", Message: "m", Reason: "R", Domain: "d", RequestID: "i"},
			want:     `["7mRdi"]`,
		},
		{
			name:     "metadata keeps its order and its texts",
			envelope: `{"c":{code},"m":{metadata}}`,
			values:   template.Values{LegacyCode: "7", Metadata: args("zz", "1", "aa", `"`, "legacy_code", "7")},
			want:     `{"c":7,"m":{"zz":"1","aa":"\"","legacy_code":"7"}}`,
		},
		{
			name:     "data is passed on as it is",
			envelope: `{"data":{data}}`,
			values:   template.Values{Data: []byte("{ \"b\":1,\n\"a\":\"<\" }")},
			want:     "{\"data\":{ \"b\":1,\n\"a\":\"<\" }}",
		},
		{
			name:     "objects and arrays around",
			envelope: `{"errors":[{"code":{code},"message":{message}}],"ok":[{},[],true]}`,
			values:   template.Values{LegacyCode: "7", Message: "m"},
			want:     `{"errors":[{"code":7,"message":"m"}],"ok":[{},[],true]}`,
		},
		{
			name:     "braces in a string",
			envelope: `{"c":"{{{code}}}","d":"{{}}"}`,
			values:   template.Values{LegacyCode: "7"},
			want:     `{"c":"{7}","d":"{}"}`,
		},
		{
			name:     "escapes in a string",
			envelope: `{"c":"\"{code}\" \\{code} \u007bcode\u007d"}`,
			values:   template.Values{LegacyCode: "7"},
			want:     `{"c":"\"7\" \\7 \u007bcode\u007d"}`,
		},
		{
			name:     "a string alone",
			envelope: `"{code}: {message}"`,
			values:   template.Values{LegacyCode: "7", Message: "m"},
			want:     `"7: m"`,
		},
		{name: "a placeholder alone", envelope: `{code}`, values: template.Values{LegacyCode: "7"}, want: `7`},
		{
			name:     "a placeholder's name as text",
			envelope: `{"c":{code},"note":"code"}`,
			values:   template.Values{LegacyCode: "7"},
			want:     `{"c":7,"note":"code"}`,
		},
		{
			name:     "one placeholder twice",
			envelope: `{"c":{code},"error":"[{code}]"}`,
			values:   template.Values{LegacyCode: "7"},
			want:     `{"c":7,"error":"[7]"}`,
		},
		{
			name:     "a text that is a placeholder",
			envelope: `{"c":{code},"m":"{message}"}`,
			values:   template.Values{LegacyCode: "7", Message: "{code}"},
			want:     `{"c":7,"m":"{code}"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := compiled(t, tt.envelope)
			got := e.Append([]byte("before "), &tt.values)
			if string(got) != "before "+tt.want {
				t.Errorf("got  %s\nwant before %s", got, tt.want)
			}
			if e.String() != tt.envelope {
				t.Errorf("String gives %s, want %s", e, tt.envelope)
			}
		})
	}
}

func TestEnvelopesOfTheLinkedSystemsByteForByte(t *testing.T) {
	t.Parallel()
	v := template.Values{
		LegacyCode: "10001",
		Message:    "\"<&\u2028中",
		Reason:     "A_REASON",
		Domain:     "a.domain",
		RequestID:  "id-1",
		Metadata:   args("legacy_code", "10001"),
		Data:       []byte(`[1]`),
	}
	const escaped = "\\\"<&\u2028中"
	const elvesFailure = `{"flag":"false","error":"[10001]` + escaped + `","result":[]}`
	const elvesSuccess = `{"flag":"true","error":"","result":[1]}`
	const jobFailure = `{"result":false,"code":10001,"data":null,"message":"` + escaped + `","request_id":"id-1"}`
	const jobSuccess = `{"result":true,"code":0,"data":[1],"message":"` + escaped + `","request_id":"id-1"}`
	for _, tt := range []struct {
		domain      string
		wantFailure string
		wantSuccess string
	}{
		{domain: "legacy.apiswitch.v1", wantFailure: `{"Code":10001,"Message":"` + escaped + `"}`, wantSuccess: `[1]`},
		{domain: "legacy.elves.v1", wantFailure: elvesFailure, wantSuccess: elvesSuccess},
		{domain: "legacy.elves.v2", wantFailure: elvesFailure, wantSuccess: elvesSuccess},
		{domain: "legacy.jarvis.v2", wantFailure: `{"return_code":10001,"message":"` + escaped + `"}`, wantSuccess: `[1]`},
		{domain: "legacy.job.v1", wantFailure: jobFailure, wantSuccess: jobSuccess},
		{domain: "legacy.job.v2", wantFailure: jobFailure, wantSuccess: jobSuccess},
	} {
		s, ok := defaultCatalog(t).System(tt.domain)
		if !ok {
			t.Fatalf("%s is not in the catalog", tt.domain)
		}
		if got := string(s.Envelope().Failure.Append(nil, &v)); got != tt.wantFailure {
			t.Errorf("%s: failure\ngot  %s\nwant %s", tt.domain, got, tt.wantFailure)
		}
		if got := string(s.Envelope().Success.Append(nil, &v)); got != tt.wantSuccess {
			t.Errorf("%s: success\ngot  %s\nwant %s", tt.domain, got, tt.wantSuccess)
		}
	}
}

// checkTemplate checks that an envelope writes the same body for a message's template and
// for the message's text.
func checkTemplate(t *testing.T, e *template.Envelope, m *template.Message, v template.Values) {
	t.Helper()
	v.Message = m.Text(v.Metadata)
	want := e.Append([]byte("x"), &v)
	v.Message, v.Template = "not this", m
	if got := e.Append([]byte("x"), &v); !bytes.Equal(got, want) {
		t.Errorf("%s with the template %q\ngot  %s\nwant %s", e, m, got[1:], want[1:])
	}
}

func TestTemplatesGiveTheSameBodiesAsTexts(t *testing.T) {
	t.Parallel()
	for _, s := range defaultCatalog(t).Systems() {
		for _, code := range s.Codes() {
			for _, m := range messagesOf(code) {
				for _, value := range []string{"", "42", `say "\\"`, "任务\n"} {
					v := template.Values{
						LegacyCode: code.LegacyCode(),
						Reason:     code.Reason(),
						Domain:     code.Domain(),
						RequestID:  "id-1",
						Data:       []byte(`{"x":1}`),
					}
					for i, name := range m.Params() {
						if value != "" || i > 0 { // "": the first is missing
							v.Metadata = append(v.Metadata, template.Arg{Name: name, Value: value})
						}
					}
					checkTemplate(t, s.Envelope().Failure, m, v)
					checkTemplate(t, s.Envelope().Success, m, v)
				}
			}
		}
	}
	every := compiled(t, `{"a":"[{code}]{message}{request_id}","b":{message},"c":{metadata},"d":{data},`+
		`"e":{domain},"f":"{reason}","g":{request_id}}`)
	for _, source := range []string{"", "plain", `"{{{job_id}}}" is {job_id}`, "{job_id}{step}"} {
		checkTemplate(t, every, message(t, source), template.Values{
			LegacyCode: "401.1",
			Reason:     "R",
			Domain:     "d",
			RequestID:  `i"`,
			Metadata:   args("job_id", `a"b`, "step", "2"),
			Data:       []byte("[]"),
		})
	}
}

func TestEnvelopeWritesIntegersAsNumbers(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"0": `0`, "7": `7`, "1233106": `1233106`, "-5": `-5`,
		"123456789012345678":  `123456789012345678`,
		"-123456789012345678": `-123456789012345678`,
		// Numbers that do not fit an int64.
		"1234567890123456789":  `"1234567890123456789"`,
		"-1234567890123456789": `"-1234567890123456789"`,
		"401.1":                `"401.1"`, "401.0": `"401.0"`, "1e3": `"1e3"`,
		"0123": `"0123"`, "00": `"00"`, "-0": `"-0"`, "-05": `"-05"`, "+5": `"+5"`, "--5": `"--5"`,
		"": `null`, "-": `"-"`, " 5": `" 5"`, "5 ": `"5 "`, "5\n": `"5\n"`, "0x10": `"0x10"`, "1_000": `"1_000"`, "٥": `"٥"`,
		"NaN": `"NaN"`, "null": `"null"`, "true": `"true"`, `"`: `"\""`,
	} {
		e := compiled(t, `{"c":{code}}`)
		body := e.Append(nil, &template.Values{LegacyCode: code})
		if string(body) != `{"c":`+want+`}` {
			t.Errorf("%q: got %s, want %s", code, body, want)
		}
		if code == "" {
			continue
		}
		if v, ok := e.Parse(body); !ok || v.LegacyCode != code {
			t.Errorf("%s: read back as %q, %v, want %q", body, v.LegacyCode, ok, code)
		}
	}
}

// hostileTexts are texts that users, logs and attackers may put into a message.
func hostileTexts() map[string]string {
	texts := map[string]string{
		"quotes":            `"quoted" 'single' \back\slash\`,
		"trailing slash":    `\`,
		"HTML":              `</script><img src=x onerror=alert(1)>&amp;`,
		"JSON":              `","code":0,"x":"`,
		"placeholders":      `{code} {message} {{ }} {0} {`,
		"DEL":               "a\x7fb",
		"C1 controls":       "\u0080\u009f",
		"line separators":   "\u2028\u2029",
		"emoji":             "🚀👩‍👩‍👧🇨🇳",
		"Chinese":           "作业不存在！",
		"byte order mark":   "\ufeffx",
		"replacement":       "\ufffd",
		"non-characters":    "\uffff\U0010ffff",
		"our own marks":     "\U0010fff0\U0010fffd",
		"invalid byte":      "a\xffb",
		"invalid bytes":     "\xff\xfe\x80",
		"truncated rune":    "作\xe4\xbd",
		"surrogates":        "\xed\xa0\x80\xed\xb0\x80",
		"overlong":          "\xc0\xaf\xe0\x80\xaf",
		"beyond Unicode":    "\xf4\x90\x80\x80",
		"10 KB of ASCII":    strings.Repeat("0123456789", 1000),
		"10 KB of Chinese":  strings.Repeat("错误", 1700),
		"10 KB of quotes":   strings.Repeat(`"`, 10_000),
		"10 KB of NUL":      strings.Repeat("\x00", 10_000),
		"10 KB of rubbish":  strings.Repeat("\xff", 10_000),
		"empty":             "",
		"every byte":        everyByte(),
		"escape look-alike": `\u0000\n\"\\`,
	}
	for c := range rune(' ') {
		texts[fmt.Sprintf("control %d", c)] = "a" + string(c) + "b" + string(c)
	}
	return texts
}

func everyByte() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}

// readable returns a text as a JSON reader reads it: each byte that is not valid UTF-8 is
// U+FFFD.
func readable(s string) string { return string([]rune(s)) }

func TestHostileTextsAreReadBackUnchanged(t *testing.T) {
	t.Parallel()
	inValue := compiled(t, `{"code":{code},"message":{message},"reason":{reason},`+
		`"domain":{domain},"id":{request_id},"meta":{metadata}}`)
	inText := compiled(t, `{"code":"[{code}]","message":"<{message}>","reason":"{reason}!",`+
		`"domain":"{{{domain}}}","id":"id {request_id}","meta":{}}`)
	type document struct {
		Code, Message, Reason, Domain, ID string
		Meta                              map[string]string
	}
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := template.Values{
				LegacyCode: "x" + text,
				Message:    text,
				Reason:     text,
				Domain:     text,
				RequestID:  text,
				Metadata:   args(text, text),
			}
			r := readable(text)
			for _, tt := range []struct {
				envelope *template.Envelope
				want     document
			}{
				{
					envelope: inValue,
					want:     document{Code: "x" + r, Message: r, Reason: r, Domain: r, ID: r, Meta: map[string]string{r: r}},
				},
				{
					envelope: inText,
					want: document{
						Code:    "[x" + r + "]",
						Message: "<" + r + ">",
						Reason:  r + "!",
						Domain:  "{" + r + "}",
						ID:      "id " + r,
						Meta:    map[string]string{},
					},
				},
			} {
				body := tt.envelope.Append(nil, &v)
				if !json.Valid(body) {
					t.Fatalf("not JSON: %.200q", body)
				}
				var got document
				if err := json.Unmarshal(body, &got); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("parsed (-want +got):\n%s", diff)
				}
				parsed, ok := tt.envelope.Parse(body)
				want := template.Values{LegacyCode: "x" + r, Message: r, Reason: r, Domain: r, RequestID: r}
				if tt.envelope == inValue {
					want.Metadata = args(r, r)
				}
				if diff := cmp.Diff(want, parsed, cmpopts.EquateEmpty()); !ok || diff != "" {
					t.Errorf("Parse gives %v (-want +got):\n%s", ok, diff)
				}
			}
		})
	}
}

func TestEnvelopeEscapesOnlyWhatJSONRequires(t *testing.T) {
	t.Parallel()
	e := compiled(t, `[{message}]`)
	for text, want := range map[string]string{
		`"`: `\"`, `\`: `\\`, "\n": `\n`, "\r": `\r`, "\t": `\t`, "\b": `\b`, "\f": `\f`,
		"\x00": `\u0000`, "\x01": `\u0001`, "\v": `\u000b`, "\x1b": `\u001b`, "\x1f": `\u001f`,
		"\x7f": "\x7f", "/": "/", "<": "<", ">": ">", "&": "&", "'": "'", "\u2028": "\u2028", "\u2029": "\u2029", "é": "é", "🚀": "🚀",
		"\xff": "\ufffd", "\xff\xff": "\ufffd\ufffd", "a\xe4\xbdb": "a\ufffd\ufffdb",
	} {
		if got := string(e.Append(nil, &template.Values{Message: text})); got != `["`+want+`"]` {
			t.Errorf("%q: got %s, want [\"%s\"]", text, got, want)
		}
	}
}

func TestEnvelopeParse(t *testing.T) {
	t.Parallel()
	const (
		job     = `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`
		elves   = `{"flag":"false","error":"[{code}]{message}","result":[]}`
		errors  = `{"errors":[{"code":{code},"message":{message}}]}`
		data    = `{"result":true,"code":0,"data":{data},"message":""}`
		both    = `{"code":{code},"error":"[{code}]{message}"}`
		text    = `{"code":"{code}","n":5}`
		meta    = `{"code":{code},"meta":{metadata}}`
		numbers = `{"code":{code},"version":1.50,"ok":true,"empty":{},"none":null}`
	)
	for _, tt := range []struct {
		name     string
		envelope string
		body     string
		want     *template.Values // nil if Parse returns false
	}{
		{
			name:     "as it is written",
			envelope: job,
			body:     `{"result":false,"code":7,"data":null,"message":"m","request_id":"i"}`,
			want:     &template.Values{LegacyCode: "7", Message: "m", RequestID: "i"},
		},
		{
			name:     "keys in another order",
			envelope: job,
			body:     `{"request_id":"i","message":"m","code":7,"result":false}`,
			want:     &template.Values{LegacyCode: "7", Message: "m", RequestID: "i"},
		},
		{
			name:     "spacing",
			envelope: job,
			body:     " {\n\t\"result\" : false ,\r\n \"code\" : 7 } \n",
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "more keys",
			envelope: job,
			body:     `{"code":7,"trace":{"a":[1]},"x":null}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{name: "only the code", envelope: job, body: `{"code":7}`, want: &template.Values{LegacyCode: "7"}},
		{name: "the code as a string", envelope: job, body: `{"code":"7"}`, want: &template.Values{LegacyCode: "7"}},
		{
			name:     "the code as it is, a fraction",
			envelope: job,
			body:     `{"code":401.10}`,
			want:     &template.Values{LegacyCode: "401.10"},
		},
		{
			name:     "a long code is not rounded",
			envelope: job,
			body:     `{"code":12345678901234567890}`,
			want:     &template.Values{LegacyCode: "12345678901234567890"},
		},
		{
			name:     "the message as a number",
			envelope: job,
			body:     `{"code":7,"message":8}`,
			want:     &template.Values{LegacyCode: "7", Message: "8"},
		},
		{
			name:     "a literal as a string",
			envelope: job,
			body:     `{"result":"false","code":7}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "null instead of a text",
			envelope: job,
			body:     `{"code":7,"message":null,"request_id":null}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "data instead of null",
			envelope: job,
			body:     `{"code":7,"data":{"x":1}}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "escapes",
			envelope: job,
			body:     `{"code":7,"message":"\u4f5c\"\/\ud83d\ude80"}`,
			want:     &template.Values{LegacyCode: "7", Message: `作"/🚀`},
		},
		{
			name:     "a lone surrogate",
			envelope: job,
			body:     `{"code":7,"message":"\ud83d"}`,
			want:     &template.Values{LegacyCode: "7", Message: "\ufffd"},
		},
		{
			name:     "not UTF-8",
			envelope: job,
			body:     "{\"code\":7,\"message\":\"\xff\"}",
			want:     &template.Values{LegacyCode: "7", Message: "\ufffd"},
		},
		{
			name:     "a key twice: the last one counts",
			envelope: job,
			body:     `{"code":7,"code":8}`,
			want:     &template.Values{LegacyCode: "8"},
		},
		{
			name:     "nested",
			envelope: errors,
			body:     `{"errors":[{"message":"m","code":7}]}`,
			want:     &template.Values{LegacyCode: "7", Message: "m"},
		},
		{
			name:     "nested, the first of several",
			envelope: errors,
			body:     `{"errors":[{"code":7},{"code":8}]}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "in a string",
			envelope: elves,
			body:     `{"flag":"false","error":"[401.1]m","result":[]}`,
			want:     &template.Values{LegacyCode: "401.1", Message: "m"},
		},
		{
			name:     "in a string, no message",
			envelope: elves,
			body:     `{"error":"[401.1]"}`,
			want:     &template.Values{LegacyCode: "401.1"},
		},
		{
			name:     "in a string, its separator in the message",
			envelope: elves,
			body:     `{"error":"[401.1]a]b[c]"}`,
			want:     &template.Values{LegacyCode: "401.1", Message: "a]b[c]"},
		},
		{
			name:     "a result instead of an empty array",
			envelope: elves,
			body:     `{"error":"[401]x","result":{"a":1}}`,
			want:     &template.Values{LegacyCode: "401", Message: "x"},
		},
		{
			name:     "flag as a boolean",
			envelope: elves,
			body:     `{"flag":false,"error":"[401]x"}`,
			want:     &template.Values{LegacyCode: "401", Message: "x"},
		},
		{
			name:     "a number instead of a string",
			envelope: text,
			body:     `{"code":7}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "a string instead of a number",
			envelope: text,
			body:     `{"code":"7","n":"5"}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "twice and the same",
			envelope: both,
			body:     `{"code":7,"error":"[7]m"}`,
			want:     &template.Values{LegacyCode: "7", Message: "m"},
		},
		{
			name:     "one of two is null",
			envelope: both,
			body:     `{"code":null,"error":"[7]m"}`,
			want:     &template.Values{LegacyCode: "7", Message: "m"},
		},
		{
			name:     "metadata by name",
			envelope: meta,
			body:     `{"code":7,"meta":{"z":"1","a":2,"b":true,"skip":[1],"null":null}}`,
			want:     &template.Values{LegacyCode: "7", Metadata: args("a", "2", "b", "true", "z", "1")},
		},
		{name: "metadata null", envelope: meta, body: `{"code":7,"meta":null}`, want: &template.Values{LegacyCode: "7"}},
		{
			name:     "literals",
			envelope: numbers,
			body:     `{"code":7,"version":1.50,"ok":true,"empty":{"x":1},"none":5}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "null instead of an empty object",
			envelope: numbers,
			body:     `{"code":7,"empty":null}`,
			want:     &template.Values{LegacyCode: "7"},
		},
		{
			name:     "data",
			envelope: data,
			body:     `{"result":true,"code":0,"data":{"b":[1.0,null],"a":"<"},"message":""}`,
			want:     &template.Values{Data: []byte(`{"a":"\u003c","b":[1.0,null]}`)},
		},
		{name: "data missing", envelope: data, body: `{"result":true}`, want: &template.Values{}},
		{name: "data null", envelope: data, body: `{"data":null}`, want: &template.Values{Data: []byte("null")}},
		{name: "bare data", envelope: `{data}`, body: ` [1, 2] `, want: &template.Values{Data: []byte("[1,2]")}},

		{name: "no code", envelope: job, body: `{"result":false,"message":"m"}`},
		{name: "code empty", envelope: job, body: `{"code":""}`},
		{name: "code null", envelope: job, body: `{"code":null}`},
		{name: "code is an object", envelope: job, body: `{"code":{"x":1}}`},
		{name: "message is an array", envelope: job, body: `{"code":7,"message":["m"]}`},
		{name: "success: result is true", envelope: job, body: `{"result":true,"code":0,"data":{},"message":""}`},
		{name: "success: flag is true", envelope: elves, body: `{"flag":"true","error":"","result":{}}`},
		{name: "another number", envelope: numbers, body: `{"code":7,"version":1.5}`},
		{name: "another string in place of a number", envelope: text, body: `{"code":"7","n":"05"}`},
		{name: "null in place of a literal", envelope: job, body: `{"code":7,"result":null}`},
		{name: "the string does not fit", envelope: elves, body: `{"error":"no code here"}`},
		{name: "the string is an object", envelope: elves, body: `{"error":{}}`},
		{name: "the string has no code", envelope: elves, body: `{"error":"[]m"}`},
		{name: "two codes contradict", envelope: both, body: `{"code":7,"error":"[8]m"}`},
		{name: "two codes contradict, one empty", envelope: both, body: `{"code":"","error":"[8]m"}`},
		{name: "two codes contradict, the other empty", envelope: both, body: `{"code":8,"error":"[]m"}`},
		{name: "metadata is not an object", envelope: meta, body: `{"code":7,"meta":[]}`},
		{name: "errors is not an array", envelope: errors, body: `{"errors":{"code":7}}`},
		{name: "errors is empty", envelope: errors, body: `{"errors":[]}`},
		{name: "an array instead of an object", envelope: job, body: `[7]`},
		{name: "a string instead of an object", envelope: job, body: `"7"`},
		{name: "null", envelope: job, body: `null`},
		{name: "empty", envelope: job, body: ``},
		{name: "blank", envelope: job, body: " \n"},
		{name: "HTML", envelope: job, body: `<html><body>502 Bad Gateway</body></html>`},
		{name: "truncated", envelope: job, body: `{"result":false,"code":7,"mess`},
		{name: "truncated in its last character", envelope: job, body: `{"code":7`},
		{name: "garbage behind", envelope: job, body: `{"code":7}x`},
		{name: "a second document", envelope: job, body: `{"code":7} {"code":8}`},
		{name: "a byte order mark", envelope: job, body: "\ufeff" + `{"code":7}`},
		{name: "JSONP", envelope: job, body: `callback({"code":7})`},
		{name: "single quotes", envelope: job, body: `{'code':7}`},
		{name: "a number with a zero before it", envelope: job, body: `{"code":07}`},
		{name: "NaN", envelope: job, body: `{"code":NaN}`},
		{name: "10 001 brackets", envelope: job, body: strings.Repeat("[", 10_001)},
		{
			name:     "10 001 brackets, closed",
			envelope: job,
			body:     strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := compiled(t, tt.envelope)
			for range 5 { // to detect a dependency on the random order of maps
				got, ok := e.Parse([]byte(tt.body))
				if ok != (tt.want != nil) {
					t.Fatalf("got %v, %+v, want %v", ok, got, tt.want != nil)
				}
				want := tt.want
				if want == nil {
					want = &template.Values{}
				}
				if diff := cmp.Diff(*want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestEnvelopesOfAllCodesAreReadBack(t *testing.T) {
	t.Parallel()
	for _, code := range allCodes(t) {
		if code.System() == nil {
			continue // in the systems that include it
		}
		failure := code.System().Envelope().Failure
		v := template.Values{
			LegacyCode: code.LegacyCode(),
			Message:    code.Message().Text(),
			Reason:     code.Reason(),
			Domain:     code.Domain(),
			RequestID:  "6f1c",
			Metadata:   args("legacy_code", code.LegacyCode()),
		}
		body := failure.Append(nil, &v)
		got, ok := failure.Parse(body)
		if !ok || got.LegacyCode != v.LegacyCode || got.Message != v.Message {
			t.Errorf("%s: %s is read as %+v, %v, want %+v", code.FullName(), body, got, ok, v)
		}
		if again := failure.Append(nil, &got); !bytes.Equal(again, body) {
			t.Errorf("%s: read and written again it is %s, want %s", code.FullName(), again, body)
		}
		if v, ok := code.System().Envelope().Success.Parse(body); ok && code.System().Envelope().Success.String() != "{data}" {
			t.Errorf("%s: the failure %s is read as the success %+v", code.FullName(), body, v)
		}
	}
}

func TestEnvelopeHas(t *testing.T) {
	t.Parallel()
	e := compiled(t, `{"c":"[{code}]","m":{message},"request_id":"reason"}`)
	var got []string
	for _, name := range []string{"code", "message", "reason", "domain", "request_id", "metadata", "data", "", "{code}", "other"} {
		if e.Has(name) {
			got = append(got, name)
		}
	}
	if want := []string{"code", "message"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// The zero value of field is fieldCode. A literal must not count as {code}.
	if compiled(t, `{"m":{message}}`).Has("code") {
		t.Error("Has reports {code} for a template without {code}")
	}
}
