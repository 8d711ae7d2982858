// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzAppendCompact: JSON of one line loses its white space, as json.Compact does;
// other JSON stays as it is; nothing panics.
func FuzzAppendCompact(f *testing.F) {
	for _, s := range []string{
		`{"a": 1, "b": [ "x \" y", "\\", "\\\"" ] }`, "[1,\n\t2\r\n]", `" "`, `{}`, ` null `, `"\u0020 \\ "`, `"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := appendCompact([]byte("before "), bytes.Clone(data))
		var want bytes.Buffer
		want.WriteString("before ")
		switch {
		case bytes.IndexByte(data, '\n') >= 0:
			want.Write(data)
		case json.Compact(&want, data) != nil:
			return
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%q becomes %q, want %q", data, got, want.Bytes())
		}
	})
}
