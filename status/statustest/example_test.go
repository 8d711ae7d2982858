// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statustest_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"google.golang.org/grpc"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/status/statustest"
	"github.com/statusmap/statusmap/statushttp"
)

// A job handler, as programs have them.
func getJob(id int64) error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", id) }

// The tests are not parallel, since the documentation shows them word for word.

func TestGetJob(t *testing.T) {
	err := getJob(42)
	statustest.Equal(t, err, jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	statustest.Check(t, err)
}

func TestGetJobOverHTTP(t *testing.T) {
	server := grpc.NewServer(status.ServerOptions(statustest.Strict(t))...)
	demov1.RegisterDemoServiceServer(server, service{err: getJob(42)})
	handler := statustest.Gateway(t, server, demov1.RegisterDemoServiceHandler, statushttp.WithDefaultDomain("legacy.job.v2"))

	request := httptest.NewRequest(http.MethodGet, "/echo/legacy.job.v2?text=hi", nil)
	request.Header.Set("X-Request-Id", "7af8fe59")
	statustest.EqualResponse(t, handler, request, 200,
		`{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"7af8fe59"}`)
}

// A printer prints errors instead of failing a test.
type printer struct{ testing.TB }

func (printer) Helper()                           {}
func (printer) Error(args ...any)                 { fmt.Println(args...) }
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func ExampleEqual() {
	t := printer{}
	err := getJob(42)
	statustest.Equal(t, err, jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	statustest.Equal(t, err, jobv2.Code_JOB_NOT_FOUND, "job_id", 43)
	statustest.Equal(t, errors.New("no rows"), jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	// Output:
	// the errors differ (- want, + got)
	//   legacy.job.v2.JOB_NOT_FOUND
	// - job_id = 43
	// + job_id = 42
	//   legacy_code = 1233106
	// the error has no code
	// - legacy.job.v2.JOB_NOT_FOUND
	// + Unknown: no rows
}
