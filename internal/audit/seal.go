package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// recordForm is the first field of an audit line's bytes.
const recordForm = 2

// AppendEntry adds the bytes that stand for the line in the area's tree of hashes, as docs/proof.md describes them: the
// form, then area, id, at_ms, actor_kind, actor, actor_name, from, request, action, subject, subject_id, before, after.
func (r Record) AppendEntry(b []byte) []byte {
	for _, v := range [...]int64{recordForm, int64(r.Area), int64(r.ID), r.AtMs} {
		b = proof.AppendInt(b, v)
	}
	b = proof.AppendInt(proof.AppendText(b, string(r.ActorKind)), int64(r.Actor))
	for _, s := range [...]string{r.ActorName, r.From, r.Request, r.Action, r.Subject, r.SubjectID, r.Before, r.After} {
		b = proof.AppendText(b, s)
	}
	return b
}

// lateMost is how long after its id was made a line may be committed: longer than any command runs.
const lateMost = 24 * time.Hour

// sealStep is how many new lines one transaction takes in at once.
const sealStep = 2000

func place(area core.Area) seal.Place { return seal.Place{Area: area, Kind: seal.Audit} }

func entriesOf(area core.Area) seal.Entries {
	return func(ctx context.Context, tx *store.Tx, from, to int64, add func([]byte) error) error {
		var b []byte
		return tx.Rows(ctx, leavesSQL, func(r store.Row) error {
			rec, err := scanRecord(r)
			if err != nil {
				return err
			}
			b = rec.AppendEntry(b[:0])
			return add(b)
		}, area, from, to)
	}
}

// Seal takes an area's lines that are not in its tree yet into it, in the order of their ids, and signs a checkpoint. It
// says whether there was anything to seal. One job does this for an area at a time.
//
// Many lines are given their places in parts, and the checkpoint is signed with the last: how far unsealed looks back hangs
// on the newest checkpoint, so that one signed in between would put older lines that still wait out of sight for ever.
func Seal(ctx context.Context, st *store.Store, keeper *seal.Keeper, area core.Area, nowMs int64) (sealed bool, err error) {
	for more := true; more; {
		err := st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			sealed, more, err = sealPart(ctx, tx, keeper, area, nowMs)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return sealed, nil
}

// sealPart gives the next lines their places and, unless there may be more, signs.
func sealPart(ctx context.Context, tx *store.Tx, keeper *seal.Keeper, area core.Area, nowMs int64) (sealed, more bool, err error) {
	ids, size, err := unsealed(ctx, tx, area)
	if err != nil {
		return false, false, err
	}
	err = tx.Many(ctx, insertLeafSQL, len(ids), func(i int) []any { return []any{area, size + int64(i) + 1, ids[i]} })
	if err != nil || len(ids) == sealStep {
		return false, err == nil, err
	}
	size += int64(len(ids))
	if len(ids) == 0 { // unless a part was all there was, or the process ended after one
		signed, err := signedSize(ctx, tx, area)
		if err != nil || signed == size {
			return false, false, err
		}
	}
	_, err = keeper.Seal(ctx, tx, place(area), size, seal.Ahead{}, entriesOf(area), nowMs)
	return err == nil, false, err
}

// signedSize is how many lines the newest checkpoint covers.
func signedSize(ctx context.Context, tx *store.Tx, area core.Area) (int64, error) {
	n, err := seal.Newest(ctx, tx, place(area))
	if err != nil && errs.CodeOf(err) == "seal.none" {
		return 0, nil
	}
	return n.Size, err
}

// unsealed finds lines that are not in the tree, and how many are. A line may have been committed after younger ones were
// sealed, so it looks back for as long as that can take.
func unsealed(ctx context.Context, tx *store.Tx, area core.Area) (ids []core.ID, size int64, err error) {
	if err := tx.Row(ctx, lastLeafSQL, area).Scan(&size); err != nil {
		return nil, 0, err
	}
	from, err := sealedUntil(ctx, tx, area)
	if err != nil {
		return nil, 0, err
	}
	err = tx.Rows(ctx, unsealedSQL, func(r store.Row) error {
		var id core.ID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, area, from, sealStep)
	return ids, size, err
}

// sealedUntil is an id below which every line is in the tree.
func sealedUntil(ctx context.Context, tx *store.Tx, area core.Area) (core.ID, error) {
	n, err := seal.Newest(ctx, tx, place(area))
	if err != nil {
		if errs.CodeOf(err) == "seal.none" {
			return 0, nil
		}
		return 0, err
	}
	return core.IDAt(n.AtMs - lateMost.Milliseconds()), nil
}

// SealAll seals the trails of every area whose newest checkpoint is older than seal.Window, and says of how many. The
// first error is given at the end.
func SealAll(ctx context.Context, st *store.Store, keeper *seal.Keeper, nowMs int64) (sealed int64, err error) {
	areas, err := allAreas(ctx, st)
	for _, area := range areas {
		did, one := sealDue(ctx, st, keeper, area, nowMs)
		if did {
			sealed++
		}
		if err == nil {
			err = one
		}
	}
	return sealed, err
}

func sealDue(ctx context.Context, st *store.Store, keeper *seal.Keeper, area core.Area, nowMs int64) (sealed bool, err error) {
	var last int64
	err = st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := seal.Newest(ctx, tx, place(area))
		if err != nil && errs.CodeOf(err) == "seal.none" {
			return nil
		}
		last = n.AtMs
		return err
	})
	if err != nil || nowMs-last < seal.Window.Milliseconds() {
		return false, err
	}
	return Seal(ctx, st, keeper, area, nowMs)
}

// allAreas hops from one area with lines to the next.
func allAreas(ctx context.Context, st *store.Store) (areas []core.Area, err error) {
	err = st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		for area := core.Area(0); ; areas = append(areas, area) {
			if err := tx.Row(ctx, nextAreaSQL, area+1, core.Area(math.MaxInt64)).Scan(&area); err != nil {
				return err
			}
			if area == 0 {
				return nil
			}
		}
	})
	return areas, err
}

// Fault is something in a trail that cannot have come about by writing audit lines.
type Fault struct {
	Area core.Area
	ID   core.ID // of the line at fault; 0 for what is not about one line
	What string  // a sentence in English, for the operator
}

// String reads "audit trail of 520524001001, line 0H1…: …".
func (f Fault) String() string {
	if f.ID == 0 {
		return fmt.Sprintf("audit trail of %s: %s", f.Area, f.What)
	}
	return fmt.Sprintf("audit trail of %s, line %s: %s", f.Area, f.ID, f.What)
}

// Verify reads every trail back and compares it with its checkpoints: nothing changed, nothing taken out, nothing slipped
// in. It stops at the first fault; the error is for what kept it from reading. sealed counts the lines that checkpoints
// cover. keys are as for ledger.Verify.
func Verify(ctx context.Context, st *store.Store, keys []proof.PublicKey) (sealed int64, fault *Fault, err error) {
	areas, err := allAreas(ctx, st)
	if err != nil {
		return 0, nil, err
	}
	for _, area := range areas {
		err := st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			var n int64
			n, fault, err = verifyArea(ctx, tx, area, keys)
			sealed += n
			return err
		})
		if err != nil || fault != nil {
			return sealed, fault, err
		}
	}
	return sealed, nil, nil
}

// errDiffers ends the reading of lines at a checkpoint that was signed over others.
var errDiffers = errors.New("audit: differs")

func verifyArea(ctx context.Context, tx *store.Tx, area core.Area, keys []proof.PublicKey) (int64, *Fault, error) {
	checker, flaw, err := seal.NewChecker(ctx, tx, place(area), keys)
	if err != nil {
		return 0, nil, err
	}
	var size int64
	if err := tx.Row(ctx, lastLeafSQL, area).Scan(&size); err != nil {
		return 0, nil, err
	}
	err = entriesOf(area)(ctx, tx, 0, size, func(entry []byte) error {
		if !checker.Add(entry) {
			return errDiffers
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDiffers) {
		return 0, nil, err
	}
	_, covered := checker.Reached()
	if _, left := checker.Left(); err != nil || left {
		fault, err := differing(ctx, tx, checker, area, size)
		return covered, fault, err
	}
	if flaw != "" {
		return covered, &Fault{Area: area, What: flaw}, nil
	}
	fault, err := slippedIn(ctx, tx, area)
	return covered, fault, err
}

func differing(ctx context.Context, tx *store.Tx, checker *seal.Checker, area core.Area, size int64) (*Fault, error) {
	index, what, err := checker.Differing(ctx, tx, size, entriesOf(area))
	if err != nil {
		return nil, err
	}
	if index < 0 {
		return &Fault{Area: area, What: "lines at its end are missing: a checkpoint was signed over more"}, nil
	}
	fault := &Fault{Area: area, What: what}
	err = tx.Row(ctx, leafSQL, area, index+1).Scan(&fault.ID)
	if errors.Is(err, store.ErrNone) {
		fault.What, err = fmt.Sprintf("the line that was sealed as number %d is missing", index+1), nil
	}
	return fault, err
}

// slippedIn finds a line that is older than every line still on its way and yet not in the tree.
func slippedIn(ctx context.Context, tx *store.Tx, area core.Area) (*Fault, error) {
	until, err := sealedUntil(ctx, tx, area)
	if err != nil || until == 0 {
		return nil, err
	}
	fault := &Fault{Area: area, What: "stands among lines that were sealed, and was not sealed with them"}
	err = tx.Row(ctx, slippedSQL, area, until).Scan(&fault.ID)
	if errors.Is(err, store.ErrNone) {
		return nil, nil
	}
	return fault, err
}
