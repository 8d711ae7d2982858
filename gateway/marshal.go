package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/catalog"
)

// A success is a response with the envelope that goes around it.
type success struct {
	data     any
	envelope *catalog.Envelope
	values   catalog.Values
}

// rewriteResponse puts the dialect's success envelope around a unary response.
func (g *Gateway) rewriteResponse(ctx context.Context, response proto.Message) (any, error) {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok || x.streaming {
		return response, nil
	}
	if _, raw := response.(*httpbody.HttpBody); raw {
		return response, nil
	}
	dialect := x.resolve(ctx)
	if dialect == nil || dialect.SuccessEnvelope().String() == "{data}" {
		return response, nil
	}
	s := &success{data: response, envelope: dialect.SuccessEnvelope()}
	if part, ok := response.(interface{ XXX_ResponseBody() any }); ok {
		s.data = part.XXX_ResponseBody() // the HTTP rule's response_body
	}
	code := x.success
	if code == nil {
		code = dialect.DefaultSuccessCode()
	}
	s.values = catalog.Values{
		LegacyCode: code.LegacyCode(),
		Template:   code.Message(),
		Reason:     code.Reason(),
		Domain:     dialect.Domain(),
		RequestID:  x.id,
	}
	return s, nil
}

// marshaler writes what the mux's marshaler writes, without the spaces that
// protojson puts in at random, and success envelopes.
type marshaler struct {
	runtime.Marshaler
	trusted bool // what it writes is JSON
}

func newMarshaler(m runtime.Marshaler) runtime.Marshaler { return &marshaler{m, writesJSON(m)} }

// writesJSON tells whether m is one of grpc-gateway's own marshalers.
func writesJSON(m runtime.Marshaler) bool {
	switch m := m.(type) {
	case *runtime.JSONPb, *runtime.JSONBuiltin:
		return true
	case *runtime.HTTPBodyMarshaler:
		return writesJSON(m.Marshaler)
	default:
		return false
	}
}

func (m *marshaler) Marshal(v any) ([]byte, error) {
	switch v := v.(type) {
	case *success:
		data, err := m.Marshaler.Marshal(v.data)
		if err != nil {
			return nil, err
		}
		if data, err = m.compact(data); err != nil {
			return nil, err
		}
		v.values.Data = data
		return v.envelope.Append(make([]byte, 0, len(data)+len(v.envelope.String())+64), &v.values), nil
	case *httpbody.HttpBody:
		return m.Marshaler.Marshal(v)
	default:
		b, err := m.Marshaler.Marshal(v)
		if err != nil || !isJSON(m.Marshaler.ContentType(v)) {
			return b, err
		}
		return m.compact(b)
	}
}

func (m *marshaler) ContentType(v any) string {
	if s, ok := v.(*success); ok {
		v = s.data
	}
	contentType := m.Marshaler.ContentType(v)
	if contentType == "application/json" {
		return jsonContent[0]
	}
	return contentType
}

// Delimiter stands between the messages of a stream.
func (m *marshaler) Delimiter() []byte {
	if d, ok := m.Marshaler.(runtime.Delimited); ok {
		return d.Delimiter()
	}
	return []byte("\n")
}

func isJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasPrefix(contentType, "application/json;")
}

// compact takes the spaces out of JSON. It may write to data.
func (m *marshaler) compact(data []byte) ([]byte, error) {
	if m.trusted {
		return squeeze(data), nil
	}
	var b bytes.Buffer
	b.Grow(len(data))
	if err := json.Compact(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// squeeze is json.Compact in place, for what is known to be JSON.
func squeeze(data []byte) []byte {
	n := 0
	for i := 0; i < len(data); {
		switch c := data[i]; c {
		case ' ', '\t', '\n', '\r':
			i++
		case '"':
			end := i + 1
			for end < len(data) && data[end] != '"' {
				if data[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(data))
			n += copy(data[n:], data[i:end])
			i = end
		default:
			data[n] = c
			n++
			i++
		}
	}
	return data[:n]
}
