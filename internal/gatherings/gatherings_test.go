package gatherings_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/claims/claimstest"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/gatherings"
)

type hall struct {
	*claimstest.Place
	svc *gatherings.Service
}

func open(t testing.TB, homes int) *hall {
	p := claimstest.New(t, homes)
	return &hall{p, gatherings.New(p.Store, p.Clock, p.IDs, p.Claims)}
}

func meeting() gatherings.Plan {
	return gatherings.Plan{Kind: gatherings.Meeting, Title: "九月群众会", Place: "村委会坝子", Day: claimstest.Today, FromMin: 19 * 60, ToMin: 21 * 60,
		Counts: []gatherings.Counts{{Rule: "A01", Who: gatherings.Whole}}}
}

func cleanup() gatherings.Plan {
	p := meeting()
	p.Kind, p.Title, p.Counts = gatherings.Cleanup, "河道清洁", []gatherings.Counts{{Rule: "B02", Who: gatherings.Hours, Hours: 2}}
	return p
}

func (h *hall) plan(p gatherings.Plan) gatherings.Gathering {
	h.T.Helper()
	g, err := h.svc.Plan(context.Background(), h.Clerk, h.Village, p)
	h.Wants(err, "")
	return g
}

func (h *hall) mark(id core.ID, marks ...gatherings.Mark) []gatherings.Refused {
	h.T.Helper()
	refused, err := h.svc.Mark(context.Background(), h.Clerk, h.Village, id, marks)
	h.Wants(err, "")
	return refused
}

func (h *hall) whole(i int) gatherings.Mark {
	return gatherings.Mark{Household: h.Homes[i], Arrival: gatherings.ArrivedOnTime, Stayed: true}
}

// An evening from the plan to the claims: on time and to the end counts, late or gone early does not.
func TestAnEvening(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 5), context.Background()
	g := h.plan(meeting())
	early, late := h.whole(1), h.whole(2)
	early.Stayed, late.Arrival = false, gatherings.ArrivedLate
	h.mark(g.ID, h.whole(0), early, late)
	h.mark(g.ID, h.whole(3))

	tried, err := h.svc.TryClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	if tried.Made || tried.Claims() != 2 || tried.Parts[0].Points != 4 || len(tried.Parts[0].Rows) != 2 || tried.Parts[0].TextZh == "" {
		t.Errorf("tried: %+v", tried)
	}
	if n := len(h.ClaimsOf(0)); n != 0 {
		t.Fatalf("a dry run wrote %d claims", n)
	}
	made, err := h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	if !made.Made || made.Claims() != 2 || len(made.Parts[0].Sheets) != 1 {
		t.Errorf("made: %+v", made)
	}
	claim := h.ClaimsOf(3)[0]
	if claim.State != claims.Submitted || claim.Source != claims.FromSheet || claim.Event != "九月群众会 2026-09-10" || claim.ByID != h.Clerk.ID {
		t.Errorf("the claim: %+v", claim)
	}
	again, err := h.svc.MakeClaims(ctx, h.Secretary, h.Village, g.ID)
	h.Wants(err, "")
	if fmt.Sprint(again) != fmt.Sprint(made) || len(h.ClaimsOf(0)) != 1 {
		t.Errorf("a second press: %+v", again)
	}
	now, err := h.svc.Gathering(ctx, h.Auditor, h.Village, g.ID)
	h.Wants(err, "")
	if now.State != gatherings.Claimed || now.Claims != 2 || now.Points != 4 || now.Marked != 4 || now.ClaimedName != h.Clerk.Name {
		t.Errorf("after it: %+v", now)
	}
	want := []string{"gatherings.claim", "gatherings.mark", "gatherings.mark", "gatherings.plan"}
	if got := h.Actions("gatherings."); !slices.Equal(got, want) {
		t.Errorf("the trail: %v", got)
	}
}

// A mark replaces the one before it and can be taken away; a bad line stops no other.
func TestMarksAreIdempotentAndEachForItself(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	g := h.plan(cleanup())
	h.mark(g.ID, h.whole(0), h.whole(0))
	refused := h.mark(g.ID,
		gatherings.Mark{Household: 4711, Arrival: gatherings.ArrivedOnTime},
		gatherings.Mark{Household: h.Homes[1], Arrival: "on a horse"},
		gatherings.Mark{Household: h.Homes[1], Arrival: gatherings.ArrivedLate, Hours: 25},
		gatherings.Mark{Household: h.Homes[1], Spoke: true},
		gatherings.Mark{Household: h.Homes[0], Arrival: gatherings.ArrivedLate, Hours: 3},
		gatherings.Mark{Household: h.Homes[2], Arrival: gatherings.ArrivedOnTime})
	codes := []string{}
	for _, r := range refused {
		codes = append(codes, r.Code)
	}
	if want := []string{"claims.no_household", "gatherings.bad_mark", "gatherings.bad_hours", "gatherings.bad_mark"}; !slices.Equal(codes, want) {
		t.Errorf("refused: %v", codes)
	}
	h.mark(g.ID, gatherings.Mark{Household: h.Homes[2]})
	_, roll, err := h.svc.Roll(context.Background(), h.Supervisor, h.Village, g.ID)
	h.Wants(err, "")
	marks := slices.DeleteFunc(slices.Clone(roll), func(m gatherings.Marked) bool { return m.Arrival == gatherings.Absent })
	if len(roll) != 3 || len(marks) != 1 || marks[0].Arrival != gatherings.ArrivedLate || marks[0].Hours != 3 || marks[0].Stayed || marks[0].Head != "王建国" {
		t.Errorf("marks: %+v", marks)
	}
}

// Hours become units, caps cut, and who is left out stays on record with the reason.
func TestHoursAndCaps(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 4), context.Background()
	_, err := h.Claims.Submit(ctx, h.Clerk, h.Village, claims.Deed{Household: h.Homes[0], Rule: "B02", Day: claimstest.Today, Qty: 4, Step: -1, Event: "河边清理"})
	h.Wants(err, "")
	_, err = h.Claims.Submit(ctx, h.Card(1), h.Village, claims.Deed{Household: h.Homes[1], Rule: "B02", Day: claimstest.Today, Qty: 3, Step: -1})
	h.Wants(err, "")
	g := h.plan(cleanup())
	for i, hours := range []int64{4, 4, 1, 5} {
		m := h.whole(i)
		m.Hours = hours
		h.mark(g.ID, m)
	}
	made, err := h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	if made.Claims() != 1 || made.Parts[0].Points != 10 {
		t.Errorf("made: %+v", made)
	}
	left := map[int64]string{}
	for _, r := range made.Parts[0].Rows {
		left[r.Number] = r.Code
	}
	if want := map[int64]string{1: "claims.cap_reached", 2: "claims.same_deed", 3: "gatherings.too_few_hours"}; fmt.Sprint(left) != fmt.Sprint(want) {
		t.Errorf("left out: %v", left)
	}
	// The same deed through two doors counts once: what the household claimed itself stays.
	if all := h.ClaimsOf(1); len(all) != 1 || all[0].Points != 15 {
		t.Errorf("claims beside the own one: %+v", all)
	}
	if c := h.ClaimsOf(3)[0]; c.Qty != 2 || c.Points != 10 {
		t.Errorf("five hours: %+v", c)
	}
}

// Two gatherings of one name are two events; the same one is claimed once, whoever presses when.
func TestOnceAndApart(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 2), context.Background()
	first := h.plan(meeting())
	h.Clock.SetDay(claimstest.Today + 7)
	next := meeting()
	next.Day += 7
	second := h.plan(next)
	h.mark(first.ID, h.whole(0))
	h.mark(second.ID, h.whole(0))
	var all sync.WaitGroup
	for range 4 {
		for _, g := range []gatherings.Gathering{first, second} {
			all.Go(func() {
				if _, err := h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if n := len(h.ClaimsOf(0)); n != 2 {
		t.Errorf("%d claims of two meetings", n)
	}
}

func TestAGatheringIsCorrectedOrCancelledBeforeItsClaims(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 2), context.Background()
	g := h.plan(meeting())
	better := meeting()
	better.Place, better.Counts = "二组院坝", []gatherings.Counts{{Rule: "A03", Who: gatherings.Present}}
	changed, err := h.svc.Change(ctx, h.Secretary, h.Village, g.ID, g.Version, better)
	h.Wants(err, "")
	if changed.Place != "二组院坝" || len(changed.Counts) != 1 || changed.Counts[0].Rule != "A03" {
		t.Errorf("changed: %+v", changed)
	}
	_, err = h.svc.Change(ctx, h.Clerk, h.Village, g.ID, g.Version, meeting())
	h.Wants(err, "gatherings.changed_meanwhile")
	_, err = h.svc.Cancel(ctx, h.Clerk, h.Village, g.ID, " ")
	h.Wants(err, "claims.text_missing")
	off, err := h.svc.Cancel(ctx, h.Clerk, h.Village, g.ID, "下大雨")
	h.Wants(err, "")
	if off.State != gatherings.Cancelled || off.Reason != "下大雨" {
		t.Errorf("cancelled: %+v", off)
	}
	for what, err := range map[string]error{
		"mark":   second(h.svc.Mark(ctx, h.Clerk, h.Village, g.ID, []gatherings.Mark{h.whole(0)})),
		"claims": second(h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)),
		"change": second(h.svc.Change(ctx, h.Clerk, h.Village, g.ID, 0, meeting())),
	} {
		if err == nil || errs.CodeOf(err) != "gatherings.cancelled" {
			t.Errorf("%s after it: %v", what, err)
		}
	}
	done := h.plan(meeting())
	h.mark(done.ID, h.whole(0))
	_, err = h.svc.MakeClaims(ctx, h.Clerk, h.Village, done.ID)
	h.Wants(err, "")
	_, err = h.svc.Mark(ctx, h.Clerk, h.Village, done.ID, []gatherings.Mark{h.whole(1)})
	h.Wants(err, "gatherings.claimed")
	_, err = h.svc.Cancel(ctx, h.Clerk, h.Village, done.ID, "…")
	h.Wants(err, "gatherings.claimed")
	list, _, err := h.svc.Gatherings(ctx, h.Township, h.Village, gatherings.Cancelled, core.Page{})
	h.Wants(err, "")
	if len(list) != 1 || list[0].ID != g.ID {
		t.Errorf("the list: %+v", list)
	}
}

func second[T any](_ T, err error) error { return err }

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 1), context.Background()
	with := func(change func(*gatherings.Plan)) gatherings.Plan {
		p := meeting()
		p.Counts = slices.Clone(p.Counts)
		change(&p)
		return p
	}
	rule := func(c ...gatherings.Counts) gatherings.Plan {
		return with(func(p *gatherings.Plan) { p.Counts = c })
	}
	for _, c := range []struct {
		name string
		by   core.Actor
		plan gatherings.Plan
		code string
	}{
		{"the keeper's", h.Keeper, meeting(), "access.forbidden"},
		{"a household's", h.Card(0), meeting(), "access.forbidden"},
		{"one without a title", h.Clerk, with(func(p *gatherings.Plan) { p.Title = "\t" }), "claims.text_missing"},
		{"an unknown kind", h.Clerk, with(func(p *gatherings.Plan) { p.Kind = "feast" }), "gatherings.bad_kind"},
		{"no such day", h.Clerk, with(func(p *gatherings.Plan) { p.Day = 20260931 }), "gatherings.bad_day"},
		{"an end before the beginning", h.Clerk, with(func(p *gatherings.Plan) { p.ToMin = p.FromMin }), "gatherings.bad_time"},
		{"no rule", h.Clerk, rule(), "gatherings.bad_number_of_rules"},
		{"an unknown rule", h.Clerk, rule(gatherings.Counts{Rule: "Z99", Who: gatherings.Present}), "rulebook.no_rule"},
		{"a rule twice", h.Clerk, rule(gatherings.Counts{Rule: "A01", Who: gatherings.Present}, gatherings.Counts{Rule: "A01", Who: gatherings.Spoke}), "gatherings.rule_twice"},
		{"a rule with steps", h.Clerk, rule(gatherings.Counts{Rule: "B01", Who: gatherings.Present}), "gatherings.rule_has_steps"},
		{"hours of a rule without units", h.Clerk, rule(gatherings.Counts{Rule: "A01", Who: gatherings.Hours, Hours: 2}), "gatherings.bad_rule"},
		{"a deduction for coming", h.Clerk, rule(gatherings.Counts{Rule: "M03", Who: gatherings.Present}), "gatherings.bad_rule"},
	} {
		if _, err := h.svc.Plan(ctx, c.by, h.Village, c.plan); err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	tomorrow := h.plan(with(func(p *gatherings.Plan) { p.Day = claimstest.Today + 1 }))
	_, err := h.svc.Mark(ctx, h.Clerk, h.Village, tomorrow.ID, []gatherings.Mark{h.whole(0)})
	h.Wants(err, "gatherings.not_yet")
	_, err = h.svc.TryClaims(ctx, h.Clerk, h.Village, tomorrow.ID)
	h.Wants(err, "gatherings.not_yet")
	empty := h.plan(meeting())
	_, err = h.svc.MakeClaims(ctx, h.Clerk, h.Village, empty.ID)
	h.Wants(err, "gatherings.nothing_to_claim")
	_, err = h.svc.MakeClaims(ctx, h.Supervisor, h.Village, empty.ID)
	h.Wants(err, "access.forbidden")
	_, err = h.svc.Gathering(ctx, h.Clerk, h.Village, 4711)
	h.Wants(err, "gatherings.no_gathering")
	_, err = h.svc.Mark(ctx, h.Clerk, h.Village, empty.ID, nil)
	h.Wants(err, "gatherings.bad_number_of_marks")
}

// A village larger than one sheet becomes several, in one command.
func TestAVillageLargerThanASheet(t *testing.T) {
	t.Parallel()
	n := claims.MaxRows + 1
	h, ctx := open(t, n), context.Background()
	g := h.plan(meeting())
	var marks []gatherings.Mark
	for i := range n {
		marks = append(marks, h.whole(i))
	}
	for few := range slices.Chunk(marks, gatherings.MaxMarks) {
		h.mark(g.ID, few...)
	}
	made, err := h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	if made.Claims() != int64(n) || len(made.Parts[0].Sheets) != 2 {
		t.Errorf("%d claims on %d sheets", made.Claims(), len(made.Parts[0].Sheets))
	}
}
