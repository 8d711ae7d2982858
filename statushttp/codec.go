// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/annotation"
	"github.com/statusmap/statusmap/internal/wire"
)

// A Codec turns errors into the answers of legacy systems, and back. It is immutable
// and safe for concurrent use.
type Codec struct {
	catalog        *catalog.Catalog
	routes         []route                    // longest prefix first
	methods        map[string]*catalog.System // by full method name
	defaultSystem  *catalog.System
	dialect        func(*http.Request) string
	ownDomain      bool
	codeHTTPStatus bool
	logger         *slog.Logger
	forms          map[*catalog.System][]form // at least one each
	now            func() time.Time
}

type route struct {
	prefix string
	system *catalog.System // nil: plain
}

// An Option changes what [New] makes.
type Option interface{ apply(*builder) }

type builder struct {
	Codec
	routes        []pendingRoute
	defaultDomain string
}

type pendingRoute struct{ prefix, domain string }

type optionFunc func(*builder)

func (f optionFunc) apply(b *builder) { f(b) }

// WithRoute makes requests below a path prefix speak the system of domain; if domain
// is "", they are plain. The prefix ends at a path segment: "/v2/job" is for /v2/job
// and /v2/job/42, not for /v2/jobs. Of several the longest counts. Default: no route.
func WithRoute(prefix, domain string) Option {
	return optionFunc(func(b *builder) { b.routes = append(b.routes, pendingRoute{prefix, domain}) })
}

// WithDefaultDomain makes requests speak the system of domain if nothing else says
// which. Default, and if domain is "": they are plain.
func WithDefaultDomain(domain string) Option {
	return optionFunc(func(b *builder) { b.defaultDomain = domain })
}

// WithOwnDomain answers an error of a known domain as its own system does if the
// request has no dialect, and no route says that it is plain. Default: the answer is
// plain.
func WithOwnDomain() Option {
	return optionFunc(func(b *builder) { b.ownDomain = true })
}

// WithDialect lets f choose the domain by request, before any route. If it returns
// "", or a domain that the catalog lacks, the routes count. Default, and if f is nil:
// none.
func WithDialect(f func(*http.Request) string) Option {
	return optionFunc(func(b *builder) { b.dialect = f })
}

// WithCatalog takes the systems from another catalog. Default, and if c is nil:
// [catalog.Default].
func WithCatalog(c *catalog.Catalog) Option {
	return optionFunc(func(b *builder) { b.catalog = c })
}

// WithCodeHTTPStatus answers each code with its own HTTP status, even in systems that
// have http_always. Default: http_always is obeyed.
func WithCodeHTTPStatus() Option {
	return optionFunc(func(b *builder) { b.codeHTTPStatus = true })
}

// WithLogger logs what is hidden from clients: the text of errors without a code.
// Default, and if l is nil: slog.Default at the time of [New].
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(b *builder) { b.logger = l })
}

// New returns a codec. The error holds everything that is wrong: the broken rules of
// the default catalog, and routes, default domain or method options that name a
// domain which the catalog lacks.
func New(opts ...Option) (*Codec, error) {
	b := &builder{Codec: Codec{now: time.Now}}
	for _, o := range opts {
		if o != nil {
			o.apply(b)
		}
	}
	c := &b.Codec
	if c.catalog == nil {
		var err error
		if c.catalog, err = catalog.Default(); err != nil {
			return nil, err
		}
	}
	if c.logger == nil {
		c.logger = slog.Default()
	}
	c.forms = make(map[*catalog.System][]form)
	for _, system := range c.catalog.Systems() {
		c.forms[system] = formsOf(system)
	}
	var errs []error
	for _, r := range b.routes {
		if !strings.HasPrefix(r.prefix, "/") {
			errs = append(errs, fmt.Errorf("statushttp: route %q: write a prefix that starts with /", r.prefix))
		}
		system, err := c.system(r.domain)
		if err != nil {
			errs = append(errs, fmt.Errorf("statushttp: route %q: %w", r.prefix, err))
		}
		c.routes = append(c.routes, route{r.prefix, system})
	}
	slices.SortStableFunc(c.routes, func(a, b route) int { return cmp.Compare(len(b.prefix), len(a.prefix)) })
	var err error
	if c.defaultSystem, err = c.system(b.defaultDomain); err != nil {
		errs = append(errs, fmt.Errorf("statushttp: default domain: %w", err))
	}
	c.methods, err = c.annotatedMethods()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	if len(c.methods) > 0 && len(c.routes) == 0 && c.defaultSystem == nil && c.dialect == nil {
		c.logger.LogAttrs(context.Background(), slog.LevelInfo,
			"methods have dialects, but paths that do not exist have none: add WithRoute or WithDefaultDomain for these",
			slog.Int("methods", len(c.methods)))
	}
	return c, nil
}

// system returns the system of a domain; nil for "".
func (c *Codec) system(domain string) (*catalog.System, error) {
	system, ok := c.catalog.System(domain)
	if ok || domain == "" {
		return system, nil
	}
	var domains []string
	for _, s := range c.catalog.Systems() {
		domains = append(domains, s.Domain())
	}
	return nil, fmt.Errorf("the catalog has no domain %q: write one of %s, or import the package of its enum", domain, strings.Join(domains, ", "))
}

// annotatedMethods finds the dialects of the services linked into the program, by
// full method name as in "/package.Service/Method".
func (c *Codec) annotatedMethods() (map[string]*catalog.System, error) {
	methods := make(map[string]*catalog.System)
	var errs []error
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				method := service.Methods().Get(j)
				domain, err := annotation.Dialect(method)
				var system *catalog.System
				if err == nil {
					system, err = c.system(domain)
				}
				if err != nil {
					errs = append(errs, fmt.Errorf("statushttp: method %s: %w", method.FullName(), err))
				} else if system != nil {
					methods[fmt.Sprintf("/%s/%s", service.FullName(), method.Name())] = system
				}
			}
		}
		return true
	})
	return methods, errors.Join(errs...)
}

// A Request is what a codec knows of a request. [Codec.Request] makes it of an
// *http.Request; adapters of other frameworks fill it in.
type Request struct {
	// Method and Path are the HTTP request's; Path is without the query, and decoded.
	Method, Path string
	// RawPath is the path as sent, without the query. Default: Path, encoded.
	RawPath string
	// Header is the HTTP request's, with keys as net/http writes them. It is only
	// read.
	Header http.Header
	// RPC is the full name of the gRPC method, as in "/package.Service/Method"; "" if
	// there is none, or if it is not known yet.
	RPC string
	// Domain is the dialect that the request asks for; "" if it does not.
	Domain string
	// RequestID is the id of the request: 1 to 128 visible ASCII characters. "": the
	// codec reads it from Header, or makes one. See [Codec.RequestID].
	RequestID string
	// Streaming says that the answer is the last part of a stream of messages.
	Streaming bool
	// HTTPStatus is the status that the failure itself has, for example 404 for a
	// path that does not exist; 0 if it has none.
	HTTPStatus int
	// DetailsBin is the value of a received trailer grpc-status-details-bin, decoded
	// from base64. If it is the error's own, it is faster to read than the error.
	DetailsBin string
}

// RequestIDHeader is the HTTP header that has a request's id, in both directions, unless
// the option request_id_header of its system names another one.
const RequestIDHeader = "X-Request-Id"

// RequestID returns the id of r, and sets r.RequestID: to the one in the header of its
// dialect, or to a new one if there is no valid one.
func (c *Codec) RequestID(r *Request) string { return requestID(r, c.Dialect(r)) }

func requestID(r *Request, dialect *catalog.System) string {
	if r.RequestID == "" {
		if r.RequestID = receivedRequestID(r, cmp.Or(dialect.RequestIDHeader(), RequestIDHeader)); r.RequestID == "" {
			r.RequestID = uuid.NewString()
		}
	}
	return r.RequestID
}

// receivedRequestID returns the id in a header of r; "" if it has no valid one.
func receivedRequestID(r *Request, header string) string {
	if ids := r.Header[header]; len(ids) > 0 && wire.IsRequestID(ids[0]) {
		return ids[0]
	}
	return ""
}

// Request returns what the codec knows of r, with the domain that WithDialect chooses.
func (c *Codec) Request(r *http.Request) Request {
	q := Request{Method: r.Method, Header: r.Header}
	if r.URL != nil {
		q.Path = r.URL.Path
	}
	if strings.HasPrefix(r.RequestURI, "/") { // as sent, also below http.StripPrefix
		q.RawPath, _, _ = strings.Cut(r.RequestURI, "?")
	}
	if c.dialect != nil {
		q.Domain = c.choose(r)
	}
	return q
}

// choose calls the function of WithDialect. If it panics, the routes count.
func (c *Codec) choose(r *http.Request) (domain string) {
	defer func() {
		if p := recover(); p != nil {
			c.logger.LogAttrs(r.Context(), slog.LevelError, "the function of WithDialect panicked: fix it, the routes count meanwhile",
				slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
		}
	}()
	return c.dialect(r)
}

// Dialect returns the system in which a request is answered: the one that it asks
// for, else that of the longest [WithRoute], else of its method's option, else of its
// service's, else of [WithDefaultDomain]. It returns nil if none says one: the answer
// is then plain.
func (c *Codec) Dialect(r *Request) *catalog.System {
	if system, ok := c.dialectOf(r); ok {
		return system
	}
	if system, ok := c.methods[r.RPC]; ok {
		return system
	}
	return c.defaultSystem
}

// dialectOf returns the system that the request asks for, or that its route says; nil
// if that is plain. ok is false if neither says anything.
func (c *Codec) dialectOf(r *Request) (system *catalog.System, ok bool) {
	if r.Domain != "" {
		if system, ok = c.catalog.System(r.Domain); ok {
			return system, true
		}
	}
	for i := range c.routes {
		if c.routes[i].covers(r.Path) {
			return c.routes[i].system, true
		}
	}
	return nil, false
}

// MayAnswer reports whether the codec may have to answer r: it has a dialect, or may
// have one once r.RPC or its error is known. If not, an adapter leaves r alone.
func (c *Codec) MayAnswer(r *Request) bool {
	if system, ok := c.dialectOf(r); ok {
		return system != nil
	}
	return c.ownDomain || c.defaultSystem != nil || r.RPC == "" && len(c.methods) > 0 || c.methods[r.RPC] != nil
}

// Logger returns the logger of the codec.
func (c *Codec) Logger() *slog.Logger { return c.logger }

func (r *route) covers(path string) bool {
	if !strings.HasPrefix(path, r.prefix) {
		return path+"/" == r.prefix
	}
	return strings.HasSuffix(r.prefix, "/") || len(path) == len(r.prefix) || path[len(r.prefix)] == '/'
}
