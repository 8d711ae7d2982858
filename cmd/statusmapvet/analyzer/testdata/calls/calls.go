// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package calls has a call for each rule.
package calls

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/statusmap/statusmap/catalog"
	parcelv1 "github.com/statusmap/statusmap/cmd/statusmapvet/analyzer/testdata/parcelv1"
	"github.com/statusmap/statusmap/status"
)

const alias = parcelv1.ErrorCode_PARCEL_NOT_FOUND

type (
	codeAlias = parcelv1.ErrorCode
	text      string
	number    int
	celsius   float64
	stringer  int
)

func (stringer) String() string { return "" }

type formatted struct{}

func (formatted) Format(fmt.State, rune) {}

var errCause = errors.New("x")

func right(id string, parcel *parcelv1.ErrorCode, known any) []error {
	return []error{
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", id),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", 42, "further", id), // args is not declared
		status.Error((alias), "parcel_id", id),
		status.Error(codeAlias(101), "parcel_id", id),
		status.Wrap(errCause, parcelv1.ErrorCode_PARCEL_LOCKED, "holder", id, "parcel_id", id),
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 2),
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1.5, "index", uint8(2), "fragile", true, "limits", `[1]`, "token", id),
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", celsius(1), "index", number(1), "fragile", "false"),
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", json.Number("1"), "index", "2", "limits", 3),
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", known, "index", known, "fragile", known, "limits", known),
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 2, "limits", json.RawMessage("[1]")),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", errCause),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", time.Now()),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", formatted{}),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", id, "request_id", "1"),
		status.Error(parcelv1.ErrorCode_PARCEL_ERROR),
		status.Error(parcelv1.ErrorCode_PARCEL_ERROR, "status_message", "x"),
	}
}

func notKnown(code parcelv1.ErrorCode, args []any, loaded *catalog.Code, name string, key any) []error {
	raise := status.Error // function values are not checked
	return []error{
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, args...),
		status.Error(code),
		status.Error(code.Enum(), "a_name", 1),
		status.New(loaded, "a_name", 1),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, name, 1),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, key, 1),
		status.Error(several()),
		raise(parcelv1.ErrorCode_PARCEL_NOT_FOUND),
		status.Error(parcelv1.Size_SIZE_SMALL),
	}
}

func several() (parcelv1.ErrorCode, string, int) { return 101, "parcel_id", 1 }

func missing(parcelID string, holder *int, index string) []error {
	return []error{
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND),                                // want `^the argument "parcel_id" of PARCEL_NOT_FOUND is missing: add its name and value$`
		status.Wrap(errCause, alias),                                                     // want `"parcel_id" of PARCEL_NOT_FOUND is missing`
		status.Error(parcelv1.ErrorCode_PARCEL_LOCKED),                                   // want `^the arguments "parcel_id", "holder" of PARCEL_LOCKED are missing: add their names and values$`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "token", "x"),   // want `"index" of WEIGHT_TOO_HIGH is missing`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", 1, "holder", "x"), // holder is sent too
	}
}

func unknown(id string) []error {
	const key = "parcelId"
	return []error{
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "ParcelID", id),                            // want `PARCEL_NOT_FOUND has no argument "ParcelID": write "parcel_id"`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcelId", id),                            // want `^PARCEL_NOT_FOUND has no argument "parcelId": write "parcel_id"$`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "pacel_id", id),                            // want `no argument "pacel_id": write "parcel_id"`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, key, id),                                   // want `no argument "parcelId": write "parcel_id"`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1, "tokn", id),     // want `no argument "tokn": write "token"`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1, "customer", id), // want `^WEIGHT_TOO_HIGH has no argument "customer": use one of "fragile", "index", "limits", "token", "weight_kg", or declare it in args in the .proto file$`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcelid", id, "pacel_id", id),            // want `no argument "parcelid": write "parcel_id"`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "customer", id),                            // want `"parcel_id" of PARCEL_NOT_FOUND is missing`
	}
}

func pairs(id string, code *catalog.Code, n int) []error {
	return []error{
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id"),                      // want `^the argument "parcel_id" has no value: write names and values in pairs$`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, n),                                // want `^n is in the place of a name, but is of type int: write the argument's name, which is a string, before each value$`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, n, "parcel_id"),                   // want `n is in the place of a name, but is of type int`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, text("parcel_id"), id),            // want `text\("parcel_id"\) is in the place of a name, but is of type text`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", id, "parcel_id", id), // want `^the argument "parcel_id" is given twice: remove one$`
		status.New(code, "a_name"),                                      // want `"a_name" has no value`
		status.New(code, 1, 2),                                          // want `1 is in the place of a name, but is of type int`
		status.New(code, "a_name", 1, "a_name", 2),                      // want `"a_name" is given twice`
		status.New(code, "A name", 1),                                   // want `^"A name" is not a valid name of an argument: write 2 to 64 characters of \[a-zA-Z0-9-_\] that start with a lowercase letter$`
		status.Error(parcelv1.ErrorCode_PARCEL_ERROR, "legacy_code", 1), // want `^"legacy_code" is sent with every error: use another name$`
		status.Error(parcelv1.ErrorCode_PARCEL_ERROR, nil, 1),           // want `nil is in the place of a name`
	}
}

func codes(id string) []error {
	const lost = parcelv1.ErrorCode_PARCEL_LOST
	return []error{
		status.Error(parcelv1.ErrorCode_ACCEPTED),                                // want `^ACCEPTED is a success code: return a response, and choose the code with status.SetSuccess$`
		status.Error(parcelv1.ErrorCode_ERROR_CODE_UNSPECIFIED),                  // want `^acme.parcel.v1.error_code has no code 0: use a constant of a value with the option \(statusmap.v1.code\)$`
		status.Error(parcelv1.ErrorCode(7)),                                      // want `acme.parcel.v1.error_code has no code 7`
		status.Error(parcelv1.ErrorCode_PARCEL_LOST, "parcel_id", id),            // want `^PARCEL_LOST is deprecated: use PARCEL_NOT_FOUND$`
		status.Wrap(errCause, (parcelv1.ErrorCode_PARCEL_LOST), "parcel_id", id), // want `PARCEL_LOST is deprecated: use PARCEL_NOT_FOUND`
		status.Error(lost, "parcel_id", id),                                      // want `PARCEL_LOST is deprecated: use PARCEL_NOT_FOUND`
		status.Error(parcelv1.ErrorCode_DEPOT_CLOSED),                            // want `^DEPOT_CLOSED is deprecated: use another code$`
		status.Error(parcelv1.ErrorCode_DEPOT_MOVED),                             // want `^DEPOT_MOVED is deprecated: use acme.depot.v1.MOVED$`
		status.Error(parcelv1.ErrorCode_ACCEPTED, []any{"a_name", 1}...),         // want `ACCEPTED is a success code`
	}
}

func values(id string, p *string, f func() string, raw []byte, n *number, list []int, s fmt.Stringer) []error {
	return []error{
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", id, "index", 1),                  // want `^the argument "weight_kg" is of type DOUBLE, but id is of type string: give a number$`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", "heavy", "index", 1),             // want `"heavy" is of type string: give a number`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", true, "index", 1),                // want `true is of type bool: give a number`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1.5),                 // want `^the argument "index" is of type INT64, but 1.5 is of type float64: give an integer$`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", "first"),             // want `"first" is of type string: give an integer`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", stringer(1)),         // want `give an integer, since a value with a String or Error method is sent as that text`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", time.Second, "index", n),         // want `time.Second is of type time.Duration: give a number, since` `n is of type \*number: give an integer`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", s),                   // want `s is of type fmt.Stringer: give an integer, since`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1, "fragile", 1),     // want `^the argument "fragile" is of type BOOL, but 1 is of type int: give true or false$`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1, "fragile", "yes"), // want `give true or false`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1, "limits", "{"),    // want `^the argument "limits" is of type JSON, but "{" is of type string: give JSON$`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1, "limits", list),   // want `its text is not JSON: use encoding/json, and convert the result to a string`
		status.Error(parcelv1.ErrorCode_WEIGHT_TOO_HIGH, "weight_kg", 1, "index", 1, "token", p),       // want `p is of type \*string: its text is an address: give what it points to`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", f),                              // want `^the argument "parcel_id" is of type STRING, but f is of type func\(\) string: its text is an address: give what it points to$`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", raw),                            // want `its text is a list of numbers: convert it to a string`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", nil),                            // want `nil is of type untyped nil: give a value`
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", id, "further", p),               // want `p is of type \*string: its text is an address`
	}
}
