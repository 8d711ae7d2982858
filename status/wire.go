package status

import (
	"sync"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// A sketch is where a status is put together, its details as bytes: marshalling
// them as messages would take most of the time that an error costs. grpc-go
// copies what it is given, so a sketch serves one error after the other.
type sketch struct {
	status  spb.Status
	details [3]anypb.Any
	list    [3]*anypb.Any
	bytes   []byte // of all details
}

var sketches = sync.Pool{New: func() any { return new(sketch) }}

func (s *sketch) release() {
	if cap(s.bytes) > 16<<10 {
		return // one long error should not be kept for good
	}
	for _, d := range s.status.Details {
		d.Value = nil
	}
	s.status.Message, s.status.Details = "", nil
	s.bytes = s.bytes[:0]
	sketches.Put(s)
}

// add adds a detail whose bytes are those after from.
func (s *sketch) add(typeURL string, from int) {
	n := len(s.status.Details)
	d := &s.details[n]
	d.TypeUrl, d.Value = typeURL, s.bytes[from:len(s.bytes):len(s.bytes)]
	s.list[n] = d
	s.status.Details = s.list[:n+1]
}

// draw puts e together, with a request's id in the metadata where it is not "".
func (s *sketch) draw(e *LegacyError, requestID string) {
	s.status.Code, s.status.Message = int32(e.grpc), e.message
	if reason := e.Reason(); reason != "" {
		s.bytes = wire.AppendErrorInfo(s.bytes, e.Domain(), reason, nil)
		if e.impliedCode() {
			s.bytes = wire.AppendMetadata(s.bytes, catalog.ErrorInfoLegacyCode, e.code.LegacyCode())
		}
		for i := range e.args {
			s.bytes = wire.AppendMetadata(s.bytes, e.args[i].Name, e.args[i].Value)
		}
		if requestID != "" {
			s.bytes = wire.AppendMetadata(s.bytes, catalog.ErrorInfoRequestID, requestID)
		}
		s.add(wire.ErrorInfoURL, 0)
	}
	if e.retryAfter > 0 {
		from := len(s.bytes)
		s.bytes = wire.AppendRetryInfo(s.bytes, e.retryAfter)
		s.add(wire.RetryInfoURL, from)
	}
	if field := e.code.Field(); field != "" {
		from := len(s.bytes)
		s.bytes = wire.AppendBadRequest(s.bytes, field, e.message, e.Reason())
		s.add(wire.BadRequestURL, from)
	}
}

// atMost returns what sizeAsSent cannot be more than. Nearly every status is far
// from its limit, and counting exactly takes protobuf's reflection.
func (s *sketch) atMost() int {
	const headers, status, detail = 256, 32, 64 // names, tags, lengths and type URLs
	return headers + 3*len(s.status.Message) + 4*(status+len(s.status.Message)+detail*len(s.status.Details)+len(s.bytes))/3
}

func (e *LegacyError) makeStatus() *grpcstatus.Status {
	if e.grpc == codes.OK { // a LegacyError that nobody here made
		return grpcstatus.New(codes.Internal, internalMessage)
	}
	s := sketches.Get().(*sketch) //nolint:forcetypeassert // the pool holds nothing else
	defer s.release()
	s.draw(e, "")
	return grpcstatus.FromProto(&s.status)
}

// fromStatus reads a status whose ErrorInfo is ours: of a domain that cat has,
// or with a legacy_code.
func fromStatus(cat *catalog.Catalog, st *grpcstatus.Status) (*LegacyError, bool) {
	details := wire.DetailsOf(st)
	if details.Len() == 0 {
		return nil, false
	}
	r := new(receivedError)
	info := wire.Info{Metadata: r.room[:0]}
	info.AddDetails(cat, details)
	if !info.Found {
		return nil, false
	}
	system, known := cat.System(info.Domain)
	if !known && info.LegacyCode() == "" {
		return nil, false
	}
	e := &r.LegacyError
	if e.code, known = system.Lookup(info.Reason); !known {
		e.odd = &odd{domain: info.Domain, reason: info.Reason}
	}
	e.grpc, e.message, e.args, e.retryAfter = st.Code(), st.Message(), info.Metadata, info.RetryAfter
	e.received = true
	e.status.Store(st)
	return e, true
}
