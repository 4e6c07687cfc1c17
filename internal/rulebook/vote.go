package rulebook

import (
	"slices"
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Meeting is who voted; key "rules.meeting.…" of the catalogue.
type Meeting string

// The meetings the law knows (村民委员会组织法 art. 22 and 26; domain.md §3 for the Party members').
const (
	Assembly        Meeting = "assembly"        // 村民会议, by adult villagers
	Households      Meeting = "households"      // 村民会议, by a representative of each household
	Representatives Meeting = "representatives" // 村民代表会议
	PartyMembers    Meeting = "party"           // 党员大会: part of 四议两公开, decides nothing alone
)

// Deciding lists the meetings whose vote puts rules into force.
func Deciding() []Meeting { return []Meeting{Representatives, Households, Assembly} }

// Vote is how a meeting decided.
type Vote struct {
	Kind      Meeting
	Day       core.Day
	Due       int64 // who should attend
	Present   int64
	InFavour  int64
	MinutesNo string // number of the minutes
}

// maxDue is more people than any village has.
const maxDue = 100_000

const maxMinutes = 40 // characters of a minutes number

// LeastPresent is how many of those due must be there: of adult villagers more than half, of households, representatives
// and Party members two thirds (村民委员会组织法 art. 22 and 26; domain.md §3).
func (k Meeting) LeastPresent(due int64) int64 {
	if k == Assembly {
		return due/2 + 1
	}
	return (2*due + 2) / 3
}

// LeastFavour is how many must agree: more than half of those present, for Party members more than half of those who
// should attend (domain.md §3).
func (k Meeting) LeastFavour(due, present int64) int64 {
	if k == PartyMembers {
		return due/2 + 1
	}
	return present/2 + 1
}

// trimmed is the vote as it is kept.
func (v Vote) trimmed() Vote {
	v.MinutesNo = strings.Join(strings.Fields(v.MinutesNo), " ")
	return v
}

// check holds a vote to the quorum of its kind. The errors name the number that is missing.
func (v Vote) check(today core.Day) error {
	numbers := errs.New(errs.Invalid, "rulebook.vote_numbers", "due", v.Due, "present", v.Present, "in_favour", v.InFavour)
	least := v.Kind.LeastPresent(v.Due)
	agree := v.Kind.LeastFavour(v.Due, v.Present)
	switch {
	case v.Due < 1 || v.Due > maxDue:
		return errs.New(errs.Invalid, "rulebook.vote_due", "most", maxDue).At("due")
	case v.Present < 0 || v.Present > v.Due:
		return numbers.At("present")
	case v.InFavour < 0 || v.InFavour > v.Present:
		return numbers.At("in_favour")
	case v.Present < least:
		return errs.New(errs.Conflict, presentCode(v.Kind), "due", v.Due, "present", v.Present, "least", least, "missing", least-v.Present).At("present")
	case v.InFavour < agree:
		return errs.New(errs.Conflict, favourCode(v.Kind), "due", v.Due, "present", v.Present, "in_favour", v.InFavour, "least", agree,
			"missing", agree-v.InFavour).At("in_favour")
	case !v.Day.Valid() || v.Day > today || v.Day < today.Add(-366):
		return errs.New(errs.Invalid, "rulebook.vote_day").At("vote_day")
	case v.MinutesNo == "" || !utf8.ValidString(v.MinutesNo) || utf8.RuneCountInString(v.MinutesNo) > maxMinutes:
		return errs.New(errs.Invalid, "rulebook.minutes_needed", "most", maxMinutes).At("minutes_no")
	}
	return nil
}

func presentCode(k Meeting) string {
	if k == Assembly {
		return "rulebook.vote_present_half"
	}
	return "rulebook.vote_present"
}

func favourCode(k Meeting) string {
	if k == PartyMembers {
		return "rulebook.vote_favour_due"
	}
	return "rulebook.vote_favour"
}

// VoteInput is the record of the meetings on a village's draft.
type VoteInput struct {
	Village    core.Area
	Version    int64
	Vote       Vote
	Party      Vote // of the Party members' meeting; Day 0 where there was none
	NoticeDays int
}

// check holds both meetings to what Meetings.check says and the days of the notice to the county's bounds.
func (in VoteInput) check(bounds Bounds, today core.Day) error {
	if err := (Meetings{in.Vote, in.Party}).check(bounds, today); err != nil {
		return err
	}
	if int64(in.NoticeDays) < bounds.NoticeMin || int64(in.NoticeDays) > bounds.NoticeMax {
		return errs.New(errs.Invalid, "rulebook.notice_days", "low", bounds.NoticeMin, "high", bounds.NoticeMax).At("notice_days")
	}
	return nil
}

// Meetings is how a village decided: the vote that counts, and the Party members' meeting before it.
type Meetings struct {
	Vote  Vote
	Party Vote // Day 0 where there was none
}

// trimmed is the record as it is kept.
func (m Meetings) trimmed() Meetings {
	m.Vote, m.Party = m.Vote.trimmed(), m.Party.trimmed()
	m.Party.Kind = PartyMembers
	return m
}

// check holds both meetings to their quorums, the Party members' first as it came first.
func (m Meetings) check(bounds Bounds, today core.Day) error {
	if !slices.Contains(Deciding(), m.Vote.Kind) {
		return errs.New(errs.Invalid, "rulebook.vote_kind").At("kind")
	}
	switch {
	case m.Party.Day == 0 && m.Party != (Vote{Kind: PartyMembers}):
		return errs.New(errs.Invalid, "rulebook.vote_day").At("party.vote_day")
	case m.Party.Day == 0 && bounds.PartyMeeting:
		return errs.New(errs.Conflict, "rulebook.party_needed").At("party")
	case m.Party.Day != 0:
		if err := m.Party.check(today); err != nil {
			e := errs.From(err)
			return e.At("party." + e.Field)
		}
		if m.Vote.Day.Valid() && m.Party.Day > m.Vote.Day {
			return errs.New(errs.Invalid, "rulebook.party_day").At("party.vote_day")
		}
	}
	return m.Vote.check(today)
}
