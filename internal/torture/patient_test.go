package torture

import (
	"sync"
	"testing"

	"qunyan/internal/core"
)

// crowd is clients that do not give up: a write that was refused or not answered is sent again under its key until it
// is. Their server stays alive; its database does not.
type crowd struct {
	clients []*client
	over    chan struct{}
	working sync.WaitGroup

	mu    sync.Mutex
	more  *sync.Cond
	times []int64 // when each write was answered, in Unix milliseconds
}

func gather(t *testing.T, base string, w *world) *crowd {
	t.Helper()
	c := &crowd{over: make(chan struct{})}
	c.more = sync.NewCond(&c.mu)
	for _, s := range w.shops {
		c.clients = append(c.clients, office(t, base, s, w.today)...)
	}
	for _, one := range c.clients {
		one.patient = true
		c.working.Go(func() { c.work(one) })
	}
	return c
}

func (c *crowd) work(one *client) {
	for r := one.next(c.over); r != nil && !c.ended(); r = one.next(c.over) {
		one.log = append(one.log, r)
		for !one.send(r) {
			if c.ended() {
				return
			}
		}
		c.mu.Lock()
		c.times = append(c.times, core.SystemClock{}.Now())
		c.more.Broadcast()
		c.mu.Unlock()
	}
}

func (c *crowd) ended() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}

// await waits until n more writes were answered.
func (c *crowd) await(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for from := len(c.times); len(c.times) < from+n; {
		c.more.Wait()
	}
}

// gap is the longest time without an answer after the first so many answers, in milliseconds.
func (c *crowd) gap(after int) (longest int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := after; i < len(c.times); i++ {
		longest = max(longest, c.times[i]-c.times[i-1])
	}
	return longest
}

// stop sends everybody home after the answer they wait for.
func (c *crowd) stop() {
	close(c.over)
	c.working.Wait()
}

func (c *crowd) answered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.times)
}
