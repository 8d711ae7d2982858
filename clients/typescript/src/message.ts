/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import { match } from "@formatjs/intl-localematcher";

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
export function render(template: string, args: { readonly [name: string]: string | undefined }): string {
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (written, name: string | undefined) =>
    name === undefined ? written.charAt(0) : (args[name] ?? written),
  );
}
