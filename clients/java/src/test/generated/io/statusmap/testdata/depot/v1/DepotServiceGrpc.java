package io.statusmap.testdata.depot.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * DepotService has the parcels of a depot.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class DepotServiceGrpc {

  private DepotServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "legacy.depot.v1.DepotService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.statusmap.testdata.depot.v1.GetParcelRequest,
      io.statusmap.testdata.depot.v1.Parcel> getGetParcelMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetParcel",
      requestType = io.statusmap.testdata.depot.v1.GetParcelRequest.class,
      responseType = io.statusmap.testdata.depot.v1.Parcel.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.statusmap.testdata.depot.v1.GetParcelRequest,
      io.statusmap.testdata.depot.v1.Parcel> getGetParcelMethod() {
    io.grpc.MethodDescriptor<io.statusmap.testdata.depot.v1.GetParcelRequest, io.statusmap.testdata.depot.v1.Parcel> getGetParcelMethod;
    if ((getGetParcelMethod = DepotServiceGrpc.getGetParcelMethod) == null) {
      synchronized (DepotServiceGrpc.class) {
        if ((getGetParcelMethod = DepotServiceGrpc.getGetParcelMethod) == null) {
          DepotServiceGrpc.getGetParcelMethod = getGetParcelMethod =
              io.grpc.MethodDescriptor.<io.statusmap.testdata.depot.v1.GetParcelRequest, io.statusmap.testdata.depot.v1.Parcel>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetParcel"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.testdata.depot.v1.GetParcelRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.testdata.depot.v1.Parcel.getDefaultInstance()))
              .setSchemaDescriptor(new DepotServiceMethodDescriptorSupplier("GetParcel"))
              .build();
        }
      }
    }
    return getGetParcelMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.statusmap.testdata.depot.v1.SendParcelRequest,
      io.statusmap.testdata.depot.v1.Parcel> getSendParcelMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SendParcel",
      requestType = io.statusmap.testdata.depot.v1.SendParcelRequest.class,
      responseType = io.statusmap.testdata.depot.v1.Parcel.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.statusmap.testdata.depot.v1.SendParcelRequest,
      io.statusmap.testdata.depot.v1.Parcel> getSendParcelMethod() {
    io.grpc.MethodDescriptor<io.statusmap.testdata.depot.v1.SendParcelRequest, io.statusmap.testdata.depot.v1.Parcel> getSendParcelMethod;
    if ((getSendParcelMethod = DepotServiceGrpc.getSendParcelMethod) == null) {
      synchronized (DepotServiceGrpc.class) {
        if ((getSendParcelMethod = DepotServiceGrpc.getSendParcelMethod) == null) {
          DepotServiceGrpc.getSendParcelMethod = getSendParcelMethod =
              io.grpc.MethodDescriptor.<io.statusmap.testdata.depot.v1.SendParcelRequest, io.statusmap.testdata.depot.v1.Parcel>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SendParcel"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.testdata.depot.v1.SendParcelRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.statusmap.testdata.depot.v1.Parcel.getDefaultInstance()))
              .setSchemaDescriptor(new DepotServiceMethodDescriptorSupplier("SendParcel"))
              .build();
        }
      }
    }
    return getSendParcelMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static DepotServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DepotServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DepotServiceStub>() {
        @java.lang.Override
        public DepotServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DepotServiceStub(channel, callOptions);
        }
      };
    return DepotServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static DepotServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DepotServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DepotServiceBlockingV2Stub>() {
        @java.lang.Override
        public DepotServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DepotServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return DepotServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static DepotServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DepotServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DepotServiceBlockingStub>() {
        @java.lang.Override
        public DepotServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DepotServiceBlockingStub(channel, callOptions);
        }
      };
    return DepotServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static DepotServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<DepotServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<DepotServiceFutureStub>() {
        @java.lang.Override
        public DepotServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new DepotServiceFutureStub(channel, callOptions);
        }
      };
    return DepotServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * DepotService has the parcels of a depot.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Returns a parcel.
     * </pre>
     */
    default void getParcel(io.statusmap.testdata.depot.v1.GetParcelRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.testdata.depot.v1.Parcel> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetParcelMethod(), responseObserver);
    }

    /**
     * <pre>
     * Sends a parcel on its way.
     * </pre>
     */
    default void sendParcel(io.statusmap.testdata.depot.v1.SendParcelRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.testdata.depot.v1.Parcel> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSendParcelMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service DepotService.
   * <pre>
   * DepotService has the parcels of a depot.
   * </pre>
   */
  public static abstract class DepotServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return DepotServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service DepotService.
   * <pre>
   * DepotService has the parcels of a depot.
   * </pre>
   */
  public static final class DepotServiceStub
      extends io.grpc.stub.AbstractAsyncStub<DepotServiceStub> {
    private DepotServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DepotServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DepotServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns a parcel.
     * </pre>
     */
    public void getParcel(io.statusmap.testdata.depot.v1.GetParcelRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.testdata.depot.v1.Parcel> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetParcelMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Sends a parcel on its way.
     * </pre>
     */
    public void sendParcel(io.statusmap.testdata.depot.v1.SendParcelRequest request,
        io.grpc.stub.StreamObserver<io.statusmap.testdata.depot.v1.Parcel> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSendParcelMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service DepotService.
   * <pre>
   * DepotService has the parcels of a depot.
   * </pre>
   */
  public static final class DepotServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<DepotServiceBlockingV2Stub> {
    private DepotServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DepotServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DepotServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns a parcel.
     * </pre>
     */
    public io.statusmap.testdata.depot.v1.Parcel getParcel(io.statusmap.testdata.depot.v1.GetParcelRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetParcelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sends a parcel on its way.
     * </pre>
     */
    public io.statusmap.testdata.depot.v1.Parcel sendParcel(io.statusmap.testdata.depot.v1.SendParcelRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSendParcelMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service DepotService.
   * <pre>
   * DepotService has the parcels of a depot.
   * </pre>
   */
  public static final class DepotServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<DepotServiceBlockingStub> {
    private DepotServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DepotServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DepotServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns a parcel.
     * </pre>
     */
    public io.statusmap.testdata.depot.v1.Parcel getParcel(io.statusmap.testdata.depot.v1.GetParcelRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetParcelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sends a parcel on its way.
     * </pre>
     */
    public io.statusmap.testdata.depot.v1.Parcel sendParcel(io.statusmap.testdata.depot.v1.SendParcelRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSendParcelMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service DepotService.
   * <pre>
   * DepotService has the parcels of a depot.
   * </pre>
   */
  public static final class DepotServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<DepotServiceFutureStub> {
    private DepotServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected DepotServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new DepotServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns a parcel.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.statusmap.testdata.depot.v1.Parcel> getParcel(
        io.statusmap.testdata.depot.v1.GetParcelRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetParcelMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Sends a parcel on its way.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.statusmap.testdata.depot.v1.Parcel> sendParcel(
        io.statusmap.testdata.depot.v1.SendParcelRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSendParcelMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_PARCEL = 0;
  private static final int METHODID_SEND_PARCEL = 1;

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
        case METHODID_GET_PARCEL:
          serviceImpl.getParcel((io.statusmap.testdata.depot.v1.GetParcelRequest) request,
              (io.grpc.stub.StreamObserver<io.statusmap.testdata.depot.v1.Parcel>) responseObserver);
          break;
        case METHODID_SEND_PARCEL:
          serviceImpl.sendParcel((io.statusmap.testdata.depot.v1.SendParcelRequest) request,
              (io.grpc.stub.StreamObserver<io.statusmap.testdata.depot.v1.Parcel>) responseObserver);
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
          getGetParcelMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.statusmap.testdata.depot.v1.GetParcelRequest,
              io.statusmap.testdata.depot.v1.Parcel>(
                service, METHODID_GET_PARCEL)))
        .addMethod(
          getSendParcelMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.statusmap.testdata.depot.v1.SendParcelRequest,
              io.statusmap.testdata.depot.v1.Parcel>(
                service, METHODID_SEND_PARCEL)))
        .build();
  }

  private static abstract class DepotServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    DepotServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.statusmap.testdata.depot.v1.ServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("DepotService");
    }
  }

  private static final class DepotServiceFileDescriptorSupplier
      extends DepotServiceBaseDescriptorSupplier {
    DepotServiceFileDescriptorSupplier() {}
  }

  private static final class DepotServiceMethodDescriptorSupplier
      extends DepotServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    DepotServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (DepotServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new DepotServiceFileDescriptorSupplier())
              .addMethod(getGetParcelMethod())
              .addMethod(getSendParcelMethod())
              .build();
        }
      }
    }
    return result;
  }
}
