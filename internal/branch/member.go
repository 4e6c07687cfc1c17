package branch

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/messages"
	"qunyan/internal/store"
)

// Member is a Party member of the branch.
type Member struct {
	ID        core.ID
	Resident  core.ID
	Name      string
	Household core.ID
	Number    int64 // of the household
	Class     Class
	JoinedDay core.Day
	LeftDay   core.Day // 0 while a member of this branch
	Version   int64
}

// Candidate is a resident marked as a Party member whom the branch does not count among its own.
type Candidate struct {
	Resident core.ID
	Name     string
	Number   int64
	Head     string
}

// Members are all who are or were members, in the order they were entered.
func (s *Service) Members(ctx context.Context, by core.Actor, village core.Area) (all []Member, err error) {
	err = s.view(ctx, by, village, func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = membersOf(ctx, tx, village)
		return err
	})
	return all, err
}

// Candidates are the residents who could be entered as members.
func (s *Service) Candidates(ctx context.Context, by core.Actor, village core.Area) (all []Candidate, err error) {
	err = s.view(ctx, by, village, func(ctx context.Context, tx *store.Tx) error {
		all = nil
		return tx.Rows(ctx, sqlCandidates, func(r store.Row) error {
			var one Candidate
			err := r.Scan(&one.Resident, &one.Name, &one.Number, &one.Head)
			all = append(all, one)
			return err
		}, village)
	})
	return all, err
}

// AddInput is somebody who joins the branch, or comes back to it.
type AddInput struct {
	Resident core.ID
	Class    Class
	Day      core.Day
}

// AddMember enters a resident, whom the register marks as a Party member, and opens the account of every year whose scheme is in force
// with the base of the class. Errors: branch.bad_class, branch.bad_day, branch.not_party, branch.already_member.
func (s *Service) AddMember(ctx context.Context, by core.Actor, village core.Area, in AddInput) (m Member, err error) {
	err = s.run(ctx, by, access.OpKeepBranch, village, func(ctx context.Context, c *command) (core.ID, error) {
		if _, ok := (Bases{}).Of(in.Class); !ok {
			return 0, errs.New(errs.Invalid, "branch.bad_class").At("class")
		}
		if !in.Day.Valid() || in.Day > c.today() {
			return 0, errs.New(errs.Invalid, "branch.bad_day").At("day")
		}
		id, err := c.enter(ctx, in)
		if err != nil {
			return 0, err
		}
		if err := c.openYears(ctx, id, in.Class, yearOf(in.Day)); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "add_member", "branch_member", id, "member")
	}, func(ctx context.Context, tx *store.Tx, id core.ID) (err error) {
		m, err = memberByID(ctx, tx, village, id)
		return err
	})
	return m, err
}

func (c *command) enter(ctx context.Context, in AddInput) (core.ID, error) {
	var party bool
	var state string
	switch err := c.tx.Row(ctx, sqlResident, c.village, in.Resident).Scan(store.Bool(&party), &state); {
	case errors.Is(err, store.ErrNone):
		return 0, errs.New(errs.NotFound, "directory.no_resident").At("resident")
	case err != nil:
		return 0, err
	case !party || state != "active":
		return 0, errs.New(errs.Conflict, "branch.not_party").At("resident")
	}
	var id core.ID
	var left core.Day
	switch err := c.tx.Row(ctx, sqlMemberOf, c.village, in.Resident).Scan(&id, &left); {
	case errors.Is(err, store.ErrNone):
		id = c.ids.Next()
		_, err := c.tx.Exec(ctx, sqlInsertMember, c.village, id, in.Resident, string(in.Class), in.Day)
		return id, err
	case err != nil:
		return 0, err
	case left == 0:
		return 0, errs.New(errs.Conflict, "branch.already_member").At("resident")
	}
	_, err := c.tx.Exec(ctx, sqlUpdateMember, string(in.Class), in.Day, core.Day(0), c.village, id)
	return id, err
}

// openYears opens a member's account in every year from the given one on whose scheme is in force.
func (c *command) openYears(ctx context.Context, member core.ID, class Class, from int64) error {
	schemes, err := schemesOf(ctx, c.tx, c.village)
	if err != nil {
		return err
	}
	for _, one := range schemes {
		if one.State != InForce || one.Year < from {
			continue
		}
		if err := c.open(ctx, one, Member{ID: member, Class: class}); err != nil {
			return err
		}
	}
	return nil
}

// open gives members their account of a year, each with a line for the base. Who has it already is left as it is.
func (c *command) open(ctx context.Context, s Scheme, members ...Member) error {
	var vouchers [][]ledger.Entry
	for _, m := range members {
		base, _ := s.Bases.Of(m.Class)
		id := c.ids.Next()
		made, err := c.tx.Exec(ctx, sqlInsertYear, c.village, id, s.Year, m.ID, string(m.Class), base)
		if err != nil {
			return err
		}
		if made == 0 || base == 0 {
			continue
		}
		vouchers = append(vouchers, []ledger.Entry{entryOf(ledger.MemberBase, id, base, id)})
	}
	_, err := ledger.PostMany(ctx, c.tx, c.stamp(), vouchers)
	return err
}

// entryOf makes a line whose text says nothing but its kind: what it is for stands in the branch's own rows.
func entryOf(kind ledger.Kind, owner core.ID, points core.Points, ref core.ID) ledger.Entry {
	key := "book.kind." + kind.String()
	return ledger.Entry{Kind: kind, Owner: owner, Amount: int64(points), Ref: ref,
		MemoZh: messages.Text(messages.Chinese, key, nil), MemoEn: messages.Text(messages.English, key, nil)}
}

// ChangeInput changes a member's class, or says that they left the branch.
type ChangeInput struct {
	ID      core.ID
	Version int64
	Class   Class    // '' leaves it; the base of a year that is open stays
	Left    core.Day // 0 for none
}

// ChangeMember changes a member. Errors: branch.no_member, branch.changed_meanwhile, branch.bad_class, branch.bad_day.
func (s *Service) ChangeMember(ctx context.Context, by core.Actor, village core.Area, in ChangeInput) (m Member, err error) {
	err = s.run(ctx, by, access.OpKeepBranch, village, func(ctx context.Context, c *command) (core.ID, error) {
		m, err := memberByID(ctx, c.tx, village, in.ID)
		switch {
		case err != nil:
			return 0, err
		case in.Version != 0 && m.Version != in.Version, m.LeftDay != 0:
			return 0, errs.New(errs.Conflict, "branch.changed_meanwhile")
		}
		if in.Class != "" {
			m.Class = in.Class
		}
		if _, ok := (Bases{}).Of(m.Class); !ok {
			return 0, errs.New(errs.Invalid, "branch.bad_class").At("class")
		}
		if in.Left != 0 && (!in.Left.Valid() || in.Left > c.today() || in.Left < m.JoinedDay) {
			return 0, errs.New(errs.Invalid, "branch.bad_day").At("left_day")
		}
		if _, err := c.tx.Exec(ctx, sqlUpdateMember, string(m.Class), m.JoinedDay, in.Left, village, in.ID); err != nil {
			return 0, err
		}
		state := "member"
		if in.Left != 0 {
			state = "left"
		}
		return in.ID, c.log(ctx, "change_member", "branch_member", in.ID, state)
	}, func(ctx context.Context, tx *store.Tx, id core.ID) (err error) {
		m, err = memberByID(ctx, tx, village, id)
		return err
	})
	return m, err
}

func membersOf(ctx context.Context, tx *store.Tx, village core.Area) (all []Member, err error) {
	err = tx.Rows(ctx, sqlMembers, func(r store.Row) error {
		m, err := scanMember(r)
		all = append(all, m)
		return err
	}, village)
	return all, err
}

func memberByID(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Member, error) {
	m, err := scanMember(tx.Row(ctx, sqlMember, village, id))
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "branch.no_member")
	}
	return m, err
}

// present are those who are members now.
func present(all []Member) (now []Member) {
	for _, m := range all {
		if m.LeftDay == 0 {
			now = append(now, m)
		}
	}
	return now
}
