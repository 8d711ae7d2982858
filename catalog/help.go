// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A help is the URL template of the option help.
type help struct {
	literals []string // one more than names
	names    []string // placeholders: domain, reason or code
}

// compileHelp compiles the option help and returns all errors in it.
func compileHelp(source string) (*help, []error) {
	h := new(help)
	var errs []error
	for rest := source; ; {
		start := strings.IndexAny(rest, "{}")
		if start < 0 {
			h.literals = append(h.literals, rest)
			break
		}
		end := strings.IndexAny(rest[start+1:], "{}")
		if rest[start] == '}' || end < 0 || rest[start+1+end] == '{' {
			errs = append(errs, errors.New("the braces are not balanced: write %7B and %7D for braces that are part of the URL"))
			return nil, errs
		}
		name := rest[start+1 : start+1+end]
		if name != "domain" && name != "reason" && name != "code" {
			errs = append(errs, fmt.Errorf("unknown placeholder {%s}: write one of {domain} {reason} {code}", name))
		}
		h.literals, h.names = append(h.literals, rest[:start]), append(h.names, name)
		rest = rest[start+end+2:]
	}
	if len(errs) > 0 {
		return nil, errs
	}
	u, err := url.Parse(h.fill("x", "x", "x"))
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" ||
		strings.ContainsFunc(source, func(r rune) bool { return r <= ' ' || r >= 0x7F }) {
		return nil, []error{fmt.Errorf("%q is not a valid URL: write one such as \"https://errors.example.com/{domain}/{reason}\"", source)}
	}
	return h, nil
}

// url returns the URL of a code. It returns "" if h is nil, or if a value cannot be a
// segment of a path: it is empty or one that a client would resolve as a relative path.
func (h *help) url(domain, reason, code string) string {
	if h == nil {
		return ""
	}
	for _, name := range h.names {
		switch value(name, domain, reason, code) {
		case "", ".", "..":
			return ""
		}
	}
	return h.fill(domain, reason, code)
}

func (h *help) fill(domain, reason, code string) string {
	var b strings.Builder
	for i, name := range h.names {
		b.WriteString(h.literals[i])
		b.WriteString(url.PathEscape(value(name, domain, reason, code)))
	}
	b.WriteString(h.literals[len(h.names)])
	return b.String()
}

func value(name, domain, reason, code string) string {
	switch name {
	case "domain":
		return domain
	case "reason":
		return reason
	default:
		return code
	}
}
