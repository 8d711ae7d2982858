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
	"reflect"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/statusmap/statusmap/catalog"
	apiswitchv1 "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	elvesv1 "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	jarvisv2 "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	jobv1 "github.com/statusmap/statusmap/gen/legacy/job/v1"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// enumValues is every code of every system as its generated constant, and one
// that no enum has.
func enumValues(t testing.TB) []protoreflect.Enum {
	t.Helper()
	var values []protoreflect.Enum
	for _, names := range []struct {
		numbers map[int32]string
		value   func(int32) protoreflect.Enum
	}{
		{numbers: apiswitchv1.Code_name, value: func(n int32) protoreflect.Enum { return apiswitchv1.Code(n) }},
		{numbers: elvesv1.Code_name, value: func(n int32) protoreflect.Enum { return elvesv1.Code(n) }},
		{numbers: elvesv2.Code_name, value: func(n int32) protoreflect.Enum { return elvesv2.Code(n) }},
		{numbers: jarvisv2.Code_name, value: func(n int32) protoreflect.Enum { return jarvisv2.Code(n) }},
		{numbers: jobv1.Code_name, value: func(n int32) protoreflect.Enum { return jobv1.Code(n) }},
		{numbers: jobv2.Code_name, value: func(n int32) protoreflect.Enum { return jobv2.Code(n) }},
	} {
		for n := range names.numbers {
			if n != 0 {
				values = append(values, names.value(n))
			}
		}
	}
	if len(values) != 433 {
		t.Fatalf("%d codes, want 433", len(values))
	}
	return values
}

func mustCode(t testing.TB, value protoreflect.Enum) *catalog.Code {
	t.Helper()
	code, ok := servertest.DefaultCatalog(t).Code(value)
	if !ok {
		t.Fatalf("%v is not in the catalog", value)
	}
	return code
}

func sampleArgs(code *catalog.Code) []any {
	var args []any
	for i, name := range code.Message().Params() {
		args = append(args, name, fmt.Sprintf("<%s %d>", name, i))
	}
	return args
}

func TestErrorOfEveryCode(t *testing.T) {
	t.Parallel()
	for _, value := range enumValues(t) {
		code := mustCode(t, value)
		if code.IsSuccess() {
			continue
		}
		err := status.Error(value, sampleArgs(code)...)
		st := grpcstatus.Convert(err)
		if st.Code() != code.GRPCCode() {
			t.Errorf("%s: code %v, want %v", code.FullName(), st.Code(), code.GRPCCode())
		}
		info, ok := st.Details()[0].(*errdetails.ErrorInfo)
		if !ok || info.GetDomain()+"."+info.GetReason() != code.FullName() ||
			info.GetMetadata()["legacy_code"] != code.LegacyCode() ||
			len(info.GetMetadata()) != 1+len(code.Message().Params()) {
			t.Errorf("%s: ErrorInfo %v, want the name, the legacy code and the arguments", code.FullName(), info)
		}
		// AIP-193: every dynamic value of the message is in the metadata.
		for _, name := range code.Message().Params() {
			if !strings.Contains(st.Message(), info.GetMetadata()[name]) {
				t.Errorf("%s: the message is %q, want %s in it", code.FullName(), st.Message(), info.GetMetadata()[name])
			}
		}
		for _, sent := range []error{err, grpcstatus.ErrorProto(st.Proto())} { // before the wire, and behind it
			for wrapped := range wrappings(sent) {
				e, ok := status.FromError(wrapped)
				if !ok || e.Code() != code || e.Message() != st.Message() || e.RetryAfter() != code.RetryAfter() {
					t.Errorf("%s: FromError(%T) is %v, %v, want the code as it was raised", code.FullName(), wrapped, e, ok)
				}
				if !status.Is(wrapped, value) {
					t.Errorf("%s: Is(%T) is false, want true", code.FullName(), wrapped)
				}
			}
		}
	}
}

func wrappings(err error) func(yield func(error) bool) {
	return func(yield func(error) bool) {
		_ = yield(err) &&
			yield(fmt.Errorf("loading: %w", err)) &&
			yield(errors.Join(errors.New("other"), err)) &&
			yield(fmt.Errorf("%w and %w", errors.New("other"), fmt.Errorf("deep: %w", err)))
	}
}

// TestSameBytes holds the bytes written here to protobuf's deterministic encoding
// of the same details.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	for _, value := range enumValues(t) {
		code := mustCode(t, value)
		if code.IsSuccess() {
			continue
		}
		metadata := map[string]string{"legacy_code": code.LegacyCode()}
		var args []catalog.Arg
		for i, name := range code.Message().Params() {
			metadata[name] = fmt.Sprintf("<%s %d>", name, i)
			args = append(args, catalog.Arg{Name: name, Value: metadata[name]})
		}
		want := &spb.Status{Code: int32(code.GRPCCode()), Message: code.Message().Text(args...)}
		add := func(m proto.Message) {
			b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			want.Details = append(want.Details, &anypb.Any{TypeUrl: "type.googleapis.com/" + string(proto.MessageName(m)), Value: b})
		}
		add(&errdetails.ErrorInfo{Domain: code.Domain(), Reason: code.Reason(), Metadata: metadata})
		if code.RetryAfter() > 0 {
			add(&errdetails.RetryInfo{RetryDelay: durationpb.New(code.RetryAfter())})
		}
		var violations []*errdetails.BadRequest_FieldViolation
		for _, field := range code.Fields() {
			violations = append(violations, &errdetails.BadRequest_FieldViolation{
				Field: field.Text(args...), Description: want.GetMessage(), Reason: code.Reason(),
			})
		}
		if len(violations) > 0 {
			add(&errdetails.BadRequest{FieldViolations: violations})
		}
		if got := grpcstatus.Convert(status.Error(value, sampleArgs(code)...)).Proto(); !proto.Equal(got, want) {
			t.Errorf("%s: %v, want %v", code.FullName(), got, want)
		}
	}
}

// TestWrongCalls: nothing fails while failing.
func TestWrongCalls(t *testing.T) {
	t.Parallel()
	const job = "legacy.job.v2"
	for _, tt := range []struct {
		name         string
		err          error
		wantCode     codes.Code
		wantReason   string // with the domain; "": no ErrorInfo
		wantMessage  string
		wantMetadata map[string]string
	}{
		{
			name:         "missing argument",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND),
			wantCode:     codes.NotFound,
			wantReason:   job + ".JOB_NOT_FOUND",
			wantMessage:  "作业 {job_id} 不存在",
			wantMetadata: map[string]string{"legacy_code": "1233106"},
		},
		{
			name:         "odd arguments",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id"),
			wantCode:     codes.NotFound,
			wantReason:   job + ".JOB_NOT_FOUND",
			wantMessage:  "作业 {job_id} 不存在",
			wantMetadata: map[string]string{"legacy_code": "1233106"},
		},
		{
			name:         "a name that is no string",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, 1, "job_id", 42),
			wantCode:     codes.NotFound,
			wantReason:   job + ".JOB_NOT_FOUND",
			wantMessage:  "作业 42 不存在",
			wantMetadata: map[string]string{"legacy_code": "1233106", "job_id": "42"},
		},
		{
			name:         "names that no metadata can have",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42, "Ünï", 1, "legacy_code", "7", "job_id", 43),
			wantCode:     codes.NotFound,
			wantReason:   job + ".JOB_NOT_FOUND",
			wantMessage:  "作业 42 不存在",
			wantMetadata: map[string]string{"legacy_code": "1233106", "job_id": "42"},
		},
		{
			name:         "more arguments",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42, "shard", "s1"),
			wantCode:     codes.NotFound,
			wantReason:   job + ".JOB_NOT_FOUND",
			wantMessage:  "作业 42 不存在",
			wantMetadata: map[string]string{"legacy_code": "1233106", "job_id": "42", "shard": "s1"},
		},
		{
			name: "values of many types",
			err: status.Error(jobv2.Code_JOB_NOT_FOUND,
				"job_id", codes.NotFound,
				"aa", int32(-1),
				"bb", uint64(1<<63),
				"cc", []byte("x"),
				"dd", nil,
				"ee", true,
				"ff", panics{},
			),
			wantCode:    codes.NotFound,
			wantReason:  job + ".JOB_NOT_FOUND",
			wantMessage: "作业 NotFound 不存在",
			wantMetadata: map[string]string{
				"legacy_code": "1233106",
				"job_id":      "NotFound",
				"aa":          "-1",
				"bb":          "9223372036854775808",
				"cc":          "[120]",
				"dd":          "<nil>",
				"ee":          "true",
				"ff":          "%!v(PANIC=String method: no)",
			},
		},
		{
			name:         "bytes that are no text",
			err:          status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", "4\xff2"),
			wantCode:     codes.NotFound,
			wantReason:   job + ".JOB_NOT_FOUND",
			wantMessage:  "作业 4\uFFFD2 不存在",
			wantMetadata: map[string]string{"legacy_code": "1233106", "job_id": "4\uFFFD2"},
		},
		{
			name:         "the zero value",
			err:          status.Error(jobv2.Code(0)),
			wantCode:     codes.Internal,
			wantReason:   job + ".INTERNAL_ERROR",
			wantMessage:  "系统内部异常",
			wantMetadata: map[string]string{"legacy_code": "1239999"},
		},
		{
			name:         "a number that the enum does not have",
			err:          status.Error(jobv2.Code(7)),
			wantCode:     codes.Internal,
			wantReason:   job + ".INTERNAL_ERROR",
			wantMessage:  "系统内部异常",
			wantMetadata: map[string]string{"legacy_code": "1239999"},
		},
		{
			name:         "a success code",
			err:          status.Error(jarvisv2.Code_SKEY_GRANTED),
			wantCode:     codes.Internal,
			wantReason:   "legacy.jarvis.v2.PARAM_CONFIGURATION_ERROR",
			wantMessage:  "param configuration error, please contact the administrator",
			wantMetadata: map[string]string{"legacy_code": "30018"},
		},
		{
			name:         "an enum without options",
			err:          status.Error(statusmapv1.GrpcCode_ABORTED, "aa", 1),
			wantCode:     codes.Internal,
			wantReason:   "statusmap.v1.ABORTED",
			wantMessage:  "internal error",
			wantMetadata: map[string]string{"legacy_code": "10", "aa": "1"},
		},
		{
			name:        "nil pointer",
			err:         status.Error((*jobv2.Code)(nil), "aa", 1),
			wantCode:    codes.Internal,
			wantMessage: "internal error",
		},
		{name: "nil", err: status.Error(nil), wantCode: codes.Internal, wantMessage: "internal error"},
		{name: "nil code", err: status.New(nil), wantCode: codes.Internal, wantMessage: "internal error"},
		{name: "the zero LegacyError", err: &status.LegacyError{}, wantCode: codes.Internal, wantMessage: "internal error"},
		{name: "typed nil", err: (*status.LegacyError)(nil), wantCode: codes.Internal, wantMessage: "internal error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			st := grpcstatus.Convert(tt.err)
			if st.Code() != tt.wantCode || st.Message() != tt.wantMessage {
				t.Errorf("got %v %q, want %v %q", st.Code(), st.Message(), tt.wantCode, tt.wantMessage)
			}
			var info errdetails.ErrorInfo
			if len(st.Details()) > 0 {
				proto.Merge(&info, st.Details()[0].(proto.Message))
			}
			if got := strings.Trim(info.GetDomain()+"."+info.GetReason(), "."); got != tt.wantReason {
				t.Errorf("ErrorInfo of %q, want %q", got, tt.wantReason)
			}
			if !reflect.DeepEqual(info.GetMetadata(), tt.wantMetadata) {
				t.Errorf("metadata %v, want %v", info.GetMetadata(), tt.wantMetadata)
			}
		})
	}
}

type panics struct{}

func (panics) String() string { panic("no") }

func TestWrap(t *testing.T) {
	t.Parallel()
	cause := errors.New("pq: password authentication failed")
	err := status.Wrap(cause, jobv2.Code_INTERNAL_ERROR)
	if !errors.Is(err, cause) {
		t.Error("errors.Is does not find the cause")
	}
	if !status.Is(err, jobv2.Code_INTERNAL_ERROR) {
		t.Error("Is does not find the code")
	}
	b, marshalErr := proto.Marshal(grpcstatus.Convert(err).Proto())
	if marshalErr != nil {
		t.Fatal(marshalErr)
	}
	if bytes.Contains(b, []byte("password")) || strings.Contains(err.Error(), "password") {
		t.Error("the cause is sent")
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Error("x", "error", err)
	if !strings.Contains(log.String(), cause.Error()) || !json.Valid(log.Bytes()) {
		t.Errorf("the log does not have the cause: %s", &log)
	}
	if err := status.Wrap(nil, jobv2.Code_INTERNAL_ERROR); err != nil {
		t.Errorf("Wrap(nil) is %v, want nil", err)
	}
}

func TestIsComparesNamesAlone(t *testing.T) {
	t.Parallel()
	one := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 1)
	two := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 2)
	if !errors.Is(one, two) {
		t.Error("errors.Is: other arguments, other error")
	}
	if errors.Is(one, status.Error(jobv1.Code_JOB_NOT_FOUND, "job_id", 1)) {
		t.Error("errors.Is: another domain, same error")
	}
	// 10001 is ILLEGAL_PARAMETER in one system and a success in another.
	if status.Is(status.Error(apiswitchv1.Code_ILLEGAL_PARAMETER), jarvisv2.Code(10001)) {
		t.Error("Is: the same number in another system")
	}
	joined := errors.Join(one, status.Error(jobv2.Code_INTERNAL_ERROR))
	if !status.Is(joined, jobv2.Code_INTERNAL_ERROR) || !status.Is(joined, jobv2.Code_JOB_NOT_FOUND) {
		t.Error("Is does not look at every joined error")
	}
	for _, err := range []error{
		nil,
		errors.New("x"),
		context.Canceled,
		grpcstatus.Error(codes.NotFound, "x"),
		(*status.LegacyError)(nil),
		nilStatusError{},
		(*pointerStatusError)(nil),
	} {
		if status.Is(err, jobv2.Code_JOB_NOT_FOUND) {
			t.Errorf("Is(%T) is true, want false", err)
		}
		if _, ok := status.FromError(err); ok {
			t.Errorf("FromError(%T) is true, want false", err)
		}
		if _, ok := status.As[jobv2.Code](err); ok {
			t.Errorf("As(%T) is true, want false", err)
		}
	}
	if status.Is(one, (*jobv2.Code)(nil)) {
		t.Error("Is(nil pointer) is true, want false")
	}
	if status.Is(one, nil) {
		t.Error("Is(nil) is true, want false")
	}
}

type nilStatusError struct{}

func (nilStatusError) Error() string                  { return "nil status" }
func (nilStatusError) GRPCStatus() *grpcstatus.Status { return nil }

type pointerStatusError struct{ st *grpcstatus.Status }

func (p *pointerStatusError) Error() string                  { return "pointer" }
func (p *pointerStatusError) GRPCStatus() *grpcstatus.Status { return p.st }

func TestAs(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("loading: %w", status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 1))
	if code, ok := status.As[jobv2.Code](err); !ok || code != jobv2.Code_JOB_NOT_FOUND {
		t.Errorf("As gives %v, %v, want JOB_NOT_FOUND", code, ok)
	}
	if code, ok := status.As[jobv1.Code](err); ok {
		t.Errorf("As another version gives %v, want none", code)
	}
}

func notFound(t testing.TB, details ...proto.Message) error {
	t.Helper()
	st := grpcstatus.New(codes.NotFound, "x")
	for _, d := range details {
		var err error
		if st, err = st.WithDetails(d.(interface {
			proto.Message
			Reset()
			String() string
			ProtoMessage()
		})); err != nil {
			t.Fatal(err)
		}
	}
	return st.Err()
}

func TestFromErrorOfOthers(t *testing.T) {
	t.Parallel()
	info := func(domain, reason string, metadata map[string]string) *errdetails.ErrorInfo {
		return &errdetails.ErrorInfo{Domain: domain, Reason: reason, Metadata: metadata}
	}
	for _, tt := range []struct {
		name           string
		err            error
		want           bool   // whether it is ours; else the rest is empty
		wantReason     string // with the domain
		wantLegacyCode string
		wantKnown      bool // whether the catalog has it
	}{
		{name: "foreign domain", err: notFound(t, info("googleapis.com", "SERVICE_DISABLED", nil))},
		{
			name:           "foreign domain with legacy_code",
			err:            notFound(t, info("acme.v1", "GONE", map[string]string{"legacy_code": "E1"})),
			want:           true,
			wantReason:     "acme.v1.GONE",
			wantLegacyCode: "E1",
		},
		{
			name:           "newer reason",
			err:            notFound(t, info("legacy.job.v2", "NEW", map[string]string{"legacy_code": "1"})),
			want:           true,
			wantReason:     "legacy.job.v2.NEW",
			wantLegacyCode: "1",
		},
		{
			name:           "no legacy_code",
			err:            notFound(t, info("legacy.job.v2", "JOB_NOT_FOUND", nil)),
			want:           true,
			wantReason:     "legacy.job.v2.JOB_NOT_FOUND",
			wantLegacyCode: "1233106",
			wantKnown:      true,
		},
		{
			name:           "two ErrorInfos, ours second",
			err:            notFound(t, info("googleapis.com", "X_Y", nil), info("legacy.job.v2", "JOB_NOT_FOUND", nil)),
			want:           true,
			wantReason:     "legacy.job.v2.JOB_NOT_FOUND",
			wantLegacyCode: "1233106",
			wantKnown:      true,
		},
		{
			name:           "two ErrorInfos, neither domain known, the second with legacy_code",
			err:            notFound(t, info("googleapis.com", "X_Y", nil), info("acme.v1", "GONE", map[string]string{"legacy_code": "E1"})),
			want:           true,
			wantReason:     "acme.v1.GONE",
			wantLegacyCode: "E1",
		},
		{
			name:           "two of ours: the first",
			err:            notFound(t, info("legacy.job.v2", "JOB_NOT_FOUND", nil), info("legacy.job.v2", "INTERNAL_ERROR", nil)),
			want:           true,
			wantReason:     "legacy.job.v2.JOB_NOT_FOUND",
			wantLegacyCode: "1233106",
			wantKnown:      true,
		},
		{
			name:           "ErrorInfo not first",
			err:            notFound(t, &errdetails.RequestInfo{}, info("legacy.job.v2", "JOB_NOT_FOUND", nil)),
			want:           true,
			wantReason:     "legacy.job.v2.JOB_NOT_FOUND",
			wantLegacyCode: "1233106",
			wantKnown:      true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, ok := status.FromError(tt.err)
			if ok != tt.want {
				t.Fatalf("FromError gives %v, %v, want %v", e, ok, tt.want)
			}
			if !ok {
				return
			}
			if got := e.Domain() + "." + e.Reason(); got != tt.wantReason {
				t.Errorf("got %s, want %s", got, tt.wantReason)
			}
			if e.LegacyCode() != tt.wantLegacyCode {
				t.Errorf("legacy code %q, want %q", e.LegacyCode(), tt.wantLegacyCode)
			}
			if known := e.Code() != nil; known != tt.wantKnown {
				t.Errorf("it has a code: %v, want %v", known, tt.wantKnown)
			}
			if e.Error() == "" || e.GRPCStatus().Code() != codes.NotFound {
				t.Errorf("the error is %q, its status %v, want a text and NotFound", e.Error(), e.GRPCStatus())
			}
		})
	}
}

func TestMessageIn(t *testing.T) {
	t.Parallel()
	e, _ := status.FromError(status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42))
	for accept, want := range map[string]string{
		"":                     "作业 42 不存在",
		"en":                   "Job 42 does not exist",
		"en-GB,en;q=0.9":       "Job 42 does not exist",
		"zh-CN":                "作业 42 不存在",
		"fr":                   "作业 42 不存在",
		"fr, en;q=0.1":         "Job 42 does not exist",
		"\xff":                 "作业 42 不存在",
		strings.Repeat("x", 9): "作业 42 不存在",
	} {
		if got := e.MessageIn(accept); got != want {
			t.Errorf("MessageIn(%q) is %q, want %q", accept, got, want)
		}
	}
}

// TestNil calls every method of a nil *LegacyError.
func TestNil(t *testing.T) {
	t.Parallel()
	v := reflect.ValueOf((*status.LegacyError)(nil))
	for i := range v.NumMethod() {
		method := v.Type().Method(i)
		args := make([]reflect.Value, 0, 1)
		for j := 1; j < method.Type.NumIn(); j++ {
			args = append(args, reflect.Zero(method.Type.In(j)))
		}
		v.Method(i).Call(args)
	}
}

// Not parallel: AllocsPerRun counts what other tests allocate, too.
func TestNoAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		grpcstatus.Convert(status.Error(jobv2.Code_INTERNAL_ERROR))
	}); n != 0 {
		t.Errorf("Error of a code without arguments: %v allocations, want none", n)
	}
	err := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	if n := testing.AllocsPerRun(100, func() {
		status.Is(err, jobv2.Code_JOB_NOT_FOUND)
	}); n != 0 {
		t.Errorf("Is: %v allocations, want none", n)
	}
}

// TestSizeIsAtMostWhatItIsTakenFor: no error may be taken for smaller than it is.
func TestSizeIsAtMostWhatItIsTakenFor(t *testing.T) {
	t.Parallel()
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		for _, code := range system.Codes() {
			for _, value := range []string{"", "42", strings.Repeat("任", 1000), strings.Repeat("%", 10_000)} {
				var args []any
				for _, name := range code.Message().Params() {
					args = append(args, name, value)
				}
				for _, id := range []string{"", value} {
					var e *status.LegacyError
					if !errors.As(status.New(code, args...), &e) {
						t.Fatal("New makes no LegacyError")
					}
					if size, atMost := status.SizeBounds(e, id); size > atMost {
						t.Errorf("%s takes %d bytes, and was taken for %d at most", code.FullName(), size, atMost)
					}
				}
			}
		}
	}
}

func FuzzError(f *testing.F) {
	f.Add(int32(1233106), "job_id", "42")
	f.Add(int32(0), "", "\xff")
	f.Add(int32(-1), "legacy_code", "{job_id}")
	f.Add(int32(1239999), "request_id", "a\x00b")
	f.Fuzz(func(t *testing.T, number int32, name, value string) {
		err := status.Error(jobv2.Code(number), name, value)
		st := grpcstatus.Convert(err)
		if st.Code() == codes.OK || st.Code() > codes.Unauthenticated {
			t.Errorf("gRPC code %d, want 1 to 16", st.Code())
		}
		if _, err := proto.Marshal(st.Proto()); err != nil {
			t.Errorf("cannot be sent: %v", err)
		}
		if made := new(status.LegacyError); errors.As(err, &made) {
			if size, atMost := status.SizeBounds(made, value); size > atMost {
				t.Errorf("it takes %d bytes, and was taken for %d at most", size, atMost)
			}
		}
		e, ok := status.FromError(grpcstatus.ErrorProto(st.Proto()))
		if !ok || e.LegacyCode() == "" || e.Code() == nil {
			t.Errorf("cannot be read: %v", err)
		}
	})
}
