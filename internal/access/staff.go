package access

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// The states of an account.
const (
	Active   = "active"
	Disabled = "disabled"
)

// Staff is an account of somebody who works with the system.
type Staff struct {
	ID         core.ID
	Login      string
	Name       string
	State      string // Active or Disabled
	MustChange bool   // the password was set by somebody else
	TotpOn     bool
	Village    core.Area // of the person's own household, for conflicts of interest; 0 unknown
	Household  core.ID
	Grants     []core.Grant // by area, then role
	CreatedMs  int64
}

// home is the area an act on the account is recorded under: the widest it works in.
func (s Staff) home() core.Area {
	if len(s.Grants) == 0 {
		return 0
	}
	return slices.MinFunc(s.Grants, compareGrants).Area
}

func compareGrants(a, b core.Grant) int {
	switch {
	case a.Area != b.Area:
		return int(max(-1, min(1, a.Area-b.Area)))
	default:
		return strings.Compare(string(a.Role), string(b.Role))
	}
}

// audited is what the audit trail keeps of an account.
func (s Staff) audited() any {
	return struct {
		Login     string       `json:"login"`
		Name      string       `json:"name"`
		State     string       `json:"state"`
		Grants    []core.Grant `json:"grants"`
		Village   core.Area    `json:"village"`
		Household core.ID      `json:"household"`
	}{s.Login, s.Name, s.State, s.Grants, s.Village, s.Household}
}

var loginForm = regexp.MustCompile(`^[a-z][a-z0-9.-]{2,31}$`)

func checkLogin(login string) error {
	if !loginForm.MatchString(login) {
		return errs.New(errs.Invalid, "access.login_format").At("login")
	}
	return nil
}

// maxName is the most characters of a person's name.
const maxName = 40

func checkName(name string) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(name)); n == 0 || n > maxName {
		return errs.New(errs.Invalid, "input.value", "field", "name").At("name")
	}
	return nil
}

// gives says which roles a holder of each role may give, always inside the own area. Nobody gives a role above or beside
// their own, except that the county's department keeps its own accounts, and who supervises a village is never chosen
// by its secretary.
var gives = map[core.Role][]core.Role{
	core.RoleCounty:    {core.RoleCounty, core.RoleTownship, core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor, core.RoleAuditor},
	core.RoleTownship:  {core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor},
	core.RoleSecretary: {core.RoleClerk, core.RoleKeeper},
}

// levels says on which step of the area tree a role can be held.
var levels = map[core.Role][]core.Level{
	core.RoleCounty:     {core.County},
	core.RoleTownship:   {core.Township},
	core.RoleSecretary:  {core.Village},
	core.RoleClerk:      {core.Village},
	core.RoleKeeper:     {core.Village},
	core.RoleSupervisor: {core.Village},
	core.RoleAuditor:    {core.County, core.Township, core.Village},
}

// mayGive says whether the actor may give, take away or manage the holder of a grant.
func mayGive(by core.Actor, grant core.Grant) bool {
	if by.Kind == core.SystemActor {
		return true
	}
	return slices.ContainsFunc(by.Grants, func(own core.Grant) bool {
		return own.Area.Contains(grant.Area) && slices.Contains(gives[own.Role], grant.Role)
	})
}

// checkGrants puts grants in order and refuses a role that does not exist or not on that level, none at all, and one
// the actor may not give.
func checkGrants(by core.Actor, grants []core.Grant) ([]core.Grant, error) {
	if len(grants) == 0 {
		return nil, errs.New(errs.Invalid, "input.required", "field", "grants").At("grants")
	}
	ordered := slices.Clone(grants)
	slices.SortFunc(ordered, compareGrants)
	ordered = slices.Compact(ordered)
	for _, g := range ordered {
		if !slices.Contains(levels[g.Role], g.Area.Level()) {
			return nil, errs.New(errs.Invalid, "access.grant_area", "role", g.Role).At("grants")
		}
		if !mayGive(by, g) {
			return nil, errs.New(errs.Forbidden, "access.grant_rank").At("grants")
		}
	}
	return ordered, nil
}

// requireManager refuses whoever may not manage every role the account holds: resetting a password is as good as
// holding the role.
func requireManager(by core.Actor, held []core.Grant) error {
	for _, g := range held {
		if !mayGive(by, g) {
			return errs.New(errs.Forbidden, "access.grant_rank")
		}
	}
	return nil
}
