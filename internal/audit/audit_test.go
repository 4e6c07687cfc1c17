package audit_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"testing"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// trail is a county's audit trail.
type trail struct {
	t     *testing.T
	st    *store.Store
	clock *storetest.Clock
	ids   *core.IDs
}

func open(t *testing.T) *trail {
	clock := storetest.NewClock(20260908)
	return &trail{t, storetest.Open(t), clock, core.NewIDs(clock)}
}

func (tr *trail) write(area core.Area, action string) core.ID {
	tr.t.Helper()
	id := tr.ids.Next()
	by := core.Actor{Kind: core.StaffActor, ID: 7, Name: "李文书", From: "10.0.0.1", Request: "r1"}
	err := tr.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return audit.Write(ctx, tx, by, id, tr.clock.Now(), audit.Entry{
			Area: area, Action: action, Subject: "claim", SubjectID: "c1", Before: map[string]int{"points": 1}, After: nil,
		})
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.clock.Advance(1000)
	return id
}

func (tr *trail) page(area core.Area, filter audit.Filter, page core.Page) ([]audit.Record, string) {
	tr.t.Helper()
	var records []audit.Record
	var next string
	err := tr.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		records, next, err = audit.List(ctx, tx, area, filter, page)
		return err
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	return records, next
}

// all reads a list to its end in pages of a size.
func (tr *trail) all(area core.Area, filter audit.Filter, size int) (ids []core.ID) {
	tr.t.Helper()
	page := core.Page{Limit: size}
	for {
		records, next := tr.page(area, filter, page)
		if len(records) > size {
			tr.t.Fatalf("a page of %d holds %d", size, len(records))
		}
		for _, r := range records {
			ids = append(ids, r.ID)
		}
		if page.Cursor = next; next == "" {
			return ids
		}
	}
}

func TestALineKeepsWhoWhatAndWhere(t *testing.T) {
	t.Parallel()
	tr, village := open(t), storetest.Village()
	at := tr.clock.Now()
	id := tr.write(village, "claims.approve")
	records, next := tr.page(village, audit.Filter{}, core.Page{})
	want := audit.Record{
		Area: village, ID: id, AtMs: at, ActorKind: core.StaffActor, Actor: 7, ActorName: "李文书", From: "10.0.0.1", Request: "r1",
		Action: "claims.approve", Subject: "claim", SubjectID: "c1", Before: `{"points":1}`, After: "",
	}
	if len(records) != 1 || records[0] != want || next != "" {
		t.Errorf("got %+v, next %q", records, next)
	}
}

func TestAWiderAreaMergesItsVillagesNewestFirst(t *testing.T) {
	t.Parallel()
	tr, village := open(t), storetest.Village()
	township, county := village.Parent(), village.Parent().Parent()
	nearby := township*1000 + (village%1000)%998 + 1
	abroad := (county + 1) * 1_000_000
	abroad += 100_201
	areas := []core.Area{village, nearby, township, county, village, abroad, nearby, village}
	written := make([]core.ID, 0, 40)
	for i := range 40 {
		written = append(written, tr.write(areas[i%len(areas)], "x.y"))
	}
	for _, c := range []struct {
		name string
		area core.Area
	}{{"village", village}, {"township", township}, {"county", county}, {"another county", abroad}} {
		var want []core.ID
		for i := len(written) - 1; i >= 0; i-- {
			if c.area.Contains(areas[i%len(areas)]) {
				want = append(want, written[i])
			}
		}
		for _, size := range []int{1, 3, 7, 200} {
			got := tr.all(c.area, audit.Filter{}, size)
			if len(got) != len(want) {
				t.Fatalf("%s in pages of %d: %d lines, want %d", c.name, size, len(got), len(want))
			}
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("%s in pages of %d: line %d is another", c.name, size, i)
				}
			}
		}
	}
}

func TestFiltersByActionAndTime(t *testing.T) {
	t.Parallel()
	tr, village := open(t), storetest.Village()
	begin := tr.clock.Now()
	for _, action := range []string{"claims.submit", "claims.approve", "claimsX", "market.redeem", "claims.approve"} {
		tr.write(village, action)
	}
	for name, c := range map[string]struct {
		filter audit.Filter
		want   int
	}{
		"all":                  {audit.Filter{}, 5},
		"an action":            {audit.Filter{Action: "claims.approve"}, 2},
		"a package":            {audit.Filter{Action: "claims."}, 3},
		"a sign is no pattern": {audit.Filter{Action: "claims%"}, 0},
		"from":                 {audit.Filter{FromMs: begin + 3000}, 2},
		"to":                   {audit.Filter{ToMs: begin + 1000}, 2},
		"between":              {audit.Filter{FromMs: begin + 1000, ToMs: begin + 2000}, 2},
		"never":                {audit.Filter{FromMs: math.MaxInt64}, 0},
		"part of a name":       {audit.Filter{Text: "文书"}, 5},
		"part of a subject":    {audit.Filter{Text: "c1"}, 5},
		"nobody's name":        {audit.Filter{Text: "王"}, 0},
		"a sign in a text":     {audit.Filter{Text: "c_"}, 0},
		"an actor":             {audit.Filter{Actor: 7}, 5},
		"another actor":        {audit.Filter{Actor: 8}, 0},
		"everything at once":   {audit.Filter{Action: "claims.", Text: "李", Actor: 7, FromMs: begin + 1000}, 2},
	} {
		if got := tr.all(village, c.filter, 50); len(got) != c.want {
			t.Errorf("%s: %d lines, want %d", name, len(got), c.want)
		}
	}
}

func TestABadCursorIsRefused(t *testing.T) {
	t.Parallel()
	tr := open(t)
	err := tr.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, _, err := audit.List(ctx, tx, storetest.Village(), audit.Filter{}, core.Page{Cursor: "nonsense"})
		return err
	})
	if !errors.Is(err, errs.New(errs.Invalid, "input.bad_cursor")) {
		t.Errorf("got %v", err)
	}
}

func TestWhatCannotBeWrittenDownStopsTheCommand(t *testing.T) {
	t.Parallel()
	tr, village := open(t), storetest.Village()
	err := tr.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return audit.Write(ctx, tx, core.System("job"), tr.ids.Next(), tr.clock.Now(), audit.Entry{Area: village, Action: "x.y", After: math.NaN()})
	})
	if err == nil {
		t.Error("a change without its audit line was written")
	}
}

func TestEachReadsEverythingInsideAnArea(t *testing.T) {
	t.Parallel()
	tr := open(t)
	village := storetest.Village()
	county := village.Parent().Parent()
	other := county*1_000_000 + 999_999
	want := map[core.Area]int{county: 1, village: 2100, other: 1}
	err := tr.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		for area, n := range want {
			for range n {
				if err := audit.Write(ctx, tx, core.System("test"), tr.ids.Next(), tr.clock.Now(), audit.Entry{Area: area, Action: "test.write"}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.write(village, "other.action")
	tr.write(county+1, "test.write")
	got, last := map[core.Area]int{}, map[core.Area]core.ID{}
	err = audit.Each(context.Background(), tr.st.View, county, audit.Filter{Action: "test."}, func(r audit.Record) error {
		if last[r.Area] != 0 && r.ID >= last[r.Area] {
			t.Errorf("%s stands behind %s", r.ID, last[r.Area])
		}
		got[r.Area]++
		last[r.Area] = r.ID
		return nil
	})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("read %v, want %v (%v)", got, want, err)
	}
	stop := errors.New("enough")
	if err := audit.Each(context.Background(), tr.st.View, county, audit.Filter{}, func(audit.Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("reading on after %v: %v", stop, err)
	}
}
