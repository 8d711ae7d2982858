package gateway

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"

	"github.com/google/uuid"
)

func FuzzSqueeze(f *testing.F) {
	for _, s := range []string{
		`{"a": 1, "b": [ "x \" y", "\\", "\\\"" ] }`, "[1,\n\t2\r\n]", `" "`, `{}`, ` null `, `"\u0020 \\ "`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want bytes.Buffer
		if json.Compact(&want, data) != nil {
			squeeze(bytes.Clone(data)) // whatever it is, it must not panic
			return
		}
		if got := squeeze(bytes.Clone(data)); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%q becomes %q, want %q", data, got, want.Bytes())
		}
	})
}

func TestNewRequestID(t *testing.T) {
	v4 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 1000 {
		id := newRequestID()
		if !v4.MatchString(id) || uuid.Validate(id) != nil || seen[id] {
			t.Fatalf("the id %q is no new UUID", id)
		}
		seen[id] = true
	}
}
