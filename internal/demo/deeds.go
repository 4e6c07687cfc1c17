package demo

import (
	"context"
	"fmt"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// pending is a claim that waits for a decision.
type pending struct {
	id       core.ID
	by       core.Actor
	deed     claims.Deed // for sending it again; of a sheet's row only the rule is known
	returned bool
}

// readPoints reads every household's spendable points.
func (v *village) readPoints(ctx context.Context) error {
	return v.d.p.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		all, err := ledger.AllBalances(ctx, tx, v.code)
		for id, b := range all {
			v.homes[v.at[id]].points = b.Spendable
		}
		return err
	})
}

// willing are the households that come to something, in the order of the list: percent of the most willing.
func (v *village) willing(percent int) (rows []claims.SheetRow) {
	for i := range v.homes {
		if h := &v.homes[i]; v.rng.IntN(10_000) < h.zeal*percent*3/2 {
			rows = append(rows, claims.SheetRow{Household: h.id, Qty: 1, Step: -1})
		}
	}
	return rows
}

func (v *village) meeting(ctx context.Context, day core.Day) error {
	return v.sheet(ctx, claims.Sheet{Rule: "A01", Day: day, Title: title(day.Month(), "群众会"), Rows: v.willing(v.d.scale.Meeting)})
}

func (v *village) cleanup(ctx context.Context, day core.Day) error {
	rows := v.willing(v.d.scale.Cleanup)
	for i := range rows {
		rows[i].Qty = 1 + v.rng.Int64N(2)
	}
	return v.sheet(ctx, claims.Sheet{Rule: "B02", Day: day, Title: title(day.Month(), "公共卫生大扫除"), Rows: rows})
}

func (v *village) rating(ctx context.Context, day core.Day) error {
	rows := v.willing(v.d.scale.Rating)
	for i := range rows {
		rows[i].Step = int64(min(v.rng.IntN(3), 1)) // a third is best, the others are clean
	}
	return v.sheet(ctx, claims.Sheet{Rule: "B01", Day: day, Title: title(day.Month(), "庭院卫生评比"), Rows: rows})
}

// sheet types a paper list in.
func (v *village) sheet(ctx context.Context, in claims.Sheet) error {
	if len(in.Rows) == 0 {
		return nil
	}
	done, err := v.d.p.Claims.SubmitSheet(ctx, v.clerk, v.code, in)
	if err != nil {
		return may(err, "claims.sheet_empty")
	}
	v.d.claimed.Add(done.Claims)
	for _, row := range done.Rows {
		if row.Code == "" {
			v.pending = append(v.pending, pending{id: row.Claim, by: v.clerk, deed: claims.Deed{Rule: in.Rule}})
		}
	}
	return nil
}

// single submits one deed: by the household itself where it has a card, else by the clerk.
func (v *village) single(ctx context.Context, day core.Day) error {
	h := &v.homes[v.rng.IntN(len(v.homes))]
	deed := v.deed(day)
	deed.Household = h.id
	by := v.clerk
	if self := map[string]bool{"A02": true, "C01": true, "C03": true, "D01": true}[deed.Rule]; self && h.card.ID != 0 {
		by = h.card
	}
	return v.submit(ctx, by, deed)
}

// deed draws what somebody did.
func (v *village) deed(day core.Day) claims.Deed {
	d := claims.Deed{Day: day, Qty: 1, Step: -1}
	number := fmt.Sprintf("%d-%d", day/100, 1+v.rng.IntN(40))
	switch n := v.rng.IntN(20); {
	case n < 5:
		d.Rule, d.Note, d.Proof = "A02", v.one(suggestions), "会议记录"+number
	case n < 9:
		d.Rule, d.Note = "C03", v.one(visits)
	case n < 12:
		d.Rule, d.Note, d.Proof = "D01", v.one(patrols), "值班表"+number
	case n < 15:
		d.Rule, d.Note, d.Proof = "C01", v.one(disputes), "调解登记"+number
	case n < 16:
		d.Rule, d.Note, d.Proof = "C02", "按红白理事会的标准办席", "登记表"+number
		d.Event = "简办" + number
	case n < 18:
		d.Rule, d.Note, d.Step = "E01", v.one(awards), int64(v.rng.IntN(2))
		d.Event = "表彰" + number
	default:
		d.Rule, d.Note, d.Proof = "M01", v.one(litter), "提醒单"+number
	}
	return d
}

func (v *village) submit(ctx context.Context, by core.Actor, deed claims.Deed) error {
	claim, err := v.d.p.Claims.Submit(ctx, by, v.code, deed)
	if err != nil {
		return may(err, "claims.cap_reached")
	}
	v.d.claimed.Add(1)
	v.pending = append(v.pending, pending{id: claim.ID, by: by, deed: deed})
	return nil
}

// review decides what waits: most is approved together, a little of what came singly goes back or is refused.
func (v *village) review(ctx context.Context) error {
	var approve []core.ID
	var rest []pending
	for _, p := range v.pending {
		single := p.deed.Household != 0 && p.deed.Household != v.supervisor.Household
		switch {
		case p.returned:
			rest = append(rest, p)
		case single && v.rng.IntN(12) == 0:
			if _, err := v.d.p.Claims.Return(ctx, v.supervisor, v.code, claims.Seen{ID: p.id}, v.one(returned)); err != nil {
				return err
			}
			p.returned = true
			rest = append(rest, p)
		case single && v.rng.IntN(30) == 0:
			if _, err := v.d.p.Claims.Reject(ctx, v.supervisor, v.code, claims.Seen{ID: p.id}, v.one(rejected)); err != nil {
				return err
			}
		default:
			approve = append(approve, p.id)
		}
	}
	v.pending = rest
	return v.approve(ctx, approve)
}

func (v *village) approve(ctx context.Context, ids []core.ID) error {
	for len(ids) > 0 {
		n := min(len(ids), claims.MaxTogether)
		decided, err := v.d.p.Claims.ApproveMany(ctx, v.supervisor, v.code, seen(ids[:n]))
		if err != nil {
			return err
		}
		for _, one := range decided {
			if one.Code == "claims.own_household" {
				_, err = v.d.p.Claims.Approve(ctx, v.colleague, v.code, claims.Seen{ID: one.ID})
			} else if one.Code != "" {
				err = fmt.Errorf("approve: %s", one.Code)
			}
			if err != nil {
				return err
			}
		}
		ids = ids[n:]
	}
	return nil
}

// resubmit corrects what came back.
func (v *village) resubmit(ctx context.Context) error {
	for i := range v.pending {
		p := &v.pending[i]
		if !p.returned {
			continue
		}
		_, err := v.d.p.Claims.Resubmit(ctx, p.by, v.code, p.id, claims.Resubmission{
			Day: p.deed.Day, Qty: p.deed.Qty, Step: p.deed.Step, Event: p.deed.Event, Note: p.deed.Note + "，已补见证人和日期", Proof: p.deed.Proof,
		})
		if err != nil {
			return may(err, "claims.cap_reached")
		}
		p.returned = false
	}
	return nil
}

func (v *village) publish(ctx context.Context, month core.Month) error {
	_, err := v.d.p.Claims.PublishNotice(ctx, v.clerk, v.code, month, 0)
	return may(err, "claims.nothing_to_notice")
}

// object is a neighbour's doubt about a line of the newest list.
func (v *village) object(ctx context.Context) error {
	notices, err := v.d.p.Claims.PublicNotices(ctx, v.code)
	if err != nil || len(notices) == 0 {
		return err
	}
	_, lines, err := v.d.p.Claims.PublicNotice(ctx, v.code, notices[0].ID)
	if err != nil || len(lines) == 0 {
		return err
	}
	line := lines[v.rng.IntN(len(lines))]
	by := core.Actor{From: fmt.Sprintf("10.9.%d.%d", v.code%250, v.rng.IntN(250))}
	_, err = v.d.p.Claims.Object(ctx, by, v.code, claims.Doubt{Notice: notices[0].ID, Claim: line.Claim, Text: v.one(objections)})
	return err
}

// answer replies to every open objection. The secretary does: the supervisors have reviewed the lines.
func (v *village) answer(ctx context.Context) error {
	open, _, err := v.d.p.Claims.Objections(ctx, v.secretary, v.code, "open", core.Page{})
	for _, o := range open {
		in := claims.Answer{Outcome: claims.Dismissed, Text: v.one(dismissals)}
		if v.rng.IntN(3) == 0 {
			in = claims.Answer{Outcome: claims.Upheld, Text: v.one(upholdings)}
		}
		if _, err := v.d.p.Claims.AnswerObjection(ctx, v.secretary, v.code, o.ID, in); err != nil {
			return err
		}
	}
	return err
}

func (v *village) close(ctx context.Context, month core.Month) error {
	_, err := v.d.p.Claims.Close(ctx, v.secretary, v.code, month)
	return err
}

// seen are claims as they were submitted.
func seen(ids []core.ID) (all []claims.Seen) {
	for _, id := range ids {
		all = append(all, claims.Seen{ID: id})
	}
	return all
}
