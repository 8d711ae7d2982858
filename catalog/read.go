// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/aip193"
	"github.com/statusmap/statusmap/internal/annotation"
	"github.com/statusmap/statusmap/internal/template"
)

// A reader reads one enum and collects all problems.
type reader struct {
	system      *System
	problems    Problems
	legacyCodes *regexp.Regexp
	// brokenSuccessCodes reports whether success_codes is not a valid expression.
	brokenSuccessCodes bool
	language           language.Tag // the system's
	tags               map[string]language.Tag
}

func (r *reader) problem(d protoreflect.Descriptor, rule, format string, args ...any) {
	r.problems = append(r.problems, problemAt(d, rule, format, args...))
}

// readSystem reads an enum. The system is nil if the option (statusmap.v1.system) is
// missing or cannot be read. It is complete only if there are no problems.
func readSystem(enum protoreflect.EnumDescriptor) (*System, Problems) {
	r := &reader{tags: make(map[string]language.Tag), system: &System{desc: enum, domain: string(enum.FullName().Parent())}}
	options, err := annotation.System(enum)
	switch {
	case err != nil:
		r.problem(enum, "system", "the option (statusmap.v1.system) cannot be read (%v): compile the file again with statusmap/v1/options.proto", err)
		return nil, r.problems
	case options == nil:
		r.problem(enum, "system", "the enum has no option (statusmap.v1.system): add it")
		return nil, r.problems
	}
	r.readOptions(enum, options)
	r.system.byReason = make(map[string]*Code, enum.Values().Len())
	r.system.byLegacy = make(map[string]*Code, enum.Values().Len())
	r.system.codes = make([]*Code, 0, enum.Values().Len())
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		code := r.readCode(value)
		if code == nil {
			continue
		}
		other := enum.Values().ByNumber(value.Number())
		numberTwice := other.Name() != value.Name()
		if numberTwice && value.Number() != 0 {
			r.problem(value, "code", "number %d is already used by %s: give each code its own number", value.Number(), other.Name())
		}
		if other, ok := r.system.byLegacy[code.legacyCode]; !ok {
			r.system.byLegacy[code.legacyCode] = code
		} else if !numberTwice || code.options.GetLegacyCode() != "" {
			r.problem(value, "legacy_code", "%q is already used by %s: give each code its own legacy code", code.legacyCode, other.reason)
		}
		r.system.byReason[code.reason] = code
		r.system.codes = append(r.system.codes, code)
	}
	slices.SortFunc(r.system.codes, func(a, b *Code) int { return cmp.Compare(a.Number(), b.Number()) })
	r.checkFallbacks(enum)
	if e := r.system.Envelope().Success; r.system.DefaultSuccessCode() == nil && (e.Has("code") || e.Has("message") || e.Has("reason")) {
		r.problem(enum, "envelope.success", "{code}, {message} and {reason} are filled in from a success code, but the system has none: add a code with grpc: OK, or remove the placeholders")
	}
	r.collectLanguages()
	r.problems.sort()
	return r.system, r.problems
}

func (r *reader) readOptions(enum protoreflect.EnumDescriptor, options *statusmapv1.SystemOptions) {
	s := r.system
	if string(enum.ParentFile().Package()) != s.domain {
		r.problem(enum, "domain", "the enum is inside a message: move it to the top level of the file")
	}
	if s.domain == "" {
		r.problem(enum, "domain", "the file has no package: write one, for example package legacy.depot.v1; it is the domain of the errors")
	}
	s.family = familyOf(s.domain)
	s.title = options.GetTitle()
	s.language = options.GetLanguage()
	if s.language == "" {
		r.problem(enum, "language", "missing: write the BCP 47 tag of the messages' language, for example \"en\"")
	} else if tag, err := language.Parse(s.language); err == nil {
		r.language = tag
	} else {
		r.problem(enum, "language", "%q is not a valid BCP 47 tag: write one such as \"en\" or \"zh-CN\"", s.language)
	}
	if !isToken(options.GetLanguageHeader()) {
		r.problem(enum, "language_header", "%q is not a valid HTTP header name: write one such as \"Accept-Language\"", options.GetLanguageHeader())
	}
	s.languageHeader = textproto.CanonicalMIMEHeaderKey(options.GetLanguageHeader())
	r.legacyCodes = r.compileRegexp(enum, "legacy_codes", options.GetLegacyCodes())
	r.system.successCodes = r.compileRegexp(enum, "success_codes", options.GetSuccessCodes())
	r.brokenSuccessCodes = r.system.successCodes == nil && options.GetSuccessCodes() != ""

	s.defaultLanguage, s.requestIDHeader = s.language, defaultRequestIDHeader
	envelope := options.GetEnvelope()
	set := &template.Set{HTTPAlways: int(envelope.GetHttpAlways()), ContentType: "application/json; charset=utf-8", MediaType: "application/json", HasSuccess: envelope.GetSuccess() != ""}
	s.envelopes = []*template.Set{set}
	if set.HTTPAlways != 0 && !isHTTPStatus(set.HTTPAlways) {
		r.problem(enum, "http_always", "%d is not a valid HTTP status of a response: write one from 200 to 599", set.HTTPAlways)
	}
	if envelope.GetFailure() == "" {
		r.problem(enum, "envelope.failure", `missing: write the JSON of a failed call, for example '{"code":{code},"message":{message}}'`)
	} else {
		set.Failure = r.compileEnvelope(enum, "envelope.failure", envelope.GetFailure())
		if set.Failure != nil && !set.Failure.Has("code") {
			r.problem(enum, "envelope.failure", "{code} is missing: write it in the place of the legacy code, for example '{\"code\":{code},\"message\":{message}}'")
		}
	}
	success := envelope.GetSuccess()
	if success == "" {
		success = "{data}"
	}
	set.Success = r.compileEnvelope(enum, "envelope.success", success)
	set.StreamFailure = set.Failure
	set.Reply = template.NewReply(set.Failure, set.Success)
	if set.Success != nil && !set.Success.Has("data") {
		r.problem(enum, "envelope.success", "{data} is missing: write it in the place of the response, for example '{\"code\":0,\"data\":{data}}'")
	}
}

func (r *reader) compileRegexp(enum protoreflect.EnumDescriptor, rule, source string) *regexp.Regexp {
	if source == "" {
		return nil
	}
	_, err := regexp.Compile(source)
	if err == nil {
		var re *regexp.Regexp
		if re, err = regexp.Compile(`^(?:` + source + `)$`); err == nil {
			return re
		}
	}
	reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	r.problem(enum, rule, "%q is not a valid regular expression (%s): write one in RE2 syntax, for example \"[0-9]+\"", source, reason)
	return nil
}

func (r *reader) compileEnvelope(enum protoreflect.EnumDescriptor, rule, source string) *template.Envelope {
	e, errs := template.CompileEnvelope(source, template.Options{})
	for _, err := range errs {
		r.problem(enum, rule, "%v", err)
	}
	return e
}

// readCode reads an enum value. It returns nil if the value is not a code.
func (r *reader) readCode(value protoreflect.EnumValueDescriptor) *Code {
	options, err := annotation.Code(value)
	if options == nil && err == nil && value.Number() == 0 {
		return nil // the zero value of every proto3 enum, such as CODE_UNSPECIFIED
	}
	if !aip193.IsReason(string(value.Name())) {
		r.problem(value, "reason", "%q is not a valid ErrorInfo reason (AIP-193): write 3 to 63 characters that match [A-Z][A-Z0-9_]+[A-Z0-9]", value.Name())
	}
	switch {
	case err != nil:
		r.problem(value, "code", "the option (statusmap.v1.code) cannot be read (%v): compile the file again with statusmap/v1/options.proto", err)
		return nil
	case options == nil:
		r.problem(value, "code", "the value has no option (statusmap.v1.code): add it")
		return nil
	case value.Number() == 0:
		r.problem(value, "code", "number 0 is the value of an unset field, so it cannot be a code: give the value another number, and write legacy_code: \"0\" if the legacy system sends 0")
	}
	c := &Code{
		system:     r.system,
		domain:     r.system.domain,
		language:   r.system.language,
		desc:       value,
		options:    options,
		reason:     string(value.Name()),
		legacyCode: options.GetLegacyCode(),
		grpc:       codes.Code(options.GetGrpc()),
		http:       int(options.GetHttp()),
	}
	if c.legacyCode == "" {
		c.legacyCode = strconv.Itoa(int(value.Number()))
	}
	if r.legacyCodes != nil && !r.legacyCodes.MatchString(c.legacyCode) {
		r.problem(value, "legacy_code", "%q does not match the system's legacy_codes: write a legacy_code that does, or extend legacy_codes", c.legacyCode)
	}
	r.readStatus(c)
	r.readMessages(c)
	for _, field := range options.GetFields() {
		m, _ := r.compileMessage(value, "fields", "", field)
		c.fields = append(c.fields, m)
	}
	return c
}

func (r *reader) readStatus(c *Code) {
	value, options := c.desc, c.options
	success := r.system.successCodes != nil && r.system.successCodes.MatchString(c.legacyCode)
	if r.brokenSuccessCodes {
		success = c.IsSuccess() // the problem of success_codes is already reported
	}
	_, known := statusmapv1.GrpcCode_name[int32(options.GetGrpc())]
	switch {
	case !known:
		r.problem(value, "grpc", "%d is not a valid gRPC code: write one from OK to UNAUTHENTICATED", options.GetGrpc())
	case options.Grpc == nil:
		r.problem(value, "grpc", "missing: write the gRPC code, for example NOT_FOUND")
		c.grpc = codes.Unknown // not OK: the rules for success codes would report problems that do not exist
	case success && !c.IsSuccess():
		r.problem(value, "grpc", "%s, but the legacy code %q matches the system's success_codes: write grpc: OK, or change success_codes so that it does not match", options.GetGrpc(), c.legacyCode)
	case !success && c.IsSuccess():
		r.problem(value, "grpc", "OK, but the legacy code %q does not match the system's success_codes: write another gRPC code, or extend success_codes", c.legacyCode)
	}
	if c.http == 0 {
		c.http = HTTPStatus(c.grpc)
	} else if !isHTTPStatus(c.http) {
		r.problem(value, "http", "%d is not a valid HTTP status of a response: write one from 200 to 599", c.http)
	}
}

// parseTag parses the tag of a translation: a table has few, many times.
func (r *reader) parseTag(tag string) (language.Tag, error) {
	if parsed, ok := r.tags[tag]; ok {
		return parsed, nil
	}
	parsed, err := language.Parse(tag)
	if err == nil {
		r.tags[tag] = parsed
	}
	return parsed, err
}

func (r *reader) readMessages(c *Code) {
	value, options := c.desc, c.options
	comparable := false // whether the arguments of the message are known
	if options.GetMessage() == "" {
		r.problem(value, "message", "missing: write the text exactly as the legacy system sends it")
	} else {
		c.message, comparable = r.compileMessage(value, "message", "", options.GetMessage())
	}
	if len(options.GetTranslations()) == 0 {
		return
	}
	seen := make(map[language.Tag]string, len(options.GetTranslations()))
	for _, tag := range slices.Sorted(maps.Keys(options.GetTranslations())) {
		parsed, err := r.parseTag(tag)
		other, twice := seen[parsed]
		switch {
		case err != nil:
			r.problem(value, "translations", "%q is not a valid BCP 47 tag: write one such as \"en\" or \"zh-CN\"", tag)
		case parsed == r.language:
			r.problem(value, "translations", "%q is the system's language: write the text as the message, and remove the translation", tag)
			continue
		case twice:
			r.problem(value, "translations", "%q and %q are the same language: remove one", other, tag)
			continue
		default:
			seen[parsed] = tag
		}
		m, ok := r.compileMessage(value, "translations", tag, options.GetTranslations()[tag])
		if ok && comparable && !sameParams(m.Template().Params(), c.message.Template().Params()) {
			r.problem(value, "translations", "%q has %s, but the message has %s: write the same arguments",
				tag, arguments(m.Params()), arguments(c.message.Params()))
		}
		if ok && err == nil {
			c.translations = append(c.translations, translation{tag, m})
		}
	}
}

// compileMessage reports all problems of source, and returns false if there are any.
// The message is nil if its arguments are not known. tag is a translation's.
func (r *reader) compileMessage(value protoreflect.EnumValueDescriptor, rule, tag, source string) (*Message, bool) {
	m, errs := compileMessage(source)
	for _, err := range errs {
		if rule == "translations" {
			err = fmt.Errorf("%q: %w", tag, err)
		}
		r.problem(value, rule, "%v", err)
	}
	return m, len(errs) == 0
}

func (r *reader) checkFallbacks(enum protoreflect.EnumDescriptor) {
	s := r.system
	for _, c := range s.codes {
		if params := c.message.Template().Params(); len(params) > 0 && len(c.options.GetFallbackFor()) > 0 {
			r.problem(c.desc, "fallback_for", "the message has %s, but the errors that it replaces have no arguments: write fallback_for on a code without arguments", arguments(params))
		}
		for _, g := range c.options.GetFallbackFor() {
			switch {
			case g <= 0 || int(g) >= len(s.fallbacks):
				r.problem(c.desc, "fallback_for", "%s cannot have a fallback: write gRPC codes from CANCELLED to UNAUTHENTICATED", g)
			case c.IsSuccess():
				r.problem(c.desc, "fallback_for", "a success code cannot replace %s: write fallback_for on a code that is an error", g)
			case s.fallbacks[g] == c:
				r.problem(c.desc, "fallback_for", "%s is listed twice: remove one", g)
			case s.fallbacks[g] != nil:
				r.problem(c.desc, "fallback_for", "%s is already replaced by %s: remove it from one of the two codes", g, s.fallbacks[g].reason)
			default:
				s.fallbacks[g] = c
			}
		}
	}
	if s.fallbacks[codes.Unknown] == nil && s.fallbacks[codes.Internal] == nil {
		r.problem(enum, "fallback_for", "no code has fallback_for with UNKNOWN or INTERNAL: write fallback_for: INTERNAL on the code for all other errors")
	}
}

func (r *reader) collectLanguages() {
	s := r.system
	s.languages = []string{s.language}
	for _, c := range s.codes {
		for _, t := range c.translations {
			if !slices.Contains(s.languages, t.language) {
				s.languages = append(s.languages, t.language)
			}
		}
	}
	slices.Sort(s.languages[1:])
	tags := make([]language.Tag, len(s.languages))
	for i, l := range s.languages {
		tags[i] = language.Make(l)
	}
	s.matcher = language.NewMatcher(tags)
}

func sameParams(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, name := range a {
		if !slices.Contains(b, name) {
			return false
		}
	}
	return true
}

func arguments(params []string) string {
	if len(params) == 0 {
		return "no arguments"
	}
	return fmt.Sprintf("the arguments {%s}", strings.Join(params, "} {"))
}

// isHTTPStatus reports whether status can be the status of a final response. 1xx is
// not: a 1xx response comes before the final response (RFC 9110 section 15.2), for
// which net/http would send 200.
func isHTTPStatus(status int) bool { return status >= 200 && status <= 599 }

// isToken reports whether s has only characters that are valid in the name of a header
// (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return true
}
