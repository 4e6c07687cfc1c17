package claims

import (
	"sync"

	"qunyan/internal/core"
)

// How many objections come in within an hour. A household's card has a number of its own. Without a card one device has
// its number, and the address it comes from a greater one, because a whole village may sit behind one address; who changes
// the name of the device again and again meets the address's bound. Paper typed in by the clerk is not counted, so nobody
// can shut the door on anybody else.
const (
	floodWindowMs   = 60 * 60 * 1000
	floodPerCard    = 10
	floodPerDevice  = 10
	floodPerAddress = 40
	floodPerVillage = 100
	floodRemembered = 20_000 // sources at once
)

// source is where objections come from. With nothing but the village it is everybody without a card together.
type source struct {
	village   core.Area
	address   string
	device    string
	household core.ID
}

// bound is a source and how many it has within the window.
type bound struct {
	from source
	most int
}

// sources are what an objection counts against. device is what a browser says it is, hashed; it may be "".
func sources(by core.Actor, village core.Area, device string) []bound {
	if by.Kind == core.CardActor {
		return []bound{{source{village: village, household: by.Household}, floodPerCard}}
	}
	all := []bound{{source{village: village}, floodPerVillage}}
	if by.From != "" {
		all = append(all, bound{source{village: village, address: by.From}, floodPerAddress},
			bound{source{village: village, address: by.From, device: device + "·"}, floodPerDevice})
	}
	return all
}

// flood counts objections in memory only: an address is never written down. It is safe for concurrent use.
type flood struct {
	mu   sync.Mutex
	seen map[source][]int64 // moments, oldest first
}

func newFlood() *flood { return &flood{seen: map[source][]int64{}} }

// allow notes an objection at nowMs; false if one of its sources has had its number, and then nothing is noted.
func (f *flood) allow(bounds []bound, nowMs int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen) >= floodRemembered {
		f.forget(nowMs)
	}
	if len(f.seen) >= floodRemembered {
		return false
	}
	for _, b := range bounds {
		f.seen[b.from] = recent(f.seen[b.from], nowMs)
		if len(f.seen[b.from]) >= b.most {
			return false
		}
	}
	for _, b := range bounds {
		f.seen[b.from] = append(f.seen[b.from], nowMs)
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
