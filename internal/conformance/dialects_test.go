package conformance_test

import (
	"net/url"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/gateway"
	"github.com/statusmap/statusmap/internal/servertest"
)

// TestDialects answers every code in every system: as itself, as the code of the
// same reason in another version of its family, else as the fallback for its gRPC
// code, with that code's own text.
func TestDialects(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	demo := servertest.StartDemo(t, cat)
	translated := 0
	for _, from := range cat.Systems() {
		for _, to := range cat.Systems() {
			for _, code := range from.Codes() {
				if code.IsSuccess() {
					continue
				}
				want, wantHTTP := expected(cat, code, to)
				if from != to && want.Reason() == code.Reason() && family(from) == family(to) {
					translated++
				}
				args := servertest.SampleArguments(code)
				response := demo.Get(t, withDialect(t, servertest.RaisePath(code, args), to.Domain()), nil)
				got, ok := readFailure(to, response.Body)
				if !ok || got.legacyCode != want.LegacyCode() || response.Status != wantHTTP {
					t.Errorf("%s as %s: %d %s, want %d %s",
						code.FullName(), to.Domain(), response.Status, response.Body, wantHTTP, want.LegacyCode())
				}
				if !want.Message().Fits(got.message) {
					t.Errorf("%s as %s: the message is %q, want %q", code.FullName(), to.Domain(), got.message, want.Message())
				}
				for _, name := range want.Message().Params() {
					if value, given := args[name]; given && !strings.Contains(got.message, value) {
						t.Errorf("%s as %s: the message is %q, want %s in it", code.FullName(), to.Domain(), got.message, value)
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

// expected returns the code that a system answers with if a code is raised, and
// the HTTP status.
func expected(cat *catalog.Catalog, code *catalog.Code, in *catalog.System) (want *catalog.Code, status int) {
	want = in.Fallback(code.GRPCCode())
	if same, ok := cat.Lookup(in.Domain(), code.Reason()); ok && family(code.System()) == family(in) {
		want = same
	}
	switch {
	case in.HTTPAlways() != 0:
		return want, in.HTTPAlways()
	case want == in.Fallback(code.GRPCCode()) && want.GRPCCode() != code.GRPCCode():
		return want, canonicalHTTP[code.GRPCCode()]
	}
	return want, want.HTTPStatus()
}

// family returns the domain of a system without its version.
func family(system *catalog.System) string {
	return system.Domain()[:strings.LastIndex(system.Domain(), ".")]
}

func withDialect(t *testing.T, path, dialect string) string {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("dialect", dialect)
	u.RawQuery = query.Encode()
	return u.String()
}

// canonicalHTTP is google/rpc/code.proto's table, typed from it.
var canonicalHTTP = map[codes.Code]int{
	codes.Canceled:           499,
	codes.Unknown:            500,
	codes.InvalidArgument:    400,
	codes.DeadlineExceeded:   504,
	codes.NotFound:           404,
	codes.AlreadyExists:      409,
	codes.PermissionDenied:   403,
	codes.ResourceExhausted:  429,
	codes.FailedPrecondition: 400,
	codes.Aborted:            409,
	codes.OutOfRange:         400,
	codes.Unimplemented:      501,
	codes.Internal:           500,
	codes.Unavailable:        503,
	codes.DataLoss:           500,
	codes.Unauthenticated:    401,
}

// TestCodeHTTPStatus: with WithCodeHTTPStatus every code is answered with its own
// HTTP status.
func TestCodeHTTPStatus(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	demo := servertest.StartDemo(t, cat, gateway.WithCodeHTTPStatus())
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			response := demo.Get(t, servertest.RaisePath(code, servertest.SampleArguments(code)), nil)
			if response.Status != code.HTTPStatus() {
				t.Errorf("%s: HTTP %d, want %d", code.FullName(), response.Status, code.HTTPStatus())
			}
		}
	}
}
