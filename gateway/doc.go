// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package gateway makes grpc-gateway answer as the legacy system did: the old JSON
// envelope, byte for byte, and the old HTTP status.
//
//	codec, err := statushttp.New(statushttp.WithRoute("/api/c/compapi/v2/job/", "legacy.job.v2"))
//	…
//	mux := runtime.NewServeMux(gateway.New(codec).MuxOptions()...)
//
// It is an adapter: package statushttp decides and renders. A request without a
// dialect is answered as if this package were not there, byte for byte, but for the
// metadata statusmap-…, which are never forwarded.
//
// Invariants: every exit of a request with a dialect has its envelope, written to the
// writer that the handler was given; nothing of a Go error, a gRPC detail or a
// parser's text reaches its client, in body, header or trailer.
//
// Start with [New] and [Gateway.MuxOptions].
package gateway
