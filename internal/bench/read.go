package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/report"
)

const readings = 101

// passbook compares the first page of a household with 10,000 lines with that of one with 100.
func passbook(ctx context.Context, b *bench) ([]Result, error) {
	v := village(0)
	if err := b.areas(ctx, 1); err != nil {
		return nil, err
	}
	homes, err := b.households(ctx, v, 2)
	if err != nil {
		return nil, err
	}
	short, long := homes[0], homes[1]
	for i := range b.size(10_000, 10_000, 200) / 100 {
		many := make([]core.ID, 100)
		for j := range many {
			many[j] = long
		}
		if i == 0 { // the short passbook's lines lie among the long one's, as in life
			for range 100 {
				many = append(many, short)
			}
		}
		if err := b.earn(ctx, v, 1, many...); err != nil {
			return nil, err
		}
	}
	page := func(household core.ID) func() error {
		return func() error {
			lines, _, err := b.svc.Ledger.HouseholdLines(ctx, actor(1, core.RoleClerk, v), v, household, core.Page{})
			if err == nil && len(lines) != core.DefaultPage {
				err = fmt.Errorf("a page of %d lines", len(lines))
			}
			return err
		}
	}
	a, z, err := middle(readings, page(short), page(long))
	return []Result{compared("passbook of 10,000 lines", "100 lines", a, z, 1500)}, err
}

// overview compares the county's view over a million lines with that over ten thousand, in as many villages and months.
// The two counties are read in turn.
func overview(ctx context.Context, b *bench) ([]Result, error) {
	most := b.size(1_000_000, 400_000, 600)
	few, err := newBench(ctx, Options{Dir: b.dir, Database: b.opt.Database, Size: b.opt.Size}, "few")
	if err != nil {
		return nil, err
	}
	readFew, err := few.countyOf(ctx, most/100)
	if err != nil {
		return nil, errors.Join(err, few.close())
	}
	readMany, err := b.countyOf(ctx, most)
	if err != nil {
		return nil, errors.Join(err, few.close())
	}
	a, z, err := middle(readings, readFew, readMany)
	return []Result{compared(fmt.Sprintf("county overview of %d lines", most), fmt.Sprintf("%d lines", most/100), a, z, 2000)}, errors.Join(err, few.close())
}

// countyOf fills a county's villages with n lines in all and gives the reading of its overview.
func (b *bench) countyOf(ctx context.Context, n int) (read func() error, err error) {
	villages := b.size(584, 584, 5)
	if err := b.areas(ctx, villages); err != nil {
		return nil, err
	}
	for i := range villages {
		homes, err := b.households(ctx, village(i), 2)
		if err != nil {
			return nil, err
		}
		if err := b.earnSpread(ctx, village(i), max(n/villages, 1), homes); err != nil {
			return nil, err
		}
	}
	by := actor(1, core.RoleCounty, county)
	return func() error {
		o, err := b.svc.Reports.Overview(ctx, by, county, report.Span{From: 202601, To: 202612})
		if err == nil && o.Totals.Villages != int64(villages) {
			err = fmt.Errorf("%d villages", o.Totals.Villages)
		}
		return err
	}, nil
}

// earnSpread posts n lines over a village's households.
func (b *bench) earnSpread(ctx context.Context, v core.Area, n int, homes []core.ID) error {
	many := make([]core.ID, n)
	for i := range many {
		many[i] = homes[i%len(homes)]
	}
	return b.earn(ctx, v, 1, many...)
}

func compared(name, reference string, a, z time.Duration, bar int64) Result {
	return Result{
		Name: name, Reference: fmt.Sprintf("%s, median %d µs", reference, a.Microseconds()), Measured: fmt.Sprintf("median %d µs", z.Microseconds()),
		Ratio: int64(z) * 1000 / max(int64(a), 1), Bar: bar,
	}
}
