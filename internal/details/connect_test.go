// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details_test

import (
	"errors"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/internal/details"
)

type connectCode uint32

type connectDetail struct {
	name  string
	value []byte
}

func (d *connectDetail) Type() string  { return d.name }
func (d *connectDetail) Bytes() []byte { return d.value }

// A connectError has the methods of connect-go's Error. Package statusconnect tests that
// one itself.
type connectError struct {
	code    connectCode
	details []*connectDetail
}

func (*connectError) Error() string               { return "not_found: no row" }
func (*connectError) Message() string             { return "no row" }
func (e *connectError) Code() connectCode         { return e.code }
func (e *connectError) Details() []*connectDetail { return e.details }

type codeError struct{ error }

func (codeError) Message() string { return "a text" }
func (codeError) Code() string    { return "E1" }

type argumentsError struct{ codeError }

func (argumentsError) Code(int) uint32   { return 5 }
func (argumentsError) Details() []string { return nil }

type stringsError struct{ codeError }

func (stringsError) Code() uint32      { return 5 }
func (stringsError) Details() []string { return []string{"a detail"} }

type panickingError struct{ codeError }

func (panickingError) Code() uint32      { panic("no code") }
func (panickingError) Details() []string { return nil }

// TestConnectError: GRPCStatus reads errors of connect-go, and no others that have methods
// of the same names.
func TestConnectError(t *testing.T) {
	t.Parallel()
	info := &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: "JOB_NOT_FOUND"}
	detail := detail(t, info)
	st, ok := details.GRPCStatus(&connectError{5, []*connectDetail{{"google.rpc.ErrorInfo", detail.GetValue()}}})
	want := &spb.Status{Code: int32(codes.NotFound), Message: "no row", Details: []*anypb.Any{detail}}
	if !ok || !proto.Equal(st.Proto(), want) {
		t.Errorf("%v, %v, want %v", st, ok, want)
	}
	if st, ok := details.GRPCStatus(&connectError{code: 20210}); !ok || st.Code() != 20210 {
		t.Errorf("%v, %v, want the code 20210", st, ok)
	}
	plain := codeError{errors.New("a Go error")}
	for _, err := range []error{
		plain, argumentsError{plain}, stringsError{plain}, panickingError{plain},
		(*connectError)(nil), &connectError{code: 0}, &connectError{code: 1 << 31},
	} {
		if st, ok := details.GRPCStatus(err); ok {
			t.Errorf("%T: %v, want no status", err, st)
		}
	}
}
