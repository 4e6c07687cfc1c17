package demo

import (
	"context"
	"fmt"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
)

// Password opens every account of the demo, and Pin every card that has one. Both are printed.
const (
	Password = "chun-hua-qiu-shi-2021"
	Pin      = "730426"
)

// role is one account to be made.
type role struct {
	login, name string
	role        core.Role
	area        core.Area
	actor       *core.Actor // where the actor goes
}

// cast makes the accounts of the county and of the townships, and four in every village with a shop: secretary, clerk,
// keeper and supervisor. Villages that are shown have a second supervisor, who decides what concerns
// the first one's household.
func (d *Demo) cast(ctx context.Context) error {
	names := newNames(seeded(d.county))
	name := func(role core.Role) string {
		if role == core.RoleKeeper || role == core.RoleClerk {
			return names.unique(women)
		}
		return names.unique(men)
	}
	roles := []role{
		{"county", name(core.RoleCounty), core.RoleCounty, d.county, &d.official},
		{"auditor", name(core.RoleAuditor), core.RoleAuditor, d.county, &d.auditor},
	}
	for _, v := range d.shops {
		for _, one := range []struct {
			role  core.Role
			actor *core.Actor
		}{{core.RoleSecretary, &v.secretary}, {core.RoleClerk, &v.clerk}, {core.RoleKeeper, &v.keeper}, {core.RoleSupervisor, &v.supervisor}} {
			roles = append(roles, role{d.login(v, one.role), name(one.role), one.role, v.code, one.actor})
		}
	}
	for _, v := range d.shown() {
		roles = append(roles,
			role{d.login(v, core.RoleTownship), name(core.RoleTownship), core.RoleTownship, v.code.Parent(), &v.reviewer},
			role{d.login(v, core.RoleSupervisor) + "-b", name(core.RoleSupervisor), core.RoleSupervisor, v.code, &v.colleague})
	}
	officers := map[core.Area]*core.Actor{}
	for _, v := range d.shown() {
		officers[v.code.Parent()] = &v.reviewer
	}
	for _, v := range d.shops { // somebody in each township puts its villages' rules on file
		township := v.code.Parent()
		if officers[township] == nil {
			officers[township] = &v.reviewer
			roles = append(roles, role{string(core.RoleTownship) + "-" + township.String(), name(core.RoleTownship), core.RoleTownship, township, &v.reviewer})
		}
	}
	if err := d.hire(ctx, roles); err != nil {
		return err
	}
	for _, v := range d.shops {
		v.reviewer = *officers[v.code.Parent()]
	}
	return nil
}

// login is short in the village that is shown first: it is typed by hand, over and over.
func (d *Demo) login(v *village, role core.Role) string {
	switch v {
	case d.village:
		return string(role)
	case d.community:
		return string(role) + "2"
	}
	return string(role) + "-" + v.code.String()
}

func (d *Demo) hire(ctx context.Context, roles []role) error {
	ins := make([]access.NewStaff, len(roles))
	for i, r := range roles {
		ins[i] = access.NewStaff{Login: r.login, Name: r.name, Grants: []core.Grant{{Role: r.role, Area: r.area}}}
	}
	made, err := d.p.Access.CreateMany(ctx, core.System("demo"), ins, Password, false)
	if err != nil {
		return err
	}
	for i, staff := range made {
		*roles[i].actor = core.Actor{Kind: core.StaffActor, ID: staff.ID, Name: staff.Name, Grants: staff.Grants, From: office(roles[i].area)}
		d.staff = append(d.staff, Login{Role: string(roles[i].role), Login: roles[i].login, Password: Password, Area: roles[i].area, Name: roles[i].name})
	}
	return nil
}

// office is a made-up address of a village's office, for the audit trail.
func office(area core.Area) string { return fmt.Sprintf("10.52.%d.%d", area/1000%250, area%250) }

// moveIn tells the directory in which household somebody of the staff lives, so that the demo shows that nobody decides
// about, or serves, their own.
func (d *Demo) moveIn(ctx context.Context, v *village, who *core.Actor, h home) error {
	_, err := d.p.Access.UpdateStaff(ctx, core.System("demo"), access.StaffEdit{ID: who.ID, Village: &v.code, Household: &h.id})
	who.Village, who.Household = v.code, h.id
	return err
}

// short is a name without what every such name ends in, for titles.
func short(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, "村"), "社区")
}
