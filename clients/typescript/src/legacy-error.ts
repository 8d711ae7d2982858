/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum, EnumShape } from "@bufbuild/protobuf";
import { codeOptions, findValue, systemOptions } from "./enums.js";
import { bestLanguage, render } from "./message.js";

/**
 * The codes in a generated enum: all values except the zero value, which exists
 * because proto3 requires one. A `switch` over {@link LegacyError.codeIn} is
 * therefore exhaustive without a case for `CODE_UNSPECIFIED`.
 */
export type CodeIn<Schema extends DescEnum> = WithoutZero<EnumShape<Schema>>;

type WithoutZero<Value extends number> = Value extends number ? (`${Value}` extends "0" ? never : Value) : never;

/** The fields of a {@link LegacyError}, for its constructor. */
export type LegacyErrorInit = Pick<
  LegacyError,
  "domain" | "reason" | "legacyCode" | "grpcCode" | "message" | "metadata"
> &
  Partial<Pick<LegacyError, "retryAfterMs" | "field">>;

/**
 * An error with a legacy code, read by {@link fromError}. It is an Error, so it
 * can be thrown; its `cause` is the error that it was read from.
 */
export class LegacyError extends Error {
  override readonly name = "LegacyError";

  /** The message as sent, in the legacy system's language. {@link messageIn} returns translations. */
  declare readonly message: string;

  /** The legacy system, which is the proto package of its enum, for example `legacy.job.v2`. */
  readonly domain: string;

  /** The name of the enum value, for example `JOB_NOT_FOUND`, also if your enum does not have it. */
  readonly reason: string;

  /**
   * The code as the legacy system writes it, for example `1233106` or `401.1`,
   * also if your enum does not have it. Undefined only if the server left it out
   * and no enum given to {@link fromError} has the code.
   */
  readonly legacyCode: string | undefined;

  /** The gRPC code, never 0 (OK). Connect's `Code` and grpc-js's `status` have the same numbers. */
  readonly grpcCode: number;

  /**
   * The ErrorInfo's metadata: the message's arguments by name, `legacy_code`, and
   * `request_id` if the server sent one. The object is frozen and has no prototype,
   * so it has no other properties.
   */
  readonly metadata: { readonly [name: string]: string | undefined };

  /**
   * How many milliseconds to wait before the same call may succeed, greater than
   * zero. Undefined if the call should not be repeated unchanged.
   */
  readonly retryAfterMs: number | undefined;

  /** The request field at fault. Undefined if the server names none. */
  readonly field: string | undefined;

  /**
   * Makes an error. Programs need this only to test how they handle one.
   *
   * @param init - its fields
   * @param options - the options of Error, for example its cause
   */
  constructor(init: LegacyErrorInit, options?: ErrorOptions) {
    super(init.message, options);
    this.domain = init.domain;
    this.reason = init.reason;
    this.legacyCode = init.legacyCode;
    this.grpcCode = init.grpcCode;
    this.metadata = Object.freeze(Object.assign(Object.create(null), init.metadata));
    this.retryAfterMs = init.retryAfterMs;
    this.field = init.field;
  }

  /** The id of the failed request. Undefined if the server sent none. */
  get requestId(): string | undefined {
    return this.metadata.request_id;
  }

  /**
   * Returns the code as a value of a system's generated enum. Undefined if the error
   * is of another system, and if the server is newer than the enum and the enum does
   * not have the code.
   *
   * ```ts
   * switch (err.codeIn(CodeSchema)) {
   *   case Code.JOB_NOT_FOUND: …
   * }
   * ```
   *
   * @param schema - the generated schema of the system's enum
   */
  codeIn<Schema extends DescEnum>(schema: Schema): CodeIn<Schema> | undefined {
    return findValue([schema], this.domain, this.reason)?.number as CodeIn<Schema> | undefined;
  }

  /**
   * Returns the message in the language that matches best, made from the
   * translations in the enum's options and from `metadata`. The message as sent if
   * no language matches, if the system's own language matches best, and if none of
   * `systems` has the code.
   *
   * @param languages - the reader's languages as BCP 47 tags, the preferred one
   * first; tags that are not valid are ignored
   * @param systems - the generated enums of all systems that the error may be of
   */
  messageIn(languages: string | readonly string[], ...systems: DescEnum[]): string {
    const value = findValue(systems, this.domain, this.reason);
    const translations = value && codeOptions(value)?.translations;
    const own = value && systemOptions(value.parent)?.language;
    if (translations === undefined || own === undefined) {
      return this.message;
    }
    const language = bestLanguage([languages].flat(), Object.keys(translations), own);
    const template = language === own ? undefined : translations[language];
    return template === undefined ? this.message : render(template, this.metadata);
  }
}
