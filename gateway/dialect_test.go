package gateway_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/gateway"
	"github.com/statusmap/statusmap/internal/prototest"
)

// TestDialectOptions: the RPC's own option, else its service's, below the routes.
func TestDialectOptions(t *testing.T) {
	prototest.Register(t, "gateway_dialect_test.proto", `
syntax = "proto3";
package statusmap.gatewaytest.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.job.v2"};
  rpc Get(M) returns (M);
  rpc Sign(M) returns (M) { option (statusmap.v1.method) = {dialect: "legacy.elves.v2"}; }
}
service Plain { rpc Get(M) returns (M); }
`)
	gw := newGateway(t, gateway.WithRoute("/routed/", "legacy.apiswitch.v1"))
	mux := runtime.NewServeMux(gw.MuxOptions()...)
	for path, method := range map[string]string{
		"/jobs": "/statusmap.gatewaytest.v1.Jobs/Get", "/sign": "/statusmap.gatewaytest.v1.Jobs/Sign",
		"/plain": "/statusmap.gatewaytest.v1.Plain/Get", "/routed/jobs": "/statusmap.gatewaytest.v1.Jobs/Get",
		"/unknown": "/none.Service/Get", "/odd": "odd",
	} {
		err := mux.HandlePath(http.MethodGet, path, func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
			_, m := runtime.MarshalerForRequest(mux, r)
			ctx, err := runtime.AnnotateContext(r.Context(), mux, r, method)
			if err != nil {
				t.Error(err)
			}
			runtime.HTTPError(ctx, mux, m, w, r, grpcstatus.Error(codes.Internal, "hunter2"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"/jobs": `"code":1239999`, "/sign": "[500]", "/plain": `{"code":13,`, "/routed/jobs": `{"Code":10004`, "/unknown": `{"code":13,`, "/odd": `{"code":13,`,
	} {
		if got := answerOf(t, gw.Handler(mux), path); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestDialectOptionOfUnknownDomain: a gateway is not made of a service whose
// option names no system.
func TestDialectOptionOfUnknownDomain(t *testing.T) {
	if os.Getenv("STATUSMAP_TEST_BROKEN") == "" {
		// The registry cannot forget: this runs in a process of its own.
		out, err := rerun(t.Context(), "TestDialectOptionOfUnknownDomain", "STATUSMAP_TEST_BROKEN=1")
		if err != nil || !strings.Contains(out, "--- PASS: TestDialectOptionOfUnknownDomain") {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	prototest.Register(t, "gateway_broken_test.proto", `
syntax = "proto3";
package statusmap.brokentest.v1;
import "statusmap/v1/options.proto";
message M {}
service Jobs {
  option (statusmap.v1.service) = {dialect: "legacy.none.v1"};
  rpc Get(M) returns (M);
}
`)
	_, err := gateway.New()
	if err == nil || !strings.Contains(err.Error(), `method statusmap.brokentest.v1.Jobs.Get: the catalog has no domain "legacy.none.v1"`) {
		t.Errorf("%v", err)
	}
}

// rerun runs one test of this package in a process of its own.
func rerun(ctx context.Context, test, env string) (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, exe, "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
