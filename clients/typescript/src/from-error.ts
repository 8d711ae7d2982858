import type { DescEnum } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import { codeOptions, domainOf, valueIn } from "./enums.js";
import {
  BadRequestSchema,
  type ErrorInfo,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";
import { LegacyError } from "./legacy-error.js";
import { type ReceivedStatus, receivedStatus } from "./status.js";

/**
 * Reads the legacy error in anything that was thrown: a `ConnectError` of
 * `@connectrpc/connect`, a `ServiceError` of `@grpc/grpc-js`, or an error that
 * has one of them as its `cause` or among its `errors`; the outermost counts.
 *
 * Returns undefined where there is none: where no status has a
 * `google.rpc.ErrorInfo` with the metadata `legacy_code`, or with the domain of
 * one of `systems`. Where a status has more than one ErrorInfo, one of `systems`
 * comes first. Never throws.
 *
 * @param error - what a `catch`, a callback or a stream gave
 * @param systems - the generated enums of systems whose servers may leave out
 * `legacy_code`; servers that use statusmap never do
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
      // Bytes that are no Status, or an object that only looks like an error:
      // not ours.
    }
  }
  return undefined;
}

/** How many errors of a chain are looked at: an end for chains that have none. */
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
  for (const system of systems) {
    const info = infos.find((i) => i.domain === domainOf(system));
    if (info !== undefined) {
      return make(error, status, info, legacyCode(info) ?? legacyCodeIn(system, info.reason));
    }
  }
  const info = infos.find((i) => legacyCode(i) !== undefined);
  return info && make(error, status, info, legacyCode(info));
}

function make(error: object, status: ReceivedStatus, info: ErrorInfo, code: string | undefined): LegacyError {
  const [retry] = status.details(RetryInfoSchema);
  const [badRequest] = status.details(BadRequestSchema);
  return new LegacyError(
    {
      domain: info.domain,
      reason: info.reason,
      legacyCode: code,
      grpcCode: status.code,
      message: status.message,
      metadata: info.metadata,
      retryAfter: milliseconds(retry?.retryDelay),
      field: badRequest?.fieldViolations[0]?.field || undefined,
    },
    { cause: error },
  );
}

function legacyCode(info: ErrorInfo): string | undefined {
  return info.metadata.legacy_code || undefined;
}

/** The legacy code as the enum has it: its option, else the number. */
function legacyCodeIn(system: DescEnum, reason: string): string | undefined {
  const value = valueIn(system, reason);
  return value && (codeOptions(value)?.legacyCode || String(value.number));
}

function milliseconds(delay: Duration | undefined): number | undefined {
  // Rounded up: a timer that is early meets the same error again.
  const ms = delay && Number(delay.seconds) * 1000 + Math.ceil(delay.nanos / 1e6);
  return ms !== undefined && ms >= 0 ? ms : undefined;
}
