// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// Mask replaces the values of sensitive arguments in what statusmap prints.
const Mask = "***"

// MaskArgs replaces the values of a code's sensitive arguments.
func MaskArgs(code *catalog.Code, args []wire.Pair) {
	for i := range args {
		if code.Sensitive(args[i].Name) {
			args[i].Value = Mask
		}
	}
}

// MaskedMessage returns a code's message with its sensitive arguments masked, also if
// args lack them.
func MaskedMessage(code *catalog.Code, args []wire.Pair) string {
	m := DefaultMessage(code)
	args = slices.Clone(args)
	MaskArgs(code, args)
	for _, name := range m.Template().Missing(args) {
		if code.Sensitive(name) {
			args = append(args, wire.Pair{Name: name, Value: Mask})
		}
	}
	return m.Text(args...)
}

// Text returns the text of an error for the log. In the text of the statuses that it is
// or wraps, sensitive arguments are masked.
func Text(cat *catalog.Catalog, err error) string {
	text := fmt.Sprint(err) // recovers if Error panics
	var secrets []string
	Walk(err, func(err error) bool {
		if st, ok := GRPCStatus(err); ok {
			var info Info
			info.AddAll(cat, st.Proto().GetDetails())
			if code, known := cat.Lookup(info.Domain, info.Reason); known {
				secrets = appendSecrets(secrets, code, st.Message(), info.Metadata)
			}
		}
		return false
	})
	return replaceAll(text, secrets)
}

// MaskText returns text, which contains a code's message with args, with sensitive
// arguments masked.
func MaskText(text string, code *catalog.Code, message string, args []wire.Pair) string {
	return replaceAll(text, appendSecrets(nil, code, message, args))
}

// appendSecrets appends what must not be printed of a status, and what is printed
// instead, by turns.
func appendSecrets(secrets []string, code *catalog.Code, message string, args []wire.Pair) []string {
	if !code.HasSensitive() {
		return secrets
	}
	template := DefaultMessage(code).Template()
	if template.Missing(args) != nil || !strings.Contains(message, template.Text(args)) {
		// Nobody knows where the values are in this message.
		secrets = append(secrets, message, MaskedMessage(code, args))
	}
	for _, a := range args {
		if code.Sensitive(a.Name) {
			secrets = append(secrets, a.Value, Mask)
		}
	}
	return secrets
}

// replaceAll replaces secrets, which are old and new text by turns, the longest first.
func replaceAll(text string, secrets []string) string {
	type pair struct{ secret, printed string }
	var pairs []pair
	for i := 0; i+1 < len(secrets); i += 2 {
		// Text of asterisks looks like the mask. Masking it would let the text grow with
		// each secret.
		if strings.Trim(secrets[i], "*") != "" {
			pairs = append(pairs, pair{secrets[i], secrets[i+1]})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(len(b.secret), len(a.secret)) })
	for _, p := range pairs {
		text = strings.ReplaceAll(text, p.secret, p.printed)
	}
	return text
}

// Walk calls f for err and everything it wraps, outermost first, until f is true.
func Walk(err error, f func(error) bool) bool {
	for err != nil {
		if f(err) {
			return true
		}
		switch x := err.(type) { //nolint:errorlint // this is the walk
		case interface{ Unwrap() error }:
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, e := range x.Unwrap() {
				if Walk(e, f) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}

// GRPCStatus returns the gRPC status that err itself is, also if it is an error of
// connect-go; false if it is none. The error of another package may be a nil pointer whose
// method panics.
func GRPCStatus(err error) (st *grpcstatus.Status, ok bool) {
	defer func() {
		if recover() != nil {
			st, ok = nil, false
		}
	}()
	x, ok := err.(interface{ GRPCStatus() *grpcstatus.Status })
	if !ok {
		return connectStatus(err)
	}
	st = x.GRPCStatus()
	return st, st != nil
}
