/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Help;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.statusmap.testdata.depot.v1.AuthCode;
import io.statusmap.testdata.depot.v1.Code;
import io.statusmap.testdata.gate.v1.GateCode;
import io.statusmap.v1.CodeOptions;
import io.statusmap.v1.OptionsProto;
import io.statusmap.v1.SystemOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Systems that include enums, and what the options of a code say. */
class IncludesTest {
  private static final EnumDescriptor DEPOT = Code.getDescriptor();
  private static final EnumDescriptor AUTH = AuthCode.getDescriptor();
  private static final EnumDescriptor GATE = GateCode.getDescriptor();

  private static final ErrorInfo TOKEN_EXPIRED =
      info("legacy.depot.v1", "TOKEN_EXPIRED", "201").toBuilder()
          .putMetadata("token", "s3cret")
          .putMetadata("user", "ana")
          .build();
  private static final ErrorInfo GATE_CLOSED =
      info("legacy.gate.v1", "GATE_CLOSED", "G-1").toBuilder().putMetadata("gate", "3").build();

  @Test
  void codeIsFoundInTheEnumThatHasIt() {
    LegacyError error = read(TOKEN_EXPIRED, DEPOT, AUTH, GATE);
    assertEquals(Optional.of(AuthCode.TOKEN_EXPIRED.getValueDescriptor()), error.descriptor());
    assertTrue(error.is(AuthCode.TOKEN_EXPIRED));
    assertEquals(Optional.empty(), error.codeIn(Code.class));

    error = read(GATE_CLOSED, DEPOT, AUTH, GATE);
    assertEquals(Optional.of(GateCode.GATE_CLOSED.getValueDescriptor()), error.descriptor());
    assertTrue(error.is(GateCode.GATE_CLOSED));
    assertEquals(Optional.empty(), error.codeIn(AuthCode.class));
  }

  @Test
  void helpIsOfTheIncludingSystem() {
    Optional<String> help = Optional.of("https://errors.example.com/legacy.gate.v1/GATE_CLOSED");
    assertEquals(help, read(GATE_CLOSED, GATE, DEPOT).help());
    assertEquals(Optional.empty(), read(GATE_CLOSED, GATE).help());
    assertEquals(Optional.empty(), read(GATE_CLOSED, DEPOT).help(), "the enum is not given");
    assertEquals(
        Optional.of("https://errors.example.com/legacy.depot.v1/TOKEN_EXPIRED"),
        read(TOKEN_EXPIRED, AUTH, DEPOT).help());
  }

  @Test
  void helpAsSentOverridesTheOption() {
    Help help =
        Help.newBuilder()
            .addLinks(Help.Link.getDefaultInstance())
            .addLinks(Help.Link.newBuilder().setUrl("https://example.com/first"))
            .addLinks(Help.Link.newBuilder().setUrl("https://example.com/second"))
            .build();
    StatusRuntimeException e = thrown(GATE_CLOSED, help);
    Optional<String> first = Optional.of("https://example.com/first");
    assertEquals(first, LegacyError.fromError(e, GATE, DEPOT).orElseThrow().help());
    assertEquals(first, LegacyError.fromError(e).orElseThrow().help());
  }

  @Test
  void optionsOfTheCode() {
    LegacyError found = read(info("legacy.depot.v1", "PARCEL_NOT_FOUND", "101.7"), DEPOT);
    assertEquals("101.7", found.legacyCode(), "as received");
    assertEquals(
        Optional.of("The parcel was delivered more than a year ago, or it never existed."),
        found.explanation());
    assertEquals(Optional.of("Ask the archive, `GET /archive/{id}`."), found.resolution());
    assertEquals(Optional.of("1.2"), found.since());
    assertEquals(Optional.empty(), found.replacedBy());
    assertFalse(found.deprecated());

    LegacyError lost = read(info("legacy.depot.v1", "PARCEL_LOST", "102"), DEPOT);
    assertEquals(Optional.of("PARCEL_NOT_FOUND"), lost.replacedBy());
    assertTrue(lost.deprecated());
    assertEquals(Optional.empty(), lost.explanation());
  }

  @Test
  void sensitiveArgumentsAreMaskedInToStringAlone() {
    LegacyError error = read(TOKEN_EXPIRED, DEPOT, AUTH);
    assertEquals(
        "io.statusmap.LegacyError: legacy.depot.v1.TOKEN_EXPIRED: the token *** of ana has expired",
        error.toString());
    assertEquals("the token s3cret of ana has expired", error.getMessage());
    assertEquals("the token s3cret of ana has expired", error.messageIn(Locale.GERMAN));
    assertEquals("s3cret", error.metadata().get("token"));
  }

  /** The text is in the language in which the system sends messages. */
  @Test
  void maskedTextIsInTheDefaultLanguage() {
    EnumDescriptor system =
        type(
            "a.v1.Code",
            SystemOptions.newBuilder().setLanguage("zh-CN").setDefaultLanguage("en"),
            code(
                "EXPIRED",
                CodeOptions.newBuilder()
                    .setMessage("{token}过期")
                    .putTranslations("en", "{token} has expired")
                    .putArgs("token", CodeOptions.Arg.newBuilder().setSensitive(true).build())));
    LegacyError error = read(info("a.v1", "EXPIRED", "7"), system);
    assertEquals("io.statusmap.LegacyError: a.v1.EXPIRED: *** has expired", error.toString());
  }

  @Test
  void fieldWithASensitiveArgumentIsMasked() {
    EnumDescriptor system =
        type(
            "a.v1.Code",
            SystemOptions.newBuilder().setLanguage("en"),
            code(
                "UNKNOWN_KEY",
                CodeOptions.newBuilder()
                    .setMessage("no such key")
                    .addFields("keys.{key}")
                    .putArgs("key", CodeOptions.Arg.newBuilder().setSensitive(true).build())));
    BadRequest request =
        BadRequest.newBuilder()
            .addFieldViolations(violation("keys.s3cret", "UNKNOWN_KEY", "no such key"))
            .build();
    Violation v =
        LegacyError.fromError(thrown(info("a.v1", "UNKNOWN_KEY", "7"), request), system)
            .orElseThrow()
            .violations()
            .get(0);
    assertEquals("***: a.v1.UNKNOWN_KEY: no such key", v.toString());
    assertEquals("keys.s3cret", v.field());
  }

  @Test
  void violationsAreOfTheDomainThenOfItsSystem() {
    BadRequest request =
        BadRequest.newBuilder()
            .addFieldViolations(violation("weight_kg", "WEIGHT_TOO_HIGH", "40 kg is too heavy"))
            .addFieldViolations(violation("token", "TOKEN_EXPIRED", "the token s3cret"))
            .addFieldViolations(violation("gate", "GATE_CLOSED", "gate 3 is closed"))
            .build();
    List<String> codes =
        List.of("legacy.depot.v1.111", "legacy.depot.v1.201", "legacy.gate.v1.G-1");

    StatusRuntimeException e = thrown(info("legacy.depot.v1", "ORDER_INVALID", "110"), request);
    assertEquals(codes, codes(e, DEPOT, AUTH, GATE));
    assertEquals(codes, codes(e, GATE, AUTH, DEPOT));
    assertEquals(List.of("legacy.depot.v1.111", "", ""), codes(e, DEPOT));
    assertEquals(List.of("", "", ""), codes(e, GATE), "a domain that no given system includes");
    assertEquals(List.of("", "", ""), codes(e));

    // An error of an included enum of the same domain, and of another domain.
    assertEquals(codes, codes(thrown(TOKEN_EXPIRED, request), DEPOT, AUTH, GATE));
    assertEquals(codes, codes(thrown(GATE_CLOSED, request), DEPOT, AUTH, GATE));

    // Another system is not asked.
    StatusRuntimeException other = thrown(info("legacy.job.v2", "JOB_NOT_FOUND", "1"), request);
    assertEquals(
        List.of("", "", ""), codes(other, legacy.job.v2.Code.getDescriptor(), DEPOT, AUTH, GATE));
  }

  /** Two systems include an enum, and both have the reason of the violation. */
  @Test
  void codeOfTwoSystems() {
    EnumDescriptor shared =
        type("a.v1.Shared", null, code("SHARED", CodeOptions.newBuilder().setMessage("早")));
    EnumDescriptor own = system("a.v1", "https://a.example.com/{reason}", "a.v1.Shared", "A-1");
    EnumDescriptor other = system("b.v1", "https://b.example.com/{reason}", "a.v1.Shared", "B-1");
    EnumDescriptor third = system("c.v1", "", "a.v1.Shared", "C-1");
    BadRequest request =
        BadRequest.newBuilder().addFieldViolations(violation("x", "BROKEN", "")).build();
    StatusRuntimeException e = thrown(info("a.v1", "SHARED", "7"), request);

    assertEquals(List.of("a.v1.A-1"), codes(e, other, own, shared), "the error's domain is first");
    assertEquals(List.of("b.v1.B-1"), codes(e, other, shared));
    assertEquals(List.of(""), codes(e, other, third, shared), "nothing says which one");

    Optional<String> url = Optional.of("https://b.example.com/SHARED");
    assertEquals(url, LegacyError.fromError(e, third, other, shared).orElseThrow().help());
    assertEquals(
        Optional.empty(), LegacyError.fromError(e, other, own, shared).orElseThrow().help());

    // The code is newer than the enums: any code of the domain is assumed.
    e = thrown(info("a.v1", "NEWER", "8"), request);
    assertEquals(List.of("a.v1.A-1"), codes(e, other, own, shared));
    assertEquals(List.of("b.v1.B-1"), codes(e, other, shared));
  }

  /** The languages of an included code are those of the system that includes it. */
  @Test
  void languageOfAnIncludedCode() {
    CodeOptions.Builder options =
        CodeOptions.newBuilder().setMessage("早").putTranslations("en", "early");
    EnumDescriptor shared = type("a.v1.Shared", null, code("EARLY", options));
    EnumDescriptor chinese = system("b.v1", "", "a.v1.Shared", "1");
    EnumDescriptor english =
        type(
            "c.v1.Code",
            SystemOptions.newBuilder()
                .setLanguage("zh-CN")
                .setDefaultLanguage("en")
                .addIncludes("a.v1.Shared"),
            code("BROKEN", CodeOptions.newBuilder()));
    ErrorInfo info = info("a.v1", "EARLY", "7");

    assertEquals("as sent", read(info, shared, chinese).messageIn(Locale.CHINA));
    assertEquals("early", read(info, shared, chinese).messageIn(Locale.ENGLISH));
    assertEquals("早", read(info, shared, english).messageIn(Locale.CHINA));
    assertEquals("as sent", read(info, shared, english).messageIn(Locale.ENGLISH));
    // The systems do not agree on a default language, so it is sent in their language.
    assertEquals("early", read(info, shared, english, chinese).messageIn(Locale.ENGLISH));
    assertEquals("early", read(info, shared).messageIn(Locale.ENGLISH));
  }

  private static EnumDescriptor system(String domain, String help, String includes, String code) {
    return type(
        domain + ".Code",
        SystemOptions.newBuilder().setLanguage("zh-CN").setHelp(help).addIncludes(includes),
        code("BROKEN", CodeOptions.newBuilder().setLegacyCode(code)));
  }

  private static EnumValueDescriptorProto.Builder code(String reason, CodeOptions.Builder options) {
    return EnumValueDescriptorProto.newBuilder()
        .setName(reason)
        .setNumber(7)
        .setOptions(
            EnumValueOptions.newBuilder().setExtension(OptionsProto.code, options.build()));
  }

  private static EnumDescriptor type(
      String fullName, SystemOptions.Builder options, EnumValueDescriptorProto.Builder code) {
    int dot = fullName.lastIndexOf('.');
    EnumDescriptorProto.Builder type =
        EnumDescriptorProto.newBuilder().setName(fullName.substring(dot + 1)).addValue(code);
    if (options != null) {
      type.setOptions(
          EnumOptions.newBuilder().setExtension(OptionsProto.system, options.build()));
    }
    try {
      return FileDescriptor.buildFrom(
              FileDescriptorProto.newBuilder()
                  .setName(fullName)
                  .setPackage(fullName.substring(0, dot))
                  .addEnumType(type)
                  .build(),
              new FileDescriptor[0])
          .getEnumTypes()
          .get(0);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns domain + "." + legacy code of each violation. */
  private static List<String> codes(Throwable e, EnumDescriptor... systems) {
    return LegacyError.fromError(e, systems).orElseThrow().violations().stream()
        .map(
            v ->
                v.descriptor()
                    .map(code -> code.getFile().getPackage() + "." + v.legacyCode().orElseThrow())
                    .orElse(""))
        .toList();
  }

  private static BadRequest.FieldViolation violation(String field, String reason, String message) {
    return BadRequest.FieldViolation.newBuilder()
        .setField(field)
        .setReason(reason)
        .setDescription(message)
        .build();
  }

  private static ErrorInfo info(String domain, String reason, String legacyCode) {
    return ErrorInfo.newBuilder()
        .setDomain(domain)
        .setReason(reason)
        .putAllMetadata(Map.of("legacy_code", legacyCode))
        .build();
  }

  private static LegacyError read(ErrorInfo info, EnumDescriptor... systems) {
    return LegacyError.fromError(thrown(info), systems).orElseThrow();
  }

  private static StatusRuntimeException thrown(ErrorInfo info, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(3)
            .setMessage(
                info.equals(TOKEN_EXPIRED) ? "the token s3cret of ana has expired" : "as sent")
            .addDetails(Any.pack(info));
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }
}
