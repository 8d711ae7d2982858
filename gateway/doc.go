// Package gateway makes grpc-gateway answer as the legacy system did: the old
// JSON envelope, byte for byte, and the old HTTP status, on every exit.
//
//	gw, err := gateway.New(gateway.WithRoute("/api/c/compapi/v2/job/", "legacy.job.v2"))
//	mux := runtime.NewServeMux(gw.MuxOptions()...)
//	http.ListenAndServe(addr, gw.Handler(mux))
//
// A request speaks one dialect, a system of the catalog: by [WithDialect], else
// by the longest [WithRoute], else by the option (statusmap.v1.method) or
// (statusmap.v1.service) of its RPC, else by the error's own domain. An error of
// another domain becomes the code of the same reason where both are versions of
// one family, else the dialect's fallback for its gRPC code, with the fallback's
// own text: what another system says is not for this one's clients.
//
// Invariants: one engine renders every exit; an envelope is valid JSON whatever
// it holds; nothing of a Go error, a gRPC detail or a parser's text reaches the
// client, in body, header or trailer.
//
// Start with [New].
package gateway
