package appraisal_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"qunyan/internal/appraisal"
	"qunyan/internal/claims"
	"qunyan/internal/claims/claimstest"
	"qunyan/internal/core"
)

type yard struct {
	*claimstest.Place
	svc *appraisal.Service
}

func open(t testing.TB, homes int) *yard {
	p := claimstest.New(t, homes)
	return &yard{p, appraisal.New(p.Store, p.Clock, p.IDs, p.Claims)}
}

// plan is September's yard rating by n raters; the first lives in the first household.
func (y *yard) plan(n int) appraisal.Plan {
	p := appraisal.Plan{Rule: "B01", Month: 202609, Day: claimstest.Today, Title: "九月庭院评议"}
	for i := range n {
		p.Raters = append(p.Raters, appraisal.Rater{Name: fmt.Sprintf("评议员%c", 'A'+i)})
	}
	p.Raters[0].Household = y.Homes[0]
	return p
}

func (y *yard) begin(n int) appraisal.Appraisal {
	y.T.Helper()
	a, err := y.svc.Open(context.Background(), y.Clerk, y.Village, y.plan(n))
	y.Wants(err, "")
	return a
}

// mark lets a rater mark households 1, 2, 3 … in order; −1 leaves one out.
func (y *yard) mark(id core.ID, rater int64, marks ...int64) []appraisal.Refused {
	y.T.Helper()
	var list []appraisal.Mark
	for i, m := range marks {
		list = append(list, appraisal.Mark{Household: y.Homes[i], Mark: m})
	}
	refused, err := y.svc.Mark(context.Background(), y.Clerk, y.Village, id, rater, list)
	y.Wants(err, "")
	return refused
}

// A month from the group to the claims: the own mark is left out, too few marks bring nothing, grade 0 brings nothing.
func TestAMonth(t *testing.T) {
	t.Parallel()
	y, ctx := open(t, 5), context.Background()
	a := y.begin(5)
	if a.Method != appraisal.Median || len(a.Grades) != 2 || a.Grades[1].Points != 10 || a.Raters[0].Number != 1 {
		t.Fatalf("opened: %+v", a)
	}
	refused := y.mark(a.ID, 1, 2, 2, 0, 0)
	if len(refused) != 1 || refused[0] != (appraisal.Refused{Household: y.Homes[0], Code: "appraisal.own_household"}) {
		t.Errorf("the own household: %+v", refused)
	}
	y.mark(a.ID, 2, 2, 2, 0, 1)
	y.mark(a.ID, 3, 1, 2, 0, -1)
	y.mark(a.ID, 4, 1, 1, 1, -1)
	y.mark(a.ID, 5, 2, 0, 2, -1)
	_, lines, err := y.svc.Marks(ctx, y.Supervisor, y.Village, a.ID)
	y.Wants(err, "")
	// 1: 2 1 1 2 → 1.5 → 2; 2: 2 2 2 1 0 → 2; 3: 0 0 0 1 2 → 0; 4: two marks only; 5: none
	for i, want := range []struct {
		given, grade, own int64
		far               []int64
	}{{4, 2, 1, nil}, {5, 2, 0, []int64{5}}, {5, 0, 0, []int64{5}}, {2, -1, 0, nil}, {0, -1, 0, nil}} {
		l := lines[i]
		if l.Given != want.given || l.Grade != want.grade || l.Own != want.own || !slices.Equal(l.Far, want.far) {
			t.Errorf("household %d: %+v", i+1, l)
		}
	}
	tried, err := y.svc.TryClaims(ctx, y.Clerk, y.Village, a.ID)
	y.Wants(err, "")
	if tried.Made || tried.Claims != 2 || tried.Points != 20 || len(tried.Lines) != 4 || len(y.ClaimsOf(0)) != 0 {
		t.Errorf("tried: %+v", tried)
	}
	made, err := y.svc.MakeClaims(ctx, y.Clerk, y.Village, a.ID)
	y.Wants(err, "")
	if !made.Made || made.Claims != 2 || len(made.Sheets) != 1 || len(made.Lines) != 2 || made.Lines[0].Code != "appraisal.too_few_marks" {
		t.Errorf("made: %+v", made)
	}
	claim := y.ClaimsOf(0)[0]
	if claim.State != claims.Submitted || claim.Source != claims.FromSheet || claim.Event != "九月庭院评议 2026-09" || claim.Step != 0 || claim.Points != 10 {
		t.Errorf("the claim: %+v", claim)
	}
	again, err := y.svc.MakeClaims(ctx, y.Secretary, y.Village, a.ID)
	y.Wants(err, "")
	if fmt.Sprint(again) != fmt.Sprint(made) || len(y.ClaimsOf(0)) != 1 {
		t.Errorf("a second press: %+v", again)
	}
	from, line, found, err := y.svc.LineOf(ctx, y.Supervisor, y.Village, claim.Sheet, claim.Household)
	y.Wants(err, "")
	if !found || from.ID != a.ID || line.Grade != 2 || !slices.Equal(line.Marks, []int64{-1, 2, 1, 1, 2}) || from.Raters[1].Name == "" {
		t.Errorf("what the claim was made of: %v %+v", found, line)
	}
	if from, line, _, err = y.svc.LineOf(ctx, y.Auditor, y.Village, claim.Sheet, claim.Household); err != nil || line.Grade != 2 || line.Marks != nil || from.Raters[1].Name != "" {
		t.Errorf("for a reader the marks do not concern: %+v, %v", line, err)
	}
	if _, _, found, err = y.svc.LineOf(ctx, y.Supervisor, y.Village, 4711, claim.Household); err != nil || found {
		t.Errorf("a sheet of nothing: %v, %v", found, err)
	}
	_, err = y.svc.Mark(ctx, y.Clerk, y.Village, a.ID, 2, []appraisal.Mark{{Household: y.Homes[1], Mark: 1}})
	y.Wants(err, "appraisal.claimed")
	_, err = y.svc.Cancel(ctx, y.Clerk, y.Village, a.ID, "重来")
	y.Wants(err, "appraisal.claimed")
	want := []string{"appraisal.claim", "appraisal.mark", "appraisal.mark", "appraisal.mark", "appraisal.mark", "appraisal.mark", "appraisal.open"}
	if got := y.Actions("appraisal."); !slices.Equal(got, want) {
		t.Errorf("the trail: %v", got)
	}
}

func TestGroupsThatCannotBe(t *testing.T) {
	t.Parallel()
	y, ctx := open(t, 3), context.Background()
	for _, c := range []struct {
		code string
		bend func(*appraisal.Plan)
	}{
		{"appraisal.bad_number_of_raters", func(p *appraisal.Plan) { p.Raters = p.Raters[:2] }},
		{"appraisal.bad_number_of_raters", func(p *appraisal.Plan) { p.Raters = y.plan(15).Raters }},
		{"appraisal.even_number_of_raters", func(p *appraisal.Plan) { p.Raters = y.plan(4).Raters }},
		{"appraisal.rater_twice", func(p *appraisal.Plan) { p.Raters[2].Name = p.Raters[1].Name }},
		{"appraisal.rater_twice", func(p *appraisal.Plan) { p.Raters[2].Household = y.Homes[0] }},
		{"claims.text_missing", func(p *appraisal.Plan) { p.Raters[2].Name = " " }},
		{"claims.no_household", func(p *appraisal.Plan) { p.Raters[2].Household = 4711 }},
		{"appraisal.day_outside_month", func(p *appraisal.Plan) { p.Day = 20261001 }},
		{"appraisal.bad_month", func(p *appraisal.Plan) { p.Month = 202613 }},
		{"appraisal.rule_not_rated", func(p *appraisal.Plan) { p.Rule = "A01" }},
		{"rulebook.no_rule", func(p *appraisal.Plan) { p.Rule = "Z99" }},
	} {
		p := y.plan(5)
		c.bend(&p)
		_, err := y.svc.Open(ctx, y.Clerk, y.Village, p)
		y.Wants(err, c.code)
	}
	for _, by := range []core.Actor{y.Supervisor, y.Keeper, y.Township, y.Card(0)} {
		_, err := y.svc.Open(ctx, by, y.Village, y.plan(3))
		y.Wants(err, "access.forbidden")
	}
	y.begin(13)
	_, err := y.svc.Open(ctx, y.Secretary, y.Village, y.plan(3))
	y.Wants(err, "appraisal.exists")
}

func TestMarksAreIdempotentAndEachForItself(t *testing.T) {
	t.Parallel()
	y, ctx := open(t, 4), context.Background()
	a := y.begin(3)
	y.Close(3)
	refused := y.mark(a.ID, 2, 3, 1, -1, 2)
	codes := []string{}
	for _, r := range refused {
		codes = append(codes, r.Code)
	}
	if want := []string{"appraisal.bad_mark", "claims.household_closed"}; !slices.Equal(codes, want) {
		t.Errorf("refused: %v", codes)
	}
	y.mark(a.ID, 2, 1, 2)
	y.mark(a.ID, 2, 1, 2)
	y.mark(a.ID, 2, -1)
	_, lines, err := y.svc.Marks(ctx, y.Clerk, y.Village, a.ID)
	y.Wants(err, "")
	if len(lines) != 3 || !slices.Equal(lines[0].Marks, []int64{-1, -1, -1}) || !slices.Equal(lines[1].Marks, []int64{-1, 2, -1}) {
		t.Errorf("the lines: %+v", lines)
	}
	_, err = y.svc.Mark(ctx, y.Clerk, y.Village, a.ID, 4, []appraisal.Mark{{Household: y.Homes[1]}})
	y.Wants(err, "appraisal.no_rater")
	_, err = y.svc.Mark(ctx, y.Clerk, y.Village, a.ID, 1, nil)
	y.Wants(err, "appraisal.bad_number_of_marks")
	_, _, err = y.svc.Marks(ctx, y.Keeper, y.Village, a.ID)
	y.Wants(err, "access.forbidden")
	_, form, err := y.svc.Form(ctx, y.Keeper, y.Village, a.ID)
	y.Wants(err, "")
	if len(form) != 3 || form[1].Marks != nil || form[0].Own != 1 {
		t.Errorf("the blank sheet: %+v", form)
	}
	_, err = y.svc.MakeClaims(ctx, y.Clerk, y.Village, a.ID)
	y.Wants(err, "appraisal.nothing_to_claim")
}

// A household that is closed between its marks and the claims stops no other.
func TestAHouseholdClosedMeanwhile(t *testing.T) {
	t.Parallel()
	y, ctx := open(t, 4), context.Background()
	a := y.begin(3)
	for rater := int64(1); rater <= 3; rater++ {
		y.mark(a.ID, rater, -1, 1, 2, 1)
	}
	y.Close(2)
	made, err := y.svc.MakeClaims(ctx, y.Clerk, y.Village, a.ID)
	y.Wants(err, "")
	left := map[core.ID]string{}
	for _, l := range made.Lines {
		left[l.Household] = l.Code
	}
	if made.Claims != 2 || made.Points != 10 || left[y.Homes[2]] != "claims.household_closed" || left[y.Homes[0]] != "appraisal.too_few_marks" {
		t.Errorf("made: %+v", made)
	}
}

// The village's way is its vote: only the secretary records it, and an open appraisal keeps the way it began with.
func TestTheWay(t *testing.T) {
	t.Parallel()
	y, ctx := open(t, 2), context.Background()
	first := y.begin(5)
	_, err := y.svc.ChooseWay(ctx, y.Clerk, y.Village, appraisal.Trimmed, "〔2026〕4号")
	y.Wants(err, "access.forbidden")
	_, err = y.svc.ChooseWay(ctx, y.Secretary, y.Village, "mean", "〔2026〕4号")
	y.Wants(err, "appraisal.bad_method")
	_, err = y.svc.ChooseWay(ctx, y.Secretary, y.Village, appraisal.Trimmed, "")
	y.Wants(err, "claims.text_missing")
	_, err = y.svc.ChooseWay(ctx, y.Secretary, y.Village, appraisal.Trimmed, "〔2026〕4号")
	y.Wants(err, "")
	way, err := y.svc.Way(ctx, y.Auditor, y.Village)
	y.Wants(err, "")
	if way.Method != appraisal.Trimmed || way.MinutesNo != "〔2026〕4号" || way.ByName != y.Secretary.Name {
		t.Errorf("the way: %+v", way)
	}
	_, err = y.svc.Cancel(ctx, y.Clerk, y.Village, first.ID, "评议员换届")
	y.Wants(err, "")
	if second := y.begin(5); second.Method != appraisal.Trimmed {
		t.Errorf("after the vote: %+v", second)
	}
	list, next, err := y.svc.Appraisals(ctx, y.Clerk, y.Village, core.Page{Limit: 1})
	y.Wants(err, "")
	rest, _, err := y.svc.Appraisals(ctx, y.Clerk, y.Village, core.Page{Limit: 1, Cursor: next})
	y.Wants(err, "")
	if len(list) != 1 || len(rest) != 1 || rest[0].State != appraisal.Cancelled || rest[0].Method != appraisal.Median {
		t.Errorf("the list: %+v then %+v", list, rest)
	}
}

// Two who open the same month get one appraisal; two who press at once make the claims once.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	y, ctx := open(t, 3), context.Background()
	opened := make([]error, 2)
	var wait sync.WaitGroup
	for i, by := range []core.Actor{y.Clerk, y.Secretary} {
		wait.Go(func() { _, opened[i] = y.svc.Open(ctx, by, y.Village, y.plan(3)) })
	}
	wait.Wait()
	if (opened[0] == nil) == (opened[1] == nil) {
		t.Fatalf("opened twice or never: %v", opened)
	}
	list, _, err := y.svc.Appraisals(ctx, y.Clerk, y.Village, core.Page{})
	y.Wants(err, "")
	for rater := int64(1); rater <= 3; rater++ {
		y.mark(list[0].ID, rater, -1, 2, 1)
	}
	for i, by := range []core.Actor{y.Clerk, y.Secretary} {
		wait.Go(func() { _, opened[i] = y.svc.MakeClaims(ctx, by, y.Village, list[0].ID) })
	}
	wait.Wait()
	y.Wants(opened[0], "")
	y.Wants(opened[1], "")
	if n := len(y.ClaimsOf(1)); n != 1 {
		t.Errorf("%d claims of one household", n)
	}
}
