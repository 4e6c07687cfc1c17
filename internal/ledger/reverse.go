package ledger

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// reasonMost is the longest reason of a reversal, in characters: what a passbook line can show.
const reasonMost = 100

// Reverse takes one line back: a new line of kind Reversal with the two sides swapped and the reason as its text. The
// old line stays as it is.
//
// Errors: ledger.no_line; ledger.not_reversible for a line that is itself a reversal; ledger.already_reversed;
// ledger.reversal_short (have, need) when the points or the money have been used since; ledger.reason_needed.
func Reverse(ctx context.Context, tx *store.Tx, at Stamp, no int64, reason string) (Line, error) {
	lines, err := takeBack(ctx, tx, at, Reversal, reason, func() ([]Line, error) {
		l, err := lineByNo(ctx, tx, at.Village, no)
		return []Line{l}, err
	})
	if err != nil {
		return Line{}, err
	}
	return lines[0], nil
}

// VoidVoucher takes all lines of a voucher back at once, as lines of kind Void: points, goods and money of a redemption
// return together. voucher is the number of its first line. Errors as for Reverse.
func VoidVoucher(ctx context.Context, tx *store.Tx, at Stamp, voucher int64, reason string) (first int64, lines []Line, err error) {
	lines, err = takeBack(ctx, tx, at, Void, reason, func() ([]Line, error) { return linesOfVoucher(ctx, tx, at, voucher) })
	if err != nil {
		return 0, nil, err
	}
	return lines[0].Voucher, lines, nil
}

// ReverseTransfer takes all lines of a voucher that Transfer wrote back at once, as lines of kind Reversal, and gives the
// number of the first. Errors as for Reverse; ledger.not_reversible for another voucher.
func ReverseTransfer(ctx context.Context, tx *store.Tx, at Stamp, voucher int64, reason string) (first int64, err error) {
	lines, err := takeBack(ctx, tx, at, Reversal, reason, func() ([]Line, error) {
		old, err := linesOfVoucher(ctx, tx, at, voucher)
		if err == nil && !old[0].Kind.BetweenHouseholds() {
			err = errs.New(errs.Conflict, "ledger.not_reversible")
		}
		return old, err
	})
	if err != nil {
		return 0, err
	}
	return lines[0].Voucher, nil
}

// ReverseOpening takes the base points of a household's opening back, where there never should have been one. Errors as for
// Reverse; ledger.no_line if it was not opened.
func ReverseOpening(ctx context.Context, tx *store.Tx, at Stamp, household core.ID, reason string) error {
	var no int64
	switch err := tx.Row(ctx, sqlOpeningOf, at.Village, household, Opening).Scan(&no); {
	case errors.Is(err, store.ErrNone):
		return errs.New(errs.NotFound, "ledger.no_line")
	case err != nil:
		return err
	}
	_, err := Reverse(ctx, tx, at, no, reason)
	return err
}

// Voucher reads the lines of a voucher by the number of its first one. Error: ledger.no_line.
func Voucher(ctx context.Context, tx *store.Tx, village core.Area, first int64) ([]Line, error) {
	return linesOfVoucher(ctx, tx, Stamp{Village: village}, first)
}

// takeBack writes the opposite of the lines that find gives, as one voucher. The book is locked before anything is
// read, so that of two reversals of one line the second sees the first.
func takeBack(ctx context.Context, tx *store.Tx, at Stamp, kind Kind, reason string, find func() ([]Line, error)) ([]Line, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > reasonMost {
		return nil, errs.New(errs.Invalid, "ledger.reason_needed", "most", reasonMost).At("reason")
	}
	if _, err := Lock(ctx, tx, at.Village); err != nil {
		return nil, err
	}
	old, err := find()
	if err != nil {
		return nil, err
	}
	p := newPosting(at)
	for _, l := range old {
		if err := reversible(ctx, tx, at, l); err != nil {
			return nil, err
		}
		p.lines = append(p.lines, Line{Kind: kind, Category: l.Category, Debit: l.Credit, Credit: l.Debit, Owner: l.Owner,
			Amount: l.Amount, Ref: l.Ref, Reverses: l.No, MemoZh: reason, Actor: at.Actor})
	}
	if err := p.write(ctx, tx); err != nil {
		var short *errs.Error
		if errors.As(err, &short) && short.Code == "ledger.insufficient" {
			return nil, errs.New(errs.Conflict, "ledger.reversal_short", "have", short.Params["have"], "need", short.Params["need"])
		}
		return nil, err
	}
	return p.lines, nil
}

func reversible(ctx context.Context, tx *store.Tx, at Stamp, l Line) error {
	if l.Kind.TakesBack() {
		return errs.New(errs.Conflict, "ledger.not_reversible")
	}
	var by int64
	switch err := tx.Row(ctx, sqlReversalOf, at.Village, l.No).Scan(&by); {
	case err == nil:
		return errs.New(errs.Conflict, "ledger.already_reversed", "by", by)
	case errors.Is(err, store.ErrNone):
		return nil
	default:
		return err
	}
}

func linesOfVoucher(ctx context.Context, tx *store.Tx, at Stamp, voucher int64) ([]Line, error) {
	var lines []Line
	err := tx.Rows(ctx, sqlVoucher, func(r store.Row) error {
		l, err := scanLine(r)
		lines = append(lines, l)
		return err
	}, at.Village, voucher)
	if err == nil && (len(lines) == 0 || lines[0].Voucher != voucher) {
		err = errs.New(errs.NotFound, "ledger.no_line")
	}
	return lines, err
}
