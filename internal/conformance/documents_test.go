// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/servertest"
)

// A documentedCode has the facts about a code in a legacy document. Fields that the
// document does not have are empty.
type documentedCode struct {
	legacyCode string
	message    string
	chinese    string // the third column in Elves, the text after the dash in Jarvis
	reason     string // the name of the constant in API Switch
	labels     map[string]string
}

// TestDocuments compares the catalog with the five legacy documents. The parsers of the
// documents do not use the catalog. All codes must be in both, with exactly the same text.
func TestDocuments(t *testing.T) {
	t.Parallel()
	cat := servertest.DefaultCatalog(t)
	read := func(name string) string {
		b, err := os.ReadFile(inRepository("testdata/seeds/" + name + ".txt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	jobShared, jobOld, jobNew := jobCodes(read("003"))
	for _, tt := range []struct {
		domain     string
		documented []documentedCode
		wantCount  int
		more       []string // codes without a line in the document
	}{
		{
			domain:     "legacy.elves.v1",
			documented: elvesCodes(read("000")),
			wantCount:  20,
			more:       elvesHeadings,
		},
		{
			domain:     "legacy.elves.v2",
			documented: elvesCodes(read("001")),
			wantCount:  29,
			more:       elvesHeadings,
		},
		{
			domain:     "legacy.jarvis.v2",
			documented: jarvisCodes(read("002")),
			wantCount:  5,
			more:       []string{"10001", "10010"}, // in the text of the document
		},
		{
			domain:     "legacy.job.v1",
			documented: slices.Concat(jobShared, jobOld),
			wantCount:  12 + 111,
		},
		{
			domain:     "legacy.job.v2",
			documented: slices.Concat(jobShared, jobNew),
			wantCount:  12 + 121,
		},
		{
			domain:     "legacy.apiswitch.v1",
			documented: apiSwitchCodes(read("004")),
			wantCount:  103,
		},
	} {
		t.Run(tt.domain, func(t *testing.T) {
			t.Parallel()
			if len(tt.documented) != tt.wantCount {
				t.Fatalf("the parser found %d codes, the document has %d", len(tt.documented), tt.wantCount)
			}
			system, ok := cat.System(tt.domain)
			if !ok {
				t.Fatal("the catalog does not have the system")
			}
			for _, want := range tt.documented {
				code, ok := cat.LookupLegacy(tt.domain, want.legacyCode)
				if !ok {
					t.Errorf("%s is not in the catalog", want.legacyCode)
					continue
				}
				checkDocumented(t, code, want)
			}
			own := 0 // without the codes of enums that the system includes
			for _, code := range system.Codes() {
				if code.Domain() == tt.domain {
					own++
				}
			}
			if want := tt.wantCount + len(tt.more); own != want {
				t.Errorf("the catalog has %d codes, want %d", own, want)
			}
			for _, c := range tt.more {
				if _, ok := cat.LookupLegacy(tt.domain, c); !ok {
					t.Errorf("%s is not in the catalog", c)
				}
			}
		})
	}
}

func checkDocumented(t *testing.T, code *catalog.Code, want documentedCode) {
	t.Helper()
	servertest.CheckMessage(t, code, want.message)
	if want.chinese != "" {
		if m, _ := code.MessageIn("zh-CN"); m.String() != want.chinese {
			t.Errorf("%s: zh-CN is %q, the document has %q", want.legacyCode, m, want.chinese)
		}
	}
	if want.reason != "" && code.Reason() != want.reason {
		t.Errorf("%s: the reason is %s, the document has %s", want.legacyCode, code.Reason(), want.reason)
	}
	for name, value := range want.labels {
		if got := code.Labels()[name]; got != value {
			t.Errorf("%s: label %s is %q, the document has %q", want.legacyCode, name, got, value)
		}
	}
	other := "en"
	if code.System().Language() == "en" {
		other = "zh-CN"
	}
	if _, ok := code.MessageIn(other); !ok {
		t.Errorf("%s: no translation into %s", want.legacyCode, other)
	}
}

var elvesHeadings = []string{"401", "402", "403", "410", "411", "412", "413", "414", "500"}

var elvesRow = regexp.MustCompile(`(?m)^\|? ?(\d{3}\.\d+) \| (.*?) \| (.*?) \|$`)

func elvesCodes(document string) []documentedCode {
	unescape := regexp.MustCompile(`\\(.)`) // of Markdown
	var list []documentedCode
	for _, row := range elvesRow.FindAllStringSubmatch(document, -1) {
		list = append(list, documentedCode{
			legacyCode: row[1],
			message:    unescape.ReplaceAllString(row[2], "$1"),
			chinese:    unescape.ReplaceAllString(row[3], "$1"),
		})
	}
	return list
}

func jarvisCodes(document string) []documentedCode {
	var list []documentedCode
	for _, row := range regexp.MustCompile(`(?m)^(\d{5})\n\n(.*?) - (.*)$`).FindAllStringSubmatch(document, -1) {
		list = append(list, documentedCode{legacyCode: row[1], message: row[2], chinese: row[3]})
	}
	sample := regexp.MustCompile(`"return_code": (\d+),\s+"message": "(.*)"`).FindStringSubmatch(document)
	return append(list, documentedCode{legacyCode: sample[1], message: sample[2]})
}

func jobCodes(document string) (shared, old, young []documentedCode) {
	parts := strings.Split(document, "\n## ")
	read := func(part string) []documentedCode {
		var list []documentedCode
		for line := range strings.SplitSeq(part, "\n") {
			cells := strings.Split(strings.TrimLeft(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.Trim(cells[i], " \t")
			}
			if len(cells) < 4 || !regexp.MustCompile(`^\d{7}$`).MatchString(cells[0]) {
				continue
			}
			list = append(list, documentedCode{
				legacyCode: cells[0],
				message:    cells[3],
				labels:     map[string]string{"source": cells[1], "target": cells[2]},
			})
		}
		return list
	}
	return read(parts[1]), read(parts[2]), read(parts[3])
}

func apiSwitchCodes(document string) []documentedCode {
	var list []documentedCode
	comment := ""
	for line := range strings.SplitSeq(document, "\n") {
		if text, ok := strings.CutPrefix(line, "//"); ok {
			comment = strings.TrimSpace(text)
		} else if name, number, ok := strings.Cut(line, " = "); ok {
			if comment == "" {
				comment = name // 10608 has no other text
			}
			list = append(list, documentedCode{legacyCode: number, message: comment, reason: name})
			comment = ""
		}
	}
	return list
}
