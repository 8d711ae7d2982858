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
import com.google.rpc.ErrorInfo;
import com.google.rpc.Help;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.statusmap.v1.CodeOptions;
import io.statusmap.v1.SystemOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

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
  private final String helpLink; // null if there is none
  private final transient List<Violation> violations;
  private final transient Enums known;
  private final transient EnumValueDescriptor descriptor; // null if no known enum has the code

  private LegacyError(
      com.google.rpc.Status status, ErrorInfo info, Enums known, Throwable cause) {
    super(status.getMessage(), cause);
    this.grpcCode = Status.fromCodeValue(status.getCode()).getCode();
    this.info = info;
    this.known = known;
    this.descriptor = known.find(info.getDomain(), info.getReason()).orElse(null);
    this.retryAfter =
        details(status, RetryInfo.class).stream()
            .map(LegacyError::delay)
            .flatMap(Optional::stream)
            .findFirst()
            .orElse(null);
    this.helpLink =
        details(status, Help.class).stream()
            .flatMap(help -> help.getLinksList().stream())
            .map(Help.Link::getUrl)
            .filter(url -> !url.isEmpty())
            .findFirst()
            .orElse(null);
    this.violations = Violations.read(status, info.getDomain(), descriptor, known);
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
   * @param systems the enums that codes are looked up in, for example {@code
   *     Code.getDescriptor()}: those of systems, and those that the systems include. Descriptors
   *     that were loaded at run time work too. {@link #descriptor} and all that is said to be empty
   *     if it is, {@link #messageIn}, the codes of {@link #violations} and the masks of {@link
   *     #toString} need them. Default: none, which is enough for everything else. If a status has
   *     several ErrorInfos, the first of the domain of one of these enums is read, otherwise the
   *     first with a {@code legacy_code}
   * @return the legacy error
   */
  public static Optional<LegacyError> fromError(Throwable error, EnumDescriptor... systems) {
    return fromError(error, new Enums(systems));
  }

  private static Optional<LegacyError> fromError(Throwable error, Enums known) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable t = error; t != null && seen.add(t); t = t.getCause()) {
      Optional<LegacyError> found = Optional.empty();
      if (t instanceof StatusRuntimeException || t instanceof StatusException) {
        found = read(t, known);
      } else if (t instanceof LegacyError) {
        // Without a descriptor, these enums may know more: read its cause again.
        found =
            Optional.of((LegacyError) t).filter(e -> e.descriptor != null || known.isEmpty());
      }
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Reads the status of a StatusRuntimeException or StatusException. */
  private static Optional<LegacyError> read(Throwable error, Enums known) {
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
      if (known.has(info.getDomain())) {
        first = info;
        break;
      }
      first = first == null ? info : first;
    }
    return Optional.ofNullable(first).map(info -> new LegacyError(status, info, known, error));
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
    return Enums.constant(type, domain(), reason());
  }

  /**
   * Returns the descriptor of the code's enum value, which has its number and options. Empty if
   * none of the enums given to {@link #fromError} has the code.
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
   * Returns the code as the legacy system writes it, also if your enum does not have it. It is the
   * code as received, which may be one of those that the option {@code reads} matches.
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
   * Returns the request field at fault: the first that {@link #violations} name. Empty if they name
   * none.
   *
   * @return the field's name
   */
  public Optional<String> field() {
    return violations.stream().map(Violation::field).filter(f -> !f.isEmpty()).findFirst();
  }

  /**
   * Returns what is wrong with the request: the violations of {@code google.rpc.BadRequest}, then
   * those of protovalidate's {@code buf.validate.Violations}.
   *
   * @return an unmodifiable list of 128 violations at most; empty if the server sent none
   */
  public List<Violation> violations() {
    return violations;
  }

  /**
   * Returns the URL of a page about the error: the first link of {@code google.rpc.Help}, otherwise
   * the option {@code help} of the code's system. Empty if there is neither, and if the code is of
   * several systems with different URLs.
   *
   * @return the URL, as the server or the option has it
   */
  public Optional<String> help() {
    return Optional.ofNullable(helpLink)
        .or(
            () ->
                descriptor()
                    .flatMap(
                        code ->
                            Templates.help(
                                systems(code), domain(), reason(), Options.legacyCode(code))));
  }

  /**
   * Returns what the error means, in Markdown, from the option {@code explanation}. Empty if the
   * code has none or {@link #descriptor} is empty.
   *
   * @return the explanation
   */
  public Optional<String> explanation() {
    return option(CodeOptions::getExplanation);
  }

  /**
   * Returns what to do about the error, in Markdown, from the option {@code resolution}. Empty if
   * the code has none or {@link #descriptor} is empty.
   *
   * @return the resolution
   */
  public Optional<String> resolution() {
    return option(CodeOptions::getResolution);
  }

  /**
   * Returns the version of the API that introduced the code, from the option {@code since}. Empty
   * if the code has none or {@link #descriptor} is empty.
   *
   * @return the version
   */
  public Optional<String> since() {
    return option(CodeOptions::getSince);
  }

  /**
   * Returns the reason, or the full name in another domain, of the code to use instead of this one,
   * from the option {@code replaced_by}. Empty if the code has none or {@link #descriptor} is
   * empty.
   *
   * @return for example "PARCEL_NOT_FOUND"
   */
  public Optional<String> replacedBy() {
    return option(CodeOptions::getReplacedBy);
  }

  /**
   * Reports whether the enum value has protobuf's option {@code deprecated}. False if {@link
   * #descriptor} is empty.
   *
   * @return whether the code is deprecated
   */
  public boolean deprecated() {
    return descriptor().filter(code -> code.getOptions().getDeprecated()).isPresent();
  }

  /**
   * Returns the message as sent, in the language in which the legacy system answers by default. It
   * has the values of sensitive arguments, which {@link #toString} masks. {@link #messageIn}
   * returns translations.
   */
  @Override
  public String getMessage() {
    return super.getMessage();
  }

  /**
   * Returns the message in another language, made from the options of the enum value and from this
   * error's metadata. The language is found by RFC 4647 lookup ("en-GB" matches "en"), then by
   * filtering ("zh" matches "zh-CN"). The message has the values of sensitive arguments.
   *
   * @param locale the reader's language
   * @return the message; as sent if no translation matches and if {@link #descriptor} is empty
   */
  public String messageIn(Locale locale) {
    return descriptor()
        .flatMap(
            code ->
                Options.of(code)
                    .flatMap(
                        options ->
                            Templates.translate(options, systems(code), locale, metadata())))
        .orElse(getMessage());
  }

  /**
   * Returns the class, domain, reason and message, for logs and stack traces. If the code has
   * sensitive arguments, the message is made from the code's template, with {@code ***} in their
   * places.
   *
   * <p>{@link #getMessage}, {@link #metadata} and the text of {@link #getCause} have the values.
   */
  @Override
  public String toString() {
    String message =
        descriptor()
            .flatMap(
                code ->
                    Options.of(code)
                        .flatMap(
                            options ->
                                Templates.mask(
                                    options, Templates.sent(options, systems(code)), metadata())))
            .orElse(getMessage());
    return getClass().getName() + ": " + domain() + "." + reason() + ": " + message;
  }

  /** Returns the options of a code's systems. Empty if the program does not know them. */
  private Collection<SystemOptions> systems(EnumValueDescriptor code) {
    return known.systems(code.getType()).values();
  }

  /** Returns a text in the options of the code. Empty if it is not set. */
  private Optional<String> option(Function<CodeOptions, String> text) {
    return descriptor().flatMap(Options::of).map(text).filter(value -> !value.isEmpty());
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
