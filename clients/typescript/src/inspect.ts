/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** The method with which an object says how Node's `console.log` and `util.inspect` print it. */
export const inspectCustom = Symbol.for("nodejs.util.inspect.custom");

/** Node's `util.inspect`. */
export type Inspect = (value: unknown, options: object) => string;
