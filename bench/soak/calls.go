// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/template"
)

// A call is a request, and the check of its answer.
type call struct {
	method, path, contentType, sent string
	check                           func(*answer) (outcome string, err error)
}

func (c *call) body() io.Reader {
	if c.sent == "" {
		return nil
	}
	return strings.NewReader(c.sent)
}

type answer struct {
	status    int
	header    http.Header
	body      []byte
	requestID string // that the client sent
}

// pick chooses what a client does next.
func (s *soak) pick(rng *rand.Rand) call {
	systems := s.catalog.Systems()
	system := systems[rng.IntN(len(systems))]
	all := system.Codes()
	code := all[rng.IntN(len(all))]
	for code.IsSuccess() {
		code = all[rng.IntN(len(all))]
	}
	at := "/" + system.Domain() + "/"
	switch n := rng.IntN(100); {
	case n < 40:
		args := url.Values{}
		for _, name := range code.Message().Params() {
			args.Set("metadata["+name+"]", fmt.Sprintf("%s-%d", name, rng.IntN(1e6)))
		}
		return call{method: http.MethodGet, path: "/raise" + at + code.Reason() + "?" + args.Encode(), check: func(a *answer) (string, error) {
			return failure(a, system, "raised", said{code: code, args: args}, down(system))
		}}
	case n < 60:
		text := fmt.Sprintf("<%d> & \"ü\"", rng.Uint64())
		return call{method: http.MethodGet, path: "/echo/" + system.Domain() + "?" + url.Values{"text": {text}}.Encode(), check: func(a *answer) (string, error) {
			return success(a, system, text)
		}}
	case n < 70:
		after := rng.IntN(20)
		return call{method: http.MethodGet, path: fmt.Sprintf("/stream%s%s?after=%d", at, code.Reason(), after), check: func(a *answer) (string, error) {
			return stream(a, system, code, after)
		}}
	case n < 90:
		faults := demo.Faults()
		fault := faults[rng.IntN(len(faults))]
		return call{method: http.MethodGet, path: "/fault" + at + fault, check: func(a *answer) (string, error) {
			return failure(a, system, "fault "+fault, faultSays(system, fault), down(system))
		}}
	default:
		return s.hopeless(rng, system, at+code.Reason())
	}
}

// hopeless is a request that never becomes an RPC.
func (s *soak) hopeless(rng *rand.Rand, system *catalog.System, at string) call {
	var c call
	var name string
	grpc := codes.InvalidArgument
	exit := 0 // the HTTP status of the gateway's own answer
	switch rng.IntN(5) {
	case 0:
		name, grpc, exit, c = "no such path", codes.NotFound, http.StatusNotFound, call{method: http.MethodGet, path: "/nothing" + at}
	case 1:
		name, grpc, exit, c = "no such method", codes.Unimplemented, http.StatusMethodNotAllowed, call{method: http.MethodDelete, path: "/raise" + at}
	case 2:
		name, c = "no JSON", call{method: http.MethodPost, path: "/raise" + at, sent: `{"metadata": {`, contentType: "application/json"}
	case 3:
		name, exit, c = "too much", http.StatusRequestEntityTooLarge, call{method: http.MethodPost, path: "/raise" + at, sent: `{"metadata":{"aa":"` + strings.Repeat("x", maxBody) + `"}}`, contentType: "application/json"}
	default:
		name, exit, c = "no such media type", http.StatusUnsupportedMediaType, call{method: http.MethodPost, path: "/raise" + at, sent: "<xml/>", contentType: "text/xml"}
	}
	c.check = func(a *answer) (string, error) {
		return failure(a, system, name, said{code: cmp.Or(system.FallbackHTTP(exit), system.Fallback(grpc)), anyHTTP: true})
	}
	return c
}

// said is what a failure may say.
type said struct {
	code    *catalog.Code
	legacy  string // if there is no code
	args    url.Values
	anyHTTP bool // the exit has its own HTTP status
	any     bool // the backend has its own message
	down    bool // there is no backend
}

// down is what a system says if the backend is down.
func down(system *catalog.System) said {
	return said{code: system.Fallback(codes.Unavailable), anyHTTP: true, down: true}
}

// faultSays is what a client may know of a fault.
func faultSays(system *catalog.System, fault string) said {
	switch fault {
	case "plain_status":
		return said{code: system.Fallback(codes.NotFound), anyHTTP: true}
	case "deadline":
		return said{code: system.Fallback(codes.DeadlineExceeded), anyHTTP: true}
	case "unavailable":
		return said{code: system.Fallback(codes.Unavailable), anyHTTP: true}
	case "code_out_of_range":
		if code, ok := system.LookupNumber(20210); ok { // the number that it sends
			return said{code: code, anyHTTP: true}
		}
		return said{code: system.Fallback(codes.Unknown), anyHTTP: true}
	case "unknown_reason":
		return said{legacy: "9999999", any: true, anyHTTP: true}
	default: // go_error, panic, and those that raise the internal error themselves
		return said{code: system.Fallback(codes.Internal), anyHTTP: true, any: true}
	}
}

// failure checks an answer that must be a failure of a system.
func failure(a *answer, system *catalog.System, outcome string, allowed ...said) (string, error) {
	if err := common(a); err != nil {
		return "", err
	}
	v, ok := system.Envelope().Failure.Parse(a.body)
	if !ok {
		return "", errors.New("no envelope of " + system.Domain())
	}
	if err := envelope(a, system, &v); err != nil {
		return "", err
	}
	var problem error
	for _, s := range allowed {
		if v.LegacyCode != cmp.Or(s.legacy, s.code.LegacyCode()) {
			continue
		}
		if err := agrees(a, system, &v, &s); err != nil {
			problem = err // unless another one allowed has the same code
			continue
		}
		if s.down {
			return "backend down", nil
		}
		return outcome, nil
	}
	if problem != nil {
		return "", problem
	}
	return "", fmt.Errorf("code %s (%q) is not one that this answer may have", v.LegacyCode, v.Message)
}

// agrees checks that HTTP status and message are those of a code.
func agrees(a *answer, system *catalog.System, v *template.Values, s *said) error {
	want := system.HTTPAlways()
	if want == 0 && !s.anyHTTP {
		want = s.code.HTTPStatus()
	}
	if want != 0 && a.status != want {
		return fmt.Errorf("HTTP %d, want %d", a.status, want)
	}
	if s.any {
		return nil
	}
	var args []catalog.Arg
	for name, values := range s.args {
		args = append(args, catalog.Arg{Name: strings.TrimSuffix(strings.TrimPrefix(name, "metadata["), "]"), Value: values[0]})
	}
	if text := s.code.Message().Text(args...); v.Message != text {
		return fmt.Errorf("message %q, want %q", v.Message, text)
	}
	return nil
}

// envelope checks that a body is what its template gives for its values.
func envelope(a *answer, system *catalog.System, v *template.Values) error {
	if system.Envelope().Failure.Has("request_id") && v.RequestID != a.header.Get("X-Request-Id") {
		return fmt.Errorf("request id %q in the body, %q in the header", v.RequestID, a.header.Get("X-Request-Id"))
	}
	if again := system.Envelope().Failure.Append(nil, v); !bytes.Equal(again, a.body) {
		return fmt.Errorf("the envelope would be %s", again)
	}
	return nil
}

// common checks what holds for every answer.
func common(a *answer) error {
	for name, values := range a.header {
		for _, value := range values {
			if strings.Contains(value, demo.Secret) {
				return fmt.Errorf("the header %s has a secret", name)
			}
		}
		if strings.HasPrefix(name, "Grpc-") {
			return fmt.Errorf("the header %s comes from the backend", name)
		}
	}
	switch {
	case bytes.Contains(a.body, []byte(demo.Secret)):
		return errors.New("the body has a secret")
	case a.header.Get("X-Request-Id") == "":
		return errors.New("no request id")
	case a.requestID != "" && a.header.Get("X-Request-Id") != a.requestID:
		return errors.New("another request's id")
	case !strings.HasPrefix(a.header.Get("Content-Type"), "application/json"): // of the envelope, or the marshaler's
		return errors.New("the Content-Type is not JSON")
	}
	return nil
}

func success(a *answer, system *catalog.System, text string) (string, error) {
	if a.status == http.StatusOK && bytes.Contains(a.body, []byte(`"text":`)) {
		if err := common(a); err != nil {
			return "", err
		}
		v, ok := system.Envelope().Success.Parse(a.body)
		if !ok {
			return "", errors.New("no success envelope of " + system.Domain())
		}
		var data struct{ Text string }
		if err := json.Unmarshal(v.Data, &data); err != nil {
			return "", fmt.Errorf("data is %s: %w", v.Data, err)
		}
		if data.Text != text {
			return "", fmt.Errorf("data is %s, want the text %q", v.Data, text)
		}
		return "success", nil
	}
	return failure(a, system, "", down(system))
}

// stream checks a stream of messages with a failure at its end: one line each.
func stream(a *answer, system *catalog.System, code *catalog.Code, after int) (string, error) {
	lines := bytes.Split(bytes.TrimSuffix(a.body, []byte("\n")), []byte("\n"))
	last := *a
	last.body = lines[len(lines)-1]
	if len(lines) > 1 {
		last.status = cmp.Or(system.HTTPAlways(), code.HTTPStatus()) // HTTP has said 200 long ago
		if a.status != http.StatusOK {
			return "", fmt.Errorf("HTTP %d after messages", a.status)
		}
	}
	for i, line := range lines[:len(lines)-1] {
		var message struct{ Result struct{ Index int } }
		if err := json.Unmarshal(line, &message); err != nil {
			return "", fmt.Errorf("message %d is %s: %w", i+1, line, err)
		}
		if message.Result.Index != i+1 {
			return "", fmt.Errorf("message %d is %s", i+1, line)
		}
	}
	outcome, err := failure(&last, system, "stream", said{code: code, anyHTTP: len(lines) > 1, args: url.Values{}}, down(system))
	if err == nil && outcome == "stream" && len(lines)-1 != after && code != system.Fallback(codes.Unavailable) {
		err = fmt.Errorf("%d messages, want %d", len(lines)-1, after)
	}
	return outcome, err
}
