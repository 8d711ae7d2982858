/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import io.grpc.protobuf.StatusProto;
import io.statusmap.testdata.depot.v1.AuthCode;
import io.statusmap.testdata.depot.v1.Code;
import io.statusmap.testdata.gate.v1.GateCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of testdata/depot/cases.json: a status, and what clients in all languages read. */
class DepotConformanceTest {
  /** A case. internal/conformance/depot_test.go documents the members. */
  private record Case(
      String name,
      String status,
      String domain,
      String reason,
      @SerializedName("legacy_code") String legacyCode,
      @SerializedName("grpc_code") String grpcCode,
      String message,
      Map<String, String> metadata,
      @SerializedName("retry_after") double retryAfter,
      String help,
      @SerializedName("replaced_by") String replacedBy,
      String explanation,
      List<CaseViolation> violations,
      String printed) {}

  private record CaseViolation(
      String field,
      String reason,
      @SerializedName("legacy_code") String legacyCode,
      String message) {}

  @TestFactory
  Stream<DynamicTest> everyCase() throws IOException {
    String json = Files.readString(Path.of("../../testdata/depot/cases.json"));
    Case[] cases = new Gson().fromJson(json, Case[].class);
    assertFalse(cases == null || cases.length == 0, "testdata/depot/cases.json has no cases");
    return Stream.of(cases).map(c -> dynamicTest(c.name(), () -> check(c)));
  }

  private static void check(Case c) throws IOException {
    com.google.rpc.Status status =
        com.google.rpc.Status.parseFrom(Base64.getDecoder().decode(c.status()));
    LegacyError error =
        LegacyError.fromError(
                StatusProto.toStatusRuntimeException(status),
                Code.getDescriptor(),
                AuthCode.getDescriptor(),
                GateCode.getDescriptor())
            .orElseThrow();
    assertAll(
        () -> assertEquals(c.domain(), error.domain(), "domain"),
        () -> assertEquals(c.reason(), error.reason(), "reason"),
        () -> assertEquals(c.legacyCode(), error.legacyCode(), "legacy code"),
        () -> assertEquals(c.grpcCode(), error.grpcCode().name(), "gRPC code"),
        () -> assertEquals(c.message(), error.getMessage(), "message"),
        () -> assertEquals(c.metadata(), error.metadata(), "metadata"),
        () ->
            assertEquals(
                Duration.ofNanos(Math.round(c.retryAfter() * 1e9)),
                error.retryAfter().orElse(Duration.ZERO),
                "retry after"),
        () -> assertEquals(c.help(), error.help().orElse(""), "help"),
        () -> assertEquals(c.replacedBy(), error.replacedBy().orElse(""), "replaced by"),
        () -> assertEquals(c.explanation(), error.explanation().orElse(""), "explanation"),
        () ->
            assertEquals(
                c.violations(),
                error.violations().stream()
                    .map(
                        v ->
                            new CaseViolation(
                                v.field(),
                                v.reason().orElse(""),
                                v.legacyCode().orElse(""),
                                v.message()))
                    .toList(),
                "violations"),
        () ->
            assertEquals(
                "io.statusmap.LegacyError: " + c.printed(), error.toString(), "printed"));
  }
}
