package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/store"
)

// The days a list stays are voted with the rules (domain.md §3); who publishes may give more of them, never fewer.
func TestNobodyShortensTheNoticeThatWasVoted(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE ruleset SET notice_days = 5 WHERE village = $1`, p.village)
		return err
	})
	p.approve(p.secretary, p.submit(p.clerk, p.deed(0, "A02")).ID)
	for _, days := range []int{3, 4} {
		_, err := p.claims.PublishNotice(context.Background(), p.clerk, p.village, 202609, days)
		p.wants(err, "claims.bad_notice_days")
	}
	n, err := p.claims.PublishNotice(context.Background(), p.clerk, p.village, 202609, 6)
	p.wants(err, "")
	if n.ToDay != startDay.Add(6) {
		t.Errorf("a list of six days ends on %v", n.ToDay)
	}
	p.approve(p.secretary, p.submit(p.clerk, p.deed(1, "A02")).ID)
	if n := p.publish(202609); n.ToDay != startDay.Add(5) {
		t.Errorf("a list of the voted days ends on %v", n.ToDay)
	}
}

// Sending a returned claim again is held to all that a first submission is held to.
func TestAReturnedClaimIsNoWayAroundTheRules(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	returned := func(home int) claims.Claim {
		c := p.submit(p.card(home), p.deed(home, "A02"))
		c, err := p.claims.Return(context.Background(), p.secretary, p.village, claims.Seen{ID: c.ID}, "请写明是哪条建议")
		p.wants(err, "")
		return c
	}
	again := claims.Resubmission{Day: startDay, Qty: 1, Step: -1}
	late, gone := returned(0), returned(1)
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE household SET state = 'closed' WHERE village = $1 AND id = $2`, p.village, p.homes[1])
		return err
	})
	_, err := p.claims.Resubmit(context.Background(), p.card(1), p.village, gone.ID, again)
	p.wants(err, "claims.household_closed")
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE rule SET self = 0 WHERE village = $1 AND code = 'A02'`, p.village)
		return err
	})
	_, err = p.claims.Resubmit(context.Background(), p.card(0), p.village, late.ID, again)
	p.wants(err, "claims.not_self")
	p.balanced()
}

// Only the year of birth is kept, so who turns eighteen this year may still be under age.
func TestTheHeadWhoMayBeUnderAgeIsNotNamed(t *testing.T) {
	t.Parallel()
	for born, shown := range map[int]string{2007: "王*国", 2008: "王**", 2012: "王**", 0: "王*国"} {
		p := newPlace(t, 1)
		p.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO resident (village, id, household, name, pinyin, relation, sex, birth_year, phone, party, id_hash, id_last4, state, created_ms, changed_ms)
				VALUES ($1, $2, $2, '王建国', '', 'head', '', $3, '', 0, $4, '', 'active', 0, 0)`, p.village, p.homes[0], born, []byte{})
			return err
		})
		p.approve(p.secretary, p.submit(p.clerk, p.deed(0, "A02")).ID)
		_, lines, err := p.claims.PublicNotice(context.Background(), p.village, p.publish(202609).ID)
		p.wants(err, "")
		if len(lines) != 1 || lines[0].Head != shown {
			t.Errorf("born in %d: %+v, want %s", born, lines, shown)
		}
	}
}

func TestAnyTextIsNoReferenceNumber(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	for _, code := range []string{"", "\x00", "ABCD\x00FGH", "\xff\xfe", "ABCD-EFGH", "甲乙丙丁"} {
		_, err := p.claims.ObjectionByCode(context.Background(), p.village, code)
		p.wants(err, "claims.no_objection")
	}
}
