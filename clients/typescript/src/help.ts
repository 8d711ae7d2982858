/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnumValue } from "@bufbuild/protobuf";
import { domainOf, legacyCodeOf } from "./enums.js";

/**
 * Returns the URL of the page about a code, made from the option `help` of its system;
 * undefined if a value cannot be a segment of a path.
 */
export function helpUrl(template: string, value: DescEnumValue): string | undefined {
  const values = new Map([
    ["domain", domainOf(value.parent)],
    ["reason", value.name],
    ["code", legacyCodeOf(value)],
  ]);
  let complete = template !== "";
  const url = template.replace(/\{([^{}]*)\}/g, (written, name: string) => {
    const segment = values.get(name);
    complete &&= segment === undefined || !["", ".", ".."].includes(segment);
    return segment === undefined ? written : escapeSegment(segment);
  });
  return complete ? url : undefined;
}

/** Escapes the same characters as the server: all except those that RFC 3986 allows in a segment, of which `!*'()` are escaped. */
function escapeSegment(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!*'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(24|26|2B|3A|3D|40)/g, (escaped) => decodeURIComponent(escaped));
}
