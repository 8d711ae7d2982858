/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.protobuf.StatusProto;
import io.statusmap.testdata.depot.v1.AuthCode;
import io.statusmap.testdata.depot.v1.Code;
import io.statusmap.testdata.gate.v1.GateCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ViolationTest {
  private static final Any TWO =
      Any.pack(
          BadRequest.newBuilder()
              .addFieldViolations(
                  BadRequest.FieldViolation.newBuilder()
                      .setField("weight_kg")
                      .setReason("WEIGHT_TOO_HIGH")
                      .setDescription("40 kg is too heavy"))
              .addFieldViolations(
                  BadRequest.FieldViolation.newBuilder()
                      .setReason("TOKEN_EXPIRED")
                      .setDescription("the token s3cret of ana has expired"))
              .build());

  @Test
  void readsEverything() {
    LegacyError error = read(TWO);
    Violation weight = error.violations().get(0);
    assertEquals("weight_kg", weight.field());
    assertEquals("40 kg is too heavy", weight.message());
    assertEquals(Optional.of("WEIGHT_TOO_HIGH"), weight.reason());
    assertEquals(Optional.of("111"), weight.legacyCode());
    assertEquals(Optional.of(Code.WEIGHT_TOO_HIGH.getValueDescriptor()), weight.descriptor());
    assertEquals(Optional.of(Code.WEIGHT_TOO_HIGH), weight.codeIn(Code.class));
    assertTrue(weight.is(Code.WEIGHT_TOO_HIGH));
    assertFalse(weight.is(Code.ORDER_INVALID));
    assertFalse(weight.is((Code) null));
    assertEquals(Optional.empty(), weight.codeIn(AuthCode.class));
    assertEquals(
        "weight_kg: legacy.depot.v1.WEIGHT_TOO_HIGH: 40 kg is too heavy", weight.toString());

    Violation token = error.violations().get(1);
    assertEquals("", token.field());
    assertTrue(token.is(AuthCode.TOKEN_EXPIRED));
    assertEquals("the token s3cret of ana has expired", token.message());
    // A violation is sent without arguments, so the others are not known.
    assertEquals(
        ": legacy.depot.v1.TOKEN_EXPIRED: the token *** of {user} has expired", token.toString());

    assertEquals(Optional.of("weight_kg"), error.field());
    assertEquals("ORDER_INVALID", error.reason());
    assertThrows(UnsupportedOperationException.class, error.violations()::clear);
  }

  /** As the code of an error, the code of a violation needs only the enum that is asked. */
  @Test
  void withoutSystems() {
    Violation weight = LegacyError.fromError(thrown(TWO)).orElseThrow().violations().get(0);
    assertEquals(Optional.of(Code.WEIGHT_TOO_HIGH), weight.codeIn(Code.class));
    assertEquals(Optional.empty(), weight.codeIn(legacy.job.v2.Code.class));
    assertEquals(Optional.empty(), weight.descriptor());
    assertEquals(Optional.empty(), weight.legacyCode());
  }

  @Test
  void reasonThatNoEnumHas() {
    for (String reason : new String[] {"", "NEWER", "CODE_UNSPECIFIED", "weight_too_high"}) {
      BadRequest.FieldViolation sent =
          BadRequest.FieldViolation.newBuilder()
              .setField("x")
              .setReason(reason)
              .setDescription("text")
              .build();
      Violation v =
          read(Any.pack(BadRequest.newBuilder().addFieldViolations(sent).build()))
              .violations()
              .get(0);
      assertEquals(reason, v.reason().orElse(""));
      assertEquals(Optional.empty(), v.legacyCode());
      assertEquals(Optional.empty(), v.descriptor());
      assertEquals(Optional.empty(), v.codeIn(Code.class));
      assertEquals(
          reason.isEmpty() ? "x: text" : "x: legacy.depot.v1." + reason + ": text", v.toString());
    }
  }

  @Test
  void protovalidateAfterBadRequest() {
    List<Violation> violations = read(protovalidate(), TWO).violations();
    assertEquals(
        List.of(
            "weight_kg",
            "",
            "parcels[2].labels[\"a\\\"\\\\b\"].size",
            "m[true].n[-1].o[18446744073709551615]",
            ""),
        violations.stream().map(Violation::field).toList());
    assertEquals(
        List.of("value is too long", "二", ""),
        violations.stream().skip(2).map(Violation::message).toList());
    assertEquals(
        List.of("string.max_len", "WEIGHT_TOO_HIGH", ""),
        violations.stream().skip(2).map(v -> v.reason().orElse("")).toList());
    assertEquals(Optional.empty(), violations.get(2).legacyCode());
    assertTrue(violations.get(3).is(Code.WEIGHT_TOO_HIGH), "a rule with the name of a code");
    assertEquals(Optional.of(violations.get(2).field()), read(protovalidate()).field());
  }

  @Test
  void firstOfMany() {
    BadRequest.Builder request = BadRequest.newBuilder();
    for (int i = 0; i < 200; i++) {
      request.addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("f" + i));
    }
    List<Violation> violations = read(Any.pack(request.build()), protovalidate()).violations();
    assertEquals(128, violations.size());
    assertEquals("f127", violations.get(127).field());
  }

  @Test
  void brokenDetailsHideNothing() {
    ByteString cut = ByteString.copyFrom(new byte[] {0x0A, 0x7F});
    Any brokenRequest = TWO.toBuilder().setValue(cut).build();
    Any brokenValidate = protovalidate().toBuilder().setValue(cut).build();
    Any brokenPath = protovalidate(message(text(3, "x"), bytes(5, cut)));
    LegacyError error = read(brokenRequest, brokenValidate, brokenPath, TWO);
    assertEquals(2, error.violations().size());
  }

  /** Three violations as protovalidate sends them. The first two have a path of fields. */
  static Any protovalidate() {
    return protovalidate(
        message(
            text(2, "string.max_len"),
            text(3, "value is too long"),
            path(
                message(number(1, 4), text(2, "parcels"), number(6, 2)),
                message(text(2, "labels"), text(10, "a\"\\b")),
                message(text(2, "size")))),
        message(
            text(2, "WEIGHT_TOO_HIGH"),
            text(3, "二"),
            path(
                message(text(2, "m"), number(7, 1)),
                message(text(2, "n"), number(8, -1)),
                message(text(2, "o"), number(9, -1)))),
        message());
  }

  private static Any protovalidate(UnknownFieldSet... violations) {
    return Any.newBuilder()
        .setTypeUrl("type.googleapis.com/buf.validate.Violations")
        .setValue(repeated(1, violations).toByteString())
        .build();
  }

  private static UnknownFieldSet path(UnknownFieldSet... elements) {
    return bytes(5, repeated(1, elements).toByteString());
  }

  /** Returns a message that has a field several times. */
  private static UnknownFieldSet repeated(int field, UnknownFieldSet... values) {
    return message(
        Stream.of(values)
            .map(value -> bytes(field, value.toByteString()))
            .toArray(UnknownFieldSet[]::new));
  }

  private static UnknownFieldSet message(UnknownFieldSet... fields) {
    UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    Stream.of(fields).forEach(message::mergeFrom);
    return message.build();
  }

  private static UnknownFieldSet text(int field, String text) {
    return bytes(field, ByteString.copyFromUtf8(text));
  }

  private static UnknownFieldSet bytes(int field, ByteString bytes) {
    return UnknownFieldSet.newBuilder()
        .addField(field, UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes).build())
        .build();
  }

  private static UnknownFieldSet number(int field, long value) {
    return UnknownFieldSet.newBuilder()
        .addField(field, UnknownFieldSet.Field.newBuilder().addVarint(value).build())
        .build();
  }

  private static LegacyError read(Any... details) {
    return LegacyError.fromError(
            thrown(details),
            Code.getDescriptor(),
            AuthCode.getDescriptor(),
            GateCode.getDescriptor())
        .orElseThrow();
  }

  private static Throwable thrown(Any... details) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(3)
            .setMessage("the order is not valid")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain("legacy.depot.v1")
                        .setReason("ORDER_INVALID")
                        .putMetadata("legacy_code", "110")
                        .build()))
            .addAllDetails(List.of(details))
            .build());
  }
}
