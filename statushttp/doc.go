// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package statushttp is the engine: what a legacy system answers over HTTP to an
// error or a success, and what its answer means.
//
//	codec, err := statushttp.New(statushttp.WithRoute("/api/v2/job/", "legacy.job.v2"))
//	…
//	codec.WriteError(w, r, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", id))
//
// A request speaks one dialect, a system of the catalog, or none: see
// [Codec.Dialect]. An error takes three steps, each in one place: read (what does the
// error say?), decide (what does the dialect say to that?), render (bytes and
// headers). An error of another domain becomes the code of the same reason if both
// are versions of one family, else the dialect's fallback code for its gRPC code with
// that code's own text: what another system says is not for this one's clients.
//
// A system may have several envelopes: the request header Accept chooses one, for the
// whole of a stream. {details} has no stack traces, no sensitive arguments, and of a
// fallback only what is its own. A header of an envelope has no control characters and
// at most 1 KiB.
//
// Invariants: an envelope is valid JSON with any values; nothing of a Go error or a
// gRPC detail reaches the client, in body or headers.
//
// The way of an error through a gateway: gateway.Gateway.ErrorHandler finds the
// request and its writer; read.go reads the error into a reading; decide.go makes the
// [Decision]; render.go fills in the envelope and sets headers; the gateway writes them.
// No step is entered twice.
//
// Start with [New] and [Codec.WriteError]. For grpc-gateway there is package gateway.
package statushttp
