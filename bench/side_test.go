// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"flag"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

var (
	sliceTime = flag.Duration("slice", 10*time.Millisecond, "how long one variant runs at a time")
	rounds    = flag.Int("rounds", 30, "how many slices each variant gets")
	only      = flag.String("only", "", "measure the variants that match this regular expression, for profiles")
)

// A variant is one of several ways to do the same thing.
type variant struct {
	name string
	// run does it once.
	run func()
	// use is called before each slice, unless it is nil: it points what all variants
	// share at this one.
	use func()
	// per divides the figures, if one run does several pieces of work.
	per float64
	// against names the variants that this one is to be compared with.
	against []string
	// slice is how long it runs at a time, if that is more than -slice.
	slice time.Duration
	// moreRounds multiplies -rounds, for differences that are smaller than the noise.
	moreRounds int
}

// sideBySide measures variants in turn, a slice of each at a time and each round in
// another order, so that other load, and the garbage of the one before, falls on all
// of them alike. For each it reports a benchmark line: the median of its slices, its
// allocations, and the median of its ratios, round by round, to the variants that it
// is compared with ("x:NAME").
//
// A slice is long enough for several garbage collections, so that each variant pays
// for its own. A round in which the machine was not calm is repeated while there is
// patience.
func sideBySide(b *testing.B, variants []variant) {
	b.Helper()
	if *only != "" {
		re := regexp.MustCompile(*only)
		variants = slices.DeleteFunc(slices.Clone(variants), func(v variant) bool { return !re.MatchString(v.name) })
	}
	type result struct {
		n             int
		ns, cpu       []float64
		allocs, bytes float64
	}
	results := make([]result, len(variants))
	for i := range variants {
		v, r := &variants[i], &results[i]
		if v.use != nil {
			v.use()
		}
		slice := max(*sliceTime, v.slice)
		v.times(10) // the first run may read a catalog, open a connection
		r.n = v.fit(slice)
		r.allocs, r.bytes = v.memory(min(r.n, 1000))
	}
	order := rand.New(rand.NewPCG(1, 2))
	n := *rounds
	for _, v := range variants {
		n = max(n, *rounds*v.moreRounds)
	}
	restless := 0 // rounds that count although the machine was not calm
	for done := 0; done < n; {
		waitForCalm()
		began := time.Now()
		for _, i := range order.Perm(len(variants)) {
			if use := variants[i].use; use != nil {
				use()
			}
			before := cpuTime()
			took := variants[i].times(results[i].n)
			results[i].cpu = append(results[i].cpu, float64((cpuTime()-before).Nanoseconds())/float64(results[i].n))
			results[i].ns = append(results[i].ns, float64(took.Nanoseconds())/float64(results[i].n))
		}
		switch quiet := calm(); {
		case quiet:
			done++
		case *patience <= 0:
			done++
			restless++
		default:
			*patience -= time.Since(began)
			for i := range results {
				results[i].ns, results[i].cpu = results[i].ns[:done], results[i].cpu[:done]
			}
		}
	}
	for i := range variants {
		v, r := &variants[i], &results[i]
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			per := max(v.per, 1)
			b.ReportMetric(median(r.ns)/per, "ns/op")
			b.ReportMetric(median(r.cpu)/per, "cpu-ns/op")
			b.ReportMetric(r.allocs/per, "allocs/op")
			b.ReportMetric(r.bytes/per, "B/op")
			b.ReportMetric(float64(restless)/float64(n), "restless")
			for _, other := range v.against {
				k := slices.IndexFunc(variants, func(v variant) bool { return v.name == other })
				if k < 0 {
					continue // left out by -only
				}
				ratios := make([]float64, len(r.ns))
				for j := range r.ns {
					ratios[j] = r.ns[j] / results[k].ns[j]
				}
				b.ReportMetric(median(ratios), "x:"+other)
			}
		})
	}
}

// fit returns how many runs fill a slice.
func (v *variant) fit(slice time.Duration) int {
	for n := 1; ; n *= 2 {
		// The best of three: one alone may have waited for something else.
		took := min(v.times(n), v.times(n), v.times(n))
		if took > slice/8 {
			return max(1, int(float64(n)*float64(slice)/float64(took)))
		}
	}
}

// times returns how long n runs take.
func (v *variant) times(n int) time.Duration {
	start := time.Now()
	for range n {
		v.run()
	}
	return time.Since(start)
}

// memory returns the allocations of one run and their bytes.
func (v *variant) memory(n int) (allocs, bytes float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		v.run()
	}
	runtime.ReadMemStats(&after)
	// Rounded down, as package testing does: a collection may empty a pool.
	return float64((after.Mallocs - before.Mallocs) / uint64(n)), float64((after.TotalAlloc - before.TotalAlloc) / uint64(n))
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// cpuTime returns the processor time of the process, garbage collection included.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
