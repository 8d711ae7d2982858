package status_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/recovery"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// A backend returns whatever error it is told to.
type backend struct {
	demov1.UnimplementedDemoServiceServer
	fail func(context.Context) error
}

func (b *backend) Raise(ctx context.Context, _ *demov1.RaiseRequest) (*demov1.RaiseResponse, error) {
	return &demov1.RaiseResponse{}, b.fail(ctx)
}

func (b *backend) Stream(_ *demov1.StreamRequest, stream grpc.ServerStreamingServer[demov1.StreamResponse]) error {
	return b.fail(stream.Context())
}

// lockedBuffer is a log that a server's goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type rpcWorld struct {
	client demov1.DemoServiceClient
	addr   string
	log    *lockedBuffer
	fail   func(context.Context) error

	mu     sync.Mutex
	events []status.Event
}

func (w *rpcWorld) event() status.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.events) != 1 {
		return status.Event{Method: fmt.Sprintf("%d events", len(w.events))}
	}
	e := w.events[0]
	w.events = nil
	return e
}

// serve runs a real server with the interceptors, and a client that accepts no
// more than 8 KiB of headers.
func serve(t testing.TB, opts ...status.Option) *rpcWorld {
	t.Helper()
	w := &rpcWorld{log: new(lockedBuffer)}
	opts = append([]status.Option{
		status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" }),
		status.WithLogger(slog.New(slog.NewTextHandler(w.log, nil))),
		status.WithObserver(func(_ context.Context, e status.Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, e)
		}),
	}, opts...)
	recovered := recovery.Handler(status.RecoveryHandler(opts...))
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(status.UnaryServerInterceptor(opts...), recovery.UnaryServerInterceptor(recovered)),
		grpc.ChainStreamInterceptor(status.StreamServerInterceptor(opts...), recovery.StreamServerInterceptor(recovered)),
	)
	demov1.RegisterDemoServiceServer(server, &backend{fail: func(ctx context.Context) error { return w.fail(ctx) }})
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	conn, err := grpc.NewClient(l.Addr().String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithMaxHeaderListSize(8<<10))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		server.GracefulStop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	w.client = demov1.NewDemoServiceClient(conn)
	w.addr = l.Addr().String()
	return w
}

// raise calls the unary and the stream method; both have to say the same.
func (w *rpcWorld) raise(t testing.TB, ctx context.Context, fail func(context.Context) error) (*grpcstatus.Status, status.Event) {
	t.Helper()
	w.fail = fail
	_, err := w.client.Raise(ctx, &demov1.RaiseRequest{})
	unary := grpcstatus.Convert(err)
	event := w.event()

	stream, err := w.client.Stream(ctx, &demov1.StreamRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	streamed := grpcstatus.Convert(err)
	streamEvent := w.event()
	if !proto.Equal(unary.Proto(), streamed.Proto()) {
		t.Errorf("unary %v\nstream %v", unary.Proto(), streamed.Proto())
	}
	if event.Repairs != streamEvent.Repairs || event.Domain != streamEvent.Domain || event.Reason != streamEvent.Reason {
		t.Errorf("unary %+v\nstream %+v", event, streamEvent)
	}
	return unary, event
}

const secret = "hunter2"

func anyOf(t testing.TB, m proto.Message) *anypb.Any {
	t.Helper()
	a, err := anypb.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFinalForm(t *testing.T) {
	w := serve(t)
	info := func(domain, reason, legacy string) *errdetails.ErrorInfo {
		return &errdetails.ErrorInfo{Domain: domain, Reason: reason, Metadata: map[string]string{"legacy_code": legacy}}
	}
	proto3 := func(code codes.Code, message string, details ...proto.Message) error {
		p := &spb.Status{Code: int32(code), Message: message}
		for _, d := range details {
			p.Details = append(p.Details, anyOf(t, d))
		}
		return grpcstatus.ErrorProto(p)
	}
	jobNotFound := func() error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42) }
	for _, tt := range []struct {
		name    string
		fail    func(context.Context) error
		code    codes.Code
		message string
		reason  string
		repairs status.Repairs
		log     string // what the log has; "": nothing is logged
	}{
		{
			name: "legacy error", fail: func(context.Context) error { return jobNotFound() },
			code: codes.NotFound, message: "作业 42 不存在", reason: "JOB_NOT_FOUND",
		},
		{
			name: "wrapped by %w", fail: func(context.Context) error { return fmt.Errorf("loading %s: %w", secret, jobNotFound()) },
			code: codes.NotFound, message: "作业 42 不存在", reason: "JOB_NOT_FOUND",
		},
		{
			name: "joined", fail: func(context.Context) error { return errors.Join(errors.New(secret), jobNotFound()) },
			code: codes.NotFound, message: "作业 42 不存在", reason: "JOB_NOT_FOUND",
		},
		{
			name: "received from another server and wrapped", fail: func(context.Context) error {
				return fmt.Errorf("calling %s: %w", secret, grpcstatus.ErrorProto(grpcstatus.Convert(jobNotFound()).Proto()))
			},
			code: codes.NotFound, message: "作业 42 不存在", reason: "JOB_NOT_FOUND",
		},
		{
			name: "wrapping a cause", fail: func(context.Context) error { return status.Wrap(errors.New(secret), jobv2.Code_INTERNAL_ERROR) },
			code: codes.Internal, message: "系统内部异常", reason: "INTERNAL_ERROR", log: secret,
		},
		{
			name: "missing argument", fail: func(context.Context) error { return status.Error(jobv2.Code_JOB_NOT_FOUND) },
			code: codes.NotFound, message: "作业 {job_id} 不存在", reason: "JOB_NOT_FOUND", repairs: status.RepairMisuse, log: "the argument job_id is missing",
		},
		{
			name: "Go error", fail: func(context.Context) error { return errors.New("pq: " + secret) },
			code: codes.Internal, message: "系统内部异常", reason: "INTERNAL_ERROR", repairs: status.RepairGoError, log: secret,
		},
		{
			name: "context cancelled", fail: func(context.Context) error { return fmt.Errorf("%s: %w", secret, context.Canceled) },
			code: codes.Canceled, message: "调用方法出错了", reason: "METHOD_CALL_FAILED", repairs: status.RepairPlainStatus, log: secret,
		},
		{
			name: "context deadline", fail: func(context.Context) error { return fmt.Errorf("%s: %w", secret, context.DeadlineExceeded) },
			code: codes.DeadlineExceeded, message: "异步调用的方法超时了", reason: "ASYNC_CALL_TIMEOUT", repairs: status.RepairPlainStatus, log: secret,
		},
		{
			name: "plain status", fail: func(context.Context) error { return grpcstatus.Error(codes.ResourceExhausted, secret) },
			code: codes.ResourceExhausted, message: "API 服务过载，拒绝服务请求", reason: "API_OVERLOADED", repairs: status.RepairPlainStatus, log: secret,
		},
		{
			name: "plain status, wrapped", fail: func(context.Context) error {
				return fmt.Errorf("x: %w", grpcstatus.Error(codes.PermissionDenied, secret))
			},
			code: codes.PermissionDenied, message: "该用户没有访问权限", reason: "USER_ACCESS_DENIED", repairs: status.RepairPlainStatus, log: secret,
		},
		{
			name: "code above 16", fail: func(context.Context) error { return grpcstatus.Error(20210, secret) },
			code: codes.Unknown, message: "系统内部异常", reason: "INTERNAL_ERROR", repairs: status.RepairPlainStatus | status.RepairCodeOutOfRange, log: secret,
		},
		{
			name: "GRPCStatus is nil", fail: func(context.Context) error { return nilStatusError{} },
			code: codes.Internal, message: "系统内部异常", reason: "INTERNAL_ERROR", repairs: status.RepairGoError, log: "nil status",
		},
		{
			name: "GRPCStatus is OK", fail: func(context.Context) error { return &pointerStatusError{grpcstatus.New(codes.OK, "")} },
			code: codes.Internal, message: "系统内部异常", reason: "INTERNAL_ERROR", repairs: status.RepairGoError, log: "pointer",
		},
		{
			name: "GRPCStatus panics on a typed nil", fail: func(context.Context) error { return (*derefError)(nil) },
			code: codes.Internal, message: "系统内部异常", reason: "INTERNAL_ERROR", repairs: status.RepairGoError, log: "dereferences",
		},
		{
			name: "typed nil of ours", fail: func(context.Context) error { return (*status.LegacyError)(nil) },
			code: codes.Internal, message: "系统内部异常", reason: "INTERNAL_ERROR", repairs: status.RepairPlainStatus, log: "an error that the client was not told",
		},
		{
			name: "panic", fail: func(context.Context) error { panic(secret) },
			code: codes.Internal, message: "系统内部异常", reason: "INTERNAL_ERROR", repairs: status.RepairGoError, log: "goroutine",
		},
		{
			name: "two ErrorInfos", fail: func(context.Context) error {
				return proto3(codes.NotFound, "x", info("legacy.job.v2", "JOB_NOT_FOUND", "1233106"), info("legacy.job.v2", "INTERNAL_ERROR", "1239999"))
			},
			code: codes.NotFound, message: "x", reason: "JOB_NOT_FOUND", repairs: status.RepairDuplicateDetail,
		},
		{
			name: "ErrorInfo last", fail: func(context.Context) error {
				return proto3(codes.NotFound, "x", &errdetails.RequestInfo{RequestId: "1"}, info("legacy.job.v2", "JOB_NOT_FOUND", "1233106"))
			},
			code: codes.NotFound, message: "x", reason: "JOB_NOT_FOUND",
		},
		{
			name: "foreign ErrorInfo", fail: func(context.Context) error {
				return proto3(codes.NotFound, "x", &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"})
			},
			code: codes.NotFound, message: "x", reason: "GONE",
		},
		{
			name: "not UTF-8", fail: func(context.Context) error {
				p := grpcstatus.Convert(jobNotFound()).Proto()
				p.Message = "bytes \xff"
				p.Details[0].Value = bytes.ReplaceAll(p.GetDetails()[0].GetValue(), []byte("42"), []byte("\xff2"))
				return grpcstatus.ErrorProto(p)
			},
			code: codes.NotFound, message: "bytes \uFFFD", reason: "JOB_NOT_FOUND", repairs: status.RepairInvalidUTF8,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(w.log.String())
			st, event := w.raise(t, context.Background(), tt.fail)
			if st.Code() != tt.code || st.Message() != tt.message {
				t.Errorf("%v %q, want %v %q", st.Code(), st.Message(), tt.code, tt.message)
			}
			infos := 0
			for i, d := range st.Details() {
				if d, ok := d.(*errdetails.ErrorInfo); ok {
					infos++
					if i != 0 || d.GetReason() != tt.reason {
						t.Errorf("detail %d: %v, want %s", i, d, tt.reason)
					}
				}
				if err, broken := d.(error); broken {
					t.Errorf("detail %d: %v", i, err)
				}
			}
			if infos != 1 {
				t.Errorf("%d ErrorInfos", infos)
			}
			if event.Repairs != tt.repairs {
				t.Errorf("repairs %v, want %v", event.Repairs.Names(), tt.repairs.Names())
			}
			if strings.Contains(fmt.Sprint(st.Proto()), secret) {
				t.Errorf("sent: %v", st.Proto())
			}
			logged := w.log.String()[before:]
			if tt.log == "" && logged != "" || !strings.Contains(logged, tt.log) {
				t.Errorf("logged %q, want %q", logged, tt.log)
			}
			if tt.name == "foreign ErrorInfo" {
				if event.Domain != "" || event.Reason != "" {
					t.Errorf("unbounded values in %+v", event)
				}
			} else if event.Domain != "legacy.job.v2" || event.Reason != tt.reason || event.GRPCCode != tt.code {
				t.Errorf("event %+v", event)
			}
		})
	}
}

type derefError struct{ st *grpcstatus.Status }

func (d *derefError) Error() string                  { return "dereferences" }
func (d *derefError) GRPCStatus() *grpcstatus.Status { return d.st }

func TestRequestIDAndLanguage(t *testing.T) {
	w := serve(t)
	for _, tt := range []struct {
		key, value string
		locale     string
		message    string
	}{
		{"accept-language", "en-US,zh;q=0.5", "en", "Job 42 does not exist"},
		{"grpcgateway-accept-language", "en", "en", "Job 42 does not exist"},
		{"accept-language", "zh-CN", "", ""},
		{"accept-language", "fr", "", ""},
		{"other", "en", "", ""},
	} {
		ctx := metadata.AppendToOutgoingContext(context.Background(), tt.key, tt.value, "x-request-id", "r-1")
		st, _ := w.raise(t, ctx, func(context.Context) error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42) })
		if st.Message() != "作业 42 不存在" {
			t.Errorf("%s: the message became %q", tt.value, st.Message())
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
		if locale != tt.locale || message != tt.message || id != "r-1" {
			t.Errorf("%s=%s: %q %q, id %q", tt.key, tt.value, locale, message, id)
		}
	}
}

// TestSizeLimit: the client accepts 8 KiB of headers; grpc-java does by default.
func TestSizeLimit(t *testing.T) {
	w := serve(t)
	long := strings.Repeat("长文本", 5000)
	for _, tt := range []struct {
		name    string
		fail    func() error
		repairs status.Repairs
		keeps   []string // detail types that stay
	}{
		{
			name: "DebugInfo goes first",
			fail: func() error {
				return with(t, &errdetails.DebugInfo{Detail: long}, &errdetails.Help{}, &errdetails.RequestInfo{})
			},
			repairs: status.RepairDroppedDetails, keeps: []string{"ErrorInfo", "Help", "RequestInfo"},
		},
		{
			name: "then Help",
			fail: func() error {
				return with(t, &errdetails.DebugInfo{}, &errdetails.Help{Links: []*errdetails.Help_Link{{Description: long}}}, &errdetails.LocalizedMessage{Locale: "en"})
			},
			repairs: status.RepairDroppedDetails, keeps: []string{"ErrorInfo", "LocalizedMessage"},
		},
		{
			name: "then LocalizedMessage",
			fail: func() error {
				return with(t, &errdetails.LocalizedMessage{Message: long}, &errdetails.RequestInfo{RequestId: "1"})
			},
			repairs: status.RepairDroppedDetails, keeps: []string{"ErrorInfo", "RequestInfo"},
		},
		{
			name: "then the others, RetryInfo last",
			fail: func() error {
				return with(t, &errdetails.RequestInfo{ServingData: long}, &errdetails.RetryInfo{})
			},
			repairs: status.RepairDroppedDetails, keeps: []string{"ErrorInfo", "RetryInfo"},
		},
		{
			name:    "then metadata values",
			fail:    func() error { return status.Error(jobv2.Code_INTERNAL_ERROR, "dump", long, "trace", long, "id", "42") },
			repairs: status.RepairCutMetadata, keeps: []string{"ErrorInfo"},
		},
		{
			name:    "then the message",
			fail:    func() error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", long) },
			repairs: status.RepairCutMetadata | status.RepairCutMessage, keeps: []string{"ErrorInfo"},
		},
		{
			name: "very many values",
			fail: func() error {
				var args []any
				for i := range 2000 {
					args = append(args, fmt.Sprintf("arg%d", i), "x")
				}
				return status.Error(jobv2.Code_INTERNAL_ERROR, args...)
			},
			repairs: status.RepairCutMetadata, keeps: []string{"ErrorInfo"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st, event := w.raise(t, context.Background(), func(context.Context) error { return tt.fail() })
			if event.Repairs != tt.repairs {
				t.Errorf("repairs %v, want %v", event.Repairs.Names(), tt.repairs.Names())
			}
			var kept []string
			for _, d := range st.Proto().GetDetails() {
				kept = append(kept, d.GetTypeUrl()[strings.LastIndexByte(d.GetTypeUrl(), '.')+1:])
			}
			if fmt.Sprint(kept) != fmt.Sprint(tt.keeps) {
				t.Errorf("kept %v, want %v", kept, tt.keeps)
			}
			e, ok := status.FromError(st.Err())
			if !ok || e.Domain() != "legacy.job.v2" || e.Code() == nil || e.LegacyCode() != e.Code().LegacyCode() {
				t.Fatalf("%v", st)
			}
			for name, value := range e.Metadata() {
				if !utf8.ValidString(value) || len(value) > 100 && !strings.HasSuffix(value, "…") {
					t.Errorf("%s is cut without a mark: %.100q", name, value)
				}
			}
			if !utf8.ValidString(st.Message()) || event.Repairs&status.RepairCutMessage != 0 && !strings.HasSuffix(st.Message(), "…") {
				t.Errorf("message %.100q", st.Message())
			}
		})
	}
	t.Run("without the limit the client loses all", func(t *testing.T) {
		w := serve(t, status.WithMaxSize(0))
		st, _ := w.raise(t, context.Background(), func(context.Context) error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", long) })
		if st.Code() == codes.NotFound {
			t.Error("the test's client accepts more than 8 KiB: it shows nothing")
		}
	})
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
	w := serve(t)
	for _, n := range []int{0, 1, 63, 64, 65, 100, 1000, 1500, 2000, 2500, 3000, 5000, 20000} {
		for _, r := range []string{"a", "%", "é", "长", "😀", "\x00"} {
			text := strings.Repeat(r, n)
			st, _ := w.raise(t, context.Background(), func(context.Context) error {
				return status.Error(jobv2.Code_EITHER_PARAMETER_MISSING, "parameter", text, "other_parameter", text)
			})
			if !status.Is(st.Err(), jobv2.Code_EITHER_PARAMETER_MISSING) {
				t.Errorf("%d × %q: %.200v", n, r, st)
			}
		}
	}
}

func TestWithoutDialect(t *testing.T) {
	w := serve(t, status.WithFallbackDomain(func(context.Context, any) string { return "" }))
	for _, tt := range []struct {
		err     error
		code    codes.Code
		message string
	}{
		{errors.New(secret), codes.Internal, "internal error"},
		{fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), codes.DeadlineExceeded, "context deadline exceeded"},
		{grpcstatus.Error(codes.NotFound, "no such thing"), codes.NotFound, "no such thing"},
	} {
		st, _ := w.raise(t, context.Background(), func(context.Context) error { return tt.err })
		if st.Code() != tt.code || st.Message() != tt.message || len(st.Details()) != 0 {
			t.Errorf("%v: %v", tt.err, st.Proto())
		}
	}
}

// TestRecoveryAlone: the recovery interceptor may stand without the others, or
// before them.
func TestRecoveryAlone(t *testing.T) {
	handler := status.RecoveryHandler(status.WithLogger(slog.New(slog.DiscardHandler)))
	st := grpcstatus.Convert(handler(context.Background(), secret))
	if st.Code() != codes.Internal || strings.Contains(st.Message(), secret) {
		t.Errorf("%v", st)
	}
}

func TestInterceptorKeepsErrorsForOthers(t *testing.T) {
	cause := errors.New("cause")
	intercept := status.UnaryServerInterceptor(status.WithLogger(slog.New(slog.DiscardHandler)))
	_, err := intercept(context.Background(), nil, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) {
		return nil, fmt.Errorf("x: %w", status.Wrap(cause, jobv2.Code_INTERNAL_ERROR))
	})
	var legacy *status.LegacyError
	if !errors.Is(err, cause) || !errors.As(err, &legacy) || legacy.Code().LegacyCode() != "1239999" {
		t.Errorf("%v", err)
	}
}

func TestRepairsNames(t *testing.T) {
	all := status.RepairCutMessage<<1 - 1
	if names := all.Names(); len(names) != 9 || names[0] != "go_error" || names[8] != "cut_message" {
		t.Errorf("%v", names)
	}
	if names := status.Repairs(0).Names(); names != nil {
		t.Errorf("%v", names)
	}
}

// TestCustomCatalog: the interceptor of another catalog does not know these
// codes, and does not spoil them.
func TestCustomCatalog(t *testing.T) {
	empty, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	w := serve(t, status.WithCatalog(empty))
	st, event := w.raise(t, context.Background(), func(context.Context) error { return status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42) })
	if !status.Is(st.Err(), jobv2.Code_JOB_NOT_FOUND) || event.Repairs != 0 {
		t.Errorf("%v %v", st, event.Repairs.Names())
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
		e, ok := status.FromError(err)
		if ok != (want != "") || ok && e.Domain()+"."+e.Reason() != want {
			t.Errorf("%s: %v, want %s", method, err, want)
		}
		if strings.Contains(fmt.Sprint(grpcstatus.Convert(err)), secret) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestTrailersAgree reads the raw trailers: grpc-status and grpc-message say what
// grpc-status-details-bin says. grpc-go makes Internal of another code, Python's
// rpc_status.from_call raises on another message too.
func TestTrailersAgree(t *testing.T) {
	w := serve(t)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	for name, fail := range map[string]error{
		"legacy":       status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", "100% 作业\n"),
		"go error":     errors.New(secret),
		"plain":        grpcstatus.Error(codes.NotFound, secret),
		"out of range": grpcstatus.Error(20210, secret),
		"not UTF-8":    grpcstatus.ErrorProto(&spb.Status{Code: 5, Message: "\xff", Details: []*anypb.Any{anyOf(t, &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"})}}),
		"huge":         status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", strings.Repeat("长", 9000)),
	} {
		t.Run(name, func(t *testing.T) {
			w.fail = func(context.Context) error { return fail }
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
				"http://"+w.addr+demov1.DemoService_Raise_FullMethodName, bytes.NewReader(make([]byte, 5)))
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
			trailer := response.Trailer
			if len(trailer) == 0 {
				trailer = response.Header // trailers only
			}
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
			if trailer.Get("Grpc-Status") != strconv.Itoa(int(details.GetCode())) || message != details.GetMessage() {
				t.Errorf("%s %q, the details say %d %q", trailer.Get("Grpc-Status"), message, details.GetCode(), details.GetMessage())
			}
			size := 0
			for name, values := range trailer {
				size += len(name) + len(values[0]) + 32
			}
			if size > 8<<10 {
				t.Errorf("%d bytes of trailers", size)
			}
		})
	}
}
