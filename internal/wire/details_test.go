package wire_test

import (
	"reflect"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statusmap/statusmap/internal/wire"
)

func TestDetailsOf(t *testing.T) {
	notFound := detail(t, errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106"))
	help := detail(t, &errdetails.Help{})
	for _, tt := range []struct {
		name string
		st   *grpcstatus.Status
		want []*anypb.Any
	}{
		{"nil", nil, nil},
		{"OK", grpcstatus.FromProto(&spb.Status{}), nil},
		{"OK with details that it cannot have", grpcstatus.FromProto(&spb.Status{Details: []*anypb.Any{help}}), nil},
		{"of no proto", new(grpcstatus.Status), nil},
		{"of a nil proto", grpcstatus.FromProto(nil), nil},
		{"no details", grpcstatus.New(5, "m"), nil},
		{"one", grpcstatus.FromProto(&spb.Status{Code: 5, Details: []*anypb.Any{notFound}}), []*anypb.Any{notFound}},
		{"three, one of them nil", grpcstatus.FromProto(&spb.Status{Code: 5, Details: []*anypb.Any{help, nil, notFound}}), []*anypb.Any{help, nil, notFound}},
		{"an empty one", grpcstatus.FromProto(&spb.Status{Code: 5, Details: []*anypb.Any{{}}}), []*anypb.Any{{}}},
	} {
		check := func(t *testing.T) {
			d := wire.DetailsOf(tt.st)
			if d.Len() != len(tt.want) {
				t.Fatalf("%d details, want %d", d.Len(), len(tt.want))
			}
			for k, want := range tt.want {
				if url, value := d.At(k); url != want.GetTypeUrl() || string(value) != string(want.GetValue()) {
					t.Errorf("%d: got %q, %q", k, url, value)
				}
			}
		}
		t.Run(tt.name, check)
		t.Run(tt.name+", copied", func(t *testing.T) {
			defer wire.CopyDetails()()
			check(t)
		})
	}
}

func TestDetailsAreReadWhereGRPCKeepsThem(t *testing.T) {
	if !wire.LayoutFits(reflect.TypeFor[grpcstatus.Status]()) {
		t.Error("grpc-go keeps a status's proto elsewhere: details are copied to be read")
	}
	for _, other := range []reflect.Type{
		reflect.TypeFor[int](), reflect.TypeFor[struct{}](), reflect.TypeFor[struct{ s spb.Status }](),
		reflect.TypeFor[struct{ s *anypb.Any }](), reflect.TypeFor[struct {
			s    *spb.Status
			more int
		}](),
	} {
		if wire.LayoutFits(other) {
			t.Errorf("%s passes for a status", other)
		}
	}
}

func TestNames(t *testing.T) {
	const domain, reason = "legacy.job.v2", "JOB_NOT_FOUND"
	own := detail(t, errorInfo(domain, reason, "legacy_code", "1233106"))
	other := detail(t, errorInfo(domain, "OTHER"))
	help := detail(t, &errdetails.Help{Links: []*errdetails.Help_Link{{Url: domain + reason}}})
	raw := func(s string) *anypb.Any { return &anypb.Any{TypeUrl: wire.ErrorInfoURL, Value: []byte(s)} }
	for _, tt := range []struct {
		name      string
		details   []*anypb.Any
		yes, sure bool
	}{
		{"no details", nil, false, true},
		{"it", []*anypb.Any{own}, true, true},
		{"it, behind others", []*anypb.Any{help, nil, own}, true, true},
		{"another reason", []*anypb.Any{other}, false, true},
		{"another domain", []*anypb.Any{detail(t, errorInfo("legacy.job.v1", reason))}, false, true},
		{"no ErrorInfo", []*anypb.Any{help}, false, true},
		{"an empty ErrorInfo", []*anypb.Any{raw("")}, false, true},
		{"two", []*anypb.Any{own, other}, false, false},
		{"two, of which the second is it", []*anypb.Any{other, own}, false, false},
		{"reason twice: the last one counts", []*anypb.Any{raw(text(1, "OTHER") + text(2, domain) + text(1, reason))}, true, true},
		{"an unknown text in it", []*anypb.Any{raw(text(1, reason) + text(2, domain) + text(9, "x"))}, true, true},
		{"truncated", []*anypb.Any{raw(text(1, reason) + text(2, domain) + "\x1a\x05")}, false, false},
		{"broken metadata", []*anypb.Any{raw(text(1, reason) + text(2, domain) + text(3, "\xff"))}, false, false},
		{"a field number that is none", []*anypb.Any{raw(text(1, reason) + text(2, domain) + text(1<<29, "x"))}, false, false},
		{"a number where a text was", []*anypb.Any{raw(text(1, reason) + text(2, domain) + number(1, 5))}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := wire.DetailsOf(grpcstatus.FromProto(&spb.Status{Code: 5, Details: tt.details}))
			if yes, sure := d.Names(domain, reason); yes != tt.yes || sure != tt.sure {
				t.Errorf("got %v, %v, want %v, %v", yes, sure, tt.yes, tt.sure)
			}
		})
	}
}

func TestAddDetailsReadsWhatReadStatusReads(t *testing.T) {
	cat := linked(t)
	st := &spb.Status{Code: 5, Message: "m", Details: []*anypb.Any{
		detail(t, errorInfo("googleapis.com", "SERVICE_DISABLED")), nil, detail(t, &errdetails.Help{}),
		detail(t, &errdetails.RetryInfo{RetryDelay: durationpb.New(time.Second)}), {TypeUrl: wire.ErrorInfoURL, Value: []byte("\xff")},
		detail(t, errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106")),
	}}
	var got, want wire.Info
	got.AddDetails(cat, wire.DetailsOf(grpcstatus.FromProto(st)))
	st.Details[1] = &anypb.Any{} // nil cannot be marshalled
	if _, _, ok := want.ReadStatus(cat, string(marshal(t, st))); !ok || !want.Found || want.RetryAfter == 0 {
		t.Fatalf("got %+v, %v", want, ok)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-ReadStatus +AddDetails):\n%s", diff)
	}
}

func TestNamesDoesNotAllocate(t *testing.T) {
	st := grpcstatus.FromProto(&spb.Status{Code: 5, Details: []*anypb.Any{
		detail(t, &errdetails.Help{}), detail(t, errorInfo("legacy.job.v2", "JOB_NOT_FOUND", "legacy_code", "1233106", "job_id", "42")),
	}})
	if n := testing.AllocsPerRun(100, func() {
		if yes, sure := wire.DetailsOf(st).Names("legacy.job.v2", "JOB_NOT_FOUND"); !yes || !sure {
			t.Fatal("not it")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
