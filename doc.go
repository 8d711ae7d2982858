// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package statusmap is the root of a module that turns the error tables of old
// REST APIs into gRPC statuses and back.
//
// Each table is one annotated protobuf enum. The options are defined in
// proto/statusmap/v1/options.proto. ErrorInfo.domain + "." + ErrorInfo.reason is the
// full name of a value of that enum, and the value's options say everything else
// about the error.
//
//   - Package status raises and reads the errors in gRPC servers and clients.
//   - Package gateway makes grpc-gateway answer as the old API did.
//   - Package catalog holds the tables and checks them.
//   - Command statusmap serves, lists and explains the codes.
//
// This package has no code. Its tests send every code of every system through a
// real server and gateway.
package statusmap

//go:generate env GOWORK=off go tool -modfile=tools/go.mod buf generate
//go:generate cp proto/statusmap/v1/options.proto cmd/statusmap/options.proto
