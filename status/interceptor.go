// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"log/slog"

	"google.golang.org/grpc"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/panics"
)

// An Option changes what an interceptor does.
type Option interface{ apply(*finisher) }

type optionFunc func(*finisher)

func (f optionFunc) apply(x *finisher) { f(x) }

// WithCatalog takes the codes from another catalog. Default, and if c is nil:
// [catalog.Default].
func WithCatalog(c *catalog.Catalog) Option {
	return optionFunc(func(f *finisher) { f.catalog = c })
}

// WithFallbackDomain lets choose pick the domain whose fallback codes replace errors
// that have no code. request is the unary request, or the last message that a stream
// received; nil if there is none. If choose returns "", or a domain that the catalog
// lacks, or panics, the RPC's option (statusmap.v1.method) or (statusmap.v1.service)
// counts.
// Default, and if choose is nil: the options alone.
func WithFallbackDomain(choose func(ctx context.Context, request any) (domain string)) Option {
	return optionFunc(func(f *finisher) { f.fallbackDomain = choose })
}

// WithMaxSize limits what a status may take in the response's trailer to n bytes,
// message and details as they are encoded there. 0 is no limit. Default:
// [DefaultMaxSize].
func WithMaxSize(n int) Option {
	return optionFunc(func(f *finisher) { f.maxSize = n })
}

// WithRawCodes sends a gRPC code above 16 as the handler gave it. Without it such a
// code becomes that of the legacy code with this number, else UNKNOWN. It is for old
// gRPC clients that read their server's own numbers.
//
// Don't use it if there are other clients: most gRPC libraries know only codes up to
// 16. They replace other codes by UNKNOWN, or fail to read the details, as Python's
// rpc_status.from_call does.
func WithRawCodes() Option {
	return optionFunc(func(f *finisher) { f.rawCodes = true })
}

// WithLogger logs what is hidden from clients: the text of Go errors, of statuses
// that get a fallback code, and of panics. Default, and if l is nil: slog.Default at
// the time the interceptor is made.
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(f *finisher) { f.logger = l })
}

// WithObserver calls observe for each error that is sent, before it is. It runs on
// the RPC's goroutine. If it panics, the panic is logged. It may be given more than
// once. Default: none; nil changes nothing.
func WithObserver(observe func(context.Context, Event)) Option {
	return optionFunc(func(f *finisher) {
		if observe != nil {
			f.observers = append(f.observers, observe)
		}
	})
}

func newFinisher(opts []Option) *finisher {
	f := &finisher{maxSize: DefaultMaxSize}
	for _, o := range opts {
		if o != nil {
			o.apply(f)
		}
	}
	if f.logger == nil {
		f.logger = slog.Default()
	}
	return f
}

// ServerOptions returns the interceptors of a whole server: unary and stream, with
// recovery. A panic of a handler becomes the internal error that any other Go error
// becomes; its text and stack go to the log.
//
//	grpc.NewServer(status.ServerOptions()...)
func ServerOptions(opts ...Option) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(UnaryServerInterceptor(opts...), recoverUnary),
		grpc.ChainStreamInterceptor(StreamServerInterceptor(opts...), recoverStream),
	}
}

// UnaryServerInterceptor returns an interceptor that gives every error of a unary RPC
// its final form. It goes first in a chain, so that it sees what the others return.
//
//   - A legacy error keeps its code; what wraps it (%w, errors.Join) goes to the log.
//   - A context error becomes CANCELLED or DEADLINE_EXCEEDED, any other Go error
//     INTERNAL. They, and statuses without an ErrorInfo, get the fallback code of the
//     RPC's system and its text; their own text goes to the log. If the fallback's
//     message has {status_message}, it is filled with the text of a status, or with the
//     reason phrase of its HTTP status if the text may be that of a Go error.
//   - A gRPC code above 16 is the number of a legacy code, as some servers send them: the
//     status becomes that code of the RPC's system; UNKNOWN if the system lacks it.
//   - Text that is not UTF-8 is repaired, a second detail of a type is left out, and
//     the status is cut down to its limit: see [WithMaxSize].
//   - The request's id joins the metadata, and a LocalizedMessage the details, also those
//     of violations, if the caller's accept-language asks for a language that the code has.
//
// RPCs that succeed cost nothing.
func UnaryServerInterceptor(opts ...Option) grpc.UnaryServerInterceptor {
	f := newFinisher(opts)
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		response, err := handler(ctx, request)
		if err == nil {
			return response, nil
		}
		return response, f.finish(ctx, Event{Method: info.FullMethod, Err: err}, request)
	}
}

// StreamServerInterceptor is [UnaryServerInterceptor] for streams.
func StreamServerInterceptor(opts ...Option) grpc.StreamServerInterceptor {
	f := newFinisher(opts)
	return func(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		var last *lastMessage
		if f.fallbackDomain != nil {
			last = &lastMessage{ServerStream: stream}
			stream = last
		}
		err := handler(service, stream)
		if err == nil {
			return nil
		}
		var request any
		if last != nil {
			request = last.message
		}
		// grpc-go gives no service to an UnknownServiceHandler.
		return f.finish(stream.Context(), Event{Method: info.FullMethod, UnknownMethod: service == nil, Err: err}, request)
	}
}

// lastMessage keeps the last message that a stream received.
type lastMessage struct {
	grpc.ServerStream
	message any
}

func (s *lastMessage) RecvMsg(m any) error {
	err := s.ServerStream.RecvMsg(m)
	if err == nil {
		s.message = m
	}
	return err
}

// panicAttrs returns a panic for the log.
func panicAttrs(e *panics.Error) []slog.Attr {
	return []slog.Attr{slog.String("error", forLog(e.Error())), slog.String("stack", string(e.Stack))}
}

func recoverUnary(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (_ any, err error) {
	defer panics.Recover(&err)
	return handler(ctx, request)
}

func recoverStream(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer panics.Recover(&err)
	return handler(service, stream)
}
