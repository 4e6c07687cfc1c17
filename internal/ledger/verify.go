package ledger

import (
	"context"
	"errors"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// Report is what Verify saw.
type Report struct {
	Villages  int64
	Lines     int64
	Accounts  int64
	Reversals int64

	Checkpoints int64 // signed over these lines
	Sealed      int64 // lines that a checkpoint covers; those after them are vouched for by nobody yet

	Fault *Fault // the first one, by village and then by number; nil if the books are right
}

// Fault is something in a book that cannot have come about by posting.
type Fault struct {
	Village core.Area
	No      int64  // of the line at fault; 0 for what is not about one line
	What    string // a sentence in English, for the operator
}

// String reads "village 520524001001, line 12: …".
func (f Fault) String() string {
	if f.No == 0 {
		return fmt.Sprintf("village %s: %s", f.Village, f.What)
	}
	return fmt.Sprintf("village %s, line %d: %s", f.Village, f.No, f.What)
}

// Progress says how far a verification is.
type Progress struct {
	Village core.Area // just done
	Report  Report    // so far
}

// Verify reads every book back and recomputes it: numbers without a gap, vouchers, times, what the kinds allow, the
// balances after each line, the accounts, reversals, closed months, the counts of reports, the shop's stock against its
// goods, that all accounts of a unit sum to zero, and that every checkpoint was signed over these very lines, by one of the
// keys or, without any, by one that the database lists. Villages are read one after the other, each in a snapshot of its
// own, with memory for one village's accounts and not for its lines, so it can run beside a serving process.
//
// It stops at the first fault and puts it in the report; the error is for what kept it from reading. progress may be nil.
func Verify(ctx context.Context, st *store.Store, keys []proof.PublicKey, progress func(Progress)) (Report, error) {
	var report Report
	for village := core.Area(0); ; {
		err := st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, sqlNextVillage, village).Scan(&village)
		})
		if err != nil || village == 0 {
			return report, err
		}
		one, err := VerifyVillage(ctx, st, village, keys)
		report.Villages++
		report.Lines += one.Lines
		report.Accounts += one.Accounts
		report.Reversals += one.Reversals
		report.Checkpoints += one.Checkpoints
		report.Sealed += one.Sealed
		report.Fault = one.Fault
		if err != nil || report.Fault != nil {
			return report, err
		}
		if progress != nil {
			progress(Progress{village, report})
		}
	}
}

// VerifyVillage is Verify for one village.
func VerifyVillage(ctx context.Context, st *store.Store, village core.Area, keys []proof.PublicKey) (Report, error) {
	report := Report{Villages: 1}
	err := st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c := newCheck(village)
		c.keys = keys
		report.Fault, err = c.all(ctx, tx)
		report.Lines, report.Accounts, report.Reversals = c.last.No, int64(len(c.balances)), int64(len(c.reversals))
		report.Checkpoints, report.Sealed = c.seals.Reached()
		return err
	})
	return report, err
}

// check is the state of verifying one village.
type check struct {
	village    core.Area
	book       Book
	households map[core.ID]bool
	reversals  map[int64]Line // number of a reversal → the line it takes back
	reversed   map[int64]bool
	closings   []Closing
	last       Line
	balances   map[slot]*sum // recomputed
	counts     map[counter]tallied
	closed     tallied // points earned and deducted in the closing that is passing

	keys     []proof.PublicKey
	seals    *seal.Checker
	sealFlaw string // what is wrong with a checkpoint itself
	entry    []byte // reused from line to line
}

// counter is a row of package tally without its village.
type counter struct {
	month       core.Month
	topic, item string
}

type tallied struct{ n, amount int64 }

func newCheck(village core.Area) *check {
	return &check{village: village, households: map[core.ID]bool{}, reversals: map[int64]Line{}, reversed: map[int64]bool{},
		balances: map[slot]*sum{}, counts: map[counter]tallied{}}
}

// all runs the checks and names the first line at fault. A changed text leaves every sum right until a checkpoint's end
// shows it, so whatever fault was found, the lines above it are compared with the hashes kept of them.
func (c *check) all(ctx context.Context, tx *store.Tx) (*Fault, error) {
	fault, err := c.steps(ctx, tx)
	if err != nil || fault == nil {
		return nil, err
	}
	upTo := fault.No
	if upTo == 0 {
		upTo = c.last.No
	}
	index, what, err := c.seals.Differing(ctx, tx, upTo, entriesOf(c.village))
	if err == nil && index >= 0 && (fault.No == 0 || index+1 <= fault.No) {
		return &Fault{c.village, index + 1, what}, nil
	}
	return fault, err
}

// steps are in the order that finds the first fault by number: what is needed to judge lines, the lines, and then what
// the lines sum up to.
func (c *check) steps(ctx context.Context, tx *store.Tx) (*Fault, error) {
	for _, step := range []func(context.Context, *store.Tx) error{c.readSeals, c.readHead, c.readReversals, c.readLines,
		c.checkSeals, c.checkHead, c.checkAccounts, c.checkCounts, c.checkStock} {
		err := step(ctx, tx)
		var fault *found
		if errors.As(err, &fault) {
			return &fault.Fault, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// found carries a fault out of the reading of rows.
type found struct{ Fault }

// Error makes it an error.
func (f *found) Error() string { return f.String() }

func (c *check) fault(no int64, format string, args ...any) error {
	return &found{Fault{c.village, no, fmt.Sprintf(format, args...)}}
}

func (c *check) readHead(ctx context.Context, tx *store.Tx) error {
	err := tx.Row(ctx, sqlBook, c.village).Scan(&c.book.LastNo, &c.book.LastMs, &c.book.Closed)
	if errors.Is(err, store.ErrNone) {
		return c.fault(0, "it has lines or accounts, but no book")
	}
	if err != nil {
		return err
	}
	err = tx.Rows(ctx, sqlHouseholdIDs, func(r store.Row) error {
		var id core.ID
		err := r.Scan(&id)
		c.households[id] = true
		return err
	}, c.village)
	if err != nil {
		return err
	}
	return tx.Rows(ctx, sqlClosings, func(r store.Row) error {
		closing, err := scanClosing(r)
		c.closings = append(c.closings, closing)
		return err
	}, c.village)
}

// readReversals keeps the lines that were taken back; they are few.
func (c *check) readReversals(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, sqlReversals, func(r store.Row) error {
		var no int64
		var l Line
		err := r.Scan(&no, &l.No, &l.Voucher, &l.Kind, &l.Category, &l.Debit, &l.Credit, &l.Owner, &l.Amount, &l.Ref)
		c.reversals[no] = l
		return err
	}, c.village)
}

func (c *check) readLines(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, sqlAllLines, func(r store.Row) error {
		l, err := scanLine(r)
		if err != nil {
			return err
		}
		for _, judge := range []func(Line) error{c.order, c.shape, c.takenBack, c.balance, c.closing, c.sealed} {
			if err := judge(l); err != nil {
				return err
			}
		}
		if topic, n, amount := l.counted(); topic != "" {
			key := counter{l.Day.Month(), topic, l.Category}
			sofar := c.counts[key]
			c.counts[key] = tallied{sofar.n + n, sofar.amount + amount}
		}
		c.last = l
		return nil
	}, c.village)
}
