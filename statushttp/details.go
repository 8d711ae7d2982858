// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"bytes"
	"encoding/json"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/internal/wire"
)

// violations returns the violations of an error: those of its code's fields, then the
// received ones. A fallback has only the first.
func (f *failure) violations(c *Codec, r *Request, d *Decision) []template.Violation {
	v := &f.values
	message := v.Message
	if v.Template != nil {
		message = v.Template.Text(v.Metadata)
	}
	var list []template.Violation
	for _, field := range knownFields(d.Code, v.Metadata) {
		list = append(list, template.Violation{Field: field, LegacyCode: v.LegacyCode, Reason: v.Reason, Message: message})
	}
	if d.Replaced {
		return list
	}
	own := list
	for _, x := range f.receivedViolations() {
		if isOwn(own, x.Field, x.Reason) {
			continue // in the words of the dialect already
		}
		code := c.violationCode(d, f.info.Domain, x.Reason)
		list = append(list, template.Violation{
			Field: x.Field, LegacyCode: code.LegacyCode(), Reason: x.Reason, Message: violationMessage(d.Dialect, r, code, &x),
		})
	}
	return list
}

// knownFields returns the option fields of a code, but those whose arguments are missing.
func knownFields(code *catalog.Code, args []wire.Pair) []string {
	var fields []string
	for _, field := range code.Fields() {
		if field.Template().Missing(args) == nil {
			fields = append(fields, field.Text(args...))
		}
	}
	return fields
}

func isOwn(own []template.Violation, field, reason string) bool {
	for i := range own {
		if own[i].Field == field && own[i].Reason == reason {
			return true
		}
	}
	return false
}

// receivedViolations returns the violations of the error's status.
func (in *reading) receivedViolations() []wire.Violation {
	if in.raw != "" {
		return details.Violations(in.info.BadRequest, in.info.Validation)
	}
	list := in.status.Proto().GetDetails()
	return details.Violations(details.First(list, wire.BadRequest), details.First(list, wire.Validation))
}

// violationCode returns the code by which a dialect says a violation of an error of the
// given domain; nil if it has none.
func (c *Codec) violationCode(d *Decision, domain, reason string) *catalog.Code {
	if reason == "" {
		return nil
	}
	if d.Dialect.HasDomain(domain) {
		code, _ := d.Dialect.Lookup(reason)
		return code
	}
	// The error is another version's.
	var code *catalog.Code
	if system, ok := c.catalog.System(domain); ok {
		code, ok = system.Lookup(reason)
		if !ok {
			return nil
		}
	} else if code, ok = c.catalog.Lookup(domain, reason); !ok {
		return nil
	}
	code, _ = c.catalog.CodeIn(d.Dialect, code)
	return code
}

// violationMessage returns the text of a received violation in the language that the
// request asks for, as far as the violation or its code has it.
func violationMessage(dialect *catalog.System, r *Request, code *catalog.Code, x *wire.Violation) string {
	m, language := messageFor(dialect, code, r)
	switch {
	case x.Localized != "" && x.Locale == language:
		return x.Localized
	case code.Translated():
		if args, ok := matchMessage(code, x.Description); ok {
			return m.Text(args...)
		}
	case code != nil && x.Description == "":
		return m.Text()
	}
	return x.Description
}

// matchMessage reads the arguments of a code from its message, in any of its languages.
func matchMessage(code *catalog.Code, text string) (args []catalog.Arg, ok bool) {
	if args, ok = code.Message().Match(text); ok {
		return args, true
	}
	for _, m := range code.Translations() {
		if args, ok = m.Match(text); ok {
			return args, true
		}
	}
	return nil, false
}

// detailsJSON returns the details of the answer as a JSON array: the ErrorInfo without
// sensitive arguments, the violations, and the other details of the received status
// whose types are linked into the program. Stack traces are left out, and nothing is
// added to a fallback's own.
func (f *failure) detailsJSON(d *Decision, violations []template.Violation) []byte {
	v := &f.values
	hidden := sensitive(d.Code, d.received)
	info := &errdetails.ErrorInfo{Domain: v.Domain, Reason: v.Reason, Metadata: map[string]string{}}
	for _, m := range v.Metadata {
		if hidden == nil || !hidden(m.Name) {
			info.Metadata[m.Name] = m.Value
		}
	}
	if v.LegacyCode != "" {
		info.Metadata[catalog.ErrorInfoLegacyCode] = v.LegacyCode
	}
	list := []proto.Message{info}
	var received []*anypb.Any
	if !d.Replaced {
		received = f.details()
	}
	if len(violations) > 0 && details.First(received, wire.BadRequest) == "" {
		bad := &errdetails.BadRequest{}
		for _, x := range violations {
			bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: x.Field, Description: x.Message, Reason: x.Reason})
		}
		list = append(list, bad)
	}
	for _, detail := range received {
		switch wire.Name(detail.GetTypeUrl()) {
		case wire.ErrorInfo, wire.DebugInfo:
		default:
			list = append(list, detail)
		}
	}
	if url := d.Dialect.Help(v.Domain, v.Reason, v.LegacyCode); url != "" && details.First(received, wire.Help) == "" {
		list = append(list, &errdetails.Help{Links: []*errdetails.Help_Link{{Url: url}}})
	}
	var b bytes.Buffer
	b.WriteByte('[')
	for _, m := range list {
		appendDetail(&b, m)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// appendDetail appends a detail to a JSON array. It appends nothing if the detail cannot
// be written: its type is not linked, or its bytes are not of its type.
func appendDetail(b *bytes.Buffer, m proto.Message) {
	detail, isAny := m.(*anypb.Any)
	if !isAny {
		var err error
		if detail, err = anypb.New(m); err != nil {
			return // text that is not UTF-8
		}
	}
	text, err := protojson.Marshal(detail)
	if err != nil {
		return
	}
	before := b.Len()
	if before > 1 {
		b.WriteByte(',')
	}
	if err := json.Compact(b, text); err != nil { // protojson adds spaces at random
		b.Truncate(before)
	}
}
