package page

import (
	"html/template"
	"strconv"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

// rulesPage is a published version of a village's rules: for the screen, as a poster and as a leaflet.
type rulesPage struct {
	Frame
	place
	rulebook.Ruleset
	Title      string // of both the page and the version
	Village    core.Area
	Categories []rulesOfCategory
	QR         template.HTML // leads to the public page
	As         string        // a3, a4 or leaflet; '' on the screen
	Size       string        // of the type, chosen so that few lines are large and many still fit
}

// rulesOfCategory is a section of the list.
type rulesOfCategory struct {
	Category rulebook.Category
	Rules    []rulesLine
}

// rulesLine is a line of it.
type rulesLine struct {
	rulebook.Rule
	Township bool
}

// rules is the public page of what is in force, with the vote that put it there.
func (h *Handler) rules(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	set, err := h.svc.Rules.Current(q.Context(), place.Village, 0)
	if err != nil {
		return err
	}
	v, err := h.rulesPage(q, place, set)
	if err != nil {
		return err
	}
	return q.show("rules.html", v)
}

// printRules is a published version on paper. It is as public as the page.
func (h *Handler) printRules(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(q.PathValue("version"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "rulebook.no_ruleset")
	}
	set, err := h.svc.Rules.Ruleset(q.Context(), core.Actor{}, place.Village, version)
	if err != nil {
		return err
	}
	v, err := h.rulesPage(q, place, set)
	if err != nil {
		return err
	}
	switch v.As = q.URL.Query().Get("as"); v.As {
	case "a3", "leaflet":
	default:
		v.As = "a4"
	}
	v.Size = v.typeSize()
	if v.QR, err = qr(q.origin() + "/p/" + place.Village.String() + "/rules"); err != nil {
		return err
	}
	if v.As == "leaflet" {
		return q.show("rules_leaflet.html", v)
	}
	return q.show("rules_poster.html", v)
}

// typeSize is the step of the poster's type: 15 plain lines fill a sheet and are read from across the road, very many go
// on a second one. A line counts two, and what is printed small below it one each.
func (v *rulesPage) typeSize() string {
	weight := 0
	for _, r := range v.Ruleset.Rules {
		weight += 2
		for _, small := range []bool{len(r.Scale) > 0, v.Cap(r) != "", v.More(r) != ""} {
			if small {
				weight++
			}
		}
	}
	switch {
	case weight <= 50:
		return "xl"
	case weight <= 62:
		return "l"
	case weight <= 80:
		return "m"
	}
	return "s"
}

func (h *Handler) rulesPage(q *request, place place, set rulebook.Ruleset) (*rulesPage, error) {
	codes, err := h.svc.Rules.Townships(q.Context(), set)
	if err != nil {
		return nil, err
	}
	townships := map[string]bool{}
	for _, code := range codes {
		townships[code] = true
	}
	v := &rulesPage{Frame: q.page, place: place, Ruleset: set, Title: set.Title, Village: place.Village}
	for _, c := range rulebook.Categories() {
		section := rulesOfCategory{Category: c}
		for _, r := range set.Rules {
			if r.Category == c {
				section.Rules = append(section.Rules, rulesLine{r, townships[r.Code]})
			}
		}
		if len(section.Rules) > 0 {
			v.Categories = append(v.Categories, section)
		}
	}
	return v, nil
}

// Meeting is the name of the meeting that decided.
func (v *rulesPage) Meeting() string { return v.T("rules.meeting." + string(v.Vote.Kind)) }

// Print leads to the version on paper.
func (v *rulesPage) Print(as string) string {
	path := "/print/rules/" + v.Village.String() + "/" + strconv.FormatInt(v.Ruleset.Version, 10) + "?as=" + as
	if v.English() {
		path += "&lang=en"
	}
	return path
}

// Worth writes what a rule gives: +10, or the range of its steps.
func (v Frame) Worth(r rulebook.Rule) string {
	low, high := r.Points, r.Points
	for _, s := range r.Scale {
		low, high = min(low, s.Points), max(high, s.Points)
	}
	if low == high {
		return v.Signed(low)
	}
	return v.Signed(low) + "–" + strconv.FormatInt(int64(high), 10)
}

// Cap writes how much of a rule counts, "" without a cap.
func (v Frame) Cap(r rulebook.Rule) string {
	var parts []string
	for _, l := range r.Limits(nil) {
		if text := v.limit(l.Cap); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}

func (v Frame) limit(c rulebook.Cap) string {
	if c.Period == rulebook.NoPeriod {
		return ""
	}
	key, most := "rules.cap.count", c.Count
	if c.Points > 0 {
		key, most = "rules.cap.points", int64(c.Points)
	}
	text := v.T(key, "period", v.T("rules.period."+string(c.Period)), "n", most)
	if c.Each == rulebook.EachPerson {
		return v.T("rules.cap.each_person", "cap", text)
	}
	return text
}

// More writes what a rule asks for beside its points and caps: whose deed it is, the unit's size, the warning before a
// deduction, and in plain words its condition.
func (v Frame) More(r rulebook.Rule) string {
	var parts []string
	if r.Who.Personal() {
		parts = append(parts, v.T("rules.who.only_"+string(r.Who), "tag", r.WhoTag))
	}
	if r.UnitSize > 1 {
		parts = append(parts, v.T("rules.unit.each", "size", r.UnitSize, "unit", v.Pick(r.UnitZh, r.UnitEn))+" ("+v.T("rules.round."+string(r.UnitRound))+")")
	}
	if r.WarnDays > 0 {
		parts = append(parts, v.T("rules.warn", "days", r.WarnDays))
	}
	if !r.Condition.None() {
		parts = append(parts, v.T("rules.condition.label", "text", v.Pick(r.Condition.TextZh, r.Condition.TextEn)))
	}
	return strings.Join(parts, " · ")
}

// CategoryCap writes a cap on a whole category.
func (v Frame) CategoryCap(c rulebook.CategoryCap) string {
	return v.T("rules.category_cap", "category", v.Category(string(c.Category)), "period", v.T("rules.period."+string(c.Period)), "n", c.Points)
}
