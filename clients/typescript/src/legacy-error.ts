import type { DescEnum, EnumShape } from "@bufbuild/protobuf";
import { codeOptions, domainOf, systemOptions, valueIn } from "./enums.js";
import { bestLanguage, render } from "./message.js";

/**
 * The codes of a generated enum: all its values but the zero value, which is
 * there because proto3 wants one and which no error has. With it a `switch` over
 * {@link LegacyError.codeOf} is exhaustive without a case for `CODE_UNSPECIFIED`.
 */
export type CodeOf<Schema extends DescEnum> = WithoutZero<EnumShape<Schema>>;

type WithoutZero<Value extends number> = Value extends number ? (`${Value}` extends "0" ? never : Value) : never;

/** What a {@link LegacyError} is made of. */
export type LegacyErrorInit = Pick<
  LegacyError,
  "domain" | "reason" | "legacyCode" | "grpcCode" | "message" | "metadata"
> &
  Partial<Pick<LegacyError, "retryAfter" | "field">>;

/**
 * An error with a legacy code, as a server sent it. {@link fromError} makes
 * them; the constructor is there for the tests of programs that handle them.
 *
 * It is an Error, so it can be thrown on; its `cause` is what it was read from.
 */
export class LegacyError extends Error {
  override readonly name = "LegacyError";

  /** The message as sent: in the system's language, to the letter. */
  declare readonly message: string;

  /** The system that the code is of: its enum's proto package, for example `legacy.job.v2`. */
  readonly domain: string;

  /** The code's name in its enum, for example `JOB_NOT_FOUND`. */
  readonly reason: string;

  /**
   * The code as the legacy system writes it, for example `1233106` or `401.1`:
   * also where the enum at hand is too old to have the code. Undefined only where
   * the server left it out and the code is unknown.
   */
  readonly legacyCode: string | undefined;

  /** The gRPC code. Connect's `Code` and grpc-js's `status` have the same numbers. */
  readonly grpcCode: number;

  /**
   * The arguments of the message by name, `legacy_code`, and whatever else the
   * server sent with the error. The object has no prototype: no name is taken.
   */
  readonly metadata: { readonly [name: string]: string | undefined };

  /**
   * Milliseconds after which the same call may succeed. Undefined: it should not
   * be repeated as it is.
   */
  readonly retryAfter: number | undefined;

  /** The request's field that is at fault. Undefined where the server names none. */
  readonly field: string | undefined;

  /** Makes an error; `options` are Error's. */
  constructor(init: LegacyErrorInit, options?: ErrorOptions) {
    super(init.message, options);
    this.domain = init.domain;
    this.reason = init.reason;
    this.legacyCode = init.legacyCode;
    this.grpcCode = init.grpcCode;
    this.metadata = Object.freeze(Object.assign(Object.create(null), init.metadata));
    this.retryAfter = init.retryAfter;
    this.field = init.field;
  }

  /** The id of the failed request, for the server's log. Undefined where the server sent none. */
  get requestId(): string | undefined {
    return this.metadata.request_id;
  }

  /**
   * The code as a value of its generated enum. Undefined where the error is of
   * another system, or newer than the enum: {@link legacyCode} is there all the
   * same.
   *
   * ```ts
   * switch (err.codeOf(CodeSchema)) {
   *   case Code.JOB_NOT_FOUND: …
   * }
   * ```
   *
   * @param schema - the generated schema of the system's enum
   */
  codeOf<Schema extends DescEnum>(schema: Schema): CodeOf<Schema> | undefined {
    const value = domainOf(schema) === this.domain ? valueIn(schema, this.reason) : undefined;
    return value?.number as CodeOf<Schema> | undefined;
  }

  /**
   * The message in the language that fits best, from the translations in the
   * enum's options. The message as sent where that is the system's own language,
   * where no language fits, and where no enum has the code.
   *
   * @param languages - what the reader understands, as BCP 47 tags, the best first
   * @param systems - the generated enums of all systems that the error may be of
   */
  messageIn(languages: string | readonly string[], ...systems: DescEnum[]): string {
    const schema = systems.find((s) => domainOf(s) === this.domain);
    const value = schema && valueIn(schema, this.reason);
    const translations = value && codeOptions(value)?.translations;
    const own = schema && systemOptions(schema)?.language;
    if (translations === undefined || own === undefined) {
      return this.message;
    }
    const language = bestLanguage([languages].flat(), Object.keys(translations), own);
    const template = language === own ? undefined : translations[language];
    return template === undefined ? this.message : render(template, this.metadata);
  }
}
