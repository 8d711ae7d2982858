// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// A section is a heading of a Markdown page and the fenced blocks below it.
type section struct {
	group, title string // of ## and ###
	blocks       []servertest.Block
}

var headingOrBlock = regexp.MustCompile("(?ms)^(##+) (.*?)$|^```(\\w+)\n(.*?)^```$")

func sections(t *testing.T, page string) []section {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	list := []section{{}}
	group := ""
	for _, m := range headingOrBlock.FindAllStringSubmatch(string(b), -1) {
		last := &list[len(list)-1]
		switch m[1] {
		case "":
			last.blocks = append(last.blocks, servertest.Block{Language: m[3], Text: m[4]})
		case "##":
			group = m[2]
			list = append(list, section{group: group})
		default:
			list = append(list, section{group: group, title: m[2]})
		}
	}
	return list
}

// TestVocabulary runs the examples of docs/vocabulary.md, and checks that every option
// and every placeholder has one.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	page := sections(t, root+"docs/vocabulary.md")
	var titles, examples strings.Builder
	for _, s := range page[1:] {
		fmt.Fprintln(&titles, s.group, s.title)
		for _, b := range s.blocks {
			fmt.Fprintln(&examples, b.Text)
		}
	}
	for _, message := range []string{"SystemOptions", "Envelope", "CodeOptions", "RPCOptions"} {
		fields := statusmapv1.File_statusmap_v1_options_proto.Messages().ByName(protoreflect.Name(message)).Fields()
		for i := range fields.Len() {
			if name := string(fields.Get(i).Name()); !regexp.MustCompile(`\b` + name + `\b`).MatchString(titles.String()) {
				t.Errorf("no heading names the option %s.%s", message, name)
			}
		}
	}
	for _, name := range documentedPlaceholders(t) {
		if !strings.Contains(examples.String(), "{"+name) {
			t.Errorf("no example has the placeholder {%s}", name)
		}
	}
	runExamples(t, page)
}

// TestCookbook runs the recipes of docs/cookbook.md. checkHTTP reads the answers back.
func TestCookbook(t *testing.T) {
	t.Parallel()
	runExamples(t, sections(t, root+"docs/cookbook.md"))
}

func runExamples(t *testing.T, page []section) {
	t.Helper()
	base := page[0].blocks[0].Text
	for _, s := range page[1:] {
		if s.group == "RPCOptions" || len(s.blocks) == 0 {
			continue
		}
		t.Run(s.group+"/"+s.title, func(t *testing.T) {
			t.Parallel()
			var house *house
			for i, b := range s.blocks {
				if b.Language == "proto" {
					house = newHouse(t, compose(t, base, s.group, b.Text))
					if i+1 == len(s.blocks) || s.blocks[i+1].Language == "proto" {
						t.Error("an example without a result")
					}
					continue
				}
				house.check(t, b)
			}
		})
	}
}

// documentedPlaceholders returns the placeholders that the comment of Envelope lists.
func documentedPlaceholders(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(root + "proto/statusmap/v1/options.proto")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^//   \{([a-z_]+)(\.NAME|\.\.\.)?\} `).FindAllStringSubmatch(string(b), -1) {
		names = append(names, m[1]+strings.TrimSuffix(m[2], "NAME"))
	}
	if len(names) < 20 {
		t.Fatalf("%d placeholders in the comment, want 20 or more: %v", len(names), names)
	}
	return names
}

// compose puts an example into the file that the page begins with.
func compose(t *testing.T, base, group, example string) string {
	t.Helper()
	example, further, _ := strings.Cut(example, "+++\n")
	system, code, both := strings.Cut(example, "---\n")
	if group == "CodeOptions" && !both {
		system, code = "", example
	}
	optionOf := regexp.MustCompile(`(?m)^(?:    )?([a-z_]+): `)
	replace := func(text, start, options string) string {
		i := strings.Index(text, start) + len(start)
		end := i + strings.Index(text[i:], "\n  }")
		var kept []string
		for line := range strings.SplitSeq(text[i:end], "\n") {
			name := optionOf.FindStringSubmatch(line)
			if name == nil || !regexp.MustCompile(`(?m)^`+name[1]+`: `).MatchString(options) {
				kept = append(kept, line)
			}
		}
		return text[:i] + strings.Join(kept, "\n") + "\n" + options + text[end:]
	}
	text := replace(base, "(statusmap.v1.system) = {", system)
	text = replace(text, "PARCEL_NOT_FOUND = 101 [(statusmap.v1.code) = {", code)
	if strings.HasPrefix(further, "enum ") {
		return text + "\n" + further
	}
	end := strings.LastIndex(text, "}")
	return text[:end] + further + text[end:]
}

// A house is a small program that uses a table: net/http with statushttp, and the demo
// with a gateway.
type house struct {
	dir     string
	problem string // of the table
	catalog *catalog.Catalog
	codec   *statushttp.Codec
	server  *httptest.Server
}

const depot = "legacy.depot.v1"

func newHouse(t *testing.T, source string) *house {
	t.Helper()
	h := &house{dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(h.dir, "depot.proto"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if h.catalog, _, err = protosource.Catalog(t.Context(), nil, []string{filepath.Join(h.dir, "depot.proto")}); err != nil {
		h.problem = err.Error()
		return h
	}
	h.codec, err = statushttp.New(statushttp.WithCatalog(h.catalog), statushttp.WithDefaultDomain(depot), statushttp.WithLogger(new(servertest.Log).Logger()))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /parcels/42", func(w http.ResponseWriter, r *http.Request) {
		h.codec.WriteError(w, r, h.raise(t, "PARCEL_NOT_FOUND"))
	})
	mux.HandleFunc("GET /orders/7", func(w http.ResponseWriter, r *http.Request) {
		h.codec.WriteError(w, r, status.WithViolations(h.raise(t, "ORDER_INVALID"), h.raise(t, "WEIGHT_TOO_HIGH"), h.raise(t, "PARAMETER_MISSING")))
	})
	mux.HandleFunc("GET /raise/{reason}", func(w http.ResponseWriter, r *http.Request) {
		h.codec.WriteError(w, r, h.raise(t, r.PathValue("reason")))
	})
	mux.HandleFunc("GET /fail/{code}", func(w http.ResponseWriter, r *http.Request) {
		code := codes.Code(statusmapv1.GrpcCode_value[r.PathValue("code")])
		h.codec.WriteError(w, r, grpcstatus.Error(code, "the depot is closed"))
	})
	mux.HandleFunc("GET /parcels/1", func(w http.ResponseWriter, r *http.Request) {
		request := h.codec.Request(r)
		success, ok := h.codec.Success(&request, "")
		if !ok {
			t.Error("no success")
		}
		body := success.Append(nil, w.Header(), []byte(`{"name":"vase"}`))
		w.WriteHeader(success.HTTPStatus)
		if _, err := w.Write(body); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /backend", func(w http.ResponseWriter, r *http.Request) {
		backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			if _, err := io.WriteString(w, r.Header.Get("X-Answer")); err != nil {
				t.Error(err)
			}
		}))
		defer backend.Close()
		client := statushttp.Client{Codec: h.codec, Domain: depot}
		ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, backend.URL, http.NoBody)
		if err != nil {
			t.Error(err)
			return
		}
		_, err = client.Do(ask)
		h.codec.WriteError(w, r, err)
	})
	h.server = httptest.NewServer(mux)
	t.Cleanup(h.server.Close)
	return h
}

// raise returns the error of a reason, with values for all of its arguments.
func (h *house) raise(t *testing.T, reason string) error {
	t.Helper()
	values := map[string]string{"parcel_id": "42", "parameter": "sender", "token": "s3cret", "weight_kg": "31.5"}
	system, _ := h.catalog.System(depot)
	code, ok := system.Lookup(reason)
	if !ok {
		t.Fatalf("%s is not in the catalog", reason)
	}
	var args []any
	for _, p := range code.Params() {
		if values[p.Name] == "" {
			t.Fatalf("the argument %s has no value", p.Name)
		}
		args = append(args, p.Name, values[p.Name])
	}
	return status.New(code, args...)
}

func (h *house) check(t *testing.T, b servertest.Block) {
	t.Helper()
	switch {
	case b.Language == "console":
		servertest.CheckConsole(t, nil, []servertest.Block{b}, h.dir, 1)
	case b.Language == "text" && strings.HasPrefix(b.Text, "depot.proto"):
		withoutLine := regexp.MustCompile(`depot\.proto:\d+:`).ReplaceAllString(h.problem, "depot.proto:")
		if withoutLine != strings.TrimSpace(b.Text) {
			t.Errorf("the problem is\n%s\nwant\n%s", withoutLine, b.Text)
		}
	case h.problem != "":
		t.Fatalf("the example is not right: %s", h.problem)
	case b.Language == "http":
		h.checkHTTP(t, b.Text)
	default:
		h.checkHTTP(t, "GET /parcels/42\n\n"+b.Text)
	}
}

// checkHTTP sends the request of a block and compares what follows: the status line and
// headers, if there are any, and the body.
func (h *house) checkHTTP(t *testing.T, text string) {
	t.Helper()
	head, want, _ := strings.Cut(text, "\n\n")
	line, header, _ := strings.Cut(head, "\n")
	method, path, _ := strings.Cut(line, " ")
	base := h.server.URL
	if strings.HasPrefix(path, "/stream/") || strings.HasPrefix(path, "/no/") {
		// These need a gateway.
		demo := servertest.StartDemo(t, h.catalog, statushttp.WithDefaultDomain(depot))
		base = demo.URL
		path = strings.Replace(path, "/stream/", "/stream/"+depot+"/", 1)
		if strings.HasPrefix(path, "/stream/") {
			path += "&metadata%5Bparcel_id%5D=42"
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, base+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header(mimeHeader(t, header))
	if r.Header.Get("X-Request-Id") == "" {
		r.Header.Set("X-Request-Id", "r-1")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(want, "HTTP/1.1 ") {
		head, rest, _ := strings.Cut(want, "\n\n")
		want = rest
		statusLine, header, _ := strings.Cut(head, "\n")
		if got := "HTTP/1.1 " + response.Status; got != statusLine {
			t.Errorf("%s: got %s, want %s", line, got, statusLine)
		}
		for name, values := range mimeHeader(t, header) {
			if got := response.Header.Get(name); got != values[0] {
				t.Errorf("%s: the header %s is %q, want %q", line, name, got, values[0])
			}
		}
	}
	h.checkReadBack(t, line, statushttp.Response{HTTPStatus: response.StatusCode, Header: response.Header, Body: body})
	if got, want := withoutTime(string(body)), withoutTime(want); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s\ngot  %s\nwant %s", line, got, want)
	}
}

// checkReadBack reads an answer back as a client of the old API does: it must give the
// error, or the data, that it was made from.
func (h *house) checkReadBack(t *testing.T, line string, response statushttp.Response) {
	t.Helper()
	switch contentType := response.Header.Get("Content-Type"); {
	case strings.Contains(contentType, "xml"):
		var doc struct{}
		if err := xml.Unmarshal(response.Body, &doc); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		return // XML and text are not read back
	case !strings.Contains(contentType, "json"):
		return
	}
	_, path, _ := strings.Cut(line, " ")
	data, err := h.codec.Decode(depot, response)
	if path == "/parcels/1" {
		if err != nil || string(data) != `{"name":"vase"}` {
			t.Errorf("%s is read back as %s, %v, want the data", line, data, err)
		}
		return
	}
	want := map[string]string{"/parcels/42": "PARCEL_NOT_FOUND", "/orders/7": "ORDER_INVALID"}[path]
	if want == "" {
		return
	}
	system, _ := h.catalog.System(depot)
	envelope := system.Envelope().Failure
	for _, set := range system.Envelopes() {
		if set.ContentType == response.Header.Get("Content-Type") {
			envelope = set.Failure
		}
	}
	if len(system.Envelopes()) == 1 {
		// Somebody pastes a body, without its header, into explain.
		if _, pasted := h.codec.Decode(depot, statushttp.Response{HTTPStatus: response.HTTPStatus, Body: response.Body}); !proto.Equal(grpcstatus.Convert(pasted).Proto(), grpcstatus.Convert(err).Proto()) {
			t.Errorf("%s is read as %v without its Content-Type, want %v", line, pasted, err)
		}
	}
	e, ok := status.FromErrorIn(h.catalog, err)
	switch {
	case envelope.Has("code") || envelope.Has("reason"):
		if !ok || e.Reason() != want {
			t.Errorf("%s is read back as %v, want %s", line, err, want)
		}
	default: // the answer does not say which code it was
		code, _ := h.catalog.Lookup(depot, want)
		if grpcstatus.Code(err) != code.GRPCCode() {
			t.Errorf("%s is read back as %v, want %s", line, err, code.GRPCCode())
		}
	}
}

var timestamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|\b1[78]\d{11}\b`)

// withoutTime replaces times, each digit by 0.
func withoutTime(s string) string {
	return timestamp.ReplaceAllStringFunc(s, func(s string) string {
		return regexp.MustCompile(`\d`).ReplaceAllString(s, "0")
	})
}

func mimeHeader(t *testing.T, text string) textproto.MIMEHeader {
	t.Helper()
	header, err := textproto.NewReader(bufio.NewReader(strings.NewReader(text + "\n\n"))).ReadMIMEHeader()
	if err != nil {
		t.Fatal(err)
	}
	return header
}
