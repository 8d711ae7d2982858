// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package frameworks_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	kerrors "github.com/go-kratos/kratos/v2/errors"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/gateway"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
)

const (
	dialectHeader = "Dialect"
	apiswitch     = "legacy.apiswitch.v1" // its failures have HTTP statuses of their own
	jobV2         = "legacy.job.v2"       // it answers 200 to everything
)

type job struct {
	Name string `json:"name"`
}

// jobs is the business logic of all programs.
type jobs struct{}

func (jobs) get(_ context.Context, id string) (*job, error) {
	switch id {
	case "1":
		return &job{Name: "backup"}, nil
	case "busy":
		return nil, status.Error(jobv2.Code_GSE_TASK_SERVER_UNAVAILABLE)
	case "wrapped":
		err := status.Wrap(errors.New("pq: "+servertest.Secret), jobv2.Code_JOB_NOT_FOUND, "job_id", 43)
		return nil, fmt.Errorf("loading %s: %w", servertest.Secret, err)
	case "denied":
		return nil, grpcstatus.Error(codes.PermissionDenied, servertest.Secret)
	case "gone":
		return nil, kerrors.NotFound("GONE", servertest.Secret)
	case "panic":
		panic(servertest.Secret)
	case "broken":
		return nil, errors.New("dial tcp db.acme.internal: " + servertest.Secret)
	default:
		return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", id)
	}
}

// newCodec returns a codec for requests that name their dialect in a header.
func newCodec(t *testing.T, log *servertest.Log) *statushttp.Codec {
	t.Helper()
	codec, err := statushttp.New(
		statushttp.WithDialect(func(r *http.Request) string { return r.Header.Get(dialectHeader) }),
		statushttp.WithLogger(log.Logger()))
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

// A backend is a gRPC service that fails as the programs do.
type backend struct {
	demov1.UnimplementedDemoServiceServer
}

func (backend) Echo(ctx context.Context, r *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	job, err := jobs{}.get(ctx, r.GetText())
	if err != nil {
		return nil, err
	}
	return &demov1.EchoResponse{Text: job.Name}, nil
}

// serveGateway serves a gateway in front of a backend.
func serveGateway(t *testing.T, codec *statushttp.Codec) *servertest.Server {
	t.Helper()
	return servertest.ServeGateway(t, gateway.New(codec), backend{},
		status.ServerOptions(status.WithLogger(slog.New(slog.DiscardHandler)))...)
}

// gatewayPath returns the path at which the gateway fails as a program does.
func gatewayPath(path string) string {
	id, ok := strings.CutPrefix(path, "/api/v2/job/")
	if !ok {
		return path
	}
	return "/echo/d?text=" + strings.ReplaceAll(id, "&", "%26")
}

// compact takes out the spaces that protojson adds at random.
func compact(body string) string {
	return strings.NewReplacer(`": `, `":`, `, "`, `,"`).Replace(body)
}
