// Package details reads and builds the details of a gRPC status: the one reader
// and the one builder, whoever raises the error.
//
// [Info] is what statusmap reads of a status. [Status] is what it writes; its bytes
// equal protobuf's deterministic encoding.
package details

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/internal/wire"
)

// CanonicalCode returns code if it is one of gRPC's seventeen, else UNKNOWN: other
// stacks index tables with it.
func CanonicalCode(code codes.Code) codes.Code {
	if code > codes.Unauthenticated {
		return codes.Unknown
	}
	return code
}

// Info is what statusmap reads of a status's details.
type Info struct {
	// Found reports whether there is an ErrorInfo; the next three are its fields.
	Found    bool
	Domain   string
	Reason   string
	Metadata []wire.Pair
	// RetryAfter is the RetryInfo's delay; 0 if there is none.
	RetryAfter time.Duration

	ranked int // rank + 1, once it was needed; else 0
}

// LegacyCode returns the metadata's legacy_code; "" if there is none.
func (i *Info) LegacyCode() string {
	value, _ := template.Find(i.Metadata, catalog.ErrorInfoLegacyCode)
	return value
}

// rank returns 2 if cat has the ErrorInfo's domain, 1 if it has a legacy_code
// although cat does not, else 0. It looks once: a status may have very many
// ErrorInfos, and the first very many metadata.
func (i *Info) rank(cat *catalog.Catalog) int {
	if i.ranked == 0 {
		i.ranked = 1
		if _, known := cat.System(i.Domain); known {
			i.ranked = 3
		} else if i.LegacyCode() != "" {
			i.ranked = 2
		}
	}
	return i.ranked - 1
}

// Add reads one detail. A second ErrorInfo replaces the first if it ranks higher:
// AIP-193 allows one, and not every library keeps to that. Other types and broken
// bytes change nothing. value is kept.
func (i *Info) Add(cat *catalog.Catalog, typeURL, value string) {
	switch wire.Name(typeURL) {
	case wire.ErrorInfo:
		if !i.Found {
			i.Domain, i.Reason, i.Metadata, i.Found = wire.ReadErrorInfo(value, i.Metadata)
			return
		}
		var second Info
		if second.Domain, second.Reason, second.Metadata, second.Found = wire.ReadErrorInfo(value, nil); second.Found && second.rank(cat) > i.rank(cat) {
			i.Domain, i.Reason, i.Metadata, i.ranked = second.Domain, second.Reason, second.Metadata, second.ranked
		}
	case wire.RetryInfo:
		if d, ok := wire.ReadRetryInfo(value); ok {
			i.RetryAfter = d
		}
	}
}

// AddAll reads the details of a status.
func (i *Info) AddAll(cat *catalog.Catalog, details []*anypb.Any) {
	for _, d := range details {
		switch wire.Name(d.GetTypeUrl()) {
		case wire.ErrorInfo, wire.RetryInfo:
			i.Add(cat, d.GetTypeUrl(), string(d.GetValue()))
		}
	}
}

// ReadStatus reads a serialized google.rpc.Status, for example the value of the
// trailer grpc-status-details-bin: its code and message, and its details into i. It
// returns false, and leaves i empty, if raw is not a Status.
func (i *Info) ReadStatus(cat *catalog.Catalog, raw string) (code int32, message string, ok bool) {
	code, message, ok = wire.ReadStatus(raw, func(typeURL, value string) { i.Add(cat, typeURL, value) })
	if !ok {
		*i = Info{Metadata: i.Metadata[:0]}
	}
	return code, message, ok
}
