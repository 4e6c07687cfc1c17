package core

// Role is what a staff account may be in an area. The permissions of each stand in access.
type Role string

// The roles of domain.md §3 that sign in. Keeper is never a reviewer.
const (
	RoleCounty     Role = "county"     // the county's organization department
	RoleTownship   Role = "township"   // township organization officer and reviewer
	RoleSecretary  Role = "secretary"  // village Party secretary
	RoleClerk      Role = "clerk"      // village clerk
	RoleKeeper     Role = "keeper"     // store keeper
	RoleSupervisor Role = "supervisor" // village supervision committee
	RoleAuditor    Role = "auditor"    // reads everything of its area, changes nothing
)

// Grant is a role in an area; it reaches everything inside the area.
type Grant struct {
	Role Role `json:"role"`
	Area Area `json:"area"`
}

// ActorKind says what sort of somebody acts.
type ActorKind string

// The kinds of actor.
const (
	Nobody      ActorKind = ""       // the public: sees notices and rules
	StaffActor  ActorKind = "staff"  // signed in with a staff account
	CardActor   ActorKind = "card"   // a household's card, read-only; with Unlocked, after its PIN
	SystemActor ActorKind = "system" // a job of our own
)

// Actor is who does something, from where, and under which intent. Commands take one; it is never read from a context.
type Actor struct {
	Kind      ActorKind
	ID        ID      // staff account or card
	Name      string  // for "recorded by"; "" for a card
	Grants    []Grant // staff only
	Village   Area    // the village of the actor's own household; for a card, of the card
	Household ID      // the actor's own household, 0 if none is known
	Unlocked  bool    // card only: the PIN was given, so applying is allowed
	From      string  // network address
	Request   string  // request id, for the log and the audit trail
	Intent    Intent
}

// Intent identifies one wish of a client, however often it is sent: the Idempotency-Key header and a hash of the body.
// The zero Intent means the caller does not repeat itself (jobs, imports).
type Intent struct {
	Key  string
	Hash [32]byte
}

// System is the actor of a job.
func System(name string) Actor { return Actor{Kind: SystemActor, Name: name} }

// Has says whether the actor holds one of roles in an area that contains a.
func (a Actor) Has(area Area, roles ...Role) bool {
	for _, g := range a.Grants {
		for _, r := range roles {
			if g.Role == r && g.Area.Contains(area) {
				return true
			}
		}
	}
	return false
}
