// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statusconnect_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

const jobNotFound = jobv2.Code_JOB_NOT_FOUND

// A recorder is a transport that keeps all answers: headers, bodies and trailers.
type recorder struct {
	http.RoundTripper
	mu     sync.Mutex
	bodies []*recordedBody
}

type recordedBody struct {
	io.ReadCloser
	mu       sync.Mutex
	response *http.Response
	header   http.Header
	read     bytes.Buffer
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.RoundTripper.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body := &recordedBody{ReadCloser: response.Body, response: response, header: response.Header.Clone()}
	response.Body = body
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies = append(r.bodies, body)
	return response, nil
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read.Write(p[:n])
	return n, err
}

// String returns all that was received, but the dates.
func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var s bytes.Buffer
	for _, b := range r.bodies {
		b.mu.Lock()
		b.header.Del("Date")
		fmt.Fprintf(&s, "%s %v %q %v\n", b.response.Status, b.header, b.read.String(), b.response.Trailer)
		b.mu.Unlock()
	}
	return s.String()
}
