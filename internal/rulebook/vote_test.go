package rulebook_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

func TestTheVote(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	version := h.draft(t)
	party := func(due, present, favour int64) rulebook.Vote {
		return rulebook.Vote{Day: 20260907, Due: due, Present: present, InFavour: favour, MinutesNo: "党会2号"}
	}
	for _, c := range []struct {
		name, code, field string
		change            func(in *rulebook.VoteInput)
	}{
		{"nobody due", "rulebook.vote_due", "due", func(in *rulebook.VoteInput) { in.Vote.Due, in.Vote.Present, in.Vote.InFavour = 0, 0, 0 }},
		{"more people than there are", "rulebook.vote_due", "due", func(in *rulebook.VoteInput) { in.Vote.Due = 1 << 62 }},
		{"more present than due", "rulebook.vote_numbers", "present", func(in *rulebook.VoteInput) { in.Vote.Present = 31 }},
		{"more in favour than present", "rulebook.vote_numbers", "in_favour", func(in *rulebook.VoteInput) { in.Vote.InFavour = 25 }},
		{"below zero", "rulebook.vote_numbers", "in_favour", func(in *rulebook.VoteInput) { in.Vote.InFavour = -1 }},
		{"one short of two thirds", "rulebook.vote_present", "present", func(in *rulebook.VoteInput) { in.Vote.Present, in.Vote.InFavour = 19, 19 }},
		{"households one short of two thirds", "rulebook.vote_present", "present", func(in *rulebook.VoteInput) {
			in.Vote.Kind, in.Vote.Present, in.Vote.InFavour = rulebook.Households, 19, 19
		}},
		{"half of all villagers", "rulebook.vote_present_half", "present", func(in *rulebook.VoteInput) {
			in.Vote.Kind, in.Vote.Present, in.Vote.InFavour = rulebook.Assembly, 15, 15
		}},
		{"exactly half in favour", "rulebook.vote_favour", "in_favour", func(in *rulebook.VoteInput) { in.Vote.InFavour = 12 }},
		{"the Party members alone", "rulebook.vote_kind", "kind", func(in *rulebook.VoteInput) { in.Vote.Kind = rulebook.PartyMembers }},
		{"no kind", "rulebook.vote_kind", "kind", func(in *rulebook.VoteInput) { in.Vote.Kind = "" }},
		{"too few Party members", "rulebook.vote_present", "party.present", func(in *rulebook.VoteInput) { in.Party = party(30, 19, 19) }},
		{"half of the Party members due", "rulebook.vote_favour_due", "party.in_favour", func(in *rulebook.VoteInput) { in.Party = party(30, 20, 15) }},
		{"the Party members after the villagers", "rulebook.party_day", "party.vote_day", func(in *rulebook.VoteInput) {
			in.Party, in.Vote.Day = party(30, 25, 25), 20260906
		}},
		{"Party members without a day", "rulebook.vote_day", "party.vote_day", func(in *rulebook.VoteInput) { in.Party = party(30, 25, 25); in.Party.Day = 0 }},
		{"tomorrow's vote", "rulebook.vote_day", "vote_day", func(in *rulebook.VoteInput) { in.Vote.Day = 20260909 }},
		{"a day no calendar has", "rulebook.vote_day", "vote_day", func(in *rulebook.VoteInput) { in.Vote.Day = 20260832 }},
		{"no minutes", "rulebook.minutes_needed", "minutes_no", func(in *rulebook.VoteInput) { in.Vote.MinutesNo = " \t " }},
		{"endless minutes", "rulebook.minutes_needed", "minutes_no", func(in *rulebook.VoteInput) { in.Vote.MinutesNo = strings.Repeat("长", 41) }},
		{"two days of notice", "rulebook.notice_days", "notice_days", func(in *rulebook.VoteInput) { in.NoticeDays = 2 }},
		{"eight days of notice", "rulebook.notice_days", "notice_days", func(in *rulebook.VoteInput) { in.NoticeDays = 8 }},
		{"a version nobody drafted", "rulebook.no_ruleset", "", func(in *rulebook.VoteInput) { in.Version = 9 }},
	} {
		in := h.vote(version)
		c.change(&in)
		err := h.rules.RecordVote(context.Background(), h.secretary(), in)
		wantCode(t, c.name, err, c.code)
		if err != nil && errs.From(err).Field != c.field {
			t.Errorf("%s: at %q", c.name, errs.From(err).Field)
		}
	}
	in := h.vote(version)
	in.Vote.Present, in.Vote.InFavour = 19, 10
	missing := errs.From(h.rules.RecordVote(context.Background(), h.secretary(), in)).Params
	if missing["least"] != int64(20) || missing["missing"] != int64(1) {
		t.Errorf("the number that is missing: %v", missing)
	}
	in.Vote.Present, in.Vote.InFavour, in.Party = 20, 11, party(30, 20, 16) // just enough
	if err := h.rules.RecordVote(context.Background(), h.secretary(), in); err != nil {
		t.Fatal(err)
	}
	in.Vote.InFavour = 12 // the record is corrected
	if err := h.rules.RecordVote(context.Background(), h.secretary(), in); err != nil {
		t.Fatal(err)
	}
	_, err := h.rules.EditRule(context.Background(), h.secretary(), rulebook.EditInput{Village: h.village, Version: version, Code: "A01", Enabled: true, Points: 3, CapCount: 1})
	wantCode(t, "an edit after the vote", err, "rulebook.not_draft")
	set, err := h.rules.Ruleset(context.Background(), h.secretary(), h.village, version)
	in.Party.Kind = rulebook.PartyMembers
	if err != nil || set.State != rulebook.Voted || set.NoticeDays != 3 || set.Vote != in.Vote || set.Party != in.Party || set.FromDay != 0 {
		t.Errorf("%+v, %v", set, err)
	}
}

// The quorum as the law words it, against the whole numbers it is computed with.
func TestTheQuorumIsTheLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		due := rapid.Int64Range(1, 100_000).Draw(t, "due")
		present := rapid.Int64Range(0, due).Draw(t, "present")
		favour := rapid.Int64Range(0, present).Draw(t, "favour")
		for _, kind := range append(rulebook.Deciding(), rulebook.PartyMembers) {
			enough := 3*present >= 2*due
			if kind == rulebook.Assembly {
				enough = 2*present > due
			}
			agreed := 2*favour > present
			if kind == rulebook.PartyMembers {
				agreed = 2*favour > due
			}
			if enough != (present >= kind.LeastPresent(due)) || agreed != (favour >= kind.LeastFavour(due, present)) {
				t.Fatalf("%s: %d of %d present, %d in favour", kind, present, due, favour)
			}
		}
	})
}

func TestTheTownshipFilesOrReturns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	both := h.secretary()
	both.Grants = append(both.Grants, core.Grant{Role: core.RoleTownship, Area: h.village.Parent()})
	wantCode(t, "a draft is sent", h.rules.File(ctx, both, h.village, version), "rulebook.not_voted")
	wantCode(t, "a draft is published", h.rules.Publish(ctx, both, h.village, version, 20261001), "rulebook.not_filed")
	must(t, h.rules.RecordVote(ctx, both, h.vote(version)))
	wantCode(t, "confirmed before it is sent", h.rules.ConfirmFiling(ctx, h.township(), h.village, version, "7号"), "rulebook.not_filing")
	must(t, h.rules.File(ctx, both, h.village, version))
	wantCode(t, "sent twice", h.rules.File(ctx, both, h.village, version), "rulebook.not_voted")
	wantCode(t, "a vote after it was sent", h.rules.RecordVote(ctx, both, h.vote(version)), "rulebook.not_votable")
	wantCode(t, "whoever sent it confirms", h.rules.ConfirmFiling(ctx, both, h.village, version, "7号"), "rulebook.own_filing")
	wantCode(t, "the secretary confirms", h.rules.ConfirmFiling(ctx, h.secretary(), h.village, version, "7号"), "access.forbidden")
	wantCode(t, "the county confirms", h.rules.ConfirmFiling(ctx, h.staff(core.RoleCounty, h.county), h.village, version, "7号"), "access.forbidden")
	wantCode(t, "no number", h.rules.ConfirmFiling(ctx, h.township(), h.village, version, " "), "rulebook.filing_no")
	wantCode(t, "no reason", h.rules.ReturnFiling(ctx, h.township(), h.village, version, "不行"), "rulebook.return_reason")
	must(t, h.rules.ReturnFiling(ctx, h.township(), h.village, version, "会议记录编号和附件对不上，请核对"))
	set, err := h.rules.Ruleset(ctx, h.secretary(), h.village, version)
	if err != nil || set.State != rulebook.Draft || set.Filing.ReturnReason == "" || set.Filing.Name != "钱镇审" || set.Vote.Due != 30 {
		t.Errorf("returned: %+v, %v", set, err)
	}
	wantCode(t, "sent again without a vote", h.rules.File(ctx, both, h.village, version), "rulebook.not_voted")
	must(t, h.rules.RecordVote(ctx, h.secretary(), h.vote(version)))
	must(t, h.rules.File(ctx, h.secretary(), h.village, version))
	must(t, h.rules.ConfirmFiling(ctx, h.township(), h.village, version, " 白泥备〔2026〕 8号 "))
	_, err = h.rules.Current(ctx, h.village, 20261001)
	wantCode(t, "filed but not published", err, "rulebook.none_in_force")
	if _, err := h.rules.Ruleset(ctx, core.Actor{}, h.village, version); errs.CodeOf(err) != "rulebook.no_ruleset" {
		t.Errorf("the public reads what is not published: %v", err)
	}
	for _, bad := range []core.Day{0, 20260901, 20261015, 20281001} {
		wantCode(t, "from "+bad.String(), h.rules.Publish(ctx, h.secretary(), h.village, version, bad), "rulebook.from_day")
	}
	wantCode(t, "the township publishes", h.rules.Publish(ctx, h.township(), h.village, version, 20261001), "access.forbidden")
	must(t, h.rules.Publish(ctx, h.secretary(), h.village, version, 20261001))
	set, err = h.rules.Current(ctx, h.village, 20261001)
	if err != nil || set.Filing.No != "白泥备〔2026〕 8号" || set.Filing.ReturnReason != "" || set.PublishedMs == 0 || set.PublishedName != "李书记" {
		t.Errorf("published: %+v, %v", set, err)
	}
	wantCode(t, "taken back after it is published", h.rules.Reopen(ctx, h.secretary(), h.village, version), "rulebook.not_open")
}

func TestAVersionOnItsWayIsTakenBackToTheDraft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	must(t, h.rules.RecordVote(ctx, h.secretary(), h.vote(version)))
	_, err := h.rules.Draft(ctx, h.secretary(), rulebook.DraftInput{Area: h.village, Title: "又一版"})
	wantCode(t, "a second version on its way", err, "rulebook.draft_open")
	must(t, h.rules.File(ctx, h.secretary(), h.village, version))
	must(t, h.rules.Reopen(ctx, h.secretary(), h.village, version))
	wantCode(t, "confirmed after it was taken back", h.rules.ConfirmFiling(ctx, h.township(), h.village, version, "7号"), "rulebook.not_filing")
	_, err = h.rules.EditRule(ctx, h.secretary(), rulebook.EditInput{Village: h.village, Version: version, Code: "A01", Enabled: true, Points: 3, CapCount: 1})
	must(t, err)
	h.adopt(t, version, 20261001)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
