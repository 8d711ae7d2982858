// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package aip193 checks names by the rules of AIP-193 and google.rpc.ErrorInfo.
package aip193

// IsReason reports whether s is a valid reason of an ErrorInfo: at most 63 characters
// that match [A-Z][A-Z0-9_]+[A-Z0-9].
func IsReason(s string) bool {
	if len(s) < 3 || len(s) > 63 || s[0] < 'A' || s[0] > 'Z' || s[len(s)-1] == '_' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// IsMetadataKey reports whether s is a valid key of an ErrorInfo's metadata: at most
// 64 characters that match [a-z][a-zA-Z0-9-_]+.
func IsMetadataKey(s string) bool {
	if len(s) < 2 || len(s) > 64 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
