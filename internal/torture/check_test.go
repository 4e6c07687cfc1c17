package torture

import (
	"context"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// traces counts, for each kind of write, everything that one write leaves exactly once: the key that was kept and every
// row of its effect.
const traces = `SELECT 'redeem key', count(*) FROM intent WHERE key LIKE 'redeem-%'
	UNION ALL SELECT 'redeem slip', count(*) FROM redemption
	UNION ALL SELECT 'redeem points', count(*) FROM line WHERE kind = 4
	UNION ALL SELECT 'redeem goods', count(*) FROM line WHERE kind = 5
	UNION ALL SELECT 'redeem stock', count(*) FROM movement WHERE kind = 'redeem'
	UNION ALL SELECT 'redeem audit', count(*) FROM audit WHERE action = 'market.redeem'
	UNION ALL SELECT 'receive key', count(*) FROM intent WHERE key LIKE 'receive-%'
	UNION ALL SELECT 'receive money', count(*) FROM line WHERE kind = 6
	UNION ALL SELECT 'receive stock', count(*) FROM movement WHERE kind = 'in'
	UNION ALL SELECT 'receive audit', count(*) FROM audit WHERE action = 'market.receive'
	UNION ALL SELECT 'claim key', count(*) FROM intent WHERE key LIKE 'claim-%'
	UNION ALL SELECT 'claim row', count(*) FROM claim WHERE source = 'clerk'
	UNION ALL SELECT 'claim audit', count(*) FROM audit WHERE action = 'claims.submit'
	UNION ALL SELECT 'approve key', count(*) FROM intent WHERE key LIKE 'approve-%'
	UNION ALL SELECT 'approve state', count(*) FROM claim WHERE source = 'clerk' AND state = 'approved'
	UNION ALL SELECT 'approve audit', count(*) FROM audit WHERE action = 'claims.approve'
	UNION ALL SELECT 'month close', count(*) FROM book_close
	UNION ALL SELECT 'month audit', count(*) FROM audit WHERE action = 'claims.close_month'`

// A command that was under way when its server died may still be ending in PostgreSQL. Whatever it has written holds
// back this lock.
const untilAllEnded = `LOCK TABLE intent, redemption, line, movement, audit, claim, book_close, household IN SHARE MODE`

// book is what the database holds when nothing writes.
type book struct {
	traces     map[string]int64
	keys       map[string]string // the answers that were kept
	slips      map[core.ID]int64 // numbers of the lines that belong to a redemption and stand where it says
	closes     int64
	closeLines int64
	imported   int64 // households of the empty village
}

func readBook(t *testing.T, w *world) book {
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, w.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := book{traces: map[string]int64{}, keys: map[string]string{}, slips: map[core.ID]int64{}}
	err = st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if st.Engine() == "postgres" {
			if _, err := tx.Exec(ctx, untilAllEnded); err != nil {
				return err
			}
		}
		return b.read(ctx, tx, w)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *book) read(ctx context.Context, tx *store.Tx, w *world) error {
	err := tx.Rows(ctx, traces, func(r store.Row) error {
		var name string
		var n int64
		err := r.Scan(&name, &n)
		b.traces[name] = n
		return err
	})
	if err != nil {
		return err
	}
	err = tx.Rows(ctx, `SELECT key, answer FROM intent`, func(r store.Row) error {
		var key, answer string
		err := r.Scan(&key, &answer)
		b.keys[key] = answer
		return err
	})
	if err != nil {
		return err
	}
	err = tx.Rows(ctx, `SELECT r.id, r.no FROM redemption r JOIN line l ON l.village = r.village AND l.no = r.no AND l.ref = r.id AND l.kind = 4`,
		func(r store.Row) error {
			var id core.ID
			var no int64
			err := r.Scan(&id, &no)
			b.slips[id] = no
			return err
		})
	if err != nil {
		return err
	}
	return tx.Row(ctx, `SELECT (SELECT count(*) FROM book_close), (SELECT count(*) FROM line l JOIN book_close c ON c.village = l.village WHERE l.kind = 2),
		(SELECT count(*) FROM household WHERE village = $1)`, w.empty).Scan(&b.closes, &b.closeLines, &b.imported)
}

// compare holds the book against what the clients were told, and says how many answered writes are gone. before is the
// book when they began.
func compare(t *testing.T, before, now book, clients []*client) (lost int) {
	t.Helper()
	sent, answered := map[string]int64{}, map[string]int64{}
	for _, c := range clients {
		for _, r := range c.log {
			sent[r.kind]++
			if !r.answered {
				continue
			}
			answered[r.kind]++
			kept, found := now.keys[r.key]
			switch {
			case !found:
				lost++
				t.Errorf("%s %s was answered and is gone", r.kind, r.key)
			case r.kind == "redeem" && (now.slips[r.id] != r.no || !strings.Contains(kept, r.id.String())):
				t.Errorf("slip %d of %s was handed out; the book has %d", r.no, r.key, now.slips[r.id])
			case r.kind == "claim" && !strings.Contains(kept, r.id.String()):
				t.Errorf("claim %s was answered; its key keeps %s", r.id, kept)
			}
		}
	}
	for trace, n := range now.traces {
		kind, _, _ := strings.Cut(trace, " ")
		n -= before.traces[trace]
		first := kind + " key"
		if kind == "month" {
			first = "month close"
		}
		if want := now.traces[first] - before.traces[first]; n != want {
			t.Errorf("%s: %d, and %s: %d: a write is there in part, or twice", trace, n, first, want)
		}
		if strings.HasSuffix(trace, " key") && (n < answered[kind] || n > sent[kind]) {
			t.Errorf("%d %s were sent and %d answered; %d are there", sent[kind], kind, answered[kind], n)
		}
	}
	return lost
}

func (c *crash) check(before book) {
	c.t.Helper()
	now := readBook(c.t, c.world)
	compare(c.t, before, now, slices.Concat(c.clients, []*client{c.also}))
	if want := now.closes * 2 * monthHomes; now.closeLines != want {
		c.t.Errorf("%d months are closed with %d lines, want %d", now.closes, now.closeLines, want)
	}
	closed := map[string]bool{}
	for _, r := range c.also.log {
		if r.answered {
			closed[r.path] = true
		}
	}
	if now.closes < int64(len(closed)) {
		c.t.Errorf("the close of %d months was answered; %d are closed", len(closed), now.closes)
	}
	if now.imported != 0 && now.imported != importedHouseholds || c.imported && now.imported == 0 {
		c.t.Errorf("%d of %d households were imported", now.imported, importedHouseholds)
	}
}
