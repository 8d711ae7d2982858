package statusmap_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
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

// TestHostileArguments raises the codes with arguments of every system with text
// that breaks careless writers: it has to be the same text after JSON parsing.
func TestHostileArguments(t *testing.T) {
	cat := defaultCatalog(t)
	w := start(t, cat)
	for _, system := range cat.Systems() {
		for name, text := range hostileTexts {
			t.Run(system.Domain()+"/"+name, func(t *testing.T) {
				code := system.Codes()[0]
				for _, c := range system.Codes() {
					if c.Message().HasParams() {
						code = c
						break
					}
				}
				args := map[string]string{"note": text} // where no message has arguments, metadata still does
				for _, p := range code.Message().Params() {
					args[p] = text
				}
				var list []catalog.Arg
				for name, value := range args {
					list = append(list, catalog.Arg{Name: name, Value: value})
				}
				want := code.Message().Text(list...)

				_, err := w.grpc.Raise(context.Background(), &demov1.RaiseRequest{Domain: code.Domain(), Reason: code.Reason(), Metadata: args})
				e, ok := status.FromError(err)
				if code.IsSuccess() {
					return
				}
				if !ok || e.Message() != want || grpcstatus.Convert(err).Message() != want {
					t.Fatalf("gRPC: %.200q, want %.200q", fmt.Sprint(err), want)
				}
				for name, value := range args {
					if got, _ := e.MetadataValue(name); got != value {
						t.Errorf("metadata %s: %.200q, want %.200q", name, got, value)
					}
				}

				a := w.get(t, raisePath(code.Domain(), code.Reason(), args))
				if !json.Valid([]byte(a.body)) {
					t.Fatalf("no JSON: %.200s", a.body)
				}
				v, ok := system.FailureEnvelope().Parse([]byte(a.body))
				if !ok || v.Message != want || v.LegacyCode != code.LegacyCode() {
					t.Errorf("REST: %.200q, want %.200q", v.Message, want)
				}
			})
		}
	}
}
