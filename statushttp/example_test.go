// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	grpcstatus "google.golang.org/grpc/status"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// A handler of net/http answers an error as the old API did.
func ExampleCodec_WriteError() {
	codec, err := statushttp.New(statushttp.WithRoute("/api/v2/job/", "legacy.job.v2"))
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		codec.WriteError(w, r, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42))
	})

	request := httptest.NewRequest(http.MethodGet, "/api/v2/job/42", nil)
	request.Header.Set("X-Request-Id", "7af8fe59")
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, request)
	fmt.Println(response.Code, response.Body)
	// Output: 200 {"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"7af8fe59"}
}

// Decide tells which code an error is answered with, for example for metrics.
func ExampleCodec_Decide() {
	codec, err := statushttp.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	request := statushttp.Request{Domain: "legacy.apiswitch.v1"}
	decision, ok := codec.Decide(&request, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42))
	fmt.Println(ok, decision.Code.LegacyCode(), decision.HTTPStatus, decision.Replaced)
	// Output: true 10003 404 true
}

// Decode reads what an old server has answered.
func ExampleCodec_Decode() {
	codec, err := statushttp.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := codec.Decode("legacy.job.v2", statushttp.Response{
		HTTPStatus: 200,
		Body:       []byte(`{"result":true,"code":0,"message":"success","data":{"job_instance_id":1}}`),
	})
	fmt.Println(string(data), err)

	_, err = codec.Decode("legacy.job.v2", statushttp.Response{
		HTTPStatus: 200,
		Body:       []byte(`{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在"}`),
	})
	e, _ := status.FromError(err)
	jobID, _ := e.MetadataValue("job_id")
	fmt.Println(grpcstatus.Code(err), e.Reason(), jobID)
	// Output:
	// {"job_instance_id":1} <nil>
	// NotFound JOB_NOT_FOUND 42
}

// A gRPC service in front of an old REST backend.
func ExampleClient() {
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在"}`)
	}))
	defer old.Close()

	codec, err := statushttp.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	backend := statushttp.Client{Codec: codec, Domain: "legacy.job.v2", HTTP: old.Client()}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, old.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = backend.Do(request)
	fmt.Println(status.Is(err, jobv2.Code_JOB_NOT_FOUND))
	// Output: true
}
