package households

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// facts are what a change is judged by: as they are now for a preview, under locks for its execution.
type facts struct {
	change    Change
	first     directory.Household
	other     directory.Household // the zero Household for a split that is not done and for a closing
	residents []directory.Resident
	points1   ledger.Balances
	points2   ledger.Balances
	pending   int64 // claims of the first
}

// Detail is a change with what a person looks at beside it.
type Detail struct {
	Change
	Lines   []Line
	Pending int64       // claims of the household that splits; they stay with it
	Held    core.Points // on hold there; they stay too
	Floor   core.Points // base points the shop asks for; 0 none
	Staff   []string    // whose own household it is
	There   State       // of a move: where the other village's half stands; "" before this one is done
}

// Line is a line of the book to be, or as it was posted.
type Line struct {
	No      int64 // 0 while it is to be
	Number  int64 // of the household; 0 for one that is not there yet
	Head    string
	Account ledger.Account
	Change  int64 // with its sign
	After   int64
}

// read fetches what there is to know about the two households.
func (c *command) read(ctx context.Context, x Change, first, other directory.Household) (f facts, err error) {
	f = facts{change: x, first: first, other: other}
	if f.residents, err = directory.ResidentsOf(ctx, c.tx, c.village, first.ID); err != nil {
		return f, err
	}
	if f.points1, err = ledger.BalancesOf(ctx, c.tx, c.village, first.ID, c.now); err != nil {
		return f, err
	}
	if f.points2, err = ledger.BalancesOf(ctx, c.tx, c.village, other.ID, c.now); err != nil {
		return f, err
	}
	f.pending, err = claims.Pending(ctx, c.tx, c.village, first.ID)
	return f, err
}

// proposed makes the change of an input and judges it.
func (c *command) proposed(ctx context.Context, in Input) (f facts, err error) {
	if in.Kind == Undo {
		return c.undoing(ctx, in)
	}
	x := Change{Kind: in.Kind, State: Proposed, ByID: c.by.ID, ByName: c.by.Name, CreatedMs: c.now, Reason: in.Reason}
	first, err := directory.HouseholdByID(ctx, c.tx, c.village, in.Household)
	if err != nil {
		return f, err
	}
	var other directory.Household
	if in.Kind == Merge {
		if in.Into == in.Household {
			return f, errs.New(errs.Invalid, "households.same").At("into")
		}
		if other, err = directory.HouseholdByID(ctx, c.tx, c.village, in.Into); err != nil {
			return f, err
		}
	}
	x.First, x.Other = side(first), side(other)
	if f, err = c.read(ctx, x, first, other); err != nil {
		return f, err
	}
	switch in.Kind {
	case Split:
		err = f.planSplit(in)
	case Merge:
		f.change.Moved = Shares{f.points1.Base, f.points1.Spendable}
	case Close:
		f.change.Moved = Shares{f.points1.Base, f.points1.Spendable}
		f.change.Plan.Cause, f.change.Plan.Points = in.Cause, in.Points
	case Move:
		err = c.planMove(ctx, &f, in)
	default:
		err = errs.New(errs.Invalid, "households.bad_kind").At("kind")
	}
	if err != nil {
		return f, err
	}
	for _, r := range f.residents {
		if r.State == directory.Active && in.Kind != Split {
			f.change.Plan.People = append(f.change.Plan.People, Person{r.ID, r.Name, r.Relation})
		}
	}
	return f, c.judge(ctx, f)
}

func side(h directory.Household) Side { return Side{h.ID, h.Number, h.Head, h.State} }

// planSplit fills in who goes and what goes with them.
func (f *facts) planSplit(in Input) error {
	split := directory.Split{Residents: in.Residents, Head: in.Head, Remaining: in.Remaining, Number: in.Number, Group: in.Group, Cadre: in.Cadre}
	if f.first.State != directory.Active {
		return errs.New(errs.Conflict, "directory.household_closed")
	}
	if err := split.Check(f.residents); err != nil {
		return err
	}
	p := &f.change.Plan
	*p = Plan{Head: in.Head, Remaining: in.Remaining, Number: in.Number, Group: in.Group, Cadre: in.Cadre, Opening: in.Opening}
	living := int64(0)
	for _, r := range f.residents {
		if r.State != directory.Active {
			continue
		}
		living++
		if r.ID == in.Remaining {
			p.RemainingName = r.Name
		}
		for _, id := range in.Residents {
			if id == r.ID {
				p.People = append(p.People, Person{r.ID, r.Name, r.Relation})
			}
		}
	}
	p.Proposal = ByHeads(f.points1.Base, f.points1.Free(), int64(len(p.People)), living)
	if in.Opening {
		p.Proposal.Base = 0 // the new household has base points of its own
	}
	f.change.Moved = p.Proposal
	if in.Base != nil {
		f.change.Moved.Base = *in.Base
	}
	if in.Spendable != nil {
		f.change.Moved.Spendable = *in.Spendable
	}
	return nil
}

// judge says what stands in the way of a change; nil if nothing does. It is asked when a change is proposed and again when
// it is carried out.
func (c *command) judge(ctx context.Context, f facts) error {
	switch f.change.Kind {
	case Split:
		return f.judgeSplit()
	case Merge:
		return c.judgeMerge(ctx, f)
	case Move:
		return c.judgeMove(ctx, f)
	}
	return f.judgeClose()
}

func (f facts) judgeSplit() error {
	for _, part := range [2]struct {
		field       string
		share, have core.Points
	}{{"base", f.change.Moved.Base, f.points1.Base}, {"spendable", f.change.Moved.Spendable, f.points1.Free()}} {
		if part.share < 0 || part.share > part.have {
			return errs.New(errs.Conflict, "households.share_too_big", "have", part.have).At(part.field)
		}
	}
	return nil
}

// settled wants a household that ends to have nothing left to decide.
func (f facts) settled() error {
	switch {
	case f.pending > 0:
		return errs.New(errs.Conflict, "households.claims_pending", "n", f.pending)
	case f.points1.Held > 0:
		return errs.New(errs.Conflict, "households.points_held", "n", f.points1.Held)
	}
	return nil
}

// judgeMerge lets a household that was merged before give its partner what came into its account since: the points of a
// redemption that was voided, for example.
func (c *command) judgeMerge(ctx context.Context, f facts) error {
	if f.other.State != directory.Active {
		return errs.New(errs.Conflict, "directory.household_closed").At("into")
	}
	if f.first.State != directory.Active {
		var before int64
		if err := c.tx.Row(ctx, sqlMergedInto, c.village, f.first.ID, f.other.ID).Scan(&before); err != nil {
			return err
		}
		if before == 0 || f.points1.Base+f.points1.Spendable == 0 {
			return errs.New(errs.Conflict, "directory.household_closed").At("household")
		}
	}
	return f.settled()
}

func (f facts) judgeClose() error {
	p := f.change.Plan
	living := 0
	for _, r := range f.residents {
		if r.State == directory.Active {
			living++
		}
	}
	switch {
	case f.first.State != directory.Active:
		return errs.New(errs.Conflict, "directory.household_closed")
	case p.Cause != Moved && p.Cause != Died:
		return errs.New(errs.Invalid, "households.bad_cause").At("cause")
	case p.Cause == Died && living > 1:
		return errs.New(errs.Conflict, "households.others_live_there", "n", living)
	case p.Cause == Moved && p.Points != Kept && p.Points != Spent:
		return errs.New(errs.Invalid, "households.points_choice").At("points")
	case p.Cause == Moved && p.Points == Spent && f.points1.Spendable > 0:
		return errs.New(errs.Conflict, "households.points_left", "n", f.points1.Spendable)
	}
	return f.settled()
}

// detail adds what a person looks at.
func (c *command) detail(ctx context.Context, f facts) (d Detail, err error) {
	d = Detail{Change: f.change, Pending: f.pending, Held: f.points1.Held}
	if d.Lines, err = c.lines(ctx, f); err != nil {
		return d, err
	}
	if d.There, err = c.elsewhere(ctx, f.change); err != nil {
		return d, err
	}
	if err := c.tx.Row(ctx, sqlFloor, c.village).Scan(&d.Floor); err != nil {
		return d, err
	}
	d.Staff, err = access.StaffOf(ctx, c.tx, c.village, f.first.ID)
	return d, err
}

// Detail reads one change for the village's staff, with its lines: those to be of a proposal, those in the book of one that
// is done. Error: households.no_change.
func (s *Service) Detail(ctx context.Context, by core.Actor, village core.Area, id core.ID) (d Detail, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return d, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		c := &command{Service: s, tx: tx, by: by, village: village, now: s.clock.Now()}
		x, err := scan(tx.Row(ctx, sqlOne, village, id))
		if err != nil {
			return err
		}
		f, err := c.factsOf(ctx, x)
		if err != nil {
			return err
		}
		d, err = c.detail(ctx, f)
		return err
	})
	return d, err
}

// factsOf reads a kept change's households as they are.
func (c *command) factsOf(ctx context.Context, x Change) (f facts, err error) {
	first, err := directory.HouseholdByID(ctx, c.tx, c.village, x.First.ID)
	if err != nil {
		return f, err
	}
	var other directory.Household
	if x.Other.ID != 0 {
		if other, err = directory.HouseholdByID(ctx, c.tx, c.village, x.Other.ID); err != nil {
			return f, err
		}
	}
	if f, err = c.read(ctx, x, first, other); err != nil || x.State != Proposed {
		return f, err
	}
	switch x.Kind { // all there is, whenever it is done
	case Merge:
		f.change.Moved = Shares{f.points1.Base, f.points1.Spendable}
	case Move:
		err = c.travels(ctx, &f)
	}
	return f, err
}
