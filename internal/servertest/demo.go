// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package servertest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/catalog"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/statushttp"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

// DefaultCatalog returns the catalog of the six sample systems.
func DefaultCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// A Demo is a running demo server: its gateway, and a client of its gRPC server.
type Demo struct {
	*Server
	GRPC demov1.DemoServiceClient
}

// StartDemo runs the demo server until the test ends. It logs nothing.
func StartDemo(t testing.TB, cat *catalog.Catalog, opts ...statushttp.Option) *Demo {
	t.Helper()
	server, err := demo.Start(t.Context(), demo.Config{
		HTTP:    "127.0.0.1:0",
		GRPC:    "127.0.0.1:0",
		Catalog: cat,
		Logger:  slog.New(slog.DiscardHandler),
		Codec:   opts,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &Demo{
		Server: newServer(t, server.HTTPAddr(), HTTP1),
		GRPC:   demov1.NewDemoServiceClient(Dial(t, server.GRPCAddr())),
	}
}

// RaisePath returns the path at which the demo server raises a code of a system with
// arguments. The system can include the code.
func RaisePath(system *catalog.System, code *catalog.Code, args map[string]string) string {
	query := url.Values{}
	for name, value := range args {
		query.Set("metadata["+name+"]", value)
	}
	u := url.URL{Path: "/raise/" + system.Domain() + "/" + code.Reason(), RawQuery: query.Encode()}
	return u.String()
}

// SampleArguments returns a value for each argument of a code's message. Match can find
// the values in the text.
func SampleArguments(code *catalog.Code) map[string]string {
	args := map[string]string{}
	for i, name := range code.Message().Params() {
		switch {
		case strings.HasSuffix(name, "_id"):
			args[name] = strconv.Itoa(42 + i)
		case name == "ip" || strings.HasSuffix(name, "ips"):
			args[name] = fmt.Sprintf("10.0.0.%d", i+1)
		default:
			args[name] = fmt.Sprintf("%s-%d", name, i+1)
		}
	}
	return args
}

// CheckMessage compares a code's message with the text in the legacy document, in which
// the arguments are numbers: {0}, {1}.
func CheckMessage(t testing.TB, code *catalog.Code, want string) {
	t.Helper()
	got := code.Message().String()
	for i, name := range code.Message().Params() {
		got = strings.ReplaceAll(got, "{"+name+"}", fmt.Sprintf("{%d}", i))
	}
	if got != want {
		t.Errorf("%s: the message is %q, the document has %q", code.LegacyCode(), got, want)
	}
}
