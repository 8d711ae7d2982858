// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"maps"
	"slices"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/status"
)

// A reading is what an error says.
type reading struct {
	code    codes.Code // may be above 16
	message string
	info    details.Info
	cause   error // what only the log may have; nil if there is nothing else
	// What has all details: bytes that came over the wire, or a status.
	raw    string
	status *grpcstatus.Status
}

// details returns all details of the error. They are unmarshaled only if an answer has
// them.
func (in *reading) details() []*anypb.Any {
	if in.raw != "" {
		var p spb.Status
		if proto.Unmarshal([]byte(in.raw), &p) != nil {
			return nil // it has text that is not UTF-8
		}
		return p.GetDetails()
	}
	return in.status.Proto().GetDetails()
}

// read is the first step: what does err say? It may be a LegacyError, a received
// status, a foreign status or any Go error.
func (in *reading) read(cat *catalog.Catalog, r *Request, err error) {
	x, isStatus := err.(interface{ GRPCStatus() *grpcstatus.Status })
	_, isLegacy := err.(*status.LegacyError) //nolint:errorlint // what is wrapped takes the long way
	if isStatus && !isLegacy && r.DetailsBin != "" && in.readReceived(cat, r.DetailsBin, x.GRPCStatus()) {
		return
	}
	if e, ok := status.FromErrorIn(cat, err); ok {
		st := e.GRPCStatus()
		in.code, in.message, in.status = st.Code(), st.Message(), st
		in.info.Found, in.info.Domain, in.info.Reason, in.info.RetryAfter = e.Reason() != "", e.Domain(), e.Reason(), e.RetryAfter()
		metadata := e.Metadata()
		for _, name := range slices.Sorted(maps.Keys(metadata)) {
			in.info.Metadata = append(in.info.Metadata, wire.Pair{Name: name, Value: metadata[name]})
		}
		in.cause = e.Unwrap()
		return
	}
	in.cause = err
	in.code = status.Code(err)
	in.status = statusIn(err)
	in.message = in.status.Message()
	if isStatus && in.status.Code() > codes.Unauthenticated {
		in.code = in.status.Code()
	}
	// What the exit knows says more than UNKNOWN; and nothing that fails is OK.
	if in.code == codes.Unknown || in.code == codes.OK {
		in.code = cmp.Or(GRPCCode(r.HTTPStatus), codes.Unknown)
	}
}

// readReceived reads a status that came over the wire out of the bytes of its
// trailer. Reading it from the error would unmarshal and copy it again. It returns
// false if the bytes are not the error's.
func (in *reading) readReceived(cat *catalog.Catalog, raw string, st *grpcstatus.Status) bool {
	code, message, ok := in.info.ReadStatus(cat, raw)
	if !ok || !in.info.Found || codes.Code(code) != st.Code() || message != st.Message() || st.Code() == codes.OK {
		in.info = details.Info{Metadata: in.info.Metadata[:0]}
		return false
	}
	in.code, in.message, in.raw = st.Code(), message, raw
	return true
}

// statusIn returns the first gRPC status in err; nil if there is none.
func statusIn(err error) (st *grpcstatus.Status) {
	details.Walk(err, func(err error) (ok bool) {
		st, ok = details.GRPCStatus(err)
		return ok
	})
	return st
}
