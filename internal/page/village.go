package page

import (
	"errors"
	"strconv"
	"strings"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
)

// villagePage is all a village shows to everybody, on one page.
type villagePage struct {
	Frame
	place
	Notices []noticeHead // newest first
	Rules   *rulebook.Ruleset
	Shop    *market.Shop
	Items   []market.Item
}

// noticeHead is a notice in a list.
type noticeHead struct {
	claims.Notice
	Open bool
	Left int // whole days after today on which objections are still taken
}

func headOf(n claims.Notice, today core.Day) noticeHead {
	return noticeHead{Notice: n, Open: n.Open(today), Left: n.ToDay.Sub(today)}
}

func (h *Handler) village(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	q.page.Title = q.page.T("page.village.title", "village", place.Short)
	v := &villagePage{Frame: q.page, place: place}
	notices, err := h.svc.Claims.PublicNotices(q.Context(), place.Village)
	if err != nil {
		return err
	}
	for _, n := range notices {
		v.Notices = append(v.Notices, headOf(n, q.today()))
	}
	if err := v.readRules(q); err != nil {
		return err
	}
	if err := v.readShop(q); err != nil {
		return err
	}
	return q.show("village.html", v)
}

// noRules is the code of a village whose rules are not in force yet.
const noRules = "rulebook.none_in_force"

func (v *villagePage) readRules(q *request) error {
	rules, err := q.h.svc.Rules.Current(q.Context(), v.Village, 0)
	if err != nil && errs.CodeOf(err) == noRules {
		return nil
	}
	v.Rules = &rules
	return err
}

func (v *villagePage) readShop(q *request) error {
	shop, err := q.h.svc.Market.PublicShop(q.Context(), v.Village)
	if errors.Is(err, errs.New(errs.NotFound, "market.no_shop")) {
		return nil
	}
	if err != nil {
		return err
	}
	v.Shop = &shop
	v.Items, err = q.h.svc.Market.PublicItems(q.Context(), v.Village)
	return err
}

// Worth writes what a rule gives: +10, or the range of its steps.
func (v *villagePage) Worth(r rulebook.Rule) string {
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
func (v *villagePage) Cap(r rulebook.Rule) string {
	var parts []string
	for _, l := range r.Limits(nil) {
		if text := v.limit(l.Cap); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}

func (v *villagePage) limit(c rulebook.Cap) string {
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
func (v *villagePage) More(r rulebook.Rule) string {
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
func (v *villagePage) CategoryCap(c rulebook.CategoryCap) string {
	return v.T("rules.category_cap", "category", v.Category(string(c.Category)), "period", v.T("rules.period."+string(c.Period)), "n", c.Points)
}
