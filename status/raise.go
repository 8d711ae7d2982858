// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"encoding/json"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/internal/details"
)

// SupportPackageIsVersion1 is referred to by the code that protoc-gen-go-statusmap
// generates. If it is not defined, that code needs a newer version of this package.
const SupportPackageIsVersion1 = true

// An Arg is an argument of a code: a name and a value of one of the types that the code's
// option args can declare. It is made by [String], [Int64], [Double], [Bool] and [JSON].
// The zero Arg is ignored.
type Arg struct{ name, value string }

// String returns an argument of type STRING.
func String(name, value string) Arg { return Arg{name, validText(value)} }

// Int64 returns an argument of type INT64.
func Int64(name string, value int64) Arg { return Arg{name, strconv.FormatInt(value, 10)} }

// Double returns an argument of type DOUBLE.
func Double(name string, value float64) Arg {
	return Arg{name, strconv.FormatFloat(value, 'g', -1, 64)}
}

// Bool returns an argument of type BOOL.
func Bool(name string, value bool) Arg { return Arg{name, strconv.FormatBool(value)} }

// JSON returns an argument of type JSON. A nil value is null.
func JSON(name string, value json.RawMessage) Arg { return Arg{name, jsonText(value)} }

// Raise returns an error with a legacy code, as [Error] does, and sends the same bytes. The
// constructors that protoc-gen-go-statusmap generates call it: they give the arguments
// their names and types.
func Raise(code protoreflect.Enum, args ...Arg) error {
	if len(args) == 0 {
		if e := ready(code); e != nil {
			return e
		}
	}
	return raise(code, nil, callArgs{typed: args})
}

// RaiseFrom returns an error as [Raise] does that wraps err, as [Wrap] does. If err is nil,
// RaiseFrom returns nil.
func RaiseFrom(err error, code protoreflect.Enum, args ...Arg) error {
	if err == nil {
		return nil
	}
	return raise(code, err, callArgs{typed: args})
}

// Args are the arguments of an error: see [ArgsOf]. The zero Args have no values.
type Args struct{ from *LegacyError }

// ArgsOf returns the arguments of the error with code in err: made here or received. It
// returns false if [Is] does. The functions that protoc-gen-go-statusmap generates call it.
func ArgsOf(err error, code protoreflect.Enum) (Args, bool) {
	domain, reason, ok := nameOf(code)
	if err == nil || !ok {
		return Args{}, false
	}
	var found *LegacyError
	cat := defaultCatalog()
	ok = details.Walk(err, func(err error) bool {
		e, ok := err.(*LegacyError) //nolint:errorlint // Walk unwraps
		if !ok {
			st, isStatus := details.GRPCStatus(err)
			if !isStatus {
				return false
			}
			if e, ok = fromStatus(cat, st); !ok {
				return false
			}
		}
		found = e
		return e.is(domain, reason)
	})
	if !ok {
		return Args{}, false
	}
	return Args{found}, true
}

// String returns the value of an argument; "" if there is none.
func (a Args) String(name string) string {
	value, _ := a.from.MetadataValue(name)
	return value
}

// Int64 returns the value of an argument; 0 if there is none, or if it is not an int64.
func (a Args) Int64(name string) int64 {
	n, err := strconv.ParseInt(a.String(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Double returns the value of an argument; 0 if there is none, or if it is not a number.
func (a Args) Double(name string) float64 {
	f, err := strconv.ParseFloat(a.String(name), 64)
	if err != nil {
		return 0
	}
	return f
}

// Bool returns the value of an argument; false if there is none, or if it is not a bool.
func (a Args) Bool(name string) bool {
	b, err := strconv.ParseBool(a.String(name))
	return err == nil && b
}

// JSON returns the value of an argument; nil if there is none, or if it is not valid JSON.
func (a Args) JSON(name string) json.RawMessage {
	if raw := json.RawMessage(a.String(name)); json.Valid(raw) {
		return raw
	}
	return nil
}
