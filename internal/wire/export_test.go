package wire

import "reflect"

// CopyDetails makes DetailsOf take the way that it has where grpc-go's Status is
// not as expected, until the returned function is called.
func CopyDetails() (restore func()) {
	before := layout
	layout = fieldNumbers{}
	return func() { layout = before }
}

// LayoutFits tells whether details can be read where a Status of this type would
// keep them.
func LayoutFits(status reflect.Type) bool { return findLayout(status).ok }
