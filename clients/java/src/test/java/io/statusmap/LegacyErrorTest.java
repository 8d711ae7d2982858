/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueOptions;
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
import com.google.rpc.Help;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.statusmap.v1.OptionsProto;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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

  @Test
  void readsEverything() {
    ErrorInfo info = JOB_NOT_FOUND.toBuilder().putMetadata("request_id", "r-1").build();
    StatusRuntimeException e =
        thrown(
            info,
            RetryInfo.newBuilder().setRetryDelay(duration(1, 500_000_000)).build(),
            badRequest("job_id"));
    LegacyError error = read(e);
    assertEquals(Status.Code.NOT_FOUND, error.grpcCode());
    assertEquals(DOMAIN, error.domain());
    assertEquals("JOB_NOT_FOUND", error.reason());
    assertEquals("1233106", error.legacyCode());
    assertEquals(
        Map.of("legacy_code", "1233106", "job_id", "42", "request_id", "r-1"), error.metadata());
    assertEquals(Optional.of("r-1"), error.requestId());
    assertEquals(Optional.of(Duration.ofMillis(1500)), error.retryAfter());
    assertEquals(Optional.of("job_id"), error.field());
    assertEquals("作业 42 不存在", error.getMessage());
    assertEquals(
        "io.statusmap.LegacyError: legacy.job.v2.JOB_NOT_FOUND: 作业 42 不存在", error.toString());
    assertEquals(Optional.of(Code.JOB_NOT_FOUND.getValueDescriptor()), error.descriptor());
    assertSame(e, error.getCause());
  }

  @Test
  void optionalsAreEmptyIfNothingWasSent() {
    LegacyError error = read(thrown(JOB_NOT_FOUND));
    assertEquals(Optional.empty(), error.requestId());
    assertEquals(Optional.empty(), error.retryAfter());
    assertEquals(Optional.empty(), error.field());
    assertEquals(List.of(), error.violations());
    assertEquals(Optional.empty(), error.help());
    assertEquals(Optional.empty(), error.explanation());
    assertEquals(Optional.empty(), error.resolution());
    assertEquals(Optional.empty(), error.since());
    assertEquals(Optional.empty(), error.replacedBy());
    assertFalse(error.deprecated());
  }

  @Test
  void metadataIsUnmodifiable() {
    Map<String, String> metadata = read(thrown(JOB_NOT_FOUND)).metadata();
    assertThrows(UnsupportedOperationException.class, metadata::clear);
  }

  @Test
  void codeInIsOfOneSystem() {
    LegacyError error = LegacyError.fromError(thrown(JOB_NOT_FOUND)).orElseThrow();
    assertEquals(Optional.of(Code.JOB_NOT_FOUND), error.codeIn(Code.class));
    assertTrue(error.is(Code.JOB_NOT_FOUND));
    assertFalse(error.is(Code.INTERNAL_ERROR));
    // The same reason in the older version of the same API.
    assertEquals("JOB_NOT_FOUND", legacy.job.v1.Code.JOB_NOT_FOUND.name());
    assertFalse(error.is(legacy.job.v1.Code.JOB_NOT_FOUND));
    assertEquals(Optional.empty(), error.codeIn(legacy.job.v1.Code.class));
  }

  @Test
  void oneNumberInTwoSystems() {
    int number = 10001;
    LegacyError error =
        LegacyError.fromError(thrown(info("legacy.apiswitch.v1", "ILLEGAL_PARAMETER", "10001")))
            .orElseThrow();
    assertEquals(number, legacy.apiswitch.v1.Code.ILLEGAL_PARAMETER.getNumber());
    assertEquals(number, legacy.jarvis.v2.Code.SKEY_GRANTED.getNumber());
    assertTrue(error.is(legacy.apiswitch.v1.Code.ILLEGAL_PARAMETER));
    assertFalse(error.is(legacy.jarvis.v2.Code.SKEY_GRANTED));
  }

  @Test
  void codeInSwitch() {
    LegacyError error = LegacyError.fromError(thrown(JOB_NOT_FOUND)).orElseThrow();
    String what =
        switch (error.codeIn(Code.class).orElse(Code.UNRECOGNIZED)) {
          case JOB_NOT_FOUND -> "found it";
          default -> "";
        };
    assertEquals("found it", what);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"NEWER_THAN_THE_ENUM", "CODE_UNSPECIFIED", "UNRECOGNIZED", "", "job_not_found"})
  void reasonThatTheEnumDoesNotHave(String reason) {
    LegacyError error = read(thrown(info(DOMAIN, reason, "9999999")));
    assertEquals(reason, error.reason());
    assertEquals("9999999", error.legacyCode());
    assertEquals(Optional.empty(), error.descriptor());
    assertEquals(Optional.empty(), error.codeIn(Code.class));
    assertFalse(error.is(Code.JOB_NOT_FOUND));
    assertFalse(error.is(Code.CODE_UNSPECIFIED));
    assertFalse(error.is(Code.UNRECOGNIZED));
    assertFalse(error.is((Code) null));
    assertEquals(error.getMessage(), error.messageIn(Locale.ENGLISH));
  }

  @Test
  void domainThatIsNotKnown() {
    LegacyError error = read(thrown(info("acme.v1", "JOB_NOT_FOUND", "7")));
    assertEquals("7", error.legacyCode());
    assertEquals(Optional.empty(), error.descriptor());
    assertFalse(error.is(Code.JOB_NOT_FOUND));
  }

  /** An enum as protoc generates it for two names of one number: one constant, and an alias. */
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
                            .addValue(value("FIRST", 1))
                            .addValue(value("SECOND", 1)))
                    .build())
            .findEnumTypeByName("Aliased");

    @Override
    public int getNumber() {
      return 1;
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
    LegacyError error = LegacyError.fromError(thrown(info("acme.v1", "SECOND", "1"))).orElseThrow();
    assertEquals(Optional.of(Aliased.FIRST), error.codeIn(Aliased.class));
    assertTrue(error.is(Aliased.SECOND));
  }

  @Test
  void findsItInCauses() {
    StatusRuntimeException e = thrown(JOB_NOT_FOUND);
    assertTrue(LegacyError.fromError(new ExecutionException(new RuntimeException(e))).isPresent());
    assertTrue(
        LegacyError.fromError(e.getStatus().asException(e.getTrailers())).isPresent(), "checked");
    // Only the status that caused the outer one has a code.
    assertTrue(LegacyError.fromError(Status.UNKNOWN.withCause(e).asRuntimeException()).isPresent());
  }

  @Test
  void canBeThrown() {
    StatusRuntimeException e = thrown(JOB_NOT_FOUND);
    LegacyError error =
        assertThrows(
            LegacyError.class,
            () -> {
              throw read(e);
            });
    assertSame(e, error.getCause());
    assertSame(error, read(error));
    assertSame(error, read(new ExecutionException(error)));
    assertSame(error, LegacyError.fromError(error).orElseThrow());
  }

  @Test
  void isReadAgainIfItsSystemWasUnknown() {
    LegacyError error = LegacyError.fromError(thrown(JOB_NOT_FOUND)).orElseThrow();
    assertEquals(error.getMessage(), error.messageIn(Locale.ENGLISH));
    LegacyError again = read(error);
    assertEquals("Job 42 does not exist", again.messageIn(Locale.ENGLISH));
    assertSame(error.getCause(), again.getCause());
  }

  @Test
  void anInterceptorPassesStatusAndTrailers() {
    StatusRuntimeException e = thrown(JOB_NOT_FOUND);
    Status status = e.getStatus();
    assertTrue(read(status.asRuntimeException(e.getTrailers())).is(Code.JOB_NOT_FOUND));
    StatusRuntimeException ok = Status.OK.asRuntimeException(new Metadata());
    assertEquals(Optional.empty(), LegacyError.fromError(ok));
  }

  @Test
  void causesInACircle() {
    RuntimeException a = new RuntimeException("a");
    RuntimeException b = new RuntimeException("b", a);
    a.initCause(b);
    assertEquals(Optional.empty(), LegacyError.fromError(a));
  }

  @Test
  void notOurs() {
    assertEquals(Optional.empty(), LegacyError.fromError(null));
    assertEquals(Optional.empty(), LegacyError.fromError(new IllegalStateException("local")));
    assertEquals(Optional.empty(), LegacyError.fromError(Status.UNAVAILABLE.asRuntimeException()));
    assertEquals(
        Optional.empty(),
        LegacyError.fromError(thrown(ErrorInfo.newBuilder().setDomain("googleapis.com").build())));
    assertEquals(Optional.empty(), LegacyError.fromError(thrown(info(DOMAIN, "JOB_NOT_FOUND", ""))));
  }

  @Test
  void ofTwoErrorInfosTheOneOfAKnownSystem() {
    StatusRuntimeException e =
        thrown(
            ErrorInfo.newBuilder().setDomain("googleapis.com").setReason("STOCKOUT").build(),
            info("acme.v1", "BROKEN", "1"),
            JOB_NOT_FOUND);
    assertEquals("BROKEN", LegacyError.fromError(e).orElseThrow().reason());
    assertEquals("JOB_NOT_FOUND", read(e).reason());
  }

  @Test
  void brokenDetailsHideNothing() {
    Any brokenInfo = Any.pack(JOB_NOT_FOUND).toBuilder().setValue(bytes(0x0A, 0x7F)).build();
    Any brokenText =
        Any.pack(JOB_NOT_FOUND).toBuilder().setValue(bytes(0x0A, 0x02, 0xFF, 0xFE)).build();
    Any brokenRetry =
        Any.pack(RetryInfo.getDefaultInstance()).toBuilder().setValue(bytes(0x0A)).build();
    assertEquals(Optional.empty(), LegacyError.fromError(thrown(brokenInfo, brokenText)));
    LegacyError error =
        read(
            thrown(
                brokenInfo,
                brokenText,
                brokenRetry,
                Any.getDefaultInstance(),
                Any.newBuilder().setTypeUrl("no slash").build(),
                Any.pack(JOB_NOT_FOUND, "another.host/with/a/path"),
                Any.pack(badRequest(""))));
    assertTrue(error.is(Code.JOB_NOT_FOUND));
    assertEquals(Optional.empty(), error.retryAfter());
    assertEquals(Optional.empty(), error.field());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-1, 0",
    "0, -1",
    "0, 1000000000",
    "315576000001, 0",
    "9223372036854775807, 999999999"
  })
  void delayThatIsNotPositiveOrNotValid(long seconds, int nanos) {
    RetryInfo retry = RetryInfo.newBuilder().setRetryDelay(duration(seconds, nanos)).build();
    assertEquals(Optional.empty(), read(thrown(JOB_NOT_FOUND, retry)).retryAfter());
  }

  @Test
  void retryInfoWithoutADelay() {
    RetryInfo retry = RetryInfo.getDefaultInstance();
    assertEquals(Optional.empty(), read(thrown(JOB_NOT_FOUND, retry)).retryAfter());
  }

  /** Any bytes in grpc-status-details-bin: cut off anywhere, or changed anywhere. */
  @Test
  void anyBytes() {
    byte[] good =
        status(
                JOB_NOT_FOUND,
                badRequest("job_id"),
                ViolationTest.protovalidate(),
                Help.newBuilder().addLinks(Help.Link.newBuilder().setUrl("https://e.x")).build(),
                RetryInfo.getDefaultInstance())
            .toByteArray();
    for (int length = 0; length < good.length; length++) {
      checkNothingIsThrown(Arrays.copyOf(good, length));
    }
    Random random = new Random(1207101);
    for (int i = 0; i < 50_000; i++) {
      byte[] bad = good.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      checkNothingIsThrown(bad);
    }
  }

  private static void checkNothingIsThrown(byte[] details) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER), details);
    LegacyError.fromError(Status.NOT_FOUND.asRuntimeException(trailers), Code.getDescriptor())
        .ifPresent(
            error -> {
              assertFalse(error.legacyCode().isEmpty());
              error.messageIn(Locale.ENGLISH);
              error.codeIn(Code.class);
              error.is(Code.JOB_NOT_FOUND);
              error.retryAfter();
              error.field();
              error.violations().forEach(Violation::toString);
              error.help();
              error.toString();
              error.requestId();
            });
  }

  /** A table may be split into several enums of one package. */
  @Test
  void twoEnumsOfOneDomain() {
    FileDescriptor file =
        build(
            FileDescriptorProto.newBuilder()
                .setPackage(DOMAIN)
                .addEnumType(
                    EnumDescriptorProto.newBuilder().setName("More").addValue(value("MORE", 1)))
                .build());
    EnumDescriptor more = file.findEnumTypeByName("More");
    for (String reason : new String[] {"MORE", "JOB_NOT_FOUND"}) {
      StatusRuntimeException e = thrown(info(DOMAIN, reason, "1"));
      LegacyError error = LegacyError.fromError(e, more, Code.getDescriptor()).orElseThrow();
      assertEquals(Optional.of(reason), error.descriptor().map(EnumValueDescriptor::getName));
    }
  }

  /** Its options are an unknown field until they are parsed with the extension. */
  @Test
  void messageOfADescriptorLoadedAtRunTime() {
    EnumDescriptor system = loadedAtRunTime(CodeProto.getDescriptor());
    assertFalse(system.getOptions().hasExtension(OptionsProto.system));
    LegacyError error = LegacyError.fromError(thrown(JOB_NOT_FOUND), system).orElseThrow();
    assertEquals(Optional.of(1233106), error.descriptor().map(EnumValueDescriptor::getNumber));
    assertEquals("Job 42 does not exist", error.messageIn(Locale.ENGLISH));
  }

  @Test
  void enumInsideAMessageAndInNoPackage() {
    FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder().setName("x.proto");
    file.addEnumTypeBuilder().setName("Code").addValue(value("GONE", 1));
    file.addMessageTypeBuilder()
        .setName("Errors")
        .addEnumTypeBuilder()
        .setName("Code")
        .addValue(value("LOST", 1));
    FileDescriptor built = build(file.build());
    Descriptor errors = built.findMessageTypeByName("Errors");
    EnumDescriptor top = built.findEnumTypeByName("Code");
    EnumDescriptor nested = errors.getEnumTypes().get(0);
    for (ErrorInfo info : List.of(info("", "GONE", "1"), info("Errors", "LOST", "1"))) {
      LegacyError error = LegacyError.fromError(thrown(info), top, nested).orElseThrow();
      assertEquals(Optional.of(info.getReason()), error.descriptor().map(v -> v.getName()));
    }
  }

  /** The translations are of the code, so they are read without the system too. */
  @Test
  void systemWithBrokenOptions() {
    FileDescriptorProto.Builder file = CodeProto.getDescriptor().toProto().toBuilder();
    file.getEnumTypeBuilder(0)
        .setOptions(EnumOptions.newBuilder().setUnknownFields(brokenOptions()));
    LegacyError error = readWith(file);
    assertEquals("Job 42 does not exist", error.messageIn(Locale.ENGLISH));
    assertEquals(Optional.empty(), error.help());
  }

  @Test
  void codeWithBrokenOptions() {
    FileDescriptorProto.Builder file = CodeProto.getDescriptor().toProto().toBuilder();
    file.getEnumTypeBuilder(0)
        .getValueBuilderList()
        .forEach(
            value ->
                value.setOptions(EnumValueOptions.newBuilder().setUnknownFields(brokenOptions())));
    LegacyError error = readWith(file);
    assertTrue(error.descriptor().isPresent());
    assertEquals(error.getMessage(), error.messageIn(Locale.ENGLISH));
    assertTrue(error.toString().endsWith(": " + error.getMessage()), error.toString());
    assertEquals(Optional.empty(), error.replacedBy());
  }

  private static UnknownFieldSet brokenOptions() {
    UnknownFieldSet.Field broken =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes(0x12, 0x7F)).build();
    return UnknownFieldSet.newBuilder().addField(OptionsProto.SYSTEM_FIELD_NUMBER, broken).build();
  }

  private static LegacyError readWith(FileDescriptorProto.Builder file) {
    EnumDescriptor system =
        build(file.build(), OptionsProto.getDescriptor()).findEnumTypeByName("Code");
    return LegacyError.fromError(thrown(JOB_NOT_FOUND), system).orElseThrow();
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

  private static LegacyError read(Throwable e) {
    return LegacyError.fromError(e, Code.getDescriptor()).orElseThrow();
  }

  private static StatusRuntimeException thrown(Message... details) {
    return StatusProto.toStatusRuntimeException(status(details));
  }
}
