package claims

import (
	"context"
	"sync"
	"time"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// TrialState is how far a trial is. Result is set once it is finished.
type TrialState struct {
	Done, Total int // households
	Result      *Trial
}

// trialKey names a trial: a draft that was changed is another.
type trialKey struct {
	village   core.Area
	version   int64
	changedMs int64
}

// trials are the trials of this process, running and the latest few ended. Asking again joins the one there is, so a line
// that breaks loses nothing, and a process that does not know a trial works it out anew.
type trials struct {
	mu   sync.Mutex
	jobs []*trialJob
}

type trialJob struct {
	key  trialKey
	done chan struct{} // closed at the end

	mu    sync.Mutex
	state TrialState
	err   error
}

const (
	trialsKept    = 8
	trialsAtOnce  = 2
	longestTrial  = 2 * time.Minute
	trialFreshFor = 10 * 60 * 1000 // ms; claims go on being made
)

// Trial tells how far the trial of a version is and begins it where there is none; it waits for the end as long as ctx
// lets it. after is the AsOfMs of a result that the asker has and wants anew, 0 if any will do. Nothing is written.
//
// Errors: rulebook.no_ruleset; store.busy when others are being worked out.
func (s *Service) Trial(ctx context.Context, by core.Actor, village core.Area, version, after int64) (TrialState, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return TrialState{}, err
	}
	var set rulebook.Ruleset
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		set, err = rulebook.Whole(ctx, tx, village, version)
		return err
	})
	if err != nil {
		return TrialState{}, err
	}
	job, err := s.trials.join(s, context.WithoutCancel(ctx), trialKey{village, version, set.ChangedMs}, after)
	if err != nil {
		return TrialState{}, err
	}
	select {
	case <-job.done:
	case <-ctx.Done():
	}
	job.mu.Lock()
	defer job.mu.Unlock()
	return job.state, job.err
}

// join finds the job of a trial or begins one.
func (ts *trials) join(s *Service, ctx context.Context, key trialKey, after int64) (*trialJob, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	running, kept := 0, ts.jobs[:0]
	var found *trialJob
	for _, j := range ts.jobs {
		state, err, ended := j.now()
		stale := ended && (err != nil || state.Result.AsOfMs <= max(after, s.clock.Now()-trialFreshFor))
		switch {
		case j.key == key && !stale:
			found = j
		case stale:
			continue
		}
		if !ended {
			running++
		}
		kept = append(kept, j)
	}
	ts.jobs = kept
	switch {
	case found != nil:
		return found, nil
	case running >= trialsAtOnce:
		return nil, errs.New(errs.Unavailable, "store.busy")
	case len(ts.jobs) >= trialsKept:
		ts.jobs = ts.jobs[1:]
	}
	job := &trialJob{key: key, done: make(chan struct{})}
	ts.jobs = append(ts.jobs, job)
	go job.run(ctx, s)
	return job, nil
}

func (j *trialJob) now() (state TrialState, err error, ended bool) {
	select {
	case <-j.done:
		ended = true
	default:
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state, j.err, ended
}

func (j *trialJob) run(ctx context.Context, s *Service) {
	defer close(j.done)
	ctx, cancel := context.WithTimeout(ctx, longestTrial)
	defer cancel()
	result, err := s.tryOut(ctx, j.key.village, j.key.version, func(done, total int) {
		j.mu.Lock()
		j.state.Done, j.state.Total = done, total
		j.mu.Unlock()
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err = err; err == nil {
		j.state.Result = &result
	}
}

// tryOut works a trial out, some households at a time.
func (s *Service) tryOut(ctx context.Context, village core.Area, version int64, told func(done, total int)) (Trial, error) {
	t, err := s.beginTrial(ctx, village, version)
	if err != nil {
		return Trial{}, err
	}
	for done := 0; done < len(t.homes); {
		told(done, len(t.homes))
		if done, err = t.some(ctx, done); err != nil {
			return Trial{}, err
		}
	}
	told(len(t.homes), len(t.homes))
	return t.end(ctx)
}
