// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalogtest

import (
	"slices"
	"strings"
)

// maxCells is how many pairs of lines diff compares: 4,000 changed lines in each text.
const maxCells = 16_000_000

// diff returns the lines that differ, each after - or +. Before them are the lines that name
// their system and their code. It returns "" if the texts are equal.
func diff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var w diffWriter
	for _, line := range a[:start] {
		w.same(line)
	}
	middleA, middleB := a[start:len(a)-end], b[start:len(b)-end]
	if len(middleA)*len(middleB) > maxCells {
		w.write('-', middleA...)
		w.write('+', middleB...)
	} else {
		w.compare(middleA, middleB)
	}
	return w.out.String()
}

// compare writes the shortest difference of two lists of lines.
func (w *diffWriter) compare(a, b []string) {
	// common[i*(len(b)+1)+j] is how many lines a[i:] and b[j:] have in common, in order.
	width := len(b) + 1
	common := make([]int32, (len(a)+1)*width)
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			w.same(a[i])
			i++
			j++
		case j == len(b) || i < len(a) && common[(i+1)*width+j] >= common[i*width+j+1]:
			w.write('-', a[i])
			i++
		default:
			w.write('+', b[j])
			j++
		}
	}
}

// A diffWriter writes lines that differ.
type diffWriter struct {
	out strings.Builder
	// The lines that name the system and the code of the next line; "" if there is none, or
	// if it is written.
	system, code string
	inSystem     bool // whether the last line was of a system
}

// same reads a line that does not differ.
func (w *diffWriter) same(line string) {
	switch {
	case strings.HasPrefix(line, "\t"):
	case !strings.HasPrefix(line, "#"):
		w.code, w.inSystem = line, line != ""
		if line == "" {
			w.system = ""
		}
	case !w.inSystem:
		w.system, w.code, w.inSystem = line, "", true
	}
}

func (w *diffWriter) write(sign byte, lines ...string) {
	for _, line := range lines {
		if w.system != "" && line != "" {
			w.out.WriteString("  " + w.system + "\n")
			w.system = ""
		}
		if w.code != "" && strings.HasPrefix(line, "\t") {
			w.out.WriteString("  " + w.code + "\n")
		}
		w.code = ""
		w.out.WriteString(strings.TrimRight(string(sign)+" "+line, " ") + "\n")
		w.inSystem = line != ""
	}
}
