package wire

// ScannedNames returns how many names of metadata are compared one by one while
// names are added, in their order.
func ScannedNames(names []string) int {
	var p pairs
	scanned := 0
	for _, name := range names {
		before := len(p.list)
		p.add(name, "")
		if p.index == nil { // so the list was scanned
			scanned += before
		}
	}
	return scanned
}
