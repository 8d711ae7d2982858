// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	pv "buf.build/go/protovalidate"
	protovalidate "github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/prototest"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// ordersSource is a system whose envelope lists violations.
const ordersSource = `
syntax = "proto3";
package legacy.orders.v1;
import "statusmap/v1/options.proto";
enum Code {
  option (statusmap.v1.system) = {
    language: "en"
    envelope: {
      failure: '{"errno":{code},"errmsg":{message},"errors":[{violations}]}'
      violation: '{"field":{field},"rule":{reason},"errmsg":{message}}'
    }
  };
  CODE_UNSPECIFIED = 0;
  ORDER_INVALID = 110 [(statusmap.v1.code) = {grpc: INVALID_ARGUMENT message: "the order is not valid" fallback_for: [INVALID_ARGUMENT]}];
  ORDERS_ERROR = 900 [(statusmap.v1.code) = {grpc: INTERNAL message: "orders error" fallback_for: [INTERNAL]}];
}`

const (
	ordersDomain = "legacy.orders.v1"
	placeMethod  = "/orders.v1.Orders/Place"
)

// orderMessage returns the descriptor of the request: sku has at least 3 characters,
// weight_kg is at most 30.
func orderMessage(t *testing.T) protoreflect.MessageDescriptor {
	t.Helper()
	field := func(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type, rules *validate.FieldRules) *descriptorpb.FieldDescriptorProto {
		options := &descriptorpb.FieldOptions{}
		proto.SetExtension(options, validate.E_Field, rules)
		return &descriptorpb.FieldDescriptorProto{
			Name: proto.String(name), Number: proto.Int32(number), Type: kind.Enum(),
			Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(), Options: options,
		}
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("orders/v1/orders.proto"), Package: proto.String("orders.v1"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{
			Name: proto.String("PlaceRequest"),
			Field: []*descriptorpb.FieldDescriptorProto{
				field("sku", 1, descriptorpb.FieldDescriptorProto_TYPE_STRING, &validate.FieldRules{
					Type: &validate.FieldRules_String_{String_: &validate.StringRules{MinLen: proto.Uint64(3)}},
				}),
				field("weight_kg", 2, descriptorpb.FieldDescriptorProto_TYPE_INT32, &validate.FieldRules{
					Type: &validate.FieldRules_Int32{Int32: &validate.Int32Rules{LessThan: &validate.Int32Rules_Lte{Lte: 30}}},
				}),
			},
		}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file.Messages().ByName("PlaceRequest")
}

// TestProtovalidate: protovalidate's interceptor comes after ours, which gives its status
// the system's code. The violations that it found are in the envelope, by their rules.
func TestProtovalidate(t *testing.T) {
	t.Parallel()
	cat, err := catalog.New(prototest.Compile(t, map[string]string{"orders.proto": ordersSource})[0].Enums().ByName("Code"))
	if err != nil {
		t.Fatal(err)
	}
	validator, err := pv.New()
	if err != nil {
		t.Fatal(err)
	}
	message := orderMessage(t)
	conn := servertest.Dial(t, serveOrders(t, message, append(
		status.ServerOptions(status.WithCatalog(cat), status.WithLogger(slog.New(slog.DiscardHandler)),
			status.WithFallbackDomain(func(context.Context, any) string { return ordersDomain })),
		grpc.ChainUnaryInterceptor(protovalidate.UnaryServerInterceptor(validator)),
	)))
	codec, err := statushttp.New(statushttp.WithCatalog(cat), statushttp.WithDefaultDomain(ordersDomain), statushttp.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	front := servertest.ServeHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		order := dynamicpb.NewMessage(message)
		order.Set(message.Fields().ByName("sku"), protoreflect.ValueOfString(r.URL.Query().Get("sku")))
		order.Set(message.Fields().ByName("weight_kg"), protoreflect.ValueOfInt32(int32(len(r.URL.Query().Get("weight"))))) //nolint:gosec // a short text
		if err := conn.Invoke(r.Context(), placeMethod, order, &emptypb.Empty{}); err != nil {
			codec.WriteError(w, r, err)
		}
	}), servertest.HTTP1)

	if got := front.Get(t, "/orders?sku=abc&weight=xx", nil); got.Status != 200 {
		t.Errorf("a valid order: HTTP %d %s", got.Status, got.Body)
	}
	got := front.Get(t, "/orders?sku=a&weight=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", nil)
	const want = `{"errno":110,"errmsg":"the order is not valid","errors":[` +
		`{"field":"sku","rule":"string.min_len","errmsg":"value length must be at least 3 characters"},` +
		`{"field":"weight_kg","rule":"int32.lte","errmsg":"value must be less than or equal to 30"}]}`
	if got.Status != 400 || got.Body != want {
		t.Errorf("got HTTP %d\n%s\nwant HTTP 400\n%s", got.Status, got.Body, want)
	}
}

// serveOrders runs the service until the test ends. It accepts all orders.
func serveOrders(t *testing.T, message protoreflect.MessageDescriptor, opts []grpc.ServerOption) (address string) {
	t.Helper()
	listener := servertest.Listen(t)
	server := grpc.NewServer(opts...)
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "orders.v1.Orders",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Place", Handler: func(service any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) { //nolint:revive // the type of grpc
			order := dynamicpb.NewMessage(message)
			if err := decode(order); err != nil {
				return nil, grpcstatus.Error(codes.InvalidArgument, "order")
			}
			return intercept(ctx, order, &grpc.UnaryServerInfo{Server: service, FullMethod: placeMethod}, func(context.Context, any) (any, error) {
				return &emptypb.Empty{}, nil
			})
		}}},
	}, nil)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}
