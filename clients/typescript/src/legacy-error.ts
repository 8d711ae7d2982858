/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { type CodeIn, codeIn, codeOptions, findValue, violationCodes } from "./enums.js";
import type { CodeOptions } from "./gen/statusmap/v1/options_pb.js";
import { helpUrl } from "./help.js";
import { type Inspect, inspectCustom } from "./inspect.js";
import { type Args, bestLanguage, copyArgs, mask, messagesOf, printable, render, sensitiveArgs } from "./message.js";
import { Violation, type ViolationInit } from "./violation.js";

/** The fields of a {@link LegacyError}, for its constructor. */
export interface LegacyErrorInit
  extends Pick<LegacyError, "domain" | "reason" | "legacyCode" | "grpcCode" | "metadata"> {
  /** The message as sent. */
  readonly message: string;
  /** Default: do not repeat the call. */
  readonly retryAfterMs?: number | undefined;
  /** The violations as sent. Default: none. */
  readonly violations?: readonly ViolationInit[];
  /** The URL as sent. Default: made from the option `help` of the system. */
  readonly help?: string | undefined;
  /** The generated enums that are known. Default: none. */
  readonly enums?: readonly DescEnum[];
}

/**
 * An error with a legacy code, read by {@link fromError}. It is an Error, so it
 * can be thrown; its `cause` is the error that it was read from.
 *
 * If the code has sensitive arguments, and its enum was given to `fromError`, all that
 * programs print shows `***` instead of them: `message`, `stack`, `toString()`,
 * `JSON.stringify`, and Node's `console.log`. The error has no `cause` then, since
 * the cause's message has the values. {@link sentMessage} and {@link metadata} have
 * them too, so do not print those.
 */
export class LegacyError extends Error {
  static {
    // On the prototype, because `stack` is made before the fields are set.
    Object.defineProperty(LegacyError.prototype, "name", { value: "LegacyError", writable: true, configurable: true });
  }

  declare readonly name: "LegacyError";

  /** The message for logs: {@link sentMessage} with `***` instead of sensitive arguments. */
  declare readonly message: string;

  /** The domain of the code, which is the proto package of its enum, for example `legacy.job.v2`. */
  readonly domain: string;

  /** The name of the enum value, for example `JOB_NOT_FOUND`, also if your enum does not have it. */
  readonly reason: string;

  /**
   * The code as the legacy system wrote it, for example `1233106` or `401.1`,
   * also if your enum does not have it. Undefined only if the server left it out
   * and no enum given to {@link fromError} has the code.
   */
  readonly legacyCode: string | undefined;

  /** The gRPC code, never 0 (OK). Connect's `Code` and grpc-js's `status` have the same numbers. */
  readonly grpcCode: number;

  /**
   * How many milliseconds to wait before the same call may succeed, greater than
   * zero. Undefined if the call should not be repeated unchanged.
   */
  readonly retryAfterMs: number | undefined;

  /** The mistakes in the request, in the order in which the server sent them. */
  readonly violations: readonly Violation[];

  /**
   * The URL of a page about the error: the one that the server sent, otherwise made
   * from the options of your enums. Undefined if there is none.
   */
  readonly help: string | undefined;

  // Private, since printing an object shows its properties, and these may contain
  // sensitive arguments.
  readonly #sentMessage: string;
  readonly #metadata: Args;
  readonly #enums: readonly DescEnum[];
  readonly #value: DescEnumValue | undefined;

  /**
   * Makes an error. Programs need this only to test how they handle one.
   *
   * @param init - its fields
   * @param options - the options of Error, for example its cause
   */
  constructor(init: LegacyErrorInit, options?: ErrorOptions) {
    const enums = init.enums ?? [];
    const value = findValue(enums, init.domain, init.reason);
    const metadata = Object.freeze(copyArgs(init.metadata));
    const message = printable(init.message, metadata, value, enums);
    const sent = init.violations ?? [];
    const codes = sent.some((v) => v.reason) ? violationCodes(enums, init.domain, value) : undefined;
    const violations = sent.map((violation) => ({ violation, value: codes?.get(violation.reason ?? "") }));
    const hides = [value, ...violations.map((v) => v.value)].some((v) => sensitiveArgs(v).length > 0);

    super(message, hides ? undefined : options);
    this.domain = init.domain;
    this.reason = init.reason;
    this.legacyCode = init.legacyCode;
    this.grpcCode = init.grpcCode;
    this.retryAfterMs = init.retryAfterMs;
    this.violations = violations.map(({ violation, value: code }) => {
      // A violation of a field of the error's code has the error's message and arguments.
      const args = violation.message === init.message ? metadata : noArgs;
      const text = printable(violation.message, args, code, enums);
      const printed = {
        field: hide(violation.field, metadata, value),
        message: hide(text === init.message ? message : text, metadata, value),
      };
      return new Violation(violation, { value: code, domain: init.domain, printed });
    });
    this.help = init.help || (value && helpUrl(value, enums));
    this.#sentMessage = init.message;
    this.#metadata = metadata;
    this.#enums = enums;
    this.#value = value;
  }

  /**
   * The message as sent, in the system's default language. It has the values of
   * sensitive arguments. {@link messageIn} returns translations.
   */
  get sentMessage(): string {
    return this.#sentMessage;
  }

  /**
   * The ErrorInfo's metadata: the message's arguments by name, with the values of
   * sensitive ones, `legacy_code`, and `request_id` if the server sent one. The object
   * is frozen and has no prototype, so it has no other properties.
   */
  get metadata(): { readonly [name: string]: string | undefined } {
    return this.#metadata;
  }

  /** The id of the failed request. Undefined if the server sent none. */
  get requestId(): string | undefined {
    return this.#metadata.request_id;
  }

  /** The request field of the first violation that has one. Undefined if none has. */
  get field(): string | undefined {
    return this.violations.find((violation) => violation.field !== "")?.field;
  }

  /** Whether the code is deprecated. False if no enum given to {@link fromError} has the code. */
  get deprecated(): boolean {
    return this.#value?.deprecated ?? false;
  }

  /**
   * The code to use instead of this one, as a reason, or as a full name if it is of another
   * domain. This and the following texts are from the enum's options: undefined if the
   * code does not have them, and if no enum given to {@link fromError} has the code.
   */
  get replacedBy(): string | undefined {
    return this.#options?.replacedBy || undefined;
  }

  /** What the error means, for people to read, in Markdown. */
  get explanation(): string | undefined {
    return this.#options?.explanation || undefined;
  }

  /** What to do about the error, for people to read, in Markdown. */
  get resolution(): string | undefined {
    return this.#options?.resolution || undefined;
  }

  /** The version of the API that introduced the code. */
  get since(): string | undefined {
    return this.#options?.since || undefined;
  }

  get #options(): CodeOptions | undefined {
    return this.#value && codeOptions(this.#value);
  }

  /**
   * Returns the code as a value of a generated enum. Undefined if the error is not of
   * this enum's domain, and if the enum does not have the code, for example because the
   * server is newer.
   *
   * ```ts
   * switch (err.codeIn(CodeSchema)) {
   *   case Code.JOB_NOT_FOUND: …
   * }
   * ```
   *
   * @param schema - the generated schema of the enum
   */
  codeIn<Schema extends DescEnum>(schema: Schema): CodeIn<Schema> | undefined {
    return codeIn(schema, this.domain, this.reason);
  }

  /**
   * Returns the message in the language that matches best, made from the enum's
   * options and from `metadata`. It has the values of sensitive arguments. The message
   * as sent if no language matches, if the system's default language matches best, and if no
   * enum has the code.
   *
   * @param languages - the reader's languages as BCP 47 tags, the preferred one
   * first; tags that are not valid are ignored
   * @param enums - generated enums that were not given to {@link fromError}. An enum
   * that is included needs that of the system, which has the language
   */
  messageIn(languages: string | readonly string[], ...enums: DescEnum[]): string {
    const known = [...enums, ...this.#enums];
    const value = findValue(known, this.domain, this.reason);
    if (value === undefined) {
      return this.sentMessage;
    }
    const messages = messagesOf(value, known);
    const best = bestLanguage([languages].flat(), messages);
    const template = best === messages.language ? undefined : messages.templates.get(best);
    return template === undefined ? this.sentMessage : render(template, this.metadata);
  }

  /** Returns the fields, with `***` instead of sensitive arguments. */
  toJSON(): object {
    const { name, message, domain, reason, legacyCode, grpcCode, retryAfterMs, violations, help } = this;
    const masks = sensitiveArgs(this.#value).filter((arg) => this.#metadata[arg] !== undefined);
    const metadata = { ...this.#metadata, ...Object.fromEntries(masks.map((arg) => [arg, mask])) };
    return { name, message, domain, reason, legacyCode, grpcCode, metadata, retryAfterMs, violations, help };
  }

  [inspectCustom](_depth: number, options: object, inspect: Inspect): string {
    const { name: _name, message: _message, ...fields } = this.toJSON() as Record<string, unknown>;
    return `${this.stack} ${inspect("cause" in this ? { ...fields, cause: this.cause } : fields, options)}`;
  }
}

const noArgs = Object.freeze(copyArgs({}));

/** Replaces the values of sensitive arguments in a text that is not made from the code's template. */
function hide(text: string, metadata: Args, value: DescEnumValue | undefined): string {
  return sensitiveArgs(value)
    .map((name) => metadata[name] ?? "")
    .filter((secret) => /[^*]/.test(secret)) // others show nothing, and may be part of a mask
    .sort((a, b) => b.length - a.length) // one may be part of another
    .reduce((masked, secret) => masked.replaceAll(secret, mask), text);
}
