// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

// Groups of targets.
const (
	raising   = "Raise an error and hand it to gRPC"
	reading   = "Read it on the client"
	rendering = "Render it in the gateway, from status to bytes written"
	endToEnd  = "End to end: HTTP, gateway, gRPC and back; ids on both sides"
	success   = "What success costs in the service"
	catalog   = "Catalog, without targets"
)

const (
	build  = "BenchmarkBuild/statusmap/"
	read   = "BenchmarkRead/statusmap."
	render = "BenchmarkRender/statusmap/args=2"
	whole  = "BenchmarkEndToEnd/id/statusmap_"
	start  = "BenchmarkStart/"
)

// none is the limit of a figure that has no target.
const none = 0

// allocations is the unit whose limit may be 0.
const allocations = "allocs/op"

var targets = []target{
	{raising, "no arguments, against grpc-go making the same status", build + "args=0", "x:grpc-go/args=0", 0.05},
	{raising, "no arguments", build + "args=0", allocations, 0},
	{raising, "two arguments, against grpc-go making the same status", build + "args=2", "x:grpc-go/args=2", 0.35},

	{reading, "FromError, against grpc-go's Details", read + "FromError", "x:grpc-go.Details", 0.5},
	{reading, "Is, against grpc-go's Details", read + "Is", "x:grpc-go.Details", 0.8},

	{rendering, "against grpc-gateway's default handler", render, "x:DefaultHTTPErrorHandler/args=2", 0.07},
	{rendering, "against a hand-written handler", render, "x:hand-written/args=2", 0.22},
	{rendering, "allocations", render, allocations, 3},

	{endToEnd, "an error in Chinese, against the floor", whole + "error/args=2", "x:floor_error/args=2", 1.08},
	{endToEnd, "an error in English, against the floor", whole + "english_error/args=2", "x:floor_english_error/args=2", 1.08},
	{endToEnd, "the success envelope, against grpc-gateway's plain success", whole + "success", "x:plain_success", 1.05},

	{success, "the interceptor on success", "BenchmarkInterceptor/success/statusmap", allocations, 0},

	{catalog, "start-up, a code of 500", start + "codes=500", "ns/op", none},
	{catalog, "start-up, a code of 50,000", start + "codes=50000", "ns/op", none},
	{catalog, "memory kept, a code of 500", start + "kept/codes=500", "B-kept/op", none},
	{catalog, "memory kept, a code of 50,000", start + "kept/codes=50000", "B-kept/op", none},
	{catalog, "look-up by enum value, of 500 codes", "BenchmarkLookup/value/codes=500", "ns/op", none},
	{catalog, "look-up by reason, of 500 codes", "BenchmarkLookup/reason/codes=500", "ns/op", none},
	{catalog, "look-up by legacy code, of 500 codes", "BenchmarkLookup/legacy_code/codes=500", "ns/op", none},
}
