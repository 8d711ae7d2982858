// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	grpcstatus "google.golang.org/grpc/status"

	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
)

// discard is a ResponseWriter that keeps nothing but its headers.
type discard struct {
	header http.Header
	status int
	n      int
}

func newDiscard() *discard { return &discard{header: http.Header{}} }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }

// failed is what the mux gives to an error handler.
type failed struct {
	ctx context.Context
	w   http.ResponseWriter
	r   *http.Request
	err error
}

func defaultMux() *runtime.ServeMux { return runtime.NewServeMux() }

// The envelope as teams write it: a table of what the error codes are, a struct,
// and encoding/json.
type handEnvelope struct {
	Result    bool   `json:"result"`
	Code      int    `json:"code"`
	Data      any    `json:"data"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
}

var handCodes = map[string]struct{ code, http int }{
	reason:      {1239701, http.StatusOK},
	plainReason: {1252001, http.StatusOK},
}

func handHandler(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	st := grpcstatus.Convert(err)
	envelope := handEnvelope{Code: 1252001, Message: st.Message(), RequestID: r.Header.Get("X-Request-Id")}
	httpStatus := runtime.HTTPStatusFromCode(st.Code())
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			if c, ok := handCodes[info.GetReason()]; ok {
				envelope.Code, httpStatus = c.code, c.http
			}
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(httpStatus)
	if err := json.NewEncoder(w).Encode(envelope); err != nil {
		panic(err)
	}
}

func handMux() *runtime.ServeMux { return runtime.NewServeMux(runtime.WithErrorHandler(handHandler)) }

const requestID = "7af8fe59-0000-4000-8000-000000000000"

func newRequest() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/echo/"+domain+"?text=hi", nil)
	r.Header.Set("X-Request-Id", requestID)
	r.Body = http.NoBody
	return r
}

// hop makes one call with a request's context, as generated code does, and
// returns what the error handler would be given.
func hop(tb testing.TB, client demov1.DemoServiceClient, mux *runtime.ServeMux, w http.ResponseWriter, r *http.Request) failed {
	tb.Helper()
	ctx, err := runtime.AnnotateContext(r.Context(), mux, r, demov1.DemoService_Echo_FullMethodName, runtime.WithHTTPPathPattern("/echo/{domain}"))
	if err != nil {
		tb.Fatal(err)
	}
	var md runtime.ServerMetadata
	_, err = client.Echo(ctx, &demov1.EchoRequest{}, grpc.Header(&md.HeaderMD), grpc.Trailer(&md.TrailerMD))
	return failed{runtime.NewServerMetadataContext(ctx, md), w, r, err}
}

// rendering is the error handler of one side, ready to be called with an error
// that came over a real hop, and the metadata that came with it.
type rendering struct {
	name string
	mux  *runtime.ServeMux
	failed
}

func renderings(tb testing.TB, w http.ResponseWriter) []rendering {
	tb.Helper()
	gw := newGateway(tb, domain)
	var list []rendering
	add := func(name string, mux *runtime.ServeMux, answer echo, opts ...grpc.ServerOption) {
		list = append(list, rendering{name, mux, hop(tb, serve(tb, answer, opts...), mux, w, newRequest())})
	}
	ours := runtime.NewServeMux(gw.MuxOptions()...)
	add("statusmap/args=0", ours, raise(buildNone), interceptor())
	add("statusmap/args=2", ours, raise(buildTwo), interceptor())
	add("DefaultHTTPErrorHandler/args=0", defaultMux(), raise(buildNone), interceptor())
	add("DefaultHTTPErrorHandler/args=2", defaultMux(), raise(buildTwo), interceptor())
	add("hand-written/args=0", handMux(), raise(buildNone), interceptor())
	add("hand-written/args=2", handMux(), raise(buildTwo), interceptor())
	return list
}

var (
	floorHead   = []byte(`{"result":false,"code":1239701,"data":null,"message":"`)
	floorTail   = []byte(`","request_id":"7af8fe59-0000-4000-8000-000000000000"}`)
	floorJSON   = []string{"application/json; charset=utf-8"}
	floorSniff  = []string{"nosniff"}
	floorID     = []string{requestID}
	floorBuffer = make([]byte, 0, 1024)
)

// floor writes an answer that is known beforehand: nothing can be faster.
func floor(w http.ResponseWriter, text string) {
	h := w.Header()
	h["Content-Type"] = floorJSON
	h["X-Content-Type-Options"] = floorSniff
	b := floorBuffer[:0]
	b = append(b, floorHead...)
	b = append(b, text...)
	b = append(b, floorTail...)
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
}

func BenchmarkRender(b *testing.B) {
	var w http.ResponseWriter = newDiscard()
	variants := []variant{{name: "floor", run: func() { floor(w, message) }}}
	for _, r := range renderings(b, w) {
		_, marshaler := runtime.MarshalerForRequest(r.mux, r.r)
		v := variant{name: r.name, run: func() { runtime.HTTPError(r.ctx, r.mux, marshaler, r.w, r.r, r.err) }}
		if args, ok := strings.CutPrefix(r.name, "statusmap/"); ok {
			v.against = []string{"floor", "DefaultHTTPErrorHandler/" + args, "hand-written/" + args}
		}
		variants = append(variants, v)
	}
	sideBySide(b, variants)
}
