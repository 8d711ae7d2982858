package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
	"github.com/statusmap/statusmap/status"
)

// UnknownReason is the ErrorInfo reason of a legacy code that the catalog does
// not have. No enum has it; legacy_code says which code it was.
const UnknownReason = "UNKNOWN_CODE"

// Decode reads the response of a legacy system, the way back: a failure becomes
// a status with ErrorInfo, whose metadata hold the arguments as far as the
// message's template tells them; a success becomes OK. See [Gateway.Do] for a
// whole call.
//
// A code that the catalog does not have keeps its number and text under
// [UnknownReason], with a gRPC code by the HTTP status. A body that is not the
// system's (HTML of a proxy, cut-off JSON) becomes a status without ErrorInfo
// that says so, by the HTTP status; the start of the body goes to the log.
func (g *Gateway) Decode(domain string, httpStatus int, body []byte) *grpcstatus.Status {
	st, _ := g.decode(context.Background(), domain, httpStatus, body)
	return st
}

func (g *Gateway) decode(ctx context.Context, domain string, httpStatus int, body []byte) (*grpcstatus.Status, catalog.Values) {
	system, ok := g.catalog.System(domain)
	if !ok {
		g.logger.LogAttrs(ctx, slog.LevelError, "cannot decode a response", slog.Any("error", g.unknownDomain(domain)))
		return grpcstatus.New(codes.Internal, "the response is of a system that is not known here"), catalog.Values{}
	}
	fine := httpStatus >= 200 && httpStatus <= 299
	if !fine || system.HTTPAlways() != 0 {
		// Where HTTP tells success from failure, a resource with a key "Code" is no
		// failure.
		if v, ok := system.FailureEnvelope().Parse(body); ok && len(v.LegacyCode) <= maxLegacyCode {
			return g.decodeFailure(system, httpStatus, &v), v
		}
	}
	if fine {
		if len(body) == 0 {
			return grpcstatus.New(codes.OK, ""), catalog.Values{}
		}
		if v, ok := system.SuccessEnvelope().Parse(body); ok {
			return grpcstatus.New(codes.OK, ""), v
		}
	}
	code := codeOfHTTP(httpStatus)
	if code == codes.OK {
		code = codes.Internal
	}
	g.logger.LogAttrs(ctx, slog.LevelWarn, "a response that is not its system's",
		slog.String("domain", domain), slog.Int("http_status", httpStatus), slog.String("body", start(body)))
	return grpcstatus.Newf(code, "%s answered HTTP %d with a body that is not its envelope", domain, httpStatus), catalog.Values{}
}

// maxLegacyCode is more than any code has; what is longer is some other text.
const maxLegacyCode = 64

func (g *Gateway) decodeFailure(system *catalog.System, httpStatus int, v *catalog.Values) *grpcstatus.Status {
	metadata := []catalog.Arg{{Name: catalog.ErrorInfoLegacyCode, Value: v.LegacyCode}}
	reason := UnknownReason
	grpcCode := cmp.Or(codeOfHTTP(httpStatus), codes.Unknown)
	code, ok := g.catalog.LookupLegacy(system.Domain(), v.LegacyCode)
	if ok {
		if code.IsSuccess() {
			return grpcstatus.New(codes.OK, "")
		}
		reason, grpcCode = code.Reason(), code.GRPCCode()
		metadata = append(metadata, arguments(code, v)...)
	}
	if v.RequestID != "" {
		metadata = append(metadata, catalog.Arg{Name: catalog.ErrorInfoRequestID, Value: v.RequestID})
	}
	p := &spb.Status{
		Code:    int32(grpcCode),
		Message: v.Message,
		Details: []*anypb.Any{{
			TypeUrl: wire.ErrorInfoURL,
			Value:   wire.AppendErrorInfo(nil, system.Domain(), reason, metadata),
		}},
	}
	if code.RetryAfter() > 0 {
		p.Details = append(p.Details, &anypb.Any{TypeUrl: wire.RetryInfoURL, Value: wire.AppendRetryInfo(nil, code.RetryAfter())})
	}
	return grpcstatus.FromProto(p)
}

// arguments recovers a message's arguments: from the envelope's {metadata} where
// it has one, else from the text, in whichever language it is.
func arguments(code *catalog.Code, v *catalog.Values) []catalog.Arg {
	var args []catalog.Arg
	for _, a := range v.Metadata {
		if a.Name != catalog.ErrorInfoLegacyCode && a.Name != catalog.ErrorInfoRequestID {
			args = append(args, a)
		}
	}
	if len(args) > 0 {
		return args
	}
	args, ok := code.Message().Match(v.Message)
	for _, m := range code.Translations() {
		if ok {
			break
		}
		args, ok = m.Match(v.Message)
	}
	return args
}

// start returns the beginning of a body, for the log.
func start(body []byte) string {
	const most = 256
	if len(body) > most {
		return string(body[:most]) + "…"
	}
	return string(body)
}

// Do sends a request to a legacy system's backend, so that a gRPC service can
// stand in front of it:
//
//	data, err := gw.Do(http.DefaultClient, "legacy.job.v2", request)
//	if err != nil {
//		return nil, err
//	}
//	return response, protojson.Unmarshal(data, response)
//
// It returns the JSON in the success envelope's {data}; nil where the answer is
// empty. The error has a gRPC status: the legacy one as [Gateway.Decode] reads
// it, UNAVAILABLE where the backend cannot be reached, CANCELLED or
// DEADLINE_EXCEEDED where the request's context has ended. The request id of an
// incoming RPC goes along as X-Request-Id. Answers are read up to [WithMaxBody].
func (g *Gateway) Do(client *http.Client, domain string, request *http.Request) (data []byte, err error) {
	ctx := request.Context()
	if ids := metadata.ValueFromIncomingContext(ctx, status.RequestIDKey); len(ids) > 0 && request.Header.Get(requestIDHeader) == "" {
		request = request.Clone(ctx)
		request.Header.Set(requestIDHeader, ids[len(ids)-1])
	}
	response, err := client.Do(request) //nolint:gosec // the caller chose where to
	if err != nil {
		return nil, g.unreachable(ctx, domain, err)
	}
	body, err := g.readAll(response.Body)
	if closeErr := response.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, g.unreachable(ctx, domain, err)
	}
	st, v := g.decode(ctx, domain, response.StatusCode, body)
	if st.Code() != codes.OK {
		return nil, st.Err()
	}
	return v.Data, nil
}

var errTooLong = errors.New("the answer is longer than WithMaxBody allows")

func (g *Gateway) readAll(body io.Reader) ([]byte, error) {
	if g.maxBody <= 0 {
		return io.ReadAll(body)
	}
	b, err := io.ReadAll(io.LimitReader(body, g.maxBody+1))
	if err == nil && int64(len(b)) > g.maxBody {
		return nil, errTooLong
	}
	return b, err
}

// unreachable gives a failed call its status. What the network said goes to the
// log; so do its addresses.
func (g *Gateway) unreachable(ctx context.Context, domain string, err error) error {
	code := cmp.Or(status.Code(ctx.Err()), codes.Unavailable)
	if c := status.Code(err); c == codes.Canceled || c == codes.DeadlineExceeded {
		code = c
	}
	text := "%s cannot be reached"
	if errors.Is(err, errTooLong) {
		code, text = codes.Internal, "%s answered more than is read of it"
	}
	g.logger.LogAttrs(ctx, slog.LevelWarn, "a call to a legacy system failed", slog.String("domain", domain), slog.Any("error", err))
	return grpcstatus.Error(code, fmt.Sprintf(text, domain))
}
