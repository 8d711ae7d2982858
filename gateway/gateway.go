package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/annotation"
)

// A Gateway renders the answers of a grpc-gateway mux as legacy systems do. It
// is immutable and safe for concurrent use.
type Gateway struct {
	catalog        *catalog.Catalog
	routes         []route // longest prefix first
	methods        map[string]*catalog.System
	dialect        func(*http.Request) string
	codeHTTPStatus bool
	maxBody        int64
	contentTypes   []string
	marshaler      runtime.Marshaler
	logger         *slog.Logger
}

type route struct {
	prefix string
	system *catalog.System
}

// An Option changes what [New] makes.
type Option interface{ apply(*builder) }

type builder struct {
	*Gateway
	routes []pendingRoute
}

type pendingRoute struct{ prefix, domain string }

type optionFunc func(*builder)

func (f optionFunc) apply(b *builder) { f(b) }

// WithRoute makes requests below a path prefix speak the system of domain. The
// prefix ends at a path segment: "/v2/job" is for /v2/job and /v2/job/42, not for
// /v2/jobs. Of several the longest counts. Default: no route.
func WithRoute(prefix, domain string) Option {
	return optionFunc(func(b *builder) { b.routes = append(b.routes, pendingRoute{prefix, domain}) })
}

// WithDialect lets f choose the domain by request, before any route. Where it
// returns "", or a domain that the catalog does not have, the routes count.
// Default: none.
func WithDialect(f func(*http.Request) string) Option {
	return optionFunc(func(b *builder) { b.dialect = f })
}

// WithCatalog takes the systems from another catalog than [catalog.Default].
func WithCatalog(c *catalog.Catalog) Option {
	return optionFunc(func(b *builder) { b.catalog = c })
}

// WithCodeHTTPStatus answers each code with its own HTTP status also in systems
// whose http_always says otherwise. Default: http_always is obeyed.
func WithCodeHTTPStatus() Option {
	return optionFunc(func(b *builder) { b.codeHTTPStatus = true })
}

// WithMaxBody limits the request's body to n bytes; a longer one is answered
// with 413. 0 is no limit. Default: 4 MiB, as grpc-go limits messages.
func WithMaxBody(n int64) Option {
	return optionFunc(func(b *builder) { b.maxBody = n })
}

// WithContentTypes lets requests have bodies of more media types than JSON and
// forms; others are answered with 415. For muxes with other marshalers or with
// google.api.HttpBody. "*/*" is for any. Default: none.
func WithContentTypes(types ...string) Option {
	return optionFunc(func(b *builder) { b.contentTypes = append(b.contentTypes, types...) })
}

// WithMarshaler writes and reads messages with m. Default: grpc-gateway's own,
// protojson that emits unpopulated fields.
func WithMarshaler(m runtime.Marshaler) Option {
	return optionFunc(func(b *builder) { b.marshaler = m })
}

// WithLogger logs what the client is not told: the text of errors without a
// code, and panics. Default: slog.Default at the time of [New].
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(b *builder) { b.logger = l })
}

const defaultMaxBody = 4 << 20

// New returns a gateway. The error holds everything that is wrong: the broken
// rules of the default catalog, and routes or method options that name a domain
// which the catalog does not have.
func New(opts ...Option) (*Gateway, error) {
	b := &builder{Gateway: &Gateway{maxBody: defaultMaxBody}}
	for _, o := range opts {
		if o != nil {
			o.apply(b)
		}
	}
	g := b.Gateway
	if g.catalog == nil {
		var err error
		if g.catalog, err = catalog.Default(); err != nil {
			return nil, err
		}
	}
	if g.logger == nil {
		g.logger = slog.Default()
	}
	if g.marshaler == nil {
		g.marshaler = &runtime.HTTPBodyMarshaler{Marshaler: &runtime.JSONPb{
			MarshalOptions:   protojson.MarshalOptions{EmitUnpopulated: true},
			UnmarshalOptions: protojson.UnmarshalOptions{DiscardUnknown: true},
		}}
	}
	var errs []error
	for _, r := range b.routes {
		system, ok := g.catalog.System(r.domain)
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("gateway: route %s: %w", r.prefix, g.unknownDomain(r.domain)))
		case !strings.HasPrefix(r.prefix, "/"):
			errs = append(errs, fmt.Errorf("gateway: route %q: a prefix starts with /", r.prefix))
		default:
			g.routes = append(g.routes, route{r.prefix, system})
		}
	}
	slices.SortStableFunc(g.routes, func(a, b route) int { return cmp.Compare(len(b.prefix), len(a.prefix)) })
	methods, err := g.annotatedMethods()
	g.methods = methods
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	return g, nil
}

func (g *Gateway) unknownDomain(domain string) error {
	var domains []string
	for _, s := range g.catalog.Systems() {
		domains = append(domains, s.Domain())
	}
	return fmt.Errorf("the catalog has no domain %q, only: %s", domain, strings.Join(domains, ", "))
}

// annotatedMethods finds the dialects of the services linked into the program,
// by full method name as in "/package.Service/Method".
func (g *Gateway) annotatedMethods() (map[string]*catalog.System, error) {
	methods := make(map[string]*catalog.System)
	var errs []error
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				method := service.Methods().Get(j)
				domain, err := annotation.Dialect(method)
				if err != nil {
					errs = append(errs, fmt.Errorf("gateway: method %s: %w", method.FullName(), err))
					continue
				}
				if domain == "" {
					continue
				}
				system, ok := g.catalog.System(domain)
				if !ok {
					errs = append(errs, fmt.Errorf("gateway: method %s: %w", method.FullName(), g.unknownDomain(domain)))
					continue
				}
				methods[fmt.Sprintf("/%s/%s", service.FullName(), method.Name())] = system
			}
		}
		return true
	})
	return methods, errors.Join(errs...)
}

// dialectOf returns the dialect that a request speaks before it is known what
// its answer is; nil where only the error can tell.
func (g *Gateway) dialectOf(r *http.Request, rpcMethod string) *catalog.System {
	if g.dialect != nil {
		if system, ok := g.catalog.System(g.dialect(r)); ok {
			return system
		}
	}
	for i := range g.routes {
		if g.routes[i].covers(r.URL.Path) {
			return g.routes[i].system
		}
	}
	return g.methods[rpcMethod]
}

func (r *route) covers(path string) bool {
	if !strings.HasPrefix(path, r.prefix) {
		return path+"/" == r.prefix
	}
	return strings.HasSuffix(r.prefix, "/") || len(path) == len(r.prefix) || path[len(r.prefix)] == '/'
}
