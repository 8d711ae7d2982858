// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"

	"github.com/zeromicro/go-zero/core/logc"
	"github.com/zeromicro/go-zero/rest"
	"github.com/zeromicro/go-zero/rest/httpx"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/statushttp"
)

// An exchange is what go-zero does not give to its error handler.
type exchange struct {
	w    http.ResponseWriter
	r    *http.Request
	body []byte // of a failure
}

type exchangeKey struct{}

// withExchange is a middleware for errorHandler.
func withExchange(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{w: w, r: r}
		next(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)))
		if x.body == nil {
			return
		}
		if _, err := w.Write(x.body); err != nil {
			logc.Error(r.Context(), err)
		}
	}
}

// errorHandler is for httpx.SetErrorHandlerCtx. It returns no body, because go-zero would
// marshal it again: withExchange writes it.
func errorHandler(codec *statushttp.Codec) func(context.Context, error) (int, any) {
	return func(ctx context.Context, err error) (int, any) {
		x, ok := ctx.Value(exchangeKey{}).(*exchange)
		if !ok { // of go-zero itself, outside of the middlewares
			response := codec.Failure(ctx, &statushttp.Request{}, err)
			return response.HTTPStatus, json.RawMessage(response.Body)
		}
		request := codec.Request(x.r)
		response := codec.Failure(ctx, &request, err)
		maps.Copy(x.w.Header(), response.Header)
		x.body = response.Body
		return response.HTTPStatus, nil
	}
}

func newGoZero(codec *statushttp.Codec, config rest.RestConf, jobs jobs) (*rest.Server, error) {
	unauthorized := codec.HTTPStatusHandler(http.StatusUnauthorized)
	server, err := rest.NewServer(config,
		rest.WithNotFoundHandler(codec.HTTPStatusHandler(http.StatusNotFound)),
		rest.WithNotAllowedHandler(codec.HTTPStatusHandler(http.StatusMethodNotAllowed)),
		rest.WithUnauthorizedCallback(func(w http.ResponseWriter, r *http.Request, _ error) { unauthorized(w, r) }))
	if err != nil {
		return nil, err
	}
	httpx.SetErrorHandlerCtx(errorHandler(codec))
	server.Use(rest.ToMiddleware(recovering(codec)))
	server.Use(withExchange)
	server.AddRoute(rest.Route{
		Method: http.MethodGet,
		Path:   "/api/v2/job/:job_id",
		Handler: func(w http.ResponseWriter, r *http.Request) {
			var request struct {
				JobID string `path:"job_id"`
				Steps bool   `form:"steps,optional"`
			}
			if err := httpx.Parse(r, &request); err != nil {
				err = grpcstatus.Error(codes.InvalidArgument, err.Error()) // else it is an internal error
				httpx.ErrorCtx(r.Context(), w, err)
				return
			}
			job, err := jobs.get(r.Context(), request.JobID)
			if err != nil {
				httpx.ErrorCtx(r.Context(), w, err)
			} else {
				httpx.OkJsonCtx(r.Context(), w, job)
			}
		},
	})
	return server, nil
}
