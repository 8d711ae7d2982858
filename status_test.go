package statusmap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/status"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

var update = flag.Bool("update", false, "write the golden files anew")

// caseFile is testdata/cases/DOMAIN.json. Clients in other languages read it.
type caseFile struct {
	Domain    string     `json:"domain"`
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

func defaultCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

type world struct {
	grpc demov1.DemoServiceClient
	http string
}

// start runs the demo's server and gateway on free ports.
func start(t testing.TB, cat *catalog.Catalog, opts ...gateway.Option) world {
	t.Helper()
	server, err := demo.Start(context.Background(), demo.Config{
		HTTP: "127.0.0.1:0", GRPC: "127.0.0.1:0", Catalog: cat,
		Logger: slog.New(slog.DiscardHandler), Gateway: opts,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	conn, err := grpc.NewClient(server.GRPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return world{demov1.NewDemoServiceClient(conn), "http://" + server.HTTPAddr()}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (w world) get(t testing.TB, path string, header ...string) answer {
	t.Helper()
	return w.do(t, http.MethodGet, path, nil, header...)
}

func (w world) do(t testing.TB, method, path string, body io.Reader, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, w.http+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(b)}
}

func raisePath(domain, reason string, args map[string]string) string {
	q := url.Values{}
	for name, value := range args {
		q.Set("metadata["+name+"]", value)
	}
	path := "/raise/" + domain + "/" + reason
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// sampleArguments gives each parameter a value that the text around it cannot be
// mistaken for.
func sampleArguments(code *catalog.Code) map[string]string {
	args := map[string]string{}
	for i, name := range code.Message().Params() {
		switch {
		case strings.HasSuffix(name, "_id"):
			args[name] = fmt.Sprint(42 + i)
		case name == "ip" || strings.HasSuffix(name, "ips"):
			args[name] = "10.0.0." + fmt.Sprint(i+1)
		default:
			args[name] = name + "-" + fmt.Sprint(i+1)
		}
	}
	return args
}

const caseRequestID = "0af7651916cd43dd8448eb211c80319c"

// TestEveryCode raises every code of every system through a real gRPC server and
// a real HTTP gateway, and compares everything a client of either can see with
// testdata/cases.
func TestEveryCode(t *testing.T) {
	cat := defaultCatalog(t)
	w := start(t, cat)
	for _, system := range cat.Systems() {
		t.Run(system.Domain(), func(t *testing.T) {
			got := caseFile{Domain: system.Domain(), RequestID: caseRequestID}
			for _, code := range system.Codes() {
				c := testCase{
					Reason: code.Reason(), Number: code.Number(), LegacyCode: code.LegacyCode(),
					Arguments: sampleArguments(code),
				}
				seenByGRPC(t, w, system.Domain(), &c)
				seenByREST(t, w, system.Domain(), &c)
				got.Cases = append(got.Cases, c)
			}
			golden(t, filepath.Join("testdata", "cases", system.Domain()+".json"), jsonBytes(t, got))
		})
	}
}

func seenByGRPC(t *testing.T, w world, domain string, c *testCase) {
	t.Helper()
	_, err := w.grpc.Raise(context.Background(), &demov1.RaiseRequest{Domain: domain, Reason: c.Reason, Metadata: c.Arguments})
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
			if i != 0 || d.GetDomain() != domain || d.GetReason() != c.Reason {
				t.Errorf("%s.%s: detail %d is the ErrorInfo of %s.%s", domain, c.Reason, i, d.GetDomain(), d.GetReason())
			}
			c.Metadata = d.GetMetadata()
		case *errdetails.RetryInfo:
			c.RetryAfter = int(d.GetRetryDelay().AsDuration().Seconds())
		case *errdetails.BadRequest:
			c.Field = d.GetFieldViolations()[0].GetField()
			if got := d.GetFieldViolations()[0].GetDescription(); got != st.Message() {
				t.Errorf("%s.%s: BadRequest says %q, the status %q", domain, c.Reason, got, st.Message())
			}
		default:
			t.Errorf("%s.%s: unexpected detail %T", domain, c.Reason, detail)
		}
	}
	e, ok := status.FromError(err)
	if !ok {
		t.Fatalf("%s.%s: FromError: not ours", domain, c.Reason)
	}
	if e.Code().Number() != c.Number || e.LegacyCode() != c.LegacyCode {
		t.Errorf("%s.%s: FromError gives %d, %s", domain, c.Reason, e.Code().Number(), e.LegacyCode())
	}
	for language := range e.Code().Translations() {
		c.Messages[language] = e.MessageIn(language)
	}
}

func seenByREST(t *testing.T, w world, domain string, c *testCase) {
	t.Helper()
	a := w.get(t, raisePath(domain, c.Reason, c.Arguments), "X-Request-Id", caseRequestID)
	c.HTTPStatus, c.Body = a.status, a.body
	want := map[string]string{
		"Content-Type":           "application/json; charset=utf-8",
		"X-Content-Type-Options": "nosniff",
		"X-Request-Id":           caseRequestID,
		"Retry-After":            "",
	}
	if c.RetryAfter > 0 {
		want["Retry-After"] = fmt.Sprint(c.RetryAfter)
	}
	for name, value := range want {
		if got := a.header.Get(name); got != value {
			t.Errorf("%s.%s: %s: %q, want %q", domain, c.Reason, name, got, value)
		}
	}
	if !json.Valid([]byte(a.body)) {
		t.Errorf("%s.%s: the body is no JSON: %s", domain, c.Reason, a.body)
	}
}

// TestCatalogGolden shows every change of a mapping in a diff: buf breaking does
// not see options.
func TestCatalogGolden(t *testing.T) {
	var b bytes.Buffer
	for _, system := range defaultCatalog(t).Systems() {
		fmt.Fprintf(&b, "# %s (%s), %s\n", system.Domain(), system.Title(), system.Language())
		fmt.Fprintf(&b, "# failure  %s\n# success  %s\n", system.FailureEnvelope(), system.SuccessEnvelope())
		if system.HTTPAlways() != 0 {
			fmt.Fprintf(&b, "# HTTP     always %d\n", system.HTTPAlways())
		}
		if system.LanguageHeader() != "" {
			fmt.Fprintf(&b, "# language by %s\n", system.LanguageHeader())
		}
		for _, code := range system.Codes() {
			fmt.Fprintf(&b, "%s %s %s %s %d", code.LegacyCode(), code.Reason(), fmt.Sprint(code.Number()),
				statusmapv1.GrpcCode(code.GRPCCode()), code.HTTPStatus())
			if code.RetryAfter() > 0 {
				fmt.Fprintf(&b, " retry=%s", code.RetryAfter())
			}
			if code.Field() != "" {
				fmt.Fprintf(&b, " field=%s", code.Field())
			}
			for _, name := range sortedKeys(code.Labels()) {
				fmt.Fprintf(&b, " %s=%s", name, code.Labels()[name])
			}
			for _, g := range code.FallbackFor() {
				fmt.Fprintf(&b, " fallback=%s", statusmapv1.GrpcCode(g))
			}
			fmt.Fprintf(&b, "\n\t%s\n", code.Message())
			for language, message := range code.Translations() {
				fmt.Fprintf(&b, "\t%s: %s\n", language, message)
			}
		}
		b.WriteByte('\n')
	}
	golden(t, filepath.Join("testdata", "catalog.golden"), b.Bytes())
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s (go test . -update writes it anew):\n%s", path, diff)
	}
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
