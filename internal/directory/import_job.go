package directory

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// job is one import while this process is at it.
type job struct {
	id       core.ID
	by       core.Actor
	in       ImportInput
	path     string
	sum      []byte
	repeated bool // the intent was answered before: id is that import's

	told    func(Import)
	outcome Import // what the state becomes when the job makes room for the next

	mu    sync.Mutex
	state Import
}

// now is a copy of how far the job is.
func (j *job) now() Import {
	j.mu.Lock()
	defer j.mu.Unlock()
	state := j.state
	state.Faults = slices.Clone(state.Faults)
	state.Ignored = slices.Clone(state.Ignored)
	return state
}

func (j *job) change(fn func(state *Import)) {
	j.mu.Lock()
	fn(&j.state)
	j.mu.Unlock()
}

// tell moves on and says so to whoever waits.
func (j *job) tell(fn func(state *Import)) {
	j.change(fn)
	if j.told != nil {
		j.told(j.now())
	}
}

func (j *job) faulty() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.FaultCount > 0
}

func (j *job) fault(f RowFault) {
	j.change(func(state *Import) {
		state.FaultCount++
		if len(state.Faults) < maxFaults {
			state.Faults = append(state.Faults, f)
		}
	})
}

// sortFaults brings faults that were found while checking into the order of the file. sheets gives that of its sheets.
func (j *job) sortFaults(sheets map[string]int) {
	j.change(func(state *Import) {
		slices.SortStableFunc(state.Faults, func(a, b RowFault) int {
			return cmp.Or(cmp.Compare(sheets[a.Sheet], sheets[b.Sheet]), cmp.Compare(a.Row, b.Row))
		})
	})
}

// jobs are the imports of this process: one at a time, because each holds a file's worth of rows in memory and, on
// SQLite, the only writer.
type jobs struct {
	mu      sync.Mutex
	closed  bool
	running *job
	ended   []*job // the latest few, so that a poll right after the end needs no read
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

const endedKept = 8

func newJobs() *jobs { return &jobs{} }

// free says whether a job could begin now.
func (js *jobs) free() error {
	js.mu.Lock()
	defer js.mu.Unlock()
	if js.running != nil || js.closed {
		return errs.New(errs.Conflict, "import.busy")
	}
	return nil
}

// take makes a job the running one, unless another was faster. The context it gives ends when the process stops.
func (js *jobs) take(ctx context.Context, j *job) (context.Context, error) {
	js.mu.Lock()
	defer js.mu.Unlock()
	if js.running != nil || js.closed {
		return nil, errs.New(errs.Conflict, "import.busy")
	}
	ctx, js.cancel = context.WithCancel(ctx)
	js.running = j
	js.done.Add(1)
	return ctx, nil
}

// end makes room for the next job. Whoever sees the outcome can start another import at once.
func (js *jobs) end(j *job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	js.cancel()
	js.running = nil
	j.change(func(state *Import) { *state = j.outcome })
	if js.ended = append(js.ended, j); len(js.ended) > endedKept {
		js.ended = js.ended[1:]
	}
	js.done.Done()
}

func (js *jobs) find(area core.Area, id core.ID) *job {
	js.mu.Lock()
	defer js.mu.Unlock()
	for _, j := range append(slices.Clone(js.ended), js.running) {
		if j != nil && j.id == id && j.in.Area == area {
			return j
		}
	}
	return nil
}

// CloseImports ends an import that is still reading, lets one that is writing finish, and takes no more.
func (s *Service) CloseImports() {
	s.jobs.mu.Lock()
	s.jobs.closed = true
	if s.jobs.running != nil {
		s.jobs.cancel()
	}
	s.jobs.mu.Unlock()
	s.jobs.done.Wait()
}
