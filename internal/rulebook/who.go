package rulebook

import (
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/errs"
)

// Who is whose deed a rule is for. The points are the household's whoever did it: no person has an account (domain.md §2).
type Who string

// Who a rule may be for. What the directory does not know of a resident (building head, group leader, volunteer …) is a
// mark that the village gives and a rule asks for.
const (
	AnyHousehold Who = "household"
	AnyPerson    Who = "person" // one named resident of the household
	PartyMember  Who = "party"
	Tagged       Who = "tag" // a resident with the mark that the rule names
)

// Personal says that a claim by the rule names the resident whose deed it was.
func (w Who) Personal() bool { return w == AnyPerson || w == PartyMember || w == Tagged }

func (r Rule) badWho() string {
	switch {
	case r.Who != "" && r.Who != AnyHousehold && !r.Who.Personal():
		return "who"
	case r.Who == Tagged && !entry.Tag(r.WhoTag), r.Who != Tagged && r.WhoTag != "":
		return "who_tag"
	case r.Who.Personal() && r.Category == Deduction: // a household is asked to put something right, nobody is pilloried
		return "who"
	}
	return ""
}

// Person is what judging knows of the resident who did a deed.
type Person struct {
	ID        core.ID
	BirthYear int64 // 0 unknown
	Party     bool
	Tags      []string
}

// MinAge is the age from which a resident may be named by a claim (domain.md §5, R8).
const MinAge = 14

// Age is how old a resident is for sure on a day: only the year of birth is known, so the birthday is taken for the last
// day of the year. −1 if the year is not known.
func (p Person) Age(day core.Day) int64 {
	if p.BirthYear == 0 {
		return -1
	}
	return max(int64(day/10000)-p.BirthYear-1, 0)
}

// Admits says whether a resident's deed of a day can be claimed by the rule.
//
// Errors: rulebook.child; rulebook.age_unknown; rulebook.not_party; rulebook.tag_missing (tag).
func (r Rule) Admits(p Person, day core.Day) error {
	refuse := func(code string, args ...any) error { return errs.New(errs.Conflict, code, args...).At("resident") }
	switch age := p.Age(day); {
	case age < 0 && !p.Party: // a Party member is of age
		return refuse("rulebook.age_unknown")
	case age >= 0 && age < MinAge:
		return refuse("rulebook.child", "years", MinAge)
	case r.Who == PartyMember && !p.Party:
		return refuse("rulebook.not_party")
	case r.Who == Tagged && !slices.Contains(p.Tags, r.WhoTag):
		return refuse("rulebook.tag_missing", "tag", r.WhoTag)
	}
	return nil
}

// maxWarnDays is the longest time a rule may leave between a warning and a deduction.
const maxWarnDays = 90

// badDeduction holds what only deductions have to deductions. What is about a conflict is never spelled out on a public
// list (domain.md §5).
func (r Rule) badDeduction() string {
	listed := r.ListCategory == "" || r.ListCategory != Deduction && slices.Contains(Categories(), r.ListCategory)
	switch {
	case r.Category != Deduction && r.ListCategory != "", !listed:
		return "list_category"
	case r.ListText && (r.Category != Deduction || r.ListCategory == Harmony):
		return "list_text"
	case r.WarnDays < 0 || r.WarnDays > maxWarnDays || r.WarnDays > 0 && r.Category != Deduction:
		return "warn_days"
	}
	return ""
}
