package status

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// FromError returns the legacy error in err, on either side of the wire: one
// made by [Error], or a gRPC status whose ErrorInfo is of a system of the
// default catalog or has a legacy_code. It looks through %w and errors.Join and
// takes the outermost. False where there is none.
func FromError(err error) (*LegacyError, bool) {
	return fromError(defaultCatalog(), err)
}

// defaultCatalog returns the default catalog; the empty one where that is broken,
// by which a legacy_code is read all the same. Who raises an error or makes an
// interceptor or a gateway is told.
func defaultCatalog() *catalog.Catalog {
	cat, err := catalog.Default()
	if err != nil {
		return nil
	}
	return cat
}

// FromErrorIn is [FromError] for another catalog than the default one.
func FromErrorIn(cat *catalog.Catalog, err error) (*LegacyError, bool) { return fromError(cat, err) }

func fromError(cat *catalog.Catalog, err error) (found *LegacyError, ok bool) {
	ok = walk(err, func(err error) bool {
		switch x := err.(type) { //nolint:errorlint // walk unwraps
		case *LegacyError:
			found = x
			return x != nil
		case interface{ GRPCStatus() *grpcstatus.Status }:
			e, ours := fromStatus(cat, grpcStatus(x))
			if ours {
				found = e
			}
			return ours
		}
		return false
	})
	return found, ok
}

// grpcStatus calls GRPCStatus on an error of another package, which may be a nil
// pointer and panic.
func grpcStatus(err interface{ GRPCStatus() *grpcstatus.Status }) (st *grpcstatus.Status) {
	defer func() {
		if recover() != nil {
			st = nil
		}
	}()
	return err.GRPCStatus()
}

// Is tells whether err is, or wraps, an error of code: made here or received.
// Only domain and reason count. It looks through %w and errors.Join at every
// error there is.
func Is(err error, code protoreflect.Enum) bool {
	if err == nil || isNil(code) || code.Descriptor() == nil {
		return false
	}
	domain := string(code.Descriptor().FullName().Parent())
	value := code.Descriptor().Values().ByNumber(code.Number())
	if value == nil {
		return false
	}
	reason := string(value.Name())
	cat := defaultCatalog()
	_, known := cat.System(domain)
	return walk(err, func(err error) bool {
		switch x := err.(type) { //nolint:errorlint // walk unwraps
		case *LegacyError:
			return x.is(domain, reason)
		case interface{ GRPCStatus() *grpcstatus.Status }:
			st := grpcStatus(x)
			if known {
				if yes, sure := wire.DetailsOf(st).Names(domain, reason); sure {
					return yes
				}
			}
			e, ok := fromStatus(cat, st)
			return ok && e.is(domain, reason)
		}
		return false
	})
}

// As returns the code in err as a value of its generated enum, for a switch;
// false where there is none of that enum.
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

// Code returns the gRPC code by which err goes out: a status's own where it is
// one of the seventeen, a context error's, OK for nil, else Unknown. Unlike
// grpc-go's function it looks through %w at context errors too.
func Code(err error) codes.Code {
	if err == nil {
		return codes.OK
	}
	if st, ok := statusIn(err); ok {
		return wire.CanonicalCode(st.Code())
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
