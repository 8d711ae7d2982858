/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { match } from "@formatjs/intl-localematcher";
import { codeOptions, systemsOf } from "./enums.js";

/** Arguments by name. Objects of this type have no prototype: `{constructor}` is not a known argument. */
export type Args = { readonly [name: string]: string | undefined };

/** The messages of a code. */
export interface Messages {
  /** The templates by language. */
  readonly templates: ReadonlyMap<string, string>;
  /** The language in which servers send the message; empty if the system is unknown. */
  readonly language: string;
}

/** Returns the messages of a code whose system is among `enums`, or is the code's own enum. */
export function messagesOf(value: DescEnumValue, enums: readonly DescEnum[]): Messages {
  const { message = "", translations = {} } = codeOptions(value) ?? {};
  const systems = systemsOf(value.parent, enums);
  // All includers have the same language. The server sends that if they differ in the
  // default language.
  const language = systems[0]?.language ?? "";
  const defaults = new Set(systems.map((system) => canonical(system.defaultLanguage || language)));
  const templates = new Map([...Object.entries(translations), [language, message]]);
  const spoken = [...templates.keys()].find((tag) => defaults.size === 1 && defaults.has(canonical(tag)));
  return { templates, language: spoken ?? language };
}

/** Returns the language of the messages that matches best; the one in which they are sent if none does. */
export function bestLanguage(wanted: readonly string[], { templates, language }: Messages): string {
  if (canonical(language) === undefined) {
    return language;
  }
  const isTag = (tag: string) => canonical(tag) !== undefined;
  return match(wanted.filter(isTag), [language, ...[...templates.keys()].filter(isTag)], language);
}

/** Returns a BCP 47 tag in canonical form; undefined if it is not valid. */
function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
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

/** Returns the names of a code's sensitive arguments; none if there is no code. */
export function sensitiveArgs(value: DescEnumValue | undefined): string[] {
  const args = value && codeOptions(value)?.args;
  return Object.entries(args ?? {}).flatMap(([name, arg]) => (arg.sensitive ? [name] : []));
}

/**
 * Returns a code's message for printing. If the code has sensitive arguments, this is
 * its template with the mask in their place: in the language of `sent`, or in the
 * default language if no template makes `sent`. No part of `sent` is printed then,
 * since a server with another template may have written the values into it.
 */
export function printable(
  sent: string,
  args: Args,
  value: DescEnumValue | undefined,
  enums: readonly DescEnum[],
): string {
  const names = sensitiveArgs(value);
  if (value === undefined || names.length === 0) {
    return sent;
  }
  const { templates, language } = messagesOf(value, enums);
  const template = [...templates.values()].find((t) => render(t, args) === sent) ?? templates.get(language) ?? "";
  return render(template, copyArgs(args, Object.fromEntries(names.map((name) => [name, mask]))));
}

/** Returns a copy of `args` without a prototype. Arguments of `others` override those of `args`. */
export function copyArgs(args: Args, others: Args = {}): Args {
  return Object.assign(Object.create(null), args, others);
}
