package catalog

import (
	"cmp"
	"fmt"
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
)

// reader reads one enum and notes every broken rule.
type reader struct {
	system       *System
	problems     Problems
	legacyCodes  *regexp.Regexp
	successCodes *regexp.Regexp
	// noSuccessCodes: success_codes is there, but no regular expression.
	noSuccessCodes bool
	own            language.Tag         // the system's
	tags           map[string]parsedTag // of the translations: few, and parsed once
	names          []string             // memory for one code's translations
	slab           []Code               // memory for the codes to come
	compiler       compiler
	translations   slab[translation]
	said           []translation // memory for one code's translations
}

type parsedTag struct {
	tag language.Tag
	err error
}

func (r *reader) parseTag(s string) (language.Tag, error) {
	p, ok := r.tags[s]
	if !ok {
		p.tag, p.err = language.Parse(s)
		if r.tags == nil {
			r.tags = make(map[string]parsedTag)
		}
		r.tags[s] = p
	}
	return p.tag, p.err
}

func (r *reader) problem(d protoreflect.Descriptor, rule, format string, args ...any) {
	r.problems = append(r.problems, problemAt(d, rule, format, args...))
}

// readSystem reads an enum: nil where it is no system, and whole only where there
// is no problem.
func readSystem(enum protoreflect.EnumDescriptor) (*System, Problems) {
	r := &reader{system: &System{desc: enum, domain: string(enum.FullName().Parent())}}
	options, err := annotation.System(enum)
	switch {
	case err != nil:
		r.problem(enum, "system", "the option (statusmap.v1.system) cannot be read: %v", err)
		return nil, r.problems
	case options == nil:
		r.problem(enum, "system", "the enum has no option (statusmap.v1.system)")
		return nil, r.problems
	}
	r.readOptions(enum, options)
	r.system.byReason = make(map[string]*Code, enum.Values().Len())
	r.system.byLegacy = make(map[string]*Code, enum.Values().Len())
	r.slab = make([]Code, enum.Values().Len())
	r.system.codes = make([]*Code, 0, enum.Values().Len())
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		code := r.readCode(value)
		if code == nil {
			continue
		}
		if other := enum.Values().ByNumber(value.Number()); other.Name() != value.Name() {
			r.problem(value, "code", "%d is %s's number already: an enum value in a program could be either",
				value.Number(), other.Name())
		} else if other, ok := r.system.byLegacy[code.legacyCode]; ok {
			r.problem(value, "legacy_code", "%s is %s's already: a legacy code stands once in its system",
				code.legacyCode, other.reason)
		} else {
			r.system.byLegacy[code.legacyCode] = code
		}
		r.system.byReason[code.reason] = code
		r.system.codes = append(r.system.codes, code)
	}
	slices.SortFunc(r.system.codes, func(a, b *Code) int { return cmp.Compare(a.Number(), b.Number()) })
	r.checkFallbacks(enum)
	if e := r.system.success; r.system.DefaultSuccessCode() == nil && (e.has(fieldCode) || e.has(fieldMessage) || e.has(fieldReason)) {
		r.problem(enum, "envelope.success", "{code}, {message} and {reason} are a success code's, and the system has none")
	}
	r.collectLanguages()
	r.problems.sort()
	return r.system, r.problems
}

func (r *reader) readOptions(enum protoreflect.EnumDescriptor, options *statusmapv1.SystemOptions) {
	s := r.system
	if string(enum.ParentFile().Package()) != s.domain {
		r.problem(enum, "domain", "the enum stands inside a message: a system is an enum at the top of its file")
	}
	if s.domain == "" {
		r.problem(enum, "domain", "the file has no package: the package is the domain of the system's errors")
	}
	s.family = familyOf(s.domain)
	s.title = options.GetTitle()
	s.language = options.GetLanguage()
	if s.language == "" {
		r.problem(enum, "language", "missing: give the BCP 47 tag of the messages, for example \"en\"")
	} else if tag, err := language.Parse(s.language); err == nil {
		r.own = tag
	} else {
		r.problem(enum, "language", "%q is no BCP 47 tag", s.language)
	}
	if !isToken(options.GetLanguageHeader()) {
		r.problem(enum, "language_header", "%q is no HTTP header name", options.GetLanguageHeader())
	}
	s.languageHeader = textproto.CanonicalMIMEHeaderKey(options.GetLanguageHeader())
	r.legacyCodes = r.compileRegexp(enum, "legacy_codes", options.GetLegacyCodes())
	r.successCodes = r.compileRegexp(enum, "success_codes", options.GetSuccessCodes())
	r.noSuccessCodes = r.successCodes == nil && options.GetSuccessCodes() != ""

	envelope := options.GetEnvelope()
	s.httpAlways = int(envelope.GetHttpAlways())
	if s.httpAlways != 0 && !isHTTPStatus(s.httpAlways) {
		r.problem(enum, "http_always", "%d is no HTTP status: give 200 to 599", s.httpAlways)
	}
	if envelope.GetFailure() == "" {
		r.problem(enum, "envelope.failure", `missing: give the JSON of a failed call, for example '{"code":{code},"message":{message}}'`)
	} else {
		s.failure = r.compileEnvelope(enum, "envelope.failure", envelope.GetFailure())
		if s.failure != nil && !s.failure.has(fieldCode) {
			r.problem(enum, "envelope.failure", "{code} is missing: a client could not tell the errors apart")
		}
	}
	success := envelope.GetSuccess()
	if success == "" {
		success = "{data}"
	}
	s.success = r.compileEnvelope(enum, "envelope.success", success)
	if s.success != nil && !s.success.has(fieldData) {
		r.problem(enum, "envelope.success", "{data} is missing: the response would be lost")
	}
}

func (r *reader) compileRegexp(enum protoreflect.EnumDescriptor, rule, source string) *regexp.Regexp {
	if source == "" {
		return nil
	}
	if _, err := regexp.Compile(source); err != nil {
		r.problem(enum, rule, "%v", err)
		return nil
	}
	re, err := regexp.Compile(`^(?:` + source + `)$`)
	if err != nil {
		r.problem(enum, rule, "%v", err)
		return nil
	}
	return re
}

func (r *reader) compileEnvelope(enum protoreflect.EnumDescriptor, rule, source string) *Envelope {
	e, err := compileEnvelope(source)
	if err != nil {
		r.problem(enum, rule, "%v", err)
		return nil
	}
	return e
}

// readCode returns nil for a value that is no code.
func (r *reader) readCode(value protoreflect.EnumValueDescriptor) *Code {
	options, err := annotation.Code(value)
	switch {
	case err != nil:
		r.problem(value, "code", "the option (statusmap.v1.code) cannot be read: %v", err)
		return nil
	case options == nil && value.Number() == 0:
		return nil // CODE_UNSPECIFIED
	case options == nil:
		r.problem(value, "code", "the value has no option (statusmap.v1.code)")
		return nil
	case value.Number() == 0:
		r.problem(value, "code", "number 0 cannot be a code: it is what an unset field holds")
		return nil
	}
	c := &r.slab[0]
	r.slab = r.slab[1:]
	*c = Code{
		system:     r.system,
		desc:       value,
		options:    options,
		reason:     string(value.Name()),
		legacyCode: options.GetLegacyCode(),
		grpc:       codes.Code(options.GetGrpc()),
		http:       int(options.GetHttp()),
	}
	if !aip193.IsReason(c.reason) {
		r.problem(value, "reason", "%q is no ErrorInfo reason (AIP-193): give at most 63 characters of [A-Z][A-Z0-9_]+[A-Z0-9]", c.reason)
	}
	if c.legacyCode == "" {
		c.legacyCode = strconv.Itoa(int(value.Number()))
	}
	if r.legacyCodes != nil && !r.legacyCodes.MatchString(c.legacyCode) {
		r.problem(value, "legacy_code", "%q does not match the system's legacy_codes", c.legacyCode)
	}
	r.readStatus(c)
	r.readMessages(c)
	return c
}

func (r *reader) readStatus(c *Code) {
	value, options := c.desc, c.options
	success := r.successCodes != nil && r.successCodes.MatchString(c.legacyCode)
	if r.noSuccessCodes {
		success = c.IsSuccess() // that rule is broken itself
	}
	_, known := statusmapv1.GrpcCode_name[int32(options.GetGrpc())]
	switch {
	case !known:
		r.problem(value, "grpc", "%d is no gRPC code: give OK to UNAUTHENTICATED", options.GetGrpc())
	case options.Grpc == nil:
		r.problem(value, "grpc", "missing: give the gRPC code")
		c.grpc = codes.Unknown // and not OK, so that nothing else is wrong with it
	case success && !c.IsSuccess():
		r.problem(value, "grpc", "%s instead of OK: %s is one of the system's success_codes", options.GetGrpc(), c.legacyCode)
	case !success && c.IsSuccess():
		r.problem(value, "grpc", "OK, but %s is none of the system's success_codes", c.legacyCode)
	}
	if c.http == 0 {
		c.http = HTTPStatus(c.grpc)
	} else if !isHTTPStatus(c.http) {
		r.problem(value, "http", "%d is no HTTP status of an answer: give 200 to 599", c.http)
	}
}

func (r *reader) readMessages(c *Code) {
	value, options := c.desc, c.options
	var err error
	if options.GetMessage() == "" {
		r.problem(value, "message", "missing: give the text to the letter")
	} else if c.message, err = r.compiler.compile(options.GetMessage()); err != nil {
		r.problem(value, "message", "%v", err)
	}
	if len(options.GetTranslations()) == 0 {
		return
	}
	r.said = r.said[:0]
	var seen map[language.Tag]string
	if len(options.GetTranslations()) > 1 {
		seen = make(map[language.Tag]string, len(options.GetTranslations()))
	}
	r.names = r.names[:0]
	for tag := range options.GetTranslations() {
		r.names = append(r.names, tag)
	}
	slices.Sort(r.names)
	for _, tag := range r.names {
		parsed, err := r.parseTag(tag)
		if err != nil {
			r.problem(value, "translations", "%q is no BCP 47 tag", tag)
			continue
		}
		if parsed == r.own {
			r.problem(value, "translations", "%q is the system's language: its text is the message", tag)
			continue
		}
		if other, ok := seen[parsed]; ok {
			r.problem(value, "translations", "%q is %q again: one text a language", tag, other)
			continue
		}
		if seen != nil {
			seen[parsed] = tag
		}
		m, err := r.compiler.compile(options.GetTranslations()[tag])
		if err != nil {
			r.problem(value, "translations", "%s: %v", tag, err)
			continue
		}
		if c.message != nil && !sameParams(m.params, c.message.params) {
			r.problem(value, "translations", "%s has the arguments %s, the message %s", tag, braced(m.params), braced(c.message.params))
			continue
		}
		r.said = append(r.said, translation{tag, m})
	}
	c.translations = r.translations.copy(r.said)
}

func (r *reader) checkFallbacks(enum protoreflect.EnumDescriptor) {
	s := r.system
	for _, c := range s.codes {
		for _, g := range c.options.GetFallbackFor() {
			switch {
			case g <= 0 || int(g) >= len(s.fallbacks):
				r.problem(c.desc, "fallback_for", "%s cannot fall back: give CANCELLED to UNAUTHENTICATED", g)
			case c.IsSuccess():
				r.problem(c.desc, "fallback_for", "a success code cannot stand in for %s", g)
			case c.message.HasParams():
				r.problem(c.desc, "fallback_for", "the message has the arguments %s, which a foreign status does not have", braced(c.message.params))
			case s.fallbacks[g] == c:
				r.problem(c.desc, "fallback_for", "%s stands twice", g)
			case s.fallbacks[g] != nil:
				r.problem(c.desc, "fallback_for", "%s is %s's already: one code stands in for it", g, s.fallbacks[g].reason)
			default:
				s.fallbacks[g] = c
			}
		}
	}
	if s.fallbacks[codes.Unknown] == nil && s.fallbacks[codes.Internal] == nil {
		r.problem(enum, "fallback_for", "no code stands in for UNKNOWN or INTERNAL: name one, for errors that have no code here")
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

func braced(params []string) string {
	if len(params) == 0 {
		return "(none)"
	}
	return fmt.Sprintf("{%s}", strings.Join(params, "} {"))
}

// isHTTPStatus leaves 1xx out: those announce an answer and are none (RFC 9110
// section 15.2), and net/http sends 200 after them.
func isHTTPStatus(status int) bool { return status >= 200 && status <= 599 }

// isToken tells whether s can be a header's name (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return true
}
