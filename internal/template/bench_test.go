// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"testing"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/template"
)

func benchmarkValues(s *catalog.System) template.Values {
	return template.Values{LegacyCode: s.Codes()[0].LegacyCode(), Message: "作业 42 不存在", RequestID: "6f1c0f0e"}
}

func BenchmarkEnvelopeAppend(b *testing.B) {
	for _, s := range defaultCatalog(b).Systems() {
		v := benchmarkValues(s)
		b.Run(s.Domain(), func(b *testing.B) {
			b.ReportAllocs()
			var body []byte
			for b.Loop() {
				body = s.Envelope().Failure.Append(body[:0], &v)
			}
		})
	}
}

func BenchmarkEnvelopeParse(b *testing.B) {
	for _, s := range defaultCatalog(b).Systems() {
		v := benchmarkValues(s)
		body := s.Envelope().Failure.Append(nil, &v)
		b.Run(s.Domain(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := s.Envelope().Failure.Parse(body); !ok {
					b.Fatalf("%s is not read", body)
				}
			}
		})
	}
}
