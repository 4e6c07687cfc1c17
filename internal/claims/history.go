package claims

import (
	"cmp"
	"context"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Event is one step of a claim's road.
type Event struct {
	AtMs int64
	What string // submitted, first_approved, returned, approved, rejected, withdrawn, noticed, objected, upheld, dismissed, posted
	By   string // "" for a household and for the public
	Text string // reason, objection or answer
}

// Detail is a claim with what a reviewer looks at beside it.
type Detail struct {
	Claim
	Cap     Cap   // of its rule, without this claim
	Caps    []Cap // all that it is held to
	History []Event
}

// Detail reads one claim for the village's staff.
func (s *Service) Detail(ctx context.Context, by core.Actor, village core.Area, id core.ID) (d Detail, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return d, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if d.Claim, err = scanClaim(village, tx.Row(ctx, sqlClaim, village, id)); err != nil {
			return err
		}
		tied, err := tiesOf(ctx, tx, by, village, core.DayOf(s.clock.Now()))
		if err != nil {
			return err
		}
		tied.mark(&d.Claim)
		j, err := s.capsOf(ctx, tx, d.Claim)
		if err != nil {
			return err
		}
		d.Cap, d.Caps = j.Cap, j.Caps
		d.History, err = historyOf(ctx, tx, d.Claim)
		return err
	})
	return d, err
}

// capsOf says how far the household has used up the rule besides this claim, by the rules the claim was judged by.
func (s *Service) capsOf(ctx context.Context, tx *store.Tx, c Claim) (Judgement, error) {
	rule, err := rulebook.RuleOf(ctx, tx, c.Village, c.Version, c.Rule)
	if err != nil {
		return Judgement{}, err
	}
	y, err := withCaps(ctx, tx, c.Village, rule, c.Version)
	if err != nil {
		return Judgement{}, err
	}
	in := rulebook.Case{Deed: rulebook.Deed{Qty: c.Qty, Step: c.Step}, Day: c.Day, Event: c.Event, Door: string(c.Source),
		Person: rulebook.Person{ID: c.Resident}}
	if in.Past, err = s.pastOf(ctx, tx, c.Village, y, c.Household, c.Day, c.ID); err != nil {
		return Judgement{}, err
	}
	return y.judgement(s.conditions.Used(rule, y.caps, in)), nil
}

// historyOf puts the road together from what the rows say. The audit trail has every detail, for those who may read it.
func historyOf(ctx context.Context, tx *store.Tx, c Claim) ([]Event, error) {
	all := []Event{{AtMs: c.CreatedMs, What: "submitted", By: c.ByName}}
	if c.FirstBy != 0 {
		all = append(all, Event{AtMs: c.FirstMs, What: "first_approved", By: c.FirstName})
	}
	if c.ReviewedMs != 0 && (c.FirstBy == 0 || c.State != Submitted) {
		what := "approved"
		if c.State == Returned || c.State == Rejected {
			what = string(c.State)
		}
		if c.State == Submitted || c.State == Withdrawn { // it was returned once, and sent again or taken back
			what = string(Returned)
		}
		e := Event{AtMs: c.ReviewedMs, What: what, By: c.ReviewedBy}
		if what != "approved" {
			e.Text = c.Reason
		}
		all = append(all, e)
	}
	if c.State == Withdrawn || c.State == Submitted && c.Changes > 1 && c.FirstBy == 0 {
		all = append(all, Event{AtMs: c.ChangedMs, What: string(c.State), By: c.ByName})
	}
	if c.Notice == 0 {
		return all, nil
	}
	notice, err := noticeByID(ctx, tx, c.Village, c.Notice)
	if err != nil {
		return nil, err
	}
	all = append(all, Event{AtMs: notice.PublishedMs, What: "noticed", By: notice.ByName})
	if err := tx.Rows(ctx, sqlClaimObjections, func(r store.Row) error {
		o, err := scanObjection(r)
		all = append(all, Event{AtMs: o.CreatedMs, What: "objected", Text: o.Text})
		if o.State != "open" {
			all = append(all, Event{AtMs: o.AnsweredMs, What: o.State, By: o.AnsweredBy, Text: o.Answer})
		}
		return err
	}, c.Village, c.ID); err != nil {
		return nil, err
	}
	if c.State == Posted {
		closing, _, err := closingOf(ctx, tx, c.Village, notice.Month)
		if err != nil {
			return nil, err
		}
		all = append(all, Event{AtMs: closing.AtMs, What: "posted", By: closing.ActorName})
	}
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Compare(a.AtMs, b.AtMs) })
	return all, nil
}
