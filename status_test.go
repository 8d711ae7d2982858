// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusmap_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/catalog/catalogtest"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/internal/servertest/golden"
	"github.com/statusmap/statusmap/status"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// caseFile is testdata/cases/DOMAIN.json. Clients in other languages read it.
type caseFile struct {
	Domain    string     `json:"domain"`
	System    string     `json:"system"`     // the system in which the cases are raised: it can include the enum
	RequestID string     `json:"request_id"` // sent as X-Request-Id with the HTTP request
	Cases     []testCase `json:"cases"`
}

type testCase struct {
	Reason     string            `json:"reason"`
	Number     int32             `json:"number"`
	LegacyCode string            `json:"legacy_code"`
	Arguments  map[string]string `json:"arguments"`
	Success    bool              `json:"success"`

	// What a gRPC client sees.
	GRPCCode   string            `json:"grpc_code"`
	Message    string            `json:"message"`
	Metadata   map[string]string `json:"metadata"`    // of the ErrorInfo
	Messages   map[string]string `json:"messages"`    // rendered translations
	RetryAfter int               `json:"retry_after"` // seconds; 0: no RetryInfo
	Field      string            `json:"field"`       // "": no BadRequest

	// What a REST client sees.
	HTTPStatus int    `json:"http_status"`
	Body       string `json:"body"`
}

const caseRequestID = "0af7651916cd43dd8448eb211c80319c"

// TestEveryCode raises every code of every system through a real gRPC server and
// a real HTTP gateway, and compares everything a client of either can see with
// testdata/cases.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	demo := servertest.StartDemo(t, cat)
	included := map[string]bool{}
	check := func(system *catalog.System, domain string) {
		t.Run(domain, func(t *testing.T) {
			t.Parallel()
			got := caseFile{Domain: domain, System: system.Domain(), RequestID: caseRequestID}
			for _, code := range system.Codes() {
				if code.Domain() != domain {
					continue
				}
				c := testCase{
					Reason:     code.Reason(),
					Number:     code.Number(),
					LegacyCode: code.LegacyCode(),
					Arguments:  servertest.SampleArguments(code),
				}
				seenByGRPC(t, demo, system, code, &c)
				seenByREST(t, demo, system, code, &c)
				got.Cases = append(got.Cases, c)
			}
			golden.Check(t, filepath.Join("testdata", "cases", domain+".json"), jsonBytes(t, got))
		})
	}
	for _, system := range cat.Systems() {
		check(system, system.Domain())
		for _, code := range system.Codes() {
			if domain := code.Domain(); domain != system.Domain() && !included[domain] {
				included[domain] = true
				check(system, domain)
			}
		}
	}
}

// seenByGRPC fills in what a gRPC client sees of a code.
func seenByGRPC(t *testing.T, demo *servertest.Demo, system *catalog.System, code *catalog.Code, c *testCase) {
	t.Helper()
	_, err := demo.GRPC.Raise(t.Context(), &demov1.RaiseRequest{Domain: system.Domain(), Reason: c.Reason, Metadata: c.Arguments})
	st := grpcstatus.Convert(err)
	c.GRPCCode = statusmapv1.GrpcCode(st.Code()).String()
	c.Message = st.Message()
	c.Messages = map[string]string{}
	c.Metadata = map[string]string{}
	if err == nil {
		c.Success = true
		return
	}
	for i, detail := range st.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			if i != 0 || d.GetDomain() != code.Domain() || d.GetReason() != c.Reason {
				t.Errorf("%s: detail %d is the ErrorInfo of %s.%s", code.FullName(), i, d.GetDomain(), d.GetReason())
			}
			c.Metadata = d.GetMetadata()
		case *errdetails.RetryInfo:
			c.RetryAfter = int(d.GetRetryDelay().AsDuration().Seconds())
		case *errdetails.BadRequest:
			c.Field = d.GetFieldViolations()[0].GetField()
			if got := d.GetFieldViolations()[0].GetDescription(); got != st.Message() {
				t.Errorf("%s: BadRequest says %q, the status %q", code.FullName(), got, st.Message())
			}
		default:
			t.Errorf("%s: unexpected detail %T", code.FullName(), detail)
		}
	}
	e, ok := status.FromError(err)
	if !ok {
		t.Fatalf("%s: FromError does not read %v", code.FullName(), err)
	}
	if e.Code().Number() != c.Number || e.LegacyCode() != c.LegacyCode {
		t.Errorf("%s: FromError gives %d, %s, want %d, %s", code.FullName(), e.Code().Number(), e.LegacyCode(), c.Number, c.LegacyCode)
	}
	for language := range e.Code().Translations() {
		c.Messages[language] = e.MessageIn(language)
	}
}

// seenByREST fills in what a REST client sees of a code.
func seenByREST(t *testing.T, demo *servertest.Demo, system *catalog.System, code *catalog.Code, c *testCase) {
	t.Helper()
	response := demo.Get(t, servertest.RaisePath(system, code, c.Arguments), servertest.Header{"X-Request-Id": caseRequestID})
	c.HTTPStatus, c.Body = response.Status, response.Body
	contentType := "application/json; charset=utf-8"
	if code.IsSuccess() && system.Envelope().Success.String() == "{data}" {
		contentType = "application/json" // the marshaler's own
	}
	want := map[string]string{
		"Content-Type":           contentType,
		"X-Content-Type-Options": "nosniff",
		"X-Request-Id":           caseRequestID,
		"Retry-After":            "",
	}
	if c.RetryAfter > 0 {
		want["Retry-After"] = fmt.Sprint(c.RetryAfter)
	}
	for name, value := range want {
		if got := response.Header.Get(name); got != value {
			t.Errorf("%s: %s: %q, want %q", code.FullName(), name, got, value)
		}
	}
	if !json.Valid([]byte(response.Body)) {
		t.Errorf("%s: the body is not JSON: %s", code.FullName(), response.Body)
	}
}

// TestCatalogGolden shows every change of a mapping in a diff: buf breaking does
// not see options.
func TestCatalogGolden(t *testing.T) {
	t.Parallel()
	catalogtest.Golden(t, filepath.Join("testdata", "catalog.golden"))
}

func jsonBytes(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
