package demo

import (
	"context"
	"fmt"

	"qunyan/internal/core"
)

// planMonth puts a month on the village's agenda, in the rhythm such villages have (domain.md §3): meeting, clean-up,
// rating of the yards, single deeds, reviews, the list on the board four days before the end, the close on the last day.
func (v *village) planMonth(month core.Month) {
	first, last := month.First(), month.Last()
	meeting, cleanup, rating := first.Add(1+v.rng.IntN(3)), first.Add(9+v.rng.IntN(5)), first.Add(15+v.rng.IntN(4))
	if v.isShown() {
		meeting = first.Add(1)
	}
	if v == v.d.village {
		v.planTogether(month, meeting, cleanup, rating)
		v.planVoices(month)
	} else {
		v.planSheets(meeting, cleanup, rating)
	}
	for range v.d.scale.Singles {
		v.planSingle(first.Add(v.rng.IntN(last.Sub(first) - 4)))
	}
	for _, day := range []core.Day{meeting.Add(1), first.Add(8), first.Add(19), last.Add(-5)} {
		v.plan(day, afternoon, v.review)
		v.plan(day.Add(1), morning, v.resubmit)
	}
	v.plan(first, morning, v.refresh)
	v.plan(first.Add(14), morning, v.restock)
	if v.topped && (month == v.d.cal.first.Add(2) || month == v.d.cal.first.Add(6)) {
		v.plan(first.Add(6), morning, func(ctx context.Context) error { return v.topUp(ctx, month) })
	}
	switch {
	case month == v.lastClosed() && v.slow: // its secretary has not got round to it
	case month <= v.lastClosed():
		v.planEnd(month)
	case month <= v.d.cal.open:
		v.planOpenEnd(month)
	}
}

// planSheets lets a village type what it does together in from its paper lists.
func (v *village) planSheets(meeting, cleanup, rating core.Day) {
	v.plan(meeting.Add(1), morning, func(ctx context.Context) error { return v.meeting(ctx, meeting) })
	v.plan(cleanup.Add(1), morning, func(ctx context.Context) error { return v.cleanup(ctx, cleanup) })
	v.plan(rating, afternoon, func(ctx context.Context) error { return v.rating(ctx, rating) })
}

// lastClosed is the newest month a village has closed. In the first days of a month the villages that are shown still
// have the list of the month before on their board.
func (v *village) lastClosed() core.Month {
	if v.isShown() {
		return v.d.cal.open.Prev()
	}
	return v.d.cal.today.Month().Prev()
}

// planEnd plans the list, its objections and the close of a month that is over.
func (v *village) planEnd(month core.Month) {
	last := month.Last()
	v.plan(last.Add(-4), morning, func(ctx context.Context) error { return v.publish(ctx, month) })
	if v.rng.IntN(3) == 0 {
		v.plan(last.Add(-3), evening, v.object)
		v.plan(last.Add(-1), afternoon, v.answer)
	}
	v.plan(last, evening, func(ctx context.Context) error { return v.close(ctx, month) })
	if v.shop.from == 0 {
		v.shop.from = last.Add(1)
	}
}

// planOpenEnd plans the end of history. Where the demo is shown, a list went up yesterday and somebody objected in the
// evening; elsewhere the month takes its course.
func (v *village) planOpenEnd(month core.Month) {
	publish, object := month.Last().Add(-4), month.Last().Add(-3)
	if v.isShown() {
		publish = v.d.cal.today.Add(-1)
		object = publish
		v.plan(publish.Add(-1), afternoon, v.review)
	}
	v.plan(publish, morning, func(ctx context.Context) error { return v.publish(ctx, month) })
	if v.isShown() || v.rng.IntN(4) == 0 {
		v.plan(object, evening, v.object)
	}
	if v.isShown() {
		v.plan(publish, evening, v.leaveWork)
	}
	if v == v.d.village {
		v.plan(publish, evening, v.leaveTogether)
		v.plan(publish, evening, v.leaveVoices)
	}
}

// planSingle plans one deed that somebody types in alone.
func (v *village) planSingle(day core.Day) {
	hour := []int{morning, afternoon, evening}[v.rng.IntN(3)]
	v.plan(day, hour, func(ctx context.Context) error { return v.single(ctx, day) })
}

// topUp is money besides the county's: a share of the village company's profit, a donation.
func (v *village) topUp(ctx context.Context, month core.Month) error {
	amount := core.Fen(300+100*v.rng.IntN(5)) * 100
	if v.isShown() {
		amount = 2_000_00
	}
	return v.granted(ctx, doc(month, 10+v.rng.IntN(80)), amount)
}

// refresh reads at a month's beginning what everybody can spend, and lets the keeper buy.
func (v *village) refresh(ctx context.Context) error {
	if err := v.readPoints(ctx); err != nil {
		return fmt.Errorf("read the balances: %w", err)
	}
	return v.restock(ctx)
}
