// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package servertest

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// A Log collects log lines. It is safe for concurrent use.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Logger returns a logger that writes every level to l, as text.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write implements [io.Writer].
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// Take returns the lines that were logged since the last call of Take.
func (l *Log) Take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// Secret is a word in the texts of test backends that must not reach a client.
const Secret = "hunter2"

// leaks are Secret and words from Go errors, parsers, stack traces and connections.
var leaks = []string{
	Secret,
	"acme.internal",
	"connection",
	"context",
	"desc =",
	"goroutine",
	"panic",
	"proto:",
	"rpc error",
	"strconv",
	"type mismatch",
	"unexpected",
}

// CheckLeaks fails the test if sent contains a word that must not reach a client. It
// ignores case. sent is everything that the client has received.
func CheckLeaks(t testing.TB, sent string) {
	t.Helper()
	lower := strings.ToLower(sent)
	for _, word := range leaks {
		if strings.Contains(lower, word) {
			t.Errorf("%q leaks: %s", word, sent)
		}
	}
}
