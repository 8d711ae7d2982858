import { match } from "@formatjs/intl-localematcher";

/**
 * The language of `own` and `others` that fits a reader best; `own` where none
 * does. Tags that are no BCP 47 are passed over.
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
 * Fills in a template: `{name}` is an argument, `{{` and `}}` are braces. An
 * argument that is missing stays as it is written, which shows what is missing;
 * the servers do the same.
 */
export function render(template: string, args: { readonly [name: string]: string | undefined }): string {
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (written, name: string | undefined) =>
    name === undefined ? written.charAt(0) : (args[name] ?? written),
  );
}
