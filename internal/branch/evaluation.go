package branch

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Verdict is what the branch's meeting decided of one member.
type Verdict struct {
	Member   core.ID     `json:"member"`
	Total    core.Points `json:"total"`     // the book's, as it was laid before the meeting
	Grade    string      `json:"grade"`     // the scheme's Chinese name
	InFavour int64       `json:"in_favour"` // votes for it
}

// Evaluation is the record of the meeting at a year's end.
type Evaluation struct {
	ID        core.ID
	Year      int64
	Day       core.Day
	Due       int64
	Present   int64
	MinutesNo string
	Verdicts  []Verdict
	Reason    string // why it corrects the record before; '' for the first
	ByName    string
	AtMs      int64
}

// Sheet is what is laid before the meeting, with its records: the newest first, older ones were corrected.
type Sheet struct {
	List
	Records []Evaluation
}

// Verdict finds what the newest record says of a member.
func (s Sheet) Verdict(member core.ID) (Verdict, bool) {
	if len(s.Records) > 0 {
		for _, v := range s.Records[0].Verdicts {
			if v.Member == member {
				return v, true
			}
		}
	}
	return Verdict{}, false
}

// OpensOn is the first day on which the year may be evaluated: its last month is on. No source gives a day; before, too
// little of the year is known.
func (s Scheme) OpensOn() core.Day { return core.Day(s.Year*10000 + 1201) }

// Sheet is the evaluation sheet of a year. Errors as for List.
func (s *Service) Sheet(ctx context.Context, by core.Actor, village core.Area, year int64) (one Sheet, err error) {
	err = s.view(ctx, by, village, func(ctx context.Context, tx *store.Tx) (err error) {
		one, err = sheetOf(ctx, tx, village, year)
		return err
	})
	return one, err
}

func sheetOf(ctx context.Context, tx *store.Tx, village core.Area, year int64) (one Sheet, err error) {
	if one.List, err = listOf(ctx, tx, village, year, 0); err != nil {
		return one, err
	}
	err = tx.Rows(ctx, sqlEvaluations, func(r store.Row) error {
		e, err := scanEvaluation(r)
		one.Records = append(one.Records, e)
		return err
	}, village, year)
	return one, err
}

// EvaluateInput is the meeting's record as somebody types it in.
type EvaluateInput struct {
	Year      int64
	Day       core.Day
	Due       int64
	Present   int64
	MinutesNo string
	Verdicts  []Verdict // of every member of the year who has not left; totals are the book's, whatever is sent
	Reason    string    // needed where there is a record already
}

// Evaluate keeps what the meeting decided, which ends the year: nothing is added or deducted any more. A record that was typed in
// wrongly is followed by another with the reason; the old one stays. Errors: branch.not_voted, branch.too_early, branch.entries_open,
// branch.due_too_many, those of a vote (items say which member), branch.verdicts, branch.no_grade, branch.reason_needed.
func (s *Service) Evaluate(ctx context.Context, by core.Actor, village core.Area, in EvaluateInput) (sheet Sheet, err error) {
	in.MinutesNo = strings.Join(strings.Fields(in.MinutesNo), " ")
	in.Reason = strings.TrimSpace(in.Reason)
	err = s.run(ctx, by, access.OpRecordBranchVote, village, func(ctx context.Context, c *command) (core.ID, error) {
		have, err := sheetOf(ctx, c.tx, village, in.Year)
		if err != nil {
			return 0, err
		}
		if err := c.ready(have, in); err != nil {
			return 0, err
		}
		verdicts, err := c.verdicts(ctx, have, in)
		if err != nil {
			return 0, err
		}
		body, err := json.Marshal(verdicts)
		if err != nil {
			return 0, err
		}
		id := c.ids.Next()
		if _, err := c.tx.Exec(ctx, sqlInsertEvaluation, village, id, in.Year, in.Day, in.Due, in.Present, in.MinutesNo, string(body), in.Reason,
			by.Name, c.now); err != nil {
			return 0, err
		}
		if _, err := c.tx.Exec(ctx, sqlEvaluated, village, in.Year); err != nil {
			return 0, err
		}
		return id, c.logYear(ctx, "evaluate", in.Year, Evaluated)
	}, func(ctx context.Context, tx *store.Tx, _ core.ID) (err error) {
		sheet, err = sheetOf(ctx, tx, village, in.Year)
		return err
	})
	return sheet, err
}

// ready says what stands in the way of evaluating the year.
func (c *command) ready(have Sheet, in EvaluateInput) error {
	switch n := utf8.RuneCountInString(in.Reason); {
	case have.Waiting > 0:
		return errs.New(errs.Conflict, "branch.entries_open", "n", have.Waiting)
	case c.today() < have.OpensOn() || in.Day < have.OpensOn():
		return errs.New(errs.Conflict, "branch.too_early", "first", have.OpensOn()).At("day")
	case len(have.Records) == 0 && in.Reason != "", len(have.Records) > 0 && n < 2, n > mostReason:
		return errs.New(errs.Invalid, "branch.reason_needed", "most", mostReason).At("reason")
	}
	return nil
}

// verdicts holds every grade to the scheme and to the quorum of the meeting, and puts the book's totals beside it.
func (c *command) verdicts(ctx context.Context, have Sheet, in EvaluateInput) ([]Verdict, error) {
	all, err := membersOf(ctx, c.tx, c.village)
	if err != nil {
		return nil, err
	}
	given := map[core.ID]int{}
	for i, v := range in.Verdicts {
		given[v.Member] = i
	}
	var out []Verdict
	for _, row := range have.Rows {
		if row.LeftDay != 0 {
			continue
		}
		i, ok := given[row.ID]
		if !ok {
			return nil, errs.New(errs.Invalid, "branch.verdicts", "name", row.Name).At("verdicts")
		}
		v := in.Verdicts[i]
		v.Total = row.Until.Total
		if !have.knows(v.Grade) {
			return nil, errs.New(errs.Invalid, "branch.no_grade", "name", row.Name).At(fmt.Sprintf("verdicts.%d.grade", i))
		}
		vote := rulebook.Vote{Day: in.Day, Due: in.Due, Present: in.Present, InFavour: v.InFavour, MinutesNo: in.MinutesNo}
		if err := c.checkVote(vote, present(all)); err != nil {
			e := errs.From(err)
			if e.Field == "in_favour" {
				return nil, e.At(fmt.Sprintf("verdicts.%d.in_favour", i))
			}
			return nil, e
		}
		out = append(out, v)
	}
	if len(out) != len(in.Verdicts) || len(out) == 0 {
		return nil, errs.New(errs.Invalid, "branch.verdicts_others").At("verdicts")
	}
	return out, nil
}

func (c Content) knows(grade string) bool {
	for _, g := range c.Grades {
		if g.TextZh == grade {
			return true
		}
	}
	return false
}

func scanEvaluation(r store.Row) (e Evaluation, err error) {
	var body string
	err = r.Scan(&e.ID, &e.Year, &e.Day, &e.Due, &e.Present, &e.MinutesNo, &body, &e.Reason, &e.ByName, &e.AtMs)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(body), &e.Verdicts)
}
