// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package demo is the server of the command "statusmap serve". It raises any code of a
// catalog, and fails in the same ways as real backends.
package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/status"
)

// Service implements DemoService for a catalog.
type Service struct {
	demov1.UnimplementedDemoServiceServer
	catalog *catalog.Catalog
}

// NewService returns a service that raises the codes of cat.
func NewService(cat *catalog.Catalog) *Service { return &Service{catalog: cat} }

// Lookup returns the code with a reason in the system of a domain, also of an enum that
// the system includes. The error lists the valid domains, or says how to list the valid
// reasons.
func Lookup(cat *catalog.Catalog, domain, reason string) (*catalog.Code, error) {
	system, err := LookupSystem(cat, domain)
	if err != nil {
		return nil, err
	}
	code, ok := system.Lookup(reason)
	if !ok {
		return nil, fmt.Errorf("unknown reason %q in the domain %q: run \"statusmap catalog --domain %s\" to list the reasons", reason, system.Domain(), system.Domain())
	}
	return code, nil
}

// LookupSystem returns the system of a domain. The error lists the valid domains.
func LookupSystem(cat *catalog.Catalog, domain string) (*catalog.System, error) {
	system, ok := cat.System(domain)
	if !ok {
		var domains []string
		for _, s := range cat.Systems() {
			domains = append(domains, s.Domain())
		}
		return nil, fmt.Errorf("unknown domain %q: use one of %s", domain, strings.Join(domains, ", "))
	}
	return system, nil
}

func arguments(metadata map[string]string) []any {
	args := make([]any, 0, 2*len(metadata))
	for _, name := range slices.Sorted(maps.Keys(metadata)) {
		args = append(args, name, metadata[name])
	}
	return args
}

// maxAlso is the maximum number of further codes: an error has so many violations.
const maxAlso = 128

// Raise fails with a code, and with violations of further codes. If the code is a success
// code, Raise succeeds with it.
func (s *Service) Raise(ctx context.Context, request *demov1.RaiseRequest) (*demov1.RaiseResponse, error) {
	code, err := Lookup(s.catalog, request.GetDomain(), request.GetReason())
	if err != nil {
		return nil, grpcstatus.Error(codes.NotFound, err.Error())
	}
	if n := len(request.GetAlso()); n > maxAlso {
		return nil, grpcstatus.Errorf(codes.InvalidArgument, "also is given %d times: give it at most %d times", n, maxAlso)
	}
	args := arguments(request.GetMetadata())
	var violations []error
	for _, reason := range request.GetAlso() {
		also, err := Lookup(s.catalog, request.GetDomain(), reason)
		if err != nil {
			return nil, grpcstatus.Error(codes.NotFound, err.Error())
		}
		violations = append(violations, status.New(also, args...))
	}
	if !code.IsSuccess() {
		return nil, status.WithViolations(status.New(code, args...), violations...)
	}
	if err := status.SetSuccessOf(ctx, code); err != nil {
		return nil, err
	}
	return &demov1.RaiseResponse{LegacyCode: code.LegacyCode(), Message: code.Message().Text()}, nil
}

// Echo returns the text of the request.
func (s *Service) Echo(_ context.Context, request *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	return &demov1.EchoResponse{Text: request.GetText()}, nil
}

// maxStream is the maximum number of messages in a stream. demo.proto documents it.
const maxStream = 1000

// Stream sends a number of messages, then fails with a code.
func (s *Service) Stream(request *demov1.StreamRequest, stream grpc.ServerStreamingServer[demov1.StreamResponse]) error {
	code, err := Lookup(s.catalog, request.GetDomain(), request.GetReason())
	if err != nil {
		return grpcstatus.Error(codes.NotFound, err.Error())
	}
	if n := request.GetAfter(); n < 0 || n > maxStream {
		return grpcstatus.Errorf(codes.InvalidArgument, "after is %d: use a number from 0 to %d", n, maxStream)
	}
	for i := range request.GetAfter() {
		if err := stream.Send(&demov1.StreamResponse{Index: i + 1}); err != nil {
			return err
		}
	}
	if code.IsSuccess() {
		return nil
	}
	return status.New(code, arguments(request.GetMetadata())...)
}

// Fault fails in the same way as a real backend. The texts of these errors must not
// reach a client.
func (s *Service) Fault(ctx context.Context, request *demov1.FaultRequest) (*demov1.FaultResponse, error) {
	system, err := LookupSystem(s.catalog, request.GetDomain())
	if err != nil {
		return nil, grpcstatus.Error(codes.NotFound, err.Error())
	}
	fault, ok := faults[request.GetFault()]
	if !ok {
		return nil, grpcstatus.Errorf(codes.NotFound, "unknown fault %q: use one of %s",
			request.GetFault(), strings.Join(Faults(), ", "))
	}
	return nil, fault(ctx, system)
}

// Faults returns the names of all faults, sorted.
func Faults() []string { return slices.Sorted(maps.Keys(faults)) }

// Secret is in all texts of faults that must not reach a client. The only exception is
// unknown_detail: gRPC clients receive every detail that a handler attaches, but REST
// clients do not.
const Secret = "hunter2"

var faults = map[string]func(context.Context, *catalog.System) error{
	"go_error": func(context.Context, *catalog.System) error {
		return fmt.Errorf("loading: %w", errors.New(`pq: password authentication failed for user "root" (`+Secret+`)`))
	},
	"plain_status": func(context.Context, *catalog.System) error {
		return grpcstatus.Error(codes.NotFound, "no row in table users_"+Secret)
	},
	"panic": func(context.Context, *catalog.System) error {
		panic("index out of range: " + Secret)
	},
	"deadline": func(ctx context.Context, _ *catalog.System) error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		<-ctx.Done()
		return fmt.Errorf("waiting for db-%s: %w", Secret, ctx.Err())
	},
	"unknown_reason": func(_ context.Context, system *catalog.System) error {
		return received(codes.NotFound, "a text from the future", &errdetails.ErrorInfo{
			Domain: system.Domain(), Reason: "NEWER_THAN_THE_GATEWAY",
			Metadata: map[string]string{catalog.ErrorInfoLegacyCode: "9999999"},
		})
	},
	"unknown_detail": func(_ context.Context, system *catalog.System) error {
		code := system.Fallback(codes.Internal)
		st := status.New(code).(interface{ GRPCStatus() *grpcstatus.Status }).GRPCStatus().Proto() //nolint:forcetypeassert // made here
		st.Details = append(st.Details, &anypb.Any{TypeUrl: "type.googleapis.com/acme.internal.v1.Secret", Value: []byte(Secret)})
		return grpcstatus.ErrorProto(st)
	},
	"invalid_utf8": func(_ context.Context, system *catalog.System) error {
		code := system.Fallback(codes.Internal)
		return received(code.GRPCCode(), "bytes \xff\xfe in a message", &errdetails.ErrorInfo{
			Domain: system.Domain(), Reason: code.Reason(),
			Metadata: map[string]string{catalog.ErrorInfoLegacyCode: code.LegacyCode()},
		})
	},
	"huge": func(_ context.Context, system *catalog.System) error {
		code := system.Fallback(codes.Internal)
		return received(code.GRPCCode(), strings.Repeat("很长的文本 ", 4000), &errdetails.ErrorInfo{
			Domain: system.Domain(), Reason: code.Reason(),
			Metadata: map[string]string{
				catalog.ErrorInfoLegacyCode: code.LegacyCode(),
				"dump":                      strings.Repeat("转储", 8000),
			},
		}, &errdetails.DebugInfo{Detail: strings.Repeat(Secret+" ", 2000)})
	},
	"code_out_of_range": func(context.Context, *catalog.System) error {
		return grpcstatus.Error(codes.Code(20210), "a legacy number as gRPC code: "+Secret)
	},
	"unavailable": func(context.Context, *catalog.System) error {
		return grpcstatus.Error(codes.Unavailable, "dial tcp 10.1.2.3:5432: connection refused ("+Secret+")")
	},
}

// received returns a status error as if another program had sent it.
func received(code codes.Code, message string, details ...proto.Message) error {
	p := &spb.Status{Code: int32(code), Message: message}
	for _, d := range details {
		detail, err := anypb.New(d)
		if err != nil {
			return fmt.Errorf("making the fault: %w", err)
		}
		p.Details = append(p.Details, detail)
	}
	return grpcstatus.ErrorProto(p)
}
