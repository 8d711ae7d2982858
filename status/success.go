package status

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
)

// Metadata keys between a service and its gateway. Those with MetadataPrefix
// never reach a REST client.
const (
	MetadataPrefix = "statusmap-"
	// SuccessKey has the full name of the success code that SetSuccess set.
	SuccessKey = MetadataPrefix + "success"
	// HTTPStatusKey has the HTTP status that SetHTTPStatus set.
	HTTPStatusKey = MetadataPrefix + "http-status"
	// RequestIDKey has the request's id, from the gateway to the service.
	RequestIDKey = "x-request-id"
)

// SetSuccess says with which success code the RPC of ctx will succeed, for
// systems that have more than one (Jarvis's 10001). A gRPC status that is OK has
// no details, so the code travels as header metadata; the gateway puts it into
// the success envelope and answers with its HTTP status. An error says that code
// is none of success, or that the header has been sent already.
func SetSuccess(ctx context.Context, code protoreflect.Enum) error {
	cat, err := catalog.Default()
	if err != nil {
		return err
	}
	c, ok := cat.Code(code)
	if !ok {
		return fmt.Errorf("status: %v is no code of the catalog", code)
	}
	return SetSuccessOf(ctx, c)
}

// SetSuccessOf is [SetSuccess] for a code of any catalog.
func SetSuccessOf(ctx context.Context, code *catalog.Code) error {
	if !code.IsSuccess() {
		return fmt.Errorf("status: %s is no code of success", code.FullName())
	}
	return grpc.SetHeader(ctx, metadata.Pairs(SuccessKey, code.FullName()))
}

// SetHTTPStatus says with which HTTP status, 200 to 299, the gateway answers the
// RPC of ctx if it succeeds: 201 where something was made, 202 where it will be,
// 204 where there is nothing to say. It stands above a success code's own.
func SetHTTPStatus(ctx context.Context, httpStatus int) error {
	if httpStatus < 200 || httpStatus > 299 {
		return fmt.Errorf("status: %d is no HTTP status of success: give 200 to 299", httpStatus)
	}
	return grpc.SetHeader(ctx, metadata.Pairs(HTTPStatusKey, strconv.Itoa(httpStatus)))
}
