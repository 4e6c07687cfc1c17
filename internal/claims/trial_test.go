package claims_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

const trialDraft = `INSERT INTO ruleset (village, version, title, state, base_version, from_day, vote_day, vote_due, vote_present, vote_for,
		minutes_no, notice_days, created_ms, changed_ms, by_name)
	VALUES ($1, 2, '草稿', 'draft', 1, 0, 0, 0, 0, 0, '', 3, 0, 7, '张文书')`

const trialClaim = `INSERT INTO claim (village, id, household, version, rule, category, day, month, step, qty, points, asked, event, note,
		proof, photo, state, source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice,
		version_no, created_ms, changed_ms)
	VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $10, $11, '', '', 0, $12, 'clerk', 0, 'staff', 1, '张文书', 0, '', 0, '', 0, 1, 0, 0)`

type pastClaim struct {
	home      int
	rule, cat string
	day       core.Day
	step, qty int64
	points    int64
	state     string
}

// history writes claims as earlier months left them.
func (p *place) history(all ...pastClaim) {
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		return tx.Many(ctx, trialClaim, len(all), func(i int) []any {
			c := all[i]
			return []any{p.village, p.ids.Next(), p.homes[c.home], c.rule, c.cat, c.day, c.day.Month(), c.step, c.qty, c.points, "", c.state}
		})
	})
}

// draft2 makes version 2 a draft of the given rules.
func (p *place) draft2(rules ...testRule) {
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, trialDraft, p.village)
		return errors.Join(err, p.putRules(ctx, tx, 2, rules))
	})
}

func (p *place) trial(version int64) claims.Trial {
	p.t.Helper()
	state, err := p.claims.Trial(context.Background(), p.clerk, p.village, version, 0)
	if err != nil || state.Result == nil || state.Done != state.Total {
		p.t.Fatalf("trial %+v, %v", state, err)
	}
	return *state.Result
}

func TestATrialSaysWhoWouldHaveGotWhat(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 5)
	p.draft2(
		testRule{"A01", "council", "按时参加群众会", "Attends", 3, "", "event", "event", 0, 1, "leader", false},
		testRule{"A02", "council", "建议被采纳", "Suggestion adopted", 10, "", "event", "year", 10, 0, "committees", true},
		testRule{"B02", "environment", "大扫除（每小时）", "Clean-up", 6, "", "unit", "month", 20, 0, "leader", true},
		testRule{"E01", "honour", "获得表彰", "Commendation", 50, "", "event", "", 0, 0, "committees", false},
		testRule{"X09", "volunteer", "巡河", "Walks the river", 5, "", "event", "", 0, 0, "leader", false},
		testRule{"D02", "volunteer", "抢险救人", "Saves life", 50, "", "event", "", 0, 0, "township", true},
		testRule{"M01", "deduction", "乱倒垃圾经提醒不改", "Litter", -1, "", "event", "week", 0, 1, "appraisal", false})
	p.history(
		pastClaim{0, "A01", "council", 20260210, -1, 1, 2, "noticed"}, pastClaim{0, "A01", "council", 20260310, -1, 1, 2, "noticed"},
		pastClaim{0, "A02", "council", 20250915, -1, 1, 10, "noticed"}, // before the twelve months, in the year of the next
		pastClaim{0, "A02", "council", 20251115, -1, 1, 10, "noticed"}, // the year's cap of the draft is used up by then
		pastClaim{1, "A02", "council", 20260105, -1, 1, 10, "approved"}, pastClaim{1, "A02", "council", 20260205, -1, 1, 10, "submitted"},
		pastClaim{1, "B02", "environment", 20260301, -1, 2, 10, "noticed"}, pastClaim{1, "B02", "environment", 20260310, -1, 2, 10, "frozen"},
		pastClaim{2, "E01", "honour", 20260401, 1, 1, 10, "noticed"},      // a step, where the draft has no scale
		pastClaim{2, "M03", "deduction", 20260401, -1, 1, -60, "noticed"}, // not in the draft
		pastClaim{2, "M01", "deduction", 20260402, -1, 1, -2, "noticed"},
		pastClaim{3, "D02", "volunteer", 20260401, -1, 1, 50, "rejected"}, pastClaim{3, "D02", "volunteer", 20240401, -1, 1, 50, "noticed"})
	got := p.trial(2)
	if got.From != 20251001 || got.To != startDay || got.Claims != 10 || got.Before.Earned != 64 || got.After.Earned != 36 || got.Before.Deducted != -62 || got.After.Deducted != -1 {
		t.Errorf("trial %+v", got)
	}
	want := []claims.TrialRule{
		{Code: "A01", Mark: claims.MarkKept, Claims: 2, Before: 4, After: 6},
		{Code: "A02", Mark: claims.MarkKept, Claims: 3, Before: 30, After: 10, Cut: 2, Lost: 20},
		{Code: "B02", Mark: claims.MarkReworded, Claims: 2, Before: 20, After: 20, Cut: 1, Lost: 4},
		{Code: "D02", Mark: claims.MarkUnused},
		{Code: "E01", Mark: claims.MarkKept, Claims: 1, Before: 10, Refused: 1},
		{Code: "M01", Mark: claims.MarkKept, Claims: 1, Before: -2, After: -1}, {Code: "X09", Mark: claims.MarkNew},
		{Code: "M03", Mark: claims.MarkGone, Claims: 1, Before: -60}}
	for i, r := range got.Rules {
		r.TextZh, r.TextEn = "", ""
		if i >= len(want) || r != want[i] {
			t.Errorf("rule %+v", r)
		}
	}
	var homes []claims.TrialHousehold
	homes = append(homes, claims.TrialHousehold{Number: 1, Head: "王*国", Before: 14, After: 6}, claims.TrialHousehold{Number: 2, Head: "李*", Before: 40, After: 30},
		claims.TrialHousehold{Number: 3, Head: "陈*贵", Before: 10}, claims.TrialHousehold{Number: 4, Head: "欧阳*"}, claims.TrialHousehold{Number: 5, Head: "王*国"})
	if !slices.Equal(got.Households, homes) {
		t.Errorf("households %+v", got.Households)
	}
	if s := got.Before.Spread; s != (claims.Spread{Households: 5, Tenth: 0, Median: 10, Ninth: 40, TopShare: 63}) {
		t.Errorf("spread %+v", s)
	}
}

// Several rules use up one cap on their category, in the order of the deeds; a household is not held to another's.
func TestATrialAddsUpACategoryOverItsRules(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	p.draft2(
		testRule{"A01", "council", "按时参加群众会", "Attends", 4, "", "event", "", 0, 0, "leader", false},
		testRule{"A02", "council", "建议被采纳", "Suggestion adopted", 10, "", "event", "", 0, 0, "committees", true},
		testRule{"M01", "deduction", "乱倒垃圾经提醒不改", "Litter", -6, "", "event", "", 0, 0, "appraisal", false})
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		return tx.Many(ctx, `INSERT INTO category_cap (village, version, category, period, points) VALUES ($1, 2, $2, $3, $4)`, 3, func(i int) []any {
			return [][]any{{p.village, "council", "month", 12}, {p.village, "council", "year", 20}, {p.village, "deduction", "month", 10}}[i]
		})
	})
	p.history(
		pastClaim{0, "A01", "council", 20260301, -1, 1, 2, "noticed"},                                                                      // 4
		pastClaim{0, "A02", "council", 20260302, -1, 1, 10, "noticed"},                                                                     // 8 of 10: the month's 12
		pastClaim{0, "A01", "council", 20260303, -1, 1, 2, "noticed"},                                                                      // nothing
		pastClaim{0, "A02", "council", 20260402, -1, 1, 10, "noticed"},                                                                     // 8 of 10: the year's 20
		pastClaim{1, "A02", "council", 20260302, -1, 1, 10, "noticed"},                                                                     // 10
		pastClaim{0, "M01", "deduction", 20260301, -1, 1, -2, "noticed"}, pastClaim{0, "M01", "deduction", 20260302, -1, 1, -2, "noticed"}) // -6, -4
	got := p.trial(2)
	for i, want := range []claims.TrialRule{
		{Code: "A01", Mark: claims.MarkKept, Claims: 2, Before: 4, After: 4, Cut: 1, Lost: 4},
		{Code: "A02", Mark: claims.MarkKept, Claims: 3, Before: 30, After: 26, Cut: 2, Lost: 4},
		{Code: "M01", Mark: claims.MarkKept, Claims: 2, Before: -4, After: -10, Cut: 1, Lost: 2}} {
		r := got.Rules[i]
		if r.TextZh, r.TextEn = "", ""; r != want {
			t.Errorf("rule %+v, want %+v", r, want)
		}
	}
}

// The rules that judged the claims, tried on them, give exactly what they gave: there is one judge. And a trial leaves
// the village as it was.
func TestTheRulesInForceTriedOnTheirOwnClaimsChangeNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 6)
	p.clock.SetDay(20260930)
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(r, "claims") {
			rule := rapid.SampledFrom(testRules()).Draw(r, "rule")
			d := claims.Deed{Household: rapid.SampledFrom(p.homes).Draw(r, "home"), Rule: rule.code, Qty: 1, Step: -1, Day: core.Day(20260901 + rapid.IntRange(0, 29).Draw(r, "day"))}
			if rule.per == "unit" {
				d.Qty = int64(rapid.IntRange(1, 6).Draw(r, "qty"))
			}
			if rule.scale != "" {
				d.Step = int64(rapid.IntRange(0, 1).Draw(r, "step"))
			}
			_, _ = p.claims.Submit(context.Background(), p.clerk, p.village, d) // what a cap refuses is no claim
		}
	})
	counted := func() (claimed, lines int64) {
		p.view(func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(tx.Row(ctx, `SELECT COUNT(*) FROM claim WHERE village = $1`, p.village).Scan(&claimed),
				tx.Row(ctx, `SELECT COUNT(*) FROM line WHERE village = $1`, p.village).Scan(&lines))
		})
		return claimed, lines
	}
	claimed, lines := counted()
	got := p.trial(1)
	if got.Claims != claimed || claimed < 50 || got.Before != got.After {
		t.Errorf("before %+v, after %+v of %d claims, %d there", got.Before, got.After, got.Claims, claimed)
	}
	for _, rule := range got.Rules {
		if rule.Before != rule.After || rule.Refused != 0 {
			t.Errorf("rule %+v", rule)
		}
	}
	if c, l := counted(); c != claimed || l != lines {
		t.Errorf("a trial wrote: %d claims, %d lines; there were %d and %d", c, l, claimed, lines)
	}
}

func TestATrialIsJoinedAndForgottenWhenTheDraftChanges(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	p.draft2(testRules()[0])
	ctx := context.Background()
	first := p.trial(2)
	p.clock.SetDay(startDay) // no time passes
	p.history(pastClaim{0, "A01", "council", 20260901, -1, 1, 2, "approved"})
	if again := p.trial(2); again.Claims != first.Claims {
		t.Errorf("a result of this minute was worked out anew: %+v", again)
	}
	state, err := p.claims.Trial(ctx, p.clerk, p.village, 2, first.AsOfMs)
	if err != nil || state.Result.Claims != 1 {
		t.Errorf("asked for a newer one: %+v, %v", state.Result, err)
	}
	if _, err := p.claims.Trial(ctx, core.Actor{}, p.village, 2, 0); errs.CodeOf(err) != "access.sign_in" {
		t.Errorf("nobody: %v", err)
	}
	if _, err := p.claims.Trial(ctx, p.clerk, p.village, 9, 0); errs.CodeOf(err) != "rulebook.no_ruleset" {
		t.Errorf("no version: %v", err)
	}
}

func TestTheSpreadIsMeasuredInWholeNumbers(t *testing.T) {
	t.Parallel()
	if s := claims.SpreadOf(nil); s != (claims.Spread{}) {
		t.Errorf("nobody: %+v", s)
	}
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(r, "households")
		points := make([]core.Points, n)
		for i := range points {
			points[i] = core.Points(rapid.IntRange(0, 100).Draw(r, "points"))
		}
		s := claims.SpreadOf(points)
		least := func(limit core.Points) (no int) {
			for _, p := range points {
				if p <= limit {
					no++
				}
			}
			return no
		}
		if least(s.Tenth)*10 < n || least(s.Median)*2 < n || least(s.Ninth)*10 < 9*n || s.TopShare < 0 || s.TopShare > 100 || s.Tenth > s.Median || s.Median > s.Ninth {
			r.Fatalf("%v: %+v", points, s)
		}
	})
}
