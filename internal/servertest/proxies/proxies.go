// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package proxies starts real proxies for tests: Envoy, HAProxy and nginx. install.sh, in
// this folder, installs them.
//
//	envoy := proxies.StartEnvoy(t, bootstrap) // each listener has port_value: 0
//	conn := servertest.Dial(t, envoy.Addr(t, "listener_name"))
//
// A proxy listens on free ports of 127.0.0.1, and runs until the test ends. The test
// fails, with the proxy's log, if the proxy refuses its configuration, does not become
// ready, or ends before the test does. If a proxy is not installed, the test is skipped;
// it fails if the environment has STATUSMAP_REQUIRE_ALL=1.
package proxies

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/servertest"
)

// A Proxy is a running HAProxy or nginx.
type Proxy struct {
	*Process
	Addr string
}

// StartNginx starts nginx. config returns the configuration for the address to listen on.
func StartNginx(t testing.TB, config func(listen string) string) *Proxy {
	t.Helper()
	exe := find(t, "nginx")
	l := servertest.Listen(t)
	dir := t.TempDir()
	// By default, these are files and folders that only root can write.
	http := []string{"http {", "access_log off;"}
	for _, path := range []string{"client_body", "fastcgi", "proxy", "scgi", "uwsgi"} {
		http = append(http, path+"_temp_path "+filepath.Join(dir, path)+";")
	}
	text := strings.Replace(config(l.Addr().String()), "http {", strings.Join(http, "\n"), 1)
	file := write(t, dir, "nginx.conf", text)
	global := "daemon off; error_log stderr; pid " + filepath.Join(dir, "pid") + ";"
	cmd := exec.Command(exe, "-p", dir, "-e", "stderr", "-c", file, "-g", global)
	cmd.Env = append(os.Environ(), "NGINX=3;") // the inherited socket
	return startAt(t, cmd, l)
}

// StartHAProxy starts HAProxy. config returns the configuration for the address to bind.
func StartHAProxy(t testing.TB, config func(bind string) string) *Proxy {
	t.Helper()
	exe := find(t, "haproxy")
	l := servertest.Listen(t)
	file := write(t, t.TempDir(), "haproxy.cfg", config("fd@3")) // the inherited socket
	return startAt(t, exec.Command(exe, "-db", "-f", file), l)
}

// startAt starts a proxy that inherits a listening socket: nobody else can take the port,
// and connections are accepted from the start.
func startAt(t testing.TB, cmd *exec.Cmd, l net.Listener) *Proxy {
	t.Helper()
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		t.Fatalf("%T is not a *net.TCPListener", l)
	}
	socket, err := tcp.File()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{socket}
	p := &Proxy{Process: start(t, cmd), Addr: l.Addr().String()}
	for _, c := range []interface{ Close() error }{socket, l} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}
