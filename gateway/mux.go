package gateway

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/status"
)

// MuxOptions returns the options for runtime.NewServeMux that make a mux answer
// through the gateway: error, stream and routing errors, success envelopes, and
// the headers that go in and out. Options behind them in the call stand above
// them. A mux with these options wants [Gateway.Handler] around it.
func (g *Gateway) MuxOptions() []runtime.ServeMuxOption {
	return []runtime.ServeMuxOption{
		runtime.WithErrorHandler(g.handleError),
		runtime.WithStreamErrorHandler(g.handleStreamError),
		runtime.WithRoutingErrorHandler(g.handleRoutingError),
		runtime.WithMiddlewares(g.middleware),
		runtime.WithForwardResponseOption(g.forwardResponse),
		runtime.WithForwardResponseRewriter(g.rewriteResponse),
		runtime.WithMarshalerOption(runtime.MIMEWildcard, newMarshaler(g.marshaler)),
		runtime.WithIncomingHeaderMatcher(incomingHeader),
		runtime.WithOutgoingHeaderMatcher(outgoingHeader),
		runtime.WithOutgoingTrailerMatcher(outgoingTrailer),
	}
}

// handleError is the exit for unary errors, and for what never became an RPC.
func (g *Gateway) handleError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	g.fail(ctx, w, r, err, 0)
}

// handleStreamError writes the envelope itself: what it returns is written after
// it, as grpc-gateway's own chunk, and swallowed by the exchange.
func (g *Gateway) handleStreamError(ctx context.Context, err error) *grpcstatus.Status {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok && !x.probing {
		x.fail(ctx, err, 0)
	}
	return grpcstatus.New(codes.Internal, "")
}

func (g *Gateway) handleRoutingError(ctx context.Context, mux *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, httpStatus int) {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok && x.probing {
		return
	}
	if httpStatus == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", strings.Join(allowedMethods(mux, r), ", "))
	}
	g.fail(ctx, w, r, grpcstatus.Error(codeOfHTTP(httpStatus), http.StatusText(httpStatus)), httpStatus)
}

// allowedMethods returns the methods that a path has, for the header Allow that
// RFC 9110 section 15.5.6 wants in a 405. The mux does not tell; so a request is
// sent into it for each, and stopped by the middleware.
func allowedMethods(mux *runtime.ServeMux, r *http.Request) []string {
	var allowed []string
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions,
	} {
		probe := &exchange{probing: true}
		ask := &http.Request{Method: method, URL: r.URL, Header: http.Header{}, Body: http.NoBody, Host: r.Host}
		mux.ServeHTTP(discard{}, ask.WithContext(context.WithValue(r.Context(), exchangeKey{}, probe)))
		if probe.found {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// middleware runs once a route is found.
func (g *Gateway) middleware(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, pathParams map[string]string) {
		if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok && x.probing {
			x.found = true
			return
		}
		if g.maxBody > 0 && r.ContentLength > g.maxBody {
			g.fail(r.Context(), w, r,
				grpcstatus.Error(codes.InvalidArgument, "length"), http.StatusRequestEntityTooLarge)
			return
		}
		if r.ContentLength != 0 && !g.accepts(r.Header.Get("Content-Type")) {
			g.fail(r.Context(), w, r,
				grpcstatus.Error(codes.InvalidArgument, "media type"), http.StatusUnsupportedMediaType)
			return
		}
		next(w, r, pathParams)
	}
}

// accepts tells whether a request's body may have a Content-Type. Forms are
// accepted because curl -d calls its JSON one.
func (g *Gateway) accepts(contentType string) bool {
	if contentType == "" || contentType == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return mediaType == "application/json" || mediaType == "application/x-www-form-urlencoded" ||
		strings.HasSuffix(mediaType, "+json") ||
		slices.Contains(g.contentTypes, mediaType) || slices.Contains(g.contentTypes, "*/*")
}

// forwardResponse runs before each answer is written: with nil, when a stream
// starts.
func (g *Gateway) forwardResponse(ctx context.Context, w http.ResponseWriter, response proto.Message) error {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil
	}
	if response == nil {
		x.streaming = true
		return nil
	}
	return x.succeed(ctx, w)
}

const requestIDHeader = "X-Request-Id"

func incomingHeader(key string) (string, bool) {
	switch key {
	case requestIDHeader:
		return status.RequestIDKey, true
	case runtime.MetadataHeaderPrefix + requestIDHeader:
		return "", false // a second id, which no check has seen
	}
	return runtime.DefaultHeaderMatcher(key)
}

func outgoingHeader(key string) (string, bool) {
	if internalKey(key) {
		return "", false
	}
	return runtime.MetadataHeaderPrefix + key, true
}

func outgoingTrailer(key string) (string, bool) {
	if internalKey(key) {
		return "", false
	}
	return runtime.MetadataTrailerPrefix + key, true
}

// internalKey tells which metadata are between gateway and backend: gRPC's own,
// among them the details that the envelope has just left out, and statusmap's.
func internalKey(key string) bool {
	key = strings.ToLower(key)
	return strings.HasPrefix(key, "grpc-") || strings.HasPrefix(key, status.MetadataPrefix) || key == status.RequestIDKey || key == "content-type"
}
