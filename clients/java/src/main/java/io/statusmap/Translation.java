/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueOptions;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import io.statusmap.v1.CodeOptions;
import io.statusmap.v1.OptionsProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Renders the translations in the options of an enum value. */
final class Translation {
  private static final ExtensionRegistry OPTIONS = ExtensionRegistry.newInstance();

  static {
    OptionsProto.registerAllExtensions(OPTIONS);
  }

  private static final Pattern PLACEHOLDER_OR_ESCAPE = Pattern.compile("\\{\\{|}}|\\{([^{}]*)}");

  private Translation() {}

  /**
   * Renders the translation that matches a locale. Empty if none matches, and if the system's own
   * language matches better.
   */
  static Optional<String> render(
      EnumValueDescriptor value, Locale wanted, Map<String, String> arguments) {
    CodeOptions code;
    String original;
    try {
      // Parsed again with our registry. In a descriptor that was loaded at run time, or generated
      // with another copy of options.proto, the extension is still an unknown field.
      code =
          EnumValueOptions.parseFrom(value.getOptions().toByteString(), OPTIONS)
              .getExtension(OptionsProto.code);
      original =
          EnumOptions.parseFrom(value.getType().getOptions().toByteString(), OPTIONS)
              .getExtension(OptionsProto.system)
              .getLanguage();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
    Map<Locale, String> templates = new LinkedHashMap<>();
    code.getTranslationsMap()
        .forEach((tag, template) -> templates.put(Locale.forLanguageTag(tag), template));
    // The system's own language takes part in the choice. It has no template: the message as sent is
    // in that language.
    templates.put(Locale.forLanguageTag(original), null);

    List<LanguageRange> ranges = List.of(new LanguageRange(wanted.toLanguageTag()));
    Locale best = Locale.lookup(ranges, templates.keySet());
    if (best == null) {
      best = Locale.filter(ranges, templates.keySet()).stream().findFirst().orElse(null);
    }
    return Optional.ofNullable(templates.get(best)).map(template -> fill(template, arguments));
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
}
