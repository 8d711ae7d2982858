// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statusmap/statusmap/statushttp"
)

func TestAccept(t *testing.T) {
	t.Parallel()
	types := []string{"application/json", "application/problem+json", "application/xml"}
	for accept, want := range map[string]int{
		"":                         0,
		"*/*":                      0,
		"application/*":            0,
		"application/problem+json": 1,
		"Application/Problem+JSON": 1,
		"application/problem+json; charset=utf-8":                                  1,
		"application/problem+json, */*":                                            0, // both have quality 1: the earlier
		"application/problem+json, */*;q=0.9":                                      1,
		"application/json;q=0.5, application/xml;q=0.6":                            2,
		"application/json;q=0, */*":                                                1,
		"application/*;q=0.1, application/json;q=0, application/xml;Q=0.2":         2,
		"text/html, image/*":                                                       0, // none is acceptable
		"*/*;q=0":                                                                  0,
		"application/xml;v=\"a,b;q=0\"":                                            2,
		"application/xml;v=\"\\\",\" ;q=0.3, application/json;q=0.2":               2,
		"application/xml;v=1;q=0.2, application/xml;q=0.9, application/json;q=0.5": 2,
		" ,, application/xml\t; q=1.000 ":                                          2,
		"application/xml;q=1.001":                                                  0,
		"application/xml;q=.5":                                                     0,
		"application/xml;q=0.1234":                                                 0,
		"application/xml;q=x":                                                      0,
		"application/xml;q=":                                                       0,
		"*/xml":                                                                    0,
		"application":                                                              0,
		"application/":                                                             0,
		"application/xml" + strings.Repeat(" ", 1<<10):                             0, // too long
	} {
		if got := statushttp.ChooseMediaType(http.Header{"Accept": {accept}}, types); got != want {
			t.Errorf("%.80q: %s, want %s", accept, types[got], types[want])
		}
	}
	if got := statushttp.ChooseMediaType(http.Header{"Accept": {"application/json;q=0.1", "application/xml"}}, types); got != 2 {
		t.Errorf("two header lines: %s, want %s", types[got], types[2])
	}
	if got := statushttp.ChooseMediaType(nil, types); got != 0 {
		t.Errorf("no header: %s, want %s", types[got], types[0])
	}
}

func FuzzAccept(f *testing.F) {
	f.Add("application/xml;q=0.5, */*")
	f.Add("a/b;c=\"\\")
	types := []string{"application/json", "application/xml"}
	f.Fuzz(func(t *testing.T, accept string) {
		chosen := statushttp.ChooseMediaType(http.Header{"Accept": {accept}}, types)
		// A type that the header does not allow is never chosen over the first one.
		if lower := strings.ToLower(accept); chosen == 1 && !strings.Contains(lower, "*") && !strings.Contains(lower, types[1]) {
			t.Errorf("%q chooses %s", accept, types[chosen])
		}
		// The order of the lines does not matter if the type is in one of them alone.
		swapped := statushttp.ChooseMediaType(http.Header{"Accept": {"text/html", accept}}, types)
		if len(accept) < 1<<10-len("text/html") && swapped != chosen {
			t.Errorf("%q chooses %s, with another line %s", accept, types[chosen], types[swapped])
		}
	})
}

func FuzzHeaderValue(f *testing.F) {
	f.Add([]byte("a\r\nSet-Cookie: b"))
	f.Add([]byte(strings.Repeat("作业", 400)))
	f.Add([]byte(" \xff\x80 "))
	f.Fuzz(func(t *testing.T, text []byte) {
		got := statushttp.HeaderValue(text)
		if !utf8.ValidString(got) || len(got) > 1<<10 || strings.TrimSpace(got) != got {
			t.Errorf("%q: %q", text, got)
		}
		if slices.ContainsFunc([]byte(got), func(c byte) bool { return c < ' ' || c == 0x7F }) {
			t.Errorf("%q has control characters: %q", text, got)
		}
	})
}
