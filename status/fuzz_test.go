// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
)

// FuzzReceived reads statuses as they come from the wire, and sends them on:
// what goes out is valid, small enough, and has one ErrorInfo.
func FuzzReceived(f *testing.F) {
	add := func(st *grpcstatus.Status) {
		b, err := proto.Marshal(st.Proto())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, "en")
	}
	add(grpcstatus.Convert(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)))
	add(grpcstatus.Convert(status.Error(jobv2.Code_API_OVERLOADED)))
	add(grpcstatus.Convert(notFound(f,
		&errdetails.ErrorInfo{Domain: "a", Reason: "B"},
		&errdetails.RetryInfo{},
		&errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"},
	)))
	add(grpcstatus.New(20210, "x"))
	add(grpcstatus.Convert(notFound(f,
		&errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "a", Reason: "STATUS_INVALID"}, {}}},
		&errdetails.Help{Links: []*errdetails.Help_Link{{Url: "https://x.example"}}},
	)))
	f.Add([]byte{}, "")
	f.Add([]byte("\x08\x05\x1a\x02\x0a\x00"), "\xff")

	intercept := status.UnaryServerInterceptor(
		status.WithLogger(slog.New(slog.DiscardHandler)),
		status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" }))
	f.Fuzz(func(t *testing.T, raw []byte, language string) {
		var p spb.Status
		if proto.Unmarshal(raw, &p) != nil {
			return
		}
		received := grpcstatus.ErrorProto(&p)
		if received == nil {
			return // OK
		}
		if e, ok := status.FromError(received); ok {
			if e.Domain() == "" && e.LegacyCode() == "" || e.GRPCStatus().Code() != grpcstatus.Code(received) {
				t.Errorf("got %v, want a code, and the gRPC code of %v", e, received)
			}
			e.MessageIn(language)
			violations := e.Violations()
			if len(violations) > 128 {
				t.Errorf("%d violations, want 128 at most", len(violations))
			}
			more := status.WithViolations(received, status.Error(jobv2.Code_STATUS_INVALID))
			if e, ok := status.FromError(more); !ok || e.Reason() != "" && len(violations) < 128 && len(e.Violations()) <= len(violations) && readable(&p) {
				t.Errorf("with one more, %v has %d violations of %d", e, len(e.Violations()), len(violations))
			}
		}
		ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs("accept-language", language, "x-request-id", "r"))
		_, err := intercept(ctx, nil, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) { return nil, received })
		final := grpcstatus.Convert(err)
		if final.Code() == codes.OK || final.Code() > codes.Unauthenticated || !utf8.ValidString(final.Message()) {
			t.Fatalf("got %v, want a gRPC code of 1 to 16 and text", final)
		}
		if _, err := proto.Marshal(final.Proto()); err != nil {
			t.Fatal(err)
		}
		var info errdetails.ErrorInfo
		for i, d := range final.Proto().GetDetails() {
			if d.MessageIs(&info) != (i == 0) {
				t.Fatalf("detail %d is %s, want one ErrorInfo, the first", i, d.GetTypeUrl())
			}
		}
		if err := final.Proto().GetDetails()[0].UnmarshalTo(&info); err != nil {
			t.Fatal(err)
		}
		if size := status.SizeAsSent(final.Proto()); size > status.DefaultMaxSize {
			t.Fatalf("%d bytes, want %d or less", size, status.DefaultMaxSize)
		}
	})
}

// readable reports whether the first BadRequest of a status can be read.
func readable(p *spb.Status) bool {
	for _, d := range p.GetDetails() {
		if strings.HasSuffix(d.GetTypeUrl(), "google.rpc.BadRequest") {
			return proto.Unmarshal(d.GetValue(), new(errdetails.BadRequest)) == nil
		}
	}
	return true
}
