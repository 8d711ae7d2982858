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
	"github.com/statusmap/statusmap/internal/annotation"
)

// A systemReader is a system that is being read.
type systemReader struct {
	system      *System
	options     *statusmapv1.SystemOptions
	tag         language.Tag // the system's language
	legacyCodes *regexp.Regexp
	// brokenSuccessCodes reports whether success_codes is not a valid expression.
	brokenSuccessCodes bool
}

// readSystem reads the option (statusmap.v1.system) of an enum. The system is complete
// only if there are no problems.
func (b *builder) readSystem(enum protoreflect.EnumDescriptor, options *statusmapv1.SystemOptions) *systemReader {
	domain := string(enum.FullName().Parent())
	s := &System{
		desc:            enum,
		domain:          domain,
		family:          familyOf(domain),
		title:           options.GetTitle(),
		language:        options.GetLanguage(),
		defaultLanguage: cmp.Or(options.GetDefaultLanguage(), options.GetLanguage()),
		languageHeader:  textproto.CanonicalMIMEHeaderKey(options.GetLanguageHeader()),
		requestIDHeader: textproto.CanonicalMIMEHeaderKey(cmp.Or(options.GetRequestIdHeader(), defaultRequestIDHeader)),
	}
	r := &systemReader{system: s, options: options}
	for _, field := range annotation.UnknownSystem(options) {
		b.unknownField(enum, "system", field)
	}
	b.checkDomain(enum)
	if s.language == "" {
		b.problem(enum, "language", "missing: write the BCP 47 tag of the messages' language, for example \"en\"")
	} else if tag, err := language.Parse(s.language); err == nil {
		r.tag = tag
	} else {
		b.problem(enum, "language", "%q is not a valid BCP 47 tag: write one such as \"en\" or \"zh-CN\"", s.language)
	}
	if !isToken(options.GetLanguageHeader()) {
		b.problem(enum, "language_header", "%q is not a valid HTTP header name: write one such as \"Accept-Language\"", options.GetLanguageHeader())
	}
	if !isToken(options.GetRequestIdHeader()) {
		b.problem(enum, "request_id_header", "%q is not a valid HTTP header name: write one such as \"X-Request-Id\"", options.GetRequestIdHeader())
	} else if isMessageHeader(s.requestIDHeader) || s.requestIDHeader == s.languageHeader {
		b.problem(enum, "request_id_header", "the header %s has another meaning: write one such as \"X-Request-Id\"", s.requestIDHeader)
	}
	r.legacyCodes = b.compileRegexp(enum, "legacy_codes", options.GetLegacyCodes())
	s.successCodes = b.compileRegexp(enum, "success_codes", options.GetSuccessCodes())
	r.brokenSuccessCodes = s.successCodes == nil && options.GetSuccessCodes() != ""
	if source := options.GetHelp(); source != "" {
		var errs []error
		s.help, errs = compileHelp(source)
		for _, err := range errs {
			b.problem(enum, "help", "%v", err)
		}
	}
	b.readEnvelopes(r)
	return r
}

// unknownField reports a field of our options that this version does not know. It may
// change what is sent, as CodeOptions.Arg.sensitive does, so it must not be ignored.
func (b *builder) unknownField(d protoreflect.Descriptor, rule, field string) {
	b.problem(d, rule, "the option (statusmap.v1.%s) has the unknown field %s, so it was written for a newer statusmap: upgrade the library", rule, field)
}

func (b *builder) compileRegexp(d protoreflect.Descriptor, rule, source string) *regexp.Regexp {
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
	b.problem(d, rule, "%q is not a valid regular expression (%s): write one in RE2 syntax, for example \"[0-9]+\"", source, reason)
	return nil
}

// readCodes reads the codes of a table.
func (b *builder) readCodes(t *table) {
	values := t.desc.Values()
	t.codes = make([]*Code, 0, values.Len())
	for i := range values.Len() {
		value := values.Get(i)
		c := b.readCode(t, value)
		if c == nil {
			continue
		}
		if other := values.ByNumber(value.Number()); other.Name() != value.Name() && value.Number() != 0 {
			b.problem(value, "code", "number %d is already used by %s: give each code its own number", value.Number(), other.Name())
		}
		t.codes = append(t.codes, c)
	}
}

// readCode reads an enum value. It returns nil if the value is not a code.
func (b *builder) readCode(t *table, value protoreflect.EnumValueDescriptor) *Code {
	options, err := annotation.Code(value)
	switch {
	case err != nil:
		b.problem(value, "code", "the option (statusmap.v1.code) cannot be read (%v): compile the file again with statusmap/v1/options.proto", err)
		return nil
	case options == nil && value.Number() == 0:
		return nil // the zero value of every proto3 enum, such as CODE_UNSPECIFIED
	case options == nil:
		b.problem(value, "code", "the value has no option (statusmap.v1.code): add it")
		return nil
	case value.Number() == 0:
		b.problem(value, "code", "number 0 is the value of an unset field, so it cannot be a code: give the value another number, and write legacy_code: \"0\" if the legacy system sends 0")
	}
	for _, field := range annotation.UnknownCode(options) {
		b.unknownField(value, "code", field)
	}
	c := &Code{
		table:      t,
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
	b.readStatus(c)
	b.readMessages(c)
	b.readArgs(c)
	c.reads = b.compileRegexp(value, "reads", options.GetReads())
	b.checkFallbacks(c)
	b.warnCode(c)
	return c
}

func (b *builder) readStatus(c *Code) {
	value, options := c.desc, c.options
	if _, known := statusmapv1.GrpcCode_name[int32(options.GetGrpc())]; !known {
		b.problem(value, "grpc", "%d is not a valid gRPC code: write one from OK to UNAUTHENTICATED", options.GetGrpc())
	} else if options.Grpc == nil {
		b.problem(value, "grpc", "missing: write the gRPC code, for example NOT_FOUND")
		c.grpc = codes.Unknown // not OK: the rules for success codes would report problems that do not exist
	}
	switch {
	case c.http == 0:
		c.http = HTTPStatus(c.grpc)
	case !isHTTPStatus(c.http):
		b.problem(value, "http", "%d is not a valid HTTP status of a response: write one from 200 to 599", c.http)
	case !c.IsSuccess() && !hasBody(c.http):
		b.problem(value, "http", "a response with HTTP status %d has no body, so the error would be lost: write another one", c.http)
	}
}

// checkInSystem checks a code with the options of a system that has it.
func (b *builder) checkInSystem(r *systemReader, c *Code) {
	s, whose := r.system, "the system's"
	if c.table.system != s {
		whose = s.domain + "'s"
	}
	if r.legacyCodes != nil && !r.legacyCodes.MatchString(c.legacyCode) {
		b.problem(c.desc, "legacy_code", "%q does not match %s legacy_codes: write a legacy_code that does, or extend legacy_codes", c.legacyCode, whose)
	}
	if _, known := statusmapv1.GrpcCode_name[int32(c.options.GetGrpc())]; !known || c.options.Grpc == nil || r.brokenSuccessCodes {
		return // already reported
	}
	success := s.IsSuccessCode(c.legacyCode)
	if success && !c.IsSuccess() {
		b.problem(c.desc, "grpc", "%s, but the legacy code %q matches %s success_codes: write grpc: OK, or change success_codes so that it does not match", c.options.GetGrpc(), c.legacyCode, whose)
	}
	if !success && c.IsSuccess() {
		b.problem(c.desc, "grpc", "OK, but the legacy code %q does not match %s success_codes: write another gRPC code, or extend success_codes", c.legacyCode, whose)
	}
}

// checkReads checks that no error reads a success code.
func (b *builder) checkReads(s *System) {
	for _, c := range s.readers {
		source, err := regexp.Compile(c.Reads())
		if err != nil {
			continue
		}
		if text, complete := source.LiteralPrefix(); complete && !c.IsSuccess() && s.IsSuccessCode(text) {
			b.problem(c.desc, "reads", "%q matches the system's success_codes, but the code is an error: remove it, or change success_codes", text)
		}
	}
}

// parseTag parses the tag of a translation.
func (b *builder) parseTag(tag string) (language.Tag, error) {
	if parsed, ok := b.tags[tag]; ok {
		return parsed, nil
	}
	parsed, err := language.Parse(tag)
	if err == nil {
		b.tags[tag] = parsed
	}
	return parsed, err
}

func (b *builder) readMessages(c *Code) {
	value, options := c.desc, c.options
	comparable := false // whether the arguments of the message are known
	if options.GetMessage() == "" {
		b.problem(value, "message", "missing: write the text exactly as the legacy system sends it")
	} else {
		c.message, comparable = b.compileMessage(c, "message", "", options.GetMessage())
	}
	for _, field := range options.GetFields() {
		if field == "" {
			b.problem(value, "fields", "a field is empty: write the name of a request field, or remove it")
			continue
		}
		m, _ := b.compileMessage(c, "fields", "", field)
		c.fields = append(c.fields, m)
	}
	if len(options.GetTranslations()) == 0 {
		return
	}
	seen := make(map[language.Tag]string, len(options.GetTranslations()))
	for _, tag := range slices.Sorted(maps.Keys(options.GetTranslations())) {
		parsed, err := b.parseTag(tag)
		other, twice := seen[parsed]
		switch {
		case err != nil:
			b.problem(value, "translations", "%q is not a valid BCP 47 tag: write one such as \"en\" or \"zh-CN\"", tag)
		case parsed == c.table.tag:
			b.problem(value, "translations", "%q is the system's language: write the text as the message, and remove the translation", tag)
			continue
		case twice:
			b.problem(value, "translations", "%q and %q are the same language: remove one", other, tag)
			continue
		default:
			seen[parsed] = tag
		}
		m, ok := b.compileMessage(c, "translations", tag, options.GetTranslations()[tag])
		if ok && comparable && !sameParams(m.Template().Params(), c.message.Template().Params()) {
			b.problem(value, "translations", "%q has %s, but the message has %s: write the same arguments",
				tag, arguments(m.Params()), arguments(c.message.Params()))
		}
		if ok && err == nil {
			c.translations = append(c.translations, translation{tag, m})
		}
	}
}

// compileMessage reports all problems of source, and returns false if there are any.
// The message is nil if its arguments are not known. tag is a translation's.
func (b *builder) compileMessage(c *Code, rule, tag, source string) (*Message, bool) {
	m, errs := compileMessage(source, rule != "fields" && c.isFallback())
	for _, err := range errs {
		if rule == "translations" {
			err = fmt.Errorf("%q: %w", tag, err)
		}
		b.problem(c.desc, rule, "%v", err)
	}
	return m, len(errs) == 0
}

// isFallback reports whether the code replaces errors that have no code of the system.
func (c *Code) isFallback() bool {
	return len(c.options.GetFallbackFor()) > 0 || len(c.options.GetFallbackForHttp()) > 0
}

func (b *builder) readArgs(c *Code) {
	args := c.options.GetArgs()
	if len(args) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if err := checkArgName(name); err != nil {
			b.problem(c.desc, "args", "%v", err)
		}
		if t := args[name].GetType(); statusmapv1.CodeOptions_Arg_Type_name[int32(t)] == "" {
			b.problem(c.desc, "args", "%q has the unknown type %d, so it was written for a newer statusmap: upgrade the library", name, t)
		}
	}
}

// checkFallbacks checks the fallbacks of a code. linkFallbacks compares them with those of
// other codes.
func (b *builder) checkFallbacks(c *Code) {
	if !c.isFallback() {
		return
	}
	grpc, http := c.options.GetFallbackFor(), c.options.GetFallbackForHttp()
	rule := "fallback_for"
	if len(grpc) == 0 {
		rule = "fallback_for_http"
	}
	if c.IsSuccess() {
		b.problem(c.desc, rule, "a success code cannot replace errors: write %s on a code that is an error", rule)
		return
	}
	var params []string
	for _, list := range append([]*Message{c.message}, c.fields...) {
		for _, name := range list.Template().Params() {
			if name != StatusMessage && !slices.Contains(params, name) {
				params = append(params, name)
			}
		}
	}
	if len(params) > 0 {
		b.problem(c.desc, rule, "the code has %s, but the errors that it replaces have no arguments: write %s on a code without arguments", arguments(params), rule)
	}
	for i, g := range grpc {
		first := slices.Index(grpc, g)
		switch {
		case first < i && slices.Index(grpc[first+1:], g)+first+1 == i:
			b.problem(c.desc, "fallback_for", "%s is listed twice: remove one", g)
		case first == i && (g <= 0 || int(g) >= len(new(System).fallbacks)):
			b.problem(c.desc, "fallback_for", "%s cannot have a fallback: write gRPC codes from CANCELLED to UNAUTHENTICATED", g)
		}
	}
	for i, status := range http {
		first := slices.Index(http, status)
		switch {
		case first < i && slices.Index(http[first+1:], status)+first+1 == i:
			b.problem(c.desc, "fallback_for_http", "%d is listed twice: remove one", status)
		case first == i && (status < 400 || status > 599):
			b.problem(c.desc, "fallback_for_http", "%d is not an HTTP status of an error: write one from 400 to 599", status)
		}
	}
}

// linkLanguages collects the languages of a system's codes.
func (b *builder) linkLanguages(r *systemReader) {
	s := r.system
	s.languages = []string{s.language}
	written := make(map[language.Tag]string)
	for _, c := range s.codes {
		for _, t := range c.translations {
			if slices.Contains(s.languages, t.language) {
				continue
			}
			s.languages = append(s.languages, t.language)
			// MatchLanguage returns one tag: codes with another one would not be found.
			tag := b.tags[t.language]
			if other, ok := written[tag]; ok {
				b.problem(c.desc, "translations", "%q is written as %q on other codes: write the same tag on all codes", t.language, other)
			}
			written[tag] = t.language
		}
	}
	slices.Sort(s.languages[1:])
	tags := make([]language.Tag, len(s.languages))
	for i, l := range s.languages {
		tags[i] = language.Make(l)
	}
	s.matcher = language.NewMatcher(tags)
	if s.defaultLanguage == s.language {
		return
	}
	tag, err := language.Parse(s.defaultLanguage)
	if err != nil {
		b.problem(s.desc, "default_language", "%q is not a valid BCP 47 tag: write one such as \"en\" or \"zh-CN\"", s.defaultLanguage)
		return
	}
	if slices.Contains(s.languages, s.defaultLanguage) {
		return
	}
	i := slices.Index(tags, tag)
	if i < 0 {
		b.problem(s.desc, "default_language", "no code has a translation into %q: write the tag of a translation, or add translations into it", s.defaultLanguage)
		return
	}
	s.defaultLanguage = s.languages[i] // as the codes write it
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

// hasBody reports whether the final response with an HTTP status can have a body (RFC 9110
// section 6.4.1).
func hasBody(status int) bool { return status != 204 && status != 205 && status != 304 }

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
