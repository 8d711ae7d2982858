// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/statusmap/statusmap/catalog"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// withDetails returns a received status.
func withDetails(t *testing.T, code codes.Code, message string, info *errdetails.ErrorInfo, retry time.Duration) error {
	t.Helper()
	st, err := grpcstatus.New(code, message).WithDetails(info)
	if err == nil && retry > 0 {
		st, err = st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(retry)})
	}
	if err != nil {
		t.Fatal(err)
	}
	return st.Err()
}

func TestDecide(t *testing.T) {
	t.Parallel()
	codec := newCodec(t)
	own := newCodec(t, statushttp.WithCodeHTTPStatus())
	for _, tt := range []struct {
		name     string
		dialect  string
		exit     int // the status that the exit itself has
		language string
		err      error

		wantReason   string // "": sent as it came
		wantHTTP     int
		wantOwn      int // with WithCodeHTTPStatus
		wantLanguage string
		wantRetry    time.Duration
		wantReplaced bool
	}{
		{
			name:         "a code of the dialect",
			dialect:      "legacy.job.v2",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42),
			wantReason:   "JOB_NOT_FOUND",
			wantHTTP:     200,
			wantOwn:      404,
			wantLanguage: "zh-CN",
		},
		{
			name:         "in the language that the request asks for",
			dialect:      "legacy.job.v2",
			language:     "en",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42),
			wantReason:   "JOB_NOT_FOUND",
			wantHTTP:     200,
			wantOwn:      404,
			wantLanguage: "en",
		},
		{
			name:         "the same reason in another version",
			dialect:      "legacy.job.v1",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42),
			wantReason:   "JOB_NOT_FOUND",
			wantHTTP:     200,
			wantOwn:      404,
			wantLanguage: "zh-CN",
		},
		{
			name:         "another system's code",
			dialect:      "legacy.apiswitch.v1",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42),
			wantReason:   "ITEM_NOT_FOUND",
			wantHTTP:     404,
			wantOwn:      404,
			wantLanguage: "zh-CN",
			wantReplaced: true,
		},
		{
			name:         "the code's retry",
			dialect:      "legacy.job.v2",
			err:          status.Error(jobv2.Code_EXECUTION_QUEUE_FULL),
			wantReason:   "EXECUTION_QUEUE_FULL",
			wantHTTP:     200,
			wantOwn:      429,
			wantLanguage: "zh-CN",
			wantRetry:    5 * time.Second,
		},
		{
			name:    "a received retry overrides the code's",
			dialect: "legacy.job.v2",
			err: withDetails(t, codes.ResourceExhausted, "", &errdetails.ErrorInfo{
				Domain: "legacy.job.v2", Reason: "EXECUTION_QUEUE_FULL",
			}, 7*time.Second),
			wantReason:   "EXECUTION_QUEUE_FULL",
			wantHTTP:     200,
			wantOwn:      429,
			wantLanguage: "zh-CN",
			wantRetry:    7 * time.Second,
		},
		{
			name:         "a fallback code never promises a retry",
			dialect:      "legacy.job.v2",
			err:          grpcstatus.Error(codes.ResourceExhausted, "too large"),
			wantReason:   "API_OVERLOADED",
			wantHTTP:     200,
			wantOwn:      429,
			wantLanguage: "zh-CN",
			wantReplaced: true,
		},
		{
			name:         "the exit's own status",
			dialect:      "legacy.apiswitch.v1",
			exit:         http.StatusTeapot,
			err:          grpcstatus.Error(codes.NotFound, "x"),
			wantReason:   "ITEM_NOT_FOUND",
			wantHTTP:     418,
			wantOwn:      418,
			wantLanguage: "zh-CN",
			wantReplaced: true,
		},
		{
			name:         "an explicit http of a fallback code",
			dialect:      "legacy.elves.v2",
			err:          errors.New("pq: secret"),
			wantReason:   "INTERNAL_SERVER_ERROR",
			wantHTTP:     200,
			wantOwn:      500,
			wantLanguage: "en",
			wantReplaced: true,
		},
		{
			name:         "a fallback code has the status of the gRPC code that it replaces",
			dialect:      "legacy.jarvis.v2",
			err:          grpcstatus.Error(codes.Unavailable, "dial tcp"),
			wantReason:   "PARAM_CONFIGURATION_ERROR",
			wantHTTP:     503,
			wantOwn:      503,
			wantLanguage: "en",
			wantReplaced: true,
		},
		{
			name:    "a reason that the catalog lacks, of this dialect",
			dialect: "legacy.job.v2",
			err: withDetails(t, codes.NotFound, "from the future", &errdetails.ErrorInfo{
				Domain: "legacy.job.v2", Reason: "NEWER", Metadata: map[string]string{"legacy_code": "9"},
			}, 0),
			wantHTTP:     200,
			wantOwn:      404,
			wantLanguage: "zh-CN",
		},
		{
			name:    "the same without a legacy code",
			dialect: "legacy.job.v2",
			err: withDetails(t, codes.Aborted, "x", &errdetails.ErrorInfo{
				Domain: "legacy.job.v2", Reason: "NEWER",
			}, 0),
			wantReason:   "METHOD_CALL_FAILED",
			wantHTTP:     200,
			wantOwn:      409,
			wantLanguage: "zh-CN",
			wantReplaced: true,
		},
		{
			name:         "a success code is not an error",
			dialect:      "legacy.jarvis.v2",
			err:          status.New(mustCode(t, "legacy.jarvis.v2", "SKEY_GRANTED")),
			wantReason:   "PARAM_CONFIGURATION_ERROR",
			wantHTTP:     500,
			wantOwn:      500,
			wantLanguage: "en",
		},
		{
			name:         "a gRPC code above 16 that is a number of the dialect",
			dialect:      "legacy.jarvis.v2",
			err:          grpcstatus.Error(codes.Code(jarvisv2.Code_PARAM_LENGTH_ERROR.Number()), "x"),
			wantReason:   "PARAM_LENGTH_ERROR",
			wantHTTP:     400,
			wantOwn:      400,
			wantLanguage: "en",
		},
		{
			name:         "a gRPC code above 16 that is not",
			dialect:      "legacy.jarvis.v2",
			err:          grpcstatus.Error(codes.Code(elvesv2.Code_MISSING_SIGN_PARAM.Number()+1_000_000), "x"),
			wantReason:   "PARAM_CONFIGURATION_ERROR",
			wantHTTP:     500,
			wantOwn:      500,
			wantLanguage: "en",
			wantReplaced: true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := statushttp.Request{Domain: tt.dialect, HTTPStatus: tt.exit, Header: http.Header{"Blueking-Language": {tt.language}}}
			got, ok := codec.Decide(&r, tt.err)
			if !ok {
				t.Fatal("no dialect")
			}
			if got.Code.Reason() != tt.wantReason || got.HTTPStatus != tt.wantHTTP || got.Language != tt.wantLanguage ||
				got.RetryAfter != tt.wantRetry || got.Replaced != tt.wantReplaced || got.Dialect.Domain() != tt.dialect {
				t.Errorf("got %s in %s, HTTP %d, %s, retry %s, replaced %v", got.Code.Reason(), got.Dialect.Domain(),
					got.HTTPStatus, got.Language, got.RetryAfter, got.Replaced)
			}
			if got, _ := own.Decide(&r, tt.err); got.HTTPStatus != tt.wantOwn {
				t.Errorf("with WithCodeHTTPStatus HTTP %d, want %d", got.HTTPStatus, tt.wantOwn)
			}
		})
	}
}

func mustCode(t *testing.T, domain, reason string) *catalog.Code {
	t.Helper()
	code, ok := servertest.DefaultCatalog(t).Lookup(domain, reason)
	if !ok {
		t.Fatalf("the catalog lacks %s.%s", domain, reason)
	}
	return code
}

// TestWithOwnDomain: without a dialect an error of a known domain is answered as its
// own system does, but only if the option says so.
func TestWithOwnDomain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		opts []statushttp.Option
		err  error
		want string // the dialect
	}{
		{name: "without the option", err: status.Error(jobv2.Code_USER_ACCESS_DENIED)},
		{name: "with it", opts: []statushttp.Option{statushttp.WithOwnDomain()}, err: status.Error(jobv2.Code_USER_ACCESS_DENIED), want: "legacy.job.v2"},
		{name: "an error of no domain", opts: []statushttp.Option{statushttp.WithOwnDomain()}, err: errors.New("x")},
		{
			name: "a dialect comes first",
			opts: []statushttp.Option{statushttp.WithOwnDomain(), statushttp.WithDefaultDomain("legacy.elves.v1")},
			err:  status.Error(jobv2.Code_USER_ACCESS_DENIED),
			want: "legacy.elves.v1",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := newCodec(t, tt.opts...).Decide(&statushttp.Request{Path: "/"}, tt.err)
			if got.Dialect.Domain() != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", got.Dialect.Domain(), ok, tt.want)
			}
		})
	}
}

// TestDecideForAllCodes compares what each system says to each code with the rules,
// written a second time.
func TestDecideForAllCodes(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	codec := newCodec(t)
	for _, from := range cat.Systems() {
		for _, to := range cat.Systems() {
			for _, code := range from.Codes() {
				if code.IsSuccess() {
					continue
				}
				want, wantHTTP := expected(cat, code, to)
				got, _ := codec.Decide(&statushttp.Request{Domain: to.Domain()}, status.New(code))
				if got.Code != want || got.HTTPStatus != wantHTTP {
					t.Errorf("%s as %s: %s, HTTP %d, want %s, HTTP %d",
						code.FullName(), to.Domain(), got.Code.Reason(), got.HTTPStatus, want.Reason(), wantHTTP)
				}
			}
		}
	}
}

// expected returns the code that a system answers with if a code is raised, and
// the HTTP status.
func expected(cat *catalog.Catalog, code *catalog.Code, in *catalog.System) (want *catalog.Code, status int) {
	want = in.Fallback(code.GRPCCode())
	if same, ok := cat.Lookup(in.Domain(), code.Reason()); ok && family(code.System()) == family(in) {
		want = same
	}
	if included, ok := in.Lookup(code.Reason()); ok && included.FullName() == code.FullName() {
		want = included
	}
	switch {
	case in.HTTPAlways() != 0:
		return want, in.HTTPAlways()
	case want.Domain() == code.Domain() || want.Reason() == code.Reason() && family(code.System()) == family(in):
		return want, want.HTTPStatus()
	case want.HTTPStatus() != canonicalHTTP[want.GRPCCode()]:
		return want, want.HTTPStatus() // it is explicit
	default:
		return want, canonicalHTTP[code.GRPCCode()]
	}
}

// family returns the domain of a system without its version.
func family(system *catalog.System) string {
	return system.Domain()[:strings.LastIndex(system.Domain(), ".")]
}

// canonicalHTTP is google/rpc/code.proto's table, typed from it.
var canonicalHTTP = map[codes.Code]int{
	codes.Canceled:           499,
	codes.Unknown:            500,
	codes.InvalidArgument:    400,
	codes.DeadlineExceeded:   504,
	codes.NotFound:           404,
	codes.AlreadyExists:      409,
	codes.PermissionDenied:   403,
	codes.ResourceExhausted:  429,
	codes.FailedPrecondition: 400,
	codes.Aborted:            409,
	codes.OutOfRange:         400,
	codes.Unimplemented:      501,
	codes.Internal:           500,
	codes.Unavailable:        503,
	codes.DataLoss:           500,
	codes.Unauthenticated:    401,
}
