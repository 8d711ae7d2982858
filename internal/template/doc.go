// Package template is text with placeholders, in both directions: the messages
// of legacy codes and the envelopes around them.
//
// A [Message] is the text of a code in one language. An [Envelope] is the JSON
// that a legacy system puts around it. Both are compiled once; filling one in
// appends bytes, and reading one back returns what its placeholders stand for.
package template
