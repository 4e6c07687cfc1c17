package page

import (
	"html/template"

	"qunyan/internal/core"
	"qunyan/internal/gatherings"
)

// signInPage is a gathering's sign-in sheet: all households in the order of the village's list, to sign on the spot and to
// type back in the order of the paper.
type signInPage struct {
	Frame
	place
	gatherings.Gathering
	Village core.Area
	Hours   bool // a column for hours instead of stayed and spoke
	Sheets  []signInSheet
	Last    int
	QR      template.HTML // leads back to the roll-call
}

// signInSheet is one side of A4, two columns of lines.
type signInSheet struct {
	No      int
	Columns [2][]signInLine
}

// signInLine is a household, or the heading of a group where Number is 0.
type signInLine struct {
	Number int64
	Head   string
	Group  string
	Again  bool // the group began on an earlier column
}

// linesPerColumn fill a side of A4 at a height a hand can write in.
const linesPerColumn = 30

func (h *Handler) signIn(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	id, err := q.id()
	if err != nil {
		return err
	}
	by, err := q.staff()
	if err != nil {
		return err
	}
	g, roll, err := h.svc.Gatherings.Roll(q.Context(), by, place.Village, id)
	if err != nil {
		return err
	}
	v := &signInPage{Frame: q.page, place: place, Gathering: g, Village: place.Village}
	for _, c := range g.Counts {
		v.Hours = v.Hours || c.Who == gatherings.Hours
	}
	v.fill(roll)
	v.Title = v.T("page.signin.title", "title", g.Title)
	if v.QR, err = qr(q.origin() + "/console/" + place.Village.String() + "/gatherings/" + g.ID.String()); err != nil {
		return err
	}
	return q.show("signin.html", v)
}

// fill lays the households out. A group's heading stands at its beginning and again on top of every column it goes on in,
// never at the foot of one.
func (v *signInPage) fill(roll []gatherings.Marked) {
	var columns [][]signInLine
	var column []signInLine
	group := ""
	for i, m := range roll {
		heading := m.Group != "" && (m.Group != group || len(column) == 0)
		again := m.Group == group && i > 0
		group = m.Group
		room := linesPerColumn - len(column)
		if room == 0 || heading && room == 1 {
			columns, column = append(columns, column), nil
			heading = m.Group != ""
			again = again && i > 0
		}
		if heading {
			column = append(column, signInLine{Group: m.Group, Again: again})
		}
		column = append(column, signInLine{Number: m.Number, Head: m.Head})
	}
	columns = append(columns, column)
	for i := 0; i < len(columns); i += 2 {
		s := signInSheet{No: i/2 + 1}
		copy(s.Columns[:], columns[i:])
		v.Sheets = append(v.Sheets, s)
	}
	v.Last = len(v.Sheets)
}

// From is when it begins.
func (v *signInPage) From() string { return gatherings.Clock(v.FromMin) }

// To is when it ends.
func (v *signInPage) To() string { return gatherings.Clock(v.ToMin) }
