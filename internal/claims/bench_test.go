package claims_test

import (
	"context"
	"testing"
	"time"

	"qunyan/internal/store"
	"qunyan/internal/store/rawloop"
	"qunyan/internal/store/storetest"
)

// ready fills a village's September with n claims that have passed their notice.
func ready(t testing.TB, p *place, n int) {
	t.Helper()
	const fill = `INSERT INTO claim (village, id, household, version, rule, category, day, month, step, qty, points, asked, event, note,
			proof, photo, state, source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice,
			version_no, created_ms, changed_ms)
		VALUES ($1, $2, $3, 1, 'A01', 'council', 20260910, 202609, -1, 1, 2, 2, '群众会', '', '', 0, 'approved', 'sheet', 0, 'staff', $4,
			'张文书', $5, '赵监督', 0, '', 0, 2, 0, 0)`
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		return tx.Many(ctx, fill, n, func(i int) []any {
			return []any{p.village, p.ids.Next(), p.homes[i%len(p.homes)], p.clerk.ID, p.supervisor.ID}
		})
	})
	p.publish(202609)
	p.clock.SetDay(startDay.Add(10))
}

// BenchmarkClose closes months of 2,000 lines in villages of 400 households, each beside the bare insert of as many
// lines, and reports the ratio of the fastest of each: the limit is 1.5.
func BenchmarkClose(b *testing.B) {
	const lines = 2000
	ctx := context.Background()
	url := storetest.URL(b)
	st := storetest.OpenURL(b, url)
	loop, err := rawloop.Open(ctx, url[len("sqlite:"):])
	if err != nil {
		b.Fatal(err)
	}
	defer loop.Close()
	fastest := func(best, since time.Duration) time.Duration {
		if best == 0 || since < best {
			return since
		}
		return best
	}
	var raw, whole time.Duration
	for b.Loop() {
		p := settle(b, st, storetest.NewClock(startDay), 400)
		ready(b, p, lines)
		start := time.Now()
		if c := p.close(202609); c.Claims != lines {
			b.Fatal(c)
		}
		whole = fastest(whole, time.Since(start))
		start = time.Now()
		if err := loop.Lines(ctx, storetest.Village(), 1, lines, startDay.Ms()); err != nil {
			b.Fatal(err)
		}
		raw = fastest(raw, time.Since(start))
	}
	b.ReportMetric(float64(whole)/float64(raw), "×raw")
	b.ReportMetric(float64(whole.Microseconds())/1000, "ms/close")
	b.ReportMetric(float64(raw.Microseconds())/1000, "ms/raw")
}
