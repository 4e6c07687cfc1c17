package audit

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// List gives the lines of an area and of everything inside it, newest first. next is "" on the last page.
//
// Lines are stored by village. A wider area is read as a merge of its villages' newest lines: each village is asked
// only for lines newer than the oldest line already wanted, so a county costs one short read per village.
func List(ctx context.Context, tx *store.Tx, area core.Area, filter Filter, page core.Page) (records []Record, next string, err error) {
	before := core.ID(math.MaxInt64)
	if page.Cursor != "" {
		if before, err = core.ParseID(page.Cursor); err != nil {
			return nil, "", errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
		}
	}
	areas, err := areasWithin(ctx, tx, area)
	if err != nil {
		return nil, "", err
	}
	want := page.Size() + 1 // one more tells whether there is another page
	after := core.ID(0)
	for _, one := range areas {
		found, err := listOne(ctx, tx, one, after, before, filter, want)
		if err != nil {
			return nil, "", err
		}
		if len(found) == 0 {
			continue
		}
		records = append(records, found...)
		slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(b.ID, a.ID) })
		if len(records) >= want {
			records = records[:want]
			after = records[want-1].ID
		}
	}
	if len(records) == want {
		records = records[:want-1]
		next = records[want-2].ID.String()
	}
	return records, next, nil
}

// Each calls fn for every line of an area and of everything inside it: area by area, and in each the newest first. It
// reads by pages through view, so that no snapshot lasts as long as the reading; List's order over many areas would cost
// a read of each area for every page.
func Each(ctx context.Context, view viewer, area core.Area, filter Filter, fn func(Record) error) error {
	var areas []core.Area
	err := view(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		areas, err = areasWithin(ctx, tx, area)
		return err
	})
	if err != nil {
		return err
	}
	for _, one := range areas {
		if err := eachOf(ctx, view, one, filter, fn); err != nil {
			return err
		}
	}
	return nil
}

func eachOf(ctx context.Context, view viewer, area core.Area, filter Filter, fn func(Record) error) error {
	for before := core.ID(math.MaxInt64); ; {
		var found []Record
		err := view(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			found, err = listOne(ctx, tx, area, 0, before, filter, eachPage)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range found {
			if err := fn(r); err != nil {
				return err
			}
		}
		if len(found) < eachPage {
			return nil
		}
		before = found[len(found)-1].ID
	}
}

// eachPage is how many lines Each reads at once.
const eachPage = 1000

// viewer is store.View of some store.
type viewer = func(ctx context.Context, fn func(ctx context.Context, tx *store.Tx) error) error

// areasWithin gives every area with lines: the area itself and whatever level lies inside it.
func areasWithin(ctx context.Context, tx *store.Tx, area core.Area) (found []core.Area, err error) {
	if area.Level() == core.Village {
		return []core.Area{area}, nil
	}
	low, high := area, area
	for high.Level() != core.NoLevel && high.Level() <= core.Village {
		for from := low; ; {
			var one core.Area
			if err := tx.Row(ctx, nextAreaSQL, from, high).Scan(&one); err != nil {
				return nil, err
			}
			if one == 0 {
				break
			}
			found = append(found, one)
			from = one + 1
		}
		low, high = low*1000, high*1000+999
	}
	return found, nil
}

func listOne(ctx context.Context, tx *store.Tx, area core.Area, after, before core.ID, filter Filter, limit int) (found []Record, err error) {
	to := filter.ToMs
	if to == 0 {
		to = math.MaxInt64
	}
	// An id is not older than its line by more than a command takes, so a search of the last month reads no more than that.
	after = max(after, core.IDAt(filter.FromMs-lateMost.Milliseconds()))
	err = tx.Rows(ctx, listSQL, func(r store.Row) error {
		rec, err := scanRecord(r)
		found = append(found, rec)
		return err
	}, area, after, before, filter.FromMs, to, literal(filter.Action)+"%", filter.Actor, "%"+literal(filter.Text)+"%", limit)
	return found, err
}

// literal is a text as a part of a pattern that stands for itself.
func literal(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}
