// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details

import (
	"slices"
	"strings"
	"sync"
	"time"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// A Status has the code, message and details of a gRPC status.
type Status struct {
	Code    codes.Code
	Message string
	// Domain and Reason identify the code. The status has no ErrorInfo if they are "" and
	// there are no LegacyCode and Metadata.
	Domain, Reason string
	// LegacyCode and RequestID are added to the metadata unless they are "".
	LegacyCode, RequestID string
	// Metadata must not have duplicate names. It can have any order.
	Metadata []wire.Pair
	// RetryAfter is sent as RetryInfo unless it is 0.
	RetryAfter time.Duration
	// Violations are sent as BadRequest.
	Violations []wire.Violation
	// Help is a URL. It is sent as Help unless it is "".
	Help string
	// Locale and Localized are sent as LocalizedMessage unless Locale is "".
	Locale, Localized string
	// Rest is sent unchanged, after the details above.
	Rest []*anypb.Any
}

// A Buffer builds a status and owns its memory.
type Buffer struct {
	status  spb.Status
	details [5]anypb.Any
	bytes   []byte // of details
}

var buffers = sync.Pool{New: func() any { return new(Buffer) }}

// NewBuffer returns an empty buffer. Call Release after the status has been copied, for
// example by grpc-go's status.FromProto.
func NewBuffer() *Buffer { return buffers.Get().(*Buffer) } //nolint:forcetypeassert // the pool holds nothing else

// Release returns the buffer to the pool. The caller must not use the buffer or its
// status after that.
func (b *Buffer) Release() {
	if cap(b.bytes) > 16<<10 {
		return // do not keep the memory of a very long error
	}
	for i := range b.details {
		b.details[i].Value = nil
	}
	clear(b.status.GetDetails())
	b.status.Message, b.status.Details = "", b.status.GetDetails()[:0]
	b.bytes = b.bytes[:0]
	buffers.Put(b)
}

// Build returns s as a message. The message belongs to the buffer, and is valid until
// the next call of Build or Release.
func (b *Buffer) Build(s *Status) *spb.Status {
	b.status.Code, b.status.Message, b.status.Details = int32(s.Code), s.Message, b.status.GetDetails()[:0]
	b.bytes = b.bytes[:0]
	n := 0
	add := func(typeURL string, from int) {
		d := &b.details[n]
		n++
		d.TypeUrl, d.Value = typeURL, b.bytes[from:len(b.bytes):len(b.bytes)]
		b.status.Details = append(b.status.Details, d)
	}
	if s.Reason != "" || s.Domain != "" || s.LegacyCode != "" || len(s.Metadata) > 0 {
		b.bytes = wire.AppendErrorInfo(b.bytes, s.Domain, s.Reason, nil)
		b.appendMetadata(s)
		add(wire.ErrorInfoURL, 0)
	}
	if s.RetryAfter > 0 {
		from := len(b.bytes)
		b.bytes = wire.AppendRetryInfo(b.bytes, s.RetryAfter)
		add(wire.RetryInfoURL, from)
	}
	if len(s.Violations) > 0 {
		from := len(b.bytes)
		b.bytes = wire.AppendBadRequest(b.bytes, s.Violations)
		add(wire.BadRequestURL, from)
	}
	if s.Locale != "" {
		from := len(b.bytes)
		b.bytes = wire.AppendLocalizedMessage(b.bytes, s.Locale, s.Localized)
		add(wire.LocalizedMessageURL, from)
	}
	if s.Help != "" {
		from := len(b.bytes)
		b.bytes = wire.AppendHelp(b.bytes, s.Help)
		add(wire.HelpURL, from)
	}
	b.status.Details = append(b.status.Details, s.Rest...)
	return &b.status
}

// appendMetadata appends all metadata of s by name, as protobuf's deterministic
// encoding has them.
func (b *Buffer) appendMetadata(s *Status) {
	byName := func(x, y wire.Pair) int { return strings.Compare(x.Name, y.Name) }
	metadata := s.Metadata
	if !slices.IsSortedFunc(metadata, byName) {
		metadata = slices.SortedFunc(slices.Values(metadata), byName)
	}
	own := make([]wire.Pair, 0, 2)
	if s.LegacyCode != "" {
		own = append(own, wire.Pair{Name: catalog.ErrorInfoLegacyCode, Value: s.LegacyCode})
	}
	if s.RequestID != "" {
		own = append(own, wire.Pair{Name: catalog.ErrorInfoRequestID, Value: s.RequestID})
	}
	for _, m := range metadata {
		for len(own) > 0 && own[0].Name < m.Name {
			b.bytes = wire.AppendMetadata(b.bytes, own[0].Name, own[0].Value)
			own = own[1:]
		}
		b.bytes = wire.AppendMetadata(b.bytes, m.Name, m.Value)
	}
	for _, m := range own {
		b.bytes = wire.AppendMetadata(b.bytes, m.Name, m.Value)
	}
}
