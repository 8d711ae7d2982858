// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package statustest has checks for tests of programs that use package status.
//
//	server := grpc.NewServer(status.ServerOptions(statustest.Strict(t))...)
//	handler := statustest.Gateway(t, server, shopv1.RegisterShopHandler, statushttp.WithDefaultDomain("legacy.shop.v1"))
//
// [Strict] fails the test if an error has to be repaired before it is sent. [Check] does the
// same for an error of a handler that is called without a server. [Equal] compares an error
// with a code and its arguments. [Gateway] answers HTTP requests with a gRPC server in
// memory, and [EqualResponse] compares an answer byte for byte.
package statustest
