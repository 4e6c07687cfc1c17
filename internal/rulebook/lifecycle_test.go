package rulebook_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

func TestVersionsComeInOrderAndCanBeWithdrawnUntilTheyBegin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	first := h.draft(t)
	_, err := h.rules.Draft(ctx, h.secretary(), rulebook.DraftInput{Area: h.village, Title: "又一版"})
	wantCode(t, "a second draft", err, "rulebook.draft_open")
	h.adopt(t, first, 20261101)
	second := h.draft(t)
	wantCode(t, "before what was announced", h.enact(second, 20261001), "rulebook.later_version")
	wantCode(t, "on the same day", h.rules.Publish(ctx, h.secretary(), h.village, second, 20261101), "rulebook.later_version")
	if err := h.rules.Withdraw(ctx, h.secretary(), h.village, first); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "twice", h.rules.Withdraw(ctx, h.secretary(), h.village, first), "rulebook.already_withdrawn")
	if err := h.rules.Publish(ctx, h.secretary(), h.village, second, 20261001); err != nil {
		t.Fatal(err)
	}
	h.clock.SetDay(20261001)
	wantCode(t, "in force", h.rules.Withdraw(ctx, h.secretary(), h.village, second), "rulebook.in_force")
	wantCode(t, "nobody's", h.rules.Withdraw(ctx, h.secretary(), h.village, 44), "rulebook.no_ruleset")
	third := h.draft(t)
	if err := h.rules.Withdraw(ctx, h.staff(core.RoleClerk, h.village), h.village, third); err != nil {
		t.Fatal(err) // a clerk may give up a draft, not an adopted version
	}
	list, err := h.rules.Versions(ctx, h.secretary(), h.village)
	if err != nil || len(list) != 3 || list[0].Version != third || list[1].State != rulebook.Published || list[2].State != rulebook.Withdrawn {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhoMayDoWhatWithRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	other := h.village + 1
	if h.village%1000 == 999 {
		other = h.village - 1
	}
	for _, by := range []core.Actor{
		{}, h.staff(core.RoleKeeper, h.village), h.staff(core.RoleSupervisor, h.village), h.staff(core.RoleTownship, h.village.Parent()),
		h.staff(core.RoleCounty, h.county), h.staff(core.RoleAuditor, h.county), h.staff(core.RoleSecretary, other),
		{Kind: core.CardActor, Village: h.village, Household: 3, Unlocked: true},
	} {
		if _, err := h.rules.Draft(ctx, by, rulebook.DraftInput{Area: h.village, Title: "细则"}); err == nil || errs.KindOf(err) != errs.Forbidden && errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("%+v drafted: %v", by.Grants, err)
		}
	}
	version := h.draft(t)
	clerk := h.staff(core.RoleClerk, h.village)
	if _, err := h.rules.EditRule(ctx, clerk, rulebook.EditInput{Village: h.village, Version: version, Code: "A01", Enabled: true, Points: 3, CapCount: 1}); err != nil {
		t.Error(err)
	}
	wantCode(t, "a clerk records the vote", h.rules.RecordVote(ctx, clerk, h.vote(version)), "access.forbidden")
	if _, err := h.rules.Ruleset(ctx, core.Actor{}, h.village, version); err == nil || errs.CodeOf(err) != "rulebook.no_ruleset" {
		t.Errorf("the public saw a draft: %v", err)
	}
	h.adopt(t, version, 20261001)
	wantCode(t, "a clerk withdraws what was voted", h.rules.Withdraw(ctx, clerk, h.village, version), "access.forbidden")
	if set, err := h.rules.Ruleset(ctx, core.Actor{}, h.village, version); err != nil || len(set.Rules) != 15 {
		t.Errorf("the public cannot see what was adopted: %v", err)
	}
	if list, err := h.rules.Versions(ctx, core.Actor{}, h.county); err != nil || len(list) != 1 {
		t.Errorf("the county's template: %v, %v", list, err)
	}
	_, err := h.rules.Draft(ctx, h.staff(core.RoleCounty, h.county), rulebook.DraftInput{Area: h.village*1000 + 1, Title: "细则"})
	wantCode(t, "rules of a group", err, "rulebook.wrong_area")
	_, err = h.rules.Draft(ctx, h.township(), rulebook.DraftInput{Area: h.county, Title: "细则"})
	wantCode(t, "a township drafts the county's template", err, "access.forbidden")
	for _, title := range []string{"", " ", "细"} {
		_, err = h.rules.Draft(ctx, h.secretary(), rulebook.DraftInput{Area: h.village, Title: title})
		wantCode(t, "title "+title, err, "rulebook.title_needed")
	}
}

func TestTheCountyPublishesANewTemplate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	h.adopt(t, h.draft(t), 20261001)
	county := h.staff(core.RoleCounty, h.county)
	version, err := h.rules.Draft(ctx, county, rulebook.DraftInput{Area: h.county, Title: "示范文本（修订）"})
	if err != nil || version != 2 {
		t.Fatal(version, err)
	}
	set, err := h.rules.Ruleset(ctx, county, h.county, version)
	if err != nil || len(set.Rules) != 15 {
		t.Fatal(len(set.Rules), err)
	}
	line := set.Rules[0]
	line.Code, line.TextZh = "A09", "带头签订村规民约"
	if r, err := h.rules.PutRule(ctx, county, rulebook.PutInput{Area: h.county, Version: version, Enabled: true, Rule: line}); err != nil || r.Sort != 16 {
		t.Fatalf("%+v, %v", r, err)
	}
	line.Points = 0
	_, err = h.rules.PutRule(ctx, county, rulebook.PutInput{Area: h.county, Version: version, Enabled: true, Rule: line})
	wantCode(t, "worth nothing", err, "rulebook.bad_rule")
	if _, err := h.rules.PutRule(ctx, county, rulebook.PutInput{Area: h.county, Version: version, Rule: rulebook.Rule{Code: "A02"}}); err != nil {
		t.Fatal(err)
	}
	_, err = h.rules.PutRule(ctx, h.secretary(), rulebook.PutInput{Area: h.county, Version: version})
	wantCode(t, "a village edits the template", err, "access.forbidden")
	_, err = h.rules.PutRule(ctx, county, rulebook.PutInput{Area: h.village, Version: 1})
	wantCode(t, "the county edits a village's rules", err, "rulebook.wrong_area")
	wantCode(t, "this month", h.rules.Publish(ctx, county, h.county, version, 20260901), "rulebook.from_day")
	if err := h.rules.Publish(ctx, county, h.county, version, 20261001); err != nil {
		t.Fatal(err)
	}
	h.clock.SetDay(20261005)
	if r, v, err := h.at(t, 20261005, "A02"); err != nil || v != 1 || r.Code != "A02" {
		t.Errorf("the village's own rules changed: %+v, %v", r, err)
	}
	next := h.draft(t)
	mine, err := h.rules.Ruleset(ctx, h.secretary(), h.village, next)
	if err != nil || mine.BaseVersion != 2 || len(mine.Rules) != 15 {
		t.Fatalf("%d lines on version %d, %v", len(mine.Rules), mine.BaseVersion, err)
	}
	if _, ok := mine.Rule("A09"); !ok {
		t.Error("the county's new line is missing")
	}
	if _, ok := mine.Rule("A02"); ok {
		t.Error("the line the county dropped is still there")
	}
}

func TestNothingIsAdoptedThatHoldsNoRule(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	rules, err := rulebook.Template()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if _, err := h.rules.EditRule(ctx, h.secretary(), rulebook.EditInput{Village: h.village, Version: version, Code: r.Code}); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, "an empty set", h.rules.RecordVote(ctx, h.secretary(), h.vote(version)), "rulebook.empty")
	found, err := h.rules.CheckDraft(ctx, h.secretary(), h.village, version)
	if err != nil || len(found) != 1 || !found[0].Bars || found[0].Err.Code != "rulebook.empty" {
		t.Errorf("the check: %+v, %v", found, err)
	}
}

func TestADraftNeedsATemplate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	orphan := core.Area(510_001_001_001)
	_, err := h.rules.Draft(context.Background(), h.staff(core.RoleClerk, orphan), rulebook.DraftInput{Area: orphan, Title: "细则"})
	wantCode(t, "no template", err, "rulebook.no_template")
	county := orphan.Parent().Parent()
	version, err := h.rules.Draft(context.Background(), h.staff(core.RoleCounty, county), rulebook.DraftInput{Area: county, Title: "细则"})
	if err != nil || version != 1 {
		t.Errorf("a county's first template: %d, %v", version, err)
	}
	for _, bad := range []struct {
		area core.Area
		day  core.Day
	}{{h.village, 20260101}, {county, 20260102}, {county, 20261301}} {
		if err := h.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return rulebook.SeedTemplate(ctx, tx, bad.area, bad.day, 0)
		}); err == nil {
			t.Errorf("seeded %d from %d", bad.area, bad.day)
		}
	}
}

// Many send a version to the township while others edit it and record votes: it is sent once, and no edit slips in after
// a vote.
func TestVoteFileAndEditAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	var wg sync.WaitGroup
	voted, sent, edited := make([]error, 8), make([]error, 8), make([]error, 8)
	for i := range voted {
		wg.Go(func() {
			voted[i] = h.rules.RecordVote(ctx, h.secretary(), h.vote(version))
			sent[i] = h.rules.File(ctx, h.secretary(), h.village, version)
		})
		wg.Go(func() {
			_, edited[i] = h.rules.EditRule(ctx, h.secretary(), rulebook.EditInput{Village: h.village, Version: version, Code: "A01", Enabled: true, Points: 3, CapCount: 1})
		})
	}
	wg.Wait()
	done := 0
	for i := range voted {
		if voted[i] != nil {
			wantCode(t, "voted after", voted[i], "rulebook.not_votable")
		}
		if sent[i] == nil {
			done++
		} else {
			wantCode(t, "sent beside", sent[i], "rulebook.not_voted")
		}
		if edited[i] != nil {
			wantCode(t, "edited after", edited[i], "rulebook.not_draft")
		}
	}
	if done != 1 {
		t.Errorf("sent %d times", done)
	}
}

func TestTheSameIntentDraftsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by := h.secretary()
	by.Intent = core.Intent{Key: "0190-draft", Hash: [32]byte{1}}
	in := rulebook.DraftInput{Area: h.village, Title: "前进村积分细则"}
	first, err := h.rules.Draft(context.Background(), by, in)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.rules.Draft(context.Background(), by, in)
	if err != nil || second != first {
		t.Errorf("drafted %d, then %d, %v", first, second, err)
	}
	by.Intent.Hash = [32]byte{2}
	_, err = h.rules.Draft(context.Background(), by, in)
	wantCode(t, "another body", err, "store.key_reused")
}
