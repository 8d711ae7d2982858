// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details

import (
	"net/http"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// DefaultMessage returns a code's message in the language of the wire.
func DefaultMessage(code *catalog.Code) *catalog.Message {
	m, _ := code.DefaultMessage()
	return m
}

// FieldViolations returns the violations of a code's option fields, with message as
// their description.
func FieldViolations(code *catalog.Code, args []wire.Pair, message string) []wire.Violation {
	var violations []wire.Violation
	for _, field := range code.Fields() {
		violations = append(violations, wire.Violation{Field: field.Text(args...), Description: message, Reason: code.Reason()})
	}
	return violations
}

// StatusMessageArgs returns the arguments of a fallback code that replaces a status of
// the given gRPC code: {status_message} if the code's message names it, else none.
func StatusMessageArgs(fallback *catalog.Code, text string) []wire.Pair {
	if !slices.Contains(fallback.Message().Template().Params(), catalog.StatusMessage) {
		return nil
	}
	return []wire.Pair{{Name: catalog.StatusMessage, Value: text}}
}

// StatusMessage returns {status_message} for a plain status: its text if a client may
// see it, else the reason phrase of its gRPC code's HTTP status. The text of UNKNOWN, and
// what grpc-go makes of an error that wraps a status, are those of a Go error.
func StatusMessage(code codes.Code, text string) string {
	if IsStatusText(code, text) {
		return text
	}
	return ReasonPhrase(catalog.HTTPStatus(code))
}

// IsStatusText reports whether the text of a plain status may be sent to a client.
func IsStatusText(code codes.Code, text string) bool {
	return text != "" && code != codes.OK && code <= codes.Unauthenticated && code != codes.Unknown && !strings.Contains(text, "rpc error: code = ")
}

// ReasonPhrase returns the text of an HTTP status, for example Not Found.
func ReasonPhrase(httpStatus int) string {
	if httpStatus == 499 {
		return "Client Closed Request" // nginx's, which google.rpc.Code uses for CANCELLED
	}
	return http.StatusText(httpStatus)
}
