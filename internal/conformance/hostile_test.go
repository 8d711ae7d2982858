// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

var hostileTexts = map[string]string{
	"quotes":      `"it's" \"escaped\" \\ \`,
	"html":        `<script>alert(1)</script>&amp;`,
	"controls":    "\x00\x01\b\t\n\v\f\r\x1b\x1f\x7f",
	"separators":  "line\u2028paragraph\u2029next\u0085",
	"emoji":       "👩‍👩‍👧‍👦 🇨🇳 \U0001F600",
	"template":    `{job_id} {{x}} {code}","message":"`,
	"10 KB":       strings.Repeat("很长的文本 long ", 10<<10/20),
	"bom":         "\ufeff\ufffe",
	"percent":     "100% %00 %zz",
	"empty":       "",
	"json inside": `{"result":true,"code":0}`,
}

// TestHostileArguments raises a code of every system with arguments that need escapes in
// JSON or HTTP. A client must receive the same text.
func TestHostileArguments(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	demo := servertest.StartDemo(t, cat)
	for _, system := range cat.Systems() {
		for name, text := range hostileTexts {
			t.Run(system.Domain()+"/"+name, func(t *testing.T) {
				t.Parallel()
				code := codeWithArguments(system)
				args := map[string]string{"note": text} // also sent if the message has no arguments
				for _, p := range code.Message().Params() {
					args[p] = text
				}
				var list []catalog.Arg
				for name, value := range args {
					list = append(list, catalog.Arg{Name: name, Value: value})
				}
				want := code.Message().Text(list...)

				_, err := demo.GRPC.Raise(t.Context(), &demov1.RaiseRequest{Domain: system.Domain(), Reason: code.Reason(), Metadata: args})
				e, ok := status.FromError(err)
				if !ok || e.Message() != want || grpcstatus.Convert(err).Message() != want {
					t.Fatalf("gRPC: %.200q, want %.200q", fmt.Sprint(err), want)
				}
				for name, value := range args {
					if got, _ := e.MetadataValue(name); got != value {
						t.Errorf("metadata %s: %.200q, want %.200q", name, got, value)
					}
				}

				body := demo.Get(t, servertest.RaisePath(system, code, args), nil).Body
				if !json.Valid([]byte(body)) {
					t.Fatalf("not JSON: %.200s", body)
				}
				got, ok := readFailure(system, body)
				if !ok || got.message != want || got.legacyCode != code.LegacyCode() {
					t.Errorf("REST: %s %.200q, want %s %.200q", got.legacyCode, got.message, code.LegacyCode(), want)
				}
			})
		}
	}
}

// codeWithArguments returns the first code of a system whose message has arguments. If
// there is none, it returns the first code that is an error.
func codeWithArguments(system *catalog.System) *catalog.Code {
	var first *catalog.Code
	for _, code := range system.Codes() {
		switch {
		case code.IsSuccess():
		case len(code.Message().Params()) > 0:
			return code
		case first == nil:
			first = code
		}
	}
	return first
}
