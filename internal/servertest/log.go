package servertest

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// A Log keeps what is logged, for a test to read while servers write it.
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

// Take returns what was logged since the last Take.
func (l *Log) Take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// Secret is a word for a backend to put into all that no client may see.
const Secret = "hunter2"

// leaks are the words of Go errors, parsers, stacks and connections, and Secret.
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

// CheckLeaks fails the test if sent, all that a client got, has a word from
// inside the server, in capital letters or small ones.
func CheckLeaks(t testing.TB, sent string) {
	t.Helper()
	lower := strings.ToLower(sent)
	for _, word := range leaks {
		if strings.Contains(lower, word) {
			t.Errorf("%q leaks: %s", word, sent)
		}
	}
}
