package claims_test

import (
	"context"
	"errors"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// signing is a real checkpoint in the making, which counts how often it was read for.
type signing struct {
	*ledger.Sealing
	reads int
}

func (s *signing) Read(ctx context.Context) error {
	s.reads++
	return s.Sealing.Read(ctx)
}

func (s *signing) Sign(ctx context.Context, tx *store.Tx) error {
	_, err := s.Sealing.Sign(ctx, tx)
	return err
}

func (*signing) Failed(error) {}

// signs gives the place's claims a key to sign with.
func (p *place) signs() (*ledger.Service, *signing) {
	p.t.Helper()
	keeper, err := seal.NewKeeper(func() (proof.PrivateKey, error) { return proof.NewKey(proof.Ed25519) })
	p.wants(err, "")
	p.tx(func(ctx context.Context, tx *store.Tx) error { return keeper.Register(ctx, tx, 0) })
	book, made := ledger.New(p.st, p.clock, p.ids, keeper), &signing{}
	p.claims = claims.New(p.st, p.clock, p.ids, claims.Options{Sealing: func(village core.Area) claims.Sealing {
		made.Sealing = book.Sealing(village)
		return made
	}})
	return book, made
}

func TestACloseSignsACheckpointOverAllItPosted(t *testing.T) {
	t.Parallel()
	short := newPlace(t, 2)
	claim := short.submit(short.clerk, short.deed(0, "A02"))
	short.approve(short.supervisor, claim.ID)
	short.publish(202609)
	short.clock.SetDay(startDay.Add(4))
	for _, c := range []struct {
		name string
		p    *place
	}{{"short", short}, {"long", longMonth(t)}} {
		book, made := c.p.signs()
		before := c.p.st.Stats().Commands
		done := c.p.close(202609)
		if c.p == short && c.p.st.Stats().Commands != before+1 {
			t.Errorf("a short month took %d transactions", c.p.st.Stats().Commands-before)
		}
		covered, err := book.CoverageOf(context.Background(), c.p.village)
		if err != nil || covered.Note == nil || covered.Note.Size != covered.Lines || covered.Lines < done.LastNo {
			t.Errorf("%s: %+v, %v", c.name, covered, err)
		}
		if made.reads == 0 {
			t.Errorf("%s: nothing was hashed before the last transaction", c.name)
		}
		c.p.verified()
	}
}

// broken writes something and fails, as a sealing does that finds a book which is no longer the one that was signed.
type broken struct {
	village core.Area
	signed  *int
	failed  *error
}

func (broken) Read(context.Context) error { return errors.New("nothing could be read") }

func (b broken) Sign(ctx context.Context, tx *store.Tx) error {
	*b.signed++
	if _, err := tx.Exec(ctx, `UPDATE book SET last_no = last_no + 100 WHERE village = $1`, b.village); err != nil {
		return err
	}
	return errNoKey
}

func (b broken) Failed(err error) { *b.failed = err }

var errNoKey = errors.New("no key")

func TestAMonthIsClosedWhateverComesOfItsCheckpoint(t *testing.T) {
	t.Parallel()
	p := longMonth(t)
	tries := 0
	var told error
	p.claims = claims.New(p.st, p.clock, p.ids, claims.Options{Sealing: func(core.Area) claims.Sealing { return broken{p.village, &tries, &told} }})
	done := p.close(202609)
	if done.Claims != 450 || done.LastNo-done.FirstNo != 449 || tries != 1 {
		t.Errorf("closed: %+v after %d tries to sign", done, tries)
	}
	if !errors.Is(told, errNoKey) {
		t.Errorf("told of %v", told)
	}
	p.balanced()
	p.verified()
}
