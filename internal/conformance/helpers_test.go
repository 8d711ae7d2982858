// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"path/filepath"
	"testing"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// inRepository returns the path of a file of the repository, relative to this package.
func inRepository(path string) string {
	return filepath.Join("..", "..", filepath.FromSlash(path))
}

// A failure has the values in the error body of a system.
type failure struct {
	legacyCode string
	message    string
	requestID  string
}

// readFailure reads the error body of a system.
func readFailure(system *catalog.System, body string) (failure, bool) {
	v, ok := system.Envelope().Failure.Parse([]byte(body))
	return failure{legacyCode: v.LegacyCode, message: v.Message, requestID: v.RequestID}, ok
}

// isVerbatim reports whether an error body equals the envelope that the system writes for
// the values in the body.
func isVerbatim(system *catalog.System, body string) bool {
	v, ok := system.Envelope().Failure.Parse([]byte(body))
	return ok && string(system.Envelope().Failure.Append(nil, &v)) == body
}

// hasRequestID reports whether the error bodies of a system contain {request_id}.
func hasRequestID(system *catalog.System) bool {
	return system.Envelope().Failure.Has("request_id")
}

// mustSystem returns a sample system.
func mustSystem(t testing.TB, domain string) *catalog.System {
	t.Helper()
	system, ok := servertest.DefaultCatalog(t).System(domain)
	if !ok {
		t.Fatalf("there is no system %s", domain)
	}
	return system
}
