package households

import (
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
)

// Kind says what happens to a household.
type Kind string

// The kinds of change.
const (
	Split Kind = "split" // 分户
	Merge Kind = "merge" // 并户
	Close Kind = "close" // 销户: moved away, or nobody is left
	Undo  Kind = "undo"  // 撤销变动

	Move   Kind = "move"   // 迁出: to another village of the county, where it has a household already
	Arrive Kind = "arrive" // 迁入: the same change as the other village sees it; made by the move's confirmation
)

// State is where a change stands.
type State string

// The states of a change.
const (
	Proposed  State = "proposed"
	Done      State = "done"
	Withdrawn State = "withdrawn"
	Undone    State = "undone" // it was done, and an undo took it back
)

// Valid says that a filter names a state.
func (s State) Valid() bool { return s == Proposed || s == Done || s == Withdrawn || s == Undone }

// Causes of a closing.
const (
	Moved = "moved" // to another village
	Died  = "died"  // the last one who lived there
)

// What becomes of the spendable points of a household that moves away.
const (
	Kept  = "kept"  // they stay in its account, which opens again if it comes back
	Spent = "spent" // it spends them first; the closing waits until there are none
)

// Longest texts, in characters.
const (
	minReason = 2
	maxReason = 100 // what a passbook line can show, for an undo's lines bear it
	maxPaper  = 60
	maxSigned = 40
)

// Person is somebody who goes along, as the proposal saw them.
type Person struct {
	ID       core.ID `json:"id"`
	Name     string  `json:"name"`
	Relation string  `json:"relation"`
}

// Plan is what was proposed and, once it is done, how people stood before.
type Plan struct {
	People        []Person          `json:"people"`
	Head          core.ID           `json:"head,omitempty"`      // of a split's new household
	Remaining     core.ID           `json:"remaining,omitempty"` // heads the old household from now on
	RemainingName string            `json:"remaining_name,omitempty"`
	Number        int64             `json:"number,omitempty"` // wished for the new household; 0 the next free one
	Group         core.Area         `json:"group,omitempty"`
	Cadre         bool              `json:"cadre,omitempty"`
	Opening       bool              `json:"opening,omitempty"` // the new household is opened with base points like any other
	Cause         string            `json:"cause,omitempty"`
	Points        string            `json:"points,omitempty"`
	Proposal      Shares            `json:"proposal"` // by heads
	Before        []directory.Stood `json:"before,omitempty"`
}

// Shares are the points that go over.
type Shares struct {
	Base      core.Points `json:"base"`
	Spendable core.Points `json:"spendable"`
}

// ByHeads is the share of those who go, in whole points, rounded down: what does not divide stays with the old household.
// Points on hold stay, for what they are held for is the old household's.
func ByHeads(base, free core.Points, going, all int64) Shares {
	if all <= 0 || going <= 0 {
		return Shares{}
	}
	return Shares{share(base, going, all), share(free, going, all)}
}

func share(points core.Points, going, all int64) core.Points {
	if points <= 0 {
		return 0
	}
	going = min(going, all)
	whole, rest := int64(points)/all, int64(points)%all // divided first: points × people could overflow
	return core.Points(whole*going + rest*going/all)
}

// Side is one of the two households of a change.
type Side struct {
	ID     core.ID
	Number int64 // 0 for a split's new household before it is there
	Head   string
	State  string
}

// Far is a move's household in the other village. The zero Far is that of every other change.
type Far struct {
	Village   core.Area
	Name      string // of the village
	Household core.ID
	Number    int64
	Head      string
	Voucher   int64 // of an arrival: the line of the other village's book that gave the points; 0 for none
}

// Change is what happens to a household, from proposal to its end.
type Change struct {
	ID          core.ID
	Kind        Kind
	State       State
	First       Side // splits, is merged into the other, or is closed
	Other       Side // made by the split, or merged into
	Undoes      core.ID
	UndoesKind  Kind
	Plan        Plan
	Moved       Shares // moved, or left behind by a closing
	Far         Far
	Voucher     int64
	Reason      string
	Paper       string
	Signed      string
	SignedOther string
	ByID        core.ID
	ByName      string
	CreatedMs   int64
	EndedName   string
	EndedMs     int64
	Version     int64
}

// NeedsOther says that two households sign.
func (c Change) NeedsOther() bool { k := c.kindOfPoints(); return k == Split || k == Merge }

// kindOfPoints is the kind whose households and points it is about: an undo is about those of what it takes back.
func (c Change) kindOfPoints() Kind {
	if c.Kind == Undo {
		return c.UndoesKind
	}
	return c.Kind
}

// barred says why somebody may not confirm the change; nil if they may as far as the change is concerned.
func (c Change) barred(by core.Actor, village core.Area) error {
	switch {
	case by.ID == c.ByID:
		return errs.New(errs.Forbidden, "households.own_proposal")
	case by.Village == village && by.Household != 0 && (by.Household == c.First.ID || by.Household == c.Other.ID):
		return errs.New(errs.Forbidden, "households.own_household")
	}
	return nil
}

// Can says that somebody's roles alone decide whether they may confirm.
func (c Change) Can(by core.Actor, village core.Area) bool {
	return c.State == Proposed && c.barred(by, village) == nil
}
