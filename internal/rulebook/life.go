package rulebook

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// RecordVote writes what the meetings decided on a village's draft. From then on its lines stand; the record itself may
// be corrected by writing it again until it is sent to the township.
//
// Errors: rulebook.vote_kind, vote_due, vote_numbers, vote_present or vote_present_half, vote_favour or vote_favour_due
// (each with the number that is missing), vote_day, minutes_needed, party_needed, party_day, notice_days; rulebook.empty,
// rulebook.red_line; rulebook.not_votable when it is sent already; rulebook.no_ruleset.
func (s *Service) RecordVote(ctx context.Context, by core.Actor, in VoteInput) error {
	if err := access.Require(by, access.OpAdoptRules, in.Village); err != nil {
		return err
	}
	m := Meetings{in.Vote, in.Party}.trimmed()
	in.Vote, in.Party = m.Vote, m.Party
	if err := s.lookAt(ctx, in.Village, in.Version); err != nil {
		return err
	}
	_, err := command(ctx, s, by, in.Village, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		return in.Version, s.recordVote(ctx, tx, by, nowMs, in)
	})
	return err
}

func (s *Service) recordVote(ctx context.Context, tx *store.Tx, by core.Actor, nowMs int64, in VoteInput) error {
	set, err := take(ctx, tx, in.Village, in.Version, nowMs, "rulebook.not_votable", Draft, Voted)
	if err != nil {
		return err
	}
	bounds, err := BoundsOn(ctx, tx, in.Village, core.DayOf(nowMs))
	if err != nil {
		return err
	}
	if err := in.check(bounds, core.DayOf(nowMs)); err != nil {
		return err
	}
	if err := s.lawful(ctx, tx, set); err != nil {
		return err
	}
	v, p := in.Vote, in.Party
	if _, err := tx.Exec(ctx, sqlRecordVote, string(v.Kind), v.Day, v.Due, v.Present, v.InFavour, v.MinutesNo, p.Day, p.Due, p.Present,
		p.InFavour, p.MinutesNo, in.NoticeDays, in.Village, in.Version); err != nil {
		return err
	}
	return s.recordVersion(ctx, tx, by, nowMs, "vote", set, map[string]any{"state": set.State}, map[string]any{"state": Voted, "kind": v.Kind,
		"vote_day": v.Day, "due": v.Due, "present": v.Present, "in_favour": v.InFavour, "minutes_no": v.MinutesNo, "party_day": p.Day,
		"party_due": p.Due, "party_present": p.Present, "party_for": p.InFavour, "party_minutes": p.MinutesNo, "notice_days": in.NoticeDays})
}

// lawful says whether a version may go on: it has lines, and no red line stops any that nobody overruled. A line may be
// older than the red lines, or than the words they are known by.
func (s *Service) lawful(ctx context.Context, tx *store.Tx, set Ruleset) error {
	if len(set.Rules) == 0 {
		return errs.New(errs.Conflict, "rulebook.empty")
	}
	for _, r := range set.Rules {
		if err := admit(ctx, tx, set.Area, r, s.known.stops(r)); err != nil {
			return err
		}
	}
	return nil
}

// File sends a version that was voted on to the township (村民委员会组织法 art. 27: rules are filed with the township).
//
// Errors: rulebook.not_voted; rulebook.no_ruleset.
func (s *Service) File(ctx context.Context, by core.Actor, village core.Area, version int64) error {
	if err := access.Require(by, access.OpAdoptRules, village); err != nil {
		return err
	}
	return s.move(ctx, by, village, version, "file", Filing, "rulebook.not_voted", []State{Voted}, func(ctx context.Context, tx *store.Tx, nowMs int64) error {
		_, err := tx.Exec(ctx, sqlSend, by.ID, by.Name, nowMs, village, version)
		return err
	})
}

// ConfirmFiling is the township's word that it has the rules on file, under its number.
//
// Errors: rulebook.filing_no; rulebook.own_filing for whoever sent it; rulebook.not_filing; rulebook.no_ruleset.
func (s *Service) ConfirmFiling(ctx context.Context, by core.Actor, village core.Area, version int64, filingNo string) error {
	if err := access.Require(by, access.OpFileRules, village); err != nil {
		return err
	}
	filingNo = strings.Join(strings.Fields(filingNo), " ")
	if filingNo == "" || !utf8.ValidString(filingNo) || utf8.RuneCountInString(filingNo) > maxMinutes {
		return errs.New(errs.Invalid, "rulebook.filing_no", "most", maxMinutes).At("filing_no")
	}
	return s.answer(ctx, by, village, version, "confirm_filing", Filed, filingNo, "")
}

// ReturnFiling gives a version back to the village with a written reason; it is a draft again, and what is changed is
// voted on again.
//
// Errors: rulebook.return_reason (least, most); rulebook.own_filing; rulebook.not_filing; rulebook.no_ruleset.
func (s *Service) ReturnFiling(ctx context.Context, by core.Actor, village core.Area, version int64, reason string) error {
	if err := access.Require(by, access.OpFileRules, village); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < reasonLeast || n > reasonMost || !utf8.ValidString(reason) {
		return errs.New(errs.Invalid, "rulebook.return_reason", "least", reasonLeast, "most", reasonMost).At("reason")
	}
	return s.answer(ctx, by, village, version, "return_filing", Draft, "", reason)
}

// answer is what the township decides on a filing. Whoever sent it does not decide on it, whatever else they may be.
func (s *Service) answer(ctx context.Context, by core.Actor, village core.Area, version int64, action string, to State, filingNo, reason string) error {
	_, err := command(ctx, s, by, village, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		set, err := take(ctx, tx, village, version, nowMs, "rulebook.not_filing", Filing)
		if err != nil {
			return 0, err
		}
		if set.Filing.SentBy == by.ID {
			return 0, errs.New(errs.Forbidden, "rulebook.own_filing")
		}
		if _, err := tx.Exec(ctx, sqlAnswerFiling, string(to), filingNo, by.Name, nowMs, reason, village, version); err != nil {
			return 0, err
		}
		return version, s.recordVersion(ctx, tx, by, nowMs, action, set, map[string]any{"state": set.State},
			map[string]any{"state": to, "filing_no": filingNo, "reason": reason})
	})
	return err
}

// Reopen takes a version that is not published yet back to the draft: its votes count no longer.
//
// Errors: rulebook.not_open; rulebook.no_ruleset.
func (s *Service) Reopen(ctx context.Context, by core.Actor, village core.Area, version int64) error {
	if err := access.Require(by, access.OpAdoptRules, village); err != nil {
		return err
	}
	return s.move(ctx, by, village, version, "reopen", Draft, "rulebook.not_open", []State{Voted, Filing, Filed}, func(ctx context.Context, tx *store.Tx, _ int64) error {
		_, err := tx.Exec(ctx, sqlReopen, village, version)
		return err
	})
}

// move takes a version from one of some states to the next, by a statement that writes what belongs to the step.
func (s *Service) move(ctx context.Context, by core.Actor, area core.Area, version int64, action string, to State, refusal string, from []State, write func(context.Context, *store.Tx, int64) error) error {
	_, err := command(ctx, s, by, area, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		set, err := take(ctx, tx, area, version, nowMs, refusal, from...)
		if err != nil {
			return 0, err
		}
		if err := write(ctx, tx, nowMs); err != nil {
			return 0, err
		}
		return version, s.recordVersion(ctx, tx, by, nowMs, action, set, map[string]any{"state": set.State}, map[string]any{"state": to})
	})
	return err
}

// Publish puts a version into force from the first of a coming month. A village's must have been filed with the
// township; a county's template and a township's additions are published by themselves. What villages have voted stays
// as it was; their next drafts start from the new lines.
//
// Errors: rulebook.from_day; rulebook.not_filed (of a village), rulebook.not_draft (else); rulebook.empty,
// rulebook.red_line; rulebook.later_version when a version already begins on that day or after; rulebook.wrong_area.
func (s *Service) Publish(ctx context.Context, by core.Actor, area core.Area, version int64, from core.Day) error {
	state, refusal := Draft, "rulebook.not_draft"
	if area.Level() == core.Village {
		state, refusal = Filed, "rulebook.not_filed"
		if err := access.Require(by, access.OpAdoptRules, area); err != nil {
			return err
		}
	} else if err := mayDraft(by, area); err != nil {
		return err
	}
	if err := checkFromDay(from, s.today()); err != nil {
		return err
	}
	if err := s.lookAt(ctx, area, version); err != nil {
		return err
	}
	_, err := command(ctx, s, by, area, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		set, err := take(ctx, tx, area, version, nowMs, refusal, state)
		if err != nil {
			return 0, err
		}
		if err := s.lawful(ctx, tx, set); err != nil {
			return 0, err
		}
		if err := noLater(ctx, tx, area, from); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, sqlPublish, from, by.Name, nowMs, area, version); err != nil {
			return 0, err
		}
		return version, s.recordVersion(ctx, tx, by, nowMs, "publish", set, map[string]any{"state": set.State},
			map[string]any{"state": Published, "from_day": from})
	})
	return err
}

// checkFromDay wants the first day of a month to come: rules never reach back (domain.md §5, R5).
func checkFromDay(from, today core.Day) error {
	first := today.Month().Next().First()
	if !from.Valid() || from%100 != 1 || from < first || from > first.Month().Add(12).First() {
		return errs.New(errs.Invalid, "rulebook.from_day", "first", first.String()).At("from_day")
	}
	return nil
}

// noLater refuses to slip a version in before one that people were already told of.
func noLater(ctx context.Context, tx *store.Tx, area core.Area, from core.Day) error {
	return tx.Rows(ctx, sqlRulesets, func(r store.Row) error {
		other, err := scanRuleset(r)
		if err == nil && other.State == Published && other.FromDay >= from {
			err = errs.New(errs.Conflict, "rulebook.later_version", "version", other.Version, "day", other.FromDay.String()).At("from_day")
		}
		return err
	}, area)
}

// Withdraw gives up a version that is not in force yet. What is in force is only ever replaced.
//
// Errors: rulebook.no_ruleset, rulebook.in_force, rulebook.already_withdrawn.
func (s *Service) Withdraw(ctx context.Context, by core.Actor, area core.Area, version int64) error {
	if err := mayDraft(by, area); err != nil {
		return err
	}
	_, err := command(ctx, s, by, area, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		set, err := take(ctx, tx, area, version, nowMs, "rulebook.already_withdrawn", Draft, Voted, Filing, Filed, Published)
		switch {
		case err != nil:
			return 0, err
		case set.State == Published && set.FromDay <= core.DayOf(nowMs):
			return 0, errs.New(errs.Conflict, "rulebook.in_force")
		case set.State != Draft && area.Level() == core.Village: // a clerk gives up drafts, not what was voted
			if err := access.Require(by, access.OpAdoptRules, area); err != nil {
				return 0, err
			}
		}
		if _, err := tx.Exec(ctx, sqlWithdraw, area, version); err != nil {
			return 0, err
		}
		return version, s.recordVersion(ctx, tx, by, nowMs, "withdraw", set, map[string]any{"state": set.State, "from_day": set.FromDay},
			map[string]any{"state": Withdrawn})
	})
	return err
}

// take locks a version until the command ends and reads it, so that two people take it one step further only once. It
// answers refusal when the version stands in none of the states.
func take(ctx context.Context, tx *store.Tx, area core.Area, version, nowMs int64, refusal string, states ...State) (Ruleset, error) {
	if _, err := tx.Exec(ctx, sqlTouch, nowMs, area, version); err != nil {
		return Ruleset{}, err
	}
	set, err := byVersion(ctx, tx, area, version)
	if err == nil && !slices.Contains(states, set.State) {
		err = errs.New(errs.Conflict, refusal, "state", set.State)
	}
	return set, err
}

// recordVersion writes the audit line of a step of a version.
func (s *Service) recordVersion(ctx context.Context, tx *store.Tx, by core.Actor, nowMs int64, action string, set Ruleset, before, after any) error {
	return s.record(ctx, tx, by, nowMs, action, set.Area, strconv.FormatInt(set.Version, 10), before, after)
}
