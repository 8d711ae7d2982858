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
	for _, tt := range []struct {
		name     string
		template string
		args     []catalog.Arg
		want     string
	}{
		{"no argument", "作业不存在", nil, "作业不存在"},
		{"no argument, one too many", "作业不存在", args("job_id", "42"), "作业不存在"},
		{"one argument", "作业 {job_id} 不存在", args("job_id", "42"), "作业 42 不存在"},
		{"argument alone", "{job_id}", args("job_id", "42"), "42"},
		{"argument first and last", "{aa} and {bb}", args("bb", "2", "aa", "1"), "1 and 2"},
		{"missing argument stays as written", "作业 {job_id} 不存在", nil, "作业 {job_id} 不存在"},
		{"one of two is missing", "{aa} {bb}", args("bb", "2"), "{aa} 2"},
		{"empty argument", "job {job_id}.", args("job_id", ""), "job ."},
		{"argument twice in the template", "{aa}, {aa}!", args("aa", "1"), "1, 1!"},
		{"argument given twice: the first counts", "{aa}", args("aa", "1", "aa", "2"), "1"},
		{"placeholders side by side", "{aa}{bb}", args("aa", "1", "bb", "2"), "12"},
		{"value that looks like a placeholder", "{aa} {bb}", args("aa", "{bb}", "bb", "2"), "{bb} 2"},
		{"value with braces", "{aa}", args("aa", "{{}}"), "{{}}"},
		{"escaped braces", "{{{aa}}} {{}}", args("aa", "1"), "{1} {}"},
		{"escaped braces alone", "{{job}}", nil, "{job}"},
		{"only escapes", "}}{{", nil, "}{"},
		{"name with every sort of character", "{a-Z_9}", args("a-Z_9", "1"), "1"},
		{"value that is no UTF-8 is left to those who send it", "{aa}", args("aa", "\xff"), "\xff"},
		{"percent signs and backslashes mean nothing", `100% \{{ {aa}`, args("aa", `\n%s`), `100% \{ \n%s`},
	} {
		t.Run(tt.name, func(t *testing.T) {
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
	for _, tt := range []struct {
		template string
		want     []string
	}{
		{"none", nil},
		{"{{none}}", nil},
		{"{bb} {aa} {bb} {cc}", []string{"bb", "aa", "cc"}},
		{"{zz}{aa}", []string{"zz", "aa"}},
	} {
		m := message(t, tt.template)
		if got := m.Params(); !slices.Equal(got, tt.want) || m.HasParams() != (len(tt.want) > 0) {
			t.Errorf("%s: %q, %v, want %q", tt.template, got, m.HasParams(), tt.want)
		}
	}
}

func TestMessageMissing(t *testing.T) {
	m := message(t, "{bb} {aa} {bb} {cc}")
	for _, tt := range []struct {
		args []catalog.Arg
		want []string
	}{
		{nil, []string{"bb", "aa", "cc"}},
		{args("aa", "1"), []string{"bb", "cc"}},
		{args("aa", "", "bb", "", "cc", ""), nil},
		{args("dd", "1"), []string{"bb", "aa", "cc"}},
	} {
		if got := m.Missing(tt.args); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestMessageMatch(t *testing.T) {
	no := []catalog.Arg{{Name: "no match"}}
	for _, tt := range []struct {
		name     string
		template string
		text     string
		want     []catalog.Arg // no: Match is false
	}{
		{"no argument", "作业不存在", "作业不存在", nil},
		{"no argument, another text", "作业不存在", "作业不存在。", no},
		{"no argument, empty text", "x", "", no},
		{"one argument", "作业 {job_id} 不存在", "作业 42 不存在", args("job_id", "42")},
		{"argument first", "{job_id} is gone", "42 is gone", args("job_id", "42")},
		{"argument last", "gone: {job_id}", "gone: 42", args("job_id", "42")},
		{"argument alone", "{job_id}", "anything at all", args("job_id", "anything at all")},
		{"argument alone, empty", "{job_id}", "", args("job_id", "")},
		{"start differs", "job {job_id} gone", "Job 42 gone", no},
		{"end differs", "job {job_id} gone", "job 42 gone!", no},
		{"start and end overlap", "aba{xx}aba", "ababa", no},
		{"start and end touch", "aba{xx}aba", "abaaba", args("xx", "")},
		{"middle is not there", "{aa}, {bb}", "12", no},
		{"empty argument", "job {job_id}.", "job .", args("job_id", "")},
		{"line breaks", "job {job_id} gone", "job 4\n2 gone", args("job_id", "4\n2")},
		{"two arguments", "{aa} and {bb}", "1 and 2", args("aa", "1", "bb", "2")},
		{"three arguments in the template's order", "{cc}, {aa}; {bb}", "3, 1; 2", args("cc", "3", "aa", "1", "bb", "2")},
		{"separator inside a value", "{aa} and {bb}", "1 and 2 and 3", no},
		{"separator overlaps itself", "{one}aa{two}", "aaa", no},
		{"a space between words", "{one} {two}", "a b c", no},
		{"separator at the end only", "x{aa}.{bb}", "x1.", args("aa", "1", "bb", "")},
		{"side by side", "{aa}{bb}", "12", no},
		{"side by side, one character", "{aa}{bb}", "1", no},
		{"side by side, both empty", "{aa}{bb}", "", args("aa", "", "bb", "")},
		{"side by side with a text behind", "{aa}{bb}!", "12!", no},
		{"argument twice, the same", "{aa}, {aa}!", "1, 1!", args("aa", "1")},
		{"argument twice, differing", "{aa}, {aa}!", "1, 2!", no},
		// One reading would fit, but the literals alone allow three.
		{"argument twice, the separator in its value", "{aa}, {aa}!", "1, 2, 1, 2!", no},
		{"escapes", "{{{aa}}} {{}}", "{1} {}", args("aa", "1")},
		{"escapes, no argument", "{{aa}}", "{aa}", nil},
		{"missing argument", "job {job_id}", "job {job_id}", nil},
		{"one of two is missing", "{aa} and {bb}", "{aa} and 2", args("bb", "2")},
		{"another placeholder is a value", "{aa} and {bb}", "{bb} and 2", args("aa", "{bb}", "bb", "2")},
		{"template with its braces escaped is no match", "{{aa}}", "{{aa}}", no},
		{"not UTF-8", "作业 {job_id} 不存在", "作业 \xff\xe4 不存在", args("job_id", "\xff\xe4")},
		{"half a character of the text", "作{aa}", "\xe4\xbd1", no},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := message(t, tt.template)
			got, ok := m.Match(tt.text)
			if len(tt.want) == 1 && tt.want[0] == no[0] {
				if ok || got != nil {
					t.Errorf("got %q, %v, want no match", got, ok)
				}
				return
			}
			if !ok || !slices.Equal(got, tt.want) {
				t.Fatalf("got %q, %v, want %q", got, ok, tt.want)
			}
			if !m.Fits(tt.text) {
				t.Error("Fits is false")
			}
			if again := m.Text(got...); again != tt.text {
				t.Errorf("Text says %q of it, not %q", again, tt.text)
			}
		})
	}
}

// A reading is right where it is the only one: compared with all readings there
// are, found by trying every end of every argument.
func TestMatchIsTrueWhereThereIsOneReading(t *testing.T) {
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
			// Match is careful where an argument stands twice: only the literals
			// count. Nowhere else may it miss the one reading.
			if !twice {
				t.Fatalf("%q of %q: Match is false, and there is one reading, %q", template, text, readings)
			}
			refused++
		case ok:
			matched++
		}
	}
	if matched < 500 || refused == 0 {
		t.Errorf("%d texts matched, %d were refused: the pieces do not fit", matched, refused)
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
					t.Errorf("%s: Match gives %q, %v", code.FullName(), got, ok)
				}
				continue
			}
			// Values that cannot be mistaken: no template has such characters.
			var plain []catalog.Arg
			for i, name := range m.Params() {
				plain = append(plain, catalog.Arg{Name: name, Value: fmt.Sprintf("№%d", i)})
			}
			if got, ok := m.Match(m.Text(plain...)); !ok || !slices.Equal(got, plain) {
				t.Errorf("%s: %q is read as %q, %v", code.FullName(), m.Text(plain...), got, ok)
			}
			if got, ok := m.Match(m.Text()); !ok || len(got) != 0 {
				t.Errorf("%s: without arguments %q is read as %q, %v", code.FullName(), m.Text(), got, ok)
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
					t.Fatalf("%s: %q of %q is read as %q", code.FullName(), m.Text(given...), given, got)
				}
				if !ok && len(m.Params()) == 1 && strings.Count(m.String(), "{") == 1 {
					t.Fatalf("%s: %q of %q is not read, and it has one argument", code.FullName(), m.Text(given...), given)
				}
			}
		}
	}
	if matched < 10_000 {
		t.Errorf("only %d texts matched", matched)
	}
}
