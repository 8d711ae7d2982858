// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/cmd/internal/protosource"
	"github.com/statusmap/statusmap/cmd/internal/rules"
)

// sourcesHelp describes what the commands below compare or check.
const sourcesHelp = "A SOURCE is one of\n\n" +
	"  a .proto file                    depot.proto\n" +
	"  a folder of .proto files         proto\n" +
	"  a git reference                  .git#branch=main,subdir=proto; also tag=, ref= or commit=\n" +
	"  a buf image                      image.binpb, image.json, image.binpb.gz\n\n"

func newBreaking(from *sources) *cobra.Command {
	var against []string
	var choice rules.Choice
	format := findingsFormat("text")
	cmd := &cobra.Command{
		Use:   "breaking --against SOURCE SOURCE...",
		Short: "Report changes of a table that clients notice",
		Long: "Compare annotated enums with an older version of them, and report the changes that old clients or\n" +
			"callers notice. The exit code is 1 if there are any, and 2 if the sources cannot be compared.\n\n" + sourcesHelp +
			"The rules have the categories WIRE, LEGACY_BYTES, SOURCE and CONTRACT. To allow a change, leave out its\n" +
			"rule with --except, or one finding with --ignore.",
		Example: "  statusmap breaking proto --against '.git#branch=main,subdir=proto'\n" +
			"  statusmap breaking depot.proto --against released.binpb --ignore CODE_SAME_MESSAGE:legacy.depot.v1.PARCEL_LOST",
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := checked(from, args)
			if err == nil && len(against) == 0 {
				err = errors.New("there is nothing to compare with: write --against SOURCE, for example --against '.git#branch=main'")
			}
			if err == nil {
				err = choice.Check(rules.BreakingRules())
			}
			if err != nil {
				return exit{2, err}
			}
			old, _, err := load(cmd.Context(), from.importPaths, against)
			if err != nil {
				return exit{2, fmt.Errorf("--against: %w", err)}
			}
			changed, paths, err := load(cmd.Context(), from.importPaths, list)
			if err != nil {
				return exit{2, err}
			}
			if old.Empty() && changed.Empty() {
				return exit{2, noTables(slices.Concat(against, list))}
			}
			return format.print(cmd.OutOrStdout(), rules.Breaking(old, changed, choice), paths)
		},
	}
	cmd.Flags().StringArrayVar(&against, "against", nil, "compare with this older `SOURCE`; can be used several times")
	addChoice(cmd, &choice, &format)
	return cmd
}

func newLint(from *sources) *cobra.Command {
	var options rules.Options
	format := findingsFormat("text")
	cmd := &cobra.Command{
		Use:   "lint SOURCE...",
		Short: "Check a table",
		Long: "Check annotated enums. The exit code is 1 if there are findings, and 2 if the sources cannot be read.\n\n" + sourcesHelp +
			"The default rules are those of the category STANDARD. Further categories are AIP193, COMPLETE, DOCUMENTED,\n" +
			"TRANSLATED and DECLARED.",
		Example: "  statusmap lint proto\n  statusmap lint depot.proto --use STANDARD --use DOCUMENTED --languages en,zh-CN",
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := checked(from, args)
			if err == nil {
				err = options.Check(rules.LintRules())
			}
			if err != nil {
				return exit{2, err}
			}
			if len(options.Languages) > 0 {
				// Who gives languages wants their rule.
				if len(options.Use) == 0 {
					options.Use = []string{"STANDARD"}
				}
				options.Use = append(options.Use, "CODE_TRANSLATED")
			}
			files, paths, err := load(cmd.Context(), from.importPaths, list)
			if err != nil {
				return exit{2, err}
			}
			if files.Empty() {
				return exit{2, noTables(list)}
			}
			return format.print(cmd.OutOrStdout(), rules.Lint(files, options), paths)
		},
	}
	cmd.Flags().StringSliceVar(&options.Languages, "languages", nil, "each code needs a message in these `LANGUAGES`, for example en,zh-CN")
	addChoice(cmd, &options.Choice, &format)
	return cmd
}

func addChoice(cmd *cobra.Command, choice *rules.Choice, format *findingsFormat) {
	cmd.Flags().StringSliceVar(&choice.Use, "use", nil, "use only these `RULES` or categories")
	cmd.Flags().StringSliceVar(&choice.Except, "except", nil, "do not use these `RULES` or categories")
	cmd.Flags().StringSliceVar(&choice.Ignore, "ignore", nil,
		"leave out the findings of these `NAMES`: a full name such as legacy.depot.v1.PARCEL_LOST, or a file; or RULE:NAME")
	cmd.Flags().Var(format, "format", "output format: text, json or github")
}

// checked returns the sources to check: the arguments, and those of --proto.
func checked(from *sources, args []string) ([]string, error) {
	list := slices.Concat(from.files, args)
	if len(list) == 0 {
		return nil, errors.New("there is nothing to check: write the .proto files or their folder, for example proto")
	}
	return list, nil
}

func noTables(list []string) error {
	return fmt.Errorf("there are no enums with the option (statusmap.v1.system) in %q: write the folder or the files of your error tables", list)
}

// load reads sources, and returns the paths of their files on disk by name.
func load(ctx context.Context, importPaths, list []string) (*rules.Files, func(name string) string, error) {
	loaded, err := protosource.Load(ctx, importPaths, list)
	if err != nil {
		return nil, nil, err
	}
	var files []protoreflect.FileDescriptor
	loaded.Registry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		files = append(files, file)
		return true
	})
	return rules.Load(files, nil), loaded.Path, nil
}

// A findingsFormat is the output format of findings.
type findingsFormat string

func (f *findingsFormat) String() string { return string(*f) }
func (f *findingsFormat) Type() string   { return "FORMAT" }

func (f *findingsFormat) Set(s string) error {
	if s != "text" && s != "json" && s != "github" {
		return fmt.Errorf("%q is not a valid format: use text, json or github", s)
	}
	*f = findingsFormat(s)
	return nil
}

// A findingEntry is a finding in JSON. Scripts rely on the keys.
type findingEntry struct {
	Rule     string `json:"rule"`
	Category string `json:"category"`
	Name     string `json:"name"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Message  string `json:"message"`
}

// print prints findings. If there are any, the error has the exit code 1.
func (f *findingsFormat) print(w io.Writer, findings rules.Findings, path func(string) string) error {
	entries := make([]findingEntry, 0, len(findings))
	for _, finding := range findings {
		at := finding.Place()
		entries = append(entries, findingEntry{
			Rule: finding.Rule, Category: finding.Category, Name: string(finding.Name),
			File: path(at.File), Line: at.Line, Column: at.Column, Message: finding.Message,
		})
	}
	var err error
	switch *f {
	case "json":
		err = printJSON(w, entries)
	case "github":
		err = printGitHub(w, entries)
	default:
		for i := 0; i < len(entries) && err == nil; i++ {
			_, err = fmt.Fprintln(w, entries[i])
		}
	}
	if err == nil && len(entries) > 0 {
		err = exit{code: 1}
	}
	return err
}

// String returns "file:line:column: name: message (rule)".
func (e findingEntry) String() string {
	place := e.File
	if e.Line > 0 {
		place += fmt.Sprintf(":%d", e.Line)
	}
	if e.Column > 0 {
		place += fmt.Sprintf(":%d", e.Column)
	}
	return fmt.Sprintf("%s: %s: %s (%s)", place, e.Name, e.Message, e.Rule)
}

// printGitHub prints commands of GitHub Actions, which shows each finding at its line.
func printGitHub(w io.Writer, entries []findingEntry) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, e := range entries {
		place := ""
		if e.Line > 0 {
			place = fmt.Sprintf(",line=%d,col=%d", e.Line, max(1, e.Column))
		}
		if _, err := fmt.Fprintf(w, "::error file=%s%s,title=%s::%s: %s\n", property.Replace(e.File), place, property.Replace(e.Rule), data.Replace(e.Name), data.Replace(e.Message)); err != nil {
			return err
		}
	}
	return nil
}

// An exit is an error with an exit code.
type exit struct {
	code int
	err  error // nil if everything is printed
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }
