// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcmetadata "google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/internal/servertest/golden"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

const secret = servertest.Secret

// A carelessBackend is a backend without interceptors whose errors are wrong in many
// ways. The reason of a request selects the error.
type carelessBackend struct {
	demov1.UnimplementedDemoServiceServer
	system *catalog.System
}

func (b *carelessBackend) Raise(ctx context.Context, r *demov1.RaiseRequest) (*demov1.RaiseResponse, error) {
	md := grpcmetadata.Pairs("statusmap-internal", secret, "x-trace", "1")
	if err := errors.Join(grpc.SetHeader(ctx, md), grpc.SetTrailer(ctx, md)); err != nil {
		return nil, err
	}
	code := someCode(b.system)
	message := code.Message().Text()
	info := errorInfo(code)
	info.Metadata["trace"] = "t"
	switch r.GetReason() {
	case "code":
		return nil, status.New(code)
	case "wrapped":
		return nil, fmt.Errorf("loading %s: %w", secret, status.New(code))
	case "go error":
		return nil, errors.New("pq: password " + secret)
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case "plain":
		return nil, grpcstatus.Error(codes.Unauthenticated, "Bearer realm="+secret)
	case "out of range":
		return nil, grpcstatus.Error(77, secret)
	case "number":
		return nil, grpcstatus.Error(codes.Code(code.Number()), secret)
	case "unknown detail":
		return nil, statusOf(code.GRPCCode(), message, info, nil)
	case "newer reason":
		return nil, statusOf(codes.NotFound, "a text from the future", &errdetails.ErrorInfo{
			Domain:   b.system.Domain(),
			Reason:   "NEWER",
			Metadata: map[string]string{"legacy_code": "9999999"},
		})
	case "two ErrorInfos":
		foreign := &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE", Metadata: map[string]string{"secret": secret}}
		return nil, statusOf(code.GRPCCode(), message, foreign, info)
	case "foreign ErrorInfo":
		foreign := &errdetails.ErrorInfo{Domain: "googleapis.com", Reason: "GONE"}
		return nil, statusOf(codes.PermissionDenied, "caller "+secret+" has no rights", foreign)
	case "broken details":
		return nil, grpcstatus.ErrorProto(&spb.Status{Code: int32(codes.Aborted), Message: secret, Details: []*anypb.Any{{
			TypeUrl: "type.googleapis.com/google.rpc.ErrorInfo", Value: []byte("\xff\xff" + secret),
		}}})
	case "panic":
		panic(secret) // only in process: grpc-go does not recover
	}
	return &demov1.RaiseResponse{}, nil
}

func (b *carelessBackend) Stream(r *demov1.StreamRequest, stream grpc.ServerStreamingServer[demov1.StreamResponse]) error {
	for i := range r.GetAfter() {
		if err := stream.Send(&demov1.StreamResponse{Index: i}); err != nil {
			return err
		}
	}
	if r.GetReason() == "go error" {
		return errors.New("pq: password " + secret)
	}
	code := someCode(b.system)
	return statusOf(code.GRPCCode(), code.Message().Text(), errorInfo(code), nil)
}

func (b *carelessBackend) Echo(context.Context, *demov1.EchoRequest) (*demov1.EchoResponse, error) {
	return &demov1.EchoResponse{Text: "hi"}, nil
}

// someCode returns a code that has no arguments and is not a fallback, so that a test can
// distinguish it from a fallback.
func someCode(system *catalog.System) *catalog.Code {
	for _, code := range system.Codes() {
		if !code.IsSuccess() && len(code.Message().Params()) == 0 && len(code.FallbackFor()) == 0 {
			return code
		}
	}
	return nil
}

func errorInfo(code *catalog.Code) *errdetails.ErrorInfo {
	return &errdetails.ErrorInfo{
		Domain:   code.Domain(),
		Reason:   code.Reason(),
		Metadata: map[string]string{"legacy_code": code.LegacyCode()},
	}
}

// statusOf returns a status error with details. A nil detail has an unknown type.
func statusOf(code codes.Code, message string, details ...proto.Message) error {
	p := &spb.Status{Code: int32(code), Message: message}
	for _, d := range details {
		if d == nil {
			p.Details = append(p.Details, &anypb.Any{
				TypeUrl: "type.googleapis.com/acme.internal.v1.Secret",
				Value:   []byte(secret),
			})
			continue
		}
		a, err := anypb.New(d)
		if err != nil {
			return err
		}
		p.Details = append(p.Details, a)
	}
	return grpcstatus.ErrorProto(p)
}

// serveExits serves gateways for these backends: the carelessBackend over TCP at /, the
// carelessBackend in the same process at /in-process, a backend that is down at /down,
// and a server that does not speak gRPC at /garbage.
func serveExits(t *testing.T, system *catalog.System, protocol servertest.Protocol) *servertest.Server {
	t.Helper()
	backend := &carelessBackend{system: system}
	codec, err := statushttp.New(
		statushttp.WithRoute("/", system.Domain()),
		statushttp.WithLogger(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		t.Fatal(err)
	}
	gw := gateway.New(codec, gateway.WithMaxBody(1000))
	address := servertest.ServeGRPC(t, backend)
	inProcess := runtime.NewServeMux(gw.MuxOptions()...)
	if err := demov1.RegisterDemoServiceHandlerServer(t.Context(), inProcess, backend); err != nil {
		t.Fatal(err)
	}
	failing := runtime.WithForwardResponseOption(func(context.Context, http.ResponseWriter, proto.Message) error {
		return errors.New("rpc error: " + secret)
	})

	root := http.NewServeMux()
	root.Handle("/", newExitMux(t, gw, address))
	for prefix, mux := range map[string]http.Handler{
		"/in-process":     inProcess,
		"/failing-option": servertest.NewMux(t, gw, address, failing),
		"/own-marshaler":  servertest.NewMux(t, gw, address, runtime.WithMarshalerOption(runtime.MIMEWildcard, &runtime.ProtoMarshaller{})),
		"/own-handler":    servertest.NewMux(t, gw, address, runtime.WithErrorHandler(clearCookies(gw))),
		"/own-matcher":    servertest.NewMux(t, gw, address, runtime.WithIncomingHeaderMatcher(forwardTrace)),
		"/form":           servertest.NewMux(t, gw, address, runtime.WithMarshalerOption(form, &gateway.FormMarshaler{Marshaler: &runtime.JSONPb{}})),
		"/gzip":           gzipped(t, servertest.NewMux(t, gw, address)),
		"/down":           servertest.NewMux(t, gw, servertest.ClosedAddress(t)),
		"/garbage":        servertest.NewMux(t, gw, serveGarbage(t)),
	} {
		root.Handle(prefix+"/", http.StripPrefix(prefix, mux))
	}
	return servertest.ServeHTTP(t, root, protocol)
}

const form = "application/x-www-form-urlencoded"

// forwardTrace is a program's own header matcher. The default one forwards other headers
// since grpc-gateway 2.33.
func forwardTrace(key string) (string, bool) { return key, strings.HasPrefix(key, "X-Trace") }

// clearCookies is a program's own error handler, which calls ours.
func clearCookies(gw *gateway.Gateway) runtime.ErrorHandlerFunc {
	return func(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
		http.SetCookie(w, &http.Cookie{Name: "session", MaxAge: -1})
		gw.ErrorHandler(ctx, mux, m, w, r, err)
	}
}

// gzipped compresses what a handler writes.
func gzipped(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		z := gzip.NewWriter(w)
		next.ServeHTTP(&gzipWriter{ResponseWriter: w, gzip: z}, r)
		if err := z.Close(); err != nil {
			t.Error(err)
		}
	})
}

type gzipWriter struct {
	http.ResponseWriter
	gzip *gzip.Writer
}

func (w *gzipWriter) WriteHeader(status int) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Del("Content-Length")
	w.ResponseWriter.WriteHeader(status)
}

func (w *gzipWriter) Write(b []byte) (int, error) { return w.gzip.Write(b) }

// newExitMux returns a mux for the backend at address. It adds handlers that fail in the
// same way as generated code, and handlers that panic.
func newExitMux(t *testing.T, gw *gateway.Gateway, address string) *runtime.ServeMux {
	t.Helper()
	mux := servertest.NewMux(t, gw, address)
	fail := func(w http.ResponseWriter, r *http.Request, err error) {
		_, marshaler := runtime.MarshalerForRequest(mux, r)
		ctx, annotateErr := runtime.AnnotateContext(r.Context(), mux, r, demov1.DemoService_Echo_FullMethodName)
		if annotateErr != nil {
			t.Error(annotateErr)
		}
		runtime.HTTPError(ctx, mux, marshaler, w, r, err)
	}
	for path, handler := range map[string]runtime.HandlerFunc{
		"/hints": func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
			w.WriteHeader(http.StatusEarlyHints)
			fail(w, r, grpcstatus.Error(codes.NotFound, secret))
		},
		"/panics": func(http.ResponseWriter, *http.Request, map[string]string) { panic(secret) },
		"/teapot": func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
			fail(w, r, &runtime.HTTPStatusError{HTTPStatus: http.StatusTeapot, Err: grpcstatus.Error(codes.NotFound, secret)})
		},
		"/wrapped-teapot": func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
			fail(w, r, fmt.Errorf("x: %w", &runtime.HTTPStatusError{HTTPStatus: http.StatusTeapot, Err: errors.New(secret)}))
		},
		"/job/{id}": func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			if _, err := runtime.Int32(params["id"]); err != nil {
				fail(w, r, grpcstatus.Errorf(codes.InvalidArgument, "type mismatch, parameter: %s, error: %v", "id", err))
			}
		},
	} {
		if err := mux.HandlePath(http.MethodGet, path, handler); err != nil {
			t.Fatal(err)
		}
	}
	return mux
}

// serveGarbage starts a server that does not speak gRPC, and returns its address.
func serveGarbage(t *testing.T) string {
	t.Helper()
	l := servertest.Listen(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"+secret); err != nil {
				t.Log(err)
			}
			if err := conn.Close(); err != nil {
				t.Log(err)
			}
		}
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return l.Addr().String()
}

// A wantCode is the expected code of a response.
type wantCode int

const (
	fallbackCode wantCode = iota // the fallback for the exit's gRPC code
	ownCode                      // the code that the backend raised
	newerCode                    // a code that the gateway does not know
)

// An exit is a way for a request to end.
type exit struct {
	name     string
	method   string // "": GET
	path     string
	header   servertest.Header
	body     string
	wantHTTP int // unless the system has http_always; 0 is the HTTP status of the code
	wantCode wantCode
	wantGRPC codes.Code // the gRPC code that the fallback replaces
	ownHTTP  bool       // the answer is the gateway's own, so fallback_for_http decides first

	wantLines int // the number of lines before the envelope
	wantAllow string
}

var exits = []exit{
	{
		name:     "a code",
		path:     "/raise/d/code",
		wantCode: ownCode,
	},
	{
		name:     "a code, stream, before the first message",
		path:     "/stream/d/r",
		wantCode: ownCode,
	},
	{
		name:      "a code, stream, after two messages",
		path:      "/stream/d/r?after=2",
		wantCode:  ownCode,
		wantLines: 2,
		wantHTTP:  200,
	},
	{
		name:     "a Go error, stream, before the first message",
		path:     "/stream/d/go%20error",
		wantHTTP: 500,
		wantGRPC: codes.Unknown,
	},
	{
		name:      "a Go error, stream, after two messages",
		path:      "/stream/d/go%20error?after=2",
		wantHTTP:  200,
		wantGRPC:  codes.Unknown,
		wantLines: 2,
	},
	{
		name:     "a path that does not exist",
		path:     "/none",
		wantHTTP: 404,
		wantGRPC: codes.NotFound,
		ownHTTP:  true,
	},
	{
		name:      "a method that the path does not have",
		method:    http.MethodDelete,
		path:      "/raise/d/r",
		wantHTTP:  405,
		wantGRPC:  codes.Unimplemented,
		wantAllow: "GET, POST",
		ownHTTP:   true,
	},
	{
		name:      "a method that a read-only path does not have",
		method:    http.MethodPut,
		path:      "/echo/d",
		wantHTTP:  405,
		wantGRPC:  codes.Unimplemented,
		wantAllow: "GET",
		ownHTTP:   true,
	},
	{
		name:     "a body that is not JSON",
		method:   http.MethodPost,
		path:     "/raise/d/r",
		body:     `{"metadata": ` + secret,
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a body of another shape",
		method:   http.MethodPost,
		path:     "/raise/d/r",
		body:     `{"metadata": 7}`,
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a body that is too long",
		method:   http.MethodPost,
		path:     "/raise/d/r",
		body:     `{"domain":"` + strings.Repeat("x", 2000) + `"}`,
		wantHTTP: 413,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a body of another media type",
		method:   http.MethodPost,
		path:     "/raise/d/r",
		header:   servertest.Header{"Content-Type": "text/xml"},
		body:     "<x/>",
		wantHTTP: 415,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a query that does not parse",
		path:     "/stream/d/r?after=two",
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a path that does not parse",
		path:     "/job/seven",
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a header that does not parse",
		path:     "/raise/d/code",
		header:   servertest.Header{"Grpc-Timeout": "soon"},
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a metadata header that is not base64",
		path:     "/own-matcher/raise/d/code",
		header:   servertest.Header{"X-Trace-Bin": "!"},
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a metadata header that is not ASCII",
		path:     "/own-matcher/raise/d/code",
		header:   servertest.Header{"X-Trace": "trac\u00e9"},
		wantCode: ownCode,
	},
	{
		name:     "a path that is not UTF-8",
		path:     "/raise/%ff/code",
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a query that is not UTF-8",
		path:     "/raise/d/code?metadata[a]=%ff",
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a form that does not parse",
		method:   http.MethodPost,
		path:     "/form/raise/d/code",
		header:   servertest.Header{"Content-Type": form},
		body:     "metadata[a]=%zz",
		wantHTTP: 400,
		wantGRPC: codes.InvalidArgument,
	},
	{
		name:     "a form",
		method:   http.MethodPost,
		path:     "/form/raise/d/code",
		header:   servertest.Header{"Content-Type": form},
		body:     "metadata[a]=b",
		wantCode: ownCode,
	},
	{
		name:     "a backend that is down",
		path:     "/down/raise/d/code",
		wantHTTP: 503,
		wantGRPC: codes.Unavailable,
	},
	{
		name:     "a backend that sends garbage",
		path:     "/garbage/raise/d/code",
		wantHTTP: 503,
		wantGRPC: codes.Unavailable,
	},
	{
		name:     "a backend that is slow",
		path:     "/raise/d/slow",
		header:   servertest.Header{"Grpc-Timeout": "50m"},
		wantHTTP: 504,
		wantGRPC: codes.DeadlineExceeded,
	},
	{
		name:     "a Go error",
		path:     "/raise/d/go%20error",
		wantHTTP: 500,
		wantGRPC: codes.Unknown,
	},
	{
		name:     "a wrapped code",
		path:     "/raise/d/wrapped",
		wantCode: ownCode,
	},
	{
		name:     "a status without ErrorInfo",
		path:     "/raise/d/plain",
		wantHTTP: 401,
		wantGRPC: codes.Unauthenticated,
	},
	{
		name:     "a gRPC code above 16",
		path:     "/raise/d/out%20of%20range",
		wantHTTP: 500,
		wantGRPC: codes.Unknown,
	},
	{
		name:     "a code's number as gRPC code",
		path:     "/raise/d/number",
		wantCode: ownCode,
	},
	{
		name:     "a detail of an unknown type",
		path:     "/raise/d/unknown%20detail",
		wantCode: ownCode,
	},
	{
		name:     "a reason newer than the gateway",
		path:     "/raise/d/newer%20reason",
		wantCode: newerCode,
		wantHTTP: 404,
	},
	{
		name:     "two ErrorInfos",
		path:     "/raise/d/two%20ErrorInfos",
		wantCode: ownCode,
	},
	{
		name:     "an ErrorInfo of a foreign domain",
		path:     "/raise/d/foreign%20ErrorInfo",
		wantHTTP: 403,
		wantGRPC: codes.PermissionDenied,
	},
	{
		name:     "broken details",
		path:     "/raise/d/broken%20details",
		wantHTTP: 409,
		wantGRPC: codes.Aborted,
	},
	{
		name:     "a panic in a gateway handler",
		path:     "/panics",
		wantHTTP: 500,
		wantGRPC: codes.Internal,
	},
	{
		name:     "a *runtime.HTTPStatusError",
		path:     "/teapot",
		wantHTTP: 418,
		wantGRPC: codes.NotFound,
	},
	{
		name:     "a wrapped *runtime.HTTPStatusError",
		path:     "/wrapped-teapot",
		wantHTTP: 418,
		wantGRPC: codes.FailedPrecondition,
	},
	{
		name:     "early hints, then an error",
		path:     "/hints",
		wantHTTP: 404,
		wantGRPC: codes.NotFound,
	},
	{
		name:     "an error handler of the program, which calls ours",
		path:     "/own-handler/raise/d/code",
		wantCode: ownCode,
	},
	{
		name:     "a marshaler of the program",
		path:     "/own-marshaler/raise/d/code",
		wantCode: ownCode,
	},
	{
		name:     "a writer around the mux that compresses",
		path:     "/gzip/raise/d/code",
		wantCode: ownCode,
	},
	{
		name:     "a writer around the mux that compresses, stream",
		path:     "/gzip/stream/d/r",
		wantCode: ownCode,
	},
	{
		name:     "a ForwardResponseOption that fails",
		path:     "/failing-option/echo/d",
		wantHTTP: 500,
		wantGRPC: codes.Unknown,
	},
	{
		name:     "in process: a code",
		path:     "/in-process/raise/d/code",
		wantCode: ownCode,
	},
	{
		name:     "in process: a wrapped code",
		path:     "/in-process/raise/d/wrapped",
		wantCode: ownCode,
	},
	{
		name:     "in process: a Go error",
		path:     "/in-process/raise/d/go%20error",
		wantHTTP: 500,
		wantGRPC: codes.Unknown,
	},
	{
		name:     "in process: a panic",
		path:     "/in-process/raise/d/panic",
		wantHTTP: 500,
		wantGRPC: codes.Internal,
	},
	{
		name:     "in process: broken details",
		path:     "/in-process/raise/d/broken%20details",
		wantHTTP: 409,
		wantGRPC: codes.Aborted,
	},
}

// TestExits sends the request of every exit to every system, over HTTP/1.1 and HTTP/2.
// The client accepts trailers. The results are in docs/exits.md.
func TestExits(t *testing.T) {
	t.Parallel()
	systems := servertest.DefaultCatalog(t).Systems()
	cells := make([][]string, len(exits)) // by exit and system
	for i := range cells {
		cells[i] = make([]string, len(systems))
	}
	t.Run("systems", func(t *testing.T) { // returns after all parallel subtests have ended
		for _, protocol := range []servertest.Protocol{servertest.HTTP1, servertest.HTTP2} {
			for column, system := range systems {
				t.Run(fmt.Sprintf("%s/%s", system.Domain(), protocol), func(t *testing.T) {
					t.Parallel()
					server := serveExits(t, system, protocol)
					for row, x := range exits {
						// Not parallel: hundreds of requests at once could exceed their deadlines.
						t.Run(x.name, func(t *testing.T) {
							cell := checkExit(t, server, system, x)
							if protocol == servertest.HTTP1 {
								cells[row][column] = cell
							}
						})
					}
				})
			}
		}
	})
	if t.Failed() {
		return
	}
	var page bytes.Buffer
	page.WriteString(exitsHeading)
	page.WriteString("\n| exit |")
	for _, s := range systems {
		fmt.Fprintf(&page, " %s |", strings.TrimPrefix(s.Domain(), "legacy."))
	}
	page.WriteString("\n|---|" + strings.Repeat("---|", len(systems)) + "\n")
	for row, x := range exits {
		fmt.Fprintf(&page, "| %s | %s |\n", x.name, strings.Join(cells[row], " | "))
	}
	golden.Check(t, inRepository("docs/exits.md"), page.Bytes())
}

const exitsHeading = `# What does a REST client get if a request fails?

The table has one row for each way in which a request can end, and the HTTP status and legacy code of the response in each system.

- Systems with ` + "`http_always: 200`" + ` answer 200 to everything. ` + "`statushttp.WithCodeHTTPStatus()`" + ` overrides this.
- If a fallback replaces an error, the HTTP status is the canonical one of the error's gRPC code, unless the fallback has the option
  ` + "`http`" + `. For example, the status of a backend that is down is 503.
- If a stream fails after its first message, the envelope is the last line.

A test writes this page: ` + "`go test -run TestExits ./internal/conformance -update`" + `. Its backend has no interceptors, and its
errors are wrong in many ways. The test uses a real gRPC connection, HTTP/1.1 and HTTP/2, and a client that accepts trailers. It
checks that each body is valid JSON and the envelope of the system, and that the response has the headers ` + "`Content-Type`" + `,
` + "`X-Content-Type-Options` and `X-Request-Id`" + `. It also checks that body, headers and trailers contain no Go errors, parser
messages, details or stack traces.
`

// checkExit sends the request of an exit and checks the response. It returns the table
// cell.
func checkExit(t *testing.T, server *servertest.Server, system *catalog.System, x exit) string {
	t.Helper()
	header := servertest.Header{"TE": "trailers", "X-Request-Id": "r-1"}
	maps.Copy(header, x.header)
	response := server.Do(t, servertest.Request{Method: x.method, Path: x.path, Header: header, Body: x.body})
	servertest.CheckLeaks(t, fmt.Sprint(response.Header, response.Trailer, response.Body))
	checkExitHeaders(t, response, x)

	lines := strings.Split(strings.TrimSuffix(response.Body, "\n"), "\n")
	if len(lines) != x.wantLines+1 {
		t.Fatalf("%d lines, want %d: %s", len(lines), x.wantLines+1, response.Body)
	}
	envelope := lines[len(lines)-1]
	if !json.Valid([]byte(envelope)) {
		t.Errorf("the body is not JSON: %s", envelope)
	}
	got, ok := readFailure(system, envelope)
	if !ok {
		t.Fatalf("the body is not the envelope of %s: %s", system.Domain(), envelope)
	}
	if !isVerbatim(system, envelope) {
		t.Errorf("the body differs from the envelope of %s: %s", system.Domain(), envelope)
	}
	wantHTTP := x.wantHTTP
	want := failure{legacyCode: "9999999", message: "a text from the future"}
	if x.wantCode != newerCode {
		code := system.Fallback(x.wantGRPC)
		if f := system.FallbackHTTP(x.wantHTTP); x.ownHTTP && f != nil {
			code = f
		}
		if x.wantCode == ownCode {
			code = someCode(system)
		}
		if wantHTTP == 0 {
			wantHTTP = code.HTTPStatus()
		}
		want = failure{legacyCode: code.LegacyCode(), message: code.Message().Text()}
	}
	if hasRequestID(system) {
		want.requestID = "r-1"
	}
	if got != want {
		t.Errorf("%s: got %+v, want %+v", envelope, got, want)
	}
	if system.HTTPAlways() != 0 {
		wantHTTP = system.HTTPAlways()
	}
	if response.Status != wantHTTP {
		t.Errorf("HTTP %d, want %d", response.Status, wantHTTP)
	}
	return fmt.Sprintf("%d `%s`", response.Status, got.legacyCode)
}

// checkExitHeaders checks that the required headers are set, and that internal headers
// are not.
func checkExitHeaders(t *testing.T, response servertest.Response, x exit) {
	t.Helper()
	contentType := "application/json; charset=utf-8"
	if x.wantLines > 0 {
		contentType = "application/json" // the stream has already sent its header
	}
	for name, want := range map[string]string{
		"Content-Type":           contentType,
		"X-Content-Type-Options": "nosniff",
		"X-Request-Id":           "r-1",
		"Allow":                  x.wantAllow,
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, h := range []http.Header{response.Header, response.Trailer} {
		for name := range h {
			if strings.HasPrefix(name, "Grpc-Status") ||
				strings.HasPrefix(name, "Grpc-Trailer-Grpc") ||
				strings.Contains(name, "Statusmap") ||
				name == "Www-Authenticate" {
				t.Errorf("got the header %s: %v, want no such header", name, h[name])
			}
		}
	}
}

// TestClientGone checks that no goroutines stay if clients close their connections.
func TestClientGone(t *testing.T) {
	t.Parallel()
	system, _ := servertest.DefaultCatalog(t).System("legacy.jarvis.v2")
	server := serveExits(t, system, servertest.HTTP1)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/raise/d/slow", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client.Do(request)
		if err == nil {
			t.Errorf("got the response %s, want an exceeded deadline", response.Status)
			if err := response.Body.Close(); err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
	}
}
