// Package catalogtest checks annotated enums in the tests of those who write
// them. A catalog that breaks a rule never serves; with this line in a test it
// does not get that far:
//
//	func TestCodes(t *testing.T) { catalogtest.Check(t, jobv2.Code(0).Descriptor()) }
package catalogtest

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
)

// Check reports every rule that the enums break, each with t.Error. Without
// enums it checks every annotated enum that is linked into the test, and that
// there is one.
//
// A problem names the file and the value, and the line where the descriptor
// knows it: generated code does not.
func Check(t testing.TB, enums ...protoreflect.EnumDescriptor) {
	t.Helper()
	if len(enums) == 0 {
		c, err := catalog.Default()
		report(t, c, err)
		return
	}
	c, err := catalog.New(enums...)
	report(t, c, err)
}

func report(t testing.TB, c *catalog.Catalog, err error) {
	t.Helper()
	var problems catalog.Problems
	switch {
	case errors.As(err, &problems):
		for _, p := range problems {
			t.Error(p)
		}
	case err != nil:
		t.Error(err)
	case len(c.Systems()) == 0:
		t.Error("no enum with the option (statusmap.v1.system) is linked into the test: import its package, or name it")
	}
}
