package bench

import (
	"context"
	"fmt"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

const sqlTrialFill = `INSERT INTO claim (village, id, household, version, rule, category, day, month, step, qty, points, asked, event, note,
		proof, photo, state, source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice,
		version_no, created_ms, changed_ms)
	VALUES ($1, $2, $3, 1, $4, $5, $6, $7, -1, 1, $8, $8, '', '', '', 0, 'noticed', 'sheet', 0, 'staff', 1, '张三', 0, '', 0, '', 0, 1, 0, 0)`

const sqlTrialRead = `SELECT rule, day, step, qty, points, event, source FROM claim WHERE village = $1 AND id > $2 ORDER BY id`

// trialLimit is how long somebody waits for the trial of a year.
const trialLimit = 5 * time.Second

// trial compares the trial of a draft on a year of 60,000 claims with reading the same claims and doing nothing.
func trial(ctx context.Context, b *bench) ([]Result, error) {
	n, v := b.size(60_000, 60_000, 200), village(0)
	version, err := b.yearOfClaims(ctx, v, n)
	if err != nil {
		return nil, err
	}
	read := func() error {
		rows := 0
		err := b.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Rows(ctx, sqlTrialRead, func(r store.Row) error {
				var rule, event, source string
				var day, step, qty, points int64
				rows++
				return r.Scan(&rule, &day, &step, &qty, &points, &event, &source)
			}, v, int64(0))
		})
		if err == nil && rows != n {
			err = fmt.Errorf("%d claims were read, not %d", rows, n)
		}
		return err
	}
	after := int64(0)
	try := func() error {
		state, err := b.svc.Claims.Trial(ctx, actor(1, core.RoleClerk, v), v, version, after)
		if err == nil && (state.Result == nil || state.Result.Claims != int64(n)) {
			err = fmt.Errorf("a trial of %d households of %d", state.Done, state.Total)
		}
		after = b.clock.Now()
		return err
	}
	raw, product, err := middle(5, read, try)
	name, measured := fmt.Sprintf("trial of a draft on %d claims", n), fmt.Sprintf("%d ms", product.Milliseconds())
	return []Result{
		{Name: name, Reference: fmt.Sprintf("reading them %d ms", raw.Milliseconds()), Measured: measured,
			Ratio: int64(product) * 1000 / max(int64(raw), int64(time.Microsecond)), Bar: 8000},
		{Name: name + ": to its limit", Reference: fmt.Sprintf("%d ms", trialLimit.Milliseconds()), Measured: measured,
			Ratio: max(int64(product)*1000/int64(trialLimit), 1), Bar: 1000},
	}, err
}

// yearOfClaims gives a village a draft, and n claims spread over its households and a year's days; it returns the draft.
func (b *bench) yearOfClaims(ctx context.Context, v core.Area, n int) (int64, error) {
	if err := b.areas(ctx, 1); err != nil {
		return 0, err
	}
	homes, err := b.households(ctx, v, b.size(400, 400, 10))
	if err != nil {
		return 0, err
	}
	if err := b.rules(ctx, v); err != nil {
		return 0, err
	}
	template, err := rulebook.Template()
	if err != nil {
		return 0, err
	}
	var plain []rulebook.Rule
	for _, r := range template {
		if len(r.Scale) == 0 {
			plain = append(plain, r)
		}
	}
	first := b.clock.today().Month().Add(-11).First()
	err = b.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Many(ctx, sqlTrialFill, n, func(i int) []any {
			r, day := plain[i/len(homes)%len(plain)], first.Add(i/len(homes)*2%340)
			return []any{v, b.ids.Next(), homes[i%len(homes)], r.Code, string(r.Category), day, day.Month(), r.Points}
		})
	})
	if err != nil {
		return 0, err
	}
	return b.svc.Rules.Draft(ctx, actor(2, core.RoleSecretary, v), rulebook.DraftInput{Area: v, Title: "本村积分细则（修订）", Source: rulebook.FromTemplate})
}
