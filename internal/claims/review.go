package claims

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

// MaxTogether is how many claims are approved by one command.
const MaxTogether = 200

// Seen names a claim as a reviewer saw it. With Changes 0 the review holds for whatever the claim says now.
type Seen struct {
	ID      core.ID
	Changes int64
}

// Approve lets a claim onto the month's list.
func (s *Service) Approve(ctx context.Context, by core.Actor, village core.Area, seen Seen) (Claim, error) {
	return s.review(ctx, by, village, seen, Approved, "")
}

// Return sends a claim back to its submitter with a reason, to be corrected and sent again.
func (s *Service) Return(ctx context.Context, by core.Actor, village core.Area, seen Seen, reason string) (Claim, error) {
	return s.review(ctx, by, village, seen, Returned, reason)
}

// Reject refuses a claim for good, with a reason.
func (s *Service) Reject(ctx context.Context, by core.Actor, village core.Area, seen Seen, reason string) (Claim, error) {
	return s.review(ctx, by, village, seen, Rejected, reason)
}

func (s *Service) review(ctx context.Context, by core.Actor, village core.Area, seen Seen, to State, reason string) (Claim, error) {
	if err := access.Require(by, access.OpReviewClaim, village); err != nil {
		return Claim{}, err
	}
	if to != Approved {
		var err error
		if reason, err = NeedText(reason, "reason", maxReason); err != nil {
			return Claim{}, err
		}
	}
	_, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		return seen.ID, c.decide(ctx, seen, to, reason)
	})
	if err != nil {
		return Claim{}, err
	}
	return s.find(ctx, by, village, seen.ID)
}

// Decided is what became of one claim of several approved together: Code is "" if it was approved.
type Decided struct {
	ID   core.ID `json:"id"`
	Code string  `json:"code"`
}

// ApproveMany approves up to MaxTogether claims. Each is checked by itself: one that may not be approved does not stop
// the others, and its answer says why. Each names the change the reviewer saw: what changed since is not approved.
func (s *Service) ApproveMany(ctx context.Context, by core.Actor, village core.Area, claims []Seen) ([]Decided, error) {
	if err := access.Require(by, access.OpReviewClaim, village); err != nil {
		return nil, err
	}
	if len(claims) == 0 || len(claims) > MaxTogether {
		return nil, errs.New(errs.Invalid, "claims.bad_number_of_claims", "most", MaxTogether).At("claims")
	}
	return run(ctx, s, by, village, func(ctx context.Context, c *command) ([]Decided, error) {
		c.together = int64(len(claims))
		all := make([]Decided, len(claims))
		for i, seen := range claims {
			all[i].ID = seen.ID
			switch err := c.decide(ctx, seen, Approved, ""); {
			case err == nil:
			case isRefusal(err):
				all[i].Code = errs.CodeOf(err)
			default:
				return nil, err
			}
		}
		return all, nil
	})
}

// isRefusal says that a claim cannot be decided as asked; anything else ends the whole command.
func isRefusal(err error) bool {
	switch errs.KindOf(err) {
	case errs.Forbidden, errs.NotFound, errs.Conflict:
		return true
	}
	return false
}

// decide is the one place where a claim leaves review.
func (c *command) decide(ctx context.Context, seen Seen, to State, reason string) error {
	claim, err := c.load(ctx, seen.ID, seen.Changes)
	if err != nil {
		return err
	}
	tied, err := c.tied(ctx)
	if err != nil {
		return err
	}
	tied.mark(&claim)
	if err := claim.reviewable(c.by); err != nil {
		return err
	}
	if err := c.keep(ctx, claim, to); err != nil {
		return err
	}
	if to == Approved && claim.FirstBy == 0 {
		rule, err := c.reviewing(ctx)
		if err != nil {
			return err
		}
		if rule.needs(claim, c.key) {
			return c.first(ctx, claim)
		}
	}
	if _, err := c.tx.Exec(ctx, sqlReview, string(to), c.by.ID, c.by.Name, c.now, reason, c.village, claim.ID); err != nil {
		return err
	}
	c.moved(claim, Submitted, to)
	actions := map[State]string{Approved: "claims.approve", Returned: "claims.return", Rejected: "claims.reject"}
	return c.logState(ctx, actions[to], claim, to, reason)
}

// reviewable says whether the actor may decide the claim; nil if so. Separation of duties is decided here and nowhere
// else; the screens ask through Can.
func (c Claim) reviewable(by core.Actor) error {
	if err := access.Require(by, access.OpReviewClaim, c.Village); err != nil {
		return err
	}
	switch {
	case c.ByKind == core.StaffActor && c.ByID == by.ID:
		return errs.New(errs.Forbidden, "claims.own_submission")
	case c.ofOwnHousehold(by):
		return errs.New(errs.Forbidden, "claims.own_household")
	case c.Kin:
		return errs.New(errs.Forbidden, "claims.relative")
	case c.SamePhone:
		return errs.New(errs.Forbidden, "claims.same_phone")
	case c.FirstBy != 0 && c.FirstBy == by.ID:
		return errs.New(errs.Forbidden, "claims.second_by_another")
	case c.State != Submitted:
		return wrongState(c)
	case c.FirstBy != 0: // any other reviewer may be the second pair of eyes: a township often has one officer only
		return nil
	case c.Approver == string(rulebook.Township) && !by.Has(c.Village, core.RoleTownship):
		return errs.New(errs.Forbidden, "claims.township_reviews")
	case c.Approver != string(rulebook.Township) && !by.Has(c.Village, core.RoleSecretary, core.RoleSupervisor):
		return errs.New(errs.Forbidden, "claims.village_reviews")
	}
	return nil
}

// Rights are what an actor may do with a claim now.
type Rights struct {
	Review   bool // approve, return, reject
	Withdraw bool
	Edit     bool
}

// Can says what the actor may do with the claim now, by the same checks the commands make.
func (c Claim) Can(by core.Actor) Rights {
	submits := access.Can(by, access.OpSubmitClaim, c.Village)
	return Rights{
		Review:   c.reviewable(by) == nil,
		Withdraw: submits && c.withdrawable(by) == nil,
		Edit:     submits && c.editable(by) == nil,
	}
}

// Marks are what a reviewer should look at twice.
type Marks struct {
	OwnHousehold bool // it is the reader's own household's
	Duplicate    bool // the same household, rule and day a second time
	Capped       bool // the cap took something off
	Relative     bool // of a registered relative of the reader
	SamePhone    bool // its household gave the same telephone number as the reader's
	SameGroup    bool // of the reader's group or building
	SameSurname  bool // as the head of the reader's household
	Second       bool // it was approved once and waits for a second person
}

// Marks for an actor.
func (c Claim) Marks(by core.Actor) Marks {
	return Marks{OwnHousehold: c.ofOwnHousehold(by), Duplicate: c.Duplicate, Capped: c.Points != c.Asked, Relative: c.Kin,
		SamePhone: c.SamePhone, SameGroup: c.SameGroup, SameSurname: c.SameSurname, Second: c.FirstBy != 0 && c.State == Submitted}
}
