// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"strings"
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/annotation"
)

// methodOptions are the options of a method and its service.
type methodOptions struct {
	dialect string
	errors  []string // reasons or full names; nil if the method does not declare its errors
}

// A methodCache has the options of the methods that are linked into the program, so that
// callers cannot make it grow.
type methodCache struct {
	mu      sync.RWMutex
	methods map[string]methodOptions
}

// options returns the options of a method; name is as in "/package.Service/Method".
func (c *methodCache) options(name string) methodOptions {
	c.mu.RLock()
	options, ok := c.methods[name]
	c.mu.RUnlock()
	if ok || len(name) == 0 || name[0] != '/' {
		return options
	}
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(strings.ReplaceAll(name[1:], "/", ".")))
	if err != nil {
		return options
	}
	m, ok := d.(protoreflect.MethodDescriptor)
	if !ok || name != "/"+string(m.Parent().FullName())+"/"+string(m.Name()) {
		return options
	}
	// If the options cannot be read, statushttp.New reports it.
	if dialect, err := annotation.Dialect(m); err == nil {
		options.dialect = dialect
	}
	if errors, err := annotation.Errors(m); err == nil {
		options.errors = errors
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.methods == nil {
		c.methods = make(map[string]methodOptions)
	}
	c.methods[strings.Clone(name)] = options
	return options
}

// lacks reports whether a method declares its errors, but not the one of a domain and a
// reason.
func (o *methodOptions) lacks(cat *catalog.Catalog, domain, reason string) bool {
	if len(o.errors) == 0 || o.declares(cat, domain, reason) {
		return false
	}
	// The code of another version is answered as the one of the dialect.
	system, _ := cat.System(o.dialect)
	code, _ := cat.Lookup(domain, reason)
	answered, ok := cat.CodeIn(system, code)
	return !ok || answered == code || !o.declares(cat, answered.Domain(), answered.Reason())
}

func (o *methodOptions) declares(cat *catalog.Catalog, domain, reason string) bool {
	for _, name := range o.errors {
		full := protoreflect.FullName(name)
		if string(full.Name()) != reason {
			continue
		}
		if parent := string(full.Parent()); parent != "" {
			if parent == domain {
				return true
			}
			continue
		}
		system, ok := cat.System(o.dialect)
		if !ok {
			return true // the program decides the dialect, or it is of another team
		}
		if code, ok := system.Lookup(name); ok && code.Domain() == domain {
			return true
		}
	}
	return false
}
