// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/statusmap/statusmap/statushttp"
)

// fallible makes a handler of a function that returns an error before it has written
// anything.
func fallible(codec *statushttp.Codec, f func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			codec.WriteError(w, r, err)
		}
	}
}

// recovering answers a panic as an internal error.
func recovering(codec *statushttp.Codec) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				switch p := recover(); p {
				case nil:
				case http.ErrAbortHandler:
					panic(p) // net/http closes the connection
				default:
					codec.WriteError(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
				}
			}()
			next.ServeHTTP(w, r)
		})
	}
}

func newNetHTTP(codec *statushttp.Codec, jobs jobs) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/v2/job/{job_id}", fallible(codec, func(w http.ResponseWriter, r *http.Request) error {
		job, err := jobs.get(r.Context(), r.PathValue("job_id"))
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(job)
	}))
	mux.Handle("/", codec.HTTPStatusHandler(http.StatusNotFound))
	return recovering(codec)(mux)
}
