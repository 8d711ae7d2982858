// Package conformance has the tests that drive systems from their .proto
// sources, or that need more than the library may require: the compiler, the
// command line and OpenTelemetry's SDK.
package conformance
