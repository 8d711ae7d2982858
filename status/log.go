// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
)

// maxLogged is how many bytes of a value are logged.
const maxLogged = 1 << 10

// forLog returns s as it is logged.
func forLog(s string) string { return cut(s, maxLogged) }

// LogValue returns the error for log/slog, with what it wraps. Of an
// argument that is a slog.LogValuer it has the LogValue, and *** of a sensitive one, in
// the message too. A value has 1 KiB at most.
func (e *LegacyError) LogValue() slog.Value { return e.logValue(defaultCatalog()) }

// logValue is LogValue, with the sensitive arguments that cat knows of what e wraps.
func (e *LegacyError) logValue(cat *catalog.Catalog) slog.Value {
	if e == nil {
		return slog.Value{}
	}
	args := e.loggedArgs()
	attrs := []slog.Attr{
		slog.String("domain", forLog(e.Domain())),
		slog.String("reason", forLog(e.Reason())),
		slog.String("code", e.grpc.String()),
		slog.String("message", forLog(e.loggedMessage(args))),
	}
	if e.impliedCode() {
		args = append(args, catalog.Arg{Name: catalog.ErrorInfoLegacyCode, Value: e.code.LegacyCode()})
	}
	slices.SortFunc(args, func(x, y catalog.Arg) int { return strings.Compare(x.Name, y.Name) })
	metadata := make([]any, len(args))
	for i, a := range args {
		metadata[i] = slog.String(forLog(a.Name), forLog(a.Value))
	}
	if len(metadata) > 0 {
		attrs = append(attrs, slog.Group("metadata", metadata...))
	}
	if e.cause != nil {
		attrs = append(attrs, slog.String("cause", forLog(details.Text(cat, e.cause))))
	}
	if defect := e.defect(); defect != "" {
		attrs = append(attrs, slog.String("defect", forLog(defect)))
	}
	return slog.GroupValue(attrs...)
}

// loggedArgs returns the arguments as they are logged. A received error may have more
// than are logged.
func (e *LegacyError) loggedArgs() []catalog.Arg {
	args := slices.Clone(e.args[:min(len(e.args), maxMetadata+2)])
	if e.rare != nil {
		for _, logged := range e.rare.logged {
			i := slices.IndexFunc(args, func(a catalog.Arg) bool { return a.Name == logged.name })
			args[i].Value = logText(logged.value)
		}
	}
	details.MaskArgs(e.code, args)
	return args
}

// printsOther reports whether the error's message is printed with other arguments than
// those that are sent.
func (e *LegacyError) printsOther() bool {
	return e.rare != nil && e.rare.logged != nil || e.code.HasSensitive()
}

// loggedMessage returns the message with args as they are logged.
func (e *LegacyError) loggedMessage(args []catalog.Arg) string {
	if e.code == nil || !e.printsOther() {
		return e.message
	}
	return details.MaskedMessage(e.code, args)
}

// logText returns a value as it is logged.
func logText(v any) string {
	if _, ok := v.(slog.LogValuer); !ok {
		return forLog(text(v))
	}
	return forLog(resolvedText(slog.AnyValue(v)))
}

// resolvedText writes v as [slog.Value.String] does, with the values in a group
// resolved too.
func resolvedText(v slog.Value) string {
	v = v.Resolve()
	if v.Kind() != slog.KindGroup {
		return v.String()
	}
	var b strings.Builder
	for i, a := range v.Group() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.Key + "=" + resolvedText(a.Value))
	}
	return "[" + b.String() + "]"
}
