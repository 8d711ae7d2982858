/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import { type DescEnum, type DescEnumValue, type EnumShape, getOption, hasOption } from "@bufbuild/protobuf";
import { type CodeOptions, code, type SystemOptions, system } from "./gen/statusmap/v1/options_pb.js";

/**
 * The codes in a generated enum: all values except the zero value, which exists
 * because proto3 requires one. A `switch` over {@link LegacyError.codeIn} is
 * therefore exhaustive without a case for `CODE_UNSPECIFIED`.
 */
export type CodeIn<Schema extends DescEnum> = WithoutZero<EnumShape<Schema>>;

type WithoutZero<Value extends number> = Value extends number ? (`${Value}` extends "0" ? never : Value) : never;

/** Returns the code as a value of the enum; undefined if the enum does not have it. */
export function codeIn<Schema extends DescEnum>(
  schema: Schema,
  domain: string,
  reason: string,
): CodeIn<Schema> | undefined {
  return findValue([schema], domain, reason)?.number as CodeIn<Schema> | undefined;
}

/** Returns the domain of an enum's errors: its proto package. */
export function domainOf(schema: DescEnum): string {
  return schema.typeName.slice(0, -(schema.name.length + 1));
}

/**
 * Returns the value of the first of `enums` that has the code; undefined if none
 * has it. The zero value is not a code.
 */
export function findValue(enums: readonly DescEnum[], domain: string, reason: string): DescEnumValue | undefined {
  return enums
    .filter((schema) => domainOf(schema) === domain)
    .flatMap((schema) => schema.values)
    .find((value) => value.name === reason && value.number !== 0);
}

/**
 * Returns the codes that a violation of an error of `domain` may have, by reason:
 * those of the enums of the domain, then those of the systems that these enums belong
 * to, with all that the systems include. Only codes in `enums` are found.
 */
export function violationCodes(enums: readonly DescEnum[], domain: string): ReadonlyMap<string, DescEnumValue> {
  const own = enums.filter((schema) => domainOf(schema) === domain);
  const systems = enums.filter(
    (schema) =>
      systemOptions(schema) !== undefined && own.some((member) => member === schema || includes(schema, member)),
  );
  const included = enums.filter((schema) => systems.some((s) => includes(s, schema)));
  const codes = new Map<string, DescEnumValue>();
  for (const value of [...own, ...systems, ...included].flatMap((schema) => schema.values)) {
    if (value.number !== 0 && !codes.has(value.name)) {
      codes.set(value.name, value);
    }
  }
  return codes;
}

/**
 * Returns the options of the system that an enum's codes belong to: the enum's own, or
 * those of the first of `enums` that includes it. Undefined if there are none.
 */
export function systemOf(schema: DescEnum, enums: readonly DescEnum[]): SystemOptions | undefined {
  const own = systemOptions(schema);
  if (own !== undefined) {
    return own;
  }
  const includer = enums.find((e) => includes(e, schema));
  return includer && systemOptions(includer);
}

/** Returns a code's options; undefined if the enum value has none. */
export function codeOptions(value: DescEnumValue): CodeOptions | undefined {
  return hasOption(value, code) ? getOption(value, code) : undefined;
}

/** Returns a code's legacy code: its option, or the number if it has none. */
export function legacyCodeOf(value: DescEnumValue): string {
  return codeOptions(value)?.legacyCode || String(value.number);
}

function systemOptions(schema: DescEnum): SystemOptions | undefined {
  return hasOption(schema, system) ? getOption(schema, system) : undefined;
}

function includes(schema: DescEnum, member: DescEnum): boolean {
  return systemOptions(schema)?.includes.includes(member.typeName) ?? false;
}
