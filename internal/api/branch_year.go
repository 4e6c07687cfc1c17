package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/branch"
	"qunyan/internal/core"
)

type branchEntry struct {
	ID          core.ID           `json:"id"`
	Year        int64             `json:"year"`
	Member      core.ID           `json:"member"`
	Name        string            `json:"name"`
	State       branch.EntryState `json:"state" enum:"proposed,posted,refused,withdrawn"`
	Item        string            `json:"item" doc:"code in the year's scheme"`
	Times       int64             `json:"times"`
	Points      core.Points       `json:"points" doc:"with its sign"`
	Day         core.Day          `json:"day" doc:"of the deed"`
	Note        string            `json:"note"`
	Undoes      core.ID           `json:"undoes" doc:"entry it takes back, or ''"`
	UndoneBy    core.ID           `json:"undone_by" doc:"entry that took it back, or ''"`
	ToldDay     core.Day          `json:"told_day" doc:"when the member was told of what takes points; else 0"`
	UntilDay    core.Day          `json:"until_day" doc:"last day to answer"`
	Answer      string            `json:"answer"`
	AnswerDay   core.Day          `json:"answer_day"`
	ByName      string            `json:"by_name"`
	CreatedMs   int64             `json:"created_ms"`
	DecidedName string            `json:"decided_name"`
	DecidedMs   int64             `json:"decided_ms"`
	Reason      string            `json:"reason" doc:"why it was refused"`
	Line        int64             `json:"line" doc:"in the village's book; 0 until posted"`
	Version     int64             `json:"version"`
	CanDecide   bool              `json:"can_decide" doc:"it waits, the reader did not propose it, is not of the member's household and has the role"`
}

func viewEntry(by core.Actor, village core.Area) func(branch.Entry) branchEntry {
	return func(e branch.Entry) branchEntry {
		return branchEntry{ID: e.ID, Year: e.Year, Member: e.Member, Name: e.Name, State: e.State, Item: e.Item, Times: e.Times, Points: e.Points, Day: e.Day, Note: e.Note,
			Undoes: e.Undoes, UndoneBy: e.UndoneBy, ToldDay: e.ToldDay, UntilDay: e.UntilDay, Answer: e.Answer, AnswerDay: e.AnswerDay, ByName: e.ByName,
			CreatedMs: e.CreatedMs, DecidedName: e.DecidedName, DecidedMs: e.DecidedMs, Reason: e.Reason, Line: e.Line, Version: e.Version, CanDecide: e.Can(by, village)}
	}
}

// BranchEntryBody is an entry as somebody proposes it.
type BranchEntryBody struct {
	Year    int64    `json:"year" minimum:"2000" maximum:"2199"`
	Member  core.ID  `json:"member,omitempty"`
	Item    string   `json:"item,omitempty" maxLength:"8"`
	Times   int64    `json:"times,omitempty" minimum:"0" maximum:"100"`
	Day     core.Day `json:"day,omitempty" doc:"of the deed"`
	Note    string   `json:"note,omitempty" maxLength:"100" doc:"what happened, or where the proof lies; needed for what takes points"`
	ToldDay core.Day `json:"told_day,omitempty" doc:"when the member was told, of what takes points"`
	Undoes  core.ID  `json:"undoes,omitempty" doc:"a posted entry to take back; then only the note and, of an addition, told_day count"`
}

func (s *server) registerBranchEntries(base string) {
	handle(s, spec{
		ID: "list-branch-entries", Method: http.MethodGet, Path: base, Tag: branchTag, Op: access.OpReadBranch, Summary: "Additions and deductions of a year, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
		Year   int64   `query:"year" required:"true" minimum:"2000" maximum:"2199"`
		State  string  `query:"state" enum:"proposed,posted,refused,withdrawn"`
		Member idParam `query:"member"`
	}) (*list[branchEntry], error) {
		rows, next, err := s.svc.Branch.Entries(ctx, by, in.Village.Area, branch.Filter{Year: in.Year, State: branch.EntryState(in.State), Member: in.Member.ID}, in.page())
		return listOf(rows, next, viewEntry(by, in.Village.Area)), err
	})
	handle(s, spec{
		ID: "propose-branch-entry", Method: http.MethodPost, Path: base, Tag: branchTag, Op: access.OpKeepBranch, Status: http.StatusCreated,
		Summary: "Propose an addition, a deduction, or to take one back", Detail: "Nothing is posted until another person decides.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body BranchEntryBody
	}) (*branchEntry, error) {
		b := in.Body
		e, err := s.svc.Branch.Propose(ctx, by, in.Village.Area, branch.ProposeInput{Year: b.Year, Member: b.Member, Item: b.Item, Times: b.Times, Day: b.Day, Note: b.Note,
			Told: b.ToldDay, Undoes: b.Undoes})
		return viewed(e, err, viewEntry(by, in.Village.Area))
	})
	s.registerBranchDecisions(base + "/{id}")
}

func (s *server) registerBranchDecisions(base string) {
	handle(s, spec{
		ID: "answer-branch-entry", Method: http.MethodPost, Path: base + "/answer", Tag: branchTag, Op: access.OpKeepBranch,
		Summary: "Write down what the member said to what takes points",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Version int64    `json:"version,omitempty" minimum:"0"`
			Text    string   `json:"text" maxLength:"300"`
			Day     core.Day `json:"day"`
		}
	}) (*branchEntry, error) {
		e, err := s.svc.Branch.Answer(ctx, by, in.Village.Area, branch.AnswerInput{ID: in.ID.ID, Version: in.Body.Version, Text: in.Body.Text, Day: in.Body.Day})
		return viewed(e, err, viewEntry(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "decide-branch-entry", Method: http.MethodPost, Path: base + "/decide", Tag: branchTag, Op: access.OpDecideBranch,
		Summary: "Post an entry in the book, or refuse it", Detail: "By another person than proposed it, of another household than the member's; what takes points after the member answered, or when the days for it are over.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Version int64  `json:"version,omitempty" minimum:"0" doc:"the one the reader saw"`
			Post    bool   `json:"post" doc:"false refuses it"`
			Reason  string `json:"reason,omitempty" maxLength:"100" doc:"needed for refusing"`
		}
	}) (*branchEntry, error) {
		e, err := s.svc.Branch.Decide(ctx, by, in.Village.Area, branch.Decision{ID: in.ID.ID, Version: in.Body.Version, Post: in.Body.Post, Reason: in.Body.Reason})
		return viewed(e, err, viewEntry(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "withdraw-branch-entry", Method: http.MethodPost, Path: base + "/withdraw", Tag: branchTag, Op: access.OpKeepBranch, Summary: "End a proposal without a decision",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Version int64 `json:"version,omitempty" minimum:"0"`
		}
	}) (*branchEntry, error) {
		e, err := s.svc.Branch.Withdraw(ctx, by, in.Village.Area, in.ID.ID, in.Body.Version)
		return viewed(e, err, viewEntry(by, in.Village.Area))
	})
}

type branchSums struct {
	Base     core.Points `json:"base"`
	Added    core.Points `json:"added"`
	Deducted core.Points `json:"deducted"`
	Total    core.Points `json:"total" doc:"base + added − deducted; of the whole year what the account in the book holds"`
}

type branchRow struct {
	Member     core.ID      `json:"member"`
	Name       string       `json:"name"`
	Class      branch.Class `json:"class" enum:"ordinary,elderly,floating,probationary" doc:"when the year was opened"`
	LeftDay    core.Day     `json:"left_day"`
	Within     branchSums   `json:"within" doc:"of the quarter"`
	Until      branchSums   `json:"until" doc:"from the year's beginning to the quarter's end"`
	LastLine   int64        `json:"last_line" doc:"number of the newest line in the book"`
	Suggestion int          `json:"suggestion" doc:"number of the grade the total suggests to the meeting, from 0; -1 for none. It decides nothing"`
}

// BranchList is the list of a quarter, or of the year so far.
type BranchList struct {
	Year    int64         `json:"year"`
	Quarter int64         `json:"quarter" doc:"0 for the whole year"`
	State   branch.State  `json:"state" enum:"in_force,evaluated"`
	FromDay core.Day      `json:"from_day"`
	EndDay  core.Day      `json:"end_day"`
	Waiting int64         `json:"waiting" doc:"entries of the year nobody has decided on"`
	Rows    []branchRow   `json:"rows" doc:"in the order of the branch's members, never by points"`
	Entries []branchEntry `json:"entries" doc:"posted in it, oldest first"`
}

func viewList(by core.Actor, village core.Area) func(branch.List) BranchList {
	return func(l branch.List) BranchList {
		v := BranchList{Year: l.Year, Quarter: l.Quarter, State: l.State, FromDay: l.FirstDay(), EndDay: l.EndDay(), Waiting: l.Waiting}
		for _, r := range l.Rows {
			v.Rows = append(v.Rows, branchRow{Member: r.ID, Name: r.Name, Class: r.Opened, LeftDay: r.LeftDay, Within: branchSums(r.Within), Until: branchSums(r.Until),
				LastLine: r.Last, Suggestion: l.Suggest(r.Until.Total)})
		}
		for _, e := range l.Entries {
			v.Entries = append(v.Entries, viewEntry(by, village)(e))
		}
		return v
	}
}

// BranchVerdict is what the meeting decided of one member.
type BranchVerdict struct {
	Member   core.ID     `json:"member"`
	Total    core.Points `json:"total,omitempty" doc:"the book's, as it lay before the meeting; what is sent is not read"`
	Grade    string      `json:"grade" maxLength:"60" doc:"the scheme's Chinese name"`
	InFavour int64       `json:"in_favour" minimum:"0" doc:"votes for it"`
}

type branchEvaluation struct {
	ID        core.ID         `json:"id"`
	Day       core.Day        `json:"day"`
	Due       int64           `json:"due"`
	Present   int64           `json:"present"`
	MinutesNo string          `json:"minutes_no"`
	Verdicts  []BranchVerdict `json:"verdicts"`
	Reason    string          `json:"reason" doc:"why it corrects the record before; '' for the first"`
	ByName    string          `json:"by_name"`
	AtMs      int64           `json:"at_ms"`
}

type branchSheet struct {
	BranchList
	Records []branchEvaluation `json:"records" doc:"the newest counts; older ones were corrected"`
}

func viewSheet(by core.Actor, village core.Area) func(branch.Sheet) branchSheet {
	return func(s branch.Sheet) branchSheet {
		v := branchSheet{BranchList: viewList(by, village)(s.List)}
		for _, r := range s.Records {
			one := branchEvaluation{ID: r.ID, Day: r.Day, Due: r.Due, Present: r.Present, MinutesNo: r.MinutesNo, Reason: r.Reason, ByName: r.ByName, AtMs: r.AtMs}
			for _, d := range r.Verdicts {
				one.Verdicts = append(one.Verdicts, BranchVerdict(d))
			}
			v.Records = append(v.Records, one)
		}
		return v
	}
}

// BranchEvaluationBody is the record of the meeting at a year's end.
type BranchEvaluationBody struct {
	Day       core.Day        `json:"day"`
	Due       int64           `json:"due" minimum:"0"`
	Present   int64           `json:"present" minimum:"0"`
	MinutesNo string          `json:"minutes_no" maxLength:"40"`
	Verdicts  []BranchVerdict `json:"verdicts" maxItems:"500" doc:"of every member of the year who has not left"`
	Reason    string          `json:"reason,omitempty" maxLength:"100" doc:"needed to correct a record there is"`
}

func (b BranchEvaluationBody) input(year int64) branch.EvaluateInput {
	in := branch.EvaluateInput{Year: year, Day: b.Day, Due: b.Due, Present: b.Present, MinutesNo: b.MinutesNo, Reason: b.Reason}
	for _, v := range b.Verdicts {
		in.Verdicts = append(in.Verdicts, branch.Verdict(v))
	}
	return in
}

func (s *server) registerBranchLists(base string) {
	handle(s, spec{
		ID: "get-branch-list", Method: http.MethodGet, Path: base + "/list", Tag: branchTag, Op: access.OpReadBranch,
		Summary: "The list of a quarter, or of the year so far", Detail: "For inside the branch. A line counts in the quarter it was posted in, so a list says the same whenever it is read again.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		BranchYear
		Quarter int64 `query:"quarter" minimum:"0" maximum:"4"`
	}) (*BranchList, error) {
		l, err := s.svc.Branch.List(ctx, by, in.Village.Area, in.Year, in.Quarter)
		return viewed(l, err, viewList(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "get-branch-evaluation", Method: http.MethodGet, Path: base + "/evaluation", Tag: branchTag, Op: access.OpReadBranch,
		Summary: "The evaluation sheet of a year with the meeting's records",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		BranchYear
	}) (*branchSheet, error) {
		one, err := s.svc.Branch.Sheet(ctx, by, in.Village.Area, in.Year)
		return viewed(one, err, viewSheet(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "record-branch-evaluation", Method: http.MethodPost, Path: base + "/evaluation", Tag: branchTag, Op: access.OpRecordBranchVote, Status: http.StatusCreated,
		Summary: "Record what the branch's meeting decided at the year's end", Detail: "Ends the year. A record typed in wrongly is followed by another with the reason.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		BranchYear
		Body BranchEvaluationBody
	}) (*branchSheet, error) {
		one, err := s.svc.Branch.Evaluate(ctx, by, in.Village.Area, in.Body.input(in.Year))
		return viewed(one, err, viewSheet(by, in.Village.Area))
	})
}
