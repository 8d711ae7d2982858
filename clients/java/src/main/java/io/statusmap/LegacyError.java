/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.ProtocolMessageEnum;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An error with a legacy code, read from a gRPC status by {@link #fromError}.
 *
 * <p>A statusmap server names the code in the status's {@code google.rpc.ErrorInfo}: domain + "." +
 * reason is the full protobuf name of an enum value. {@link #is} and {@link #codeIn} therefore need
 * your generated enum and no table.
 *
 * <p>It is an unchecked exception, so it can be thrown in place of the {@link
 * StatusRuntimeException} or {@link StatusException} that it was read from and that is its cause.
 *
 * <p>Immutable and safe for concurrent use. Like its cause, it cannot be serialized.
 *
 * @serial exclude
 */
public final class LegacyError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final String LEGACY_CODE = "legacy_code";
  private static final String REQUEST_ID = "request_id";

  private final Status.Code grpcCode;
  private final ErrorInfo info;
  private final Duration retryAfter; // null if there is none
  private final String field; // null if there is none
  private final transient EnumValueDescriptor descriptor; // null if no known system has the code

  private LegacyError(
      com.google.rpc.Status status,
      ErrorInfo info,
      EnumValueDescriptor descriptor,
      Throwable cause) {
    super(status.getMessage(), cause);
    this.grpcCode = Status.fromCodeValue(status.getCode()).getCode();
    this.info = info;
    this.descriptor = descriptor;
    this.retryAfter =
        details(status, RetryInfo.class).stream()
            .map(LegacyError::delay)
            .flatMap(Optional::stream)
            .findFirst()
            .orElse(null);
    this.field =
        details(status, BadRequest.class).stream()
            .flatMap(request -> request.getFieldViolationsList().stream())
            .map(BadRequest.FieldViolation::getField)
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElse(null);
  }

  /**
   * Returns the legacy error in an exception or in one of its causes, the outermost first. It never
   * throws.
   *
   * <p>The result is empty if no status has an ErrorInfo with a {@code legacy_code}: if the error
   * is local, if it is from another kind of server, if its details are broken, and if {@code error}
   * is null. A code that is newer than your enum gives a legacy error whose {@link #codeIn} is
   * empty.
   *
   * <p>A {@link LegacyError} is returned unchanged, or read again if it was read without its
   * system. An interceptor, which sees a status and trailers, can pass {@code
   * status.asRuntimeException(trailers)}.
   *
   * @param error what a call threw: a {@link StatusRuntimeException}, a {@link StatusException}, or
   *     an exception that was caused by one
   * @param systems the enums that {@link #messageIn} and {@link #descriptor} look the code up in,
   *     for example {@code Code.getDescriptor()}; descriptors that were loaded at run time work
   *     too. Default: none, which is enough for everything else. If a status has several
   *     ErrorInfos, the first of one of these systems is read, otherwise the first with a {@code
   *     legacy_code}
   * @return the legacy error
   */
  public static Optional<LegacyError> fromError(Throwable error, EnumDescriptor... systems) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable t = error; t != null && seen.add(t); t = t.getCause()) {
      Optional<LegacyError> found = Optional.empty();
      if (t instanceof StatusRuntimeException || t instanceof StatusException) {
        found = read(t, systems);
      } else if (t instanceof LegacyError) {
        // Without a descriptor, the systems may know more: read its cause again.
        found =
            Optional.of((LegacyError) t)
                .filter(known -> known.descriptor != null || systems.length == 0);
      }
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Reads the status of a StatusRuntimeException or StatusException. */
  private static Optional<LegacyError> read(Throwable error, EnumDescriptor[] systems) {
    com.google.rpc.Status status;
    try {
      status = StatusProto.fromThrowable(error);
    } catch (RuntimeException e) {
      // The bytes are not a google.rpc.Status, or its code is not the call's. The gRPC
      // specification says to trust neither.
      return Optional.empty();
    }
    if (status == null || status.getCode() == Status.Code.OK.value()) {
      return Optional.empty();
    }
    // AIP-193 allows one ErrorInfo, but proxies and libraries add their own.
    ErrorInfo first = null;
    for (ErrorInfo info : details(status, ErrorInfo.class)) {
      if (info.getMetadataOrDefault(LEGACY_CODE, "").isEmpty()) {
        continue;
      }
      if (Arrays.stream(systems).anyMatch(system -> isOf(system, info))) {
        return Optional.of(new LegacyError(status, info, find(info, systems), error));
      }
      first = first == null ? info : first;
    }
    return first == null
        ? Optional.empty()
        : Optional.of(new LegacyError(status, first, null, error));
  }

  /**
   * Reports whether this is the error of a code. Domain and reason are compared, so two systems
   * that use one number for different things are kept apart.
   *
   * @param <E> the generated enum
   * @param code a value of the generated enum of any system; null is never equal
   * @return whether this is its error
   */
  public <E extends Enum<E> & ProtocolMessageEnum> boolean is(E code) {
    return code != null && codeIn(code.getDeclaringClass()).filter(code::equals).isPresent();
  }

  /**
   * Returns the code as a value of a system's generated enum. Empty if the error is of another
   * system, and if the server is newer than the enum and the enum does not have the code. It is
   * never {@code UNRECOGNIZED}, which makes that a good default: {@code switch
   * (error.codeIn(Code.class).orElse(Code.UNRECOGNIZED))}.
   *
   * @param <E> the generated enum
   * @param type its class
   * @return the enum value
   */
  public <E extends Enum<E> & ProtocolMessageEnum> Optional<E> codeIn(Class<E> type) {
    EnumDescriptor system = type.getEnumConstants()[0].getDescriptorForType();
    // The Java constant of a number is named after the first of its values.
    return Optional.ofNullable(find(info, system))
        .map(value -> Enum.valueOf(type, system.findValueByNumber(value.getNumber()).getName()));
  }

  /**
   * Returns the descriptor of the code's enum value, which has its number and options. Empty if
   * none of the systems given to {@link #fromError} has the code.
   *
   * @return the descriptor
   */
  public Optional<EnumValueDescriptor> descriptor() {
    return Optional.ofNullable(descriptor);
  }

  /**
   * Returns the gRPC code.
   *
   * @return the code, never OK
   */
  public Status.Code grpcCode() {
    return grpcCode;
  }

  /**
   * Returns the system's domain, which is the proto package of its enum.
   *
   * @return for example "legacy.job.v2"
   */
  public String domain() {
    return info.getDomain();
  }

  /**
   * Returns the reason, which is the name of the enum value, also if your enum does not have it.
   *
   * @return for example "JOB_NOT_FOUND"
   */
  public String reason() {
    return info.getReason();
  }

  /**
   * Returns the code as the legacy system writes it, also if your enum does not have it.
   *
   * @return for example "1233106" or "401.1", never empty
   */
  public String legacyCode() {
    return info.getMetadataOrThrow(LEGACY_CODE);
  }

  /**
   * Returns the ErrorInfo's metadata: the message's arguments by name, {@code legacy_code}, and
   * {@code request_id} if the server sent one.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> metadata() {
    return info.getMetadataMap();
  }

  /**
   * Returns the id of the failed request. Empty if the server sent none.
   *
   * @return the id
   */
  public Optional<String> requestId() {
    return Optional.ofNullable(metadata().get(REQUEST_ID));
  }

  /**
   * Returns how long to wait before the same call may succeed. Empty if the call should not be
   * repeated unchanged.
   *
   * @return the delay, greater than zero
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * Returns the request field at fault. Empty if the server names none.
   *
   * @return the field's name
   */
  public Optional<String> field() {
    return Optional.ofNullable(field);
  }

  /**
   * Returns the message as sent, in the legacy system's language. {@link #messageIn} returns
   * translations.
   */
  @Override
  public String getMessage() {
    return super.getMessage();
  }

  /**
   * Returns the message in another language, made from the translations in the enum value's options
   * and from this error's metadata. The language is found by RFC 4647 lookup ("en-GB" matches
   * "en"), then by filtering ("zh" matches "zh-CN").
   *
   * @param locale the reader's language
   * @return the message; as sent if no translation matches and if {@link #descriptor} is empty
   */
  public String messageIn(Locale locale) {
    return descriptor()
        .flatMap(value -> Translation.render(value, locale, metadata()))
        .orElse(getMessage());
  }

  /** Returns the class, domain, reason and message, for logs and stack traces. */
  @Override
  public String toString() {
    return getClass().getName() + ": " + domain() + "." + reason() + ": " + getMessage();
  }

  /** Returns the enum value that an ErrorInfo names, null if no system has it. */
  private static EnumValueDescriptor find(ErrorInfo info, EnumDescriptor... systems) {
    for (EnumDescriptor system : systems) {
      if (isOf(system, info)) {
        EnumValueDescriptor value = system.findValueByName(info.getReason());
        // The zero value exists because proto3 requires one. It is not a code.
        if (value != null && value.getNumber() != 0) {
          return value;
        }
      }
    }
    return null;
  }

  /**
   * Reports whether a system has an ErrorInfo's domain, which is the scope of the enum's values. In
   * protobuf they are siblings of their enum; Java's {@code EnumValueDescriptor.getFullName} has
   * the enum's name in between.
   */
  private static boolean isOf(EnumDescriptor system, ErrorInfo info) {
    String name = system.getFullName();
    return name.substring(0, Math.max(name.lastIndexOf('.'), 0)).equals(info.getDomain());
  }

  /** Returns the details of one type, without broken ones. */
  private static <M extends Message> List<M> details(com.google.rpc.Status status, Class<M> type) {
    List<M> found = new ArrayList<>();
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(type)) {
          found.add(detail.unpack(type));
        }
      } catch (InvalidProtocolBufferException e) {
        continue; // One broken detail must not hide the others.
      }
    }
    return found;
  }

  /** Returns the delay of a RetryInfo. Empty if it is zero or not a valid duration. */
  private static Optional<Duration> delay(RetryInfo info) {
    long seconds = info.getRetryDelay().getSeconds();
    int nanos = info.getRetryDelay().getNanos();
    // The limits of google/protobuf/duration.proto. java.time.Duration throws beyond its range.
    return seconds >= 0
            && seconds <= 315_576_000_000L
            && nanos >= 0
            && nanos <= 999_999_999
            && (seconds > 0 || nanos > 0)
        ? Optional.of(Duration.ofSeconds(seconds, nanos))
        : Optional.empty();
  }
}
