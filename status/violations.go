// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"fmt"
	"slices"
	"strings"

	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/wire"
)

// A Violation is one thing that is wrong in a request.
type Violation struct {
	// Field is the path of the request field, for example "address.street"; "" if it is
	// not known.
	Field string
	// Message is the violation's message, in the same language as that of the error.
	Message string
	// Language and Localized are the tag and the text of the message in the language that
	// the caller has asked for; "" if there is none.
	Language, Localized string
	// Reason is the reason of the violation's code, or the rule_id of protovalidate; ""
	// if there is none.
	Reason string
	// Code is the code with that reason in the error's system; nil if there is none. All
	// methods of a nil code may be called.
	Code *catalog.Code
}

// A violation is given to an error by WithViolations.
type violation struct {
	wire.Violation
	code *catalog.Code // nil: it has no other language
	args []catalog.Arg
}

// WithViolations returns err with further things that are wrong in the request. They are
// sent as google.rpc.BadRequest, after the fields of err's own code. err is not changed.
//
//	err := status.Error(shopv1.Code_ORDER_INVALID)
//	return nil, status.WithViolations(err,
//		status.Error(shopv1.Code_WEIGHT_TOO_HIGH, "weight_kg", 40),
//		status.Error(shopv1.Code_PARAMETER_MISSING, "parameter", "address.street"))
//
// Each violation is an error of this package. It gives an entry for each of its code's
// fields, with its message; one entry without a field if its code has none; and the
// violations that it was given itself. Its code must belong to err's system: the entry of
// another code has no reason. Of a gRPC status, the entry has the text, unless its code is
// UNKNOWN. Other Go errors are left out, since their text is not for clients. These three
// are misuse, which the interceptor's observer and the log are told of. Violations that
// are nil are ignored. An error has at most 128 violations.
//
// If err is nil, WithViolations returns nil. If there are no violations, or if there is no
// legacy error in err, it returns err.
func WithViolations(err error, violations ...error) error {
	e, ok := FromError(err)
	if !ok || e.Reason() == "" || !slices.ContainsFunc(violations, func(err error) bool { return err != nil }) {
		return err
	}
	c := e.clone()
	if wraps(err) {
		c.cause = err
	}
	before := len(c.rare.given)
	for _, v := range violations {
		if v == nil {
			continue
		}
		if c.addViolation(v); len(c.rare.given) > wire.MaxViolations {
			break
		}
	}
	if len(c.rare.given) > wire.MaxViolations {
		c.rare.given = c.rare.given[:wire.MaxViolations]
		c.addDefect(fmt.Sprintf("there are more than %d violations", wire.MaxViolations))
	}
	if added := c.rare.given[before:]; c.received && len(added) > 0 {
		c.status.Store(appendViolations(e.GRPCStatus(), added))
	}
	return c
}

// clone returns a copy of e with rare fields of its own.
func (e *LegacyError) clone() *LegacyError {
	c := &LegacyError{
		code: e.code, rare: new(rareFields), grpc: e.grpc, received: e.received, message: e.message,
		args: e.args, retryAfter: e.retryAfter, cause: e.cause,
	}
	if e.rare != nil {
		*c.rare = *e.rare
		c.rare.logged = slices.Clip(e.rare.logged)
		c.rare.given = slices.Clip(e.rare.given)
		c.rare.givenErrors = slices.Clip(e.rare.givenErrors)
	}
	if e.received {
		c.status.Store(e.GRPCStatus())
	}
	return c
}

func (e *LegacyError) given() []violation {
	if e.rare == nil {
		return nil
	}
	return e.rare.given
}

func (e *LegacyError) givenErrors() []error {
	if e.rare == nil {
		return nil
	}
	return e.rare.givenErrors
}

// loggedError returns an error as it is logged.
func loggedError(cat *catalog.Catalog, err error) any {
	if e, ok := err.(*LegacyError); ok { //nolint:errorlint // one that is wrapped has more text
		return e.logValue(cat)
	}
	return forLog(details.Text(cat, err))
}

// addViolation adds what err says. Only a copy that nobody else has is changed.
func (e *LegacyError) addViolation(err error) {
	v, ok := FromError(err)
	if !ok || v.Reason() == "" {
		st, isStatus := statusIn(err)
		e.addDefect("a violation has no legacy code: " + forLog(details.Text(defaultCatalog(), err)))
		if isStatus && details.IsStatusText(st.Code(), st.Message()) {
			e.give(violation{Violation: wire.Violation{Description: st.Message()}})
		}
		return
	}
	if wraps(err) || v.cause != nil {
		e.rare.givenErrors = append(e.rare.givenErrors, err)
	}
	if v.defect() != "" {
		e.addDefect("the violation " + v.Reason() + ": " + v.defect())
	}
	reason := e.reasonOf(v)
	if reason == "" {
		e.addDefect(fmt.Sprintf("the violation %s.%s is not of the system of %s", v.Domain(), v.Reason(), e.Domain()))
	}
	if v.received {
		// What it carries is all there is.
		for _, x := range v.Violations() {
			entry := violation{Violation: wire.Violation{Field: x.Field, Description: x.Message, Locale: x.Language, Localized: x.Localized}}
			if reason != "" && x.Code != nil {
				entry.Reason = x.Reason
			}
			e.give(entry)
		}
		if len(v.Violations()) > 0 {
			return
		}
	}
	own := details.FieldViolations(v.code, v.args, v.message)
	if len(own) == 0 {
		own = []wire.Violation{{Description: v.message}}
	}
	for _, x := range own {
		x.Reason = reason
		e.give(violation{x, v.code, v.args})
	}
	for _, x := range v.given() {
		if reason == "" {
			x.Reason = ""
		}
		e.give(x)
	}
}

// reasonOf returns the reason of a violation in e's system; "" if it is not of that.
func (e *LegacyError) reasonOf(v *LegacyError) string {
	if v.Domain() == e.Domain() {
		return v.Reason()
	}
	if e.code == nil || v.code == nil {
		return ""
	}
	cat := new(catalog.Catalog) // no catalog is needed to compare two codes
	for _, system := range e.code.Systems() {
		if code, ok := cat.CodeIn(system, v.code); ok {
			return code.Reason()
		}
	}
	return ""
}

// give adds an entry, whose text becomes UTF-8.
func (e *LegacyError) give(v violation) {
	for _, s := range []*string{&v.Field, &v.Description, &v.Reason, &v.Locale, &v.Localized} {
		*s = strings.ToValidUTF8(*s, "\uFFFD")
	}
	e.rare.given = append(e.rare.given, v)
}

// appendViolations returns a copy of a status with further entries in its BadRequest.
func appendViolations(st *grpcstatus.Status, added []violation) *grpcstatus.Status {
	list := make([]wire.Violation, len(added))
	for i := range added {
		list[i] = added[i].Violation
	}
	p := st.Proto() // a copy
	for _, detail := range p.GetDetails() {
		if wire.Name(detail.GetTypeUrl()) == wire.BadRequest {
			// The fields of two messages after each other are those of one.
			detail.Value = wire.AppendBadRequest(detail.GetValue(), list)
			return grpcstatus.FromProto(p)
		}
	}
	p.Details = append(p.Details, &anypb.Any{TypeUrl: wire.BadRequestURL, Value: wire.AppendBadRequest(nil, list)})
	return grpcstatus.FromProto(p)
}

// Violations returns what is wrong in the request: the fields of the error's code, then
// what [WithViolations] added. Of a received error they are the entries of its
// google.rpc.BadRequest and of protovalidate's buf.validate.Violations. There are at most
// 128.
func (e *LegacyError) Violations() []Violation {
	if e == nil {
		return nil
	}
	var list []wire.Violation
	if e.received {
		all := e.GRPCStatus().Proto().GetDetails()
		list = details.Violations(details.First(all, wire.BadRequest), details.First(all, wire.Validation))
	} else {
		s := e.says()
		list = s.Violations[:min(len(s.Violations), wire.MaxViolations)]
	}
	if len(list) == 0 {
		return nil
	}
	violations := make([]Violation, len(list))
	find := e.reasonFinder()
	for i, v := range list {
		violations[i] = Violation{Field: v.Field, Message: v.Description, Language: v.Locale, Localized: v.Localized, Reason: v.Reason}
		if v.Reason != "" {
			violations[i].Code = find(v.Reason)
		}
	}
	return violations
}

// reasonFinder returns a function that returns the code of a reason in the systems that
// the error belongs to.
func (e *LegacyError) reasonFinder() func(reason string) *catalog.Code {
	systems := e.code.Systems()
	if e.code == nil {
		if system, ok := defaultCatalog().System(e.Domain()); ok {
			systems = append(systems, system)
		}
	}
	return func(reason string) *catalog.Code {
		for _, system := range systems {
			if code, ok := system.Lookup(reason); ok {
				return code
			}
		}
		return nil
	}
}

// Help returns the URL of the page about the error, from the option help of its system.
// Of a received error it is the first link of its google.rpc.Help, if it has one. Help
// returns "" if there is none.
func (e *LegacyError) Help() string {
	if e == nil {
		return ""
	}
	if e.received {
		if url := wire.ReadHelp(details.First(e.GRPCStatus().Proto().GetDetails(), wire.Help)); url != "" {
			return url
		}
	}
	return e.code.Help()
}
