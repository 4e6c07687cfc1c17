package rulebook

import "qunyan/internal/core"

// CheckVote holds a village's vote that is not about a draft to the same quorum, day and minutes as a vote on rules, and
// its beginning to the first day of a coming month. Errors: rulebook.from_day; those of a vote.
func CheckVote(v Vote, from, today core.Day) error {
	if err := checkFromDay(from, today); err != nil {
		return err
	}
	return v.trimmed().check(today)
}

// CheckBranchVote holds a vote of the Party members' meeting to its quorum, day and minutes (domain.md §3: two thirds present,
// more than half of those who should attend in favour). Errors: those of a vote.
func CheckBranchVote(v Vote, today core.Day) error {
	v.Kind = PartyMembers
	return v.trimmed().check(today)
}
