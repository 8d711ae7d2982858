// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"

	"github.com/statusmap/statusmap/catalog"
)

// localized returns the message of a code in the language that the caller asks for;
// nil if that is the system's, or if the caller asks for none.
func localized(ctx context.Context, code *catalog.Code) (language string, m *catalog.Message) {
	if !code.Translated() {
		return "", nil // gRPC's metadata are slow to search
	}
	accept := acceptLanguage(ctx)
	if accept == "" {
		return "", nil
	}
	language = code.System().MatchLanguage(accept)
	if language == code.System().Language() {
		return "", nil
	}
	m, _ = code.MessageIn(language)
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
