package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Nobody gives a role above their own or outside of their area, whatever the role.
func TestWhoMayGiveWhichRoleWhere(t *testing.T) {
	t.Parallel()
	o := open(t)
	at := func(role core.Role, area core.Area) core.Grant { return core.Grant{Role: role, Area: area} }
	village := []core.Role{core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor}
	grants := []core.Grant{at(core.RoleCounty, o.county), at(core.RoleTownship, o.township), at(core.RoleTownship, o.foreign.Parent()),
		at(core.RoleAuditor, o.county), at(core.RoleAuditor, o.township), at(core.RoleAuditor, o.village)}
	for _, role := range village {
		grants = append(grants, at(role, o.village), at(role, o.foreign))
	}
	may := map[core.Role]func(g core.Grant) bool{
		core.RoleCounty:   func(core.Grant) bool { return true },
		core.RoleTownship: func(g core.Grant) bool { return g.Area == o.village && slices.Contains(village, g.Role) },
		core.RoleSecretary: func(g core.Grant) bool {
			return g.Area == o.village && (g.Role == core.RoleClerk || g.Role == core.RoleKeeper)
		},
		core.RoleClerk: func(core.Grant) bool { return false }, core.RoleKeeper: func(core.Grant) bool { return false },
		core.RoleSupervisor: func(core.Grant) bool { return false }, core.RoleAuditor: func(core.Grant) bool { return false },
	}
	own := map[core.Role]core.Area{core.RoleCounty: o.county, core.RoleTownship: o.township, core.RoleAuditor: o.county}
	for role, allowed := range may {
		area := own[role]
		if area == 0 {
			area = o.village
		}
		by := o.actor("the-"+string(role), at(role, area))
		for i, g := range grants {
			staff, first, err := o.svc.CreateStaff(context.Background(), by, access.NewStaff{Login: fmt.Sprintf("%s-%d", role, i), Name: "新人", Grants: []core.Grant{g}})
			if allowed(g) != (err == nil) {
				t.Errorf("%s gives %s in %s: %v", role, g.Role, g.Area, err)
			}
			if err != nil {
				if errs.KindOf(err) != errs.Forbidden {
					t.Errorf("%s gives %s in %s: %v", role, g.Role, g.Area, err)
				}
				continue
			}
			if !staff.MustChange || len(first) != 14 {
				t.Errorf("made %+v with %q", staff, first)
			}
		}
	}
}

// A password reset is as good as holding the role.
func TestNobodyManagesTheirBetters(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	secretary := o.actor("secretary", core.Grant{Role: core.RoleSecretary, Area: o.village})
	township := o.actor("township", core.Grant{Role: core.RoleTownship, Area: o.township})
	county := o.actor("county", core.Grant{Role: core.RoleCounty, Area: o.county})
	supervisor := o.hire("supervisor", core.Grant{Role: core.RoleSupervisor, Area: o.village})
	foreign := o.hire("foreign", core.Grant{Role: core.RoleClerk, Area: o.foreign})
	both := o.hire("both", core.Grant{Role: core.RoleClerk, Area: o.village}, core.Grant{Role: core.RoleClerk, Area: o.foreign})
	name := "改名"
	for _, c := range []struct {
		what string
		by   core.Actor
		id   core.ID
		code string
	}{
		{"a secretary and the supervisor who watches them", secretary, supervisor.ID, "access.grant_rank"},
		{"a secretary and the township", secretary, township.ID, "access.no_staff"},
		{"a secretary and another village's clerk", secretary, foreign.ID, "access.no_staff"},
		{"a secretary and a clerk who also works elsewhere", secretary, both.ID, "access.grant_rank"},
		{"a township and the county", township, county.ID, "access.no_staff"},
		{"a township and another township's clerk", township, foreign.ID, "access.no_staff"},
		{"oneself", county, county.ID, "access.own_account"},
		{"nobody at all", county, 4711, "access.no_staff"},
	} {
		_, err := o.svc.ResetPassword(ctx, c.by, c.id)
		if err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: reset: %v, want %s", c.what, err, c.code)
		}
		_, err = o.svc.UpdateStaff(ctx, c.by, access.StaffEdit{ID: c.id, Name: &name})
		if err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: update: %v, want %s", c.what, err, c.code)
		}
	}
	if _, err := o.svc.ResetPassword(ctx, township, supervisor.ID); err != nil {
		t.Errorf("the township and a village's supervisor: %v", err)
	}
}

func TestBadAccountsAreRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	county := o.actor("county", core.Grant{Role: core.RoleCounty, Area: o.county})
	clerkAt := func(area core.Area) []core.Grant { return []core.Grant{{Role: core.RoleClerk, Area: area}} }
	good := access.NewStaff{Login: "new.clerk", Name: "王芳", Grants: clerkAt(o.village)}
	for what, c := range map[string]struct {
		change func(*access.NewStaff)
		code   string
	}{
		"a login with blanks":       {func(n *access.NewStaff) { n.Login = "new clerk" }, "access.login_format"},
		"a login of two letters":    {func(n *access.NewStaff) { n.Login = "ab" }, "access.login_format"},
		"a login in Chinese":        {func(n *access.NewStaff) { n.Login = "王芳王芳" }, "access.login_format"},
		"a login that is taken":     {func(n *access.NewStaff) { n.Login = "County" }, "access.login_taken"},
		"no name":                   {func(n *access.NewStaff) { n.Name = "  " }, "input.value"},
		"an endless name":           {func(n *access.NewStaff) { n.Name = strings.Repeat("王", 41) }, "input.value"},
		"no role":                   {func(n *access.NewStaff) { n.Grants = nil }, "input.required"},
		"a clerk of a county":       {func(n *access.NewStaff) { n.Grants = clerkAt(o.county) }, "access.grant_area"},
		"a clerk of nowhere":        {func(n *access.NewStaff) { n.Grants = clerkAt(0) }, "access.grant_area"},
		"a role that is none":       {func(n *access.NewStaff) { n.Grants[0].Role = "mayor" }, "access.grant_area"},
		"a pseudo role":             {func(n *access.NewStaff) { n.Grants[0].Role = access.System }, "access.grant_area"},
		"a village not in the list": {func(n *access.NewStaff) { n.Grants = clerkAt(o.county*1_000_000 + 999_999) }, "access.no_area"},
		"an unknown household":      {func(n *access.NewStaff) { n.Village, n.Household = o.village, 5 }, "access.no_household"},
	} {
		in := good
		in.Grants = slices.Clone(good.Grants)
		c.change(&in)
		_, _, err := o.svc.CreateStaff(context.Background(), county, in)
		if err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
	if _, _, err := o.svc.CreateStaff(context.Background(), county, good); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// The answer to a creation may be lost on the way; sent again, it shows the same first password, which is stored nowhere.
func TestARepeatedCreationGivesTheSamePassword(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	county := o.actor("county", core.Grant{Role: core.RoleCounty, Area: o.county})
	in := access.NewStaff{Login: "new.clerk", Name: "王芳", Grants: []core.Grant{{Role: core.RoleClerk, Area: o.village}}}
	made, first, err := o.svc.CreateStaff(ctx, intent(county, "create-1", 1), in)
	if err != nil {
		t.Fatal(err)
	}
	again, second, err := o.svc.CreateStaff(ctx, intent(county, "create-1", 1), in)
	if err != nil || again.ID != made.ID || second != first {
		t.Errorf("again: %v, %q and %q, %v", again.ID == made.ID, first, second, err)
	}
	_, _, err = o.svc.CreateStaff(ctx, intent(county, "create-1", 2), in)
	wantCode(t, err, "store.key_reused")
	if _, err := o.signIn("new.clerk", first, ""); err != nil {
		t.Errorf("the first password does not open: %v", err)
	}
	reset, err := o.svc.ResetPassword(ctx, intent(county, "reset-1", 1), made.ID)
	if err != nil || reset == first {
		t.Fatalf("reset: %q, %v", reset, err)
	}
	if same, err := o.svc.ResetPassword(ctx, intent(county, "reset-1", 1), made.ID); err != nil || same != reset {
		t.Errorf("reset again: %v, %v", same == reset, err)
	}
	if trail := o.trail(); strings.Contains(trail, first) || strings.Contains(trail, reset) {
		t.Error("a password stands in the audit trail")
	}
}

func TestChangedRolesCountAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	township := o.actor("township", core.Grant{Role: core.RoleTownship, Area: o.township})
	clerk := o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	opened := o.mustSignIn("clerk")
	after, err := o.svc.UpdateStaff(ctx, township, access.StaffEdit{ID: clerk.ID, Grants: []core.Grant{
		{Role: core.RoleSupervisor, Area: o.village}, {Role: core.RoleKeeper, Area: o.village}, {Role: core.RoleKeeper, Area: o.village},
	}})
	if err != nil || len(after.Grants) != 2 {
		t.Fatalf("%+v, %v", after.Grants, err)
	}
	by, _, err := o.svc.Session(ctx, opened.Token)
	if err != nil || access.Can(by, access.OpSubmitClaim, o.village) || !access.Can(by, access.OpRedeem, o.village) {
		t.Errorf("the open session acts as %+v, %v", by.Grants, err)
	}
	if trail := o.trail(); !strings.Contains(trail, `"role":"clerk"`) || !strings.Contains(trail, `"role":"keeper"`) {
		t.Errorf("the audit trail does not tell before and after:\n%s", trail)
	}
}

func TestStaffAreListedByAreaAndFoundByName(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	county := o.actor("z-county", core.Grant{Role: core.RoleCounty, Area: o.county})
	township := o.actor("township", core.Grant{Role: core.RoleTownship, Area: o.township})
	for i := range 5 {
		o.hire(fmt.Sprintf("clerk-%d", i), core.Grant{Role: core.RoleClerk, Area: o.village})
	}
	o.hire("foreign", core.Grant{Role: core.RoleClerk, Area: o.foreign})
	logins := func(by core.Actor, filter access.StaffFilter, limit int) (found []string) {
		page := core.Page{Limit: limit}
		for {
			staff, next, err := o.svc.ListStaff(ctx, by, filter, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range staff {
				found = append(found, s.Login)
			}
			if page.Cursor = next; next == "" {
				return found
			}
		}
	}
	for what, c := range map[string]struct {
		by     core.Actor
		filter access.StaffFilter
		limit  int
		want   string
	}{
		"a county, in pages":  {county, access.StaffFilter{Area: o.county}, 3, "clerk-0 clerk-1 clerk-2 clerk-3 clerk-4 foreign township z-county"},
		"a township":          {township, access.StaffFilter{Area: o.township}, 50, "clerk-0 clerk-1 clerk-2 clerk-3 clerk-4 township"},
		"a village, in pages": {township, access.StaffFilter{Area: o.village}, 5, "clerk-0 clerk-1 clerk-2 clerk-3 clerk-4"},
		"a search":            {county, access.StaffFilter{Area: o.county, Query: "-3"}, 50, "clerk-3"},
		"a search for a sign": {county, access.StaffFilter{Area: o.county, Query: "%"}, 50, ""},
		"a search for a name": {county, access.StaffFilter{Area: o.village, Query: "某"}, 2, "clerk-0 clerk-1 clerk-2 clerk-3 clerk-4"},
	} {
		if got := strings.Join(logins(c.by, c.filter, c.limit), " "); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	_, _, err := o.svc.ListStaff(ctx, township, access.StaffFilter{Area: o.county}, core.Page{})
	wantCode(t, err, "access.forbidden")
}
