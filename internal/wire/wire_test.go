// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statusmap/statusmap/internal/wire"
)

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := (proto.MarshalOptions{Deterministic: true}).Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// args returns metadata from name, value pairs.
func args(pairs ...string) []wire.Pair {
	var list []wire.Pair
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, wire.Pair{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func errorInfo(domain, reason string, metadata ...wire.Pair) *errdetails.ErrorInfo {
	info := &errdetails.ErrorInfo{Domain: domain, Reason: reason}
	for _, m := range metadata {
		if info.Metadata == nil {
			info.Metadata = map[string]string{}
		}
		info.Metadata[m.Name] = m.Value
	}
	return info
}

// field returns a field of any type, with its tag.
func field(number protowire.Number, typ protowire.Type, value ...byte) string {
	return string(append(protowire.AppendTag(nil, number, typ), value...))
}

func text(number protowire.Number, s string) string {
	return string(protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), s))
}

func number(num protowire.Number, v uint64) string {
	return string(protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), v))
}

func group(num protowire.Number, inside string) string {
	return field(num, protowire.StartGroupType) + inside + field(num, protowire.EndGroupType)
}

// A status has the results of ReadStatus.
type status struct {
	Code    int32
	Message string
	Details []wire.Pair // type URL and value
	OK      bool
}

func readStatus(raw string) (s status) {
	s.Code, s.Message, s.OK = wire.ReadStatus(raw, func(typeURL, value string) {
		s.Details = append(s.Details, wire.Pair{Name: typeURL, Value: value})
	})
	return s
}

func TestReadStatusGivesTheDetailsInOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		raw  string
		want status
	}{
		{
			name: "as protobuf writes it",
			raw: string(marshal(t, &spb.Status{Code: 5, Message: "作业 42 不存在", Details: []*anypb.Any{
				{TypeUrl: "a/b", Value: []byte("\xff")}, {}, {TypeUrl: "a/b", Value: []byte("2")},
			}})),
			want: status{Code: 5, Message: "作业 42 不存在", Details: args("a/b", "\xff", "", "", "a/b", "2"), OK: true},
		},
		{
			name: "details before code and message",
			raw:  text(3, text(1, "u")) + text(2, "m") + text(3, text(1, "v")) + number(1, 5),
			want: status{Code: 5, Message: "m", Details: args("u", "", "v", ""), OK: true},
		},
		{
			name: "value before type URL, and both twice: the last ones count",
			raw:  text(3, text(2, "1")+text(1, "u")+text(2, "2")+text(1, "v")),
			want: status{Details: args("v", "2"), OK: true},
		},
		{
			name: "unknown fields in a detail",
			raw:  text(3, number(1, 5)+text(1, "u")+number(9, 1)+group(8, text(1, "x"))+text(2, "1")),
			want: status{Details: args("u", "1"), OK: true},
		},
		{
			name: "a detail of another type",
			raw:  number(3, 5) + text(3, text(1, "u")),
			want: status{Details: args("u", ""), OK: true},
		},
		{
			name: "broken after a detail",
			raw:  number(1, 5) + text(2, "m") + text(3, text(1, "u")) + "\xff",
			want: status{Details: args("u", "")},
		},
		{
			name: "broken in the second detail",
			raw:  number(1, 5) + text(3, text(1, "u")) + text(3, "\x0a\x05ab"),
			want: status{Details: args("u", "")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, readStatus(tt.raw), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadStatusOfUnusualBytes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		raw     string
		code    int32
		message string
		bad     bool
	}{
		{name: "nothing", raw: ""},
		{name: "code and message twice: the last ones count", raw: number(1, 5) + text(2, "a") + number(1, 6) + text(2, "b"), code: 6, message: "b"},
		{name: "negative code", raw: number(1, 1<<64-1), code: -1},
		{name: "code of more than 32 bits", raw: number(1, 1<<32+7), code: 7},
		{name: "code in ten bytes", raw: "\x08\x87\x80\x80\x80\x80\x80\x80\x80\x80\x01", code: 7},
		{name: "message before code", raw: text(2, "m") + number(1, 5), code: 5, message: "m"},
		{name: "fields of another type are unknown", raw: text(1, "x") + number(2, 9) + number(3, 9)},
		{
			name: "unknown fields of every type",
			raw: number(9, 1) + text(9, "x") + field(9, protowire.Fixed32Type, 1, 2, 3, 4) +
				field(9, protowire.Fixed64Type, 1, 2, 3, 4, 5, 6, 7, 8) + group(9, "") + group(9, number(1, 5)+group(2, text(2, "m"))) + number(1, 5),
			code: 5,
		},
		{name: "unknown field of the highest number", raw: text(1<<29-1, "x") + number(1, 5), code: 5},
		{name: "message of 127 bytes", raw: text(2, strings.Repeat("m", 127)), message: strings.Repeat("m", 127)},
		{name: "message of 128 bytes", raw: text(2, strings.Repeat("m", 128)), message: strings.Repeat("m", 128)},
		{name: "message whose size takes more bytes than it needs", raw: "\x12\x81\x00m", message: "m"},
		{name: "message whose tag takes more bytes than it needs", raw: "\x92\x00\x01m", message: "m"},
		{name: "message that is not UTF-8", raw: text(2, "\xff"), message: "\xff"},

		{name: "truncated tag", raw: "\x80", bad: true},
		{name: "truncated number", raw: number(1, 5) + "\x08", bad: true},
		{name: "truncated text", raw: "\x12\x05abcd", bad: true},
		{name: "text without its size", raw: "\x12", bad: true},
		{name: "text of 2^64-1 bytes", raw: "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", bad: true},
		{name: "number of eleven bytes", raw: "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", bad: true},
		{name: "number of 65 bits", raw: "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", bad: true},
		{name: "field number 0", raw: "\x00\x05", bad: true},
		{name: "field number 0 of a text", raw: "\x02\x01x", bad: true},
		{name: "field number 2^29", raw: string(protowire.AppendVarint(nil, 1<<29<<3)) + "\x01", bad: true},
		{name: "type 6", raw: "\x0e", bad: true},
		{name: "type 7", raw: "\x0f", bad: true},
		{name: "group that ends without a start", raw: field(9, protowire.EndGroupType), bad: true},
		{name: "group that does not end", raw: field(9, protowire.StartGroupType) + number(1, 5), bad: true},
		{name: "group that another ends", raw: field(9, protowire.StartGroupType) + field(8, protowire.EndGroupType), bad: true},
		{name: "truncated fixed32", raw: field(9, protowire.Fixed32Type, 1, 2, 3), bad: true},
		{name: "truncated fixed64", raw: field(9, protowire.Fixed64Type, 1, 2, 3, 4, 5, 6, 7), bad: true},
		{name: "truncated Any", raw: text(3, "\x0a\x05ab"), bad: true},
		{name: "20 000 groups in one another", raw: strings.Repeat(field(9, protowire.StartGroupType), 20_000), bad: true},
		{
			name: "20 000 groups in one another, ended",
			raw:  strings.Repeat(field(9, protowire.StartGroupType), 20_000) + strings.Repeat(field(9, protowire.EndGroupType), 20_000),
			bad:  true,
		},
		{name: "HTML", raw: "<html><body>502</body></html>", bad: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := status{Code: tt.code, Message: tt.message, OK: !tt.bad}
			got := readStatus(tt.raw)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if utf8.ValidString(tt.message) {
				if err := proto.Unmarshal([]byte(tt.raw), new(spb.Status)); (err == nil) != got.OK {
					t.Errorf("proto.Unmarshal gives %v, want the same", err)
				}
			}
		})
	}
}

// TestReadStatusOfManyUnknownFieldsDoesNotAllocate checks that ReadStatus does not copy
// the rest of the bytes for every field, which a hostile server could use.
//
// It is not parallel: AllocsPerRun also counts the allocations of other tests.
func TestReadStatusOfManyUnknownFieldsDoesNotAllocate(t *testing.T) {
	raw := strings.Repeat(field(9, protowire.Fixed32Type, 1, 2, 3, 4)+field(9, protowire.Fixed64Type, 1, 2, 3, 4, 5, 6, 7, 8)+
		group(9, group(10, number(1, 5)+text(1, "x"))), 10_000)
	if n := testing.AllocsPerRun(1, func() {
		if _, _, ok := wire.ReadStatus(raw, func(string, string) {}); !ok {
			t.Fatal("not a status")
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestReadErrorInfo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("错误", 5000)
	for _, tt := range []struct {
		name string
		raw  string
		want *errdetails.ErrorInfo // nil if raw is not an ErrorInfo
		list []wire.Pair           // the metadata in order
	}{
		{name: "nothing", raw: "", want: &errdetails.ErrorInfo{}},
		{
			name: "as protobuf writes it",
			raw:  string(marshal(t, errorInfo("legacy.job.v2", "JOB_NOT_FOUND", args("job_id", long, "legacy_code", "1233106")...))),
			want: &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"},
			list: args("job_id", long, "legacy_code", "1233106"),
		},
		{
			name: "metadata before the rest, unsorted",
			raw:  text(3, text(1, "zz")+text(2, "1")) + text(2, "d") + text(3, text(1, "aa")+text(2, "2")) + text(1, "R"),
			want: &errdetails.ErrorInfo{Domain: "d", Reason: "R"},
			list: args("zz", "1", "aa", "2"),
		},
		{
			name: "reason and domain twice: the last ones count",
			raw:  text(1, "A") + text(2, "a") + text(1, "B") + text(2, "b"),
			want: &errdetails.ErrorInfo{Domain: "b", Reason: "B"},
		},
		{
			name: "a name twice: its last value counts, at its first place",
			raw:  text(3, text(1, "k")+text(2, "1")) + text(3, text(1, "l")+text(2, "2")) + text(3, text(2, "3")+text(1, "k")),
			want: &errdetails.ErrorInfo{},
			list: args("k", "3", "l", "2"),
		},
		{name: "an entry without a name", raw: text(3, text(2, "v")), want: &errdetails.ErrorInfo{}, list: args("", "v")},
		{name: "an entry without a value", raw: text(3, text(1, "k")), want: &errdetails.ErrorInfo{}, list: args("k", "")},
		{name: "an entry without either", raw: text(3, ""), want: &errdetails.ErrorInfo{}, list: args("", "")},
		{
			name: "an entry with its name and value twice",
			raw:  text(3, text(1, "j")+text(2, "1")+text(2, "2")+text(1, "k")),
			want: &errdetails.ErrorInfo{},
			list: args("k", "2"),
		},
		{
			name: "unknown fields, and fields of another type",
			raw:  number(1, 5) + text(1, "R") + number(3, 5) + group(3, "") + text(9, "x") + text(3, number(1, 5)+text(1, "k")+text(9, "x")),
			want: &errdetails.ErrorInfo{Reason: "R"},
			list: args("k", ""),
		},
		{name: "truncated", raw: text(1, "HALF") + "\x1a\xff"},
		{name: "truncated entry", raw: text(1, "HALF") + text(3, text(1, "k")+"\x12\x05v")},
		{name: "truncated after an entry", raw: text(3, text(1, "k")) + "\x80"},
		{name: "rubbish", raw: "\xff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, before := range [][]wire.Pair{nil, args("old", "1", "older", "2"), make([]wire.Pair, 0, 8)} {
				domain, reason, list, ok := wire.ReadErrorInfo(tt.raw, before)
				if ok != (tt.want != nil) || domain != tt.want.GetDomain() || reason != tt.want.GetReason() || !slices.Equal(list, tt.list) {
					t.Errorf("got %q, %q, %q, %v, want %v with %q", domain, reason, list, ok, tt.want, tt.list)
				}
				if cap(before) >= len(list) && len(list) > 0 && &list[0] != &before[:1][0] {
					t.Error("the metadata are not in the memory that was given")
				}
			}
			checkErrorInfo(t, tt.raw)
		})
	}
}

func TestReadErrorInfoOfManyMetadata(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 15, 16, 17, 31, 32, 33, 128, 1000} {
		var raw strings.Builder
		var want []wire.Pair
		for i := range n {
			want = append(want, wire.Pair{Name: fmt.Sprint("key ", i), Value: fmt.Sprint(2 * i)})
			raw.WriteString(text(3, text(1, want[i].Name)+text(2, "before")))
		}
		for _, m := range slices.Backward(want) { // the last value of each name is used
			raw.WriteString(text(3, text(1, m.Name)+text(2, m.Value)))
		}
		if _, _, list, ok := wire.ReadErrorInfo(raw.String(), nil); !ok || !slices.Equal(list, want) {
			t.Errorf("%d metadata: got %q, %v, want %q", n, list, ok, want)
		}
		checkErrorInfo(t, raw.String())
	}
}

// checkErrorInfo compares ReadErrorInfo with protobuf. protobuf refuses texts that are
// not valid UTF-8, but wire reads them.
func checkErrorInfo(t *testing.T, raw string) {
	t.Helper()
	want := new(errdetails.ErrorInfo)
	err := proto.Unmarshal([]byte(raw), want)
	if err != nil && strings.Contains(err.Error(), "UTF-8") {
		return
	}
	domain, reason, list, ok := wire.ReadErrorInfo(raw, nil)
	if ok != (err == nil) {
		t.Fatalf("got %v, protobuf gives %v", ok, err)
	}
	if !ok {
		want = nil
	}
	if domain != want.GetDomain() || reason != want.GetReason() || len(list) != len(want.GetMetadata()) {
		t.Fatalf("got %q, %q, %q, protobuf reads %v", domain, reason, list, want)
	}
	for _, m := range list {
		if v, ok := want.GetMetadata()[m.Name]; !ok || v != m.Value {
			t.Errorf("metadata %q: got %q, protobuf reads %q", m.Name, m.Value, v)
		}
	}
}

// TestReadErrorInfoTakesWorkInProportion checks that reading twice as many metadata takes
// at most twice the work, since a client may send any number of them. It does not measure
// time. It counts the comparisons of names that look for duplicates, and the allocations.
//
// It is not parallel: AllocsPerRun also counts the allocations of other tests.
func TestReadErrorInfoTakesWorkInProportion(t *testing.T) {
	type work struct {
		scanned     int
		allocations float64
	}
	of := func(n int) work {
		names := make([]string, n)
		var raw strings.Builder
		for i := range names {
			names[i] = fmt.Sprint("metadata_", i)
			raw.WriteString(text(3, text(1, names[i])+text(2, "value")))
		}
		return work{wire.ScannedNames(names), testing.AllocsPerRun(10, func() {
			if _, _, list, ok := wire.ReadErrorInfo(raw.String(), nil); !ok || len(list) != n {
				t.Fatalf("%d of %d metadata are read, %v", len(list), n, ok)
			}
		})}
	}
	small := of(16)
	if small.scanned == 0 || small.allocations == 0 {
		t.Fatalf("16 metadata: %+v, want counts that are not 0", small)
	}
	for _, n := range []int{32, 64, 128} {
		got, limit := of(n), of(n/2)
		if got.scanned > 2*limit.scanned || got.scanned > small.scanned+n || got.allocations > 2*limit.allocations {
			t.Errorf("%d metadata: %+v, %d metadata: %+v, want at most twice that", n, got, n/2, limit)
		}
		if got.allocations > float64(n) {
			t.Errorf("%d metadata: %v allocations, want at most one for each", n, got.allocations)
		}
	}
}

func TestReadRetryInfo(t *testing.T) {
	t.Parallel()
	retry := func(d *durationpb.Duration) string { return string(marshal(t, &errdetails.RetryInfo{RetryDelay: d})) }
	for _, tt := range []struct {
		name string
		raw  string
		want time.Duration
		bad  bool
	}{
		{name: "1.5 s", raw: retry(durationpb.New(1500 * time.Millisecond)), want: 1500 * time.Millisecond},
		{name: "1 ns", raw: retry(durationpb.New(1)), want: 1},
		{name: "without a delay", raw: retry(nil)},
		{name: "with an empty delay", raw: retry(&durationpb.Duration{})},
		{name: "negative delay", raw: retry(&durationpb.Duration{Seconds: -5}), bad: true},
		{name: "negative nanoseconds", raw: retry(&durationpb.Duration{Nanos: -5}), bad: true},
		{name: "negative nanoseconds of many seconds", raw: retry(&durationpb.Duration{Seconds: 5, Nanos: -5}), bad: true},
		{name: "too many nanoseconds", raw: retry(&durationpb.Duration{Nanos: 1e9}), bad: true},
		{name: "10 000 years", raw: retry(&durationpb.Duration{Seconds: 315576000000}), bad: true},
		{name: "as many seconds as there are", raw: retry(&durationpb.Duration{Seconds: math.MaxInt64, Nanos: 1}), bad: true},
		{name: "the end of time.Duration", raw: retry(&durationpb.Duration{Seconds: 9223372036, Nanos: 854775807}), want: math.MaxInt64},
		{name: "just past it", raw: retry(&durationpb.Duration{Seconds: 9223372036, Nanos: 854775808}), bad: true},
		{name: "seconds twice: the last ones count", raw: text(1, number(1, 5)+number(1, 7)), want: 7 * time.Second},
		{name: "delay in two parts", raw: text(1, number(1, 5)) + text(1, number(2, 7)), want: 5*time.Second + 7},
		{name: "unknown fields, and fields of another type", raw: number(1, 3) + text(2, "x") + text(1, text(1, "x")+number(9, 9)+number(1, 5)), want: 5 * time.Second},
		{name: "truncated", raw: "\x0a\x05", bad: true},
		{name: "truncated delay", raw: text(1, "\x08"), bad: true},
		{name: "rubbish", raw: "\xff", bad: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := wire.ReadRetryInfo(tt.raw)
			if ok == tt.bad || ok && got != tt.want {
				t.Errorf("got %s, %v, want %s, %v", got, ok, tt.want, !tt.bad)
			}
			checkRetryInfo(t, tt.raw)
		})
	}
}

// checkRetryInfo compares ReadRetryInfo with protobuf.
func checkRetryInfo(t *testing.T, raw string) {
	t.Helper()
	message := new(errdetails.RetryInfo)
	err := proto.Unmarshal([]byte(raw), message)
	d := message.GetRetryDelay()
	// AsDuration returns the limit for a delay that is too large. wire returns false.
	whole := durationpb.New(d.AsDuration())
	wantOK := err == nil && d.GetSeconds() >= 0 && d.GetNanos() >= 0 && d.GetNanos() < 1e9 &&
		whole.GetSeconds() == d.GetSeconds() && whole.GetNanos() == d.GetNanos()
	got, ok := wire.ReadRetryInfo(raw)
	if ok != wantOK || ok && got != d.AsDuration() {
		t.Errorf("got %s, %v, protobuf reads %v, %v", got, ok, d, err)
	}
}

// FuzzRead checks that reading never panics, and that the result equals protobuf's result
// if protobuf can read the bytes.
func FuzzRead(f *testing.F) {
	f.Add(marshal(f, &spb.Status{Code: 5, Message: "m", Details: []*anypb.Any{{TypeUrl: "a/b", Value: []byte("c")}}}))
	f.Add(marshal(f, errorInfo("legacy.job.v2", "JOB_NOT_FOUND", args("legacy_code", "1233106", "", "", "job_id", "42")...)))
	f.Add(marshal(f, &errdetails.RetryInfo{RetryDelay: durationpb.New(1500 * time.Millisecond)}))
	f.Add([]byte(text(1, number(1, 5)+number(1, 7)+number(2, 1<<63))))
	f.Add([]byte(text(3, text(2, "v")+number(1, 7)+text(1, "k")) + number(1, 1<<64-1)))
	f.Add([]byte(group(9, group(9, "")) + field(9, protowire.Fixed32Type, 1, 2, 3, 4) + "\x0f"))
	many := map[string]string{}
	for i := range 40 {
		many[fmt.Sprint("k", i)] = ""
	}
	f.Add(marshal(f, &errdetails.ErrorInfo{Metadata: many}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		checkErrorInfo(t, string(raw))
		checkRetryInfo(t, string(raw))

		got := readStatus(string(raw))
		st := new(spb.Status)
		if err := proto.Unmarshal(raw, st); err != nil {
			if got.OK && !strings.Contains(err.Error(), "UTF-8") {
				t.Errorf("got %+v, protobuf gives %v", got, err)
			}
			if !got.OK && (got.Code != 0 || got.Message != "") {
				t.Errorf("got %+v for bytes that are not a status, want nothing", got)
			}
			return
		}
		want := status{Code: st.GetCode(), Message: st.GetMessage(), OK: true}
		for _, d := range st.GetDetails() {
			want.Details = append(want.Details, wire.Pair{Name: d.GetTypeUrl(), Value: string(d.GetValue())})
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-protobuf +got):\n%s", diff)
		}
	})
}

func TestName(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"type.googleapis.com/google.rpc.ErrorInfo": "google.rpc.ErrorInfo", "google.rpc.ErrorInfo": "google.rpc.ErrorInfo",
		"a/b/c": "c", "/": "", "": "", "x/": "",
	} {
		if got := wire.Name(url); got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
	for url, m := range map[string]proto.Message{
		wire.ErrorInfoURL: &errdetails.ErrorInfo{}, wire.RetryInfoURL: &errdetails.RetryInfo{},
		wire.BadRequestURL: &errdetails.BadRequest{}, wire.LocalizedMessageURL: &errdetails.LocalizedMessage{},
	} {
		if a, err := anypb.New(m); err != nil || a.GetTypeUrl() != url {
			t.Errorf("%s: protobuf gives %s, %v", url, a.GetTypeUrl(), err)
		}
	}
	for name, m := range map[string]proto.Message{
		wire.ErrorInfo: &errdetails.ErrorInfo{}, wire.RetryInfo: &errdetails.RetryInfo{}, wire.BadRequest: &errdetails.BadRequest{},
		wire.LocalizedMessage: &errdetails.LocalizedMessage{}, wire.Help: &errdetails.Help{}, wire.DebugInfo: &errdetails.DebugInfo{},
	} {
		if got := string(m.ProtoReflect().Descriptor().FullName()); got != name {
			t.Errorf("%s: protobuf gives %s", name, got)
		}
	}
}

func TestIsRequestID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"": false, "a": true, "!": true, "~": true, " ": false, "\x7f": false, "a b": false, "a\n": false, "é": false, "\xff": false,
		"7af8fe59-0000-4000-8000-000000000000": true,
		strings.Repeat("x", 128):               true,
		strings.Repeat("x", 129):               false,
	} {
		if got := wire.IsRequestID(id); got != want {
			t.Errorf("%q: %v, want %v", id, got, want)
		}
	}
}

func TestAppendWritesProtobufsDeterministicBytes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("错误", 5000)
	var many []wire.Pair
	for i := range 300 {
		many = append(many, wire.Pair{Name: fmt.Sprintf("key_%03d", i), Value: strings.Repeat("x", i)})
	}
	for i, tt := range []struct {
		got  []byte
		want proto.Message
	}{
		{got: wire.AppendErrorInfo(nil, "", "", nil), want: &errdetails.ErrorInfo{}},
		{
			got:  wire.AppendErrorInfo(nil, "legacy.job.v2", "JOB_NOT_FOUND", args("job_id", long, "legacy_code", "1233106")),
			want: errorInfo("legacy.job.v2", "JOB_NOT_FOUND", args("job_id", long, "legacy_code", "1233106")...),
		},
		{got: wire.AppendErrorInfo(nil, "d", "R", args("", "", "empty", "")), want: errorInfo("d", "R", args("", "", "empty", "")...)},
		{got: wire.AppendErrorInfo(nil, "d", "R", args("", "only a value")), want: errorInfo("d", "R", args("", "only a value")...)},
		{got: wire.AppendErrorInfo(nil, "d", "", args("Upper", "1", "lower", "2", "é", "3")), want: errorInfo("d", "", args("Upper", "1", "lower", "2", "é", "3")...)},
		{got: wire.AppendErrorInfo(nil, "", "R", many), want: errorInfo("", "R", many...)},
		{got: wire.AppendRetryInfo(nil, 0), want: &errdetails.RetryInfo{RetryDelay: &durationpb.Duration{}}},
		{got: wire.AppendRetryInfo(nil, -time.Second), want: &errdetails.RetryInfo{RetryDelay: &durationpb.Duration{}}},
		{got: wire.AppendRetryInfo(nil, 90*time.Second), want: &errdetails.RetryInfo{RetryDelay: durationpb.New(90 * time.Second)}},
		{got: wire.AppendRetryInfo(nil, time.Nanosecond), want: &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Nanosecond)}},
		{got: wire.AppendRetryInfo(nil, math.MaxInt64), want: &errdetails.RetryInfo{RetryDelay: durationpb.New(math.MaxInt64)}},
		{
			got: wire.AppendBadRequest(nil, []wire.Violation{{Field: "job_id", Description: "作业 42 不存在", Reason: "JOB_NOT_FOUND"}}),
			want: &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
				{Field: "job_id", Description: "作业 42 不存在", Reason: "JOB_NOT_FOUND"},
			}},
		},
		{got: wire.AppendBadRequest(nil, []wire.Violation{{}}), want: &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{}}}},
		{got: wire.AppendLocalizedMessage(nil, "zh-CN", long), want: &errdetails.LocalizedMessage{Locale: "zh-CN", Message: long}},
		{got: wire.AppendLocalizedMessage(nil, "", ""), want: &errdetails.LocalizedMessage{}},
	} {
		t.Run(fmt.Sprint(i, " ", tt.want.ProtoReflect().Descriptor().Name()), func(t *testing.T) {
			t.Parallel()
			checkSame(t, tt.got, tt.want)
		})
	}
}

// checkSame compares raw with protobuf's deterministic encoding, both as bytes and as a
// message.
func checkSame(t *testing.T, raw []byte, want proto.Message) {
	t.Helper()
	if encoded := marshal(t, want); !bytes.Equal(raw, encoded) {
		t.Errorf("got  %x\nwant %x", raw, encoded)
	}
	got := want.ProtoReflect().New().Interface()
	if err := proto.Unmarshal(raw, got); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestAppendAppends(t *testing.T) {
	t.Parallel()
	before := []byte("before ")
	for _, write := range []func([]byte) []byte{
		func(b []byte) []byte { return wire.AppendErrorInfo(b, "d", "R", args("kk", "v")) },
		func(b []byte) []byte { return wire.AppendRetryInfo(b, time.Second) },
		func(b []byte) []byte {
			return wire.AppendBadRequest(b, []wire.Violation{{Field: "f", Description: "d", Reason: "R"}})
		},
		func(b []byte) []byte { return wire.AppendLocalizedMessage(b, "en", "m") },
	} {
		if got, want := string(write(before)), "before "+string(write(nil)); got != want || len(got) == len(before) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// FuzzAppend compares the written bytes with protobuf's bytes, and checks that wire can
// read them back.
func FuzzAppend(f *testing.F) {
	f.Add("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106", "job_id", "42", int64(1500*time.Millisecond))
	f.Add("", "", "", "", "", "", int64(0))
	f.Add("d", "R", "kk", "1", "kk", "2", int64(-1))
	f.Add("\u2028", strings.Repeat("x", 200), "", "\x00", "🚀", "", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, domain, reason, key, value, key2, value2 string, delay int64) {
		for _, s := range []*string{&domain, &reason, &key, &value, &key2, &value2} {
			*s = strings.ToValidUTF8(*s, "\ufffd")
		}
		// AppendErrorInfo needs sorted metadata without duplicate names.
		values := map[string]string{key: value, key2: value2}
		var metadata []wire.Pair
		for _, name := range slices.Sorted(maps.Keys(values)) {
			metadata = append(metadata, wire.Pair{Name: name, Value: values[name]})
		}
		raw := wire.AppendErrorInfo(nil, domain, reason, metadata)
		checkSame(t, raw, errorInfo(domain, reason, metadata...))
		checkSame(t, wire.AppendBadRequest(nil, []wire.Violation{{Field: key, Description: value, Reason: reason}}), &errdetails.BadRequest{
			FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: key, Description: value, Reason: reason}},
		})
		checkSame(t, wire.AppendLocalizedMessage(nil, key, value), &errdetails.LocalizedMessage{Locale: key, Message: value})
		wantDelay := time.Duration(max(delay, 0))
		retry := wire.AppendRetryInfo(nil, time.Duration(delay))
		checkSame(t, retry, &errdetails.RetryInfo{RetryDelay: durationpb.New(wantDelay)})

		gotDomain, gotReason, list, ok := wire.ReadErrorInfo(string(raw), nil)
		if !ok || gotDomain != domain || gotReason != reason || !slices.Equal(list, metadata) {
			t.Errorf("read back: %q, %q, %q, %v", gotDomain, gotReason, list, ok)
		}
		if got, ok := wire.ReadRetryInfo(string(retry)); !ok || got != wantDelay {
			t.Errorf("read back: %s, %v, want %s", got, ok, wantDelay)
		}
	})
}
