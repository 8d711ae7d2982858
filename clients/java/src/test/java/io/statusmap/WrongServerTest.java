/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.statusmap.demo.v1.RaiseRequest;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import legacy.job.v2.Code;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Servers that send invalid trailers. This is an HTTP/2 server, since a gRPC server would correct
 * them.
 */
class WrongServerTest {
  private static EventLoopGroup group;
  private static Channel server;
  private static ManagedChannel channel;

  /** The server's answer; null if it resets the stream. */
  private static volatile Http2Headers answer;

  @BeforeAll
  static void start() throws InterruptedException {
    group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forServer().build(),
                            new Http2MultiplexHandler(new Answer()));
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
    group.shutdownGracefully();
  }

  /** Ends each stream with the answer when the request is complete. */
  @Sharable
  private static final class Answer extends SimpleChannelInboundHandler<Http2DataFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext stream, Http2DataFrame request) {
      if (!request.isEndStream()) {
        return; // An answer before the end would be followed by a reset, which may overtake it.
      }
      stream.writeAndFlush(
          answer == null
              ? new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR)
              : new DefaultHttp2HeadersFrame(answer, true));
    }
  }

  private static Optional<LegacyError> read(StatusRuntimeException e) {
    return LegacyError.fromError(e, Code.getDescriptor());
  }

  private static StatusRuntimeException call(Http2Headers headers) {
    answer = headers;
    return assertThrows(
        StatusRuntimeException.class,
        () -> DemoServer.stub(channel).raise(RaiseRequest.getDefaultInstance()));
  }

  private static Http2Headers headers(int code, String details) {
    return new DefaultHttp2Headers()
        .status("200")
        .set("content-type", "application/grpc")
        .set("grpc-status", String.valueOf(code))
        .set("grpc-message", "from the header")
        .set("grpc-status-details-bin", details);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static com.google.rpc.Status details(int code) {
    return com.google.rpc.Status.newBuilder()
        .setCode(code)
        .setMessage("from the details")
        .addDetails(
            Any.pack(
                ErrorInfo.newBuilder()
                    .setDomain("legacy.job.v2")
                    .setReason("JOB_NOT_FOUND")
                    .putMetadata("legacy_code", "1233106")
                    .putMetadata("job_id", "42")
                    .build()))
        .build();
  }

  /** Proves that the other tests fail for the reason they name. */
  @Test
  void correct() {
    StatusRuntimeException e = call(headers(5, base64(details(5).toByteArray())));
    LegacyError error = read(e).orElseThrow();
    assertTrue(error.is(Code.JOB_NOT_FOUND));
    assertEquals("from the details", error.getMessage());
    assertEquals("Job 42 does not exist", error.messageIn(Locale.ENGLISH));
  }

  @Test
  void base64WithoutPadding() {
    byte[] details = details(5).toByteArray();
    String unpadded = Base64.getEncoder().withoutPadding().encodeToString(details);
    assertTrue(read(call(headers(5, unpadded))).isPresent());
  }

  @Test
  void detailsAreNotBase64() {
    StatusRuntimeException e = call(headers(5, "!! not base64 !!"));
    assertEquals(Status.Code.INTERNAL, e.getStatus().getCode(), "grpc-java drops the whole status");
    assertEquals(Optional.empty(), read(e));
  }

  @Test
  void detailsAreNotAStatus() {
    assertEquals(Optional.empty(), read(call(headers(5, base64("no status".getBytes(UTF_8))))));
    assertEquals(Optional.empty(), read(call(headers(5, ""))));
  }

  @Test
  void cutOff() {
    String whole = base64(details(5).toByteArray());
    assertEquals(Optional.empty(), read(call(headers(5, whole.substring(0, 100)))));
  }

  /** gRPC tells clients to refuse details that contradict the call's status. */
  @Test
  void codesContradict() {
    StatusRuntimeException e = call(headers(13, base64(details(5).toByteArray())));
    assertEquals(Status.Code.INTERNAL, e.getStatus().getCode());
    assertEquals(Optional.empty(), read(e));
  }

  @Test
  void legacyNumberAsGrpcCode() {
    StatusRuntimeException e = call(headers(20210, base64(details(20210).toByteArray())));
    assertEquals(Status.Code.UNKNOWN, e.getStatus().getCode());
    assertEquals(Optional.empty(), read(e));
  }

  @Test
  void detailsTwice() {
    String whole = base64(details(5).toByteArray());
    Http2Headers headers = headers(5, whole).add("grpc-status-details-bin", whole);
    assertTrue(read(call(headers)).orElseThrow().is(Code.JOB_NOT_FOUND));
  }

  @Test
  void responseIsNotGrpc() {
    Http2Headers page = new DefaultHttp2Headers().status("502").set("content-type", "text/html");
    assertEquals(Optional.empty(), read(call(page)));
  }

  @Test
  void streamReset() {
    assertEquals(Optional.empty(), read(call(null)));
  }

  @Test
  void noServer() {
    ManagedChannel closed = NettyChannelBuilder.forAddress("127.0.0.1", 1).usePlaintext().build();
    try {
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class,
              () -> DemoServer.stub(closed).raise(RaiseRequest.getDefaultInstance()));
      assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
      assertEquals(Optional.empty(), read(e));
    } finally {
      closed.shutdownNow();
    }
  }
}
