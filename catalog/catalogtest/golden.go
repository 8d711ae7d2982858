// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalogtest

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/annotation"
)

// Golden compares the error tables of enums with a file, and reports each difference with
// t.Error. The file has all that clients of the old API can notice and all other options,
// so that a change of a table is a change of the file, which people review:
//
//	func TestContract(t *testing.T) { catalogtest.Golden(t, "testdata/errors.golden") }
//
// If no enums are given, Golden compares every annotated enum that is linked into the test,
// and the options of all services and methods. Otherwise it compares the given enums, and
// the options of the linked methods that have one of them as dialect.
//
// To write the file, run the test with the environment variable STATUSMAP_UPDATE=1. If the
// test program has a boolean flag -update of its own, that flag does the same. A broken rule
// is reported as [Check] does.
func Golden(t testing.TB, file string, enums ...protoreflect.EnumDescriptor) {
	t.Helper()
	c, err := catalog.New(enums...)
	if len(enums) == 0 {
		c, err = catalog.Default()
	}
	if err != nil || len(enums) == 0 && len(c.Systems()) == 0 {
		report(t, c, err, len(enums) == 0)
		return
	}
	if len(c.Systems()) == 0 {
		t.Error("none of the enums has the option (statusmap.v1.system): pass the descriptor of the enum that includes them")
		return
	}
	got := contract(c, protoregistry.GlobalFiles, len(enums) == 0)
	if updates() {
		//nolint:gosec // it is a file of the repository, which has no secrets
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(got), 0o644)); err != nil {
			t.Error(err)
		}
		return
	}
	want, err := os.ReadFile(file) //nolint:gosec // the test names it
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Error(file + " does not exist: run the test once with STATUSMAP_UPDATE=1, and commit the file")
	case err != nil:
		t.Error(err)
	default:
		// Git on Windows may write CRLF.
		if d := diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); d != "" {
			t.Error("the error tables differ from " + file + " (- file, + tables):\n" + d +
				"Clients of the old API can depend on this. If the change is intended, run the test with STATUSMAP_UPDATE=1, and commit the file.")
		}
	}
}

// updates reports whether the file is to be written. Golden defines no flag, since the
// user's program may have one of the same name.
func updates() bool {
	if on, err := strconv.ParseBool(os.Getenv("STATUSMAP_UPDATE")); err == nil {
		return on
	}
	if f := flag.Lookup("update"); f != nil {
		if getter, ok := f.Value.(flag.Getter); ok {
			on, ok := getter.Get().(bool)
			return ok && on
		}
	}
	return false
}

// contract returns the text of a catalog, with the options of services in files.
func contract(c *catalog.Catalog, files *protoregistry.Files, allServices bool) string {
	var b strings.Builder
	for _, system := range c.Systems() {
		writeSystem(&b, system)
		for _, code := range system.Codes() {
			writeCode(&b, system, code)
		}
		b.WriteByte('\n')
	}
	writeServices(&b, c, files, allServices)
	return b.String()
}

func writeSystem(b *strings.Builder, system *catalog.System) {
	e := system.Envelope()
	fmt.Fprintf(b, "# %s (%s), %s\n", system.Domain(), system.Title(), system.Language())
	fmt.Fprintf(b, "# failure  %s\n# success  %s\n", e.Failure, e.Success)
	if system.HTTPAlways() != 0 {
		fmt.Fprintf(b, "# HTTP     always %d\n", system.HTTPAlways())
	}
	if system.LanguageHeader() != "" {
		fmt.Fprintf(b, "# language by %s\n", system.LanguageHeader())
	}
	options, err := annotation.System(system.Descriptor())
	if err != nil {
		return // the catalog has no such enum
	}
	written := []string{"title", "language", "language_header", "envelope.failure", "envelope.http_always"}
	if options.GetEnvelope().GetSuccess() != "{data}" {
		// If it is written, the response has the envelope's content type.
		written = append(written, "envelope.success")
	}
	writeOptions(b, "# ", options, written...)
}

func writeCode(b *strings.Builder, system *catalog.System, code *catalog.Code) {
	if code.Domain() != system.Domain() {
		b.WriteString(code.Domain() + " ")
	}
	fmt.Fprintf(b, "%s %s %d %s %d", code.LegacyCode(), code.Reason(), code.Number(), statusmapv1.GrpcCode(code.GRPCCode()), code.HTTPStatus())
	if code.RetryAfter() > 0 {
		fmt.Fprintf(b, " retry=%s", code.RetryAfter())
	}
	for _, field := range code.Fields() {
		fmt.Fprintf(b, " field=%s", field)
	}
	for _, name := range slices.Sorted(maps.Keys(code.Labels())) {
		fmt.Fprintf(b, " %s=%s", name, code.Labels()[name])
	}
	for _, g := range code.FallbackFor() {
		fmt.Fprintf(b, " fallback=%s", statusmapv1.GrpcCode(g))
	}
	for _, httpStatus := range code.FallbackForHTTP() {
		fmt.Fprintf(b, " fallback=%d", httpStatus)
	}
	if code.Deprecated() {
		b.WriteString(" deprecated")
	}
	fmt.Fprintf(b, "\n\t%s\n", indented(code.Message().String()))
	for language, message := range code.Translations() {
		fmt.Fprintf(b, "\t%s: %s\n", language, indented(message.String()))
	}
	options, err := annotation.Code(code.Descriptor())
	if err != nil {
		return // the catalog has no such code
	}
	written := []string{"grpc", "legacy_code", "message", "translations", "fallback_for", "retry_after", "fields", "labels", "fallback_for_http"}
	if int(options.GetHttp()) != catalog.HTTPStatus(code.GRPCCode()) {
		// If it is written, it also holds if the code replaces another error.
		written = append(written, "http")
	}
	writeOptions(b, "\t", options, written...)
}

// indented returns a text whose further lines are not lines of codes.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n\t\t") }

// writeServices writes the options of services and methods.
func writeServices(b *strings.Builder, c *catalog.Catalog, files *protoregistry.Files, all bool) {
	var methods []protoreflect.MethodDescriptor
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			list := file.Services().Get(i).Methods()
			for j := range list.Len() {
				methods = append(methods, list.Get(j))
			}
		}
		return true
	})
	slices.SortFunc(methods, func(x, y protoreflect.MethodDescriptor) int { return cmp.Compare(x.FullName(), y.FullName()) })
	for _, method := range methods {
		dialect, err := annotation.Dialect(method)
		names, errErrors := annotation.Errors(method)
		_, known := c.System(dialect)
		if err != nil || errErrors != nil || !known && !all || dialect == "" && len(names) == 0 {
			continue
		}
		fmt.Fprintf(b, "%s %s\n", method.FullName(), dialect)
		for _, name := range names {
			fmt.Fprintf(b, "\t%s\n", name)
		}
	}
}

// writeOptions writes a line for each field of options that is set, but for those that are
// written already. So an option that is new in options.proto is written too.
func writeOptions(b *strings.Builder, prefix string, options proto.Message, written ...string) {
	writeMessage(b, prefix, "", options.ProtoReflect(), written)
}

func writeMessage(b *strings.Builder, prefix, path string, m protoreflect.Message, written []string) {
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		name := path + string(field.Name())
		if !m.Has(field) || slices.Contains(written, name) {
			continue
		}
		value := m.Get(field)
		switch {
		case field.IsList():
			for i := range value.List().Len() {
				writeValue(b, prefix, fmt.Sprintf("%s[%d]", name, i), field, value.List().Get(i), written)
			}
		case field.IsMap():
			keys := make(map[string]protoreflect.Value)
			value.Map().Range(func(key protoreflect.MapKey, v protoreflect.Value) bool {
				keys[key.String()] = v
				return true
			})
			for _, key := range slices.Sorted(maps.Keys(keys)) {
				writeValue(b, prefix, name+"["+strconv.Quote(key)+"]", field.MapValue(), keys[key], written)
			}
		default:
			writeValue(b, prefix, name, field, value, written)
		}
	}
}

func writeValue(b *strings.Builder, prefix, path string, field protoreflect.FieldDescriptor, value protoreflect.Value, written []string) {
	switch {
	case field.Message() != nil:
		if field.ContainingMessage().IsMapEntry() || field.IsList() {
			fmt.Fprintf(b, "%s%s\n", prefix, path) // an empty message counts too
		}
		writeMessage(b, prefix, path+".", value.Message(), written)
	case field.Enum() != nil:
		name := strconv.Itoa(int(value.Enum()))
		if v := field.Enum().Values().ByNumber(value.Enum()); v != nil {
			name = string(v.Name())
		}
		fmt.Fprintf(b, "%s%s = %s\n", prefix, path, name)
	case field.Kind() == protoreflect.StringKind:
		// Quoted, so that it is one line, but with the letters of all languages.
		fmt.Fprintf(b, "%s%s = %s\n", prefix, path, strconv.QuoteToGraphic(value.String()))
	default:
		fmt.Fprintf(b, "%s%s = %v\n", prefix, path, value.Interface())
	}
}
