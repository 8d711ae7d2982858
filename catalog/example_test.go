// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package catalog_test

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/statusmap/statusmap/catalog"
	jobv1 "github.com/statusmap/statusmap/gen/legacy/job/v1"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// Default holds every annotated enum whose generated package the program imports.
func ExampleDefault() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err) // every problem, one per line
		return
	}
	for _, system := range c.Systems() {
		fmt.Println(system.Domain())
	}
	// Output:
	// legacy.apiswitch.v1
	// legacy.elves.v1
	// legacy.elves.v2
	// legacy.jarvis.v2
	// legacy.job.v1
	// legacy.job.v2
}

// New takes the descriptors of enums, for example from generated code.
func ExampleNew() {
	c, err := catalog.New(jobv2.Code(0).Descriptor())
	if err != nil {
		fmt.Println(err)
		return
	}
	system, _ := c.System("legacy.job.v2")
	fmt.Println(system.Title(), system.Language())
	// Output: BlueKing JOB, new API zh-CN
}

// Lookup takes the domain and the reason of an ErrorInfo.
func ExampleCatalog_Lookup() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	code, ok := c.Lookup("legacy.job.v2", "JOB_NOT_FOUND")
	fmt.Println(ok, code.LegacyCode(), code.GRPCCode(), code.HTTPStatus())
	_, ok = c.Lookup("legacy.job.v2", "NO_SUCH_REASON")
	fmt.Println(ok)
	// Output:
	// true 1233106 NotFound 404
	// false
}

// LookupLegacy takes the code that an old client knows.
func ExampleCatalog_LookupLegacy() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	code, ok := c.LookupLegacy("legacy.elves.v2", "401.1")
	fmt.Println(ok, code.FullName(), code.GRPCCode())
	// Output: true legacy.elves.v2.MISSING_SIGN_PARAM Unauthenticated
}

// Code takes a value of the generated enum.
func ExampleCatalog_Code() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	code, ok := c.Code(jobv2.Code_JOB_NOT_FOUND)
	fmt.Println(ok, code.FullName(), code.LegacyCode())
	// Output: true legacy.job.v2.JOB_NOT_FOUND 1233106
}

// CodeIn finds the code with the same reason in another version of the API.
func ExampleCatalog_CodeIn() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	code, _ := c.Code(jobv1.Code_CRON_JOB_NOT_FOUND)
	dialect, _ := c.System("legacy.job.v2")
	same, ok := c.CodeIn(dialect, code)
	fmt.Println(code.LegacyCode(), ok, same.LegacyCode())
	// Output: 1203102 true 1233102
}

func ExampleMessage_Text() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	code, _ := c.Code(jobv2.Code_JOB_NOT_FOUND)
	english, _ := code.MessageIn("en")
	args := []catalog.Arg{{Name: "job_id", Value: "42"}}
	fmt.Println(code.Message().Text(args...))
	fmt.Println(english.Text(args...))
	fmt.Println(english.Text()) // the argument is missing
	// Output:
	// 作业 42 不存在
	// Job 42 does not exist
	// Job {job_id} does not exist
}

func ExampleMessage_Match() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	code, _ := c.Code(jobv2.Code_JOB_NOT_FOUND)
	fmt.Println(code.Message().Match("作业 42 不存在"))
	fmt.Println(code.Message().Match("作业 42 没有任何步骤"))
	// Output:
	// [{job_id 42}] true
	// [] false
}

// An error of New, Default or FromFiles holds every problem, not only the first.
func ExampleProblems() {
	enums := []protoreflect.EnumDescriptor{
		jobv2.Code(0).Descriptor(),
		statusmapv1.GrpcCode(0).Descriptor(), // not annotated
		nil,
	}
	_, err := catalog.New(enums...)
	var problems catalog.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			fmt.Printf("%s | %s | %s\n", p.File, p.Name, p.Text)
		}
	}
	// Output:
	//  |  | the enum descriptor is nil: pass the descriptor of an annotated enum
	// statusmap/v1/options.proto | statusmap.v1.GrpcCode | the enum has no option (statusmap.v1.system): add it
}
