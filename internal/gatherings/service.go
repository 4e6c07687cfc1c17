package gatherings

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/commands"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Service runs the commands and queries of gatherings. It is safe for concurrent use.
type Service struct {
	desk   commands.Desk
	claims *claims.Service
}

// New makes the service. Its claims go into the book by the service of claims and by no other way.
func New(st *store.Store, clock core.Clock, ids *core.IDs, claims *claims.Service) *Service {
	return &Service{desk: commands.Desk{Store: st, Clock: clock, IDs: ids, Subject: "gathering"}, claims: claims}
}

// command is one running command of a village.
type command struct{ *commands.Command }

// change runs fn as one command and reads the gathering it was about.
func (s *Service) change(ctx context.Context, by core.Actor, village core.Area, fn func(ctx context.Context, c *command) (core.ID, error)) (Gathering, error) {
	return commands.Change(ctx, s.desk, by, access.OpHoldGathering, village, func(ctx context.Context, c *commands.Command) (core.ID, error) {
		return fn(ctx, &command{c})
	}, read)
}

// Plan puts a gathering on the list. The rules it counts for are those in force on its day.
func (s *Service) Plan(ctx context.Context, by core.Actor, village core.Area, in Plan) (Gathering, error) {
	in, err := in.clean()
	if err != nil {
		return Gathering{}, errors.Join(access.Require(by, access.OpHoldGathering, village), err)
	}
	return s.change(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		if err := c.fit(ctx, in); err != nil {
			return 0, err
		}
		id := c.NextID()
		if _, err := c.Tx.Exec(ctx, sqlInsert, village, id, string(in.Kind), in.Title, in.Place, in.Day, in.FromMin, in.ToMin, by.ID, by.Name, c.Now); err != nil {
			return 0, err
		}
		if err := c.putRules(ctx, id, in.Counts); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "gatherings.plan", id, nil, in.trace())
	})
}

// fit checks the rules against those in force on the day.
func (c *command) fit(ctx context.Context, in Plan) error {
	for _, counts := range in.Counts {
		rule, _, err := rulebook.RuleAt(ctx, c.Tx, c.Village, in.Day, counts.Rule)
		if err != nil {
			return err
		}
		if err := counts.fits(rule); err != nil {
			return err
		}
	}
	return nil
}

func (c *command) putRules(ctx context.Context, id core.ID, counts []Counts) error {
	return c.Tx.Many(ctx, sqlInsertRule, len(counts), func(i int) []any {
		return []any{c.Village, id, i + 1, counts[i].Rule, string(counts[i].Who), counts[i].Hours}
	})
}

// Change corrects the plan of a gathering whose claims are not made yet. version is the one the actor saw, 0 if nobody
// looked; somebody faster is never overwritten. The roll-call stays.
func (s *Service) Change(ctx context.Context, by core.Actor, village core.Area, id core.ID, version int64, in Plan) (Gathering, error) {
	in, err := in.clean()
	if err != nil {
		return Gathering{}, errors.Join(access.Require(by, access.OpHoldGathering, village), err)
	}
	return s.change(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := c.take(ctx, id, version)
		if err != nil {
			return 0, err
		}
		if err := c.fit(ctx, in); err != nil {
			return 0, err
		}
		if _, err := c.Tx.Exec(ctx, sqlChange, string(in.Kind), in.Title, in.Place, in.Day, in.FromMin, in.ToMin, c.Now, village, id); err != nil {
			return 0, err
		}
		if _, err := c.Tx.Exec(ctx, sqlDropRules, village, id); err != nil {
			return 0, err
		}
		if err := c.putRules(ctx, id, in.Counts); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "gatherings.change", id, was.trace(), in.trace())
	})
}

// Cancel ends a gathering that will make no claims. Its roll-call stays on record.
func (s *Service) Cancel(ctx context.Context, by core.Actor, village core.Area, id core.ID, reason string) (Gathering, error) {
	reason, err := claims.NeedLine(reason, "reason", maxReason)
	if err != nil {
		return Gathering{}, errors.Join(access.Require(by, access.OpHoldGathering, village), err)
	}
	return s.change(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		if _, err := c.take(ctx, id, 0); err != nil {
			return 0, err
		}
		if _, err := c.Tx.Exec(ctx, sqlCancel, reason, c.Now, village, id); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "gatherings.cancel", id, nil, map[string]any{"reason": reason})
	})
}

// take takes the row of a gathering that may still change until the command ends, and reads it.
func (c *command) take(ctx context.Context, id core.ID, version int64) (Gathering, error) {
	if _, err := c.Tx.Exec(ctx, sqlTake, c.Village, id); err != nil {
		return Gathering{}, err
	}
	g, err := read(ctx, c.Tx, c.Village, id)
	switch {
	case err != nil:
		return g, err
	case g.State != Planned:
		return g, errs.New(errs.Conflict, "gatherings."+string(g.State))
	case version != 0 && version != g.Version:
		return g, errs.New(errs.Conflict, "gatherings.changed_meanwhile")
	}
	return g, nil
}

// Mark writes what the roll-call says of some households; the write is idempotent, and a mark replaces the household's
// earlier one. An Absent mark takes it away. Marks that cannot be are answered and stop no other.
func (s *Service) Mark(ctx context.Context, by core.Actor, village core.Area, id core.ID, marks []Mark) ([]Refused, error) {
	if len(marks) == 0 || len(marks) > MaxMarks {
		return nil, errors.Join(access.Require(by, access.OpHoldGathering, village),
			errs.New(errs.Invalid, "gatherings.bad_number_of_marks", "most", MaxMarks).At("marks"))
	}
	return commands.Run(ctx, s.desk, by, access.OpHoldGathering, village, func(ctx context.Context, running *commands.Command) ([]Refused, error) {
		c := &command{running}
		g, err := c.take(ctx, id, 0)
		if err != nil {
			return nil, err
		}
		if g.Day > core.DayOf(c.Now) {
			return nil, errs.New(errs.Conflict, "gatherings.not_yet", "day", g.Day.String())
		}
		var refused []Refused
		var trace []map[string]any
		for _, m := range marks {
			code, err := c.mark(ctx, id, m)
			if err != nil {
				return nil, err
			}
			if code != "" {
				refused = append(refused, Refused{m.Household, code})
				continue
			}
			trace = append(trace, m.trace())
		}
		if len(trace) == 0 {
			return refused, nil
		}
		return refused, c.Log(ctx, "gatherings.mark", id, nil, map[string]any{"marks": trace})
	})
}

func (c *command) mark(ctx context.Context, id core.ID, m Mark) (code string, err error) {
	if code := m.check(); code != "" {
		return code, nil
	}
	if m.Arrival == Absent {
		_, err := c.Tx.Exec(ctx, sqlUnmark, c.Village, id, m.Household)
		return "", err
	}
	if code, err := claims.HouseholdCode(ctx, c.Tx, c.Village, m.Household); err != nil || code != "" {
		return code, err
	}
	_, err = c.Tx.Exec(ctx, sqlMark, c.Village, id, m.Household, string(m.Arrival), m.Stayed, m.Spoke, m.Hours, c.By.Name, c.Now)
	return "", err
}

// trace is what the audit trail keeps of a plan.
func (p Plan) trace() map[string]any {
	rules := make([]map[string]any, len(p.Counts))
	for i, c := range p.Counts {
		rules[i] = map[string]any{"rule": c.Rule, "who": c.Who}
		if c.Hours != 0 {
			rules[i]["hours"] = c.Hours
		}
	}
	return map[string]any{"kind": p.Kind, "title": p.Title, "place": p.Place, "day": p.Day, "from_min": p.FromMin, "to_min": p.ToMin, "rules": rules}
}

// trace is what the audit trail keeps of a mark.
func (m Mark) trace() map[string]any {
	t := map[string]any{"household": m.Household, "arrival": m.Arrival}
	if m.Arrival == Absent {
		return t
	}
	t["stayed"], t["spoke"] = m.Stayed, m.Spoke
	if m.Hours != 0 {
		t["hours"] = m.Hours
	}
	return t
}
