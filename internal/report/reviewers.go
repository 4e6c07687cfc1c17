package report

import (
	"context"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Reviewer is what one person decided in a village in the months asked for. Nothing orders these rows by a figure.
type Reviewer struct {
	ID         core.ID `json:"id"`
	Name       string  `json:"name"`
	Approved   int64   `json:"approved"`
	Returned   int64   `json:"returned"`
	Rejected   int64   `json:"rejected"`
	Second     int64   `json:"second" doc:"of all: second reviews"`
	WaitHours  int64   `json:"wait_hours" doc:"median of the whole hours a claim waited for the decision"`
	PaceSec    int64   `json:"pace_sec" doc:"median of the seconds between two decisions of the same sitting, for each claim; -1 where there are not two"`
	Quick      int64   `json:"quick" doc:"claims decided within less than quick_sec of the decision before"`
	Upheld     int64   `json:"upheld" doc:"claims of these approvals that an objection took off the list"`
	waits      []int64
	paces      []int64
	last, size int64
}

// Reviewers is what was decided in a village.
type Reviewers struct {
	From     core.Month `json:"from"`
	To       core.Month `json:"to"`
	All      bool       `json:"all" doc:"everybody's, as the township sees it; else only the reader's own"`
	QuickSec int64      `json:"quick_sec"`
	Items    []Reviewer `json:"items" doc:"in the order of the accounts"`
}

// quickSec is what "in seconds" means: fewer for a claim than it takes to read one. sittingMs is the longest pause within
// one sitting; what comes after a longer one says nothing about how long a claim was looked at.
const (
	quickSec  = 5
	sittingMs = 10 * 60_000
)

const (
	sqlReviews = `SELECT reviewer, reviewer_name, outcome, second, together, wait_ms, at_ms FROM review
		WHERE village = $1 AND month BETWEEN $2 AND $3 AND (reviewer = $4 OR $4 = 0) ORDER BY reviewer, at_ms, id`
	sqlUpheldReviews = `SELECT r.reviewer, COUNT(DISTINCT r.claim) FROM review r
		JOIN objection o ON o.village = r.village AND o.claim = r.claim AND o.state = 'upheld'
		WHERE r.village = $1 AND r.month BETWEEN $2 AND $3 AND r.outcome = 'approved' GROUP BY r.reviewer`
)

// Reviewers tells the township what each reviewer of a village decided, and a reviewer what they decided themselves.
func (s *Service) Reviewers(ctx context.Context, by core.Actor, area core.Area, span Span) (Reviewers, error) {
	out := Reviewers{All: by.Has(area, core.RoleTownship), QuickSec: quickSec, Items: []Reviewer{}}
	err := s.inVillage(ctx, by, access.OpReadReviewers, area, &span, func(ctx context.Context, tx *store.Tx) error {
		own := by.ID
		if out.All {
			own = 0
		}
		var err error
		out.Items, err = reviewersOf(ctx, tx, area, span, own)
		return err
	})
	out.From, out.To = span.From, span.To
	return out, err
}

// inVillage runs fn on one snapshot for somebody who may do op in a village.
func (s *Service) inVillage(ctx context.Context, by core.Actor, op access.Op, area core.Area, span *Span, fn func(ctx context.Context, tx *store.Tx) error) error {
	if err := access.Require(by, op, area); err != nil {
		return err
	}
	if area.Level() != core.Village {
		return errs.New(errs.NotFound, "directory.no_area")
	}
	if err := span.fill(core.DayOf(s.clock.Now())); err != nil {
		return err
	}
	return s.st.View(ctx, fn)
}

func reviewersOf(ctx context.Context, tx *store.Tx, area core.Area, span Span, own core.ID) ([]Reviewer, error) {
	all := []Reviewer{}
	err := tx.Rows(ctx, sqlReviews, func(r store.Row) error {
		var one Reviewer
		var d decision
		if err := r.Scan(&one.ID, &one.Name, &d.outcome, &d.second, &d.together, &d.waitMs, &d.atMs); err != nil {
			return err
		}
		if len(all) == 0 || all[len(all)-1].ID != one.ID {
			all = append(all, one)
		}
		all[len(all)-1].add(d)
		return nil
	}, area, span.From, span.To, own)
	if err != nil {
		return nil, err
	}
	upheld := map[core.ID]int64{}
	err = tx.Rows(ctx, sqlUpheldReviews, func(r store.Row) error {
		var id core.ID
		var n int64
		err := r.Scan(&id, &n)
		upheld[id] = n
		return err
	}, area, span.From, span.To)
	for i := range all {
		all[i].WaitHours, all[i].PaceSec = median(all[i].waits), -1
		if len(all[i].paces) > 0 {
			all[i].PaceSec = median(all[i].paces)
		}
		all[i].Upheld = upheld[all[i].ID]
	}
	return all, err
}

// decision is one row of the reviews.
type decision struct {
	outcome                        string
	second, together, waitMs, atMs int64
}

// add counts a decision; decisions come in the order of time. Those of one command share its moment and the span before it.
func (r *Reviewer) add(d decision) {
	switch d.outcome {
	case "approved":
		r.Approved++
	case "returned":
		r.Returned++
	default:
		r.Rejected++
	}
	r.Second += d.second
	r.waits = append(r.waits, d.waitMs/3_600_000)
	if d.atMs != r.last {
		pause := d.atMs - r.last
		if r.last, r.size = d.atMs, -1; pause <= sittingMs {
			r.size = pause / max(1, d.together)
		}
	}
	if r.size < 0 {
		return
	}
	r.paces = append(r.paces, r.size/1000)
	if r.size < quickSec*1000 {
		r.Quick++
	}
}

// median of whole numbers, the lower of two middle ones; 0 of none.
func median(all []int64) int64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}
