// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/cmd/internal/protosource"
	"github.com/statusmap/statusmap/internal/annotation"
)

// A declaredError is an error that a method declares. Scripts rely on the JSON keys.
type declaredError struct {
	Method     string `json:"method"`  // the full name
	Dialect    string `json:"dialect"` // "" if the program decides it
	Domain     string `json:"domain"`
	Reason     string `json:"reason"`
	Known      bool   `json:"known"` // whether the catalog has the code; if not, what follows is empty
	LegacyCode string `json:"legacy_code"`
	GRPCCode   string `json:"grpc_code"`
	HTTPStatus int    `json:"http_status"`
	Message    string `json:"message"`
}

// newDeclaredError returns the error that a method declares by a name.
func newDeclaredError(cat *catalog.Catalog, method protoreflect.MethodDescriptor, dialect, name string) declaredError {
	e := declaredError{Method: string(method.FullName()), Dialect: dialect}
	full := protoreflect.FullName(name)
	e.Domain, e.Reason = string(full.Parent()), string(full.Name())
	code, ok := cat.Lookup(e.Domain, e.Reason)
	if e.Domain == "" {
		e.Domain = dialect
		system, _ := cat.System(dialect)
		code, ok = system.Lookup(name)
	}
	if ok {
		e.Known, e.Domain, e.LegacyCode, e.GRPCCode = true, code.Domain(), code.LegacyCode(), grpcName(code)
		e.HTTPStatus, e.Message = code.HTTPStatus(), code.Message().String()
	}
	return e
}

// declaredErrors returns the errors that the methods in files declare, by method.
func declaredErrors(cat *catalog.Catalog, files *protoregistry.Files) ([]declaredError, error) {
	var methods []protoreflect.MethodDescriptor
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			for j := range file.Services().Get(i).Methods().Len() {
				methods = append(methods, file.Services().Get(i).Methods().Get(j))
			}
		}
		return true
	})
	slices.SortFunc(methods, func(a, b protoreflect.MethodDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	list := []declaredError{}
	for _, method := range methods {
		dialect, err := annotation.Dialect(method)
		if err != nil {
			return nil, err
		}
		names, err := annotation.Errors(method)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			list = append(list, newDeclaredError(cat, method, dialect, name))
		}
	}
	return list, nil
}

// methodFiles returns the files whose methods are listed.
func (s *sources) methodFiles(ctx context.Context) (*protoregistry.Files, error) {
	if len(s.files) == 0 {
		return protoregistry.GlobalFiles, nil
	}
	return protosource.Compile(ctx, s.importPaths, s.files)
}

func newErrors(from *sources) *cobra.Command {
	var format errorsFormat = "table"
	cmd := &cobra.Command{
		Use:   "errors",
		Short: "List the errors that methods declare",
		Long: "errors lists the codes that methods name in their option errors, and in that of their\n" +
			"service. With --proto, it lists the methods in these files.",
		Example: "  statusmap errors --proto depot.proto\n  statusmap errors --proto depot.proto --format csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cat, err := from.catalog(cmd.Context(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			files, err := from.methodFiles(cmd.Context())
			if err != nil {
				return err
			}
			list, err := declaredErrors(cat, files)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "no method declares its errors: write errors in the option (statusmap.v1.method), and give the files with --proto")
			}
			return format.print(cmd.OutOrStdout(), list)
		},
	}
	cmd.Flags().Var(&format, "format", "output format: table, json or csv")
	return cmd
}

// An errorsFormat is table, json or csv.
type errorsFormat string

func (f *errorsFormat) String() string { return string(*f) }
func (f *errorsFormat) Type() string   { return "FORMAT" }

func (f *errorsFormat) Set(s string) error {
	if s != "table" && s != "json" && s != "csv" {
		return fmt.Errorf("%q is not a valid format: use table, json or csv", s)
	}
	*f = errorsFormat(s)
	return nil
}

func (f *errorsFormat) print(w io.Writer, list []declaredError) error {
	switch *f {
	case "json":
		return printJSON(w, list)
	case "csv":
		c := csv.NewWriter(w)
		rows := [][]string{{"method", "dialect", "domain", "reason", "known", "legacy_code", "grpc_code", "http_status", "message"}}
		for i := range list {
			e := &list[i]
			rows = append(rows, []string{e.Method, e.Dialect, e.Domain, e.Reason, strconv.FormatBool(e.Known), e.LegacyCode, e.GRPCCode, e.httpStatus(), e.Message})
		}
		return c.WriteAll(rows)
	default:
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "METHOD\tDOMAIN\tLEGACY CODE\tREASON\tGRPC\tHTTP\tMESSAGE")
		for i := range list {
			e := &list[i]
			message := e.Message
			if !e.Known {
				message = "(there is no such code)"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Method, e.Domain, e.LegacyCode, e.Reason, e.GRPCCode, e.httpStatus(), message)
		}
		return t.Flush()
	}
}

// httpStatus returns the HTTP status as text, or "" if the code is not known.
func (e *declaredError) httpStatus() string {
	if !e.Known {
		return ""
	}
	return strconv.Itoa(e.HTTPStatus)
}
