// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/statusmap/statusmap/statushttp"
)

// A Gateway connects a codec to grpc-gateway's muxes. It is immutable and safe for
// concurrent use.
type Gateway struct {
	codec        *statushttp.Codec
	maxBody      int64
	contentTypes []string

	// What answers requests without a dialect.
	errorHandler        runtime.ErrorHandlerFunc
	streamErrorHandler  runtime.StreamErrorHandlerFunc
	routingErrorHandler runtime.RoutingErrorHandlerFunc
}

// An Option changes what [New] makes.
type Option interface{ apply(*Gateway) }

type optionFunc func(*Gateway)

func (f optionFunc) apply(g *Gateway) { f(g) }

// WithMaxBody limits the body of a request with a dialect to n bytes; a longer one is
// answered with 413. Client streams have no limit: grpc-go limits their messages. 0 is
// no limit. Default: 4 MiB, as grpc-go limits messages.
func WithMaxBody(n int64) Option {
	return optionFunc(func(g *Gateway) { g.maxBody = n })
}

// WithContentTypes lets requests with a dialect have bodies of more media types than
// JSON and forms; others are answered with 415. It is for muxes with other marshalers.
// "*/*" is for any. Methods that take a google.api.HttpBody accept any type. Default:
// none.
func WithContentTypes(types ...string) Option {
	return optionFunc(func(g *Gateway) { g.contentTypes = append(g.contentTypes, types...) })
}

// WithErrorHandler answers errors of requests without a dialect with h, which would
// otherwise be given to runtime.WithErrorHandler. Default, and if h is nil:
// runtime.DefaultHTTPErrorHandler.
func WithErrorHandler(h runtime.ErrorHandlerFunc) Option {
	return optionFunc(func(g *Gateway) {
		if h != nil {
			g.errorHandler = h
		}
	})
}

// WithStreamErrorHandler is [WithErrorHandler] for runtime.WithStreamErrorHandler.
// Default, and if h is nil: runtime.DefaultStreamErrorHandler.
func WithStreamErrorHandler(h runtime.StreamErrorHandlerFunc) Option {
	return optionFunc(func(g *Gateway) {
		if h != nil {
			g.streamErrorHandler = h
		}
	})
}

// WithRoutingErrorHandler is [WithErrorHandler] for runtime.WithRoutingErrorHandler.
// Default, and if h is nil: runtime.DefaultRoutingErrorHandler.
func WithRoutingErrorHandler(h runtime.RoutingErrorHandlerFunc) Option {
	return optionFunc(func(g *Gateway) {
		if h != nil {
			g.routingErrorHandler = h
		}
	})
}

const defaultMaxBody = 4 << 20

// New returns a gateway that answers as codec says.
func New(codec *statushttp.Codec, opts ...Option) *Gateway {
	g := &Gateway{
		codec:               codec,
		maxBody:             defaultMaxBody,
		errorHandler:        runtime.DefaultHTTPErrorHandler,
		streamErrorHandler:  runtime.DefaultStreamErrorHandler,
		routingErrorHandler: runtime.DefaultRoutingErrorHandler,
	}
	for _, o := range opts {
		if o != nil {
			o.apply(g)
		}
	}
	return g
}
