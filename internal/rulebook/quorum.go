package rulebook

import "qunyan/internal/core"

// CheckVote holds a village's decision that is not about a draft to the same meetings, quorums, days and minutes as a vote
// on rules, and its beginning to the first day of a coming month. It answers with the record as it is kept.
// Errors: rulebook.from_day; rulebook.vote_kind, party_needed, party_day; those of a vote.
func CheckVote(m Meetings, bounds Bounds, from, today core.Day) (Meetings, error) {
	m = m.trimmed()
	if err := checkFromDay(from, today); err != nil {
		return m, err
	}
	return m, m.check(bounds, today)
}

// CheckBranchVote holds a vote of the Party members' meeting to its quorum, day and minutes (domain.md §3: two thirds present,
// more than half of those who should attend in favour). Errors: those of a vote.
func CheckBranchVote(v Vote, today core.Day) error {
	v.Kind = PartyMembers
	return v.trimmed().check(today)
}
