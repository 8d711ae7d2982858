// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
)

// A field is the kind of a placeholder, such as {code}.
type field uint8

const (
	fieldCode field = iota
	fieldMessage
	fieldReason
	fieldDomain
	fieldRequestID
	fieldMetadata
	fieldData
	fieldMetadataName
	fieldLabel
	fieldMembers
	fieldHTTPStatus
	fieldHTTPReason
	fieldHTTPMethod
	fieldHTTPPath
	fieldGRPCCode
	fieldGRPCName
	fieldLanguage
	fieldTimestamp
	fieldTimestampMS
	fieldRetryAfter
	fieldHelp
	fieldField
	fieldViolations
	fieldDetails
	fieldCount
)

// fieldNames has the names as a template writes them. Those with NAME stand for any
// name.
var fieldNames = [fieldCount]string{
	"code", "message", "reason", "domain", "request_id", "metadata", "data",
	metadataPrefix + "NAME", labelsPrefix + "NAME", "data...",
	"http_status", "http_reason", "http_method", "http_path", "grpc_code", "grpc_name",
	"language", "timestamp", "timestamp_ms", "retry_after", "help", "field", "violations", "details",
}

const (
	metadataPrefix = "metadata."
	labelsPrefix   = "labels."
)

// violationFields are the placeholders of a violation's template.
var violationFields = []field{fieldField, fieldCode, fieldReason, fieldMessage}

// listOf returns placeholders as an error message lists them.
func listOf(fields []field) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("{" + fieldNames[f] + "}")
	}
	return b.String()
}

// pieceByName returns the placeholder with a name, without braces and question mark.
func pieceByName(name string) (piece, bool) {
	if rest, ok := strings.CutPrefix(name, metadataPrefix); ok {
		return piece{field: fieldMetadataName, text: rest}, rest != ""
	}
	if rest, ok := strings.CutPrefix(name, labelsPrefix); ok {
		return piece{field: fieldLabel, text: rest}, rest != ""
	}
	i := slices.Index(fieldNames[:], name)
	return piece{field: field(max(i, 0))}, i >= 0
}

// is reports whether a placeholder has a name; see [Envelope.Has].
func (p *piece) is(name string) bool {
	switch p.field {
	case fieldMetadataName:
		rest, ok := strings.CutPrefix(name, metadataPrefix)
		return ok && rest == p.text
	case fieldLabel:
		rest, ok := strings.CutPrefix(name, labelsPrefix)
		return ok && rest == p.text
	case fieldMembers:
		return name == "data"
	default:
		return fieldNames[p.field] == name
	}
}

// name returns the placeholder's name as the template writes it, without braces.
func (p *piece) name() string {
	name := fieldNames[p.field]
	switch p.field {
	case fieldMetadataName:
		name = metadataPrefix + p.text
	case fieldLabel:
		name = labelsPrefix + p.text
	}
	if p.optional {
		name += "?"
	}
	return name
}

// grpcNames are the names of the gRPC codes by number, as google.rpc.Code has them.
var grpcNames = [...]string{
	codes.OK: "OK", codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS",
	codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE",
	codes.Unimplemented: "UNIMPLEMENTED", codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE",
	codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
}

// timestampLayout is RFC 3339 with three decimals, for times in UTC.
const timestampLayout = "2006-01-02T15:04:05.000Z07:00"

// variable returns a pointer to the text of a field, or nil if Values has none for it.
func (v *Values) variable(f field) *string {
	switch f {
	case fieldCode:
		return &v.LegacyCode
	case fieldMessage:
		return &v.Message
	case fieldReason:
		return &v.Reason
	case fieldDomain:
		return &v.Domain
	case fieldRequestID:
		return &v.RequestID
	case fieldHTTPMethod:
		return &v.HTTPMethod
	case fieldHTTPPath:
		return &v.HTTPPath
	case fieldLanguage:
		return &v.Language
	case fieldHelp:
		return &v.Help
	default:
		return nil
	}
}

// text returns the text of a placeholder that is a text; "" for all others.
func (v *Values) text(p *piece) string {
	switch p.field {
	case fieldMetadataName:
		s, _ := Find(v.Metadata, p.text)
		return s
	case fieldLabel:
		return v.Labels[p.text]
	case fieldHTTPReason:
		return http.StatusText(v.HTTPStatus)
	case fieldGRPCName:
		if int(v.GRPCCode) < len(grpcNames) {
			return grpcNames[v.GRPCCode]
		}
		return ""
	case fieldField:
		if len(v.Violations) > 0 {
			return v.Violations[0].Field
		}
		return ""
	default:
		if s := v.variable(p.field); s != nil {
			return *s
		}
		return ""
	}
}

// number returns the value of a placeholder that is a number. isNumber is false for all
// others; ok is false if there is no value.
func (v *Values) number(f field) (n int64, isNumber, ok bool) {
	switch f {
	case fieldHTTPStatus:
		return int64(v.HTTPStatus), true, v.HTTPStatus > 0
	case fieldGRPCCode:
		return int64(v.GRPCCode), true, true
	case fieldTimestampMS:
		return v.Time.UnixMilli(), true, !v.Time.IsZero()
	case fieldRetryAfter:
		return v.RetryAfter, true, v.RetryAfter > 0
	default:
		return 0, false, false
	}
}

// has reports whether a placeholder has a value.
func (v *Values) has(p *piece) bool {
	switch p.field {
	case fieldMessage:
		if v.Template != nil {
			return v.Template.hasText(v.Metadata)
		}
		return v.Message != ""
	case fieldMetadata:
		return slices.ContainsFunc(v.Metadata, func(a Arg) bool { return v.Sensitive == nil || !v.Sensitive(a.Name) })
	case fieldData, fieldMembers:
		return len(v.Data) > 0
	case fieldDetails:
		return len(v.Details) > 0 && !isEmptyArray(v.Details)
	case fieldViolations:
		return len(v.Violations) > 0
	case fieldTimestamp:
		return !v.Time.IsZero()
	default:
		if _, isNumber, ok := v.number(p.field); isNumber {
			return ok
		}
		return v.text(p) != ""
	}
}

// appendText appends a placeholder as escaped text; nothing if it has no value.
func (v *Values) appendText(dst []byte, p *piece, e *Envelope) []byte {
	var s string
	switch p.field {
	case fieldMessage:
		if v.Template != nil {
			return v.Template.appendTo(dst, v.Metadata, p.encoding)
		}
		s = v.Message
	case fieldCode:
		s = v.LegacyCode
	case fieldRequestID:
		s = v.RequestID
	case fieldReason:
		s = v.Reason
	case fieldMetadata:
		s = string(v.appendMetadata(nil, Minimal))
	case fieldDetails:
		s = string(v.Details)
	case fieldViolations:
		return v.appendViolations(dst, "", e)
	case fieldTimestamp, fieldHTTPStatus, fieldGRPCCode, fieldTimestampMS, fieldRetryAfter:
		return v.appendDigits(dst, p.field)
	default:
		s = v.text(p)
	}
	if p.encoding == encodeMinimal {
		return appendEscaped(dst, s)
	}
	return appendEncoded(dst, s, p.encoding)
}

// appendDigits appends a time or a number; nothing if it has no value.
func (v *Values) appendDigits(dst []byte, f field) []byte {
	if f == fieldTimestamp {
		if v.Time.IsZero() {
			return dst
		}
		return v.Time.UTC().AppendFormat(dst, timestampLayout)
	}
	if n, _, ok := v.number(f); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	return dst
}

// appendValue appends a placeholder as a JSON value; null if it has no value.
func (v *Values) appendValue(dst []byte, p *piece, e *Envelope) []byte {
	switch p.field {
	case fieldData:
		return appendDocument(dst, v.Data, e.escape)
	case fieldDetails:
		return appendDocument(dst, v.Details, e.escape)
	case fieldMetadata:
		return v.appendMetadata(dst, e.escape)
	case fieldCode:
		if isInteger(v.LegacyCode) {
			return append(dst, v.LegacyCode...)
		}
	case fieldMetadataName:
		if v.Type != nil {
			var ok bool
			if dst, ok = appendTyped(dst, v.text(p), v.Type(p.text), e.escape); ok {
				return dst
			}
		}
	case fieldHTTPStatus, fieldGRPCCode, fieldTimestampMS, fieldRetryAfter:
		n, _, ok := v.number(p.field)
		if !ok {
			return append(dst, "null"...)
		}
		return strconv.AppendInt(dst, n, 10)
	}
	start := len(dst)
	dst = append(dst, '"')
	dst = v.appendText(dst, p, e)
	if len(dst) == start+1 && !v.isEmptyMessage(p) {
		return append(dst[:start], "null"...)
	}
	return append(dst, '"')
}

// isEmptyMessage reports whether a placeholder is {message} in a success. Without a
// success code, it is an empty text there, and not null.
func (v *Values) isEmptyMessage(p *piece) bool {
	return p.field == fieldMessage && v.GRPCCode == codes.OK
}

// appendMetadata appends the arguments that are not sensitive, as a JSON object. If a
// name is repeated, its first value counts.
func (v *Values) appendMetadata(dst []byte, escape Escape) []byte {
	dst = append(dst, '{')
	enc, first := jsonEncoding(escape), true
	repeated := repeatedNames(v.Metadata)
	for i := range v.Metadata {
		a := &v.Metadata[i]
		if v.Sensitive != nil && v.Sensitive(a.Name) || repeated != nil && repeated[i] {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendQuoted(dst, a.Name, enc), ':')
		dst = appendQuoted(dst, a.Value, enc)
	}
	return append(dst, '}')
}

// appendViolations appends the violations with a separator between them.
func (v *Values) appendViolations(dst []byte, separator string, e *Envelope) []byte {
	one := Values{GRPCCode: v.GRPCCode}
	for i := range v.Violations {
		if i > 0 {
			dst = append(dst, separator...)
		}
		violation := &v.Violations[i]
		one.Violations = v.Violations[i : i+1]
		one.LegacyCode, one.Reason, one.Message = violation.LegacyCode, violation.Reason, violation.Message
		dst = e.violation.Append(dst, &one)
	}
	return dst
}
