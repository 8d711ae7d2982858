// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
)

// root is the root of the repository.
const root = "../../../"

func TestMain(m *testing.M) { servertest.Main(m) }
