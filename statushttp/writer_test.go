// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

func TestWriteError(t *testing.T) {
	t.Parallel()
	var log servertest.Log
	codec := newCodec(t,
		statushttp.WithRoute("/job/", "legacy.job.v2"),
		statushttp.WithRoute("/switch/", "legacy.apiswitch.v1"),
		statushttp.WithRoute("/plain/", ""),
		statushttp.WithLogger(log.Logger()))
	unknownDetail := grpcstatus.New(codes.NotFound, "gone").Proto()
	unknownDetail.Details = []*anypb.Any{{TypeUrl: "type.googleapis.com/acme.Secret", Value: []byte("hunter2")}}
	for _, tt := range []struct {
		name   string
		path   string
		header http.Header
		err    error

		wantStatus int
		wantBody   string
		wantHeader map[string]string
		wantLog    string
	}{
		{
			name:       "a code",
			path:       "/job/x",
			header:     http.Header{"X-Request-Id": {"r-1"}},
			err:        status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", "4\"2"),
			wantStatus: 200,
			wantBody:   `{"result":false,"code":1233106,"data":null,"message":"作业 4\"2 不存在","request_id":"r-1"}`,
			wantHeader: map[string]string{
				"Content-Type": "application/json; charset=utf-8", "X-Content-Type-Options": "nosniff", "X-Request-Id": "r-1",
				"Retry-After": "",
			},
		},
		{
			name:       "a code that wraps",
			path:       "/job/x",
			header:     http.Header{"X-Request-Id": {"r-1"}},
			err:        fmt.Errorf("loading: %w", status.Wrap(errOld, jobv2.Code_JOB_NOT_FOUND, "job_id", 42)),
			wantStatus: 200,
			wantBody:   `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"r-1"}`,
			wantLog:    "request_id=r-1 path=/job/x error=\"pq: password hunter2\"",
		},
		{
			name:       "another system's code",
			path:       "/switch/x",
			header:     http.Header{"X-Request-Id": {"r-1"}},
			err:        status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42),
			wantStatus: 404,
			wantBody:   `{"Code":10003,"Message":"未找到相应条目"}`,
			wantLog:    "legacy.job.v2 error.reason=JOB_NOT_FOUND",
		},
		{
			name:       "a Go error",
			path:       "/switch/x",
			header:     http.Header{"X-Request-Id": {"r-1"}},
			err:        errOld,
			wantStatus: 500,
			wantBody:   `{"Code":10004,"Message":"内部错误"}`,
			wantLog:    "level=ERROR msg=\"error hidden from client\" request_id=r-1 path=/switch/x error=\"pq: password hunter2\"",
		},
		{
			name:       "nil",
			path:       "/switch/x",
			wantStatus: 500,
			wantBody:   `{"Code":10004,"Message":"内部错误"}`,
		},
		{
			name:       "a retry",
			path:       "/job/x",
			header:     http.Header{"X-Request-Id": {"r-1"}, "Blueking-Language": {"en"}},
			err:        status.Error(jobv2.Code_EXECUTION_QUEUE_FULL),
			wantStatus: 200,
			wantBody:   `{"result":false,"code":1239803,"data":null,"message":"The execution queue is full","request_id":"r-1"}`,
			wantHeader: map[string]string{"Retry-After": "5"},
		},
		{
			name:       "plain: a code",
			path:       "/plain/x",
			err:        grpcstatus.Error(codes.NotFound, "user 42"),
			wantStatus: 404,
			wantBody:   `{"code":5,"message":"user 42","details":[]}`,
			wantHeader: map[string]string{"Content-Type": "application/json", "X-Request-Id": "", "X-Content-Type-Options": ""},
		},
		{
			name:       "plain: a Go error",
			path:       "/plain/x",
			err:        errOld,
			wantStatus: 500,
			wantBody:   `{"code":13,"message":"internal error","details":[]}`,
			wantLog:    "pq: password hunter2",
		},
		{
			name:       "plain: a deadline",
			path:       "/plain/x",
			err:        fmt.Errorf("waiting for hunter2: %w", context.DeadlineExceeded),
			wantStatus: 504,
			wantBody:   `{"code":4,"message":"","details":[]}`,
			wantLog:    "waiting for hunter2",
		},
		{
			name:       "plain: a legacy error",
			path:       "/plain/x",
			err:        fmt.Errorf("hunter2: %w", status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)),
			wantStatus: 404,
			wantBody: `{"code":5,"message":"作业 42 不存在","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",` +
				`"reason":"JOB_NOT_FOUND","domain":"legacy.job.v2","metadata":{"job_id":"42","legacy_code":"1233106"}}]}`,
		},
		{
			name:       "plain: a detail of an unknown type",
			path:       "/plain/x",
			err:        grpcstatus.ErrorProto(unknownDetail),
			wantStatus: 404,
			wantBody:   `{"code":5,"message":"gone","details":[]}`,
		},
	} {
		// Not parallel: they share a log.
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, tt.path, nil)
			r.Header = tt.header
			w := httptest.NewRecorder()
			codec.WriteError(w, r, tt.err)
			if w.Code != tt.wantStatus || w.Body.String() != tt.wantBody {
				t.Errorf("got %d %s\nwant %d %s", w.Code, w.Body, tt.wantStatus, tt.wantBody)
			}
			for name, want := range tt.wantHeader {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if got := log.Take(); !strings.Contains(got, tt.wantLog) {
				t.Errorf("logged %q, want %q", got, tt.wantLog)
			}
			q := codec.Request(r)
			if response := codec.Failure(t.Context(), &q, tt.err); string(response.Body) != tt.wantBody || response.HTTPStatus != tt.wantStatus {
				t.Errorf("Failure gives %d %s, want what WriteError writes", response.HTTPStatus, response.Body)
			}
			log.Take()
		})
	}
}

// TestRequestID: a valid one is taken, else one is made; header and envelope have
// the same.
func TestRequestID(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.job.v2"))
	for _, tt := range []struct {
		name      string
		id        string
		wantTaken bool
	}{
		{name: "taken", id: "7af8fe59-289d", wantTaken: true},
		{name: "128 characters", id: strings.Repeat("x", 128), wantTaken: true},
		{name: "none", id: ""},
		{name: "129 characters", id: strings.Repeat("x", 129)},
		{name: "a space", id: "a b"},
		{name: "a line break", id: "a\nb"},
		{name: "not ASCII", id: "ä"},
		{name: "not UTF-8", id: "\xff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/none", nil)
			r.Header["X-Request-Id"] = []string{tt.id}
			w := httptest.NewRecorder()
			codec.WriteError(w, r, grpcstatus.Error(codes.NotFound, ""))
			got := w.Header().Get("X-Request-Id")
			if tt.wantTaken != (got == tt.id) || got == "" {
				t.Errorf("%q became %q", tt.id, got)
			}
			if want := `"request_id":"` + got + `"`; !strings.Contains(w.Body.String(), want) {
				t.Errorf("got %s, want %s in it", w.Body, want)
			}
		})
	}
}

// TestDetailsBin: the bytes of a received trailer are read instead of the error, but
// only if they are the error's own.
func TestDetailsBin(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.job.v2"))
	st := grpcstatus.Convert(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42))
	other := grpcstatus.Convert(status.Error(jobv2.Code_USER_ACCESS_DENIED))
	otherCode, otherMessage := other.Proto(), other.Proto()
	otherCode.Message, otherMessage.Code = st.Message(), int32(st.Code())
	const own, fallback = `"code":1233106,"data":null,"message":"作业 42 不存在"`, `"code":1239307`
	for _, tt := range []struct {
		name string
		err  error
		raw  string
		want string
	}{
		{name: "its own", err: st.Err(), raw: marshal(t, st), want: own},
		{name: "another error's", err: st.Err(), raw: marshal(t, other), want: own},
		{name: "the same message, another code", err: st.Err(), raw: marshal(t, grpcstatus.FromProto(otherCode)), want: own},
		{name: "the same code, another message", err: st.Err(), raw: marshal(t, grpcstatus.FromProto(otherMessage)), want: own},
		{name: "not a status", err: st.Err(), raw: "<html>", want: own},
		{name: "none", err: st.Err(), want: own},
		{name: "an error without details", err: grpcstatus.Error(codes.NotFound, "x"), raw: marshal(t, st), want: fallback},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := statushttp.Request{DetailsBin: tt.raw}
			if got := string(codec.Failure(t.Context(), &r, tt.err).Body); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s in it", got, tt.want)
			}
		})
	}
}

// A brokenWriter can't be written to.
type brokenWriter struct{ http.ResponseWriter }

func (brokenWriter) Write([]byte) (int, error) { return 0, errOld }

// TestClientGone: an answer that can't be written is not an error of the server.
func TestClientGone(t *testing.T) {
	t.Parallel()
	var log servertest.Log
	codec := newCodec(t, statushttp.WithDefaultDomain("legacy.job.v2"), statushttp.WithLogger(log.Logger()))
	codec.WriteError(brokenWriter{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/", nil), status.Error(jobv2.Code_USER_ACCESS_DENIED))
	if got := log.Take(); !strings.Contains(got, "level=DEBUG msg=\"the answer could not be written\"") {
		t.Errorf("logged %q, want a debug line", got)
	}
}

func marshal(t *testing.T, st *grpcstatus.Status) string {
	t.Helper()
	b, err := proto.Marshal(st.Proto())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAFallbackHidesText: nothing of an error without a code in the dialect is sent.
func TestAFallbackHidesText(t *testing.T) {
	t.Parallel()
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		codec := newCodec(t, statushttp.WithDefaultDomain(system.Domain()))
		foreign, err := grpcstatus.New(codes.PermissionDenied, servertest.Secret).WithDetails(
			&errdetails.ErrorInfo{Domain: "example.com", Reason: "GONE", Metadata: map[string]string{"key": servertest.Secret}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{errOld, grpcstatus.Error(codes.Aborted, servertest.Secret), foreign.Err()} {
			response := codec.Failure(t.Context(), &statushttp.Request{}, err)
			servertest.CheckLeaks(t, fmt.Sprint(response.Header, string(response.Body)))
		}
	}
}

func TestHTTPStatusHandler(t *testing.T) {
	t.Parallel()
	codec := newCodec(t,
		statushttp.WithRoute("/job/", "legacy.job.v2"),
		statushttp.WithRoute("/switch/", "legacy.apiswitch.v1"))
	for _, tt := range []struct {
		path       string
		httpStatus int
		wantStatus int
		wantBody   string
	}{
		{"/job/x", 404, 200, `{"result":false,"code":1239995,"data":null,"message":"不支持的接口","request_id":"r-1"}`},
		{"/switch/x", 404, 404, `{"Code":10003,"Message":"未找到相应条目"}`},
		{"/switch/x", 413, 413, `{"Code":10001,"Message":"参数不合法"}`},
		{"/switch/x", 599, 599, `{"Code":10004,"Message":"内部错误"}`},
		{"/switch/x", 200, 500, `{"Code":10004,"Message":"内部错误"}`},
		{"/switch/x", 0, 500, `{"Code":10004,"Message":"内部错误"}`},
		{"/switch/x", 1000, 500, `{"Code":10004,"Message":"内部错误"}`},
		{"/plain/x", 404, 404, `{"code":5,"message":"Not Found","details":[]}`},
		{"/plain/x", 418, 418, `{"code":9,"message":"I'm a teapot","details":[]}`},
		{"/plain/x", 600, 500, `{"code":13,"message":"Internal Server Error","details":[]}`},
	} {
		t.Run(fmt.Sprint(tt.path, tt.httpStatus), func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, tt.path, nil)
			r.Header.Set("X-Request-Id", "r-1")
			w := httptest.NewRecorder()
			codec.HTTPStatusHandler(tt.httpStatus)(w, r)
			if w.Code != tt.wantStatus || w.Body.String() != tt.wantBody {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.wantStatus, tt.wantBody)
			}
		})
	}
}
