// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/demo"
)

// drainTime is how long requests may continue after the server has received a signal to
// stop.
const drainTime = 10 * time.Second

func newServe(from *sources) *cobra.Command {
	var config demo.Config
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run a gRPC server and a REST gateway that raise any code",
		Long: "Run a gRPC server, with reflection and health checks, and a REST gateway for it:\n\n" +
			"  /raise/{domain}/{reason}?NAME=VALUE             fail with a code; NAME is an argument\n" +
			"  /raise/{domain}/{reason}?metadata[NAME]=VALUE   the same, for any NAME\n" +
			"  /raise/{domain}/{reason}?also=REASON            add a violation\n" +
			"  /raise/{domain}/{reason}?dialect=DOMAIN         answer in the envelope of another system\n" +
			"  /echo/{domain}?text=TEXT                        succeed\n" +
			"  /stream/{domain}/{reason}?after=N               stream N messages, then fail with a code\n" +
			"  /fault/{domain}/{fault}                         fail in the same way as a real backend\n\n" +
			"After SIGTERM or SIGINT, both servers complete the current requests and stop.",
		Example: "  statusmap serve\n  statusmap serve --http 127.0.0.1:0 --grpc 127.0.0.1:0 --proto acme.proto",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			cat, err := from.catalog(ctx, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			config.Catalog = cat
			config.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			server, err := demo.Start(context.WithoutCancel(ctx), config)
			if err != nil {
				return err
			}
			printServing(cmd, cat, server)
			select {
			case err = <-server.Done():
			case <-ctx.Done():
			}
			drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
			defer cancel()
			if stopErr := server.Stop(drain); err == nil {
				err = stopErr
			}
			return err
		},
	}
	cmd.Flags().StringVar(&config.HTTP, "http", "127.0.0.1:8080", "`ADDRESS` of the REST gateway; port 0 selects a free port")
	cmd.Flags().StringVar(&config.GRPC, "grpc", "127.0.0.1:9090", "`ADDRESS` of the gRPC server; port 0 selects a free port")
	return cmd
}

func printServing(cmd *cobra.Command, cat *catalog.Catalog, server *demo.Server) {
	base := "http://" + server.HTTPAddr()
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "gRPC  %s\nHTTP  %s\n\nTry:\n", server.GRPCAddr(), base)
	for _, path := range examplePaths(cat) {
		fmt.Fprintf(out, "  curl -i '%s%s'\n", base, path)
	}
}

// examplePaths returns paths that serve prints as examples: for each system a code with
// one argument, if it has such a code, then another dialect, a success and a fault.
func examplePaths(cat *catalog.Catalog) []string {
	var paths []string
	systems := cat.Systems()
	for _, system := range systems {
		for _, code := range system.Codes() {
			if params := code.Message().Params(); len(params) == 1 && !demo.IsOwnArgument(params[0]) {
				paths = append(paths, fmt.Sprintf("/raise/%s/%s?%s=42", system.Domain(), code.Reason(), url.QueryEscape(params[0])))
				break
			}
		}
	}
	if len(paths) == 0 && len(systems) > 0 {
		code := systems[0].Codes()[0]
		paths = append(paths, fmt.Sprintf("/raise/%s/%s", code.Domain(), code.Reason()))
	}
	if len(systems) > 0 {
		first, last := systems[0], systems[len(systems)-1]
		paths = append(paths,
			fmt.Sprintf("/raise/%s/%s?dialect=%s", first.Domain(), first.Codes()[0].Reason(), last.Domain()),
			fmt.Sprintf("/echo/%s?text=hi", last.Domain()),
			fmt.Sprintf("/fault/%s/go_error", first.Domain()))
	}
	return paths
}
