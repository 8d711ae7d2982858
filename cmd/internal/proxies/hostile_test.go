// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package proxies_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/internal/servertest/proxies"
)

// transcoder is the bootstrap of an Envoy that answers REST requests, and turns the
// details of a status into JSON: PORT is the server's, DESCRIPTORS are in base64.
const transcoder = `
static_resources:
  listeners:
  - name: rest
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: rest
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {prefix: /}
                route: {cluster: server}
          http_filters:
          - name: envoy.filters.http.grpc_json_transcoder
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder
              proto_descriptor_bin: DESCRIPTORS
              services: [statusmap.demo.v1.DemoService]
              convert_grpc_status: true
          - name: envoy.filters.http.router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
  - name: server
    load_assignment:
      cluster_name: server
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: PORT}}}}]}]
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
`

// descriptors returns the demo's service, with the GET routes of its gateway and a POST
// route for each method, and what the transcoder needs to read the details of a status.
func descriptors(t *testing.T) string {
	t.Helper()
	routes := map[string]string{
		"Raise":  "/raise/{domain}/{reason}",
		"Echo":   "/echo/{domain}",
		"Stream": "/stream/{domain}/{reason}",
		"Fault":  "/fault/{domain}/{fault}",
	}
	var set descriptorpb.FileDescriptorSet
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			add(f.Imports().Get(i))
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(f))
	}
	add(annotations.File_google_api_annotations_proto)
	add(errdetails.File_google_rpc_error_details_proto)
	add(spb.File_google_rpc_status_proto)
	add(demov1.File_statusmap_demo_v1_demo_proto)
	file := set.GetFile()[len(set.GetFile())-1]
	file.Dependency = append(file.Dependency, annotations.File_google_api_annotations_proto.Path())
	for _, m := range file.GetService()[0].GetMethod() {
		m.Options = new(descriptorpb.MethodOptions)
		proto.SetExtension(m.GetOptions(), annotations.E_Http, &annotations.HttpRule{
			Pattern:            &annotations.HttpRule_Get{Get: routes[m.GetName()]},
			AdditionalBindings: []*annotations.HttpRule{{Pattern: &annotations.HttpRule_Post{Post: "/" + m.GetName()}, Body: "*"}},
		})
	}
	b, err := proto.Marshal(&set)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// hostile are values and names that a parser can stumble over.
var hostile = []string{
	"", "", "", " ", "\x00", "\x01\x1b\x7f", "\r\nX-Injected: 1\r\n\r\n", "\ufeff", "\u202e", "\u2028", "\xff", "\xc3\x28", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	"%", "%00", "%zz", "%25s%n%n", "{job_id}", "{{", "}}", "\"", "\\", "\\u0000", "'; DROP TABLE jobs --", "</script>", "../../../etc/passwd", "作业", "🏴‍☠️",
	"-1", "9223372036854775808", "1e400", "NaN", "null", "true", "[]", "{}", "@type", "type.googleapis.com/", "legacy_code", "request_id",
	strings.Repeat("A", 1000), strings.Repeat("作", 2000), strings.Repeat("\x00", 3000), strings.Repeat("%", 5000), strings.Repeat("x", 20000), strings.Repeat("[", 5000),
}

// hostileRequest returns a request to an Envoy. It is always the same for a seed.
func hostileRequest(t *testing.T, seed uint64, address string, codes [][2]string) *http.Request {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(values []string) string { return values[r.IntN(len(values))] }
	value := func() string { return pick(hostile) }
	code := codes[r.IntN(len(codes))]
	arguments := map[string]any{}
	for range r.IntN(4) {
		arguments[pick([]string{"job_id", "name", "0", value()})] = value()
	}
	if r.IntN(50) == 0 {
		for i := range 2000 {
			arguments[strconv.Itoa(i)] = ""
		}
	}
	body := map[string]any{"domain": code[0], "reason": code[1], "metadata": arguments}
	method, path := http.MethodPost, "/Raise"
	switch r.IntN(8) {
	case 0:
		path = "/Stream"
		body["after"] = pick([]string{"0", "0", "3", "-1", "99999999999", value()})
	case 1:
		path = "/Fault"
		body = map[string]any{"domain": code[0], "fault": pick(append(demo.Faults(), value()))}
	case 2:
		body["also"] = []string{code[1], value()}
	case 3:
		method, path = http.MethodGet, "/"+pick([]string{"raise", "stream", "fault", "echo"})+"/"+code[0]+"/"+url.PathEscape(value())
	case 4:
		method, path = http.MethodGet, "/stream/"+code[0]+"/"+code[1]+"?after="+pick([]string{"0", "2", "%00"})+"&metadata.job_id="+url.QueryEscape(value())+"&"+url.QueryEscape(value())+"="+url.QueryEscape(value())
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	// encoding/json has repaired what is not UTF-8.
	text = bytes.ReplaceAll(text, []byte(`\ufffd`), []byte("\xff"))
	if r.IntN(5) == 0 {
		// JSON that is broken.
		at := r.IntN(len(text))
		text = append(append(text[:at:at], value()...), text[at+r.IntN(len(text)-at):]...)
	}
	if method == http.MethodGet {
		text = nil
	}
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", pick([]string{"application/json", "application/json", "application/json", "application/grpc", "application/grpc-web+proto", "text/plain", ""}))
	header := [][]string{
		{"X-Request-Id", "1", "\xff", strings.Repeat("r", 5000)},
		{"Blueking-Language", "en", "zz", strings.Repeat("en,", 2000)},
		{"Grpc-Status-Details-Bin", "AA", "////", "not base64"},
		{"Grpc-Timeout", "1n", "-1S", "99999999H"},
		{"Statusmap-Success", "x"},
		{"Te", "trailers"},
	}[r.IntN(6)]
	request.Header.Set(header[0], pick(header[1:]))
	return request
}

// TestTranscoder sends 10,000 hostile requests through Envoy's transcoder, which parses
// the details of each status. Envoy answers each of them, and does not crash.
func TestTranscoder(t *testing.T) {
	t.Parallel()
	const requests, workers = 10_000, 8
	cat := servertest.DefaultCatalog(t)
	backend, err := demo.Start(t.Context(), demo.Config{HTTP: "127.0.0.1:0", GRPC: "127.0.0.1:0", Catalog: cat, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := backend.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	_, port, err := net.SplitHostPort(backend.GRPCAddr())
	if err != nil {
		t.Fatal(err)
	}
	envoy := proxies.StartEnvoy(t, strings.NewReplacer("PORT", port, "DESCRIPTORS", descriptors(t)).Replace(transcoder))
	address, pid := envoy.Addr(t, "rest"), envoy.PID()
	var codes [][2]string
	for _, system := range cat.Systems() {
		for _, c := range system.Codes() {
			codes = append(codes, [2]string{system.Domain(), c.Reason()})
		}
	}

	transport := &http.Transport{MaxConnsPerHost: workers}
	t.Cleanup(transport.CloseIdleConnections)
	send := func(request *http.Request) (status int, body string) {
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Errorf("%s %.200s: %v", request.Method, request.URL, err)
			return 0, ""
		}
		b, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			t.Errorf("%s %.200s: HTTP %d, then %v", request.Method, request.URL, response.StatusCode, err)
		}
		return response.StatusCode, string(b)
	}

	// The page's example, and an empty value.
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"42", ""} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/Raise",
			strings.NewReader(`{"domain":"legacy.job.v2","reason":"JOB_NOT_FOUND","metadata":{"job_id":"`+id+`"}}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		code, body := send(request)
		body = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(body, "REQUEST_ID")
		if code != http.StatusNotFound || !strings.Contains(body, `"job_id":"`+id+`"`) {
			t.Fatalf("HTTP %d %s, want 404 and the job_id %q", code, body, id)
		}
		if id != "" && !strings.Contains(string(text), "\n"+body+"\n") {
			t.Errorf("%s does not have the answer %s", page, body)
		}
	}

	var work sync.WaitGroup
	var mu sync.Mutex
	statuses, details := map[int]int{}, 0
	queue := make(chan *http.Request)
	for range workers {
		work.Go(func() {
			for request := range queue {
				code, body := send(request)
				mu.Lock()
				statuses[code]++
				if strings.Contains(body, `"legacy_code"`) {
					details++
				}
				mu.Unlock()
			}
		})
	}
	for seed := range uint64(requests) {
		queue <- hostileRequest(t, seed, address, codes)
	}
	close(queue)
	work.Wait()

	t.Logf("HTTP statuses and how often: %v; %d answers have details", statuses, details)
	if details < requests/4 {
		t.Errorf("%d of %d answers have the details of a status, want a quarter", details, requests)
	}
	if !envoy.Running() || envoy.PID() != pid {
		t.Errorf("envoy %d has ended", pid)
	}
	completed := envoy.Get(t, "/stats?filter=^http.rest.downstream_rq_completed$")
	if want := fmt.Sprintf("http.rest.downstream_rq_completed: %d\n", requests+2); completed != want {
		t.Errorf("envoy has %q, want %q", completed, want)
	}
}
