// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package analyzer_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/statusmap/statusmap/cmd/statusmapvet/analyzer"
)

const testdata = "github.com/statusmap/statusmap/cmd/statusmapvet/analyzer/testdata/"

// TestAnalyzer has a call for each rule in testdata. The generated code of the tests is of
// three versions of protoc-gen-go, which write descriptors in different forms.
func TestAnalyzer(t *testing.T) {
	root, err := filepath.Abs("../../..") // the workspace
	if err != nil {
		t.Fatal(err)
	}
	analysistest.RunWithSuggestedFixes(t, root, analyzer.Analyzer,
		testdata+"calls", testdata+"callsbytes", testdata+"callsstring")
}
