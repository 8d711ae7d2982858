// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"connectrpc.com/connect"
	"connectrpc.com/vanguard"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/connecttest"
	"github.com/statusmap/statusmap/statushttp"
)

// TestVanguardOptions: the dialect is an option of the method that a REST path leads to,
// which is known only when the handler is called. Not parallel: it changes the global
// registry.
func TestVanguardOptions(t *testing.T) {
	service := connecttest.Register(t, "interop.test", "legacy.apiswitch.v1", map[string]string{"Get": "legacy.job.v2", "List": ""})
	codec, err := statushttp.New()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	var ruled []*annotations.HttpRule
	ids := make(chan string, 1)
	for _, name := range []string{"Get", "List"} {
		procedure := "/interop.test.Tests/" + name
		mux.Handle(procedure, connect.NewUnaryHandler(procedure, func(_ context.Context, r *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
			ids <- r.Header().Get("X-Request-Id")
			if r.Header().Get("Fail") != "" {
				return nil, errors.New(servertest.Secret)
			}
			return connect.NewResponse(wrapperspb.String("hi")), nil
		}, connect.WithInterceptors(statusconnect.Interceptor(options()...))))
		ruled = append(ruled, &annotations.HttpRule{Selector: "interop.test.Tests." + name, Pattern: &annotations.HttpRule_Get{Get: "/things/" + name}})
	}
	for _, protocol := range protocols {
		transcoder, err := vanguard.NewTranscoder([]*vanguard.Service{vanguard.NewServiceWithSchema(service, mux,
			vanguard.WithTargetProtocols(protocol), vanguard.WithTargetCodecs(vanguard.CodecProto))}, vanguard.WithRules(ruled...))
		if err != nil {
			t.Fatal(err)
		}
		s := servertest.ServeHTTP(t, statusconnect.Handler(codec, transcoder), servertest.HTTP1)
		for _, test := range []struct{ method, fail, format string }{
			{"Get", "1", `{"result":false,"code":1239999,"data":null,"message":"系统内部异常","request_id":"%s"}`},
			{"Get", "", `{"result":true,"code":0,"data":"hi","message":"","request_id":"%s"}`},
			{"List", "1", `{"Code":10004,"Message":"内部错误"}`},
			{"List", "", `"hi"`},
		} {
			r := s.Get(t, "/things/"+test.method, servertest.Header{"Fail": test.fail, "Accept-Encoding": "gzip"})
			want, id := test.format, <-ids
			if test.method == "Get" {
				want = fmt.Sprintf(want, id)
			}
			if r.Body != want || id == "" || r.Header.Get("X-Request-Id") != id {
				t.Errorf("%s %q over %s: %d %s, want %s", test.method, test.fail, protocol, r.Status, r.Body, want)
			}
		}
		client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](s.Client, s.URL+"/interop.test.Tests/Get")
		_, err = client.CallUnary(t.Context(), connecttest.Request(&emptypb.Empty{}, "Fail", "1"))
		if e, ok := status.FromError(err); !ok || e.Reason() != "INTERNAL_ERROR" {
			t.Errorf("a Connect client over %s: %v", protocol, err)
		}
		<-ids
	}
}
