// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"net/http"

	"google.golang.org/grpc/codes"
)

// GRPCCode returns the gRPC code for the HTTP status of an error that says nothing
// else: the canonical one (google/rpc/code.proto), else one for its class. It is OK for
// 2xx and UNKNOWN for what is not an HTTP status.
func GRPCCode(httpStatus int) codes.Code {
	if code, ok := httpCodes[httpStatus]; ok {
		return code
	}
	switch {
	case httpStatus >= 200 && httpStatus <= 299:
		return codes.OK
	case httpStatus >= 400 && httpStatus <= 499:
		return codes.FailedPrecondition
	case httpStatus >= 500 && httpStatus <= 599:
		return codes.Internal
	default:
		return codes.Unknown
	}
}

var httpCodes = map[int]codes.Code{
	http.StatusBadRequest:            codes.InvalidArgument,
	http.StatusUnauthorized:          codes.Unauthenticated,
	http.StatusForbidden:             codes.PermissionDenied,
	http.StatusNotFound:              codes.NotFound,
	http.StatusMethodNotAllowed:      codes.Unimplemented,
	http.StatusRequestTimeout:        codes.DeadlineExceeded,
	http.StatusConflict:              codes.Aborted,
	http.StatusGone:                  codes.NotFound,
	http.StatusRequestEntityTooLarge: codes.InvalidArgument,
	http.StatusUnsupportedMediaType:  codes.InvalidArgument,
	http.StatusUnprocessableEntity:   codes.InvalidArgument,
	http.StatusTooManyRequests:       codes.ResourceExhausted,
	499:                              codes.Canceled,
	http.StatusInternalServerError:   codes.Internal,
	http.StatusNotImplemented:        codes.Unimplemented,
	http.StatusBadGateway:            codes.Unavailable,
	http.StatusServiceUnavailable:    codes.Unavailable,
	http.StatusGatewayTimeout:        codes.DeadlineExceeded,
}
