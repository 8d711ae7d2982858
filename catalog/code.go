// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// A Code is one value of a system's enum. It maps a legacy code to its gRPC code,
// HTTP status and message.
//
// All methods may be called on a nil Code, which is an unknown code: strings are
// empty, GRPCCode is Unknown and HTTPStatus is 500.
type Code struct {
	table        *table
	desc         protoreflect.EnumValueDescriptor
	options      *statusmapv1.CodeOptions
	reason       string
	legacyCode   string
	grpc         codes.Code
	http         int
	message      *Message
	translations []translation // sorted by tag
	fields       []*Message
	reads        *regexp.Regexp // nil: only legacyCode
	help         string
}

// unknownCode is what a nil Code says.
var unknownCode = &Code{table: new(table), grpc: codes.Unknown, http: httpStatus[codes.Unknown]}

func (c *Code) orUnknown() *Code {
	if c == nil {
		return unknownCode
	}
	return c
}

type translation struct {
	language string
	message  *Message
}

// System returns the system whose enum has the code. It returns nil if the enum is
// included by other systems.
func (c *Code) System() *System { return c.orUnknown().table.system }

// Systems returns the systems that have the code, by domain: the one of its enum, or those
// that include its enum.
func (c *Code) Systems() []*System { return slices.Clone(c.orUnknown().table.systems) }

// Descriptor returns the descriptor of the enum value.
func (c *Code) Descriptor() protoreflect.EnumValueDescriptor { return c.orUnknown().desc }

// Domain returns the ErrorInfo domain, for example "legacy.job.v2".
func (c *Code) Domain() string { return c.orUnknown().table.domain }

// Reason returns the ErrorInfo reason, for example "JOB_NOT_FOUND".
func (c *Code) Reason() string { return c.orUnknown().reason }

// FullName returns domain + "." + reason, the enum value's full protobuf name.
func (c *Code) FullName() string {
	if c == nil {
		return ""
	}
	return string(c.desc.FullName())
}

// Number returns the enum value's number.
func (c *Code) Number() int32 {
	if c == nil {
		return 0
	}
	return int32(c.desc.Number())
}

// LegacyCode returns the code as the legacy system writes it, for example
// "1233106" or "401.1".
func (c *Code) LegacyCode() string { return c.orUnknown().legacyCode }

// GRPCCode returns the gRPC code of the error, or OK for a success code.
func (c *Code) GRPCCode() codes.Code { return c.orUnknown().grpc }

// HTTPStatus returns the code's HTTP status: the option http if it is set, otherwise
// the canonical status of the gRPC code. It ignores [System.HTTPAlways].
func (c *Code) HTTPStatus() int { return c.orUnknown().http }

// HTTPStatusFor returns the HTTP status of a response in which the code replaces an
// error with another gRPC code: the option http if it is set, otherwise the canonical
// status of replaced.
func (c *Code) HTTPStatusFor(replaced codes.Code) int {
	if c == nil || c.options.GetHttp() == 0 {
		return HTTPStatus(replaced)
	}
	return c.http
}

// IsSuccess reports whether the code is a success code: its gRPC code is OK.
func (c *Code) IsSuccess() bool { return c != nil && c.grpc == codes.OK }

// Message returns the message in the system's language.
func (c *Code) Message() *Message { return c.orUnknown().message }

// MessageIn returns the message in a language. It returns false if the code has no
// message in that language. The tag must be written exactly as in the .proto file. To
// find the tag that fits an Accept-Language header, use [System.MatchLanguage].
func (c *Code) MessageIn(language string) (*Message, bool) {
	if c == nil {
		return nil, false
	}
	if language == c.table.language {
		return c.message, true
	}
	for i := range c.translations {
		if c.translations[i].language == language {
			return c.translations[i].message, true
		}
	}
	return nil, false
}

// DefaultMessage returns the message in the default language of the code's system, and
// its BCP 47 tag. The message is in the system's language if the code has no translation
// into the default language. For a code of an included enum, the default language is that
// of all its includers if they agree; see [System.DefaultMessage] for that of one.
func (c *Code) DefaultMessage() (m *Message, language string) {
	c = c.orUnknown()
	if c.table.defaultLanguage != c.table.language {
		if m, ok := c.MessageIn(c.table.defaultLanguage); ok {
			return m, c.table.defaultLanguage
		}
	}
	return c.message, c.table.language
}

// MatchLanguage is [System.MatchLanguage] of the code's system. For a code of an
// included enum, it is that of the includer with the lowest domain.
func (c *Code) MatchLanguage(accept string) string {
	t := c.orUnknown().table
	if len(t.systems) == 0 {
		return t.language
	}
	return t.systems[0].MatchLanguage(accept)
}

// Translated reports whether the code has a message in a language other than the
// system's.
func (c *Code) Translated() bool { return c != nil && len(c.translations) > 0 }

// Translations yields the BCP 47 tags and messages of all languages other than the
// system's, sorted by tag.
func (c *Code) Translations() iter.Seq2[string, *Message] {
	return func(yield func(string, *Message) bool) {
		for _, t := range c.orUnknown().translations {
			if !yield(t.language, t.message) {
				return
			}
		}
	}
}

// RetryAfter returns how long a client should wait before it repeats the same call.
// It returns 0 if the client should not repeat the call.
func (c *Code) RetryAfter() time.Duration {
	return time.Duration(c.orUnknown().options.GetRetryAfter()) * time.Second
}

// Fields returns the request fields that are wrong. They may contain arguments.
func (c *Code) Fields() []*Message { return slices.Clone(c.orUnknown().fields) }

// A Param is the declaration of an argument.
type Param struct {
	Name string
	// Type is the type of its value in JSON.
	Type statusmapv1.CodeOptions_Arg_Type
	// Sensitive reports whether the value must not be printed.
	Sensitive bool
	// Description says what it is, for people to read.
	Description string
}

// Params returns the arguments of the code without duplicates: those of the message in
// the order of the text, then those of the fields, then further ones of the option args
// by name. {status_message} is not one of them: see [StatusMessage].
func (c *Code) Params() []Param {
	var params []Param
	add := func(name string) {
		if slices.ContainsFunc(params, func(p Param) bool { return p.Name == name }) {
			return
		}
		arg := c.options.GetArgs()[name]
		params = append(params, Param{name, arg.GetType(), arg.GetSensitive(), arg.GetDescription()})
	}
	c = c.orUnknown()
	for _, name := range c.message.Template().Params() {
		if name != StatusMessage {
			add(name)
		}
	}
	for _, field := range c.fields {
		for _, name := range field.Template().Params() {
			add(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.options.GetArgs())) {
		add(name)
	}
	return params
}

// ArgType returns the type of an argument. It returns STRING if the code does not
// declare the argument.
func (c *Code) ArgType(name string) statusmapv1.CodeOptions_Arg_Type {
	return c.orUnknown().options.GetArgs()[name].GetType()
}

// Sensitive reports whether an argument must not be printed.
func (c *Code) Sensitive(name string) bool {
	return c.orUnknown().options.GetArgs()[name].GetSensitive()
}

// HasSensitive reports whether the code has an argument that must not be printed.
func (c *Code) HasSensitive() bool {
	for _, arg := range c.orUnknown().options.GetArgs() {
		if arg.GetSensitive() {
			return true
		}
	}
	return false
}

// Explanation returns what the error means, in Markdown, for people to read.
func (c *Code) Explanation() string { return c.orUnknown().options.GetExplanation() }

// Resolution returns what to do about the error, in Markdown, for people to read.
func (c *Code) Resolution() string { return c.orUnknown().options.GetResolution() }

// Since returns the version of the API that introduced the code.
func (c *Code) Since() string { return c.orUnknown().options.GetSince() }

// ReplacedBy returns the reason, or the full name in another domain, of the code to use
// instead of this one. It returns "" if there is none.
func (c *Code) ReplacedBy() string { return c.orUnknown().options.GetReplacedBy() }

// Deprecated reports whether the enum value has protobuf's option deprecated.
func (c *Code) Deprecated() bool {
	if c == nil {
		return false
	}
	options, ok := c.desc.Options().(*descriptorpb.EnumValueOptions)
	return ok && options.GetDeprecated()
}

// Help returns the URL of the page about the code, from the option help of its system.
// It returns "" if the system has none, or if the enum is only included: see
// [System.Help].
func (c *Code) Help() string { return c.orUnknown().help }

// Labels returns further columns of the legacy error table, by name. The caller may
// change the map.
func (c *Code) Labels() map[string]string { return maps.Clone(c.orUnknown().options.GetLabels()) }

// FallbackFor returns the gRPC codes for which the code is the system's fallback. See
// [System.Fallback].
func (c *Code) FallbackFor() []codes.Code {
	var list []codes.Code
	for _, g := range c.orUnknown().options.GetFallbackFor() {
		list = append(list, codes.Code(g))
	}
	slices.Sort(list)
	return list
}

// FallbackForHTTP returns the HTTP statuses of the gateway's own answers that the code
// replaces. See [System.FallbackHTTP].
func (c *Code) FallbackForHTTP() []int {
	var list []int
	for _, status := range c.orUnknown().options.GetFallbackForHttp() {
		list = append(list, int(status))
	}
	slices.Sort(list)
	return list
}

// Reads returns the regular expression of further legacy codes that are read as this
// code. It returns "" if there is none. See [System.ReadLegacy].
func (c *Code) Reads() string { return c.orUnknown().options.GetReads() }

// SharesLegacyCode reports whether other codes of the system have the same legacy code.
func (c *Code) SharesLegacyCode() bool { return c.orUnknown().options.GetSharesLegacyCode() }

// HTTPStatus returns the canonical HTTP status of a gRPC code, as listed in
// google/rpc/code.proto. It returns 500 for a code above 16.
func HTTPStatus(code codes.Code) int {
	if code >= codes.Code(len(httpStatus)) {
		return httpStatus[codes.Unknown]
	}
	return httpStatus[code]
}

var httpStatus = [...]int{
	codes.OK:                 200,
	codes.Canceled:           499,
	codes.Unknown:            500,
	codes.InvalidArgument:    400,
	codes.DeadlineExceeded:   504,
	codes.NotFound:           404,
	codes.AlreadyExists:      409,
	codes.PermissionDenied:   403,
	codes.ResourceExhausted:  429,
	codes.FailedPrecondition: 400,
	codes.Aborted:            409,
	codes.OutOfRange:         400,
	codes.Unimplemented:      501,
	codes.Internal:           500,
	codes.Unavailable:        503,
	codes.DataLoss:           500,
	codes.Unauthenticated:    401,
}
