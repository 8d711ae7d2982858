// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// A requestBody refuses bodies that are too long or of another media type, once they
// are read: only then is it known which RPC they are for. grpc-gateway keeps only the
// text of the error, so the exchange notes what was wrong.
type requestBody struct {
	io.ReadCloser
	exchange    *exchange
	contentType string
	length      int64
	checked     bool
	refused     error
}

var errRefused = errors.New("the body is refused")

func (b *requestBody) Read(p []byte) (int, error) {
	if !b.checked {
		b.checked = true
		b.check()
	}
	if b.refused != nil {
		return 0, b.refused
	}
	n, err := b.ReadCloser.Read(p)
	var tooLarge *http.MaxBytesError
	if err != nil && errors.As(err, &tooLarge) {
		b.exchange.tooLarge = true
	}
	return n, err
}

// check decides on a body before its first byte is read.
func (b *requestBody) check() {
	x := b.exchange
	g := x.gateway
	if !x.inDialect() || x.request.RPC == "" {
		return
	}
	method := methodOf(x.request.RPC)
	if method != nil && method.IsStreamingClient() {
		return
	}
	switch {
	case !g.accepts(b.contentType) && !takesHTTPBody(method):
		x.badType, b.refused = true, errRefused
	case g.maxBody > 0 && b.length > g.maxBody:
		x.tooLarge, b.refused = true, errRefused
	case g.maxBody > 0:
		b.ReadCloser = http.MaxBytesReader(x.ResponseWriter, b.ReadCloser, g.maxBody)
	}
}

// accepts reports whether a body may have a Content-Type. Forms are accepted because
// curl -d calls its JSON one.
func (g *Gateway) accepts(contentType string) bool {
	if contentType == "" || contentType == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return mediaType == "application/json" || mediaType == "application/x-www-form-urlencoded" ||
		strings.HasSuffix(mediaType, "+json") ||
		slices.Contains(g.contentTypes, mediaType) || slices.Contains(g.contentTypes, "*/*")
}

// methodOf returns the descriptor of a method as in "/package.Service/Method"; nil if
// it is not linked into the program.
func methodOf(rpc string) protoreflect.MethodDescriptor {
	name := protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(rpc, "/"), "/", "."))
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
	if err != nil {
		return nil
	}
	method, _ := d.(protoreflect.MethodDescriptor)
	return method
}

// takesHTTPBody reports whether a method's request is, or has, a google.api.HttpBody.
func takesHTTPBody(method protoreflect.MethodDescriptor) bool {
	if method == nil {
		return false
	}
	const httpBody = "google.api.HttpBody"
	if method.Input().FullName() == httpBody {
		return true
	}
	for i := range method.Input().Fields().Len() {
		if m := method.Input().Fields().Get(i).Message(); m != nil && m.FullName() == httpBody {
			return true
		}
	}
	return false
}
