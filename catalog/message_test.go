package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/catalog"
)

func message(t testing.TB, template string) *catalog.Message {
	t.Helper()
	m, err := catalog.CompileMessage(template)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// args makes arguments of name, value pairs.
func args(pairs ...string) []catalog.Arg {
	var list []catalog.Arg
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, catalog.Arg{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func TestMessageText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		template string
		args     []catalog.Arg
		want     string
	}{
		{name: "no argument", template: "作业不存在", want: "作业不存在"},
		{name: "no argument, one too many", template: "作业不存在", args: args("job_id", "42"), want: "作业不存在"},
		{name: "one argument", template: "作业 {job_id} 不存在", args: args("job_id", "42"), want: "作业 42 不存在"},
		{name: "argument alone", template: "{job_id}", args: args("job_id", "42"), want: "42"},
		{name: "argument first and last", template: "{aa} and {bb}", args: args("bb", "2", "aa", "1"), want: "1 and 2"},
		{name: "missing argument stays as written", template: "作业 {job_id} 不存在", want: "作业 {job_id} 不存在"},
		{name: "one of two is missing", template: "{aa} {bb}", args: args("bb", "2"), want: "{aa} 2"},
		{name: "empty argument", template: "job {job_id}.", args: args("job_id", ""), want: "job ."},
		{name: "argument twice in the template", template: "{aa}, {aa}!", args: args("aa", "1"), want: "1, 1!"},
		{name: "argument given twice: the first counts", template: "{aa}", args: args("aa", "1", "aa", "2"), want: "1"},
		{name: "placeholders side by side", template: "{aa}{bb}", args: args("aa", "1", "bb", "2"), want: "12"},
		{
			name:     "value that looks like a placeholder",
			template: "{aa} {bb}",
			args:     args("aa", "{bb}", "bb", "2"),
			want:     "{bb} 2",
		},
		{name: "value with braces", template: "{aa}", args: args("aa", "{{}}"), want: "{{}}"},
		{name: "escaped braces", template: "{{{aa}}} {{}}", args: args("aa", "1"), want: "{1} {}"},
		{name: "escaped braces alone", template: "{{job}}", want: "{job}"},
		{name: "only escapes", template: "}}{{", want: "}{"},
		{name: "name with every sort of character", template: "{a-Z_9}", args: args("a-Z_9", "1"), want: "1"},
		{
			name:     "value that is no UTF-8 is left to those who send it",
			template: "{aa}",
			args:     args("aa", "\xff"),
			want:     "\xff",
		},
		{
			name:     "percent signs and backslashes mean nothing",
			template: `100% \{{ {aa}`,
			args:     args("aa", `\n%s`),
			want:     `100% \{ \n%s`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message(t, tt.template)
			if got := m.Text(tt.args...); got != tt.want {
				t.Errorf("Text gives %q, want %q", got, tt.want)
			}
			if got := string(m.Append([]byte("before "), tt.args)); got != "before "+tt.want {
				t.Errorf("Append gives %q, want %q", got, "before "+tt.want)
			}
			if m.String() != tt.template {
				t.Errorf("String gives %q, want %q", m, tt.template)
			}
		})
	}
}

func TestMessageParams(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		template string
		want     []string
	}{
		{template: "none"},
		{template: "{{none}}"},
		{template: "{bb} {aa} {bb} {cc}", want: []string{"bb", "aa", "cc"}},
		{template: "{zz}{aa}", want: []string{"zz", "aa"}},
	} {
		m := message(t, tt.template)
		if got := m.Params(); !slices.Equal(got, tt.want) || m.HasParams() != (len(tt.want) > 0) {
			t.Errorf("%s: %q, %v, want %q", tt.template, got, m.HasParams(), tt.want)
		}
	}
}

func TestMessageMissing(t *testing.T) {
	t.Parallel()
	m := message(t, "{bb} {aa} {bb} {cc}")
	for _, tt := range []struct {
		args []catalog.Arg
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
		name     string
		template string
		text     string
		want     []catalog.Arg
		noMatch  bool
	}{
		{name: "no argument", template: "作业不存在", text: "作业不存在"},
		{name: "no argument, another text", template: "作业不存在", text: "作业不存在。", noMatch: true},
		{name: "no argument, empty text", template: "x", text: "", noMatch: true},
		{name: "one argument", template: "作业 {job_id} 不存在", text: "作业 42 不存在", want: args("job_id", "42")},
		{name: "argument first", template: "{job_id} is gone", text: "42 is gone", want: args("job_id", "42")},
		{name: "argument last", template: "gone: {job_id}", text: "gone: 42", want: args("job_id", "42")},
		{name: "argument alone", template: "{job_id}", text: "anything at all", want: args("job_id", "anything at all")},
		{name: "argument alone, empty", template: "{job_id}", text: "", want: args("job_id", "")},
		{name: "start differs", template: "job {job_id} gone", text: "Job 42 gone", noMatch: true},
		{name: "end differs", template: "job {job_id} gone", text: "job 42 gone!", noMatch: true},
		{name: "start and end overlap", template: "aba{xx}aba", text: "ababa", noMatch: true},
		{name: "start and end touch", template: "aba{xx}aba", text: "abaaba", want: args("xx", "")},
		{name: "middle is not there", template: "{aa}, {bb}", text: "12", noMatch: true},
		{name: "empty argument", template: "job {job_id}.", text: "job .", want: args("job_id", "")},
		{name: "line breaks", template: "job {job_id} gone", text: "job 4\n2 gone", want: args("job_id", "4\n2")},
		{name: "two arguments", template: "{aa} and {bb}", text: "1 and 2", want: args("aa", "1", "bb", "2")},
		{
			name:     "three arguments in the template's order",
			template: "{cc}, {aa}; {bb}",
			text:     "3, 1; 2",
			want:     args("cc", "3", "aa", "1", "bb", "2"),
		},
		{name: "separator inside a value", template: "{aa} and {bb}", text: "1 and 2 and 3", noMatch: true},
		{name: "separator overlaps itself", template: "{one}aa{two}", text: "aaa", noMatch: true},
		{name: "a space between words", template: "{one} {two}", text: "a b c", noMatch: true},
		{name: "separator at the end only", template: "x{aa}.{bb}", text: "x1.", want: args("aa", "1", "bb", "")},
		{name: "side by side", template: "{aa}{bb}", text: "12", noMatch: true},
		{name: "side by side, one character", template: "{aa}{bb}", text: "1", noMatch: true},
		{name: "side by side, both empty", template: "{aa}{bb}", text: "", want: args("aa", "", "bb", "")},
		{name: "side by side with a text behind", template: "{aa}{bb}!", text: "12!", noMatch: true},
		{name: "argument twice, the same", template: "{aa}, {aa}!", text: "1, 1!", want: args("aa", "1")},
		{name: "argument twice, differing", template: "{aa}, {aa}!", text: "1, 2!", noMatch: true},
		// One reading would fit, but the literals alone allow three.
		{name: "argument twice, the separator in its value", template: "{aa}, {aa}!", text: "1, 2, 1, 2!", noMatch: true},
		{name: "escapes", template: "{{{aa}}} {{}}", text: "{1} {}", want: args("aa", "1")},
		{name: "escapes, no argument", template: "{{aa}}", text: "{aa}"},
		{name: "missing argument", template: "job {job_id}", text: "job {job_id}"},
		{name: "one of two is missing", template: "{aa} and {bb}", text: "{aa} and 2", want: args("bb", "2")},
		{
			name:     "another placeholder is a value",
			template: "{aa} and {bb}",
			text:     "{bb} and 2",
			want:     args("aa", "{bb}", "bb", "2"),
		},
		{name: "template with its braces escaped is no match", template: "{{aa}}", text: "{{aa}}", noMatch: true},
		{name: "not UTF-8", template: "作业 {job_id} 不存在", text: "作业 \xff\xe4 不存在", want: args("job_id", "\xff\xe4")},
		{name: "half a character of the text", template: "作{aa}", text: "\xe4\xbd1", noMatch: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message(t, tt.template)
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
			if again := m.Text(got...); again != tt.text {
				t.Errorf("Text gives %q, want %q", again, tt.text)
			}
		})
	}
}

// TestMatchIsTrueIfThereIsOneReading compares Match with all readings there are,
// found by trying every end of every argument: a reading is right if it is the
// only one.
func TestMatchIsTrueIfThereIsOneReading(t *testing.T) {
	t.Parallel()
	pieces := []string{"{xx}", "{yy}", "{xx}", "a", "b", "ab", "aa", " "}
	random := rand.New(rand.NewPCG(1, 2))
	matched, refused := 0, 0
	for range 20_000 {
		template, n := "", 1+random.IntN(5)
		for range n {
			template += pieces[random.IntN(len(pieces))]
		}
		text := ""
		for range random.IntN(7) {
			text += string("ab "[random.IntN(3)])
		}
		m := message(t, template)
		readings := allReadings(template, text)
		got, ok := m.Match(text)
		twice := strings.Count(template, "{xx}") > 1 || strings.Count(template, "{yy}") > 1
		if fits := m.Fits(text); fits != (len(readings) > 0) && (!fits || !twice) {
			t.Fatalf("%q of %q: Fits is %v, and there are the readings %q", template, text, fits, readings)
		}
		switch {
		case ok && len(readings) != 1:
			t.Fatalf("%q of %q: Match is true, and there are the readings %q", template, text, readings)
		case ok && m.Text(got...) != text:
			t.Fatalf("%q of %q: %q gives %q", template, text, got, m.Text(got...))
		case !ok && len(readings) == 1:
			// If an argument stands in the template twice, Match looks at the
			// literals alone. No other template may miss the one reading.
			if !twice {
				t.Fatalf("%q of %q: Match is false, and there is one reading, %q", template, text, readings)
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

// allReadings returns every way to read text as template, each as "name=value".
func allReadings(template, text string) []string {
	var readings []string
	var walk func(template, text string, values map[string]string)
	walk = func(template, text string, values map[string]string) {
		if template == "" {
			if text == "" {
				readings = append(readings, fmt.Sprint(values))
			}
			return
		}
		if template[0] != '{' {
			if text != "" && template[0] == text[0] {
				walk(template[1:], text[1:], values)
			}
			return
		}
		name, rest, _ := strings.Cut(template[1:], "}")
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
	walk(template, text, map[string]string{})
	return readings
}

// hostile are argument values that are hard to tell from the text around them.
func hostile(random *rand.Rand, m *catalog.Message) string {
	template := m.String()
	runes := []rune(template)
	from := random.IntN(len(runes))
	pieces := []string{
		"", " ", "42", "{", "}", "{{", "}}", "【", "】", ":", "\n", "\"", "<script>", "\u2028", "🚀", "\xff",
		template, string(runes[from:]), string(runes[:from]), string(runes[from : from+random.IntN(len(runes)-from)]),
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
		messages := []*catalog.Message{code.Message()}
		for _, m := range code.Translations() {
			messages = append(messages, m)
		}
		for _, m := range messages {
			if !m.HasParams() {
				if got, ok := m.Match(m.Text()); !ok || got != nil {
					t.Errorf("%s: Match gives %q, %v, want no arguments, true", code.FullName(), got, ok)
				}
				continue
			}
			// Values that cannot be mistaken: no template has such characters.
			var plain []catalog.Arg
			for i, name := range m.Params() {
				plain = append(plain, catalog.Arg{Name: name, Value: fmt.Sprintf("№%d", i)})
			}
			if got, ok := m.Match(m.Text(plain...)); !ok || !slices.Equal(got, plain) {
				t.Errorf("%s: %q is read as %q, %v, want %q", code.FullName(), m.Text(plain...), got, ok, plain)
			}
			if got, ok := m.Match(m.Text()); !ok || len(got) != 0 {
				t.Errorf("%s: without arguments %q is read as %q, %v, want none, true", code.FullName(), m.Text(), got, ok)
			}
			for range 200 {
				var given, want []catalog.Arg
				for _, name := range m.Params() {
					a := catalog.Arg{Name: name, Value: hostile(random, m)}
					given = append(given, a)
					if a.Value != "{"+name+"}" { // that one reads as missing
						want = append(want, a)
					}
				}
				got, ok := m.Match(m.Text(given...))
				if ok {
					matched++
				}
				if ok && !slices.Equal(got, want) {
					t.Fatalf("%s: %q of %q is read as %q, want %q", code.FullName(), m.Text(given...), given, got, want)
				}
				if !ok && len(m.Params()) == 1 && strings.Count(m.String(), "{") == 1 {
					t.Fatalf("%s: %q of %q is not read, and it has one argument", code.FullName(), m.Text(given...), given)
				}
			}
		}
	}
	if matched < 10_000 {
		t.Errorf("%d texts matched, want 10,000 or more", matched)
	}
}
