/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.statusmap.v1.CodeOptions;
import io.statusmap.v1.SystemOptions;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Fills in the templates of options: messages in all languages, and the URL of help. */
final class Templates {
  private static final Pattern PLACEHOLDER_OR_ESCAPE = Pattern.compile("\\{\\{|}}|\\{([^{}]*)}");

  /** What is printed in place of a sensitive argument. */
  static final String MASK = "***";

  private Templates() {}

  /**
   * Returns the message in the language that matches a locale. Empty if none matches, and if the
   * language in which the message is sent matches best.
   *
   * @param systems the systems of the code; empty if the program does not know them
   */
  static Optional<String> translate(
      CodeOptions code,
      Collection<SystemOptions> systems,
      Locale wanted,
      Map<String, String> arguments) {
    Map<Locale, String> templates = templates(code, systems);
    templates.put(sentLanguage(systems, templates), null);

    List<LanguageRange> ranges = List.of(new LanguageRange(wanted.toLanguageTag()));
    Locale best = Locale.lookup(ranges, templates.keySet());
    if (best == null) {
      best = Locale.filter(ranges, templates.keySet()).stream().findFirst().orElse(null);
    }
    return Optional.ofNullable(templates.get(best)).map(template -> fill(template, arguments));
  }

  /** Returns the template of the message as sent. */
  static String sent(CodeOptions code, Collection<SystemOptions> systems) {
    Map<Locale, String> templates = templates(code, systems);
    return templates.get(sentLanguage(systems, templates));
  }

  /** Returns the message by language, first that of the systems. */
  private static Map<Locale, String> templates(
      CodeOptions code, Collection<SystemOptions> systems) {
    Map<Locale, String> templates = new LinkedHashMap<>();
    templates.put(language(systems), code.getMessage());
    code.getTranslationsMap()
        .forEach((tag, template) -> templates.put(Locale.forLanguageTag(tag), template));
    return templates;
  }

  /** Returns the language of a message's template, which is "und" if no system is known. */
  private static Locale language(Collection<SystemOptions> systems) {
    // All systems that include an enum have the same language.
    return systems.stream()
        .findFirst()
        .map(system -> Locale.forLanguageTag(system.getLanguage()))
        .orElse(Locale.ROOT);
  }

  /**
   * Returns the language in which a message is sent: the default language, if all systems agree on
   * it and the code has a translation into it, otherwise the systems' language.
   */
  private static Locale sentLanguage(
      Collection<SystemOptions> systems, Map<Locale, String> templates) {
    Set<Locale> byDefault =
        systems.stream()
            .map(
                system ->
                    system.getDefaultLanguage().isEmpty()
                        ? system.getLanguage()
                        : system.getDefaultLanguage())
            .map(Locale::forLanguageTag)
            .collect(Collectors.toSet());
    return byDefault.size() == 1 && templates.keySet().containsAll(byDefault)
        ? byDefault.iterator().next()
        : language(systems);
  }

  /**
   * Fills in a template of a code with its sensitive arguments masked. Empty if the code has no
   * sensitive arguments.
   */
  static Optional<String> mask(CodeOptions code, String template, Map<String, String> arguments) {
    Map<String, String> masks = masks(code);
    if (masks.isEmpty()) {
      return Optional.empty();
    }
    arguments.forEach(masks::putIfAbsent);
    return Optional.of(fill(template, masks));
  }

  /** Reports whether a code's option {@code fields} names a sensitive argument. */
  static boolean hasSensitiveField(CodeOptions code) {
    Map<String, String> masks = masks(code);
    return code.getFieldsList().stream().anyMatch(f -> !fill(f, masks).equals(fill(f, Map.of())));
  }

  private static Map<String, String> masks(CodeOptions code) {
    Map<String, String> masks = new HashMap<>();
    code.getArgsMap()
        .forEach(
            (name, arg) -> {
              if (arg.getSensitive()) {
                masks.put(name, MASK);
              }
            });
    return masks;
  }

  /**
   * Returns the URL of the page about a code. Empty if no system has help, and if two have
   * different URLs.
   */
  static Optional<String> help(
      Collection<SystemOptions> systems, String domain, String reason, String legacyCode) {
    Map<String, String> segments =
        Map.of(
            "domain", pathSegment(domain),
            "reason", pathSegment(reason),
            "code", pathSegment(legacyCode));
    Set<String> urls =
        systems.stream()
            .map(SystemOptions::getHelp)
            .filter(template -> !template.isEmpty())
            .map(template -> fill(template, segments))
            .collect(Collectors.toSet());
    return urls.size() == 1 ? urls.stream().findFirst() : Optional.empty();
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
