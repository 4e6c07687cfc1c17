package demo

import (
	"context"

	"qunyan/internal/appraisal"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/gatherings"
)

// The village that is shown does together what the others type in as sheets: its meetings and clean-ups have a plan and
// a roll, its yards are rated by a group. Of the month in progress the last rater's paper is still to be typed in.

// planTogether plans a month's gatherings and its appraisal.
func (v *village) planTogether(month core.Month, meeting, cleanup, rating core.Day) {
	v.planGathering(gatherings.Plan{
		Kind: gatherings.Meeting, Title: title(month, "群众会"), Place: "村委会院坝", Day: meeting, FromMin: evening, ToMin: evening + 100,
		Counts: []gatherings.Counts{{Rule: "A01", Who: gatherings.Whole}},
	}, v.d.scale.Meeting)
	v.planGathering(gatherings.Plan{
		Kind: gatherings.Cleanup, Title: title(month, "公共卫生大扫除"), Place: "通村公路沿线", Day: cleanup, FromMin: 8 * 60, ToMin: 12 * 60,
		Counts: []gatherings.Counts{{Rule: "B02", Who: gatherings.Hours, Hours: 2}},
	}, v.d.scale.Cleanup)
	if month != v.d.cal.today.Add(-1).Month() { // leaveTogether opens that one
		v.plan(rating, afternoon, func(ctx context.Context) error { return v.rateTogether(ctx, rating) })
	}
}

// planGathering lets one be planned on the morning of its day, and its roll typed from the paper on the next.
func (v *village) planGathering(in gatherings.Plan, percent int) {
	var id core.ID
	v.plan(in.Day, morning, func(ctx context.Context) (err error) {
		id, err = v.gather(ctx, in)
		return err
	})
	v.plan(in.Day.Add(1), morning, func(ctx context.Context) error {
		if err := v.callRoll(ctx, id, in.Kind, percent); err != nil {
			return err
		}
		made, err := v.d.p.Gatherings.MakeClaims(ctx, v.clerk, v.code, id)
		if err != nil {
			return may(err, "gatherings.nothing_to_claim")
		}
		for _, part := range made.Parts {
			if err := v.wait(ctx, part.Rule, part.Sheets); err != nil {
				return err
			}
		}
		return nil
	})
}

func (v *village) gather(ctx context.Context, in gatherings.Plan) (core.ID, error) {
	made, err := v.d.p.Gatherings.Plan(ctx, v.clerk, v.code, in)
	return made.ID, err
}

// callRoll marks who was there: some come late or leave early, some speak, and a clean-up has hours.
func (v *village) callRoll(ctx context.Context, id core.ID, kind gatherings.Kind, percent int) error {
	var marks []gatherings.Mark
	for _, row := range v.willing(percent) {
		m := gatherings.Mark{Household: row.Household, Arrival: gatherings.ArrivedOnTime}
		switch {
		case kind == gatherings.Cleanup || kind == gatherings.Shift:
			m.Hours = 2 + v.rng.Int64N(3)
		default:
			m.Stayed, m.Spoke = v.rng.IntN(12) > 0, v.rng.IntN(9) == 0
			if v.rng.IntN(14) == 0 {
				m.Arrival = gatherings.ArrivedLate
			}
		}
		marks = append(marks, m)
	}
	for len(marks) > 0 {
		n := min(len(marks), gatherings.MaxMarks)
		if _, err := v.d.p.Gatherings.Mark(ctx, v.clerk, v.code, id, marks[:n]); err != nil {
			return err
		}
		marks = marks[n:]
	}
	return nil
}

// raters is how large the group is that looks at the yards.
const raters = 5

// openRating begins a month's appraisal with five people who live in the village.
func (v *village) openRating(ctx context.Context, day core.Day) (appraisal.Appraisal, error) {
	in := appraisal.Plan{Rule: "B01", Month: day.Month(), Day: day, Title: title(day.Month(), "庭院卫生评比")}
	first := int(day.Month()) % 100 // another group each month
	for i := range raters {
		h := v.homes[(first+i*len(v.homes)/raters)%len(v.homes)]
		in.Raters = append(in.Raters, appraisal.Rater{Name: h.head, Household: h.id})
	}
	return v.d.p.Appraisals.Open(ctx, v.clerk, v.code, in)
}

// rate types some raters' papers in. They agree by and large; one mark in thirty is far from the others.
func (v *village) rate(ctx context.Context, group appraisal.Appraisal, papers int) error {
	yards := make([]int, len(v.homes)) // out of a hundred, how well it is kept this month
	for i := range yards {
		yards[i] = v.rng.IntN(100)
	}
	for _, rater := range group.Raters[:papers] {
		var marks []appraisal.Mark
		for i := range v.homes {
			if v.homes[i].id == rater.Household {
				continue
			}
			m := appraisal.Mark{Household: v.homes[i].id}
			switch seen := yards[i] + v.rng.IntN(21) - 10; {
			case v.rng.IntN(30) == 0:
				m.Mark = 2 - min(int64(yards[i])/34, 2)
			case seen < v.d.scale.Rating/3:
				m.Mark = 2
			case seen < v.d.scale.Rating:
				m.Mark = 1
			}
			marks = append(marks, m)
		}
		for len(marks) > 0 {
			n := min(len(marks), appraisal.MaxMarks)
			if _, err := v.d.p.Appraisals.Mark(ctx, v.clerk, v.code, group.ID, rater.No, marks[:n]); err != nil {
				return err
			}
			marks = marks[n:]
		}
	}
	return nil
}

func (v *village) rateTogether(ctx context.Context, day core.Day) error {
	group, err := v.openRating(ctx, day)
	if err != nil {
		return err
	}
	if err := v.rate(ctx, group, raters); err != nil {
		return err
	}
	made, err := v.d.p.Appraisals.MakeClaims(ctx, v.clerk, v.code, group.ID)
	if err != nil {
		return may(err, "appraisal.nothing_to_claim")
	}
	return v.wait(ctx, group.Rule, made.Sheets)
}

// wait puts the claims of sheets before the reviewers.
func (v *village) wait(ctx context.Context, rule string, sheets []core.ID) error {
	for _, sheet := range sheets {
		page := core.Page{Limit: 200}
		for {
			list, next, err := v.d.p.Claims.Claims(ctx, v.clerk, v.code, claims.Filter{Sheet: sheet}, page)
			if err != nil {
				return err
			}
			for _, c := range list {
				v.pending = append(v.pending, pending{id: c.ID, by: v.clerk, deed: claims.Deed{Rule: rule}})
			}
			v.d.claimed.Add(int64(len(list)))
			if page.Cursor = next; next == "" {
				break
			}
		}
	}
	return nil
}

// leaveTogether leaves the clerk something to go on with: an evening class whose roll is called, a shift that is still
// to come, and an appraisal that lacks one paper.
func (v *village) leaveTogether(ctx context.Context) error {
	today := core.DayOf(v.d.clock.Now())
	class, err := v.gather(ctx, gatherings.Plan{
		Kind: gatherings.Class, Title: title(today.Month(), "村民夜校"), Place: "村活动室", Day: today.Add(-1), FromMin: evening, ToMin: evening + 80,
		Counts: []gatherings.Counts{{Rule: "A03", Who: gatherings.Present}},
	})
	if err != nil {
		return err
	}
	if err := v.callRoll(ctx, class, gatherings.Class, v.d.scale.Cleanup); err != nil {
		return err
	}
	if _, err := v.gather(ctx, gatherings.Plan{
		Kind: gatherings.Shift, Title: "森林防火值守", Place: "后山卡点", Day: today.Add(3), FromMin: 8 * 60, ToMin: 16 * 60,
		Counts: []gatherings.Counts{{Rule: "D01", Who: gatherings.Hours, Hours: 4}},
	}); err != nil {
		return err
	}
	group, err := v.openRating(ctx, today)
	if err != nil {
		return err
	}
	return v.rate(ctx, group, raters-1)
}
