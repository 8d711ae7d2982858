// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Command statusmap serves, lists, explains and checks legacy error codes.
//
//	statusmap serve                   run a gRPC server and a REST gateway that raise any code
//	statusmap catalog --format json   list all codes
//	statusmap explain 1207101         explain a code, a reason or a body
//	statusmap errors                  list the errors that methods declare
//	statusmap lint proto              check a table
//	statusmap breaking proto --against '.git#branch=main,subdir=proto'
//	                                  report changes of a table that clients notice
//	statusmap vocabulary third_party  write the .proto file that defines the options
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/cmd/internal/protosource"

	// The six systems of the legacy documents.
	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	if err := root.ExecuteContext(ctx); err != nil {
		code := 1
		if e, ok := errors.AsType[exit](err); ok {
			code = e.code
		}
		if text := err.Error(); text != "" {
			fmt.Fprintln(root.ErrOrStderr(), "statusmap:", text)
		}
		stop()
		os.Exit(code) //nolint:gocritic // stop has run
	}
}

// sources are the flags that select the systems.
type sources struct {
	files       []string
	importPaths []string
	samples     bool
}

// catalog returns the catalog, and writes the warnings about the files, one per line.
func (s *sources) catalog(ctx context.Context, warn io.Writer) (*catalog.Catalog, error) {
	read := protosource.Catalog
	if s.samples {
		read = protosource.CatalogWithLinked
	}
	cat, warnings, err := read(ctx, s.importPaths, s.files)
	for _, w := range warnings {
		fmt.Fprintln(warn, "warning:", w)
	}
	return cat, err
}

func newRoot() *cobra.Command {
	var from sources
	root := &cobra.Command{
		Use:   "statusmap",
		Short: "Serve, list, explain and check legacy error codes",
		Long: "statusmap turns the error tables of old REST APIs into gRPC statuses and back.\n" +
			"Each table is one annotated protobuf enum.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit{2, fmt.Errorf("unknown command %q: run \"statusmap --help\" to list the commands", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringArrayVar(&from.files, "proto", nil,
		"use the systems of this `SOURCE`: a .proto file, a folder, a buf image or a git reference; can be used several times (default: the samples)")
	root.PersistentFlags().StringArrayVarP(&from.importPaths, "proto_path", "I", nil,
		"search for imports of .proto files in this `DIR`; can be used several times (default: the working directory)")
	root.PersistentFlags().BoolVar(&from.samples, "with-samples", false, "with --proto, use the sample systems too")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit{2, fmt.Errorf("%w: run \"%s --help\" to list the flags", err, cmd.CommandPath())}
	})
	root.AddCommand(newServe(&from), newCatalog(&from), newExplain(&from), newErrors(&from), newLint(&from), newBreaking(&from), newVocabulary())
	return root
}
