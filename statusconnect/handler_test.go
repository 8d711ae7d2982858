// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/connecttest"
	"github.com/statusmap/statusmap/statushttp"
)

// The requests of these tests name their dialect in a header.
const dialectHeader = "Dialect"

func newCodec(t testing.TB, opts ...statushttp.Option) *statushttp.Codec {
	t.Helper()
	codec, err := statushttp.New(append([]statushttp.Option{
		statushttp.WithLogger(slog.New(slog.DiscardHandler)),
		statushttp.WithDialect(func(r *http.Request) string { return r.Header.Get(dialectHeader) }),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

// webs are a gateway in front of grpc-go, and Handler in front of connect-go, with the same
// service.
type webs struct{ gateway, connect *servertest.Server }

func newWebs(t testing.TB, service demov1.DemoServiceServer, protocol servertest.Protocol) webs {
	t.Helper()
	codec := newCodec(t)
	address := servertest.ServeGRPC(t, service, status.ServerOptions(options()...)...)
	return webs{
		gateway: servertest.ServeHTTP(t, servertest.NewMux(t, gateway.New(codec), address), protocol),
		connect: servertest.ServeHTTP(t, statusconnect.Handler(codec, connecttest.NewMux(service, options()...)), protocol),
	}
}

const procedures = "/statusmap.demo.v1.DemoService/"

// post calls an RPC as an old client does: by name, with JSON.
func post(t testing.TB, s *servertest.Server, rpc string, request any, header servertest.Header) servertest.Response {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	h := servertest.Header{"Content-Type": "application/json"}
	maps.Copy(h, header)
	return s.Do(t, servertest.Request{Method: http.MethodPost, Path: procedures + rpc, Header: h, Body: string(body)})
}

// checkResponse fails the test unless both answers are the same, but for the date.
func checkResponse(t testing.TB, name string, got, want servertest.Response) {
	t.Helper()
	for _, r := range []servertest.Response{got, want} {
		r.Header.Del("Date")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-gateway +connect):\n%s", name, diff)
	}
}

func bothProtocols(t *testing.T, f func(t *testing.T, protocol servertest.Protocol)) {
	t.Helper()
	for _, protocol := range []servertest.Protocol{servertest.HTTP1, servertest.HTTP2} {
		t.Run(protocol.String(), func(t *testing.T) {
			t.Parallel()
			f(t, protocol)
		})
	}
}

// TestDialectEveryCode raises every code of every system, success codes too: status,
// headers and body are those of the gateway.
func TestDialectEveryCode(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, protocol servertest.Protocol) {
		t.Helper()
		w := newWebs(t, demo.NewService(servertest.DefaultCatalog(t)), protocol)
		n := 0
		for _, system := range servertest.DefaultCatalog(t).Systems() {
			header := servertest.Header{dialectHeader: system.Domain(), "X-Request-Id": requestID}
			if name := system.LanguageHeader(); name != "" {
				header[name] = "en"
			}
			for _, code := range system.Codes() {
				args := servertest.SampleArguments(code)
				want := w.gateway.Get(t, servertest.RaisePath(system, code, args), header)
				got := post(t, w.connect, "Raise", map[string]any{"domain": system.Domain(), "reason": code.Reason(), "metadata": args}, header)
				checkResponse(t, code.FullName(), got, want)
				n++
			}
		}
		if n < 450 {
			t.Errorf("%d codes, want 450 or more", n)
		}
		t.Logf("%d codes", n)
	})
}

// TestDialectFaults: the ways in which real backends fail, in each system, and in another
// dialect than the error's.
func TestDialectFaults(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, protocol servertest.Protocol) {
		t.Helper()
		w := newWebs(t, demo.NewService(servertest.DefaultCatalog(t)), protocol)
		systems := servertest.DefaultCatalog(t).Systems()
		for i, system := range systems {
			for _, dialect := range []*catalog.System{system, systems[(i+1)%len(systems)]} {
				header := servertest.Header{dialectHeader: dialect.Domain(), "X-Request-Id": requestID}
				for _, fault := range demo.Faults() {
					want := w.gateway.Get(t, "/fault/"+system.Domain()+"/"+fault, header)
					got := post(t, w.connect, "Fault", map[string]any{"domain": system.Domain(), "fault": fault}, header)
					checkResponse(t, system.Domain()+" "+fault+" in "+dialect.Domain(), got, want)
					servertest.CheckLeaks(t, got.Body)
				}
			}
		}
	})
}

// TestDialectSuccess: the success envelope, with the response as grpc-gateway writes it:
// with fields that are not set, on one line, also if the client accepts gzip.
func TestDialectSuccess(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, protocol servertest.Protocol) {
		t.Helper()
		w := newWebs(t, demo.NewService(servertest.DefaultCatalog(t)), protocol)
		for _, system := range servertest.DefaultCatalog(t).Systems() {
			for _, text := range []string{"", "hi", `"<&>` + "\u2028", "作业", strings.Repeat("long ", 2000)} {
				header := servertest.Header{dialectHeader: system.Domain(), "X-Request-Id": requestID, "Accept-Encoding": "gzip"}
				want := w.gateway.Do(t, servertest.Request{Path: "/echo/" + system.Domain() + "?text=" + url.QueryEscape(text), Header: header})
				got := post(t, w.connect, "Echo", map[string]any{"domain": system.Domain(), "text": text}, header)
				checkResponse(t, system.Domain()+" "+text[:min(len(text), 10)], got, want)
			}
		}
	})
}
