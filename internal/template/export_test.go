// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

// MaxStringPlaceholders returns the maximum number of placeholders in one string of the
// template. If it is 2 or more, a text may match in several ways.
func MaxStringPlaceholders(e *Envelope) int { return maxPlaceholders(e.pattern) }

func maxPlaceholders(n node) int {
	most := 0
	switch n := n.(type) {
	case objectNode:
		for _, m := range n {
			most = max(most, maxPlaceholders(m.value))
		}
	case arrayNode:
		for _, child := range n {
			most = max(most, maxPlaceholders(child))
		}
	case stringNode:
		for _, s := range n {
			if s.placeholder {
				most++
			}
		}
	}
	return most
}

// ValuePlaces returns the placeholders that are not in strings.
func ValuePlaces(e *Envelope) []string {
	var names []string
	for _, s := range e.segments {
		if s.kind == value {
			names = append(names, fieldNames[s.field])
		}
	}
	return names
}
