package io.statusmap;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The six legacy systems, as a user of all of them has them. */
final class Systems {
  /** A generated enum, for code that is the same for all of them. */
  record Legacy<E extends Enum<E> & ProtocolMessageEnum>(Class<E> type) {
    EnumDescriptor descriptor() {
      return type.getEnumConstants()[0].getDescriptorForType();
    }

    Optional<E> code(LegacyError error) {
      return error.code(type);
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
              new Legacy<>(legacy.jarvis.v2.Code.class),
              new Legacy<>(legacy.job.v1.Code.class),
              new Legacy<>(legacy.job.v2.Code.class))
          .collect(
              toUnmodifiableMap(
                  system -> system.descriptor().getFile().getPackage(), system -> system));

  static final LegacyError.Reader READER =
      LegacyError.Reader.of(
          BY_DOMAIN.values().stream().map(Legacy::descriptor).toArray(EnumDescriptor[]::new));

  private Systems() {}
}
