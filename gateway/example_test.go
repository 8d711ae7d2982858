// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/statusmap/statusmap/gateway"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2" // the system
	"github.com/statusmap/statusmap/statushttp"
)

// A whole gateway: the routes say which system a path speaks, here for a path that
// does not exist. A path without a route is answered by grpc-gateway.
func Example() {
	codec, err := statushttp.New(statushttp.WithRoute("/api/v2/job/", "legacy.job.v2"))
	if err != nil {
		fmt.Println(err) // all broken rules, with file and line
		return
	}
	mux := runtime.NewServeMux(gateway.New(codec).MuxOptions()...)
	// Register your services with mux here.

	for _, path := range []string{"/api/v2/job/none", "/healthz"} {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		request.Header.Set("X-Request-Id", "7af8fe59")
		response := httptest.NewRecorder()
		mux.ServeHTTP(response, request)
		fmt.Println(response.Code, response.Header().Get("X-Request-Id"))
	}
	// Output:
	// 200 7af8fe59
	// 404
}

// Old clients post forms.
func ExampleFormMarshaler() {
	codec, err := statushttp.New(statushttp.WithDefaultDomain("legacy.job.v2"))
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := runtime.NewServeMux(append(gateway.New(codec).MuxOptions(),
		runtime.WithMarshalerOption("application/x-www-form-urlencoded", &gateway.FormMarshaler{Marshaler: &runtime.JSONPb{}}),
	)...)
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	inbound, _ := runtime.MarshalerForRequest(mux, request)
	fmt.Printf("%T\n", inbound)
	// Output: *gateway.FormMarshaler
}
