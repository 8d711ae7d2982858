// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

// FamilyOf exports familyOf for the tests.
var FamilyOf = familyOf
