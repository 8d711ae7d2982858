// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package statusconnect makes connect-go's handlers answer with legacy codes: to Connect,
// gRPC and gRPC-Web clients as a status with a google.rpc.ErrorInfo, to the clients of the
// old REST API as the old API did.
//
//	path, handler := jobv2connect.NewJobServiceHandler(jobs{},
//		connect.WithInterceptors(statusconnect.Interceptor()))
//	…
//	http.ListenAndServe(address, statusconnect.Handler(codec, mux))
//
// Handlers raise errors with package status. Clients read them with status.FromError,
// status.Is and status.As, which understand a *connect.Error.
//
// It is an adapter: package status gives errors their final form, and package statushttp
// decides and renders. The status that a client gets, and the answer in a dialect, are the
// same bytes as those of a gRPC server and of a gateway.
//
// Invariants: what an error wraps, the text of a Go error and of a panic go to the log and
// are never sent. A client of Connect, gRPC or gRPC-Web never gets an answer in a dialect.
//
// Start with [Interceptor]. [Handler] is for old REST clients.
package statusconnect
