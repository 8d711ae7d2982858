// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package catalog reads legacy error tables from annotated protobuf enums.
//
// An enum with the option (statusmap.v1.system) is a [System]. Each of its values
// with the option (statusmap.v1.code) is a [Code]. Domain + "." + reason is the full
// protobuf name of the value, and it identifies the code.
//
// # Glossary
//
// These words have one meaning in all packages of this module:
//
//   - domain: the enum's proto package, for example "legacy.job.v2". It is the
//     ErrorInfo's domain, and it identifies the system.
//   - system: one legacy API with its error table, which is one annotated enum and the
//     enums that it includes. See [System].
//   - dialect: the system in which a request is answered. It may differ from the
//     system of the error.
//   - code: one value of the enum, with its meaning in gRPC, HTTP and the legacy API.
//     See [Code]. A gRPC code is always called "gRPC code".
//   - reason: the value's name, for example "JOB_NOT_FOUND". It is the ErrorInfo's
//     reason, and it identifies the code within its domain.
//   - legacy code: the code as the legacy API writes it, for example "1233106" or
//     "401.1".
//   - envelope: the JSON, XML or text of a response body, around an error (failure) or around the
//     response message (success).
//   - fallback: the code of a dialect that replaces an error for which the dialect
//     has no code.
//
// # Invariants
//
//   - A catalog has no broken rules. [New] returns either a complete catalog or an
//     error with all [Problems].
//   - A catalog never changes, and it is safe for concurrent use.
//   - Looking up a code or a system does not allocate memory.
//
// Start with [Default], the catalog of every annotated enum in the program. Use
// [New] or [FromFiles] for descriptors that are loaded at run time. To check enums
// in a test, use package catalogtest.
package catalog
