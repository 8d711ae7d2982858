// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"sort"
	"strings"
	"unicode/utf8"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/wire"
)

// DefaultMaxSize is the limit of [WithMaxSize] if that is not given. nginx passes
// headers of one page at most by default, and answers 502 to a larger status.
const DefaultMaxSize = 4 << 10

// limit cuts d down until it takes at most size bytes as sent, and returns it as
// built in b. It gives up, in this order: DebugInfo; Help; LocalizedMessage, and the
// violations' own; all other details but ErrorInfo, RetryInfo and the violations; the
// violations, the last one first; RetryInfo; the ends of long texts, in metadata and
// message alike; metadata. Domain, reason and legacy_code stay.
func (d *draft) limit(b *details.Buffer, size int, event *Event) *spb.Status {
	fits := func() bool { return sizeAsSent(b.Build(&d.Status)) <= size }
	if size <= 0 || fits() {
		return b.Build(&d.Status)
	}
	for _, drop := range []func(name string) bool{
		func(name string) bool { return name == wire.DebugInfo },
		func(name string) bool { return name == wire.Help },
		func(name string) bool { return name == wire.LocalizedMessage },
		func(name string) bool { return name != wire.RetryInfo && !hasViolations(name) },
	} {
		d.drop(drop, event)
		if fits() {
			return b.Build(&d.Status)
		}
	}
	d.dropViolations(fits, event)
	if !fits() {
		d.drop(func(string) bool { return true }, event)
	}
	if !fits() {
		d.cutTexts(fits, event)
	}
	if !fits() {
		d.dropMetadata(fits, event)
	}
	return b.Build(&d.Status)
}

// hasViolations reports whether a detail is a list of violations.
func hasViolations(name string) bool { return name == wire.BadRequest || name == wire.Validation }

// drop leaves details out.
func (d *draft) drop(drop func(name string) bool, event *Event) {
	var kept []*anypb.Any
	for _, detail := range d.Rest {
		if !drop(wire.Name(detail.GetTypeUrl())) {
			kept = append(kept, detail)
		}
	}
	dropped := len(kept) < len(d.Rest)
	d.Rest = kept
	if d.Help != "" && drop(wire.Help) {
		d.Help, dropped = "", true
	}
	if drop(wire.LocalizedMessage) {
		if d.Locale != "" {
			d.Locale, dropped = "", true
		}
		for i := range d.Violations {
			if v := &d.Violations[i]; v.Locale != "" {
				v.Locale, dropped = "", true
			}
		}
	}
	if d.RetryAfter != 0 && drop(wire.RetryInfo) {
		d.RetryAfter, dropped = 0, true
	}
	if dropped {
		event.Repairs |= RepairDroppedDetails
	}
}

// dropViolations leaves out the last violations, as few as possible.
func (d *draft) dropViolations(fits func() bool, event *Event) {
	made, rest := d.Violations, d.Rest
	ends := make([][]int, len(rest)) // of the violations in each of rest
	all := len(made)
	for i, detail := range rest {
		if hasViolations(wire.Name(detail.GetTypeUrl())) {
			ends[i] = wire.Entries(string(detail.GetValue()))
			all += len(ends[i])
		}
	}
	keep := func(n int) {
		d.Violations = made[:min(n, len(made))]
		n -= len(d.Violations)
		d.Rest = nil
		for i, detail := range rest {
			if hasViolations(wire.Name(detail.GetTypeUrl())) {
				kept := min(n, len(ends[i]))
				n -= kept
				if kept == 0 {
					continue
				}
				detail = &anypb.Any{TypeUrl: detail.GetTypeUrl(), Value: detail.GetValue()[:ends[i][kept-1]]}
			}
			d.Rest = append(d.Rest, detail)
		}
	}
	kept := sort.Search(all, func(n int) bool {
		keep(n + 1)
		return !fits()
	})
	keep(kept)
	if kept < all || len(d.Rest) < len(rest) {
		event.Repairs |= RepairDroppedDetails
	}
}

// cutTexts cuts all long texts to the largest length at which d fits; to shortText
// if there is none. The message is made anew from the cut metadata if it can be, so
// that both have the same prefix of an argument, and so has the envelope that a
// gateway makes of them.
func (d *draft) cutTexts(fits func() bool, event *Event) {
	metadata, message := d.Metadata, d.Message
	longest := len(message)
	for _, m := range metadata {
		longest = max(longest, len(m.Value))
	}
	cutTo := func(n int) {
		d.Metadata = make([]wire.Pair, len(metadata))
		for i, m := range metadata {
			if m.Name != catalog.ErrorInfoLegacyCode && (m.Name != catalog.ErrorInfoRequestID || !wire.IsRequestID(m.Value)) {
				m.Value = cut(m.Value, n)
			}
			d.Metadata[i] = m
		}
		if text := d.text(); text != "" {
			d.Message = text
		} else {
			d.Message = cut(message, n)
		}
	}
	// The size grows with the length: the largest length that fits is found by
	// bisection.
	most := sort.Search(max(longest-shortText, 0), func(n int) bool {
		cutTo(shortText + n + 1)
		return !fits()
	})
	cutTo(shortText + most)
	for i := range metadata {
		if d.Metadata[i].Value != metadata[i].Value {
			event.Repairs |= RepairCutMetadata
		}
	}
	if d.Message != message {
		event.Repairs |= RepairCutMessage
	}
}

// dropMetadata leaves out the last metadata, as few as possible, and cuts the
// message if that is not enough: very many short values, or a very small limit.
func (d *draft) dropMetadata(fits func() bool, event *Event) {
	all := make([]wire.Pair, 0, len(d.Metadata))
	first := 0
	for _, m := range d.Metadata {
		if m.Name == catalog.ErrorInfoLegacyCode {
			all, first = append([]wire.Pair{m}, all...), 1
		} else {
			all = append(all, m)
		}
	}
	kept := sort.Search(len(all)-first, func(n int) bool {
		d.Metadata = all[:first+n+1]
		return !fits()
	})
	d.Metadata = all[:first+kept]
	if len(d.Metadata) < len(all) {
		event.Repairs |= RepairCutMetadata
	}
	if message := d.Message; !fits() {
		most := sort.Search(len(message), func(n int) bool {
			d.Message = cut(message, n+1)
			return !fits()
		})
		d.Message = cut(message, most)
		event.Repairs |= RepairCutMessage
	}
}

// shortText is the length in bytes up to which a text is not cut: ids are shorter.
const shortText = 64

// cutMark ends a text that was cut.
const cutMark = "…"

// cut returns s if it has at most n bytes, else its beginning and cutMark, in at most
// n bytes and whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n = max(n-len(cutMark), 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimSuffix(s[:n], cutMark) + cutMark
}

// sizeAsSent returns how many bytes a status takes in the trailer: the message
// percent-encoded in grpc-message, and the whole once more in base64 in
// grpc-status-details-bin; names and per-header cost included (RFC 9113 section
// 6.5.2 counts 32 bytes for each).
func sizeAsSent(p *spb.Status) int {
	const perHeader = 32
	n := 3*perHeader + len("grpc-status") + 2 + len("grpc-message") + len(wire.DetailsKey)
	for i := range len(p.GetMessage()) {
		if c := p.GetMessage()[i]; c < ' ' || c > '~' || c == '%' {
			n += 3
		} else {
			n++
		}
	}
	return n + (proto.Size(p)*4+2)/3
}

// maxSizeAsSent returns an upper bound of sizeAsSent. Nearly every status is far
// from its limit, and counting exactly takes protobuf's reflection.
func maxSizeAsSent(p *spb.Status) int {
	const headers, status, detail = 256, 32, 64 // names, tags, lengths and type URLs
	n := status + len(p.GetMessage())
	for _, d := range p.GetDetails() {
		n += detail + len(d.GetTypeUrl()) + len(d.GetValue())
	}
	return headers + 3*len(p.GetMessage()) + 4*n/3
}
