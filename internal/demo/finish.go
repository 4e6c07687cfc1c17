package demo

import (
	"bytes"
	"context"

	"qunyan/internal/claims"
	"qunyan/internal/core"
)

// issueCards lets the shown villages hand out their cards: before their first month, so that households apply
// themselves from the beginning.
func (d *Demo) issueCards(ctx context.Context) error {
	for _, v := range d.shown() {
		if err := v.issueCards(ctx); err != nil {
			return err
		}
	}
	return nil
}

// withPin is how many households set a PIN at the office; a hash takes time, and most people never do.
const withPin = 6

func (v *village) issueCards(ctx context.Context) error {
	ids := make([]core.ID, len(v.homes))
	for i, h := range v.homes {
		ids[i] = h.id
	}
	issued, err := v.d.p.Access.IssueCards(ctx, v.clerk, v.code, ids)
	if err != nil {
		return err
	}
	for i, card := range issued {
		h := &v.homes[i]
		h.token = card.Token
		if i%(len(v.homes)/withPin) != 0 || i/(len(v.homes)/withPin) >= withPin {
			continue
		}
		if _, err := v.d.p.Access.SetPin(ctx, v.clerk, v.code, card.ID, Pin); err != nil {
			return err
		}
		h.zeal = max(h.zeal, 80)
		h.card = core.Actor{Kind: core.CardActor, ID: card.ID, Village: v.code, Household: h.id, Unlocked: true, From: office(v.code)}
	}
	// The keeper and the supervisor live in the village like everybody.
	if err := v.d.moveIn(ctx, v, &v.keeper, v.homes[1]); err != nil {
		return err
	}
	return v.d.moveIn(ctx, v, &v.supervisor, v.homes[2])
}

// leaveWork leaves the shown village with claims that wait for review: a sheet, some typed in singly, and what
// households sent by themselves.
func (v *village) leaveWork(ctx context.Context) error {
	today := core.DayOf(v.d.clock.Now())
	rows := v.willing(12)
	if err := v.sheet(ctx, claims.Sheet{Rule: "A03", Day: today, Title: title(today.Month(), "院坝会"), Rows: rows}); err != nil {
		return err
	}
	for range 4 {
		if err := v.single(ctx, today.Add(-v.rng.IntN(3))); err != nil {
			return err
		}
	}
	for i := range v.homes {
		h := &v.homes[i]
		if h.card.ID == 0 || v.rng.IntN(2) == 0 {
			continue
		}
		photo, err := v.photo(ctx, h.card)
		if err != nil {
			return err
		}
		deed := claims.Deed{Household: h.id, Rule: "C03", Day: today, Qty: 1, Step: -1, Note: v.one(visits), Photo: photo}
		if err := v.submit(ctx, h.card, deed); err != nil {
			return err
		}
	}
	return v.returnOne(ctx)
}

// photo uploads a made-up picture.
func (v *village) photo(ctx context.Context, by core.Actor) (core.ID, error) {
	picture, err := scene(v.rng)
	if err != nil {
		return 0, err
	}
	kept, err := v.d.p.Files.Put(ctx, by, v.code, bytes.NewReader(picture))
	return kept.ID, err
}

// returnOne sends one claim back to the clerk, who finds something to correct.
func (v *village) returnOne(ctx context.Context) error {
	today := core.DayOf(v.d.clock.Now())
	before := len(v.pending)
	for i := 3; len(v.pending) == before && i < len(v.homes); i++ { // until a household's cap leaves something
		deed := claims.Deed{Household: v.homes[i].id, Rule: "C01", Day: today, Qty: 1, Step: -1, Note: v.one(disputes), Proof: "调解登记"}
		if err := v.submit(ctx, v.clerk, deed); err != nil {
			return err
		}
	}
	p := &v.pending[len(v.pending)-1]
	p.returned = true
	_, err := v.d.p.Claims.Return(ctx, v.supervisor, v.code, claims.Seen{ID: p.id}, v.one(returned))
	return err
}

// justNow are the minutes before now at which somebody came to the shown shop, if it is late enough in the day.
var justNow = []int64{95, 62, 41, 18}

// finish lets somebody come to the shown shop this morning, so that the keeper's list of the day is not empty.
func (d *Demo) finish(ctx context.Context) error {
	now := d.clock.live.Now()
	for _, minutes := range justNow {
		at := now - minutes*60_000
		if core.DayOf(at) != d.cal.today || at < d.cal.today.Ms()+int64(morning)*60_000 {
			continue
		}
		d.clock.Set(at)
		if err := d.village.visit(ctx); err != nil {
			return err
		}
	}
	return nil
}
