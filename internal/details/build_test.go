// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/wire"
)

// withProtobuf builds the status of a details.Status from protobuf messages.
func withProtobuf(t testing.TB, s details.Status) *spb.Status {
	t.Helper()
	st := &spb.Status{Code: int32(s.Code), Message: s.Message}
	metadata := slices.Clone(s.Metadata)
	if s.LegacyCode != "" {
		metadata = append(metadata, wire.Pair{Name: "legacy_code", Value: s.LegacyCode})
	}
	if cmp.Or(s.Domain, s.Reason) != "" || len(metadata) > 0 {
		if s.RequestID != "" {
			metadata = append(metadata, wire.Pair{Name: "request_id", Value: s.RequestID})
		}
		info := errorInfo(s.Domain, s.Reason)
		for _, m := range metadata {
			if info.Metadata == nil {
				info.Metadata = map[string]string{}
			}
			info.Metadata[m.Name] = m.Value
		}
		st.Details = append(st.Details, detail(t, info))
	}
	if s.RetryAfter > 0 {
		st.Details = append(st.Details, detail(t, &errdetails.RetryInfo{RetryDelay: durationpb.New(s.RetryAfter)}))
	}
	if len(s.Violations) > 0 {
		var bad errdetails.BadRequest
		for _, v := range s.Violations {
			violation := &errdetails.BadRequest_FieldViolation{Field: v.Field, Description: v.Description, Reason: v.Reason}
			if v.Locale != "" {
				violation.LocalizedMessage = &errdetails.LocalizedMessage{Locale: v.Locale, Message: v.Localized}
			}
			bad.FieldViolations = append(bad.FieldViolations, violation)
		}
		st.Details = append(st.Details, detail(t, &bad))
	}
	if s.Locale != "" {
		st.Details = append(st.Details, detail(t, &errdetails.LocalizedMessage{Locale: s.Locale, Message: s.Localized}))
	}
	if s.Help != "" {
		st.Details = append(st.Details, detail(t, &errdetails.Help{Links: []*errdetails.Help_Link{{Url: s.Help}}}))
	}
	st.Details = append(st.Details, s.Rest...)
	return st
}

// checkBuilt compares the bytes of Build with protobuf's deterministic encoding of the
// same messages.
func checkBuilt(t testing.TB, got, want *spb.Status) {
	t.Helper()
	if len(got.GetDetails()) != len(want.GetDetails()) {
		t.Errorf("%d details, want %d:\n%v\n%v", len(got.GetDetails()), len(want.GetDetails()), got, want)
		return
	}
	for i, d := range want.GetDetails() {
		if g := got.GetDetails()[i]; g.GetTypeUrl() != d.GetTypeUrl() || !bytes.Equal(g.GetValue(), d.GetValue()) {
			t.Errorf("detail %d\ngot  %s %x\nwant %s %x", i, g.GetTypeUrl(), g.GetValue(), d.GetTypeUrl(), d.GetValue())
		}
	}
	if g, w := marshal(t, got), marshal(t, want); !bytes.Equal(g, w) {
		t.Errorf("got  %x\nwant %x", g, w)
	}
}

// statuses are statuses and the details that they must have.
var statuses = []struct {
	name   string
	status details.Status
	want   []proto.Message
}{
	{name: "nothing"},
	{name: "code and message", status: details.Status{Code: codes.NotFound, Message: "作业 42 不存在"}},
	{name: "unknown gRPC code", status: details.Status{Code: math.MaxUint32, Message: "m"}},
	{
		name:   "domain and reason",
		status: details.Status{Code: codes.NotFound, Message: "m", Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"},
		want:   []proto.Message{errorInfo("legacy.job.v2", "JOB_NOT_FOUND")},
	},
	{name: "domain alone", status: details.Status{Domain: "d"}, want: []proto.Message{errorInfo("d", "")}},
	{name: "reason alone", status: details.Status{Reason: "R"}, want: []proto.Message{errorInfo("", "R")}},
	{name: "legacy code alone", status: details.Status{LegacyCode: "401.1"}, want: []proto.Message{errorInfo("", "", "legacy_code", "401.1")}},
	{name: "metadata alone", status: details.Status{Metadata: args("kk", "v")}, want: []proto.Message{errorInfo("", "", "kk", "v")}},
	{name: "request id alone: there is no ErrorInfo", status: details.Status{Code: codes.Internal, RequestID: "id-1"}},
	{
		name:   "request id with a reason",
		status: details.Status{Reason: "R", RequestID: "id-1"},
		want:   []proto.Message{errorInfo("", "R", "request_id", "id-1")},
	},
	{
		name: "metadata in the order of their names",
		status: details.Status{Domain: "d", Reason: "R", LegacyCode: "7", RequestID: "id-1", Metadata: args(
			"zz", "1", "kk", "2", "legacy_codes", "3", "legacy", "4", "request", "5", "request_id_", "6", "aa", "7")},
		want: []proto.Message{errorInfo("d", "R", "zz", "1", "kk", "2", "legacy_codes", "3", "legacy", "4", "request", "5",
			"request_id_", "6", "aa", "7", "legacy_code", "7", "request_id", "id-1")},
	},
	{
		name:   "names of every sort",
		status: details.Status{Reason: "R", Metadata: args("é", "1", "Upper", "2", "lower", "3", "作业", "4", "", "5", "a-b", "6", "a_b", "7", "\x00", "8")},
		want:   []proto.Message{errorInfo("", "R", "é", "1", "Upper", "2", "lower", "3", "作业", "4", "", "5", "a-b", "6", "a_b", "7", "\x00", "8")},
	},
	{
		name:   "an empty value",
		status: details.Status{Domain: "d", Reason: "R", Metadata: args("job_id", "")},
		want:   []proto.Message{errorInfo("d", "R", "job_id", "")},
	},
	{name: "an empty name", status: details.Status{Metadata: args("", "v")}, want: []proto.Message{errorInfo("", "", "", "v")}},
	{name: "an empty name and value", status: details.Status{Metadata: args("", "")}, want: []proto.Message{errorInfo("", "", "", "")}},
	{
		name:   "long texts",
		status: details.Status{Message: strings.Repeat("m", 5000), Domain: strings.Repeat("d", 127), Reason: strings.Repeat("R", 128), Metadata: args(strings.Repeat("k", 64), strings.Repeat("错误", 5000))},
		want:   []proto.Message{errorInfo(strings.Repeat("d", 127), strings.Repeat("R", 128), strings.Repeat("k", 64), strings.Repeat("错误", 5000))},
	},
	{
		name:   "retry after a nanosecond",
		status: details.Status{Code: codes.Unavailable, RetryAfter: 1},
		want:   []proto.Message{&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Nanos: 1}}},
	},
	{
		name:   "retry after 1.5 s",
		status: details.Status{Code: codes.Unavailable, RetryAfter: 1500 * time.Millisecond},
		want:   []proto.Message{&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Seconds: 1, Nanos: 500_000_000}}},
	},
	{
		name:   "retry after a minute",
		status: details.Status{Code: codes.Unavailable, RetryAfter: time.Minute},
		want:   []proto.Message{&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Seconds: 60}}},
	},
	{
		name:   "retry after the longest time",
		status: details.Status{RetryAfter: math.MaxInt64},
		want:   []proto.Message{&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Seconds: 9223372036, Nanos: 854775807}}},
	},
	{name: "retry after a negative time: there is no RetryInfo", status: details.Status{RetryAfter: -1}},
	{
		name:   "field",
		status: details.Status{Code: codes.InvalidArgument, Message: "job_id is missing", Violations: []wire.Violation{{Field: "job_id", Description: "job_id is missing"}}},
		want: []proto.Message{&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "job_id", Description: "job_id is missing"},
		}}},
	},
	{
		name:   "field without a message",
		status: details.Status{Reason: "R", Violations: []wire.Violation{{Field: "job_id", Reason: "R"}}},
		want: []proto.Message{errorInfo("", "R"), &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "job_id", Reason: "R"},
		}}},
	},
	{
		name:   "localized message",
		status: details.Status{Message: "作业不存在", Locale: "en", Localized: "The job does not exist"},
		want:   []proto.Message{&errdetails.LocalizedMessage{Locale: "en", Message: "The job does not exist"}},
	},
	{name: "localized message without a text", status: details.Status{Locale: "en"}, want: []proto.Message{&errdetails.LocalizedMessage{Locale: "en"}}},
	{name: "localized text without a locale: there is no LocalizedMessage", status: details.Status{Localized: "m"}},
	{
		name: "all at once",
		status: details.Status{
			Code: codes.InvalidArgument, Message: "作业 42 不存在", Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND",
			LegacyCode: "1233106", RequestID: "id-1", Metadata: args("job_id", "42"), RetryAfter: time.Second,
			Violations: []wire.Violation{{Field: "job_id", Description: "作业 42 不存在", Reason: "JOB_NOT_FOUND"}},
			Locale:     "en", Localized: "Job 42 does not exist",
		},
		want: []proto.Message{
			errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "job_id", "42", "legacy_code", "1233106", "request_id", "id-1"),
			&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Seconds: 1}},
			&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
				{Field: "job_id", Description: "作业 42 不存在", Reason: "JOB_NOT_FOUND"},
			}},
			&errdetails.LocalizedMessage{Locale: "en", Message: "Job 42 does not exist"},
		},
	},
	{name: "32 metadata", status: details.Status{Reason: "R", Metadata: manyMetadata(32)}, want: []proto.Message{manyInfo(32)}},
	{name: "128 metadata", status: details.Status{Reason: "R", Metadata: manyMetadata(128)}, want: []proto.Message{manyInfo(128)}},
	// Release does not keep the memory of such a large status.
	{name: "300 metadata", status: details.Status{Reason: "R", Metadata: manyMetadata(300)}, want: []proto.Message{manyInfo(300)}},
}

// manyMetadata returns unsorted metadata. One third of the values are empty.
func manyMetadata(n int) []wire.Pair {
	list := make([]wire.Pair, n)
	for i := range list {
		list[i].Name = fmt.Sprint("key_", (i*7919)%n)
		if i%3 > 0 {
			list[i].Value = strings.Repeat("v", i)
		}
	}
	return list
}

func manyInfo(n int) *errdetails.ErrorInfo {
	info := &errdetails.ErrorInfo{Reason: "R", Metadata: map[string]string{}}
	for _, m := range manyMetadata(n) {
		info.Metadata[m.Name] = m.Value
	}
	return info
}

func TestBuildWritesProtobufsDeterministicBytes(t *testing.T) {
	t.Parallel()
	help := &errdetails.Help{Links: []*errdetails.Help_Link{{Url: "https://example.com"}}}
	for _, rest := range [][]*anypb.Any{nil, {detail(t, help), {TypeUrl: "type.googleapis.com/who.Knows", Value: []byte("\xff")}}} {
		for _, tt := range statuses {
			t.Run(fmt.Sprintf("%s/%d more", tt.name, len(rest)), func(t *testing.T) {
				t.Parallel()
				s := tt.status
				s.Rest = rest
				want := &spb.Status{Code: int32(s.Code), Message: s.Message}
				for _, m := range tt.want {
					want.Details = append(want.Details, detail(t, m))
				}
				want.Details = append(want.Details, rest...)
				if model := withProtobuf(t, s); !proto.Equal(model, want) {
					t.Fatalf("withProtobuf returns %v, want %v", model, want)
				}
				metadata := slices.Clone(s.Metadata)
				b := details.NewBuffer()
				defer b.Release()
				for range 2 { // the second time with a used buffer
					checkBuilt(t, b.Build(&s), want)
				}
				for i, d := range b.Build(&s).GetDetails()[:len(tt.want)] {
					if v := d.GetValue(); cap(v) != len(v) {
						t.Errorf("detail %d: appending to its value would overwrite the next one", i)
					}
				}
				if !slices.Equal(s.Metadata, metadata) {
					t.Errorf("the caller's metadata are now %q, want %q", s.Metadata, metadata)
				}
			})
		}
	}
}

// TestBuildWritesEmptyNamesAndValues checks that a map entry has a name and a value even
// if they are empty, as protobuf's encoders write them. Envoy crashes if the bytes 12 00
// are missing.
func TestBuildWritesEmptyNamesAndValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		metadata []wire.Pair
		want     string
	}{
		{name: "value", metadata: args("kk", ""), want: "\x1a\x06" + "\x0a\x02kk" + "\x12\x00"},
		{name: "name", metadata: args("", "v"), want: "\x1a\x05" + "\x0a\x00" + "\x12\x01v"},
		{name: "both", metadata: args("", ""), want: "\x1a\x04" + "\x0a\x00" + "\x12\x00"},
		{
			name:     "one of two values",
			metadata: args("ll", "v", "kk", ""),
			want:     "\x1a\x06" + "\x0a\x02kk" + "\x12\x00" + "\x1a\x07" + "\x0a\x02ll" + "\x12\x01v",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := details.NewBuffer()
			defer b.Release()
			st := b.Build(&details.Status{Code: codes.NotFound, Domain: "d", Reason: "R", Metadata: tt.metadata})
			if len(st.GetDetails()) != 1 {
				t.Fatalf("%d details, want 1", len(st.GetDetails()))
			}
			want := "\x0a\x01R" + "\x12\x01d" + tt.want
			if got := string(st.GetDetails()[0].GetValue()); got != want {
				t.Errorf("got  %x\nwant %x", got, want)
			}
		})
	}
}

func TestBuffersAreReused(t *testing.T) {
	t.Parallel()
	for i, first := range statuses {
		for _, second := range statuses[i:] {
			b := details.NewBuffer()
			kept := grpcstatus.FromProto(b.Build(&first.status))
			checkBuilt(t, b.Build(&second.status), withProtobuf(t, second.status))
			checkBuilt(t, b.Build(&first.status), withProtobuf(t, first.status))
			b.Release()
			again := details.NewBuffer() // usually the same buffer
			checkBuilt(t, again.Build(&second.status), withProtobuf(t, second.status))
			again.Release()
			// The copy does not share memory with the buffer.
			checkBuilt(t, kept.Proto(), withProtobuf(t, first.status))
			if t.Failed() {
				t.Fatalf("%s, then %s", first.name, second.name)
			}
		}
	}
}

func TestBuffersAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for from := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 4 * len(statuses) {
				tt := statuses[(from*7+i)%len(statuses)]
				b := details.NewBuffer()
				checkBuilt(t, b.Build(&tt.status), withProtobuf(t, tt.status))
				b.Release()
			}
		}()
	}
	wg.Wait()
}

// TestBuildInUsedMemoryDoesNotAllocate is not parallel: AllocsPerRun also counts the
// allocations of other tests.
func TestBuildInUsedMemoryDoesNotAllocate(t *testing.T) {
	s := details.Status{
		Code: codes.NotFound, Message: "作业 42 不存在", Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND",
		LegacyCode: "1233106", RequestID: "id-1", Metadata: args("job_id", "42"), Locale: "en", Localized: "Job 42 does not exist",
	}
	b := details.NewBuffer()
	if n := testing.AllocsPerRun(100, func() {
		if st := b.Build(&s); len(st.GetDetails()) != 2 {
			t.Fatalf("%d details, want 2", len(st.GetDetails()))
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// FuzzBuild compares the bytes of Build with protobuf's deterministic encoding of the
// same messages, and checks that the package can read them back.
func FuzzBuild(f *testing.F) {
	f.Add("作业 42 不存在", "legacy.job.v2", "JOB_NOT_FOUND", "1233106", "id-1", "job_id", "42", "step", "", "job_id", "en", "Job 42 does not exist",
		uint32(5), int64(1500*time.Millisecond), uint8(0), []byte("\x08\x01"))
	f.Add("", "", "", "", "", "", "", "", "", "", "", "", uint32(0), int64(0), uint8(0), []byte{})
	f.Add("m", "", "R", "", "", "kk", "", "", "", "f", "", "", uint32(17), int64(-1), uint8(200), []byte{})
	f.Add("\xff", "d\x00", "", "\u2028", "", "legacy_code", "1", "request_id", "2", "", "zh-CN", "", uint32(1<<32-1), int64(math.MaxInt64), uint8(16), []byte("\xff"))
	f.Fuzz(func(t *testing.T, message, domain, reason, legacyCode, requestID, key, value, key2, value2, field, locale, localized string,
		code uint32, retryAfter int64, more uint8, rest []byte,
	) {
		// Callers of Build make texts valid UTF-8.
		for _, s := range []*string{&message, &domain, &reason, &legacyCode, &requestID, &key, &value, &key2, &value2, &field, &locale, &localized} {
			*s = strings.ToValidUTF8(*s, "\ufffd")
		}
		s := details.Status{
			Code: codes.Code(code), Message: message, Domain: domain, Reason: reason, LegacyCode: legacyCode, RequestID: requestID,
			RetryAfter: time.Duration(retryAfter), Violations: violations(field, message, reason, locale, localized),
			Locale: locale, Localized: localized, Help: value2,
		}
		// Names must be unique.
		taken := map[string]bool{"legacy_code": legacyCode != "", "request_id": requestID != ""}
		for _, m := range append(args(key2, value2, key, value), manyMetadata(int(more))...) {
			if !taken[m.Name] {
				taken[m.Name] = true
				s.Metadata = append(s.Metadata, m)
			}
		}
		if len(rest) > 0 {
			s.Rest = []*anypb.Any{{TypeUrl: "type.googleapis.com/who.Knows", Value: rest}}
		}
		if value2 == "" { // so that there are statuses with details but without ErrorInfo
			s.Metadata = s.Metadata[:0]
		}
		want := withProtobuf(t, s)
		b := details.NewBuffer()
		defer b.Release()
		b.Build(&details.Status{Domain: value, Reason: message, Metadata: args(key2, key), RetryAfter: 1, Violations: []wire.Violation{{Field: "x"}}, Locale: "x"})
		st := b.Build(&s)
		checkBuilt(t, st, want)

		var info details.Info
		gotCode, gotMessage, ok := info.ReadStatus(nil, string(marshal(t, st)))
		if !ok || gotCode != int32(code) || gotMessage != message {
			t.Errorf("read back: %d, %q, %v, want %d, %q", gotCode, gotMessage, ok, int32(code), message)
		}
		if found := len(st.GetDetails()) > 0 && st.GetDetails()[0].GetTypeUrl() == wire.ErrorInfoURL; info.Found != found || found &&
			(info.Domain != domain || info.Reason != reason || legacyCode != "" && info.LegacyCode() != legacyCode) {
			t.Errorf("read back: %+v, want %q, %q, %q", info, domain, reason, legacyCode)
		}
		for _, m := range s.Metadata {
			if !slices.Contains(info.Metadata, m) {
				t.Errorf("read back: %q, want %q in it", info.Metadata, m)
			}
		}
		if info.RetryAfter != max(s.RetryAfter, 0) {
			t.Errorf("read back: %s, want %s", info.RetryAfter, s.RetryAfter)
		}
	})
}

// violations returns one violation of a field; none if the field is "".
func violations(field, description, reason, locale, localized string) []wire.Violation {
	if field == "" {
		return nil
	}
	return []wire.Violation{{Field: field, Description: description, Reason: reason, Locale: locale, Localized: localized}}
}
