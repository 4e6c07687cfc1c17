package rulebook_test

import (
	"context"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

func TestTheCountysBoundsBindVillages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	county := h.staff(core.RoleCounty, h.county)
	before, err := h.rules.Baseline(ctx, h.secretary(), h.village)
	if err != nil || before.RateMin != 5 || before.RateMax != 500 || before.NoticeMin != 3 || before.NoticeMax != 7 || before.PartyMeeting {
		t.Fatalf("the product's own bounds: %+v, %v", before, err)
	}
	template, err := h.rules.Draft(ctx, county, rulebook.DraftInput{Area: h.county, Title: "示范文本（修订）"})
	must(t, err)
	bounds := rulebook.Bounds{RateMin: 50, RateMax: 200, FloorMin: 60, FloorMax: 100, NoticeMin: 5, NoticeMax: 6, PartyMeeting: true}
	for field, change := range map[string]func(b *rulebook.Bounds){
		"rate_min_fen": func(b *rulebook.Bounds) { b.RateMin = 0 },
		"rate_max_fen": func(b *rulebook.Bounds) { b.RateMax = 49 },
		"floor_min":    func(b *rulebook.Bounds) { b.FloorMin = -1 },
		"floor_max":    func(b *rulebook.Bounds) { b.FloorMax = 59 },
		"notice_min":   func(b *rulebook.Bounds) { b.NoticeMin = 2 },
		"notice_max":   func(b *rulebook.Bounds) { b.NoticeMax = 8 },
	} {
		wrong := bounds
		change(&wrong)
		err := h.rules.SetBounds(ctx, county, h.county, template, wrong)
		wantCode(t, field, err, "rulebook.bad_bounds")
		if err != nil && errs.From(err).Field != field {
			t.Errorf("%s: at %s", field, errs.From(err).Field)
		}
	}
	wantCode(t, "a township sets the county's bounds", h.rules.SetBounds(ctx, h.township(), h.county, template, bounds), "access.forbidden")
	wantCode(t, "a village has none", h.rules.SetBounds(ctx, county, h.village, 1, bounds), "rulebook.wrong_area")
	must(t, h.rules.SetBounds(ctx, county, h.county, template, bounds))
	must(t, h.rules.Publish(ctx, county, h.county, template, 20261001))
	if now, err := h.rules.Baseline(ctx, h.secretary(), h.village); err != nil || now != before {
		t.Errorf("a template to come binds already: %+v, %v", now, err)
	}
	h.clock.SetDay(20261005)
	version := h.draft(t)
	in := h.vote(version)
	in.NoticeDays = 5
	wantCode(t, "without the Party members", h.rules.RecordVote(ctx, h.secretary(), in), "rulebook.party_needed")
	in.Party = rulebook.Vote{Day: 20261004, Due: 9, Present: 6, InFavour: 5, MinutesNo: "党会2号"}
	in.NoticeDays = 3
	wantCode(t, "too short a notice", h.rules.RecordVote(ctx, h.secretary(), in), "rulebook.notice_days")
	in.NoticeDays = 6
	must(t, h.rules.RecordVote(ctx, h.secretary(), in))
	next, err := h.rules.Draft(ctx, county, rulebook.DraftInput{Area: h.county, Title: "再修订"})
	must(t, err)
	if set, err := h.rules.Ruleset(ctx, county, h.county, next); err != nil || set.Bounds != bounds {
		t.Errorf("the next template begins with the bounds of the last: %+v, %v", set.Bounds, err)
	}
}

// offer is a township's line that a village may take in.
func offer(code, text string) rulebook.Rule {
	return rulebook.Rule{Code: code, Category: rulebook.Volunteer, Kind: rulebook.Contribution, TextZh: text, TextEn: "A line of the township's",
		Points: 8, PointsMin: 6, PointsMax: 12, Per: rulebook.PerEvent, CapPeriod: rulebook.EachMonth, CapPoints: 24, Approver: rulebook.Leader}
}

func TestATownshipOffersLinesInsideTheCountysBounds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	township := h.village.Parent()
	version, err := h.rules.Draft(ctx, h.township(), rulebook.DraftInput{Area: township, Title: "白泥镇增补条目"})
	must(t, err)
	put := func(r rulebook.Rule) error {
		_, err := h.rules.PutRule(ctx, h.township(), rulebook.PutInput{Area: township, Version: version, Enabled: true, Rule: r})
		return err
	}
	for _, c := range []struct {
		name, code, field string
		change            func(r *rulebook.Rule)
	}{
		{"a county's code", "rulebook.township_code", "code", func(r *rulebook.Rule) { r.Code = "D09" }},
		{"more than the county gives", "rulebook.out_of_bounds", "points_max", func(r *rulebook.Rule) { r.PointsMax = 51 }},
		{"less than the county gives", "rulebook.out_of_bounds", "points_min", func(r *rulebook.Rule) { r.PointsMin = 4 }},
		{"a red line", "rulebook.red_line", "text_zh", func(r *rulebook.Rule) { r.TextZh = "入户检查被子叠好" }},
	} {
		r := offer("T01", "参加镇里的河道清理")
		c.change(&r)
		err := put(r)
		wantCode(t, c.name, err, c.code)
		if err != nil && errs.From(err).Field != c.field {
			t.Errorf("%s: at %s", c.name, errs.From(err).Field)
		}
	}
	must(t, put(offer("T01", "参加镇里的河道清理")))
	must(t, put(offer("T02", "参加镇里的赛事服务")))
	must(t, h.rules.Publish(ctx, h.township(), township, version, 20261001))
	h.clock.SetDay(20261003)
	own := h.draft(t)
	set, err := h.rules.Ruleset(ctx, h.secretary(), h.village, own)
	if err != nil || len(set.Rules) != 15 || set.TownshipVersion != version {
		t.Fatalf("what is offered is not taken in by itself: %d lines, %+v, %v", len(set.Rules), set, err)
	}
	if offers, err := h.rules.Offers(ctx, h.village, set.TownshipVersion); err != nil || len(offers) != 2 {
		t.Errorf("offers %+v, %v", offers, err)
	}
	edit := rulebook.EditInput{Village: h.village, Version: own, Code: "T01", Enabled: true, Points: 13, CapPoints: 24}
	_, err = h.rules.EditRule(ctx, h.secretary(), edit)
	wantCode(t, "outside the township's bounds", err, "rulebook.out_of_bounds")
	edit.Points = 10
	_, err = h.rules.EditRule(ctx, h.secretary(), edit)
	must(t, err)
	_, err = h.rules.WriteOwnRule(ctx, h.secretary(), rulebook.OwnInput{Village: h.village, Version: own, Enabled: true, Rule: offer("T09", "村里的一条")})
	wantCode(t, "a village's line with a township's letter", err, "rulebook.township_line")
	h.adopt(t, own, 20261101)
	set, err = h.rules.Current(ctx, h.village, 20261101)
	must(t, err)
	codes, err := h.rules.Townships(ctx, set)
	if err != nil || len(codes) != 1 || codes[0] != "T01" || set.Rules[15].Points != 10 {
		t.Errorf("taken in: %v, %+v, %v", codes, set.Rules[15], err)
	}
	h.clock.SetDay(20261105)
	next := h.draft(t)
	set, err = h.rules.Ruleset(ctx, h.secretary(), h.village, next)
	if r, ok := set.Rule("T01"); err != nil || !ok || r.Points != 10 || len(set.Rules) != 16 {
		t.Errorf("carried over: %+v, %v", r, err)
	}
}

func TestTheTownshipSeesWhatWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	must(t, h.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		return directory.SeedAreas(ctx, tx, []directory.Area{directory.NewArea(h.county, "织金县"), directory.NewArea(h.village.Parent(), "白泥镇"), directory.NewArea(h.village, "前进村村民委员会")})
	}))
	version := h.draft(t)
	must(t, h.rules.RecordVote(ctx, h.secretary(), h.vote(version)))
	none, err := h.rules.Filings(ctx, h.township(), h.village.Parent())
	if err != nil || len(none) != 0 {
		t.Errorf("before it is sent: %+v, %v", none, err)
	}
	must(t, h.rules.File(ctx, h.secretary(), h.village, version))
	for _, area := range []core.Area{h.village.Parent(), h.village} {
		got, err := h.rules.Filings(ctx, h.township(), area)
		if err != nil || len(got) != 1 || got[0].Village.Code != h.village || got[0].Ruleset.Version != version || got[0].Ruleset.Filing.SentName != "李书记" {
			t.Errorf("%d: %+v, %v", area, got, err)
		}
	}
	_, err = h.rules.Filings(ctx, h.secretary(), h.village)
	wantCode(t, "the village looks", err, "access.forbidden")
}

// A version of before the filing was kept is in force as it was.
func TestWhatWasAdoptedIsPublished(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	must(t, h.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE ruleset SET state = 'adopted', from_day = 20260801, vote_day = 20260710, vote_due = 30, vote_present = 24,
			vote_for = 20, minutes_no = '3号', notice_days = 3 WHERE village = $1 AND version = $2`, h.village, version)
		return err
	}))
	set, err := h.rules.Current(ctx, h.village, 0)
	if err != nil || set.State != rulebook.Published || set.Vote.Kind != rulebook.Representatives || set.Bounds.NoticeMax != 7 {
		t.Errorf("%+v, %v", set, err)
	}
	wantCode(t, "in force", h.rules.Withdraw(ctx, h.secretary(), h.village, version), "rulebook.in_force")
	if seen, err := h.rules.Versions(ctx, core.Actor{}, h.village); err != nil || len(seen) != 1 {
		t.Errorf("the public: %+v, %v", seen, err)
	}
}

// A township's caps on categories reach the claims through the versions of its villages, as the county's do.
func TestATownshipsCapsOnCategoriesBindItsVillages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	township := h.village.Parent()
	caps := func(by core.Actor, area core.Area, version int64, points core.Points) error {
		_, err := h.rules.SetCategoryCaps(ctx, by, rulebook.CategoryCapsInput{Area: area, Version: version,
			Caps: []rulebook.CategoryCap{{Category: rulebook.Volunteer, Period: rulebook.EachMonth, Points: points}}})
		return err
	}
	version, err := h.rules.Draft(ctx, h.township(), rulebook.DraftInput{Area: township, Title: "白泥镇增补条目"})
	must(t, err)
	_, err = h.rules.PutRule(ctx, h.township(), rulebook.PutInput{Area: township, Version: version, Enabled: true, Rule: offer("T01", "参加镇里的河道清理")})
	must(t, err)
	must(t, caps(h.township(), township, version, 50))
	must(t, h.rules.Publish(ctx, h.township(), township, version, 20261001))
	h.clock.SetDay(20261003)
	own := h.draft(t)
	set := h.read(t, h.village, own)
	if len(set.Caps) != 1 || set.Caps[0].Points != 50 {
		t.Fatalf("the draft begins with %+v", set.Caps)
	}
	wantCode(t, "looser than the township's", caps(h.secretary(), h.village, own, 60), "rulebook.category_caps_loosened")
	loose := written(t, rulebook.Ruleset{Title: set.Title, Rules: set.Rules})["JSON"]
	if out := h.importing(t, h.secretary(), rulebook.ImportInput{Area: h.village, Version: own, Content: loose, Dry: true}); out.FaultCount != 1 || out.Faults[0].Code != "rulebook.category_caps_loosened" {
		t.Errorf("lifted by a file: %v", said(out))
	}
	must(t, caps(h.secretary(), h.village, own, 40))
	h.adopt(t, own, 20261101)
	h.clock.SetDay(20261105)
	if next := h.read(t, h.village, h.draft(t)); len(next.Caps) != 1 || next.Caps[0].Points != 40 {
		t.Errorf("the next draft begins with %+v", next.Caps)
	}
	again, err := h.rules.Draft(ctx, h.township(), rulebook.DraftInput{Area: township, Title: "白泥镇增补条目"})
	must(t, err)
	if set := h.read(t, township, again); len(set.Caps) != 1 || set.Caps[0].Points != 50 {
		t.Errorf("the township's next begins with %+v", set.Caps)
	}
}
