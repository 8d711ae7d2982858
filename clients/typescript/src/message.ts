/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import { match } from "@formatjs/intl-localematcher";
import type { CodeOptions } from "./gen/statusmap/v1/options_pb.js";

/** Arguments by name. Objects of this type have no prototype: `{constructor}` is not a known argument. */
export type Args = { readonly [name: string]: string | undefined };

/**
 * Returns the language of `own` and `others` that matches best; `own` if none
 * does. Tags that are not valid BCP 47 are ignored.
 */
export function bestLanguage(wanted: readonly string[], others: readonly string[], own: string): string {
  if (!isTag(own)) {
    return own;
  }
  return match(wanted.filter(isTag), [own, ...others.filter(isTag)], own);
}

function isTag(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length > 0;
  } catch {
    return false;
  }
}

/**
 * Fills in a template: `{name}` is an argument, `{{` and `}}` are braces. A missing
 * argument stays as `{name}`, as on the server.
 */
export function render(template: string, args: Args): string {
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (written, name: string | undefined) =>
    name === undefined ? written.charAt(0) : (args[name] ?? written),
  );
}

/** What is printed instead of a sensitive argument. */
export const mask = "***";

/** Returns the names of a code's sensitive arguments. */
export function sensitiveArgs(options: CodeOptions | undefined): string[] {
  return Object.entries(options?.args ?? {}).flatMap(([name, arg]) => (arg.sensitive ? [name] : []));
}

/**
 * Returns a code's message for printing. If the code has sensitive arguments, this is
 * its template with the mask in their place: in the language of `sent`, or in the
 * system's language if no template makes `sent`. No part of `sent` is printed then,
 * since a server with another template may have written the values into it.
 */
export function printable(sent: string, args: Args, options: CodeOptions | undefined): string {
  const names = sensitiveArgs(options);
  if (options === undefined || names.length === 0) {
    return sent;
  }
  const templates = [options.message, ...Object.values(options.translations)];
  const template = templates.find((t) => render(t, args) === sent) ?? options.message;
  return render(template, copyArgs(args, Object.fromEntries(names.map((name) => [name, mask]))));
}

/** Returns a copy of `args` without a prototype. Arguments of `others` override those of `args`. */
export function copyArgs(args: Args, others: Args = {}): Args {
  return Object.assign(Object.create(null), args, others);
}
