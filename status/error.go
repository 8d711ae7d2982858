package status

import (
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/aip193"
	"github.com/statusmap/statusmap/internal/wire"
)

// Error returns an error of a legacy code. args are the message's arguments as
// alternating names and values, as in log/slog; a value is written as fmt.Sprint
// writes it. Arguments that the message does not name are sent too, in the
// ErrorInfo's metadata.
//
// Error never fails. A missing argument leaves {name} in the message; a code of
// success, the zero value and a code that the catalog does not have give the
// system's internal error, or a plain one where there is no system. What was
// wrong goes to the interceptor's observer and to the log.
func Error(code protoreflect.Enum, args ...any) error {
	if len(args) == 0 {
		if e := ready(code); e != nil {
			return e
		}
	}
	return raise(code, nil, args)
}

// Wrap returns an error of a legacy code, as [Error] does, that wraps err: for
// errors.Is and errors.As and for the log. Nothing of err is sent. Where err is
// nil Wrap returns nil.
func Wrap(err error, code protoreflect.Enum, args ...any) error {
	if err == nil {
		return nil
	}
	return raise(code, err, args)
}

// New returns an error of a code of any catalog, as [Error] does: for systems
// that are loaded at run time and have no Go constants.
func New(code *catalog.Code, args ...any) error { return newError(code, nil, args) }

// A LegacyError is an error with a legacy code: one made by [Error], or one that
// [FromError] read from a gRPC status. It is immutable and safe for concurrent
// use.
type LegacyError struct {
	code       *catalog.Code // nil where the catalog does not have it
	odd        *odd          // nil in most
	grpc       codes.Code
	received   bool // read from a status: nobody here has checked its text
	message    string
	args       []catalog.Arg // the ErrorInfo's metadata; without legacy_code where impliedCode
	retryAfter time.Duration
	cause      error
	status     atomic.Pointer[grpcstatus.Status]
}

// odd is what few errors have.
type odd struct {
	domain, reason string // where there is no code to tell them
	defect         string // what was wrong with the call that made the error
}

// Most errors have few metadata. With room for them in one piece with the error,
// one allocation does for both; the sizes are those that Go's allocator has.
type (
	madeError struct {
		LegacyError
		room [2]catalog.Arg
	}
	receivedError struct {
		LegacyError
		room [5]catalog.Arg // legacy_code and request_id are among them
	}
)

func raise(value protoreflect.Enum, cause error, args []any) error {
	cat, err := catalog.Default()
	if code, ok := cat.Code(value); ok {
		return newError(code, cause, args)
	}
	defect := "the enum value is nil"
	var domain, reason string
	var number protoreflect.EnumNumber
	if !isNil(value) && value.Descriptor() != nil {
		enum := value.Descriptor()
		number = value.Number()
		domain = string(enum.FullName().Parent())
		if v := enum.Values().ByNumber(number); v != nil {
			reason = string(v.Name())
		}
		defect = fmt.Sprintf("%s has no code %d", enum.FullName(), number)
		if err != nil {
			defect = "the catalog is broken: " + err.Error()
		}
	}
	if system, ok := cat.System(domain); ok {
		e := build(system.Fallback(codes.Internal), cause, args)
		e.addDefect(defect)
		return e
	}
	e := &LegacyError{grpc: codes.Internal, message: internalMessage, cause: cause, odd: &odd{defect: defect}}
	if number != 0 && reason != "" {
		// An enum without options still names its value, and its number.
		e.odd.domain, e.odd.reason = domain, reason
		e.args = append(e.args, catalog.Arg{Name: catalog.ErrorInfoLegacyCode, Value: strconv.Itoa(int(number))})
		e.addArgs(args)
	}
	return e
}

// internalMessage is what a caller may know of an error that has no code.
const internalMessage = "internal error"

func newError(code *catalog.Code, cause error, args []any) error {
	if code == nil {
		return &LegacyError{grpc: codes.Internal, message: internalMessage, cause: cause, odd: &odd{defect: "the code is nil"}}
	}
	if code.IsSuccess() {
		e := build(code.System().Fallback(codes.Internal), cause, args)
		e.addDefect(code.FullName() + " is a code of success: see SetSuccess")
		return e
	}
	return build(code, cause, args)
}

func build(code *catalog.Code, cause error, args []any) *LegacyError {
	m := new(madeError)
	e := &m.LegacyError
	e.code, e.grpc, e.retryAfter, e.cause = code, code.GRPCCode(), code.RetryAfter(), cause
	e.args = m.room[:0]
	e.addArgs(args)
	e.message = code.Message().Text(e.args...)
	for _, name := range code.Message().Missing(e.args) {
		e.addDefect("the argument " + name + " is missing")
	}
	return e
}

// addArgs adds name-value pairs to the metadata.
func (e *LegacyError) addArgs(args []any) {
	for len(args) > 0 {
		name, ok := args[0].(string)
		if !ok || len(args) == 1 {
			e.addDefect(fmt.Sprintf("the argument %v is no name with a value", args[0]))
			args = args[1:]
			continue
		}
		value := text(args[1])
		args = args[2:]
		_, twice := wire.Find(e.args, name)
		switch {
		case !aip193.IsMetadataKey(name) || name == catalog.ErrorInfoLegacyCode:
			e.addDefect(fmt.Sprintf("the argument %q cannot be a metadata key", name))
		case twice:
			e.addDefect("the argument " + name + " stands twice")
		default:
			e.args = append(e.args, catalog.Arg{Name: name, Value: value})
		}
	}
}

func (e *LegacyError) addDefect(s string) {
	if e.odd == nil {
		e.odd = new(odd)
	}
	if e.odd.defect != "" {
		s = e.odd.defect + "; " + s
	}
	e.odd.defect = s
}

func (e *LegacyError) defect() string {
	if e.odd == nil {
		return ""
	}
	return e.odd.defect
}

// text writes a value as fmt.Sprint does, and as UTF-8: protobuf refuses any
// other string, and grpc-go would drop all details with it.
func text(v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case int:
		return strconv.Itoa(v)
	case int32:
		return strconv.FormatInt(int64(v), 10)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	default:
		s = fmt.Sprint(v) // recovers from a String method that panics
	}
	if !utf8.ValidString(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// Error returns domain.reason and the message, for people. It holds nothing of
// what the error wraps, so that it may end where it should not.
func (e *LegacyError) Error() string {
	if e == nil {
		return "<nil>"
	}
	if e.Reason() == "" {
		return e.message
	}
	return e.Domain() + "." + e.Reason() + ": " + e.message
}

// Unwrap returns the error given to [Wrap]; nil where there is none.
func (e *LegacyError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Is tells whether target is a LegacyError of the same domain and reason;
// message and metadata do not count.
func (e *LegacyError) Is(target error) bool {
	t, ok := target.(*LegacyError)
	return ok && t.is(e.Domain(), e.Reason())
}

func (e *LegacyError) is(domain, reason string) bool {
	return reason != "" && e.Reason() == reason && e.Domain() == domain
}

// Code returns the code; nil where the catalog does not have it, as when the
// other side is newer. All methods of a nil code may be called.
func (e *LegacyError) Code() *catalog.Code {
	if e == nil {
		return nil
	}
	return e.code
}

// Domain returns the ErrorInfo's domain, for example "legacy.job.v2".
func (e *LegacyError) Domain() string {
	switch {
	case e == nil:
		return ""
	case e.code == nil && e.odd != nil:
		return e.odd.domain
	default:
		return e.code.Domain()
	}
}

// Reason returns the ErrorInfo's reason, for example "JOB_NOT_FOUND".
func (e *LegacyError) Reason() string {
	switch {
	case e == nil:
		return ""
	case e.code == nil && e.odd != nil:
		return e.odd.reason
	default:
		return e.code.Reason()
	}
}

// LegacyCode returns the code as the legacy system writes it, also where the
// catalog does not have it; "" where the ErrorInfo does not say.
func (e *LegacyError) LegacyCode() string {
	value, ok := e.MetadataValue(catalog.ErrorInfoLegacyCode)
	if !ok {
		return e.Code().LegacyCode()
	}
	return value
}

// Message returns the message as sent.
func (e *LegacyError) Message() string {
	if e == nil {
		return ""
	}
	return e.message
}

// MessageIn returns the message in the language that fits best, written as in
// Accept-Language; in the system's language where none fits or the catalog does
// not have the code.
func (e *LegacyError) MessageIn(accept string) string {
	if e == nil {
		return ""
	}
	language := e.code.System().MatchLanguage(accept)
	if m, ok := e.code.MessageIn(language); ok && language != e.code.System().Language() {
		return m.Text(e.args...)
	}
	return e.message
}

// MetadataValue returns one entry of the ErrorInfo's metadata.
func (e *LegacyError) MetadataValue(name string) (string, bool) {
	if e == nil {
		return "", false
	}
	if name == catalog.ErrorInfoLegacyCode && e.impliedCode() {
		return e.code.LegacyCode(), true
	}
	return wire.Find(e.args, name)
}

// Metadata returns the ErrorInfo's metadata: legacy_code, the message's
// arguments, and request_id where there is one. The map is the caller's own.
func (e *LegacyError) Metadata() map[string]string {
	if e == nil {
		return nil
	}
	m := make(map[string]string, len(e.args)+1)
	maps.Insert(m, e.All())
	return m
}

// impliedCode tells whether legacy_code is the code's own and not among the args:
// for an error that was made here.
func (e *LegacyError) impliedCode() bool { return e.code != nil && !e.received }

// All yields the ErrorInfo's metadata in the order in which they are sent.
func (e *LegacyError) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		if e == nil {
			return
		}
		if e.impliedCode() && !yield(catalog.ErrorInfoLegacyCode, e.code.LegacyCode()) {
			return
		}
		for _, a := range e.args {
			if !yield(a.Name, a.Value) {
				return
			}
		}
	}
}

// RetryAfter returns how long to wait before the same call may succeed; 0 where
// it should not be repeated as it is.
func (e *LegacyError) RetryAfter() time.Duration {
	if e == nil {
		return 0
	}
	return e.retryAfter
}

// GRPCStatus returns the error as a gRPC status, made once and kept; grpc-go
// calls it. It is never nil and never OK, because an error that is OK reaches
// the caller as a broken call.
func (e *LegacyError) GRPCStatus() *grpcstatus.Status {
	if e == nil {
		return grpcstatus.New(codes.Internal, internalMessage)
	}
	if st := e.status.Load(); st != nil {
		return st
	}
	st := e.makeStatus()
	e.status.Store(st)
	return st
}

// LogValue returns the error for log/slog, with what it wraps.
func (e *LegacyError) LogValue() slog.Value {
	if e == nil {
		return slog.Value{}
	}
	attrs := []slog.Attr{
		slog.String("domain", e.Domain()),
		slog.String("reason", e.Reason()),
		slog.String("code", e.grpc.String()),
		slog.String("message", e.message),
	}
	var metadata []any
	for name, value := range e.All() {
		metadata = append(metadata, slog.String(name, value))
	}
	if len(metadata) > 0 {
		attrs = append(attrs, slog.Group("metadata", metadata...))
	}
	if e.cause != nil {
		attrs = append(attrs, slog.String("cause", e.cause.Error()))
	}
	if defect := e.defect(); defect != "" {
		attrs = append(attrs, slog.String("defect", defect))
	}
	return slog.GroupValue(attrs...)
}

// readyErrors holds an error for each code of the default catalog that can be
// raised without arguments: raising it returns that one.
type readyErrors struct {
	byNumber map[protoreflect.EnumNumber]*LegacyError // of several one; byCode has all
	byCode   map[*catalog.Code]*LegacyError
}

var (
	readyOnce  sync.Once
	readyTable atomic.Pointer[readyErrors] // nil until the first error
)

func makeReady() {
	t := &readyErrors{}
	defer func() { readyTable.Store(t) }()
	cat, err := catalog.Default()
	if err != nil {
		return // raise says so, each time
	}
	size := 0
	for _, system := range cat.Systems() {
		size += len(system.Codes())
	}
	slab := make([]LegacyError, size)
	t.byNumber = make(map[protoreflect.EnumNumber]*LegacyError, size)
	t.byCode = make(map[*catalog.Code]*LegacyError, size)
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			if code.IsSuccess() || code.Message().HasParams() {
				continue
			}
			e := &slab[0]
			slab = slab[1:]
			e.code, e.grpc, e.retryAfter = code, code.GRPCCode(), code.RetryAfter()
			e.message = code.Message().Text()
			t.byNumber[code.Descriptor().Number()] = e
			t.byCode[code] = e
		}
	}
}

// ready returns the error of a code that takes no arguments; nil where there is
// none.
func ready(value protoreflect.Enum) *LegacyError {
	if isNil(value) {
		return nil
	}
	t := readyTable.Load()
	if t == nil {
		readyOnce.Do(makeReady)
		t = readyTable.Load()
	}
	if e := t.byNumber[value.Number()]; e != nil && e.code.System().Descriptor() == value.Descriptor() {
		return e
	}
	code, _ := defaultCatalog().Code(value)
	return t.byCode[code]
}

// isNil tells whether there is no value: an optional field that is not set may
// come as a nil pointer, whose methods would panic.
func isNil(value protoreflect.Enum) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// walk calls f for err and everything it wraps, outermost first, until f is
// true.
func walk(err error, f func(error) bool) bool {
	for err != nil {
		if f(err) {
			return true
		}
		switch x := err.(type) { //nolint:errorlint // this is the walk
		case interface{ Unwrap() error }:
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, e := range x.Unwrap() {
				if walk(e, f) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}
