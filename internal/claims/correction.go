package claims

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Correction is a line of a closed month that was taken back, as the next list tells of it. The household's own passbook
// has the whole reason.
type Correction struct {
	No       int64 // line that takes back
	Reverses int64 // line taken back
	Day      core.Day
	Group    string
	Head     string // masked
	ItemZh   string // "" for a deduction
	ItemEn   string
	Category string
	Points   core.Points // what it changed for the household
	Reason   string      // without names and numbers; "" for a deduction
}

// The corrections between the newest line at the publication of the list before and that of this one: each correction is
// on one list. Kind 2 is points earned (ledger.Earned); a line with a category comes from a claim.
const sqlCorrections = `SELECT l.no, l.reverses, l.day, COALESCE(g.name, ''), h.head,
		CASE WHEN EXISTS (SELECT 1 FROM resident p WHERE p.village = $1 AND p.household = h.id AND p.name = h.head
			AND p.birth_year >= $2) THEN 1 ELSE 0 END,
		COALESCE(r.text_zh, ''), COALESCE(r.text_en, ''), l.category, CASE WHEN o.kind = 2 THEN -l.amount ELSE l.amount END, l.memo_zh
	FROM line l
	JOIN line o ON o.village = l.village AND o.no = l.reverses
	JOIN household h ON h.village = l.village AND h.id = l.owner
	LEFT JOIN area g ON g.code = h.grp
	LEFT JOIN claim c ON c.village = l.village AND c.id = o.ref
	LEFT JOIN rule r ON r.village = l.village AND r.version = c.version AND r.code = c.rule
	WHERE l.village = $1 AND l.reverses <> 0 AND l.category <> ''
		AND l.no > COALESCE((SELECT MAX(p.fixed_no) FROM notice p WHERE p.village = $1 AND p.id < $3), 0)
		AND l.no <= COALESCE((SELECT n.fixed_no FROM notice n WHERE n.village = $1 AND n.id = $3), 0)
	ORDER BY l.no LIMIT $4`

// Those after the newest line of every list are on none yet.
const sqlCorrectionsWaiting = `SELECT COUNT(*) FROM line WHERE village = $1 AND reverses <> 0 AND category <> ''
	AND no > COALESCE((SELECT MAX(n.fixed_no) FROM notice n WHERE n.village = $1), 0)`

// correctionsWaiting counts what was taken back since the newest list, and stands on none.
func correctionsWaiting(ctx context.Context, tx *store.Tx, village core.Area) (n int64, err error) {
	err = tx.Row(ctx, sqlCorrectionsWaiting, village).Scan(&n)
	return n, err
}

// mostCorrections bounds a list's corrections: a village that takes back more in a month has other troubles.
const mostCorrections = 500

// PublicCorrections is what was taken back since the list before, for everybody, until the list comes down: then it
// fails as PublicNotice does.
func (s *Service) PublicCorrections(ctx context.Context, village core.Area, notice core.ID) (all []Correction, err error) {
	today := core.DayOf(s.clock.Now())
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := noticeUp(ctx, tx, village, notice, today); err != nil {
			return err
		}
		err := tx.Rows(ctx, sqlCorrections, func(r store.Row) error {
			var c Correction
			var minor bool
			if err := r.Scan(&c.No, &c.Reverses, &c.Day, &c.Group, &c.Head, store.Bool(&minor), &c.ItemZh, &c.ItemEn, &c.Category, &c.Points, &c.Reason); err != nil {
				return err
			}
			c.Head = maskHead(c.Head, minor)
			if c.Points > 0 { // a deduction given back
				c.ItemZh, c.ItemEn, c.Reason = "", "", ""
			}
			all = append(all, c)
			return nil
		}, village, int64(today/10000)-minorUnder, notice, mostCorrections)
		if err != nil || len(all) == 0 {
			return err
		}
		var names redactor
		if err := names.read(ctx, tx, village); err != nil {
			return err
		}
		for i := range all {
			all[i].Reason = names.clean(all[i].Reason)
		}
		return nil
	})
	return all, err
}
