// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// TestDialects answers every code in every system. In its own system, the response has
// the code. In another version of the system, it has the code with the same reason, if
// there is one. Otherwise it has the fallback for the gRPC code, with the fallback's text.
func TestDialects(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	demo := servertest.StartDemo(t, cat)
	codec, err := statushttp.New()
	if err != nil {
		t.Fatal(err)
	}
	translated := 0
	for _, from := range cat.Systems() {
		for _, to := range cat.Systems() {
			for _, code := range from.Codes() {
				if code.IsSuccess() {
					continue
				}
				decision, _ := codec.Decide(&statushttp.Request{Domain: to.Domain()}, status.New(code))
				want, wantHTTP := decision.Code, decision.HTTPStatus
				if from != to && !decision.Replaced {
					translated++
				}
				args := servertest.SampleArguments(code)
				response := demo.Get(t, withDialect(t, servertest.RaisePath(from, code, args), to.Domain()), nil)
				got, ok := readFailure(to, response.Body)
				if !ok || got.legacyCode != want.LegacyCode() || response.Status != wantHTTP {
					t.Errorf("%s as %s: %d %s, want %d %s",
						code.FullName(), to.Domain(), response.Status, response.Body, wantHTTP, want.LegacyCode())
				}
				if !want.Message().Template().Fits(got.message) {
					t.Errorf("%s as %s: the message is %q, want %q", code.FullName(), to.Domain(), got.message, want.Message())
				}
				for _, name := range want.Message().Params() {
					if value, given := args[name]; given && !strings.Contains(got.message, value) {
						t.Errorf("%s as %s: the message is %q, want %s in it", code.FullName(), to.Domain(), got.message, value)
					}
				}
			}
		}
	}
	// In JOB, 110 codes of the old API and the 12 shared codes have the same reason in the
	// new API, and both APIs include the 17 codes of ESB. In Elves, all 28 old codes except
	// 403.3 do.
	if want := 2*(12+110+17) + 2*28; translated != want {
		t.Errorf("%d codes were translated, want %d", translated, want)
	}
}

func withDialect(t *testing.T, path, dialect string) string {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("dialect", dialect)
	u.RawQuery = query.Encode()
	return u.String()
}

// TestCodeHTTPStatus checks that WithCodeHTTPStatus overrides http_always.
func TestCodeHTTPStatus(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	demo := servertest.StartDemo(t, cat, statushttp.WithCodeHTTPStatus())
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			response := demo.Get(t, servertest.RaisePath(system, code, servertest.SampleArguments(code)), nil)
			if response.Status != code.HTTPStatus() {
				t.Errorf("%s: HTTP %d, want %d", code.FullName(), response.Status, code.HTTPStatus())
			}
		}
	}
}
