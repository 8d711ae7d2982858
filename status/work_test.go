// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
)

// workEnv tells TestWork what to do, and with how many metadata.
const workEnv = "STATUSMAP_TEST_WORK"

// work is what TestWorkIsLinear counts.
var work = map[string]func(t *testing.T, n int){
	"error": func(_ *testing.T, n int) {
		grpcstatus.Convert(status.Error(jobv2.Code_INTERNAL_ERROR, arguments(n, "")...))
	},
	"wrong call": func(_ *testing.T, n int) {
		var args []any
		for range n {
			args = append(args, "not a key", 1, 2)
		}
		grpcstatus.Convert(status.Error(jobv2.Code_INTERNAL_ERROR, args...))
	},
	"interceptor": func(_ *testing.T, n int) {
		_ = intercept(context.Background(), status.Error(jobv2.Code_INTERNAL_ERROR, arguments(n, strings.Repeat("长", 100))...))
	},
	"FromError": func(t *testing.T, n int) {
		e, ok := status.FromError(received(t, n))
		if _, last := e.MetadataValue("arg" + strconv.Itoa(n-1)); !ok || !last {
			t.Errorf("got %v, want a legacy error with %d arguments", e, n)
		}
	},
	"Is":       func(t *testing.T, n int) { status.Is(received(t, n), jobv2.Code_INTERNAL_ERROR) },
	"LogValue": func(t *testing.T, n int) { e, _ := status.FromError(received(t, n)); e.LogValue() },
	"received": func(t *testing.T, n int) { _ = intercept(context.Background(), received(t, n)) },
	"many ErrorInfos": func(t *testing.T, n int) {
		first := &errdetails.ErrorInfo{Domain: "example.com", Metadata: map[string]string{"legacy_code": "1"}}
		for i := range n {
			first.Metadata["arg"+strconv.Itoa(i)] = ""
		}
		st := grpcstatus.Convert(notFound(t, first)).Proto()
		for range n {
			st.Details = append(st.Details, anyOf(t, &errdetails.ErrorInfo{Metadata: map[string]string{"legacy_code": "1"}}))
		}
		_, _ = status.FromError(grpcstatus.ErrorProto(st))
	},
	"violations": func(_ *testing.T, n int) {
		violation := status.Error(jobv2.Code_STATUS_INVALID)
		err := status.WithViolations(status.Error(jobv2.Code_BUSINESS_ID_INVALID), slices.Repeat([]error{violation}, n)...)
		_ = intercept(context.Background(), err)
	},
	"received violations": func(t *testing.T, n int) {
		p := grpcstatus.Convert(received(t, 1)).Proto()
		bad := new(errdetails.BadRequest)
		for range n {
			bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: "x", Reason: "STATUS_INVALID"})
		}
		p.Details = append(p.Details, anyOf(t, bad), &anypb.Any{
			TypeUrl: "type.googleapis.com/buf.validate.Violations",
			Value:   []byte(strings.Repeat("\n\x0b*\x09\n\x07\x12\x05a[\"1]", n)),
		})
		err := grpcstatus.ErrorProto(p)
		e, _ := status.FromError(err)
		e.Violations()
		_ = intercept(context.Background(), err)
	},
	"many details": func(t *testing.T, n int) {
		st := grpcstatus.Convert(received(t, 1)).Proto()
		for i := range n {
			st.Details = append(st.Details, anyOf(t, &errdetails.ErrorInfo{Domain: "example.com", Reason: strconv.Itoa(i)}))
		}
		_ = intercept(context.Background(), grpcstatus.ErrorProto(st))
	},
}

func arguments(n int, value string) []any {
	var args []any
	for i := range n {
		args = append(args, "arg"+strconv.Itoa(i), value)
	}
	return args
}

// received is a status with n metadata beside its legacy_code, as a client gets it.
func received(t testing.TB, n int) error {
	t.Helper()
	info := &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: "INTERNAL_ERROR", Metadata: map[string]string{"legacy_code": "1239999"}}
	for i := range n {
		info.Metadata["arg"+strconv.Itoa(i)] = strconv.Itoa(i)
	}
	return notFound(t, info)
}

// intercept returns the final form of an error.
func intercept(ctx context.Context, err error, opts ...status.Option) error {
	opts = append([]status.Option{status.WithLogger(slog.New(slog.DiscardHandler))}, opts...)
	_, err = status.UnaryServerInterceptor(opts...)(ctx, nil, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) { return nil, err })
	return err
}

// TestWork does what [workEnv] says, for TestWorkIsLinear.
func TestWork(t *testing.T) {
	name, count, ok := strings.Cut(os.Getenv(workEnv), ":")
	if !ok {
		t.Skip("TestWorkIsLinear runs this")
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		t.Fatal(err)
	}
	work[name](t, n)
}

// TestWorkIsLinear counts the statements of this module that are executed with n, 2n
// and 4n metadata, by a build that counts coverage. Neither the clock nor the machine
// counts.
func TestWorkIsLinear(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds this package once more")
	}
	const module = "github.com/statusmap/statusmap"
	exe := filepath.Join(t.TempDir(), "status.test")
	packages := module + "/status," + module + "/internal/details," + module + "/internal/wire," + module + "/internal/template"
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", exe, "-covermode=count", "-coverpkg="+packages, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, tt := range []struct {
		name      string
		n         int
		wantBound bool // more metadata take no more work
	}{
		{name: "error", n: 32},
		{name: "error", n: 256, wantBound: true},
		{name: "wrong call", n: 1 << 10},
		{name: "interceptor", n: 32},
		{name: "interceptor", n: 256, wantBound: true},
		{name: "FromError", n: 16 << 10},
		{name: "Is", n: 16 << 10},
		{name: "LogValue", n: 16 << 10},
		{name: "violations", n: 32},
		{name: "violations", n: 256, wantBound: true},
		{name: "received violations", n: 1 << 10},
		{name: "received", n: 32},
		{name: "received", n: 16 << 10},
		{name: "many details", n: 1 << 10},
		{name: "many ErrorInfos", n: 1 << 9},
	} {
		t.Run(fmt.Sprintf("%s %d", tt.name, tt.n), func(t *testing.T) {
			once := statements(t, exe, tt.name, tt.n)
			twice := statements(t, exe, tt.name, 2*tt.n)
			fourTimes := statements(t, exe, tt.name, 4*tt.n)
			first, second := twice-once, fourTimes-twice
			t.Logf("%d, %d and %d statements", once, twice, fourTimes)
			// With n steps more work doubles from the first difference to the second,
			// with n² it is four times as much.
			if second > first*5/2+100 {
				t.Errorf("from %d to %d metadata %d more statements are executed, from %d to %d %d more: want twice as many", tt.n, 2*tt.n, first, 2*tt.n, 4*tt.n, second)
			}
			if perItem := second / (2 * tt.n); tt.wantBound && perItem > 0 || perItem > 300 {
				t.Errorf("%d statements for each of the metadata, want a few, and none beyond the bound", perItem)
			}
		})
	}
}

// statements returns how many statements a process executes in which TestWork runs.
func statements(t *testing.T, exe, name string, n int) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "profile")
	cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestWork$", "-test.coverprofile="+file)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s:%d", workEnv, name, n))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line) // file:from,to statements count
		if len(fields) != 3 {
			continue
		}
		size, _ := strconv.Atoi(fields[1])
		count, err := strconv.Atoi(fields[2])
		if err != nil {
			t.Fatal(err)
		}
		total += size * count
	}
	return total
}

// TestMemoryIsBounded counts the bytes that a call allocates: linear up to the bound,
// constant beyond.
//
// Not parallel: other tests allocate too.
func TestMemoryIsBounded(t *testing.T) {
	for name, f := range map[string]func(args []any){
		"error": func(args []any) { grpcstatus.Convert(status.Error(jobv2.Code_INTERNAL_ERROR, args...)) },
		"interceptor": func(args []any) {
			_ = intercept(context.Background(), status.Error(jobv2.Code_INTERNAL_ERROR, args...))
		},
	} {
		at := func(n int) uint64 {
			args := arguments(n, "x")
			return allocated(func() { f(args) })
		}
		if first, second := at(64)-at(32), at(128)-at(64); second > 3*first {
			t.Errorf("%s: from 32 to 64 metadata %d bytes more, from 64 to 128 %d more, want twice as many", name, first, second)
		}
		if bound, beyond := at(129), at(64<<10); beyond > bound+1<<10 { // the race detector empties pools
			t.Errorf("%s: 129 metadata take %d bytes, 65,536 take %d, want no more", name, bound, beyond)
		}
	}
	err := received(t, 64<<10)
	half := received(t, 32<<10)
	from := func(err error) uint64 { return allocated(func() { _, _ = status.FromError(err) }) }
	if n, twice := from(half), from(err); twice > n*5/2 {
		t.Errorf("FromError of 32,768 metadata allocates %d bytes, of 65,536 %d, want twice as many", n, twice)
	}
}

// allocated returns how many bytes f allocates at least: the first time more is made,
// and the runtime may allocate too.
func allocated(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
