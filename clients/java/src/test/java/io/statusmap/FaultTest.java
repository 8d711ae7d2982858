/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.statusmap.Systems.Legacy;
import io.statusmap.demo.v1.DemoServiceGrpc.DemoServiceBlockingStub;
import io.statusmap.demo.v1.FaultRequest;
import io.statusmap.demo.v1.StreamRequest;
import io.statusmap.demo.v1.StreamResponse;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The mistakes of backends, behind the real server, in every system. */
@ExtendWith(DemoServer.Extension.class)
class FaultTest {
  private static final String SECRET = "hunter2";

  static Stream<Arguments> faults() {
    List<String> faults =
        List.of(
            "go_error",
            "plain_status",
            "panic",
            "deadline",
            "unknown_reason",
            "unknown_detail",
            "invalid_utf8",
            "huge",
            "code_out_of_range",
            "unavailable");
    return Systems.BY_DOMAIN.keySet().stream()
        .filter(domain -> !domain.equals("legacy.esb.v1")) // JOB includes it
        .sorted()
        .flatMap(domain -> faults.stream().map(fault -> Arguments.of(domain, fault)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void fault(String domain, String fault, DemoServer server) {
    StatusRuntimeException e = raise(server.stub(), domain, fault);
    LegacyError error = Systems.read(e);
    Legacy<?> system = Systems.BY_DOMAIN.get(domain);

    assertEquals(domain, error.domain());
    assertFalse(error.legacyCode().isEmpty());
    if (fault.equals("unknown_reason")) {
      assertEquals("NEWER_THAN_THE_GATEWAY", error.reason());
      assertEquals("9999999", error.legacyCode());
      assertEquals(Optional.empty(), error.descriptor());
      assertEquals(Optional.empty(), system.codeIn(error));
      assertEquals("a text from the future", error.messageIn(Locale.ENGLISH));
    } else {
      assertEquals(error.reason(), system.codeIn(error).map(Enum::name).orElse(null));
    }
    Status.Code own = e.getStatus().getCode();
    assertEquals(own, error.grpcCode());
    assertEquals(
        switch (fault) {
          case "go_error", "panic" -> Status.Code.INTERNAL;
          case "plain_status", "unknown_reason" -> Status.Code.NOT_FOUND;
          case "deadline" -> Status.Code.DEADLINE_EXCEEDED;
          // jarvis has the number that the fault sends, and it is read as this code.
          case "code_out_of_range" ->
              error.legacyCode().equals("20210")
                  ? Status.Code.INVALID_ARGUMENT
                  : Status.Code.UNKNOWN;
          case "unavailable" -> Status.Code.UNAVAILABLE;
          default -> own; // each system's internal error has its own
        },
        own);
    if (fault.equals("invalid_utf8")) {
      LegacyError internal = Systems.read(raise(server.stub(), domain, "go_error"));
      assertEquals(internal.getMessage(), error.getMessage());
    }

    String read =
        String.join(
            "\n",
            String.valueOf(e),
            error.toString(),
            error.metadata().toString(),
            error.messageIn(Locale.ENGLISH),
            error.messageIn(Locale.CHINA));
    assertFalse(read.contains(SECRET), read);
    if (!fault.equals("unknown_detail")) {
      // unknown_detail has the secret in a detail that the handler sends and the server passes on.
      assertFalse(bytes(e.getTrailers()).contains(SECRET));
    }
  }

  @Test
  void unknownDetailIsPassedOn(DemoServer server) {
    StatusRuntimeException e = raise(server.stub(), "legacy.job.v2", "unknown_detail");
    assertTrue(
        StatusProto.fromThrowable(e).getDetailsList().stream()
            .map(Any::getTypeUrl)
            .anyMatch("type.googleapis.com/acme.internal.v1.Secret"::equals));
    assertTrue(LegacyError.fromError(e).isPresent());
  }

  /** A status that exceeds the client's limit would arrive as INTERNAL, without details. */
  @Test
  void hugeFitsIntoTheDefaultHeaderLimit(DemoServer server) {
    checkHuge(server.stub());
  }

  @Test
  void hugeFitsIntoEightKibibytes(DemoServer server) {
    ManagedChannel channel = server.channel().maxInboundMetadataSize(8192).build();
    try {
      checkHuge(DemoServer.stub(channel));
    } finally {
      channel.shutdownNow();
    }
  }

  /** Proves that the client's limit has an effect: a status that exceeds it is lost. */
  @Test
  void hugeIsLostIfItExceedsTheLimit(DemoServer server) {
    ManagedChannel channel = server.channel().maxInboundMetadataSize(4096).build();
    try {
      StatusRuntimeException e = raise(DemoServer.stub(channel), "legacy.job.v2", "huge");
      assertEquals(Optional.empty(), LegacyError.fromError(e));
    } finally {
      channel.shutdownNow();
    }
  }

  private static void checkHuge(DemoServiceBlockingStub stub) {
    StatusRuntimeException e = raise(stub, "legacy.job.v2", "huge");
    LegacyError error = Systems.read(e);
    assertTrue(error.is(legacy.job.v2.Code.forNumber(error.descriptor().orElseThrow().getNumber())));
    assertEquals(error.descriptor().orElseThrow().getNumber() + "", error.legacyCode());
    LegacyError internal = Systems.read(raise(stub, "legacy.job.v2", "go_error"));
    assertEquals(internal.getMessage(), error.getMessage());
    assertEquals(error.getMessage(), e.getStatus().getDescription());
    assertTrue(error.metadata().get("dump").startsWith("转储"), error.metadata().toString());
  }

  @Test
  void requestIdComesBack(DemoServer server) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER), "r-1");
    DemoServiceBlockingStub stub =
        server.stub().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    LegacyError error = LegacyError.fromError(raise(stub, "legacy.job.v2", "go_error")).orElseThrow();
    assertEquals(Optional.of("r-1"), error.requestId());
  }

  @Test
  void streamFailsAfterItsMessages(DemoServer server) {
    Iterator<StreamResponse> stream =
        server
            .stub()
            .stream(
                StreamRequest.newBuilder()
                    .setDomain("legacy.job.v2")
                    .setReason("JOB_NOT_FOUND")
                    .setAfter(2)
                    .putMetadata("job_id", "42")
                    .build());
    assertEquals(1, stream.next().getIndex());
    assertEquals(2, stream.next().getIndex());
    LegacyError error =
        LegacyError.fromError(assertThrows(StatusRuntimeException.class, stream::hasNext)).orElseThrow();
    assertTrue(error.is(legacy.job.v2.Code.JOB_NOT_FOUND));
  }

  private static StatusRuntimeException raise(
      DemoServiceBlockingStub stub, String domain, String fault) {
    FaultRequest request = FaultRequest.newBuilder().setDomain(domain).setFault(fault).build();
    return assertThrows(StatusRuntimeException.class, () -> stub.fault(request));
  }

  private static String bytes(Metadata trailers) {
    StringBuilder all = new StringBuilder();
    for (String name : trailers.keys()) {
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        trailers
            .getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER))
            .forEach(value -> all.append(new String(value, ISO_8859_1)));
      } else {
        trailers
            .getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))
            .forEach(all::append);
      }
    }
    return all.toString();
  }
}
