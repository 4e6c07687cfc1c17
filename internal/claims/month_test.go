package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
)

// played is a month on its way through TestMonth.
type played struct {
	*place
	attended         []core.ID // the sheet's claims
	idea, fine, late claims.Claim
	notice           claims.Notice
}

// TestMonth plays a whole month: claims from cards, singly and on a sheet; review; notice; an objection upheld and one
// dismissed; close; and what came late goes to October.
func TestMonth(t *testing.T) {
	t.Parallel()
	m := &played{place: newPlace(t, 6)}
	m.submitAll(t)
	m.reviewAndPublish(t)
	m.objectAndAnswer(t)

	m.clock.SetDay(m.notice.ToDay)
	_, err := m.claims.Close(context.Background(), m.secretary, m.village, 202609)
	m.wants(err, "claims.window_open")
	m.clock.SetDay(m.notice.ToDay.Add(1))
	done := m.close(202609)
	if done.Claims != 7 || done.Points != 5*2+10 || done.Deducted != 60 || done.Moved != 1 || done.LastNo-done.FirstNo != 6 {
		t.Fatalf("close: %+v", done)
	}
	if m.spendable(0) != 12 || m.base(1) != 40 || m.spendable(5) != 0 {
		t.Errorf("balances %d, %d, %d", m.spendable(0), m.base(1), m.spendable(5))
	}
	if c := m.claim(m.attended[5]); c.State != claims.Dropped || c.Reason == "" {
		t.Errorf("the line objected to: %+v", c)
	}
	if c := m.claim(m.late.ID); c.State != claims.Submitted || c.Month != 202610 {
		t.Errorf("the late claim: %+v", c)
	}
	if c := m.claim(m.idea.ID); c.State != claims.Posted || c.Line == 0 {
		t.Errorf("the card's claim: %+v", c)
	}

	m.clock.SetDay(20261020)
	if again := m.close(202609); again != done {
		t.Errorf("the second close says %+v, the first %+v", again, done)
	}
	m.balanced()
}

func (m *played) submitAll(t *testing.T) {
	sheet := claims.Sheet{Rule: "A01", Day: startDay, Title: "九月群众会"}
	for _, h := range m.homes {
		sheet.Rows = append(sheet.Rows, claims.SheetRow{Household: h, Qty: 1, Step: -1})
	}
	typed, err := m.claims.SubmitSheet(context.Background(), m.clerk, m.village, sheet)
	m.wants(err, "")
	if typed.Claims != 6 || typed.Points != 12 {
		t.Fatalf("the sheet gave %+v", typed)
	}
	for i, r := range typed.Rows {
		if r.Code != "" || r.Points != 2 || r.Household != m.homes[i] {
			t.Fatalf("row %d: %+v", i, r)
		}
		m.attended = append(m.attended, r.Claim)
	}
	m.idea = m.submit(m.card(0), m.deed(0, "A02"))
	if m.idea.Source != claims.FromCard || m.idea.Points != 10 || m.idea.Month != 202609 {
		t.Fatalf("the card's claim: %+v", m.idea)
	}
	m.fine = m.submit(m.clerk, m.deed(1, "M03"))
}

func (m *played) reviewAndPublish(t *testing.T) {
	decided, err := m.claims.ApproveMany(context.Background(), m.supervisor, m.village, asSeen(append(m.attended[:6:6], m.idea.ID, m.fine.ID)...))
	m.wants(err, "")
	for _, d := range decided {
		if d.Code != "" {
			t.Fatalf("not approved: %+v", d)
		}
	}
	m.notice = m.publish(202609)
	if n := m.notice; n.Claims != 8 || n.Points != 12+10-60 || n.FromDay != startDay.Add(1) || n.ToDay != startDay.Add(3) {
		t.Fatalf("notice: %+v", n)
	}
	m.late = m.submit(m.card(2), m.deed(2, "B02"))
}

func (m *played) objectAndAnswer(t *testing.T) {
	ctx := context.Background()
	upheld, err := m.claims.Object(ctx, m.public("10.1.1.1"), m.village, claims.Doubt{Notice: m.notice.ID, Claim: m.attended[5], Text: "那天他家没人来"})
	m.wants(err, "")
	dismissed, err := m.claims.Object(ctx, m.card(3), m.village, claims.Doubt{Notice: m.notice.ID, Claim: m.idea.ID, Text: "建议不是他提的", Contact: "二组老李"})
	m.wants(err, "")
	if upheld.DueDay != startDay.Add(7) || len(upheld.Code) != 8 {
		t.Fatalf("objection: %+v", upheld)
	}
	_, err = m.claims.Close(ctx, m.secretary, m.village, 202609)
	m.wants(err, "claims.lines_frozen")
	_, err = m.claims.AnswerObjection(ctx, m.secretary, m.village, upheld.ID, claims.Answer{Outcome: claims.Upheld, Text: "签到表上没有他家"})
	m.wants(err, "")
	_, err = m.claims.AnswerObjection(ctx, m.secretary, m.village, dismissed.ID, claims.Answer{Outcome: claims.Dismissed, Text: "会议纪要第 3 项写的是他"})
	m.wants(err, "")
	told, err := m.claims.ObjectionByCode(ctx, m.village, upheld.Code[:4]+"-"+upheld.Code[4:])
	m.wants(err, "")
	if told.State != claims.Upheld || told.Answer == "" || told.Contact != "" {
		t.Fatalf("whoever objected reads %+v", told)
	}
}
