// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/panics"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/internal/wire"
)

// A finisher gives errors their final form.
type finisher struct {
	catalog        *catalog.Catalog
	fallbackDomain func(context.Context, any) string
	maxSize        int
	rawCodes       bool
	logger         *slog.Logger
	observers      []func(context.Context, Event)
	methods        methodCache
}

// A finalError is an error in its final form. It still unwraps to the handler's
// error, for interceptors that come before this one.
type finalError struct {
	status *grpcstatus.Status
	cause  error
	code   *catalog.Code // nil if the catalog lacks it
}

// Error returns the status as grpc-go writes it, with sensitive arguments masked.
func (e *finalError) Error() string {
	if !e.code.HasSensitive() {
		return e.status.String()
	}
	var info details.Info
	info.AddAll(nil, e.status.Proto().GetDetails())
	return details.MaskText(e.status.String(), e.code, e.status.Message(), info.Metadata)
}

func (e *finalError) GRPCStatus() *grpcstatus.Status { return e.status }
func (e *finalError) Unwrap() error                  { return e.cause }
func (e *finalError) As(target any) bool {
	t, ok := target.(**LegacyError)
	if !ok {
		return false
	}
	legacy, ok := FromError(e.status.Err())
	if ok {
		*t = legacy
	}
	return ok
}

// A draft is a status on its way to its final form.
type draft struct {
	details.Status
	code    *catalog.Code // the ErrorInfo's code in the catalog; nil if it lacks it
	rawCode codes.Code    // the gRPC code as the handler gave it, if it is above 16; else 0
	made    bool          // whether it was made here: it has the code's own details
	hidden  []slog.Attr   // what the client is not told, for the log
	given   []violation   // the last violations
}

// finish returns the event's error in its final form, and tells log and observers of
// it.
func (f *finisher) finish(ctx context.Context, event Event, request any) error {
	final := f.final(ctx, request, event.Err, &event)
	for _, observe := range f.observers {
		if event.RequestID == "" {
			event.RequestID = requestID(ctx)
		}
		f.protect(ctx, event.Method, "the observer of WithObserver panics", func() { observe(ctx, event) })
	}
	return final
}

// protect calls a function of an option. A panic goes to the log, and the RPC is
// answered with its error as if the option were not given.
func (f *finisher) protect(ctx context.Context, method, message string, call func()) {
	defer func() {
		if p := recover(); p != nil {
			attrs := append(callAttrs(ctx, method), panicAttrs(panics.New(p))...)
			f.logger.LogAttrs(ctx, slog.LevelError, message, attrs...)
		}
	}()
	call()
}

// callAttrs names an RPC in the log.
func callAttrs(ctx context.Context, method string) []slog.Attr {
	return []slog.Attr{slog.String("method", forLog(method)), slog.String("request_id", requestID(ctx))}
}

// final returns err in its final form and fills in event.
func (f *finisher) final(ctx context.Context, request any, err error, event *Event) *finalError {
	if e, ok := err.(*LegacyError); ok && e.clean() { //nolint:errorlint // what is wrapped takes the long way
		if final := f.addID(ctx, e, event, request); final != nil {
			event.setCode(e.code, e.grpc)
			f.checkDeclared(ctx, event, e.Domain(), e.Reason())
			return final
		}
	}
	d := f.draft(ctx, request, err, event)
	if d.Help == "" && d.made && !d.has(wire.Help) {
		d.Help = f.help(ctx, d.code, event.Method, request)
	}
	if _, has := template.Find(d.Metadata, catalog.ErrorInfoRequestID); !has { // Build leaves it out if there is no ErrorInfo
		d.RequestID = requestID(ctx)
	}
	d.localize(ctx)
	d.repairText(event)
	event.setCode(d.code, d.Code)
	f.checkDeclared(ctx, event, d.Domain, d.Reason)
	if f.rawCodes && d.rawCode != 0 {
		d.Code = d.rawCode
	}
	b := details.NewBuffer()
	st := grpcstatus.FromProto(d.limit(b, f.maxSize, event))
	b.Release()
	if d.hidden != nil {
		level := slog.LevelWarn
		if event.Repairs&RepairGoError != 0 {
			level = slog.LevelError
		}
		f.logger.LogAttrs(ctx, level, "error hidden from client", append(callAttrs(ctx, event.Method), d.hidden...)...)
	}
	return &finalError{st, err, d.code}
}

// checkDeclared says in event whether the method declares the error. A method need not
// declare the fallback codes that replace errors without a code.
func (f *finisher) checkDeclared(ctx context.Context, event *Event, domain, reason string) {
	if event.Repairs&(RepairGoError|RepairPlainStatus) != 0 {
		return
	}
	options := f.methods.options(event.Method)
	if len(options.errors) == 0 || !options.lacks(f.cat(), domain, reason) {
		return
	}
	event.Undeclared = true
	if f.logger.Enabled(ctx, slog.LevelDebug) {
		attrs := append(callAttrs(ctx, event.Method), slog.String("domain", forLog(domain)), slog.String("reason", forLog(reason)))
		f.logger.LogAttrs(ctx, slog.LevelDebug, "the method does not declare the error", attrs...)
	}
}

// help returns the URL of the page about a code. For one of an included enum, it is that
// of the RPC's system.
func (f *finisher) help(ctx context.Context, code *catalog.Code, method string, request any) string {
	if code == nil || code.System() != nil {
		return code.Help()
	}
	cat := f.cat()
	system := f.system(ctx, cat, method, request)
	if c, ok := cat.CodeIn(system, code); !ok || c != code {
		return ""
	}
	return system.Help(code.Domain(), code.Reason(), code.LegacyCode())
}

// clean reports whether final has nothing to repair, log or leave out, unless e is
// too large: its text was checked when it was made.
func (e *LegacyError) clean() bool {
	return e != nil && e.code != nil && !e.received && e.defect() == "" && e.cause == nil && len(e.given()) == 0
}

// addID is final for a clean error: its status is built once, with the request's id.
// It is nil if that is too large, or if there is more to add.
func (f *finisher) addID(ctx context.Context, e *LegacyError, event *Event, request any) *finalError {
	if e.code.Translated() { // gRPC's metadata are slow to search
		if _, m := localized(acceptLanguage(ctx), e.code); m != nil {
			return nil
		}
	}
	s := e.says()
	s.RequestID = requestID(ctx)
	if _, has := e.MetadataValue(catalog.ErrorInfoRequestID); has {
		s.RequestID = ""
	}
	kept := s.RequestID == ""
	if s.Help == "" {
		s.Help = f.help(ctx, e.code, event.Method, request)
		kept = kept && s.Help == ""
	}
	b := details.NewBuffer()
	defer b.Release()
	p := b.Build(&s)
	if f.maxSize > 0 && maxSizeAsSent(p) > f.maxSize && sizeAsSent(p) > f.maxSize {
		return nil
	}
	if kept {
		return &finalError{e.GRPCStatus(), e, e.code}
	}
	return &finalError{grpcstatus.FromProto(p), e, e.code}
}

// draft reads err: it decides what the client is told of it.
func (f *finisher) draft(ctx context.Context, request any, err error, event *Event) draft {
	cat := f.cat()
	var p *panics.Error
	panicked := errors.As(err, &p)
	if e, ok := FromErrorIn(cat, err); ok && !panicked && !tooLong(e.Domain(), e.Reason()) {
		d := e.draft(cat, event)
		if err != error(e) && (wraps(err) || !e.received) { //nolint:errorlint // the error itself
			d.hidden = append(d.hidden, f.errorAttr(err))
		}
		return d
	}
	var d draft
	d.Code = codes.Internal
	st, isStatus := statusIn(err)
	isStatus = isStatus && !panicked
	switch {
	case isStatus:
		d.Code = d.canonical(st.Code(), event)
		if d.addDetails(cat, st, event) {
			// Another system's error: its words, and its details.
			d.Message = st.Message()
			if wraps(err) {
				d.hidden = []slog.Attr{f.errorAttr(err)}
			}
			return d
		}
		event.Repairs |= RepairPlainStatus
	case !panicked && Code(err) != codes.Unknown: // a context error
		d.Code = Code(err)
		event.Repairs |= RepairPlainStatus
	default:
		event.Repairs |= RepairGoError
	}
	if panicked {
		d.hidden = panicAttrs(p)
	} else {
		d.hidden = []slog.Attr{f.errorAttr(err)}
	}
	system := f.system(ctx, cat, event.Method, request)
	if system == nil {
		switch {
		case isStatus:
			d.Message = st.Message() // no system: the handler's own words
			if !wraps(err) {
				d.hidden = nil
			}
		case d.Code == codes.Canceled:
			d.Message = context.Canceled.Error()
		case d.Code == codes.DeadlineExceeded:
			d.Message = context.DeadlineExceeded.Error()
		default:
			d.Message = internalMessage
		}
		return d
	}
	if code, ok := system.LookupNumber(int32(d.rawCode)); ok && d.rawCode != 0 && !code.IsSuccess() {
		event.Repairs &^= RepairPlainStatus
		if d.setCode(code, st.Message()) && !wraps(err) {
			d.hidden = nil
		}
		return d
	}
	// A fallback code never promises a retry: it may hide another cause.
	d.code, d.made = system.Fallback(d.Code), true
	text := ""
	if isStatus {
		text = st.Message()
	}
	text = details.StatusMessage(d.Code, text)
	d.Metadata = details.StatusMessageArgs(d.code, text)
	if d.Metadata != nil && isStatus && text == st.Message() && !wraps(err) {
		d.hidden = nil
	}
	d.Message = details.DefaultMessage(d.code).Text(d.Metadata...)
	if !d.has(wire.Help) {
		d.Help = d.code.Help()
	}
	d.Domain, d.Reason, d.LegacyCode = d.code.Domain(), d.code.Reason(), d.code.LegacyCode()
	d.Rest = slices.DeleteFunc(d.Rest, func(detail *anypb.Any) bool { return wire.Name(detail.GetTypeUrl()) == wire.RetryInfo })
	return d
}

// setCode gives a status whose gRPC code is the number of a legacy code that code.
// The arguments are read from its text. It returns false if code cannot say the text,
// which is not sent then.
func (d *draft) setCode(code *catalog.Code, text string) bool {
	message := details.DefaultMessage(code)
	args, says := message.Match(text)
	if !says {
		args, says = code.Message().Match(text)
	}
	e := &LegacyError{code: code, grpc: code.GRPCCode(), retryAfter: code.RetryAfter(), args: args, message: message.Text(args...)}
	rest := d.Rest
	d.code, d.Status, d.made = code, e.says(), true
	d.Rest = rest
	if d.has(wire.Help) {
		d.Help = ""
	}
	if d.has(wire.RetryInfo) {
		d.RetryAfter = 0
	}
	if d.has(wire.BadRequest) {
		d.Violations = nil
	}
	return says
}

// has reports whether there is a received detail of a type.
func (d *draft) has(name string) bool {
	return slices.ContainsFunc(d.Rest, func(detail *anypb.Any) bool { return wire.Name(detail.GetTypeUrl()) == name })
}

// wraps reports whether err has text around that of a gRPC status.
func wraps(err error) bool {
	_, whole := details.GRPCStatus(err)
	return !whole
}

// errorAttr is an error's text for the log.
func (f *finisher) errorAttr(err error) slog.Attr {
	return slog.String("error", forLog(details.Text(f.cat(), err)))
}

// draft reads a legacy error.
func (e *LegacyError) draft(cat *catalog.Catalog, event *Event) draft {
	d := draft{code: e.code}
	if e.received {
		st := e.GRPCStatus()
		d.Code, d.Message = d.canonical(st.Code(), event), st.Message()
		d.addDetails(cat, st, event)
		if text := d.text(); text != "" && text != d.Message {
			// It passed a program that wrapped it: other words come before the message.
			printed := details.MaskText(st.Message(), e.code, st.Message(), d.Metadata)
			d.Message, d.hidden = text, []slog.Attr{slog.String("error", forLog(printed))}
		}
	} else {
		d.Status, d.made = e.says(), true
		d.Code = d.canonical(e.grpc, event)
	}
	d.given = e.given()
	for _, err := range e.givenErrors() {
		d.hidden = append(d.hidden, slog.Any("violation", loggedError(cat, err)))
	}
	if e.defect() != "" {
		event.Repairs |= RepairMisuse
	}
	if e.defect() != "" || e.cause != nil {
		d.hidden = append(d.hidden, slog.Any("legacy", e.logValue(cat)))
	}
	return d
}

// text returns the message as the code's template and the metadata make it; "" if
// the catalog lacks the code, or the metadata an argument.
func (d *draft) text() string {
	m := details.DefaultMessage(d.code).Template()
	if m.Missing(d.Metadata) != nil {
		return ""
	}
	return m.Text(d.Metadata)
}

// canonical returns code if it is one of gRPC's seventeen, else UNKNOWN.
func (d *draft) canonical(code codes.Code, event *Event) codes.Code {
	canonical := details.CanonicalCode(code)
	if canonical != code {
		d.rawCode = code
		event.Repairs |= RepairCodeOutOfRange
	}
	return canonical
}

// addDetails takes the details of a received status, one of each type, and reports
// whether there is an ErrorInfo that says anything.
func (d *draft) addDetails(cat *catalog.Catalog, st *grpcstatus.Status, event *Event) bool {
	list := st.Proto().GetDetails()
	var info details.Info
	seen := make(map[string]bool, len(list))
	for _, detail := range list {
		name := wire.Name(detail.GetTypeUrl())
		if seen[name] {
			event.Repairs |= RepairDuplicateDetail
		}
		if name == wire.ErrorInfo {
			info.Add(cat, detail.GetTypeUrl(), string(detail.GetValue()))
		} else if !seen[name] {
			d.Rest = append(d.Rest, &anypb.Any{TypeUrl: detail.GetTypeUrl(), Value: detail.GetValue()})
		}
		seen[name] = true
	}
	if tooLong(info.Domain, info.Reason) {
		info = details.Info{}
		event.Repairs |= RepairDroppedDetails
	}
	d.Domain, d.Reason, d.Metadata = info.Domain, info.Reason, bounded(info.Metadata, event)
	return d.Domain != "" || d.Reason != "" || len(d.Metadata) > 0
}

// Bounds of what is received, in bytes: longer names are not those of a system.
const (
	maxNames        = 512 // domain and reason
	maxLegacyCode   = 128
	maxMetadataName = 64 // as AIP-193 has it
)

func tooLong(domain, reason string) bool { return len(domain)+len(reason) > maxNames }

// bounded leaves out metadata whose names are long or not UTF-8, a long legacy_code,
// and what comes after the first maxMetadata.
func bounded(metadata []wire.Pair, event *Event) []wire.Pair {
	kept := metadata[:0]
	args := 0
	for _, m := range metadata {
		var keep bool
		switch m.Name {
		case catalog.ErrorInfoLegacyCode:
			keep = len(m.Value) <= maxLegacyCode
		case catalog.ErrorInfoRequestID:
			keep = true
		default:
			keep = len(m.Name) <= maxMetadataName && utf8.ValidString(m.Name) && args < maxMetadata
			args++
		}
		if keep {
			kept = append(kept, m)
		} else {
			event.Repairs |= RepairCutMetadata
		}
	}
	return kept
}

// localize adds the messages in the language that the caller asks for.
func (d *draft) localize(ctx context.Context) {
	translated := func(v violation) bool { return v.code.Translated() }
	if !d.code.Translated() && !slices.ContainsFunc(d.given, translated) {
		return // gRPC's metadata are slow to search
	}
	accept := acceptLanguage(ctx)
	if accept == "" {
		return
	}
	language, m := localized(accept, d.code)
	if m != nil && !d.has(wire.LocalizedMessage) {
		d.Locale, d.Localized = language, m.Text(d.Metadata...)
		for i := range d.Violations {
			if d.Violations[i].Reason == d.Reason && i < len(d.Violations)-len(d.given) {
				d.Violations[i].Locale, d.Violations[i].Localized = d.Locale, d.Localized
			}
		}
	}
	if !d.made && slices.ContainsFunc(d.given, translated) && !d.readViolations() {
		return
	}
	given := d.Violations[len(d.Violations)-min(len(d.given), len(d.Violations)):]
	for i := range given {
		if language, m := localized(accept, d.given[i].code); m != nil {
			given[i].Locale, given[i].Localized = language, m.Text(d.given[i].args...)
		}
	}
}

// readViolations reads a received BadRequest into d.Violations. It returns false, and
// leaves the BadRequest as it is, if it has too many entries.
func (d *draft) readViolations() bool {
	i := slices.IndexFunc(d.Rest, func(detail *anypb.Any) bool { return wire.Name(detail.GetTypeUrl()) == wire.BadRequest })
	if i < 0 {
		return false
	}
	raw := string(d.Rest[i].GetValue())
	if len(wire.Entries(raw)) > wire.MaxViolations {
		return false
	}
	d.Violations = wire.ReadBadRequest(nil, raw)
	d.Rest = slices.Delete(slices.Clone(d.Rest), i, i+1)
	return len(d.Violations) >= len(d.given)
}

// repairText makes UTF-8 of what is sent as text. One byte that is not makes grpc-go
// drop every detail, and other stacks the whole status.
func (d *draft) repairText(event *Event) {
	repair := func(s *string) {
		if !utf8.ValidString(*s) {
			*s = strings.ToValidUTF8(*s, "\uFFFD")
			event.Repairs |= RepairInvalidUTF8
		}
	}
	repair(&d.Message)
	repair(&d.Localized)
	repair(&d.Domain)
	repair(&d.Reason)
	for i := range d.Metadata {
		repair(&d.Metadata[i].Value)
	}
	for i := range d.Violations {
		v := &d.Violations[i]
		for _, s := range []*string{&v.Field, &v.Description, &v.Reason, &v.Locale, &v.Localized} {
			repair(s)
		}
	}
	for _, detail := range d.Rest {
		repair(&detail.TypeUrl)
	}
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

// system returns the system whose fallback codes replace an RPC's errors; nil if it
// has none.
func (f *finisher) system(ctx context.Context, cat *catalog.Catalog, method string, request any) *catalog.System {
	if f.fallbackDomain != nil {
		var domain string
		f.protect(ctx, method, "the function of WithFallbackDomain panics", func() { domain = f.fallbackDomain(ctx, request) })
		if system, ok := cat.System(domain); ok {
			return system
		}
	}
	system, _ := cat.System(f.methods.options(method).dialect)
	return system
}

// requestID returns the id of an incoming RPC; "" if it has none, or one that is not
// 1 to 128 visible ASCII characters.
func requestID(ctx context.Context) string {
	values := metadata.ValueFromIncomingContext(ctx, RequestIDKey)
	if len(values) == 0 {
		return ""
	}
	id := values[len(values)-1]
	if !wire.IsRequestID(id) {
		return ""
	}
	return id
}
