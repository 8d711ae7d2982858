/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import { type DescEnum, type DescEnumValue, getOption, hasOption } from "@bufbuild/protobuf";
import { type CodeOptions, code, type SystemOptions, system } from "./gen/statusmap/v1/options_pb.js";

/** Returns the domain of an enum's errors: its proto package. */
export function domainOf(schema: DescEnum): string {
  return schema.typeName.slice(0, -(schema.name.length + 1));
}

/**
 * Returns the value of the first of `schemas` that has the code; undefined if
 * none has it. The zero value is not a code.
 */
export function findValue(schemas: readonly DescEnum[], domain: string, reason: string): DescEnumValue | undefined {
  return schemas
    .filter((schema) => domainOf(schema) === domain)
    .flatMap((schema) => schema.values)
    .find((value) => value.name === reason && value.number !== 0);
}

/** Returns a system's options; undefined if the enum has none. */
export function systemOptions(schema: DescEnum): SystemOptions | undefined {
  return hasOption(schema, system) ? getOption(schema, system) : undefined;
}

/** Returns a code's options; undefined if the enum value has none. */
export function codeOptions(value: DescEnumValue): CodeOptions | undefined {
  return hasOption(value, code) ? getOption(value, code) : undefined;
}
