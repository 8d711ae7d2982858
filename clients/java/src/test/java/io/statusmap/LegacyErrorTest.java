package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.ProtocolMessageEnum;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.statusmap.v1.OptionsProto;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import legacy.job.v2.Code;
import legacy.job.v2.CodeProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LegacyErrorTest {
  private static final String DOMAIN = "legacy.job.v2";
  private static final ErrorInfo JOB_NOT_FOUND =
      info(DOMAIN, "JOB_NOT_FOUND", "1233106").toBuilder().putMetadata("job_id", "42").build();
  private static final LegacyError.Reader READER = LegacyError.Reader.of(Code.getDescriptor());

  @Test
  void readsEverything() {
    ErrorInfo info = JOB_NOT_FOUND.toBuilder().putMetadata("request_id", "r-1").build();
    LegacyError error =
        READER
            .from(
                thrown(
                    info,
                    RetryInfo.newBuilder().setRetryDelay(duration(1, 500_000_000)).build(),
                    badRequest("job_id")))
            .orElseThrow();
    assertEquals(Status.Code.NOT_FOUND, error.status());
    assertEquals(DOMAIN, error.domain());
    assertEquals("JOB_NOT_FOUND", error.reason());
    assertEquals("1233106", error.legacyCode());
    assertEquals(
        Map.of("legacy_code", "1233106", "job_id", "42", "request_id", "r-1"), error.metadata());
    assertEquals(Optional.of("r-1"), error.requestId());
    assertEquals(Optional.of(Duration.ofMillis(1500)), error.retryAfter());
    assertEquals(Optional.of("job_id"), error.field());
    assertEquals("作业 42 不存在", error.message());
    assertEquals("legacy.job.v2.JOB_NOT_FOUND: 作业 42 不存在", error.toString());
    assertEquals(Optional.of(Code.JOB_NOT_FOUND.getValueDescriptor()), error.code());
  }

  @Test
  void optionalsAreEmptyWhereNothingWasSent() {
    LegacyError error = READER.from(thrown(JOB_NOT_FOUND)).orElseThrow();
    assertEquals(Optional.empty(), error.requestId());
    assertEquals(Optional.empty(), error.retryAfter());
    assertEquals(Optional.empty(), error.field());
  }

  @Test
  void metadataIsUnmodifiable() {
    Map<String, String> metadata = READER.from(thrown(JOB_NOT_FOUND)).orElseThrow().metadata();
    assertThrows(UnsupportedOperationException.class, metadata::clear);
  }

  @Test
  void codeIsOfOneSystem() {
    LegacyError error = LegacyError.from(thrown(JOB_NOT_FOUND)).orElseThrow();
    assertEquals(Optional.of(Code.JOB_NOT_FOUND), error.code(Code.class));
    assertTrue(error.is(Code.JOB_NOT_FOUND));
    assertFalse(error.is(Code.INTERNAL_ERROR));
    // The same reason in the older version of the same API.
    assertEquals("JOB_NOT_FOUND", legacy.job.v1.Code.JOB_NOT_FOUND.name());
    assertFalse(error.is(legacy.job.v1.Code.JOB_NOT_FOUND));
    assertEquals(Optional.empty(), error.code(legacy.job.v1.Code.class));
  }

  @Test
  void oneNumberInTwoSystems() {
    int number = 10001;
    LegacyError error =
        LegacyError.from(thrown(info("legacy.apiswitch.v1", "ILLEGAL_PARAMETER", "10001")))
            .orElseThrow();
    assertEquals(number, legacy.apiswitch.v1.Code.ILLEGAL_PARAMETER.getNumber());
    assertEquals(number, legacy.jarvis.v2.Code.SKEY_GRANTED.getNumber());
    assertTrue(error.is(legacy.apiswitch.v1.Code.ILLEGAL_PARAMETER));
    assertFalse(error.is(legacy.jarvis.v2.Code.SKEY_GRANTED));
  }

  @Test
  void codeInSwitch() {
    LegacyError error = LegacyError.from(thrown(JOB_NOT_FOUND)).orElseThrow();
    String what =
        switch (error.code(Code.class).orElse(Code.UNRECOGNIZED)) {
          case JOB_NOT_FOUND -> "found it";
          default -> "";
        };
    assertEquals("found it", what);
  }

  @ParameterizedTest
  @ValueSource(strings = {"A_REASON_OF_TOMORROW", "UNRECOGNIZED", "", "job_not_found"})
  void reasonThatTheEnumDoesNotHave(String reason) {
    LegacyError error = READER.from(thrown(info(DOMAIN, reason, "9999999"))).orElseThrow();
    assertEquals(reason, error.reason());
    assertEquals("9999999", error.legacyCode());
    assertEquals(Optional.empty(), error.code());
    assertEquals(Optional.empty(), error.code(Code.class));
    assertFalse(error.is(Code.JOB_NOT_FOUND));
    assertFalse(error.is(Code.UNRECOGNIZED));
    assertFalse(error.is((Code) null));
    assertEquals(error.message(), error.message(Locale.ENGLISH));
  }

  @Test
  void domainThatTheReaderDoesNotKnow() {
    LegacyError error = READER.from(thrown(info("acme.v1", "JOB_NOT_FOUND", "7"))).orElseThrow();
    assertEquals("7", error.legacyCode());
    assertEquals(Optional.empty(), error.code());
    assertFalse(error.is(Code.JOB_NOT_FOUND));
  }

  /** An enum as protoc generates it for two names of one number: the second is no constant. */
  private enum Aliased implements ProtocolMessageEnum {
    FIRST;

    static final Aliased SECOND = FIRST;

    private static final EnumDescriptor DESCRIPTOR =
        build(
                FileDescriptorProto.newBuilder()
                    .setPackage("acme.v1")
                    .addEnumType(
                        EnumDescriptorProto.newBuilder()
                            .setName("Aliased")
                            .setOptions(EnumOptions.newBuilder().setAllowAlias(true))
                            .addValue(value("FIRST", 0))
                            .addValue(value("SECOND", 0)))
                    .build())
            .findEnumTypeByName("Aliased");

    @Override
    public int getNumber() {
      return 0;
    }

    @Override
    public EnumValueDescriptor getValueDescriptor() {
      return DESCRIPTOR.getValue(0);
    }

    @Override
    public EnumDescriptor getDescriptorForType() {
      return DESCRIPTOR;
    }
  }

  @Test
  void aliasIsTheSameCode() {
    LegacyError error = LegacyError.from(thrown(info("acme.v1", "SECOND", "1"))).orElseThrow();
    assertEquals(Optional.of(Aliased.FIRST), error.code(Aliased.class));
    assertTrue(error.is(Aliased.SECOND));
  }

  @Test
  void findsItInCauses() {
    StatusRuntimeException e = thrown(JOB_NOT_FOUND);
    assertTrue(LegacyError.from(new ExecutionException(new RuntimeException(e))).isPresent());
    assertTrue(
        LegacyError.from(e.getStatus().asException(e.getTrailers())).isPresent(), "checked");
    // The outer status says nothing of a code; the one that caused it does.
    assertTrue(LegacyError.from(Status.UNKNOWN.withCause(e).asRuntimeException()).isPresent());
  }

  @Test
  void causesInACircle() {
    RuntimeException a = new RuntimeException("a");
    RuntimeException b = new RuntimeException("b", a);
    a.initCause(b);
    assertEquals(Optional.empty(), LegacyError.from(a));
  }

  @Test
  void notOurs() {
    assertEquals(Optional.empty(), LegacyError.from(null));
    assertEquals(Optional.empty(), LegacyError.from(new IllegalStateException("local")));
    assertEquals(Optional.empty(), LegacyError.from(Status.UNAVAILABLE.asRuntimeException()));
    assertEquals(
        Optional.empty(),
        LegacyError.from(thrown(ErrorInfo.newBuilder().setDomain("googleapis.com").build())));
    assertEquals(Optional.empty(), LegacyError.from(thrown(info(DOMAIN, "JOB_NOT_FOUND", ""))));
    assertEquals(Optional.empty(), READER.from(Status.OK, new Metadata()));
    assertEquals(Optional.empty(), READER.from(Status.NOT_FOUND, null));
  }

  @Test
  void ofTwoErrorInfosTheOneOfAKnownSystem() {
    StatusRuntimeException e =
        thrown(
            ErrorInfo.newBuilder().setDomain("googleapis.com").setReason("STOCKOUT").build(),
            info("acme.v1", "BROKEN", "1"),
            JOB_NOT_FOUND);
    assertEquals("BROKEN", LegacyError.from(e).orElseThrow().reason());
    assertEquals("JOB_NOT_FOUND", READER.from(e).orElseThrow().reason());
  }

  @Test
  void brokenDetailsHideNothing() {
    Any brokenInfo = Any.pack(JOB_NOT_FOUND).toBuilder().setValue(bytes(0x0A, 0x7F)).build();
    Any brokenText =
        Any.pack(JOB_NOT_FOUND).toBuilder().setValue(bytes(0x0A, 0x02, 0xFF, 0xFE)).build();
    Any brokenRetry =
        Any.pack(RetryInfo.getDefaultInstance()).toBuilder().setValue(bytes(0x0A)).build();
    assertEquals(Optional.empty(), READER.from(thrown(brokenInfo, brokenText)));
    LegacyError error =
        READER
            .from(
                thrown(
                    brokenInfo,
                    brokenText,
                    brokenRetry,
                    Any.getDefaultInstance(),
                    Any.newBuilder().setTypeUrl("no slash").build(),
                    Any.pack(JOB_NOT_FOUND, "another.host/with/a/path"),
                    Any.pack(badRequest(""))))
            .orElseThrow();
    assertTrue(error.is(Code.JOB_NOT_FOUND));
    assertEquals(Optional.empty(), error.retryAfter());
    assertEquals(Optional.empty(), error.field());
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0",
    "0, -1",
    "0, 1000000000",
    "315576000001, 0",
    "9223372036854775807, 999999999"
  })
  void delayThatIsNone(long seconds, int nanos) {
    RetryInfo retry = RetryInfo.newBuilder().setRetryDelay(duration(seconds, nanos)).build();
    assertEquals(
        Optional.empty(), READER.from(thrown(JOB_NOT_FOUND, retry)).orElseThrow().retryAfter());
  }

  @Test
  void delayOfZeroIsOne() {
    RetryInfo retry = RetryInfo.newBuilder().setRetryDelay(duration(0, 0)).build();
    assertEquals(
        Optional.of(Duration.ZERO),
        READER.from(thrown(JOB_NOT_FOUND, retry)).orElseThrow().retryAfter());
    assertEquals(
        Optional.empty(),
        READER.from(thrown(JOB_NOT_FOUND, RetryInfo.getDefaultInstance())).orElseThrow()
            .retryAfter());
  }

  /** Whatever a server sends as grpc-status-details-bin: cut off anywhere, or with bytes changed. */
  @Test
  void anyBytes() {
    byte[] good =
        status(JOB_NOT_FOUND, badRequest("job_id"), RetryInfo.getDefaultInstance()).toByteArray();
    for (int length = 0; length < good.length; length++) {
      read(Arrays.copyOf(good, length));
    }
    Random random = new Random(1207101);
    for (int i = 0; i < 50_000; i++) {
      byte[] bad = good.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      read(bad);
    }
  }

  private static void read(byte[] details) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER), details);
    READER
        .from(Status.NOT_FOUND, trailers)
        .ifPresent(
            error -> {
              assertFalse(error.legacyCode().isEmpty());
              error.message(Locale.ENGLISH);
              error.code(Code.class);
              error.is(Code.JOB_NOT_FOUND);
              error.retryAfter();
              error.field();
              error.requestId();
            });
  }

  @Test
  void readerTakesOneEnumOfEachDomain() {
    LegacyError.Reader.of(Code.getDescriptor(), Code.getDescriptor());
    EnumDescriptor copy = loadedAtRunTime(CodeProto.getDescriptor());
    assertThrows(
        IllegalArgumentException.class, () -> LegacyError.Reader.of(Code.getDescriptor(), copy));
  }

  /** Such options are bytes of an unknown field until they are parsed with the extension. */
  @Test
  void messageOfADescriptorLoadedAtRunTime() {
    EnumDescriptor system = loadedAtRunTime(CodeProto.getDescriptor());
    assertFalse(system.getOptions().hasExtension(OptionsProto.system));
    LegacyError error = LegacyError.Reader.of(system).from(thrown(JOB_NOT_FOUND)).orElseThrow();
    assertEquals(Optional.of(1233106), error.code().map(EnumValueDescriptor::getNumber));
    assertEquals("Job 42 does not exist", error.message(Locale.ENGLISH));
  }

  @Test
  void enumInsideAMessageAndInNoPackage() {
    FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder().setName("x.proto");
    file.addEnumTypeBuilder().setName("Code").addValue(value("GONE", 0));
    file.addMessageTypeBuilder()
        .setName("Errors")
        .addEnumTypeBuilder()
        .setName("Code")
        .addValue(value("LOST", 0));
    FileDescriptor built = build(file.build());
    Descriptor errors = built.findMessageTypeByName("Errors");
    LegacyError.Reader reader =
        LegacyError.Reader.of(built.findEnumTypeByName("Code"), errors.getEnumTypes().get(0));
    assertTrue(reader.from(thrown(info("", "GONE", "1"))).orElseThrow().code().isPresent());
    assertTrue(reader.from(thrown(info("Errors", "LOST", "1"))).orElseThrow().code().isPresent());
  }

  @Test
  void enumWithBrokenOptionsSaysWhatWasSent() {
    FileDescriptorProto.Builder file = CodeProto.getDescriptor().toProto().toBuilder();
    UnknownFieldSet.Field broken =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes(0x12, 0x7F)).build();
    file.getEnumTypeBuilder(0)
        .setOptions(
            EnumOptions.newBuilder()
                .setUnknownFields(
                    UnknownFieldSet.newBuilder()
                        .addField(OptionsProto.SYSTEM_FIELD_NUMBER, broken)
                        .build()));
    FileDescriptor built = build(file.build(), OptionsProto.getDescriptor());
    LegacyError error =
        LegacyError.Reader.of(built.findEnumTypeByName("Code"))
            .from(thrown(JOB_NOT_FOUND))
            .orElseThrow();
    assertEquals(error.message(), error.message(Locale.ENGLISH));
  }

  private static EnumDescriptor loadedAtRunTime(FileDescriptor file) {
    try {
      FileDescriptorProto copy = FileDescriptorProto.parseFrom(file.toProto().toByteString());
      return build(copy, file.getDependencies().toArray(FileDescriptor[]::new))
          .findEnumTypeByName("Code");
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FileDescriptor build(FileDescriptorProto file, FileDescriptor... dependencies) {
    try {
      return FileDescriptor.buildFrom(file, dependencies);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static EnumValueDescriptorProto value(String name, int number) {
    return EnumValueDescriptorProto.newBuilder().setName(name).setNumber(number).build();
  }

  private static ErrorInfo info(String domain, String reason, String legacyCode) {
    return ErrorInfo.newBuilder()
        .setDomain(domain)
        .setReason(reason)
        .putMetadata("legacy_code", legacyCode)
        .build();
  }

  private static BadRequest badRequest(String field) {
    return BadRequest.newBuilder()
        .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField(field))
        .build();
  }

  private static com.google.protobuf.Duration duration(long seconds, int nanos) {
    return com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  private static com.google.rpc.Status status(Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.NOT_FOUND.value())
            .setMessage("作业 42 不存在");
    for (Message detail : details) {
      status.addDetails(detail instanceof Any any ? any : Any.pack(detail));
    }
    return status.build();
  }

  private static StatusRuntimeException thrown(Message... details) {
    return StatusProto.toStatusRuntimeException(status(details));
  }
}
