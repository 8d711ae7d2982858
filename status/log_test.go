// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// TestWrappersAreLogged: what wraps an error is not sent. Log and observer have it,
// with the request's id.
func TestWrappersAreLogged(t *testing.T) {
	t.Parallel()
	legacy := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	for name, err := range map[string]error{
		"%w":                  fmt.Errorf("loading shard 3: %w", legacy),
		"errors.Join":         errors.Join(errors.New("loading shard 3"), legacy),
		"received":            fmt.Errorf("loading shard 3: %w", grpcstatus.ErrorProto(grpcstatus.Convert(legacy).Proto())),
		"wrapped before sent": grpcstatus.Convert(fmt.Errorf("loading shard 3: %w", legacy)).Err(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := new(servertest.Log)
			var event status.Event
			ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("x-request-id", "r-1"))
			final := intercept(ctx, err, status.WithLogger(log.Logger()), status.WithObserver(func(_ context.Context, e status.Event) { event = e }))
			if st := grpcstatus.Convert(final); st.Message() != "作业 42 不存在" || strings.Contains(fmt.Sprint(st.Proto()), "shard") {
				t.Errorf("got %v, want the legacy message alone", st.Proto())
			}
			if logged := log.Take(); !strings.Contains(logged, "loading shard 3") || !strings.Contains(logged, "request_id=r-1") {
				t.Errorf("logged %q, want the wrapper and request_id=r-1", logged)
			}
			if event.Err == nil || !strings.Contains(event.Err.Error(), "loading shard 3") || event.RequestID != "r-1" {
				t.Errorf("the event has %v of %q, want the wrapper of r-1", event.Err, event.RequestID)
			}
		})
	}
}

// TestWrappersOfStatusesAreLogged: so is what wraps a status that is sent as it is.
func TestWrappersOfStatusesAreLogged(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"plain":             grpcstatus.Error(codes.NotFound, "x"),
		"foreign ErrorInfo": notFound(t, &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"}),
	} {
		log := new(servertest.Log)
		final := intercept(t.Context(), fmt.Errorf("loading shard 3: %w", err), status.WithLogger(log.Logger()))
		if st := grpcstatus.Convert(final); st.Code() != codes.NotFound || st.Message() != "x" {
			t.Errorf("%s: got %v, want NotFound x", name, st.Proto())
		}
		if logged := log.Take(); !strings.Contains(logged, "loading shard 3") {
			t.Errorf("%s: logged %q, want the wrapper", name, logged)
		}
	}
}

// TestForeignTextInReceivedMessage: a program without our interceptor lets grpc-go
// make the message of all that wraps an error. It ends here.
func TestForeignTextInReceivedMessage(t *testing.T) {
	t.Parallel()
	s := serve(t)
	wrapped := grpcstatus.Convert(fmt.Errorf("%s: %w", secret, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42))).Err()
	st, _ := s.raiseError(t, wrapped)
	if want := "作业 42 不存在"; st.Message() != want || strings.Contains(fmt.Sprint(st.Proto()), secret) {
		t.Errorf("got %v, want %q without %q", st.Proto(), want, secret)
	}
	if logged := s.log.Take(); !strings.Contains(logged, secret) {
		t.Errorf("logged %q, want %q in it", logged, secret)
	}
	// Without all metadata, as from a newer program, its message is all there is.
	p := grpcstatus.Convert(status.Error(jobv2.Code_JOB_NOT_FOUND)).Proto()
	p.Message = "作业 42 不存在"
	if st, _ := s.raiseError(t, grpcstatus.ErrorProto(p)); st.Message() != p.GetMessage() {
		t.Errorf("the message is %q, want %q", st.Message(), p.GetMessage())
	}
}

// TestStreamErrorAfterMessages: the log has the error even if messages were sent.
func TestStreamErrorAfterMessages(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.backend.messages = 2
	s.backend.fail = func(context.Context) error { return errors.New("pq: " + secret) }
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "r-1")
	stream, err := s.client.Stream(ctx, &demov1.StreamRequest{})
	for received := 0; err == nil; received++ {
		if _, err = stream.Recv(); err != nil && received != 2 {
			t.Errorf("%d messages, want 2", received)
		}
	}
	if !status.Is(err, jobv2.Code_INTERNAL_ERROR) {
		t.Errorf("got %v, want INTERNAL_ERROR", err)
	}
	logged := s.log.Take()
	for _, want := range []string{"pq: " + secret, "request_id=r-1", "method=" + demov1.DemoService_Stream_FullMethodName} {
		if !strings.Contains(logged, want) {
			t.Errorf("logged %q, want %q in it", logged, want)
		}
	}
}

// TestNilOptions: nil is as if the option were not given.
func TestNilOptions(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]status.Option{
		"nil":                     nil,
		"WithObserver(nil)":       status.WithObserver(nil),
		"WithFallbackDomain(nil)": status.WithFallbackDomain(nil),
		"WithCatalog(nil)":        status.WithCatalog(nil),
		"WithLogger(nil)":         status.WithLogger(nil),
	} {
		for _, err := range []error{status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42), grpcstatus.Error(codes.NotFound, "x")} {
			if final := intercept(t.Context(), err, option); grpcstatus.Code(final) != codes.NotFound {
				t.Errorf("%s: got %v, want NotFound", name, final)
			}
		}
	}
	if opts := status.ServerOptions(nil, status.WithObserver(nil)); len(opts) != 2 {
		t.Errorf("%d server options, want 2", len(opts))
	}
}

// TestOptionsThatPanic: a panic of an option's function is logged once, and the RPC
// is answered with its error.
func TestOptionsThatPanic(t *testing.T) {
	t.Parallel()
	observed := 0
	s := serve(t,
		status.WithObserver(func(context.Context, status.Event) { panic("observer " + secret) }),
		status.WithObserver(func(context.Context, status.Event) { observed++ }),
		status.WithFallbackDomain(func(context.Context, any) string { panic("choose " + secret) }))
	for _, tt := range []struct {
		err       error
		wantCode  codes.Code
		wantPanic []string
	}{
		{err: status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42), wantCode: codes.NotFound, wantPanic: []string{"observer"}},
		{err: errors.New("x"), wantCode: codes.Internal, wantPanic: []string{"choose", "observer"}},
	} {
		s.log.Take()
		observed = 0
		ctx := metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "r-1")
		st, _ := s.raise(ctx, t, func(context.Context) error { return tt.err })
		if st.Code() != tt.wantCode || strings.Contains(fmt.Sprint(st.Proto()), secret) {
			t.Errorf("%v: got %v, want %v", tt.err, st.Proto(), tt.wantCode)
		}
		logged := s.log.Take()
		for _, want := range tt.wantPanic {
			if n := strings.Count(logged, "panic: "+want+" "+secret); n != 2 { // of the unary and the stream method
				t.Errorf("%v: the panic of %s is logged %d times, want once for each of two RPCs: %s", tt.err, want, n, logged)
			}
		}
		if !strings.Contains(logged, "goroutine") || !strings.Contains(logged, "request_id=r-1") {
			t.Errorf("%v: logged %q, want the stack and the request's id", tt.err, logged)
		}
		if observed != 2 {
			t.Errorf("%v: the other observer is called %d times, want 2", tt.err, observed)
		}
	}
}

// TestErrorsThatPanic: an Error method that panics does not end the server.
func TestErrorsThatPanic(t *testing.T) {
	t.Parallel()
	log := new(servertest.Log)
	for _, err := range []error{panicsError{}, status.Wrap(panicsError{}, jobv2.Code_INTERNAL_ERROR)} {
		if final := intercept(t.Context(), err, status.WithLogger(log.Logger())); grpcstatus.Code(final) != codes.Internal {
			t.Errorf("got %v, want Internal", final)
		}
		if logged := log.Take(); !strings.Contains(logged, "PANIC=Error method") {
			t.Errorf("logged %q, want the panic", logged)
		}
	}
}

type panicsError struct{}

func (panicsError) Error() string { panic("no") }

// A token is logged as a mark, and sent as it is.
type token string

func (token) LogValue() slog.Value { return slog.StringValue("REDACTED") }

// An account has a token in a group.
type account struct{ name, token string }

func (a account) LogValue() slog.Value {
	return slog.GroupValue(slog.String("name", a.name), slog.Any("token", token(a.token)))
}

type logValuePanics struct{}

func (logValuePanics) String() string       { return "text" }
func (logValuePanics) LogValue() slog.Value { panic("no") }

// logged returns what slog writes of an error.
func logged(t testing.TB, err error) (message string, metadata map[string]string, line string) {
	t.Helper()
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Error("x", "error", err)
	var record struct {
		Error struct {
			Message  string
			Metadata map[string]string
		}
	}
	if err := json.Unmarshal(b.Bytes(), &record); err != nil {
		t.Fatalf("%v: %s", err, &b)
	}
	return record.Error.Message, record.Error.Metadata, b.String()
}

// TestLogValuer: the log has an argument as it says itself, the wire has its text.
func TestLogValuer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value      any
		wantSent   string
		wantLogged string
	}{
		{value: "42", wantSent: "42", wantLogged: "42"},
		{value: token(secret), wantSent: secret, wantLogged: "REDACTED"},
		{value: account{"ann", secret}, wantSent: "{ann " + secret + "}", wantLogged: "[name=ann token=REDACTED]"},
		{value: (*account)(nil), wantSent: "<nil>", wantLogged: "LogValue panicked"},
		{value: logValuePanics{}, wantSent: "text", wantLogged: "LogValue panicked"},
	} {
		err := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", tt.value, "zz_token", token(secret))
		e, _ := status.FromError(err)
		if sent, _ := e.MetadataValue("job_id"); sent != tt.wantSent || e.Message() != "作业 "+tt.wantSent+" 不存在" {
			t.Errorf("%T: sent as %q in %q, want %q", tt.value, sent, e.Message(), tt.wantSent)
		}
		message, metadata, line := logged(t, err)
		if !strings.HasPrefix(metadata["job_id"], tt.wantLogged) || !strings.HasPrefix(message, "作业 "+tt.wantLogged) {
			t.Errorf("%T: logged as %q in %q, want %q", tt.value, metadata["job_id"], message, tt.wantLogged)
		}
		if metadata["zz_token"] != "REDACTED" || metadata["legacy_code"] != "1233106" {
			t.Errorf("%T: logged %v, want zz_token REDACTED and the legacy code", tt.value, metadata)
		}
		if strings.Contains(line, secret) || strings.Contains(err.Error(), secret) {
			t.Errorf("%T: %q is in %s or in %s", tt.value, secret, line, err)
		}
		// The interceptor's own lines.
		log := new(servertest.Log)
		for _, err := range []error{
			fmt.Errorf("loading: %w", err),
			status.Wrap(err, jobv2.Code_INTERNAL_ERROR, "token", token(secret)),
			status.Error(jobv2.Code_INTERNAL_ERROR, token(secret)), // not a name
		} {
			_ = intercept(t.Context(), err, status.WithLogger(log.Logger()))
			if line := log.Take(); line == "" || strings.Contains(line, secret) {
				t.Errorf("%T: logged %q, want a line without %q", tt.value, line, secret)
			}
		}
	}
}

// TestLogIsBounded: 1 KiB of each value.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	const length = 1 << 10
	long := strings.Repeat("长", 1_000_000)
	for _, err := range []error{
		status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", long),
		status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42, long, 1, long, 2),
		status.Error(jobv2.Code_JOB_NOT_FOUND, long),
		status.Wrap(errors.New(long), jobv2.Code_INTERNAL_ERROR),
		errors.New(long),
		&longError{long},
		grpcstatus.Error(codes.NotFound, long),
		fmt.Errorf("%s: %w", long, status.Error(jobv2.Code_INTERNAL_ERROR)),
	} {
		var e *status.LegacyError
		if errors.As(err, &e) {
			message, metadata, line := logged(t, e)
			if len(message) > length || len(metadata["job_id"]) > length || len(line) > 4*length {
				t.Errorf("%T: %d bytes are logged: a message of %d, a value of %d; want 1 KiB of each", err, len(line), len(message), len(metadata["job_id"]))
			}
		}
		log := new(servertest.Log)
		_ = intercept(t.Context(), err, status.WithLogger(log.Logger()),
			status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" }))
		if line := log.Take(); len(line) > 4*length {
			t.Errorf("%T: the interceptor logs %d bytes, want 1 KiB of each value: %.100s", err, len(line), line)
		}
	}
	e, _ := status.FromError(received(t, 10_000))
	if _, metadata, _ := logged(t, e); len(metadata) > 130 {
		t.Errorf("%d metadata are logged, want 130 at most", len(metadata))
	}
	// The stack is not the caller's; the rest is.
	s := serve(t)
	s.raise(t.Context(), t, func(context.Context) error { panic(long) })
	if line := s.log.Take(); len(line) > 32<<10 || !strings.Contains(line, "goroutine") {
		t.Errorf("a panic logs %d bytes, want the stack and 1 KiB", len(line))
	}
	log := new(servertest.Log)
	intercept := status.UnaryServerInterceptor(status.WithLogger(log.Logger()))
	_, err := intercept(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: "/" + long}, func(context.Context, any) (any, error) { return nil, errors.New("x") })
	if line := log.Take(); err == nil || len(line) > 4*length {
		t.Errorf("a long method logs %d bytes, want 1 KiB", len(line))
	}
}

type longError struct{ text string }

func (e *longError) Error() string { return e.text }

// TestTimes: RFC 3339, without Go's monotonic clock.
func TestTimes(t *testing.T) {
	t.Parallel()
	e, _ := status.FromError(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", time.Now(), "since", time.Unix(0, 5).UTC()))
	now, _ := e.MetadataValue("job_id")
	if _, err := time.Parse(time.RFC3339Nano, now); err != nil || !strings.Contains(e.Message(), now) {
		t.Errorf("now is %q in %q, want RFC 3339: %v", now, e.Message(), err)
	}
	if since, _ := e.MetadataValue("since"); since != "1970-01-01T00:00:00.000000005Z" {
		t.Errorf("since is %q, want 1970-01-01T00:00:00.000000005Z", since)
	}
}
