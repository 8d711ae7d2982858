/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import { codeOptions, domainOf, findValue } from "./enums.js";
import {
  BadRequestSchema,
  type ErrorInfo,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";
import { LegacyError } from "./legacy-error.js";
import { type ReceivedStatus, receivedStatus } from "./status.js";

/**
 * Returns the legacy error in an error, in its `cause` or in its `errors`, the
 * outermost first; undefined if there is none. It never throws.
 *
 * There is none if no status has a `google.rpc.ErrorInfo` with the metadata
 * `legacy_code` or with the domain of one of `systems`: if the error is local, if
 * it is from another kind of server, and if its details are broken. A code that is
 * newer than your enum gives a legacy error whose {@link LegacyError.codeIn} is
 * undefined.
 *
 * @param error - anything that was thrown: a `ConnectError` of
 * `@connectrpc/connect`, a `ServiceError` of `@grpc/grpc-js`, or an error that was
 * caused by one. A {@link LegacyError} is returned unchanged
 * @param systems - the generated enums of systems whose servers may leave out
 * `legacy_code`; statusmap servers always send it. Default: none. If a status has
 * several ErrorInfos, the first of one of these systems is read, otherwise the
 * first with a `legacy_code`
 */
export function fromError(error: unknown, ...systems: DescEnum[]): LegacyError | undefined {
  const seen = new Set<unknown>();
  const next = [error];
  while (next.length > 0 && seen.size < maxErrors) {
    const e = next.shift();
    if (typeof e !== "object" || e === null || seen.has(e)) {
      continue;
    }
    seen.add(e);
    try {
      const found = e instanceof LegacyError ? e : read(e, systems);
      if (found !== undefined) {
        return found;
      }
      next.unshift(...inner(e));
    } catch {
      // The bytes are not a Status, or the object only looks like an error.
    }
  }
  return undefined;
}

/** The most errors of a chain that are read. A chain may be endless. */
const maxErrors = 100;

function inner(error: object): unknown[] {
  const errors = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  return ["cause" in error ? error.cause : undefined, ...errors.slice(0, maxErrors)];
}

function read(error: object, systems: readonly DescEnum[]): LegacyError | undefined {
  const status = receivedStatus(error);
  if (status === undefined || status.code === 0) {
    return undefined;
  }
  const infos = status.details(ErrorInfoSchema);
  const info =
    infos.find((i) => systems.some((system) => domainOf(system) === i.domain)) ??
    infos.find((i) => legacyCode(i) !== undefined);
  return info && make(error, status, info, legacyCode(info) ?? legacyCodeIn(systems, info));
}

function make(error: object, status: ReceivedStatus, info: ErrorInfo, code: string | undefined): LegacyError {
  const delays = status.details(RetryInfoSchema).map((retry) => milliseconds(retry.retryDelay));
  const violations = status.details(BadRequestSchema).flatMap((request) => request.fieldViolations);
  return new LegacyError(
    {
      domain: info.domain,
      reason: info.reason,
      legacyCode: code,
      grpcCode: status.code,
      message: status.message,
      metadata: info.metadata,
      retryAfterMs: delays.find((ms) => ms !== undefined),
      field: violations.find((violation) => violation.field !== "")?.field,
    },
    { cause: error },
  );
}

function legacyCode(info: ErrorInfo): string | undefined {
  return info.metadata.legacy_code || undefined;
}

/** Returns the legacy code from the enum: its option, or the number if it has none. */
function legacyCodeIn(systems: readonly DescEnum[], info: ErrorInfo): string | undefined {
  const value = findValue(systems, info.domain, info.reason);
  return value && (codeOptions(value)?.legacyCode || String(value.number));
}

function milliseconds(delay: Duration | undefined): number | undefined {
  // Rounded up: a call that is too early fails again.
  const ms = delay && Number(delay.seconds) * 1000 + Math.ceil(delay.nanos / 1e6);
  return ms !== undefined && ms > 0 ? ms : undefined;
}
