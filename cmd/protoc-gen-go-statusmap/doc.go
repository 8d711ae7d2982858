// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Command protoc-gen-go-statusmap is a plugin of buf and protoc that generates the
// constructors of an error table: functions in which the compiler checks the arguments of
// each code.
//
//	return nil, jobv2status.JobNotFound(id)
//
// It runs beside protoc-gen-go. In buf.gen.yaml:
//
//	plugins:
//	  - local: [go, run, google.golang.org/protobuf/cmd/protoc-gen-go]
//	    out: gen
//	    opt: paths=source_relative
//	  - local: [go, run, github.com/statusmap/statusmap/cmd/protoc-gen-go-statusmap]
//	    out: gen
//	    opt: paths=source_relative
//
// With protoc, install it and write --go-statusmap_out=gen --go-statusmap_opt=paths=source_relative.
// The options paths, module and M are those of protoc-gen-go. The generated code needs
// package github.com/statusmap/statusmap/status only.
//
// # What is generated
//
// For a file with annotated enums in the Go package jobv2, the plugin writes the package
// jobv2status in a folder of that name. The option package_suffix=errors makes it
// jobv2errors. For each code that is an error:
//
//	func JobNotFound(jobID int64) error                     // as status.Error
//	func WrapJobNotFound(err error, jobID int64) error      // as status.Wrap
//	func IsJobNotFound(err error) bool                      // as status.Is
//	func AsJobNotFound(err error) (JobNotFoundArgs, bool)   // the arguments, in a struct
//
// AsJobNotFound and JobNotFoundArgs are generated only if the code has arguments. An Args type with sensitive
// arguments prints *** instead of them with fmt and log/slog; other packages, such as
// encoding/json, print its fields. Success codes have no functions: choose one with
// status.SetSuccess.
//
// For each method that declares its errors (RPCOptions.errors of the method or its
// service), the function JobServiceGetJobErrors returns their names as the options have
// them, and links them to their constructors.
//
// # Parameters
//
// The parameters are the arguments of the message, in the order of the option message; then
// those of the option fields; then the others of the option args, by name. {status_message}
// is not one of them. A change of this order breaks calls, or silently exchanges arguments
// of the same type: "statusmap breaking" reports it.
//
// The option args decides the types. Arguments that it does not list are strings.
//
//	STRING string    INT64 int64    DOUBLE float64    BOOL bool    JSON json.RawMessage
//
// # Names
//
// A name depends only on the file and on what is before the code in the file. A new code at
// the end of an enum does not change the names of others.
//
//   - JOB_NOT_FOUND is JobNotFound. Words are separated by _ or -, or by an upper-case letter
//     after a lower-case one, and the first letter of each is upper case.
//   - Go's initialisms are in one case, as in JobID: acl amqp api ascii cpu css db dns eof gid
//     guid html http https id ip json lhs qps ram rhs rpc rtp sip sla smtp sql ssh ssl tcp tls ttl udp ui
//     uid uri url utf8 uuid vm xml xmpp xsrf xss.
//   - If all values of an enum with the option system, also the zero value, have the enum's
//     name as a prefix, as buf's lint rule ENUM_VALUE_PREFIX wants, names lack it: in the
//     enum Code, CODE_JOB_NOT_FOUND is JobNotFound. Enums that are only included keep it,
//     so that AUTH_CODE_EXPIRED of the enum AuthCode is AuthCodeExpired.
//   - A name that would start with a digit, or would be empty, gets the prefix Code: CODE_404
//     is Code404.
//   - A name from which follows one that is already used in the file gets an underscore: after
//     JOB_NOT_FOUND, the code IS_JOB_NOT_FOUND is IsJobNotFound_, with WrapIsJobNotFound_,
//     IsIsJobNotFound_, AsIsJobNotFound_ and IsJobNotFound_Args. Earlier in the file wins. The same name in two
//     files of a Go package is an error.
//   - Parameters start with a lower-case word: job_id is jobID. One that is a keyword, a
//     predeclared name such as error or string, err, json, or the name of an imported package
//     gets an underscore: type_. So does a second one of the same name.
//   - Fields of Args types are as parameters, in upper case. The fields String, GoString and
//     LogValue get an underscore, since methods may have these names.
//
// # Comments
//
// A constructor's comment has the message, and its English translation if there is one; the
// legacy code, the gRPC code and the HTTP status; what the options say of the arguments; explanation and resolution. A
// deprecated code has a notice that names the code that replaces it, on both constructors.
//
// # Problems
//
// If an annotation breaks a rule, the plugin writes nothing and reports all problems, as the
// catalog does, with file and line. If a system includes an enum of another package that is
// not in the run, its rules between codes are not checked: buf runs a plugin for one folder
// at a time, unless it has "strategy: all". Tests with catalogtest check them too.
package main
