/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Typed errors for clients of statusmap servers. A code is a value of a generated
 * protobuf enum: the `google.rpc.ErrorInfo` of a gRPC status names it by the enum's
 * package (`domain`) and the value's name (`reason`).
 *
 * Start with {@link fromError}.
 *
 * @packageDocumentation
 */
export type { CodeIn } from "./enums.js";
export { fromError } from "./from-error.js";
export { LegacyError, type LegacyErrorInit } from "./legacy-error.js";
export type { Violation, ViolationInit } from "./violation.js";
