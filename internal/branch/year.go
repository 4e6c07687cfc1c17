package branch

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Schemes are the schemes of all years, the newest first.
func (s *Service) Schemes(ctx context.Context, by core.Actor, village core.Area) (all []Scheme, err error) {
	err = s.view(ctx, by, village, func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = schemesOf(ctx, tx, village)
		return err
	})
	return all, err
}

// Scheme is the scheme of a year. Where there is none it has the state None and suggests what to begin a draft with: the
// newest year's, else the texts of the reference scheme.
func (s *Service) Scheme(ctx context.Context, by core.Actor, village core.Area, year int64) (one Scheme, err error) {
	err = s.view(ctx, by, village, func(ctx context.Context, tx *store.Tx) error {
		all, err := schemesOf(ctx, tx, village)
		if err != nil {
			return err
		}
		for _, have := range all {
			if have.Year == year {
				one = have
				return nil
			}
		}
		one = Scheme{Year: year, State: None}
		if len(all) > 0 {
			one.Content = all[0].Content
			return nil
		}
		var place string
		if err := tx.Row(ctx, sqlPlace, village).Scan(&place); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		one.Content, err = suggested(place+messages.Text(messages.Chinese, "branch.name", nil), usualGrades())
		return err
	})
	return one, err
}

// usualGrades are the names the yearly appraisal of members commonly has; a branch may write others.
func usualGrades() []Grade {
	all := make([]Grade, 0, 4)
	for _, key := range []string{"excellent", "qualified", "basic", "unqualified"} {
		all = append(all, Grade{TextZh: messages.Text(messages.Chinese, "branch.grade."+key, nil), TextEn: messages.Text(messages.English, "branch.grade."+key, nil),
			From: Unbounded})
	}
	return all
}

// PutDraft writes the draft of a year's scheme, this year's or the next one's. version is the one the writer saw, 0 for a new
// one. Errors: those of Content.check; branch.bad_year; branch.not_draft once it was voted on; branch.changed_meanwhile.
func (s *Service) PutDraft(ctx context.Context, by core.Actor, village core.Area, year, version int64, in Content) (one Scheme, err error) {
	in = in.clean()
	if err := access.Require(by, access.OpKeepBranch, village); err != nil {
		return one, err
	}
	if err := in.check(); err != nil { // looking for red lines takes its time, so it is done outside of the transaction
		return one, err
	}
	err = s.run(ctx, by, access.OpKeepBranch, village, func(ctx context.Context, c *command) (core.ID, error) {
		if this := yearOf(c.today()); year != this && year != this+1 {
			return 0, errs.New(errs.Invalid, "branch.bad_year", "year", this).At("year")
		}
		have, err := schemeOf(ctx, c.tx, village, year)
		switch {
		case err != nil:
			return 0, err
		case have.State != None && have.State != Draft:
			return 0, errs.New(errs.Conflict, "branch.not_draft", "year", year)
		case version != have.Version:
			return 0, errs.New(errs.Conflict, "branch.changed_meanwhile")
		}
		body, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		if _, err := c.tx.Exec(ctx, sqlPutScheme, village, year, string(body), by.Name, c.now); err != nil {
			return 0, err
		}
		return 0, c.logYear(ctx, "put_draft", year, Draft)
	}, readScheme(&one, village, year))
	return one, err
}

func readScheme(into *Scheme, village core.Area, year int64) func(context.Context, *store.Tx, core.ID) error {
	return func(ctx context.Context, tx *store.Tx, _ core.ID) (err error) {
		*into, err = schemeOf(ctx, tx, village, year)
		return err
	}
}

// Adopt records the vote of the branch's meeting on the draft of a year and puts it into force from the vote on, at the
// earliest from the year's first day: every member gets an account of the year with the base of the class. version is that of the draft
// the meeting saw. Errors: branch.no_draft, branch.changed_meanwhile, branch.no_members, branch.due_too_many, those of a vote.
func (s *Service) Adopt(ctx context.Context, by core.Actor, village core.Area, year, version int64, vote rulebook.Vote) (one Scheme, err error) {
	vote.MinutesNo = strings.Join(strings.Fields(vote.MinutesNo), " ")
	err = s.run(ctx, by, access.OpRecordBranchVote, village, func(ctx context.Context, c *command) (core.ID, error) {
		have, err := schemeOf(ctx, c.tx, village, year)
		switch {
		case err != nil:
			return 0, err
		case have.State != Draft || yearOf(c.today()) > year:
			return 0, errs.New(errs.Conflict, "branch.no_draft", "year", year)
		case version != have.Version:
			return 0, errs.New(errs.Conflict, "branch.changed_meanwhile")
		}
		all, err := membersOf(ctx, c.tx, village)
		if err != nil {
			return 0, err
		}
		members := present(all)
		if err := c.checkVote(vote, members); err != nil {
			return 0, err
		}
		have.FromDay = max(firstDay(year), vote.Day)
		if _, err := c.tx.Exec(ctx, sqlAdopt, have.FromDay, vote.Day, vote.Due, vote.Present, vote.InFavour, vote.MinutesNo, by.Name, c.now, village, year); err != nil {
			return 0, err
		}
		if err := c.open(ctx, have, members...); err != nil {
			return 0, err
		}
		return 0, c.logYear(ctx, "adopt", year, InForce)
	}, readScheme(&one, village, year))
	return one, err
}

// checkVote holds a vote to the quorum of the Party members' meeting, of whom no more are due than the branch has.
func (c *command) checkVote(vote rulebook.Vote, members []Member) error {
	if len(members) == 0 {
		return errs.New(errs.Conflict, "branch.no_members")
	}
	if vote.Due > int64(len(members)) {
		return errs.New(errs.Invalid, "branch.due_too_many", "members", len(members)).At("due")
	}
	return rulebook.CheckBranchVote(vote, c.today())
}

func schemesOf(ctx context.Context, tx *store.Tx, village core.Area) (all []Scheme, err error) {
	err = tx.Rows(ctx, sqlSchemes, func(r store.Row) error {
		one, err := scanScheme(r)
		all = append(all, one)
		return err
	}, village)
	return all, err
}

// schemeOf is the zero Scheme with the state None where there is none.
func schemeOf(ctx context.Context, tx *store.Tx, village core.Area, year int64) (Scheme, error) {
	one, err := scanScheme(tx.Row(ctx, sqlScheme, village, year))
	if errors.Is(err, store.ErrNone) {
		return Scheme{Year: year, State: None}, nil
	}
	return one, err
}
