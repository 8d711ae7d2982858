// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"connectrpc.com/vanguard"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/connecttest"
	"github.com/statusmap/statusmap/statusconnect/internal/gen/statusmap/demo/v1/demov1connect"
	"github.com/statusmap/statusmap/statushttp"
)

func TestMain(m *testing.M) { servertest.Main(m) }

const requestID = "0af7651916cd43dd8448eb211c80319c"

// rules are those of demo.gateway.yaml.
func rules() []*annotations.HttpRule {
	const service = "statusmap.demo.v1.DemoService."
	get := func(method, path string) *annotations.HttpRule {
		return &annotations.HttpRule{Selector: service + method, Pattern: &annotations.HttpRule_Get{Get: path}}
	}
	raise := get("Raise", "/raise/{domain}/{reason}")
	raise.AdditionalBindings = []*annotations.HttpRule{{Pattern: &annotations.HttpRule_Post{Post: "/raise/{domain}/{reason}"}, Body: "*"}}
	return []*annotations.HttpRule{
		raise,
		get("Echo", "/echo/{domain}"),
		get("Stream", "/stream/{domain}/{reason}"),
		get("Fault", "/fault/{domain}/{fault}"),
	}
}

func options() []status.Option {
	return []status.Option{
		status.WithFallbackDomain(connecttest.FallbackDomain),
		status.WithLogger(slog.New(slog.DiscardHandler)),
	}
}

// newTranscoder returns vanguard in front of the demo's service on connect-go, which it
// calls in a protocol.
func newTranscoder(t testing.TB, protocol vanguard.Protocol) http.Handler {
	t.Helper()
	mux := connecttest.NewMux(demo.NewService(servertest.DefaultCatalog(t)), options()...)
	transcoder, err := vanguard.NewTranscoder([]*vanguard.Service{
		vanguard.NewService("/"+demov1connect.DemoServiceName+"/", mux,
			vanguard.WithTargetProtocols(protocol), vanguard.WithTargetCodecs(vanguard.CodecProto)),
	}, vanguard.WithRules(rules()...))
	if err != nil {
		t.Fatal(err)
	}
	return transcoder
}

// dialectOf is the second segment of a path, as in the demo, or that of a header.
func dialectOf(r *http.Request) string {
	if parts := strings.Split(r.URL.Path, "/"); len(parts) > 2 && r.Header.Get("Dialect") == "" {
		return parts[2]
	}
	return r.Header.Get("Dialect")
}

func newCodec(t testing.TB, opts ...statushttp.Option) *statushttp.Codec {
	t.Helper()
	codec, err := statushttp.New(append([]statushttp.Option{
		statushttp.WithLogger(slog.New(slog.DiscardHandler)),
		statushttp.WithDialect(dialectOf),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

// protocols are those in which vanguard calls the service.
var protocols = []vanguard.Protocol{vanguard.ProtocolConnect, vanguard.ProtocolGRPC, vanguard.ProtocolGRPCWeb}

// TestVanguard sends the same requests to a gateway and to vanguard: in a dialect, status,
// headers and body are the same for every code, fault and success.
func TestVanguard(t *testing.T) {
	t.Parallel()
	codec := newCodec(t)
	address := servertest.ServeGRPC(t, demo.NewService(servertest.DefaultCatalog(t)), status.ServerOptions(options()...)...)
	gatewayServer := servertest.ServeHTTP(t, servertest.NewMux(t, gateway.New(codec), address), servertest.HTTP1)
	for _, protocol := range protocols {
		t.Run(protocol.String(), func(t *testing.T) {
			t.Parallel()
			s := servertest.ServeHTTP(t, statusconnect.Handler(codec, newTranscoder(t, protocol)), servertest.HTTP1)
			check := func(path string, header servertest.Header) {
				t.Helper()
				want, got := gatewayServer.Get(t, path, header), s.Get(t, path, header)
				want.Header.Del("Date")
				got.Header.Del("Date")
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-gateway +vanguard):\n%s", path, diff)
				}
			}
			n := 0
			for _, system := range servertest.DefaultCatalog(t).Systems() {
				header := servertest.Header{"X-Request-Id": requestID, "Accept-Encoding": "gzip"}
				for _, code := range system.Codes() {
					check(raisePath(system, code), header)
					n++
				}
				for _, fault := range demo.Faults() {
					check("/fault/"+system.Domain()+"/"+fault, header)
				}
				check("/echo/"+system.Domain()+"?text=hi", header)
				check("/echo/"+system.Domain(), header)
			}
			if n < 450 {
				t.Errorf("%d codes, want 450 or more", n)
			}
			t.Logf("%d codes", n)
		})
	}
}

// raisePath names the arguments as vanguard and grpc-gateway both read them: in the path
// alone, since vanguard has no maps in a query.
func raisePath(system *catalog.System, code *catalog.Code) string {
	return "/raise/" + system.Domain() + "/" + code.Reason()
}

// TestVanguardBodies raises codes with arguments, which vanguard reads from a body.
func TestVanguardBodies(t *testing.T) {
	t.Parallel()
	codec := newCodec(t)
	for _, protocol := range protocols {
		s := servertest.ServeHTTP(t, statusconnect.Handler(codec, newTranscoder(t, protocol)), servertest.HTTP1)
		for _, contentType := range []string{"application/json", "application/x-www-form-urlencoded"} {
			for _, path := range []string{"/raise/legacy.job.v2/JOB_NOT_FOUND", "/statusmap.demo.v1.DemoService/Raise"} {
				r := s.Do(t, servertest.Request{
					Method: http.MethodPost, Path: path,
					Header: servertest.Header{"X-Request-Id": "r-1", "Content-Type": contentType, "Dialect": "legacy.job.v2"},
					Body:   `{"domain":"legacy.job.v2","reason":"JOB_NOT_FOUND","metadata":{"job_id":"42"}}`,
				})
				if want := `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"r-1"}`; r.Status != 200 || r.Body != want {
					t.Errorf("%s, POST %s as %s: %d %s, want %s", protocol, path, contentType, r.Status, r.Body, want)
				}
			}
		}
	}
}

// TestVanguardExits: what vanguard answers itself has the envelope and vanguard's HTTP
// status, and nothing of its text.
func TestVanguardExits(t *testing.T) {
	t.Parallel()
	const apiswitch = "legacy.apiswitch.v1"
	transcoder := newTranscoder(t, vanguard.ProtocolConnect)
	s := servertest.ServeHTTP(t, statusconnect.Handler(newCodec(t), transcoder), servertest.HTTP1)
	without := servertest.ServeHTTP(t, transcoder, servertest.HTTP1)
	for _, test := range []struct {
		name       string
		request    servertest.Request
		httpStatus int
	}{
		{"no such path", servertest.Request{Path: "/nothing/" + apiswitch}, 404},
		{"another HTTP method", servertest.Request{Method: http.MethodPut, Path: "/echo/" + apiswitch}, 405},
		{"not JSON", servertest.Request{Method: http.MethodPost, Path: "/raise/" + apiswitch + "/X", Body: "{hunter2"}, 500},
		{"no such argument", servertest.Request{Path: "/echo/" + apiswitch + "?hunter2=1"}, 500},
		{"another media type", servertest.Request{Method: http.MethodPost, Path: "/raise/" + apiswitch + "/X", Header: servertest.Header{"Content-Type": "text/csv"}, Body: "a"}, 415},
	} {
		r := s.Do(t, test.request)
		if own := without.Do(t, test.request); own.Status != test.httpStatus {
			t.Errorf("%s: vanguard answers %d, want %d", test.name, own.Status, test.httpStatus)
		}
		if r.Status != test.httpStatus || !strings.HasPrefix(r.Body, `{"Code":`) {
			t.Errorf("%s: %d %s, want %d and an envelope", test.name, r.Status, r.Body, test.httpStatus)
		}
		servertest.CheckLeaks(t, fmt.Sprint(r.Header, r.Body))
	}
}

// TestVanguardClients: Connect, gRPC and gRPC-Web clients get through vanguard what they get
// without Handler, also on a path with a dialect. vanguard does not pass the details on to
// gRPC clients if it has to translate.
func TestVanguardClients(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.job.v2"))
	for _, protocol := range protocols {
		transcoder := newTranscoder(t, protocol)
		for _, wire := range connecttest.Wires() {
			var got [2]*status.LegacyError
			for i, handler := range []http.Handler{transcoder, statusconnect.Handler(codec, transcoder)} {
				_, err := wire.Dial(t, handler).Raise(t.Context(), connecttest.Request(&demov1.RaiseRequest{
					Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: map[string]string{"job_id": "42"},
				}, "X-Request-Id", requestID))
				if connect.CodeOf(err) != connect.CodeNotFound {
					t.Errorf("%s to %s: %v", wire.Name, protocol, err)
				}
				got[i], _ = status.FromError(err)
				if whole := wire.HTTP == servertest.HTTP1 || protocol == vanguard.ProtocolGRPC; whole && !status.Is(err, jobv2.Code_JOB_NOT_FOUND) {
					t.Errorf("%s to %s: %v", wire.Name, protocol, err)
				}
			}
			if (got[0] == nil) != (got[1] == nil) || got[0] != nil && !proto.Equal(got[0].GRPCStatus().Proto(), got[1].GRPCStatus().Proto()) {
				t.Errorf("%s to %s: %v, without Handler %v", wire.Name, protocol, got[1], got[0])
			}
		}
	}
}

// TestVanguardPlain: without a dialect, vanguard's answers stay as they are.
func TestVanguardPlain(t *testing.T) {
	t.Parallel()
	transcoder := newTranscoder(t, vanguard.ProtocolConnect)
	codec, err := statushttp.New(statushttp.WithOwnDomain(), statushttp.WithRoute("/raise/", ""))
	if err != nil {
		t.Fatal(err)
	}
	with := servertest.ServeHTTP(t, statusconnect.Handler(codec, transcoder), servertest.HTTP1)
	without := servertest.ServeHTTP(t, transcoder, servertest.HTTP1)
	header := servertest.Header{"X-Request-Id": requestID, "Accept-Encoding": "identity"}
	for _, path := range []string{"/raise/legacy.job.v2/JOB_NOT_FOUND", "/echo/legacy.job.v2?text=hi", "/nothing"} {
		got, want := with.Get(t, path, header), without.Get(t, path, header)
		got.Header.Del("Date")
		want.Header.Del("Date")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-without +with Handler):\n%s", path, diff)
		}
	}
}
