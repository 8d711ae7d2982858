/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import { domainOf, findValue, legacyCodeOf } from "./enums.js";
import { type FieldPath, type FieldPathElement, ViolationsSchema } from "./gen/buf/validate/violations_pb.js";
import {
  BadRequestSchema,
  type ErrorInfo,
  ErrorInfoSchema,
  HelpSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";
import { LegacyError } from "./legacy-error.js";
import { type ReceivedStatus, receivedStatus } from "./status.js";
import type { ViolationInit } from "./violation.js";

/**
 * Returns the legacy error in an error, in its `cause` or in its `errors`, the
 * outermost first; undefined if there is none. It never throws.
 *
 * There is none if no status has a `google.rpc.ErrorInfo` with the metadata
 * `legacy_code` or with the domain of one of `enums`: if the error is local, if
 * it is from another kind of server, and if its details are broken. A code that is
 * newer than your enum gives a legacy error whose {@link LegacyError.codeIn} is
 * undefined.
 *
 * @param error - anything that was thrown: a `ConnectError` of
 * `@connectrpc/connect`, a `ServiceError` of `@grpc/grpc-js`, or an error that was
 * caused by one. A {@link LegacyError} is returned unchanged
 * @param enums - the generated enums of the systems that you call, also those that
 * they include. They have what the server does not send, for example the explanation
 * of a code, and they say which arguments are sensitive: if the enum of a code is
 * missing, the error prints them. Default: none. If a status has several ErrorInfos,
 * the first of a domain of these enums is read, otherwise the first with a `legacy_code`
 */
export function fromError(error: unknown, ...enums: DescEnum[]): LegacyError | undefined {
  const seen = new Set<unknown>();
  const next = [error];
  while (next.length > 0 && seen.size < maxErrors) {
    const e = next.shift();
    if (typeof e !== "object" || e === null || seen.has(e)) {
      continue;
    }
    seen.add(e);
    try {
      const found = e instanceof LegacyError ? e : read(e, enums);
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

function read(error: object, enums: readonly DescEnum[]): LegacyError | undefined {
  const status = receivedStatus(error);
  if (status === undefined || status.code === 0) {
    return undefined;
  }
  const infos = status.details(ErrorInfoSchema);
  const info =
    infos.find((i) => enums.some((schema) => domainOf(schema) === i.domain)) ??
    infos.find((i) => legacyCode(i) !== undefined);
  return info && make(error, status, info, enums);
}

function make(error: object, status: ReceivedStatus, info: ErrorInfo, enums: readonly DescEnum[]): LegacyError {
  const delays = status.details(RetryInfoSchema).map((retry) => milliseconds(retry.retryDelay));
  const links = status.details(HelpSchema).flatMap((help) => help.links);
  return new LegacyError(
    {
      domain: info.domain,
      reason: info.reason,
      legacyCode: legacyCode(info) ?? legacyCodeIn(enums, info),
      grpcCode: status.code,
      message: status.message,
      metadata: info.metadata,
      retryAfterMs: delays.find((ms) => ms !== undefined),
      violations: violations(status),
      help: links.find((link) => link.url !== "")?.url,
      enums,
    },
    { cause: error },
  );
}

function violations(status: ReceivedStatus): ViolationInit[] {
  const requests = status.details(BadRequestSchema).flatMap((request) => request.fieldViolations);
  const rules = status.details(ViolationsSchema).flatMap((detail) => detail.violations);
  return [
    ...requests.map(({ field, description, reason }) => ({ field, message: description, reason })),
    ...rules.map(({ field, message, ruleId }) => ({ field: path(field), message, reason: ruleId })),
  ];
}

/** Returns a path as protovalidate writes it, for example `items[1].labels["k"]`. */
function path(field: FieldPath | undefined): string {
  return (field?.elements ?? []).map((element) => element.fieldName + subscript(element)).join(".");
}

function subscript({ subscript: { case: type, value } }: FieldPathElement): string {
  return type === undefined ? "" : `[${type === "stringKey" ? JSON.stringify(value) : value}]`;
}

function legacyCode(info: ErrorInfo): string | undefined {
  return info.metadata.legacy_code || undefined;
}

function legacyCodeIn(enums: readonly DescEnum[], info: ErrorInfo): string | undefined {
  const value = findValue(enums, info.domain, info.reason);
  return value && legacyCodeOf(value);
}

function milliseconds(delay: Duration | undefined): number | undefined {
  // Rounded up: a call that is too early fails again.
  const ms = delay && Number(delay.seconds) * 1000 + Math.ceil(delay.nanos / 1e6);
  return ms !== undefined && ms > 0 ? ms : undefined;
}
