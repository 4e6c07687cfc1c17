package core_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qunyan/internal/core"
)

func TestAreasNestByTheirDigits(t *testing.T) {
	county, township, village, group := core.Area(520524), core.Area(520524105), core.Area(520524105203), core.Area(520524105203002)
	for a, want := range map[core.Area]core.Level{county: core.County, township: core.Township, village: core.Village, group: core.Group, 0: core.NoLevel, 12: core.NoLevel, -520524: core.NoLevel} {
		if a.Level() != want {
			t.Errorf("level of %d is %d, want %d", a, a.Level(), want)
		}
	}
	for _, c := range []struct {
		outer, inner core.Area
		want         bool
	}{
		{county, village, true}, {township, village, true}, {village, group, true}, {village, village, true},
		{village, township, false}, {core.Area(520524106), village, false}, {0, village, false}, {county, 0, false},
	} {
		if c.outer.Contains(c.inner) != c.want {
			t.Errorf("%d contains %d: want %v", c.outer, c.inner, c.want)
		}
	}
	if low, high := township.Span(); low != 520524105000 || high != 520524105999 {
		t.Errorf("span of the township is %d–%d", low, high)
	}
	if group.Village() != village || township.Village() != 0 || county.Parent() != 0 || group.Parent() != village {
		t.Error("parents or villages are wrong")
	}
}

func TestIDsGrowAndComeBack(t *testing.T) {
	ids := core.NewIDs(frozen{})
	seen := make(chan core.ID, 4000)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var last core.ID
			for range 1000 {
				id := ids.Next()
				if id <= last {
					t.Errorf("%d came after %d", id, last)
				}
				last = id
				seen <- id
			}
		}()
	}
	wg.Wait()
	close(seen)
	unique := map[core.ID]bool{}
	for id := range seen {
		unique[id] = true
		back, err := core.ParseID(id.String())
		if err != nil || back != id {
			t.Fatalf("%d became %q became %d: %v", id, id, back, err)
		}
	}
	if len(unique) != 4000 {
		t.Errorf("%d different ids of 4000", len(unique))
	}
}

// frozen is a clock that stands still before the ids' epoch, the worst a machine's clock can do.
type frozen struct{}

func (frozen) Now() int64 { return 0 }

func TestParsersRefuseWhatIsNotWellFormed(t *testing.T) {
	for _, s := range []string{"", "1", "ZZZZZZZZZZZZZ", "000000000000U", "０００００００００００００", "0000000000000000"} {
		if _, err := core.ParseID(s); !errors.Is(err, core.ErrSyntax) {
			t.Errorf("id %q: %v", s, err)
		}
	}
	for _, s := range []string{"", "5205", "0520524", "+520524", "52052410520x", "99999999999999999999"} {
		if _, err := core.ParseArea(s); !errors.Is(err, core.ErrSyntax) {
			t.Errorf("area %q: %v", s, err)
		}
	}
	for _, s := range []string{"", "2026-02-29", "20261301", "1948-12-31", "2026-9-8", "99999999"} {
		if _, err := core.ParseDay(s); !errors.Is(err, core.ErrSyntax) {
			t.Errorf("day %q: %v", s, err)
		}
	}
	var d core.Day
	for _, s := range []string{`20260229`, `"20260208"`, `1e20`, `-1`, `20260208.5`} {
		if err := json.Unmarshal([]byte(s), &d); !errors.Is(err, core.ErrSyntax) {
			t.Errorf("day %s in JSON: %v", s, err)
		}
	}
}

func TestDaysAndMonthsFollowTheCalendarOfChina(t *testing.T) {
	// 2026-09-30 16:30 UTC is already the first of October in China.
	ms := time.Date(2026, 9, 30, 16, 30, 0, 0, time.UTC).UnixMilli()
	if core.DayOf(ms) != 20261001 || core.MonthOf(ms) != 202610 {
		t.Errorf("got %d, %d", core.DayOf(ms), core.MonthOf(ms))
	}
	if m := core.Month(202612); m.Next() != 202701 || core.Month(202701).Prev() != m || m.Last() != 20261231 || core.Month(202402).Last() != 20240229 {
		t.Error("month arithmetic is off at the turn of the year or in February")
	}
}

func TestDayArithmeticIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := core.DayOf(rapid.Int64Range(core.Day(19900101).Ms(), core.Day(21001231).Ms()).Draw(t, "ms"))
		n := rapid.IntRange(-14000, 14000).Draw(t, "days")
		if back := d.Add(n).Add(-n); back != d || d.Add(n).Sub(d) != n || !d.Add(n).Valid() {
			t.Fatalf("%v + %d - %d = %v, difference %d", d, n, n, back, d.Add(n).Sub(d))
		}
		if got, err := core.ParseDay(d.String()); err != nil || got != d {
			t.Fatalf("%v came back as %v: %v", d, got, err)
		}
		m := rapid.IntRange(-400, 400).Draw(t, "months")
		if d.Month().Add(m).Add(-m) != d.Month() || !d.Month().Add(m).Valid() {
			t.Fatalf("month %v + %d", d.Month(), m)
		}
	})
}

func TestPagesAreBounded(t *testing.T) {
	for limit, want := range map[int]int{0: core.DefaultPage, -5: core.DefaultPage, 7: 7, 1 << 40: core.MaxPage} {
		if got := (core.Page{Limit: limit}).Size(); got != want {
			t.Errorf("limit %d gives %d, want %d", limit, got, want)
		}
	}
}
