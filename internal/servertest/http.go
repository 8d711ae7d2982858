// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package servertest

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Listen listens on a free port of 127.0.0.1. The caller must close the listener.
func Listen(t testing.TB) net.Listener {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ClosedAddress returns an address that refuses connections.
func ClosedAddress(t testing.TB) string {
	t.Helper()
	l := Listen(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// A Protocol is the HTTP version of a test's client.
type Protocol int

// The protocols, both without TLS.
const (
	HTTP1 Protocol = iota
	HTTP2
)

func (p Protocol) String() string { return [...]string{"HTTP1", "HTTP2"}[p] }

// A Server is an HTTP server and a client that calls it.
type Server struct {
	URL    string       // http://127.0.0.1:PORT
	Client *http.Client // uses the Protocol of the server; shares no connections with other tests
}

// ServeHTTP serves handler until the test ends. It discards the log of the server.
func ServeHTTP(t testing.TB, handler http.Handler, protocol Protocol) *Server {
	t.Helper()
	l := Listen(t)
	web := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: time.Minute,
		Protocols:         new(http.Protocols),
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	web.Protocols.SetHTTP1(true)
	web.Protocols.SetUnencryptedHTTP2(true)
	done := make(chan error, 1)
	go func() { done <- web.Serve(l) }()
	t.Cleanup(func() {
		if err := web.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return newServer(t, l.Addr().String(), protocol)
}

// newServer returns the Server of a server that is already running at address.
func newServer(t testing.TB, address string, protocol Protocol) *Server {
	t.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(protocol == HTTP1)
	transport.Protocols.SetUnencryptedHTTP2(protocol == HTTP2)
	t.Cleanup(transport.CloseIdleConnections)
	return &Server{URL: "http://" + address, Client: &http.Client{Transport: transport}}
}

// A Header is the header of a request, with one value for each name.
type Header map[string]string

// A Request is a request to a [Server].
type Request struct {
	Method string // "": GET
	Path   string // with the query
	Header Header
	Body   string
}

// A Response is the complete response of a [Server].
type Response struct {
	Status  int
	Header  http.Header
	Trailer http.Header
	Body    string
}

// Get sends a GET request.
func (s *Server) Get(t testing.TB, path string, header Header) Response {
	t.Helper()
	return s.Do(t, Request{Path: path, Header: header})
}

// Do sends a request.
func (s *Server) Do(t testing.TB, r Request) Response {
	t.Helper()
	var body io.Reader
	if r.Body != "" {
		body = strings.NewReader(r.Body)
	}
	request, err := http.NewRequestWithContext(t.Context(), r.Method, s.URL+r.Path, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	response, err := s.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return Response{Status: response.StatusCode, Header: response.Header, Trailer: response.Trailer, Body: string(b)}
}
