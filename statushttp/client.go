// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/status"
)

// A Client calls the backend of a legacy system, so that a gRPC service can run in
// front of it:
//
//	backend := statushttp.Client{Codec: codec, Domain: "legacy.job.v2"}
//	…
//	data, err := backend.Do(request)
//	if err != nil {
//		return nil, err
//	}
//	return response, protojson.Unmarshal(data, response)
//
// It is safe for concurrent use once its fields are set.
type Client struct {
	// Codec reads the answers. Required.
	Codec *Codec
	// Domain is the system's. Required.
	Domain string
	// HTTP sends the requests. Default: http.DefaultClient.
	HTTP *http.Client
	// MaxBody is how many bytes of an answer are read at most. Default: 4 MiB, as
	// grpc-go limits messages.
	MaxBody int64
}

const defaultMaxBody = 4 << 20

// Do sends a request. It returns the JSON at the success envelope's {data}; nil if the
// answer is empty. The error has a gRPC status: the legacy one as [Codec.Decode] reads
// it; UNAVAILABLE if the backend can't be reached; CANCELLED or DEADLINE_EXCEEDED if
// the request's context has ended; INTERNAL if the answer is too long. The request id
// of an incoming RPC is sent along in the system's header, X-Request-Id by default.
func (c *Client) Do(request *http.Request) (data []byte, err error) {
	if c.Codec == nil {
		return nil, grpcstatus.Error(codes.Internal, "statushttp: the client has no codec: set Client.Codec")
	}
	ctx := request.Context()
	request = request.Clone(ctx)
	if request.Header == nil {
		request.Header = http.Header{}
	}
	header := RequestIDHeader
	if system, ok := c.Codec.catalog.System(c.Domain); ok {
		header = system.RequestIDHeader()
	}
	if ids := metadata.ValueFromIncomingContext(ctx, status.RequestIDKey); len(ids) > 0 && request.Header.Get(header) == "" && wire.IsRequestID(ids[len(ids)-1]) {
		request.Header.Set(header, ids[len(ids)-1])
	}
	response, err := cmp.Or(c.HTTP, http.DefaultClient).Do(request) //nolint:gosec // the caller chose the address
	if err != nil {
		return nil, c.unreachable(ctx, request, err)
	}
	limit := cmp.Or(c.MaxBody, defaultMaxBody)
	body, err := io.ReadAll(io.LimitReader(response.Body, max(limit, limit+1)))
	if closeErr := response.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, c.unreachable(ctx, request, err)
	}
	if int64(len(body)) > limit {
		return nil, grpcstatus.Errorf(codes.Internal, "the response from %s exceeds the limit of %d bytes", c.Domain, limit)
	}
	return c.Codec.decode(ctx, c.Domain, Response{HTTPStatus: response.StatusCode, Header: response.Header, Body: body})
}

// unreachable gives a failed call its status. What the network said goes to the log.
func (c *Client) unreachable(ctx context.Context, request *http.Request, err error) error {
	code := cmp.Or(status.Code(ctx.Err()), codes.Unavailable)
	if found := status.Code(err); found == codes.Canceled || found == codes.DeadlineExceeded {
		code = found
	}
	var urlError *url.Error
	if errors.As(err, &urlError) {
		err = urlError.Err // without the URL, whose query may hold secrets
	}
	path := ""
	if request.URL != nil {
		path = request.URL.Path
	}
	c.Codec.logger.LogAttrs(ctx, slog.LevelWarn, "a call to a legacy system failed",
		slog.String("domain", c.Domain), slog.String("path", path), slog.Any("error", err))
	return grpcstatus.Errorf(code, "%s cannot be reached", c.Domain)
}
