// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"mime"
	"net/textproto"
	"slices"
	"strings"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/template"
)

// readEnvelopes reads the envelope of a system and its alternatives.
func (b *builder) readEnvelopes(r *systemReader) {
	e := &envelopeReader{builder: b, system: r.system, prefix: "envelope", options: r.options.GetEnvelope()}
	r.system.envelopes = []*template.Set{e.read()}
	for i, options := range r.options.GetAlternatives() {
		e := &envelopeReader{builder: b, system: r.system, prefix: fmt.Sprintf("alternatives[%d]", i), options: options}
		set := e.read()
		if set.MediaType != "" && slices.ContainsFunc(r.system.envelopes, func(other *template.Set) bool { return other.MediaType == set.MediaType }) {
			e.problem("content_type", "%q is already the media type of another envelope: write another one, since clients choose the envelope by it", set.MediaType)
		}
		r.system.envelopes = append(r.system.envelopes, set)
	}
}

// An envelopeReader reads one Envelope option.
type envelopeReader struct {
	*builder
	system  *System
	prefix  string // of the rules: envelope or alternatives[0]
	options *statusmapv1.Envelope
}

func (e *envelopeReader) problem(rule, format string, args ...any) {
	e.builder.problem(e.system.desc, e.prefix+"."+rule, format, args...)
}

// contentTypes are the default content types, by format.
var contentTypes = [...]string{
	template.JSON: "application/json; charset=utf-8",
	template.XML:  "application/xml; charset=utf-8",
	template.Text: "text/plain; charset=utf-8",
}

const (
	failureExample = `'{"code":{code},"message":{message}}'`
	successExample = `'{"code":0,"data":{data}}'`
)

func (e *envelopeReader) read() *template.Set {
	o := template.Options{Format: template.Format(e.options.GetFormat()), Escape: template.Escape(e.options.GetEscape())}
	if statusmapv1.Envelope_Format_name[int32(o.Format)] == "" {
		e.problem("format", "%d is not a known format, so it was written for a newer statusmap: upgrade the library", o.Format)
		o.Format = template.JSON
	}
	if statusmapv1.Envelope_Escape_name[int32(o.Escape)] == "" {
		e.problem("escape", "%d is not a known escape, so it was written for a newer statusmap: upgrade the library", o.Escape)
		o.Escape = template.Minimal
	} else if o.Escape != template.Minimal && o.Format != template.JSON {
		e.problem("escape", "only JSON has escapes: remove escape, or write format: JSON")
	}
	set := &template.Set{
		Format:      o.Format,
		HTTPAlways:  int(e.options.GetHttpAlways()),
		ContentType: cmp.Or(e.options.GetContentType(), contentTypes[o.Format]),
		HasSuccess:  e.options.GetSuccess() != "",
	}
	set.MediaType = e.mediaType(set.ContentType)
	switch {
	case set.HTTPAlways == 0:
	case !isHTTPStatus(set.HTTPAlways):
		e.problem("http_always", "%d is not a valid HTTP status of a response: write one from 200 to 599", set.HTTPAlways)
	case !hasBody(set.HTTPAlways):
		e.problem("http_always", "a response with HTTP status %d has no body, so the errors would be lost: write another one", set.HTTPAlways)
	}
	e.readFailures(set, o)
	e.readSuccess(set, o)
	e.readHeaders(set)
	if set.Format == template.JSON {
		set.Reply = template.NewReply(set.Failure, set.Success)
	}
	return set
}

func (e *envelopeReader) mediaType(contentType string) string {
	mediaType, _, err := mime.ParseMediaType(contentType)
	// ParseMediaType takes the values of Content-Disposition too.
	if err != nil || strings.Count(mediaType, "/") != 1 || strings.ContainsAny(contentType, "\r\n*") {
		e.problem("content_type", "%q is not a valid media type: write one such as \"application/problem+json\"", contentType)
		return ""
	}
	return mediaType
}

// readFailures reads failure, stream_failure and violation.
func (e *envelopeReader) readFailures(set *template.Set, o template.Options) {
	if source := e.options.GetViolation(); source != "" {
		o.Violation = e.compiled("violation")(template.CompileViolation(source, o))
		if o.Violation == nil {
			// The problem is reported: the templates must not report a missing violation.
			o.Violation = new(template.Envelope)
		}
	}
	if source := e.options.GetFailure(); source == "" {
		e.problem("failure", "missing: write the template of a failed call, for example %s", failureExample)
	} else {
		set.Failure = e.compiled("failure")(template.CompileEnvelope(source, o))
		if set.Failure != nil && !set.Failure.Has("code") {
			e.warn(e.system.desc, e.prefix+".failure", "{code} is missing, so clients do not get the legacy code, and it cannot be read back: write it in the place of the legacy code, for example %s", failureExample)
		}
	}
	set.StreamFailure = set.Failure
	if source := e.options.GetStreamFailure(); source != "" {
		set.StreamFailure = e.compiled("stream_failure")(template.CompileEnvelope(source, o))
	}
}

func (e *envelopeReader) readSuccess(set *template.Set, o template.Options) {
	source := e.options.GetSuccess()
	if source != "" && o.Format != template.JSON {
		e.problem("success", "a success contains the response message, which is JSON: remove success, or write format: JSON")
		set.HasSuccess, source = false, ""
	}
	if source == "" {
		source, o.Format = "{data}", template.JSON
	}
	o.Violation = nil
	set.Success = e.compiled("success")(template.CompileEnvelope(source, o))
	if set.Success != nil && !set.Success.Has("data") && !set.Success.Has("data...") {
		e.problem("success", "{data} is missing: write it in the place of the response, for example %s", successExample)
	}
}

// compiled returns a function that reports the errors of a template.
func (e *envelopeReader) compiled(rule string) func(*template.Envelope, []error) *template.Envelope {
	return func(t *template.Envelope, errs []error) *template.Envelope {
		for _, err := range errs {
			e.problem(rule, "%v", err)
		}
		return t
	}
}

// isMessageHeader reports whether a header in canonical form belongs to the connection,
// or to other parts of the response.
func isMessageHeader(name string) bool {
	switch name {
	case "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Keep-Alive", "Proxy-Authenticate",
		"Proxy-Authorization", "Proxy-Connection", "Retry-After", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	default:
		return false
	}
}

func (e *envelopeReader) readHeaders(set *template.Set) {
	headers := e.options.GetHeaders()
	seen := make(map[string]string, len(headers))
	for _, key := range slices.Sorted(maps.Keys(headers)) {
		name := textproto.CanonicalMIMEHeaderKey(key)
		switch other, twice := seen[name]; {
		case key == "" || !isToken(key):
			e.problem("headers", "%q is not a valid HTTP header name: write one such as \"X-Error-Code\"", key)
			continue
		case name == "Content-Type":
			e.problem("headers", "%s has an option of its own: write content_type instead", key)
			continue
		case name == "Retry-After":
			e.problem("headers", "%s has an option of its own: write retry_after on the codes instead", key)
			continue
		case isMessageHeader(name):
			e.problem("headers", "%s belongs to the connection or to the body: remove it", key)
			continue
		case name == e.system.requestIDHeader:
			e.problem("headers", "%s is the system's request_id_header, which is always sent: remove it", key)
			continue
		case twice:
			e.problem("headers", "%q and %q are the same header: remove one", other, key)
			continue
		}
		seen[name] = key
		if strings.ContainsAny(headers[key], "\r\n\x00") {
			e.problem("headers", "%s contains a line break or NUL: remove it", key)
			continue
		}
		t, errs := template.CompileEnvelope(headers[key], template.Options{Format: template.Text})
		for _, err := range errs {
			e.problem("headers", "%s: %v", key, err)
		}
		set.Headers = append(set.Headers, template.Header{Name: name, Template: t})
	}
	slices.SortFunc(set.Headers, func(a, b template.Header) int { return strings.Compare(a.Name, b.Name) })
}

// checkSuccessTemplates checks that a success template with {code} or {reason} has a code
// to fill in.
func (b *builder) checkSuccessTemplates(r *systemReader) {
	if r.system.success != nil {
		return
	}
	for i, set := range r.system.envelopes {
		if !set.Success.Has("code") && !set.Success.Has("reason") {
			continue
		}
		rule := "envelope.success"
		if i > 0 {
			rule = fmt.Sprintf("alternatives[%d].success", i-1)
		}
		b.problem(r.system.desc, rule, "{code} and {reason} are filled in from a success code, but the system has none: add a code with grpc: OK, or remove the placeholders")
	}
}
