package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statusmap/statusmap/catalog"
)

func compiled(t testing.TB, template string) *catalog.Envelope {
	t.Helper()
	e, err := catalog.CompileEnvelope(template)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEnvelopeIsByteForByteTheTemplate(t *testing.T) {
	for _, tt := range []struct {
		name     string
		template string
		values   catalog.Values
		want     string
	}{
		{"JOB", `{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
			catalog.Values{LegacyCode: "1233106", Message: "作业 42 不存在", RequestID: "0f0e"},
			`{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"0f0e"}`},
		{"Elves", `{"flag":"false","error":"[{code}]{message}","result":[]}`,
			catalog.Values{LegacyCode: "401.1", Message: `say "please"`},
			`{"flag":"false","error":"[401.1]say \"please\"","result":[]}`},
		{"key order and spacing are kept", "{ \"z\" : {message} ,\n\t\"a\":{code} }",
			catalog.Values{LegacyCode: "7", Message: "m"},
			"{ \"z\" : \"m\" ,\n\t\"a\":7 }"},
		{"every placeholder", `[{code},{message},{reason},{domain},{request_id},{metadata},{data}]`,
			catalog.Values{LegacyCode: "7", Message: "m", Reason: "R", Domain: "d", RequestID: "i", Metadata: args("kk", "v"), Data: []byte(`{"x":1}`)},
			`[7,"m","R","d","i",{"kk":"v"},{"x":1}]`},
		{"every placeholder, nothing in it", `[{code},{message},{reason},{domain},{request_id},{metadata},{data}]`,
			catalog.Values{}, `["","","","","",{},null]`},
		{"every text placeholder in one string", `["{code}{message}{reason}{domain}{request_id}"]`,
			catalog.Values{LegacyCode: "7", Message: "m", Reason: "R", Domain: "d", RequestID: "i"},
			`["7mRdi"]`},
		{"metadata keeps its order and its texts", `{"c":{code},"m":{metadata}}`,
			catalog.Values{LegacyCode: "7", Metadata: args("zz", "1", "aa", `"`, "legacy_code", "7")},
			`{"c":7,"m":{"zz":"1","aa":"\"","legacy_code":"7"}}`},
		{"data is passed on as it is", `{"data":{data}}`,
			catalog.Values{Data: []byte("{ \"b\":1,\n\"a\":\"<\" }")}, "{\"data\":{ \"b\":1,\n\"a\":\"<\" }}"},
		{"objects and arrays around", `{"errors":[{"code":{code},"message":{message}}],"ok":[{},[],true]}`,
			catalog.Values{LegacyCode: "7", Message: "m"}, `{"errors":[{"code":7,"message":"m"}],"ok":[{},[],true]}`},
		{"braces in a string", `{"c":"{{{code}}}","d":"{{}}"}`, catalog.Values{LegacyCode: "7"}, `{"c":"{7}","d":"{}"}`},
		{"escapes in a string", `{"c":"\"{code}\" \\{code} \u007bcode\u007d"}`, catalog.Values{LegacyCode: "7"}, `{"c":"\"7\" \\7 \u007bcode\u007d"}`},
		{"a string alone", `"{code}: {message}"`, catalog.Values{LegacyCode: "7", Message: "m"}, `"7: m"`},
		{"a placeholder alone", `{code}`, catalog.Values{LegacyCode: "7"}, `7`},
		{"a placeholder's name as text", `{"c":{code},"note":"code"}`, catalog.Values{LegacyCode: "7"}, `{"c":7,"note":"code"}`},
		{"one placeholder twice", `{"c":{code},"error":"[{code}]"}`, catalog.Values{LegacyCode: "7"}, `{"c":7,"error":"[7]"}`},
		{"a text that is a placeholder", `{"c":{code},"m":"{message}"}`, catalog.Values{LegacyCode: "7", Message: "{code}"}, `{"c":7,"m":"{code}"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := compiled(t, tt.template)
			got := e.Append([]byte("before "), &tt.values)
			if string(got) != "before "+tt.want {
				t.Errorf("got  %s\nwant before %s", got, tt.want)
			}
			if e.String() != tt.template {
				t.Errorf("String gives %s", e)
			}
		})
	}
}

func TestEnvelopesOfTheLinkedSystemsByteForByte(t *testing.T) {
	v := catalog.Values{
		LegacyCode: "10001", Message: `"<&` + "\u2028中", Reason: "A_REASON", Domain: "a.domain", RequestID: "id-1",
		Metadata: args("legacy_code", "10001"), Data: []byte(`[1]`),
	}
	for domain, want := range map[string][2]string{
		"legacy.apiswitch.v1": {`{"Code":10001,"Message":"\"<&` + "\u2028" + `中"}`, `[1]`},
		"legacy.elves.v1":     {`{"flag":"false","error":"[10001]\"<&` + "\u2028" + `中","result":[]}`, `{"flag":"true","error":"","result":[1]}`},
		"legacy.elves.v2":     {`{"flag":"false","error":"[10001]\"<&` + "\u2028" + `中","result":[]}`, `{"flag":"true","error":"","result":[1]}`},
		"legacy.jarvis.v2":    {`{"return_code":10001,"message":"\"<&` + "\u2028" + `中"}`, `[1]`},
		"legacy.job.v1": {`{"result":false,"code":10001,"data":null,"message":"\"<&` + "\u2028" + `中","request_id":"id-1"}`,
			`{"result":true,"code":0,"data":[1],"message":""}`},
		"legacy.job.v2": {`{"result":false,"code":10001,"data":null,"message":"\"<&` + "\u2028" + `中","request_id":"id-1"}`,
			`{"result":true,"code":0,"data":[1],"message":""}`},
	} {
		s := systemOf(t, domain)
		if got := string(s.FailureEnvelope().Append(nil, &v)); got != want[0] {
			t.Errorf("%s: failure\ngot  %s\nwant %s", domain, got, want[0])
		}
		if got := string(s.SuccessEnvelope().Append(nil, &v)); got != want[1] {
			t.Errorf("%s: success\ngot  %s\nwant %s", domain, got, want[1])
		}
	}
}

// checkTemplate holds an envelope with a message's template to what it writes with
// the message's text: on the first use, on the next, and where another envelope or
// code has had the message before.
func checkTemplate(t *testing.T, e *catalog.Envelope, m *catalog.Message, v catalog.Values) {
	t.Helper()
	v.Message = m.Text(v.Metadata...)
	other := v
	other.LegacyCode, other.Reason, other.Domain, other.RequestID = "o"+v.LegacyCode, "O"+v.Reason, "o."+v.Domain, "o"+v.RequestID
	for range 2 {
		for _, v := range []catalog.Values{v, other} {
			want := e.Append([]byte("x"), &v)
			v.Message, v.Template = "", m
			if got := e.Append([]byte("x"), &v); !bytes.Equal(got, want) {
				t.Errorf("%s with the template %q\ngot  %s\nwant %s", e, m, got[1:], want[1:])
			}
		}
	}
}

func TestTemplatesSayWhatTextsDo(t *testing.T) {
	for _, s := range defaultCatalog(t).Systems() {
		for _, code := range s.Codes() {
			messages := []*catalog.Message{code.Message()}
			for _, m := range code.Translations() {
				messages = append(messages, m)
			}
			for _, m := range messages {
				for _, value := range []string{"", "42", `say "\\"`, "任务\n"} {
					v := catalog.Values{LegacyCode: code.LegacyCode(), Reason: code.Reason(), Domain: code.Domain(), RequestID: "id-1", Data: []byte(`{"x":1}`)}
					for i, name := range m.Params() {
						if value != "" || i > 0 { // "": the first is missing
							v.Metadata = append(v.Metadata, catalog.Arg{Name: name, Value: value})
						}
					}
					checkTemplate(t, s.FailureEnvelope(), m, v)
					checkTemplate(t, s.SuccessEnvelope(), m, v)
				}
			}
		}
	}
	every, err := catalog.CompileEnvelope(`{"a":"[{code}]{message}{request_id}","b":{message},"c":{metadata},"d":{data},"e":{domain},"f":"{reason}","g":{request_id}}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, template := range []string{"", "plain", `"{{{job_id}}}" is {job_id}`, "{job_id}{step}"} {
		m, err := catalog.CompileMessage(template)
		if err != nil {
			t.Fatal(err)
		}
		checkTemplate(t, every, m, catalog.Values{
			LegacyCode: "401.1", Reason: "R", Domain: "d", RequestID: `i"`, Metadata: args("job_id", `a"b`, "step", "2"), Data: []byte("[]"),
		})
	}
}

func TestEnvelopeWritesTheCodeAsANumberWhereItIsOne(t *testing.T) {
	for code, want := range map[string]string{
		"0": `0`, "7": `7`, "1233106": `1233106`, "-5": `-5`,
		"123456789012345678":  `123456789012345678`,
		"-123456789012345678": `-123456789012345678`,
		// More than every reader's integer holds.
		"1234567890123456789":  `"1234567890123456789"`,
		"-1234567890123456789": `"-1234567890123456789"`,
		"401.1":                `"401.1"`, "401.0": `"401.0"`, "1e3": `"1e3"`,
		"0123": `"0123"`, "00": `"00"`, "-0": `"-0"`, "-05": `"-05"`, "+5": `"+5"`, "--5": `"--5"`,
		"": `""`, "-": `"-"`, " 5": `" 5"`, "5 ": `"5 "`, "5\n": `"5\n"`, "0x10": `"0x10"`, "1_000": `"1_000"`, "٥": `"٥"`,
		"NaN": `"NaN"`, "null": `"null"`, "true": `"true"`, `"`: `"\""`,
	} {
		e := compiled(t, `{"c":{code}}`)
		body := e.Append(nil, &catalog.Values{LegacyCode: code})
		if string(body) != `{"c":`+want+`}` {
			t.Errorf("%q: got %s, want %s", code, body, want)
		}
		if code == "" {
			continue
		}
		if v, ok := e.Parse(body); !ok || v.LegacyCode != code {
			t.Errorf("%s: read back as %q, %v", body, v.LegacyCode, ok)
		}
	}
}

// hostileTexts are what users, logs and attackers put into a message.
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

// readable is a text as a JSON reader sees it: each byte that is no UTF-8 is
// U+FFFD.
func readable(s string) string { return string([]rune(s)) }

func TestHostileTextsComeBackFromValidJSON(t *testing.T) {
	inValue := compiled(t, `{"code":{code},"message":{message},"reason":{reason},"domain":{domain},"id":{request_id},"meta":{metadata}}`)
	inText := compiled(t, `{"code":"[{code}]","message":"<{message}>","reason":"{reason}!","domain":"{{{domain}}}","id":"id {request_id}","meta":{}}`)
	type document struct {
		Code, Message, Reason, Domain, ID string
		Meta                              map[string]string
	}
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			v := catalog.Values{LegacyCode: "x" + text, Message: text, Reason: text, Domain: text, RequestID: text, Metadata: args(text, text)}
			r := readable(text)
			for _, tt := range []struct {
				envelope *catalog.Envelope
				want     document
			}{
				{inValue, document{"x" + r, r, r, r, r, map[string]string{r: r}}},
				{inText, document{"[x" + r + "]", "<" + r + ">", r + "!", "{" + r + "}", "id " + r, map[string]string{}}},
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
				want := catalog.Values{LegacyCode: "x" + r, Message: r, Reason: r, Domain: r, RequestID: r}
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

func TestEnvelopeEscapesWhatJSONDemandsAndNothingElse(t *testing.T) {
	e := compiled(t, `[{message}]`)
	for text, want := range map[string]string{
		`"`: `\"`, `\`: `\\`, "\n": `\n`, "\r": `\r`, "\t": `\t`, "\b": `\b`, "\f": `\f`,
		"\x00": `\u0000`, "\x01": `\u0001`, "\v": `\u000b`, "\x1b": `\u001b`, "\x1f": `\u001f`,
		"\x7f": "\x7f", "/": "/", "<": "<", ">": ">", "&": "&", "'": "'", "\u2028": "\u2028", "\u2029": "\u2029", "é": "é", "🚀": "🚀",
		"\xff": "\ufffd", "\xff\xff": "\ufffd\ufffd", "a\xe4\xbdb": "a\ufffd\ufffdb",
	} {
		if got := string(e.Append(nil, &catalog.Values{Message: text})); got != `["`+want+`"]` {
			t.Errorf("%q: got %s, want [\"%s\"]", text, got, want)
		}
	}
}

func TestEnvelopeParse(t *testing.T) {
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
		template string
		body     string
		want     *catalog.Values // nil: Parse is false
	}{
		{"as it is written", job, `{"result":false,"code":7,"data":null,"message":"m","request_id":"i"}`, &catalog.Values{LegacyCode: "7", Message: "m", RequestID: "i"}},
		{"keys in another order", job, `{"request_id":"i","message":"m","code":7,"result":false}`, &catalog.Values{LegacyCode: "7", Message: "m", RequestID: "i"}},
		{"spacing", job, " {\n\t\"result\" : false ,\r\n \"code\" : 7 } \n", &catalog.Values{LegacyCode: "7"}},
		{"more keys", job, `{"code":7,"trace":{"a":[1]},"x":null}`, &catalog.Values{LegacyCode: "7"}},
		{"only the code", job, `{"code":7}`, &catalog.Values{LegacyCode: "7"}},
		{"the code as a string", job, `{"code":"7"}`, &catalog.Values{LegacyCode: "7"}},
		{"the code as it is, a fraction", job, `{"code":401.10}`, &catalog.Values{LegacyCode: "401.10"}},
		{"a long code is not rounded", job, `{"code":12345678901234567890}`, &catalog.Values{LegacyCode: "12345678901234567890"}},
		{"the message as a number", job, `{"code":7,"message":8}`, &catalog.Values{LegacyCode: "7", Message: "8"}},
		{"a literal as a string", job, `{"result":"false","code":7}`, &catalog.Values{LegacyCode: "7"}},
		{"null instead of a text", job, `{"code":7,"message":null,"request_id":null}`, &catalog.Values{LegacyCode: "7"}},
		{"data where null was", job, `{"code":7,"data":{"x":1}}`, &catalog.Values{LegacyCode: "7"}},
		{"escapes", job, `{"code":7,"message":"\u4f5c\"\/\ud83d\ude80"}`, &catalog.Values{LegacyCode: "7", Message: `作"/🚀`}},
		{"a lone surrogate", job, `{"code":7,"message":"\ud83d"}`, &catalog.Values{LegacyCode: "7", Message: "\ufffd"}},
		{"not UTF-8", job, "{\"code\":7,\"message\":\"\xff\"}", &catalog.Values{LegacyCode: "7", Message: "\ufffd"}},
		{"a key twice: the last one counts", job, `{"code":7,"code":8}`, &catalog.Values{LegacyCode: "8"}},
		{"nested", errors, `{"errors":[{"message":"m","code":7}]}`, &catalog.Values{LegacyCode: "7", Message: "m"}},
		{"nested, the first of several", errors, `{"errors":[{"code":7},{"code":8}]}`, &catalog.Values{LegacyCode: "7"}},
		{"in a string", elves, `{"flag":"false","error":"[401.1]m","result":[]}`, &catalog.Values{LegacyCode: "401.1", Message: "m"}},
		{"in a string, no message", elves, `{"error":"[401.1]"}`, &catalog.Values{LegacyCode: "401.1"}},
		{"in a string, its separator in the message", elves, `{"error":"[401.1]a]b[c]"}`, &catalog.Values{LegacyCode: "401.1", Message: "a]b[c]"}},
		{"a result where an empty array was", elves, `{"error":"[401]x","result":{"a":1}}`, &catalog.Values{LegacyCode: "401", Message: "x"}},
		{"flag as a boolean", elves, `{"flag":false,"error":"[401]x"}`, &catalog.Values{LegacyCode: "401", Message: "x"}},
		{"a number where a string was", text, `{"code":7}`, &catalog.Values{LegacyCode: "7"}},
		{"a string where a number was", text, `{"code":"7","n":"5"}`, &catalog.Values{LegacyCode: "7"}},
		{"twice and the same", both, `{"code":7,"error":"[7]m"}`, &catalog.Values{LegacyCode: "7", Message: "m"}},
		{"one of two is null", both, `{"code":null,"error":"[7]m"}`, &catalog.Values{LegacyCode: "7", Message: "m"}},
		{"metadata by name", meta, `{"code":7,"meta":{"z":"1","a":2,"b":true,"skip":[1],"null":null}}`, &catalog.Values{LegacyCode: "7", Metadata: args("a", "2", "b", "true", "z", "1")}},
		{"metadata null", meta, `{"code":7,"meta":null}`, &catalog.Values{LegacyCode: "7"}},
		{"literals", numbers, `{"code":7,"version":1.50,"ok":true,"empty":{"x":1},"none":5}`, &catalog.Values{LegacyCode: "7"}},
		{"null where an object was empty", numbers, `{"code":7,"empty":null}`, &catalog.Values{LegacyCode: "7"}},
		{"data", data, `{"result":true,"code":0,"data":{"b":[1.0,null],"a":"<"},"message":""}`, &catalog.Values{Data: []byte(`{"a":"\u003c","b":[1.0,null]}`)}},
		{"data missing", data, `{"result":true}`, &catalog.Values{}},
		{"data null", data, `{"data":null}`, &catalog.Values{Data: []byte("null")}},
		{"bare data", `{data}`, ` [1, 2] `, &catalog.Values{Data: []byte("[1,2]")}},

		{"no code", job, `{"result":false,"message":"m"}`, nil},
		{"code empty", job, `{"code":""}`, nil},
		{"code null", job, `{"code":null}`, nil},
		{"code is an object", job, `{"code":{"x":1}}`, nil},
		{"message is an array", job, `{"code":7,"message":["m"]}`, nil},
		{"success: result is true", job, `{"result":true,"code":0,"data":{},"message":""}`, nil},
		{"success: flag is true", elves, `{"flag":"true","error":"","result":{}}`, nil},
		{"another number", numbers, `{"code":7,"version":1.5}`, nil},
		{"another string in place of a number", text, `{"code":"7","n":"05"}`, nil},
		{"null in place of a literal", job, `{"code":7,"result":null}`, nil},
		{"the string does not fit", elves, `{"error":"no code here"}`, nil},
		{"the string is an object", elves, `{"error":{}}`, nil},
		{"the string has no code", elves, `{"error":"[]m"}`, nil},
		{"two codes contradict", both, `{"code":7,"error":"[8]m"}`, nil},
		{"two codes contradict, one empty", both, `{"code":"","error":"[8]m"}`, nil},
		{"two codes contradict, the other empty", both, `{"code":8,"error":"[]m"}`, nil},
		{"metadata is no object", meta, `{"code":7,"meta":[]}`, nil},
		{"errors is no array", errors, `{"errors":{"code":7}}`, nil},
		{"errors is empty", errors, `{"errors":[]}`, nil},
		{"an array instead of an object", job, `[7]`, nil},
		{"a string instead of an object", job, `"7"`, nil},
		{"null", job, `null`, nil},
		{"empty", job, ``, nil},
		{"blank", job, " \n", nil},
		{"HTML", job, `<html><body>502 Bad Gateway</body></html>`, nil},
		{"truncated", job, `{"result":false,"code":7,"mess`, nil},
		{"truncated in its last character", job, `{"code":7`, nil},
		{"garbage behind", job, `{"code":7}x`, nil},
		{"a second document", job, `{"code":7} {"code":8}`, nil},
		{"a byte order mark", job, "\ufeff" + `{"code":7}`, nil},
		{"JSONP", job, `callback({"code":7})`, nil},
		{"single quotes", job, `{'code':7}`, nil},
		{"a number with a zero before it", job, `{"code":07}`, nil},
		{"NaN", job, `{"code":NaN}`, nil},
		{"10 001 brackets", job, strings.Repeat("[", 10_001), nil},
		{"10 001 brackets, closed", job, strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := compiled(t, tt.template)
			for range 5 { // a map's order must not show
				got, ok := e.Parse([]byte(tt.body))
				if ok != (tt.want != nil) {
					t.Fatalf("got %v, %+v", ok, got)
				}
				want := tt.want
				if want == nil {
					want = &catalog.Values{}
				}
				if diff := cmp.Diff(*want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestEnvelopesOfAllCodesAreReadBack(t *testing.T) {
	for _, code := range allCodes(t) {
		failure := code.System().FailureEnvelope()
		v := catalog.Values{
			LegacyCode: code.LegacyCode(), Message: code.Message().Text(), Reason: code.Reason(), Domain: code.Domain(),
			RequestID: "6f1c", Metadata: args("legacy_code", code.LegacyCode()),
		}
		body := failure.Append(nil, &v)
		got, ok := failure.Parse(body)
		if !ok || got.LegacyCode != v.LegacyCode || got.Message != v.Message {
			t.Errorf("%s: %s is read as %+v, %v", code.FullName(), body, got, ok)
		}
		if again := failure.Append(nil, &got); !bytes.Equal(again, body) {
			t.Errorf("%s: %s becomes %s", code.FullName(), body, again)
		}
		if v, ok := code.System().SuccessEnvelope().Parse(body); ok && code.System().SuccessEnvelope().String() != "{data}" {
			t.Errorf("%s: the failure %s is a success, %+v", code.FullName(), body, v)
		}
	}
}

func TestEnvelopeHas(t *testing.T) {
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
	// The zero field is code; a literal must not pass for it.
	if compiled(t, `{"m":{message}}`).Has("code") {
		t.Error("{code} is in a template without it")
	}
}
