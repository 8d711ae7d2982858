// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/catalog"
)

// An Event is an error as it is sent. But for Err and RequestID its values are from
// small sets, so that they can be the attributes of a metric; for Method see
// UnknownMethod.
type Event struct {
	// Method is the RPC, as in "/package.Service/Method".
	Method string
	// UnknownMethod reports whether the server has no such method: its
	// grpc.UnknownServiceHandler answered. Method is then the text that the caller sent.
	UnknownMethod bool
	// Domain, Reason and LegacyCode name the code; all are "" if the catalog lacks it.
	Domain, Reason, LegacyCode string
	// GRPCCode is the gRPC code, one of gRPC's seventeen, also if [WithRawCodes] sends
	// another.
	GRPCCode codes.Code
	// Repairs is what had to be done to the error.
	Repairs Repairs
	// Undeclared reports whether the option errors of the method or of its service names
	// errors, but not this one. A fallback code that replaces an error without a code need
	// not be named.
	Undeclared bool
	// Err is the error as the handler returned it, with all that it wraps. Remember
	// that its text may hold what clients and metrics must not have, for example the
	// sensitive arguments of a received status. A [LegacyError] prints them as ***.
	Err error
	// RequestID is the id of the request; "" if it has none.
	RequestID string
}

func (e *Event) setCode(code *catalog.Code, grpc codes.Code) {
	e.Domain, e.Reason, e.LegacyCode, e.GRPCCode = code.Domain(), code.Reason(), code.LegacyCode(), grpc
}

// Repairs is a set of what was repaired, replaced or dropped in an error.
type Repairs uint

// The elements of Repairs.
const (
	// RepairGoError: it was not a status and is an internal error now.
	RepairGoError Repairs = 1 << iota
	// RepairPlainStatus: it had no ErrorInfo and has a fallback code now.
	RepairPlainStatus
	// RepairCodeOutOfRange: its gRPC code was not one of gRPC's seventeen.
	RepairCodeOutOfRange
	// RepairInvalidUTF8: bytes that are not UTF-8 became U+FFFD.
	RepairInvalidUTF8
	// RepairDuplicateDetail: a second detail of a type was left out.
	RepairDuplicateDetail
	// RepairMisuse: it was raised with a missing argument, a success code, an enum value
	// that is not a code, or a violation that is not of its system.
	RepairMisuse
	// RepairDroppedDetails: details were left out to keep the size.
	RepairDroppedDetails
	// RepairCutMetadata: metadata were cut or left out to keep the size.
	RepairCutMetadata
	// RepairCutMessage: the message was cut to keep the size.
	RepairCutMessage
)

var repairNames = [...]string{
	"go_error", "plain_status", "code_out_of_range", "invalid_utf8", "duplicate_detail",
	"misuse", "dropped_details", "cut_metadata", "cut_message",
}

// Names returns the set's elements in snake case, for metrics; nil if it is empty.
func (r Repairs) Names() []string {
	var names []string
	for i, name := range repairNames {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
