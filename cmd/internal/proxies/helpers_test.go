// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package proxies_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/internal/servertest/proxies"
)

// page has the settings and the table.
const page = "../../../docs/proxies.md"

func TestMain(m *testing.M) { servertest.Main(m) }

// A result is what a client receives of a call.
type result struct {
	messages int // before the error
	code     codes.Code
	message  string
	details  string // the raw grpc-status-details-bin
}

// A client calls methods of servers. It is not safe for concurrent use.
type client func(t *testing.T, address, method string, request proto.Message) result

// clients are the names of the clients.
var clients = []string{"Go", "Python", "Java"}

// startClient starts a client. With raise, it has the limits of docs/proxies.md; without,
// its defaults. The Go client's default is high enough.
func startClient(t *testing.T, name string, raise bool) client {
	t.Helper()
	switch name {
	case "Go":
		return goClient()
	case "Python":
		folder := proxies.Folder(t, "grpcio-"+clientVersion(t, name))
		return program(t, raise, folder, filepath.Join(folder, "bin", "python"), "python/client.py")
	default:
		folder := proxies.Folder(t, "grpc-java-"+clientVersion(t, name))
		// The options are for a process that ends soon.
		return program(t, raise, folder, "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", filepath.Join(folder, "*"), "java/Client.java")
	}
}

// clientVersion returns the version of a client's gRPC.
func clientVersion(t *testing.T, name string) string {
	t.Helper()
	if name == "Go" {
		return grpc.Version
	}
	file, pattern := "python/requirements.txt", `grpcio==(.*)`
	if name == "Java" {
		file, pattern = "java/pom.xml", `<grpc.version>(.*)</grpc.version>`
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(pattern).FindSubmatch(text)
	if version == nil {
		t.Fatalf("%s does not match %s", file, pattern)
	}
	return string(version[1])
}

// callTimeout is the deadline of a call. A call takes that long only if a proxy does not
// answer.
const callTimeout = 20 * time.Second

func goClient() client {
	conns := map[string]*grpc.ClientConn{}
	return func(t *testing.T, address, method string, request proto.Message) result {
		t.Helper()
		if conns[address] == nil {
			conns[address] = servertest.Dial(t, address)
		}
		ctx, cancel := context.WithTimeout(t.Context(), callTimeout)
		defer cancel()
		stream, err := conns[address].NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method)
		if err == nil {
			err = stream.SendMsg(request)
		}
		if err == nil {
			err = stream.CloseSend()
		}
		var r result
		for err == nil {
			if err = stream.RecvMsg(&emptypb.Empty{}); err == nil {
				r.messages++
			}
		}
		if errors.Is(err, io.EOF) {
			return r
		}
		if stream != nil {
			r.details = strings.Join(stream.Trailer().Get("grpc-status-details-bin"), ",")
		}
		s := grpcstatus.Convert(err)
		r.code, r.message = s.Code(), s.Message()
		return r
	}
}

// program starts a client that is a program. folder has what it needs.
func program(t *testing.T, raise bool, folder, exe string, args ...string) client {
	t.Helper()
	if _, err := os.Stat(folder); err != nil {
		proxies.Missing(t, folder, "cmd/internal/proxies/install.sh")
	}
	if raise {
		args = append(args, "raised")
	}
	cmd := exec.Command(exe, args...)
	log := new(servertest.Log)
	cmd.Stderr = log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		proxies.Missing(t, exe, "cmd/internal/proxies/install.sh")
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", exe, log.Take())
		}
	})
	lines := bufio.NewReader(out)
	return func(t *testing.T, address, method string, request proto.Message) result {
		t.Helper()
		b, err := proto.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintln(in, address, method, base64.StdEncoding.EncodeToString(b)); err != nil {
			t.Fatal(err)
		}
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: %v", exe, err)
		}
		var r result
		var code uint32
		var message, details string
		if _, err := fmt.Sscan(line, &r.messages, &code, &message, &details); err != nil {
			t.Fatalf("%s prints %q: %v", exe, line, err)
		}
		r.code, r.message, r.details = codes.Code(code), decode(t, message), decode(t, details)
		return r
	}
}

// decode decodes base64, in which - is empty.
func decode(t *testing.T, s string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "-"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// kinds are the names of the proxies in docs/proxies.md.
var kinds = []string{"nginx", "HAProxy", "Envoy"}

// raised matches the settings in docs/proxies.md that are not needed to proxy gRPC.
var raised = regexp.MustCompile(`(?m)^(.*) # raised$\n`)

// startProxy starts a proxy with its configuration in docs/proxies.md in front of a
// server, and returns its address. Without raise, it has the default settings.
func startProxy(t *testing.T, kind, server string, raise bool) string {
	t.Helper()
	var config string
	for _, b := range servertest.Blocks(t, page) {
		if b.Language == map[string]string{"nginx": "nginx", "HAProxy": "haproxy", "Envoy": "yaml"}[kind] {
			config = b.Text
		}
	}
	if !raised.MatchString(config) {
		t.Fatalf("%s has no configuration of %s with a line that ends in \"# raised\"", page, kind)
	}
	if raise {
		config = raised.ReplaceAllString(config, "$1\n")
	} else {
		config = raised.ReplaceAllString(config, "")
	}
	_, port, err := net.SplitHostPort(server)
	if err != nil {
		t.Fatal(err)
	}
	config = strings.NewReplacer("127.0.0.1:9090", server, "port_value: 9090", "port_value: "+port, "port_value: 8080", "port_value: 0").Replace(config)
	listen := func(address string) string { return strings.ReplaceAll(config, "127.0.0.1:8080", address) }
	switch kind {
	case "nginx":
		return proxies.StartNginx(t, listen).Addr
	case "HAProxy":
		return proxies.StartHAProxy(t, listen).Addr
	default:
		return proxies.StartEnvoy(t, config).Addr(t, "grpc")
	}
}
