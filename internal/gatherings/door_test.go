package gatherings_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/claims/claimstest"
	"qunyan/internal/core"
	"qunyan/internal/gatherings"
	"qunyan/internal/store"
)

// at sets the clock to a minute of the evening.
func (h *hall) at(day core.Day, min int64) {
	h.Clock.SetDay(day)
	midnight := (h.Clock.Now()+8*3_600_000)/86_400_000*86_400_000 - 8*3_600_000
	h.Clock.Advance(midnight + min*60_000 - h.Clock.Now())
}

func (h *hall) door(id core.ID) gatherings.Codes {
	h.T.Helper()
	_, _, now, err := h.svc.Door(context.Background(), h.Clerk, h.Village, id)
	h.Wants(err, "")
	return now
}

// A household scans, twice and at once, and counts once; the roll shows it as a proposal, and only a mark makes claims.
func TestAScanAtTheDoor(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 3), context.Background()
	g := h.plan(meeting())
	h.at(claimstest.Today, 18*60+57)
	_, _, _, err := h.svc.Door(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "gatherings.no_door")
	_, err = h.svc.ScanDoor(ctx, h.Card(0), g.ID, "s1.x")
	h.Wants(err, "gatherings.no_door")
	d, err := h.svc.OpenDoor(ctx, h.Clerk, h.Village, g.ID, 18*60, 21*60)
	h.Wants(err, "")
	if d.FromMin != 18*60 || d.ByName != h.Clerk.Name {
		t.Errorf("the door: %+v", d)
	}
	codes := h.door(g.ID)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := h.svc.ScanDoor(ctx, h.Card(0), g.ID, codes.Screen); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	first := h.Clock.Now()
	h.at(claimstest.Today, 19*60+10)
	again, err := h.svc.ScanDoor(ctx, h.Card(0), g.ID, codes.Print)
	h.Wants(err, "")
	if again.AtMs != first || again.How != gatherings.OnScreen {
		t.Errorf("a second scan: %+v", again)
	}
	_, err = h.svc.ScanDoor(ctx, h.Card(1), g.ID, codes.Print)
	h.Wants(err, "")
	_, roll, err := h.svc.Roll(ctx, h.Supervisor, h.Village, g.ID)
	h.Wants(err, "")
	if roll[0].ScanMs != first || roll[0].Arrival != gatherings.Absent || roll[1].ScanHow != gatherings.OnPaper || roll[2].ScanMs != 0 {
		t.Errorf("the roll: %+v", roll)
	}
	_, err = h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "gatherings.nothing_to_claim") // scans alone are worth nothing
	h.mark(g.ID, h.whole(0), h.whole(2))        // one that scanned and one without a phone
	_, err = h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	if len(h.ClaimsOf(0)) != 1 || len(h.ClaimsOf(1)) != 0 || len(h.ClaimsOf(2)) != 1 {
		t.Error("claims are made of marks, and of nothing else")
	}
	line, _, err := h.svc.LineOf(ctx, h.Supervisor, h.Village, h.ClaimsOf(0)[0].Sheet, h.Homes[0])
	h.Wants(err, "")
	if line.Mark.ScanMs != first {
		t.Errorf("beside the claim: %+v", line.Mark)
	}
	_, err = h.svc.ScanDoor(ctx, h.Card(1), g.ID, h.door(g.ID).Screen)
	h.Wants(err, "gatherings.roll_is_closed")
}

// What a photographed, forged, old or foreign code is worth, and what a flood leaves behind.
func TestAbuseAtTheDoor(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 2), context.Background()
	g, other := h.plan(meeting()), h.plan(cleanup())
	h.at(claimstest.Today, 18*60)
	for _, id := range []core.ID{g.ID, other.ID} {
		_, err := h.svc.OpenDoor(ctx, h.Clerk, h.Village, id, 18*60, 20*60)
		h.Wants(err, "")
	}
	codes := h.door(g.ID)
	locked := h.Card(0)
	locked.Unlocked = false
	scan := func(by core.Actor, id core.ID, code, want string) {
		t.Helper()
		_, err := h.svc.ScanDoor(ctx, by, id, code)
		h.Wants(err, want)
	}
	scan(locked, g.ID, codes.Screen, "access.pin_needed") // a card found, or photographed, is not enough
	scan(h.Clerk, g.ID, codes.Screen, "access.forbidden")
	scan(h.Card(0), other.ID, codes.Screen, "gatherings.bad_code")
	scan(h.Card(0), g.ID, "p"+codes.Screen[1:], "gatherings.bad_code") // the screen's seal is not the paper's
	later := "s" + strings.Repeat("z", 5) + codes.Screen[strings.Index(codes.Screen, "."):]
	for _, forged := range []string{"", ".", "s", "s.", "x1.aaaa", later, codes.Screen + "A", codes.Print[:len(codes.Print)-1], "s9223372036854775808.a", "ｓ1.a"} {
		scan(h.Card(0), g.ID, forged, "gatherings.bad_code")
	}
	h.Clock.Advance((gatherings.CodeMinutes - 1) * 60_000)
	scan(h.Card(0), g.ID, codes.Screen, "")
	h.Clock.Advance(60_000)
	scan(h.Card(1), g.ID, codes.Screen, "gatherings.code_expired")
	h.Clock.Advance(-10 * 60_000)
	scan(h.Card(1), g.ID, codes.Screen, "gatherings.code_expired") // the clock went back: not shown yet
	scan(h.Card(1), g.ID, codes.Print, "gatherings.door_closed")   // before its hours
	h.at(claimstest.Today, 20*60+1)
	scan(h.Card(1), g.ID, codes.Print, "gatherings.door_closed")
	h.at(claimstest.Today+1, 19*60)
	scan(h.Card(1), g.ID, codes.Print, "gatherings.door_closed") // the next day
	h.at(claimstest.Today, 19*60)
	_, err := h.svc.OpenDoor(ctx, h.Clerk, h.Village, g.ID, 18*60, 20*60)
	h.Wants(err, "")
	scan(h.Card(1), g.ID, codes.Print, "gatherings.bad_code") // a new code ends the old ones
	_, err = h.svc.OpenDoor(ctx, h.Supervisor, h.Village, g.ID, 18*60, 20*60)
	h.Wants(err, "access.forbidden")
	_, err = h.svc.OpenDoor(ctx, h.Clerk, h.Village, g.ID, 20*60, 20*60)
	h.Wants(err, "gatherings.bad_time")
	_, _, _, err = h.svc.Door(ctx, h.Auditor, h.Village, g.ID)
	h.Wants(err, "access.forbidden")

	var scans, trail int
	h.Wants(h.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT COUNT(*) FROM gathering_scan WHERE village = $1`, h.Village).Scan(&scans)
	}), "")
	if trail = len(h.Actions("gatherings.scan_door")); scans != 1 || trail != 1 {
		t.Errorf("%d scans and %d lines of the trail, want one of each", scans, trail)
	}
}

// sqlCapOfCategory lets a household get four points of the meetings' category in a month.
const sqlCapOfCategory = `INSERT INTO category_cap (village, version, category, period, points) VALUES ($1, 1, 'council', 'month', 4)`

// A trial adds up what all rules of a gathering take from the cap of their category, as making the claims does.
func TestATrialAddsUpTheCapsOfACategory(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 2), context.Background()
	h.Wants(h.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlCapOfCategory, h.Village)
		return err
	}), "")
	p := meeting()
	p.Counts = []gatherings.Counts{{Rule: "A01", Who: gatherings.Whole}, {Rule: "A03", Who: gatherings.Present}}
	g := h.plan(p)
	h.mark(g.ID, h.whole(0), gatherings.Mark{Household: h.Homes[1], Arrival: gatherings.ArrivedLate})
	tried, err := h.svc.TryClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	made, err := h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	for i, want := range []core.Points{2, 5} { // 2 of A01; then 2 of 3 by A03, for 4 is the most, and 3 of the other household
		if tried.Parts[i].Points != want || made.Parts[i].Points != want {
			t.Errorf("part %d: tried %d, made %d, want %d", i, tried.Parts[i].Points, made.Parts[i].Points, want)
		}
	}
	if h.ClaimsOf(0)[0].State != claims.Submitted {
		t.Error("no claim")
	}
}
