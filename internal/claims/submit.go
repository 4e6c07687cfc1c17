package claims

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Judge says what a deed would bring if it were submitted now. It writes nothing.
func (s *Service) Judge(ctx context.Context, by core.Actor, village core.Area, d Deed) (Judgement, error) {
	d, err := s.mayClaim(by, village, d)
	if err != nil {
		return Judgement{}, err
	}
	var j Judgement
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if j, err = s.judge(ctx, tx, village, core.DayOf(s.clock.Now()), d, doorOf(by), 0); err != nil {
			return err
		}
		return selfRule(by, j)
	})
	return j, err
}

// Submit makes a claim: a household's own, with its card and PIN, or one typed in at the village office. It fails with
// claims.cap_reached when the household's cap leaves nothing.
func (s *Service) Submit(ctx context.Context, by core.Actor, village core.Area, d Deed) (Claim, error) {
	d, err := s.mayClaim(by, village, d)
	if err != nil {
		return Claim{}, err
	}
	id, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		return s.submit(ctx, c, d)
	})
	if err != nil {
		return Claim{}, err
	}
	return s.find(ctx, village, id)
}

// PutClaim is Submit as a step of a running command, which sees to it that its intent is done once: an adopted suggestion.
// The errors of Submit come before anything was written, so that the caller may go on without a claim.
func (s *Service) PutClaim(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, d Deed) (core.ID, error) {
	d, err := s.mayClaim(by, village, d)
	if err != nil {
		return 0, err
	}
	c, err := s.begin(ctx, tx, by, village)
	if err != nil {
		return 0, err
	}
	id, err := s.submit(ctx, c, d)
	if err != nil {
		return 0, err
	}
	return id, c.writeCounts(ctx)
}

// submit judges a deed and writes its claim.
func (s *Service) submit(ctx context.Context, c *command, d Deed) (core.ID, error) {
	j, err := s.judge(ctx, c.tx, c.village, c.today, d, doorOf(c.by), 0)
	if err != nil {
		return 0, err
	}
	if err := errors.Join(selfRule(c.by, j), j.allowed()); err != nil {
		return 0, err
	}
	claim := c.newClaim(d, j, doorOf(c.by), 0)
	if err := c.attach(ctx, claim.ID, d.Photo); err != nil {
		return 0, err
	}
	if _, err := c.tx.Exec(ctx, sqlInsert, claim.row()...); err != nil {
		return 0, err
	}
	c.moved(claim, "", Submitted)
	return claim.ID, c.log(ctx, "claims.submit", "claim", claim.ID.String(), nil, claim.trace())
}

// doorOf is how a claim comes in that is not a row of a sheet.
func doorOf(by core.Actor) Source {
	if by.Kind == core.CardActor {
		return FromCard
	}
	return FromClerk
}

// mayClaim checks who may submit for whom: a card for its own household only, staff of the village for any.
func (s *Service) mayClaim(by core.Actor, village core.Area, d Deed) (Deed, error) {
	if by.Kind == core.CardActor {
		d.Household = by.Household
	}
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return d, err
	}
	return d.clean()
}

// selfRule keeps households from claiming by rules that others observe (sheets, ratings, deductions).
func selfRule(by core.Actor, j Judgement) error {
	if by.Kind == core.CardActor && !j.Rule.Self {
		return errs.New(errs.Forbidden, "claims.not_self").At("rule")
	}
	return nil
}

const sqlHouseholdState = `SELECT state, members FROM household WHERE village = $1 AND id = $2`

// activeHousehold refuses a household that is not there or closed, and gives its number of members.
func activeHousehold(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (members int64, err error) {
	var state string
	switch err := tx.Row(ctx, sqlHouseholdState, village, id).Scan(&state, &members); {
	case errors.Is(err, store.ErrNone):
		return 0, errs.New(errs.NotFound, "claims.no_household").At("household")
	case err != nil:
		return 0, err
	case state != "active":
		return 0, errs.New(errs.Conflict, "claims.household_closed").At("household")
	}
	return members, nil
}

// newClaim is a claim as it is submitted by the command's actor.
func (c *command) newClaim(d Deed, j Judgement, source Source, sheet core.ID) Claim {
	return Claim{
		ID: c.ids.Next(), Village: c.village, Household: d.Household, Version: j.Version, Rule: j.Rule.Code,
		Category: string(j.Rule.Category), Day: d.Day, Month: monthFor(d.Day, c.closed), Step: d.Step, Qty: d.Qty,
		Points: j.Points, Asked: j.Asked, Event: d.Event, Note: d.Note, Proof: d.Proof, Photo: d.Photo,
		State: Submitted, Source: source, Sheet: sheet, ByKind: c.by.Kind, ByID: c.by.ID, ByName: c.by.Name,
		Changes: 1, CreatedMs: c.now, ChangedMs: c.now, Resident: j.Resident, Warned: d.Warned,
	}
}

const sqlAttach = `UPDATE file SET owner_id = $1 WHERE village = $2 AND id = $3 AND owner = 'claim' AND owner_id = 0
	AND (by_kind = $4 AND by_id = $5 OR $4 = 'staff')`

// attach ties an uploaded photo to its claim; a photo belongs to one claim, and a card takes only what it sent itself.
func (c *command) attach(ctx context.Context, claim, photo core.ID) error {
	if photo == 0 {
		return nil
	}
	n, err := c.tx.Exec(ctx, sqlAttach, claim, c.village, photo, string(c.by.Kind), c.by.ID)
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "claims.no_photo").At("photo")
	}
	return err
}

// Resubmission is what a submitter changes on a returned claim. The household and the rule stay: for another household
// or rule the claim is withdrawn and a new one made.
type Resubmission struct {
	Changes int64 // of the claim as it was seen; 0 does not ask
	Day     core.Day
	Qty     int64
	Step    int64
	Event   string // "" keeps it
	Note    string
	Proof   string
	Photo   core.ID

	Resident core.ID // 0 keeps who was named
	Warned   Warning // without a day the one that was named stays
}

// over is a deed sent again in place of a claim, which keeps what the deed does not say.
func (d Deed) over(was Claim) Deed {
	d.Household, d.Rule = was.Household, was.Rule
	if d.Event == "" {
		d.Event = was.Event
	}
	if d.Resident == 0 {
		d.Resident = was.Resident
	}
	if d.Warned.Day == 0 {
		d.Warned = was.Warned
	}
	return d
}

// Resubmit sends a returned claim again, judged anew. Only its submitter may.
func (s *Service) Resubmit(ctx context.Context, by core.Actor, village core.Area, id core.ID, in Resubmission) (Claim, error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return Claim{}, err
	}
	d, err := Deed{Day: in.Day, Qty: in.Qty, Step: in.Step, Event: in.Event, Note: in.Note, Proof: in.Proof, Photo: in.Photo,
		Resident: in.Resident, Warned: in.Warned}.clean()
	if err != nil {
		return Claim{}, err
	}
	_, err = run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := c.load(ctx, id, in.Changes)
		if err != nil {
			return 0, err
		}
		if err := was.editable(by); err != nil {
			return 0, err
		}
		d := d.over(was) // a new one: the command may run again, and the claim be another by then
		j, err := s.judge(ctx, c.tx, village, c.today, d, was.Source, id)
		if err != nil {
			return 0, err
		}
		if err := errors.Join(selfRule(by, j), j.allowed()); err != nil {
			return 0, err
		}
		claim := c.newClaim(d, j, was.Source, was.Sheet)
		claim.ID, claim.Changes = id, was.Changes+1
		if d.Photo != was.Photo {
			if err := c.attach(ctx, id, d.Photo); err != nil {
				return 0, err
			}
		}
		if _, err := c.tx.Exec(ctx, sqlResubmit, claim.Version, claim.Category, claim.Day, claim.Month, claim.Step, claim.Qty,
			claim.Points, claim.Asked, claim.Event, claim.Note, claim.Proof, claim.Photo, c.now,
			claim.Resident, claim.Warned.Day, claim.Warned.No, claim.Warned.What, village, id); err != nil {
			return 0, err
		}
		c.count(was.Month, "claim", string(Returned), -1, -int64(was.Points))
		c.count(claim.Month, "claim", string(Submitted), 1, int64(claim.Points))
		return id, c.log(ctx, "claims.resubmit", "claim", id.String(), was.trace(), claim.trace())
	})
	if err != nil {
		return Claim{}, err
	}
	return s.find(ctx, village, id)
}

// Withdraw takes back a claim that nobody has decided yet, or that was returned. Only its submitter may.
func (s *Service) Withdraw(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Claim, error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return Claim{}, err
	}
	_, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		claim, err := c.load(ctx, id, 0)
		if err != nil {
			return 0, err
		}
		if err := claim.withdrawable(by); err != nil {
			return 0, err
		}
		if err := c.setState(ctx, claim, Withdrawn); err != nil {
			return 0, err
		}
		return id, c.logState(ctx, "claims.withdraw", claim, Withdrawn, "")
	})
	if err != nil {
		return Claim{}, err
	}
	return s.find(ctx, village, id)
}

// editable says whether the actor may change and resubmit the claim; nil if so.
func (c Claim) editable(by core.Actor) error {
	switch {
	case !c.mine(by):
		return errs.New(errs.Forbidden, "claims.not_submitter")
	case c.State != Returned:
		return wrongState(c)
	}
	return nil
}

// withdrawable says whether the actor may withdraw the claim; nil if so.
func (c Claim) withdrawable(by core.Actor) error {
	switch {
	case !c.mine(by):
		return errs.New(errs.Forbidden, "claims.not_submitter")
	case c.State != Submitted && c.State != Returned:
		return wrongState(c)
	}
	return nil
}

// wrongState says that what is asked is right for a claim in another state: somebody was faster.
func wrongState(c Claim) error {
	return errs.New(errs.Conflict, "claims.wrong_state", "state", string(c.State))
}
