// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/demo"
)

// An entry is a code in the output of catalog and explain. Scripts rely on the JSON keys.
type entry struct {
	Domain       string            `json:"domain"`
	Reason       string            `json:"reason"`
	Number       int32             `json:"number"`
	LegacyCode   string            `json:"legacy_code"`
	GRPCCode     string            `json:"grpc_code"`
	HTTPStatus   int               `json:"http_status"`
	Message      string            `json:"message"`
	Params       []string          `json:"params"`
	Translations map[string]string `json:"translations"`
	Labels       map[string]string `json:"labels"`
	Success      bool              `json:"success"`
}

func newEntry(code *catalog.Code) entry {
	e := entry{
		Domain:       code.Domain(),
		Reason:       code.Reason(),
		Number:       code.Number(),
		LegacyCode:   code.LegacyCode(),
		GRPCCode:     grpcName(code),
		HTTPStatus:   code.HTTPStatus(),
		Message:      code.Message().String(),
		Params:       []string{},
		Translations: map[string]string{},
		Labels:       code.Labels(),
		Success:      code.IsSuccess(),
	}
	for _, p := range code.Params() {
		e.Params = append(e.Params, p.Name)
	}
	if e.Labels == nil {
		e.Labels = map[string]string{}
	}
	for language, message := range code.Translations() {
		e.Translations[language] = message.String()
	}
	return e
}

func grpcName(code *catalog.Code) string {
	return statusmapv1.GrpcCode(code.GRPCCode()).String()
}

func newCatalog(from *sources) *cobra.Command {
	var domain string
	format := format{human: "table"}
	cmd := &cobra.Command{
		Use:     "catalog",
		Short:   "List all codes",
		Example: "  statusmap catalog --domain legacy.elves.v2\n  statusmap catalog --format json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cat, err := from.catalog(cmd.Context(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			systems, err := chosen(cat, domain)
			if err != nil {
				return err
			}
			entries := []entry{}
			listed := map[*catalog.Code]bool{} // several systems may include a code
			for _, system := range systems {
				for _, code := range system.Codes() {
					if !listed[code] {
						listed[code] = true
						entries = append(entries, newEntry(code))
					}
				}
			}
			if format.json {
				return printJSON(cmd.OutOrStdout(), entries)
			}
			return printTable(cmd.OutOrStdout(), entries)
		},
	}
	cmd.Flags().StringVar(&domain, "domain", "", "list only the codes of this `DOMAIN`")
	cmd.Flags().Var(&format, "format", "output format: table or json")
	return cmd
}

// chosen returns the system of a domain. It returns all systems if domain is "".
func chosen(cat *catalog.Catalog, domain string) ([]*catalog.System, error) {
	if domain == "" {
		return cat.Systems(), nil
	}
	system, err := demo.LookupSystem(cat, domain)
	if err != nil {
		return nil, err
	}
	return []*catalog.System{system}, nil
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func printTable(w io.Writer, entries []entry) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DOMAIN\tLEGACY CODE\tREASON\tGRPC\tHTTP\tMESSAGE")
	for _, e := range entries {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\n", e.Domain, e.LegacyCode, e.Reason, e.GRPCCode, e.HTTPStatus, e.Message)
	}
	return t.Flush()
}

// A format is the output format: either json, or the format for people in human.
type format struct {
	human string
	json  bool
}

func (f *format) String() string {
	if f.json {
		return "json"
	}
	return f.human
}

func (f *format) Type() string { return "FORMAT" }

func (f *format) Set(s string) error {
	if s != "json" && s != f.human {
		return fmt.Errorf("%q is not a valid format: use %s or json", s, f.human)
	}
	f.json = s == "json"
	return nil
}
