/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { domainOf, legacyCodeOf, systemsOf } from "./enums.js";

/**
 * Returns the URL of the page about a code, made from the option `help` of the first of its
 * systems that has one; undefined if none has, and if a value cannot be a segment of a path.
 */
export function helpUrl(value: DescEnumValue, enums: readonly DescEnum[]): string | undefined {
  const template = systemsOf(value.parent, enums).find((system) => system.help !== "")?.help;
  const values = new Map([
    ["domain", domainOf(value.parent)],
    ["reason", value.name],
    ["code", legacyCodeOf(value)],
  ]);
  let complete = true;
  const url = template?.replace(/\{([^{}]*)\}/g, (written, name: string) => {
    const segment = values.get(name);
    complete &&= segment === undefined || !["", ".", ".."].includes(segment);
    return segment === undefined ? written : escapeSegment(segment);
  });
  return complete ? url : undefined;
}

/**
 * Escapes a text as the server does: all characters except letters, digits and
 * `-_.~$&+=:@`.
 */
function escapeSegment(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!*'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(24|26|2B|3A|3D|40)/g, (escaped) => decodeURIComponent(escaped));
}
