// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"strings"
)

// writeCompact writes a part of a stream without the spaces that protojson puts in at
// random.
func (x *exchange) writeCompact(b []byte) (int, error) {
	if len(b) == 0 || b[0] != '{' && b[0] != '[' || !isJSON(x.Header().Get("Content-Type")) {
		return x.ResponseWriter.Write(b)
	}
	buffer := bodies.Get().(*[]byte) //nolint:forcetypeassert // the pool holds nothing else
	defer bodies.Put(buffer)
	*buffer = appendCompact((*buffer)[:0], b)
	if _, err := x.ResponseWriter.Write(*buffer); err != nil {
		return 0, err
	}
	return len(b), nil
}

func isJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasPrefix(contentType, "application/json;")
}

// appendCompact appends JSON without white space, as json.Compact does. JSON of
// several lines was written so on purpose, and stays as it is.
func appendCompact(dst, data []byte) []byte {
	if bytes.IndexByte(data, '\n') >= 0 {
		return append(dst, data...)
	}
	for i := 0; i < len(data); {
		switch c := data[i]; c {
		case ' ', '\t', '\r':
			i++
		case '"':
			end := i + 1
			for end < len(data) && data[end] != '"' {
				if data[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(data))
			dst = append(dst, data[i:end]...)
			i = end
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst
}
