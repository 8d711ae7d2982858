// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/aip193"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/template"
)

// Error returns an error with a legacy code. args are the message's arguments as
// alternating names and values, as in log/slog. A value is written as fmt.Sprint
// writes it, a time.Time as RFC 3339 has it, and a json.RawMessage as its text. Arguments that the message does not
// name are sent too, in the ErrorInfo's metadata.
//
// Error never fails. A missing argument leaves {name} in the message. A success
// code, the zero value and a code that the catalog lacks give the system's internal
// error, or a plain one if there is no system. What was wrong goes to the
// interceptor's observer and to the log. The log has at most 1 KiB of each value, and
// the LogValue of a slog.LogValuer; what is sent has its text.
//
// Two calls without arguments may return the same error: don't compare errors by ==,
// use [Is].
func Error(code protoreflect.Enum, args ...any) error {
	if len(args) == 0 {
		if e := ready(code); e != nil {
			return e
		}
	}
	return raise(code, nil, callArgs{pairs: args})
}

// Wrap returns an error with a legacy code, as [Error] does, that wraps err for
// errors.Is, errors.As and the log. Nothing of err is sent. If err is nil, Wrap
// returns nil.
func Wrap(err error, code protoreflect.Enum, args ...any) error {
	if err == nil {
		return nil
	}
	return raise(code, err, callArgs{pairs: args})
}

// New returns an error with a code of any catalog, as [Error] does: for systems
// that are loaded at run time and have no Go constants.
func New(code *catalog.Code, args ...any) error {
	return newError(code, nil, callArgs{pairs: args})
}

// A LegacyError is an error with a legacy code: made by [Error], or read from a
// gRPC status by [FromError]. It is immutable and safe for concurrent use.
type LegacyError struct {
	code       *catalog.Code // nil if the catalog lacks it
	rare       *rareFields   // nil in most errors
	grpc       codes.Code
	received   bool // read from a status: its text was not checked here
	message    string
	args       []catalog.Arg // the ErrorInfo's metadata, without legacy_code unless received
	retryAfter time.Duration
	cause      error
	status     atomic.Pointer[grpcstatus.Status]
}

// rareFields are what few errors have.
type rareFields struct {
	domain, reason string      // if there is no code
	defect         string      // what was wrong with the call that made the error
	logged         []loggedArg // the arguments that are slog.LogValuers
	given          []violation // by WithViolations
	givenErrors    []error     // those of them that wrap errors
}

// A loggedArg is an argument whose value decides how it is logged.
type loggedArg struct {
	name  string
	value slog.LogValuer
}

// Most errors have few metadata. With memory for these in the error itself, one
// allocation does for both; the sizes are those that Go's allocator has.
type (
	madeError struct {
		LegacyError
		inlineArgs [2]catalog.Arg
	}
	receivedError struct {
		LegacyError
		inlineArgs [5]catalog.Arg // legacy_code and request_id are among them
	}
)

// callArgs are the arguments of a call: those of [Error] or those of [Raise].
type callArgs struct {
	pairs []any
	typed []Arg
}

func raise(value protoreflect.Enum, cause error, args callArgs) error {
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
	e := &LegacyError{grpc: codes.Internal, message: internalMessage, cause: cause, rare: &rareFields{defect: defect}}
	if number != 0 && reason != "" {
		// An enum without options still names its value, and its number.
		e.rare.domain, e.rare.reason = domain, reason
		e.addArgs(args)
		e.args = append(e.args, catalog.Arg{Name: catalog.ErrorInfoLegacyCode, Value: strconv.Itoa(int(number))})
	}
	return e
}

// internalMessage is what a caller may know of an error that has no code.
const internalMessage = "internal error"

func newError(code *catalog.Code, cause error, args callArgs) error {
	if code == nil {
		return &LegacyError{grpc: codes.Internal, message: internalMessage, cause: cause, rare: &rareFields{defect: "the code is nil"}}
	}
	if code.IsSuccess() {
		defect := code.FullName() + " is a success code: see SetSuccess"
		system := systemOf(code)
		if system == nil {
			return &LegacyError{grpc: codes.Internal, message: internalMessage, cause: cause, rare: &rareFields{defect: defect}}
		}
		e := build(system.Fallback(codes.Internal), cause, args)
		e.addDefect(defect)
		return e
	}
	return build(code, cause, args)
}

// systemOf returns the system that has code: its enum's, or else the first one that
// includes it; nil if there is none.
func systemOf(code *catalog.Code) *catalog.System {
	if system := code.System(); system != nil {
		return system
	}
	if systems := code.Systems(); len(systems) > 0 {
		return systems[0]
	}
	return nil
}

func build(code *catalog.Code, cause error, args callArgs) *LegacyError {
	m := new(madeError)
	e := &m.LegacyError
	e.code, e.grpc, e.retryAfter, e.cause = code, code.GRPCCode(), code.RetryAfter(), cause
	e.args = m.inlineArgs[:0]
	e.addArgs(args)
	message := details.DefaultMessage(code).Template()
	missing := missing(code, e.args)
	if i := slices.Index(missing, catalog.StatusMessage); i >= 0 {
		// The code replaces no status here.
		e.addTyped([]Arg{String(catalog.StatusMessage, details.StatusMessage(e.grpc, ""))})
		missing = slices.Delete(missing, i, i+1)
	}
	e.message = message.Text(e.args)
	for _, name := range missing {
		e.addDefect("the argument " + name + " is missing")
	}
	return e
}

// missing returns the arguments that the texts of a code need and args lack.
func missing(code *catalog.Code, args []catalog.Arg) []string {
	missing := details.DefaultMessage(code).Template().Missing(args)
	for _, field := range code.Fields() {
		for _, name := range field.Template().Missing(args) {
			if !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// maxMetadata is how many metadata an error has at most: those that come after
// these are left out.
const maxMetadata = 128

// addArgs adds the arguments of a call to the metadata, which are sorted by name.
func (e *LegacyError) addArgs(args callArgs) {
	e.addPairs(args.pairs)
	e.addTyped(args.typed)
}

func (e *LegacyError) addPairs(args []any) {
	for all := len(args); len(args) > 0; {
		name, ok := args[0].(string)
		if !ok || len(args) == 1 {
			e.addDefect("the argument " + e.place(all-len(args), logText(args[0])) + " is not a name followed by a value")
			args = args[1:]
			continue
		}
		value := args[1]
		at, full := e.insert(name, all-len(args))
		if full {
			return
		}
		if at >= 0 {
			e.args[at].Value = text(value)
			if v, ok := value.(slog.LogValuer); ok {
				e.makeRare().logged = append(e.makeRare().logged, loggedArg{name, v})
			}
		}
		args = args[2:]
	}
}

func (e *LegacyError) addTyped(args []Arg) {
	for i := range args {
		if args[i].name == "" {
			continue
		}
		at, full := e.insert(args[i].name, i)
		if full {
			return
		}
		if at >= 0 {
			e.args[at].Value = args[i].value
		}
	}
}

// insert adds an entry to the metadata and returns where it is. It returns -1 if the name
// cannot be used. index is the place of the name in the call. full reports whether no
// further argument can be added.
func (e *LegacyError) insert(name string, index int) (at int, full bool) {
	at, twice := slices.BinarySearchFunc(e.args, name, func(a catalog.Arg, name string) int { return strings.Compare(a.Name, name) })
	switch {
	case !aip193.IsMetadataKey(name) || name == catalog.ErrorInfoLegacyCode:
		e.addDefect("the argument " + e.place(index, strconv.Quote(forLog(name))) + " is not a valid metadata key")
		return -1, false
	case twice:
		e.addDefect("the argument " + e.place(index, name) + " is given twice")
		return -1, false
	case len(e.args) == maxMetadata:
		e.addDefect(fmt.Sprintf("there are more than %d arguments", maxMetadata))
		return -1, true
	}
	e.args = append(e.args, catalog.Arg{})
	copy(e.args[at+1:], e.args[at:])
	e.args[at] = catalog.Arg{Name: name}
	return at, false
}

// place returns how a defect names an argument of a call: by text, or by its place if the
// code has sensitive arguments, since in a wrong call a value may be in a name's place.
func (e *LegacyError) place(index int, text string) string {
	if e.code.HasSensitive() {
		return "number " + strconv.Itoa(index+1)
	}
	return text
}

func (e *LegacyError) makeRare() *rareFields {
	if e.rare == nil {
		e.rare = new(rareFields)
	}
	return e.rare
}

// addDefect adds to what is wrong. What does not fit into the log is left out.
func (e *LegacyError) addDefect(s string) {
	r := e.makeRare()
	if len(r.defect) >= maxLogged {
		return
	}
	if r.defect != "" {
		s = r.defect + "; " + s
	}
	r.defect = s
}

func (e *LegacyError) defect() string {
	if e.rare == nil {
		return ""
	}
	return e.rare.defect
}

// text writes a value as [Error] says, and as UTF-8: protobuf refuses any other
// string, and grpc-go would drop all details with it.
func text(v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.RawMessage:
		return jsonText(v) // Sprint writes the numbers of its bytes
	case int:
		return strconv.Itoa(v)
	case int32:
		return strconv.FormatInt(int64(v), 10)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case time.Time:
		return v.Format(time.RFC3339Nano) // Sprint adds the monotonic clock
	default:
		s = fmt.Sprint(v) // recovers from a String method that panics
	}
	return validText(s)
}

// validText returns s as UTF-8.
func validText(s string) string {
	if !utf8.ValidString(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// jsonText returns the text of a JSON value: null if it is nil, as encoding/json has it.
func jsonText(value json.RawMessage) string {
	if value == nil {
		return "null"
	}
	return validText(string(value))
}

// Error returns domain.reason and the message, for people. It holds nothing of what
// the error wraps, so that it is safe if it reaches a client. Of an
// argument that is a slog.LogValuer it has the LogValue, and *** of a sensitive one.
func (e *LegacyError) Error() string {
	if e == nil {
		return "<nil>"
	}
	message := e.message
	if e.printsOther() {
		message = e.loggedMessage(e.loggedArgs())
	}
	if e.Reason() == "" {
		return message
	}
	return e.Domain() + "." + e.Reason() + ": " + message
}

// GoString returns the text of Error for %#v, which would print all fields without it.
func (e *LegacyError) GoString() string { return fmt.Sprintf("&status.LegacyError{%q}", e.Error()) }

// Unwrap returns the error given to [Wrap]; nil if there is none.
func (e *LegacyError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Is reports whether target is a LegacyError of the same domain and reason; message
// and metadata do not count.
func (e *LegacyError) Is(target error) bool {
	t, ok := target.(*LegacyError)
	return ok && t.is(e.Domain(), e.Reason())
}

func (e *LegacyError) is(domain, reason string) bool {
	return reason != "" && e.Reason() == reason && e.Domain() == domain
}

// Code returns the code; nil if the catalog lacks it, as when the other side is
// newer. All methods of a nil code may be called.
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
	case e.code == nil && e.rare != nil:
		return e.rare.domain
	default:
		return e.code.Domain()
	}
}

// Reason returns the ErrorInfo's reason, for example "JOB_NOT_FOUND".
func (e *LegacyError) Reason() string {
	switch {
	case e == nil:
		return ""
	case e.code == nil && e.rare != nil:
		return e.rare.reason
	default:
		return e.code.Reason()
	}
}

// LegacyCode returns the code as the legacy system writes it, even if the catalog
// lacks it; "" if the ErrorInfo does not say.
func (e *LegacyError) LegacyCode() string {
	if value, ok := e.MetadataValue(catalog.ErrorInfoLegacyCode); ok {
		return value
	}
	return e.Code().LegacyCode()
}

// Message returns the message as sent.
func (e *LegacyError) Message() string {
	if e == nil {
		return ""
	}
	return e.message
}

// MessageIn returns the message in the language that fits best. accept is written
// as in Accept-Language (RFC 9110 section 12.5.4). If no language fits, or the
// catalog lacks the code, it is the message as sent.
func (e *LegacyError) MessageIn(accept string) string {
	if e == nil {
		return ""
	}
	if _, m := localized(accept, e.code); m != nil {
		return m.Text(e.args...)
	}
	return e.message
}

// MetadataValue returns one entry of the ErrorInfo's metadata; false if it has no
// entry of that name.
func (e *LegacyError) MetadataValue(name string) (string, bool) {
	if e == nil {
		return "", false
	}
	if name == catalog.ErrorInfoLegacyCode && e.impliedCode() {
		return e.code.LegacyCode(), true
	}
	return template.Find(e.args, name)
}

// Metadata returns the ErrorInfo's metadata: legacy_code, the message's arguments,
// and request_id if there is one. The map is the caller's own.
func (e *LegacyError) Metadata() map[string]string {
	if e == nil {
		return nil
	}
	m := make(map[string]string, len(e.args)+1)
	if e.impliedCode() {
		m[catalog.ErrorInfoLegacyCode] = e.code.LegacyCode()
	}
	for _, a := range e.args {
		m[a.Name] = a.Value
	}
	return m
}

// impliedCode reports whether legacy_code is the code's own and not among the args:
// so it is for an error that was made here.
func (e *LegacyError) impliedCode() bool { return e.code != nil && !e.received }

// RetryAfter returns how long to wait before the same call may succeed; 0 if it
// should not be repeated as it is.
func (e *LegacyError) RetryAfter() time.Duration {
	if e == nil {
		return 0
	}
	return e.retryAfter
}

// GRPCStatus returns the error as a gRPC status, made once and kept; grpc-go calls
// it. It is never nil and never OK, because an error that is OK reaches the caller
// as a broken call.
func (e *LegacyError) GRPCStatus() *grpcstatus.Status {
	if e == nil || e.grpc == codes.OK {
		return grpcstatus.New(codes.Internal, internalMessage)
	}
	if st := e.status.Load(); st != nil {
		return st
	}
	b := details.NewBuffer()
	s := e.says()
	st := grpcstatus.FromProto(b.Build(&s))
	b.Release()
	e.status.Store(st)
	return st
}

// says returns what an error that was made here says in its status.
func (e *LegacyError) says() details.Status {
	s := details.Status{
		Code: e.grpc, Message: e.message,
		Domain: e.Domain(), Reason: e.Reason(), Metadata: e.args,
		RetryAfter: e.retryAfter, Help: e.code.Help(),
	}
	s.Violations = details.FieldViolations(e.code, e.args, e.message)
	for _, v := range e.given() {
		s.Violations = append(s.Violations, v.Violation)
	}
	if e.impliedCode() {
		s.LegacyCode = e.code.LegacyCode()
	}
	return s
}

// isNil reports whether value is nil: an optional field that is not set may
// come as a nil pointer, whose methods would panic.
func isNil(value protoreflect.Enum) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
