// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/template"
)

func TestReadLegacy(t *testing.T) {
	t.Parallel()
	s := system(t, source{
		options: goodOptions + ` success_codes: "0|2.."`,
		values: code("FORBIDDEN", 40, `grpc: PERMISSION_DENIED message: "no access to {job_id}" legacy_code: "40" shares_legacy_code: true translations: {key: "de" value: "kein Zugriff auf {job_id}"}`) +
			code("FORBIDDEN_USER", 41, `grpc: PERMISSION_DENIED message: "no access to {job_id} for {user}" legacy_code: "40" shares_legacy_code: true`) +
			code("FORBIDDEN_NOW", 42, `grpc: PERMISSION_DENIED message: "no access" legacy_code: "40" shares_legacy_code: true`) +
			code("GONE", 410, `grpc: NOT_FOUND message: "gone" reads: "410\\..*|0+7"`) +
			code("ALSO_GONE", 411, `grpc: NOT_FOUND message: "gone" reads: "410\\.1|21."`) +
			code("HELD", 412, `grpc: ABORTED message: "held" legacy_code: "410.6"`) +
			code("FINE", 200, `grpc: OK message: "x" reads: "0"`),
	}.String())
	for _, tt := range []struct{ legacyCode, message, want string }{
		{"410", "", "GONE"},
		{"410.5", "", "GONE"},
		{"410.6", "", "HELD"}, // its own legacy code goes first
		{"410.1", "", "GONE"}, // the lower number
		{"410.", "x", "GONE"},
		{"x410.1", "", ""},
		{"410.1\n", "", ""}, // the whole text must match
		{"4101", "", ""},
		{"0007", "", "GONE"},
		{"7", "", ""},
		{"210", "", ""}, // a success code is not read as an error
		{"0", "", "FINE"},
		{"5", "", ""}, // nor another code as a success
		{"", "", ""},
		{"40", "no access to 7", "FORBIDDEN"},
		{"40", "kein Zugriff auf 7", "FORBIDDEN"},
		{"40", "no access to 7 for Ann", "FORBIDDEN_USER"},
		{"40", "no access to 7 for Ann for Bob", "FORBIDDEN_USER"}, // ambiguous arguments
		{"40", "no access", "FORBIDDEN_NOW"},
		{"40", "something else", "FORBIDDEN"},
		{"40", "", "FORBIDDEN"},
	} {
		if got, ok := s.ReadLegacy(tt.legacyCode, tt.message); got.Reason() != tt.want || ok != (tt.want != "") {
			t.Errorf("%q with %q is read as %q, want %q", tt.legacyCode, tt.message, got.Reason(), tt.want)
		}
	}
	for _, legacyCode := range []string{"410.5", "0007", "210"} {
		if got, ok := s.LookupLegacy(legacyCode); ok {
			t.Errorf("LookupLegacy(%q) is %s, want none: it does not use reads", legacyCode, got.Reason())
		}
	}
	gone, _ := s.Lookup("GONE")
	forbidden, _ := s.Lookup("FORBIDDEN")
	if gone.Reads() != `410\..*|0+7` || gone.SharesLegacyCode() || !forbidden.SharesLegacyCode() {
		t.Errorf("reads %q, shares_legacy_code %v and %v", gone.Reads(), gone.SharesLegacyCode(), forbidden.SharesLegacyCode())
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ help, domain, reason, code, want string }{
		{"https://e.example.com/{domain}/{reason}/{code}", "a.v1", "LOST", "4.1", "https://e.example.com/a.v1/LOST/4.1"},
		{"https://e.example.com/{code}", "a.v1", "LOST", "a/b?c#d e%", "https://e.example.com/a%2Fb%3Fc%23d%20e%25"},
		{"https://e.example.com/{code}", "a.v1", "LOST", "作业\xff\n", "https://e.example.com/%E4%BD%9C%E4%B8%9A%FF%0A"},
		{"https://e.example.com/{code}", "a.v1", "LOST", "../{reason}", "https://e.example.com/..%2F%7Breason%7D"},
		{"https://e.example.com/{code}/x", "a.v1", "LOST", "..", ""},
		{"https://e.example.com/{code}/x", "a.v1", "LOST", ".", ""},
		{"https://e.example.com/{code}/x", "a.v1", "LOST", "", ""},
		{"https://e.example.com/{reason}", "", "LOST", "", "https://e.example.com/LOST"},
		{"https://e.example.com/all", "", "", "", "https://e.example.com/all"},
		{"http://[::1]:80/{reason}", "a.v1", "LOST", "", "http://[::1]:80/LOST"},
	} {
		s := system(t, source{options: goodOptions + fmt.Sprintf(" help: %q", tt.help)}.String())
		if got := s.Help(tt.domain, tt.reason, tt.code); got != tt.want {
			t.Errorf("%s of %q %q %q is %q, want %q", tt.help, tt.domain, tt.reason, tt.code, got, tt.want)
		}
	}
	s := system(t, source{}.String())
	if got := s.Help("a.v1", "LOST", "4"); got != "" || s.Codes()[0].Help() != "" {
		t.Errorf("a system without help has %q", got)
	}
}

func TestDefaultLanguage(t *testing.T) {
	t.Parallel()
	s := system(t, source{options: goodOptions + ` default_language: "DE"`,
		values: code("BOTH", 5, `grpc: ABORTED message: "x" translations: {key: "de" value: "y"}`) +
			code("ENGLISH", 6, `grpc: ABORTED message: "x" translations: {key: "fr" value: "z"}`)}.String())
	if s.Language() != "en" || s.DefaultLanguage() != "de" {
		t.Errorf("the languages are %q and %q, want en and de, as the codes write it", s.Language(), s.DefaultLanguage())
	}
	for accept, want := range map[string]string{
		"": "de", "en": "en", "fr": "fr", "ja": "de", "*": "de", "!!": "de", "de-AT": "de", "ja, en;q=0.1": "en", strings.Repeat("x", 2_000): "de",
	} {
		if got := s.MatchLanguage(accept); got != want {
			t.Errorf("%.20q: %q, want %q", accept, got, want)
		}
	}
	for reason, want := range map[string]string{"BOTH": "y de", "ENGLISH": "x en"} {
		c, _ := s.Lookup(reason)
		m, tag := c.DefaultMessage()
		if got := m.String() + " " + tag; got != want {
			t.Errorf("%s: the default message is %q, want %q", reason, got, want)
		}
		if other, otherTag := s.DefaultMessage(c); other != m || otherTag != tag {
			t.Errorf("%s: the system's default message is %q in %s, want that of the code", reason, other, otherTag)
		}
	}
	if one := system(t, source{}.String()); one.DefaultLanguage() != "en" {
		t.Errorf("without default_language it is %q, want en", one.DefaultLanguage())
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	s := system(t, source{values: code("CODE_A", 5, `grpc: ABORTED message: "{job_id} of {user}" fields: ["{parameter}[{index}]", "{user}"]
    args: {key: "zone" value: {description: "The zone"}} args: {key: "job_id" value: {type: INT64}} args: {key: "token" value: {type: JSON sensitive: true}}`) +
		code("CODE_B", 6, `grpc: ABORTED message: "x: {status_message}" fallback_for: [ABORTED] args: {key: "job_id" value: {}}`)}.String())
	a, _ := s.Lookup("CODE_A")
	want := []catalog.Param{
		{Name: "job_id", Type: statusmapv1.CodeOptions_Arg_INT64}, {Name: "user"}, {Name: "parameter"}, {Name: "index"},
		{Name: "token", Type: statusmapv1.CodeOptions_Arg_JSON, Sensitive: true}, {Name: "zone", Description: "The zone"},
	}
	if got := a.Params(); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	b, _ := s.Lookup("CODE_B")
	if got, want := b.Params(), []catalog.Param{{Name: "job_id"}}; !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v: {status_message} is not an argument", got, want)
	}
	if got, want := b.Message().Params(), []string{catalog.StatusMessage}; !slices.Equal(got, want) {
		t.Errorf("the message has %q, want %q", got, want)
	}
}

func TestPlainOptionsOfACode(t *testing.T) {
	t.Parallel()
	s := system(t, source{values: "  CODE_A = 5 [deprecated = true, (statusmap.v1.code) = {grpc: ABORTED message: \"x\" explanation: \"e\" resolution: \"r\" since: \"1.2\" replaced_by: \"UNKNOWN_ERROR\" fallback_for_http: [500, 404]}];\n"}.String())
	c, _ := s.Lookup("CODE_A")
	if c.Explanation() != "e" || c.Resolution() != "r" || c.Since() != "1.2" || c.ReplacedBy() != "UNKNOWN_ERROR" || !c.Deprecated() ||
		!slices.Equal(c.FallbackForHTTP(), []int{404, 500}) || s.FallbackHTTP(404) != c || s.FallbackHTTP(500) != c || s.FallbackHTTP(0) != nil {
		t.Errorf("got %q %q %q %q %v %v", c.Explanation(), c.Resolution(), c.Since(), c.ReplacedBy(), c.Deprecated(), c.FallbackForHTTP())
	}
}

func TestEnvelopes(t *testing.T) {
	t.Parallel()
	s := system(t, source{options: `language: "en" request_id_header: "x-depot-trace" envelope: {
      failure: '{"c":{code}}' success: '{"d":{data}}' http_always: 200 escape: ASCII
      stream_failure: '{"s":{code}}' headers: {key: "x-z" value: "{code}"} headers: {key: "X-A" value: "{reason}: x"}
    }
    alternatives: {failure: "<c>{code}</c>" format: XML}
    alternatives: {failure: '{"p":{code}}' content_type: "Application/Problem+JSON; charset=utf-8"}
    alternatives: {failure: "{code}: {message}" format: TEXT}`}.String())
	if s.RequestIDHeader() != "X-Depot-Trace" || s.HTTPAlways() != 200 {
		t.Errorf("the request id header is %q and http_always %d", s.RequestIDHeader(), s.HTTPAlways())
	}
	v := &template.Values{LegacyCode: "7<", Message: "m", Reason: "R", Data: []byte("{}")}
	var got []string
	for _, e := range s.Envelopes() {
		var headers []string
		for _, h := range e.Headers {
			headers = append(headers, h.Name+"="+string(h.Template.Append(nil, v)))
		}
		got = append(got, fmt.Sprintf("%s|%s|%d|%d|%v|%v|%s|%s|%s|%s", e.ContentType, e.MediaType, e.Format, e.HTTPAlways, e.HasSuccess, e.Reply != nil,
			e.Failure.Append(nil, v), e.StreamFailure.Append(nil, v), e.Success.Append(nil, v), strings.Join(headers, ",")))
	}
	want := []string{
		`application/json; charset=utf-8|application/json|0|200|true|true|{"c":"7<"}|{"s":"7<"}|{"d":{}}|X-A=R: x,X-Z=7<`,
		`application/xml; charset=utf-8|application/xml|1|0|false|false|<c>7&lt;</c>|<c>7&lt;</c>|{}|`,
		`Application/Problem+JSON; charset=utf-8|application/problem+json|0|0|false|true|{"p":"7<"}|{"p":"7<"}|{}|`,
		`text/plain; charset=utf-8|text/plain|2|0|false|false|7<: m|7<: m|{}|`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}
