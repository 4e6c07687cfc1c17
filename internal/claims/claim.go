package claims

import (
	"qunyan/internal/core"
)

// State is where a claim stands on its road.
type State string

// The states. The arrows: submitted → approved, returned, rejected or withdrawn; returned → submitted or withdrawn;
// approved → noticed; noticed → posted, or frozen by an objection; frozen → noticed (dismissed) or dropped (upheld).
const (
	Submitted State = "submitted"
	Returned  State = "returned"
	Withdrawn State = "withdrawn"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Noticed   State = "noticed"
	Frozen    State = "frozen"
	Dropped   State = "dropped"
	Posted    State = "posted"
)

// Valid says whether s is one of the states.
func (s State) Valid() bool {
	switch s {
	case Submitted, Returned, Withdrawn, Approved, Rejected, Noticed, Frozen, Dropped, Posted:
		return true
	}
	return false
}

// Ended says that nothing happens to the claim any more.
func (s State) Ended() bool {
	return s == Withdrawn || s == Rejected || s == Dropped || s == Posted
}

// Source is how a claim came in.
type Source string

// The sources.
const (
	FromCard  Source = "card"  // a household, with its card and PIN
	FromClerk Source = "clerk" // typed in singly at the village office
	FromSheet Source = "sheet" // one row of a paper sheet
)

// Claim is a claim with what a reader needs beside it: the household's place in the village and the rule's text.
type Claim struct {
	ID         core.ID
	Village    core.Area
	Household  core.ID
	Number     int64  // of the household in the village's list
	Group      string // of the household; "" if the village has none
	Head       string // of the household, unmasked: never for the public
	Rule       string
	RuleZh     string
	RuleEn     string
	Category   string
	Approver   string // who reviews by the rule; "township" is not the village
	Day        core.Day
	Month      core.Month // whose list it stands on
	Step       int64      // index into the rule's scale, −1 without one
	Qty        int64
	Points     core.Points // what will be posted, caps applied; below 0 for a deduction
	Asked      core.Points // before caps
	Event      string
	Note       string
	Proof      string
	Photo      core.ID
	State      State
	Source     Source
	Sheet      core.ID
	ByKind     core.ActorKind
	ByID       core.ID
	ByName     string
	Reviewer   core.ID
	ReviewedBy string
	ReviewedMs int64
	Reason     string // of a return, a rejection or a drop
	Notice     core.ID
	Line       int64 // number in the book once posted; 0 for a deduction that found nothing to take
	Version    int64 // of the rules it was judged by
	Changes    int64 // counts changes; a review names the one it saw
	CreatedMs  int64
	ChangedMs  int64
	Duplicate  bool    // the same household has another claim that counts, by the same rule for the same day
	Resident   core.ID // whose deed it was, by a personal rule; 0 for the household's
	Person     string  // the resident's name: never for the public
	Warned     Warning // that a deduction followed; zero if its rule asks for none
}

// Warning is the dated paper by which a household was asked to put something right before points are taken.
type Warning struct {
	Day  core.Day
	No   string // number of the paper
	What string // what was asked for
}

// mine says whether the actor submitted the claim. A card stands for its household: a new card may withdraw what the
// lost one submitted.
func (c Claim) mine(by core.Actor) bool {
	switch by.Kind {
	case core.StaffActor:
		return c.ByKind == core.StaffActor && c.ByID == by.ID
	case core.CardActor:
		return c.ByKind == core.CardActor && by.Unlocked && c.Village == by.Village && c.Household == by.Household
	}
	return false
}

// ofOwnHousehold says whether the claim concerns the actor's registered household.
func (c Claim) ofOwnHousehold(by core.Actor) bool {
	return by.Household != 0 && by.Household == c.Household && by.Village == c.Village
}
