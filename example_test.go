// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusmap_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/gateway"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// The snippets of README.md are here, word for word: TestDocsGo looks for them.

type jobRequest struct{ id int64 }

func (r *jobRequest) GetJobId() int64 { return r.id }

type jobResponse struct{}

func getJob(request *jobRequest) (*jobResponse, error) {
	if request.id == 0 {
		return &jobResponse{}, nil
	}
	return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", request.GetJobId())
}

// A handler raises a legacy code; a client gets it back.
func Example() {
	_, err := getJob(&jobRequest{42})
	fmt.Println(grpcstatus.Code(err), grpcstatus.Convert(err).Message())

	e, ok := status.FromError(err)
	fmt.Println(ok, e.Domain(), e.Reason(), e.LegacyCode(), e.MessageIn("en"))
	// Output:
	// NotFound 作业 42 不存在
	// true legacy.job.v2 JOB_NOT_FOUND 1233106 Job 42 does not exist
}

func Example_server() {
	server := grpc.NewServer(status.ServerOptions()...)
	fmt.Println(len(server.GetServiceInfo()))
	// Output: 0
}

func newHandler() (http.Handler, error) {
	codec, err := statushttp.New(statushttp.WithRoute("/api/c/compapi/v2/job/", "legacy.job.v2"))
	if err != nil {
		return nil, err // all broken rules of your tables, with file and line
	}
	mux := runtime.NewServeMux(gateway.New(codec).MuxOptions()...)
	return mux, nil
}

// A gateway answers as the old API did, here to a path that it does not have.
func Example_gateway() {
	handler, err := newHandler()
	if err != nil {
		fmt.Println(err)
		return
	}
	request := httptest.NewRequest(http.MethodGet, "/api/c/compapi/v2/job/none", nil)
	request.Header.Set("X-Request-Id", "7af8fe59")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	fmt.Println(recorder.Code, recorder.Body)
	// Output:
	// 200 {"result":false,"code":1239995,"data":null,"message":"不支持的接口","request_id":"7af8fe59"}
}

func deleteJob(ctx context.Context, client demov1.DemoServiceClient) error {
	_, err := client.Raise(ctx, &demov1.RaiseRequest{
		Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: map[string]string{"job_id": "42"},
	})
	if status.Is(err, jobv2.Code_JOB_NOT_FOUND) {
		return nil // it is gone already
	}
	if e, ok := status.FromError(err); ok {
		log.Printf("%s: %s, retry after %s", e.LegacyCode(), e.MessageIn("en"), e.RetryAfter())
	}
	return err
}

func TestClientSnippet(t *testing.T) {
	t.Parallel()
	demo := servertest.StartDemo(t, servertest.DefaultCatalog(t))
	if err := deleteJob(t.Context(), demo.GRPC); err != nil {
		t.Error(err)
	}
}

// A gRPC service in front of an old REST backend.
func Example_backend() {
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在"}`)
	}))
	defer old.Close()

	codec, err := statushttp.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, old.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	backend := statushttp.Client{Codec: codec, Domain: "legacy.job.v2"}
	_, err = backend.Do(request)
	e, _ := status.FromError(err)
	id, _ := e.MetadataValue("job_id")
	fmt.Println(grpcstatus.Code(err), e.Reason(), id)
	// Output: NotFound JOB_NOT_FOUND 42
}
