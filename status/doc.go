// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package status turns legacy codes into gRPC statuses with a
// google.rpc.ErrorInfo, and gRPC statuses back into legacy codes.
//
//	return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", id)
//
// A status made here has the code's gRPC code, the legacy message in the system's
// default language, and one detail of each type: ErrorInfo, whose domain and reason
// are the enum value's full name and whose metadata are legacy_code and the message's
// arguments; RetryInfo, BadRequest and Help if the options say so. [WithViolations]
// adds further things that are wrong in a request.
//
// Invariants: nothing fails while failing, so a wrong call (a missing argument, the
// zero enum value, an enum without options) still gives a valid error; what an error
// wraps goes to the log and is never sent; text that is not UTF-8 is repaired before
// it is sent; sensitive arguments are sent, but *** is printed instead: by Error, for
// log/slog, and in the interceptor's log.
//
// Bounds: 128 metadata besides legacy_code and request_id, with names of 64 bytes;
// 128 violations; request ids of 128 bytes; language headers of 1 KiB; 4 KiB a status
// as sent, see [WithMaxSize]; 1 KiB of a value in the log.
//
// Start with [Error] and [FromError]. For codes that are loaded at run time and
// have no Go constants there are [New], [SetSuccessOf] and [FromErrorIn].
//
// The command statusmapvet, a tool for go vet, finds wrong calls of [Error] before the
// program runs. Package status/statustest has checks for tests.
//
// grpc-go's package has the same name. Import it as
//
//	grpcstatus "google.golang.org/grpc/status"
//
// A call of the wrong one does not compile: this package takes values of annotated
// enums, grpc-go's takes codes.Code.
package status
