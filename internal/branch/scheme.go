package branch

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

// Class is what sort of member somebody is; key "branch.class.…" of the catalogue.
type Class string

// The classes of members that a scheme gives a base.
const (
	Ordinary     Class = "ordinary"
	Elderly      Class = "elderly" // old or infirm
	Floating     Class = "floating"
	Probationary Class = "probationary"
)

// Classes lists every class.
func Classes() []Class { return []Class{Ordinary, Elderly, Floating, Probationary} }

// Bases are the points that members of each class begin the year with.
type Bases struct {
	Ordinary     core.Points `json:"ordinary"`
	Elderly      core.Points `json:"elderly"`
	Floating     core.Points `json:"floating"`
	Probationary core.Points `json:"probationary"`
}

// Of is the base of a class; ok is false for one that does not exist.
func (b Bases) Of(c Class) (points core.Points, ok bool) {
	switch c {
	case Ordinary:
		return b.Ordinary, true
	case Elderly:
		return b.Elderly, true
	case Floating:
		return b.Floating, true
	case Probationary:
		return b.Probationary, true
	}
	return 0, false
}

// Item is a line of a scheme.
type Item struct {
	Code   string      `json:"code"`
	TextZh string      `json:"text_zh"`
	TextEn string      `json:"text_en"` // '' where there is only the Chinese one
	Points core.Points `json:"points"`  // below zero for a deduction
	Most   int64       `json:"most"`    // times a member and year; 0 for no bound
}

// Unbounded is the From of a grade that points never suggest.
const Unbounded core.Points = -1

// Grade is what the branch's meeting may decide of a member.
type Grade struct {
	TextZh string      `json:"text_zh"`
	TextEn string      `json:"text_en"`
	From   core.Points `json:"from"` // a total from here on suggests it; Unbounded for none
}

// Content is what a scheme says.
type Content struct {
	Name       string  `json:"name"` // of the branch
	Bases      Bases   `json:"bases"`
	Items      []Item  `json:"items"`
	Grades     []Grade `json:"grades"`      // the best first
	AnswerDays int64   `json:"answer_days"` // a member has to answer what takes points
}

// State is where a scheme stands.
type State string

// The states of a scheme.
const (
	None      State = "none" // nothing was written down for the year
	Draft     State = "draft"
	InForce   State = "in_force"
	Evaluated State = "evaluated" // the year is over
)

// Scheme is the scheme of a year.
type Scheme struct {
	Year  int64
	State State
	Content
	FromDay   core.Day // deeds count from here on
	Vote      rulebook.Vote
	ByName    string
	ChangedMs int64
	Version   int64
}

// LastDay is the last day of the year.
func (s Scheme) LastDay() core.Day { return lastDay(s.Year) }

func firstDay(year int64) core.Day { return core.Day(year*10000 + 101) }

func lastDay(year int64) core.Day { return core.Day(year*10000 + 1231) }

func yearOf(day core.Day) int64 { return int64(day) / 10000 }

// Item finds a line by its code.
func (c Content) Item(code string) (Item, bool) {
	for _, one := range c.Items {
		if one.Code == code {
			return one, true
		}
	}
	return Item{}, false
}

// Suggest is the number of the grade that a total suggests; -1 for none. It decides nothing.
func (c Content) Suggest(total core.Points) int {
	for i, g := range c.Grades {
		if g.From != Unbounded && total >= g.From {
			return i
		}
	}
	return -1
}

// Bounds on a scheme. They keep typing errors out; what is fair inside them the branch decides.
const (
	mostBase    = 1000
	mostPoints  = 100 // of one deed
	mostTimes   = 100
	mostItems   = 80
	mostGrades  = 6
	mostAnswer  = 30
	mostText    = 60
	mostName    = 40
	mostCode    = 8
	leastGrades = 2
)

// clean trims the texts.
func (c Content) clean() Content {
	trim := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	c.Name = trim(c.Name)
	items, grades := make([]Item, len(c.Items)), make([]Grade, len(c.Grades))
	for i, one := range c.Items {
		one.Code, one.TextZh, one.TextEn = trim(one.Code), trim(one.TextZh), trim(one.TextEn)
		items[i] = one
	}
	for i, one := range c.Grades {
		one.TextZh, one.TextEn = trim(one.TextZh), trim(one.TextEn)
		grades[i] = one
	}
	c.Items, c.Grades = items, grades
	return c
}

// check holds a scheme to its bounds and to the red lines. Errors: branch.bad_scheme (what) at the field; branch.bad_text;
// rulebook.red_line.
func (c Content) check() error {
	if err := checkText(c.Name, "name", mostName); err != nil {
		return err
	}
	for _, class := range Classes() {
		if base, _ := c.Bases.Of(class); base < 0 || base > mostBase {
			return errs.New(errs.Invalid, "branch.bad_base", "most", mostBase).At("bases." + string(class))
		}
	}
	if c.AnswerDays < 1 || c.AnswerDays > mostAnswer {
		return errs.New(errs.Invalid, "branch.bad_answer_days", "most", mostAnswer).At("answer_days")
	}
	if err := c.checkItems(); err != nil {
		return err
	}
	return c.checkGrades()
}

func (c Content) checkItems() error {
	if len(c.Items) < 1 || len(c.Items) > mostItems {
		return errs.New(errs.Invalid, "branch.bad_items", "most", mostItems).At("items")
	}
	seen := map[string]bool{}
	for i, one := range c.Items {
		at := func(field string) string { return fmt.Sprintf("items.%d.%s", i, field) }
		if err := checkText(one.Code, at("code"), mostCode); err != nil {
			return err
		}
		if seen[one.Code] {
			return errs.New(errs.Invalid, "branch.code_twice", "code", one.Code).At(at("code"))
		}
		seen[one.Code] = true
		if err := checkText(one.TextZh, at("text_zh"), mostText); err != nil {
			return err
		}
		if utf8.RuneCountInString(one.TextEn) > 2*mostText || !utf8.ValidString(one.TextEn) {
			return errs.New(errs.Invalid, "branch.bad_text", "most", 2*mostText).At(at("text_en"))
		}
		if one.Points == 0 || one.Points > mostPoints || one.Points < -mostPoints {
			return errs.New(errs.Invalid, "branch.bad_points", "code", one.Code, "most", mostPoints).At(at("points"))
		}
		if one.Most < 0 || one.Most > mostTimes {
			return errs.New(errs.Invalid, "branch.bad_most", "code", one.Code, "most", mostTimes).At(at("most"))
		}
		for _, text := range []string{one.TextZh, one.TextEn} {
			if err := rulebook.CheckRedLinesOf(one.Code, text, one.Points < 0); err != nil {
				return errs.From(err).At(at("text_zh"))
			}
		}
	}
	return nil
}

func (c Content) checkGrades() error {
	if len(c.Grades) < leastGrades || len(c.Grades) > mostGrades {
		return errs.New(errs.Invalid, "branch.bad_grades", "least", leastGrades, "most", mostGrades).At("grades")
	}
	above := core.Points(core.MaxPoints)
	for i, one := range c.Grades {
		at := func(field string) string { return fmt.Sprintf("grades.%d.%s", i, field) }
		if err := checkText(one.TextZh, at("text_zh"), mostText); err != nil {
			return err
		}
		if utf8.RuneCountInString(one.TextEn) > 2*mostText || !utf8.ValidString(one.TextEn) {
			return errs.New(errs.Invalid, "branch.bad_text", "most", 2*mostText).At(at("text_en"))
		}
		for _, before := range c.Grades[:i] {
			if before.TextZh == one.TextZh {
				return errs.New(errs.Invalid, "branch.grade_twice", "grade", one.TextZh).At(at("text_zh"))
			}
		}
		if one.From == Unbounded {
			continue
		}
		if one.From < 0 || one.From >= above {
			return errs.New(errs.Invalid, "branch.bad_from", "grade", one.TextZh).At(at("from"))
		}
		above = one.From
	}
	return nil
}

func checkText(s, field string, most int) error {
	if n := utf8.RuneCountInString(s); n < 1 || n > most || !utf8.ValidString(s) {
		return errs.New(errs.Invalid, "branch.bad_text", "most", most).At(field)
	}
	return nil
}

// suggested is what a branch drafts its first scheme from: the texts of the reference scheme for branches, no base and no
// bounds for the grades, because no source gives any (domain.md §2).
func suggested(name string, grades []Grade) (Content, error) {
	rules, err := rulebook.Scheme(rulebook.FromBranch)
	if err != nil {
		return Content{}, err
	}
	c := Content{Name: name, Grades: grades, AnswerDays: 7}
	for _, r := range rules {
		if len(r.Scale) == 0 { // a scale's points depend on its step; a scheme of ours has one number for a deed
			c.Items = append(c.Items, Item{Code: r.Code, TextZh: r.TextZh, TextEn: r.TextEn, Points: r.Points})
			continue
		}
		for i, step := range r.Scale {
			c.Items = append(c.Items, Item{Code: fmt.Sprintf("%s-%d", r.Code, i+1), TextZh: r.TextZh + "（" + step.LabelZh + "）",
				TextEn: r.TextEn + " (" + step.LabelEn + ")", Points: step.Points})
		}
	}
	return c, nil
}
