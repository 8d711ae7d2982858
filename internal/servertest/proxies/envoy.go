// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package proxies

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// An Envoy is a running Envoy.
type Envoy struct {
	*Process
	// Admin is the address of the administration interface.
	Admin string
}

// StartEnvoy starts Envoy with a bootstrap configuration in YAML or JSON, which has no
// admin. It checks the configuration with "envoy --mode validate" first, and returns
// when Envoy is ready. Listeners with "port_value: 0" have a free port, see Addr.
func StartEnvoy(t testing.TB, bootstrap string) *Envoy {
	t.Helper()
	exe := find(t, "envoy")
	dir := t.TempDir()
	address := filepath.Join(dir, "admin")
	args := []string{
		"-c", write(t, dir, "envoy.yaml", bootstrap),
		"--config-yaml", "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}",
		"--disable-hot-restart", "--log-level", "warning",
	}
	if out, err := exec.CommandContext(t.Context(), exe, append(args, "--mode", "validate")...).CombinedOutput(); err != nil {
		t.Fatalf("envoy --mode validate: %v\n%s", err, out)
	}
	e := &Envoy{Process: start(t, exec.Command(exe, append(args, "--admin-address-path", address)...))}
	for deadline := time.Now().Add(timeout); e.Running() && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(address); err == nil && len(b) > 0 {
			e.Admin = string(b)
			if code, _ := e.get(t, "/ready"); code == http.StatusOK {
				return e
			}
		}
	}
	t.Fatal("envoy does not become ready")
	return nil
}

// Get returns the body of a page of the administration interface, for example of
// "/stats?filter=http". The test fails if the page does not answer 200.
func (e *Envoy) Get(t testing.TB, path string) string {
	t.Helper()
	code, body := e.get(t, path)
	if code != http.StatusOK {
		t.Fatalf("envoy's admin %s: HTTP %d: %s", path, code, body)
	}
	return body
}

// get returns the HTTP status and the body of a page. The status is 0 if Envoy does not
// answer.
func (e *Envoy) get(t testing.TB, path string) (code int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+e.Admin+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true // no goroutine stays
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	b, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(b)
}

// Addr returns the address of a listener.
func (e *Envoy) Addr(t testing.TB, listener string) string {
	t.Helper()
	var listeners struct {
		Statuses []struct {
			Name    string `json:"name"`
			Address struct {
				Socket struct {
					Address string `json:"address"`
					Port    int    `json:"port_value"`
				} `json:"socket_address"`
			} `json:"local_address"`
		} `json:"listener_statuses"`
	}
	page := e.Get(t, "/listeners?format=json")
	if err := json.Unmarshal([]byte(page), &listeners); err != nil {
		t.Fatal(err)
	}
	for _, l := range listeners.Statuses {
		if l.Name == listener {
			return net.JoinHostPort(l.Address.Socket.Address, strconv.Itoa(l.Address.Socket.Port))
		}
	}
	t.Fatalf("envoy has no listener %q: %s", listener, page)
	return ""
}
