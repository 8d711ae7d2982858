package conformance_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/statusmap/statusmap/catalog"
	demov1 "github.com/statusmap/statusmap/gen/statusmap/demo/v1"
	"github.com/statusmap/statusmap/internal/demo"
	"github.com/statusmap/statusmap/internal/servertest"

	_ "github.com/statusmap/statusmap/gen/legacy/apiswitch/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/jarvis/v2"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v1"
	_ "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

// root is the root of the repository.
const root = "../../../"

func TestMain(m *testing.M) { servertest.Main(m) }

func defaultCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

type world struct {
	grpc demov1.DemoServiceClient
	http string
}

// start runs the demo's server and gateway on free ports.
func start(t testing.TB, cat *catalog.Catalog) world {
	t.Helper()
	server, err := demo.Start(context.WithoutCancel(t.Context()), demo.Config{
		HTTP: "127.0.0.1:0", GRPC: "127.0.0.1:0", Catalog: cat, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	conn, err := grpc.NewClient(server.GRPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return world{demov1.NewDemoServiceClient(conn), "http://" + server.HTTPAddr()}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (w world) get(t testing.TB, path string, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.http+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(b)}
}
