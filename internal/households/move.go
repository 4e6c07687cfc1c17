package households

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/messages"
	"qunyan/internal/store"
)

// Travel says whether points go along with a household that moves out of a village or into it.
func (s *Service) Travel(ctx context.Context, by core.Actor, village core.Area) (travel bool, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return false, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		travel, err = travelOf(ctx, tx, village)
		return err
	})
	return travel, err
}

// SetTravel records a village's choice whether points go along with households that move. Moves that are done stay as
// they are.
func (s *Service) SetTravel(ctx context.Context, by core.Actor, village core.Area, travel bool) error {
	if err := access.Require(by, access.OpAdoptRules, village); err != nil {
		return err
	}
	return s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Now()
		_, err := store.Once(ctx, tx, by, village, now, func() (bool, error) {
			before, err := travelOf(ctx, tx, village)
			if err != nil {
				return false, err
			}
			if _, err := tx.Exec(ctx, sqlSetTravel, village, travel, by.Name, now); err != nil {
				return false, err
			}
			return travel, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: village, Action: "households.set_travel",
				Subject: "village", SubjectID: village.String(), Before: map[string]any{"travel": before}, After: map[string]any{"travel": travel}})
		})
		return err
	})
}

func travelOf(ctx context.Context, tx *store.Tx, village core.Area) (travel bool, err error) {
	err = tx.Row(ctx, sqlTravel, village).Scan(store.Bool(&travel))
	return travel, err
}

// travels fills in what a move takes along: all spendable points, or none if one of the two villages keeps them.
func (c *command) travels(ctx context.Context, f *facts) error {
	f.change.Moved = Shares{}
	for _, village := range [2]core.Area{c.village, f.change.Far.Village} {
		if travel, err := travelOf(ctx, c.tx, village); err != nil || !travel {
			return err
		}
	}
	f.change.Moved.Spendable = f.points1.Spendable
	return nil
}

// planMove finds the household in the other village that takes in the one that moves.
func (c *command) planMove(ctx context.Context, f *facts, in Input) error {
	switch {
	case in.To == c.village:
		return errs.New(errs.Invalid, "households.same_village").At("to")
	case in.To.Level() != core.Village || in.To.Parent().Parent() != c.village.Parent().Parent():
		return errs.New(errs.Invalid, "households.not_in_county").At("to")
	}
	place, err := directory.AreaByCode(ctx, c.tx, in.To)
	if err != nil {
		return err
	}
	there, err := directory.HouseholdByNumber(ctx, c.tx, in.To, in.ToNumber)
	if errs.KindOf(err) == errs.NotFound {
		return errs.New(errs.Invalid, "households.none_there", "number", in.ToNumber, "village", place.Short).At("to_number")
	}
	if err != nil {
		return err
	}
	f.change.Far = Far{Village: in.To, Name: place.Short, Household: there.ID, Number: there.Number, Head: there.Head}
	return c.travels(ctx, f)
}

func (c *command) judgeMove(ctx context.Context, f facts) error {
	if f.first.State != directory.Active {
		return errs.New(errs.Conflict, "directory.household_closed")
	}
	there, err := directory.HouseholdByID(ctx, c.tx, f.change.Far.Village, f.change.Far.Household)
	if err != nil {
		return err
	}
	if there.State != directory.Active {
		return errs.New(errs.Conflict, "directory.household_closed").At("to_number")
	}
	return f.settled()
}

// half is the line that a move would post in this village.
func (f facts) half() []Line {
	points := int64(f.change.Moved.Spendable)
	if points == 0 {
		return nil
	}
	if f.change.Kind == Move {
		points = -points
	}
	return []Line{{Number: f.first.Number, Head: f.first.Head, Account: ledger.HouseholdSpendable, Change: points, After: int64(f.points1.Spendable) + points}}
}

// pass posts this village's half of a move. Its text names both numbers.
func (c *command) pass(ctx context.Context, x *Change, m ledger.Move) (err error) {
	memo := map[string]any{"village": x.Far.Name, "here": x.First.Number, "there": x.Far.Number, "no": x.Far.Voucher}
	key := "book.memo." + string(x.Kind)
	m.Spendable, m.Ref = x.Moved.Spendable, x.ID
	m.MemoZh, m.MemoEn = messages.Text(messages.Chinese, key, memo), messages.Text(messages.English, key, memo)
	x.Voucher, err = ledger.Transfer(ctx, c.tx, c.stamp(), m)
	return err
}

// move takes a household out of the village and leaves word of it in the other, where somebody takes it in. It is one of the
// few commands that write in two villages: a row without a lock on the other's book.
func (c *command) move(ctx context.Context, f facts) (Change, error) {
	if err := c.travels(ctx, &f); err != nil {
		return f.change, err
	}
	if err := c.judgeMove(ctx, f); err != nil {
		return f.change, err
	}
	x := f.change
	var err error
	if x.Plan.Before, err = c.directory.Dissolve(ctx, c.tx, c.by, f.first, directory.Left); err != nil {
		return x, err
	}
	if err := c.pass(ctx, &x, ledger.Move{Give: x.First.ID}); err != nil {
		return x, err
	}
	if err := c.revoke(ctx, x.First.ID, "households.card.closed"); err != nil {
		return x, err
	}
	here, err := directory.AreaByCode(ctx, c.tx, c.village)
	if err != nil {
		return x, err
	}
	plan, err := Plan{}.stored()
	if err != nil {
		return x, err
	}
	there := Change{ID: x.ID, Kind: Arrive, First: Side{ID: x.Far.Household}, Moved: x.Moved, Reason: x.Reason,
		Far: Far{Village: c.village, Name: here.Short, Household: x.First.ID, Number: x.First.Number, Head: x.First.Head, Voucher: x.Voucher}}
	return x, c.insert(ctx, x.Far.Village, there, plan)
}

// arrive takes a household in that moved out of another village.
func (c *command) arrive(ctx context.Context, f facts) (Change, error) {
	x := f.change
	if f.first.State != directory.Active {
		return x, errs.New(errs.Conflict, "directory.household_closed")
	}
	return x, c.pass(ctx, &x, ledger.Move{Get: x.First.ID})
}

// recall takes word of a move back from the other village, unless the household was taken in.
func (c *command) recall(ctx context.Context, old Change) error {
	n, err := c.tx.Exec(ctx, sqlRecall, c.by.ID, c.by.Name, c.now, old.Far.Village, old.ID)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "households.arrived_already", "village", old.Far.Name)
	}
	return err
}

// elsewhere is how the other village's half of a move stands; "" for other changes, and while nobody has confirmed it here.
func (c *command) elsewhere(ctx context.Context, x Change) (state State, err error) {
	if x.Far.Village == 0 {
		return "", nil
	}
	there, err := scan(c.tx.Row(ctx, sqlOne, x.Far.Village, x.ID))
	if errors.Is(err, errs.New(errs.NotFound, "households.no_change")) {
		return "", nil
	}
	return there.State, err
}

// FarHead is the head in the other village as this village's staff may see it.
func (c Change) FarHead() string {
	if c.kindOfPoints() == Move {
		return core.MaskName(c.Far.Head)
	}
	return c.Far.Head
}
