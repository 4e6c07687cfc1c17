package page

import (
	"html/template"

	"qunyan/internal/access"
	"qunyan/internal/appraisal"
	"qunyan/internal/core"
)

// ratingPage is an appraisal on paper: a blank sheet for each rater, or the result. Households stand in the order of the
// village's list, as on the screen where the marks are typed in.
type ratingPage struct {
	Frame
	place
	appraisal.Appraisal
	Village core.Area
	Sides   []ratingSide
	QR      template.HTML // leads back to the appraisal
	ByGrade []graded      // of the result
}

// ratingSide is one side of A4.
type ratingSide struct {
	No, Last int
	Rater    appraisal.Rater // of a blank sheet
	Columns  [2][]ratingLine
}

// ratingLine is a household, or the heading of a group where Number is 0.
type ratingLine struct {
	Number int64
	Head   string
	Group  string
	Own    bool   // the rater's own household
	Grade  string // of the result
	Points core.Points
}

// graded counts the households of a grade.
type graded struct {
	Label      string
	Points     core.Points
	Households int
}

func (h *Handler) ratingSheet(q *request) error {
	v, lines, err := h.rating(q, access.OpReadVillage)
	if err != nil {
		return err
	}
	v.Title = v.T("page.rating.title", "title", v.Appraisal.Title)
	for _, r := range v.Raters {
		v.lay(lines, r, func(l appraisal.Line) ratingLine {
			return ratingLine{Number: l.Number, Head: l.Head, Own: l.Own == r.No}
		})
	}
	return q.show("rating.html", v)
}

// ratingResult prints what every household came to; who marked how is not on it.
func (h *Handler) ratingResult(q *request) error {
	v, lines, err := h.rating(q, access.OpReadMarks)
	if err != nil {
		return err
	}
	v.Title = v.T("page.rating.result_title", "title", v.Appraisal.Title)
	counts := make([]graded, len(v.Grades)+2)
	for i := range counts {
		counts[i].Label, counts[i].Points = v.grade(int64(i) - 1)
	}
	for _, l := range lines {
		counts[l.Grade+1].Households++
	}
	for i := len(counts) - 1; i >= 0; i-- { // the best first, those without a grade last
		v.ByGrade = append(v.ByGrade, counts[i])
	}
	v.lay(lines, appraisal.Rater{}, func(l appraisal.Line) ratingLine {
		line := ratingLine{Number: l.Number, Head: l.Head}
		line.Grade, line.Points = v.grade(l.Grade)
		return line
	})
	return q.show("rating_result.html", v)
}

func (h *Handler) rating(q *request, op access.Op) (*ratingPage, []appraisal.Line, error) {
	place, err := q.place()
	if err != nil {
		return nil, nil, err
	}
	id, err := q.id()
	if err != nil {
		return nil, nil, err
	}
	by, err := q.staff()
	if err != nil {
		return nil, nil, err
	}
	read := h.svc.Appraisals.Form
	if op == access.OpReadMarks {
		read = h.svc.Appraisals.Marks
	}
	a, lines, err := read(q.Context(), by, place.Village, id)
	if err != nil {
		return nil, nil, err
	}
	v := &ratingPage{Frame: q.page, place: place, Appraisal: a, Village: place.Village}
	v.QR, err = qr(q.origin() + "/console/" + place.Village.String() + "/appraisals/" + a.ID.String())
	return v, lines, err
}

// grade is a grade's word and points; −1 for too few marks, 0 for no grade.
func (v *ratingPage) grade(grade int64) (string, core.Points) {
	switch {
	case grade < 0:
		return v.T("page.rating.too_few"), 0
	case grade == 0 || grade > int64(len(v.Grades)):
		return v.T("page.rating.none"), 0
	}
	g := v.Grades[grade-1]
	return v.Pick(g.LabelZh, g.LabelEn), g.Points
}

// Label is what a rater may write for a grade.
func (v *ratingPage) Label(g appraisal.Grade) string {
	label, _ := v.grade(g.Mark)
	return label
}

// linesPerRating fill a side of A4 below a heading that says how to rate.
const linesPerRating = 28

// lay lays the households of one paper out: a group's heading stands at its beginning and on top of every column it goes
// on in, never at the foot of one.
func (v *ratingPage) lay(lines []appraisal.Line, r appraisal.Rater, show func(appraisal.Line) ratingLine) {
	var columns [][]ratingLine
	var column []ratingLine
	group := ""
	for _, l := range lines {
		room := linesPerRating - len(column)
		heading := l.Group != "" && (l.Group != group || len(column) == 0)
		if room == 0 || heading && room == 1 {
			columns, column = append(columns, column), nil
			heading = l.Group != ""
		}
		group = l.Group
		if heading {
			column = append(column, ratingLine{Group: l.Group})
		}
		column = append(column, show(l))
	}
	columns = append(columns, column)
	last := (len(columns) + 1) / 2
	for i := 0; i < len(columns); i += 2 {
		side := ratingSide{No: i/2 + 1, Last: last, Rater: r}
		copy(side.Columns[:], columns[i:])
		v.Sides = append(v.Sides, side)
	}
}
