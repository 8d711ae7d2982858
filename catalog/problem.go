package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Problem is one broken rule of a catalog.
type Problem struct {
	// File is the .proto file's path, as imported.
	File string
	// Line is the line in File, from 1; 0 where the descriptor does not tell, as
	// in generated code.
	Line int
	// Name is the full name of the enum or value.
	Name protoreflect.FullName
	// Rule names the rule: the option's field, mostly.
	Rule string
	// Text says what is wrong and what would be right.
	Text string
}

// String returns "file:line: name: rule: text".
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Name != "" {
		b.WriteString(string(p.Name))
		b.WriteString(": ")
	}
	b.WriteString(p.Rule)
	b.WriteString(": ")
	b.WriteString(p.Text)
	return b.String()
}

// Problems is the error of a catalog that breaks rules: all of them, in the
// order of the files.
type Problems []Problem

// Error returns one line a problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

// oneLine keeps what a text quotes from the options in the problem's line.
var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`)

func problemAt(d protoreflect.Descriptor, rule, format string, args ...any) Problem {
	p := Problem{Name: d.FullName(), Rule: rule, Text: oneLine.Replace(fmt.Sprintf(format, args...))}
	if file := d.ParentFile(); file != nil {
		p.File = file.Path()
		// SourceLocations is empty in generated code.
		if loc := file.SourceLocations().ByDescriptor(d); loc.Path != nil {
			p.Line = loc.StartLine + 1
		}
	}
	return p
}
