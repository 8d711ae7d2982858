// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("protoc-gen-go-statusmap", version())
		return
	}
	if len(os.Args) > 1 {
		fmt.Fprintln(os.Stderr, "protoc-gen-go-statusmap: it has no arguments but --version: run it with buf generate, or with protoc --go-statusmap_out=DIR")
		os.Exit(2)
	}
	opts, run := newPlugin()
	opts.Run(run)
}

// newPlugin returns the plugin: how its options are read, and what it does.
func newPlugin() (protogen.Options, func(*protogen.Plugin) error) {
	var flags flag.FlagSet
	suffix := flags.String("package_suffix", defaultSuffix, "")
	return protogen.Options{ParamFunc: flags.Set}, func(plugin *protogen.Plugin) error {
		plugin.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL | pluginpb.CodeGeneratorResponse_FEATURE_SUPPORTS_EDITIONS)
		plugin.SupportedEditionsMinimum = descriptorpb.Edition_EDITION_PROTO2
		plugin.SupportedEditionsMaximum = descriptorpb.Edition_EDITION_2023
		return generate(plugin, *suffix)
	}
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
