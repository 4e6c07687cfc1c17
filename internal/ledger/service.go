package ledger

import (
	"context"
	"errors"
	"strconv"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// Service answers questions about books and carries out the one command a person gives to a book directly.
type Service struct {
	st    *store.Store
	clock core.Clock
	ids   *core.IDs

	keeper *seal.Keeper
}

// New makes the service. The keeper signs checkpoints; it may be nil where nothing is ever sealed.
func New(st *store.Store, clock core.Clock, ids *core.IDs, keeper *seal.Keeper) *Service {
	return &Service{st: st, clock: clock, ids: ids, keeper: keeper}
}

// BookLine is a line as a list shows it, with what a reader needs beside it.
type BookLine struct {
	Line
	ReversedBy int64  // line that took it back, or 0
	Number     int64  // the household's number in the village, 0 for a line without a household
	Head       string // head of the household
	PostedBy   string // who posted it; '' for a job of our own
	RecordedBy string // who wrote down what it is for: the claim's submitter, else who posted it
	ReviewedBy string // who reviewed the claim; '' for a line without one

	// Withheld is a line of the Party branch's own: that it stands here is all that lists outside the branch say, so number,
	// voucher and time are its only fields, whoever reads.
	Withheld bool
}

func withhold(b BookLine) BookLine {
	if !b.OfBranch() {
		return b
	}
	return BookLine{Line: Line{No: b.No, Voucher: b.Voucher, Day: b.Day, AtMs: b.AtMs}, Withheld: true}
}

// Line is one line of the village's book. Error: ledger.no_line.
func (s *Service) Line(ctx context.Context, by core.Actor, village core.Area, no int64) (BookLine, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return BookLine{}, err
	}
	var line BookLine
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		line, err = scanBookLine(tx.Row(ctx, sqlPageLine, village, no))
		line = withhold(line)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "ledger.no_line")
	}
	return line, err
}

// Lines is the village's book, the newest line first. Cursor is the number of the last line seen.
func (s *Service) Lines(ctx context.Context, by core.Actor, village core.Area, page core.Page) ([]BookLine, string, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	before, err := lineCursor(page)
	if err != nil {
		return nil, "", err
	}
	return s.page(ctx, page, func(ctx context.Context, tx *store.Tx, add func(store.Row) error) error {
		return tx.Rows(ctx, sqlBookPage, add, village, before, page.Size()+1)
	})
}

// HouseholdLines is a household's passbook, the newest line first: the lines that touched its accounts. Staff of the
// village may read it, and the household's own card. However many lines a household has, a page costs the same.
func (s *Service) HouseholdLines(ctx context.Context, by core.Actor, village core.Area, household core.ID, page core.Page) ([]BookLine, string, error) {
	if err := mayRead(by, village, household); err != nil {
		return nil, "", err
	}
	before, err := lineCursor(page)
	if err != nil {
		return nil, "", err
	}
	return s.page(ctx, page, func(ctx context.Context, tx *store.Tx, add func(store.Row) error) error {
		return tx.Rows(ctx, sqlPassbookPage, add, village, household, before, page.Size()+1)
	})
}

// mayRead lets the village's staff and the household's own card look at a household's account.
func mayRead(by core.Actor, village core.Area, household core.ID) error {
	if by.Kind == core.CardActor && by.Household == household && household != 0 {
		return access.Require(by, access.OpReadCard, village)
	}
	return access.Require(by, access.OpReadVillage, village)
}

// lineCursor is the number below which a page begins.
func lineCursor(page core.Page) (int64, error) {
	if page.Cursor == "" {
		return 1<<63 - 1, nil
	}
	no, err := strconv.ParseInt(page.Cursor, 10, 64)
	if err != nil || no < 1 {
		return 0, errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
	}
	return no, nil
}

// page reads one row more than asked for, to know whether there is a next page.
func (s *Service) page(ctx context.Context, page core.Page, read func(ctx context.Context, tx *store.Tx, add func(store.Row) error) error) ([]BookLine, string, error) {
	lines := make([]BookLine, 0, page.Size()+1)
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return read(ctx, tx, func(r store.Row) error {
			l, err := scanBookLine(r)
			lines = append(lines, withhold(l))
			return err
		})
	})
	if err != nil || len(lines) <= page.Size() {
		return lines, "", err
	}
	lines = lines[:page.Size()]
	return lines, strconv.FormatInt(lines[len(lines)-1].No, 10), nil
}

// AccountSum is an account as a statement of the village shows it; a household's account stands for all of them.
type AccountSum struct {
	Account Account
	Balance int64 // in Account.Unit()
	Lines   int64 // lines that touched it
	Owners  int64 // households that have one; 0 for the village's own
}

// Accounts is the statement of a village's accounts, in the order of Accounts(); it sums to zero in each unit, also without
// the accounts of the Party branch, which are left out and make zero by themselves.
func (s *Service) Accounts(ctx context.Context, by core.Actor, village core.Area) ([]AccountSum, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, err
	}
	sums := map[Account]AccountSum{}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlStatement, func(r store.Row) error {
			var a AccountSum
			err := r.Scan(&a.Account, &a.Balance, &a.Lines, &a.Owners)
			if !a.Account.OfHousehold() {
				a.Owners = 0
			}
			sums[a.Account] = a
			return err
		}, village)
	})
	if err != nil {
		return nil, err
	}
	statement := make([]AccountSum, 0, len(sums))
	for _, account := range Accounts() {
		if account.OfBranch() {
			continue
		}
		a := sums[account]
		a.Account = account
		statement = append(statement, a)
	}
	return statement, nil
}

// ReverseInput names a line to take back.
type ReverseInput struct {
	Village core.Area
	No      int64
	Reason  string // 2 to 100 characters; the household reads it in its passbook
}

// ReverseLine takes back a line of a claim, points earned or base points deducted, or points that expired, and gives the number of the line
// that does it. What a redemption moved is taken back by the shop, goods and points together.
//
// Errors: those of Reverse; ledger.not_reversible for a line of another kind; ledger.own_household.
func (s *Service) ReverseLine(ctx context.Context, by core.Actor, in ReverseInput) (int64, error) {
	if err := access.Require(by, access.OpReverseLine, in.Village); err != nil {
		return 0, err
	}
	at := Stamp{Village: in.Village, NowMs: s.clock.Now(), Actor: by.ID}
	var no int64
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		no, err = store.Once(ctx, tx, by, in.Village, at.NowMs, func() (int64, error) { return s.reverse(ctx, tx, by, at, in) })
		return err
	})
	return no, err
}

func (s *Service) reverse(ctx context.Context, tx *store.Tx, by core.Actor, at Stamp, in ReverseInput) (int64, error) {
	old, err := lineByNo(ctx, tx, in.Village, in.No)
	if err != nil {
		return 0, err
	}
	if old.Kind != Earned && old.Kind != Deducted && old.Kind != Expired {
		return 0, errs.New(errs.Conflict, "ledger.not_reversible")
	}
	if by.Village == in.Village && by.Household == old.Owner {
		return 0, errs.New(errs.Forbidden, "ledger.own_household")
	}
	l, err := Reverse(ctx, tx, at, in.No, in.Reason)
	if err != nil {
		return 0, err
	}
	return l.No, audit.Write(ctx, tx, by, s.ids.Next(), at.NowMs, audit.Entry{Area: in.Village, Action: "ledger.reverse",
		Subject: "line", SubjectID: strconv.FormatInt(in.No, 10),
		Before: map[string]any{"kind": old.Kind, "amount": old.Amount, "household": old.Owner},
		After:  map[string]any{"reversed_by": l.No, "reason": l.MemoZh}})
}
