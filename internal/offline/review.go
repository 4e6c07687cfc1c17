package offline

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

// The ways to settle what needs review.
const (
	Accepted = "accepted" // the points are taken, at the slip's prices
	Returned = "returned" // the goods are back on the shelf: nothing moves
	Lost     = "lost"     // the goods are gone and nobody pays: off the shelf and out of the book at cost
)

// record is one redemption that a till sent, whatever became of it.
type record struct {
	ID         core.ID
	Key        string
	Code       string
	State      string
	CameMs     int64
	Reason     *errs.Error
	Maker      core.ID
	MakerName  string
	Redemption core.ID
	No         int64

	hash []byte
}

// Line is goods on the slip beside what they are now.
type Line struct {
	Item     core.ID     `json:"item"`
	Name     string      `json:"name"`
	Unit     string      `json:"unit"`
	Qty      int64       `json:"qty"`
	Price    core.Points `json:"price"` // on the slip
	PriceNow core.Points `json:"price_now"`
	Left     int64       `json:"left"` // in stock by the book
}

// Case is a redemption that a till sent, with both sides: what the till says, and what the book says now.
type Case struct {
	ID         core.ID
	Code       string
	State      string
	Reason     *errs.Error // why it needed review; nil where it did not
	Till       core.ID
	TillName   string
	MakerName  string
	Household  core.ID
	Number     int64
	Head       string
	GroupName  string
	Points     core.Points
	Free       core.Points // the household can spend now
	Lines      []Line
	MadeMs     int64
	CameMs     int64
	No         int64 // of the redemption; 0 without one
	Redemption core.ID
	Wish       string // of the first of two persons
	WishName   string
	Note       string
	EndedName  string
	EndedMs    int64
	NeedsTwo   bool // two persons settle it

	maker  core.ID
	wishBy core.ID
	key    string
}

// Cases lists what tills sent, newest first; state "" is every state.
func (s *Service) Cases(ctx context.Context, by core.Actor, village core.Area, state string, page core.Page) (cases []Case, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	before, err := page.BeforeID()
	if err != nil {
		return nil, "", err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if cases, err = casesOf(ctx, tx, village, state, before, page.Size()+1); err != nil {
			return err
		}
		cases, next = core.Cut(cases, page, func(c Case) string { return c.ID.String() })
		return s.fillIn(ctx, tx, village, cases)
	})
	return cases, next, err
}

// fillIn adds the book's side.
func (s *Service) fillIn(ctx context.Context, tx *store.Tx, village core.Area, cases []Case) error {
	rule, err := ruleOf(ctx, tx, village)
	if err != nil || len(cases) == 0 {
		return err
	}
	goods, err := allGoods(ctx, tx, village)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	for i := range cases {
		c := &cases[i]
		c.NeedsTwo = rule.SecondFrom > 0 && c.Points >= rule.SecondFrom
		balances, err := ledger.BalancesOf(ctx, tx, village, c.Household, now)
		if err != nil {
			return err
		}
		c.Free = balances.Free()
		for k := range c.Lines {
			l := &c.Lines[k]
			g := goods[l.Item]
			l.Name, l.Unit, l.PriceNow, l.Left = g.name, g.unit, g.price, g.qty
		}
	}
	return nil
}

// SettleInput says what becomes of one that needs review.
type SettleInput struct {
	Village core.Area
	ID      core.ID
	Way     string // Accepted, Returned or Lost
	Note    string // why; it stands in the book where something is written off
}

// Settle decides one that needs review. Whoever handed the goods out decides nothing about it (offline.own_case), nor
// does somebody of the household. From the village's sum on it takes two: the first says what should happen, and it
// happens when another person says the same. Accepting takes the points at the slip's prices and refuses what any
// redemption would: too few points, nothing in stock.
func (s *Service) Settle(ctx context.Context, by core.Actor, in SettleInput) (Case, error) {
	if err := access.Require(by, access.OpSettleOffline, in.Village); err != nil {
		return Case{}, err
	}
	if in.Way != Accepted && in.Way != Returned && in.Way != Lost {
		return Case{}, errs.New(errs.Invalid, "offline.bad_way").At("way")
	}
	var err error
	if in.Note, err = reasonOf(in.Note); err != nil {
		return Case{}, err
	}
	now := s.clock.Now()
	var out Case
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, in.Village, now, func() (core.ID, error) { return in.ID, s.settle(ctx, tx, by, in, now) })
		if err != nil {
			return err
		}
		if out, err = caseOf(ctx, tx, in.Village, in.ID); err != nil {
			return err
		}
		one := []Case{out}
		err = s.fillIn(ctx, tx, in.Village, one)
		out = one[0]
		return err
	})
	return out, err
}

func (s *Service) settle(ctx context.Context, tx *store.Tx, by core.Actor, in SettleInput, now int64) error {
	// Taken before it is read: of two who settle it at once the second sees what the first did.
	if _, err := tx.Exec(ctx, sqlTouchCase, in.Village, in.ID); err != nil {
		return err
	}
	c, err := caseOf(ctx, tx, in.Village, in.ID)
	switch {
	case err != nil:
		return err
	case c.State != string(Review):
		return errs.New(errs.Conflict, "offline.settled_before", "name", c.EndedName)
	case c.maker == by.ID:
		return errs.New(errs.Forbidden, "offline.own_case")
	case by.Village == in.Village && by.Household == c.Household:
		return errs.New(errs.Forbidden, "market.own_household")
	}
	rule, err := ruleOf(ctx, tx, in.Village)
	if err != nil {
		return err
	}
	entry := audit.Entry{Area: in.Village, Action: "offline.settle", Subject: "offline_redemption", SubjectID: in.ID.String(),
		Before: map[string]any{"state": Review, "code": c.Code, "points": c.Points, "wish": c.Wish}}
	if rule.SecondFrom > 0 && c.Points >= rule.SecondFrom && (c.Wish != in.Way || c.wishBy == by.ID) {
		if c.wishBy == by.ID && c.Wish == in.Way {
			return errs.New(errs.Conflict, "offline.second_person")
		}
		if _, err := tx.Exec(ctx, sqlWish, in.Way, by.ID, by.Name, in.Note, in.Village, in.ID); err != nil {
			return err
		}
		entry.After = map[string]any{"state": Review, "wish": in.Way, "note": in.Note}
		return s.log(ctx, tx, by, now, entry)
	}
	redemption, err := s.carryOut(ctx, tx, by, in, c, now)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlSettle, in.Way, redemption, in.Note, by.ID, by.Name, now, in.Village, in.ID); err != nil {
		return err
	}
	entry.After = map[string]any{"state": in.Way, "note": in.Note, "first": c.WishName}
	return s.log(ctx, tx, by, now, entry)
}

// carryOut moves what the decision moves; it gives the redemption of an accepted one.
func (s *Service) carryOut(ctx context.Context, tx *store.Tx, by core.Actor, in SettleInput, c Case, now int64) (core.ID, error) {
	items := make([]market.CartLine, len(c.Lines))
	for i, l := range c.Lines {
		items[i] = market.CartLine{Item: l.Item, Qty: l.Qty, Price: l.Price}
	}
	switch in.Way {
	case Accepted:
		r, err := s.market.RedeemLate(ctx, tx, by, market.Late{
			RedeemInput: market.RedeemInput{Village: in.Village, Household: c.Household, Items: items, Points: c.Points}, Code: c.Code, Agreed: true,
		}, now)
		return r.ID, err
	case Lost:
		if err := market.CheckPieces(items); err != nil {
			return 0, err
		}
		_, err := s.market.WriteOff(ctx, tx, by, market.Gone{Village: in.Village, Items: items, Ref: c.ID, Note: in.Note}, now)
		return 0, err
	}
	return 0, nil
}

// notFound turns a missing row into its error.
func notFound(err error, code string) error {
	if errors.Is(err, store.ErrNone) {
		return errs.New(errs.NotFound, code)
	}
	return err
}
