// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// RequestIDKey is the key of gRPC metadata that has the request's id, from the
// gateway to the service.
const RequestIDKey = "x-request-id"

// SetSuccess says with which success code the RPC of ctx will succeed, for systems
// that have more than one (Jarvis's 10001). A gRPC status that is OK has no details,
// so the code travels as header metadata; the gateway puts it into the success
// envelope and answers with its HTTP status. The error says that code is not a
// success code, or that the header has been sent already.
func SetSuccess(ctx context.Context, code protoreflect.Enum) error {
	cat, err := catalog.Default()
	if err != nil {
		return err
	}
	c, ok := cat.Code(code)
	if !ok {
		return fmt.Errorf("status: the catalog has no code %v: give a value of an annotated enum", code)
	}
	return SetSuccessOf(ctx, c)
}

// SetSuccessOf is [SetSuccess] for a code of any catalog.
func SetSuccessOf(ctx context.Context, code *catalog.Code) error {
	if !code.IsSuccess() {
		return fmt.Errorf("status: %q is not a success code: raise it with New", code.FullName())
	}
	return grpc.SetHeader(ctx, metadata.Pairs(wire.SuccessKey, code.FullName()))
}

// SetHTTPStatus says with which HTTP status, 200 to 299, the gateway answers the RPC
// of ctx if it succeeds: 201 if something was made, 202 if it will be, 204 if there is
// nothing to say. It overrides a success code's own.
func SetHTTPStatus(ctx context.Context, httpStatus int) error {
	if httpStatus < 200 || httpStatus > 299 {
		return fmt.Errorf("status: %d is not an HTTP status of success: give 200 to 299", httpStatus)
	}
	return grpc.SetHeader(ctx, metadata.Pairs(wire.HTTPStatusKey, strconv.Itoa(httpStatus)))
}
