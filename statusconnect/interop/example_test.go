// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"connectrpc.com/connect"
	"connectrpc.com/vanguard"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/gen/statusmap/demo/v1/demov1connect"
	"github.com/statusmap/statusmap/statushttp"
)

type service struct {
	demov1connect.UnimplementedDemoServiceHandler
}

func (service) Raise(_ context.Context, r *connect.Request[demov1.RaiseRequest]) (*connect.Response[demov1.RaiseResponse], error) {
	return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", r.Msg.GetReason())
}

func newRESTHandler() (http.Handler, error) {
	codec, err := statushttp.New(statushttp.WithRoute("/raise/", "legacy.job.v2"))
	if err != nil {
		return nil, err
	}
	path, handler := demov1connect.NewDemoServiceHandler(service{},
		connect.WithInterceptors(statusconnect.Interceptor()))
	transcoder, err := vanguard.NewTranscoder(
		[]*vanguard.Service{vanguard.NewService(path, handler, vanguard.WithTargetCodecs(vanguard.CodecProto))},
		vanguard.WithRules(rules()...)) // or the options google.api.http of your methods
	if err != nil {
		return nil, err
	}
	return statusconnect.Handler(codec, transcoder), nil
}

// vanguard has the REST paths of the old API, and Handler its envelope.
func Example_vanguard() {
	handler, err := newRESTHandler()
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	request, err := http.NewRequest(http.MethodGet, server.URL+"/raise/legacy.job.v2/42", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("X-Request-Id", "7af8fe59")
	response, err := server.Client().Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		fmt.Println(err)
	}
	if err := response.Body.Close(); err != nil {
		fmt.Println(err)
	}
	// Output: {"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"7af8fe59"}
}
