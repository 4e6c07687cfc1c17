package claims_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// onNotice puts one claim of each household on September's list.
func (p *place) onNotice(n int) (claims.Notice, []claims.Claim) {
	p.t.Helper()
	var all []claims.Claim
	for i := range n {
		c := p.submit(p.clerk, p.deed(i, "A02"))
		p.approve(p.supervisor, c.ID)
		all = append(all, c)
	}
	return p.publish(202609), all
}

func (p *place) object(by core.Actor, n claims.Notice, claim core.ID, text string) (claims.Objection, error) {
	return p.claims.Object(context.Background(), by, p.village, claims.Doubt{Notice: n.ID, Claim: claim, Text: text})
}

// TestObjectRefuses what is no objection to a line of an open list.
func TestObjectRefuses(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 3)
	n, all := p.onNotice(2)
	other := p.submit(p.clerk, p.deed(2, "A02"))
	somebody := p.public("9.9.9.9")
	for _, c := range []struct {
		name   string
		by     core.Actor
		notice core.ID
		claim  core.ID
		text   string
		code   string
	}{
		{"nothing said", somebody, n.ID, all[0].ID, " \t\x00 ", "claims.text_missing"},
		{"too much said", somebody, n.ID, all[0].ID, strings.Repeat("冤", 1001), "claims.text_too_long"},
		{"no such list", somebody, 5, all[0].ID, "不对", "claims.no_notice"},
		{"no such claim", somebody, n.ID, 5, "不对", "claims.no_claim"},
		{"a claim that is not on the list", somebody, n.ID, other.ID, "不对", "claims.no_claim"},
		{"the supervisor does not type paper", p.supervisor, n.ID, all[0].ID, "不对", "access.forbidden"},
	} {
		_, err := p.object(c.by, claims.Notice{ID: c.notice}, c.claim, c.text)
		if codeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	p.clock.SetDay(n.ToDay) // the last day is a whole day
	if _, err := p.object(somebody, n, all[0].ID, "还来得及"); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	p.clock.SetDay(n.ToDay.Add(1))
	_, err := p.object(somebody, n, all[1].ID, "晚了")
	p.wants(err, "claims.notice_over")
}

// TestAnObjectionFreezesItsLineOnly, and an answer frees it when none is left open.
func TestAnObjectionFreezesItsLineOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	n, all := p.onNotice(2)
	ctx := context.Background()
	first, err := p.object(p.public("1.1.1.1"), n, all[0].ID, "不是他提的")
	p.wants(err, "")
	second, err := p.object(p.card(1), n, all[0].ID, "我也觉得")
	p.wants(err, "")
	if p.claim(all[0].ID).State != claims.Frozen || p.claim(all[1].ID).State != claims.Noticed {
		t.Fatal("an objection freezes its line and no other")
	}
	dismiss := claims.Answer{Outcome: claims.Dismissed, Text: "有会议记录"}
	for _, bad := range []claims.Answer{{Outcome: "maybe", Text: "x"}, {Outcome: claims.Upheld}} {
		if _, err := p.claims.AnswerObjection(ctx, p.secretary, p.village, first.ID, bad); err == nil {
			t.Errorf("took the answer %+v", bad)
		}
	}
	_, err = p.claims.AnswerObjection(ctx, p.secretary, p.village, first.ID, dismiss)
	p.wants(err, "")
	if p.claim(all[0].ID).State != claims.Frozen {
		t.Fatal("one of two objections was answered; the line must stay frozen")
	}
	_, err = p.claims.AnswerObjection(ctx, p.secretary, p.village, second.ID, dismiss)
	p.wants(err, "")
	if p.claim(all[0].ID).State != claims.Noticed {
		t.Fatal("all objections were dismissed; the line must stand again")
	}
	third, err := p.object(p.public("1.1.1.1"), n, all[0].ID, "还是不对")
	p.wants(err, "")
	fourth, err := p.object(p.public("1.1.1.2"), n, all[0].ID, "就是不对")
	p.wants(err, "")
	_, err = p.claims.AnswerObjection(ctx, p.secretary, p.village, third.ID, claims.Answer{Outcome: claims.Upheld, Text: "查实"})
	p.wants(err, "")
	if told, err := p.claims.ObjectionByCode(ctx, p.village, fourth.Code); err != nil || told.State != claims.Upheld {
		t.Errorf("a line taken off answers everybody who objected: %+v, %v", told, err)
	}
	_, err = p.object(p.public("1.1.1.3"), n, all[0].ID, "已经撤下了")
	p.wants(err, "claims.wrong_state")
	p.balanced()
}

// TestFloods are held off by address, by village and by line; paper never is.
func TestFloods(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 30)
	n, all := p.onNotice(30)
	for i := range 5 {
		_, err := p.object(p.public(fmt.Sprint("10.0.0.", i)), n, all[0].ID, "不对")
		p.wants(err, "")
	}
	_, err := p.object(p.public("10.0.0.9"), n, all[0].ID, "不对")
	p.wants(err, "claims.line_has_objections")
	for i := range 10 {
		_, err := p.object(p.public("10.9.9.9"), n, all[i+1].ID, "不对")
		p.wants(err, "")
	}
	_, err = p.object(p.public("10.9.9.9"), n, all[12].ID, "不对")
	p.wants(err, "claims.too_many_objections")
	_, err = p.object(p.public("10.9.9.8"), n, all[12].ID, "不对")
	p.wants(err, "")
	_, err = p.object(p.clerk, n, all[13].ID, "来人口述")
	p.wants(err, "")
	p.clock.Advance(60*60*1000 + 1)
	_, err = p.object(p.public("10.9.9.9"), n, all[14].ID, "过了一小时")
	p.wants(err, "")
	for i := range 120 { // a hundred addresses cannot freeze a whole village
		_, err = p.object(p.public(fmt.Sprint("172.16.", i, ".1")), n, 1, "不对")
		if codeOf(err) == "claims.too_many_objections" {
			return
		}
	}
	t.Errorf("120 addresses were let through: %v", err)
}

// TestNobodyKnowsWhoObjected: no address in the audit trail, and a way to reach them only for those who answer.
func TestNobodyKnowsWhoObjected(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	n, all := p.onNotice(1)
	ctx := context.Background()
	_, err := p.claims.Object(ctx, p.public("10.20.30.40"), p.village, claims.Doubt{Notice: n.ID, Claim: all[0].ID, Text: "不对", Contact: "13800000000"})
	p.wants(err, "")
	p.view(func(ctx context.Context, tx *store.Tx) error {
		const traces = `SELECT COUNT(*) FROM audit WHERE village = $1 AND (from_addr = '10.20.30.40' OR after LIKE '%13800000000%')`
		var found int
		if err := tx.Row(ctx, traces, p.village).Scan(&found); err != nil || found != 0 {
			t.Errorf("%d audit lines point to who objected, %v", found, err)
		}
		return nil
	})
	for by, want := range map[*core.Actor]string{&p.supervisor: "13800000000", &p.secretary: "13800000000", &p.clerk: "", &p.township: "13800000000", &p.keeper: "", &p.auditor: ""} {
		list, _, err := p.claims.Objections(ctx, *by, p.village, "open", core.Page{})
		if err != nil || len(list) != 1 || list[0].Contact != want {
			t.Errorf("%s sees %+v, %v", by.Name, list, err)
		}
	}
}
