package branch_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"qunyan/internal/branch"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// A branch's year: members, scheme, vote, additions, a deduction that is answered, a correction, lists and the evaluation.
func TestAYearOfABranch(t *testing.T) {
	t.Parallel()
	p, ctx := open(t, "王建国", "李芬", "陈永贵"), context.Background()
	p.adopt(20260911)
	a, b := p.Members[0], p.Members[1]
	p.decide(p.propose(a, "A1", 2), "")
	if e := p.decide(p.propose(b, "A2", 1), ""); e.State != branch.Posted || e.Points != 3 || e.Line != 5 {
		t.Errorf("posted: %+v", e)
	}
	p.Clock.SetDay(20261008)
	taken := p.propose(a, "M1", 1)
	if taken.UntilDay != 20261015 {
		t.Errorf("may answer until %s", taken.UntilDay)
	}
	p.decide(taken, "branch.answer_open")
	p.Clock.SetDay(20261015)
	p.decide(taken, "branch.answer_open")
	p.Clock.SetDay(20261016)
	p.decide(taken, "")
	third, fourth := p.list(3), p.list(4)
	if third.Rows[0].Until != (branch.Sums{Base: 60, Added: 10, Total: 70}) || len(third.Entries) != 2 || third.EndDay() != 20260930 {
		t.Errorf("third quarter: %+v", third.Rows[0])
	}
	if row := fourth.Rows[0]; row.Within != (branch.Sums{Deducted: 10, Total: -10}) || row.Until.Total != 60 || fourth.FirstDay() != 20261001 {
		t.Errorf("fourth quarter: %+v", row)
	}
	p.takesBack(t, taken)
	p.verify()
	p.evaluates(t)
	p.verify()
	_, err := p.svc.Propose(ctx, p.Clerk, p.Village, branch.ProposeInput{Year: year, Member: a.ID, Item: "A1", Times: 1, Day: 20261101})
	p.Wants(err, "branch.not_in_force")
	p.opensTheNextYear(t)
}

// takesBack corrects the deduction: by two people, once, and the list is as if it had not been.
func (p *party) takesBack(t *testing.T, taken branch.Entry) {
	ctx := context.Background()
	in := branch.ProposeInput{Undoes: taken.ID, Note: "点错了名"}
	back, err := p.svc.Propose(ctx, p.Secretary, p.Village, in)
	p.Wants(err, "")
	_, err = p.svc.Propose(ctx, p.Secretary, p.Village, in)
	p.Wants(err, "branch.undo_waits")
	_, err = p.svc.Decide(ctx, p.Secretary, p.Village, branch.Decision{ID: back.ID, Post: true})
	p.Wants(err, "branch.own_proposal")
	back, err = p.svc.Decide(ctx, p.Clerk, p.Village, branch.Decision{ID: back.ID, Post: true})
	p.Wants(err, "")
	if row := p.list(0).Rows[0]; row.Until != (branch.Sums{Base: 60, Added: 10, Total: 70}) || row.Last != back.Line {
		t.Errorf("corrected: %+v", row)
	}
	_, err = p.svc.Propose(ctx, p.Clerk, p.Village, in)
	p.Wants(err, "branch.undone_before")
	in.Undoes = back.ID
	_, err = p.svc.Propose(ctx, p.Clerk, p.Village, in)
	p.Wants(err, "branch.not_posted")
}

func (p *party) evaluates(t *testing.T) {
	ctx := context.Background()
	waiting := p.propose(p.Members[2], "A2", 1)
	in := branch.EvaluateInput{Year: year, Day: 20261220, Due: 3, Present: 2, MinutesNo: "支〔2026〕9号"}
	for _, m := range p.Members {
		in.Verdicts = append(in.Verdicts, branch.Verdict{Member: m.ID, Grade: "合格", InFavour: 2})
	}
	evaluate := func(in branch.EvaluateInput, code string) branch.Sheet {
		t.Helper()
		sheet, err := p.svc.Evaluate(ctx, p.Secretary, p.Village, in)
		p.Wants(err, code)
		return sheet
	}
	evaluate(in, "branch.entries_open")
	_, err := p.svc.Withdraw(ctx, p.Clerk, p.Village, waiting.ID, waiting.Version)
	p.Wants(err, "")
	evaluate(in, "branch.too_early")
	p.Clock.SetDay(20261220)
	absent := in
	absent.Present, absent.Verdicts = 1, append([]branch.Verdict{}, in.Verdicts...)
	absent.Verdicts[0].InFavour = 1
	evaluate(absent, "rulebook.vote_present")
	few := in
	few.Verdicts = append([]branch.Verdict{}, in.Verdicts...)
	few.Verdicts[1].InFavour = 1
	evaluate(few, "rulebook.vote_favour_due")
	few.Verdicts[1] = branch.Verdict{Member: p.Members[1].ID, Grade: "很好", InFavour: 2}
	evaluate(few, "branch.no_grade")
	few.Verdicts = in.Verdicts[:2]
	evaluate(few, "branch.verdicts")
	few.Verdicts = append(append([]branch.Verdict{}, in.Verdicts...), in.Verdicts[0])
	evaluate(few, "branch.verdicts_others")
	few.Due, few.Verdicts = 4, in.Verdicts
	evaluate(few, "branch.due_too_many")
	in.Verdicts[1].Total = 999 // is not believed
	sheet := evaluate(in, "")
	if v, ok := sheet.Verdict(p.Members[1].ID); !ok || v != (branch.Verdict{Member: p.Members[1].ID, Total: 63, Grade: "合格", InFavour: 2}) || sheet.State != branch.Evaluated {
		t.Errorf("recorded: %+v", v)
	}
	if s := sheet.Suggest(sheet.Rows[0].Until.Total); s != 1 || sheet.Suggest(59) != -1 {
		t.Errorf("70 points suggest %d", s)
	}
	evaluate(in, "branch.reason_needed")
	in.Reason, in.Verdicts[0].Grade = "打字有误", "优秀"
	if sheet = evaluate(in, ""); len(sheet.Records) != 2 || sheet.Records[1].Verdicts[0].Grade != "合格" {
		t.Errorf("records: %+v", sheet.Records)
	}
}

// opensTheNextYear sees that nothing is carried over, and that a base of nothing makes no line.
func (p *party) opensTheNextYear(t *testing.T) {
	ctx := context.Background()
	again, err := p.svc.Scheme(ctx, p.Clerk, p.Village, year+1)
	p.Wants(err, "")
	if again.State != branch.None || len(again.Items) != 3 {
		t.Errorf("suggested: %+v", again)
	}
	_, err = p.svc.ChangeMember(ctx, p.Clerk, p.Village, branch.ChangeInput{ID: p.Members[1].ID, Class: branch.Probationary})
	p.Wants(err, "")
	_, err = p.svc.ChangeMember(ctx, p.Clerk, p.Village, branch.ChangeInput{ID: p.Members[2].ID, Left: 20261220})
	p.Wants(err, "")
	draft, err := p.svc.PutDraft(ctx, p.Clerk, p.Village, year+1, 0, again.Content)
	p.Wants(err, "")
	_, err = p.svc.Adopt(ctx, p.Secretary, p.Village, year+1, draft.Version, votes(20261220, 2))
	p.Wants(err, "")
	l, err := p.svc.List(ctx, p.Clerk, p.Village, year+1, 1)
	p.Wants(err, "")
	if len(l.Rows) != 2 || l.Rows[0].Until != (branch.Sums{Base: 60, Total: 60}) || l.Rows[1].Until != (branch.Sums{}) || l.FromDay != 20270101 {
		t.Errorf("the new year: %+v", l.Rows)
	}
	p.verify()
}

func TestASchemeIsVotedOnAndStays(t *testing.T) {
	t.Parallel()
	p, ctx := open(t), context.Background()
	first, err := p.svc.Scheme(ctx, p.Clerk, p.Village, year)
	p.Wants(err, "")
	if first.Name != "前进村党支部" || len(first.Items) < 15 || first.Bases != (branch.Bases{}) || first.Grades[0].From != branch.Unbounded {
		t.Errorf("suggested: %+v", first)
	}
	_, err = p.svc.PutDraft(ctx, p.Clerk, p.Village, year, 0, first.Content) // what is suggested can be kept
	p.Wants(err, "")
	_, err = p.svc.PutDraft(ctx, p.Clerk, p.Village, year, 0, content())
	p.Wants(err, "branch.changed_meanwhile")
	draft, err := p.svc.PutDraft(ctx, p.Clerk, p.Village, year, 1, content())
	p.Wants(err, "")
	for y, code := range map[int64]string{2025: "branch.bad_year", 2028: "branch.bad_year"} {
		_, err = p.svc.PutDraft(ctx, p.Clerk, p.Village, y, 0, content())
		p.Wants(err, code)
	}
	adopt := func(v rulebook.Vote, code string) {
		t.Helper()
		_, err := p.svc.Adopt(ctx, p.Secretary, p.Village, year, draft.Version, v)
		p.Wants(err, code)
	}
	adopt(votes(20260910, 3), "branch.no_members")
	for _, name := range []string{"王建国", "李芬", "陈永贵"} {
		p.Members = append(p.Members, p.join(p.resident(name, true), branch.Ordinary))
	}
	adopt(votes(20260910, 4), "branch.due_too_many")
	adopt(rulebook.Vote{Day: 20260910, Due: 3, Present: 1, InFavour: 1, MinutesNo: "1"}, "rulebook.vote_present")
	adopt(rulebook.Vote{Day: 20260910, Due: 3, Present: 3, InFavour: 1, MinutesNo: "1"}, "rulebook.vote_favour_due")
	_, err = p.svc.List(ctx, p.Clerk, p.Village, year, 1)
	p.Wants(err, "branch.not_voted")
	draft.Version--
	adopt(votes(20260910, 3), "branch.changed_meanwhile")
	draft.Version++
	adopt(votes(20260910, 3), "")
	adopt(votes(20260910, 3), "branch.no_draft")
	_, err = p.svc.PutDraft(ctx, p.Clerk, p.Village, year, draft.Version+1, content())
	p.Wants(err, "branch.not_draft")
}

func TestWhatASchemeMayNotSay(t *testing.T) {
	t.Parallel()
	p := open(t)
	for code, change := range map[string]func(*branch.Content){
		"branch.bad_base":        func(c *branch.Content) { c.Bases.Floating = -1 },
		"branch.bad_answer_days": func(c *branch.Content) { c.AnswerDays = 0 },
		"branch.bad_items":       func(c *branch.Content) { c.Items = nil },
		"branch.code_twice":      func(c *branch.Content) { c.Items[1].Code = " A1 " },
		"branch.bad_text":        func(c *branch.Content) { c.Items[1].TextZh = strings.Repeat("长", 61) },
		"branch.bad_points":      func(c *branch.Content) { c.Items[1].Points = 0 },
		"branch.bad_most":        func(c *branch.Content) { c.Items[1].Most = 101 },
		"branch.bad_grades":      func(c *branch.Content) { c.Grades = c.Grades[:1] },
		"branch.bad_from":        func(c *branch.Content) { c.Grades[1].From = 90 },
		"branch.grade_twice":     func(c *branch.Content) { c.Grades[2].TextZh = "优秀" },
		"rulebook.red_line":      func(c *branch.Content) { c.Items[2].TextZh = "上访的每次扣分" },
	} {
		one := content()
		change(&one)
		_, err := p.svc.PutDraft(context.Background(), p.Clerk, p.Village, year, 0, one)
		p.Wants(err, code)
	}
}

func TestWhatAnEntryNeeds(t *testing.T) {
	t.Parallel()
	p, ctx := open(t, "王建国", "李芬", "陈永贵"), context.Background()
	p.adopt(20260910)
	m := p.Members[0]
	refused := func(code string, in branch.ProposeInput) {
		t.Helper()
		_, err := p.svc.Propose(ctx, p.Clerk, p.Village, in)
		p.Wants(err, code)
	}
	good := branch.ProposeInput{Year: year, Member: m.ID, Item: "A1", Times: 1, Day: 20260910}
	for code, change := range map[string]func(*branch.ProposeInput){
		"branch.not_in_force": func(in *branch.ProposeInput) { in.Year = 2025 },
		"branch.no_item":      func(in *branch.ProposeInput) { in.Item = "Z9" },
		"branch.bad_times":    func(in *branch.ProposeInput) { in.Times = 0 },
		"branch.day_outside":  func(in *branch.ProposeInput) { in.Day = 20260909 }, // before the vote
		"branch.no_member":    func(in *branch.ProposeInput) { in.Member = 7 },
		"branch.most_reached": func(in *branch.ProposeInput) { in.Times = 13 },
		"branch.told_day":     func(in *branch.ProposeInput) { in.Item, in.Note = "M1", "三次未到" },
		"claims.text_missing": func(in *branch.ProposeInput) { in.Item, in.Told = "M1", 20260910 },
		"branch.no_entry":     func(in *branch.ProposeInput) { in.Undoes = 7 },
	} {
		in := good
		change(&in)
		refused(code, in)
	}
	p.decide(p.propose(m, "A1", 9), "")
	waits := p.propose(m, "A1", 3)
	good.Times = 1
	refused("branch.most_reached", good) // what waits counts
	_, err := p.svc.Decide(ctx, p.Secretary, p.Village, branch.Decision{ID: waits.ID})
	p.Wants(err, "claims.text_missing")
	_, err = p.svc.Decide(ctx, p.Secretary, p.Village, branch.Decision{ID: waits.ID, Version: 9, Post: true})
	p.Wants(err, "branch.changed_meanwhile")
	_, err = p.svc.Answer(ctx, p.Clerk, p.Village, branch.AnswerInput{ID: waits.ID, Text: "好", Day: 20260910})
	p.Wants(err, "branch.nothing_to_answer")
	_, err = p.svc.Decide(ctx, p.Secretary, p.Village, branch.Decision{ID: waits.ID, Reason: "没有签到"})
	p.Wants(err, "")
	p.decide(waits, "branch.decided")
	for range 10 { // 60 + 45 − 100
		e := p.propose(m, "M1", 1)
		p.answer(e)
		p.decide(e, "")
	}
	e := p.propose(m, "M1", 1)
	p.answer(e)
	p.decide(e, "branch.too_few_points")
	p.verify()
}

// Two people, neither of the member's household; and nobody outside the branch.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	p, ctx := open(t, "王建国", "李芬", "陈永贵"), context.Background()
	p.adopt(20260910)
	e := p.propose(p.Members[0], "A2", 1)
	_, err := p.svc.Decide(ctx, p.Clerk, p.Village, branch.Decision{ID: e.ID, Post: true})
	p.Wants(err, "branch.own_proposal")
	kin := p.Secretary
	kin.Village, kin.Household = p.Village, p.Members[0].Household
	_, err = p.svc.Decide(ctx, kin, p.Village, branch.Decision{ID: e.ID, Post: true})
	p.Wants(err, "branch.own_household")
	card := core.Actor{Kind: core.CardActor, ID: 1, Village: p.Village, Household: p.Members[0].Household, Unlocked: true}
	for name, by := range map[string]core.Actor{"keeper": p.Keeper, "supervisor": p.Supervisor, "township": p.Township, "auditor": p.Auditor, "card": card} {
		_, list := p.svc.List(ctx, by, p.Village, year, 3)
		_, members := p.svc.Members(ctx, by, p.Village)
		_, sheet := p.svc.Sheet(ctx, by, p.Village, year)
		_, _, entries := p.svc.Entries(ctx, by, p.Village, branch.Filter{Year: year}, core.Page{})
		_, decide := p.svc.Decide(ctx, by, p.Village, branch.Decision{ID: e.ID, Post: true})
		for _, err := range []error{list, members, sheet, entries, decide} {
			p.Wants(err, "access.forbidden")
		}
		if err == nil {
			t.Errorf("%s", name)
		}
	}
}

func TestMembersComeAndGo(t *testing.T) {
	t.Parallel()
	p, ctx := open(t, "王建国", "李芬"), context.Background()
	stranger, late := p.resident("欧阳明", false), p.resident("赵丽", true)
	add := func(r directory.Resident, class branch.Class, code string) branch.Member {
		t.Helper()
		m, err := p.svc.AddMember(ctx, p.Clerk, p.Village, branch.AddInput{Resident: r.ID, Class: class, Day: 20260910})
		p.Wants(err, code)
		return m
	}
	add(stranger, branch.Ordinary, "branch.not_party")
	add(late, "chief", "branch.bad_class")
	waiting, err := p.svc.Candidates(ctx, p.Clerk, p.Village)
	if err != nil || len(waiting) != 1 || waiting[0].Name != "赵丽" {
		t.Errorf("candidates: %+v, %v", waiting, err)
	}
	p.adopt(20260910)
	m := add(late, branch.Floating, "")
	add(late, branch.Floating, "branch.already_member")
	if row := p.list(3).Rows[2]; row.Until.Total != 50 || row.Opened != branch.Floating {
		t.Errorf("joined within the year: %+v", row)
	}
	_, err = p.svc.ChangeMember(ctx, p.Clerk, p.Village, branch.ChangeInput{ID: m.ID, Left: 20260909})
	p.Wants(err, "branch.bad_day")
	left, err := p.svc.ChangeMember(ctx, p.Clerk, p.Village, branch.ChangeInput{ID: m.ID, Left: 20260910})
	p.Wants(err, "")
	if left.LeftDay != 20260910 || len(p.list(3).Rows) != 3 {
		t.Errorf("left: %+v", left)
	}
	again := add(late, branch.Ordinary, "")
	if again.ID != m.ID || p.list(3).Rows[2].Until.Total != 50 {
		t.Errorf("came back: %+v", again)
	}
	p.verify()
}

// The audit trail is read outside the branch, so it names nobody and nothing.
func TestTheAuditTrailSaysNothingOfAnybody(t *testing.T) {
	t.Parallel()
	p, ctx := open(t, "王建国", "李芬", "陈永贵"), context.Background()
	p.adopt(20260910)
	e := p.propose(p.Members[0], "M1", 1)
	p.answer(e)
	p.decide(e, "")
	var seen []string
	p.Wants(p.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT action, before, after FROM audit WHERE village = $1 AND action LIKE 'branch.%' ORDER BY id`, func(r store.Row) error {
			var action, before, after string
			err := r.Scan(&action, &before, &after)
			seen = append(seen, fmt.Sprint(action, before, after))
			return err
		}, p.Village)
	}), "")
	if len(seen) != 8 {
		t.Errorf("audit lines: %q", seen)
	}
	for _, one := range seen {
		if strings.ContainsAny(one, "王李陈次提没") || strings.Contains(one, "points") {
			t.Errorf("says too much: %s", one)
		}
	}
}

// The book's list says that a line stands there, and the statement of accounts leaves the branch's out.
func TestTheBookWithholdsTheBranch(t *testing.T) {
	t.Parallel()
	p, ctx := open(t, "王建国", "李芬", "陈永贵"), context.Background()
	p.adopt(20260910)
	p.decide(p.propose(p.Members[0], "A1", 2), "")
	book := ledger.New(p.Store, p.Clock, p.IDs, nil)
	lines, _, err := book.Lines(ctx, p.Secretary, p.Village, core.Page{})
	p.Wants(err, "")
	if len(lines) != 4 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, l := range lines {
		if want := (ledger.Line{No: int64(4 - i), Voucher: int64(4 - i), Day: l.Day, AtMs: l.AtMs}); l != (ledger.BookLine{Line: want, Withheld: true}) {
			t.Errorf("shown: %+v", l)
		}
		if one, err := book.Line(ctx, p.Secretary, p.Village, l.No); err != nil || !one.Withheld || one.Amount != 0 {
			t.Errorf("one: %+v, %v", one, err)
		}
	}
	owner := p.list(0).Rows[0].Owner
	passbook, _, err := book.HouseholdLines(ctx, p.Keeper, p.Village, owner, core.Page{})
	p.Wants(err, "")
	if len(passbook) != 0 {
		t.Errorf("by the owner's id: %+v", passbook)
	}
	accounts, err := book.Accounts(ctx, p.Secretary, p.Village)
	p.Wants(err, "")
	sum := int64(0)
	for _, a := range accounts {
		if a.Account.OfBranch() {
			t.Errorf("the statement has %s", a.Account)
		}
		sum += a.Balance
	}
	if sum != 0 {
		t.Errorf("what is left sums to %d", sum)
	}
	_, err = book.ReverseLine(ctx, p.Secretary, ledger.ReverseInput{Village: p.Village, No: 4, Reason: "试一试"})
	p.Wants(err, "ledger.not_reversible")
}

// Verify asks for the member's year behind every line.
func TestVerifyHoldsTheBranchsLinesToItsMembers(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error){
		"names the member's year": func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM branch_year WHERE village = $1`, v)
		},
		"names household": func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET kind = 2, debit = 11, credit = 2, category = 'council' WHERE village = $1 AND no = 4`, v)
		},
		"the lines make it": func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET owner = (SELECT MIN(id) FROM branch_year WHERE village = $1) WHERE village = $1 AND no = 2`, v)
		},
	} {
		p, ctx := open(t, "王建国", "李芬", "陈永贵"), context.Background()
		p.adopt(20260910)
		p.decide(p.propose(p.Members[0], "A1", 2), "")
		p.verify()
		p.Wants(p.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
			n, err := change(ctx, tx, p.Village)
			if n == 0 {
				t.Error("nothing was changed")
			}
			return err
		}), "")
		report, err := ledger.VerifyVillage(ctx, p.Store, p.Village, nil)
		p.Wants(err, "")
		if report.Fault == nil || !strings.Contains(report.Fault.What, what) {
			t.Errorf("%s: found %v", what, report.Fault)
		}
	}
}
