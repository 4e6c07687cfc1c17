package branch

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/messages"
	"qunyan/internal/store"
)

// EntryState is where an entry stands.
type EntryState string

// The states of an entry.
const (
	Proposed  EntryState = "proposed"
	Posted    EntryState = "posted"
	Refused   EntryState = "refused"
	Withdrawn EntryState = "withdrawn"
)

// Entry is an addition, a deduction, or the taking back of one.
type Entry struct {
	ID          core.ID
	Owner       core.ID // the member's year
	Year        int64
	Member      core.ID
	Name        string
	Household   core.ID
	State       EntryState
	Item        string
	Times       int64
	Points      core.Points // with its sign
	Day         core.Day
	Note        string
	Undoes      core.ID
	UndoneBy    core.ID
	ToldDay     core.Day
	UntilDay    core.Day
	Answer      string
	AnswerDay   core.Day
	ByID        core.ID
	ByName      string
	CreatedMs   int64
	DecidedName string
	DecidedMs   int64
	Reason      string
	Line        int64
	Version     int64
}

// Takes says that the entry takes points from the member, who must be able to answer first.
func (e Entry) Takes() bool { return e.Points < 0 }

// barred says why somebody may not decide on the entry; nil if they may.
func (e Entry) barred(by core.Actor, village core.Area) error {
	switch {
	case by.ID == e.ByID:
		return errs.New(errs.Forbidden, "branch.own_proposal")
	case by.Village == village && by.Household != 0 && by.Household == e.Household:
		return errs.New(errs.Forbidden, "branch.own_household")
	}
	return nil
}

// Can says that somebody may decide on the entry, as far as the entry and their roles are concerned.
func (e Entry) Can(by core.Actor, village core.Area) bool {
	return e.State == Proposed && e.barred(by, village) == nil && access.Can(by, access.OpDecideBranch, village)
}

// Longest texts, in characters: a reason is also what a reversed line shows.
const (
	mostNote   = 100
	mostReply  = 300
	mostReason = 100
)

// ProposeInput is an entry as somebody proposes it.
type ProposeInput struct {
	Year   int64
	Member core.ID
	Item   string
	Times  int64
	Day    core.Day
	Note   string   // needed for a deduction
	Told   core.Day // when the member was told, of what takes points
	Undoes core.ID  // takes this posted entry back; then only Told and Note count
}

// Propose puts an entry before a second person. Errors: branch.not_in_force, branch.no_account, branch.no_item, branch.bad_times, branch.bad_day,
// branch.told_day for what takes points, claims.text_missing for the note of a deduction, branch.most_reached; branch.no_entry,
// branch.not_posted and branch.undone_before for what is to be taken back.
func (s *Service) Propose(ctx context.Context, by core.Actor, village core.Area, in ProposeInput) (Entry, error) {
	return s.entry(ctx, by, access.OpKeepBranch, village, func(ctx context.Context, c *command) (core.ID, error) {
		e, err := c.proposed(ctx, in)
		if err != nil {
			return 0, err
		}
		id := c.ids.Next()
		if _, err := c.tx.Exec(ctx, sqlInsertEntry, village, id, e.Owner, e.Year, e.Item, e.Times, e.Points, e.Day, e.Note, e.Undoes, e.ToldDay,
			e.UntilDay, by.ID, by.Name, c.now); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "propose", "branch_entry", id, string(Proposed))
	})
}

func (c *command) proposed(ctx context.Context, in ProposeInput) (e Entry, err error) {
	if in.Undoes != 0 {
		return c.undoing(ctx, in)
	}
	scheme, err := schemeOf(ctx, c.tx, c.village, in.Year)
	if err != nil {
		return e, err
	}
	if scheme.State != InForce {
		return e, errs.New(errs.Conflict, "branch.not_in_force", "year", in.Year)
	}
	item, ok := scheme.Item(in.Item)
	if !ok {
		return e, errs.New(errs.Invalid, "branch.no_item").At("item")
	}
	if in.Times < 1 || in.Times > mostTimes {
		return e, errs.New(errs.Invalid, "branch.bad_times", "most", mostTimes).At("times")
	}
	member, err := memberByID(ctx, c.tx, c.village, in.Member)
	if err != nil {
		return e, err
	}
	if err := c.dayIn(scheme, member, in.Day); err != nil {
		return e, err
	}
	e = Entry{Year: in.Year, Item: item.Code, Times: in.Times, Points: item.Points * core.Points(in.Times), Day: in.Day}
	switch err := c.tx.Row(ctx, sqlYearOf, c.village, in.Year, in.Member).Scan(&e.Owner); {
	case errors.Is(err, store.ErrNone):
		return e, errs.New(errs.Conflict, "branch.no_account", "year", in.Year).At("member")
	case err != nil:
		return e, err
	}
	if err := c.withinMost(ctx, e, item, true); err != nil {
		return e, err
	}
	return c.told(e, in, scheme)
}

// dayIn holds a deed's day to the time the scheme and the membership are for.
func (c *command) dayIn(s Scheme, m Member, day core.Day) error {
	last := min(s.LastDay(), c.today())
	if m.LeftDay != 0 {
		last = min(last, m.LeftDay)
	}
	first := max(s.FromDay, m.JoinedDay)
	if !day.Valid() || day < first || day > last {
		return errs.New(errs.Invalid, "branch.day_outside", "first", first, "last", max(last, first)).At("day")
	}
	return nil
}

// withinMost holds an item to its bound for a member and year; what waits counts when something is proposed.
func (c *command) withinMost(ctx context.Context, e Entry, item Item, waiting bool) error {
	if item.Most == 0 {
		return nil
	}
	var posted, proposed int64
	if err := c.tx.Row(ctx, sqlTimes, c.village, e.Owner, item.Code).Scan(&posted, &proposed); err != nil {
		return err
	}
	if waiting {
		posted += proposed
	}
	if posted+e.Times > item.Most {
		return errs.New(errs.Conflict, "branch.most_reached", "code", item.Code, "most", item.Most, "left", max(item.Most-posted, 0)).At("times")
	}
	return nil
}

// told completes an entry with its note and, where it takes points, with the day the member was told.
func (c *command) told(e Entry, in ProposeInput, s Scheme) (Entry, error) {
	var err error
	clean := claims.CleanText
	if e.Takes() || e.Undoes != 0 {
		clean = claims.NeedText
	}
	if e.Note, err = clean(in.Note, "note", mostNote); err != nil || !e.Takes() {
		return e, err
	}
	if !in.Told.Valid() || in.Told < e.Day || in.Told > c.today() {
		return e, errs.New(errs.Invalid, "branch.told_day").At("told_day")
	}
	e.ToldDay, e.UntilDay = in.Told, in.Told.Add(int(s.AnswerDays))
	return e, nil
}

// undoing is the entry that takes a posted one back.
func (c *command) undoing(ctx context.Context, in ProposeInput) (e Entry, err error) {
	old, err := entryByID(ctx, c.tx, c.village, in.Undoes)
	if err != nil {
		return e, err
	}
	if err := old.undoable(); err != nil {
		return e, err
	}
	var waits int64
	if err := c.tx.Row(ctx, sqlUndoing, c.village, old.Owner, old.ID).Scan(&waits); err != nil {
		return e, err
	}
	if waits > 0 {
		return e, errs.New(errs.Conflict, "branch.undo_waits")
	}
	scheme, err := schemeOf(ctx, c.tx, c.village, old.Year)
	switch {
	case err != nil:
		return e, err
	case scheme.State != InForce:
		return e, errs.New(errs.Conflict, "branch.not_in_force", "year", old.Year)
	}
	e = Entry{Owner: old.Owner, Year: old.Year, Item: old.Item, Times: old.Times, Points: -old.Points, Day: old.Day, Undoes: old.ID}
	return c.told(e, in, scheme)
}

func (e Entry) undoable() error {
	switch {
	case e.State != Posted || e.Undoes != 0:
		return errs.New(errs.Conflict, "branch.not_posted")
	case e.UndoneBy != 0:
		return errs.New(errs.Conflict, "branch.undone_before")
	}
	return nil
}

// AnswerInput is what a member said to what takes points.
type AnswerInput struct {
	ID      core.ID
	Version int64
	Text    string
	Day     core.Day
}

// Answer writes down what the member said; a later answer takes the place of an earlier one. Errors: branch.no_entry, branch.decided,
// branch.changed_meanwhile, branch.nothing_to_answer, branch.bad_day, claims.text_missing.
func (s *Service) Answer(ctx context.Context, by core.Actor, village core.Area, in AnswerInput) (Entry, error) {
	text, textErr := claims.NeedText(in.Text, "text", mostReply)
	return s.entry(ctx, by, access.OpKeepBranch, village, func(ctx context.Context, c *command) (core.ID, error) {
		e, err := c.waiting(ctx, in.ID, in.Version)
		switch {
		case err != nil:
			return 0, err
		case !e.Takes():
			return 0, errs.New(errs.Conflict, "branch.nothing_to_answer")
		case textErr != nil:
			return 0, textErr
		case !in.Day.Valid() || in.Day < e.ToldDay || in.Day > c.today():
			return 0, errs.New(errs.Invalid, "branch.bad_day").At("day")
		}
		if _, err := c.tx.Exec(ctx, sqlAnswer, text, in.Day, village, in.ID); err != nil {
			return 0, err
		}
		return in.ID, c.log(ctx, "answer", "branch_entry", in.ID, string(Proposed))
	})
}

// Decision is what a second person decides on an entry.
type Decision struct {
	ID      core.ID
	Version int64
	Post    bool   // else it is refused
	Reason  string // needed for refusing
}

// Decide posts an entry in the book or refuses it. Errors: branch.own_proposal, branch.own_household, branch.no_entry, branch.decided,
// branch.changed_meanwhile, branch.not_in_force, branch.answer_open while the member may still answer, branch.most_reached,
// branch.too_few_points when the member has fewer than it would take, claims.text_missing.
func (s *Service) Decide(ctx context.Context, by core.Actor, village core.Area, in Decision) (Entry, error) {
	return s.entry(ctx, by, access.OpDecideBranch, village, func(ctx context.Context, c *command) (core.ID, error) {
		e, err := c.waiting(ctx, in.ID, in.Version)
		if err != nil {
			return 0, err
		}
		if err := e.barred(by, village); err != nil {
			return 0, err
		}
		state, line := Refused, int64(0)
		reason, err := "", error(nil)
		if in.Post {
			state = Posted
			line, err = c.post(ctx, e)
		} else {
			reason, err = claims.NeedText(in.Reason, "reason", mostReason)
		}
		if err != nil {
			return 0, err
		}
		if err := c.end(ctx, e.ID, state, reason, line); err != nil {
			return 0, err
		}
		return e.ID, c.log(ctx, "decide", "branch_entry", e.ID, string(state))
	})
}

// post writes the entry's line.
func (c *command) post(ctx context.Context, e Entry) (int64, error) {
	scheme, err := schemeOf(ctx, c.tx, c.village, e.Year)
	switch {
	case err != nil:
		return 0, err
	case scheme.State != InForce:
		return 0, errs.New(errs.Conflict, "branch.not_in_force", "year", e.Year)
	case e.Takes() && e.Answer == "" && c.today() <= e.UntilDay:
		return 0, errs.New(errs.Conflict, "branch.answer_open", "until", e.UntilDay)
	}
	if e.Undoes != 0 {
		return c.takeBack(ctx, e)
	}
	if item, ok := scheme.Item(e.Item); ok {
		if err := c.withinMost(ctx, e, item, false); err != nil {
			return 0, err
		}
	}
	kind, points := ledger.MemberAdded, e.Points
	if e.Takes() {
		kind, points = ledger.MemberDeducted, -e.Points
	}
	first, _, err := ledger.Post(ctx, c.tx, c.stamp(), entryOf(kind, e.Owner, points, e.ID))
	return first, tooFew(err)
}

func (c *command) takeBack(ctx context.Context, e Entry) (int64, error) {
	old, err := entryByID(ctx, c.tx, c.village, e.Undoes)
	if err != nil {
		return 0, err
	}
	if err := old.undoable(); err != nil {
		return 0, err
	}
	l, err := ledger.Reverse(ctx, c.tx, c.stamp(), old.Line, messages.Text(messages.Chinese, "branch.memo.undone", nil))
	if err != nil {
		return 0, tooFew(err)
	}
	_, err = c.tx.Exec(ctx, sqlUndone, e.ID, c.village, old.ID)
	return l.No, err
}

// tooFew says in the branch's words that an account would fall below zero.
func tooFew(err error) error {
	var short *errs.Error
	if errors.As(err, &short) && (short.Code == "ledger.insufficient" || short.Code == "ledger.reversal_short") {
		return errs.New(errs.Conflict, "branch.too_few_points", "have", short.Params["have"], "need", short.Params["need"])
	}
	return err
}

// Withdraw ends a proposal without a decision: whoever keeps the branch's papers may. Errors: branch.no_entry, branch.decided,
// branch.changed_meanwhile.
func (s *Service) Withdraw(ctx context.Context, by core.Actor, village core.Area, id core.ID, version int64) (Entry, error) {
	return s.entry(ctx, by, access.OpKeepBranch, village, func(ctx context.Context, c *command) (core.ID, error) {
		e, err := c.waiting(ctx, id, version)
		if err != nil {
			return 0, err
		}
		if err := c.end(ctx, e.ID, Withdrawn, "", 0); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "withdraw", "branch_entry", id, string(Withdrawn))
	})
}

func (c *command) end(ctx context.Context, id core.ID, state EntryState, reason string, line int64) error {
	_, err := c.tx.Exec(ctx, sqlEnd, string(state), c.by.Name, c.now, reason, line, c.village, id)
	return err
}

// waiting is an entry nobody has decided on.
func (c *command) waiting(ctx context.Context, id core.ID, version int64) (Entry, error) {
	e, err := entryByID(ctx, c.tx, c.village, id)
	switch {
	case err != nil:
		return e, err
	case e.State != Proposed:
		return e, errs.New(errs.Conflict, "branch.decided")
	case version != 0 && version != e.Version:
		return e, errs.New(errs.Conflict, "branch.changed_meanwhile")
	}
	return e, nil
}

// entry runs a command about one entry and reads it.
func (s *Service) entry(ctx context.Context, by core.Actor, op access.Op, village core.Area, fn func(ctx context.Context, c *command) (core.ID, error)) (e Entry, err error) {
	err = s.run(ctx, by, op, village, fn, func(ctx context.Context, tx *store.Tx, id core.ID) (err error) {
		e, err = entryByID(ctx, tx, village, id)
		return err
	})
	return e, err
}
