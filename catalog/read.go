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

// A reader reads one enum and notes every broken rule.
type reader struct {
	system       *System
	problems     Problems
	legacyCodes  *regexp.Regexp
	successCodes *regexp.Regexp
	// brokenSuccessCodes: the option is set, but it is not a valid expression.
	brokenSuccessCodes bool
	language           language.Tag // the system's
}

func (r *reader) problem(d protoreflect.Descriptor, rule, format string, args ...any) {
	r.problems = append(r.problems, problemAt(d, rule, format, args...))
}

// readSystem reads an enum. The system is nil if the enum is not one, and complete
// only if there is no problem.
func readSystem(enum protoreflect.EnumDescriptor) (*System, Problems) {
	r := &reader{system: &System{desc: enum, domain: string(enum.FullName().Parent())}}
	options, err := annotation.System(enum)
	switch {
	case err != nil:
		r.problem(enum, "system", "the option (statusmap.v1.system) cannot be read: %v", err)
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
		if other := enum.Values().ByNumber(value.Number()); other.Name() != value.Name() {
			r.problem(value, "code", "the number %d is already used by %s: give each value its own number",
				value.Number(), other.Name())
		} else if other, ok := r.system.byLegacy[code.legacyCode]; ok {
			r.problem(value, "legacy_code", "legacy code %s is already used by %s",
				code.legacyCode, other.reason)
		} else {
			r.system.byLegacy[code.legacyCode] = code
		}
		r.system.byReason[code.reason] = code
		r.system.codes = append(r.system.codes, code)
	}
	slices.SortFunc(r.system.codes, func(a, b *Code) int { return cmp.Compare(a.Number(), b.Number()) })
	r.checkFallbacks(enum)
	if e := r.system.success; r.system.DefaultSuccessCode() == nil && (e.Has("code") || e.Has("message") || e.Has("reason")) {
		r.problem(enum, "envelope.success", "{code}, {message} and {reason} are filled in from a success code, but the system has none: add a code with grpc: OK, or remove the placeholder")
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
		r.problem(enum, "domain", "the file has no package: write one, it is the domain of the system's errors")
	}
	s.family = familyOf(s.domain)
	s.title = options.GetTitle()
	s.language = options.GetLanguage()
	if s.language == "" {
		r.problem(enum, "language", "missing: write the BCP 47 tag of the messages, for example \"en\"")
	} else if tag, err := language.Parse(s.language); err == nil {
		r.language = tag
	} else {
		r.problem(enum, "language", "%q is not a valid BCP 47 tag: write one as in \"en\" or \"zh-CN\"", s.language)
	}
	if !isToken(options.GetLanguageHeader()) {
		r.problem(enum, "language_header", "%q is not a valid HTTP header name: write one as in \"Accept-Language\"", options.GetLanguageHeader())
	}
	s.languageHeader = textproto.CanonicalMIMEHeaderKey(options.GetLanguageHeader())
	r.legacyCodes = r.compileRegexp(enum, "legacy_codes", options.GetLegacyCodes())
	r.successCodes = r.compileRegexp(enum, "success_codes", options.GetSuccessCodes())
	r.brokenSuccessCodes = r.successCodes == nil && options.GetSuccessCodes() != ""

	envelope := options.GetEnvelope()
	s.httpAlways = int(envelope.GetHttpAlways())
	if s.httpAlways != 0 && !isHTTPStatus(s.httpAlways) {
		r.problem(enum, "http_always", "%d is not a valid HTTP status of a response: write 200 to 599", s.httpAlways)
	}
	if envelope.GetFailure() == "" {
		r.problem(enum, "envelope.failure", `missing: write the JSON of a failed call, for example '{"code":{code},"message":{message}}'`)
	} else {
		s.failure = r.compileEnvelope(enum, "envelope.failure", envelope.GetFailure())
		if s.failure != nil && !s.failure.Has("code") {
			r.problem(enum, "envelope.failure", "{code} is missing: write it where the legacy code belongs, so that clients can tell the errors apart")
		}
	}
	success := envelope.GetSuccess()
	if success == "" {
		success = "{data}"
	}
	s.success = r.compileEnvelope(enum, "envelope.success", success)
	if s.success != nil && !s.success.Has("data") {
		r.problem(enum, "envelope.success", "{data} is missing: write it where the response belongs")
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

func (r *reader) compileEnvelope(enum protoreflect.EnumDescriptor, rule, source string) *template.Envelope {
	e, err := template.CompileEnvelope(source)
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
		r.problem(value, "code", "the value has no option (statusmap.v1.code): add it")
		return nil
	case value.Number() == 0:
		r.problem(value, "code", "number 0 cannot be a code, since an unset field has it: give the value another number and write the 0 as legacy_code")
		return nil
	}
	c := &Code{
		system:     r.system,
		desc:       value,
		options:    options,
		reason:     string(value.Name()),
		legacyCode: options.GetLegacyCode(),
		grpc:       codes.Code(options.GetGrpc()),
		http:       int(options.GetHttp()),
	}
	if !aip193.IsReason(c.reason) {
		r.problem(value, "reason", "%q is not a valid ErrorInfo reason (AIP-193): write 3 to 63 characters of [A-Z][A-Z0-9_]+[A-Z0-9]", c.reason)
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
	if r.brokenSuccessCodes {
		success = c.IsSuccess() // that rule is broken itself
	}
	_, known := statusmapv1.GrpcCode_name[int32(options.GetGrpc())]
	switch {
	case !known:
		r.problem(value, "grpc", "%d is not a valid gRPC code: write OK to UNAUTHENTICATED", options.GetGrpc())
	case options.Grpc == nil:
		r.problem(value, "grpc", "missing: write the gRPC code, for example NOT_FOUND")
		c.grpc = codes.Unknown // and not OK, so that nothing else is wrong with it
	case success && !c.IsSuccess():
		r.problem(value, "grpc", "%s, but %s matches the system's success_codes: write OK", options.GetGrpc(), c.legacyCode)
	case !success && c.IsSuccess():
		r.problem(value, "grpc", "OK, but %s does not match the system's success_codes: write another gRPC code, or extend success_codes", c.legacyCode)
	}
	if c.http == 0 {
		c.http = HTTPStatus(c.grpc)
	} else if !isHTTPStatus(c.http) {
		r.problem(value, "http", "%d is not a valid HTTP status of a response: write 200 to 599", c.http)
	}
}

func (r *reader) readMessages(c *Code) {
	value, options := c.desc, c.options
	if options.GetMessage() == "" {
		r.problem(value, "message", "missing: write the text to the letter")
	} else {
		c.message = r.compileMessage(value, "message", "", options.GetMessage())
	}
	seen := make(map[language.Tag]string, len(options.GetTranslations()))
	for _, tag := range slices.Sorted(maps.Keys(options.GetTranslations())) {
		parsed, err := language.Parse(tag)
		if err != nil {
			r.problem(value, "translations", "%q is not a valid BCP 47 tag: write one as in \"en\" or \"zh-CN\"", tag)
			continue
		}
		if parsed == r.language {
			r.problem(value, "translations", "%q is the system's language: its text is the message, remove the translation", tag)
			continue
		}
		if other, ok := seen[parsed]; ok {
			r.problem(value, "translations", "%q and %q are the same language: remove one", other, tag)
			continue
		}
		seen[parsed] = tag
		m := r.compileMessage(value, "translations", tag+": ", options.GetTranslations()[tag])
		if m == nil {
			continue
		}
		if c.message != nil && !sameParams(m.Params(), c.message.Params()) {
			r.problem(value, "translations", "%s has the arguments %s, but the message has %s: write the same ones",
				tag, braced(m.Params()), braced(c.message.Params()))
			continue
		}
		c.translations = append(c.translations, translation{tag, m})
	}
}

// compileMessage returns nil, and notes all problems, if source is broken.
func (r *reader) compileMessage(value protoreflect.EnumValueDescriptor, rule, prefix, source string) *Message {
	m, err := compileMessage(source)
	if err == nil {
		return m
	}
	errs := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	}
	for _, err := range errs {
		r.problem(value, rule, "%s%v", prefix, err)
	}
	return nil
}

func (r *reader) checkFallbacks(enum protoreflect.EnumDescriptor) {
	s := r.system
	for _, c := range s.codes {
		for _, g := range c.options.GetFallbackFor() {
			switch {
			case g <= 0 || int(g) >= len(s.fallbacks):
				r.problem(c.desc, "fallback_for", "%s cannot be replaced by a code: write CANCELLED to UNAUTHENTICATED", g)
			case c.IsSuccess():
				r.problem(c.desc, "fallback_for", "a success code cannot replace %s", g)
			case len(c.message.Params()) > 0:
				r.problem(c.desc, "fallback_for", "the message has the arguments %s, which a foreign status lacks: write a message without arguments", braced(c.message.Params()))
			case s.fallbacks[g] == c:
				r.problem(c.desc, "fallback_for", "%s is listed twice", g)
			case s.fallbacks[g] != nil:
				r.problem(c.desc, "fallback_for", "%s is already replaced by %s", g, s.fallbacks[g].reason)
			default:
				s.fallbacks[g] = c
			}
		}
	}
	if s.fallbacks[codes.Unknown] == nil && s.fallbacks[codes.Internal] == nil {
		r.problem(enum, "fallback_for", "missing: write fallback_for: INTERNAL on the code that replaces errors without a code")
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
