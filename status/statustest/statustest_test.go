// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statustest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/status/statustest"
	"github.com/statusmap/statusmap/statushttp"
)

// A recorder is a testing.TB that records errors.
type recorder struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (r *recorder) Helper()                        {}
func (r *recorder) Error(args ...any)              { r.errors = append(r.errors, fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, a ...any) { r.Error(fmt.Sprintf(format, a...)) }
func (r *recorder) Cleanup(f func())               { r.cleanups = append(r.cleanups, f) }

// A service fails with an error.
type service struct {
	demov1.UnimplementedDemoServiceServer
	err error
}

func (s service) Echo(_ context.Context, request *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	if s.err != nil {
		return nil, s.err
	}
	return &demov1.EchoResponse{Text: request.GetText()}, nil
}

func newServer(err error, opts ...grpc.ServerOption) *grpc.Server {
	server := grpc.NewServer(opts...)
	demov1.RegisterDemoServiceServer(server, service{err: err})
	return server
}

// repaired are errors, and what Strict and Check say to them.
var repaired = []struct {
	name    string
	err     error
	repairs status.Repairs
	want    string // after the method; "" if nothing
}{
	{"right", status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42), 0, ""},
	{"with a cause", status.Wrap(errors.New("x"), jobv2.Code_JOB_NOT_FOUND, "job_id", 42), 0, ""},
	{"misuse", status.Error(jobv2.Code_JOB_NOT_FOUND, "jobid", 42), status.RepairMisuse,
		`the error "legacy.job.v2.JOB_NOT_FOUND: 作业 {job_id} 不存在" is not sent as it is` + "\n" +
			"\tmisuse: it was raised wrongly: correct the call: the argument job_id is missing"},
	{"Go error", errors.New("no rows"), status.RepairGoError,
		`the error "no rows" is not sent as it is` + "\n" +
			"\tgo_error: it is a Go error, so the client gets an internal error: raise a code with status.Error, or status.Wrap around this error"},
	{"plain status", grpcstatus.Error(codes.NotFound, "no rows"), status.RepairPlainStatus,
		`the error "rpc error: code = NotFound desc = no rows" is not sent as it is` + "\n" +
			"\tplain_status: it is a status without a code, so the client gets a fallback code: raise a code with status.Error"},
	{"number above 16", grpcstatus.Error(20210, "x"), status.RepairCodeOutOfRange | status.RepairPlainStatus,
		`the error "rpc error: code = Code(20210) desc = x" is not sent as it is` + "\n" +
			"\tplain_status: it is a status without a code, so the client gets a fallback code: raise a code with status.Error\n" +
			"\tcode_out_of_range: its gRPC code is above 16: raise a code with status.Error"},
}

func check(t *testing.T, name string, r *recorder, want string) {
	t.Helper()
	var wantErrors []string
	if want != "" {
		wantErrors = []string{want}
	}
	if !slices.Equal(r.errors, wantErrors) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(r.errors, "\n"), want)
	}
}

func TestStrict(t *testing.T) {
	t.Parallel()
	const method = "/statusmap.demo.v1.DemoService/Echo"
	for _, tt := range repaired {
		want := ""
		if tt.want != "" {
			want = method + ": " + tt.want
		}
		for name, allowed := range map[string][]status.Repairs{"": nil, ", allowed": {0, tt.repairs}} {
			if allowed != nil {
				want = ""
			}
			r := &recorder{TB: t}
			strict := status.ServerOptions(statustest.Strict(r, allowed...))
			client := demov1.NewDemoServiceClient(statustest.Conn(t, newServer(tt.err, strict...)))
			if _, err := client.Echo(t.Context(), &demov1.EchoRequest{}); err == nil {
				t.Errorf("%s: no error", tt.name)
			}
			check(t, tt.name+name, r, want)
			want = ""
			if tt.want != "" {
				want = method + ": " + tt.want
			}
		}
	}
}

// TestStrictBehindOthers: a program's own interceptors come first, and get the final form.
func TestStrictBehindOthers(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	opts := append(status.ServerOptions(), status.ServerOptions(statustest.Strict(r))...)
	client := demov1.NewDemoServiceClient(statustest.Conn(t, newServer(errors.New("no rows"), opts...)))
	_, err := client.Echo(t.Context(), &demov1.EchoRequest{})
	if grpcstatus.Code(err) != codes.Internal || len(r.errors) != 1 {
		t.Errorf("got %v and the errors %q", err, r.errors)
	}
}

// TestStrictEnds: t.Error panics after the end of a test.
func TestStrictEnds(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	intercept := status.UnaryServerInterceptor(statustest.Strict(r))
	for _, cleanup := range r.cleanups {
		cleanup()
	}
	_, err := intercept(t.Context(), nil, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) { return nil, errors.New("x") })
	if err == nil || r.errors != nil {
		t.Errorf("got %v and the errors %q", err, r.errors)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range repaired {
		r := &recorder{TB: t}
		statustest.Check(r, tt.err)
		check(t, tt.name, r, tt.want)
		r = &recorder{TB: t}
		statustest.Check(r, tt.err, tt.repairs)
		check(t, tt.name+", allowed", r, "")
	}
	r := &recorder{TB: t}
	statustest.Check(r, nil)
	check(t, "nil", r, "")
}

// TestEveryRepairHasAdvice: a new element of status.Repairs needs a text.
func TestEveryRepairHasAdvice(t *testing.T) {
	t.Parallel()
	count := 0
	for r := status.Repairs(1); r.Names() != nil; r <<= 1 {
		count++
		if statustest.Advice(r) == statustest.Advice(0) {
			t.Errorf("%s has no advice", r.Names())
		}
	}
	if count < 9 {
		t.Errorf("there are %d repairs, want 9 or more", count)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	client := demov1.NewDemoServiceClient(statustest.Conn(t,
		newServer(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42), status.ServerOptions(statustest.Strict(t))...)))
	_, received := client.Echo(t.Context(), &demov1.EchoRequest{})
	made := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	withID := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42, "request_id", "1")
	for _, tt := range []struct {
		name string
		err  error
		code jobv2.Code
		args []any
		want string
	}{
		{"made", made, jobv2.Code_JOB_NOT_FOUND, []any{"job_id", 42}, ""},
		{"received", received, jobv2.Code_JOB_NOT_FOUND, []any{"job_id", "42"}, ""},
		{"wrapped", fmt.Errorf("get: %w", made), jobv2.Code_JOB_NOT_FOUND, []any{"job_id", 42}, ""},
		{"with a request id", withID, jobv2.Code_JOB_NOT_FOUND, []any{"job_id", 42}, ""},
		{"another argument", received, jobv2.Code_JOB_NOT_FOUND, []any{"job_id", 43, "shard", 7},
			"the errors differ (- want, + got)\n" +
				"  legacy.job.v2.JOB_NOT_FOUND\n- job_id = 43\n+ job_id = 42\n  legacy_code = 1233106\n- shard = 7"},
		{"another code", made, jobv2.Code_TASK_RUNNING, nil,
			"the errors differ (- want, + got)\n- legacy.job.v2.TASK_RUNNING\n+ legacy.job.v2.JOB_NOT_FOUND\n+ job_id = 42"},
		{"another request id", withID, jobv2.Code_JOB_NOT_FOUND, []any{"job_id", 42, "request_id", "2"},
			"the errors differ (- want, + got)\n  legacy.job.v2.JOB_NOT_FOUND\n  job_id = 42\n  legacy_code = 1233106\n- request_id = 2\n+ request_id = 1"},
		{"nil", nil, jobv2.Code_TASK_RUNNING, nil, "there is no error\n- legacy.job.v2.TASK_RUNNING\n+ nil"},
		{"a Go error", errors.New("no rows"), jobv2.Code_TASK_RUNNING, nil,
			"the error has no code\n- legacy.job.v2.TASK_RUNNING\n+ Unknown: no rows"},
		{"wrong wanted arguments", made, jobv2.Code_JOB_NOT_FOUND, []any{"jobid", 42},
			"the wanted error is raised wrongly: the argument job_id is missing"},
	} {
		r := &recorder{TB: t}
		statustest.Equal(r, tt.err, tt.code, tt.args...)
		check(t, tt.name, r, tt.want)
	}
}

// TestEqualMasks: values of sensitive arguments are not printed.
func TestEqualMasks(t *testing.T) {
	t.Parallel()
	file := prototest.Compile(t, map[string]string{"secret.proto": `syntax = "proto3";
package statustest.secret.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {language: "en" envelope: {failure: '{"code":{code}}'}};
  CODE_UNSPECIFIED = 0;
  EXPIRED = 1 [(statusmap.v1.code) = {grpc: INTERNAL message: "x" fallback_for: INTERNAL args: {key: "token" value: {sensitive: true}}}];
}`})[0]
	cat, err := catalog.New(file.Enums().Get(0))
	if err != nil {
		t.Fatal(err)
	}
	code, ok := cat.Lookup("statustest.secret.v1", "EXPIRED")
	if !ok {
		t.Fatal("the catalog has no EXPIRED")
	}
	raise := func(token string) *status.LegacyError {
		var e *status.LegacyError
		errors.As(status.New(code, "token", token), &e)
		return e
	}
	if got := statustest.Diff(raise("hunter2"), raise("hunter2")); got != "" {
		t.Errorf("equal: got\n%s", got)
	}
	const want = "  statustest.secret.v1.EXPIRED\n  legacy_code = 1\n- token = ***\n+ token = *** (another value)\n"
	if got := statustest.Diff(raise("hunter2"), raise("hunter3")); got != want {
		t.Errorf("not equal: got\n%s\nwant\n%s", got, want)
	}
}

func TestGateway(t *testing.T) {
	t.Parallel()
	dialect := statushttp.WithDefaultDomain("legacy.job.v2")
	const notFound = `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"1"}`
	for _, tt := range []struct {
		name   string
		err    error
		status int
		body   string
		want   string
	}{
		{"failure", status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42), 200, notFound, ""},
		{"success", nil, 200, `{"result":true,"code":0,"data":{"text":"hi"},"message":"","request_id":"1"}`, ""},
		{"another status", status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42), 404, notFound,
			"GET /echo/legacy.job.v2?text=hi (- want, + got)\n- 404 Not Found\n+ 200 OK\n  " + notFound},
		{"another body", status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 4), 200, notFound,
			"GET /echo/legacy.job.v2?text=hi (- want, + got)\n  200 OK\n- " + notFound + "\n+ " + strings.Replace(notFound, "42", "4", 1) + "\n" +
				`the first difference is " 不存在\",\"request_id\":\"", want "2 不存在\",\"request_id\":"`},
	} {
		server := newServer(tt.err, status.ServerOptions(statustest.Strict(t))...)
		handler := statustest.Gateway(t, server, demov1.RegisterDemoServiceHandler, dialect)
		request := httptest.NewRequest(http.MethodGet, "/echo/legacy.job.v2?text=hi", nil)
		request.Header.Set("X-Request-Id", "1")
		r := &recorder{TB: t}
		response := statustest.EqualResponse(r, handler, request, tt.status, tt.body)
		check(t, tt.name, r, tt.want)
		if got := response.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("%s: Content-Type: %q", tt.name, got)
		}
	}
}
