// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"connectrpc.com/connect"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statusconnect"
	"github.com/statusmap/statusmap/statusconnect/internal/gen/statusmap/demo/v1/demov1connect"
	"github.com/statusmap/statusmap/statushttp"
)

// The snippets of docs/connect.md are here, word for word: TestDocsGo looks for them.

type service struct {
	demov1connect.UnimplementedDemoServiceHandler
}

func (service) Raise(_ context.Context, r *connect.Request[demov1.RaiseRequest]) (*connect.Response[demov1.RaiseResponse], error) {
	return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", r.Msg.GetMetadata()["job_id"])
}

func (service) Echo(_ context.Context, r *connect.Request[demov1.EchoRequest]) (*connect.Response[demov1.EchoResponse], error) {
	return connect.NewResponse(&demov1.EchoResponse{Text: r.Msg.GetText()}), nil
}

func newHandler() (http.Handler, error) {
	codec, err := statushttp.New(statushttp.WithRoute("/statusmap.demo.v1.DemoService/", "legacy.job.v2"))
	if err != nil {
		return nil, err // all broken rules of your tables, with file and line
	}
	mux := http.NewServeMux()
	mux.Handle(demov1connect.NewDemoServiceHandler(service{},
		connect.WithInterceptors(statusconnect.Interceptor())))
	return statusconnect.Handler(codec, mux), nil
}

func describe(err error) string {
	if status.Is(err, jobv2.Code_JOB_NOT_FOUND) {
		e, _ := status.FromError(err)
		return e.LegacyCode() + " " + e.MessageIn("en")
	}
	return "another error"
}

// Connect, gRPC and gRPC-Web clients get the code and its details.
func ExampleInterceptor() {
	handler, err := newHandler()
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	client := demov1connect.NewDemoServiceClient(server.Client(), server.URL)
	_, err = client.Raise(context.Background(), connect.NewRequest(&demov1.RaiseRequest{Metadata: map[string]string{"job_id": "42"}}))
	fmt.Println(connect.CodeOf(err))
	fmt.Println(describe(err))
	// Output:
	// not_found
	// 1233106 Job 42 does not exist
}

// The clients of the old API get its envelope and its HTTP status, from the same method.
func ExampleHandler() {
	handler, err := newHandler()
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	for _, call := range [][2]string{{"Raise", `{"metadata":{"job_id":"42"}}`}, {"Echo", `{"text":"hi"}`}} {
		request, err := http.NewRequest(http.MethodPost, server.URL+"/statusmap.demo.v1.DemoService/"+call[0], strings.NewReader(call[1]))
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Request-Id", "7af8fe59")
		response, err := server.Client().Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := io.Copy(os.Stdout, response.Body); err != nil {
			fmt.Println(err)
		}
		fmt.Println()
		if err := response.Body.Close(); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// {"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"7af8fe59"}
	// {"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"7af8fe59"}
}

// TestDocsGo: the Go code of the page is compiled, word for word.
func TestDocsGo(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for _, file := range []string{"example_test.go", "interop/example_test.go"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(b)
	}
	blocks := 0
	for _, b := range servertest.Blocks(t, "../docs/connect.md") {
		if b.Language != "go" {
			continue
		}
		blocks++
		if !strings.Contains(code.String(), b.Text) {
			t.Errorf("not in an example:\n%s", b.Text)
		}
	}
	if blocks != 4 {
		t.Errorf("%d blocks of Go, want 4", blocks)
	}
}
