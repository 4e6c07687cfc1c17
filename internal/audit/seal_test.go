package audit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/seal/sealtest"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

func (tr *trail) seal(keeper *seal.Keeper) int64 {
	tr.t.Helper()
	n, err := audit.SealAll(context.Background(), tr.st, keeper, tr.clock.Now())
	if err != nil {
		tr.t.Fatal(err)
	}
	return n
}

func (tr *trail) verify(keys ...proof.PublicKey) (int64, *audit.Fault) {
	tr.t.Helper()
	n, fault, err := audit.Verify(context.Background(), tr.st, keys)
	if err != nil {
		tr.t.Fatal(err)
	}
	return n, fault
}

const day = 24 * time.Hour

// sealedTrail is a village and its county with three lines each, sealed two days ago, and one line since.
func sealedTrail(t *testing.T) (tr *trail, village core.Area, ids []core.ID) {
	tr, village = open(t), storetest.Village()
	keeper := sealtest.Keeper(t, tr.st)
	for range 3 {
		ids = append(ids, tr.write(village, "claims.approve"))
		tr.write(village.Parent().Parent(), "access.create_staff")
	}
	if n := tr.seal(keeper); n != 2 {
		t.Fatalf("%d trails were sealed", n)
	}
	tr.clock.Advance((2 * day).Milliseconds())
	ids = append(ids, tr.write(village, "claims.close_month"))
	if n := tr.seal(keeper); n != 1 {
		t.Fatalf("%d trails were sealed two days later", n)
	}
	if n := tr.seal(keeper); n != 0 {
		t.Fatalf("%d trails were sealed with nothing new", n)
	}
	if n, fault := tr.verify(); n != 7 || fault != nil {
		t.Fatalf("%d lines, %v", n, fault)
	}
	return tr, village, ids
}

func TestAChangedTrailIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(ctx context.Context, tx *store.Tx, v core.Area, id core.ID) (int64, error)
		which  int // of the village's lines is named; -1 for none
		what   string
	}{
		"a word changed": {func(ctx context.Context, tx *store.Tx, v core.Area, id core.ID) (int64, error) {
			return tx.Exec(ctx, `UPDATE audit SET after = 'x' WHERE village = $1 AND id = $2`, v, id)
		}, 1, "not what was signed"},
		"somebody else": {func(ctx context.Context, tx *store.Tx, v core.Area, id core.ID) (int64, error) {
			return tx.Exec(ctx, `UPDATE audit SET actor_name = '别人' WHERE village = $1 AND id = $2`, v, id)
		}, 1, "not what was signed"},
		"a line taken out": {func(ctx context.Context, tx *store.Tx, v core.Area, id core.ID) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM audit WHERE village = $1 AND id = $2`, v, id)
		}, 1, "not what was signed"},
		"the end taken out": {func(ctx context.Context, tx *store.Tx, v core.Area, id core.ID) (int64, error) {
			if _, err := tx.Exec(ctx, `DELETE FROM audit WHERE village = $1 AND id >= $2`, v, id); err != nil {
				return 0, err
			}
			return tx.Exec(ctx, `DELETE FROM audit_leaf WHERE village = $1 AND id >= $2`, v, id)
		}, -1, "are missing"},
		"a line slipped in": {func(ctx context.Context, tx *store.Tx, v core.Area, id core.ID) (int64, error) {
			return tx.Exec(ctx, `INSERT INTO audit (village, id, at_ms, actor_kind, actor, actor_name, from_addr, request, action, subject, subject_id, before, after)
				SELECT village, id + 1, at_ms, actor_kind, actor, actor_name, from_addr, request, action, subject, subject_id, before, after
				FROM audit WHERE village = $1 AND id = $2`, v, id)
		}, -1, "was not sealed with them"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr, village, ids := sealedTrail(t)
			if err := tr.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				n, err := c.change(ctx, tx, village, ids[1])
				if n == 0 && err == nil {
					t.Error("nothing was touched")
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			_, fault := tr.verify()
			if fault == nil || fault.Area != village || !strings.Contains(fault.What, c.what) {
				t.Fatalf("found %v, want … %s …", fault, c.what)
			}
			if c.which >= 0 && name != "a line taken out" && fault.ID != ids[c.which] {
				t.Errorf("named %s, want %s", fault.ID, ids[c.which])
			}
			if !strings.HasPrefix(fault.String(), "audit trail of "+village.String()) {
				t.Errorf("said %q", fault)
			}
		})
	}
}

// A command that began before a checkpoint and ended after it has an id among sealed ones; the next checkpoint takes it in.
func TestALineThatWasCommittedLateIsSealedLate(t *testing.T) {
	t.Parallel()
	tr, village := open(t), storetest.Village()
	keeper := sealtest.Keeper(t, tr.st)
	early := tr.ids.Next()
	tr.clock.Advance(60_000)
	tr.write(village, "claims.approve")
	tr.seal(keeper)
	err := tr.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return audit.Write(ctx, tx, core.System("test"), early, tr.clock.Now(), audit.Entry{Area: village, Action: "late"})
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.clock.Advance(seal.Window.Milliseconds() - 60_000) // not due yet
	if n := tr.seal(keeper); n != 0 {
		t.Fatalf("%d trails were sealed within the window", n)
	}
	tr.clock.Advance(60_000)
	if n := tr.seal(keeper); n != 1 {
		t.Fatalf("%d trails were sealed", n)
	}
	tr.clock.Advance((2 * day).Milliseconds())
	tr.write(village, "claims.approve")
	tr.seal(keeper)
	if n, fault := tr.verify(keeper.Public()); n != 3 || fault != nil {
		t.Errorf("%d lines, %v", n, fault)
	}
	stranger, _ := proof.NewKey(proof.Ed25519)
	if _, fault := tr.verify(stranger.PublicKey); fault == nil || !strings.Contains(fault.What, "not trusted") {
		t.Errorf("by a stranger's key: %v", fault)
	}
}

func (tr *trail) writeMany(n int, area core.Area) {
	tr.t.Helper()
	err := tr.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		for range n {
			if err := audit.Write(ctx, tx, core.System("test"), tr.ids.Next(), tr.clock.Now(), audit.Entry{Area: area, Action: "test.write"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tr.t.Fatal(err)
	}
}

// The lines are older than what is looked back for: those of an upgrade, or of a server that stood still for some days.
func TestALongTrailIsSealedInParts(t *testing.T) {
	t.Parallel()
	tr, village := open(t), storetest.Village()
	keeper := sealtest.Keeper(t, tr.st)
	tr.writeMany(2500, village)
	tr.clock.Advance((2 * day).Milliseconds())
	tr.seal(keeper)
	if n, fault := tr.verify(); n != 2500 || fault != nil {
		t.Errorf("%d lines, %v", n, fault)
	}
}

func TestASealingThatWasCutOffBetweenItsPartsIsTakenUp(t *testing.T) {
	t.Parallel()
	tr, village := open(t), storetest.Village()
	keeper := sealtest.Keeper(t, tr.st)
	tr.writeMany(2000, village)
	tr.clock.Advance((2 * day).Milliseconds())
	stranger, err := seal.NewKeeper(func() (proof.PrivateKey, error) { return proof.NewKey(proof.Ed25519) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := audit.SealAll(context.Background(), tr.st, stranger, tr.clock.Now()); err == nil {
		t.Fatal("another key signed")
	}
	if n, fault := tr.verify(); n != 0 || fault != nil {
		t.Errorf("cut off: %d lines, %v", n, fault)
	}
	if n := tr.seal(keeper); n != 1 {
		t.Errorf("%d trails were sealed", n)
	}
	if n, fault := tr.verify(); n != 2000 || fault != nil {
		t.Errorf("%d lines, %v", n, fault)
	}
}
