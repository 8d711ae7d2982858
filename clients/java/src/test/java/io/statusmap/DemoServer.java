/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.statusmap.demo.v1.DemoServiceGrpc;
import io.statusmap.demo.v1.DemoServiceGrpc.DemoServiceBlockingStub;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The real server: {@code statusmap serve}, built from this repository, or the server at {@code
 * STATUSMAP_GRPC}, which is left running. All tests that have it as a parameter share one.
 */
final class DemoServer implements AutoCloseable {
  /** Gives tests the server. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == DemoServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(DemoServer.class))
          .getOrComputeIfAbsent(DemoServer.class, key -> start(), DemoServer.class);
    }
  }

  private final Process process; // null if the server was not started here
  private final String address;
  private final ManagedChannel channel;

  private DemoServer(Process process, String address) {
    this.process = process;
    this.address = address;
    this.channel = channel().build();
  }

  private static DemoServer start() {
    String running = System.getenv("STATUSMAP_GRPC");
    if (running != null && !running.isEmpty()) {
      return new DemoServer(null, running);
    }
    try {
      File binary = new File("target/statusmap").getAbsoluteFile();
      Process build =
          new ProcessBuilder("go", "build", "-o", binary.getPath(), "./cmd/statusmap")
              .directory(new File("../.."))
              .inheritIO()
              .start();
      assertEquals(0, build.waitFor(), "go build");
      Process server =
          new ProcessBuilder(
                  binary.getPath(), "serve", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0")
              .redirectError(new File("target/serve.log"))
              .start();
      BufferedReader lines = server.inputReader();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("gRPC ")) {
          return new DemoServer(server, line.substring("gRPC ".length()).trim());
        }
      }
      throw new IllegalStateException("statusmap serve: see target/serve.log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the builder of a separate channel. */
  NettyChannelBuilder channel() {
    return NettyChannelBuilder.forTarget(address).usePlaintext();
  }

  /** Returns a stub on the shared channel, which has grpc-java's default settings. */
  DemoServiceBlockingStub stub() {
    return stub(channel);
  }

  /** Returns a stub whose calls have a deadline. */
  static DemoServiceBlockingStub stub(ManagedChannel channel) {
    return DemoServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the server drains");
      assertEquals(0, process.exitValue(), "the server's exit code: see target/serve.log");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
