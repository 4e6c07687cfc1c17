package rulebook

import "qunyan/internal/core"

// CheckVote holds a village's vote that is not about a draft to the same quorum, day and minutes as the adoption of rules,
// and its beginning to the first day of a coming month. Errors: those of Adopt about the vote and the day.
func CheckVote(v Vote, from, today core.Day) error {
	return AdoptInput{FromDay: from, Vote: v, NoticeDays: NoticeDaysMin}.check(today)
}
