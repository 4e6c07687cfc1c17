package ledger

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

func place(village core.Area) seal.Place { return seal.Place{Area: village, Kind: seal.Book} }

// entriesOf hands out the bytes of lines from+1 to to.
func entriesOf(village core.Area) seal.Entries {
	return func(ctx context.Context, tx *store.Tx, from, to int64, add func([]byte) error) error {
		var b []byte
		return tx.Rows(ctx, sqlLinesBetween, func(r store.Row) error {
			l, err := scanLine(r)
			if err != nil {
				return err
			}
			b = l.AppendEntry(b[:0], village)
			return add(b)
		}, village, from, to)
	}
}

// Sealing is a checkpoint over a village's book in the making: lines are read and hashed while others are still being
// posted, so that little is left to do in the transaction that signs. It has one user at a time.
type Sealing struct {
	s       *Service
	village core.Area
	ahead   seal.Ahead
}

// Sealing begins a checkpoint; nothing is read yet.
func (s *Service) Sealing(village core.Area) *Sealing { return &Sealing{s: s, village: village} }

// Read hashes the lines that came since the last call, or since the newest checkpoint. What it leaves out, Sign reads.
func (g *Sealing) Read(ctx context.Context) error {
	return g.s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		b, err := bookOf(ctx, tx, g.village)
		if err != nil {
			return err
		}
		ahead, err := g.s.keeper.ReadAhead(ctx, tx, place(g.village), g.ahead, b.LastNo, entriesOf(g.village))
		g.ahead = ahead
		return err
	})
}

// Sign signs the checkpoint over the book as it stands; without a new line since the last one it gives that one. Errors:
// seal.none for a book without lines; those of seal.Keeper.Seal.
func (g *Sealing) Sign(ctx context.Context, tx *store.Tx) (proof.Note, error) {
	b, err := Lock(ctx, tx, g.village)
	if err != nil {
		return proof.Note{}, err
	}
	if b.LastNo == 0 {
		return proof.Note{}, errs.New(errs.NotFound, "seal.none")
	}
	return g.s.keeper.Seal(ctx, tx, place(g.village), b.LastNo, g.ahead, entriesOf(g.village), max(g.s.clock.Now(), b.LastMs))
}

// Seal is Sealing in a transaction of its own. It is what the daily job does, so that no line stays uncovered for longer
// than a day. Errors: those of Sign.
func (s *Service) Seal(ctx context.Context, village core.Area) (proof.Note, error) {
	var n proof.Note
	g := s.Sealing(village)
	if err := g.Read(ctx); err != nil {
		return n, err
	}
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = g.Sign(ctx, tx)
		return err
	})
	return n, err
}

// SealNow is Seal on somebody's demand, with an audit line: before a paper is printed that is to prove the newest lines.
func (s *Service) SealNow(ctx context.Context, by core.Actor, village core.Area) (proof.Note, error) {
	if err := access.Require(by, access.OpSealBook, village); err != nil {
		return proof.Note{}, err
	}
	var n proof.Note
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if n, err = s.Sealing(village).Sign(ctx, tx); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, s.ids.Next(), s.clock.Now(), audit.Entry{Area: village, Action: "ledger.seal",
			Subject: "checkpoint", SubjectID: n.Root.String(), After: map[string]any{"lines": n.Size}})
	})
	return n, err
}

// SealDue seals every book that has lines no checkpoint covers and whose newest checkpoint is older than seal.Window, each
// in a transaction of its own, and says how many. Called every hour it leaves no line uncovered for more than a day, even
// when a process dies over it. A book that cannot be sealed does not keep the others from it; the first such error is
// given at the end.
func (s *Service) SealDue(ctx context.Context) (sealed int64, err error) {
	hashing, before := s.keeper.Public().Algorithm.Hashing(), s.clock.Now()-seal.Window.Milliseconds()
	for village := core.Area(0); ; {
		var due []core.Area
		readErr := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Rows(ctx, sqlUnsealed, func(r store.Row) error {
				var v core.Area
				err := r.Scan(&v)
				due = append(due, v)
				return err
			}, hashing, before, village)
		})
		if readErr != nil || len(due) == 0 {
			return sealed, firstOf(err, readErr)
		}
		for _, village = range due {
			if _, one := s.Seal(ctx, village); one != nil {
				err = firstOf(err, one)
				continue
			}
			sealed++
		}
	}
}

func firstOf(err, more error) error {
	if err != nil {
		return err
	}
	return more
}

// Coverage says what of a village's book the newest checkpoint covers.
type Coverage struct {
	Lines int64       // in the book
	Note  *proof.Note // nil while there is none; its Size is how many lines it covers
}

// CoverageOf is for everybody: it names no household.
func (s *Service) CoverageOf(ctx context.Context, village core.Area) (c Coverage, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		b, err := bookOf(ctx, tx, village)
		if err != nil {
			return err
		}
		c.Lines = b.LastNo
		n, err := seal.Newest(ctx, tx, place(village))
		if err == nil {
			c.Note = &n
		}
		return noneIsFine(err)
	})
	return c, err
}

func noneIsFine(err error) error {
	if err != nil && errs.CodeOf(err) == "seal.none" {
		return nil
	}
	return err
}

// Checkpoints is a page of the village's checkpoints, the newest first, for everybody.
func (s *Service) Checkpoints(ctx context.Context, village core.Area, page core.Page) (notes []proof.Note, next string, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		notes, next, err = seal.List(ctx, tx, place(village), page)
		return err
	})
	return notes, next, err
}

// Checkpoint is the one over so many lines. Error: seal.none.
func (s *Service) Checkpoint(ctx context.Context, village core.Area, size int64) (n proof.Note, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err = seal.OfSize(ctx, tx, place(village), size)
		return err
	})
	return n, err
}

// Consistency proves that the book's checkpoint over size lines began as the one over old lines. Errors: those of
// seal.Consistency.
func (s *Service) Consistency(ctx context.Context, village core.Area, old, size int64) (path []proof.Hash, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		path, err = seal.Consistency(ctx, tx, place(village), old, size)
		return err
	})
	return path, err
}

// Keys are the public keys that ever signed, the oldest first, for everybody.
func (s *Service) Keys(ctx context.Context) (keys []seal.Key, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		keys, err = seal.Keys(ctx, tx)
		return err
	})
	return keys, err
}

// LineProof is what proves one line to somebody who trusts nobody but the holder of a key.
type LineProof struct {
	Line  Line
	Code  string // eight characters that open the proof without a login; printed beside the line
	Proof proof.Proof
	Key   proof.PublicKey
}

// ProofOf proves a line, to the village's staff and to the card of the line's household; a line of the Party branch to
// whoever may read what the branch keeps. Errors: ledger.no_line; those of seal.Prove.
func (s *Service) ProofOf(ctx context.Context, by core.Actor, village core.Area, no int64) (LineProof, error) {
	return s.prove(ctx, village, no, func(l Line, _ string) error {
		err := mayRead(by, village, l.Owner)
		if l.OfBranch() && err == nil {
			err = access.Require(by, access.OpReadBranch, village)
		}
		if err != nil && by.Kind == core.CardActor {
			return errs.New(errs.NotFound, "ledger.no_line") // a card is not told what other households have
		}
		return err
	})
}

// ProofByCode proves a line to whoever has its code: it is printed beside the line in the passbook. Lines of the Party
// branch have no such address.
func (s *Service) ProofByCode(ctx context.Context, village core.Area, no int64, code string) (LineProof, error) {
	return s.prove(ctx, village, no, func(l Line, right string) error {
		if l.OfBranch() || subtle.ConstantTimeCompare([]byte(core.ReadCode(code)), []byte(right)) != 1 {
			return errs.New(errs.NotFound, "ledger.no_line")
		}
		return nil
	})
}

func (s *Service) prove(ctx context.Context, village core.Area, no int64, may func(Line, string) error) (p LineProof, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if p.Line, err = lineByNo(ctx, tx, village, no); err != nil {
			return err
		}
		p.Code = p.Line.Code(village)
		if err := may(p.Line, p.Code); err != nil {
			return err
		}
		p.Proof, p.Key, err = seal.Prove(ctx, tx, place(village), no-1, p.Line.AppendEntry(nil, village))
		return err
	})
	return p, err
}

// codePrefix keeps check codes apart from hashes of the tree, whose leaves begin with 0 and whose nodes with 1.
const codePrefix = 2

// Code is eight characters that only somebody who has seen the line can know: 40 bits of a hash of its own. It must not
// be part of the line's leaf, for leaves stand in the proofs of the lines beside them and in public proofs of consistency.
func (l Line) Code(village core.Area) string {
	h := sha256.Sum256(l.AppendEntry([]byte{codePrefix}, village))
	return core.CodeOf([5]byte(h[:5]))
}
