package directory_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// world is a village of a county with a clerk.
type world struct {
	*directory.Service
	t       testing.TB
	st      *store.Store
	clock   *storetest.Clock
	ids     *core.IDs
	village core.Area
	clerk   core.Actor

	mu     sync.Mutex
	opened []core.ID // households whose book was opened
}

var idKey = []byte("a key that only tests use")

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, st: storetest.Open(t), clock: storetest.NewClock(20260301), village: storetest.Village()}
	w.ids = core.NewIDs(w.clock)
	w.Service = directory.New(w.st, w.clock, w.ids, idKey, func(_ context.Context, _ *store.Tx, _ core.Actor, _ core.Area, households []core.ID) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.opened = append(w.opened, households...)
		return nil
	})
	w.clerk = staff(core.RoleClerk, w.village)
	w.seed(directory.NewArea(w.village.Parent().Parent(), "织金县"), directory.NewArea(w.village.Parent(), "白泥镇"),
		directory.NewArea(w.village, "前进村村民委员会"))
	t.Cleanup(w.CloseImports)
	return w
}

func staff(role core.Role, area core.Area) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: 7, Name: "李文书", Grants: []core.Grant{{Role: role, Area: area}}}
}

func (w *world) seed(areas ...directory.Area) {
	w.t.Helper()
	err := w.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error { return directory.SeedAreas(ctx, tx, areas) })
	if err != nil {
		w.t.Fatal(err)
	}
}

// create makes a household or ends the test.
func (w *world) create(in directory.CreateInput) directory.Household {
	w.t.Helper()
	in.Village = w.village
	h, err := w.Create(context.Background(), w.clerk, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// close closes a household as a confirmed change does it, and says how its people stood.
func (w *world) close(household core.ID) (before []directory.Stood) {
	w.t.Helper()
	err := w.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		h, err := directory.LockHouseholds(ctx, tx, w.village, household)
		if err == nil {
			before, err = w.Dissolve(ctx, tx, w.clerk, h[0], directory.Left)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return before
}

// putBack takes a closing back.
func (w *world) putBack(household core.ID, before []directory.Stood) error {
	return w.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		h, err := directory.LockHouseholds(ctx, tx, w.village, household)
		if err == nil {
			err = w.PutBack(ctx, tx, w.clerk, h[0], directory.Household{}, before)
		}
		return err
	})
}

func (w *world) group(name string) core.Area {
	w.t.Helper()
	a, err := w.CreateGroup(context.Background(), w.clerk, directory.GroupInput{Village: w.village, Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	return a.Code
}

func (w *world) residents(household core.ID) []directory.Resident {
	w.t.Helper()
	found, err := w.Residents(context.Background(), w.clerk, w.village, household)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

func (w *world) reload(household core.ID) directory.Household {
	w.t.Helper()
	h, err := w.Household(context.Background(), w.clerk, w.village, household)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// found lists the numbers of households that a query gives, in its order, through pages of three.
func (w *world) found(filter directory.Filter) (numbers []int64) {
	w.t.Helper()
	page := core.Page{Limit: 3}
	for {
		list, next, err := w.Households(context.Background(), w.clerk, w.village, filter, page)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, h := range list {
			numbers = append(numbers, h.Number)
		}
		if page.Cursor = next; next == "" {
			return numbers
		}
	}
}

// counted reads the village's counters: households active and closed, residents.
func (w *world) counted() string {
	w.t.Helper()
	counts := map[string]int64{}
	err := w.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT topic, item, n FROM tally WHERE village = $1 AND month = 0`, func(r store.Row) error {
			var topic, item string
			var n int64
			err := r.Scan(&topic, &item, &n)
			counts[topic+item] = n
			return err
		}, w.village)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("active %d closed %d residents %d", counts["householdactive"], counts["householdclosed"], counts["resident"])
}

// recounted is counted, from the rows themselves.
func (w *world) recounted() string {
	w.t.Helper()
	var active, closed, residents int64
	err := w.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Row(ctx, `SELECT COUNT(CASE WHEN state = 'active' THEN 1 END), COUNT(CASE WHEN state = 'closed' THEN 1 END) FROM household WHERE village = $1`,
			w.village).Scan(&active, &closed); err != nil {
			return err
		}
		return tx.Row(ctx, `SELECT COUNT(*) FROM resident p JOIN household h ON h.village = p.village AND h.id = p.household
			WHERE p.village = $1 AND p.state = 'active' AND h.state = 'active'`, w.village).Scan(&residents)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("active %d closed %d residents %d", active, closed, residents)
}

// audited lists the actions in the village's audit trail.
func (w *world) audited() (actions []string) {
	w.t.Helper()
	err := w.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT action FROM audit WHERE village = $1 ORDER BY id`, func(r store.Row) error {
			var action string
			err := r.Scan(&action)
			actions = append(actions, action)
			return err
		}, w.village)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return actions
}

func refused(t testing.TB, what string, err error, code string) {
	t.Helper()
	if err == nil || errs.CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func ptr[T any](v T) *T { return &v }
