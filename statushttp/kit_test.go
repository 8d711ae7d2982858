// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"log/slog"
	"testing"

	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/statushttp"
)

func TestMain(m *testing.M) { servertest.Main(m) }

func newCodec(t testing.TB, opts ...statushttp.Option) *statushttp.Codec {
	t.Helper()
	quiet := statushttp.WithLogger(slog.New(slog.DiscardHandler))
	codec, err := statushttp.New(append([]statushttp.Option{quiet}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

// decode returns what a response says as a status; OK for a success.
func decode(t testing.TB, codec *statushttp.Codec, domain string, httpStatus int, body []byte) *grpcstatus.Status {
	t.Helper()
	data, err := codec.Decode(domain, statushttp.Response{HTTPStatus: httpStatus, Body: body})
	if err != nil && data != nil {
		t.Errorf("data %s beside the error %v", data, err)
	}
	return grpcstatus.Convert(err)
}
