package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/store"
)

// A line that the village takes out, or weighs anew, between a deed and its review is judged by the rules of the deed's
// day, whoever reviews it and whenever; so is a deed that is claimed late.
func TestADeedIsJudgedByTheRulesOfItsDayWhateverBecomesOfThem(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := newPlace(t, 2)
	before := p.submit(p.clerk, p.deed(0, "A02"))
	p.tx(func(ctx context.Context, tx *store.Tx) error { // from October A02 is gone and A01 gives 4
		if _, err := tx.Exec(ctx, putRuleset, p.village, 2, 20261001); err != nil {
			return err
		}
		heavier := testRules()[:1]
		heavier[0].points = 4
		return p.putRules(ctx, tx, 2, heavier)
	})
	p.clock.SetDay(20261005)
	if c := p.approve(p.secretary, before.ID); c.Version != 1 || c.Points != 10 || c.Rule != "A02" {
		t.Errorf("reviewed in October: %+v", c)
	}
	late := p.deed(1, "A02")
	late.Day = startDay
	c := p.submit(p.clerk, late)
	if c.Version != 1 || c.Points != 10 {
		t.Errorf("claimed in October: %+v", c)
	}
	if d, err := p.claims.Detail(ctx, p.secretary, p.village, c.ID); err != nil || d.Cap.LimitPoints != 20 {
		t.Errorf("the cap is the old version's: %+v, %v", d.Cap, err)
	}
	p.approve(p.secretary, c.ID)
	gone := p.deed(1, "A02")
	gone.Day = 20261003
	_, err := p.claims.Submit(ctx, p.clerk, p.village, gone)
	p.wants(err, "rulebook.no_rule")
	meeting := claims.Deed{Household: p.homes[0], Rule: "A01", Day: 20261003, Qty: 1, Step: -1, Event: "十月群众会"}
	if c := p.submit(p.clerk, meeting); c.Version != 2 || c.Points != 4 {
		t.Errorf("a deed of October: %+v", c)
	}
	p.publish(202609)
	p.clock.SetDay(20261010)
	p.close(202609)
	if p.spendable(0) != 10 || p.spendable(1) != 10 {
		t.Errorf("posted %d and %d", p.spendable(0), p.spendable(1))
	}
}
