/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import io.statusmap.v1.SystemOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** The enums that a program knows: those of systems, and those that systems include. */
final class Enums {
  private final List<EnumDescriptor> enums;

  Enums(EnumDescriptor... enums) {
    this.enums = List.of(enums);
  }

  boolean isEmpty() {
    return enums.isEmpty();
  }

  /** Reports whether an enum has a domain. */
  boolean has(String domain) {
    return enums.stream().anyMatch(type -> domainOf(type).equals(domain));
  }

  /** Returns the code whose full name is domain + "." + reason. */
  Optional<EnumValueDescriptor> find(String domain, String reason) {
    return enums.stream()
        .filter(type -> domainOf(type).equals(domain))
        .flatMap(type -> code(type, reason).stream())
        .findFirst();
  }

  /** Returns the systems that an enum belongs to: itself, or all that include it. */
  Map<EnumDescriptor, SystemOptions> systems(EnumDescriptor type) {
    return Options.of(type)
        .map(own -> Map.of(type, own))
        .orElseGet(() -> systems((s, o) -> o.getIncludesList().contains(type.getFullName())));
  }

  /**
   * Returns the enums of systems: those of the code that an error has, otherwise that of its
   * domain, otherwise all that include an enum of its domain.
   *
   * @param code the error's code, null if no enum has it
   */
  Enums ofSystems(EnumValueDescriptor code, String domain) {
    Map<EnumDescriptor, SystemOptions> systems =
        code == null
            ? systems((system, options) -> domainOf(system).equals(domain))
            : systems(code.getType());
    if (code == null && systems.isEmpty()) {
      systems =
          systems(
              (system, options) ->
                  options.getIncludesList().stream().anyMatch(n -> parent(n).equals(domain)));
    }
    Set<EnumDescriptor> found = new LinkedHashSet<>();
    systems.forEach(
        (system, options) -> {
          found.add(system);
          enums.stream()
              .filter(type -> options.getIncludesList().contains(type.getFullName()))
              .forEach(found::add);
        });
    return new Enums(found.toArray(EnumDescriptor[]::new));
  }

  /**
   * Returns the code with a reason, of any domain. Empty if several codes have it, since nothing
   * says which one is meant.
   */
  Optional<EnumValueDescriptor> findOnly(String reason) {
    Map<String, EnumValueDescriptor> found = new HashMap<>();
    for (EnumDescriptor type : enums) {
      code(type, reason).ifPresent(code -> found.put(type.getFullName(), code));
    }
    return found.size() == 1 ? found.values().stream().findFirst() : Optional.empty();
  }

  /** Returns the constant of the code whose full name is domain + "." + reason. */
  static <E extends Enum<E> & ProtocolMessageEnum> Optional<E> constant(
      Class<E> type, String domain, String reason) {
    EnumDescriptor descriptor = type.getEnumConstants()[0].getDescriptorForType();
    // The Java constant of a number is named after the first of its values.
    return new Enums(descriptor)
        .find(domain, reason)
        .map(code -> descriptor.findValueByNumber(code.getNumber()).getName())
        .map(name -> Enum.valueOf(type, name));
  }

  /**
   * Returns the domain of an enum's codes, which is the scope of the enum's values. In protobuf
   * they are siblings of their enum; Java's {@code EnumValueDescriptor.getFullName} has the enum's
   * name in between.
   */
  static String domainOf(EnumDescriptor type) {
    return parent(type.getFullName());
  }

  private static String parent(String fullName) {
    return fullName.substring(0, Math.max(fullName.lastIndexOf('.'), 0));
  }

  private static Optional<EnumValueDescriptor> code(EnumDescriptor type, String reason) {
    // The zero value exists because proto3 requires one. It is not a code.
    return Optional.ofNullable(type.findValueByName(reason))
        .filter(value -> value.getNumber() != 0);
  }

  private Map<EnumDescriptor, SystemOptions> systems(
      BiPredicate<EnumDescriptor, SystemOptions> wanted) {
    Map<EnumDescriptor, SystemOptions> found = new LinkedHashMap<>();
    for (EnumDescriptor type : enums) {
      Options.of(type)
          .filter(options -> wanted.test(type, options))
          .ifPresent(options -> found.put(type, options));
    }
    return found;
  }
}
