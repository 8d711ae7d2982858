// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect

import (
	"errors"
	"net/http"
	"strings"
	"sync"

	"connectrpc.com/connect"
	"google.golang.org/grpc/metadata"
)

// headers collects what a handler sets with grpc.SetHeader and grpc.SetTrailer. It is a
// grpc.ServerTransportStream.
type headers struct {
	method string

	mu              sync.Mutex
	header, trailer metadata.MD
	sent            bool
}

var errHeadersSent = errors.New("statusconnect: the headers have been sent already: set them before the first message")

// Method returns the RPC, as in "/package.Service/Method".
func (h *headers) Method() string { return h.method }

// SetHeader adds to the headers of the response.
func (h *headers) SetHeader(md metadata.MD) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sent {
		return errHeadersSent
	}
	h.header = metadata.Join(h.header, md)
	return nil
}

// SendHeader adds to the headers of the response, which are sent with the first message.
func (h *headers) SendHeader(md metadata.MD) error { return h.SetHeader(md) }

// SetTrailer adds to the trailers of the response.
func (h *headers) SetTrailer(md metadata.MD) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.trailer = metadata.Join(h.trailer, md)
	return nil
}

// mergeInto adds what was collected to a response. A trailer that is nil is left for
// later.
func (h *headers) mergeInto(header, trailer http.Header) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.sent {
		add(header, h.header)
		h.sent = true
	}
	if trailer != nil {
		add(trailer, h.trailer)
		h.trailer = nil
	}
}

func add(header http.Header, md metadata.MD) {
	for key, values := range md {
		for _, v := range values {
			if strings.HasSuffix(key, "-bin") {
				v = connect.EncodeBinaryHeader([]byte(v))
			}
			header.Add(key, v)
		}
	}
}

// A stream keeps the last message that it received, and sends the headers of its handler
// with the first message.
type stream struct {
	connect.StreamingHandlerConn
	headers *headers
	last    any
}

// Receive receives a message.
func (s *stream) Receive(message any) error {
	err := s.StreamingHandlerConn.Receive(message)
	if err == nil {
		s.last = message
	}
	return err
}

// Send sends a message.
func (s *stream) Send(message any) error {
	s.headers.mergeInto(s.ResponseHeader(), nil)
	return s.StreamingHandlerConn.Send(message)
}
