/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static java.util.stream.Collectors.toUnmodifiableMap;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The six legacy systems. */
final class Systems {
  /** A generated enum, for tests that treat all of them alike. */
  record Legacy<E extends Enum<E> & ProtocolMessageEnum>(Class<E> type) {
    EnumDescriptor descriptor() {
      return type.getEnumConstants()[0].getDescriptorForType();
    }

    Optional<E> codeIn(LegacyError error) {
      return error.codeIn(type);
    }

    boolean is(LegacyError error, String reason) {
      return error.is(Enum.valueOf(type, reason));
    }

    int number(String reason) {
      return Enum.valueOf(type, reason).getNumber();
    }
  }

  static final Map<String, Legacy<?>> BY_DOMAIN =
      Stream.of(
              new Legacy<>(legacy.apiswitch.v1.Code.class),
              new Legacy<>(legacy.elves.v1.Code.class),
              new Legacy<>(legacy.elves.v2.Code.class),
              new Legacy<>(legacy.esb.v1.Code.class),
              new Legacy<>(legacy.jarvis.v2.Code.class),
              new Legacy<>(legacy.job.v1.Code.class),
              new Legacy<>(legacy.job.v2.Code.class))
          .collect(
              toUnmodifiableMap(
                  system -> system.descriptor().getFile().getPackage(), system -> system));

  private static final EnumDescriptor[] ALL =
      BY_DOMAIN.values().stream().map(Legacy::descriptor).toArray(EnumDescriptor[]::new);

  private Systems() {}

  /** Reads an error with all systems, or fails the test. */
  static LegacyError read(Throwable e) {
    return LegacyError.fromError(e, ALL).orElseGet(() -> fail("not a legacy error: " + e));
  }
}
