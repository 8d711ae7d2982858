package bench

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
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

// A failed is what the mux gives to an error handler.
type failed struct {
	ctx context.Context
	w   http.ResponseWriter
	r   *http.Request
	err error
}

// handlers are muxes by the error handler they have.
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
	json.NewEncoder(w).Encode(envelope)
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

// throughHandler returns what the mux behind gw.Handler is given for a request.
func throughHandler(tb testing.TB, wrap func(http.Handler) http.Handler, w http.ResponseWriter, r *http.Request) failed {
	tb.Helper()
	var f failed
	wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.w, f.r = w, r })).ServeHTTP(w, r)
	if f.r == nil {
		tb.Fatal("the handler did not call the mux")
	}
	return f
}

// rendering is the error handler of one side, ready to be called: with an error
// that came over a real hop, and the metadata that it came with.
type rendering struct {
	name string
	mux  *runtime.ServeMux
	// next returns n calls' arguments.
	next func(n int) []failed
}

func renderings(tb testing.TB, w http.ResponseWriter) []rendering {
	tb.Helper()
	gw := newGateway(tb)
	ourMux := runtime.NewServeMux(gw.MuxOptions()...)
	ourClient := serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, buildTwo() }, interceptors())
	peerClient := serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) { return nil, peersError(tb) })
	bareClient := serve(tb, func(*demov1.EchoRequest) (*demov1.EchoResponse, error) {
		return nil, peersPlainError(tb)
	})

	first := throughHandler(tb, gw.Handler, w, newRequest())
	call := hop(tb, ourClient, ourMux, first.w, first.r)
	md, _ := runtime.ServerMetadataFromContext(call.ctx)
	if len(md.TrailerMD["grpc-status-details-bin"]) != 1 {
		tb.Fatal("the trailer has no details")
	}
	// An exchange can fail once. Each call has its own, with the metadata and the
	// error of the hop.
	ours := func(n int) []failed {
		list := make([]failed, n)
		for i := range list {
			f := throughHandler(tb, gw.Handler, w, newRequest())
			ctx, err := runtime.AnnotateContext(f.r.Context(), ourMux, f.r, demov1.DemoService_Echo_FullMethodName, runtime.WithHTTPPathPattern("/echo/{domain}"))
			if err != nil {
				tb.Fatal(err)
			}
			list[i] = failed{runtime.NewServerMetadataContext(ctx, md), f.w, f.r, call.err}
		}
		return list
	}
	same := func(f failed) func(n int) []failed {
		return func(n int) []failed {
			list := make([]failed, n)
			for i := range list {
				list[i] = f
			}
			return list
		}
	}
	dm, hm := defaultMux(), handMux()
	return []rendering{
		{"statusmap/args=2", ourMux, ours},
		{"DefaultHTTPErrorHandler/args=0", dm, same(hop(tb, bareClient, dm, w, newRequest()))},
		{"DefaultHTTPErrorHandler/args=2", dm, same(hop(tb, peerClient, dm, w, newRequest()))},
		{"hand-written/args=2", hm, same(hop(tb, peerClient, hm, w, newRequest()))},
	}
}

func peersPlainError(tb testing.TB) error {
	tb.Helper()
	st, err := grpcstatus.New(13, plainMessage).WithDetails(&errdetails.ErrorInfo{Domain: domain, Reason: plainReason})
	if err != nil {
		tb.Fatal(err)
	}
	return st.Err()
}

var (
	floorHead   = []byte(`{"result":false,"code":1239701,"data":null,"message":"`)
	floorTail   = []byte(`","request_id":"7af8fe59-0000-4000-8000-000000000000"}`)
	floorJSON   = []string{"application/json; charset=utf-8"}
	floorSniff  = []string{"nosniff"}
	floorBuffer = make([]byte, 0, 1024)
)

// floor writes an answer that is known beforehand: nothing can be faster.
func floor(w http.ResponseWriter) {
	h := w.Header()
	h["Content-Type"] = floorJSON
	h["X-Content-Type-Options"] = floorSniff
	b := append(floorBuffer[:0], floorHead...)
	b = append(b, message...)
	b = append(b, floorTail...)
	w.WriteHeader(http.StatusOK)
	w.Write(b)
}

func BenchmarkRender(b *testing.B) {
	var w http.ResponseWriter = newDiscard()
	variants := []variant{{name: "floor", run: func() { floor(w) }}}
	for _, r := range renderings(b, w) {
		_, marshaler := runtime.MarshalerForRequest(r.mux, newRequest())
		var calls []failed
		v := variant{
			name: r.name,
			run: func() {
				f := &calls[0]
				calls = calls[1:]
				runtime.HTTPError(f.ctx, r.mux, marshaler, f.w, f.r, f.err)
			},
			prepare: func(burst int) { calls = r.next(burst) },
		}
		if r.name == "statusmap/args=2" {
			v.against = []string{"floor", "DefaultHTTPErrorHandler/args=2", "hand-written/args=2"}
		}
		variants = append(variants, v)
	}
	sideBySide(b, variants)
}
