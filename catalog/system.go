// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"cmp"
	"regexp"
	"slices"

	"golang.org/x/text/language"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/internal/template"
)

// A System is one legacy API: its codes, its envelopes and its languages.
//
// All methods may be called on a nil System, which is an unknown system: it has no
// codes, and strings are empty.
type System struct {
	desc           protoreflect.EnumDescriptor
	domain         string
	family         string
	title          string
	language       string
	languageHeader string
	// defaultLanguage is the language of answers if the client does not ask for one.
	defaultLanguage string
	requestIDHeader string
	help            *help           // nil: no help
	envelopes       []*template.Set // at least one
	successCodes    *regexp.Regexp  // nil: no code is a success
	tables          []*table        // the system's enum, then those that it includes
	codes           []*Code         // by number; of the same number, the earlier table's first
	byReason        map[string]*Code
	byLegacy        map[string]*Code   // of a shared legacy code: the first code
	shared          map[string][]*Code // by legacy code
	readers         []*Code            // codes with the option reads
	success         *Code              // the default success code, or nil
	fallbacks       [17]*Code
	fallbacksHTTP   map[int]*Code
	languages       []string // the system's first, then the translations', sorted
	matcher         language.Matcher
}

// unknownSystem is what a nil System says.
var unknownSystem = new(System)

func (s *System) orUnknown() *System {
	if s == nil {
		return unknownSystem
	}
	return s
}

// Domain returns the enum's proto package, for example "legacy.job.v2". It is the
// ErrorInfo domain of the system's errors.
func (s *System) Domain() string { return s.orUnknown().domain }

// HasDomain reports whether a domain is the system's, or that of an enum that it
// includes.
func (s *System) HasDomain(domain string) bool {
	return slices.ContainsFunc(s.orUnknown().tables, func(t *table) bool { return t.domain == domain })
}

// Title returns the product's name, for people to read.
func (s *System) Title() string { return s.orUnknown().title }

// Descriptor returns the descriptor of the enum.
func (s *System) Descriptor() protoreflect.EnumDescriptor { return s.orUnknown().desc }

// Codes returns the system's codes with those of the enums that it includes, sorted by
// number.
func (s *System) Codes() []*Code { return slices.Clone(s.orUnknown().codes) }

// Lookup returns the code with a reason. It returns false if the system has no such
// code.
func (s *System) Lookup(reason string) (*Code, bool) {
	code, ok := s.orUnknown().byReason[reason]
	return code, ok
}

// LookupLegacy returns the code with a legacy code. It returns the first one if several
// codes share it, and false if the system has no such code. See [System.ReadLegacy].
func (s *System) LookupLegacy(legacyCode string) (*Code, bool) {
	code, ok := s.orUnknown().byLegacy[legacyCode]
	return code, ok
}

// LookupNumber returns the code with an enum value's number. It returns false if the
// system has no such code. A code of the system's own enum comes before one of an
// included enum with the same number.
func (s *System) LookupNumber(number int32) (*Code, bool) {
	i, ok := slices.BinarySearchFunc(s.orUnknown().codes, number, func(c *Code, number int32) int { return cmp.Compare(c.Number(), number) })
	if !ok {
		return nil, false
	}
	return s.codes[i], true
}

// Envelopes returns the system's envelope and its alternatives, in order. It is for the
// other packages of this module: its type is internal. The caller must not change the
// slice.
func (s *System) Envelopes() []*template.Set { return s.orUnknown().envelopes }

// Envelope returns the first of [System.Envelopes]. It is for the other packages of this
// module: its type is internal.
func (s *System) Envelope() *template.Set {
	if s == nil || len(s.envelopes) == 0 {
		return nil
	}
	return s.envelopes[0]
}

// IsSuccessCode reports whether a legacy code matches the system's success_codes.
func (s *System) IsSuccessCode(legacyCode string) bool {
	return s != nil && s.successCodes != nil && s.successCodes.MatchString(legacyCode)
}

// HTTPAlways returns the HTTP status of every failure in the first envelope. It returns
// 0 if the option http_always is not set; each code has its own HTTP status then.
func (s *System) HTTPAlways() int {
	if e := s.Envelope(); e != nil {
		return e.HTTPAlways
	}
	return 0
}

// Language returns the BCP 47 tag of the language of the messages.
func (s *System) Language() string { return s.orUnknown().language }

// DefaultLanguage returns the BCP 47 tag of the language in which the system answers if
// the client does not ask for one.
func (s *System) DefaultLanguage() string { return s.orUnknown().defaultLanguage }

// RequestIDHeader returns the header that has the request's id, in the canonical form of
// [net/http.Header].
func (s *System) RequestIDHeader() string { return s.orUnknown().requestIDHeader }

const defaultRequestIDHeader = "X-Request-Id"

// LanguageHeader returns the request header with which a client chooses the language
// of the message, in the canonical form of [net/http.Header]. It returns "" if the
// system has no such header.
func (s *System) LanguageHeader() string { return s.orUnknown().languageHeader }

// maxLanguageHeader is the length in bytes up to which a language header is read:
// parsing takes time, and honest callers ask for less.
const maxLanguageHeader = 1 << 10

// MatchLanguage returns the BCP 47 tag that fits accept best, among the system's
// language and its translations. accept has the syntax of the Accept-Language header
// (RFC 9110 section 12.5.4). If no tag fits, or if accept is not valid or longer than
// 1 KiB, MatchLanguage returns the system's default language.
func (s *System) MatchLanguage(accept string) string {
	if s == nil {
		return ""
	}
	if accept == "" || len(accept) > maxLanguageHeader || len(s.languages) == 1 {
		return s.defaultLanguage
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return s.defaultLanguage
	}
	_, i, confidence := s.matcher.Match(tags...)
	if confidence == language.No {
		return s.defaultLanguage
	}
	return s.languages[i]
}

// DefaultMessage returns a code's message in the system's default language, and its BCP
// 47 tag. The message is in the system's language if the code has no translation into the
// default language.
func (s *System) DefaultMessage(code *Code) (m *Message, language string) {
	s = s.orUnknown()
	if m, ok := code.MessageIn(s.defaultLanguage); ok {
		return m, s.defaultLanguage
	}
	return code.Message(), code.orUnknown().table.language
}

// DefaultSuccessCode returns the code of a successful response if the handler does
// not choose one: the success code with the lowest number. It returns nil if the
// system has no success codes.
func (s *System) DefaultSuccessCode() *Code { return s.orUnknown().success }

// Fallback returns the code that replaces an error with the given gRPC code if the
// error has no code of this system. If no code has fallback_for with that gRPC code,
// Fallback returns the fallback for UNKNOWN, or else the fallback for INTERNAL. It
// returns nil only for OK.
func (s *System) Fallback(code codes.Code) *Code {
	if s == nil || code == codes.OK {
		return nil
	}
	if code < codes.Code(len(s.fallbacks)) && s.fallbacks[code] != nil {
		return s.fallbacks[code]
	}
	if c := s.fallbacks[codes.Unknown]; c != nil {
		return c
	}
	return s.fallbacks[codes.Internal]
}

// FallbackHTTP returns the code that replaces the gateway's own answer of an HTTP
// status. It returns nil if no code has fallback_for_http with that status.
func (s *System) FallbackHTTP(status int) *Code { return s.orUnknown().fallbacksHTTP[status] }

// Help returns the URL of the page about a code, also if the catalog lacks the code. It
// returns "" if the system has no help, or if the URL would have an empty segment.
func (s *System) Help(domain, reason, legacyCode string) string {
	return s.orUnknown().help.url(domain, reason, legacyCode)
}

// ReadLegacy returns the code that a received legacy code is read as: the code that has
// it, or else the first code whose option reads matches it. If several codes share the
// legacy code, ReadLegacy returns the one whose message in any language fits message
// best, or the first one if none fits. It returns false if the system has no such code.
func (s *System) ReadLegacy(legacyCode, message string) (*Code, bool) {
	if s == nil {
		return nil, false
	}
	if code, ok := s.byLegacy[legacyCode]; ok {
		if list := s.shared[legacyCode]; list != nil {
			code = bestFit(list, message)
		}
		return code, true
	}
	if len(s.readers) == 0 {
		return nil, false
	}
	success := s.IsSuccessCode(legacyCode)
	for _, code := range s.readers {
		// A failure is never read as a success, nor a success as a failure.
		if code.IsSuccess() == success && code.reads.MatchString(legacyCode) {
			return code, true
		}
	}
	return nil, false
}

// bestFit returns the code whose message fits text best: with the most literal text, and
// of these, the one whose arguments are not ambiguous. It returns the first code if no
// message fits.
func bestFit(list []*Code, text string) *Code {
	best, most := list[0], -1
	for _, code := range list {
		consider := func(m *Message) {
			t := m.Template()
			if !t.Fits(text) {
				return
			}
			fit := 2 * literalLength(t)
			if _, unique := t.Match(text); unique {
				fit++
			}
			if fit > most {
				best, most = code, fit
			}
		}
		consider(code.message)
		for i := range code.translations {
			consider(code.translations[i].message)
		}
	}
	return best
}

// literalLength returns the length of a message without its arguments.
func literalLength(m *template.Message) int {
	empty := make([]Arg, len(m.Params()))
	for i, name := range m.Params() {
		empty[i].Name = name
	}
	return len(m.Text(empty))
}

// version matches the end of a versioned package's name: v1, v2alpha, v1p1beta1.
var version = regexp.MustCompile(`\.v[0-9]+((p[0-9]+)?(alpha|beta)[0-9]*)?$`)

// familyOf returns a domain without its version. Systems with the same family are
// versions of each other.
func familyOf(domain string) string { return version.ReplaceAllString(domain, "") }
