// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
)

// FromError returns the legacy error in err, on either side of the wire: one made
// by [Error], or a gRPC status whose ErrorInfo is of a system of the default catalog
// or has a legacy_code. An error of connect-go is a gRPC status too. FromError looks
// through %w and errors.Join and takes the outermost. It returns false if there is none.
func FromError(err error) (*LegacyError, bool) { return FromErrorIn(defaultCatalog(), err) }

// FromErrorIn is [FromError] for another catalog than the default one.
func FromErrorIn(cat *catalog.Catalog, err error) (found *LegacyError, ok bool) {
	ok = details.Walk(err, func(err error) bool {
		if x, ok := err.(*LegacyError); ok { //nolint:errorlint // Walk unwraps
			found = x
			return x != nil
		}
		st, ok := details.GRPCStatus(err)
		if !ok {
			return false
		}
		e, ours := fromStatus(cat, st)
		if ours {
			found = e
		}
		return ours
	})
	return found, ok
}

// defaultCatalog returns the default catalog; an empty one if it is broken. A
// legacy_code is read even so, and who raises an error or makes an interceptor or a
// codec is told.
func defaultCatalog() *catalog.Catalog {
	cat, err := catalog.Default()
	if err != nil {
		return nil
	}
	return cat
}

// fromStatus reads a status whose ErrorInfo is of a domain that cat has, or has a
// legacy_code.
func fromStatus(cat *catalog.Catalog, st *grpcstatus.Status) (*LegacyError, bool) {
	r := new(receivedError)
	info := details.Info{Metadata: r.inlineArgs[:0]}
	if !readOurs(cat, st, &info) {
		return nil, false
	}
	e := &r.LegacyError
	var known bool
	if e.code, known = cat.Lookup(info.Domain, info.Reason); !known {
		e.rare = &rareFields{domain: info.Domain, reason: info.Reason}
	}
	e.grpc, e.message, e.args, e.retryAfter = st.Code(), st.Message(), info.Metadata, info.RetryAfter
	e.received = true
	e.status.Store(st)
	return e, true
}

// readOurs reads a status into info, and reports whether its ErrorInfo is of a
// domain that cat has, or has a legacy_code.
func readOurs(cat *catalog.Catalog, st *grpcstatus.Status, info *details.Info) bool {
	if st.Code() == codes.OK {
		return false
	}
	info.AddAll(cat, st.Proto().GetDetails())
	if !info.Found {
		return false
	}
	return details.Known(cat, info.Domain, info.Reason) || info.LegacyCode() != ""
}

// Is reports whether err is, or wraps, an error with code: made here or received.
// Only domain and reason count. It looks through %w and errors.Join at every error
// there is.
func Is(err error, code protoreflect.Enum) bool {
	domain, reason, ok := nameOf(code)
	if err == nil || !ok {
		return false
	}
	cat := defaultCatalog()
	return details.Walk(err, func(err error) bool {
		if x, ok := err.(*LegacyError); ok { //nolint:errorlint // Walk unwraps
			return x.is(domain, reason)
		}
		st, ok := details.GRPCStatus(err)
		if !ok {
			return false
		}
		var memory [5]catalog.Arg
		info := details.Info{Metadata: memory[:0]}
		return readOurs(cat, st, &info) && info.Domain == domain && info.Reason == reason
	})
}

// nameOf returns the domain and reason of an enum value. It returns false if the enum has no
// such value.
func nameOf(code protoreflect.Enum) (domain, reason string, ok bool) {
	if isNil(code) || code.Descriptor() == nil {
		return "", "", false
	}
	value := code.Descriptor().Values().ByNumber(code.Number())
	if value == nil {
		return "", "", false
	}
	return string(code.Descriptor().FullName().Parent()), string(value.Name()), true
}

// As returns the code in err as a value of its generated enum, for a switch; false
// if err has no code of that enum.
//
//	code, ok := status.As[jobv2.Code](err)
func As[E interface {
	~int32
	protoreflect.Enum
}](err error) (E, bool) {
	var zero E
	enum := zero.Descriptor()
	e, ok := FromError(err)
	if !ok || e.Domain() != string(enum.FullName().Parent()) {
		return zero, false
	}
	value := enum.Values().ByName(protoreflect.Name(e.Reason()))
	if value == nil {
		return zero, false
	}
	return E(value.Number()), true
}

// Code returns the gRPC code with which err is sent: OK for nil; a status's own if it
// is one of gRPC's seventeen; a context error's; else Unknown. Unlike grpc-go's
// function it finds context errors behind %w too.
func Code(err error) codes.Code {
	if err == nil {
		return codes.OK
	}
	if st, ok := statusIn(err); ok {
		return details.CanonicalCode(st.Code())
	}
	switch {
	case errors.Is(err, context.Canceled):
		return codes.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return codes.DeadlineExceeded
	default:
		return codes.Unknown
	}
}

// statusIn returns the first gRPC status in err that is an error.
func statusIn(err error) (*grpcstatus.Status, bool) {
	var found *grpcstatus.Status
	ok := details.Walk(err, func(err error) bool {
		var ok bool
		found, ok = details.GRPCStatus(err)
		return ok && found.Code() != codes.OK
	})
	return found, ok
}
