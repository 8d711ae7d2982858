// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"fmt"
	"maps"
	"mime"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/annotation"
	"github.com/statusmap/statusmap/internal/template"
)

// Numbers of fields in options.proto, for source paths.
const (
	fieldLanguage, fieldEnvelope, fieldLanguageHeader, fieldSuccessCodes       = 2, 3, 4, 5
	fieldDefaultLanguage, fieldIncludes, fieldAlternatives                     = 7, 8, 9
	fieldRequestIDHeader, fieldHelp                                            = 10, 11
	fieldFailure, fieldSuccess, fieldHTTPAlways, fieldFormat, fieldContentType = 1, 2, 3, 4, 5
	fieldEscape, fieldHeaders, fieldStreamFailure, fieldViolation              = 6, 7, 8, 9
	fieldGRPC, fieldHTTP, fieldLegacyCode, fieldMessage, fieldTranslations     = 1, 2, 3, 4, 5
	fieldFallbackFor, fieldRetryAfter, fieldFields, fieldLabels, fieldReads    = 6, 7, 8, 9, 10
	fieldFallbackForHTTP, fieldArgs                                            = 11, 12
	fieldRPCDialect, fieldRPCErrors                                            = 1, 2
)

type numbers = []protoreflect.FieldNumber

// compareCode compares the options of a code. Options that are not here are for people, or
// change nothing for clients that know the old ones.
func (c *comparer) compareCode(old, now *code) {
	a, b := old.options, now.options
	add := func(rule string, field protoreflect.FieldNumber, format string, args ...any) {
		c.add(rule, now.desc, old.desc, numbers{field}, format, args...)
	}
	if x, y := old.legacyCode(), now.legacyCode(); x != y {
		add("CODE_SAME_LEGACY_CODE", fieldLegacyCode,
			"the legacy code changes from %q to %q: clients of the old REST API compare it, and programs that read it back do not find the code: write legacy_code: %q, and add a new value for the new legacy code", x, y, x)
	}
	if a.GetReads() != "" && a.GetReads() != b.GetReads() {
		add("CODE_SAME_READS", fieldReads,
			"reads changes from %q to %q: clients of old backends read legacy codes as another code: keep reads, or write an expression that matches at least the same legacy codes and ignore this rule for the change", a.GetReads(), b.GetReads())
	}
	c.compareStatus(old, now, add)
	if b.GetRetryAfter() != a.GetRetryAfter() {
		add("CODE_SAME_RETRY_AFTER", fieldRetryAfter,
			"retry_after changes from %d to %d: clients of gRPC and of the old REST API wait as it says: write retry_after: %d, or ignore this rule for the change", a.GetRetryAfter(), b.GetRetryAfter(), a.GetRetryAfter())
	}
	c.compareTexts(old, now, add)
	c.compareArgs(old, now, add)
	c.comparePlaceholders(old, now, add)
}

type adder = func(rule string, field protoreflect.FieldNumber, format string, args ...any)

func (c *comparer) compareStatus(old, now *code, add adder) {
	a, b := old.options, now.options
	switch wasSuccess, isSuccess := isSuccess(a), isSuccess(b); {
	case wasSuccess && !isSuccess:
		add("CODE_SAME_SUCCESS", fieldGRPC, "the success code becomes an error, with the gRPC code %s: clients of gRPC and of the old REST API get a failure instead of a response: write grpc: OK, and add a new value for the error", grpcName(now))
	case !wasSuccess && isSuccess:
		add("CODE_SAME_SUCCESS", fieldGRPC, "the error becomes a success code: clients of gRPC and of the old REST API get a response instead of a failure: write grpc: %s, and add a new value for the success", grpcName(old))
	case a.GetGrpc() != b.GetGrpc() || (a.Grpc == nil) != (b.Grpc == nil):
		status := ""
		if x, y := httpStatus(a), httpStatus(b); x != y && a.GetHttp() == 0 && b.GetHttp() == 0 {
			status = fmt.Sprintf(", and the HTTP status from %d to %d unless http_always says otherwise", x, y)
		}
		add("CODE_SAME_GRPC", fieldGRPC, "the gRPC code changes from %s to %s%s: gRPC clients branch and retry by it: write grpc: %s, and add a new value for the new meaning", grpcName(old), grpcName(now), status, grpcName(old))
	}
	x, y := httpStatus(a), httpStatus(b)
	// A fallback without the option has the status of the gRPC code that it replaces.
	differs := a.GetHttp() != b.GetHttp() && len(a.GetFallbackFor()) > 0
	if (x != y || differs) && (a.GetHttp() != 0 || b.GetHttp() != 0) {
		add("CODE_SAME_HTTP", fieldHTTP, "the HTTP status changes from %s to %s: clients of the old REST API compare it: %s, and add a new value for the new status",
			describeHTTP(a), describeHTTP(b), writeHTTP(a))
	}
}

func isSuccess(o *statusmapv1.CodeOptions) bool {
	return o.Grpc != nil && o.GetGrpc() == statusmapv1.GrpcCode_OK
}

func httpStatus(o *statusmapv1.CodeOptions) int {
	if o.GetHttp() != 0 {
		return int(o.GetHttp())
	}
	return catalog.HTTPStatus(codes.Code(o.GetGrpc()))
}

func describeHTTP(o *statusmapv1.CodeOptions) string {
	if o.GetHttp() != 0 {
		return strconv.Itoa(int(o.GetHttp()))
	}
	if len(o.GetFallbackFor()) > 0 {
		return "that of the gRPC code that the code replaces"
	}
	return fmt.Sprintf("%d (that of %s)", httpStatus(o), o.GetGrpc())
}

func writeHTTP(o *statusmapv1.CodeOptions) string {
	if o.GetHttp() != 0 {
		return fmt.Sprintf("write http: %d", o.GetHttp())
	}
	return "remove http"
}

// compareTexts compares the message, the translations and the fields. A text in which only
// an argument has another name makes the same bytes: compareArgs reports the name.
func (c *comparer) compareTexts(old, now *code, add adder) {
	a, b := old.options, now.options
	if !sameText(old, now, a.GetMessage(), b.GetMessage()) {
		add("CODE_SAME_MESSAGE", fieldMessage,
			"the message changes from %q to %q: clients of the old REST API compare or show it, and programs that read it back do not find its arguments: write the old message, or add a new value", a.GetMessage(), b.GetMessage())
	}
	for _, language := range slices.Sorted(maps.Keys(a.GetTranslations())) {
		before, after := a.GetTranslations()[language], b.GetTranslations()[language]
		switch _, ok := b.GetTranslations()[language]; {
		case !ok:
			add("CODE_NO_TRANSLATION_DELETE", fieldTranslations,
				"the translation into %q is deleted: clients that ask for this language get another one: write it again: translations: {key: %q value: %q}", language, language, before)
		case !sameText(old, now, before, after):
			add("CODE_SAME_TRANSLATION", fieldTranslations,
				"the translation into %q changes from %q to %q: clients of the old REST API that ask for this language compare or show it: write the old text, or ignore this rule for the change", language, before, after)
		}
	}
	same := len(a.GetFields()) == len(b.GetFields())
	for i := 0; same && i < len(a.GetFields()); i++ {
		same = sameText(old, now, a.GetFields()[i], b.GetFields()[i])
	}
	if !same {
		add("CODE_SAME_FIELDS", fieldFields,
			"fields changes from %q to %q: clients mark these fields of the request as wrong: write the old fields, or add a new value", a.GetFields(), b.GetFields())
	}
}

// sameText reports whether two texts of a code make the same bytes, also if arguments have
// other names.
func sameText(old, now *code, a, b string) bool {
	if a == b {
		return true
	}
	x, errX := template.CompileMessage(a)
	y, errY := template.CompileMessage(b)
	if errX != nil || errY != nil || len(x.Params()) != len(y.Params()) {
		return false
	}
	var before, after []template.Arg
	for i, name := range x.Params() {
		other := y.Params()[i]
		if name != other && (slices.Contains(now.args, name) || slices.Contains(old.args, other)) {
			return false // another argument
		}
		value := "\x00" + strconv.Itoa(i) + "\x00"
		before = append(before, template.Arg{Name: name, Value: value})
		after = append(after, template.Arg{Name: other, Value: value})
	}
	return x.Text(before) == y.Text(after)
}

func (c *comparer) compareArgs(old, now *code, add adder) {
	a, b := old.options.GetArgs(), now.options.GetArgs()
	deleted := false
	for i, name := range old.args {
		if slices.Contains(now.args, name) {
			continue
		}
		deleted = true
		change := "is deleted"
		if len(now.args) == len(old.args) && !slices.Contains(old.args, now.args[i]) {
			change = "becomes {" + now.args[i] + "}"
		}
		field := protoreflect.FieldNumber(fieldMessage)
		if len(argsOf(now.options.GetMessage())) == 0 {
			field = fieldArgs
		}
		add("CODE_NO_ARG_DELETE", field,
			"the argument {%s} %s: clients read it from the error's metadata by its name, and calls of the Go constructor do not compile: keep the argument {%s}, or add a new value", name, change, name)
	}
	if !deleted && !slices.Equal(old.args, now.args) {
		add("CODE_SAME_ARGS", fieldArgs,
			"the arguments change from (%s) to (%s): calls of the Go constructor do not compile, or pass values in the wrong order: keep the order of the arguments in message, fields and args, or add a new value",
			strings.Join(old.args, ", "), strings.Join(now.args, ", "))
	}
	for _, name := range old.args {
		if !slices.Contains(now.args, name) {
			continue
		}
		if x, y := a[name].GetType(), b[name].GetType(); x != y {
			add("CODE_SAME_ARG_TYPE", fieldArgs,
				"the type of the argument {%s} changes from %s to %s: calls of the Go constructor do not compile, and typed clients cannot read old values: write type: %s, or add an argument with another name", name, x, y, x)
		}
		if a[name].GetSensitive() && !b[name].GetSensitive() {
			add("CODE_NO_SENSITIVE_DELETE", fieldArgs,
				"the argument {%s} is no longer sensitive: logs and the text of errors show values that were hidden: write sensitive: true", name)
		}
	}
}

// comparePlaceholders compares what the envelopes of the code's systems fill in.
func (c *comparer) comparePlaceholders(old, now *code, add adder) {
	report := func(placeholder string, field protoreflect.FieldNumber, change string) {
		for _, system := range now.table.systems {
			if system.fills(placeholder) {
				add("CODE_SAME_PLACEHOLDERS", field,
					"%s, and an envelope of %s has {%s}: clients of the old REST API get another body: undo the change, or add a new value", change, system.domain, placeholder)
				return
			}
		}
	}
	a, b := old.options.GetLabels(), now.options.GetLabels()
	for _, name := range slices.Sorted(maps.Keys(merged(a, b))) {
		if a[name] != b[name] {
			report("labels."+name, fieldLabels, fmt.Sprintf("the label %q changes from %q to %q", name, a[name], b[name]))
		}
	}
	for _, name := range old.args {
		x, y := old.options.GetArgs()[name], now.options.GetArgs()[name]
		if !slices.Contains(now.args, name) {
			continue // compareArgs reports it
		}
		if x.GetType() != y.GetType() {
			report("metadata."+name, fieldArgs, fmt.Sprintf("the JSON of the argument {%s} changes from %s to %s", name, x.GetType(), y.GetType()))
		}
		if x.GetSensitive() != y.GetSensitive() {
			report("metadata", fieldArgs, fmt.Sprintf("sensitive changes from %t to %t for the argument {%s}", x.GetSensitive(), y.GetSensitive(), name))
		}
	}
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return all
}

// compareSystem compares the options of a system, and what follows from all of its codes.
func (c *comparer) compareSystem(old, now *table) {
	a, b := old.options, now.options
	add := func(rule string, fields numbers, format string, args ...any) {
		c.add(rule, now.desc, old.desc, fields, format, args...)
	}
	if a.GetSuccessCodes() != b.GetSuccessCodes() {
		add("SYSTEM_SAME_SUCCESS_CODES", numbers{fieldSuccessCodes},
			"success_codes changes from %q to %q: programs that read bodies back take failures for successes, or successes for failures: write success_codes: %q, or ignore this rule for the change", a.GetSuccessCodes(), b.GetSuccessCodes(), a.GetSuccessCodes())
	}
	if x, y := a.GetLanguage(), b.GetLanguage(); x != y {
		add("SYSTEM_SAME_LANGUAGE", numbers{fieldLanguage},
			"language changes from %q to %q: clients get messages in another language, or another language tag: write language: %q, and the other language as translations", x, y, x)
	} else if x, y := cmp.Or(a.GetDefaultLanguage(), x), cmp.Or(b.GetDefaultLanguage(), y); x != y {
		add("SYSTEM_SAME_LANGUAGE", numbers{fieldDefaultLanguage},
			"the default language changes from %q to %q: clients that do not ask for a language get other messages: write default_language: %q", x, y, x)
	}
	if x, y := header(a.GetLanguageHeader()), header(b.GetLanguageHeader()); x != y {
		add("SYSTEM_SAME_LANGUAGE", numbers{fieldLanguageHeader},
			"language_header changes from %s to %s: clients that send one of these headers get messages in another language: write the old header, or ignore this rule for the change", quoted(x), quoted(y))
	}
	if x, y := cmp.Or(header(a.GetRequestIdHeader()), "X-Request-Id"), cmp.Or(header(b.GetRequestIdHeader()), "X-Request-Id"); x != y {
		add("SYSTEM_SAME_REQUEST_ID_HEADER", numbers{fieldRequestIDHeader},
			"the header of the request's id changes from %q to %q: clients do not find the id that they report: write request_id_header: %q", x, y, x)
	}
	if a.GetHelp() != "" && a.GetHelp() != b.GetHelp() {
		add("SYSTEM_SAME_HELP", numbers{fieldHelp},
			"help changes from %q to %q: clients compare or open the URL: write help: %q, and redirect it", a.GetHelp(), b.GetHelp(), a.GetHelp())
	}
	c.compareEnvelope(a.GetEnvelope(), b.GetEnvelope(), "envelope", numbers{fieldEnvelope}, add)
	c.compareAlternatives(a, b, add)
	c.compareCodesOf(old, now, add)
	c.compareFallbacks(old, now)
}

func header(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

type systemAdder = func(rule string, fields numbers, format string, args ...any)

func (c *comparer) compareEnvelope(a, b *statusmapv1.Envelope, name string, path numbers, add systemAdder) {
	at := func(field protoreflect.FieldNumber) numbers { return append(slices.Clip(path), field) }
	// The default of stream_failure is failure.
	streamBefore, streamAfter := a.GetStreamFailure(), b.GetStreamFailure()
	if cmp.Or(streamBefore, a.GetFailure()) == cmp.Or(streamAfter, b.GetFailure()) {
		streamBefore, streamAfter = "", ""
	}
	for _, part := range []struct {
		field         protoreflect.FieldNumber
		name          string
		before, after string
	}{
		{fieldFailure, "failure", a.GetFailure(), b.GetFailure()},
		{fieldSuccess, "success", cmp.Or(a.GetSuccess(), "{data}"), cmp.Or(b.GetSuccess(), "{data}")},
		{fieldStreamFailure, "stream_failure", streamBefore, streamAfter},
		{fieldViolation, "violation", a.GetViolation(), b.GetViolation()},
		{fieldFormat, "format", a.GetFormat().String(), b.GetFormat().String()},
		{fieldEscape, "escape", a.GetEscape().String(), b.GetEscape().String()},
	} {
		if part.before != part.after {
			add("SYSTEM_SAME_ENVELOPE", at(part.field),
				"%s.%s changes from %q to %q: clients of the old REST API read these bytes: write the old one, or add a further envelope to alternatives", name, part.name, part.before, part.after)
		}
	}
	if x, y := a.GetHttpAlways(), b.GetHttpAlways(); x != y {
		add("SYSTEM_SAME_HTTP_ALWAYS", at(fieldHTTPAlways),
			"%s.http_always changes from %d to %d: clients of the old REST API get another HTTP status for failures: undo the change (0 is the default)", name, x, y)
	}
	if x, y := contentType(a), contentType(b); x != y {
		add("SYSTEM_SAME_CONTENT_TYPE", at(fieldContentType),
			"the Content-Type of %s changes from %q to %q: clients of the old REST API decide by it how to read the body: write content_type: %q", name, x, y, x)
	}
	before, after := headers(a), headers(b)
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[key]; !ok {
			add("SYSTEM_SAME_HEADERS", at(fieldHeaders), "the header %s of failures is deleted: clients of the old REST API may read it: write it again: headers: {key: %q value: %q}", key, key, before[key])
		} else if before[key] != after[key] {
			add("SYSTEM_SAME_HEADERS", at(fieldHeaders), "the header %s of failures changes from %q to %q: clients of the old REST API may read it: write the old value, or add a header with another name", key, before[key], after[key])
		}
	}
}

func headers(e *statusmapv1.Envelope) map[string]string {
	canonical := map[string]string{}
	for name, value := range e.GetHeaders() {
		canonical[header(name)] = value
	}
	return canonical
}

func contentType(e *statusmapv1.Envelope) string {
	if e.GetContentType() != "" {
		return e.GetContentType()
	}
	switch e.GetFormat() {
	case statusmapv1.Envelope_XML:
		return "application/xml; charset=utf-8"
	case statusmapv1.Envelope_TEXT:
		return "text/plain; charset=utf-8"
	default:
		return "application/json; charset=utf-8"
	}
}

// mediaType returns a content type without parameters, by which clients choose.
func mediaType(e *statusmapv1.Envelope) string {
	if m, _, err := mime.ParseMediaType(contentType(e)); err == nil {
		return m
	}
	return contentType(e)
}

func (c *comparer) compareAlternatives(a, b *statusmapv1.SystemOptions, add systemAdder) {
	last := -1
	for _, before := range a.GetAlternatives() {
		i := slices.IndexFunc(b.GetAlternatives(), func(e *statusmapv1.Envelope) bool { return mediaType(e) == mediaType(before) })
		switch {
		case i < 0:
			add("SYSTEM_SAME_ALTERNATIVES", numbers{fieldAlternatives},
				"the alternative %q is deleted: clients that accept it get another body: write it again", mediaType(before))
			continue
		case i < last:
			add("SYSTEM_SAME_ALTERNATIVES", numbers{fieldAlternatives, protoreflect.FieldNumber(i)},
				"the alternative %q is now before others: clients that accept several of them get another body: keep the order", mediaType(before))
		}
		last = max(last, i)
		c.compareEnvelope(before, b.GetAlternatives()[i], fmt.Sprintf("alternatives[%d]", i), numbers{fieldAlternatives, protoreflect.FieldNumber(i)}, add)
	}
}

// compareCodesOf reports codes that still exist, but that the system has lost.
func (c *comparer) compareCodesOf(old, now *table, add systemAdder) {
	has := map[*code]bool{}
	for _, one := range now.all() {
		has[one] = true
	}
	reported := map[*table]bool{}
	for _, one := range old.all() {
		if match := c.match[one]; match != nil && !has[match] && !reported[match.table] {
			reported[match.table] = true
			add("SYSTEM_SAME_CODES", numbers{fieldIncludes},
				"the system no longer has the codes of %s, such as %s: clients of the old REST API get a fallback instead: write includes: %q", match.table.desc.FullName(), match.desc.Name(), match.table.desc.FullName())
		}
	}
}

// compareFallbacks compares which code replaces an error without a code of the system.
func (c *comparer) compareFallbacks(old, now *table) {
	a, b := old.fallbacks(), now.fallbacks()
	type pair struct{ before, after *code }
	changed := map[pair][]string{}
	var order []pair
	note := func(before, after *code, what string) {
		if before == after || c.match[before] == after && after != nil {
			return
		}
		p := pair{before, after}
		if changed[p] == nil {
			order = append(order, p)
		}
		changed[p] = append(changed[p], what)
	}
	for g := range int32(len(statusmapv1.GrpcCode_name)) {
		grpc := statusmapv1.GrpcCode(g)
		if a.grpc[grpc] != nil || b.grpc[grpc] != nil {
			note(a.grpc[grpc], b.grpc[grpc], grpc.String())
		}
	}
	for _, status := range slices.Sorted(maps.Keys(b.http)) {
		if a.http[status] == nil {
			note(nil, b.http[status], fmt.Sprintf("HTTP %d", status))
		}
	}
	for _, status := range slices.Sorted(maps.Keys(a.http)) {
		note(a.http[status], b.http[status], fmt.Sprintf("HTTP %d", status))
	}
	name := func(one *code) string {
		if one == nil {
			return "fallback_for says"
		}
		return string(one.desc.Name())
	}
	for _, p := range order {
		field := numbers{}
		d, before := protoreflect.Descriptor(now.desc), protoreflect.Descriptor(old.desc)
		if p.after != nil {
			d, field = p.after.desc, numbers{fieldFallbackFor}
			if strings.HasPrefix(changed[p][0], "HTTP ") {
				field = numbers{fieldFallbackForHTTP}
			}
		}
		c.add("SYSTEM_SAME_FALLBACK", d, before, field,
			"errors that are not of the system %s are answered as %s instead of %s (%s): clients of the old REST API get another code: keep fallback_for and fallback_for_http as they were",
			now.domain, name(p.after), name(p.before), strings.Join(changed[p], ", "))
	}
}

// An rpc is what the options say of a method.
type rpc struct {
	dialect                           string
	errors                            map[string]bool // full names, if they are known
	dialectOfService, errorsOfService bool
}

// rpc returns the options of a method with those of its service. Options that cannot be
// read are problems of the catalog.
func (f *Files) rpc(method protoreflect.MethodDescriptor) rpc {
	own, errOwn := annotation.Method(method)
	if errOwn != nil {
		own = nil
	}
	var service *statusmapv1.RPCOptions
	if parent, ok := method.Parent().(protoreflect.ServiceDescriptor); ok {
		if o, err := annotation.Service(parent); err == nil {
			service = o
		}
	}
	r := rpc{
		dialect:          cmp.Or(own.GetDialect(), service.GetDialect()),
		dialectOfService: own.GetDialect() == "" && service.GetDialect() != "",
		errorsOfService:  len(own.GetErrors()) == 0 && len(service.GetErrors()) > 0,
		errors:           map[string]bool{},
	}
	for _, name := range slices.Concat(service.GetErrors(), own.GetErrors()) {
		r.errors[f.resolve(r.dialect, name)] = true
	}
	return r
}

// resolve returns the full name of a code that an option names by its reason or full name.
func (f *Files) resolve(dialect, name string) string {
	system := f.systems[dialect]
	if system == nil || strings.Contains(name, ".") {
		return name
	}
	for _, t := range append([]*table{system}, system.included...) {
		if value := t.desc.Values().ByName(protoreflect.Name(name)); value != nil {
			return string(value.FullName())
		}
	}
	return name
}
