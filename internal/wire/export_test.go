// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package wire

// ScannedNames returns how many names are compared one by one if names are added in this
// order.
func ScannedNames(names []string) int {
	var p pairs
	scanned := 0
	for _, name := range names {
		before := len(p.list)
		p.add(name, "")
		if p.index == nil { // add has scanned the list
			scanned += before
		}
	}
	return scanned
}
