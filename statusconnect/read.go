// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect

import (
	"encoding/json"
	"math"

	"connectrpc.com/connect"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/internal/wire"
)

// readStatus reads the body of a failure that no interceptor has reported: the error of a
// unary RPC in Connect, or a google.rpc.Status as vanguard writes it, not always with the
// Content-Type of JSON. It returns nil if the body is neither. The text of a status
// without an ErrorInfo is left out: it may be that of a parser.
func readStatus(body []byte) *grpcstatus.Status {
	var e struct {
		Code    json.RawMessage   `json:"code"`
		Message string            `json:"message"`
		Details []json.RawMessage `json:"details"`
	}
	if json.Unmarshal(body, &e) != nil {
		return nil
	}
	p := &spb.Status{Message: e.Message}
	var name string
	if json.Unmarshal(e.Code, &name) == nil {
		var code connect.Code
		if code.UnmarshalText([]byte(name)) != nil || code > math.MaxInt32 {
			return nil
		}
		p.Code = int32(code)
	} else if json.Unmarshal(e.Code, &p.Code) != nil {
		return nil
	}
	if codes.Code(p.GetCode()) == codes.OK {
		return nil
	}
	found := false
	for _, raw := range e.Details {
		if detail := readDetail(raw); detail != nil {
			p.Details = append(p.Details, detail)
			found = found || wire.Name(detail.GetTypeUrl()) == wire.ErrorInfo
		}
	}
	if !found {
		p.Message, p.Details = "", nil
	}
	return grpcstatus.FromProto(p)
}

// readDetail reads a detail in the JSON of Connect or of protobuf; nil if it is neither, or
// of a type that is not linked into the program.
func readDetail(raw []byte) *anypb.Any {
	var detail struct{ Type, Value string }
	if json.Unmarshal(raw, &detail) == nil && detail.Type != "" {
		value, err := connect.DecodeBinaryHeader(detail.Value)
		if err != nil {
			return nil
		}
		return &anypb.Any{TypeUrl: "type.googleapis.com/" + detail.Type, Value: value}
	}
	var message anypb.Any
	if protojson.Unmarshal(raw, &message) != nil {
		return nil
	}
	return &message
}
