package status

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"unicode/utf8"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
)

// sent is an error in its final form. It still unwraps to the handler's error,
// for interceptors that stand before this one.
type sent struct {
	status *grpcstatus.Status
	cause  error
}

func (s *sent) Error() string                  { return s.status.String() }
func (s *sent) GRPCStatus() *grpcstatus.Status { return s.status }
func (s *sent) Unwrap() error                  { return s.cause }
func (s *sent) As(target any) bool {
	t, ok := target.(**LegacyError)
	if !ok {
		return false
	}
	e, ok := FromError(grpcstatus.ErrorProto(s.status.Proto()))
	if ok {
		*t = e
	}
	return ok
}

// draft is a status on its way to its final form.
type draft struct {
	code     codes.Code
	message  string
	info     wire.Info
	known    *catalog.Code // the ErrorInfo's code in the catalog, nil where it has none
	details  []*anypb.Any  // without ErrorInfo
	original error         // for the log, nil where the client is told all
}

// final returns err in its final form and fills in event.
func (f *finisher) final(ctx context.Context, method string, request any, err error, event *Event) *sent {
	if e, ok := err.(*LegacyError); ok && e.clean() { //nolint:errorlint // what is wrapped takes the long way
		if s := f.addID(ctx, e); s != nil {
			*event = Event{Method: method, Domain: e.Domain(), Reason: e.Reason(), GRPCCode: e.grpc}
			return s
		}
	}
	cat := f.cat()
	d := f.draft(ctx, cat, method, request, err, event)
	if id := requestID(ctx); id != "" && d.info.Found {
		if _, has := wire.Find(d.info.Metadata, catalog.ErrorInfoRequestID); !has {
			d.info.Metadata = append(d.info.Metadata, catalog.Arg{Name: catalog.ErrorInfoRequestID, Value: id})
		}
	}
	d.localize(ctx)
	d.repairText(event)
	p := d.proto()
	limit(p, &d, f.maxSize, event)
	event.Method, event.GRPCCode = method, d.code
	event.Domain, event.Reason = d.known.Domain(), d.known.Reason()
	if d.original != nil {
		level := slog.LevelWarn
		if event.Repairs&RepairGoError != 0 {
			level = slog.LevelError
		}
		f.logger.LogAttrs(ctx, level, "an error that the client was not told",
			slog.String("method", method), slog.String("request_id", requestID(ctx)), slog.Any("error", d.original))
	}
	return &sent{grpcstatus.FromProto(p), err}
}

// clean tells whether there is nothing in e that final could repair, log or leave
// out, unless it is too large: its text was checked when it was made.
func (e *LegacyError) clean() bool {
	return e != nil && e.code != nil && !e.received && e.odd == nil && e.cause == nil
}

// addID is final for a clean error: the status is put together once, with the
// request's id. It is nil where that is too large, or where there is more to add.
func (f *finisher) addID(ctx context.Context, e *LegacyError) *sent {
	if _, m := localized(ctx, e.code); m != nil {
		return nil
	}
	id := requestID(ctx)
	if _, has := e.MetadataValue(catalog.ErrorInfoRequestID); has {
		id = ""
	}
	if !utf8.ValidString(id) {
		return nil
	}
	s := sketches.Get().(*sketch) //nolint:forcetypeassert // the pool holds nothing else
	defer s.release()
	s.draw(e, id)
	if f.maxSize > 0 && s.atMost() > f.maxSize && sizeAsSent(&s.status) > f.maxSize {
		return nil
	}
	if id == "" {
		return &sent{e.GRPCStatus(), e}
	}
	return &sent{grpcstatus.FromProto(&s.status), e}
}

func (f *finisher) draft(ctx context.Context, cat *catalog.Catalog, method string, request any, err error, event *Event) draft {
	var panicked *panicError
	errors.As(err, &panicked)
	if e, ok := fromError(cat, err); ok && panicked == nil {
		return draftLegacy(cat, e, event)
	}
	d := draft{code: codes.Internal}
	st, isStatus := statusIn(err)
	isStatus = isStatus && panicked == nil
	switch {
	case panicked != nil:
		event.Repairs |= RepairGoError
	case isStatus:
		d.code = wire.CanonicalCode(st.Code())
		if d.code != st.Code() {
			event.Repairs |= RepairCodeOutOfRange
		}
		d.addDetails(cat, st.Proto().GetDetails(), event)
		if d.info.Found {
			// Another system's error: its words, and its details.
			d.message = st.Message()
			return d
		}
		event.Repairs |= RepairPlainStatus
	case Code(err) != codes.Unknown: // a context error
		d.code = Code(err)
		event.Repairs |= RepairPlainStatus
	default:
		event.Repairs |= RepairGoError
	}
	if panicked == nil { // a panic is in the log already, with its stack
		d.original = err
	}
	system := f.system(ctx, cat, method, request)
	if system == nil {
		switch {
		case isStatus:
			d.message, d.original = st.Message(), nil // nobody asked for a system: the handler's own words
		case d.code == codes.Canceled:
			d.message = context.Canceled.Error()
		case d.code == codes.DeadlineExceeded:
			d.message = context.DeadlineExceeded.Error()
		default:
			d.message = internalMessage
		}
		return d
	}
	code := system.Fallback(d.code)
	d.known = code
	d.message = code.Message().Text()
	d.info.Found, d.info.Domain, d.info.Reason = true, code.Domain(), code.Reason()
	d.info.Metadata = []catalog.Arg{{Name: catalog.ErrorInfoLegacyCode, Value: code.LegacyCode()}}
	if d.info.RetryAfter == 0 && code.RetryAfter() > 0 && code.GRPCCode() == d.code {
		d.details = append(d.details, &anypb.Any{TypeUrl: wire.RetryInfoURL, Value: wire.AppendRetryInfo(nil, code.RetryAfter())})
	}
	return d
}

// statusIn returns the first gRPC status in err that is an error.
func statusIn(err error) (*grpcstatus.Status, bool) {
	var found *grpcstatus.Status
	ok := walk(err, func(err error) bool {
		x, ok := err.(interface{ GRPCStatus() *grpcstatus.Status })
		if !ok {
			return false
		}
		found = grpcStatus(x)
		return found != nil && found.Code() != codes.OK
	})
	return found, ok
}

func draftLegacy(cat *catalog.Catalog, e *LegacyError, event *Event) draft {
	st := e.GRPCStatus()
	d := draft{code: wire.CanonicalCode(st.Code()), message: st.Message(), known: e.code}
	if d.code != st.Code() {
		event.Repairs |= RepairCodeOutOfRange
	}
	d.addDetails(cat, st.Proto().GetDetails(), event)
	if e.defect() != "" {
		event.Repairs |= RepairMisuse
	}
	if e.defect() != "" || e.cause != nil {
		d.original = e
	}
	return d
}

// addDetails takes the details of a status, one of each type.
func (d *draft) addDetails(cat *catalog.Catalog, details []*anypb.Any, event *Event) {
	seen := make(map[string]bool, len(details))
	for _, detail := range details {
		name := wire.Name(detail.GetTypeUrl())
		if seen[name] {
			event.Repairs |= RepairDuplicateDetail
		}
		d.info.AddDetail(cat, detail.GetTypeUrl(), string(detail.GetValue()))
		if !seen[name] && name != "google.rpc.ErrorInfo" {
			d.details = append(d.details, detail)
		}
		seen[name] = true
	}
}

// localize adds the message in the language that the caller asks for.
func (d *draft) localize(ctx context.Context) {
	language, m := localized(ctx, d.known)
	if m == nil {
		return
	}
	for _, detail := range d.details {
		if wire.Name(detail.GetTypeUrl()) == "google.rpc.LocalizedMessage" {
			return
		}
	}
	d.details = append(d.details, &anypb.Any{
		TypeUrl: wire.LocalizedMessageURL,
		Value:   wire.AppendLocalizedMessage(nil, language, strings.ToValidUTF8(m.Text(d.info.Metadata...), "\uFFFD")),
	})
}

// localized returns the message of a code in the language that the caller asks
// for; nil where that is the system's, or no language at all.
func localized(ctx context.Context, code *catalog.Code) (language string, m *catalog.Message) {
	if !code.Translated() {
		return "", nil // gRPC's metadata are slow to look up in what they do not have
	}
	accept := acceptLanguage(ctx)
	if accept == "" {
		return "", nil
	}
	language = code.System().MatchLanguage(accept)
	if language == code.System().Language() {
		return "", nil
	}
	m, _ = code.MessageIn(language)
	return language, m
}

// acceptLanguage returns the caller's wish: its own metadata, or what
// grpc-gateway passes on of an HTTP request's header.
func acceptLanguage(ctx context.Context) string {
	for _, key := range []string{"accept-language", "grpcgateway-accept-language"} {
		if values := metadata.ValueFromIncomingContext(ctx, key); len(values) > 0 {
			return strings.Join(values, ",")
		}
	}
	return ""
}

// repairText makes text of what is sent as text. One byte that is not UTF-8
// makes grpc-go drop every detail, and other stacks the whole status.
func (d *draft) repairText(event *Event) {
	repair := func(s *string) {
		if !utf8.ValidString(*s) {
			*s = strings.ToValidUTF8(*s, "\uFFFD")
			event.Repairs |= RepairInvalidUTF8
		}
	}
	repair(&d.message)
	repair(&d.info.Domain)
	repair(&d.info.Reason)
	for i := range d.info.Metadata {
		repair(&d.info.Metadata[i].Name)
		repair(&d.info.Metadata[i].Value)
	}
	for _, detail := range d.details {
		repair(&detail.TypeUrl)
	}
}

func (d *draft) proto() *spb.Status {
	p := &spb.Status{Code: int32(d.code), Message: d.message}
	if d.info.Found {
		p.Details = append(p.Details, &anypb.Any{
			TypeUrl: wire.ErrorInfoURL,
			Value:   wire.AppendErrorInfo(nil, d.info.Domain, d.info.Reason, d.info.Metadata),
		})
	}
	p.Details = append(p.Details, d.details...)
	return p
}

// limit cuts p down until it takes at most size bytes as sent. It gives up, in
// this order: DebugInfo, Help, LocalizedMessage, all other details but
// ErrorInfo and RetryInfo, RetryInfo, the longest metadata values, the message.
// Domain, reason and legacy_code stay.
func limit(p *spb.Status, d *draft, size int, event *Event) {
	if size <= 0 || sizeAsSent(p) <= size {
		return
	}
	for _, drop := range []func(name string) bool{
		func(name string) bool { return name == "google.rpc.DebugInfo" },
		func(name string) bool { return name == "google.rpc.Help" },
		func(name string) bool { return name == "google.rpc.LocalizedMessage" },
		func(name string) bool { return name != "google.rpc.RetryInfo" },
		func(string) bool { return true },
	} {
		kept := d.details[:0:0]
		for _, detail := range d.details {
			if drop(wire.Name(detail.GetTypeUrl())) {
				event.Repairs |= RepairDroppedDetails
			} else {
				kept = append(kept, detail)
			}
		}
		d.details = kept
		p.Details = d.proto().GetDetails()
		if sizeAsSent(p) <= size {
			return
		}
	}
	// The message is in the envelope; the metadata are what it was made from. So
	// these go first, the longest first, each to half of what it has.
	for sizeAsSent(p) > size {
		longest := -1
		for i, a := range d.info.Metadata {
			if a.Name != catalog.ErrorInfoLegacyCode && len(a.Value) > minCut &&
				(longest < 0 || len(a.Value) > len(d.info.Metadata[longest].Value)) {
				longest = i
			}
		}
		if longest < 0 {
			break
		}
		v := &d.info.Metadata[longest].Value
		*v = cut(*v, len(*v)/2)
		event.Repairs |= RepairCutMetadata
		p.Details = d.proto().GetDetails()
	}
	for sizeAsSent(p) > size && len(p.GetMessage()) > minCut {
		p.Message = cut(p.GetMessage(), len(p.GetMessage())*3/4)
		event.Repairs |= RepairCutMessage
	}
	for sizeAsSent(p) > size && len(d.info.Metadata) > 1 {
		// Very many short values.
		last := len(d.info.Metadata) - 1
		if d.info.Metadata[last].Name == catalog.ErrorInfoLegacyCode {
			d.info.Metadata[0], d.info.Metadata[last] = d.info.Metadata[last], d.info.Metadata[0]
		}
		d.info.Metadata = d.info.Metadata[:last]
		event.Repairs |= RepairCutMetadata
		p.Details = d.proto().GetDetails()
	}
}

// minCut is the length up to which text is left alone: ids are shorter.
const minCut = 64

// cut shortens s to about n bytes, at the boundary of a rune.
func cut(s string, n int) string {
	s = strings.TrimSuffix(s, wire.CutMark)
	n = min(n, len(s))
	for n > 0 && !utf8.RuneStart(s[min(n, len(s)-1)]) {
		n--
	}
	return s[:n] + wire.CutMark
}

// sizeAsSent returns how many bytes a status takes in the trailer: the message
// percent-encoded in grpc-message, and the whole once more in base64 in
// grpc-status-details-bin; names and per-header cost included (RFC 9113 section
// 6.5.2 counts 32 bytes for each).
func sizeAsSent(p *spb.Status) int {
	const perHeader = 32
	n := 3*perHeader + len("grpc-status") + 2 + len("grpc-message") + len("grpc-status-details-bin")
	for i := range len(p.GetMessage()) {
		if c := p.GetMessage()[i]; c < ' ' || c > '~' || c == '%' {
			n += 3
		} else {
			n++
		}
	}
	return n + (proto.Size(p)*4+2)/3
}
