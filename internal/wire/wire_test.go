package wire_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statusmap/statusmap/catalog"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/wire"
)

func linked(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.New(jobv2.Code(0).Descriptor(), elvesv2.Code(0).Descriptor())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := (proto.MarshalOptions{Deterministic: true}).Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func detail(t testing.TB, m proto.Message) *anypb.Any {
	t.Helper()
	return &anypb.Any{TypeUrl: "type.googleapis.com/" + string(m.ProtoReflect().Descriptor().FullName()), Value: marshal(t, m)}
}

func errorInfo(domain, reason string, metadata ...string) *errdetails.ErrorInfo {
	info := &errdetails.ErrorInfo{Domain: domain, Reason: reason}
	for i := 0; i < len(metadata); i += 2 {
		if info.Metadata == nil {
			info.Metadata = map[string]string{}
		}
		info.Metadata[metadata[i]] = metadata[i+1]
	}
	return info
}

// field returns a field with its tag, whatever its type.
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

func TestReadStatus(t *testing.T) {
	cat := linked(t)
	notFound := errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106")
	sign := errorInfo("legacy.elves.v2", "MISSING_SIGN_PARAM", "legacy_code", "401.1")
	foreign := errorInfo("googleapis.com", "SERVICE_DISABLED", "service", "x")
	args := func(pairs ...string) []catalog.Arg {
		var list []catalog.Arg
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, catalog.Arg{Name: pairs[i], Value: pairs[i+1]})
		}
		return list
	}
	job := wire.Info{Found: true, Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND", Metadata: args("legacy_code", "1233106")}
	retry := func(d *durationpb.Duration) *anypb.Any { return detail(t, &errdetails.RetryInfo{RetryDelay: d}) }
	elsewhere := detail(t, notFound)
	elsewhere.TypeUrl = "types.example.com/a/b/google.rpc.ErrorInfo"
	bare := detail(t, notFound)
	bare.TypeUrl = "google.rpc.ErrorInfo"
	for _, tt := range []struct {
		name    string
		details []*anypb.Any
		want    wire.Info
	}{
		{"no details", nil, wire.Info{}},
		{"one ErrorInfo", []*anypb.Any{detail(t, notFound)}, job},
		{"another host in its type URL", []*anypb.Any{elsewhere}, job},
		{"no slash in its type URL", []*anypb.Any{bare}, job},
		{"not the first detail", []*anypb.Any{detail(t, &errdetails.Help{}), {TypeUrl: "type.googleapis.com/who.Knows", Value: []byte("\xff")}, detail(t, notFound)}, job},
		{"two: the first of two known ones", []*anypb.Any{detail(t, notFound), detail(t, sign)}, job},
		{"two: the known one, behind a foreign one", []*anypb.Any{detail(t, foreign), detail(t, notFound)}, job},
		{"two: the known one, before a foreign one", []*anypb.Any{detail(t, notFound), detail(t, foreign)}, job},
		{"two: the first of two foreign ones", []*anypb.Any{detail(t, foreign), detail(t, errorInfo("example.com", "OTHER"))},
			wire.Info{Found: true, Domain: "googleapis.com", Reason: "SERVICE_DISABLED", Metadata: args("service", "x")}},
		{"a broken one, then a good one", []*anypb.Any{{TypeUrl: wire.ErrorInfoURL, Value: []byte(text(1, "HALF") + "\x1a\xff")}, detail(t, notFound)}, job},
		{"a good one, then a broken one", []*anypb.Any{detail(t, notFound), {TypeUrl: wire.ErrorInfoURL, Value: []byte("\xff")}}, job},
		{"an empty ErrorInfo", []*anypb.Any{{TypeUrl: wire.ErrorInfoURL}}, wire.Info{Found: true}},
		{"a metadata key twice: the last one counts", []*anypb.Any{{TypeUrl: wire.ErrorInfoURL,
			Value: []byte(text(3, text(1, "k")+text(2, "1")) + text(3, text(1, "l")+text(2, "2")) + text(3, text(2, "3")+text(1, "k")))}},
			wire.Info{Found: true, Metadata: args("k", "3", "l", "2")}},
		{"a metadata entry without a key", []*anypb.Any{{TypeUrl: wire.ErrorInfoURL, Value: []byte(text(3, text(2, "v")))}},
			wire.Info{Found: true, Metadata: args("", "v")}},
		{"RetryInfo", []*anypb.Any{retry(durationpb.New(1500 * time.Millisecond))}, wire.Info{RetryAfter: 1500 * time.Millisecond}},
		{"RetryInfo without a delay", []*anypb.Any{retry(nil)}, wire.Info{}},
		{"RetryInfo with a negative delay", []*anypb.Any{retry(&durationpb.Duration{Seconds: -5})}, wire.Info{}},
		{"RetryInfo with negative nanoseconds", []*anypb.Any{retry(&durationpb.Duration{Nanos: -5})}, wire.Info{}},
		{"RetryInfo with too many nanoseconds", []*anypb.Any{retry(&durationpb.Duration{Nanos: 1e9})}, wire.Info{}},
		{"RetryInfo of 10 000 years", []*anypb.Any{retry(&durationpb.Duration{Seconds: 315576000000})}, wire.Info{}},
		{"RetryInfo at the end of time.Duration", []*anypb.Any{retry(&durationpb.Duration{Seconds: 9223372036, Nanos: 854775807})}, wire.Info{RetryAfter: math.MaxInt64}},
		{"RetryInfo just past it", []*anypb.Any{retry(&durationpb.Duration{Seconds: 9223372036, Nanos: 854775808})}, wire.Info{}},
		{"RetryInfo with its seconds twice", []*anypb.Any{{TypeUrl: wire.RetryInfoURL, Value: []byte(text(1, number(1, 5)+number(1, 7)))}}, wire.Info{RetryAfter: 7 * time.Second}},
		{"RetryInfo with its delay in two parts", []*anypb.Any{{TypeUrl: wire.RetryInfoURL, Value: []byte(text(1, number(1, 5)) + text(1, number(2, 7)))}}, wire.Info{RetryAfter: 5*time.Second + 7}},
		{"RetryInfo broken", []*anypb.Any{{TypeUrl: wire.RetryInfoURL, Value: []byte("\x0a\x05")}}, wire.Info{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := &spb.Status{Code: 5, Message: "作业 42 不存在", Details: tt.details}
			var info wire.Info
			code, message, ok := info.ReadStatus(cat, string(marshal(t, st)))
			if !ok || code != st.GetCode() || message != st.GetMessage() {
				t.Errorf("got %d, %q, %v", code, message, ok)
			}
			if diff := cmp.Diff(tt.want, info, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadStatusOfUnusualBytes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		raw     string
		code    int32
		message string
		bad     bool
	}{
		{"nothing", "", 0, "", false},
		{"code and message twice: the last ones count", number(1, 5) + text(2, "a") + number(1, 6) + text(2, "b"), 6, "b", false},
		{"negative code", number(1, 1<<64-1), -1, "", false},
		{"code of more than 32 bits", number(1, 1<<32+7), 7, "", false},
		{"code in ten bytes", "\x08\x87\x80\x80\x80\x80\x80\x80\x80\x80\x01", 7, "", false},
		{"message before code", text(2, "m") + number(1, 5), 5, "m", false},
		{"fields of another type are unknown", text(1, "x") + number(2, 9) + number(3, 9), 0, "", false},
		{"unknown fields of every type", number(9, 1) + text(9, "x") + field(9, protowire.Fixed32Type, 1, 2, 3, 4) +
			field(9, protowire.Fixed64Type, 1, 2, 3, 4, 5, 6, 7, 8) + group(9, "") + group(9, number(1, 5)+group(2, text(2, "m"))) + number(1, 5), 5, "", false},
		{"message that is not UTF-8", text(2, "\xff"), 0, "\xff", false},

		{"truncated tag", "\x80", 0, "", true},
		{"truncated number", number(1, 5) + "\x08", 0, "", true},
		{"truncated text", "\x12\x05abcd", 0, "", true},
		{"text of 2^64-1 bytes", "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 0, "", true},
		{"number of eleven bytes", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 0, "", true},
		{"number of 65 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 0, "", true},
		{"field number 0", "\x00\x05", 0, "", true},
		{"field number 2^29", string(protowire.AppendVarint(nil, 1<<29<<3)) + "\x01", 0, "", true},
		{"type 6", "\x0e", 0, "", true},
		{"type 7", "\x0f", 0, "", true},
		{"group that ends without a start", field(9, protowire.EndGroupType), 0, "", true},
		{"group that does not end", field(9, protowire.StartGroupType) + number(1, 5), 0, "", true},
		{"group that another ends", field(9, protowire.StartGroupType) + field(8, protowire.EndGroupType), 0, "", true},
		{"truncated fixed32", field(9, protowire.Fixed32Type, 1, 2, 3), 0, "", true},
		{"truncated fixed64", field(9, protowire.Fixed64Type, 1, 2, 3, 4, 5, 6, 7), 0, "", true},
		{"truncated Any", text(3, "\x0a\x05ab"), 0, "", true},
		{"20 000 groups in one another", strings.Repeat(field(9, protowire.StartGroupType), 20_000), 0, "", true},
		{"20 000 groups in one another, ended", strings.Repeat(field(9, protowire.StartGroupType), 20_000) + strings.Repeat(field(9, protowire.EndGroupType), 20_000), 0, "", true},
		{"HTML", "<html><body>502</body></html>", 0, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var info wire.Info
			code, message, ok := info.ReadStatus(nil, tt.raw)
			if ok == tt.bad || code != tt.code || message != tt.message {
				t.Errorf("got %d, %q, %v", code, message, ok)
			}
			if valid := utf8.ValidString(tt.message); valid {
				if err := proto.Unmarshal([]byte(tt.raw), new(spb.Status)); (err == nil) != ok {
					t.Errorf("proto.Unmarshal says %v", err)
				}
			}
			if tt.bad && (info.Found || len(info.Metadata) > 0 || info.RetryAfter != 0) {
				t.Errorf("not a status, and %+v", info)
			}
		})
	}
}

func TestReadStatusLeavesNothingOfABrokenOne(t *testing.T) {
	st := &spb.Status{Code: 5, Message: "m", Details: []*anypb.Any{
		detail(t, errorInfo("d", "R", "kk", "v")), detail(t, &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Second)}),
	}}
	var info wire.Info
	code, message, ok := info.ReadStatus(nil, string(marshal(t, st))+"\xff")
	if ok || code != 0 || message != "" {
		t.Errorf("got %d, %q, %v", code, message, ok)
	}
	if diff := cmp.Diff(wire.Info{}, info, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A hostile server must not make the reader copy what is left for every field.
func TestReadStatusOfManyUnknownFieldsDoesNotAllocate(t *testing.T) {
	raw := strings.Repeat(field(9, protowire.Fixed32Type, 1, 2, 3, 4)+field(9, protowire.Fixed64Type, 1, 2, 3, 4, 5, 6, 7, 8)+
		group(9, group(10, number(1, 5)+text(1, "x"))), 10_000)
	if n := testing.AllocsPerRun(1, func() {
		var info wire.Info
		if _, _, ok := info.ReadStatus(nil, raw); !ok {
			t.Fatal("not a status")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAddDetailUsesTheBufferItIsGiven(t *testing.T) {
	buffer := make([]catalog.Arg, 0, 4)
	raw := string(marshal(t, errorInfo("d", "R", "kk", "v")))
	if n := testing.AllocsPerRun(10, func() {
		info := wire.Info{Metadata: buffer}
		info.AddDetail(nil, wire.ErrorInfoURL, raw)
		if !info.Found || info.Metadata[0] != (catalog.Arg{Name: "kk", Value: "v"}) {
			t.Fatalf("got %+v", info)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLegacyCode(t *testing.T) {
	for _, tt := range []struct {
		metadata []catalog.Arg
		want     string
	}{
		{nil, ""},
		{[]catalog.Arg{{Name: "job_id", Value: "1"}}, ""},
		{[]catalog.Arg{{Name: "job_id", Value: "1"}, {Name: "legacy_code", Value: "401.1"}}, "401.1"},
	} {
		if got := (&wire.Info{Metadata: tt.metadata}).LegacyCode(); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.metadata, got, tt.want)
		}
	}
}

func TestName(t *testing.T) {
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
			t.Errorf("%s: protobuf says %s, %v", url, a.GetTypeUrl(), err)
		}
	}
}

func TestAppendParsesAsProtobufsOwn(t *testing.T) {
	long := strings.Repeat("错误", 5000)
	for i, tt := range []struct {
		got  []byte
		want proto.Message
	}{
		{wire.AppendErrorInfo(nil, "", "", nil), &errdetails.ErrorInfo{}},
		{wire.AppendErrorInfo(nil, "legacy.job.v2", "JOB_NOT_FOUND", []catalog.Arg{{Name: "legacy_code", Value: "1233106"}, {Name: "job_id", Value: long}}),
			errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106", "job_id", long)},
		{wire.AppendErrorInfo(nil, "d", "R", []catalog.Arg{{}, {Name: "empty"}}), errorInfo("d", "R", "", "", "empty", "")},
		{wire.AppendErrorInfo(nil, "d", "R", []catalog.Arg{{Name: "kk", Value: "1"}, {Name: "kk", Value: "2"}}), errorInfo("d", "R", "kk", "2")},
		{wire.AppendRetryInfo(nil, 0), &errdetails.RetryInfo{RetryDelay: &durationpb.Duration{}}},
		{wire.AppendRetryInfo(nil, -time.Second), &errdetails.RetryInfo{RetryDelay: &durationpb.Duration{}}},
		{wire.AppendRetryInfo(nil, 90*time.Second), &errdetails.RetryInfo{RetryDelay: durationpb.New(90 * time.Second)}},
		{wire.AppendRetryInfo(nil, time.Nanosecond), &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Nanosecond)}},
		{wire.AppendRetryInfo(nil, math.MaxInt64), &errdetails.RetryInfo{RetryDelay: durationpb.New(math.MaxInt64)}},
		{wire.AppendBadRequest(nil, "job_id", "作业 42 不存在", "JOB_NOT_FOUND"), &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "job_id", Description: "作业 42 不存在", Reason: "JOB_NOT_FOUND"}}}},
		{wire.AppendBadRequest(nil, "", "", ""), &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{}}}},
		{wire.AppendLocalizedMessage(nil, "zh-CN", long), &errdetails.LocalizedMessage{Locale: "zh-CN", Message: long}},
		{wire.AppendLocalizedMessage(nil, "", ""), &errdetails.LocalizedMessage{}},
	} {
		t.Run(fmt.Sprint(i, " ", tt.want.ProtoReflect().Descriptor().Name()), func(t *testing.T) {
			checkSame(t, tt.got, tt.want)
		})
	}
}

// checkSame parses raw as a message like want and compares the two.
func checkSame(t *testing.T, raw []byte, want proto.Message) {
	t.Helper()
	got := want.ProtoReflect().New().Interface()
	if err := proto.Unmarshal(raw, got); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestAppendAppends(t *testing.T) {
	before := []byte("before ")
	for _, b := range [][]byte{
		wire.AppendErrorInfo(before, "d", "R", []catalog.Arg{{Name: "kk", Value: "v"}}), wire.AppendRetryInfo(before, time.Second),
		wire.AppendBadRequest(before, "f", "d", "R"), wire.AppendLocalizedMessage(before, "en", "m"),
	} {
		if !strings.HasPrefix(string(b), "before ") || len(b) <= len(before) {
			t.Errorf("got %q", b)
		}
	}
}

// FuzzReadStatus: whatever the bytes, reading does not panic; where protobuf
// reads them too, both read the same.
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
	f.Add([]byte(group(9, group(9, "")) + field(9, protowire.Fixed32Type, 1, 2, 3, 4) + "\x0f"))
	f.Add([]byte(text(3, text(1, wire.RetryInfoURL)+text(2, text(1, number(1, 5)+number(1, 7)+number(2, 1<<63))))))
	f.Add([]byte(text(3, text(1, wire.ErrorInfoURL)+text(2, text(1, "\xff")))))
	cat := linked(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var info wire.Info
		code, message, ok := info.ReadStatus(cat, string(raw))
		if !ok && (code != 0 || message != "" || info.Found || info.RetryAfter != 0 || len(info.Metadata) > 0) {
			t.Errorf("not a status, and %d, %q, %+v", code, message, info)
		}
		st := new(spb.Status)
		if err := proto.Unmarshal(raw, st); err != nil {
			return
		}
		if !ok {
			t.Fatal("protobuf reads it")
		}
		if code != st.GetCode() || message != st.GetMessage() {
			t.Errorf("got %d, %q, protobuf reads %d, %q", code, message, st.GetCode(), st.GetMessage())
		}
		if st.GetCode() != 0 { // OK has no details
			details := wire.DetailsOf(grpcstatus.FromProto(st))
			var added wire.Info
			added.AddDetails(cat, details)
			if !cmp.Equal(info, added, cmpopts.EquateEmpty()) {
				t.Errorf("ReadStatus reads %+v, AddDetails %+v", info, added)
			}
			for _, name := range [][2]string{{info.Domain, info.Reason}, {"legacy.job.v2", "JOB_NOT_FOUND"}, {"", ""}} {
				yes, sure := details.Names(name[0], name[1])
				if want := info.Found && info.Domain == name[0] && info.Reason == name[1]; sure && yes != want || !sure && yes {
					t.Errorf("Names%q is %v, %v, and the details are %+v", name, yes, sure, info)
				}
			}
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
	})
}

// readWithProtobuf reads a status's details with protobuf's own code, by the same
// rules. comparable is false where a detail is not UTF-8: protobuf refuses it
// whole, wire reads it.
func readWithProtobuf(cat *catalog.Catalog, st *spb.Status) (info *errdetails.ErrorInfo, delay time.Duration, comparable bool) {
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
			if info != nil {
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
				if rank(next) <= rank(info) {
					continue
				}
			}
			info = next
		case "google.rpc.RetryInfo":
			retry := new(errdetails.RetryInfo)
			if err := proto.Unmarshal(d.GetValue(), retry); err != nil {
				continue
			}
			r := retry.GetRetryDelay()
			// AsDuration stops at the ends of its range; wire reads nothing then.
			whole := durationpb.New(r.AsDuration())
			if r.GetSeconds() >= 0 && r.GetNanos() >= 0 && r.GetNanos() < 1e9 && whole.GetSeconds() == r.GetSeconds() && whole.GetNanos() == r.GetNanos() {
				delay = r.AsDuration()
			}
		}
	}
	return info, delay, true
}

// FuzzAppend: what is written parses to the same message as protobuf's own
// bytes do, and reading it gives back what was written.
func FuzzAppend(f *testing.F) {
	f.Add("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106", "job_id", "42", int64(1500*time.Millisecond))
	f.Add("", "", "", "", "", "", int64(0))
	f.Add("d", "R", "kk", "1", "kk", "2", int64(-1))
	f.Add("\u2028", strings.Repeat("x", 200), "", "\x00", "🚀", "", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, domain, reason, key, value, key2, value2 string, delay int64) {
		for _, s := range []*string{&domain, &reason, &key, &value, &key2, &value2} {
			*s = strings.ToValidUTF8(*s, "\ufffd")
		}
		metadata := []catalog.Arg{{Name: key, Value: value}, {Name: key2, Value: value2}}
		raw := wire.AppendErrorInfo(nil, domain, reason, metadata)
		if n := wire.SizeErrorInfo(domain, reason, metadata); n != len(raw) {
			t.Errorf("SizeErrorInfo says %d, and there are %d bytes", n, len(raw))
		}
		checkSame(t, raw, errorInfo(domain, reason, key, value, key2, value2))
		checkSame(t, wire.AppendBadRequest(nil, key, value, reason), &errdetails.BadRequest{
			FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: key, Description: value, Reason: reason}}})
		checkSame(t, wire.AppendLocalizedMessage(nil, key, value), &errdetails.LocalizedMessage{Locale: key, Message: value})
		retry := wire.AppendRetryInfo(nil, time.Duration(delay))
		checkSame(t, retry, &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Duration(max(delay, 0)))})

		var info wire.Info
		info.AddDetail(nil, wire.ErrorInfoURL, string(raw))
		info.AddDetail(nil, wire.RetryInfoURL, string(retry))
		if key == key2 {
			metadata = metadata[1:]
		}
		if !info.Found || info.Domain != domain || info.Reason != reason || !slices.Equal(info.Metadata, metadata) || info.RetryAfter != time.Duration(max(delay, 0)) {
			t.Errorf("read back: %+v", info)
		}
	})
}
