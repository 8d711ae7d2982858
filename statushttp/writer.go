// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/status"
)

// A Response is an answer over HTTP.
type Response struct {
	HTTPStatus int
	Header     http.Header
	Body       []byte
}

// Failure returns the answer to a request that failed with err. If the request has no
// dialect, it is a google.rpc.Status as JSON, as grpc-gateway answers; the text of an
// error that is not a status is not in it.
func (c *Codec) Failure(ctx context.Context, r *Request, err error) Response {
	response := Response{Header: http.Header{}}
	var ok bool
	if response.Body, response.HTTPStatus, ok = c.AppendFailure(ctx, nil, response.Header, r, err); !ok {
		response.Body, response.HTTPStatus = c.plain(ctx, response.Header, r, err)
	}
	return response
}

// WriteError answers an HTTP request that failed with err, as [Codec.Failure] does.
func (c *Codec) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	q := c.Request(r)
	c.write(w, r, &q, err)
}

// HTTPStatusHandler returns a handler for requests that fail with an HTTP status instead of
// an error, as a router's NotFound does with 404. The dialect answers with the code that
// has the status in fallback_for_http, or else with the one for its [GRPCCode]. A status
// that is not 400 to 599 is answered as 500.
func (c *Codec) HTTPStatusHandler(httpStatus int) http.HandlerFunc {
	if httpStatus < 400 || httpStatus > 599 {
		httpStatus = http.StatusInternalServerError
	}
	err := grpcstatus.Error(GRPCCode(httpStatus), http.StatusText(httpStatus))
	return func(w http.ResponseWriter, r *http.Request) {
		q := c.Request(r)
		q.HTTPStatus = httpStatus
		c.write(w, r, &q, err)
	}
}

func (c *Codec) write(w http.ResponseWriter, r *http.Request, q *Request, err error) {
	body, httpStatus, ok := c.AppendFailure(r.Context(), nil, w.Header(), q, err)
	if !ok {
		body, httpStatus = c.plain(r.Context(), w.Header(), q, err)
	}
	w.WriteHeader(httpStatus)
	if _, err := w.Write(body); err != nil { //nolint:gosec // JSON, with its type and nosniff
		c.logger.LogAttrs(r.Context(), slog.LevelDebug, "the answer could not be written",
			slog.String("request_id", q.RequestID), slog.Any("error", err))
	}
}

// plain is the answer without a dialect.
func (c *Codec) plain(ctx context.Context, header http.Header, r *Request, err error) (body []byte, httpStatus int) {
	st := grpcstatus.New(status.Code(err), http.StatusText(r.HTTPStatus))
	if x, ok := err.(interface{ GRPCStatus() *grpcstatus.Status }); ok {
		st = x.GRPCStatus()
	} else if e, ok := status.FromErrorIn(c.catalog, err); ok {
		st = e.GRPCStatus()
	} else {
		if st.Code() == codes.Unknown || st.Code() == codes.OK {
			st = grpcstatus.New(codes.Internal, "internal error")
		}
		c.logHidden(ctx, slog.LevelError, r, err)
	}
	httpStatus = r.HTTPStatus
	if httpStatus == 0 {
		httpStatus = catalog.HTTPStatus(st.Code())
	}
	header.Set("Content-Type", "application/json")
	return statusJSON(st.Proto()), httpStatus
}

// statusJSON writes a status as JSON, without details of types that are not linked
// into the program.
func statusJSON(p *spb.Status) []byte {
	marshal := protojson.MarshalOptions{EmitUnpopulated: true}
	b, err := marshal.Marshal(p)
	if err != nil {
		p.Details = nil
		p.Message = strings.ToValidUTF8(p.GetMessage(), "\uFFFD")
		if b, err = marshal.Marshal(p); err != nil {
			return []byte(`{"code":13,"message":"internal error","details":[]}`)
		}
	}
	var compact bytes.Buffer // protojson adds spaces at random
	if err := json.Compact(&compact, b); err != nil {
		return b
	}
	return compact.Bytes()
}
