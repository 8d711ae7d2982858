// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package wire

// Keys of gRPC metadata between a service and its gateway. The gateway never forwards
// keys that start with KeyPrefix to a client.
const (
	KeyPrefix = "statusmap-"
	// SuccessKey is the key of the success code's full name. See status.SetSuccess.
	SuccessKey = KeyPrefix + "success"
	// HTTPStatusKey is the key of the HTTP status. See status.SetHTTPStatus.
	HTTPStatusKey = KeyPrefix + "http-status"
	// DetailsKey is the key of the serialized google.rpc.Status of a failed RPC.
	DetailsKey = "grpc-status-details-bin"
)

// IsRequestID reports whether s is a valid id of a request: 1 to 128 visible ASCII
// characters.
func IsRequestID(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}
