// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
)

// localized returns the message of a code in the language that accept asks for; nil if
// that is what the wire speaks, or if the code has no message in it.
func localized(accept string, code *catalog.Code) (language string, m *catalog.Message) {
	if accept == "" || !code.Translated() {
		return "", nil
	}
	language = code.MatchLanguage(accept)
	m, ok := code.MessageIn(language)
	if !ok || m == details.DefaultMessage(code) {
		return "", nil
	}
	return language, m
}

// acceptLanguage returns the caller's wish: its own metadata, or what grpc-gateway
// passes on of an HTTP request's header.
func acceptLanguage(ctx context.Context) string {
	for _, key := range []string{"accept-language", "grpcgateway-accept-language"} {
		if values := metadata.ValueFromIncomingContext(ctx, key); len(values) > 0 {
			return strings.Join(values, ",")
		}
	}
	return ""
}
