/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TranslationTest {
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
        want, Translation.fill(template, Map.of("job_id", "42", "price", "$0\\")), template);
  }

  @Test
  void argumentsAreNotTemplates() {
    assertEquals("{b_b}", Translation.fill("{a_a}", Map.of("a_a", "{b_b}", "b_b", "x")));
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
        Translation.render(
            legacy.job.v2.Code.JOB_NOT_FOUND.getValueDescriptor(),
            locale,
            Map.of("job_id", "42")));
    assertEquals(
        chinese ? Optional.of("权限错误") : Optional.empty(),
        Translation.render(
            legacy.elves.v1.Code.UNAUTHORIZED.getValueDescriptor(), locale, Map.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ja-JP-u-ca-japanese-x-lvariant-JP", "x-private", "i-klingon", "a--b"})
  void anyLocale(String tag) {
    assertDoesNotThrow(
        () ->
            Translation.render(
                legacy.job.v2.Code.JOB_NOT_FOUND.getValueDescriptor(),
                Locale.forLanguageTag(tag),
                Map.of()));
  }

  @Test
  void enumWithoutOptions() {
    assertEquals(
        Optional.empty(),
        Translation.render(
            io.statusmap.v1.GrpcCode.NOT_FOUND.getValueDescriptor(), Locale.ENGLISH, Map.of()));
  }
}
