// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"errors"
	"io"
	"net/url"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
)

// A FormMarshaler reads requests that are forms, as old clients send them, into the
// fields of a method with body: "*". JSON is read as JSON, because curl -d calls it a
// form. Responses are written by the Marshaler inside.
//
//	runtime.WithMarshalerOption("application/x-www-form-urlencoded",
//		&gateway.FormMarshaler{Marshaler: &runtime.JSONPb{}})
type FormMarshaler struct{ runtime.Marshaler }

// NewDecoder implements [runtime.Marshaler].
func (m *FormMarshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		body, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] == '{' {
			return m.Marshaler.NewDecoder(bytes.NewReader(body)).Decode(v)
		}
		message, ok := v.(proto.Message)
		if !ok {
			return errors.New(`a form can only be read by a method with body: "*"`)
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return err
		}
		return runtime.PopulateQueryParameters(message, values, utilities.NewDoubleArray(nil))
	})
}
