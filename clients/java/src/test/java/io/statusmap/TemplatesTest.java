/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.statusmap.v1.CodeOptions;
import io.statusmap.v1.SystemOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplatesTest {
  private static final CodeOptions TRANSLATED =
      CodeOptions.newBuilder()
          .setMessage("中文")
          .putTranslations("en", "English")
          .putTranslations("de", "Deutsch")
          .build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no argument                | no argument",
        "job {job_id}               | job 42",
        "{job_id}{job_id}           | 4242",
        "{{job_id}}                 | {job_id}",
        "{{{job_id}}}               | {42}",
        "{missing} of {job_id}      | {missing} of 42",
        "{price} is a $1 and a \\   | $0\\ is a $1 and a \\",
        // The catalog refuses these templates. They stay unchanged.
        "{                          | {",
        "}                          | }",
        "{job_id                    | {job_id",
        "{a{job_id}                 | {a42",
        "{}                         | {}",
      })
  void fill(String template, String want) {
    assertEquals(
        want, Templates.fill(template, Map.of("job_id", "42", "price", "$0\\")), template);
  }

  @Test
  void argumentsAreNotTemplates() {
    assertEquals("{b_b}", Templates.fill("{a_a}", Map.of("a_a", "{b_b}", "b_b", "x")));
  }

  /** JOB's language is zh-CN, translated to en. Elves' language is en, translated to zh-CN. */
  @ParameterizedTest
  @CsvSource({
    "en,         true,  false",
    "en-GB,      true,  false",
    "en-Latn-US, true,  false",
    "zh-CN,      false, true",
    "zh-CN-x-y,  false, true",
    "zh,         false, true", // by filtering
    "zh-TW,      false, false",
    "de,         false, false",
    "und,        false, false",
  })
  void locale(String tag, boolean english, boolean chinese) {
    Locale locale = Locale.forLanguageTag(tag);
    assertEquals(
        english ? Optional.of("Job 42 does not exist") : Optional.empty(),
        translate(
            legacy.job.v2.Code.JOB_NOT_FOUND.getValueDescriptor(),
            locale,
            Map.of("job_id", "42")));
    assertEquals(
        chinese ? Optional.of("权限错误") : Optional.empty(),
        translate(
            legacy.elves.v1.Code.UNAUTHORIZED.getValueDescriptor(), locale, Map.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ja-JP-u-ca-japanese-x-lvariant-JP", "x-private", "i-klingon", "a--b"})
  void anyLocale(String tag) {
    assertDoesNotThrow(
        () ->
            translate(
                legacy.job.v2.Code.JOB_NOT_FOUND.getValueDescriptor(),
                Locale.forLanguageTag(tag),
                Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "as sent",
      value = {
        // language | default_language | wanted | message
        "zh-CN |       | zh-CN | as sent",
        "zh-CN |       | en    | English",
        "zh-CN |       | fr    | as sent",
        "zh-CN | en    | zh-CN | 中文",
        "zh-CN | en    | zh    | 中文",
        "zh-CN | en    | en    | as sent",
        "zh-CN | en    | en-GB | as sent",
        "zh-CN | EN    | en    | as sent",
        "zh-CN | en    | de    | Deutsch",
        "zh-CN | en    | fr    | as sent",
        // The code has no translation into it, so it is sent in the language.
        "zh-CN | fr    | fr    | as sent",
        "zh-CN | fr    | zh-CN | as sent",
        // The option language is required, but a program may not know the system.
        "      |       | en    | English",
        "      |       | zh-CN | as sent",
      })
  void defaultLanguage(String language, String byDefault, String wanted, String want) {
    SystemOptions system =
        SystemOptions.newBuilder()
            .setLanguage(Objects.requireNonNullElse(language, ""))
            .setDefaultLanguage(Objects.requireNonNullElse(byDefault, ""))
            .build();
    assertEquals(
        Optional.ofNullable(want),
        Templates.translate(TRANSLATED, List.of(system), Locale.forLanguageTag(wanted), Map.of()));
  }

  @Test
  void systemsThatDoNotAgreeOnTheDefaultLanguage() {
    SystemOptions chinese = SystemOptions.newBuilder().setLanguage("zh-CN").build();
    SystemOptions english = chinese.toBuilder().setDefaultLanguage("en").build();
    assertEquals("English", Templates.sent(TRANSLATED, List.of(english, english)));
    assertEquals("中文", Templates.sent(TRANSLATED, List.of(chinese, english)));
    assertEquals("中文", Templates.sent(TRANSLATED, List.of(chinese)));
    assertEquals("中文", Templates.sent(TRANSLATED, List.of()));
    assertEquals(
        Optional.of("English"),
        Templates.translate(
            TRANSLATED, List.of(chinese, english), Locale.ENGLISH, Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PARCEL_NOT_FOUND | PARCEL_NOT_FOUND",
        "401.1            | 401.1",
        "a/b?c#d%e        | a%2Fb%3Fc%23d%25e",
        "a b;c,d\"e        | a%20b%3Bc%2Cd%22e",
        "-_.~$&+:=@       | -_.~$&+:=@",
        "!'()*            | %21%27%28%29%2A",
        "作业              | %E4%BD%9C%E4%B8%9A",
        "😀               | %F0%9F%98%80",
        "{reason}         | %7Breason%7D",
      })
  void pathSegment(String text, String want) {
    assertEquals(want, Templates.pathSegment(text));
  }

  @Test
  void help() {
    SystemOptions none = SystemOptions.newBuilder().build();
    SystemOptions some =
        none.toBuilder().setHelp("https://example.com/{domain}/{reason}/{code}#{{top}}").build();
    SystemOptions other = none.toBuilder().setHelp("https://example.com/{reason}").build();
    Optional<String> url = Optional.of("https://example.com/a.v1/B/D%2F1#{top}");
    assertEquals(Optional.empty(), Templates.help(List.of(), "a.v1", "B", "D/1"));
    assertEquals(Optional.empty(), Templates.help(List.of(none), "a.v1", "B", "D/1"));
    assertEquals(url, Templates.help(List.of(some), "a.v1", "B", "D/1"));
    assertEquals(url, Templates.help(List.of(some, none, some), "a.v1", "B", "D/1"));
    assertEquals(Optional.empty(), Templates.help(List.of(some, other), "a.v1", "B", "D/1"));
  }

  @Test
  void mask() {
    String template = "{token} of {user}, {pin}";
    CodeOptions code =
        CodeOptions.newBuilder().putArgs("user", CodeOptions.Arg.getDefaultInstance()).build();
    Map<String, String> arguments = Map.of("token", "s3cret", "user", "ana");
    assertEquals(Optional.empty(), Templates.mask(code, template, arguments));

    CodeOptions.Arg sensitive = CodeOptions.Arg.newBuilder().setSensitive(true).build();
    code = code.toBuilder().putArgs("token", sensitive).putArgs("pin", sensitive).build();
    assertEquals(Optional.of("*** of ana, ***"), Templates.mask(code, template, arguments));
    assertEquals(Optional.of("*** of {user}, ***"), Templates.mask(code, template, Map.of()));
  }

  @Test
  void sensitiveField() {
    CodeOptions code =
        CodeOptions.newBuilder()
            .addFields("{{token}}")
            .addFields("{user}")
            .putArgs("user", CodeOptions.Arg.getDefaultInstance())
            .putArgs("token", CodeOptions.Arg.newBuilder().setSensitive(true).build())
            .build();
    assertFalse(Templates.hasSensitiveField(code));
    assertTrue(Templates.hasSensitiveField(code.toBuilder().addFields("a.{token}").build()));
  }

  /** Returns the message of a code, with the options of its own system. */
  private static Optional<String> translate(
      EnumValueDescriptor code, Locale wanted, Map<String, String> arguments) {
    return Templates.translate(
        Options.of(code).orElseThrow(),
        List.of(Options.of(code.getType()).orElseThrow()),
        wanted,
        arguments);
  }
}
