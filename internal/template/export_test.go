// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package template

// MaxStringPlaceholders returns the maximum number of placeholders in one string of the
// template. If it is 2 or more, a text may match in several ways.
func MaxStringPlaceholders(e *Envelope) int { return maxPlaceholders(e.pattern) }

func maxPlaceholders(n node) int {
	most := 0
	switch n := n.(type) {
	case *container:
		for _, m := range n.members {
			most = max(most, maxPlaceholders(m.value))
		}
	case *stringNode:
		most = len(n.placeholders())
	}
	return most
}

// ValuePlaces returns the placeholders that are not in strings.
func ValuePlaces(e *Envelope) []string {
	var names []string
	for _, p := range e.placeholders {
		if p.kind == value {
			names = append(names, p.name())
		}
	}
	return names
}
