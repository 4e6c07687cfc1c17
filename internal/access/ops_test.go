package access_test

import (
	"slices"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/core"
)

func staff(grants ...core.Grant) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: 1, Grants: grants}
}

const (
	county   core.Area = 520524
	township core.Area = 520524100
	village  core.Area = 520524100201
	foreign  core.Area = 520524101201
)

// The areas each role can be held in, and one it then reaches.
func TestARoleReachesIntoItsAreaAndNoFurther(t *testing.T) {
	t.Parallel()
	at := map[core.Role]core.Area{
		core.RoleCounty: county, core.RoleTownship: township, core.RoleAuditor: township, core.RoleSecretary: village,
		core.RoleClerk: village, core.RoleKeeper: village, core.RoleSupervisor: village,
	}
	for op, roles := range access.Table() {
		for role, area := range at {
			by := staff(core.Grant{Role: role, Area: area})
			want := slices.Contains(roles, role) || slices.Contains(roles, access.Anybody)
			if got := access.Can(by, op, village); got != want {
				t.Errorf("%s, %s in its own village: %v, want %v", role, op, got, want)
			}
			wantForeign := want && (role == core.RoleCounty || slices.Contains(roles, access.Anybody))
			if got := access.Can(by, op, foreign); got != wantForeign {
				t.Errorf("%s of %s, %s in %s: %v, want %v", role, area, op, foreign, got, wantForeign)
			}
			if got := access.Anywhere(by, op); got != want {
				t.Errorf("%s, %s anywhere: %v, want %v", role, op, got, want)
			}
		}
	}
}

func TestAVillageRoleDoesNotReachUp(t *testing.T) {
	t.Parallel()
	secretary := staff(core.Grant{Role: core.RoleSecretary, Area: village})
	for _, area := range []core.Area{township, county, 0, village + 1} {
		if access.Can(secretary, access.OpReadReports, area) {
			t.Errorf("a village secretary reads the reports of %d", area)
		}
	}
}

// domain.md §3: keeper ≠ approver, whatever else the person may be.
func TestWhoKeepsTheShopReviewsNothingThere(t *testing.T) {
	t.Parallel()
	both := staff(core.Grant{Role: core.RoleSecretary, Area: village}, core.Grant{Role: core.RoleKeeper, Area: village})
	if access.Can(both, access.OpReviewClaim, village) {
		t.Error("a keeper reviews because they are also secretary")
	}
	if !access.Can(both, access.OpCloseMonth, village) || !access.Can(both, access.OpRedeem, village) {
		t.Error("the other rights of both roles are gone too")
	}
	elsewhere := staff(core.Grant{Role: core.RoleSecretary, Area: village}, core.Grant{Role: core.RoleKeeper, Area: foreign})
	if !access.Can(elsewhere, access.OpReviewClaim, village) {
		t.Error("keeping another village's shop bars from reviewing at home")
	}
	if slices.Contains(access.Table()[access.OpReviewClaim], core.RoleKeeper) {
		t.Error("the table lets keepers review")
	}
}

// domain.md §3: read-only auditor.
func TestTheAuditorOnlyReads(t *testing.T) {
	t.Parallel()
	reads := []access.Op{access.OpReadVillage, access.OpReadReports, access.OpReadAudit, access.OpReadFairness}
	for op, roles := range access.Table() {
		if slices.Contains(roles, core.RoleAuditor) != slices.Contains(reads, op) {
			t.Errorf("auditor and %s", op)
		}
	}
}

func TestACardReachesItsOwnVillageOnly(t *testing.T) {
	t.Parallel()
	card := core.Actor{Kind: core.CardActor, ID: 1, Village: village, Household: 2}
	unlocked := card
	unlocked.Unlocked = true
	for _, c := range []struct {
		name string
		by   core.Actor
		op   access.Op
		area core.Area
		want bool
		code string
	}{
		{"reads its passbook", card, access.OpReadCard, village, true, ""},
		{"does not apply before its PIN", card, access.OpSubmitClaim, village, false, "access.pin_needed"},
		{"does not upload before its PIN", card, access.OpUseCard, village, false, "access.pin_needed"},
		{"applies after its PIN", unlocked, access.OpSubmitClaim, village, true, ""},
		{"applies nowhere else", unlocked, access.OpSubmitClaim, foreign, false, "access.forbidden"},
		{"reads no other village", card, access.OpReadCard, foreign, false, "access.forbidden"},
		{"reads no staff pages", unlocked, access.OpReadVillage, village, false, "access.forbidden"},
		{"reviews nothing", unlocked, access.OpReviewClaim, village, false, "access.forbidden"},
		{"objects", card, access.OpObject, village, true, ""},
	} {
		if got := access.Can(c.by, c.op, c.area); got != c.want {
			t.Errorf("a card %s: %v", c.name, got)
		}
		if err := access.Require(c.by, c.op, c.area); !c.want {
			wantCode(t, err, c.code)
		}
	}
}

func TestNobodyIsAskedToSignIn(t *testing.T) {
	t.Parallel()
	for op, roles := range access.Table() {
		err := access.Require(core.Actor{}, op, village)
		if slices.Contains(roles, access.Anybody) {
			if err != nil {
				t.Errorf("%s: %v", op, err)
			}
			continue
		}
		wantCode(t, err, "access.sign_in")
		wantCode(t, access.RequireAnywhere(core.Actor{}, op), "access.sign_in")
	}
}

// A job of ours repairs and imports; it never takes a decision that a person answers for.
func TestTheSystemTakesNoDecisions(t *testing.T) {
	t.Parallel()
	for _, op := range []access.Op{
		access.OpReviewClaim, access.OpSubmitClaim, access.OpCloseMonth, access.OpReverseLine, access.OpAdoptRules, access.OpGrantFunds,
		access.OpRedeem, access.OpVoidRedemption, access.OpAnswerObjection,
	} {
		if access.Can(core.System("job"), op, village) {
			t.Errorf("the system may %s", op)
		}
	}
}

func TestTheTableIsACopy(t *testing.T) {
	t.Parallel()
	table := access.Table()
	for i := range table[access.OpRedeem] {
		table[access.OpRedeem][i] = core.RoleAuditor
	}
	if !access.Can(staff(core.Grant{Role: core.RoleKeeper, Area: village}), access.OpRedeem, village) {
		t.Error("changing the copy changed the rights")
	}
}
