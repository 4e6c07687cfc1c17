package rulebook

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// The days a list may stay open for objections (domain.md §3: 3 by default, 5 to 7 where the village votes so).
const (
	NoticeDaysMin = 3
	NoticeDaysMax = 7
)

const maxMinutes = 40 // characters of a minutes number

// AdoptInput is the vote on a village's draft.
type AdoptInput struct {
	Village    core.Area
	Version    int64
	FromDay    core.Day // first of a coming month
	Vote       Vote
	NoticeDays int
}

// check holds the vote to the quorum of 四议两公开 (村民委员会组织法 art. 26; domain.md §3): two thirds of the
// representatives present, more than half of those present in favour.
func (in AdoptInput) check(today core.Day) error {
	v := in.Vote
	switch {
	case v.Due < 1 || v.Due > 100_000 || v.Present < 0 || v.Present > v.Due:
		return errs.New(errs.Invalid, "rulebook.vote_numbers").At("present")
	case v.InFavour < 0 || v.InFavour > v.Present:
		return errs.New(errs.Invalid, "rulebook.vote_numbers").At("in_favour")
	case 3*v.Present < 2*v.Due:
		return errs.New(errs.Conflict, "rulebook.vote_present", "due", v.Due, "least", (2*v.Due+2)/3).At("present")
	case 2*v.InFavour <= v.Present:
		return errs.New(errs.Conflict, "rulebook.vote_favour", "present", v.Present, "least", v.Present/2+1).At("in_favour")
	case !v.Day.Valid() || v.Day > today || v.Day < today.Add(-366):
		return errs.New(errs.Invalid, "rulebook.vote_day").At("vote_day")
	case v.MinutesNo == "" || utf8.RuneCountInString(v.MinutesNo) > maxMinutes:
		return errs.New(errs.Invalid, "rulebook.minutes_needed", "most", maxMinutes).At("minutes_no")
	case in.NoticeDays < NoticeDaysMin || in.NoticeDays > NoticeDaysMax:
		return errs.New(errs.Invalid, "rulebook.notice_days", "low", NoticeDaysMin, "high", NoticeDaysMax).At("notice_days")
	}
	return checkFromDay(in.FromDay, today)
}

// checkFromDay wants the first day of a month to come: rules never reach back (domain.md §5, R5).
func checkFromDay(from, today core.Day) error {
	first := today.Month().Next().First()
	if !from.Valid() || from%100 != 1 || from < first || from > first.Month().Add(12).First() {
		return errs.New(errs.Invalid, "rulebook.from_day", "first", first.String()).At("from_day")
	}
	return nil
}

// Adopt puts a village's draft into force from a coming month, by the vote of the villagers' representatives.
//
// Errors: rulebook.vote_numbers, vote_present, vote_favour, vote_day, minutes_needed, notice_days, from_day, empty,
// not_draft, no_ruleset; rulebook.red_line (rule, line, law, reason); rulebook.later_version when a version already begins on that day or after.
func (s *Service) Adopt(ctx context.Context, by core.Actor, in AdoptInput) (int64, error) {
	if err := access.Require(by, access.OpAdoptRules, in.Village); err != nil {
		return 0, err
	}
	in.Vote.MinutesNo = strings.TrimSpace(in.Vote.MinutesNo)
	if err := in.check(s.today()); err != nil {
		return 0, err
	}
	if err := s.lookAt(ctx, in.Village, in.Version); err != nil {
		return 0, err
	}
	return command(ctx, s, by, in.Village, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		return in.Version, s.adopt(ctx, tx, by, nowMs, in)
	})
}

// adopt makes a draft the area's next version, for a village by vote and for the county's template without one.
func (s *Service) adopt(ctx context.Context, tx *store.Tx, by core.Actor, nowMs int64, in AdoptInput) error {
	set, err := openDraft(ctx, tx, in.Village, in.Version, nowMs)
	if err != nil {
		return err
	}
	if len(set.Rules) == 0 {
		return errs.New(errs.Conflict, "rulebook.empty")
	}
	if err := noLater(ctx, tx, in.Village, in.FromDay); err != nil {
		return err
	}
	for _, r := range set.Rules { // a line may be older than the red lines, or than the words they are known by
		if err := admit(ctx, tx, in.Village, r, s.known.stops(r)); err != nil {
			return err
		}
	}
	v := in.Vote
	n, err := tx.Exec(ctx, sqlAdopt, in.FromDay, v.Day, v.Due, v.Present, v.InFavour, v.MinutesNo, in.NoticeDays, nowMs,
		in.Village, in.Version)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "rulebook.not_draft")
	}
	if err != nil {
		return err
	}
	return s.record(ctx, tx, by, nowMs, "adopt", in.Village, strconv.FormatInt(in.Version, 10), map[string]any{"state": Draft},
		map[string]any{"state": Adopted, "from_day": in.FromDay, "vote_day": v.Day, "due": v.Due, "present": v.Present,
			"in_favour": v.InFavour, "minutes_no": v.MinutesNo, "notice_days": in.NoticeDays})
}

// noLater refuses to slip a version in before one that people were already told of.
func noLater(ctx context.Context, tx *store.Tx, area core.Area, from core.Day) error {
	return tx.Rows(ctx, sqlRulesets, func(r store.Row) error {
		other, err := scanRuleset(r)
		if err == nil && other.State == Adopted && other.FromDay >= from {
			err = errs.New(errs.Conflict, "rulebook.later_version", "version", other.Version, "day", other.FromDay.String()).At("from_day")
		}
		return err
	}, area)
}

// Withdraw gives up a draft, or an adopted version that is not in force yet. What is in force is only ever replaced.
//
// Errors: rulebook.no_ruleset, rulebook.in_force, rulebook.already_withdrawn.
func (s *Service) Withdraw(ctx context.Context, by core.Actor, area core.Area, version int64) error {
	if err := mayDraft(by, area); err != nil {
		return err
	}
	_, err := command(ctx, s, by, area, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		set, err := byVersion(ctx, tx, area, version)
		if err != nil {
			return 0, err
		}
		switch {
		case set.State == Withdrawn:
			return 0, errs.New(errs.Conflict, "rulebook.already_withdrawn")
		case set.State == Adopted && set.FromDay <= core.DayOf(nowMs):
			return 0, errs.New(errs.Conflict, "rulebook.in_force")
		case set.State == Adopted && area.Level() == core.Village:
			if err := access.Require(by, access.OpAdoptRules, area); err != nil {
				return 0, err
			}
		}
		n, err := tx.Exec(ctx, sqlWithdraw, nowMs, area, version, string(set.State))
		if err == nil && n == 0 { // somebody was faster
			err = errs.New(errs.Conflict, "rulebook.already_withdrawn")
		}
		if err != nil {
			return 0, err
		}
		return version, s.record(ctx, tx, by, nowMs, "withdraw", area, strconv.FormatInt(version, 10),
			map[string]any{"state": set.State, "from_day": set.FromDay}, map[string]any{"state": Withdrawn})
	})
	return err
}
