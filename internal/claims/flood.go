package claims

import (
	"sync"

	"qunyan/internal/core"
)

// How many objections come in within an hour: from one address to one village, and to a village from everywhere. Paper
// typed in by the clerk is not counted, so nobody can shut the door on anybody else.
const (
	floodWindowMs   = 60 * 60 * 1000
	floodPerAddress = 10
	floodPerVillage = 100
	floodRemembered = 20_000 // sources at once
)

// source is where objections come from; the address is "" for all of a village together.
type source struct {
	address string
	village core.Area
}

// flood counts objections in memory only: an address is never written down. It is safe for concurrent use.
type flood struct {
	mu   sync.Mutex
	seen map[source][]int64 // moments, oldest first
}

func newFlood() *flood { return &flood{seen: map[source][]int64{}} }

// allow notes an objection at nowMs; false if its source has had its number.
func (f *flood) allow(address string, village core.Area, nowMs int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen) >= floodRemembered {
		f.forget(nowMs)
	}
	one, all := source{address, village}, source{"", village}
	fromOne, fromAll := recent(f.seen[one], nowMs), recent(f.seen[all], nowMs)
	if len(fromOne) >= floodPerAddress || len(fromAll) >= floodPerVillage || len(f.seen) >= floodRemembered {
		return false
	}
	f.seen[all] = append(fromAll, nowMs)
	if address != "" {
		f.seen[one] = append(fromOne, nowMs)
	}
	return true
}

// forget drops sources that were quiet for the whole window.
func (f *flood) forget(nowMs int64) {
	for from, times := range f.seen {
		if len(recent(times, nowMs)) == 0 {
			delete(f.seen, from)
		}
	}
}

// recent leaves the times within the window. A clock that was set back makes later times count as now.
func recent(times []int64, nowMs int64) []int64 {
	for i, t := range times {
		if t > nowMs-floodWindowMs {
			return times[i:]
		}
	}
	return nil
}
