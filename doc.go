// Package statusmap is the root of a module that turns the error tables of old
// REST APIs into gRPC statuses and back.
//
// A table becomes one annotated protobuf enum (proto/statusmap/v1/options.proto
// is the vocabulary). ErrorInfo.domain + "." + ErrorInfo.reason is the full name
// of a value of that enum; everything else follows from its options.
//
//   - package status raises and reads the errors in gRPC servers and clients;
//   - package gateway makes grpc-gateway answer as the old API did;
//   - package catalog has the tables themselves, checked;
//   - command statusmap serves, lists and explains them.
//
// There is nothing in this package but the tests that drive every code of every
// system through a real server and gateway.
package statusmap

//go:generate env GOWORK=off go tool -modfile=tools/go.mod buf generate
