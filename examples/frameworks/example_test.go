// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/statusmap/statusmap/statushttp"

	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

func newHandler() (http.Handler, error) {
	codec, err := statushttp.New(statushttp.WithRoute("/api/v2/job/", "legacy.job.v2"))
	if err != nil {
		return nil, err // all broken rules of your tables, with file and line
	}
	return newNetHTTP(codec, jobs{}), nil
}

// A program of net/http, whose paths below /api/v2/job/ answer as BlueKing JOB does.
func Example() {
	handler, err := newHandler()
	if err != nil {
		fmt.Println(err)
		return
	}
	request := httptest.NewRequest(http.MethodGet, "/api/v2/job/42", nil)
	request.Header.Set("X-Request-Id", "7af8fe59")
	request.Header.Set("Blueking-Language", "en")
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, request)
	fmt.Println(response.Code, response.Body)
	// Output: 200 {"result":false,"code":1233106,"data":null,"message":"Job 42 does not exist","request_id":"7af8fe59"}
}
