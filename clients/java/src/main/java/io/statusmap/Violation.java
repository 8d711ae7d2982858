/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import io.statusmap.v1.CodeOptions;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that is wrong with the request of a {@link LegacyError}. {@link LegacyError#violations}
 * returns all of them.
 *
 * <p>Immutable and safe for concurrent use.
 */
public final class Violation {
  private final String field;
  private final String message;
  private final String domain;
  private final String reason;
  private final EnumValueDescriptor descriptor; // null if no known enum has the reason

  /**
   * Makes the violation of an error.
   *
   * @param domain the error's domain
   * @param descriptor the code with the reason; null if no known enum has it
   */
  Violation(
      String field, String message, String domain, String reason, EnumValueDescriptor descriptor) {
    this.field = field;
    this.message = message;
    this.domain = descriptor == null ? domain : Enums.domainOf(descriptor.getType());
    this.reason = reason;
    this.descriptor = descriptor;
  }

  /**
   * Returns the path of the request field.
   *
   * @return for example "parcels[0].weight_kg"; the empty string if the violation is of the whole
   *     request
   */
  public String field() {
    return field;
  }

  /**
   * Returns the message as sent.
   *
   * @return the message; the empty string if the server sent none
   */
  public String message() {
    return message;
  }

  /**
   * Returns the reason, which is the name of the enum value; of a violation that protovalidate
   * found, the id of its rule. Empty if the server sent none.
   *
   * @return for example "WEIGHT_TOO_HIGH" or "string.max_len"
   */
  public Optional<String> reason() {
    return Optional.of(reason).filter(name -> !name.isEmpty());
  }

  /**
   * Returns the code as the legacy system writes it, from the options of the enum value. Empty if
   * {@link #descriptor} is.
   *
   * @return for example "111"
   */
  public Optional<String> legacyCode() {
    return descriptor().map(Options::legacyCode);
  }

  /**
   * Returns the descriptor of the enum value with the reason, in the domain of the error or in the
   * enums of its system. Empty if the enums given to {@link LegacyError#fromError} do not have it,
   * and if the error is of several systems that have different codes with the reason.
   *
   * @return the descriptor
   */
  public Optional<EnumValueDescriptor> descriptor() {
    return Optional.ofNullable(descriptor);
  }

  /**
   * Reports whether this is the violation of a code.
   *
   * @param <E> the generated enum
   * @param code a value of the generated enum of any system; null is never equal
   * @return whether this is its violation
   */
  public <E extends Enum<E> & ProtocolMessageEnum> boolean is(E code) {
    return code != null && codeIn(code.getDeclaringClass()).filter(code::equals).isPresent();
  }

  /**
   * Returns the code as a value of a generated enum. Empty if the enum does not have the code.
   *
   * @param <E> the generated enum
   * @param type its class
   * @return the enum value
   */
  public <E extends Enum<E> & ProtocolMessageEnum> Optional<E> codeIn(Class<E> type) {
    return Enums.constant(type, domain, reason);
  }

  /**
   * Returns the field, reason and message, for logs. If the code has sensitive arguments, the
   * message is the code's template, with {@code ***} in their places. So is the field, if the code
   * names it by one.
   */
  @Override
  public String toString() {
    Optional<CodeOptions> code = descriptor().flatMap(Options::of);
    String name = code.filter(Templates::hasSensitiveField).isPresent() ? Templates.MASK : field;
    String text = code.flatMap(c -> Templates.mask(c, c.getMessage(), Map.of())).orElse(message);
    return name + ": " + (reason.isEmpty() ? "" : domain + "." + reason + ": ") + text;
  }
}
