// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"iter"
	"maps"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// A Code is one value of a system's enum. It maps a legacy code to its gRPC code,
// HTTP status and message.
//
// All methods may be called on a nil Code, which is an unknown code: strings are
// empty, GRPCCode is Unknown and HTTPStatus is 500.
type Code struct {
	system       *System
	desc         protoreflect.EnumValueDescriptor
	options      *statusmapv1.CodeOptions
	reason       string
	legacyCode   string
	grpc         codes.Code
	http         int
	message      *Message
	translations []translation // sorted by tag
}

// unknownCode is what a nil Code says.
var unknownCode = &Code{grpc: codes.Unknown, http: httpStatus[codes.Unknown]}

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

// System returns the system that the code belongs to.
func (c *Code) System() *System { return c.orUnknown().system }

// Descriptor returns the descriptor of the enum value.
func (c *Code) Descriptor() protoreflect.EnumValueDescriptor { return c.orUnknown().desc }

// Domain returns the ErrorInfo domain, for example "legacy.job.v2".
func (c *Code) Domain() string { return c.System().Domain() }

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
	if language == c.system.language {
		return c.message, true
	}
	for i := range c.translations {
		if c.translations[i].language == language {
			return c.translations[i].message, true
		}
	}
	return nil, false
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

// Field returns the request field that is wrong. It returns "" if the option field is
// not set.
func (c *Code) Field() string { return c.orUnknown().options.GetField() }

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
