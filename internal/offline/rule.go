package offline

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Bounds on a village's rule.
const (
	MaxShare = 100
	MaxDays  = 7 // an allowance is never good for longer
	MaxTills = 4
)

// Rule is what a village allows its counter without a network. A village that never set one allows nothing.
type Rule struct {
	Share      int64       `json:"share"`       // per cent of a household's spendable points that may be spent offline; 0 nothing
	Total      core.Points `json:"total"`       // points the whole shop may hand out offline
	Days       int64       `json:"days"`        // that an allowance is good for
	Tills      int64       `json:"tills"`       // phones that share it, each with a part of its own
	SecondFrom core.Points `json:"second_from"` // points from which two persons settle what needs review; 0 never
	Version    int64       `json:"version"`
}

func (r Rule) check() error {
	switch {
	case r.Share < 0 || r.Share > MaxShare:
		return errs.New(errs.Invalid, "offline.bad_share").At("share")
	case r.Total < 0 || r.Total > core.MaxPoints || r.Share > 0 && r.Total == 0:
		return errs.New(errs.Invalid, "offline.bad_total", "most", core.MaxPoints).At("total")
	case r.Days < 1 || r.Days > MaxDays:
		return errs.New(errs.Invalid, "offline.bad_days", "most", MaxDays).At("days")
	case r.Tills < 1 || r.Tills > MaxTills:
		return errs.New(errs.Invalid, "offline.bad_tills", "most", MaxTills).At("tills")
	case r.SecondFrom < 0 || r.SecondFrom > core.MaxPoints:
		return errs.New(errs.Invalid, "offline.bad_second", "most", core.MaxPoints).At("second_from")
	}
	return nil
}

// Rule reads what the village allows.
func (s *Service) Rule(ctx context.Context, by core.Actor, village core.Area) (rule Rule, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Rule{}, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		rule, err = ruleOf(ctx, tx, village)
		return err
	})
	return rule, err
}

// SaveRule changes what the village allows, from the next allowance on. It answers offline.rule_changed if somebody else
// changed it since the version the editor saw.
func (s *Service) SaveRule(ctx context.Context, by core.Actor, village core.Area, rule Rule) (Rule, error) {
	if err := access.Require(by, access.OpManageShop, village); err != nil {
		return Rule{}, err
	}
	if err := rule.check(); err != nil {
		return Rule{}, err
	}
	now := s.clock.Now()
	var after Rule
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		after, err = store.Once(ctx, tx, by, village, now, func() (Rule, error) {
			before, err := ruleOf(ctx, tx, village)
			if err != nil {
				return Rule{}, err
			}
			seen := rule.Version
			after := rule
			after.Version++
			if written, err := writeRule(ctx, tx, village, after, seen, now); err != nil || !written || before.Version != seen {
				return Rule{}, orElse(err, errs.New(errs.Conflict, "offline.rule_changed"))
			}
			return after, s.log(ctx, tx, by, now, audit.Entry{
				Area: village, Action: "offline.save_rule", Subject: "offline_rule", SubjectID: village.String(), Before: before, After: after,
			})
		})
		return err
	})
	return after, err
}

// orElse is err, or otherwise if there is none: a write that changed nothing has a reason of its own.
func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
