// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Command buf-plugin-statusmap is a plugin of buf lint and buf breaking. It has the rules
// of statusmap lint and statusmap breaking; in buf.yaml, the names of rules and categories
// start with STATUSMAP_:
//
//	version: v2
//	lint:
//	  use: [STANDARD, STATUSMAP_STANDARD]
//	breaking:
//	  use: [FILE, STATUSMAP_WIRE, STATUSMAP_LEGACY_BYTES]
//	plugins:
//	  - plugin: buf-plugin-statusmap
//	    options:
//	      languages: [en, zh-CN]
package main

import (
	"context"
	"fmt"
	"sync"

	"buf.build/go/bufplugin/check"
	"buf.build/go/bufplugin/descriptor"
	"buf.build/go/bufplugin/info"
	"buf.build/go/bufplugin/option"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/cmd/internal/rules"
)

func main() { check.Main(newSpec()) }

// prefix makes the names of rules and categories unique among those of all plugins.
const prefix = "STATUSMAP_"

// languagesOption is the plugin's option with the languages of the rule CODE_TRANSLATED.
const languagesOption = "languages"

func newSpec() *check.Spec {
	spec := &check.Spec{
		Before: prepare,
		Info: &info.Spec{
			Documentation: "Checks the error tables of legacy REST APIs, which are enums with the options of statusmap/v1/options.proto.",
			SPDXLicenseID: "apache-2.0",
			LicenseURL:    "https://github.com/statusmap/statusmap/blob/main/LICENSE",
		},
	}
	seen := map[string]bool{}
	add := func(list []rules.Rule, kind check.RuleType, of func(*results) rules.Findings) {
		for _, r := range list {
			if !seen[r.Category] {
				seen[r.Category] = true
				spec.Categories = append(spec.Categories, &check.CategorySpec{ID: prefix + r.Category, Purpose: "Rules of statusmap, see docs/guard.md."})
			}
			spec.Rules = append(spec.Rules, &check.RuleSpec{
				ID:          prefix + r.ID,
				CategoryIDs: []string{prefix + r.Category},
				Default:     r.Default,
				Purpose:     r.Purpose,
				Type:        kind,
				Handler:     handler(r.ID, of),
			})
		}
	}
	add(rules.LintRules(), check.RuleTypeLint, (*results).lint)
	add(rules.BreakingRules(), check.RuleTypeBreaking, (*results).breaking)
	return spec
}

// results are the findings of a request, which all of its rules share.
type results struct {
	lintOnce, breakingOnce func() rules.Findings
}

func (r *results) lint() rules.Findings     { return r.lintOnce() }
func (r *results) breaking() rules.Findings { return r.breakingOnce() }

type resultsKey struct{}

// prepare adds the results to the context. They are computed by the first rule.
func prepare(ctx context.Context, request check.Request) (context.Context, check.Request, error) {
	languages, err := option.GetStringSliceValue(request.Options(), languagesOption)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: write a list of BCP 47 tags, for example %s: [en, zh-CN]", err, languagesOption)
	}
	files := sync.OnceValue(func() *rules.Files { return load(request.FileDescriptors()) })
	r := &results{
		lintOnce: sync.OnceValue(func() rules.Findings {
			return rules.Lint(files(), rules.Options{Choice: rules.Choice{Use: ids(rules.LintRules())}, Languages: languages})
		}),
		breakingOnce: sync.OnceValue(func() rules.Findings {
			return rules.Breaking(load(request.AgainstFileDescriptors()), files(), rules.Choice{})
		}),
	}
	return context.WithValue(ctx, resultsKey{}, r), request, nil
}

// ids returns the IDs of rules: buf has chosen them already.
func ids(list []rules.Rule) []string {
	var ids []string
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

func load(descriptors []descriptor.FileDescriptor) *rules.Files {
	given := map[string]bool{}
	var files []protoreflect.FileDescriptor
	for _, d := range descriptors {
		files = append(files, d.ProtoreflectFileDescriptor())
		given[d.ProtoreflectFileDescriptor().Path()] = !d.IsImport()
	}
	return rules.Load(files, given)
}

// handler returns the handler of one rule.
func handler(id string, findings func(*results) rules.Findings) check.RuleHandler {
	return check.RuleHandlerFunc(func(ctx context.Context, w check.ResponseWriter, _ check.Request) error {
		r, ok := ctx.Value(resultsKey{}).(*results)
		if !ok {
			return fmt.Errorf("the rule %s has no results", id)
		}
		for _, f := range findings(r) {
			if f.Rule != id {
				continue
			}
			options := []check.AddAnnotationOption{check.WithMessagef("%s: %s", f.Name, f.Message)}
			if f.At.File != "" {
				options = append(options, check.WithFileNameAndSourcePath(f.At.File, f.At.Path))
			}
			if f.Against.File != "" {
				options = append(options, check.WithAgainstFileNameAndSourcePath(f.Against.File, f.Against.Path))
			}
			w.AddAnnotation(options...)
		}
		return nil
	})
}
