// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Calls gRPC methods, and prints the raw statuses.
 *
 * <p>{@code Client [raised]}: each line of the input is ADDRESS METHOD REQUEST, each line of the
 * output MESSAGES CODE MESSAGE DETAILS, with the number of messages that came before the error. REQUEST,
 * MESSAGE and DETAILS are base64, - if empty.
 */
public final class Client {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  public static void main(String[] args) throws IOException {
    boolean raised = args.length > 0 && args[0].equals("raised");
    Map<String, ManagedChannel> channels = new HashMap<>();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] call = line.split(" ");
      ManagedChannel channel = channels.computeIfAbsent(call[0], address -> connect(address, raised));
      System.out.println(call(channel, call[1], Base64.getDecoder().decode(call[2])));
    }
    channels.values().forEach(ManagedChannel::shutdownNow);
  }

  private static ManagedChannel connect(String address, boolean raised) {
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget(address).usePlaintext();
    if (raised) {
      builder.maxInboundMetadataSize(64 << 10);
    }
    return builder.build();
  }

  private static String call(ManagedChannel channel, String method, byte[] request) {
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING) // reads unary responses, too
            .setFullMethodName(method.substring(1))
            .build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    int messages = 0;
    try {
      Iterator<byte[]> responses = ClientCalls.blockingServerStreamingCall(channel, descriptor, options, request);
      for (; responses.hasNext(); responses.next()) {
        messages++;
      }
      return messages + " 0 - -";
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      String message = status.getDescription() == null ? "" : status.getDescription();
      byte[] details = e.getTrailers() == null ? null : e.getTrailers().get(DETAILS);
      return messages + " " + status.getCode().value() + " " + encode(message.getBytes(StandardCharsets.UTF_8)) + " "
          + encode(details == null ? new byte[0] : details);
    }
  }

  private static String encode(byte[] value) {
    return value.length == 0 ? "-" : Base64.getEncoder().encodeToString(value);
  }
}
