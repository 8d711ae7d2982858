// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/auth"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/logging"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/ratelimit"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/recovery"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/retry"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	grpcstatus "google.golang.org/grpc/status"

	apiswitchv1 "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// A call is how a gRPC client calls.
type call func(context.Context, demov1.DemoServiceClient) error

// calls are one unary RPC and one stream. Both succeed if nothing refuses them.
var calls = map[string]call{
	"unary": func(ctx context.Context, client demov1.DemoServiceClient) error {
		_, err := client.Echo(ctx, &demov1.EchoRequest{Text: "hi"})
		return err
	},
	"stream": func(ctx context.Context, client demov1.DemoServiceClient) error {
		stream, err := client.Stream(ctx, &demov1.StreamRequest{Domain: apiswitch, Reason: "ITEM_NOT_FOUND", After: 1})
		if err != nil {
			return err
		}
		_, err = stream.Recv()
		return err
	},
}

// interceptors are those of unary RPCs and of streams.
func interceptors(unary grpc.UnaryServerInterceptor, stream grpc.StreamServerInterceptor) []grpc.ServerOption {
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream)}
}

// refuse refuses every call.
func refuse(context.Context) (context.Context, error) {
	return nil, grpcstatus.Error(codes.Unauthenticated, "token of "+servertest.Secret+" has expired")
}

func refusing() []grpc.ServerOption {
	return interceptors(auth.UnaryServerInterceptor(refuse), auth.StreamServerInterceptor(refuse))
}

// TestAuth: what refuses a call comes after our interceptors, so that its status gets
// the system's code. Before them its text goes to gRPC clients as it is, and has no
// code. grpc.UnaryInterceptor is before them, wherever it is written.
func TestAuth(t *testing.T) {
	t.Parallel()
	chain := refusing()
	single := []grpc.ServerOption{
		grpc.UnaryInterceptor(auth.UnaryServerInterceptor(refuse)),
		grpc.StreamInterceptor(auth.StreamServerInterceptor(refuse)),
	}
	for name, tt := range map[string]struct {
		config     config
		wantReason string
	}{
		"after ours":         {config: config{afterOurs: chain}, wantReason: "TOKEN_INVALID"},
		"wrong: before ours": {config: config{beforeOurs: chain}},
		"wrong: not in a chain, and so the first": {config: config{afterOurs: single}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, tt.config)
			for kind, call := range calls {
				err := call(t.Context(), p.grpc)
				if grpcstatus.Code(err) != codes.Unauthenticated || reason(err) != tt.wantReason {
					t.Errorf("%s: got %v with the reason %q, want UNAUTHENTICATED with %q", kind, err, reason(err), tt.wantReason)
				}
				if leaks := strings.Contains(message(err), servertest.Secret); leaks != (tt.wantReason == "") {
					t.Errorf("%s: the client has %q", kind, message(err))
				}
			}
			if tt.wantReason != "" {
				p.wantLog(t, servertest.Secret)
			}
			// The gateway hides it in any case, if the request has a dialect.
			p.check(t, map[string]exchange{
				"unary":  {path: "/echo/d", header: inApiswitch, wantStatus: 401, want: invalidToken},
				"stream": {path: "/stream/legacy.apiswitch.v1/ITEM_NOT_FOUND", header: inApiswitch, wantStatus: 401, want: invalidToken},
				"plain":  {path: "/echo/d", wantStatus: 401},
			})
		})
	}
}

type limiter struct{}

func (limiter) Limit(context.Context) error { return errors.New("bucket of " + servertest.Secret) }

// TestRateLimit: as auth, after our interceptors. The middleware makes a text of the
// limiter's error, so a code and its retry_after need an interceptor of your own.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	chain := interceptors(ratelimit.UnaryServerInterceptor(limiter{}), ratelimit.StreamServerInterceptor(limiter{}))
	busy := status.Error(apiswitchv1.Code_SUBMITTING_IN_PROGRESS)
	own := interceptors(
		func(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) { return nil, busy },
		func(any, grpc.ServerStream, *grpc.StreamServerInfo, grpc.StreamHandler) error { return busy },
	)
	for name, tt := range map[string]struct {
		config     config
		wantReason string
		wantRetry  time.Duration
		rest       exchange
	}{
		"after ours": {
			config: config{afterOurs: chain}, wantReason: "QUOTA_EXCEED",
			rest: exchange{wantStatus: 429, want: exhausted, wantHeader: map[string]string{"Retry-After": ""}},
		},
		"wrong: before ours": {
			config: config{beforeOurs: chain},
			rest:   exchange{wantStatus: 429, want: exhausted},
		},
		"one that returns a code": {
			config: config{afterOurs: own}, wantReason: "SUBMITTING_IN_PROGRESS", wantRetry: 5 * time.Second,
			rest: exchange{wantStatus: 409, want: `{"Code":10220,"Message":"提交中暂时不能删除"}`, wantHeader: map[string]string{"Retry-After": "5"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, tt.config)
			for kind, call := range calls {
				err := call(t.Context(), p.grpc)
				if reason(err) != tt.wantReason || strings.Contains(message(err), servertest.Secret) != (tt.wantReason == "") {
					t.Errorf("%s: got %v with the reason %q, want %q", kind, err, reason(err), tt.wantReason)
				}
				if e, ok := status.FromError(err); ok && e.RetryAfter() != tt.wantRetry {
					t.Errorf("%s: retry after %s, want %s", kind, e.RetryAfter(), tt.wantRetry)
				}
			}
			tt.rest.path, tt.rest.header = "/echo/d", inApiswitch
			p.check(t, map[string]exchange{"unary": tt.rest, "plain": {path: "/echo/d", wantStatus: tt.rest.wantStatus}})
		})
	}
}

// TestGRPCRecovery: status.ServerOptions recovers. Another recovery before it sees no
// panic; one after it returns an error, which becomes the internal error too.
// Outside status.UnaryServerInterceptor alone it sends the panic's text and stack.
func TestGRPCRecovery(t *testing.T) {
	t.Parallel()
	var recovered atomic.Int32
	count := recovery.WithRecoveryHandler(func(p any) error {
		recovered.Add(1)
		return grpcstatus.Errorf(codes.DataLoss, "panic: %v", p)
	})
	theirs := interceptors(recovery.UnaryServerInterceptor(), recovery.StreamServerInterceptor())
	for name, tt := range map[string]struct {
		config     func(log *servertest.Log) config
		wantReason string
		wantLog    bool
	}{
		"ours alone": {config: func(*servertest.Log) config { return config{} }, wantReason: "INTERNAL_ERROR", wantLog: true},
		"theirs before ours sees no panic": {config: func(*servertest.Log) config {
			return config{beforeOurs: interceptors(recovery.UnaryServerInterceptor(count), recovery.StreamServerInterceptor(count))}
		}, wantReason: "INTERNAL_ERROR", wantLog: true},
		"theirs after ours": {config: func(*servertest.Log) config { return config{afterOurs: theirs} }, wantReason: "INTERNAL_ERROR", wantLog: true},
		"after status.UnaryServerInterceptor": {config: func(log *servertest.Log) config {
			return config{instead: interceptors(status.UnaryServerInterceptor(ourOptions(log)...), status.StreamServerInterceptor(ourOptions(log)...)), afterOurs: theirs}
		}, wantReason: "INTERNAL_ERROR", wantLog: true},
		"wrong: before status.UnaryServerInterceptor": {config: func(log *servertest.Log) config {
			return config{instead: interceptors(status.UnaryServerInterceptor(ourOptions(log)...), status.StreamServerInterceptor(ourOptions(log)...)), beforeOurs: theirs}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log servertest.Log
			p := start(t, tt.config(&log))
			_, err := p.grpc.Fault(t.Context(), &demov1.FaultRequest{Domain: apiswitch, Fault: "panic"})
			if reason(err) != tt.wantReason {
				t.Errorf("got %.200v with the reason %q, want %q", err, reason(err), tt.wantReason)
			}
			leaks := strings.Contains(message(err), servertest.Secret) && strings.Contains(message(err), "goroutine")
			if leaks != (tt.wantReason == "") {
				t.Errorf("the client has %.200q", message(err))
			}
			if got := p.log.Take() + log.Take(); strings.Contains(got, servertest.Secret) != tt.wantLog {
				t.Errorf("logged %.200q, want the panic: %v", got, tt.wantLog)
			}
			p.check(t, map[string]exchange{
				"in a dialect": {path: "/fault/legacy.apiswitch.v1/panic", header: inApiswitch, wantStatus: 500, want: internal},
			})
		})
	}
	t.Cleanup(func() {
		if n := recovered.Load(); n != 0 {
			t.Errorf("the recovery before ours saw %d panics, want none", n)
		}
	})
}

// TestLogging: before our interceptors it logs what is sent. After them it logs what
// the handler returned, with other codes than clients see, and no panics.
func TestLogging(t *testing.T) {
	t.Parallel()
	type seen struct{ code, text string }
	for name, tt := range map[string]struct {
		before bool
		want   map[string]seen // by fault; "" is none
	}{
		"before ours": {before: true, want: map[string]seen{
			"go_error": {"Internal", "内部错误"}, "plain_status": {"NotFound", "未找到相应条目"}, "panic": {"Internal", "内部错误"},
		}},
		"wrong: after ours": {want: map[string]seen{
			"go_error": {"Unknown", servertest.Secret}, "plain_status": {"NotFound", servertest.Secret}, "panic": {},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var last atomic.Pointer[string]
			logger := logging.LoggerFunc(func(_ context.Context, _ logging.Level, _ string, fields ...any) {
				line := fmt.Sprint(fields...)
				last.Store(&line)
			})
			on := logging.WithLogOnEvents(logging.FinishCall)
			chain := interceptors(logging.UnaryServerInterceptor(logger, on), logging.StreamServerInterceptor(logger, on))
			c := config{afterOurs: chain}
			if tt.before {
				c = config{beforeOurs: chain}
			}
			p := start(t, c)
			for fault, want := range tt.want {
				last.Store(new(string))
				if _, err := p.grpc.Fault(t.Context(), &demov1.FaultRequest{Domain: apiswitch, Fault: fault}); err == nil {
					t.Error("no error")
				}
				got := *last.Load()
				if want.code == "" && got != "" || !strings.Contains(got, want.code) || !strings.Contains(got, want.text) {
					t.Errorf("%s: logged %q, want %v", fault, got, want)
				}
				p.wantLog(t, servertest.Secret) // ours has the text in any case
			}
		})
	}
}

// TestRetry: on a client's connection, or on the gateway's. By default it retries
// UNAVAILABLE and RESOURCE_EXHAUSTED and waits as it likes: it does not read RetryInfo.
// A function that asks for RetryAfter retries what the table calls temporary.
func TestRetry(t *testing.T) {
	t.Parallel()
	const most = 3
	always := []retry.CallOption{retry.WithMax(most), retry.WithBackoff(retry.BackoffLinear(0))}
	temporary := retry.WithRetriable(func(err error) bool {
		e, ok := status.FromError(err)
		return ok && e.RetryAfter() > 0
	})
	for name, tt := range map[string]struct {
		options []retry.CallOption
		want    map[string]int32 // calls, by reason of job
	}{
		"by default": {options: always, want: map[string]int32{
			"GSE_TASK_SERVER_UNAVAILABLE": most, // UNAVAILABLE, with RetryInfo
			"CMDB_UNREACHABLE":            most, // UNAVAILABLE, without
			"TASK_RUNNING":                1,    // FAILED_PRECONDITION
			"JOB_NOT_FOUND":               1,
		}},
		"by RetryInfo": {options: append(always, temporary), want: map[string]int32{
			"GSE_TASK_SERVER_UNAVAILABLE": most,
			"CMDB_UNREACHABLE":            1,
			"TASK_RUNNING":                1,
			"JOB_NOT_FOUND":               1,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			count := interceptors(
				func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
					calls.Add(1)
					return handler(ctx, request)
				},
				func(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
					calls.Add(1)
					return handler(service, stream)
				},
			)
			p := start(t, config{
				beforeOurs: count,
				dial: []grpc.DialOption{
					grpc.WithChainUnaryInterceptor(retry.UnaryClientInterceptor(tt.options...)),
					grpc.WithChainStreamInterceptor(retry.StreamClientInterceptor(tt.options...)),
				},
			})
			for reason, want := range tt.want {
				calls.Store(0)
				if _, err := p.grpc.Raise(t.Context(), &demov1.RaiseRequest{Domain: job, Reason: reason}); grpcstatus.Code(err) == codes.OK {
					t.Errorf("%s: no error", reason)
				}
				if got := calls.Load(); got != want {
					t.Errorf("%s: %d calls, want %d", reason, got, want)
				}
				for _, path := range []string{"/raise/", "/stream/"} {
					calls.Store(0)
					r := p.Get(t, path+job+"/"+reason, inJob) // the gateway uses the same connection
					if got := calls.Load(); got != want || !strings.Contains(r.Body, `"result":false`) {
						t.Errorf("%s%s: %d calls, want %d; got %s", path, reason, got, want, r.Body)
					}
				}
			}
			// The last answer keeps its wait for the caller.
			r := p.Get(t, "/raise/legacy.job.v2/GSE_TASK_SERVER_UNAVAILABLE", inJob)
			if got := r.Header.Get("Retry-After"); got != "10" {
				t.Errorf("Retry-After is %q, want 10", got)
			}
		})
	}
}

// TestRetryOfStreams: the middleware counts its attempts for each message anew. A stream
// that always fails after its first message is therefore called without end, and its
// client gets the message again and again: switch it off for streams.
func TestRetryOfStreams(t *testing.T) {
	t.Parallel()
	const path = "/stream/legacy.job.v2/GSE_TASK_SERVER_UNAVAILABLE?after=1"
	const first = `{"result":{"index":1}}` + "\n"
	t.Run("wrong: with messages", func(t *testing.T) {
		t.Parallel()
		p := start(t, config{dial: []grpc.DialOption{
			grpc.WithChainStreamInterceptor(retry.StreamClientInterceptor(retry.WithMax(2), retry.WithBackoff(retry.BackoffLinear(0)))),
		}})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stream, err := p.grpc.Stream(ctx, &demov1.StreamRequest{Domain: job, Reason: "GSE_TASK_SERVER_UNAVAILABLE", After: 1})
		if err != nil {
			t.Fatal(err)
		}
		for range 10 { // far more than the two attempts
			if m, err := stream.Recv(); err != nil || m.GetIndex() != 1 {
				t.Fatalf("got %v, %v, want the first message again", m, err)
			}
		}
	})
	t.Run("unary only", func(t *testing.T) {
		t.Parallel()
		p := start(t, config{dial: []grpc.DialOption{
			grpc.WithChainUnaryInterceptor(retry.UnaryClientInterceptor(retry.WithMax(2), retry.WithBackoff(retry.BackoffLinear(0)))),
		}})
		p.check(t, map[string]exchange{"a stream": {
			path: path, header: servertest.Header{dialectHeader: job, "X-Request-Id": "r-1"}, wantStatus: 200,
			want: first + `{"result":false,"code":1210001,"data":null,"message":"GSE TaskServer 不可用","request_id":"r-1"}` + "\n",
		}})
	})
}

// TestGRPCHealth: the health service is served as it is. Its own errors get the fallback
// code of the domain that WithFallbackDomain chooses.
func TestGRPCHealth(t *testing.T) {
	t.Parallel()
	p := start(t, config{})
	client := grpc_health_v1.NewHealthClient(p.conn)
	for service, want := range map[string]codes.Code{"": codes.OK, "none": codes.NotFound} {
		r, err := client.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
		if grpcstatus.Code(err) != want || err == nil && r.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Errorf("%q: got %v, %v, want %s", service, r, err, want)
		}
		if err != nil && reason(err) != "ITEM_NOT_FOUND" {
			t.Errorf("%q: the reason is %q", service, reason(err))
		}
	}
}
