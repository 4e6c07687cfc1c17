package voices

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Service runs the commands and queries of voices. It is safe for concurrent use.
type Service struct {
	st     *store.Store
	clock  core.Clock
	ids    *core.IDs
	claims *claims.Service
}

// New makes the service. Its claims go into the book by the service of claims and by no other way.
func New(st *store.Store, clock core.Clock, ids *core.IDs, claims *claims.Service) *Service {
	return &Service{st: st, clock: clock, ids: ids, claims: claims}
}

// command is one running command of a village.
type command struct {
	tx      *store.Tx
	ids     *core.IDs
	by      core.Actor
	village core.Area
	now     int64
}

// run runs fn as one command, once for the actor's intent. The village's book is taken first: suggestions are counted
// and claimed one after the other.
func run(ctx context.Context, s *Service, by core.Actor, village core.Area, fn func(ctx context.Context, c *command) (core.ID, error)) (Suggestion, error) {
	var out Suggestion
	var id core.ID
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		now := s.clock.Now()
		id, err = store.Once(ctx, tx, by, village, now, func() (core.ID, error) {
			if _, err := ledger.Lock(ctx, tx, village); err != nil {
				return 0, err
			}
			return fn(ctx, &command{tx: tx, ids: s.ids, by: by, village: village, now: now})
		})
		return err
	})
	if err != nil {
		return out, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		out, err = scan(tx.Row(ctx, sqlOne, village, id))
		return err
	})
	return out, err
}

func (c *command) log(ctx context.Context, action string, id core.ID, before, after any) error {
	return audit.Write(ctx, c.tx, c.by, c.ids.Next(), c.now, audit.Entry{
		Area: c.village, Action: action, Subject: "suggestion", SubjectID: id.String(), Before: before, After: after,
	})
}

// Draft is a suggestion as it comes in.
type Draft struct {
	Household core.ID // whose; a card's own always
	Text      string
	Named     bool
}

// Raise takes a suggestion: a household's own, with its card and PIN, or one that the village office types in for it.
// Errors: voices.too_short, voices.personal_number, voices.too_many_today, voices.too_many_open.
func (s *Service) Raise(ctx context.Context, by core.Actor, village core.Area, in Draft) (Suggestion, error) {
	if err := access.Require(by, access.OpSuggest, village); err != nil {
		return Suggestion{}, err
	}
	if by.Kind == core.CardActor {
		in.Household = by.Household
	}
	var err error
	if in.Text, err = cleanSuggestion(in.Text); err != nil {
		return Suggestion{}, err
	}
	return run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		today := core.DayOf(c.now)
		if err := c.mayRaise(ctx, in.Household, today); err != nil {
			return 0, err
		}
		id := c.ids.Next()
		if _, err := c.tx.Exec(ctx, sqlInsert, village, id, in.Household, in.Text, in.Named, string(by.Kind), by.ID, by.Name, today, c.now); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "voices.raise", id, nil, map[string]any{"household": in.Household, "named": in.Named})
	})
}

// mayRaise refuses a household that is not there, and one that has had its number.
func (c *command) mayRaise(ctx context.Context, household core.ID, today core.Day) error {
	var state string
	switch err := c.tx.Row(ctx, sqlHouseholdState, c.village, household).Scan(&state); {
	case errors.Is(err, store.ErrNone):
		return errs.New(errs.NotFound, "claims.no_household").At("household")
	case err != nil:
		return err
	case state != "active":
		return errs.New(errs.Conflict, "claims.household_closed").At("household")
	}
	var todays, open int
	if err := c.tx.Row(ctx, sqlCounts, today, c.village, household).Scan(&todays, &open); err != nil {
		return err
	}
	switch {
	case todays >= PerDay:
		return errs.New(errs.RateLimited, "voices.too_many_today", "most", PerDay)
	case open >= MaxOpen:
		return errs.New(errs.RateLimited, "voices.too_many_open", "most", MaxOpen)
	}
	return nil
}

// Decision is what the committees say to a suggestion.
type Decision struct {
	Version   int64  // of the suggestion as it was seen; 0 does not ask
	MinutesNo string // of the meeting; only where it is adopted
	Answer    string // a rejection's reason; optional where it is adopted
	Withheld  bool   // the words are not shown in public
}

// Adopt records that the committees took a suggestion up, and submits its claim with the minutes as its proof. Where no
// claim can be made the reason is kept and the suggestion is adopted all the same.
func (s *Service) Adopt(ctx context.Context, by core.Actor, village core.Area, id core.ID, in Decision) (Suggestion, error) {
	if err := access.Require(by, access.OpDecideSuggestion, village); err != nil {
		return Suggestion{}, err
	}
	var err error
	if in.MinutesNo, err = claims.NeedText(in.MinutesNo, "minutes_no", maxMinutes); err != nil {
		return Suggestion{}, err
	}
	if in.Answer, err = claims.CleanText(in.Answer, "answer", maxAnswer); err != nil {
		return Suggestion{}, err
	}
	if err := noNumbers(in.Answer, "answer"); err != nil {
		return Suggestion{}, err
	}
	return run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := c.take(ctx, id, in.Version, Open)
		if err != nil {
			return 0, err
		}
		claim, code, err := s.claim(ctx, c, was, in.MinutesNo)
		if err != nil {
			return 0, err
		}
		if err := c.decide(ctx, id, Adopted, in, claim, code); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "voices.adopt", id, map[string]any{"state": was.State}, map[string]any{
			"state": Adopted, "minutes_no": in.MinutesNo, "claim": claim, "code": code, "withheld": in.Withheld})
	})
}

// claim submits the claim of an adopted suggestion; code says why there can be none.
func (s *Service) claim(ctx context.Context, c *command, was Suggestion, minutes string) (id core.ID, code string, err error) {
	id, err = s.claims.PutClaim(ctx, c.tx, c.by, c.village, claims.Deed{
		Household: was.Household, Rule: Rule, Day: core.DayOf(c.now), Qty: 1, Step: -1, Note: firstWords(was.Text), Proof: minutes,
	})
	if err == nil {
		return id, "", nil
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Conflict:
		return 0, errs.CodeOf(err), nil
	}
	return 0, "", err
}

// Reject records that the committees did not take a suggestion up, and why.
func (s *Service) Reject(ctx context.Context, by core.Actor, village core.Area, id core.ID, in Decision) (Suggestion, error) {
	if err := access.Require(by, access.OpDecideSuggestion, village); err != nil {
		return Suggestion{}, err
	}
	var err error
	if in.Answer, err = claims.NeedText(in.Answer, "answer", maxAnswer); err != nil {
		return Suggestion{}, err
	}
	if err := noNumbers(in.Answer, "answer"); err != nil {
		return Suggestion{}, err
	}
	in.MinutesNo = ""
	return run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := c.take(ctx, id, in.Version, Open)
		if err != nil {
			return 0, err
		}
		if err := c.decide(ctx, id, Rejected, in, 0, ""); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "voices.reject", id, map[string]any{"state": was.State}, map[string]any{
			"state": Rejected, "reason": in.Answer, "withheld": in.Withheld})
	})
}

// CarryOut marks an adopted suggestion as done, with a note for the public list.
func (s *Service) CarryOut(ctx context.Context, by core.Actor, village core.Area, id core.ID, version int64, note string) (Suggestion, error) {
	if err := access.Require(by, access.OpDecideSuggestion, village); err != nil {
		return Suggestion{}, err
	}
	note, err := claims.NeedText(note, "note", maxAnswer)
	if err != nil {
		return Suggestion{}, err
	}
	if err := noNumbers(note, "note"); err != nil {
		return Suggestion{}, err
	}
	return run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := c.take(ctx, id, version, Adopted)
		if err != nil {
			return 0, err
		}
		if _, err := c.tx.Exec(ctx, sqlDone, note, by.Name, c.now, village, id); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "voices.carry_out", id, map[string]any{"state": was.State}, map[string]any{"state": Done, "note": note})
	})
}

// take reads a suggestion that the actor may move on from a state.
func (c *command) take(ctx context.Context, id core.ID, version int64, from State) (Suggestion, error) {
	was, err := scan(c.tx.Row(ctx, sqlOne, c.village, id))
	if err != nil {
		return was, err
	}
	if err := was.barred(c.by, c.village); err != nil {
		return was, err
	}
	switch {
	case was.State != from:
		return was, errs.New(errs.Conflict, "voices.wrong_state", "state", string(was.State))
	case version != 0 && version != was.Version:
		return was, errs.New(errs.Conflict, "voices.changed_meanwhile")
	}
	return was, nil
}

func (c *command) decide(ctx context.Context, id core.ID, to State, in Decision, claim core.ID, code string) error {
	_, err := c.tx.Exec(ctx, sqlDecide, string(to), in.MinutesNo, in.Answer, in.Withheld, c.by.ID, c.by.Name, c.now, claim, code, c.village, id)
	return err
}
