// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
)

// enumValue is a value of any enum.
type enumValue struct {
	protoreflect.Enum // never called
	value             protoreflect.EnumValueDescriptor
}

func (e enumValue) Descriptor() protoreflect.EnumDescriptor {
	return e.value.Parent().(protoreflect.EnumDescriptor)
}
func (e enumValue) Number() protoreflect.EnumNumber { return e.value.Number() }

// bytesOf returns the status as it is sent.
func bytesOf(t testing.TB, err error) []byte {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(grpcstatus.Convert(err).Proto())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// sameArgs are values of all types, as Raise and as Error take them.
func sameArgs(name string, s string, n int64, f float64, b bool) []struct {
	typed status.Arg
	loose any
} {
	return []struct {
		typed status.Arg
		loose any
	}{
		{status.String(name, s), s},
		{status.Int64(name, n), n},
		{status.Double(name, f), f},
		{status.Bool(name, b), b},
		{status.JSON(name, json.RawMessage(s)), json.RawMessage(s)},
		{status.JSON(name, nil), json.RawMessage(nil)},
		{status.Arg{}, nil},
	}
}

// TestRaiseEveryCode: Raise sends the bytes that Error sends, with all arguments, without
// one, and without any.
func TestRaiseEveryCode(t *testing.T) {
	t.Parallel()
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("cause")
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			value := enumValue{value: code.Descriptor()}
			var typed []status.Arg
			var pairs []any
			for i, p := range code.Params() {
				arg := sameArgs(p.Name, `{"ü": 1}`, -int64(i), float64(i)*1e6, true)[i%5]
				typed, pairs = append(typed, arg.typed), append(pairs, p.Name, arg.loose)
			}
			for n := range len(typed) + 1 {
				raised, made := status.Raise(value, typed[n:]...), status.Error(value, pairs[2*n:]...)
				if diff := cmp.Diff(bytesOf(t, made), bytesOf(t, raised)); diff != "" || made.Error() != raised.Error() {
					t.Errorf("%s: (-Error +Raise):\n%s", code.FullName(), diff)
				}
				from := status.RaiseFrom(cause, value, typed[n:]...)
				if diff := cmp.Diff(bytesOf(t, made), bytesOf(t, from)); diff != "" || !errors.Is(from, cause) {
					t.Errorf("%s: (-Error +RaiseFrom):\n%s", code.FullName(), diff)
				}
			}
		}
	}
}

// FuzzRaise compares arguments of all types with those of Error.
func FuzzRaise(f *testing.F) {
	f.Add("job_id", "42", int64(42), 1e6, true)
	f.Add("Job", "\xff", int64(math.MinInt64), math.Inf(-1), false)
	f.Add("legacy_code", `{"a":[1]}`, int64(math.MaxInt64), math.SmallestNonzeroFloat64, false)
	f.Add("", "", int64(0), math.NaN(), false)
	f.Fuzz(func(t *testing.T, name, s string, n int64, x float64, b bool) {
		for _, arg := range sameArgs(name, s, n, x, b) {
			pairs := []any{name, arg.loose, "job_id", 7}
			if name == "" || arg.typed == (status.Arg{}) {
				pairs = pairs[2:] // Raise ignores an argument without a name
			}
			got, want := status.Raise(jobv2.Code_JOB_NOT_FOUND, arg.typed, status.Int64("job_id", 7)), status.Error(jobv2.Code_JOB_NOT_FOUND, pairs...)
			if diff := cmp.Diff(bytesOf(t, want), bytesOf(t, got)); diff != "" {
				t.Errorf("%q = %v: (-Error +Raise):\n%s", name, arg.loose, diff)
			}
		}
	})
}

// TestRaiseWrongCalls: what generated code never does is reported as it is for Error.
func TestRaiseWrongCalls(t *testing.T) {
	t.Parallel()
	many := make([]status.Arg, 0, 130)
	pairs := make([]any, 0, 260)
	for i := range 130 {
		name := fmt.Sprintf("k%03d", i)
		many, pairs = append(many, status.String(name, "v")), append(pairs, name, "v")
	}
	for _, tt := range []struct {
		name   string
		value  protoreflect.Enum
		typed  []status.Arg
		pairs  []any
		defect string
	}{
		{"missing", jobv2.Code_JOB_NOT_FOUND, nil, nil, "the argument job_id is missing"},
		{"twice", jobv2.Code_JOB_NOT_FOUND, []status.Arg{status.Int64("job_id", 1), status.Int64("job_id", 2)}, []any{"job_id", 1, "job_id", 2}, "the argument job_id is given twice"},
		{"not a name", jobv2.Code_DATABASE_ERROR, []status.Arg{status.Bool("Job", true)}, []any{"Job", true}, "is not a valid metadata key"},
		{"too many", jobv2.Code_DATABASE_ERROR, many, pairs, "there are more than 128 arguments"},
		{"zero", jobv2.Code_CODE_UNSPECIFIED, []status.Arg{status.Bool("ab", true)}, []any{"ab", true}, "has no code 0"},
		{"nil", nil, nil, nil, "the enum value is nil"},
	} {
		raised, made := status.Raise(tt.value, tt.typed...), status.Error(tt.value, tt.pairs...)
		if diff := cmp.Diff(bytesOf(t, made), bytesOf(t, raised)); diff != "" {
			t.Errorf("%s: (-Error +Raise):\n%s", tt.name, diff)
		}
		_, _, got := logged(t, raised)
		_, _, want := logged(t, made)
		if !strings.Contains(got, tt.defect) || !strings.Contains(want, tt.defect) {
			t.Errorf("%s: logged\n%s of Raise and\n%s of Error, want the defect %q", tt.name, got, want, tt.defect)
		}
	}
	if err := status.RaiseFrom(nil, jobv2.Code_JOB_NOT_FOUND); err != nil {
		t.Errorf("RaiseFrom of nil gives %v", err)
	}
}

func TestArgsOf(t *testing.T) {
	t.Parallel()
	made := status.Raise(jobv2.Code_JOB_NOT_FOUND,
		status.Int64("job_id", -7), status.Double("double", 2.5), status.Bool("bool", true),
		status.JSON("json", json.RawMessage(`{"a":1}`)), status.JSON("null", nil), status.String("text", "not a number"))
	other := status.Error(jobv2.Code_DATABASE_ERROR)
	for name, err := range map[string]error{
		"made":     made,
		"received": grpcstatus.ErrorProto(grpcstatus.Convert(made).Proto()),
		"wrapped":  fmt.Errorf("context: %w", made),
		"behind":   errors.Join(other, grpcstatus.Convert(made).Err()),
	} {
		args, ok := status.ArgsOf(err, jobv2.Code_JOB_NOT_FOUND)
		if !ok || !status.Is(err, jobv2.Code_JOB_NOT_FOUND) {
			t.Errorf("%s: no arguments", name)
			continue
		}
		if args.Int64("job_id") != -7 || args.Double("double") != 2.5 || !args.Bool("bool") ||
			string(args.JSON("json")) != `{"a":1}` || string(args.JSON("null")) != "null" || args.String("text") != "not a number" {
			t.Errorf("%s: other values than were given", name)
		}
		if args.Int64("text") != 0 || args.Double("text") != 0 || args.Bool("text") || args.JSON("text") != nil || args.String("absent") != "" || args.JSON("absent") != nil {
			t.Errorf("%s: values of other types are not zero", name)
		}
		if _, ok := status.ArgsOf(err, jobv2.Code_CODE_UNSPECIFIED); ok {
			t.Errorf("%s: has the zero value's arguments", name)
		}
	}
	for name, err := range map[string]error{"nil": nil, "another code": other, "a Go error": errors.New("x")} {
		if args, ok := status.ArgsOf(err, jobv2.Code_JOB_NOT_FOUND); ok || args.String("job_id") != "" {
			t.Errorf("%s has arguments", name)
		}
	}
	if _, ok := status.ArgsOf(made, nil); ok {
		t.Error("the nil enum value has arguments")
	}
}

// TestRaiseAllocations: typed arguments are not boxed.
//
// Not parallel: other tests allocate too.
func TestRaiseAllocations(t *testing.T) {
	task, state := strings.Repeat("4", 2), strings.Repeat("r", 7)
	for _, tt := range []struct {
		name string
		want float64
		f    func() error
	}{
		{"no arguments", 0, func() error { return status.Raise(jobv2.Code_DATABASE_ERROR) }},
		// The error and its message.
		{"two arguments", 2, func() error {
			return status.Raise(jobv2.Code_TASK_STATUS_CONFLICT, status.String("task", task), status.String("status", state))
		}},
	} {
		var err error
		if got := testing.AllocsPerRun(100, func() { err = tt.f() }); got > tt.want {
			t.Errorf("%s: %v allocations, want %v at most (%v)", tt.name, got, tt.want, err)
		}
	}
}
