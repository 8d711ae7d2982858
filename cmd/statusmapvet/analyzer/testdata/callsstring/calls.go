// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package calls uses generated code of an older protoc-gen-go.
package calls

import (
	parcelv1 "github.com/statusmap/statusmap/cmd/statusmapvet/analyzer/testdata/parcelstring"
	"github.com/statusmap/statusmap/status"
)

func calls() []error {
	return []error{
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcel_id", 1),
		status.Error(parcelv1.ErrorCode_PARCEL_NOT_FOUND, "parcelId", 1), // want `PARCEL_NOT_FOUND has no argument "parcelId": write "parcel_id"`
	}
}
