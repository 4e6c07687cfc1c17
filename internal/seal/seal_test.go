package seal_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/seal/sealtest"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// notebook is a tree's place with made-up entries.
type notebook struct {
	st     *store.Store
	place  seal.Place
	keeper *seal.Keeper
}

func newNotebook(t testing.TB, a proof.Algorithm) notebook {
	st := storetest.Open(t)
	return notebook{st, seal.Place{Area: storetest.Village(), Kind: seal.Book}, sealtest.KeeperOf(t, st, a)}
}

func entry(i int64) []byte { return binary.BigEndian.AppendUint64([]byte("line "), uint64(i)) }

func entries(_ context.Context, _ *store.Tx, from, to int64, add func([]byte) error) error {
	for i := from; i < to; i++ {
		if err := add(entry(i)); err != nil {
			return err
		}
	}
	return nil
}

func (b notebook) seal(size, nowMs int64) (n proof.Note, err error) {
	err = b.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = b.keeper.Seal(ctx, tx, b.place, size, seal.Ahead{}, entries, nowMs)
		return err
	})
	return n, err
}

// sealAhead is seal with the entries hashed before, as far as they were known then.
func (b notebook) sealAhead(known, size, nowMs int64) (n proof.Note, err error) {
	var ahead seal.Ahead
	err = b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		ahead, err = b.keeper.ReadAhead(ctx, tx, b.place, seal.Ahead{}, known, entries)
		return err
	})
	if err != nil {
		return n, err
	}
	err = b.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = b.keeper.Seal(ctx, tx, b.place, size, ahead, entries, nowMs)
		return err
	})
	return n, err
}

func (b notebook) view(t interface{ Fatal(...any) }, fn func(ctx context.Context, tx *store.Tx) error) {
	if err := b.st.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// root is worked out from the entries alone.
func root(h proof.Hashing, size int64) proof.Hash {
	f := proof.NewFrontier(h)
	for i := range size {
		f.Append(h.Leaf(entry(i)))
	}
	return f.Root()
}

func TestASealedTreeProvesEveryEntryAndItsOwnPast(t *testing.T) {
	t.Parallel()
	for _, a := range []proof.Algorithm{proof.Ed25519, proof.SM2} {
		b := newNotebook(t, a)
		rapid.Check(t, func(t *rapid.T) {
			b.place.Area = storetest.Village()
			var sizes []int64
			size := int64(0)
			for range rapid.IntRange(1, 5).Draw(t, "checkpoints") {
				size += rapid.SampledFrom([]int64{1, 2, 7, 100, 255, 256, 257, 700}).Draw(t, "more")
				// Some of the entries, none, or more than are sealed in the end may have been hashed before.
				known := rapid.Int64Range(0, size).Draw(t, "known before")
				n, err := b.sealAhead(known, size, 1000*size)
				if err != nil || n.Size != size || n.Root != root(a.Hashing(), size) {
					t.Fatalf("checkpoint of %d: %v", size, err)
				}
				again, err := b.seal(size, 2000*size)
				if err != nil || again.String() != n.String() {
					t.Fatalf("sealed again: %v", err)
				}
				sizes = append(sizes, size)
			}
			index := rapid.Int64Range(0, size-1).Draw(t, "index")
			old := rapid.SampledFrom(sizes).Draw(t, "old")
			b.view(t, func(ctx context.Context, tx *store.Tx) error {
				p, key, err := seal.Prove(ctx, tx, b.place, index, entry(index))
				if err != nil {
					return err
				}
				if _, err := p.Check(b.keeper.Public()); err != nil || key.String() != b.keeper.Public().String() {
					t.Fatalf("entry %d of %d: %v", index, size, err)
				}
				path, err := seal.Consistency(ctx, tx, b.place, old, size)
				if err != nil {
					return err
				}
				return a.Hashing().CheckConsistency(old, size, root(a.Hashing(), old), root(a.Hashing(), size), path)
			})
		})
	}
}

func TestALongBookIsSealedAtOnceAndProvedByFewRows(t *testing.T) {
	t.Parallel()
	b := newNotebook(t, proof.Ed25519)
	const size = 70_000 // over 65,536: three levels of rows
	n, err := b.seal(size, 0)
	if err != nil || n.Root != root(proof.SHA256, size) {
		t.Fatalf("%v", err)
	}
	for _, index := range []int64{0, 255, 256, 65_535, 65_536, size - 1} {
		b.view(t, func(ctx context.Context, tx *store.Tx) error {
			p, _, err := seal.Prove(ctx, tx, b.place, index, entry(index))
			if err == nil && len(p.Path) > 17 {
				t.Errorf("a path of %d", len(p.Path))
			}
			return err
		})
	}
}

func TestWhatIsNotSealedIsNotProved(t *testing.T) {
	t.Parallel()
	b := newNotebook(t, proof.Ed25519)
	ask := func(fn func(ctx context.Context, tx *store.Tx) error) error {
		return b.st.View(context.Background(), fn)
	}
	prove := func(index int64, bytes []byte) error {
		return ask(func(ctx context.Context, tx *store.Tx) error {
			_, _, err := seal.Prove(ctx, tx, b.place, index, bytes)
			return err
		})
	}
	if err := prove(0, entry(0)); errs.CodeOf(err) != "seal.none" {
		t.Errorf("before any checkpoint: %v", err)
	}
	if _, err := b.seal(9, 5000); err != nil {
		t.Fatal(err)
	}
	if err := prove(9, entry(9)); errs.CodeOf(err) != "seal.not_covered" {
		t.Errorf("an entry after the checkpoint: %v", err)
	}
	if err := prove(4, entry(5)); errs.CodeOf(err) != "seal.broken" {
		t.Errorf("an entry that is not the one that was sealed: %v", err)
	}
	err := ask(func(ctx context.Context, tx *store.Tx) error {
		_, err := seal.Consistency(ctx, tx, b.place, 3, 9)
		return err
	})
	if errs.CodeOf(err) != "seal.none" {
		t.Errorf("consistency with a checkpoint that never was: %v", err)
	}
	if _, err := b.seal(8, 6000); errs.CodeOf(err) != "seal.broken" {
		t.Errorf("a book that shrank is sealed: %v", err)
	}
	if n, err := b.seal(10, 1); err != nil || n.AtMs != 5000 {
		t.Errorf("with a clock that was set back: %d, %v", n.AtMs, err)
	}
}

func TestATreeWhoseHashesWereChangedIsNotSignedAgain(t *testing.T) {
	t.Parallel()
	b := newNotebook(t, proof.Ed25519)
	if _, err := b.seal(300, 1000); err != nil {
		t.Fatal(err)
	}
	err := b.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE seal_tile SET hashes = (SELECT t.hashes FROM seal_tile t WHERE t.village = $1 AND t.level = 1 AND t.n = 0)
			WHERE village = $1 AND level = 0 AND n = 1`, b.place.Area)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.seal(301, 2000); errs.CodeOf(err) != "seal.broken" {
		t.Errorf("got %v", err)
	}
}

func TestAnotherKeyDoesNotSignAndARotatedOneDoes(t *testing.T) {
	t.Parallel()
	b := newNotebook(t, proof.Ed25519)
	if _, err := b.seal(3, 1000); err != nil {
		t.Fatal(err)
	}
	next, err := proof.NewKey(proof.SM2)
	if err != nil {
		t.Fatal(err)
	}
	held, _ := proof.NewKey(proof.Ed25519)
	other, _ := seal.NewKeeper(func() (proof.PrivateKey, error) { return held, nil })
	first := b.keeper
	b.keeper = other
	if _, err := b.seal(4, 2000); errs.CodeOf(err) != "seal.other_key" {
		t.Errorf("a second key signs: %v", err)
	}
	for range 2 { // the second time there is nothing to do
		err = b.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return seal.Rotate(ctx, tx, next.PublicKey, 3000)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	held = next // the running server finds the new file
	n, err := b.seal(5, 4000)
	if err != nil || n.Signature.Name != next.Name || n.Root != root(proof.SM3, 5) {
		t.Fatalf("after the rotation: %v by %s", err, n.Signature.Name)
	}
	b.keeper = first
	if _, err := b.seal(6, 5000); errs.CodeOf(err) != "seal.other_key" {
		t.Errorf("the old key signs on: %v", err)
	}
	b.view(t, func(ctx context.Context, tx *store.Tx) error {
		keys, err := seal.Keys(ctx, tx)
		if err != nil || len(keys) != 2 || keys[0].UntilMs != 3000 || keys[1].UntilMs != 0 || keys[1].String() != next.PublicKey.String() {
			t.Errorf("keys %+v, %v", keys, err)
		}
		if _, err := seal.Consistency(ctx, tx, b.place, 3, 5); errs.CodeOf(err) != "seal.other_hashing" {
			t.Errorf("consistency over two hash functions: %v", err)
		}
		newest, err := seal.Newest(ctx, tx, b.place)
		if err != nil || newest.Size != 5 {
			t.Errorf("newest is of %d, %v", newest.Size, err)
		}
		_, what, err := seal.NewChecker(ctx, tx, b.place, nil)
		if what != "" {
			t.Errorf("checked by the keys of the time: %s", what)
		}
		return err
	})
}

func TestCheckpointsAreListedInPages(t *testing.T) {
	t.Parallel()
	b := newNotebook(t, proof.Ed25519)
	for i := int64(1); i <= 5; i++ {
		if _, err := b.seal(i, i*1000); err != nil {
			t.Fatal(err)
		}
	}
	var got []int64
	page := core.Page{Limit: 2}
	for {
		b.view(t, func(ctx context.Context, tx *store.Tx) error {
			notes, next, err := seal.List(ctx, tx, b.place, page)
			for _, n := range notes {
				got = append(got, n.Size)
			}
			page.Cursor = next
			return err
		})
		if page.Cursor == "" {
			break
		}
	}
	if len(got) != 5 || got[0] != 5 || got[4] != 1 {
		t.Errorf("listed %v", got)
	}
	page.Cursor = "x"
	err := b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, _, err := seal.List(ctx, tx, b.place, page)
		return err
	})
	if !errors.Is(err, errs.New(errs.Invalid, "input.bad_cursor")) {
		t.Errorf("got %v", err)
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	p := seal.Place{Area: 520524105002, Kind: seal.Audit}
	if got, err := seal.ParseOrigin(p.Origin()); err != nil || got != p || p.Origin() != "qunyan/520524105002/audit" {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "qunyan", "qunyan/520524105002", "qunyan/520524105002/shop", "other/520524105002/book", "qunyan/x/book"} {
		if _, err := seal.ParseOrigin(bad); errs.CodeOf(err) != "proof.syntax" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A clock that was set back, or a job that has begun before a rotation, must not date what the new key signs before it.
func TestNothingIsSignedBeforeTheTimeOfItsKey(t *testing.T) {
	t.Parallel()
	b := newNotebook(t, proof.Ed25519)
	next, err := proof.NewKey(proof.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	rotate := func(ctx context.Context, tx *store.Tx) error { return seal.Rotate(ctx, tx, next.PublicKey, 9000) }
	if err := b.st.Tx(context.Background(), rotate); err != nil {
		t.Fatal(err)
	}
	b.keeper, _ = seal.NewKeeper(func() (proof.PrivateKey, error) { return next, nil })
	if n, err := b.seal(3, 2000); err != nil || n.AtMs != 9000 {
		t.Errorf("dated %d, %v", n.AtMs, err)
	}
	b.view(t, func(ctx context.Context, tx *store.Tx) error {
		_, what, err := seal.NewChecker(ctx, tx, b.place, nil)
		if what != "" {
			t.Error(what)
		}
		return err
	})
}
