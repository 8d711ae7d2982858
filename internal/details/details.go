// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package details reads and builds the details of a gRPC status. All packages of this
// module use it, so all of them read and write the same details.
//
// [Info] has the details that statusmap reads. [Status] has the details that it writes.
// The written bytes equal protobuf's deterministic encoding.
package details

import (
	"cmp"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/internal/wire"
)

// CanonicalCode returns code if it is one of the 17 gRPC codes, and UNKNOWN otherwise.
// Other gRPC implementations may use the code as an index without a check.
func CanonicalCode(code codes.Code) codes.Code {
	if code > codes.Unauthenticated {
		return codes.Unknown
	}
	return code
}

// Info has the details of a status that statusmap reads.
type Info struct {
	// Found reports whether the status has an ErrorInfo. Domain, Reason and Metadata are
	// the fields of the ErrorInfo.
	Found    bool
	Domain   string
	Reason   string
	Metadata []wire.Pair
	// RetryAfter is the delay of the RetryInfo. It is 0 if the status has no RetryInfo.
	RetryAfter time.Duration

	// BadRequest, Validation and Help are the first details of these types, serialized.
	// Only [Info.Add] sets them: see [Violations] and [Help].
	BadRequest, Validation, Help string

	ranked int // rank + 1, once it was needed; else 0
}

// Violations returns the violations of a google.rpc.BadRequest, then those of a
// buf.validate.Violations, both serialized; wire.MaxViolations at most.
func Violations(badRequest, validation string) []wire.Violation {
	return wire.ReadValidation(wire.ReadBadRequest(nil, badRequest), validation)
}

// First returns the first detail of a type, serialized; "" if there is none.
func First(details []*anypb.Any, name string) string {
	for _, d := range details {
		if wire.Name(d.GetTypeUrl()) == name {
			return string(d.GetValue())
		}
	}
	return ""
}

// LegacyCode returns legacy_code from the metadata. It returns "" if the metadata does
// not have it.
func (i *Info) LegacyCode() string {
	value, _ := template.Find(i.Metadata, catalog.ErrorInfoLegacyCode)
	return value
}

// Known reports whether cat has the domain, or the code in an included enum of another
// package.
func Known(cat *catalog.Catalog, domain, reason string) bool {
	if _, known := cat.System(domain); known {
		return true
	}
	_, known := cat.Lookup(domain, reason)
	return known
}

// rank returns 2 if cat has the ErrorInfo's domain. Otherwise it returns 1 if the
// metadata has a legacy_code, and 0 if not. It keeps the result: a status may have very
// many ErrorInfos, and the first one very many metadata.
func (i *Info) rank(cat *catalog.Catalog) int {
	if i.ranked == 0 {
		i.ranked = 1
		if Known(cat, i.Domain, i.Reason) {
			i.ranked = 3
		} else if i.LegacyCode() != "" {
			i.ranked = 2
		}
	}
	return i.ranked - 1
}

// Add reads one detail. It ignores other types and values that cannot be read. i keeps
// parts of the string value.
//
// AIP-193 allows one ErrorInfo, but some libraries send more. A second ErrorInfo
// replaces the first one if it has a higher rank.
func (i *Info) Add(cat *catalog.Catalog, typeURL, value string) {
	switch wire.Name(typeURL) {
	case wire.ErrorInfo:
		if !i.Found {
			i.Domain, i.Reason, i.Metadata, i.Found = wire.ReadErrorInfo(value, i.Metadata)
			return
		}
		var second Info
		if second.Domain, second.Reason, second.Metadata, second.Found = wire.ReadErrorInfo(value, nil); second.Found && second.rank(cat) > i.rank(cat) {
			i.Domain, i.Reason, i.Metadata, i.ranked = second.Domain, second.Reason, second.Metadata, second.ranked
		}
	case wire.RetryInfo:
		if d, ok := wire.ReadRetryInfo(value); ok {
			i.RetryAfter = d
		}
	case wire.BadRequest:
		i.BadRequest = cmp.Or(i.BadRequest, value)
	case wire.Validation:
		i.Validation = cmp.Or(i.Validation, value)
	case wire.Help:
		i.Help = cmp.Or(i.Help, value)
	}
}

// AddAll reads the details of a status, but no BadRequest, Validation and Help: few
// callers need them, and they are copied.
func (i *Info) AddAll(cat *catalog.Catalog, details []*anypb.Any) {
	for _, d := range details {
		switch wire.Name(d.GetTypeUrl()) {
		case wire.ErrorInfo, wire.RetryInfo:
			i.Add(cat, d.GetTypeUrl(), string(d.GetValue()))
		}
	}
}

// ReadStatus reads a serialized google.rpc.Status, for example the value of the trailer
// grpc-status-details-bin. It returns the code and the message, and adds the details to
// i. If raw is not a Status, ReadStatus returns false, and i is empty.
func (i *Info) ReadStatus(cat *catalog.Catalog, raw string) (code int32, message string, ok bool) {
	code, message, ok = wire.ReadStatus(raw, func(typeURL, value string) { i.Add(cat, typeURL, value) })
	if !ok {
		*i = Info{Metadata: i.Metadata[:0]}
	}
	return code, message, ok
}
