// Command statusmap serves, lists and explains legacy error codes.
//
//	statusmap serve                   a gRPC server and a REST gateway that raise any code
//	statusmap catalog --format json   every code there is
//	statusmap explain 1207101         what a code, a reason or a body means
package main

import (
	"context"
	"fmt"
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
		fmt.Fprintln(root.ErrOrStderr(), "statusmap:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// sources are the flags that say where systems come from.
type sources struct {
	files       []string
	importPaths []string
}

func (s *sources) catalog(ctx context.Context) (*catalog.Catalog, error) {
	return protosource.Catalog(ctx, s.importPaths, s.files)
}

func newRoot() *cobra.Command {
	var from sources
	root := &cobra.Command{
		Use:   "statusmap",
		Short: "Serve, list and explain legacy error codes",
		Long: "statusmap turns the error tables of old REST APIs into gRPC statuses and back.\n" +
			"One annotated protobuf enum is the whole contract of a table.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q: see statusmap --help", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringArrayVar(&from.files, "proto", nil,
		"also use the systems of this .proto `FILE`; may be given again")
	root.PersistentFlags().StringArrayVarP(&from.importPaths, "proto_path", "I", nil,
		"look up the imports of --proto below this `DIR` (default: the working directory)")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newServe(&from), newCatalog(&from), newExplain(&from))
	return root
}
