package statusmap_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/gateway"
)

// TestDialects answers every code in every system: as itself, as the code of the
// same reason in another version of its family, else as the fallback for its gRPC
// code, with that code's own text.
func TestDialects(t *testing.T) {
	cat := defaultCatalog(t)
	w := start(t, cat)
	translated := 0
	for _, from := range cat.Systems() {
		for _, to := range cat.Systems() {
			for _, code := range from.Codes() {
				if code.IsSuccess() {
					continue
				}
				args := sampleArguments(code)
				path := raisePath(from.Domain(), code.Reason(), args)
				separator := "?"
				if strings.Contains(path, "?") {
					separator = "&"
				}
				a := w.get(t, path+separator+"dialect="+to.Domain())

				same, _ := cat.Lookup(to.Domain(), code.Reason())
				family := from.Domain()[:strings.LastIndex(from.Domain(), ".")] == to.Domain()[:strings.LastIndex(to.Domain(), ".")]
				want, http := to.Fallback(code.GRPCCode()), 0
				if family && same != nil {
					want = same
					if from != to {
						translated++
					}
				}
				switch http = want.HTTPStatus(); {
				case to.HTTPAlways() != 0:
					http = to.HTTPAlways()
				case want == to.Fallback(code.GRPCCode()) && want.GRPCCode() != code.GRPCCode():
					http = canonicalHTTP[code.GRPCCode()]
				}
				v, ok := to.FailureEnvelope().Parse([]byte(a.body))
				if !ok || v.LegacyCode != want.LegacyCode() || a.status != http {
					t.Errorf("%s as %s: %d %s, want %d %s", code.FullName(), to.Domain(), a.status, a.body, http, want.LegacyCode())
				}
				if !want.Message().Fits(v.Message) {
					t.Errorf("%s as %s says %q, which is not %q", code.FullName(), to.Domain(), v.Message, want.Message())
				}
				for _, name := range want.Message().Params() {
					if value, given := args[name]; given && !strings.Contains(v.Message, value) {
						t.Errorf("%s as %s lost %s: %q", code.FullName(), to.Domain(), name, v.Message)
					}
				}
			}
		}
	}
	// 110 of JOB's old codes and all shared ones have a namesake in the new API; so
	// has each of Elves' old codes but 403.3.
	if want := 2*(12+110) + 2*28; translated != want {
		t.Errorf("%d codes were translated, want %d", translated, want)
	}
}

// canonicalHTTP is google/rpc/code.proto's table, typed from it.
var canonicalHTTP = map[codes.Code]int{
	codes.Canceled: 499, codes.Unknown: 500, codes.InvalidArgument: 400, codes.DeadlineExceeded: 504,
	codes.NotFound: 404, codes.AlreadyExists: 409, codes.PermissionDenied: 403, codes.ResourceExhausted: 429,
	codes.FailedPrecondition: 400, codes.Aborted: 409, codes.OutOfRange: 400, codes.Unimplemented: 501,
	codes.Internal: 500, codes.Unavailable: 503, codes.DataLoss: 500, codes.Unauthenticated: 401,
}

// TestCodeHTTPStatus: each code's own status, for every code, where it is asked
// for.
func TestCodeHTTPStatus(t *testing.T) {
	cat := defaultCatalog(t)
	w := start(t, cat, gateway.WithCodeHTTPStatus())
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			if a := w.get(t, raisePath(code.Domain(), code.Reason(), sampleArguments(code))); a.status != code.HTTPStatus() {
				t.Errorf("%s: HTTP %d, want %d", code.FullName(), a.status, code.HTTPStatus())
			}
		}
	}
}
