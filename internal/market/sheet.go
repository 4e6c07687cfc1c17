package market

import (
	"context"
	"strconv"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// SheetKind says what two people state about the stock.
type SheetKind string

// The kinds of sheet.
const (
	SheetSpoil SheetKind = "spoil" // goods that cannot be handed out any more
	SheetCount SheetKind = "count" // what was found on the shelf
)

// SheetState says how far a sheet is.
type SheetState string

// The states of a sheet.
const (
	SheetProposed  SheetState = "proposed"
	SheetDone      SheetState = "done"
	SheetWithdrawn SheetState = "withdrawn"
)

// SheetLine is one kind of goods on a sheet.
type SheetLine struct {
	Item core.ID  `json:"item"`
	Name string   `json:"name"`
	Unit string   `json:"unit"`
	Lot  core.ID  `json:"lot"`      // of spoiled goods; 0 for those that would be handed out first
	Qty  int64    `json:"qty"`      // pieces spoiled, or pieces counted
	Seen int64    `json:"seen"`     // pieces the book had when the sheet was written
	Cost core.Fen `json:"cost_fen"` // what the stock lost, once confirmed; below 0 for what a count found
}

// change is how many pieces the stock loses by the line (above 0) or gains (below 0).
func (l SheetLine) change(kind SheetKind) int64 {
	if kind == SheetCount {
		return l.Seen - l.Qty
	}
	return l.Qty
}

// Sheet is what one person found and another confirms.
type Sheet struct {
	ID        core.ID
	Kind      SheetKind
	State     SheetState
	Lines     []SheetLine
	Reason    string
	Day       core.Day
	Voucher   int64    // number in the village's book; 0 if nothing had to be posted
	Cost      core.Fen // what the stock lost; below 0 for what a count found
	By        core.ID
	ByName    string
	CreatedMs int64
	EndedName string
	EndedMs   int64
}

// SheetInput is a sheet as it is typed. Of the lines Item, Lot and Qty are read.
type SheetInput struct {
	Village core.Area
	Kind    SheetKind
	Lines   []SheetLine
	Reason  string
}

func (in *SheetInput) check() error {
	in.Reason = strings.TrimSpace(in.Reason)
	if in.Kind != SheetSpoil && in.Kind != SheetCount {
		return errs.New(errs.Invalid, "market.bad_state").At("kind")
	}
	if len(in.Lines) == 0 || len(in.Lines) > MaxItems {
		return errs.New(errs.Invalid, "market.bad_sheet", "most", MaxItems).At("lines")
	}
	if n := runes(in.Reason); in.Kind == SheetSpoil && n < minReason || n > maxReason {
		return errs.New(errs.Invalid, "market.bad_reason", "least", minReason, "most", maxReason).At("reason")
	}
	least := int64(0)
	if in.Kind == SheetSpoil {
		least = 1
	}
	seen := map[[2]core.ID]bool{}
	for i := range in.Lines {
		if in.Kind == SheetCount { // counts all of one kind, whatever lots it lies in
			in.Lines[i].Lot = 0
		}
		l, at := in.Lines[i], "lines["+strconv.Itoa(i)+"]"
		switch key := [2]core.ID{l.Item, l.Lot}; {
		case l.Qty < least || l.Qty > core.MaxQty:
			return errs.New(errs.Invalid, "market.bad_quantity", "most", core.MaxQty).At(at + ".qty")
		case seen[key]:
			return errs.New(errs.Invalid, "market.item_twice").At(at + ".item")
		default:
			seen[key] = true
		}
	}
	return nil
}

// ProposeSheet writes down spoiled goods or a count. Nothing moves until another person confirms it. A count that differs
// from the book needs a reason (market.reason_needed).
func (s *Service) ProposeSheet(ctx context.Context, by core.Actor, in SheetInput) (Sheet, error) {
	if err := access.Require(by, access.OpReportStock, in.Village); err != nil {
		return Sheet{}, err
	}
	if err := in.check(); err != nil {
		return Sheet{}, err
	}
	now := s.clock.Now()
	return s.sheetTx(ctx, by, in.Village, now, func(ctx context.Context, tx *store.Tx) (Sheet, error) {
		sh := Sheet{ID: s.ids.Next(), Kind: in.Kind, State: SheetProposed, Reason: in.Reason, Day: core.DayOf(now), By: by.ID, ByName: by.Name, CreatedMs: now}
		differs := false
		for i, l := range in.Lines {
			item, err := itemOf(ctx, tx, in.Village, l.Item)
			if err != nil {
				return sh, orField(err, i)
			}
			l.Name, l.Unit, l.Seen, l.Cost = item.Name, item.Unit, item.Qty, 0
			if in.Kind == SheetSpoil && l.Qty > item.Qty {
				return sh, errs.New(errs.Conflict, "market.out_of_stock", "name", item.Name, "left", item.Qty, "unit", item.Unit)
			}
			differs = differs || l.change(in.Kind) != 0
			sh.Lines = append(sh.Lines, l)
		}
		if differs && runes(sh.Reason) < minReason {
			return sh, errs.New(errs.Invalid, "market.reason_needed").At("reason")
		}
		if err := insertSheet(ctx, tx, in.Village, sh); err != nil {
			return sh, err
		}
		return sh, s.logSheet(ctx, tx, by, in.Village, "market.propose_sheet", sh, now)
	})
}

// ConfirmSheet is the second person's word: what the sheet says is posted. It never takes more than is there; of a count
// the difference that was found is posted, whatever was redeemed since, unless another count of the same goods came in between
// (market.counted_since). Whoever wrote the sheet cannot confirm it.
func (s *Service) ConfirmSheet(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Sheet, error) {
	if err := access.Require(by, access.OpConfirmStock, village); err != nil {
		return Sheet{}, err
	}
	now := s.clock.Now()
	return s.sheetTx(ctx, by, village, now, func(ctx context.Context, tx *store.Tx) (Sheet, error) {
		sh, err := openSheet(ctx, tx, village, id)
		if err != nil {
			return sh, err
		}
		if sh.By == by.ID {
			return sh, errs.New(errs.Forbidden, "market.sheet_by_same")
		}
		sh.State, sh.EndedName, sh.EndedMs = SheetDone, by.Name, now
		if err := s.postSheet(ctx, tx, by, village, &sh, now); err != nil {
			return sh, err
		}
		if first, err := endSheet(ctx, tx, village, sh, by); err != nil || !first {
			return sh, orElse(err, errs.New(errs.Conflict, "market.sheet_ended"))
		}
		return sh, s.logSheet(ctx, tx, by, village, "market.confirm_sheet", sh, now)
	})
}

// WithdrawSheet ends a sheet that was wrong; nothing was posted.
func (s *Service) WithdrawSheet(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Sheet, error) {
	if err := access.Require(by, access.OpConfirmStock, village); err != nil {
		return Sheet{}, err
	}
	now := s.clock.Now()
	return s.sheetTx(ctx, by, village, now, func(ctx context.Context, tx *store.Tx) (Sheet, error) {
		sh, err := openSheet(ctx, tx, village, id)
		if err != nil {
			return sh, err
		}
		sh.State, sh.EndedName, sh.EndedMs = SheetWithdrawn, by.Name, now
		if first, err := endSheet(ctx, tx, village, sh, by); err != nil || !first {
			return sh, orElse(err, errs.New(errs.Conflict, "market.sheet_ended"))
		}
		return sh, s.logSheet(ctx, tx, by, village, "market.withdraw_sheet", sh, now)
	})
}

func openSheet(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Sheet, error) {
	sh, err := sheetOf(ctx, tx, village, id)
	if err == nil && sh.State != SheetProposed {
		err = errs.New(errs.Conflict, "market.sheet_ended")
	}
	return sh, err
}

func (s *Service) sheetTx(ctx context.Context, by core.Actor, village core.Area, now int64, do func(context.Context, *store.Tx) (Sheet, error)) (Sheet, error) {
	var sh Sheet
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		sh, err = store.Once(ctx, tx, by, village, now, func() (Sheet, error) { return do(ctx, tx) })
		return err
	})
	return sh, err
}

// postSheet moves the stock and writes the voucher: one line for all that is lost and one for all that was found.
func (s *Service) postSheet(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, sh *Sheet, now int64) error {
	basket := cart{lines: make([]CartLine, len(sh.Lines))}
	for i, l := range sh.Lines {
		basket.lines[i].Item = l.Item
	}
	var lost, found core.Fen
	var moves []movement
	for _, i := range basket.byItem() {
		m, err := s.applyLine(ctx, tx, by, village, sh, i, now)
		if err == nil && sh.Kind == SheetCount && m.qty != 0 {
			err = notCountedSince(ctx, tx, village, *sh, sh.Lines[i]) // the goods' row is locked by now
		}
		if err != nil {
			return orField(err, i)
		}
		if m.qty != 0 {
			moves = append(moves, m)
		}
		lost += max(sh.Lines[i].Cost, 0)
		found += max(-sh.Lines[i].Cost, 0)
	}
	sh.Cost = lost - found
	out := ledger.Spoiled
	if sh.Kind == SheetCount {
		out = ledger.CountShort
	}
	var voucher []ledger.Entry
	if lost > 0 {
		voucher = append(voucher, ledger.Entry{Kind: out, Amount: int64(lost), Ref: sh.ID, MemoZh: sh.Reason})
	}
	if found > 0 {
		voucher = append(voucher, ledger.Entry{Kind: ledger.CountOver, Amount: int64(found), Ref: sh.ID, MemoZh: sh.Reason})
	}
	if len(voucher) > 0 {
		var err error
		if sh.Voucher, _, err = ledger.Post(ctx, tx, ledger.Stamp{Village: village, NowMs: now, Actor: by.ID}, voucher...); err != nil {
			return err
		}
	}
	return insertMovements(ctx, tx, village, by, now, moves...)
}

// notCountedSince refuses the difference of a count when another one was posted after it was written: it would be the same
// pieces twice.
func notCountedSince(ctx context.Context, tx *store.Tx, village core.Area, sh Sheet, l SheetLine) error {
	var n int
	err := tx.Row(ctx, sqlCountsSince, village, l.Item, sh.ID).Scan(&n)
	if err == nil && n > 0 {
		err = errs.New(errs.Conflict, "market.counted_since", "name", l.Name)
	}
	return err
}

// applyLine moves one kind of goods and its lots, and notes in the line what that cost.
func (s *Service) applyLine(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, sh *Sheet, i int, now int64) (movement, error) {
	l := &sh.Lines[i]
	n := l.change(sh.Kind)
	m := movement{id: s.ids.Next(), item: l.Item, kind: string(sh.Kind), qty: -n, ref: sh.ID, note: sh.Reason}
	switch {
	case n > 0:
		cost, left, err := takeAny(ctx, tx, village, l.Item, n)
		if err != nil {
			return m, err
		}
		l.Cost, m.cost, m.after = cost, -cost, left
		return m, s.takeFromLot(ctx, tx, by, village, *l, n, left, now)
	case n < 0:
		before, err := itemOf(ctx, tx, village, l.Item)
		if err != nil {
			return m, err
		}
		var worth core.Fen
		if before.Qty > 0 {
			worth = before.Cost * core.Fen(-n) / core.Fen(before.Qty)
		}
		after, err := putIn(ctx, tx, village, l.Item, -n, worth)
		if err != nil {
			return m, err
		}
		if _, err := s.settle(ctx, tx, by, village, l.Item, after.Qty+n, now); err != nil {
			return m, err
		}
		l.Cost, m.cost, m.after = -worth, worth, after.Qty
		return m, insertLot(ctx, tx, village, Lot{ID: m.id, Item: l.Item, Kind: LotFound, Received: -n, Qty: -n, Cost: worth, Note: sh.Reason,
			By: by.ID, ByName: by.Name, CreatedMs: now})
	}
	return m, nil
}

// takeFromLot takes spoiled pieces out of the lot that was named; without one they leave as redemptions do.
func (s *Service) takeFromLot(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, l SheetLine, n, left, now int64) error {
	if l.Lot == 0 {
		return nil
	}
	lots, err := s.settle(ctx, tx, by, village, l.Item, left+n, now)
	if err != nil {
		return err
	}
	was := kept(lots)
	for i := range lots {
		if lots[i].ID != l.Lot {
			continue
		}
		if lots[i].Qty < n {
			return errs.New(errs.Conflict, "market.out_of_stock", "name", l.Name, "left", lots[i].Qty, "unit", l.Unit)
		}
		lots[i].Qty -= n
		return writeLots(ctx, tx, village, lots, was)
	}
	return errs.New(errs.NotFound, "market.no_delivery")
}

func (s *Service) logSheet(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, action string, sh Sheet, now int64) error {
	return audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: village, Action: action, Subject: "stock_sheet", SubjectID: sh.ID.String(),
		After: map[string]any{"kind": sh.Kind, "state": sh.State, "reason": sh.Reason, "lines": sh.Lines, "cost_fen": sh.Cost, "no": sh.Voucher},
	})
}

// Sheets lists sheets, newest first, and the cursor of the next page.
func (s *Service) Sheets(ctx context.Context, by core.Actor, village core.Area, page core.Page) ([]Sheet, string, error) {
	return paged(ctx, s, by, village, page, sheetsOf, func(sh Sheet) core.ID { return sh.ID })
}

// paged reads one page of what stands in a village, newest first.
func paged[T any](ctx context.Context, s *Service, by core.Actor, village core.Area, page core.Page,
	read func(context.Context, *store.Tx, core.Area, core.ID, int) ([]T, error), id func(T) core.ID) (rows []T, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	before, err := cursorID(page.Cursor)
	if err != nil {
		return nil, "", err
	}
	size := page.Size()
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		rows, err = read(ctx, tx, village, before, size+1)
		return err
	})
	if len(rows) > size {
		rows, next = rows[:size], id(rows[size-1]).String()
	}
	return rows, next, err
}
