package status

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/annotation"
)

// An Option changes what an interceptor does.
type Option interface{ apply(*finisher) }

type optionFunc func(*finisher)

func (f optionFunc) apply(x *finisher) { f(x) }

// WithCatalog takes the codes from another catalog than [catalog.Default].
func WithCatalog(c *catalog.Catalog) Option {
	return optionFunc(func(f *finisher) { f.catalog = c })
}

// WithFallbackDomain lets choose pick the domain whose fallback codes stand in for
// errors that have no code. request is the unary request, or the last message
// that a stream received; nil where there is none. Where choose returns "", or a
// domain that the catalog does not have, the option (statusmap.v1.method) or
// (statusmap.v1.service) of the RPC counts. Default: the options alone.
func WithFallbackDomain(choose func(ctx context.Context, request any) (domain string)) Option {
	return optionFunc(func(f *finisher) { f.dialect = choose })
}

// WithMaxSize limits what a status may take in the response's trailer to n
// bytes, message and details as they are encoded there. 0 is no limit. Default:
// 7 KiB, because many clients accept 8 KiB of headers and lose the whole status
// where it is more.
func WithMaxSize(n int) Option {
	return optionFunc(func(f *finisher) { f.maxSize = n })
}

// WithLogger logs what the client is not told: the text of Go errors, of
// statuses that get a fallback code, and of panics. Default: slog.Default at the
// time the interceptor is made.
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(f *finisher) { f.logger = l })
}

// WithObserver calls observe for each error that goes out, before it does. It
// runs on the RPC's goroutine. Default: none.
func WithObserver(observe func(context.Context, Event)) Option {
	return optionFunc(func(f *finisher) { f.observers = append(f.observers, observe) })
}

// DefaultMaxSize is the limit of [WithMaxSize] where that is not given.
const DefaultMaxSize = 7 << 10

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

// UnaryServerInterceptor returns an interceptor that gives every error of a
// unary RPC its final form. It goes first in a chain, so that it sees what the
// others return.
//
//   - A legacy error keeps its code; what wraps it (%w, errors.Join) leaves its
//     message.
//   - A context error becomes CANCELLED or DEADLINE_EXCEEDED, any other Go error
//     INTERNAL; a gRPC code above 16 becomes UNKNOWN. They, and statuses without
//     an ErrorInfo, get the dialect's fallback code and its text; their own goes
//     to the log.
//   - Text that is not UTF-8 is repaired, a second detail of a type left out, and
//     the status cut down to its limit: see [WithMaxSize].
//   - The request's id joins the metadata, and a LocalizedMessage the details
//     where the caller's accept-language asks for a language that the code has.
//
// RPCs that succeed cost nothing.
func UnaryServerInterceptor(opts ...Option) grpc.UnaryServerInterceptor {
	f := newFinisher(opts)
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		response, err := handler(ctx, request)
		if err == nil {
			return response, nil
		}
		return response, f.finish(ctx, info.FullMethod, request, err)
	}
}

// StreamServerInterceptor is [UnaryServerInterceptor] for streams.
func StreamServerInterceptor(opts ...Option) grpc.StreamServerInterceptor {
	f := newFinisher(opts)
	return func(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		var last *lastMessage
		if f.dialect != nil {
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
		return f.finish(stream.Context(), info.FullMethod, request, err)
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

// RecoveryHandler returns a handler for the recovery interceptors of
// go-grpc-middleware (recovery.WithRecoveryHandlerContext): a panic becomes the
// internal error that any other Go error becomes, and its text and stack go to
// the log. The recovery interceptor may stand before or behind the ones here;
// behind them, [WithFallbackDomain] is given the request.
func RecoveryHandler(opts ...Option) func(ctx context.Context, p any) error {
	f := newFinisher(opts)
	return func(ctx context.Context, p any) error {
		method, _ := grpc.Method(ctx)
		f.logger.LogAttrs(ctx, slog.LevelError, "panic in an RPC",
			slog.String("method", method), slog.String("request_id", requestID(ctx)),
			slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
		final := f.final(ctx, method, nil, &panicError{}, &Event{})
		return &panicError{*final}
	}
}

// A panicError is final, and is made anew by an interceptor that knows more.
type panicError struct{ sent }

func requestID(ctx context.Context) string {
	if values := metadata.ValueFromIncomingContext(ctx, RequestIDKey); len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}

// finisher gives errors their final form.
type finisher struct {
	catalog   *catalog.Catalog
	dialect   func(context.Context, any) string
	maxSize   int
	logger    *slog.Logger
	observers []func(context.Context, Event)
}

func (f *finisher) cat() *catalog.Catalog {
	if f.catalog != nil {
		return f.catalog
	}
	cat, err := catalog.Default()
	if err != nil {
		f.logger.LogAttrs(context.Background(), slog.LevelError, "the catalog is broken", slog.Any("error", err))
	}
	return cat
}

// system returns the dialect of an RPC; nil where it has none.
func (f *finisher) system(ctx context.Context, cat *catalog.Catalog, method string, request any) *catalog.System {
	if f.dialect != nil {
		if system, ok := cat.System(f.dialect(ctx, request)); ok {
			return system
		}
	}
	system, _ := cat.System(dialectOption(method))
	return system
}

// dialectOption returns the dialect that a method's or its service's options
// name; method is as in "/package.Service/Method".
func dialectOption(method string) string {
	if len(method) == 0 || method[0] != '/' {
		return ""
	}
	name := []byte(method[1:])
	for i, c := range name {
		if c == '/' {
			name[i] = '.'
		}
	}
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return ""
	}
	m, ok := d.(protoreflect.MethodDescriptor)
	if !ok {
		return ""
	}
	domain, err := annotation.Dialect(m)
	if err != nil {
		return "" // gateway.New and a look at the .proto say so
	}
	return domain
}

func (f *finisher) finish(ctx context.Context, method string, request any, err error) error {
	var event Event
	final := f.final(ctx, method, request, err, &event)
	for _, observe := range f.observers {
		observe(ctx, event)
	}
	return final
}

// An Event is an error as it goes out. All its values are from small sets, so
// that they can be the attributes of a metric.
type Event struct {
	// Method is the RPC, as in "/package.Service/Method".
	Method string
	// Domain and Reason name the code; both are "" where the catalog does not
	// have it.
	Domain, Reason string
	// GRPCCode is the gRPC code.
	GRPCCode codes.Code
	// Repairs is what had to be done to the error.
	Repairs Repairs
}

// Repairs is a set of what was repaired, replaced or dropped in an error.
type Repairs uint

// The elements of Repairs.
const (
	// RepairGoError: it was no status and is an internal error now.
	RepairGoError Repairs = 1 << iota
	// RepairPlainStatus: it had no ErrorInfo and has a fallback code now.
	RepairPlainStatus
	// RepairCodeOutOfRange: its gRPC code was none of the seventeen.
	RepairCodeOutOfRange
	// RepairInvalidUTF8: bytes that are no text became U+FFFD.
	RepairInvalidUTF8
	// RepairDuplicateDetail: a second detail of a type was left out.
	RepairDuplicateDetail
	// RepairMisuse: it was raised with a missing argument, a code of success, an enum
	// value that is none.
	RepairMisuse
	// RepairDroppedDetails: details were left out to keep the size.
	RepairDroppedDetails
	// RepairCutMetadata: metadata values were cut to keep the size.
	RepairCutMetadata
	// RepairCutMessage: the message was cut to keep the size.
	RepairCutMessage
)

var repairNames = []string{
	"go_error", "plain_status", "code_out_of_range", "invalid_utf8", "duplicate_detail",
	"misuse", "dropped_details", "cut_metadata", "cut_message",
}

// Names returns the set's elements in snake case, for metrics; nil where it is
// empty.
func (r Repairs) Names() []string {
	var names []string
	for i, name := range repairNames {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
