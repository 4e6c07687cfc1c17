package store

import (
	"context"
	"runtime"
	"sync"

	"qunyan/internal/errs"
)

// intake is where commands wait for the goroutine that runs them in groups.
type intake[C any] struct {
	queue   chan C
	most    int           // of a group
	stopped chan struct{} // closed when the last group is answered

	mu     sync.RWMutex // held for reading while a command is put into the queue
	closed bool
}

func newIntake[C any](most, queue int) *intake[C] {
	return &intake[C]{queue: make(chan C, queue), most: most, stopped: make(chan struct{})}
}

// put queues a command. Only the wait for a place in the queue ends with ctx: a command that is in the queue is either
// skipped or decided, never left in doubt.
func (in *intake[C]) put(ctx context.Context, c C) error {
	in.mu.RLock()
	defer in.mu.RUnlock()
	if in.closed {
		return errs.New(errs.Unavailable, "store.closing")
	}
	select {
	case in.queue <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve runs groups until stop was called and everything accepted is answered.
func (in *intake[C]) serve(group func([]C)) {
	defer close(in.stopped)
	for c := range in.queue {
		// The callers that were just answered may have their next command ready: without letting them speak, the groups of
		// a busy system are half of what they could be, and each costs a flush of the disk.
		runtime.Gosched()
		group(in.gather(c))
	}
}

// gather takes what waits behind first, without waiting for more: an idle system answers one command as fast as it can
// commit, a busy one fills its groups by itself.
func (in *intake[C]) gather(first C) []C {
	group := []C{first}
	for len(group) < in.most {
		select {
		case c, open := <-in.queue:
			if !open {
				return group
			}
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// stop lets what was accepted be finished and waits for it.
func (in *intake[C]) stop() {
	in.mu.Lock()
	if !in.closed {
		in.closed = true
		close(in.queue)
	}
	in.mu.Unlock()
	<-in.stopped
}
