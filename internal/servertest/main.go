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

// patience is how long goroutines may take to end after the last test.
const patience = 5 * time.Second

// Main runs the tests of a package, and fails if they leave a goroutine behind.
// With the flag -fuzz it does not look: the testing package keeps one itself then.
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

// settles waits until no more goroutines run than before, and prints those that
// do if there are more in the end.
func settles(before int) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
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
