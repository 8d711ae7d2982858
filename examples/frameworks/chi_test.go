// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/statusmap/statusmap/statushttp"
)

func newChi(codec *statushttp.Codec, jobs jobs) http.Handler {
	router := chi.NewRouter()
	router.Use(recovering(codec))
	router.Get("/api/v2/job/{job_id}", fallible(codec, func(w http.ResponseWriter, r *http.Request) error {
		job, err := jobs.get(r.Context(), chi.URLParam(r, "job_id"))
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(job)
	}))
	router.NotFound(codec.HTTPStatusHandler(http.StatusNotFound))
	router.MethodNotAllowed(codec.HTTPStatusHandler(http.StatusMethodNotAllowed))
	return router
}
