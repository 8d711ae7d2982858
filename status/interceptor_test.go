// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/statusmap/statusmap/catalog"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// A backend fails with the error that it is given.
type backend struct {
	demov1.UnimplementedDemoServiceServer
	messages int // that a stream sends before it fails
	fail     func(context.Context) error
}

func (b *backend) Raise(ctx context.Context, _ *demov1.RaiseRequest) (*demov1.RaiseResponse, error) {
	return &demov1.RaiseResponse{}, b.fail(ctx)
}

func (b *backend) Stream(_ *demov1.StreamRequest, stream grpc.ServerStreamingServer[demov1.StreamResponse]) error {
	for range b.messages {
		if err := stream.Send(&demov1.StreamResponse{}); err != nil {
			return err
		}
	}
	return b.fail(stream.Context())
}

// A server is a backend behind the interceptors, and what a test sees of it. It
// answers one call after the other.
type server struct {
	backend *backend
	address string
	client  demov1.DemoServiceClient
	log     *servertest.Log

	mu     sync.Mutex
	events []status.Event
}

// serve runs a server whose client accepts no more than 8 KiB of headers, as
// grpc-java's does by default.
func serve(t testing.TB, opts ...status.Option) *server {
	t.Helper()
	s := &server{backend: new(backend), log: new(servertest.Log)}
	opts = append([]status.Option{
		status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" }),
		status.WithLogger(s.log.Logger()),
		status.WithObserver(func(_ context.Context, e status.Event) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.events = append(s.events, e)
		}),
	}, opts...)
	s.address = servertest.ServeGRPC(t, s.backend, status.ServerOptions(opts...)...)
	s.client = demov1.NewDemoServiceClient(servertest.Dial(t, s.address, grpc.WithMaxHeaderListSize(8<<10)))
	return s
}

// event returns the event of the last call, which has to have exactly one.
func (s *server) event(t testing.TB) status.Event {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	if len(events) != 1 {
		t.Errorf("%d events, want 1", len(events))
		return status.Event{}
	}
	return events[0]
}

// raise calls the unary and the stream method; both have to say the same.
func (s *server) raise(ctx context.Context, t testing.TB, fail func(context.Context) error) (*grpcstatus.Status, status.Event) {
	t.Helper()
	s.backend.fail = fail
	_, err := s.client.Raise(ctx, &demov1.RaiseRequest{})
	unary := grpcstatus.Convert(err)
	event := s.event(t)

	stream, err := s.client.Stream(ctx, &demov1.StreamRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	streamed := grpcstatus.Convert(err)
	streamEvent := s.event(t)
	if !proto.Equal(unary.Proto(), streamed.Proto()) {
		t.Errorf("stream %v\nunary  %v", streamed.Proto(), unary.Proto())
	}
	if event.Repairs != streamEvent.Repairs || event.Domain != streamEvent.Domain || event.Reason != streamEvent.Reason {
		t.Errorf("stream %+v\nunary  %+v", streamEvent, event)
	}
	return unary, event
}

// raiseError is raise of an error that does not depend on the call.
func (s *server) raiseError(t testing.TB, err error) (*grpcstatus.Status, status.Event) {
	t.Helper()
	return s.raise(t.Context(), t, func(context.Context) error { return err })
}

const secret = servertest.Secret

func anyOf(t testing.TB, m proto.Message) *anypb.Any {
	t.Helper()
	a, err := anypb.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFinalForm(t *testing.T) {
	t.Parallel()
	s := serve(t)
	info := func(reason, legacyCode string) *errdetails.ErrorInfo {
		return &errdetails.ErrorInfo{
			Domain:   "legacy.job.v2",
			Reason:   reason,
			Metadata: map[string]string{"legacy_code": legacyCode},
		}
	}
	sent := func(code codes.Code, message string, details ...proto.Message) error {
		p := &spb.Status{Code: int32(code), Message: message}
		for _, d := range details {
			p.Details = append(p.Details, anyOf(t, d))
		}
		return grpcstatus.ErrorProto(p)
	}
	jobNotFound := func() error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42) }
	for _, tt := range []struct {
		name        string
		fail        func(context.Context) error
		wantCode    codes.Code
		wantMessage string
		wantReason  string
		wantUnknown bool // the event names no code: the reason is not in the catalog
		wantRepairs status.Repairs
		wantLog     string // in what is logged; "": nothing is logged
	}{
		{
			name:        "legacy error",
			fail:        func(context.Context) error { return jobNotFound() },
			wantCode:    codes.NotFound,
			wantMessage: "作业 42 不存在",
			wantReason:  "JOB_NOT_FOUND",
		},
		{
			name:        "wrapped by %w",
			fail:        func(context.Context) error { return fmt.Errorf("loading %s: %w", secret, jobNotFound()) },
			wantCode:    codes.NotFound,
			wantMessage: "作业 42 不存在",
			wantReason:  "JOB_NOT_FOUND",
			wantLog:     "loading " + secret,
		},
		{
			name:        "joined",
			fail:        func(context.Context) error { return errors.Join(errors.New(secret), jobNotFound()) },
			wantCode:    codes.NotFound,
			wantMessage: "作业 42 不存在",
			wantReason:  "JOB_NOT_FOUND",
			wantLog:     secret,
		},
		{
			name: "received from another server and wrapped",
			fail: func(context.Context) error {
				return fmt.Errorf("calling %s: %w", secret, grpcstatus.ErrorProto(grpcstatus.Convert(jobNotFound()).Proto()))
			},
			wantCode:    codes.NotFound,
			wantMessage: "作业 42 不存在",
			wantReason:  "JOB_NOT_FOUND",
			wantLog:     "calling " + secret,
		},
		{
			name:        "wrapping a cause",
			fail:        func(context.Context) error { return status.Wrap(errors.New(secret), jobv2.Code_INTERNAL_ERROR) },
			wantCode:    codes.Internal,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantLog:     secret,
		},
		{
			name:        "missing argument",
			fail:        func(context.Context) error { return status.Error(jobv2.Code_JOB_NOT_FOUND) },
			wantCode:    codes.NotFound,
			wantMessage: "作业 {job_id} 不存在",
			wantReason:  "JOB_NOT_FOUND",
			wantRepairs: status.RepairMisuse,
			wantLog:     "the argument job_id is missing",
		},
		{
			name:        "Go error",
			fail:        func(context.Context) error { return errors.New("pq: " + secret) },
			wantCode:    codes.Internal,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantRepairs: status.RepairGoError,
			wantLog:     secret,
		},
		{
			name:        "context cancelled",
			fail:        func(context.Context) error { return fmt.Errorf("%s: %w", secret, context.Canceled) },
			wantCode:    codes.Canceled,
			wantMessage: "调用方法出错了",
			wantReason:  "METHOD_CALL_FAILED",
			wantRepairs: status.RepairPlainStatus,
			wantLog:     secret,
		},
		{
			name:        "context deadline",
			fail:        func(context.Context) error { return fmt.Errorf("%s: %w", secret, context.DeadlineExceeded) },
			wantCode:    codes.DeadlineExceeded,
			wantMessage: "异步调用的方法超时了",
			wantReason:  "ASYNC_CALL_TIMEOUT",
			wantRepairs: status.RepairPlainStatus,
			wantLog:     secret,
		},
		{
			name:        "plain status",
			fail:        func(context.Context) error { return grpcstatus.Error(codes.ResourceExhausted, secret) },
			wantCode:    codes.ResourceExhausted,
			wantMessage: "API 服务过载，拒绝服务请求",
			wantReason:  "API_OVERLOADED",
			wantRepairs: status.RepairPlainStatus,
			wantLog:     secret,
		},
		{
			name: "plain status, wrapped",
			fail: func(context.Context) error {
				return fmt.Errorf("x: %w", grpcstatus.Error(codes.PermissionDenied, secret))
			},
			wantCode:    codes.PermissionDenied,
			wantMessage: "该用户没有访问权限",
			wantReason:  "USER_ACCESS_DENIED",
			wantRepairs: status.RepairPlainStatus,
			wantLog:     secret,
		},
		{
			name:        "code above 16",
			fail:        func(context.Context) error { return grpcstatus.Error(20210, secret) },
			wantCode:    codes.Unknown,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantRepairs: status.RepairPlainStatus | status.RepairCodeOutOfRange,
			wantLog:     secret,
		},
		{
			name:        "GRPCStatus is nil",
			fail:        func(context.Context) error { return nilStatusError{} },
			wantCode:    codes.Internal,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantRepairs: status.RepairGoError,
			wantLog:     "nil status",
		},
		{
			name:        "GRPCStatus is OK",
			fail:        func(context.Context) error { return &pointerStatusError{grpcstatus.New(codes.OK, "")} },
			wantCode:    codes.Internal,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantRepairs: status.RepairGoError,
			wantLog:     "pointer",
		},
		{
			name:        "GRPCStatus panics on a typed nil",
			fail:        func(context.Context) error { return (*derefError)(nil) },
			wantCode:    codes.Internal,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantRepairs: status.RepairGoError,
			wantLog:     "dereferences",
		},
		{
			name:        "typed nil of ours",
			fail:        func(context.Context) error { return (*status.LegacyError)(nil) },
			wantCode:    codes.Internal,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantRepairs: status.RepairPlainStatus,
			wantLog:     "error hidden from client",
		},
		{
			name:        "panic",
			fail:        func(context.Context) error { panic(secret) },
			wantCode:    codes.Internal,
			wantMessage: "系统内部异常",
			wantReason:  "INTERNAL_ERROR",
			wantRepairs: status.RepairGoError,
			wantLog:     "goroutine",
		},
		{
			name: "two ErrorInfos",
			fail: func(context.Context) error {
				return sent(codes.NotFound, "x",
					info("JOB_NOT_FOUND", "1233106"),
					info("INTERNAL_ERROR", "1239999"))
			},
			wantCode:    codes.NotFound,
			wantMessage: "x",
			wantReason:  "JOB_NOT_FOUND",
			wantRepairs: status.RepairDuplicateDetail,
		},
		{
			name: "ErrorInfo last",
			fail: func(context.Context) error {
				return sent(codes.NotFound, "x", &errdetails.RequestInfo{RequestId: "1"}, info("JOB_NOT_FOUND", "1233106"))
			},
			wantCode:    codes.NotFound,
			wantMessage: "x",
			wantReason:  "JOB_NOT_FOUND",
		},
		{
			name: "foreign ErrorInfo",
			fail: func(context.Context) error {
				return sent(codes.NotFound, "x", &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"})
			},
			wantCode:    codes.NotFound,
			wantMessage: "x",
			wantReason:  "GONE",
			wantUnknown: true,
		},
		{
			name: "not UTF-8",
			fail: func(context.Context) error {
				p := grpcstatus.Convert(jobNotFound()).Proto()
				p.Message = "bytes \xff"
				p.Details[0].Value = bytes.ReplaceAll(p.GetDetails()[0].GetValue(), []byte("42"), []byte("\xff2"))
				return grpcstatus.ErrorProto(p)
			},
			wantCode:    codes.NotFound,
			wantMessage: "作业 \uFFFD2 不存在",
			wantReason:  "JOB_NOT_FOUND",
			wantRepairs: status.RepairInvalidUTF8,
			wantLog:     "bytes",
		},
		{
			name: "not UTF-8, foreign",
			fail: func(context.Context) error {
				p := grpcstatus.Convert(sent(codes.NotFound, "x", &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"})).Proto()
				p.Message = "bytes \xff"
				return grpcstatus.ErrorProto(p)
			},
			wantCode:    codes.NotFound,
			wantMessage: "bytes \uFFFD",
			wantReason:  "GONE",
			wantUnknown: true,
			wantRepairs: status.RepairInvalidUTF8,
		},
	} {
		// Not parallel: the rows share the server, with its log and its events.
		t.Run(tt.name, func(t *testing.T) {
			s.log.Take()
			st, event := s.raise(t.Context(), t, tt.fail)
			if st.Code() != tt.wantCode || st.Message() != tt.wantMessage {
				t.Errorf("got %v %q, want %v %q", st.Code(), st.Message(), tt.wantCode, tt.wantMessage)
			}
			infos := 0
			for i, d := range st.Details() {
				if d, ok := d.(*errdetails.ErrorInfo); ok {
					infos++
					if i != 0 || d.GetReason() != tt.wantReason {
						t.Errorf("detail %d is %v, want the ErrorInfo of %s to be the first", i, d, tt.wantReason)
					}
				}
				if err, broken := d.(error); broken {
					t.Errorf("detail %d cannot be read: %v", i, err)
				}
			}
			if infos != 1 {
				t.Errorf("%d ErrorInfos, want 1", infos)
			}
			if strings.Contains(fmt.Sprint(st.Proto()), secret) {
				t.Errorf("%q leaks: %v", secret, st.Proto())
			}
			logged := s.log.Take()
			if !strings.Contains(logged, tt.wantLog) || tt.wantLog == "" && logged != "" {
				t.Errorf("logged %q, want %q", logged, tt.wantLog)
			}
			want := status.Event{
				Method:   demov1.DemoService_Raise_FullMethodName,
				Domain:   "legacy.job.v2",
				Reason:   tt.wantReason,
				GRPCCode: tt.wantCode,
				Repairs:  tt.wantRepairs,
			}
			if code, ok := servertest.DefaultCatalog(t).Lookup(want.Domain, want.Reason); ok {
				want.LegacyCode = code.LegacyCode()
			}
			if tt.wantUnknown {
				want.Domain, want.Reason = "", "" // other programs' values have no bound
			}
			if event.Err == nil {
				t.Error("the event has no error")
			}
			event.Err = nil
			if event != want {
				t.Errorf("event %+v, want %+v", event, want)
			}
		})
	}
}

type derefError struct{ st *grpcstatus.Status }

func (d *derefError) Error() string                  { return "dereferences" }
func (d *derefError) GRPCStatus() *grpcstatus.Status { return d.st }

func TestRequestIDAndLanguage(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, tt := range []struct {
		key         string
		value       string
		wantLocale  string // of the LocalizedMessage; "": none
		wantMessage string
	}{
		{key: "accept-language", value: "en-US,zh;q=0.5", wantLocale: "en", wantMessage: "Job 42 does not exist"},
		{key: "grpcgateway-accept-language", value: "en", wantLocale: "en", wantMessage: "Job 42 does not exist"},
		{key: "accept-language", value: "zh-CN"},
		{key: "accept-language", value: "fr"},
		{key: "other", value: "en"},
	} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), tt.key, tt.value, "x-request-id", "r-1")
		st, _ := s.raise(ctx, t, func(context.Context) error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42) })
		if want := "作业 42 不存在"; st.Message() != want {
			t.Errorf("%s: %s: the message is %q, want %q", tt.key, tt.value, st.Message(), want)
		}
		var locale, message, id string
		for _, d := range st.Details() {
			switch d := d.(type) {
			case *errdetails.LocalizedMessage:
				locale, message = d.GetLocale(), d.GetMessage()
			case *errdetails.ErrorInfo:
				id = d.GetMetadata()["request_id"]
			}
		}
		if locale != tt.wantLocale || message != tt.wantMessage {
			t.Errorf("%s: %s: LocalizedMessage %q %q, want %q %q", tt.key, tt.value, locale, message, tt.wantLocale, tt.wantMessage)
		}
		if id != "r-1" {
			t.Errorf("%s: %s: request_id %q, want r-1", tt.key, tt.value, id)
		}
	}
}

// TestSizeLimit: details go in the order of their use to the client, until the rest
// fits.
func TestSizeLimit(t *testing.T) {
	t.Parallel()
	s := serve(t)
	long := strings.Repeat("长文本", 5000)
	longHelp := &errdetails.Help{Links: []*errdetails.Help_Link{{Description: long}}}
	var manyArgs []any
	for i := range 2000 {
		manyArgs = append(manyArgs, fmt.Sprintf("arg%d", i), "x")
	}
	var shortArgs []any
	for i := range 128 {
		shortArgs = append(shortArgs, fmt.Sprintf("arg%d", i), strings.Repeat("x", 64))
	}
	for _, tt := range []struct {
		name        string
		err         error
		wantRepairs status.Repairs
		wantDetails []string // the types of those that stay
	}{
		{
			name:        "DebugInfo goes first",
			err:         with(t, &errdetails.DebugInfo{Detail: long}, &errdetails.Help{}, &errdetails.RequestInfo{}),
			wantRepairs: status.RepairDroppedDetails,
			wantDetails: []string{"ErrorInfo", "Help", "RequestInfo"},
		},
		{
			name:        "then Help",
			err:         with(t, &errdetails.DebugInfo{}, longHelp, &errdetails.LocalizedMessage{Locale: "en"}),
			wantRepairs: status.RepairDroppedDetails,
			wantDetails: []string{"ErrorInfo", "LocalizedMessage"},
		},
		{
			name:        "then LocalizedMessage",
			err:         with(t, &errdetails.LocalizedMessage{Message: long}, &errdetails.RequestInfo{RequestId: "1"}),
			wantRepairs: status.RepairDroppedDetails,
			wantDetails: []string{"ErrorInfo", "RequestInfo"},
		},
		{
			name:        "then the others, RetryInfo last",
			err:         with(t, &errdetails.RequestInfo{ServingData: long}, &errdetails.RetryInfo{}),
			wantRepairs: status.RepairDroppedDetails,
			wantDetails: []string{"ErrorInfo", "RetryInfo"},
		},
		{
			name:        "then metadata values",
			err:         status.Error(jobv2.Code_INTERNAL_ERROR, "dump", long, "trace", long, "id", "42"),
			wantRepairs: status.RepairCutMetadata,
			wantDetails: []string{"ErrorInfo"},
		},
		{
			name:        "then the message",
			err:         status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", long),
			wantRepairs: status.RepairCutMetadata | status.RepairCutMessage,
			wantDetails: []string{"ErrorInfo"},
		},
		{
			name:        "very many values",
			err:         status.Error(jobv2.Code_INTERNAL_ERROR, manyArgs...),
			wantRepairs: status.RepairMisuse,
			wantDetails: []string{"ErrorInfo"},
		},
		{
			name:        "many values that are too short to be cut",
			err:         status.Error(jobv2.Code_INTERNAL_ERROR, shortArgs...),
			wantRepairs: status.RepairCutMetadata,
			wantDetails: []string{"ErrorInfo"},
		},
	} {
		// Not parallel: the rows share the server, with its events.
		t.Run(tt.name, func(t *testing.T) {
			st, event := s.raiseError(t, tt.err)
			if event.Repairs != tt.wantRepairs {
				t.Errorf("repairs %v, want %v", event.Repairs.Names(), tt.wantRepairs.Names())
			}
			var kept []string
			for _, d := range st.Proto().GetDetails() {
				kept = append(kept, d.GetTypeUrl()[strings.LastIndexByte(d.GetTypeUrl(), '.')+1:])
			}
			if !slices.Equal(kept, tt.wantDetails) {
				t.Errorf("kept %v, want %v", kept, tt.wantDetails)
			}
			e, ok := status.FromError(st.Err())
			if !ok || e.Domain() != "legacy.job.v2" || e.Code() == nil || e.LegacyCode() != e.Code().LegacyCode() {
				t.Fatalf("got %v, want a code of legacy.job.v2", st)
			}
			for name, value := range e.Metadata() {
				if !utf8.ValidString(value) || len(value) > 100 && !strings.HasSuffix(value, "…") {
					t.Errorf("%s is cut to %.100q, want text with … at its end", name, value)
				}
			}
			if want := e.Code().Message().Text(pairs(e)...); st.Message() != want {
				t.Errorf("the message is %.100q, want the template with the cut metadata: %.100q", st.Message(), want)
			}
			if cut := event.Repairs&status.RepairCutMessage != 0; cut != strings.Contains(st.Message(), "…") {
				t.Errorf("the message is %.100q, want … in it: %v", st.Message(), cut)
			}
		})
	}
	t.Run("without the limit the client loses all", func(t *testing.T) {
		t.Parallel()
		unlimited := serve(t, status.WithMaxSize(0))
		st, _ := unlimited.raiseError(t, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", long))
		if st.Code() == codes.NotFound {
			t.Error("the test's client accepts more than 8 KiB: it shows nothing")
		}
	})
}

// pairs returns the metadata of an error as arguments.
func pairs(e *status.LegacyError) []catalog.Arg {
	var args []catalog.Arg
	for name, value := range e.Metadata() {
		args = append(args, catalog.Arg{Name: name, Value: value})
	}
	return args
}

func with(t testing.TB, details ...proto.Message) error {
	t.Helper()
	p := grpcstatus.Convert(status.Error(jobv2.Code_INTERNAL_ERROR)).Proto()
	for _, d := range details {
		p.Details = append(p.Details, anyOf(t, d))
	}
	return grpcstatus.ErrorProto(p)
}

// TestSizeLimitHolds cuts statuses of every size and shape: what is sent is
// never longer, and never without its code.
func TestSizeLimitHolds(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, n := range []int{0, 1, 63, 64, 65, 100, 1000, 1500, 2000, 2500, 3000, 5000, 20000} {
		for _, r := range []string{"a", "%", "é", "长", "😀", "\x00"} {
			text := strings.Repeat(r, n)
			st, _ := s.raiseError(t, status.Error(jobv2.Code_EITHER_PARAMETER_MISSING, "parameter", text, "other_parameter", text))
			if !status.Is(st.Err(), jobv2.Code_EITHER_PARAMETER_MISSING) {
				t.Errorf("%d × %q: got %.200v, want EITHER_PARAMETER_MISSING", n, r, st)
			}
		}
	}
}

func TestWithoutDialect(t *testing.T) {
	t.Parallel()
	s := serve(t, status.WithFallbackDomain(func(context.Context, any) string { return "" }))
	for _, tt := range []struct {
		err         error
		wantCode    codes.Code
		wantMessage string
	}{
		{err: errors.New(secret), wantCode: codes.Internal, wantMessage: "internal error"},
		{
			err:         fmt.Errorf("%s: %w", secret, context.DeadlineExceeded),
			wantCode:    codes.DeadlineExceeded,
			wantMessage: "context deadline exceeded",
		},
		{err: grpcstatus.Error(codes.NotFound, "no such thing"), wantCode: codes.NotFound, wantMessage: "no such thing"},
	} {
		st, _ := s.raiseError(t, tt.err)
		if st.Code() != tt.wantCode || st.Message() != tt.wantMessage || len(st.Details()) != 0 {
			t.Errorf("%v: got %v, want %v %q without details", tt.err, st.Proto(), tt.wantCode, tt.wantMessage)
		}
	}
}

// TestRecoversInterceptors: a panic of an interceptor that comes after ours is
// recovered as a handler's is.
func TestRecoversInterceptors(t *testing.T) {
	t.Parallel()
	log := new(servertest.Log)
	opts := append(status.ServerOptions(status.WithLogger(log.Logger())),
		grpc.ChainUnaryInterceptor(func(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) { panic(secret) }))
	client := demov1.NewDemoServiceClient(servertest.Dial(t, servertest.ServeGRPC(t, new(backend), opts...)))
	_, err := client.Raise(t.Context(), &demov1.RaiseRequest{})
	if st := grpcstatus.Convert(err); st.Code() != codes.Internal || strings.Contains(fmt.Sprint(st.Proto()), secret) {
		t.Errorf("got %v, want Internal without %q", st.Proto(), secret)
	}
	if logged := log.Take(); !strings.Contains(logged, secret) || !strings.Contains(logged, "goroutine") {
		t.Errorf("logged %q, want the panic and its stack", logged)
	}
}

func TestInterceptorKeepsErrorsForOthers(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	intercept := status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)))
	_, err := intercept(t.Context(), nil, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) {
		return nil, fmt.Errorf("x: %w", status.Wrap(cause, jobv2.Code_INTERNAL_ERROR))
	})
	var legacy *status.LegacyError
	if !errors.Is(err, cause) || !errors.As(err, &legacy) || legacy.Code().LegacyCode() != "1239999" {
		t.Errorf("got %v, want the cause and code 1239999 in it", err)
	}
}

func TestRepairsNames(t *testing.T) {
	t.Parallel()
	all := status.RepairCutMessage<<1 - 1
	if names := all.Names(); len(names) != 9 || names[0] != "go_error" || names[8] != "cut_message" {
		t.Errorf("got %q, want 9 names from go_error to cut_message", names)
	}
	if names := status.Repairs(0).Names(); names != nil {
		t.Errorf("no repairs have the names %q, want none", names)
	}
}

// TestCustomCatalog: the interceptor of another catalog does not know these
// codes, and does not spoil them.
func TestCustomCatalog(t *testing.T) {
	t.Parallel()
	empty, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, status.WithCatalog(empty))
	st, event := s.raiseError(t, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42))
	if !status.Is(st.Err(), jobv2.Code_JOB_NOT_FOUND) || event.Repairs != 0 {
		t.Errorf("got %v with the repairs %q, want JOB_NOT_FOUND without any", st, event.Repairs.Names())
	}
}

// TestDialectOptions: without WithDialect the RPC's own option counts, else its
// service's.
func TestDialectOptions(t *testing.T) {
	prototest.Register(t, "status_dialect_test.proto", `
syntax = "proto3";
package statusmap.statustest.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.job.v2"};
  rpc Get(M) returns (M);
  rpc Sign(M) returns (M) { option (statusmap.v1.method) = {dialect: "legacy.elves.v2"}; }
  rpc Typo(M) returns (M) { option (statusmap.v1.method) = {dialect: "legacy.none"}; }
}
`)
	intercept := status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)))
	for method, want := range map[string]string{
		"/statusmap.statustest.v1.Jobs/Get":  "legacy.job.v2.INTERNAL_ERROR",
		"/statusmap.statustest.v1.Jobs/Sign": "legacy.elves.v2.INTERNAL_SERVER_ERROR",
		"/statusmap.statustest.v1.Jobs/Typo": "",
		"/statusmap.statustest.v1.Jobs/None": "",
		"/statusmap.statustest.v1.M/Get":     "",
		"":                                   "",
		"/":                                  "",
		"odd":                                "",
	} {
		_, err := intercept(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: method}, func(context.Context, any) (any, error) {
			return nil, errors.New(secret)
		})
		got := ""
		if e, ok := status.FromError(err); ok {
			got = e.Domain() + "." + e.Reason()
		}
		if got != want {
			t.Errorf("%q: %v is %q, want %q", method, err, got, want)
		}
		if strings.Contains(fmt.Sprint(grpcstatus.Convert(err)), secret) {
			t.Errorf("%q: %q leaks: %v", method, secret, err)
		}
	}
}

// TestTrailersAgree reads the raw trailers: grpc-status and grpc-message say what
// grpc-status-details-bin says. If they did not, grpc-go would make Internal of
// another code, and Python's rpc_status.from_call would raise.
func TestTrailersAgree(t *testing.T) {
	t.Parallel()
	notText := &spb.Status{
		Code:    int32(codes.NotFound),
		Message: "\xff",
		Details: []*anypb.Any{anyOf(t, &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"})},
	}
	for name, fail := range map[string]error{
		"legacy":       status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", "100% 作业\n"),
		"go error":     errors.New(secret),
		"plain":        grpcstatus.Error(codes.NotFound, secret),
		"out of range": grpcstatus.Error(20210, secret),
		"not UTF-8":    grpcstatus.ErrorProto(notText),
		"huge":         status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", strings.Repeat("长", 9000)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trailer := serve(t).rawTrailer(t, fail)
			raw, err := base64.RawStdEncoding.DecodeString(trailer.Get("Grpc-Status-Details-Bin"))
			if err != nil {
				t.Fatal(err)
			}
			var details spb.Status
			if err := proto.Unmarshal(raw, &details); err != nil {
				t.Fatal(err)
			}
			message, err := url.PathUnescape(trailer.Get("Grpc-Message"))
			if err != nil {
				t.Fatal(err)
			}
			if got := trailer.Get("Grpc-Status"); got != strconv.Itoa(int(details.GetCode())) {
				t.Errorf("grpc-status is %s, the details say %d", got, details.GetCode())
			}
			if message != details.GetMessage() {
				t.Errorf("grpc-message is %q, the details say %q", message, details.GetMessage())
			}
			size := 0
			for name, values := range trailer {
				if strings.HasPrefix(name, "Grpc-") { // a response of trailers only has its Content-Type among them
					size += len(name) + len(values[0]) + 32
				}
			}
			if size > status.DefaultMaxSize {
				t.Errorf("%d bytes of trailers, want %d or less", size, status.DefaultMaxSize)
			}
		})
	}
}

// rawTrailer calls the unary method without grpc-go, and returns the trailers of
// an error.
func (s *server) rawTrailer(t *testing.T, fail error) http.Header {
	t.Helper()
	s.backend.fail = func(context.Context) error { return fail }
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		"http://"+s.address+demov1.DemoService_Raise_FullMethodName, bytes.NewReader(make([]byte, 5)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if len(response.Trailer) == 0 {
		return response.Header // an answer of trailers only
	}
	return response.Trailer
}

// TestCodesAbove16: some servers send an enum's numbers as gRPC codes.
func TestCodesAbove16(t *testing.T) {
	t.Parallel()
	const notFound = codes.Code(jobv2.Code_JOB_NOT_FOUND)
	const overloaded = codes.Code(jobv2.Code_API_OVERLOADED)
	retry := &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Minute)}
	withRetry, err := grpcstatus.New(overloaded, secret).WithDetails(retry)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name         string
		domain       string
		err          error
		wantCode     codes.Code
		wantMessage  string
		wantReason   string // "": no details
		wantMetadata map[string]string
		wantRetry    time.Duration
		wantRepairs  status.Repairs
		wantHidden   bool // the text is logged and not sent
	}{
		{
			name:         "a code of the system, with its text",
			domain:       "legacy.job.v2",
			err:          grpcstatus.Error(notFound, "作业 42 不存在"),
			wantCode:     codes.NotFound,
			wantMessage:  "作业 42 不存在",
			wantReason:   "JOB_NOT_FOUND",
			wantMetadata: map[string]string{"legacy_code": "1233106", "job_id": "42"},
			wantRepairs:  status.RepairCodeOutOfRange,
		},
		{
			name:         "with its text, wrapped",
			domain:       "legacy.job.v2",
			err:          fmt.Errorf("x: %w", grpcstatus.Error(notFound, "作业 42 不存在")),
			wantCode:     codes.NotFound,
			wantMessage:  "作业 42 不存在",
			wantReason:   "JOB_NOT_FOUND",
			wantMetadata: map[string]string{"legacy_code": "1233106", "job_id": "42"},
			wantRepairs:  status.RepairCodeOutOfRange,
			wantHidden:   true,
		},
		{
			name:         "with another text",
			domain:       "legacy.job.v2",
			err:          fmt.Errorf("x: %w", grpcstatus.Error(notFound, secret)),
			wantCode:     codes.NotFound,
			wantMessage:  "作业 {job_id} 不存在",
			wantReason:   "JOB_NOT_FOUND",
			wantMetadata: map[string]string{"legacy_code": "1233106"},
			wantRepairs:  status.RepairCodeOutOfRange,
			wantHidden:   true,
		},
		{
			name:         "it is no fallback: it may promise a retry",
			domain:       "legacy.job.v2",
			err:          grpcstatus.Error(overloaded, secret),
			wantCode:     codes.ResourceExhausted,
			wantMessage:  "API 服务过载，拒绝服务请求",
			wantReason:   "API_OVERLOADED",
			wantMetadata: map[string]string{"legacy_code": "1239309"},
			wantRetry:    mustCode(t, jobv2.Code_API_OVERLOADED).RetryAfter(),
			wantRepairs:  status.RepairCodeOutOfRange,
			wantHidden:   true,
		},
		{
			name:         "with a RetryInfo of its own",
			domain:       "legacy.job.v2",
			err:          withRetry.Err(),
			wantCode:     codes.ResourceExhausted,
			wantMessage:  "API 服务过载，拒绝服务请求",
			wantReason:   "API_OVERLOADED",
			wantMetadata: map[string]string{"legacy_code": "1239309"},
			wantRetry:    time.Minute,
			wantRepairs:  status.RepairCodeOutOfRange,
			wantHidden:   true,
		},
		{
			name:         "a success code",
			domain:       "legacy.jarvis.v2",
			err:          grpcstatus.Error(codes.Code(jarvisv2.Code_SKEY_GRANTED), secret),
			wantCode:     codes.Unknown,
			wantMessage:  "param configuration error, please contact the administrator",
			wantReason:   "PARAM_CONFIGURATION_ERROR",
			wantMetadata: map[string]string{"legacy_code": "30018"},
			wantRepairs:  status.RepairCodeOutOfRange | status.RepairPlainStatus,
			wantHidden:   true,
		},
		{
			name:         "no code of the system",
			domain:       "legacy.job.v2",
			err:          grpcstatus.Error(17, secret),
			wantCode:     codes.Unknown,
			wantMessage:  "系统内部异常",
			wantReason:   "INTERNAL_ERROR",
			wantMetadata: map[string]string{"legacy_code": "1239999"},
			wantRepairs:  status.RepairCodeOutOfRange | status.RepairPlainStatus,
			wantHidden:   true,
		},
		{
			name:        "no system",
			err:         grpcstatus.Error(notFound, "x"),
			wantCode:    codes.Unknown,
			wantMessage: "x",
			wantRepairs: status.RepairCodeOutOfRange | status.RepairPlainStatus,
		},
	} {
		for _, raw := range []bool{false, true} {
			name := tt.name
			opts := []status.Option{status.WithFallbackDomain(func(context.Context, any) string { return tt.domain })}
			if raw {
				name += ", raw"
				opts = append(opts, status.WithRawCodes())
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := serve(t, opts...)
				st, event := s.raiseError(t, tt.err)
				sent, _ := grpcstatus.FromError(errors.Unwrap(tt.err))
				if sent == nil || sent.Code() == codes.OK {
					sent = grpcstatus.Convert(tt.err)
				}
				want := tt.wantCode
				if raw {
					want = sent.Code()
				}
				if st.Code() != want || st.Message() != tt.wantMessage {
					t.Errorf("got %v %q, want %v %q", st.Code(), st.Message(), want, tt.wantMessage)
				}
				if event.GRPCCode != tt.wantCode || event.Reason != tt.wantReason || event.Repairs != tt.wantRepairs {
					t.Errorf("event %+v, want %v %s and the repairs %q", event, tt.wantCode, tt.wantReason, tt.wantRepairs.Names())
				}
				e, ok := status.FromError(st.Err())
				if ok != (tt.wantReason != "") || e.Reason() != tt.wantReason || e.RetryAfter() != tt.wantRetry ||
					ok && !maps.Equal(e.Metadata(), tt.wantMetadata) {
					t.Errorf("got %v with %v, retry after %v; want %s with %v, retry after %v", e, e.Metadata(), e.RetryAfter(), tt.wantReason, tt.wantMetadata, tt.wantRetry)
				}
				logged := s.log.Take()
				if tt.wantHidden != strings.Contains(logged, sent.Message()) || strings.Contains(fmt.Sprint(st.Proto()), secret) {
					t.Errorf("sent %v, logged %q, want the text hidden: %v", st.Proto(), logged, tt.wantHidden)
				}
			})
		}
	}
}

// TestFallbacksPromiseNoRetry: neither the code's own delay nor a received one.
func TestFallbacksPromiseNoRetry(t *testing.T) {
	t.Parallel()
	if mustCode(t, jobv2.Code_API_OVERLOADED).RetryAfter() == 0 {
		t.Fatal("API_OVERLOADED has no retry_after: it shows nothing")
	}
	plain, err := grpcstatus.New(codes.ResourceExhausted, secret).WithDetails(
		&errdetails.RetryInfo{RetryDelay: durationpb.New(time.Minute)},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	st, _ := serve(t).raiseError(t, plain.Err())
	e, _ := status.FromError(st.Err())
	if e.Reason() != "API_OVERLOADED" || e.RetryAfter() != 0 {
		t.Errorf("got %v, retry after %v, want API_OVERLOADED and none", e, e.RetryAfter())
	}
	var types []string
	for _, d := range st.Details() {
		types = append(types, string(proto.MessageName(d.(proto.Message)).Name()))
	}
	if want := []string{"ErrorInfo", "BadRequest"}; !slices.Equal(types, want) {
		t.Errorf("details %q, want %q", types, want)
	}
	// Without a system it is the handler's own status.
	st, _ = serve(t, status.WithFallbackDomain(nil)).raiseError(t, plain.Err())
	if len(st.Details()) != 2 {
		t.Errorf("details %v, want those of the handler", st.Details())
	}
}

// TestOneBuilder: whoever raises an error, its details are the same bytes.
func TestOneBuilder(t *testing.T) {
	t.Parallel()
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		for _, code := range system.Codes() {
			if code.IsSuccess() {
				continue
			}
			made := status.New(code, sampleArgs(code)...)
			want := grpcstatus.Convert(made).Proto()
			for name, err := range map[string]error{
				"made":     made,
				"wrapped":  fmt.Errorf("x: %w", made),
				"received": grpcstatus.ErrorProto(want),
			} {
				if got := grpcstatus.Convert(intercept(t.Context(), err)).Proto(); !proto.Equal(got, want) {
					t.Errorf("%s, %s: %v, want %v", code.FullName(), name, got, want)
				}
			}
		}
	}
}

// TestUnknownMethods: an UnknownServiceHandler answers whatever a caller thinks of.
func TestUnknownMethods(t *testing.T) {
	t.Parallel()
	var event status.Event
	opts := append(status.ServerOptions(
		status.WithLogger(slog.New(slog.DiscardHandler)),
		status.WithObserver(func(_ context.Context, e status.Event) { event = e }),
	), grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return errors.New("x") }))
	conn := servertest.Dial(t, servertest.ServeGRPC(t, new(backend), opts...))
	for method, want := range map[string]bool{"/a.B/C": true, demov1.DemoService_Echo_FullMethodName: false} {
		err := conn.Invoke(t.Context(), method, &demov1.RaiseRequest{}, &demov1.RaiseResponse{})
		if err == nil || event.Method != method || event.UnknownMethod != want {
			t.Errorf("%s: got %v and the event %+v, want an unknown method: %v", method, err, event, want)
		}
	}
}
