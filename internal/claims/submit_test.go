package claims_test

import (
	"context"
	"strings"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return errs.CodeOf(err)
}

// TestSubmitRefuses holds the door against everything that is no claim.
func TestSubmitRefuses(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 3)
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE household SET state = 'closed' WHERE village = $1 AND id = $2`, p.village, p.homes[2])
		return err
	})
	locked := p.card(0)
	locked.Unlocked = false
	with := func(change func(*claims.Deed)) claims.Deed {
		d := p.deed(0, "A02")
		change(&d)
		return d
	}
	for _, c := range []struct {
		name string
		by   core.Actor
		deed claims.Deed
		code string
	}{
		{"tomorrow", p.clerk, with(func(d *claims.Deed) { d.Day = startDay.Add(1) }), "claims.day_in_future"},
		{"61 days ago", p.clerk, with(func(d *claims.Deed) { d.Day = startDay.Add(-61) }), "claims.day_too_old"},
		{"a day no calendar has", p.clerk, with(func(d *claims.Deed) { d.Day = 20260931 }), "claims.bad_day"},
		{"no day", p.clerk, with(func(d *claims.Deed) { d.Day = 0 }), "claims.bad_day"},
		{"no such rule", p.clerk, with(func(d *claims.Deed) { d.Rule = "Z99" }), "rulebook.no_rule"},
		{"no such household", p.clerk, with(func(d *claims.Deed) { d.Household = 12345 }), "claims.no_household"},
		{"a closed household", p.clerk, p.deed(2, "A02"), "claims.household_closed"},
		{"below zero times", p.clerk, with(func(d *claims.Deed) { d.Qty = -1 }), "claims.bad_qty"},
		{"far too often", p.clerk, with(func(d *claims.Deed) { d.Rule, d.Qty = "B02", 1<<60 }), "claims.bad_qty"},
		{"twice by a rule per event", p.clerk, with(func(d *claims.Deed) { d.Qty = 2 }), "rulebook.bad_qty"},
		{"a step without a scale", p.clerk, with(func(d *claims.Deed) { d.Step = 0 }), "rulebook.bad_step"},
		{"a step beyond the scale", p.clerk, with(func(d *claims.Deed) { d.Rule, d.Step = "E01", 2 }), "rulebook.bad_step"},
		{"a novel as a note", p.clerk, with(func(d *claims.Deed) { d.Note = strings.Repeat("长", 501) }), "claims.text_too_long"},
		{"a photo that was never sent", p.clerk, with(func(d *claims.Deed) { d.Photo = 99 }), "claims.no_photo"},
		{"a card without its PIN", locked, p.deed(0, "A02"), "access.pin_needed"},
		{"a card by a rule others observe", p.card(0), p.deed(0, "A01"), "claims.not_self"},
		{"the supervisor", p.supervisor, p.deed(0, "A02"), "access.forbidden"},
		{"the public", p.public("x"), p.deed(0, "A02"), "access.sign_in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := p.claims.Submit(context.Background(), c.by, p.village, c.deed)
			if got := codeOf(err); got != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
	all, _, err := p.claims.Claims(context.Background(), p.clerk, p.village, claims.Filter{}, core.Page{})
	if err != nil || len(all) != 0 {
		t.Errorf("refusals left %d claims, %v", len(all), err)
	}
}

// TestACardSubmitsForItsOwnHousehold whatever household it names.
func TestACardSubmitsForItsOwnHousehold(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	c := p.submit(p.card(0), p.deed(1, "A02"))
	if c.Household != p.homes[0] {
		t.Errorf("the card of one household submitted for another")
	}
	elsewhere := p.card(0)
	elsewhere.Village = p.village + 1
	_, err := p.claims.Submit(context.Background(), elsewhere, p.village, p.deed(0, "A02"))
	p.wants(err, "access.forbidden")
	own, _, err := p.claims.OwnClaims(context.Background(), p.card(1), core.Page{})
	if err != nil || len(own) != 0 {
		t.Errorf("a card sees another household's claims: %v, %v", own, err)
	}
}

// TestCaps walks up to each kind of cap and over it.
func TestCaps(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 6)
	on := func(home int, rule string, day core.Day, event string, qty int64) claims.Deed {
		return claims.Deed{Household: p.homes[home], Rule: rule, Day: day, Event: event, Qty: qty, Step: -1}
	}
	for _, step := range []struct {
		name   string
		deed   claims.Deed
		points core.Points
		code   string
	}{
		{"15 of 20 points a month", on(0, "B02", 20260901, "", 3), 15, ""},
		{"10 more are cut to 5", on(0, "B02", 20260909, "", 2), 5, ""},
		{"then nothing is left", on(0, "B02", 20260910, "", 1), 0, "claims.cap_reached"},
		{"another month has its own", on(0, "B02", 20260831, "", 1), 5, ""},
		{"another household has its own", on(1, "B02", 20260910, "", 1), 5, ""},
		{"once a meeting", on(0, "A01", 20260905, "九月群众会", 1), 2, ""},
		{"not twice, on whatever day it is typed", on(0, "A01", 20260906, "九月群众会", 1), 0, "claims.cap_reached"},
		{"another meeting of the same day", on(0, "A01", 20260905, "党员会", 1), 2, ""},
		{"without a name it is that day's", on(0, "A01", 20260905, "", 1), 0, "claims.cap_reached"},
		{"the name is good again next month", on(0, "A01", 20260805, "九月群众会", 1), 2, ""},
		{"one deduction a week", on(2, "M01", 20260907, "", 1), -2, ""},
		{"not on the Sunday before", on(2, "M01", 20260906, "", 1), -2, ""},
		{"but not again in its week", on(2, "M01", 20260910, "", 1), 0, "claims.cap_reached"},
	} {
		c, err := p.claims.Submit(context.Background(), p.clerk, p.village, step.deed)
		if codeOf(err) != step.code || c.Points != step.points {
			t.Errorf("%s: %d points, %v", step.name, c.Points, err)
		}
	}
}

// TestCapsCountWhatMayStillBePosted: rejected, withdrawn and returned claims give their part back.
func TestCapsCountWhatMayStillBePosted(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	ctx := context.Background()
	for range 3 {
		own, other := p.deed(0, "A02"), p.deed(0, "A02")
		own.Event, other.Event = "修路灯", "清沟渠"
		first, second := p.submit(p.card(0), own), p.submit(p.clerk, other)
		other.Event = "补桥"
		_, err := p.claims.Submit(ctx, p.clerk, p.village, other)
		p.wants(err, "claims.cap_reached")
		_, err = p.claims.Withdraw(ctx, p.card(0), p.village, first.ID)
		p.wants(err, "")
		_, err = p.claims.Reject(ctx, p.supervisor, p.village, claims.Seen{ID: second.ID}, "没有会议记录")
		p.wants(err, "")
	}
	back := p.submit(p.clerk, p.deed(0, "A02"))
	_, err := p.claims.Return(ctx, p.supervisor, p.village, claims.Seen{ID: back.ID}, "写上会议记录号")
	p.wants(err, "")
	p.submit(p.clerk, p.deed(0, "A02"))
	p.submit(p.clerk, p.deed(0, "A02"))
	_, err = p.claims.Resubmit(ctx, p.clerk, p.village, back.ID, claims.Resubmission{Day: startDay, Qty: 1, Step: -1, Proof: "21-09"})
	p.wants(err, "claims.cap_reached")
	p.balanced()
}

// TestRulesOfTheDayOfTheDeed judge a claim, not today's.
func TestRulesOfTheDayOfTheDeed(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, putRuleset, p.village, 2, 20260901); err != nil {
			return err
		}
		rules := testRules()
		rules[1].points = 12
		return p.putRules(ctx, tx, 2, rules)
	})
	old := p.deed(0, "A02")
	old.Day = 20260831
	if c := p.submit(p.clerk, old); c.Points != 10 || c.Version != 1 {
		t.Errorf("August's deed: %d points by version %d", c.Points, c.Version)
	}
	if c := p.submit(p.clerk, p.deed(0, "A02")); c.Points != 12 || c.Version != 2 {
		t.Errorf("September's deed: %d points by version %d", c.Points, c.Version)
	}
}

// TestReturnAndResubmit takes a claim back and forth.
func TestReturnAndResubmit(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	ctx := context.Background()
	d := p.deed(0, "B02")
	d.Event = "河边"
	c := p.submit(p.clerk, d)
	again := claims.Resubmission{Day: 20260831, Qty: 2, Step: -1, Note: "改了日期"}
	_, err := p.claims.Resubmit(ctx, p.clerk, p.village, c.ID, again)
	p.wants(err, "claims.wrong_state")
	_, err = p.claims.Return(ctx, p.supervisor, p.village, claims.Seen{ID: c.ID}, "  ")
	p.wants(err, "claims.text_missing")
	_, err = p.claims.Return(ctx, p.supervisor, p.village, claims.Seen{ID: c.ID, Changes: 7}, "日期不对")
	p.wants(err, "claims.changed_meanwhile")
	back, err := p.claims.Return(ctx, p.supervisor, p.village, claims.Seen{ID: c.ID, Changes: c.Changes}, "日期不对")
	p.wants(err, "")
	if back.State != claims.Returned || back.Reason != "日期不对" || !back.Can(p.clerk).Edit || back.Can(p.secretary).Edit {
		t.Errorf("returned: %+v", back)
	}
	_, err = p.claims.Resubmit(ctx, p.secretary, p.village, c.ID, again)
	p.wants(err, "claims.not_submitter")
	sent, err := p.claims.Resubmit(ctx, p.clerk, p.village, c.ID, again)
	p.wants(err, "")
	if sent.State != claims.Submitted || sent.Points != 10 || sent.Month != 202608 || sent.Event != "河边" {
		t.Errorf("sent again: %+v", sent)
	}
	_, err = p.claims.Approve(ctx, p.supervisor, p.village, claims.Seen{ID: c.ID, Changes: c.Changes})
	p.wants(err, "claims.changed_meanwhile")
	p.approve(p.supervisor, c.ID)
	_, err = p.claims.Withdraw(ctx, p.clerk, p.village, c.ID)
	p.wants(err, "claims.wrong_state")
	full, err := p.claims.Detail(ctx, p.supervisor, p.village, c.ID)
	p.wants(err, "")
	if len(full.History) < 2 || full.History[0].What != "submitted" || full.Cap.LimitPoints != 20 || full.Cap.UsedPoints != 0 {
		t.Errorf("detail: %+v", full)
	}
	p.balanced()
}

// TestAWishSentTwice is fulfilled once.
func TestAWishSentTwice(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	by := p.intent(p.clerk)
	first, err := p.claims.Submit(ctx, by, p.village, p.deed(0, "A02"))
	p.wants(err, "")
	second, err := p.claims.Submit(ctx, by, p.village, p.deed(0, "A02"))
	p.wants(err, "")
	if first.ID != second.ID {
		t.Error("one wish made two claims")
	}
	by.Intent.Hash[0]++
	_, err = p.claims.Submit(ctx, by, p.village, p.deed(1, "A02"))
	p.wants(err, "store.key_reused")

	by = p.intent(p.clerk)
	sheet := claims.Sheet{Rule: "A01", Day: startDay, Title: "会", Rows: []claims.SheetRow{
		{Household: p.homes[0], Step: -1}, {Household: 77, Step: -1}, {Household: p.homes[1], Step: -1}}}
	once, err := p.claims.SubmitSheet(ctx, by, p.village, sheet)
	p.wants(err, "")
	twice, err := p.claims.SubmitSheet(ctx, by, p.village, sheet)
	p.wants(err, "")
	if once.Sheet != twice.Sheet || once.Claims != 2 || twice.Claims != 2 || once.Rows[2] != twice.Rows[2] || twice.Rows[1].Code != "claims.no_household" {
		t.Errorf("the sheet: %+v, again %+v", once, twice)
	}
	p.balanced()
}

// TestPhotos belong to one claim, and a card attaches only what it sent itself.
func TestPhotos(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	const put = `INSERT INTO file (village, id, sha256, mime, size, owner, owner_id, by_kind, by_id, created_ms)
		VALUES ($1, $2, $3, 'image/jpeg', 1, 'claim', 0, 'card', $4, 0)`
	photo := p.ids.Next()
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, put, p.village, photo, []byte{1}, p.card(0).ID)
		return err
	})
	with := func(home int) claims.Deed {
		d := p.deed(home, "A02")
		d.Photo = photo
		return d
	}
	_, err := p.claims.Submit(context.Background(), p.card(1), p.village, with(1))
	p.wants(err, "claims.no_photo")
	c := p.submit(p.card(0), with(0))
	_, err = p.claims.Submit(context.Background(), p.card(0), p.village, with(0))
	p.wants(err, "claims.no_photo")
	if c.Photo != photo {
		t.Errorf("the claim lost its photo")
	}
}
