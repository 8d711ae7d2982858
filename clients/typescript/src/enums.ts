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
 * Returns the codes that the violations of an error may have, by reason: those of the
 * systems that the error's code belongs to, with all that they include, then those of
 * its domain. If the code is unknown, its systems are those of all enums of the domain.
 */
export function violationCodes(
  enums: readonly DescEnum[],
  domain: string,
  value: DescEnumValue | undefined,
): ReadonlyMap<string, DescEnumValue> {
  const own = enums.filter((schema) => domainOf(schema) === domain);
  const members = value ? [value.parent] : own;
  const systems = enums.filter((schema) => members.some((member) => has(schema, member)));
  const included = enums.filter((schema) => systems.some((s) => has(s, schema)));
  const codes = new Map<string, DescEnumValue>();
  for (const code of [...included, ...own].flatMap((schema) => schema.values)) {
    if (code.number !== 0 && !codes.has(code.name)) {
      codes.set(code.name, code);
    }
  }
  return codes;
}

/** Returns the options of the systems among `enums` that an enum's codes belong to. */
export function systemsOf(schema: DescEnum, enums: readonly DescEnum[]): SystemOptions[] {
  return [schema, ...enums].filter((e) => has(e, schema)).flatMap((e) => systemOptions(e) ?? []);
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

/** Reports whether a schema is a system with the codes of another one, or is that other one and a system. */
function has(schema: DescEnum, member: DescEnum): boolean {
  const options = systemOptions(schema);
  return options !== undefined && (schema.typeName === member.typeName || options.includes.includes(member.typeName));
}
