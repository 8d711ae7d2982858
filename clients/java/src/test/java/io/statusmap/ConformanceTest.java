/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.grpc.StatusRuntimeException;
import io.statusmap.Systems.Legacy;
import io.statusmap.demo.v1.RaiseRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every case of testdata/cases, raised by the real server and read here. */
@ExtendWith(DemoServer.Extension.class)
class ConformanceTest {
  /** One of testdata/cases/*.json. */
  private record CaseFile(String domain, String system, List<Case> cases) {}

  /** The members of a case that a gRPC client sees. status_test.go documents them. */
  private record Case(
      String reason,
      int number,
      @SerializedName("legacy_code") String legacyCode,
      Map<String, String> arguments,
      boolean success,
      @SerializedName("grpc_code") String grpcCode,
      String message,
      Map<String, String> metadata,
      Map<String, String> messages,
      @SerializedName("retry_after") int retryAfter,
      String field) {}

  /** One of known_failures.json: what this stack cannot do, and why. */
  private record KnownFailure(String domain, String reason, String why) {}

  private static final Path CASES = Path.of("../../testdata/cases");

  private static final AtomicInteger cases = new AtomicInteger();
  private static final AtomicInteger passed = new AtomicInteger();
  private static final AtomicInteger knownFailures = new AtomicInteger();

  @TestFactory
  Stream<DynamicContainer> everyCase(DemoServer server) throws IOException {
    List<KnownFailure> known =
        List.of(read(Path.of("known_failures.json"), KnownFailure[].class));
    TreeMap<String, CaseFile> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(CASES)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".json")).toList()) {
        CaseFile file = read(path, CaseFile.class);
        files.put(file.domain(), file);
      }
    }
    assertEquals(Systems.BY_DOMAIN.keySet(), files.keySet(), "domains");
    return files.values().stream()
        .map(
            file ->
                dynamicContainer(
                    file.domain(),
                    Stream.concat(
                        Stream.of(dynamicTest("has every code", () -> checkComplete(file))),
                        file.cases().stream().map(c -> test(server, file, c, known)))));
  }

  private static DynamicTest test(
      DemoServer server, CaseFile file, Case c, List<KnownFailure> known) {
    boolean isKnown =
        known.stream()
            .anyMatch(k -> k.domain().equals(file.domain()) && k.reason().equals(c.reason()));
    return dynamicTest(
        c.reason(),
        () -> {
          cases.incrementAndGet();
          if (isKnown) {
            assertThrows(
                Throwable.class,
                () -> check(server, file, c),
                "it passes: remove it from known_failures.json");
            knownFailures.incrementAndGet();
          } else {
            check(server, file, c);
            passed.incrementAndGet();
          }
        });
  }

  /** Checks that the generated enum has exactly the codes of the cases. */
  private static void checkComplete(CaseFile file) {
    Set<String> codes =
        Systems.BY_DOMAIN.get(file.domain()).descriptor().getValues().stream()
            .filter(value -> value.getNumber() != 0)
            .map(EnumValueDescriptor::getName)
            .collect(Collectors.toSet());
    Set<String> raised = file.cases().stream().map(Case::reason).collect(Collectors.toSet());
    assertEquals(Set.of(), without(codes, raised), "codes without a case");
    assertEquals(Set.of(), without(raised, codes), "cases without a code");
  }

  private static Set<String> without(Set<String> all, Set<String> some) {
    return all.stream().filter(name -> !some.contains(name)).collect(Collectors.toSet());
  }

  private static void check(DemoServer server, CaseFile file, Case c) {
    String domain = file.domain();
    Legacy<?> system = Systems.BY_DOMAIN.get(domain);
    assertEquals(c.number(), system.number(c.reason()), "the generated constant's number");
    RaiseRequest request =
        RaiseRequest.newBuilder()
            .setDomain(file.system())
            .setReason(c.reason())
            .putAllMetadata(c.arguments())
            .build();
    if (c.success()) {
      assertEquals(c.legacyCode(), server.stub().raise(request).getLegacyCode(), "legacy code");
      return;
    }
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> server.stub().raise(request));
    assertEquals(c.grpcCode(), e.getStatus().getCode().name(), "the call's gRPC code");
    LegacyError error = Systems.read(e);
    assertAll(
        () -> assertEquals(c.grpcCode(), error.grpcCode().name(), "gRPC code"),
        () -> assertEquals(domain, error.domain(), "domain"),
        () -> assertEquals(c.reason(), error.reason(), "reason"),
        () -> assertTrue(system.is(error, c.reason()), "is"),
        () ->
            assertEquals(
                Optional.of(c.number()),
                system.codeIn(error).map(code -> code.getNumber()),
                "codeIn"),
        () ->
            assertEquals(
                Optional.of(c.number()),
                error.descriptor().map(EnumValueDescriptor::getNumber),
                "descriptor"),
        () ->
            assertEquals(
                Set.of(domain),
                Systems.BY_DOMAIN.entrySet().stream()
                    .filter(other -> other.getValue().codeIn(error).isPresent())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet()),
                "systems that have it"),
        () -> assertEquals(c.legacyCode(), error.legacyCode(), "legacy code"),
        () -> assertEquals(c.metadata(), error.metadata(), "metadata"),
        () -> assertEquals(c.message(), error.getMessage(), "message"),
        () -> assertEquals(c.messages(), translations(error, c.messages().keySet()), "messages"),
        () ->
            assertEquals(
                Duration.ofSeconds(c.retryAfter()),
                error.retryAfter().orElse(Duration.ZERO),
                "retry after"),
        () -> assertEquals(c.field(), error.field().orElse(""), "field"));
  }

  private static Map<String, String> translations(LegacyError error, Set<String> tags) {
    return tags.stream()
        .collect(Collectors.toMap(tag -> tag, tag -> error.messageIn(Locale.forLanguageTag(tag))));
  }

  private static <T> T read(Path path, Class<T> type) throws IOException {
    return new Gson().fromJson(Files.readString(path), type);
  }

  @AfterAll
  static void summary() {
    System.out.printf(
        "java: cases %d, passed %d, known failures %d%n",
        cases.get(), passed.get(), knownFailures.get());
  }
}
