// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// optionsProto is a copy of proto/statusmap/v1/options.proto, since a module can embed
// only its own files. "go generate" at the root of the repository writes it, and a test
// compares the two.
//
//go:embed options.proto
var optionsProto string

func newVocabulary() *cobra.Command {
	return &cobra.Command{
		Use:   "vocabulary [DIR]",
		Short: "Write the .proto file that defines the options",
		Long: "Write statusmap/v1/options.proto below DIR, so that protoc or buf finds the import\n" +
			"\"statusmap/v1/options.proto\" if DIR is one of their import paths. An older version of\n" +
			"the file is replaced. Without DIR, print the file.\n\n" +
			"Import the file, but do not generate Go code for it: the library has that code.",
		Example: "  statusmap vocabulary third_party",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := io.WriteString(cmd.OutOrStdout(), optionsProto)
				return err
			}
			return writeVocabulary(args[0])
		},
	}
}

func writeVocabulary(dir string) error {
	file := filepath.Join(dir, filepath.FromSlash(statusmapv1.File_statusmap_v1_options_proto.Path()))
	err := os.MkdirAll(filepath.Dir(file), 0o777) //nolint:gosec // the umask applies, as for the user's other folders
	if err == nil {
		err = os.WriteFile(file, []byte(optionsProto), 0o666) //nolint:gosec // as above
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("cannot write %q: %w: use a folder in which you can create files", file, pathErr.Err)
	}
	return err
}
