package template

// MaxStringPlaceholders returns how many placeholders the fullest string of the
// template has: with two or more, a text can be read in several ways.
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

// ValuePlaces returns the placeholders outside of strings.
func ValuePlaces(e *Envelope) []string {
	var names []string
	for _, s := range e.segments {
		if s.kind == value {
			names = append(names, fieldNames[s.field])
		}
	}
	return names
}
