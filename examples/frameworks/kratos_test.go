// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"net/http"

	khttp "github.com/go-kratos/kratos/v2/transport/http"

	"github.com/statusmap/statusmap/statushttp"
)

func newKratos(codec *statushttp.Codec, jobs jobs) *khttp.Server {
	server := khttp.NewServer(
		khttp.ErrorEncoder(codec.WriteError),
		khttp.Filter(recovering(codec)),
		khttp.NotFoundHandler(codec.HTTPStatusHandler(http.StatusNotFound)),
		khttp.MethodNotAllowedHandler(codec.HTTPStatusHandler(http.StatusMethodNotAllowed)),
	)
	server.Route("/").GET("/api/v2/job/{job_id}", func(ctx khttp.Context) error {
		var request struct {
			Steps bool `json:"steps"`
		}
		if err := ctx.BindQuery(&request); err != nil {
			return err
		}
		job, err := jobs.get(ctx, ctx.Vars().Get("job_id"))
		if err != nil {
			return err
		}
		return ctx.Result(http.StatusOK, job)
	})
	return server
}

// withKratosDefault answers requests without a dialect as kratos does.
func withKratosDefault(codec *statushttp.Codec) khttp.EncodeErrorFunc {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if request := codec.Request(r); codec.MayAnswer(&request) {
			codec.WriteError(w, r, err)
		} else {
			khttp.DefaultErrorEncoder(w, r, err)
		}
	}
}
