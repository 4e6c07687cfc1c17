package access

import (
	"context"
	"errors"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// NewStaff describes an account to be made.
type NewStaff struct {
	Login     string
	Name      string
	Grants    []core.Grant
	Village   core.Area // of the person's own household; 0 if none is known
	Household core.ID
}

// CreateStaff makes an account with a first password that must be changed at the first sign-in.
func (s *Service) CreateStaff(ctx context.Context, by core.Actor, in NewStaff) (Staff, string, error) {
	if err := RequireAnywhere(by, OpManageStaff); err != nil {
		return Staff{}, "", err
	}
	fresh, err := s.newStaff(by, in)
	if err != nil {
		return Staff{}, "", err
	}
	password := s.secretsFor(by).password(fresh.Login)
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Staff{}, "", err
	}
	var staff Staff
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, err := store.Once(ctx, tx, by, fresh.home(), s.clock.Now(), func() (core.ID, error) {
			fresh.ID = s.ids.Next()
			return fresh.ID, s.insert(ctx, tx, by, fresh, hash)
		})
		if err != nil {
			return err
		}
		made, err := readAccount(ctx, tx, id)
		staff = made.Staff
		return err
	})
	return staff, password, err
}

// CreateMany makes accounts that share one first password, for setting up a county or the demo: a hash takes tens of
// milliseconds, and a county has thousands of accounts. Either all are made or none.
func (s *Service) CreateMany(ctx context.Context, by core.Actor, ins []NewStaff, password string, mustChange bool) ([]Staff, error) {
	if err := RequireAnywhere(by, OpManageStaff); err != nil {
		return nil, err
	}
	made := make([]Staff, 0, len(ins))
	for _, in := range ins {
		staff, err := s.newStaff(by, in)
		if err != nil {
			return nil, err
		}
		staff.ID, staff.MustChange = s.ids.Next(), mustChange
		made = append(made, staff)
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, staff := range made {
			if err := s.insert(ctx, tx, by, staff, hash); err != nil {
				return err
			}
		}
		return nil
	})
	return made, err
}

func (s *Service) newStaff(by core.Actor, in NewStaff) (Staff, error) {
	login := strings.ToLower(strings.TrimSpace(in.Login))
	if err := checkLogin(login); err != nil {
		return Staff{}, err
	}
	if err := checkName(in.Name); err != nil {
		return Staff{}, err
	}
	grants, err := checkGrants(by, in.Grants)
	if err != nil {
		return Staff{}, err
	}
	return Staff{
		Login: login, Name: strings.TrimSpace(in.Name), State: Active, MustChange: true,
		Village: in.Village, Household: in.Household, Grants: grants, CreatedMs: s.clock.Now(),
	}, nil
}

func (s *Service) insert(ctx context.Context, tx *store.Tx, by core.Actor, staff Staff, hash string) error {
	if err := checkPlaces(ctx, tx, staff); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, insertStaffSQL, staff.ID, staff.Login, staff.Name, hash, staff.Village, staff.Household,
		staff.State, staff.MustChange, staff.CreatedMs)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "access.login_taken").At("login")
	}
	if err := insertGrants(ctx, tx, staff.ID, staff.Grants); err != nil {
		return err
	}
	return s.audit(ctx, tx, by, staff, "access.create_staff", nil, staff.audited())
}

// checkPlaces sees to it that the areas of the grants and the own household exist.
func checkPlaces(ctx context.Context, tx *store.Tx, staff Staff) error {
	for _, g := range staff.Grants {
		var code core.Area
		err := tx.Row(ctx, areaExistsSQL, g.Area).Scan(&code)
		if errors.Is(err, store.ErrNone) {
			return errs.New(errs.NotFound, "access.no_area").At("grants")
		}
		if err != nil {
			return err
		}
	}
	if staff.Household == 0 {
		return nil
	}
	return requireHousehold(ctx, tx, staff.Village, staff.Household)
}

func requireHousehold(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) error {
	var state string
	err := tx.Row(ctx, householdStateSQL, village, household).Scan(&state)
	if errors.Is(err, store.ErrNone) {
		return errs.New(errs.NotFound, "access.no_household").At("household")
	}
	return err
}

// StaffEdit is a change of an account; a nil field stays as it is.
type StaffEdit struct {
	ID        core.ID
	Name      *string
	State     *string
	Grants    []core.Grant // nil stays, empty is refused
	Village   *core.Area
	Household *core.ID
}

// UpdateStaff changes an account that the actor may manage, never the actor's own. Disabling ends its sessions; changed
// roles count from the next request on.
func (s *Service) UpdateStaff(ctx context.Context, by core.Actor, in StaffEdit) (Staff, error) {
	if err := RequireAnywhere(by, OpManageStaff); err != nil {
		return Staff{}, err
	}
	var after Staff
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, err := s.managed(ctx, tx, by, in.ID)
		if err != nil {
			return err
		}
		_, err = store.Once(ctx, tx, by, before.home(), s.clock.Now(), func() (core.ID, error) {
			changed, err := applyEdit(by, before.Staff, in)
			if err != nil {
				return 0, err
			}
			return in.ID, s.save(ctx, tx, by, before.Staff, changed)
		})
		if err != nil {
			return err
		}
		now, err := readAccount(ctx, tx, in.ID)
		after = now.Staff
		return err
	})
	return after, err
}

func applyEdit(by core.Actor, staff Staff, in StaffEdit) (Staff, error) {
	if in.Name != nil {
		if err := checkName(*in.Name); err != nil {
			return Staff{}, err
		}
		staff.Name = strings.TrimSpace(*in.Name)
	}
	if in.State != nil {
		if *in.State != Active && *in.State != Disabled {
			return Staff{}, errs.New(errs.Invalid, "input.value", "field", "state").At("state")
		}
		staff.State = *in.State
	}
	if in.Grants != nil {
		grants, err := checkGrants(by, in.Grants)
		if err != nil {
			return Staff{}, err
		}
		staff.Grants = grants
	}
	if in.Village != nil {
		staff.Village = *in.Village
	}
	if in.Household != nil {
		staff.Household = *in.Household
	}
	return staff, nil
}

func (s *Service) save(ctx context.Context, tx *store.Tx, by core.Actor, before, after Staff) error {
	if err := checkPlaces(ctx, tx, after); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, updateStaffSQL, after.Name, after.State, after.Village, after.Household, s.clock.Now(), after.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, deleteGrantsSQL, after.ID); err != nil {
		return err
	}
	if err := insertGrants(ctx, tx, after.ID, after.Grants); err != nil {
		return err
	}
	if after.State == Disabled {
		if _, err := tx.Exec(ctx, endStaffSessionsSQL, after.ID); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, by, after, "access.update_staff", before.audited(), after.audited())
}

// managed reads an account that the actor may manage; access.no_staff for one outside of the own area, so that nobody
// can find out which accounts other areas have.
func (s *Service) managed(ctx context.Context, tx *store.Tx, by core.Actor, id core.ID) (account, error) {
	found, err := takeAccount(ctx, tx, id)
	if err != nil {
		return account{}, err
	}
	if by.Kind == core.StaffActor && by.ID == id {
		return account{}, errs.New(errs.Forbidden, "access.own_account")
	}
	if !overlaps(by, found.Grants) {
		return account{}, errs.New(errs.NotFound, "access.no_staff")
	}
	return found, requireManager(by, found.Grants)
}

func overlaps(by core.Actor, held []core.Grant) bool {
	for _, g := range held {
		if Can(by, OpManageStaff, g.Area) {
			return true
		}
	}
	return len(held) == 0
}

// ResetPassword gives an account a new first password, ends its sessions, lifts a lock and turns phone codes off: it is
// what helps somebody who lost password or phone.
func (s *Service) ResetPassword(ctx context.Context, by core.Actor, id core.ID) (string, error) {
	if err := RequireAnywhere(by, OpManageStaff); err != nil {
		return "", err
	}
	password := s.secretsFor(by).password(id.String())
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err := s.managed(ctx, tx, by, id)
		if err != nil {
			return err
		}
		_, err = store.Once(ctx, tx, by, found.home(), s.clock.Now(), func() (core.ID, error) {
			if _, err := tx.Exec(ctx, resetPasswordSQL, hash, s.clock.Now(), id); err != nil {
				return 0, err
			}
			if _, err := tx.Exec(ctx, endStaffSessionsSQL, id); err != nil {
				return 0, err
			}
			return id, s.audit(ctx, tx, by, found.Staff, "access.reset_password", nil, nil)
		})
		return err
	})
	return password, err
}

// ChangePassword changes the signed-in account's own password. Every session of the account ends, and a new one is
// opened for the browser at hand.
func (s *Service) ChangePassword(ctx context.Context, by core.Actor, old, new string) (opened Opened, err error) {
	if by.Kind != core.StaffActor {
		return Opened{}, errs.New(errs.Unauthenticated, "access.sign_in")
	}
	own, err := s.accountByID(ctx, by.ID)
	if err != nil {
		return Opened{}, err
	}
	if now := s.clock.Now(); now < own.lockedUntilMs {
		return Opened{}, lockedError("access.locked", own.lockedUntilMs, now)
	}
	right, err := s.hasher.matches(ctx, old, own.passHash)
	if err != nil {
		return Opened{}, err
	}
	if !right {
		return Opened{}, s.failed(ctx, by, own, errs.New(errs.Forbidden, "access.password_wrong").At("old"))
	}
	if old == new {
		return Opened{}, errs.New(errs.Invalid, "access.password_same").At("new")
	}
	if err := checkPassword(new, own.Login, own.Name); err != nil {
		return Opened{}, err
	}
	hash, err := s.hasher.hash(ctx, new)
	if err != nil {
		return Opened{}, err
	}
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, changePasswordSQL, hash, s.clock.Now(), own.ID, own.passHash)
		if err != nil {
			return err
		}
		if n == 0 { // somebody reset it meanwhile
			return errs.New(errs.Unauthenticated, "access.sign_in")
		}
		if _, err := tx.Exec(ctx, endStaffSessionsSQL, own.ID); err != nil {
			return err
		}
		own.MustChange = false
		if opened, err = s.open(ctx, tx, by, own.Staff); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, own.Staff, "access.change_password", nil, nil)
	})
	return opened, err
}

// StaffFilter narrows a list of accounts. Query is looked for in login and name.
type StaffFilter struct {
	Area  core.Area
	Query string
}

// ListStaff gives the accounts with a role inside an area, by login. next is "" on the last page.
func (s *Service) ListStaff(ctx context.Context, by core.Actor, filter StaffFilter, page core.Page) (found []Staff, next string, err error) {
	if err := Require(by, OpManageStaff, filter.Area); err != nil {
		return nil, "", err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		found, next, err = listStaff(ctx, tx, filter, page)
		return err
	})
	return found, next, err
}
