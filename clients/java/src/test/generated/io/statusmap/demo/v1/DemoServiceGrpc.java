package io.statusmap.demo.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * DemoService raises any code of any legacy system. Its HTTP routes are in
 * demo.gateway.yaml, in this folder.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class DemoServiceGrpc {

  private DemoServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "statusmap.demo.v1.DemoService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.statusmap.demo.v1.RaiseRequest,
      io.statusmap.demo.v1.RaiseResponse> getRaiseMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Raise",
      requestType = io.statusmap.demo.v1.RaiseRequest.class,
      responseType = io.statusmap.demo.v1.RaiseResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.statusmap.demo.v1.RaiseRequest,
      io.statusmap.demo.v1.RaiseResponse> getRaiseMethod() {
    io.grpc.MethodDescriptor<io.statusmap.demo.v1.RaiseRequest, io.statusmap.demo.v1.RaiseResponse> getRaiseMethod;
    if ((getRaiseMethod = DemoServiceGrpc.getRaiseMethod) == null) {
      synchronized (DemoServiceGrpc.class) {
        if ((getRaiseMethod = DemoServiceGrpc.getRaiseMethod) == null) {
          DemoServiceGrpc.getRaiseMethod = getRaiseMethod =
              io.grpc.MethodDescriptor.<io.statusmap.demo.v1.RaiseRequest, io.statusmap.demo.v1.RaiseResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Raise"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.RaiseRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.RaiseResponse.getDefaultInstance()))
              .setSchemaDescriptor(new DemoServiceMethodDescriptorSupplier("Raise"))
              .build();
        }
      }
    }
    return getRaiseMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.statusmap.demo.v1.EchoRequest,
      io.statusmap.demo.v1.EchoResponse> getEchoMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Echo",
      requestType = io.statusmap.demo.v1.EchoRequest.class,
      responseType = io.statusmap.demo.v1.EchoResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.statusmap.demo.v1.EchoRequest,
      io.statusmap.demo.v1.EchoResponse> getEchoMethod() {
    io.grpc.MethodDescriptor<io.statusmap.demo.v1.EchoRequest, io.statusmap.demo.v1.EchoResponse> getEchoMethod;
    if ((getEchoMethod = DemoServiceGrpc.getEchoMethod) == null) {
      synchronized (DemoServiceGrpc.class) {
        if ((getEchoMethod = DemoServiceGrpc.getEchoMethod) == null) {
          DemoServiceGrpc.getEchoMethod = getEchoMethod =
              io.grpc.MethodDescriptor.<io.statusmap.demo.v1.EchoRequest, io.statusmap.demo.v1.EchoResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Echo"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.EchoRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.EchoResponse.getDefaultInstance()))
              .setSchemaDescriptor(new DemoServiceMethodDescriptorSupplier("Echo"))
              .build();
        }
      }
    }
    return getEchoMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.statusmap.demo.v1.StreamRequest,
      io.statusmap.demo.v1.StreamResponse> getStreamMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Stream",
      requestType = io.statusmap.demo.v1.StreamRequest.class,
      responseType = io.statusmap.demo.v1.StreamResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.statusmap.demo.v1.StreamRequest,
      io.statusmap.demo.v1.StreamResponse> getStreamMethod() {
    io.grpc.MethodDescriptor<io.statusmap.demo.v1.StreamRequest, io.statusmap.demo.v1.StreamResponse> getStreamMethod;
    if ((getStreamMethod = DemoServiceGrpc.getStreamMethod) == null) {
      synchronized (DemoServiceGrpc.class) {
        if ((getStreamMethod = DemoServiceGrpc.getStreamMethod) == null) {
          DemoServiceGrpc.getStreamMethod = getStreamMethod =
              io.grpc.MethodDescriptor.<io.statusmap.demo.v1.StreamRequest, io.statusmap.demo.v1.StreamResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Stream"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.StreamRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.StreamResponse.getDefaultInstance()))
              .setSchemaDescriptor(new DemoServiceMethodDescriptorSupplier("Stream"))
              .build();
        }
      }
    }
    return getStreamMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.statusmap.demo.v1.FaultRequest,
      io.statusmap.demo.v1.FaultResponse> getFaultMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Fault",
      requestType = io.statusmap.demo.v1.FaultRequest.class,
      responseType = io.statusmap.demo.v1.FaultResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.statusmap.demo.v1.FaultRequest,
      io.statusmap.demo.v1.FaultResponse> getFaultMethod() {
    io.grpc.MethodDescriptor<io.statusmap.demo.v1.FaultRequest, io.statusmap.demo.v1.FaultResponse> getFaultMethod;
    if ((getFaultMethod = DemoServiceGrpc.getFaultMethod) == null) {
      synchronized (DemoServiceGrpc.class) {
        if ((getFaultMethod = DemoServiceGrpc.getFaultMethod) == null) {
          DemoServiceGrpc.getFaultMethod = getFaultMethod =
              io.grpc.MethodDescriptor.<io.statusmap.demo.v1.FaultRequest, io.statusmap.demo.v1.FaultResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Fault"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.FaultRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.demo.v1.FaultResponse.getDefaultInstance()))
              .setSchemaDescriptor(new DemoServiceMethodDescriptorSupplier("Fault"))
              .build();
        }
      }
    }
    return getFaultMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static DemoServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DemoServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DemoServiceStub>() {
        @java.lang.Override
        public DemoServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DemoServiceStub(channel, callOptions);
        }
      };
    return DemoServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static DemoServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DemoServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DemoServiceBlockingV2Stub>() {
        @java.lang.Override
        public DemoServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DemoServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return DemoServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static DemoServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DemoServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DemoServiceBlockingStub>() {
        @java.lang.Override
        public DemoServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DemoServiceBlockingStub(channel, callOptions);
        }
      };
    return DemoServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static DemoServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DemoServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DemoServiceFutureStub>() {
        @java.lang.Override
        public DemoServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DemoServiceFutureStub(channel, callOptions);
        }
      };
    return DemoServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * DemoService raises any code of any legacy system. Its HTTP routes are in
   * demo.gateway.yaml, in this folder.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Fails with a code. If the code is a success code, succeeds with it.
     * </pre>
     */
    default void raise(io.statusmap.demo.v1.RaiseRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.RaiseResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRaiseMethod(), responseObserver);
    }

    /**
     * <pre>
     * Succeeds, and returns the text of the request.
     * </pre>
     */
    default void echo(io.statusmap.demo.v1.EchoRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.EchoResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEchoMethod(), responseObserver);
    }

    /**
     * <pre>
     * Sends a number of messages, then fails with a code. If the code is a success code,
     * ends the stream without an error.
     * </pre>
     */
    default void stream(io.statusmap.demo.v1.StreamRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.StreamResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getStreamMethod(), responseObserver);
    }

    /**
     * <pre>
     * Fails in one of the ways in which real backends fail.
     * </pre>
     */
    default void fault(io.statusmap.demo.v1.FaultRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.FaultResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getFaultMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service DemoService.
   * <pre>
   * DemoService raises any code of any legacy system. Its HTTP routes are in
   * demo.gateway.yaml, in this folder.
   * </pre>
   */
  public static abstract class DemoServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return DemoServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service DemoService.
   * <pre>
   * DemoService raises any code of any legacy system. Its HTTP routes are in
   * demo.gateway.yaml, in this folder.
   * </pre>
   */
  public static final class DemoServiceStub
      extends io.grpc.stub.AbstractAsyncStub<DemoServiceStub> {
    private DemoServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DemoServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DemoServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Fails with a code. If the code is a success code, succeeds with it.
     * </pre>
     */
    public void raise(io.statusmap.demo.v1.RaiseRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.RaiseResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRaiseMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Succeeds, and returns the text of the request.
     * </pre>
     */
    public void echo(io.statusmap.demo.v1.EchoRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.EchoResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEchoMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Sends a number of messages, then fails with a code. If the code is a success code,
     * ends the stream without an error.
     * </pre>
     */
    public void stream(io.statusmap.demo.v1.StreamRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.StreamResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getStreamMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Fails in one of the ways in which real backends fail.
     * </pre>
     */
    public void fault(io.statusmap.demo.v1.FaultRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.demo.v1.FaultResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getFaultMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service DemoService.
   * <pre>
   * DemoService raises any code of any legacy system. Its HTTP routes are in
   * demo.gateway.yaml, in this folder.
   * </pre>
   */
  public static final class DemoServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<DemoServiceBlockingV2Stub> {
    private DemoServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DemoServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DemoServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Fails with a code. If the code is a success code, succeeds with it.
     * </pre>
     */
    public io.statusmap.demo.v1.RaiseResponse raise(io.statusmap.demo.v1.RaiseRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRaiseMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Succeeds, and returns the text of the request.
     * </pre>
     */
    public io.statusmap.demo.v1.EchoResponse echo(io.statusmap.demo.v1.EchoRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEchoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sends a number of messages, then fails with a code. If the code is a success code,
     * ends the stream without an error.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.statusmap.demo.v1.StreamResponse>
        stream(io.statusmap.demo.v1.StreamRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getStreamMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fails in one of the ways in which real backends fail.
     * </pre>
     */
    public io.statusmap.demo.v1.FaultResponse fault(io.statusmap.demo.v1.FaultRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getFaultMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service DemoService.
   * <pre>
   * DemoService raises any code of any legacy system. Its HTTP routes are in
   * demo.gateway.yaml, in this folder.
   * </pre>
   */
  public static final class DemoServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<DemoServiceBlockingStub> {
    private DemoServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DemoServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DemoServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Fails with a code. If the code is a success code, succeeds with it.
     * </pre>
     */
    public io.statusmap.demo.v1.RaiseResponse raise(io.statusmap.demo.v1.RaiseRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRaiseMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Succeeds, and returns the text of the request.
     * </pre>
     */
    public io.statusmap.demo.v1.EchoResponse echo(io.statusmap.demo.v1.EchoRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEchoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sends a number of messages, then fails with a code. If the code is a success code,
     * ends the stream without an error.
     * </pre>
     */
    public java.util.Iterator<io.statusmap.demo.v1.StreamResponse> stream(
        io.statusmap.demo.v1.StreamRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getStreamMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fails in one of the ways in which real backends fail.
     * </pre>
     */
    public io.statusmap.demo.v1.FaultResponse fault(io.statusmap.demo.v1.FaultRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getFaultMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service DemoService.
   * <pre>
   * DemoService raises any code of any legacy system. Its HTTP routes are in
   * demo.gateway.yaml, in this folder.
   * </pre>
   */
  public static final class DemoServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<DemoServiceFutureStub> {
    private DemoServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DemoServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DemoServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Fails with a code. If the code is a success code, succeeds with it.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.statusmap.demo.v1.RaiseResponse> raise(
        io.statusmap.demo.v1.RaiseRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRaiseMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Succeeds, and returns the text of the request.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.statusmap.demo.v1.EchoResponse> echo(
        io.statusmap.demo.v1.EchoRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEchoMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Fails in one of the ways in which real backends fail.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.statusmap.demo.v1.FaultResponse> fault(
        io.statusmap.demo.v1.FaultRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getFaultMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_RAISE = 0;
  private static final int METHODID_ECHO = 1;
  private static final int METHODID_STREAM = 2;
  private static final int METHODID_FAULT = 3;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_RAISE:
          serviceImpl.raise((io.statusmap.demo.v1.RaiseRequest) request,
              (io.grpc.stub.StreamObserver<io.statusmap.demo.v1.RaiseResponse>) responseObserver);
          break;
        case METHODID_ECHO:
          serviceImpl.echo((io.statusmap.demo.v1.EchoRequest) request,
              (io.grpc.stub.StreamObserver<io.statusmap.demo.v1.EchoResponse>) responseObserver);
          break;
        case METHODID_STREAM:
          serviceImpl.stream((io.statusmap.demo.v1.StreamRequest) request,
              (io.grpc.stub.StreamObserver<io.statusmap.demo.v1.StreamResponse>) responseObserver);
          break;
        case METHODID_FAULT:
          serviceImpl.fault((io.statusmap.demo.v1.FaultRequest) request,
              (io.grpc.stub.StreamObserver<io.statusmap.demo.v1.FaultResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getRaiseMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.statusmap.demo.v1.RaiseRequest,
              io.statusmap.demo.v1.RaiseResponse>(
                service, METHODID_RAISE)))
        .addMethod(
          getEchoMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.statusmap.demo.v1.EchoRequest,
              io.statusmap.demo.v1.EchoResponse>(
                service, METHODID_ECHO)))
        .addMethod(
          getStreamMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.statusmap.demo.v1.StreamRequest,
              io.statusmap.demo.v1.StreamResponse>(
                service, METHODID_STREAM)))
        .addMethod(
          getFaultMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.statusmap.demo.v1.FaultRequest,
              io.statusmap.demo.v1.FaultResponse>(
                service, METHODID_FAULT)))
        .build();
  }

  private static abstract class DemoServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    DemoServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.statusmap.demo.v1.Demo.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("DemoService");
    }
  }

  private static final class DemoServiceFileDescriptorSupplier
      extends DemoServiceBaseDescriptorSupplier {
    DemoServiceFileDescriptorSupplier() {}
  }

  private static final class DemoServiceMethodDescriptorSupplier
      extends DemoServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    DemoServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (DemoServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new DemoServiceFileDescriptorSupplier())
              .addMethod(getRaiseMethod())
              .addMethod(getEchoMethod())
              .addMethod(getStreamMethod())
              .addMethod(getFaultMethod())
              .build();
        }
      }
    }
    return result;
  }
}
