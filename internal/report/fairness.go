package report

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Fairness is figures of a village that the supervision committee and the township look at. They prove nothing: each is a
// reason to ask, and no figure here passes a verdict.
type Fairness struct {
	From            core.Month  `json:"from"`
	To              core.Month  `json:"to"`
	Households      int64       `json:"households"`
	CadreHouseholds int64       `json:"cadre_households"`
	Points          core.Points `json:"points" doc:"approved, on a notice or posted, in the months asked for; without deductions"`
	CadrePoints     core.Points `json:"cadre_points" doc:"of these, to cadres' households"`
	Approvals       int64       `json:"approvals"`
	Pairs           []Pair      `json:"pairs" doc:"who submitted and who approved, in the order of the accounts"`
	Rules           []RuleShare `json:"rules" doc:"the ten rules that explain most points"`
	Quick           int64       `json:"quick" doc:"claims decided within less than quick_sec of the same person's decision before"`
	Paced           int64       `json:"paced" doc:"claims decided in a sitting, of which the span is known"`
	QuickSec        int64       `json:"quick_sec"`
	Objections      int64       `json:"objections" doc:"answered ones to lines of these months"`
	Upheld          int64       `json:"upheld"`
	Nothing         int64       `json:"nothing" doc:"households that got nothing in twelve months, and were on the list all the time"`
	ToVisit         []ToVisit   `json:"to_visit" doc:"these households, for a visit; at most 500; only for the village"`
}

// Pair is somebody who submits and somebody who approves.
type Pair struct {
	ByKind   string `json:"by_kind"`
	By       string `json:"by" doc:"'' for households that applied themselves"`
	Reviewer string `json:"reviewer"`
	N        int64  `json:"n"`
}

// RuleShare is what one rule brought.
type RuleShare struct {
	Rule       string      `json:"rule"`
	TextZh     string      `json:"text_zh"`
	TextEn     string      `json:"text_en"`
	Claims     int64       `json:"claims"`
	Households int64       `json:"households"`
	Points     core.Points `json:"points"`
}

// ToVisit is a household without points for a year.
type ToVisit struct {
	ID     core.ID `json:"id"`
	Number int64   `json:"number"`
	Head   string  `json:"head"`
	Group  string  `json:"group_name"`
}

const (
	sqlHomesByCadre = `SELECT cadre, COUNT(*) FROM household WHERE village = $1 AND state = 'active' GROUP BY cadre`

	sqlPointsByCadre = `SELECT h.cadre, CAST(SUM(c.points) AS BIGINT) FROM claim c
		JOIN household h ON h.village = c.village AND h.id = c.household
		WHERE c.village = $1 AND c.state IN ('approved', 'noticed', 'frozen') AND c.month BETWEEN $2 AND $3 AND c.points > 0
		GROUP BY h.cadre`

	sqlPairs = `SELECT by_kind, by_id, MAX(by_name), reviewer, MAX(reviewer_name), COUNT(*) FROM review
		WHERE village = $1 AND month BETWEEN $2 AND $3 AND outcome = 'approved'
		GROUP BY by_kind, by_id, reviewer ORDER BY by_id, reviewer`

	sqlRuleShares = `SELECT c.rule, COALESCE(MAX(r.text_zh), ''), COALESCE(MAX(r.text_en), ''), COUNT(*), COUNT(DISTINCT c.household),
			CAST(SUM(c.points) AS BIGINT) AS sum
		FROM claim c LEFT JOIN rule r ON r.village = c.village AND r.version = c.version AND r.code = c.rule
		WHERE c.village = $1 AND c.state IN ('approved', 'noticed', 'frozen') AND c.month BETWEEN $2 AND $3 AND c.points > 0
		GROUP BY c.rule ORDER BY sum DESC, c.rule LIMIT 10`

	sqlObjectionShares = `SELECT o.state, COUNT(*) FROM objection o JOIN claim c ON c.village = o.village AND c.id = o.claim
		WHERE o.village = $1 AND c.month BETWEEN $2 AND $3 AND o.state IN ('upheld', 'dismissed') GROUP BY o.state`

	sqlNothing = `SELECT h.id, h.number, h.head, COALESCE(g.name, '') FROM household h LEFT JOIN area g ON g.code = h.grp
		WHERE h.village = $1 AND h.state = 'active' AND h.created_ms < $2 AND NOT EXISTS (SELECT 1 FROM claim c
			WHERE c.village = $1 AND c.household = h.id AND c.month >= $3 AND c.points > 0 AND c.state IN ('approved', 'noticed', 'frozen'))
		ORDER BY h.number`
)

// mostVisits bounds the list of households to visit; the count is of all.
const mostVisits = 500

// Fairness reads the figures of a village over a span. The list of households to visit is for the village's own people only.
func (s *Service) Fairness(ctx context.Context, by core.Actor, area core.Area, span Span) (Fairness, error) {
	f := Fairness{QuickSec: quickSec, Pairs: []Pair{}, Rules: []RuleShare{}, ToVisit: []ToVisit{}}
	err := s.inVillage(ctx, by, access.OpReadFairness, area, &span, func(ctx context.Context, tx *store.Tx) error {
		f.From, f.To = span.From, span.To
		for _, read := range []func(context.Context, *store.Tx, core.Area) error{f.readShares, f.readPairs, f.readRules, f.readObjections, f.readPace} {
			if err := read(ctx, tx, area); err != nil {
				return err
			}
		}
		return f.readNothing(ctx, tx, area, core.DayOf(s.clock.Now()))
	})
	if !by.Has(area, core.RoleSupervisor) {
		f.ToVisit = []ToVisit{}
	}
	return f, err
}

func (f *Fairness) readShares(ctx context.Context, tx *store.Tx, area core.Area) error {
	err := tx.Rows(ctx, sqlHomesByCadre, func(r store.Row) error {
		var cadre, n int64
		err := r.Scan(&cadre, &n)
		f.Households += n
		f.CadreHouseholds += cadre * n
		return err
	}, area)
	if err != nil {
		return err
	}
	return tx.Rows(ctx, sqlPointsByCadre, func(r store.Row) error {
		var cadre int64
		var points core.Points
		err := r.Scan(&cadre, &points)
		f.Points += points
		f.CadrePoints += core.Points(cadre) * points
		return err
	}, area, f.From, f.To)
}

func (f *Fairness) readPairs(ctx context.Context, tx *store.Tx, area core.Area) error {
	return tx.Rows(ctx, sqlPairs, func(r store.Row) error {
		var p Pair
		var by, reviewer core.ID
		err := r.Scan(&p.ByKind, &by, &p.By, &reviewer, &p.Reviewer, &p.N)
		f.Pairs = append(f.Pairs, p)
		f.Approvals += p.N
		return err
	}, area, f.From, f.To)
}

func (f *Fairness) readRules(ctx context.Context, tx *store.Tx, area core.Area) error {
	return tx.Rows(ctx, sqlRuleShares, func(r store.Row) error {
		var s RuleShare
		err := r.Scan(&s.Rule, &s.TextZh, &s.TextEn, &s.Claims, &s.Households, &s.Points)
		f.Rules = append(f.Rules, s)
		return err
	}, area, f.From, f.To)
}

func (f *Fairness) readObjections(ctx context.Context, tx *store.Tx, area core.Area) error {
	return tx.Rows(ctx, sqlObjectionShares, func(r store.Row) error {
		var state string
		var n int64
		err := r.Scan(&state, &n)
		f.Objections += n
		if state == "upheld" {
			f.Upheld += n
		}
		return err
	}, area, f.From, f.To)
}

func (f *Fairness) readPace(ctx context.Context, tx *store.Tx, area core.Area) error {
	all, err := reviewersOf(ctx, tx, area, Span{f.From, f.To}, 0)
	for i := range all {
		f.Quick += all[i].Quick
		f.Paced += int64(len(all[i].paces))
	}
	return err
}

// readNothing counts the twelve months before this one and this one's part so far.
func (f *Fairness) readNothing(ctx context.Context, tx *store.Tx, area core.Area, today core.Day) error {
	from := today.Month().Add(-12)
	return tx.Rows(ctx, sqlNothing, func(r store.Row) error {
		var v ToVisit
		err := r.Scan(&v.ID, &v.Number, &v.Head, &v.Group)
		if f.Nothing++; len(f.ToVisit) < mostVisits {
			f.ToVisit = append(f.ToVisit, v)
		}
		return err
	}, area, from.First().Ms(), from)
}
