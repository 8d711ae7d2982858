package statusmap_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/catalog"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// A seedCode is a line of a legacy document.
type seedCode struct {
	code, message string
	chinese       string // Elves' third column, Jarvis's text behind the dash
	reason        string // API Switch
	labels        map[string]string
}

// TestSeeds compares the catalog with the five legacy documents, read by
// parsers that know nothing of the catalog: every code, every character, and no
// code more.
func TestSeeds(t *testing.T) {
	cat := defaultCatalog(t)
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join("testdata", "seeds", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	jobShared, jobOld, jobNew := jobSeeds(read("003"))
	for _, tt := range []struct {
		domain string
		seeds  []seedCode
		count  int
		more   []string // codes that the document has no line for
	}{
		{"legacy.elves.v1", elvesSeeds(read("000")), 20, elvesHeadings},
		{"legacy.elves.v2", elvesSeeds(read("001")), 29, elvesHeadings},
		// 20210 is in the sample answer, 10001 and 10010 in the running text.
		{"legacy.jarvis.v2", jarvisSeeds(read("002")), 5, []string{"10001", "10010"}},
		{"legacy.job.v1", slices.Concat(jobShared, jobOld), 12 + 111, nil},
		{"legacy.job.v2", slices.Concat(jobShared, jobNew), 12 + 121, nil},
		{"legacy.apiswitch.v1", apiSwitchSeeds(read("004")), 103, nil},
	} {
		t.Run(tt.domain, func(t *testing.T) {
			if len(tt.seeds) != tt.count {
				t.Fatalf("the parser found %d codes, the document has %d", len(tt.seeds), tt.count)
			}
			system, ok := cat.System(tt.domain)
			if !ok {
				t.Fatal("no such system")
			}
			for _, seed := range tt.seeds {
				code, ok := cat.LookupLegacy(tt.domain, seed.code)
				if !ok {
					t.Errorf("%s is not in the catalog", seed.code)
					continue
				}
				compareSeed(t, code, seed)
			}
			if got, want := len(system.Codes()), tt.count+len(tt.more); got != want {
				t.Errorf("the catalog has %d codes, want %d", got, want)
			}
			for _, c := range tt.more {
				if _, ok := cat.LookupLegacy(tt.domain, c); !ok {
					t.Errorf("%s is not in the catalog", c)
				}
			}
		})
	}
}

// compareMessage compares a message with the document's, character by character.
func compareMessage(t *testing.T, code *catalog.Code, seed seedCode) {
	t.Helper()
	message := code.Message().String()
	for i, name := range code.Message().Params() {
		// The document's {0} and {1}, in whatever order the names stand.
		message = strings.ReplaceAll(message, "{"+name+"}", "{"+string(rune('0'+i))+"}")
	}
	if message != seed.message {
		t.Errorf("%s: message %q, the document has %q", seed.code, message, seed.message)
	}
}

func compareSeed(t *testing.T, code *catalog.Code, seed seedCode) {
	t.Helper()
	compareMessage(t, code, seed)
	if seed.chinese != "" {
		if m, _ := code.MessageIn("zh-CN"); m.String() != seed.chinese {
			t.Errorf("%s: zh-CN %q, the document has %q", seed.code, m, seed.chinese)
		}
	}
	if seed.reason != "" && code.Reason() != seed.reason {
		t.Errorf("%s: reason %s, the document has %s", seed.code, code.Reason(), seed.reason)
	}
	for name, value := range seed.labels {
		if got := code.Labels()[name]; got != value {
			t.Errorf("%s: label %s is %q, the document has %q", seed.code, name, got, value)
		}
	}
	other := "en"
	if code.System().Language() == "en" {
		other = "zh-CN"
	}
	if _, ok := code.MessageIn(other); !ok {
		t.Errorf("%s: no translation into %s", seed.code, other)
	}
}

var elvesHeadings = []string{"401", "402", "403", "410", "411", "412", "413", "414", "500"}

var elvesRow = regexp.MustCompile(`(?m)^\|? ?(\d{3}\.\d+) \| (.*?) \| (.*?) \|$`)

func elvesSeeds(document string) []seedCode {
	unescape := regexp.MustCompile(`\\(.)`) // Markdown's
	var seeds []seedCode
	for _, row := range elvesRow.FindAllStringSubmatch(document, -1) {
		seeds = append(seeds, seedCode{
			code:    row[1],
			message: unescape.ReplaceAllString(row[2], "$1"),
			chinese: unescape.ReplaceAllString(row[3], "$1"),
		})
	}
	return seeds
}

func jarvisSeeds(document string) []seedCode {
	var seeds []seedCode
	for _, row := range regexp.MustCompile(`(?m)^(\d{5})\n\n(.*?) - (.*)$`).FindAllStringSubmatch(document, -1) {
		seeds = append(seeds, seedCode{code: row[1], message: row[2], chinese: row[3]})
	}
	sample := regexp.MustCompile(`"return_code": (\d+),\s+"message": "(.*)"`).FindStringSubmatch(document)
	return append(seeds, seedCode{code: sample[1], message: sample[2]})
}

func jobSeeds(document string) (shared, old, young []seedCode) {
	parts := strings.Split(document, "\n## ")
	read := func(part string) []seedCode {
		var seeds []seedCode
		for line := range strings.SplitSeq(part, "\n") {
			cells := strings.Split(strings.TrimLeft(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.Trim(cells[i], " \t")
			}
			if len(cells) < 4 || !regexp.MustCompile(`^\d{7}$`).MatchString(cells[0]) {
				continue
			}
			seeds = append(seeds, seedCode{
				code: cells[0], message: cells[3],
				labels: map[string]string{"source": cells[1], "target": cells[2]},
			})
		}
		return seeds
	}
	return read(parts[1]), read(parts[2]), read(parts[3])
}

func apiSwitchSeeds(document string) []seedCode {
	var seeds []seedCode
	comment := ""
	for line := range strings.SplitSeq(document, "\n") {
		if text, ok := strings.CutPrefix(line, "//"); ok {
			comment = strings.TrimSpace(text)
		} else if name, number, ok := strings.Cut(line, " = "); ok {
			if comment == "" {
				comment = name // 10608 has no other text
			}
			seeds = append(seeds, seedCode{code: number, message: comment, reason: name})
			comment = ""
		}
	}
	return seeds
}
