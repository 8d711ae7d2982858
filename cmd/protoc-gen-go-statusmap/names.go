// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/token"
	"go/types"
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// initialisms are the words that Go writes in one case: those of golint and staticcheck, and
// ssl. The list never changes, since names depend on it.
var initialisms = func() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(`acl amqp api ascii cpu css db dns eof gid guid html http https id ip json lhs
		qps ram rhs rpc rtp sip sla smtp sql ssh ssl tcp tls ttl udp ui uid uri url utf8 uuid vm xml xmpp xsrf xss`) {
		set[word] = true
	}
	return set
}()

// words returns the words of a name in lower case. They are separated by _ or -, or by an
// upper-case letter in a name that has lower-case letters too.
func words(name string) []string {
	var list []string
	start := 0
	cut := func(end int) {
		if word := strings.Trim(name[start:end], "_-"); word != "" {
			list = append(list, strings.ToLower(word))
		}
		start = end
	}
	for i := 1; i < len(name); i++ {
		switch {
		case name[i] == '_' || name[i] == '-':
			cut(i)
		case isUpper(name[i]) && (isLower(name[i-1]) || isUpper(name[i-1]) && i+1 < len(name) && isLower(name[i+1])):
			cut(i)
		}
	}
	cut(len(name))
	return list
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// exported returns a name as Go writes an exported one: job_id is JobID. A name without a
// letter at its beginning gets the prefix.
func exported(name, prefix string) string {
	var b strings.Builder
	for _, word := range words(name) {
		if initialisms[word] {
			b.WriteString(strings.ToUpper(word))
		} else {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	if s := b.String(); s != "" && !unicode.IsDigit(rune(s[0])) {
		return s
	}
	return prefix + b.String()
}

// unexported returns a name as Go writes a parameter: job_id is jobID.
func unexported(name string) string {
	first := words(name)[0]
	return first + strings.TrimPrefix(exported(name, ""), exported(first, ""))
}

// unique returns name with as many underscores after it as make it one that is not taken,
// and takes it.
func unique(name string, taken map[string]bool) string {
	for taken[name] {
		name += "_"
	}
	taken[name] = true
	return name
}

// reserved returns the names that no parameter may have: keywords, predeclared names, err,
// and the names of the packages that a constructor uses.
func reserved(packages ...string) map[string]bool {
	taken := map[string]bool{"err": true}
	for t := token.BREAK; t <= token.VAR; t++ {
		taken[t.String()] = true
	}
	for _, name := range types.Universe.Names() {
		taken[name] = true
	}
	for _, name := range packages {
		taken[name] = true
	}
	return taken
}

// names returns what is generated for a code whose constructor is called name.
func names(name string) [5]string {
	return [...]string{name, "Wrap" + name, "Is" + name, "As" + name, name + "Args"}
}

// valuePrefix returns the prefix of an enum's values, such as "ERROR_CODE_" for ErrorCode,
// if all of them have it and something after it; else "".
func valuePrefix(enum protoreflect.EnumDescriptor) string {
	prefix := strings.ToUpper(strings.Join(words(string(enum.Name())), "_")) + "_"
	for i := range enum.Values().Len() {
		if rest, ok := strings.CutPrefix(string(enum.Values().Get(i).Name()), prefix); !ok || strings.Trim(rest, "_") == "" {
			return ""
		}
	}
	return prefix
}
