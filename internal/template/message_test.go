// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/template"
)

func TestMessageText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		message string
		args    []template.Arg
		want    string
	}{
		{name: "no argument", message: "作业不存在", want: "作业不存在"},
		{name: "no argument, one too many", message: "作业不存在", args: args("job_id", "42"), want: "作业不存在"},
		{name: "one argument", message: "作业 {job_id} 不存在", args: args("job_id", "42"), want: "作业 42 不存在"},
		{name: "argument alone", message: "{job_id}", args: args("job_id", "42"), want: "42"},
		{name: "argument first and last", message: "{aa} and {bb}", args: args("bb", "2", "aa", "1"), want: "1 and 2"},
		{name: "missing argument stays as written", message: "作业 {job_id} 不存在", want: "作业 {job_id} 不存在"},
		{name: "one of two is missing", message: "{aa} {bb}", args: args("bb", "2"), want: "{aa} 2"},
		{name: "empty argument", message: "job {job_id}.", args: args("job_id", ""), want: "job ."},
		{name: "argument twice in the template", message: "{aa}, {aa}!", args: args("aa", "1"), want: "1, 1!"},
		{name: "argument given twice: the first counts", message: "{aa}", args: args("aa", "1", "aa", "2"), want: "1"},
		{name: "placeholders side by side", message: "{aa}{bb}", args: args("aa", "1", "bb", "2"), want: "12"},
		{
			name:    "value that looks like a placeholder",
			message: "{aa} {bb}",
			args:    args("aa", "{bb}", "bb", "2"),
			want:    "{bb} 2",
		},
		{name: "value with braces", message: "{aa}", args: args("aa", "{{}}"), want: "{{}}"},
		{name: "escaped braces", message: "{{{aa}}} {{}}", args: args("aa", "1"), want: "{1} {}"},
		{name: "escaped braces alone", message: "{{job}}", want: "{job}"},
		{name: "only escapes", message: "}}{{", want: "}{"},
		{name: "name with every sort of character", message: "{a-Z_9}", args: args("a-Z_9", "1"), want: "1"},
		{name: "name that is not a metadata key: the catalog refuses it", message: "{} {0}", args: args("", "1", "0", "2"), want: "1 2"},
		{name: "missing argument whose name JSON has to escape", message: "{\"\n}", want: "{\"\n}"},
		{
			name:    "value that is not UTF-8: the sender repairs it",
			message: "{aa}",
			args:    args("aa", "\xff"),
			want:    "\xff",
		},
		{
			name:    "percent signs and backslashes mean nothing",
			message: `100% \{{ {aa}`,
			args:    args("aa", `\n%s`),
			want:    `100% \{ \n%s`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message(t, tt.message)
			if got := m.Text(tt.args); got != tt.want {
				t.Errorf("Text gives %q, want %q", got, tt.want)
			}
			checkTemplate(t, compiled(t, `[{message},"{message}"]`), m, template.Values{Metadata: tt.args})
			if m.String() != tt.message {
				t.Errorf("String gives %q, want %q", m, tt.message)
			}
		})
	}
}

func TestMessageParams(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		message string
		want    []string
	}{
		{message: "none"},
		{message: "{{none}}"},
		{message: "{bb} {aa} {bb} {cc}", want: []string{"bb", "aa", "cc"}},
		{message: "{zz}{aa}", want: []string{"zz", "aa"}},
	} {
		m := message(t, tt.message)
		if got := m.Params(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.message, got, tt.want)
		}
	}
}

func TestMessageMissing(t *testing.T) {
	t.Parallel()
	m := message(t, "{bb} {aa} {bb} {cc}")
	for _, tt := range []struct {
		args []template.Arg
		want []string
	}{
		{want: []string{"bb", "aa", "cc"}},
		{args: args("aa", "1"), want: []string{"bb", "cc"}},
		{args: args("aa", "", "bb", "", "cc", "")},
		{args: args("dd", "1"), want: []string{"bb", "aa", "cc"}},
	} {
		if got := m.Missing(tt.args); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestMessageMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		message string
		text    string
		want    []template.Arg
		noMatch bool
	}{
		{name: "no argument", message: "作业不存在", text: "作业不存在"},
		{name: "no argument, another text", message: "作业不存在", text: "作业不存在。", noMatch: true},
		{name: "no argument, empty text", message: "x", text: "", noMatch: true},
		{name: "one argument", message: "作业 {job_id} 不存在", text: "作业 42 不存在", want: args("job_id", "42")},
		{name: "argument first", message: "{job_id} is gone", text: "42 is gone", want: args("job_id", "42")},
		{name: "argument last", message: "gone: {job_id}", text: "gone: 42", want: args("job_id", "42")},
		{name: "argument alone", message: "{job_id}", text: "anything at all", want: args("job_id", "anything at all")},
		{name: "argument alone, empty", message: "{job_id}", text: "", want: args("job_id", "")},
		{name: "start differs", message: "job {job_id} gone", text: "Job 42 gone", noMatch: true},
		{name: "end differs", message: "job {job_id} gone", text: "job 42 gone!", noMatch: true},
		{name: "start and end overlap", message: "aba{xx}aba", text: "ababa", noMatch: true},
		{name: "start and end touch", message: "aba{xx}aba", text: "abaaba", want: args("xx", "")},
		{name: "middle is not there", message: "{aa}, {bb}", text: "12", noMatch: true},
		{name: "empty argument", message: "job {job_id}.", text: "job .", want: args("job_id", "")},
		{name: "line breaks", message: "job {job_id} gone", text: "job 4\n2 gone", want: args("job_id", "4\n2")},
		{name: "two arguments", message: "{aa} and {bb}", text: "1 and 2", want: args("aa", "1", "bb", "2")},
		{
			name:    "three arguments in the template's order",
			message: "{cc}, {aa}; {bb}",
			text:    "3, 1; 2",
			want:    args("cc", "3", "aa", "1", "bb", "2"),
		},
		{name: "separator inside a value", message: "{aa} and {bb}", text: "1 and 2 and 3", noMatch: true},
		{name: "separator overlaps itself", message: "{one}aa{two}", text: "aaa", noMatch: true},
		{name: "a space between words", message: "{one} {two}", text: "a b c", noMatch: true},
		{name: "separator at the end only", message: "x{aa}.{bb}", text: "x1.", want: args("aa", "1", "bb", "")},
		{name: "side by side", message: "{aa}{bb}", text: "12", noMatch: true},
		{name: "side by side, one character", message: "{aa}{bb}", text: "1", noMatch: true},
		{name: "side by side, both empty", message: "{aa}{bb}", text: "", want: args("aa", "", "bb", "")},
		{name: "side by side with a text behind", message: "{aa}{bb}!", text: "12!", noMatch: true},
		{name: "argument twice, the same", message: "{aa}, {aa}!", text: "1, 1!", want: args("aa", "1")},
		{name: "argument twice, differing", message: "{aa}, {aa}!", text: "1, 2!", noMatch: true},
		// One reading has equal arguments, but Match only looks at the literals, which
		// allow three readings.
		{name: "argument twice, the separator in its value", message: "{aa}, {aa}!", text: "1, 2, 1, 2!", noMatch: true},
		{name: "escapes", message: "{{{aa}}} {{}}", text: "{1} {}", want: args("aa", "1")},
		{name: "escapes, no argument", message: "{{aa}}", text: "{aa}"},
		{name: "missing argument", message: "job {job_id}", text: "job {job_id}"},
		{name: "one of two is missing", message: "{aa} and {bb}", text: "{aa} and 2", want: args("bb", "2")},
		{
			name:    "another placeholder is a value",
			message: "{aa} and {bb}",
			text:    "{bb} and 2",
			want:    args("aa", "{bb}", "bb", "2"),
		},
		{name: "text with escaped braces does not match", message: "{{aa}}", text: "{{aa}}", noMatch: true},
		{name: "not UTF-8", message: "作业 {job_id} 不存在", text: "作业 \xff\xe4 不存在", want: args("job_id", "\xff\xe4")},
		{name: "half a character of the text", message: "作{aa}", text: "\xe4\xbd1", noMatch: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message(t, tt.message)
			got, ok := m.Match(tt.text)
			if tt.noMatch {
				if ok || got != nil {
					t.Errorf("got %q, %v, want no match", got, ok)
				}
				return
			}
			if !ok || !slices.Equal(got, tt.want) {
				t.Fatalf("got %q, %v, want %q", got, ok, tt.want)
			}
			if !m.Fits(tt.text) {
				t.Error("Fits is false, want true")
			}
			if again := m.Text(got); again != tt.text {
				t.Errorf("Text gives %q, want %q", again, tt.text)
			}
		})
	}
}

// TestMatchIsTrueIfThereIsOneReading compares Match with a slow search that tries every
// end of every argument. Match must return true if the search finds exactly one reading.
func TestMatchIsTrueIfThereIsOneReading(t *testing.T) {
	t.Parallel()
	pieces := []string{"{xx}", "{yy}", "{xx}", "a", "b", "ab", "aa", " "}
	random := rand.New(rand.NewPCG(1, 2))
	matched, refused := 0, 0
	for range 20_000 {
		source, n := "", 1+random.IntN(5)
		for range n {
			source += pieces[random.IntN(len(pieces))]
		}
		text := ""
		for range random.IntN(7) {
			text += string("ab "[random.IntN(3)])
		}
		m := message(t, source)
		readings := allReadings(source, text)
		got, ok := m.Match(text)
		twice := strings.Count(source, "{xx}") > 1 || strings.Count(source, "{yy}") > 1
		if fits := m.Fits(text); fits != (len(readings) > 0) && (!fits || !twice) {
			t.Fatalf("%q of %q: Fits is %v, and there are the readings %q", source, text, fits, readings)
		}
		switch {
		case ok && len(readings) != 1:
			t.Fatalf("%q of %q: Match is true, and there are the readings %q", source, text, readings)
		case ok && m.Text(got) != text:
			t.Fatalf("%q of %q: %q gives %q", source, text, got, m.Text(got))
		case !ok && len(readings) == 1:
			// If the message has an argument twice, Match only looks at the literals,
			// and may return false. For other messages it must find the reading.
			if !twice {
				t.Fatalf("%q of %q: Match is false, and there is one reading, %q", source, text, readings)
			}
			refused++
		case ok:
			matched++
		}
	}
	if matched < 500 || refused == 0 {
		t.Errorf("%d texts matched, %d were refused, want 500 and 1 or more: the pieces do not fit", matched, refused)
	}
}

// allReadings returns all ways to read text as source, in the form "name=value".
func allReadings(source, text string) []string {
	var readings []string
	var walk func(source, text string, values map[string]string)
	walk = func(source, text string, values map[string]string) {
		if source == "" {
			if text == "" {
				readings = append(readings, fmt.Sprint(values))
			}
			return
		}
		if source[0] != '{' {
			if text != "" && source[0] == text[0] {
				walk(source[1:], text[1:], values)
			}
			return
		}
		name, rest, _ := strings.Cut(source[1:], "}")
		for end := range len(text) + 1 {
			before, seen := values[name]
			if seen && before != text[:end] {
				continue
			}
			values[name] = text[:end]
			walk(rest, text[end:], values)
			if !seen {
				delete(values, name)
			}
		}
	}
	walk(source, text, map[string]string{})
	return readings
}

// hostile are argument values that are similar to the text of messages.
func hostile(random *rand.Rand, m *template.Message) string {
	source := m.String()
	runes := []rune(source)
	from := random.IntN(len(runes))
	pieces := []string{
		"", " ", "42", "{", "}", "{{", "}}", "【", "】", ":", "\n", "\"", "<script>", "\u2028", "🚀", "\xff",
		source, string(runes[from:]), string(runes[:from]), string(runes[from : from+random.IntN(len(runes)-from)]),
	}
	for _, name := range m.Params() {
		pieces = append(pieces, name, "{"+name+"}")
	}
	value := ""
	for range random.IntN(4) {
		value += pieces[random.IntN(len(pieces))]
	}
	return value
}

func TestMatchGivesTheArgumentsOfEveryCode(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	matched := 0
	for _, code := range allCodes(t) {
		for _, m := range messagesOf(code) {
			if len(m.Params()) == 0 {
				if got, ok := m.Match(m.Text(nil)); !ok || got != nil {
					t.Errorf("%s: Match gives %q, %v, want no arguments, true", code.FullName(), got, ok)
				}
				continue
			}
			// No message has these characters, so the values are not ambiguous.
			var plain []template.Arg
			for i, name := range m.Params() {
				plain = append(plain, template.Arg{Name: name, Value: fmt.Sprintf("№%d", i)})
			}
			if got, ok := m.Match(m.Text(plain)); !ok || !slices.Equal(got, plain) {
				t.Errorf("%s: %q is read as %q, %v, want %q", code.FullName(), m.Text(plain), got, ok, plain)
			}
			if got, ok := m.Match(m.Text(nil)); !ok || len(got) != 0 {
				t.Errorf("%s: without arguments %q is read as %q, %v, want none, true", code.FullName(), m.Text(nil), got, ok)
			}
			for range 200 {
				var given, want []template.Arg
				for _, name := range m.Params() {
					a := template.Arg{Name: name, Value: hostile(random, m)}
					given = append(given, a)
					if a.Value != "{"+name+"}" { // Match reads this value as a missing argument
						want = append(want, a)
					}
				}
				got, ok := m.Match(m.Text(given))
				if ok {
					matched++
				}
				if ok && !slices.Equal(got, want) {
					t.Fatalf("%s: %q of %q is read as %q, want %q", code.FullName(), m.Text(given), given, got, want)
				}
				if !ok && len(m.Params()) == 1 && strings.Count(m.String(), "{") == 1 {
					t.Fatalf("%s: %q of %q is not read, and it has one argument", code.FullName(), m.Text(given), given)
				}
			}
		}
	}
	if matched < 10_000 {
		t.Errorf("%d texts matched, want 10,000 or more", matched)
	}
}
