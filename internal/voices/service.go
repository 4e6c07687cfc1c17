package voices

import (
	"context"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/commands"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Service runs the commands and queries of voices. It is safe for concurrent use.
type Service struct {
	desk   commands.Desk
	claims *claims.Service
}

// New makes the service. Its claims go into the book by the service of claims and by no other way.
func New(st *store.Store, clock core.Clock, ids *core.IDs, claims *claims.Service) *Service {
	return &Service{desk: commands.Desk{Store: st, Clock: clock, IDs: ids, Subject: "suggestion"}, claims: claims}
}

// command is one running command of a village.
type command struct{ *commands.Command }

// change runs fn as one command and reads the suggestion it was about. The village's book is taken first: suggestions are
// counted and claimed one after the other.
func (s *Service) change(ctx context.Context, by core.Actor, op access.Op, village core.Area, fn func(ctx context.Context, c *command) (core.ID, error)) (Suggestion, error) {
	return commands.Change(ctx, s.desk, by, op, village, func(ctx context.Context, c *commands.Command) (core.ID, error) {
		if _, err := ledger.Lock(ctx, c.Tx, village); err != nil {
			return 0, err
		}
		return fn(ctx, &command{c})
	}, read)
}

// Draft is a suggestion as it comes in.
type Draft struct {
	Household core.ID // whose; a card's own always
	Text      string  // may be empty where there is a memo: it is typed later
	Named     bool
	Memo      core.ID // a voice memo that the actor sent; 0 if none
}

// Raise takes a suggestion: a household's own, with its card and PIN, or one that the village office types in for it.
// Errors: voices.no_memo, voices.too_short, voices.personal_number, voices.too_many_today, voices.too_many_open.
func (s *Service) Raise(ctx context.Context, by core.Actor, village core.Area, in Draft) (Suggestion, error) {
	if err := access.Require(by, access.OpSuggest, village); err != nil {
		return Suggestion{}, err
	}
	if by.Kind == core.CardActor {
		in.Household = by.Household
	}
	state := Open
	if in.Memo != 0 && strings.TrimSpace(in.Text) == "" {
		state, in.Text = Untyped, ""
	} else {
		var err error
		if in.Text, err = cleanSuggestion(in.Text); err != nil {
			return Suggestion{}, err
		}
	}
	return s.change(ctx, by, access.OpSuggest, village, func(ctx context.Context, c *command) (core.ID, error) {
		today := core.DayOf(c.Now)
		if err := c.mayRaise(ctx, in.Household, today); err != nil {
			return 0, err
		}
		id := c.NextID()
		if err := c.takeMemo(ctx, id, in.Memo); err != nil {
			return 0, err
		}
		if _, err := c.Tx.Exec(ctx, sqlInsert, village, id, in.Household, in.Text, in.Named, string(state), string(by.Kind), by.ID, by.Name, today, c.Now, in.Memo); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "voices.raise", id, nil, map[string]any{"household": in.Household, "named": in.Named, "memo": in.Memo})
	})
}

// takeMemo ties a voice memo to its suggestion. A memo belongs to one, and everybody takes only what they sent themselves:
// nobody else has heard it.
func (c *command) takeMemo(ctx context.Context, suggestion, memo core.ID) error {
	if memo == 0 {
		return nil
	}
	n, err := c.Tx.Exec(ctx, sqlTakeMemo, suggestion, c.Village, memo, string(c.By.Kind), c.By.ID)
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "voices.no_memo").At("memo")
	}
	return err
}

// Type writes down what a voice memo says, once: with the words the suggestion goes to the committees. Who typed them does
// not decide on them. Errors: voices.typed_already, voices.changed_meanwhile, and those of the words.
func (s *Service) Type(ctx context.Context, by core.Actor, village core.Area, id core.ID, version int64, text string) (Suggestion, error) {
	if err := access.Require(by, access.OpTypeMemo, village); err != nil {
		return Suggestion{}, err
	}
	text, err := cleanSuggestion(text)
	if err != nil {
		return Suggestion{}, err
	}
	return s.change(ctx, by, access.OpTypeMemo, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := read(ctx, c.Tx, village, id)
		switch {
		case err != nil:
			return 0, err
		case was.State != Untyped:
			return 0, errs.New(errs.Conflict, "voices.typed_already")
		case version != 0 && version != was.Version:
			return 0, errs.New(errs.Conflict, "voices.changed_meanwhile")
		}
		if _, err := c.Tx.Exec(ctx, sqlType, text, by.ID, by.Name, village, id); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "voices.type", id, map[string]any{"state": was.State}, map[string]any{"state": Open, "text": text})
	})
}

// mayRaise refuses a household that is not there, and one that has had its number.
func (c *command) mayRaise(ctx context.Context, household core.ID, today core.Day) error {
	if err := claims.CheckHousehold(ctx, c.Tx, c.Village, household); err != nil {
		return err
	}
	var todays, open int
	if err := c.Tx.Row(ctx, sqlCounts, today, c.Village, household).Scan(&todays, &open); err != nil {
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
	return s.change(ctx, by, access.OpDecideSuggestion, village, func(ctx context.Context, c *command) (core.ID, error) {
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
		return id, c.Log(ctx, "voices.adopt", id, map[string]any{"state": was.State}, map[string]any{
			"state": Adopted, "minutes_no": in.MinutesNo, "claim": claim, "code": code, "withheld": in.Withheld})
	})
}

// claim submits the claim of an adopted suggestion; code says why there can be none.
func (s *Service) claim(ctx context.Context, c *command, was Suggestion, minutes string) (id core.ID, code string, err error) {
	id, err = s.claims.PutClaim(ctx, c.Tx, c.By, c.Village, claims.Deed{
		Household: was.Household, Rule: Rule, Day: core.DayOf(c.Now), Qty: 1, Step: -1, Note: firstWords(was.Text), Proof: minutes,
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
	return s.change(ctx, by, access.OpDecideSuggestion, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := c.take(ctx, id, in.Version, Open)
		if err != nil {
			return 0, err
		}
		if err := c.decide(ctx, id, Rejected, in, 0, ""); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "voices.reject", id, map[string]any{"state": was.State}, map[string]any{
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
	return s.change(ctx, by, access.OpDecideSuggestion, village, func(ctx context.Context, c *command) (core.ID, error) {
		was, err := c.take(ctx, id, version, Adopted)
		if err != nil {
			return 0, err
		}
		if _, err := c.Tx.Exec(ctx, sqlDone, note, by.Name, c.Now, village, id); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "voices.carry_out", id, map[string]any{"state": was.State}, map[string]any{"state": Done, "note": note})
	})
}

// take reads a suggestion that the actor may move on from a state.
func (c *command) take(ctx context.Context, id core.ID, version int64, from State) (Suggestion, error) {
	was, err := read(ctx, c.Tx, c.Village, id)
	if err != nil {
		return was, err
	}
	if err := was.barred(c.By, c.Village); err != nil {
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
	_, err := c.Tx.Exec(ctx, sqlDecide, string(to), in.MinutesNo, in.Answer, in.Withheld, c.By.ID, c.By.Name, c.Now, claim, code, c.Village, id)
	return err
}
