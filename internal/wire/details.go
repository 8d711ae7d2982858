package wire

import (
	"reflect"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
)

// Details are the details of a status, read where grpc-go keeps them.
//
// A Status has its proto in a field of its own, and its only public way there,
// Proto, copies it all: two thirds of what it takes to read an error. So where a
// Status is a struct of one field, which is a *spb.Status, that field is read by
// package reflect, as fmt would to print it: no unsafe code, and nothing can be
// written. Whether it is so is a matter of types and checked once. A struct of
// one field has no other place for its state; should grpc-go change it, Proto
// is asked, which is slower and says the same.
//
// What Details give belongs to the status: it must not be written to.
type Details struct {
	held   reflect.Value // []*anypb.Any, where layout.ok
	copied []*anypb.Any
}

// layout tells where grpc-go and protoc-gen-go put things.
var layout = findLayout(reflect.TypeFor[grpcstatus.Status]())

type fieldNumbers struct {
	ok                      bool
	details, typeURL, value int
}

func findLayout(status reflect.Type) (l fieldNumbers) {
	if status.Kind() != reflect.Struct || status.NumField() != 1 || status.Field(0).Type != reflect.TypeFor[*spb.Status]() {
		return l
	}
	ok := true
	number := func(in reflect.Type, name string, of reflect.Type) int {
		f, found := in.FieldByName(name)
		if !found || f.Type != of || len(f.Index) != 1 {
			ok = false
			return 0
		}
		return f.Index[0]
	}
	l.details = number(reflect.TypeFor[spb.Status](), "Details", reflect.TypeFor[[]*anypb.Any]())
	l.typeURL = number(reflect.TypeFor[anypb.Any](), "TypeUrl", reflect.TypeFor[string]())
	l.value = number(reflect.TypeFor[anypb.Any](), "Value", reflect.TypeFor[[]byte]())
	l.ok = ok
	return l
}

// DetailsOf returns the details of a status; of nil none.
func DetailsOf(st *grpcstatus.Status) Details {
	if st == nil || st.Code() == codes.OK {
		return Details{}
	}
	if layout.ok {
		if p := reflect.ValueOf(st).Elem().Field(0); !p.IsNil() {
			return Details{held: p.Elem().Field(layout.details)}
		}
	}
	return Details{copied: st.Proto().GetDetails()}
}

// Len returns how many details there are.
func (d Details) Len() int {
	if d.held.IsValid() {
		return d.held.Len()
	}
	return len(d.copied)
}

// At returns a detail's type URL and bytes; "" and nil for one that is nil.
func (d Details) At(k int) (typeURL string, value []byte) {
	if !d.held.IsValid() {
		return d.copied[k].GetTypeUrl(), d.copied[k].GetValue()
	}
	p := d.held.Index(k)
	if p.IsNil() {
		return "", nil
	}
	detail := p.Elem()
	return detail.Field(layout.typeURL).String(), detail.Field(layout.value).Bytes()
}

// AddDetails reads all details, as [Info.AddDetail] does each.
func (i *Info) AddDetails(cat *catalog.Catalog, details Details) {
	for k := range details.Len() {
		switch typeURL, value := details.At(k); Name(typeURL) {
		case "google.rpc.ErrorInfo", "google.rpc.RetryInfo":
			i.AddDetail(cat, typeURL, string(value))
		}
	}
}

// Names tells whether the details' ErrorInfo is of domain and reason. It takes no
// memory. sure is false where that takes a closer look, as AddDetails has: there
// are two ErrorInfos, or bytes that are none.
func (d Details) Names(domain, reason string) (yes, sure bool) {
	found := false
	for k := range d.Len() {
		typeURL, value := d.At(k)
		if Name(typeURL) != "google.rpc.ErrorInfo" {
			continue
		}
		if found {
			return false, false
		}
		found = true
		if yes, sure = infoNames(value, domain, reason); !sure {
			return false, false
		}
	}
	return yes, true
}

func infoNames(raw []byte, domain, reason string) (yes, sure bool) {
	var saidDomain, saidReason []byte
	for len(raw) > 0 {
		num, typ, n := protowire.ConsumeTag(raw)
		if n < 0 || num > protowire.MaxValidNumber || typ != protowire.BytesType {
			return false, false // not ErrorInfo's own
		}
		raw = raw[n:]
		value, n := protowire.ConsumeBytes(raw)
		if n < 0 {
			return false, false
		}
		raw = raw[n:]
		switch num {
		case 1:
			saidReason = value
		case 2:
			saidDomain = value
		case 3:
			if !isMessage(value) {
				return false, false
			}
		}
	}
	return string(saidReason) == reason && string(saidDomain) == domain, true
}

// isMessage tells whether raw is a message of any fields.
func isMessage(raw []byte) bool {
	for len(raw) > 0 {
		num, _, n := protowire.ConsumeField(raw)
		if n < 0 || num > protowire.MaxValidNumber {
			return false
		}
		raw = raw[n:]
	}
	return true
}
