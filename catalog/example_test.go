package catalog_test

import (
	"fmt"

	"github.com/statusmap/statusmap/catalog"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
)

// The catalog of all annotated enums that the program imports.
func ExampleDefault() {
	c, err := catalog.Default()
	if err != nil {
		fmt.Println(err) // every broken rule, a line each
		return
	}
	code, ok := c.LookupLegacy("legacy.elves.v2", "401.1")
	fmt.Println(ok, code.FullName(), code.GRPCCode(), code.HTTPStatus())
	// Output: true legacy.elves.v2.MISSING_SIGN_PARAM Unauthenticated 401
}

// One system, by its enum: Go gives its descriptor, and so does protodesc for
// descriptors that are loaded at run time.
func ExampleNew() {
	c, err := catalog.New(jobv2.Code(0).Descriptor())
	if err != nil {
		fmt.Println(err)
		return
	}
	code, _ := c.Code(jobv2.Code_JOB_NOT_FOUND)
	english, _ := code.MessageIn("en")
	args := []catalog.Arg{{Name: "job_id", Value: "42"}}
	fmt.Println(code.Message().Text(args...))
	fmt.Println(english.Text(args...))
	// Output:
	// 作业 42 不存在
	// Job 42 does not exist
}

func ExampleMessage_Match() {
	c, _ := catalog.Default()
	code, _ := c.Code(jobv2.Code_JOB_NOT_FOUND)
	fmt.Println(code.Message().Match("作业 42 不存在"))
	fmt.Println(code.Message().Match("作业 42 没有任何步骤"))
	// Output:
	// [{job_id 42}] true
	// [] false
}
