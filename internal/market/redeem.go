package market

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// RedemptionState says whether a redemption stands.
type RedemptionState string

// The states of a redemption.
const (
	Settled RedemptionState = "settled"
	Voided  RedemptionState = "voided"
)

// SlipLine is one kind of goods on a slip, as it was named and priced that day.
type SlipLine struct {
	Item  core.ID     `json:"item"`
	Name  string      `json:"name"`
	Unit  string      `json:"unit"`
	Price core.Points `json:"price"`
	Qty   int64       `json:"qty"`
	Cost  core.Fen    `json:"cost"` // what left the stock, for the void to put back
}

// Redemption is goods handed out for points, and the slip that says so.
type Redemption struct {
	ID         core.ID
	No         int64 // number in the village's book, printed on the slip
	Household  core.ID
	Number     int64 // of the household in the village's list
	Head       string
	GroupName  string
	Day        core.Day
	Points     core.Points
	Cost       core.Fen
	Balance    core.Points // spendable points after it
	Items      []SlipLine
	State      RedemptionState
	By         core.ID
	ByName     string
	CreatedMs  int64
	VoidName   string
	VoidReason string
	VoidMs     int64
	mark       string // code of a slip printed offline, for the memo
}

// RedeemInput is a basket and the household that pays for it. Points is the sum the household agreed to. Card is the
// token of the card that was scanned, "" when the keeper found the household by name.
type RedeemInput struct {
	Village   core.Area
	Household core.ID
	Card      string
	Items     []CartLine
	Points    core.Points
}

// answered is what an intent keeps of a redemption; the rest stands in the redemption's own row.
type answered struct {
	ID core.ID `json:"id"`
}

// Redeem hands out goods for points: the household's points, the stock and its cost move in one transaction under one
// slip number, or nothing moves. It refuses with the reason when the shop is closed, the household has moved away, has
// fewer base points than the shop's floor or too few to spend (ledger.insufficient), when goods have run out or their
// price is not the one shown, and when the keeper stands on both sides of the counter.
func (s *Service) Redeem(ctx context.Context, by core.Actor, in RedeemInput) (Redemption, error) {
	if err := access.Require(by, access.OpRedeem, in.Village); err != nil {
		return Redemption{}, err
	}
	basket, err := fill(in.Items, in.Points)
	if err != nil {
		return Redemption{}, err
	}
	if ownHousehold(by, in.Village, in.Household) {
		return Redemption{}, errOwnHousehold
	}
	if err := s.matchCard(ctx, in); err != nil {
		return Redemption{}, err
	}
	now := s.clock.Now()
	var done Redemption
	err = s.st.TxAt(ctx, in.Village, func(ctx context.Context, tx *store.Tx) error {
		done = Redemption{}
		answer, err := store.Once(ctx, tx, by, in.Village, now, func() (_ answered, err error) {
			done, err = s.redeem(ctx, tx, by, in, basket, now)
			return answered{done.ID}, err
		})
		if err == nil && done.ID == 0 { // the same wish as before
			done, err = redemptionOf(ctx, tx, in.Village, answer.ID)
		}
		return err
	}, ahead(by, in, basket)...)
	return done, err
}

func (s *Service) redeem(ctx context.Context, tx *store.Tx, by core.Actor, in RedeemInput, basket cart, now int64) (Redemption, error) {
	payer, err := payerOf(ctx, tx, in.Village, in.Household, basket.lines[0].Item)
	if err != nil {
		return Redemption{}, err
	}
	if err := payer.mayRedeem(); err != nil {
		return Redemption{}, err
	}
	r := Redemption{
		ID: s.ids.Next(), Household: in.Household, Number: payer.number, Head: payer.head, GroupName: payer.group,
		Points: basket.points, State: Settled, By: by.ID, ByName: by.Name, CreatedMs: now, mark: basket.mark,
	}
	moves, err := s.takeOut(ctx, tx, in.Village, basket, payer.item, &r)
	if err != nil {
		return Redemption{}, err
	}
	if err := s.post(ctx, tx, by, in.Village, &r); err != nil {
		return Redemption{}, err
	}
	if err := insertMovements(ctx, tx, in.Village, by, now, moves...); err != nil {
		return Redemption{}, err
	}
	if err := insertRedemption(ctx, tx, in.Village, r); err != nil {
		return Redemption{}, err
	}
	return r, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: in.Village, Action: "market.redeem", Subject: "redemption", SubjectID: r.ID.String(),
		After: map[string]any{"no": r.No, "household": r.Number, "points": r.Points},
	})
}

// takeOut takes the basket out of stock and writes the slip's lines. seen is the goods that were read already.
func (s *Service) takeOut(ctx context.Context, tx *store.Tx, village core.Area, basket cart, seen Item, r *Redemption) ([]movement, error) {
	r.Items = make([]SlipLine, len(basket.lines))
	moves := make([]movement, 0, len(basket.lines))
	for _, i := range basket.byItem() {
		want := basket.lines[i]
		item, cost, err := take(ctx, tx, village, want, seen)
		if err != nil {
			return nil, orField(err, i)
		}
		if item.Fund != 0 {
			if err := entitled(ctx, tx, village, item, r.Household); err != nil {
				return nil, orField(err, i)
			}
		}
		r.Items[i] = SlipLine{Item: want.Item, Name: item.Name, Unit: item.Unit, Price: basket.onSlip(i), Qty: want.Qty, Cost: cost}
		r.Cost += cost
		moves = append(moves, movement{id: s.ids.Next(), item: want.Item, kind: movedOut, qty: -want.Qty, cost: -cost, after: item.Qty, ref: r.ID})
	}
	return moves, nil
}

// post writes the redemption's voucher: points from the household, and goods at cost out of the stock.
func (s *Service) post(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, r *Redemption) error {
	memo := r.memo()
	voucher := make([]ledger.Entry, 0, 2)
	voucher = append(voucher, ledger.Entry{Kind: ledger.Redeemed, Owner: r.Household, Amount: int64(r.Points), Ref: r.ID, MemoZh: memo})
	if r.Cost > 0 { // goods given to the village cost nothing
		voucher = append(voucher, ledger.Entry{Kind: ledger.GoodsOut, Amount: int64(r.Cost), Ref: r.ID, MemoZh: memo})
	}
	no, lines, err := ledger.Post(ctx, tx, ledger.Stamp{Village: village, NowMs: r.CreatedMs, Actor: by.ID}, voucher...)
	if err != nil {
		return err
	}
	// The book's day, not the clock's: they differ when the machine's clock was set back.
	r.No, r.Day, r.Balance = no, lines[0].Day, core.Points(lines[0].DebitAfter)
	return nil
}

// matchCard refuses a card that is revoked, or that belongs to another household than the one on the counter's screen.
func (s *Service) matchCard(ctx context.Context, in RedeemInput) error {
	if in.Card == "" {
		return nil
	}
	card, err := s.cards.CardByToken(ctx, in.Card)
	if err != nil {
		return err
	}
	if card.Village != in.Village || card.Household != in.Household {
		return errs.New(errs.Conflict, "market.other_card").At("card")
	}
	return nil
}

// payer is what a redemption needs to know of the shop and the household.
type payer struct {
	shop   ShopState
	floor  core.Points
	number int64
	head   string
	group  string
	active bool
	base   core.Points
	item   Item // of the goods read along: id, name, unit, pieces and cost
}

// mayRedeem says why the household cannot redeem anything now; nil if it can.
func (p payer) mayRedeem() error {
	switch {
	case p.shop != ShopOpen:
		return errs.New(errs.Conflict, "market.shop_closed")
	case !p.active:
		return errs.New(errs.Conflict, "market.household_closed")
	case p.base < p.floor:
		return errs.New(errs.Conflict, "market.below_floor", "base", p.base, "floor", p.floor)
	}
	return nil
}

// memo is what the passbook and the book say about the redemption: "肥皂×2、牙刷×1", cut where it gets long.
func (r Redemption) memo() string {
	var b strings.Builder
	for i, l := range r.Items {
		if i == memoKinds {
			b.WriteString("…")
			break
		}
		if i > 0 {
			b.WriteString("、")
		}
		b.WriteString(pieces(l.Name, l.Qty))
	}
	if r.mark != "" {
		b.WriteString(" 离线 " + r.mark)
	}
	return b.String()
}

const memoKinds = 3

func pieces(name string, qty int64) string { return name + "×" + strconv.FormatInt(qty, 10) }

// slip is how a redemption keeps its lines: names and prices as they were, whatever becomes of the goods.
func (r Redemption) slip() (string, error) {
	b, err := json.Marshal(r.Items)
	return string(b), err
}

// orField points an error about goods at its line of the basket.
func orField(err error, line int) error {
	var e *errs.Error
	if errors.As(err, &e) && e.Field == "" && e.Kind != errs.Internal {
		return e.At("items[" + strconv.Itoa(line) + "]")
	}
	return err
}
