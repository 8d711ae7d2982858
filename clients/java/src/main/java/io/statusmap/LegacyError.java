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
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An error with a legacy code, read from a gRPC status.
 *
 * <p>A statusmap server names the code in the status's {@code google.rpc.ErrorInfo}: domain + "." +
 * reason is the full protobuf name of an enum value, so {@link #is} and {@link #code(Class)} need
 * your generated enum and no table.
 *
 * <p>Reading never throws. A status without an ErrorInfo that has a {@code legacy_code}, a local
 * error, and details that are broken give an empty {@link Optional}: not an error of such a server.
 * A reason that your enum does not have yet gives an error whose {@link #code(Class)} is empty; its
 * {@link #legacyCode} and {@link #message()} are there.
 *
 * <p>Immutable and safe for concurrent use.
 */
public final class LegacyError {
  private static final String LEGACY_CODE = "legacy_code";
  private static final String REQUEST_ID = "request_id";
  private static final Reader WITHOUT_SYSTEMS = Reader.of();

  private final Status.Code status;
  private final String message;
  private final ErrorInfo info;
  private final Duration retryAfter; // null where there is none
  private final String field; // null where there is none
  private final EnumValueDescriptor code; // null where the reader does not know it

  private LegacyError(com.google.rpc.Status status, ErrorInfo info, EnumValueDescriptor code) {
    this.status = Status.fromCodeValue(status.getCode()).getCode();
    this.message = status.getMessage();
    this.info = info;
    this.code = code;
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
   * Returns the legacy error in an exception or in one of its causes, the outermost first. Empty
   * where there is none, as for null.
   *
   * <p>It knows no enum, so {@link #code()} is empty and {@link #message(Locale)} says what was
   * sent; with a {@link Reader} they know more.
   *
   * @param throwable what a call threw: a {@link StatusRuntimeException}, a {@link
   *     StatusException}, or anything that wraps one
   * @return the legacy error
   */
  public static Optional<LegacyError> from(Throwable throwable) {
    return WITHOUT_SYSTEMS.from(throwable);
  }

  /**
   * Tells whether this is the error of a code. Domain and reason count, so that two systems that
   * use one number for different things are kept apart.
   *
   * @param <E> the generated enum
   * @param code a value of the generated enum of any system
   * @return whether this is its error
   */
  public <E extends Enum<E> & ProtocolMessageEnum> boolean is(E code) {
    return code != null && code(code.getDeclaringClass()).filter(code::equals).isPresent();
  }

  /**
   * Returns the code as a value of a system's generated enum. Empty where the error is of another
   * system, and where the enum is older than the server and does not have it. It is never {@code
   * UNRECOGNIZED}, which makes that a good default: {@code switch
   * (error.code(Code.class).orElse(Code.UNRECOGNIZED))}.
   *
   * @param <E> the generated enum
   * @param type its class
   * @return the enum value
   */
  public <E extends Enum<E> & ProtocolMessageEnum> Optional<E> code(Class<E> type) {
    EnumDescriptor system = type.getEnumConstants()[0].getDescriptorForType();
    // The Java constant of a number is named after the first of its values.
    return value(system, info)
        .map(value -> Enum.valueOf(type, system.findValueByNumber(value.getNumber()).getName()));
  }

  /**
   * Returns the code as an enum value of one of the systems that the {@link Reader} was made with.
   * Empty where none of them has it.
   *
   * @return the descriptor, which has the number, the full name and the options
   */
  public Optional<EnumValueDescriptor> code() {
    return Optional.ofNullable(code);
  }

  /**
   * Returns the gRPC code.
   *
   * @return the code, never OK
   */
  public Status.Code status() {
    return status;
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
   * Returns the reason, which is the name of the enum value; there also where no enum has it.
   *
   * @return for example "JOB_NOT_FOUND"
   */
  public String reason() {
    return info.getReason();
  }

  /**
   * Returns the code as the legacy system writes it, as sent; there also where no enum has it.
   *
   * @return for example "1233106" or "401.1", never empty
   */
  public String legacyCode() {
    return info.getMetadataOrThrow(LEGACY_CODE);
  }

  /**
   * Returns the ErrorInfo's metadata: the arguments of the message by name, {@code legacy_code},
   * and {@code request_id} where there is one.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> metadata() {
    return info.getMetadataMap();
  }

  /**
   * Returns the id of the failed request, where the server knew one.
   *
   * @return the id
   */
  public Optional<String> requestId() {
    return Optional.ofNullable(metadata().get(REQUEST_ID));
  }

  /**
   * Returns how long to wait before the same call may succeed. Empty where it should not be
   * repeated as it is.
   *
   * @return the delay, not negative
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * Returns the request field at fault, where the code names one.
   *
   * @return the field's name
   */
  public Optional<String> field() {
    return Optional.ofNullable(field);
  }

  /**
   * Returns the message as sent, which is in the legacy system's own language.
   *
   * @return the message
   */
  public String message() {
    return message;
  }

  /**
   * Returns the message in another language, written from the translations in the enum value's
   * options and this error's metadata. The language is found by RFC 4647 lookup ("en-GB" takes
   * "en"), then by filtering ("zh" takes "zh-CN").
   *
   * @param locale the reader's language
   * @return the message, as sent where there is no translation and where {@link #code()} is empty
   */
  public String message(Locale locale) {
    return code().flatMap(c -> Translation.render(c, locale, metadata())).orElse(message);
  }

  /** Returns domain, reason and message, for people. */
  @Override
  public String toString() {
    return domain() + "." + reason() + ": " + message;
  }

  /** Reads legacy errors of systems that it knows. Immutable and safe for concurrent use. */
  public static final class Reader {
    private final Map<String, EnumDescriptor> systems;

    private Reader(Map<String, EnumDescriptor> systems) {
      this.systems = systems;
    }

    /**
     * Returns a reader that knows some systems.
     *
     * @param systems the systems' enums, for example {@code Code.getDescriptor()}; descriptors that
     *     were loaded at run time will do
     * @return the reader
     * @throws IllegalArgumentException where two of them are of one domain
     */
    public static Reader of(EnumDescriptor... systems) {
      Map<String, EnumDescriptor> byDomain = new HashMap<>();
      for (EnumDescriptor system : systems) {
        EnumDescriptor other = byDomain.put(domainOf(system), system);
        if (other != null && other != system) {
          throw new IllegalArgumentException(
              other.getFullName() + " and " + system.getFullName() + " are of one domain");
        }
      }
      return new Reader(byDomain);
    }

    /**
     * Returns the legacy error in an exception or in one of its causes, the outermost first. Empty
     * where there is none, as for null.
     *
     * @param throwable what a call threw: a {@link StatusRuntimeException}, a {@link
     *     StatusException}, or anything that wraps one
     * @return the legacy error
     */
    public Optional<LegacyError> from(Throwable throwable) {
      Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Throwable t = throwable; t != null && seen.add(t); t = t.getCause()) {
        Optional<LegacyError> found = Optional.empty();
        if (t instanceof StatusRuntimeException) {
          StatusRuntimeException e = (StatusRuntimeException) t;
          found = from(e.getStatus(), e.getTrailers());
        } else if (t instanceof StatusException) {
          StatusException e = (StatusException) t;
          found = from(e.getStatus(), e.getTrailers());
        }
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }

    /**
     * Returns the legacy error in the end of a call, as an interceptor sees it in {@code
     * ClientCall.Listener.onClose}. Empty where there is none, as for OK.
     *
     * @param status the call's status
     * @param trailers the call's trailers, or null
     * @return the legacy error
     */
    public Optional<LegacyError> from(Status status, Metadata trailers) {
      if (status.isOk()) {
        return Optional.empty();
      }
      com.google.rpc.Status proto;
      try {
        proto = StatusProto.fromStatusAndTrailers(status, trailers);
      } catch (RuntimeException e) {
        // Bytes that are no google.rpc.Status, or one whose code is not the call's: gRPC says to
        // trust neither.
        return Optional.empty();
      }
      // There should be one ErrorInfo. Of more, take one of a system that we know, else the first.
      ErrorInfo first = null;
      for (ErrorInfo info : details(proto, ErrorInfo.class)) {
        if (info.getMetadataOrDefault(LEGACY_CODE, "").isEmpty()) {
          continue;
        }
        EnumDescriptor system = systems.get(info.getDomain());
        if (system != null) {
          return Optional.of(new LegacyError(proto, info, value(system, info).orElse(null)));
        }
        first = first == null ? info : first;
      }
      return first == null ? Optional.empty() : Optional.of(new LegacyError(proto, first, null));
    }
  }

  /** Returns the value of an enum that an ErrorInfo names. */
  private static Optional<EnumValueDescriptor> value(EnumDescriptor system, ErrorInfo info) {
    return info.getDomain().equals(domainOf(system))
        ? Optional.ofNullable(system.findValueByName(info.getReason()))
        : Optional.empty();
  }

  /**
   * Returns the scope of an enum's values. In protobuf they are siblings of their enum; Java's
   * {@code EnumValueDescriptor.getFullName} has the enum's name in between.
   */
  private static String domainOf(EnumDescriptor system) {
    String name = system.getFullName();
    return name.substring(0, Math.max(name.lastIndexOf('.'), 0));
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
        continue; // A server's mistake must not hide what it got right.
      }
    }
    return found;
  }

  private static Optional<Duration> delay(RetryInfo info) {
    long seconds = info.getRetryDelay().getSeconds();
    int nanos = info.getRetryDelay().getNanos();
    // The bounds that google/protobuf/duration.proto sets; java.time.Duration throws beyond its own.
    return info.hasRetryDelay()
            && seconds >= 0
            && seconds <= 315_576_000_000L
            && nanos >= 0
            && nanos <= 999_999_999
        ? Optional.of(Duration.ofSeconds(seconds, nanos))
        : Optional.empty();
  }
}
