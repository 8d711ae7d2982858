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

// A System is a legacy system: how it speaks on the wire, and its codes. Its
// methods may be called on nil, the system that is not known.
type System struct {
	desc           protoreflect.EnumDescriptor
	domain         string
	family         string
	title          string
	language       string
	languageHeader string
	httpAlways     int
	failure        *template.Envelope
	success        *template.Envelope
	codes          []*Code // by number
	byReason       map[string]*Code
	byLegacy       map[string]*Code
	fallbacks      [17]*Code
	languages      []string // the system's first, then the translations', sorted
	matcher        language.Matcher
}

// Domain returns the enum's proto package, which is the domain of the system's
// errors.
func (s *System) Domain() string {
	if s == nil {
		return ""
	}
	return s.domain
}

// Title returns the product's name, for people.
func (s *System) Title() string {
	if s == nil {
		return ""
	}
	return s.title
}

// Descriptor returns the enum that the system is read from.
func (s *System) Descriptor() protoreflect.EnumDescriptor {
	if s == nil {
		return nil
	}
	return s.desc
}

// Codes returns the system's codes, by number.
func (s *System) Codes() []*Code {
	if s == nil {
		return nil
	}
	return slices.Clone(s.codes)
}

// Lookup returns the code of a reason; false where the system has none.
func (s *System) Lookup(reason string) (*Code, bool) {
	if s == nil {
		return nil, false
	}
	code, ok := s.byReason[reason]
	return code, ok
}

// LookupNumber returns the code of an enum value's number; false if the system lacks
// it.
func (s *System) LookupNumber(number int32) (*Code, bool) {
	if s == nil {
		return nil, false
	}
	i, ok := slices.BinarySearchFunc(s.codes, number, func(c *Code, number int32) int { return cmp.Compare(c.Number(), number) })
	if !ok {
		return nil, false
	}
	return s.codes[i], true
}

// FailureEnvelope returns the envelope of a failed call, for the other packages of
// this module; its type is internal.
func (s *System) FailureEnvelope() *template.Envelope {
	if s == nil {
		return nil
	}
	return s.failure
}

// SuccessEnvelope returns the envelope of a successful call, for the other packages
// of this module; its type is internal.
func (s *System) SuccessEnvelope() *template.Envelope {
	if s == nil {
		return nil
	}
	return s.success
}

// HTTPAlways returns the HTTP status of every failure; 0 where each code has its
// own.
func (s *System) HTTPAlways() int {
	if s == nil {
		return 0
	}
	return s.httpAlways
}

// Language returns the BCP 47 tag of the legacy wire's language.
func (s *System) Language() string {
	if s == nil {
		return ""
	}
	return s.language
}

// LanguageHeader returns the request header by which a caller chooses the
// envelope's language, in the form of net/http's keys; "" where the caller cannot.
func (s *System) LanguageHeader() string {
	if s == nil {
		return ""
	}
	return s.languageHeader
}

// maxLanguageHeader is the length in bytes up to which a caller's wish is read:
// parsing takes time, and no honest caller asks for more.
const maxLanguageHeader = 1 << 10

// MatchLanguage returns the tag of the system's language or of one of its
// translations that fits a caller's wish best; the wish is written as in
// Accept-Language (RFC 9110 section 12.5.4). If nothing fits, or the wish is longer
// than 1 KiB, it returns the system's language.
func (s *System) MatchLanguage(accept string) string {
	if s == nil {
		return ""
	}
	if accept == "" || len(accept) > maxLanguageHeader || len(s.languages) == 1 {
		return s.language
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return s.language
	}
	_, i, confidence := s.matcher.Match(tags...)
	if confidence == language.No {
		return s.language
	}
	return s.languages[i]
}

// DefaultSuccessCode returns the success code that an answer has when its handler
// says nothing: the one with the lowest number; nil where the system has none.
func (s *System) DefaultSuccessCode() *Code {
	if s == nil {
		return nil
	}
	for _, c := range s.codes {
		if c.IsSuccess() {
			return c
		}
	}
	return nil
}

// Fallback returns the code that stands in for a gRPC code when a status names
// no code of this system. Where none is given for that gRPC code it is the one
// for UNKNOWN or, failing that, for INTERNAL; never nil but for OK.
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

// version is what ends a versioned package's name: v1, v2alpha, v1p1beta1.
var version = regexp.MustCompile(`\.v[0-9]+((p[0-9]+)?(alpha|beta)[0-9]*)?$`)

// familyOf returns a domain without its version: the systems of a family are
// versions of one another.
func familyOf(domain string) string { return version.ReplaceAllString(domain, "") }
