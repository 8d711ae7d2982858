/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueOptions;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ExtensionLite;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.GeneratedMessage.ExtendableMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.statusmap.v1.CodeOptions;
import io.statusmap.v1.OptionsProto;
import io.statusmap.v1.SystemOptions;
import java.util.Optional;

/** Reads the options of enums and their values. Broken options count as none. */
final class Options {
  private static final ExtensionRegistry REGISTRY = ExtensionRegistry.newInstance();

  static {
    OptionsProto.registerAllExtensions(REGISTRY);
  }

  private Options() {}

  /** Returns the options of a system. Empty if the enum is not a system. */
  static Optional<SystemOptions> of(EnumDescriptor system) {
    return read(system.getOptions(), EnumOptions.parser(), OptionsProto.system);
  }

  /** Returns the options of a code. Empty if the value is not a code. */
  static Optional<CodeOptions> of(EnumValueDescriptor code) {
    return read(code.getOptions(), EnumValueOptions.parser(), OptionsProto.code);
  }

  /** Returns the legacy code that the table gives a code. */
  static String legacyCode(EnumValueDescriptor code) {
    return of(code)
        .map(CodeOptions::getLegacyCode)
        .filter(text -> !text.isEmpty())
        .orElseGet(() -> String.valueOf(code.getNumber()));
  }

  private static <M extends ExtendableMessage<M>, T> Optional<T> read(
      M options, Parser<M> parser, ExtensionLite<M, T> extension) {
    M known = options;
    if (!options.hasExtension(extension)) {
      // Parsed again with our registry. In a descriptor that was loaded at run time, or generated
      // with another copy of options.proto, the extension is still an unknown field.
      try {
        known = parser.parseFrom(options.toByteString(), REGISTRY);
      } catch (InvalidProtocolBufferException e) {
        return Optional.empty();
      }
    }
    return known.hasExtension(extension)
        ? Optional.of(known.getExtension(extension))
        : Optional.empty();
  }
}
