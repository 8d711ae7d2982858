// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/wire"
)

func TestCanonicalCode(t *testing.T) {
	t.Parallel()
	for code := range codes.Code(17) {
		if got := details.CanonicalCode(code); got != code {
			t.Errorf("%s: %s, want the same", code, got)
		}
	}
	for _, code := range []codes.Code{17, 100, 20210, 1 << 31, 1<<32 - 1} {
		if got := details.CanonicalCode(code); got != codes.Unknown {
			t.Errorf("%d: %s, want Unknown", uint32(code), got)
		}
	}
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	cat := linked(t)
	notFound := errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106")
	sign := errorInfo("legacy.elves.v2", "MISSING_SIGN_PARAM", "legacy_code", "401.1")
	foreign := errorInfo("googleapis.com", "SERVICE_DISABLED", "service", "x")
	unlinked := errorInfo("legacy.depot.v1", "PARCEL_LOST", "legacy_code", "7")
	job := details.Info{Found: true, Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: args("legacy_code", "1233106")}
	depot := details.Info{Found: true, Domain: "legacy.depot.v1", Reason: "PARCEL_LOST", Metadata: args("legacy_code", "7")}
	retry := func(d *durationpb.Duration) *anypb.Any { return detail(t, &errdetails.RetryInfo{RetryDelay: d}) }
	raw := func(typeURL, value string) *anypb.Any { return &anypb.Any{TypeUrl: typeURL, Value: []byte(value)} }
	elsewhere := raw("types.example.com/a/b/google.rpc.ErrorInfo", string(marshal(t, notFound)))
	bare := raw("google.rpc.ErrorInfo", string(marshal(t, notFound)))
	for _, tt := range []struct {
		name    string
		details []*anypb.Any
		want    details.Info
	}{
		{name: "no details"},
		{name: "one ErrorInfo", details: []*anypb.Any{detail(t, notFound)}, want: job},
		{name: "another host in its type URL", details: []*anypb.Any{elsewhere}, want: job},
		{name: "no slash in its type URL", details: []*anypb.Any{bare}, want: job},
		{
			name:    "not the first detail",
			details: []*anypb.Any{detail(t, &errdetails.Help{}), raw("type.googleapis.com/who.Knows", "\xff"), detail(t, notFound)},
			want:    job,
		},
		{name: "two: the first of two known ones", details: []*anypb.Any{detail(t, notFound), detail(t, sign)}, want: job},
		{name: "two: the known one, behind a foreign one", details: []*anypb.Any{detail(t, foreign), detail(t, notFound)}, want: job},
		{name: "two: the known one, before a foreign one", details: []*anypb.Any{detail(t, notFound), detail(t, foreign)}, want: job},
		{name: "two: the known one, behind one with a legacy code", details: []*anypb.Any{detail(t, unlinked), detail(t, notFound)}, want: job},
		{name: "two: the known one, before one with a legacy code", details: []*anypb.Any{detail(t, notFound), detail(t, unlinked)}, want: job},
		{name: "two: the one with a legacy code, behind a foreign one", details: []*anypb.Any{detail(t, foreign), detail(t, unlinked)}, want: depot},
		{name: "two: the one with a legacy code, before a foreign one", details: []*anypb.Any{detail(t, unlinked), detail(t, foreign)}, want: depot},
		{
			name:    "two: the known one has no legacy code",
			details: []*anypb.Any{detail(t, unlinked), detail(t, errorInfo("legacy.job.v2", "JOB_NOT_FOUND"))},
			want:    details.Info{Found: true, Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"},
		},
		{name: "three: the known one in the middle", details: []*anypb.Any{detail(t, foreign), detail(t, notFound), detail(t, unlinked)}, want: job},
		{
			name:    "two: the first of two foreign ones",
			details: []*anypb.Any{detail(t, foreign), detail(t, errorInfo("example.com", "OTHER"))},
			want:    details.Info{Found: true, Domain: "googleapis.com", Reason: "SERVICE_DISABLED", Metadata: args("service", "x")},
		},
		{
			name:    "a broken one, then a good one",
			details: []*anypb.Any{raw(wire.ErrorInfoURL, text(1, "HALF")+text(3, text(1, "kk"))+"\x1a\xff"), detail(t, notFound)},
			want:    job,
		},
		{name: "a good one, then a broken one", details: []*anypb.Any{detail(t, notFound), raw(wire.ErrorInfoURL, "\xff")}, want: job},
		{
			name:    "a foreign one, then a broken one of a known domain",
			details: []*anypb.Any{detail(t, foreign), raw(wire.ErrorInfoURL, string(marshal(t, notFound))+"\xff")},
			want:    details.Info{Found: true, Domain: "googleapis.com", Reason: "SERVICE_DISABLED", Metadata: args("service", "x")},
		},
		{name: "a broken one alone", details: []*anypb.Any{raw(wire.ErrorInfoURL, text(1, "HALF")+"\xff")}},
		{name: "an empty ErrorInfo", details: []*anypb.Any{raw(wire.ErrorInfoURL, "")}, want: details.Info{Found: true}},
		{
			name: "a metadata key twice: the last one counts",
			details: []*anypb.Any{raw(wire.ErrorInfoURL,
				text(3, text(1, "k")+text(2, "1"))+text(3, text(1, "l")+text(2, "2"))+text(3, text(2, "3")+text(1, "k")))},
			want: details.Info{Found: true, Metadata: args("k", "3", "l", "2")},
		},
		{
			name:    "a metadata entry without a key",
			details: []*anypb.Any{raw(wire.ErrorInfoURL, text(3, text(2, "v")))},
			want:    details.Info{Found: true, Metadata: args("", "v")},
		},
		{
			name:    "RetryInfo",
			details: []*anypb.Any{retry(durationpb.New(1500 * time.Millisecond))},
			want:    details.Info{RetryAfter: 1500 * time.Millisecond},
		},
		{name: "RetryInfo and ErrorInfo", details: []*anypb.Any{retry(durationpb.New(time.Second)), detail(t, notFound)}, want: details.Info{
			Found: true, Domain: job.Domain, Reason: job.Reason, Metadata: job.Metadata, RetryAfter: time.Second,
		}},
		{
			name:    "two RetryInfo: the last one counts",
			details: []*anypb.Any{retry(durationpb.New(time.Second)), retry(durationpb.New(time.Minute))},
			want:    details.Info{RetryAfter: time.Minute},
		},
		{
			name:    "two RetryInfo, the last one broken",
			details: []*anypb.Any{retry(durationpb.New(time.Second)), raw(wire.RetryInfoURL, "\xff")},
			want:    details.Info{RetryAfter: time.Second},
		},
		{name: "RetryInfo without a delay", details: []*anypb.Any{retry(nil)}},
		{name: "RetryInfo with a negative delay", details: []*anypb.Any{retry(&durationpb.Duration{Seconds: -5})}},
		{name: "RetryInfo with negative nanoseconds", details: []*anypb.Any{retry(&durationpb.Duration{Nanos: -5})}},
		{name: "RetryInfo with too many nanoseconds", details: []*anypb.Any{retry(&durationpb.Duration{Nanos: 1e9})}},
		{name: "RetryInfo of 10 000 years", details: []*anypb.Any{retry(&durationpb.Duration{Seconds: 315576000000})}},
		{
			name:    "RetryInfo at the end of time.Duration",
			details: []*anypb.Any{retry(&durationpb.Duration{Seconds: 9223372036, Nanos: 854775807})},
			want:    details.Info{RetryAfter: math.MaxInt64},
		},
		{name: "RetryInfo just past it", details: []*anypb.Any{retry(&durationpb.Duration{Seconds: 9223372036, Nanos: 854775808})}},
		{
			name:    "RetryInfo with its seconds twice",
			details: []*anypb.Any{raw(wire.RetryInfoURL, text(1, number(1, 5)+number(1, 7)))},
			want:    details.Info{RetryAfter: 7 * time.Second},
		},
		{
			name:    "RetryInfo with its delay in two parts",
			details: []*anypb.Any{raw(wire.RetryInfoURL, text(1, number(1, 5))+text(1, number(2, 7)))},
			want:    details.Info{RetryAfter: 5*time.Second + 7},
		},
		{name: "RetryInfo broken", details: []*anypb.Any{raw(wire.RetryInfoURL, "\x0a\x05")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			st := &spb.Status{Code: 5, Message: "作业 42 不存在", Details: tt.details}
			var info details.Info
			code, message, ok := info.ReadStatus(cat, string(marshal(t, st)))
			if !ok || code != st.GetCode() || message != st.GetMessage() {
				t.Errorf("got %d, %q, %v, want %d, %q, true", code, message, ok, st.GetCode(), st.GetMessage())
			}
			if diff := cmp.Diff(tt.want, info, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(details.Info{})); diff != "" {
				t.Errorf("ReadStatus (-want +got):\n%s", diff)
			}
			var added details.Info
			added.AddAll(cat, tt.details)
			if diff := cmp.Diff(tt.want, added, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(details.Info{})); diff != "" {
				t.Errorf("AddAll (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddAllReadsWhatReadStatusReads(t *testing.T) {
	t.Parallel()
	cat := linked(t)
	st := &spb.Status{Code: 5, Message: "m", Details: []*anypb.Any{
		detail(t, errorInfo("googleapis.com", "SERVICE_DISABLED")), nil, detail(t, &errdetails.Help{}),
		detail(t, &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Second)}), {TypeUrl: wire.ErrorInfoURL, Value: []byte("\xff")},
		detail(t, errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106")),
	}}
	var got, want details.Info
	got.AddAll(cat, st.GetDetails())
	st.Details[1] = &anypb.Any{} // nil cannot be marshalled
	if _, _, ok := want.ReadStatus(cat, string(marshal(t, st))); !ok || !want.Found || want.RetryAfter == 0 {
		t.Fatalf("got %+v, %v, want an ErrorInfo and a RetryInfo", want, ok)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(details.Info{})); diff != "" {
		t.Errorf("(-ReadStatus +AddAll):\n%s", diff)
	}
}

func TestReadStatusOfBrokenBytesLeavesInfoEmpty(t *testing.T) {
	t.Parallel()
	st := &spb.Status{Code: 5, Message: "m", Details: []*anypb.Any{
		detail(t, errorInfo("d", "R", "kk", "v")), detail(t, &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Second)}),
	}}
	for _, cat := range []*catalog.Catalog{nil, linked(t)} {
		var info details.Info
		code, message, ok := info.ReadStatus(cat, string(marshal(t, st))+"\xff")
		if ok || code != 0 || message != "" {
			t.Errorf("got %d, %q, %v, want nothing", code, message, ok)
		}
		if diff := cmp.Diff(details.Info{}, info, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(details.Info{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestReadingReusesTheBuffer is not parallel: AllocsPerRun also counts the allocations of
// other tests.
func TestReadingReusesTheBuffer(t *testing.T) {
	buffer := make([]wire.Pair, 0, 4)
	info := detail(t, errorInfo("d", "R", "kk", "v"))
	raw := string(marshal(t, &spb.Status{Code: 5, Details: []*anypb.Any{info}}))
	value := string(info.GetValue())
	for name, read := range map[string]func(*details.Info){
		"Add":        func(i *details.Info) { i.Add(nil, wire.ErrorInfoURL, value) },
		"ReadStatus": func(i *details.Info) { i.ReadStatus(nil, raw) },
	} {
		var got details.Info
		if n := testing.AllocsPerRun(10, func() {
			got = details.Info{Metadata: buffer}
			read(&got)
			if !got.Found || got.Metadata[0] != (wire.Pair{Name: "kk", Value: "v"}) {
				t.Fatalf("%s: got %+v", name, got)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func TestLegacyCode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		metadata []wire.Pair
		want     string
	}{
		{metadata: nil, want: ""},
		{metadata: args("job_id", "1"), want: ""},
		{metadata: args("job_id", "1", "legacy_code", "401.1"), want: "401.1"},
	} {
		if got := (&details.Info{Metadata: tt.metadata}).LegacyCode(); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.metadata, got, tt.want)
		}
	}
}

// FuzzReadStatus checks that reading never panics, and that the result equals protobuf's
// result if protobuf can read the bytes.
func FuzzReadStatus(f *testing.F) {
	st := &spb.Status{Code: 5, Message: "作业 42 不存在", Details: []*anypb.Any{
		detail(f, &errdetails.RetryInfo{RetryDelay: durationpb.New(1500 * time.Millisecond)}),
		detail(f, errorInfo("googleapis.com", "SERVICE_DISABLED", "service", "x", "", "")),
		detail(f, errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106", "job_id", "42")),
		detail(f, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "job_id"}}}),
	}}
	f.Add(marshal(f, st))
	f.Add(marshal(f, &spb.Status{}))
	f.Add([]byte(text(3, text(1, wire.ErrorInfoURL)+text(2, text(3, text(2, "v")+number(1, 7)+text(1, "k")))) + number(1, 1<<64-1)))
	f.Add([]byte(group(9, group(9, "")) + "\x4d\x01\x02\x03\x04" + "\x0f"))
	f.Add([]byte(text(3, text(1, wire.RetryInfoURL)+text(2, text(1, number(1, 5)+number(1, 7)+number(2, 1<<63))))))
	f.Add([]byte(text(3, text(1, wire.ErrorInfoURL)+text(2, text(1, "\xff")))))
	cat := linked(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var info details.Info
		code, message, ok := info.ReadStatus(cat, string(raw))
		if !ok && (code != 0 || message != "" || info.Found || info.Domain != "" || info.Reason != "" || info.RetryAfter != 0 || len(info.Metadata) > 0) {
			t.Errorf("got %d, %q, %+v for bytes that are not a status, want nothing", code, message, info)
		}
		st := new(spb.Status)
		if err := proto.Unmarshal(raw, st); err != nil {
			return
		}
		if !ok {
			t.Fatal("ReadStatus returns false, but protobuf can read the bytes")
		}
		if code != st.GetCode() || message != st.GetMessage() {
			t.Errorf("got %d, %q, protobuf reads %d, %q", code, message, st.GetCode(), st.GetMessage())
		}
		var added details.Info
		added.AddAll(cat, st.GetDetails())
		for name, got := range map[string]string{wire.BadRequest: info.BadRequest, wire.Validation: info.Validation, wire.Help: info.Help} {
			if want := details.First(st.GetDetails(), name); got != want && want != "" {
				t.Errorf("%s: ReadStatus keeps %q, want %q", name, got, want)
			}
		}
		info.BadRequest, info.Validation, info.Help = "", "", ""
		if !cmp.Equal(info, added, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(details.Info{})) {
			t.Errorf("ReadStatus reads %+v, AddAll %+v", info, added)
		}
		want, delay, comparable := readWithProtobuf(cat, st)
		if !comparable {
			return
		}
		if delay != info.RetryAfter {
			t.Errorf("RetryInfo: got %s, protobuf reads %s", info.RetryAfter, delay)
		}
		if info.Found != (want != nil) || info.Domain != want.GetDomain() || info.Reason != want.GetReason() || len(info.Metadata) != len(want.GetMetadata()) {
			t.Fatalf("got %+v, protobuf reads %v", info, want)
		}
		for _, m := range info.Metadata {
			if v, ok := want.GetMetadata()[m.Name]; !ok || v != m.Value {
				t.Errorf("metadata %q: got %q, protobuf reads %q", m.Name, m.Value, v)
			}
		}
		if info.LegacyCode() != want.GetMetadata()[catalog.ErrorInfoLegacyCode] {
			t.Errorf("LegacyCode is %q, protobuf reads %v", info.LegacyCode(), want)
		}
	})
}

// readWithProtobuf reads the details of a status with protobuf, by the same rules.
// comparable is false if a detail is not valid UTF-8: protobuf refuses such a detail, but
// package details reads it.
func readWithProtobuf(cat *catalog.Catalog, st *spb.Status) (info *errdetails.ErrorInfo, delay time.Duration, comparable bool) {
	rank := func(i *errdetails.ErrorInfo) int {
		switch _, known := cat.System(i.GetDomain()); {
		case known:
			return 2
		case i.GetMetadata()[catalog.ErrorInfoLegacyCode] != "":
			return 1
		default:
			return 0
		}
	}
	for _, d := range st.GetDetails() {
		switch wire.Name(d.GetTypeUrl()) {
		case "google.rpc.ErrorInfo":
			next := new(errdetails.ErrorInfo)
			if err := proto.Unmarshal(d.GetValue(), next); err != nil {
				if strings.Contains(err.Error(), "UTF-8") {
					return nil, 0, false
				}
				continue
			}
			if info == nil || rank(next) > rank(info) {
				info = next
			}
		case "google.rpc.RetryInfo":
			retry := new(errdetails.RetryInfo)
			if err := proto.Unmarshal(d.GetValue(), retry); err != nil {
				continue
			}
			r := retry.GetRetryDelay()
			// AsDuration returns the limit for a delay that is too large. details ignores it.
			whole := durationpb.New(r.AsDuration())
			if r.GetSeconds() >= 0 && r.GetNanos() >= 0 && r.GetNanos() < 1e9 && whole.GetSeconds() == r.GetSeconds() && whole.GetNanos() == r.GetNanos() {
				delay = r.AsDuration()
			}
		}
	}
	return info, delay, true
}

// BenchmarkReadStatus reads a status that is typical for the gateway: one ErrorInfo with
// four metadata.
func BenchmarkReadStatus(b *testing.B) {
	raw := string(marshal(b, &spb.Status{Code: 9, Message: "操作失败!任务42当前状态:running", Details: []*anypb.Any{
		detail(b, errorInfo("legacy.job.v2", "TASK_STATUS_CONFLICT",
			"legacy_code", "1239701", "task", "42", "status", "running", "request_id", "7af8fe59-0000-4000-8000-000000000000")),
	}}))
	i := details.Info{Metadata: make([]wire.Pair, 0, 8)}
	b.ReportAllocs()
	for b.Loop() {
		i = details.Info{Metadata: i.Metadata[:0]}
		if _, _, ok := i.ReadStatus(nil, raw); !ok || !i.Found {
			b.Fatal("not read")
		}
	}
}
