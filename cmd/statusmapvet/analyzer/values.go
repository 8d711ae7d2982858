// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package analyzer

import (
	"encoding/json"
	"go/constant"
	"go/types"
	"strconv"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// The types of arguments.
const (
	typeString = statusmapv1.CodeOptions_Arg_STRING
	typeInt64  = statusmapv1.CodeOptions_Arg_INT64
	typeDouble = statusmapv1.CodeOptions_Arg_DOUBLE
	typeBool   = statusmapv1.CodeOptions_Arg_BOOL
	typeJSON   = statusmapv1.CodeOptions_Arg_JSON
)

// checkType reports a value that does not fit the type of its argument. code may be nil.
func (c *checker) checkType(code *code, a given) {
	want := code.argType(a.name)
	tv := c.TypesInfo.Types[a.value]
	if p := problem(want, tv); p != "" {
		c.report(a.value, "type", nil, "the argument %q is of type %s, but %s is of type %s: %s", a.name, want, c.source(a.value), c.typeName(tv.Type), p)
	}
}

// problem returns what to write instead of a value that does not fit a type, or "" if the
// value fits.
func problem(want statusmapv1.CodeOptions_Arg_Type, v types.TypeAndValue) string {
	if v.IsNil() {
		return "give a value"
	}
	if v.Value != nil && v.Value.Kind() == constant.String && !hasText(v.Type) {
		return textProblem(want, constant.StringVal(v.Value))
	}
	if want != typeString && want != typeJSON {
		return numberProblem(want, v.Type)
	}
	if hasText(v.Type) || isJSON(v.Type, "RawMessage") {
		return ""
	}
	switch u := v.Type.Underlying().(type) {
	case *types.Pointer, *types.Signature, *types.Chan:
		return "its text is an address: give what it points to"
	case *types.Slice:
		if b, ok := u.Elem().Underlying().(*types.Basic); ok && b.Kind() == types.Uint8 {
			return "its text is a list of numbers: convert it to a string"
		}
	}
	switch v.Type.Underlying().(type) {
	case *types.Slice, *types.Map, *types.Struct, *types.Array:
		if want == typeJSON {
			return "its text is not JSON: use encoding/json, and convert the result to a string"
		}
	}
	return ""
}

var hints = map[statusmapv1.CodeOptions_Arg_Type]string{
	typeInt64:  "give an integer",
	typeDouble: "give a number",
	typeBool:   "give true or false",
	typeJSON:   "give JSON",
}

// textProblem is [problem] for a constant string.
func textProblem(want statusmapv1.CodeOptions_Arg_Type, text string) string {
	var err error
	switch want {
	case typeInt64:
		_, err = strconv.ParseInt(text, 10, 64)
	case typeDouble:
		_, err = strconv.ParseFloat(text, 64)
	case typeBool:
		if text != "true" && text != "false" {
			return hints[want]
		}
	case typeJSON:
		if !json.Valid([]byte(text)) {
			return hints[want]
		}
	}
	if err != nil {
		return hints[want]
	}
	return ""
}

// numberProblem is [problem] for INT64, DOUBLE and BOOL.
func numberProblem(want statusmapv1.CodeOptions_Arg_Type, t types.Type) string {
	if isJSON(t, "Number") && want != typeBool {
		return ""
	}
	if hasText(t) {
		return hints[want] + ", since a value with a String or Error method is sent as that text"
	}
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return "" // not known before the program runs
	case *types.Basic:
		switch {
		case u.Info()&types.IsInteger != 0 && (want == typeInt64 || want == typeDouble),
			u.Info()&types.IsFloat != 0 && want == typeDouble,
			u.Info()&types.IsBoolean != 0 && want == typeBool:
			return ""
		}
	}
	return hints[want]
}

// isJSON reports whether a type is the one of encoding/json with a name.
func isJSON(t types.Type, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "encoding/json" && named.Obj().Name() == name
}

// hasText reports whether fmt prints a value of a type with a method of its own.
func hasText(t types.Type) bool {
	if t == nil {
		return false
	}
	for _, name := range [...]string{"String", "Error"} {
		// Only the methods that a value in an interface has.
		selection := types.NewMethodSet(t).Lookup(nil, name)
		if selection == nil {
			continue
		}
		signature, ok := selection.Type().(*types.Signature)
		if ok && signature.Params().Len() == 0 && signature.Results().Len() == 1 && types.Identical(signature.Results().At(0).Type(), types.Typ[types.String]) {
			return true
		}
	}
	if selection := types.NewMethodSet(t).Lookup(nil, "Format"); selection != nil {
		signature, ok := selection.Type().(*types.Signature)
		return ok && signature.Params().Len() == 2 && signature.Results().Len() == 0
	}
	return false
}
