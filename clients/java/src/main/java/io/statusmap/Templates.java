/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.statusmap.v1.CodeOptions;
import io.statusmap.v1.SystemOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills in the templates of options: messages in all languages, and the URL of help. */
final class Templates {
  private static final Pattern PLACEHOLDER_OR_ESCAPE = Pattern.compile("\\{\\{|}}|\\{([^{}]*)}");

  /** What is printed in place of a sensitive argument. */
  private static final String MASK = "***";

  private Templates() {}

  /**
   * Returns the message in the language that matches a locale. Empty if none matches, and if the
   * language in which the system sends messages matches best.
   */
  static Optional<String> translate(
      CodeOptions code, SystemOptions system, Locale wanted, Map<String, String> arguments) {
    Locale own = Locale.forLanguageTag(system.getLanguage());
    Map<Locale, String> templates = new LinkedHashMap<>();
    templates.put(own, code.getMessage());
    code.getTranslationsMap()
        .forEach((tag, template) -> templates.put(Locale.forLanguageTag(tag), template));
    Locale byDefault = Locale.forLanguageTag(system.getDefaultLanguage());
    boolean sentByDefault =
        !system.getDefaultLanguage().isEmpty() && templates.containsKey(byDefault);
    templates.put(sentByDefault ? byDefault : own, null);

    List<LanguageRange> ranges = List.of(new LanguageRange(wanted.toLanguageTag()));
    Locale best = Locale.lookup(ranges, templates.keySet());
    if (best == null) {
      best = Locale.filter(ranges, templates.keySet()).stream().findFirst().orElse(null);
    }
    return Optional.ofNullable(templates.get(best)).map(template -> fill(template, arguments));
  }

  /**
   * Returns the message in the system's language with its sensitive arguments masked. Empty if the
   * code has no sensitive arguments.
   */
  static Optional<String> mask(CodeOptions code, Map<String, String> arguments) {
    Map<String, String> masked = new HashMap<>();
    code.getArgsMap()
        .forEach(
            (name, arg) -> {
              if (arg.getSensitive()) {
                masked.put(name, MASK);
              }
            });
    if (masked.isEmpty()) {
      return Optional.empty();
    }
    arguments.forEach(masked::putIfAbsent);
    return Optional.of(fill(code.getMessage(), masked));
  }

  /** Returns the URL of the page about a code. Empty if the system has no help. */
  static Optional<String> help(
      SystemOptions system, String domain, String reason, String legacyCode) {
    return Optional.of(system.getHelp())
        .filter(template -> !template.isEmpty())
        .map(
            template ->
                fill(
                    template,
                    Map.of(
                        "domain", pathSegment(domain),
                        "reason", pathSegment(reason),
                        "code", pathSegment(legacyCode))));
  }

  /** Fills in a template. A missing argument stays as {name}, as on the server. */
  static String fill(String template, Map<String, String> arguments) {
    return PLACEHOLDER_OR_ESCAPE
        .matcher(template)
        .replaceAll(
            found -> {
              String name = found.group(1);
              String text =
                  name == null
                      ? found.group().substring(1)
                      : arguments.getOrDefault(name, found.group());
              return Matcher.quoteReplacement(text);
            });
  }

  /** Escapes a text as one segment of a URL's path (RFC 3986 section 3.3), as Go's PathEscape. */
  static String pathSegment(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean kept =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "-_.~$&+:=@".indexOf(c) >= 0;
      escaped.append(kept ? String.valueOf(c) : String.format("%%%02X", (int) c));
    }
    return escaped.toString();
  }
}
