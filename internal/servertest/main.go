// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package servertest

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"
)

// settleTimeout is how long Main waits for goroutines to end after the last test.
const settleTimeout = 5 * time.Second

// Main runs the tests of a package. It fails if goroutines are still running after the
// tests, except with the flag -fuzz: the testing package then has a goroutine itself.
//
//	func TestMain(m *testing.M) { servertest.Main(m) }
func Main(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	if code == 0 && flag.Lookup("test.fuzz").Value.String() == "" && !settles(before) {
		code = 1
	}
	os.Exit(code)
}

// settles waits until the number of goroutines is not larger than before. If that does
// not happen, it prints all goroutines and returns false.
func settles(before int) bool {
	for deadline := time.Now().Add(settleTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return true
		}
	}
	fmt.Fprintf(os.Stderr, "%d goroutines ran before the tests, %d after them:\n", before, runtime.NumGoroutine())
	if err := pprof.Lookup("goroutine").WriteTo(os.Stderr, 1); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return false
}
