package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"qunyan/internal/core"
)

// load is how work is thrown at the product. Closed loop: each client sends its next request when the last is
// answered, as a queue at a counter does. Open loop (rate above 0): requests come at their own times whether or not
// earlier ones are answered, as a county's phones do, and waiting for a free client counts as part of the answer's time.
type load struct {
	clients int
	warm    int          // requests before anything is measured: connections, caches, prepared statements
	n       int          // requests measured
	rate    int          // requests a second; 0 is the closed loop
	until   *atomic.Bool // ends the load before n requests
}

// Sample is what a load met with. Durations are in microseconds, as JSON has no other unit for them.
type Sample struct {
	N       int64 `json:"n"`
	TookUs  int64 `json:"took_us"`
	Clients int   `json:"clients"`
	Rate    int   `json:"rate"` // asked for; 0 is the closed loop
	PerSec  int64 `json:"per_second"`
	P50     int64 `json:"p50_us"`
	P90     int64 `json:"p90_us"`
	P99     int64 `json:"p99_us"`
	Max     int64 `json:"max_us"`
	CPUUs   int64 `json:"cpu_us"` // processor time of the whole process meanwhile
}

func (s Sample) took() time.Duration { return time.Duration(s.TookUs) * time.Microsecond }

// String is for the table: the rate and the times.
func (s Sample) String() string {
	return fmt.Sprintf("%d/s, p50 %s p90 %s p99 %s max %s", s.PerSec, ms(s.P50), ms(s.P90), ms(s.P99), ms(s.Max))
}

func ms(us int64) string {
	if us < 10_000 {
		return fmt.Sprintf("%d.%d ms", us/1000, us/100%10)
	}
	return fmt.Sprintf("%d ms", us/1000)
}

// run warms up and measures. one is a request of a client; its error ends the load.
func (l load) run(ctx context.Context, one func(ctx context.Context, client int) error) (Sample, error) {
	if l.warm > 0 {
		if _, err := (load{clients: l.clients, n: l.warm}).run(ctx, one); err != nil {
			return Sample{}, err
		}
	}
	took := make([][]int64, l.clients)
	failed := make([]error, l.clients)
	var next atomic.Int64
	var wg sync.WaitGroup
	before := processorTime()
	start := core.SystemClock{}.Start()
	for c := range l.clients {
		wg.Go(func() {
			for failed[c] == nil {
				i := int(next.Add(1)) - 1
				if i >= l.n || l.until != nil && l.until.Load() {
					return
				}
				begun := start.Elapsed()
				if l.rate > 0 {
					due := time.Duration(i) * time.Second / time.Duration(l.rate)
					if wait := due - begun; wait > 0 {
						<-time.After(wait)
					}
					begun = due
				}
				failed[c] = one(ctx, c)
				took[c] = append(took[c], (start.Elapsed() - begun).Microseconds())
			}
		})
	}
	wg.Wait()
	all := slices.Concat(took...)
	l.n = len(all)
	s := l.sample(all, start.Elapsed())
	s.CPUUs = processorTime() - before
	return s, errors.Join(failed...)
}

// processorTime is what the process has used so far, in microseconds.
func processorTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return (u.Utime.Sec+u.Stime.Sec)*1_000_000 + int64(u.Utime.Usec+u.Stime.Usec)
}

func (l load) sample(took []int64, whole time.Duration) Sample {
	slices.Sort(took)
	if len(took) == 0 {
		return Sample{}
	}
	at := func(part int) int64 { return took[min(len(took)*part/1000, len(took)-1)] }
	return Sample{N: int64(l.n), TookUs: whole.Microseconds(), Clients: l.clients, Rate: l.rate,
		PerSec: int64(l.n) * int64(time.Second) / max(int64(whole), 1), P50: at(500), P90: at(900), P99: at(990), Max: took[len(took)-1]}
}

const (
	clients  = 64
	rawGroup = 64 // commits of the reference: as many as there are clients
)
