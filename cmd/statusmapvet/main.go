// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Command statusmapvet checks the calls of status.Error, status.Wrap and status.New: their
// codes, and the names and types of their arguments. It is a tool for go vet:
//
//	go install github.com/statusmap/statusmap/cmd/statusmapvet@latest
//	go vet -vettool=$(which statusmapvet) ./...
//
// It reads the options of the codes in the generated Go code. It needs no .proto files and
// no network. See package analyzer for what it reports.
package main

import (
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/statusmap/statusmap/cmd/statusmapvet/analyzer"
)

func main() { unitchecker.Main(analyzer.Analyzer) }
