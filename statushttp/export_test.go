// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"net/http"
	"time"
)

// WithClock makes now the time of {timestamp}.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(b *builder) { b.now = now })
}

// ChooseMediaType is chooseMediaType.
func ChooseMediaType(header http.Header, mediaTypes []string) int {
	return chooseMediaType(header, len(mediaTypes), func(i int) string { return mediaTypes[i] })
}

// HeaderValue is headerValue.
func HeaderValue(text []byte) string { return headerValue(text) }
