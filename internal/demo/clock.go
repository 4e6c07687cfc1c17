package demo

import (
	"sync/atomic"

	"qunyan/internal/core"
)

// Clock is the time of the demo: set by hand while history is made, the machine's afterwards. It is safe for concurrent
// use.
type Clock struct {
	live core.Clock
	at   atomic.Int64 // moment history has come to; 0 once it is over
	end  atomic.Int64 // history does not go beyond it
}

// tick is how much time passes with each look at the clock, so that not everything of a village's morning happens in the
// same millisecond.
const tick = 17

// NewClock starts at a moment of history.
func NewClock(live core.Clock, startMs int64) *Clock {
	c := &Clock{live: live}
	c.end.Store(live.Now())
	c.at.Store(startMs)
	return c
}

// Now is the moment history has come to, a little later each time it is asked.
func (c *Clock) Now() int64 {
	for {
		at := c.at.Load()
		if at == 0 {
			return c.live.Now()
		}
		if next := min(at+tick, c.end.Load()); c.at.CompareAndSwap(at, next) {
			return next
		}
	}
}

// Set goes on to a moment. Time does not run backwards: an earlier moment than the present one changes nothing.
func (c *Clock) Set(ms int64) {
	for {
		at := c.at.Load()
		if at == 0 || ms <= at || c.at.CompareAndSwap(at, min(ms, c.end.Load())) {
			return
		}
	}
}

// Live ends history: from now on the clock is the machine's.
func (c *Clock) Live() { c.at.Store(0) }
