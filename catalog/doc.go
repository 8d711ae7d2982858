// Package catalog reads legacy error tables out of annotated protobuf enums.
//
// An enum whose options carry (statusmap.v1.system) is a [System]; each of its
// values with (statusmap.v1.code) is a [Code]. The enum's proto package is the
// domain of its errors and the value's name their reason, so domain + "." +
// reason is the full protobuf name of the value: nothing else identifies a code.
//
// Invariants: a catalog that exists keeps every rule ([New] gives an error, with
// all problems at once, or a whole catalog); it never changes and is safe for
// concurrent use; its look-ups do not allocate.
//
// Start with [Default], the catalog of every annotated enum in the program, or
// with [New] for descriptors loaded at run time. To check enums in a test, use
// package catalogtest.
package catalog
