package ascii_test

import (
	"strings"
	"testing"

	"github.com/statusmap/statusmap/internal/ascii"
)

func isJSON(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r >= 0x80 })
}

func isVisible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// TestEveryByteAtEveryPlace: one odd byte in a text of each length, at each place.
func TestEveryByteAtEveryPlace(t *testing.T) {
	for length := range 40 {
		text := []byte(strings.Repeat("a", length))
		if !ascii.JSON(string(text)) || !ascii.Visible(string(text)) {
			t.Fatalf("%q is plain and visible", text)
		}
		for at := range length {
			for b := range 256 {
				text[at] = byte(b)
				if s := string(text); ascii.JSON(s) != isJSON(s) || ascii.Visible(s) != isVisible(s) {
					t.Fatalf("%q: JSON is %v, Visible is %v", s, ascii.JSON(s), ascii.Visible(s))
				}
			}
			text[at] = 'a'
		}
	}
}

func FuzzASCII(f *testing.F) {
	for _, s := range []string{"", "7af8fe59-0000-4000-8000-000000000000", "~~~~~~~~\x7f", "!\"#[\\] \x1f", "\x80\x00\xff", "任务"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if ascii.JSON(s) != isJSON(s) || ascii.Visible(s) != isVisible(s) {
			t.Errorf("%q: JSON is %v, Visible is %v", s, ascii.JSON(s), ascii.Visible(s))
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	for b.Loop() {
		if !ascii.JSON("7af8fe59-0000-4000-8000-000000000000") {
			b.Fatal("an id is plain")
		}
	}
}
