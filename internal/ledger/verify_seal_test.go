package ledger_test

import (
	"context"
	"strings"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/seal/sealtest"
	"qunyan/internal/store"
)

// forgery is a change to a book that leaves every sum, number and count right: no arithmetic finds it. Its statements run
// in turn, each with the village as $1.
type forgery struct {
	name  string
	forge []func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error)
	no    int64
	what  string
	loud  bool // arithmetic alone finds it too, somewhere
}

// forgeries are done to the book that lived makes.
func forgeries() []forgery {
	type step = func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error)
	return []forgery{
		{name: "another claim behind a line", no: 6, what: "not what was signed", forge: []step{
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE line SET ref = ref + 1 WHERE village = $1 AND no = 6`, v)
			},
		}},
		{name: "somebody else posted it", no: 9, what: "not what was signed", forge: []step{
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE line SET actor = actor + 1 WHERE village = $1 AND no = 9`, v)
			},
		}},
		{name: "two lines in the other order", no: 1, what: "not what was signed", forge: []step{
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE line SET no = -3 + no, voucher = no WHERE village = $1 AND no <= 2`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE line SET no = -no, voucher = -no,
					debit_after = CASE WHEN no = -1 THEN -100 ELSE -200 END WHERE village = $1 AND no < 0`, v)
			},
		}},
		{name: "more money granted", no: 4, what: "not what was signed", forge: []step{
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE line SET amount = amount + 500, debit_after = debit_after - 500, credit_after = credit_after + 500
					WHERE village = $1 AND no = 4`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE line SET debit_after = debit_after + 500 WHERE village = $1 AND no = 5`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE account SET balance = balance + CASE WHEN kind = 21 THEN 500 ELSE -500 END
					WHERE village = $1 AND kind IN (21, 23)`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE tally SET amount = amount + 500 WHERE village = $1 AND topic = 'granted'`, v)
			},
		}},
		{name: "the last voucher never was", no: 12, what: "is missing", forge: []step{
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE account SET lines = lines - 1, balance = balance - (
					SELECT CASE WHEN l.credit = account.kind THEN l.amount ELSE -l.amount END FROM line l
					WHERE l.village = $1 AND l.no >= 12 AND (l.credit = account.kind OR l.debit = account.kind))
					WHERE village = $1 AND kind IN (2, 13, 22, 24)`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE item SET cost = cost - 700 WHERE village = $1`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE tally SET n = 1, amount = 9 WHERE village = $1 AND topic = 'redeemed'`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `DELETE FROM line WHERE village = $1 AND no >= 12`, v)
			},
			func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
				return tx.Exec(ctx, `UPDATE book SET last_no = 11, last_ms = (SELECT MAX(l.at_ms) FROM line l WHERE l.village = $1) WHERE village = $1`, v)
			},
		}},
		{name: "a line slipped in and all behind it renumbered", no: 5, what: "not what was signed", loud: true, forge: slipIn()},
	}
}

// slipIn makes room behind line 3 and puts the grant there a second time.
func slipIn() []func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
	return []func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error){
		func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET no = -no - 1, reverses = -reverses WHERE village = $1 AND no >= 4`, v)
		},
		func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET no = -no, voucher = voucher + 1, reverses = CASE WHEN reverses < 0 THEN 1 - reverses ELSE 0 END
				WHERE village = $1 AND no < 0`, v)
		},
		func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `INSERT INTO line (village, no, voucher, day, at_ms, kind, category, debit, credit, owner, amount, debit_after,
					credit_after, ref, reverses, memo_zh, memo_en, actor)
				SELECT village, 4, 4, day, at_ms, kind, category, debit, credit, owner, amount, debit_after, credit_after, ref, reverses, memo_zh, memo_en, actor
				FROM line WHERE village = $1 AND no = 5`, v)
		},
	}
}

// sealedAt is the lived village with a checkpoint over all of its lines.
func sealedAt(t *testing.T, b *bench, keeper *seal.Keeper) (*bench, *ledger.Service) {
	t.Helper()
	v := lived(t, b)
	s := ledger.New(v.st, v.clock, v.ids, keeper)
	n, err := s.Seal(context.Background(), v.village)
	if err != nil || n.Size != 13 {
		t.Fatalf("checkpoint of %d lines: %v", n.Size, err)
	}
	return v, s
}

func (v *bench) forge(t *testing.T, f forgery) {
	t.Helper()
	err := v.tx(func(ctx context.Context, tx *store.Tx) error {
		for i, step := range f.forge {
			if n, err := step(ctx, tx, v.village); err != nil || n == 0 {
				t.Errorf("step %d touched %d rows: %v", i, n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What arithmetic cannot find, a checkpoint does, and names the first line.
func TestACheckpointFindsWhatArithmeticCannot(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	keeper := sealtest.Keeper(t, b.st)
	for _, f := range forgeries() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			bare := lived(t, b)
			bare.forge(t, f)
			report, err := ledger.VerifyVillage(context.Background(), bare.st, bare.village, nil)
			if err != nil || (report.Fault != nil) != f.loud {
				t.Errorf("without a checkpoint: %v, %v", report.Fault, err)
			}
			v, _ := sealedAt(t, b, keeper)
			v.forge(t, f)
			report, err = ledger.VerifyVillage(context.Background(), v.st, v.village, nil)
			if err != nil || report.Fault == nil || report.Fault.No != f.no || !strings.Contains(report.Fault.What, f.what) {
				t.Errorf("found %v, %v; want line %d: … %s …", report.Fault, err, f.no, f.what)
			}
		})
	}
}

// Everything arithmetic finds is found in a sealed book too, and never at a later line.
func TestASealedBookNamesTamperedLines(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	keeper := sealtest.Keeper(t, b.st)
	changed := map[string]int64{"a line removed": 7, "the first line removed": 1, "a line given to another household": 6,
		"an amount and its balances raised": 6, "a category changed": 6, "all lines removed": 1, "the newest line removed": 13,
		"a line renumbered": 13, "a voucher split": 10}
	for _, c := range append(withLines(), withOrder()...) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, _ := sealedAt(t, b, keeper)
			if err := v.tx(func(ctx context.Context, tx *store.Tx) error { _, err := c.tamper(ctx, tx, v.village); return err }); err != nil {
				t.Fatal(err)
			}
			want := c.no
			if no, known := changed[c.name]; known {
				want = no
			}
			report, err := ledger.VerifyVillage(context.Background(), v.st, v.village, nil)
			if err != nil || report.Fault == nil || report.Fault.No != want {
				t.Errorf("found %v, %v; want line %d", report.Fault, err, want)
			}
		})
	}
}

// A checkpoint that was forged, or signed by somebody else, is told from the county's.
func TestACheckpointBearsTheCountysSignature(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	v, s := sealedAt(t, b, sealtest.KeeperOf(t, b.st, proof.SM2))
	keys, err := s.Keys(context.Background())
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	stranger, err := proof.NewKey(proof.SM2)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		trusted []proof.PublicKey
		what    string
	}{
		"the database's keys": {nil, ""}, "the county's key": {[]proof.PublicKey{keys[0].PublicKey}, ""},
		"another key": {[]proof.PublicKey{stranger.PublicKey}, "not trusted"},
	} {
		report, err := ledger.VerifyVillage(context.Background(), v.st, v.village, c.trusted)
		if err != nil || (report.Fault == nil) != (c.what == "") || report.Fault != nil && !strings.Contains(report.Fault.What, c.what) {
			t.Errorf("%s: %v, %v", name, report.Fault, err)
		}
	}
	n, err := s.Seal(context.Background(), v.village)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := proof.Sign(n.Checkpoint, stranger)
	if err != nil {
		t.Fatal(err)
	}
	forged.Signature.Name, forged.Signature.ID = n.Signature.Name, n.Signature.ID
	if err := v.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE checkpoint SET note = $1 WHERE village = $2`, forged.String(), v.village)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	report, err := ledger.VerifyVillage(context.Background(), v.st, v.village, nil)
	if err != nil || report.Fault == nil || !strings.Contains(report.Fault.What, "does not bear the signature") {
		t.Errorf("a forged signature: %v, %v", report.Fault, err)
	}
}

// Hashes that were changed beside an unchanged book do not put the blame on a line.
func TestChangedHashesAreNotBlamedOnALine(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	v, s := sealedAt(t, b, sealtest.KeeperOf(t, b.st, proof.Ed25519))
	if err := v.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE seal_tile SET hashes = (SELECT c.hashes FROM seal_tile c WHERE c.village = $1) WHERE village = $1`, v.village)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE line SET ref = ref + 1 WHERE village = $1 AND no = 13`, v.village)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	report, err := ledger.VerifyVillage(context.Background(), v.st, v.village, nil)
	if err != nil || report.Fault == nil || report.Fault.No != 13 {
		t.Errorf("%v, %v", report.Fault, err)
	}
	if _, err := s.ProofOf(context.Background(), core.System("test"), v.village, 13); err == nil {
		t.Error("a changed line was proved")
	}
}

// A witness needs nothing of the database to find a rewritten history: its own old checkpoint is enough.
func TestAWitnessFindsARewrittenHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	v, s := sealedAt(t, b, sealtest.KeeperOf(t, b.st, proof.Ed25519))
	ctx := context.Background()
	kept, err := s.Seal(ctx, v.village)
	if err != nil {
		t.Fatal(err)
	}
	keys, _ := s.Keys(ctx)
	trusted := []proof.PublicKey{keys[0].PublicKey}
	v.mustPost(t, earned(v.households[1], 3))
	if _, err := s.Seal(ctx, v.village); err != nil {
		t.Fatal(err)
	}
	found, err := ledger.Witness(ctx, v.st, v.village, &kept, trusted)
	if err != nil || found.Fault != nil || found.Lines != 14 || found.Newest.Size != 14 {
		t.Errorf("only appended: %+v, %v", found, err)
	}
	// Whoever has the key and the database changes a line, throws the old seals away and signs anew.
	v.forge(t, forgeries()[0])
	if err := v.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM checkpoint WHERE village = $1`, v.village)
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM seal_tile WHERE village = $1`, v.village)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seal(ctx, v.village); err != nil {
		t.Fatal(err)
	}
	if n := v.mustVerify(t); n != 14 {
		t.Errorf("%d lines; to itself the rewritten book looks right", n)
	}
	found, err = ledger.Witness(ctx, v.st, v.village, &kept, trusted)
	if err != nil || found.Fault == nil {
		t.Errorf("the rewritten history was not found: %+v, %v", found, err)
	}
}

// The job seals each book about once a day, however often it looks, and only one with new lines.
func TestBooksAreSealedDaily(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	v := another(t, b, 1)
	s := ledger.New(v.st, v.clock, v.ids, sealtest.Keeper(t, v.st))
	due := func(want int64) {
		t.Helper()
		if n, err := s.SealDue(context.Background()); err != nil || n != want {
			t.Errorf("%d books were sealed, want %d: %v", n, want, err)
		}
	}
	due(0)
	v.mustPost(t, earned(v.households[0], 3))
	due(1)
	v.clock.Advance(seal.Window.Milliseconds() + 1)
	due(0)
	v.mustPost(t, earned(v.households[0], 3))
	due(1)
	v.mustPost(t, earned(v.households[0], 3))
	v.clock.Advance(seal.Window.Milliseconds() - 1000)
	due(0)
	v.clock.Advance(2000)
	due(1)
	c, err := s.CoverageOf(context.Background(), v.village)
	if err != nil || c.Lines != 3 || c.Note == nil || c.Note.Size != 3 {
		t.Errorf("covered %+v, %v", c, err)
	}
}

// Whoever has the key but not the lines signs a root over nothing anybody can see: it is not kept as a witness's next.
func TestAWitnessDoesNotKeepACheckpointOfOtherLines(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	v, s := sealedAt(t, b, sealtest.Keeper(t, b.st))
	ctx := context.Background()
	kept, err := s.Seal(ctx, v.village)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := s.Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	v.mustPost(t, earned(v.households[1], 3))
	if _, err := s.Seal(ctx, v.village); err != nil {
		t.Fatal(err)
	}
	if err := v.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE line SET ref = ref + 1 WHERE village = $1 AND no = 14`, v.village)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	found, err := ledger.Witness(ctx, v.st, v.village, &kept, []proof.PublicKey{keys[0].PublicKey})
	if err != nil || found.Fault == nil || found.Fault.No != 14 {
		t.Errorf("found %+v, %v", found.Fault, err)
	}
}
