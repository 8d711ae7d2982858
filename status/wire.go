package status

import (
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// makeStatus builds the status with its details as bytes: marshalling them as
// messages would take most of the time that an error costs.
func (e *LegacyError) makeStatus() *grpcstatus.Status {
	if e.grpc == codes.OK { // a LegacyError that nobody here made
		return grpcstatus.New(codes.Internal, internalMessage)
	}
	p := &spb.Status{Code: int32(e.grpc), Message: e.message}
	if e.reason != "" {
		b := make([]byte, 0, wire.SizeErrorInfo(e.domain, e.reason, e.metadata))
		b = wire.AppendErrorInfo(b, e.domain, e.reason, e.metadata)
		p.Details = append(p.Details, &anypb.Any{TypeUrl: wire.ErrorInfoURL, Value: b})
	}
	if e.retryAfter > 0 {
		p.Details = append(p.Details, &anypb.Any{TypeUrl: wire.RetryInfoURL, Value: wire.AppendRetryInfo(nil, e.retryAfter)})
	}
	if field := e.code.Field(); field != "" {
		p.Details = append(p.Details, &anypb.Any{
			TypeUrl: wire.BadRequestURL,
			Value:   wire.AppendBadRequest(nil, field, e.message, e.reason),
		})
	}
	return grpcstatus.FromProto(p)
}

// fromStatus reads a status whose ErrorInfo is ours: of a domain that cat has,
// or with a legacy_code.
func fromStatus(cat *catalog.Catalog, st *grpcstatus.Status) (*LegacyError, bool) {
	if st == nil || st.Code() == codes.OK {
		return nil, false
	}
	var info wire.Info
	for _, detail := range st.Proto().GetDetails() {
		info.AddDetail(cat, detail.GetTypeUrl(), string(detail.GetValue()))
	}
	if !info.Found {
		return nil, false
	}
	if _, known := cat.System(info.Domain); !known && info.LegacyCode() == "" {
		return nil, false
	}
	code, _ := cat.Lookup(info.Domain, info.Reason)
	e := &LegacyError{
		code:       code,
		grpc:       st.Code(),
		domain:     info.Domain,
		reason:     info.Reason,
		message:    st.Message(),
		metadata:   info.Metadata,
		retryAfter: info.RetryAfter,
	}
	e.status.Store(st)
	return e, true
}
