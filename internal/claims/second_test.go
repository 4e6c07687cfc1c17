package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

func (p *place) reviewing(by core.Actor, area core.Area, percent int64, above core.Points) {
	p.t.Helper()
	p.wants(p.claims.SetReviewing(context.Background(), by, area, claims.Reviewing{Percent: percent, Above: above}), "")
}

// TestASecondPersonReviews follows a claim through both reviews and tries everybody who may not be the second.
func TestASecondPersonReviews(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 4)
	ctx := context.Background()
	county := p.staff("县", core.RoleCounty, p.village.Parent().Parent())
	p.reviewing(county, p.village.Parent().Parent(), 0, 9)
	p.reviewing(p.secretary, p.village, 0, 500) // a village cannot be laxer
	small, large := p.submit(p.clerk, p.deed(0, "B02")), p.submit(p.secretary, p.deed(1, "A02"))
	if got := p.approve(p.supervisor, small.ID); got.State != claims.Approved {
		t.Fatalf("a small claim: %s", got.State)
	}
	first := p.approve(p.supervisor, large.ID)
	if first.State != claims.Submitted || first.FirstBy != p.supervisor.ID || !first.Marks(p.supervisor).Second {
		t.Fatalf("after its first review: %+v", first)
	}
	if _, err := p.claims.Approve(ctx, p.supervisor, p.village, claims.Seen{ID: large.ID}); codeOf(err) != "claims.second_by_another" {
		t.Errorf("the first reviewer again: %v", err)
	}
	if _, err := p.claims.Approve(ctx, p.secretary, p.village, claims.Seen{ID: large.ID}); codeOf(err) != "claims.own_submission" {
		t.Errorf("the submitter: %v", err)
	}
	m, err := p.claims.Month(ctx, p.clerk, p.village, 202609)
	p.wants(err, "")
	if m.Second != 1 || m.Counts[claims.Submitted] != 1 {
		t.Errorf("the month says %d wait, %v", m.Second, m.Counts)
	}
	if n := p.publish(202609); n.Claims != 1 {
		t.Errorf("%d claims on the list, want the one that is ready", n.Claims)
	}
	p.approve(p.township, large.ID)
	d, err := p.claims.Detail(ctx, p.clerk, p.village, large.ID)
	p.wants(err, "")
	if d.State != claims.Approved || len(d.History) != 3 || d.History[1].What != "first_approved" {
		t.Errorf("at the end: %s, %+v", d.State, d.History)
	}
	p.balanced()
}

// TestWhatIsSentBackAfterAFirstReviewBeginsAnew: a corrected claim is another claim to both reviewers.
func TestWhatIsSentBackAfterAFirstReviewBeginsAnew(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	p.reviewing(p.secretary, p.village, 100, 0)
	c := p.submit(p.clerk, p.deed(0, "A02"))
	p.approve(p.supervisor, c.ID)
	_, err := p.claims.Return(ctx, p.secretary, p.village, claims.Seen{ID: c.ID}, "请补充")
	p.wants(err, "")
	again, err := p.claims.Resubmit(ctx, p.clerk, p.village, c.ID, claims.Resubmission{Day: c.Day, Qty: 1, Step: -1})
	p.wants(err, "")
	if again.FirstBy != 0 {
		t.Fatal("the first review outlived the correction")
	}
	p.approve(p.secretary, c.ID)
	if got := p.approve(p.supervisor, c.ID); got.State != claims.Approved {
		t.Errorf("after both: %s", got.State)
	}
	p.balanced()
}

// TestRelativesDoNotReview registers relatives between submission and review, in both directions, and ends it again.
func TestRelativesDoNotReview(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 4)
	ctx := context.Background()
	cousin := p.staff("钱监督", core.RoleSupervisor, p.village)
	cousin.Village, cousin.Household = p.village, p.homes[3]
	c := p.submit(p.clerk, p.deed(0, "A02"))
	later := p.submit(p.clerk, p.deed(1, "A02"))
	if !p.claim(c.ID).Can(cousin).Review {
		t.Fatal("not a relative yet")
	}
	today := core.DayOf(p.clock.Now())
	kin := claims.Kin{Household: p.homes[3], Other: p.homes[0], Relation: "inlaw", FromDay: today}
	id, err := p.claims.AddKin(ctx, p.clerk, p.village, kin)
	p.wants(err, "")
	kin.Household, kin.Other = kin.Other, kin.Household
	_, err = p.claims.AddKin(ctx, p.township, p.village, kin)
	p.wants(err, "claims.kin_known")
	_, err = p.claims.AddKin(ctx, p.clerk, p.village, claims.Kin{Household: p.homes[1], Other: p.homes[3], Relation: "child", FromDay: today.Add(1)})
	p.wants(err, "")
	for _, by := range []core.Actor{p.secretary, p.supervisor, p.keeper, p.auditor} {
		_, err = p.claims.AddKin(ctx, by, p.village, kin)
		p.wants(err, "access.forbidden")
	}
	_, err = p.claims.Approve(ctx, cousin, p.village, claims.Seen{ID: c.ID})
	p.wants(err, "claims.relative")
	seen, err := p.claims.Detail(ctx, cousin, p.village, c.ID)
	p.wants(err, "")
	if seen.Can(cousin).Review || !seen.Marks(cousin).Relative {
		t.Error("the screen would offer it")
	}
	_, err = p.claims.Approve(ctx, cousin, p.village, claims.Seen{ID: later.ID}) // relatives from tomorrow on
	p.wants(err, "")
	p.wants(p.claims.EndKin(ctx, p.clerk, p.village, id), "")
	p.wants(p.claims.EndKin(ctx, p.clerk, p.village, id), "claims.no_kin")
	list, _, _, err := p.claims.Kin(ctx, p.clerk, p.village, core.Page{})
	p.wants(err, "")
	if ended := list[len(list)-1]; ended.ID != id || ended.FromDay != today || ended.UntilDay != today {
		t.Errorf("ended on the day it began: %+v", ended)
	}
	_, err = p.claims.Approve(ctx, cousin, p.village, claims.Seen{ID: c.ID})
	p.wants(err, "claims.relative") // today is its last day
	p.clock.SetDay(today.Add(1))
	_, err = p.claims.Approve(ctx, cousin, p.village, claims.Seen{ID: c.ID})
	p.wants(err, "")
	p.balanced()
}

const putPerson = `INSERT INTO resident (village, id, household, name, pinyin, relation, sex, birth_year, phone, party, id_hash, id_last4, state,
		created_ms, changed_ms) VALUES ($1, $2, $3, '王', '', 'head', '', 0, $4, 0, $5, '', 'active', 0, 0)`

// TestTheSameTelephoneBars also finds the number of a township officer who lives in another village.
func TestTheSameTelephoneBars(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 3)
	away := p.village + 7
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		for _, one := range []struct {
			village core.Area
			home    core.ID
			phone   string
		}{{p.village, p.homes[0], "13900000001"}, {p.village, p.homes[1], "13900000002"}, {away, 77, "13900000001"}, {p.village, p.homes[2], "13900000002"}} {
			if _, err := tx.Exec(ctx, putPerson, one.village, p.ids.Next(), one.home, one.phone, []byte{}); err != nil {
				return err
			}
		}
		return nil
	})
	officer := p.township
	officer.Village, officer.Household = away, 77
	neighbour := p.supervisor
	neighbour.Village, neighbour.Household = p.village, p.homes[2]
	rescue, idea := p.submit(p.clerk, p.deed(0, "D02")), p.submit(p.clerk, p.deed(1, "A02"))
	ctx := context.Background()
	_, err := p.claims.Approve(ctx, officer, p.village, claims.Seen{ID: rescue.ID})
	p.wants(err, "claims.same_phone")
	_, err = p.claims.Approve(ctx, neighbour, p.village, claims.Seen{ID: idea.ID})
	p.wants(err, "claims.same_phone")
	near, err := p.claims.Claim(ctx, neighbour, p.village, rescue.ID)
	p.wants(err, "")
	if m := near.Marks(neighbour); m.SamePhone || m.SameGroup || m.SameSurname {
		t.Errorf("nothing connects these: %+v", m)
	}
	p.approve(p.secretary, idea.ID)
	p.approve(p.township, rescue.ID)
}
