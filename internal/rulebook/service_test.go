package rulebook_test

import (
	"context"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// house is a county with its template and one village in it.
type house struct {
	st      *store.Store
	clock   *storetest.Clock
	rules   *rulebook.Service
	village core.Area
	county  core.Area
}

func newHouse(t *testing.T) *house {
	t.Helper()
	clock := storetest.NewClock(20260908)
	st := storetest.Open(t)
	h := &house{st: st, clock: clock, rules: rulebook.New(st, clock, core.NewIDs(clock)), village: storetest.Village()}
	h.county = h.village.Parent().Parent()
	for range 2 { // the second time does nothing
		if err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return rulebook.SeedTemplate(ctx, tx, h.county, 20260101, clock.Now())
		}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h *house) staff(role core.Role, area core.Area) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: 5, Name: "李书记", Grants: []core.Grant{{Role: role, Area: area}}}
}

func (h *house) secretary() core.Actor { return h.staff(core.RoleSecretary, h.village) }

// draft makes a draft and gives its number.
func (h *house) draft(t *testing.T) int64 {
	t.Helper()
	v, err := h.rules.Draft(context.Background(), h.secretary(), rulebook.DraftInput{Area: h.village, Title: "前进村积分细则"})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// township is the officer who puts the village's rules on file.
func (h *house) township() core.Actor {
	by := h.staff(core.RoleTownship, h.village.Parent())
	by.ID, by.Name = 6, "钱镇审"
	return by
}

func (h *house) vote(version int64) rulebook.VoteInput {
	return rulebook.VoteInput{Village: h.village, Version: version, NoticeDays: 3, Vote: rulebook.Vote{Kind: rulebook.Representatives,
		Day: core.DayOf(h.clock.Now()), Due: 30, Present: 24, InFavour: 20, MinutesNo: "村代会〔2026〕3号"}}
}

// enact carries a version from its draft to its publication.
func (h *house) enact(version int64, from core.Day) error {
	return h.rules.Enact(context.Background(), h.secretary(), h.township(),
		rulebook.Enacted{VoteInput: h.vote(version), FilingNo: "白泥备〔2026〕7号", FromDay: from})
}

func (h *house) adopt(t *testing.T, version int64, from core.Day) {
	t.Helper()
	if err := h.enact(version, from); err != nil {
		t.Fatal(err)
	}
}

func (h *house) at(t *testing.T, day core.Day, code string) (rulebook.Rule, int64, error) {
	t.Helper()
	var r rulebook.Rule
	var version int64
	err := h.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		r, version, err = rulebook.RuleAt(ctx, tx, h.village, day, code)
		return err
	})
	return r, version, err
}

func wantCode(t *testing.T, name string, err error, code string) {
	t.Helper()
	if err == nil || errs.CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", name, err, code)
	}
}

func TestADeedIsJudgedByTheRulesOfItsDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	_, _, err := h.at(t, 20260908, "A01")
	wantCode(t, "before any vote", err, "rulebook.none_in_force")
	h.adopt(t, h.draft(t), 20261001)
	_, _, err = h.at(t, 20260930, "A01")
	wantCode(t, "the day before", err, "rulebook.none_in_force")
	h.clock.SetDay(20261110)
	second := h.draft(t)
	if r, err := h.rules.EditRule(ctx, h.secretary(), rulebook.EditInput{Village: h.village, Version: second, Code: "A01", Enabled: true, Points: 4, CapCount: 1, Self: true}); err != nil || r.Points != 4 || r.TextZh == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := h.rules.EditRule(ctx, h.secretary(), rulebook.EditInput{Village: h.village, Version: second, Code: "C02"}); err != nil {
		t.Fatal(err)
	}
	h.adopt(t, second, 20270101)
	for _, c := range []struct {
		day     core.Day
		points  core.Points
		version int64
	}{{20261001, 2, 1}, {20261231, 2, 1}, {20270101, 4, 2}, {20280101, 4, 2}} {
		r, version, err := h.at(t, c.day, "A01")
		if err != nil || r.Points != c.points || version != c.version {
			t.Errorf("%s: %d points, version %d, %v", c.day, r.Points, version, err)
		}
	}
	if _, _, err := h.at(t, 20261231, "C02"); err != nil {
		t.Error(err)
	}
	_, _, err = h.at(t, 20270101, "C02")
	wantCode(t, "a line left out", err, "rulebook.no_rule")
	third, err := h.rules.Draft(ctx, h.secretary(), rulebook.DraftInput{Area: h.village, Title: "细则", Source: rulebook.FromTemplate})
	if err != nil {
		t.Fatal(err)
	}
	set, err := h.rules.Ruleset(ctx, h.secretary(), h.village, third)
	if err != nil || len(set.Rules) != 15 || set.BaseVersion != 1 || set.State != rulebook.Draft {
		t.Errorf("from the template: %d lines, %+v, %v", len(set.Rules), set, err)
	}
}

func TestAWeightStaysInsideTheCountysBounds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	version := h.draft(t)
	for _, c := range []struct {
		name, code, field string
		in                rulebook.EditInput
	}{
		{"above", "rulebook.out_of_bounds", "points", rulebook.EditInput{Code: "A01", Points: 6, CapCount: 1}},
		{"below", "rulebook.out_of_bounds", "points", rulebook.EditInput{Code: "A01", Points: 0, CapCount: 1}},
		{"10^18", "rulebook.out_of_bounds", "points", rulebook.EditInput{Code: "A01", Points: 1_000_000_000_000_000_000, CapCount: 1}},
		{"a gain made a fine", "rulebook.out_of_bounds", "points", rulebook.EditInput{Code: "A01", Points: -2, CapCount: 1}},
		{"a fine made a gain", "rulebook.out_of_bounds", "points", rulebook.EditInput{Code: "M01", Points: 2, CapCount: 1}},
		{"a step above", "rulebook.out_of_bounds", "scale", rulebook.EditInput{Code: "B01", Scale: []core.Points{10, 21}, CapCount: 1}},
		{"a step too few", "rulebook.scale_steps", "scale", rulebook.EditInput{Code: "B01", Scale: []core.Points{10}, CapCount: 1}},
		{"a cap lifted", "rulebook.cap_loosened", "cap_points", rulebook.EditInput{Code: "A02", Points: 10}},
		{"a cap raised", "rulebook.cap_loosened", "cap_points", rulebook.EditInput{Code: "A02", Points: 10, CapPoints: 21}},
		{"more often", "rulebook.cap_loosened", "cap_count", rulebook.EditInput{Code: "A01", Points: 2, CapCount: 2}},
		{"a cap below one deed", "rulebook.bad_rule", "cap_points", rulebook.EditInput{Code: "A02", Points: 10, CapPoints: 5}},
		{"a deduction to claim oneself", "rulebook.self_refused", "self", rulebook.EditInput{Code: "M01", Points: -2, CapCount: 1, Self: true}},
		{"a line the county does not have", "rulebook.no_rule", "rule", rulebook.EditInput{Code: "Q99", Points: 2}},
	} {
		c.in.Village, c.in.Version, c.in.Enabled = h.village, version, true
		_, err := h.rules.EditRule(context.Background(), h.secretary(), c.in)
		wantCode(t, c.name, err, c.code)
		if err != nil && errs.From(err).Field != c.field {
			t.Errorf("%s: at %s", c.name, errs.From(err).Field)
		}
	}
	out := rulebook.EditInput{Village: h.village, Version: version, Code: "B01"}
	if _, err := h.rules.EditRule(context.Background(), h.secretary(), out); err != nil {
		t.Fatal(err)
	}
	out.Enabled, out.Scale, out.CapCount, out.CapPoints = true, []core.Points{8, 4}, 1, 20
	if _, err := h.rules.EditRule(context.Background(), h.secretary(), out); err != nil {
		t.Fatal(err)
	}
	set, err := h.rules.Ruleset(context.Background(), h.secretary(), h.village, version)
	if err != nil || len(set.Rules) != 15 {
		t.Fatalf("%d lines, %v", len(set.Rules), err)
	}
	if r := set.Rules[3]; r.Code != "B01" || r.Points != 8 || r.Scale[1].Points != 4 || r.CapPoints != 20 {
		t.Errorf("taken in again in its place: %+v", r)
	}
}
