/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { type CodeIn, codeIn, domainOf, legacyCodeOf } from "./enums.js";
import { type Inspect, inspectCustom } from "./inspect.js";

/** The fields of a {@link Violation}, as sent. */
export interface ViolationInit {
  /** The request field; empty if there is none. */
  readonly field: string;
  /** The message. */
  readonly message: string;
  /** The name of a code; empty or undefined if there is none. */
  readonly reason?: string | undefined;
}

/** What its error knows about a violation. */
interface Known {
  /** The violation's code; undefined if it is unknown. */
  readonly value: DescEnumValue | undefined;
  /** The error's domain. */
  readonly domain: string;
  /** The field and the message without sensitive arguments. */
  readonly printed: { readonly field: string; readonly message: string };
}

/** One of the mistakes in a request. */
export class Violation {
  /** The name of a code, for example `WEIGHT_TOO_HIGH`, also if your enum does not have it. Undefined if the server sent none. */
  readonly reason: string | undefined;

  /** The legacy code of {@link reason}. Undefined if no enum that was given to `fromError` has it. */
  readonly legacyCode: string | undefined;

  // Private, since printing an object shows its properties, and these may contain
  // sensitive arguments.
  readonly #field: string;
  readonly #message: string;
  readonly #known: Known;

  /** Only a LegacyError makes violations. */
  constructor(init: ViolationInit, known: Known) {
    this.reason = init.reason || undefined;
    this.legacyCode = known.value && legacyCodeOf(known.value);
    this.#field = init.field;
    this.#message = init.message;
    this.#known = known;
  }

  /** The request field, as a path such as `address.street`. Empty if the server names none. */
  get field(): string {
    return this.#field;
  }

  /** The message as sent. */
  get message(): string {
    return this.#message;
  }

  /**
   * Returns the code as a value of a generated enum. Undefined if the violation has
   * no reason, and if its code is not in this enum.
   *
   * @param schema - the generated schema of the enum
   */
  codeIn<Schema extends DescEnum>(schema: Schema): CodeIn<Schema> | undefined {
    const { value, domain } = this.#known;
    return codeIn(schema, value === undefined ? domain : domainOf(value.parent), this.reason ?? "");
  }

  /** Returns the fields, with `***` instead of sensitive arguments. */
  toJSON(): object {
    return { ...this.#known.printed, reason: this.reason, legacyCode: this.legacyCode };
  }

  [inspectCustom](_depth: number, options: object, inspect: Inspect): string {
    return `Violation ${inspect(this.toJSON(), options)}`;
  }
}
