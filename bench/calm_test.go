// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"flag"
	"time"

	"github.com/statusmap/statusmap/bench/yardstick"
)

var (
	patience = flag.Duration("patience", 0, "how long to wait in all for moments in which the machine is calm")
	calmest  = flag.Duration("calmest", 0, "what the yardstick takes in a calm moment; 0 is the best that is seen")
)

// calm reports whether the machine is about as fast as it can be.
func calm() bool {
	took := yardstick.Measure()
	if *calmest == 0 || took < *calmest {
		*calmest = took
	}
	return took <= *calmest*5/4
}

// waitForCalm returns as soon as the machine is calm or the patience is used up.
func waitForCalm() {
	for start := time.Now(); *patience > 0 && !calm(); start = time.Now() {
		time.Sleep(20 * time.Millisecond)
		*patience -= time.Since(start)
	}
}
