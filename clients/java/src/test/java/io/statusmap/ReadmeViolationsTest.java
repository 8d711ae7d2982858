/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.statusmap.testdata.depot.v1.AuthCode;
import io.statusmap.testdata.depot.v1.Code;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The code of ReadmeTest that is about violations, with another system's Code. */
class ReadmeViolationsTest {
  // README
  static String violations(StatusRuntimeException e) {
    LegacyError error =
        LegacyError.fromError(e, Code.getDescriptor(), AuthCode.getDescriptor())
            .orElseThrow(() -> e);
    StringBuilder text = new StringBuilder(error.messageIn(Locale.ENGLISH));
    for (Violation violation : error.violations()) {
      text.append("\n").append(violation.field()).append(": ").append(violation.message());
      if (violation.is(Code.WEIGHT_TOO_HIGH)) {
        text.append(" (send it as freight)");
      }
    }
    return text.toString();
  }
  // README end

  @Test
  void use() {
    Any info =
        Any.pack(
            ErrorInfo.newBuilder()
                .setDomain("legacy.depot.v1")
                .setReason("ORDER_INVALID")
                .putMetadata("legacy_code", "110")
                .build());
    Any request =
        Any.pack(
            BadRequest.newBuilder()
                .addFieldViolations(violation("size", "", "too small"))
                .addFieldViolations(violation("weight_kg", "WEIGHT_TOO_HIGH", "40 kg is too heavy"))
                .build());
    assertEquals(
        "the order is not valid\n"
            + "size: too small\n"
            + "weight_kg: 40 kg is too heavy (send it as freight)",
        violations(
            StatusProto.toStatusRuntimeException(
                Status.newBuilder()
                    .setCode(3)
                    .setMessage("the order is not valid")
                    .addDetails(info)
                    .addDetails(request)
                    .build())));
  }

  private static FieldViolation.Builder violation(String field, String reason, String message) {
    return FieldViolation.newBuilder()
        .setField(field)
        .setReason(reason)
        .setDescription(message);
  }
}
