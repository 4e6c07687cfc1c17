package ledger

import (
	"context"
	"errors"
	"fmt"
	"runtime"

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
// keys or, without any, by one that the database lists. As many villages are read at once as there are processors, each in
// a snapshot of its own, with memory for a village's accounts and not for its lines, so it can run beside a serving
// process. It reports as if they were read one after the other.
//
// It stops at the first fault and puts it in the report; the error is for what kept it from reading. progress may be nil.
func Verify(ctx context.Context, st *store.Store, keys []proof.PublicKey, progress func(Progress)) (Report, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var report Report
	for one := range verifications(ctx, st, keys) {
		done := <-one
		report.Villages += done.report.Villages
		report.Lines += done.report.Lines
		report.Accounts += done.report.Accounts
		report.Reversals += done.report.Reversals
		report.Checkpoints += done.report.Checkpoints
		report.Sealed += done.report.Sealed
		report.Fault = done.report.Fault
		if done.err != nil || report.Fault != nil {
			return report, done.err
		}
		if progress != nil {
			progress(Progress{done.village, report})
		}
	}
	return report, ctx.Err()
}

// verified is a village that was read back, or what kept it from being.
type verified struct {
	village core.Area
	report  Report
	err     error
}

// verifications reads the villages in order, some at once, until ctx ends. Each is on its way when it is given out.
func verifications(ctx context.Context, st *store.Store, keys []proof.PublicKey) <-chan chan verified {
	all := make(chan chan verified, max(runtime.GOMAXPROCS(0)-1, 1)) // what is full makes the next village wait
	go func() {
		defer close(all)
		for village := core.Area(0); ; {
			err := st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
				return tx.Row(ctx, sqlNextVillage, village).Scan(&village)
			})
			if err == nil && village == 0 {
				return
			}
			one := make(chan verified, 1)
			select {
			case all <- one:
			case <-ctx.Done():
				return
			}
			if err != nil {
				one <- verified{err: err}
				return
			}
			go func(village core.Area) {
				report, err := VerifyVillage(ctx, st, village, keys)
				one <- verified{village, report, err}
			}(village)
		}
	}()
	return all
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
	members    map[core.ID]bool     // years of Party members
	changes    map[core.ID]partners // of a split, merge or move
	away       int64                // points that moved to other villages, less those that came from them
	reversals  map[int64]Line       // number of a reversal → the line it takes back
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
	return &check{village: village, households: map[core.ID]bool{}, members: map[core.ID]bool{}, changes: map[core.ID]partners{}, reversals: map[int64]Line{}, reversed: map[int64]bool{},
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
		c.checkSeals, c.checkHead, c.checkAccounts, c.checkCounts, c.checkStock, c.checkFunds} {
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
	err := tx.Row(ctx, sqlBook, c.village).Scan(&c.book.LastNo, &c.book.LastMs, &c.book.Closed, &c.book.Closing)
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
	err = tx.Rows(ctx, sqlMemberYears, func(r store.Row) error {
		var id core.ID
		err := r.Scan(&id)
		c.members[id] = true
		return err
	}, c.village)
	if err != nil {
		return err
	}
	err = tx.Rows(ctx, sqlHouseholdChanges, func(r store.Row) error {
		var id core.ID
		var p partners
		err := r.Scan(&id, &p.gives, &p.gets, &p.far)
		c.changes[id] = p
		return err
	}, c.village)
	if err != nil {
		return err
	}
	if err := c.readGiven(ctx, tx); err != nil {
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
	memos, err := readMemos(ctx, tx, c.village)
	if err != nil {
		return err
	}
	var l Line
	var memo int64
	into := append(l.fields(), &memo) // once, not for each of ten million lines
	judges := []func(Line) error{c.order, c.shape, c.between, c.takenBack, c.balance, c.closing, c.sealed}
	return tx.Rows(ctx, sqlAllLines, func(r store.Row) error {
		if err := r.Scan(into...); err != nil {
			return err
		}
		if memo != 0 {
			kept, known := memos[memo]
			if !known || l.MemoZh != "" || l.MemoEn != "" {
				return c.fault(l.No, "names text %d, which the village does not have or which is not its only one", memo)
			}
			l.MemoZh, l.MemoEn = kept.zh, kept.en
		}
		for _, judge := range judges {
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
