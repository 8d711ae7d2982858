// Package recovery calls a handler if an RPC panics.
package recovery

import (
	"context"

	"google.golang.org/grpc"
)

// A Handler makes an error of what a panic said.
type Handler func(ctx context.Context, p any) error

// UnaryServerInterceptor recovers from panics of unary methods.
func UnaryServerInterceptor(handle Handler) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (_ any, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = handle(ctx, p)
			}
		}()
		return handler(ctx, request)
	}
}

// StreamServerInterceptor recovers from panics of streaming methods.
func StreamServerInterceptor(handle Handler) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = handle(stream.Context(), p)
			}
		}()
		return handler(srv, stream)
	}
}
