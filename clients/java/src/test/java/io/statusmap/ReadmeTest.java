/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.statusmap.demo.v1.DemoServiceGrpc.DemoServiceBlockingStub;
import io.statusmap.demo.v1.RaiseRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import legacy.job.v2.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Java in README.md is the code between the marks here and in ReadmeViolationsTest. */
@ExtendWith(DemoServer.Extension.class)
class ReadmeTest {
  // README
  static String raise(DemoServiceBlockingStub demo, RaiseRequest request) {
    try {
      return demo.raise(request).getMessage();
    } catch (StatusRuntimeException e) {
      // Rethrows e if it is not a legacy error.
      LegacyError error = LegacyError.fromError(e, Code.getDescriptor()).orElseThrow(() -> e);
      switch (error.codeIn(Code.class).orElse(Code.UNRECOGNIZED)) {
        case JOB_NOT_FOUND:
          return "no job " + error.metadata().get("job_id");
        default:
          return error.legacyCode() + ": " + error.messageIn(Locale.ENGLISH);
      }
    }
  }
  // README end

  static String without(StatusRuntimeException e) throws InvalidProtocolBufferException {
    // README
    Status status = StatusProto.fromThrowable(e);
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        ErrorInfo info = detail.unpack(ErrorInfo.class);
        if (info.getDomain().equals(Code.getDescriptor().getFile().getPackage())
            && info.getReason().equals(Code.JOB_NOT_FOUND.name())) {
          return "no job " + info.getMetadataOrThrow("job_id");
        }
      }
    }
    // README end
    return "";
  }

  @Test
  void readmeIsThisCode() throws IOException {
    Path tests = Path.of("src/test/java/io/statusmap");
    String source =
        Files.readString(tests.resolve("ReadmeTest.java"))
            + Files.readString(tests.resolve("ReadmeViolationsTest.java"));
    assertEquals(
        sorted(found("(?m)^ *// README\\n((?s:.*?))^ *// README end$", source)),
        sorted(found("(?m)^```java\\n((?s:.*?))^```$", Files.readString(Path.of("README.md")))));
  }

  private static List<String> sorted(List<String> snippets) {
    return snippets.stream().sorted().toList();
  }

  private static List<String> found(String regex, String text) {
    return Pattern.compile(regex)
        .matcher(text)
        .results()
        .map(result -> result.group(1).stripTrailing().stripIndent())
        .toList();
  }

  @Test
  void use(DemoServer server) {
    assertEquals("no job 42", raise(server.stub(), request("JOB_NOT_FOUND")));
    assertEquals(
        "1210001: GSE TaskServer is unavailable",
        raise(server.stub(), request("GSE_TASK_SERVER_UNAVAILABLE")));
  }

  @Test
  void withoutThisPackage(DemoServer server) throws InvalidProtocolBufferException {
    String read = "";
    try {
      server.stub().raise(request("JOB_NOT_FOUND"));
    } catch (StatusRuntimeException e) {
      read = without(e);
    }
    assertEquals("no job 42", read);
  }

  private static RaiseRequest request(String reason) {
    return RaiseRequest.newBuilder()
        .setDomain("legacy.job.v2")
        .setReason(reason)
        .putMetadata("job_id", "42")
        .build();
  }
}
