// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package template writes and reads text with placeholders: the messages of codes and
// the envelopes around them.
//
// A [Message] is the text of a code in one language. An [Envelope] is a response body in
// JSON, XML or text, or a header. Both are compiled once. After that, writing one replaces its
// placeholders by values, and reading one returns the values of its placeholders.
package template
