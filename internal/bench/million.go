package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/report"
	"qunyan/internal/store"
	"qunyan/internal/store/rawloop"
)

// library is a county's books, loaded without posting, with the product over them.
type library struct {
	b     *bench
	books []rawloop.Book
	lines int
	bytes int64 // on disk, SQLite only: what loading the books added
}

func newLibrary(ctx context.Context, b *bench, villages, lines int) (*library, error) {
	lib := &library{b: b, lines: lines / villages * villages}
	if err := b.areas(ctx, villages); err != nil {
		return nil, err
	}
	for i := range villages {
		book := rawloop.Book{Village: village(i), Lines: lines / villages, NowMs: b.clock.Now()}
		for range 40 {
			book.Households = append(book.Households, b.ids.Next())
		}
		lib.books = append(lib.books, book)
	}
	loop, err := rawloop.Open(ctx, b.url)
	if err != nil {
		return nil, err
	}
	empty, err := loop.Bytes(ctx)
	if err == nil {
		err = loop.Books(ctx, lib.books)
	}
	if err == nil {
		lib.bytes, err = loop.Bytes(ctx)
	}
	lib.bytes -= empty
	return lib, errors.Join(err, loop.Close())
}

// millions measures what must not depend on how long a county has kept its books: the size of a line, the speed of
// checking all of them, and the everyday questions.
func millions(ctx context.Context, b *bench) ([]Result, error) {
	villages := b.size(584, 584, 3)
	lines := b.size(10_000_000, 1_000_000, 600)
	many, err := newLibrary(ctx, b, villages, lines)
	if err != nil {
		return nil, err
	}
	var all []Result
	if b.opt.Database == "" {
		each := many.bytes / int64(many.lines)
		all = append(all, Result{Name: fmt.Sprintf("bytes on disk of a line, %d lines", many.lines), Reference: "220 bytes", Measured: fmt.Sprintf("%d bytes", each),
			Ratio: each * 1000 / 220, Bar: 1000})
	}
	// Every line is signed for, so that verify has every hash to make.
	if _, err := many.b.svc.Ledger.SealDue(ctx); err != nil {
		return nil, err
	}
	checked, err := many.verify(ctx)
	if err != nil {
		return nil, err
	}
	all = append(all, checked...)
	few, err := newBench(ctx, Options{Dir: b.dir, Database: b.opt.Database, Size: b.opt.Size}, "few")
	if err != nil {
		return nil, err
	}
	small, err := newLibrary(ctx, few, villages, max(lines/100, villages*41))
	if err != nil {
		return nil, errors.Join(err, few.close())
	}
	reads, err := many.compare(ctx, small)
	return append(all, reads...), errors.Join(err, few.close())
}

// verify checks every book.
func (lib *library) verify(ctx context.Context) ([]Result, error) {
	var memory peak
	var found ledger.Report
	d, err := took(func() (err error) {
		found, err = ledger.Verify(ctx, lib.b.st, nil, func(p ledger.Progress) {
			if p.Report.Villages%50 == 0 {
				memory.look()
			}
		})
		return err
	})
	memory.look()
	switch {
	case err != nil:
		return nil, err
	case found.Fault != nil:
		return nil, errors.New(found.Fault.String())
	case found.Lines != int64(lib.lines) || found.Sealed != found.Lines:
		return nil, fmt.Errorf("%d lines were checked and %d of them signed for, not %d", found.Lines, found.Sealed, lib.lines)
	}
	s := load{clients: 1, n: lib.lines}.sample([]int64{0}, d)
	name := fmt.Sprintf("verify of %d lines", lib.lines)
	return []Result{
		{Name: name, Reference: "300000 lines/s", Measured: fmt.Sprintf("%d lines/s", s.PerSec), Ratio: s.PerSec / 300, Bar: 1000, AtLeast: true},
		{Name: name + ": memory", Reference: "200 MB", Measured: fmt.Sprintf("heap at most %d MB", memory.mb()), Ratio: max(memory.mb()*5, 1), Bar: 1000},
	}, nil
}

// compare asks both libraries the same questions in turn.
func (lib *library) compare(ctx context.Context, small *library) ([]Result, error) {
	var all []Result
	for _, q := range []struct {
		name string
		ask  func(ctx context.Context, lib *library) error
	}{{"passbook page", passbookPage}, {"balance", balances}, {"month totals", monthTotals}} {
		if err := errors.Join(q.ask(ctx, lib), q.ask(ctx, small)); err != nil { // the first reading opens files
			return nil, err
		}
		a, z, err := middle(readings, func() error { return q.ask(ctx, small) }, func() error { return q.ask(ctx, lib) })
		if err != nil {
			return nil, err
		}
		all = append(all, compared(fmt.Sprintf("%s at %d lines", q.name, lib.lines), fmt.Sprintf("at %d lines", small.lines), a, z, 1500))
	}
	return all, nil
}

func passbookPage(ctx context.Context, lib *library) error {
	for _, v := range lib.some() {
		lines, _, err := lib.b.svc.Ledger.HouseholdLines(ctx, actor(1, core.RoleClerk, v.Village), v.Village, v.Households[0], core.Page{Limit: 2})
		if err != nil || len(lines) == 0 {
			return errors.Join(err, fmt.Errorf("%d lines", len(lines)))
		}
	}
	return nil
}

func balances(ctx context.Context, lib *library) error {
	for _, v := range lib.some() {
		err := lib.b.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			b, err := ledger.BalancesOf(ctx, tx, v.Village, v.Households[0], lib.b.clock.Now())
			if err == nil && b.Spendable == 0 {
				err = errors.New("no points")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func monthTotals(ctx context.Context, lib *library) error {
	m := lib.b.clock.today().Month()
	o, err := lib.b.svc.Reports.Overview(ctx, actor(1, core.RoleCounty, county), county, report.Span{From: m, To: m})
	if err == nil && o.Totals.Villages != int64(len(lib.books)) {
		err = fmt.Errorf("%d villages", o.Totals.Villages)
	}
	return err
}

// some are a few books from all over the county.
func (lib *library) some() []rawloop.Book {
	step := max(len(lib.books)/10, 1)
	var some []rawloop.Book
	for i := 0; i < len(lib.books); i += step {
		some = append(some, lib.books[i])
	}
	return some
}

// books loads books of so many lines each.
func (b *bench) books(ctx context.Context, homes map[core.Area][]core.ID, lines int) error {
	loop, err := rawloop.Open(ctx, b.url)
	if err != nil {
		return err
	}
	var all []rawloop.Book
	for _, v := range slices.Sorted(maps.Keys(homes)) {
		all = append(all, rawloop.Book{Village: v, Households: homes[v], Lines: lines, NowMs: b.clock.Now()})
	}
	return errors.Join(loop.Books(ctx, all), loop.Close())
}
