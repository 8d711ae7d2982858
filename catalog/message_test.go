// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/statusmap/statusmap/catalog"
)

// args returns arguments from name, value pairs.
func args(pairs ...string) []catalog.Arg {
	var list []catalog.Arg
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, catalog.Arg{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		message    string
		args       []catalog.Arg
		want       string
		wantParams []string
		wantMatch  []catalog.Arg // nil if want does not match the message
	}{
		{name: "no argument", message: "gone", want: "gone"},
		{name: "no argument, braces", message: "{{gone}}", want: "{gone}"},
		{
			name:       "two arguments",
			message:    "job {job_id}, step {step}",
			args:       args("step", "2", "job_id", "42"),
			want:       "job 42, step 2",
			wantParams: []string{"job_id", "step"},
			wantMatch:  args("job_id", "42", "step", "2"),
		},
		{
			name:       "one of two is missing",
			message:    "job {job_id}, step {step}",
			args:       args("job_id", "42"),
			want:       "job 42, step {step}",
			wantParams: []string{"job_id", "step"},
			wantMatch:  args("job_id", "42"),
		},
		{
			name:       "two readings",
			message:    "{job_id} {step}",
			args:       args("job_id", "1 2", "step", "3"),
			want:       "1 2 3",
			wantParams: []string{"job_id", "step"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := system(t, source{values: code("CODE_A", 5, fmt.Sprintf(`grpc: ABORTED message: "%s"`, tt.message))}.String())
			a, _ := s.Lookup("CODE_A")
			m := a.Message()
			if m.String() != tt.message {
				t.Errorf("String gives %q, want %q", m, tt.message)
			}
			if got := m.Params(); !slices.Equal(got, tt.wantParams) || len(tt.wantParams) == 0 && got != nil {
				t.Errorf("Params gives %q, want %q", got, tt.wantParams)
			}
			if got := m.Text(tt.args...); got != tt.want {
				t.Errorf("Text gives %q, want %q", got, tt.want)
			}
			got, ok := m.Match(tt.want)
			if wantOK := tt.wantParams == nil || tt.wantMatch != nil; ok != wantOK || !slices.Equal(got, tt.wantMatch) {
				t.Errorf("Match gives %q, %v, want %q, %v", got, ok, tt.wantMatch, wantOK)
			}
			if got, ok := m.Match(tt.want + "\n"); ok && tt.wantParams == nil {
				t.Errorf("Match of another text gives %q, want no match", got)
			}
		})
	}
}

// TestMessagesEqualTheirTemplates compares messages with the templates that the other
// packages use.
func TestMessagesEqualTheirTemplates(t *testing.T) {
	t.Parallel()
	for _, code := range allCodes(t) {
		messages := []*catalog.Message{code.Message()}
		for _, m := range code.Translations() {
			messages = append(messages, m)
		}
		for _, m := range messages {
			template := m.Template()
			if template != m.Template() || template.String() != m.String() || !slices.Equal(template.Params(), m.Params()) {
				t.Errorf("%s: the template is %q with %q, the message %q with %q", code.FullName(), template, template.Params(), m, m.Params())
			}
			var given []catalog.Arg
			for i, name := range m.Params() {
				given = append(given, catalog.Arg{Name: name, Value: fmt.Sprintf("№%d", i)})
			}
			written := m.Text(given...)
			if got := template.Text(given); got != written {
				t.Errorf("%s: the template gives %q, the message %q", code.FullName(), got, written)
			}
			if got, ok := m.Match(written); !ok || !slices.Equal(got, given) {
				t.Errorf("%s: %q is read as %q, %v, want %q", code.FullName(), written, got, ok, given)
			}
		}
	}
}
