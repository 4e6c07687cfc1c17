package page

import (
	"strconv"

	"qunyan/internal/branch"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// branchPage is the list of a quarter, or the sheet that is laid before the branch's meeting at the year's end. It is for
// inside the branch, and says so on every page.
type branchPage struct {
	Frame
	place
	L      branch.List
	Sheet  *branch.Sheet // of the year's end
	Record *branch.Evaluation
}

func (h *Handler) branch(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	year, err := strconv.ParseInt(q.PathValue("year"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "input.not_found")
	}
	by, err := q.staff()
	if err != nil {
		return err
	}
	v := &branchPage{Frame: q.page, place: place}
	if list := q.PathValue("list"); list == "evaluation" {
		sheet, err := h.svc.Branch.Sheet(q.Context(), by, place.Village, year)
		if err != nil {
			return err
		}
		v.L, v.Sheet = sheet.List, &sheet
		if len(sheet.Records) > 0 {
			v.Record = &sheet.Records[0]
		}
		v.Title = v.T("branch.print.sheet", "name", v.L.Name, "year", year)
		return q.show("branch_print.html", v)
	} else if quarter, bad := strconv.ParseInt(list, 10, 64); bad != nil || quarter < 1 {
		return errs.New(errs.NotFound, "input.not_found")
	} else if v.L, err = h.svc.Branch.List(q.Context(), by, place.Village, year, quarter); err != nil {
		return err
	}
	v.Title = v.T("branch.print.list", "name", v.L.Name, "year", year, "quarter", v.T("branch.quarter."+q.PathValue("list")))
	return q.show("branch_print.html", v)
}

// Rows are the members of the list; who left is not evaluated.
func (v *branchPage) Rows() (rows []branch.Row) {
	for _, r := range v.L.Rows {
		if v.Sheet == nil || r.LeftDay == 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

// Nth numbers a row.
func (v *branchPage) Nth(i int) int { return i + 1 }

// Class is a member's class in words.
func (v *branchPage) Class(c branch.Class) string { return v.T("branch.class." + string(c)) }

// Item is what an entry is for, in words.
func (v *branchPage) Item(e branch.Entry) string {
	one, _ := v.L.Item(e.Item)
	text := v.Pick(one.TextZh, one.TextEn)
	if e.Undoes != 0 {
		return v.T("branch.undoes", "text", text)
	}
	return text
}

// Suggested is the grade a total suggests; ” for none.
func (v *branchPage) Suggested(total core.Points) string {
	i := v.L.Suggest(total)
	if i < 0 {
		return ""
	}
	return v.Pick(v.L.Grades[i].TextZh, v.L.Grades[i].TextEn)
}

// Verdict is what the meeting decided of a member; nil while nothing is recorded.
func (v *branchPage) Verdict(member core.ID) *branch.Verdict {
	one, ok := v.Sheet.Verdict(member)
	if !ok {
		return nil
	}
	return &one
}

// Grade is a grade in the reader's language.
func (v *branchPage) Grade(zh string) string {
	for _, g := range v.L.Grades {
		if g.TextZh == zh {
			return v.Pick(g.TextZh, g.TextEn)
		}
	}
	return zh
}

// Minus writes points that were taken away.
func (v *branchPage) Minus(p core.Points) string { return v.Signed(-p) }
