// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package proxies

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/statusmap/statusmap/internal/servertest"
)

// timeout is how long a proxy may take to start or to end.
const timeout = 30 * time.Second

// A Process is the process of a proxy. nginx has workers, too, which end with it.
type Process struct {
	cmd   *exec.Cmd
	log   *servertest.Log
	ended chan struct{} // closed after err is set
	err   error
}

// PID returns the id of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Running reports whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// TakeLog returns what the proxy has printed since the last call of TakeLog.
func (p *Process) TakeLog() string { return p.log.Take() }

// start starts a process. The test fails if the process ends before the test does.
func start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p := &Process{cmd: cmd, log: new(servertest.Log), ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() { p.stop(t) })
	return p
}

func (p *Process) stop(t testing.TB) {
	running := p.Running()
	if running {
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		select {
		case <-p.ended:
		case <-time.After(timeout):
			t.Errorf("%s does not end", p.cmd.Path)
			if err := p.cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			<-p.ended
		}
	} else {
		t.Errorf("%s ended before the test: %v", p.cmd.Path, p.err)
	}
	if t.Failed() {
		t.Logf("%s printed:\n%s", p.cmd.Path, p.TakeLog())
	}
}

// Version returns the version of a proxy, for example "1.22.1". The name is envoy,
// haproxy or nginx.
func Version(t testing.TB, name string) string {
	t.Helper()
	exe := find(t, name)
	flag := "-v"
	if name == "envoy" {
		flag = "--version"
	}
	out, err := exec.CommandContext(t.Context(), exe, flag).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", exe, flag, err, out)
	}
	version := versions.FindStringSubmatch(string(out))
	if version == nil {
		t.Fatalf("%s %s prints no version:\n%s", exe, flag, out)
	}
	return version[1]
}

// Envoy prints "version: COMMIT/VERSION/…".
var versions = regexp.MustCompile(`(?:nginx/|HAProxy version |version: [0-9a-f]{40}/)(\d+\.\d+\.\d+)`)

// Missing skips the test because a program is not installed. It fails the test if the
// environment has STATUSMAP_REQUIRE_ALL=1.
func Missing(t testing.TB, program, installer string) {
	t.Helper()
	report := t.Skipf
	if os.Getenv("STATUSMAP_REQUIRE_ALL") == "1" {
		report = t.Fatalf
	}
	report("%s is not installed: run %s", program, installer)
}

// Folder returns the folder into which an installer puts a package, for example
// "grpcio-1.85.1". The folder may be missing.
func Folder(t testing.TB, name string) string {
	t.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(home, ".cache")
	}
	return filepath.Join(cache, "statusmap", name)
}

//go:embed requirements.txt
var requirement string

// find returns the path of a proxy's program.
func find(t testing.TB, name string) string {
	t.Helper()
	candidates := []string{name, "/usr/sbin/" + name}
	if name == "envoy" {
		folder := strings.Replace(strings.TrimSpace(requirement), "==", "-", 1)
		candidates = []string{filepath.Join(Folder(t, folder), "envoy", "_bin", name)}
	}
	for _, candidate := range candidates {
		if exe, err := exec.LookPath(candidate); err == nil {
			return exe
		}
	}
	Missing(t, name, "internal/servertest/proxies/install.sh")
	return ""
}

// write writes a file and returns its path.
func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
