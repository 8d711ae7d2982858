/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import io.statusmap.v1.SystemOptions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

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

  /**
   * Returns the options of the system that an enum belongs to: its own, otherwise those of a system
   * that includes it, first one of the same domain.
   */
  Optional<SystemOptions> system(EnumDescriptor type) {
    return Options.of(type)
        .or(
            () ->
                systems(options -> options.getIncludesList().contains(type.getFullName()))
                    .entrySet()
                    .stream()
                    .min(Comparator.comparing(e -> !domainOf(e.getKey()).equals(domainOf(type))))
                    .map(Map.Entry::getValue));
  }

  /**
   * Returns the enums whose codes the violations of an error may have: those of its domain, then
   * those of the domain's system. If the domain has no system, they are those of the systems that
   * include an enum of the domain.
   */
  Enums ofViolations(String domain) {
    Set<EnumDescriptor> found = new LinkedHashSet<>();
    enums.stream().filter(type -> domainOf(type).equals(domain)).forEach(found::add);

    Map<EnumDescriptor, SystemOptions> systems = systems(options -> true);
    if (systems.keySet().stream().anyMatch(found::contains)) {
      systems.keySet().retainAll(found);
    } else {
      systems
          .values()
          .removeIf(
              options ->
                  options.getIncludesList().stream().noneMatch(n -> parent(n).equals(domain)));
    }
    systems.forEach(
        (system, options) -> {
          found.add(system);
          enums.stream()
              .filter(type -> options.getIncludesList().contains(type.getFullName()))
              .forEach(found::add);
        });
    return new Enums(found.toArray(EnumDescriptor[]::new));
  }

  /** Returns the first code with a reason, of any domain. */
  Optional<EnumValueDescriptor> find(String reason) {
    return enums.stream().flatMap(type -> code(type, reason).stream()).findFirst();
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
   * Returns the domain of an enum's codes, which is the scope of the enum's values. In protobuf they
   * are siblings of their enum; Java's {@code EnumValueDescriptor.getFullName} has the enum's name
   * in between.
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

  private Map<EnumDescriptor, SystemOptions> systems(Predicate<SystemOptions> wanted) {
    Map<EnumDescriptor, SystemOptions> found = new LinkedHashMap<>();
    for (EnumDescriptor type : enums) {
      Options.of(type).filter(wanted).ifPresent(options -> found.put(type, options));
    }
    return found;
  }
}
