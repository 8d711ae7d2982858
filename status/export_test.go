// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/wire"
)

// SizeBounds returns how many bytes an error takes as it is sent, and what it is
// taken for at most before that is counted.
func SizeBounds(e *LegacyError, requestID string) (size, atMost int) {
	s := e.says()
	s.RequestID = requestID
	b := details.NewBuffer()
	defer b.Release()
	p := b.Build(&s)
	return sizeAsSent(p), maxSizeAsSent(p)
}

// SizeAsSent returns how many bytes a status takes as it is sent.
func SizeAsSent(p *spb.Status) int { return sizeAsSent(p) }

// Pair is an entry of an ErrorInfo's metadata.
type Pair = wire.Pair

// ErrorInfo returns a google.rpc.ErrorInfo, whose text may be other than UTF-8.
func ErrorInfo(domain, reason string, metadata []Pair) *anypb.Any {
	return &anypb.Any{TypeUrl: wire.ErrorInfoURL, Value: wire.AppendErrorInfo(nil, domain, reason, metadata)}
}
